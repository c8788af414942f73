/* SPDX-License-Identifier: BSD-3-Clause */
#include "register.h"

#include <errno.h>
#include <malloc.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "dataplane/state.h"
#include "wire/mh.h"

#define MOST 200000 /* updates a repetition, but for first registrations */

const char *const register_kind[REGISTER_KINDS] = {"first", "refresh", "move"};

struct bench {
	struct box box;
	uint32_t bindings;
	bool authenticated;
	uint16_t *sequence, *place; /* by node: last sequence number, number of its care-of address */
	uint32_t node;              /* updated last */
	uint64_t stamps;
};

static struct hp_ip6 home_agent(void)
{
	return (struct hp_ip6){{0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1}};
}

static struct hp_ip6 home_address(uint32_t node)
{
	return box_address(2, 0, box_mix(node + 1u));
}

static struct hp_ip6 care_of(uint32_t node, uint16_t place)
{
	return box_address(0xa, (uint16_t)(node % BOX_GATEWAYS), box_mix((uint64_t)node << 20 ^ place ^ 1ull << 60));
}

/* Everybody's key and name. */
static void subscriber(struct hp_subscriber_spec *out, uint32_t node)
{
	*out = (struct hp_subscriber_spec){
		.hoa = home_address(node),
		.key = {{.spi = HP_PROOF_SPI_LEAST, .algorithm = HP_HMAC_SHA1_96, .timestamp = true, .len = HP_KEY_LEAST}},
	};
	memcpy(out->key[0].octets, out->hoa.b, HP_KEY_LEAST);
	out->identity_len = (uint8_t)snprintf(out->identity, sizeof(out->identity), "node%08u@fleet.example", node);
}

static int enrol(struct bench *b)
{
	struct hp_subscriber_spec spec;
	int ret = 0;

	for (uint32_t i = 0; i < b->bindings && !ret; i++) {
		subscriber(&spec, i);
		ret = hp_subscribers_put(hp_guard_subscribers(b->box.app.guard), &spec);
	}
	return ret;
}

/* The clocks of mobile nodes are nearly as far ahead of ours as they may be: without a store a home agent refuses, in its first seconds, what
 * it may have accepted before it was started. */
static uint64_t timestamp(const struct bench *b)
{
	return hp_timestamp_of(hp_app_now(&b->box.app).wall_ms + HP_MN_HA_WINDOW_MS - 50) | (b->stamps & 0xfffff);
}

static int write_update(struct bench *b, uint32_t node, const struct hp_ip6 *coa, uint8_t body[HP_MH_ROOM])
{
	struct hp_bu bu = {.sequence = ++b->sequence[node], .ack = true, .home = true, .lifetime = 900};
	struct hp_subscriber_spec spec;
	struct hp_proof_authenticator place;
	struct hp_key key;
	int len;

	if (!b->authenticated)
		return hp_bu_write(&bu, body, HP_MH_ROOM);
	subscriber(&spec, node);
	key = (struct hp_key){
		.spi = spec.key[0].spi, .algorithm = (uint8_t)spec.key[0].algorithm, .len = spec.key[0].len, .octets = spec.key[0].octets};
	b->stamps++;
	bu.proof = (struct hp_proof){
		.identity = (const uint8_t *)spec.identity,
		.identity_len = spec.identity_len,
		.has_timestamp = true,
		.timestamp = timestamp(b),
		.mn_ha = hp_mn_ha_place(&key, HP_MH_ROOM),
	};
	len = hp_bu_write(&bu, body, HP_MH_ROOM);
	place = hp_mn_ha_place(&key, (size_t)len);
	return hp_mn_ha_sign(hp_guard_hmac(b->box.app.guard), &key, coa, &spec.hoa, body, &place) ? len : -EIO;
}

static struct rte_mbuf *update(struct bench *b, uint32_t node)
{
	const struct hp_ip6 coa = care_of(node, b->place[node]);
	uint8_t body[HP_MH_ROOM];
	const struct hp_send s = {
		.src = coa,
		.dst = home_agent(),
		.hoa = home_address(node),
		.hop_limit = 60,
		.proto = HP_PROTO_MH,
		.body = body,
		.body_len = (size_t)write_update(b, node, &coa, body),
	};

	return box_frame(&b->box, &s);
}

/* As the mobile node would: the acknowledgement is of the home agent. */
static bool proved(const struct bench *b, const struct hp_packet *p, const struct hp_proof *proof)
{
	const struct hp_subscriber *r = hp_subscribers_find(hp_guard_subscribers(b->box.app.guard), &p->rh2_hoa);
	const struct hp_mobility_data data = {&p->dst, &p->rh2_hoa, hp_packet_payload(p)};

	return r && proof->mn_ha.present && proof->has_timestamp &&
	       hp_mn_ha_verify(hp_guard_hmac(b->box.app.guard), &r->key[0], &data, &proof->mn_ha);
}

static bool accepted(const struct bench *b, const struct hp_packet *p)
{
	size_t error_at;
	struct hp_ba ba;
	uint8_t type;

	return p->has_rh2 &&
	       hp_mh_check(hp_packet_payload(p), hp_packet_payload_len(p), &p->src, &p->rh2_hoa, &type, &error_at) == HP_MH_OK &&
	       type == HP_MH_BA && hp_ba_read(&ba, hp_packet_payload(p), hp_packet_payload_len(p)) == HP_MH_OK &&
	       ba.status == HP_BA_ACCEPTED && (!b->authenticated || proved(b, p, &ba.proof));
}

/* An acknowledgement went where its node is, and so will the node's packets. */
static bool published(const struct bench *b, const struct hp_packet *p)
{
	const struct hp_hot_entry *e = hp_hot_find(b->box.worker->shared->hot, &p->rh2_hoa);

	return e && e->kind == HP_HOT_IPV6 && hp_ip6_eq(&e->outer_dst, &p->dst);
}

static bool answered(void *b, const struct hp_packet *p)
{
	return accepted(b, p) && published(b, p);
}

/* First registrations in order, so that all get their turn; then in an order that no cache foresees and that repeats none in a round. */
static uint32_t next_node(struct bench *b, enum register_kind kind, uint32_t i)
{
	const uint64_t prime = 2654435761u;

	if (kind == REGISTER_FIRST)
		return i;
	b->node = (uint32_t)((b->node + prime) % b->bindings);
	b->place[b->node] = (uint16_t)(b->place[b->node] + (kind == REGISTER_MOVE));
	return b->node;
}

/* Updates of the nodes from `first` on (first registrations), or of any. Returns the cycles that all of them took. */
static uint64_t updates(struct bench *b, enum register_kind kind, uint32_t first, uint32_t n)
{
	uint64_t cycles = 0;

	for (uint32_t done = 0; done < n;) {
		const uint32_t round = n - done < BOX_ROUND ? n - done : BOX_ROUND;
		const uint64_t before = b->box.answered;

		for (uint32_t i = 0; i < round;) {
			struct rte_mbuf *m[HP_BURST];
			unsigned int k = 0;

			for (; k < HP_BURST && i < round; i++) {
				m[k] = update(b, next_node(b, kind, first + done + i));
				k += m[k] != NULL;
			}
			box_receive(&b->box, m, k);
		}
		cycles += box_turns(&b->box);
		box_drain(&b->box, answered, b);
		b->box.wrong += before + round - b->box.answered;
		done += round;
	}
	return cycles;
}

static size_t allocated(void)
{
	struct rte_malloc_socket_stats heap;
	struct mallinfo2 own = mallinfo2();

	rte_malloc_get_socket_stats((int)rte_socket_id(), &heap);
	return own.uordblks + own.hblkhd + heap.heap_allocsz_bytes;
}

static void destroy(struct bench *b)
{
	box_destroy(&b->box);
	free(b->sequence);
	free(b->place);
}

static int create(struct bench *b, uint32_t bindings, bool authenticated)
{
	char sections[160];
	int ret;

	*b = (struct bench){.bindings = bindings, .authenticated = authenticated};
	b->sequence = calloc(bindings, sizeof(*b->sequence));
	b->place = calloc(bindings, sizeof(*b->place));
	snprintf(sections, sizeof(sections), "\"home_agent\": {\"links\": [\"virtual\"], %s\"max_bindings\": %u},",
		 authenticated ? "" : "\"authentication\": \"none\", ", bindings);
	ret = b->sequence && b->place ? box_create(&b->box, sections) : -ENOMEM;
	if (ret) {
		free(b->sequence);
		free(b->place);
		return ret;
	}
	ret = authenticated ? enrol(b) : 0;
	if (ret)
		destroy(b);
	return ret;
}

/* Octets of an appliance with its one binding and without the bench's own arrays. */
static int measure(struct bench *b, uint32_t bindings, struct register_figures *f, size_t *octets)
{
	size_t before = allocated();
	const double hz = (double)rte_get_tsc_hz();
	int ret = create(b, bindings, f->authenticated);

	if (ret)
		return ret;
	for (int k = 0; k < REGISTER_KINDS; k++)
		for (int rep = 0; rep < REGISTER_REPETITIONS; rep++) {
			const uint32_t from = (uint32_t)((uint64_t)bindings * (uint64_t)rep / REGISTER_REPETITIONS);
			const uint32_t to = (uint32_t)((uint64_t)bindings * (uint64_t)(rep + 1) / REGISTER_REPETITIONS);
			const uint32_t n = k == REGISTER_FIRST ? to - from : bindings < MOST ? bindings : MOST;
			const uint64_t cycles = updates(b, (enum register_kind)k, from, n);

			if (!n)
				continue;
			f->cycles[k][rep] = (double)cycles / n;
			f->per_s[k][rep] = n * hz / (double)cycles;
		}
	f->wrong = b->box.wrong;
	*octets = allocated() - before - bindings * (sizeof(*b->sequence) + sizeof(*b->place));
	return 0;
}

int register_run(struct register_figures *f, uint32_t bindings, bool authenticated)
{
	struct register_figures ignored = {.authenticated = authenticated};
	size_t one, all;
	struct bench b;
	int ret = measure(&b, 1, &ignored, &one);

	if (ret)
		return ret;
	destroy(&b);
	*f = (struct register_figures){.bindings = bindings, .authenticated = authenticated};
	ret = measure(&b, bindings, f, &all);
	if (ret)
		return ret;
	destroy(&b);
	f->octets = bindings > 1 ? (double)((ssize_t)all - (ssize_t)one) / (bindings - 1) : 0;
	return 0;
}
