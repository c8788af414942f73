/* SPDX-License-Identifier: BSD-3-Clause */
#include "register.h"

#include <errno.h>
#include <malloc.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_ether.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "dataplane/state.h"
#include "homeport/app.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/nd.h"
#include "wire/packet.h"

#define DEVICE   "net_null_register"
#define ROUND    2048   /* updates between two looks at what came out: a worker's punt ring holds 4096 */
#define MOST     200000 /* updates a repetition, but for first registrations */
#define GATEWAYS 16     /* next hops that the care-of addresses are spread over */
#define SETTLE   64     /* turns that an appliance gets to learn its neighbours */

const char *const register_kind[REGISTER_KINDS] = {"first", "refresh", "move"};

struct bench {
	struct hp_app app;
	struct hp_plan *plan;
	struct hp_worker *worker;
	struct rte_ether_addr port_mac;
	uint32_t bindings;
	bool authenticated;
	uint16_t *sequence, *place; /* by node: last sequence number, number of its care-of address */
	uint32_t node;              /* updated last */
	uint64_t answered, wrong, stamps;
};

static const struct rte_ether_addr gateway_mac = {{2, 0, 0, 0, 0, 0xfe}};

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static struct hp_ip6 address(uint16_t net, uint16_t subnet, uint64_t id)
{
	struct hp_ip6 a = {{0x20, 0x01, 0x0d, 0xb8, (uint8_t)(net >> 8), (uint8_t)net, (uint8_t)(subnet >> 8), (uint8_t)subnet}};

	memcpy(a.b + 8, &id, sizeof(id));
	return a;
}

static struct hp_ip6 home_agent(void)
{
	return (struct hp_ip6){{0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1}};
}

static struct hp_ip6 home_address(uint32_t node)
{
	return address(2, 0, mix(node + 1u));
}

static struct hp_ip6 care_of(uint32_t node, uint16_t place)
{
	return address(0xa, (uint16_t)(node % GATEWAYS), mix((uint64_t)node << 20 ^ place ^ 1ull << 60));
}

static struct rte_mbuf *frame(struct bench *b, const struct hp_send *s)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(b->worker->shared->pool);
	struct rte_ether_hdr *eth = m ? (struct rte_ether_hdr *)rte_pktmbuf_append(m, sizeof(*eth)) : NULL;
	size_t len = hp_compose_overhead(s) + s->body_len;
	void *packet = eth ? rte_pktmbuf_append(m, (uint16_t)len) : NULL;

	if (!packet || hp_compose(s, packet, len) < 0) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	*eth = (struct rte_ether_hdr){
		.dst_addr = b->port_mac, .src_addr = gateway_mac, .ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6)};
	return m;
}

/* What a worker does with frames just received; its clock runs a second ahead each time, so that no policer is in the way. */
static void receive(struct bench *b, struct rte_mbuf **m, unsigned int n)
{
	b->worker->now += rte_get_tsc_hz();
	hp_pipeline_run(b->worker, 0, m, n);
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
		ret = hp_subscribers_put(hp_guard_subscribers(b->app.guard), &spec);
	}
	return ret;
}

/* The clocks of mobile nodes are nearly as far ahead of ours as they may be: without a store a home agent refuses, in its first seconds, what
 * it may have accepted before it was started. */
static uint64_t timestamp(const struct bench *b)
{
	return hp_timestamp_of(hp_app_now(&b->app).wall_ms + HP_MN_HA_WINDOW_MS - 50) | (b->stamps & 0xfffff);
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
	return hp_mn_ha_sign(hp_guard_hmac(b->app.guard), &key, coa, &spec.hoa, body, &place) ? len : -EIO;
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

	return frame(b, &s);
}

static void solicited(struct bench *b, const struct hp_packet *p)
{
	struct hp_na na = {.router = true, .solicited = true, .override_ = true, .has_mac = true};
	uint8_t body[64];
	struct rte_mbuf *m;
	struct hp_ns ns;

	if (hp_ns_read(&ns, p))
		return;
	na.target = ns.target;
	memcpy(&na.mac, &gateway_mac, sizeof(na.mac));
	m = frame(b, &(struct hp_send){.src = ns.target,
				       .dst = p->src,
				       .hop_limit = 255,
				       .proto = HP_PROTO_ICMPV6,
				       .body = body,
				       .body_len = (size_t)hp_na_write(&na, body, sizeof(body))});
	if (m)
		receive(b, &m, 1);
}

/* As the mobile node would: the acknowledgement is of the home agent. */
static bool proved(const struct bench *b, const struct hp_packet *p, const struct hp_proof *proof)
{
	const struct hp_subscriber *r = hp_subscribers_find(hp_guard_subscribers(b->app.guard), &p->rh2_hoa);
	const struct hp_mobility_data data = {&p->dst, &p->rh2_hoa, hp_packet_payload(p)};

	return r && proof->mn_ha.present && proof->has_timestamp &&
	       hp_mn_ha_verify(hp_guard_hmac(b->app.guard), &r->key[0], &data, &proof->mn_ha);
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
	const struct hp_hot_entry *e = hp_hot_find(b->worker->shared->hot, &p->rh2_hoa);

	return e && e->kind == HP_HOT_IPV6 && hp_ip6_eq(&e->outer_dst, &p->dst);
}

/* Takes what the management core sent, as a worker would, and passes a quiescent point. */
static void drain(struct bench *b)
{
	struct rte_mbuf *m[HP_BURST];
	unsigned int n;

	while ((n = rte_ring_sc_dequeue_burst(b->worker->inject, (void **)m, HP_BURST, NULL)))
		for (unsigned int i = 0; i < n; i++) {
			const uint8_t *packet = rte_pktmbuf_mtod_offset(m[i], const uint8_t *, sizeof(struct rte_ether_hdr));
			struct hp_packet p;

			if (hp_packet_read_node(&p, packet, m[i]->data_len - sizeof(struct rte_ether_hdr)) != HP_WALK_OK)
				b->wrong++;
			else if (p.proto == HP_PROTO_IPV6)
				; /* a listener query in its tunnel: part of what registrations cost, and no answer */
			else if (p.proto == HP_PROTO_ICMPV6)
				solicited(b, &p);
			else if (accepted(b, &p) && published(b, &p))
				b->answered++;
			else
				b->wrong++;
			rte_pktmbuf_free(m[i]);
		}
	rte_rcu_qsbr_quiescent(b->worker->shared->qsbr, b->worker->index);
}

static uint64_t turns(struct bench *b)
{
	const uint64_t start = rte_rdtsc();

	while (hp_loop_turn(&b->app))
		;
	return rte_rdtsc() - start;
}

static void settle(struct bench *b)
{
	for (unsigned int i = 0; i < SETTLE; i++) {
		rte_delay_us_sleep(1000);
		turns(b);
		drain(b);
	}
}

static void solicit(struct bench *b, unsigned int gateway)
{
	const struct hp_ip6 us = {{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [15] = 1}};
	struct hp_ns ns = {.target = us, .has_mac = true};
	uint8_t body[64];
	struct rte_mbuf *m;

	memcpy(&ns.mac, &gateway_mac, sizeof(ns.mac));
	m = frame(b, &(struct hp_send){.src = {{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [14] = 1, [15] = (uint8_t)gateway}},
				       .dst = us,
				       .hop_limit = 255,
				       .proto = HP_PROTO_ICMPV6,
				       .body = body,
				       .body_len = (size_t)hp_ns_write(&ns, body, sizeof(body))});
	if (m)
		receive(b, &m, 1);
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
		const uint32_t round = n - done < ROUND ? n - done : ROUND;
		const uint64_t before = b->answered;

		for (uint32_t i = 0; i < round;) {
			struct rte_mbuf *m[HP_BURST];
			unsigned int k = 0;

			for (; k < HP_BURST && i < round; i++) {
				m[k] = update(b, next_node(b, kind, first + done + i));
				k += m[k] != NULL;
			}
			receive(b, m, k);
		}
		cycles += turns(b);
		drain(b);
		b->wrong += before + round - b->answered;
		done += round;
	}
	return cycles;
}

static int conf(struct hp_conf **out, uint32_t bindings, bool authenticated)
{
	const struct hp_conf_machine machine = hp_machine();
	char text[4096], *at = text, *const end = text + sizeof(text);
	struct hp_error e = {0};
	int ret;

	at += snprintf(
		at, (size_t)(end - at),
		"{\"name\": \"bench\", \"ports\": [{\"name\": \"p0\", \"device\": \"" DEVICE "\"}],"
		"\"runtime\": {\"management_core\": 0, \"worker_cores\": [1]},"
		"\"links\": [{\"name\": \"core\", \"port\": \"p0\", \"dad_transmits\": 0, \"addresses\": [\"2001:db8:f::1/64\"]},"
		"{\"name\": \"virtual\", \"port\": null, \"addresses\": [\"2001:db8:2::1/64\"]}],"
		"\"home_agent\": {\"links\": [\"virtual\"], %s\"max_bindings\": %u},"
		"\"api\": {\"unix\": \"/tmp/homeport-bench-%d.sock\"}, \"store\": {\"backend\": null}, \"log\": {\"level\": \"error\"}, \"routes\": [",
		authenticated ? "" : "\"authentication\": \"none\", ", bindings, getpid());
	for (unsigned int i = 0; i < GATEWAYS; i++)
		at += snprintf(at, (size_t)(end - at),
			       "%s{\"prefix\": \"2001:db8:a:%x::/64\", \"via\": \"2001:db8:f::1%02x\", \"link\": \"core\"}", i ? "," : "",
			       i, i);
	at += snprintf(at, (size_t)(end - at), "]}");
	ret = hp_conf_parse(out, "register", text, (size_t)(at - text), &machine, &e);
	if (ret)
		fprintf(stderr, "%s: %s\n", e.path, e.text);
	return ret;
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
	if (b->worker) {
		rte_rcu_qsbr_thread_offline(b->worker->shared->qsbr, 0);
		rte_rcu_qsbr_thread_unregister(b->worker->shared->qsbr, 0);
	}
	hp_appliance_destroy(&b->app);
	rte_eal_hotplug_remove("vdev", DEVICE);
	hp_plan_destroy(b->plan);
	hp_conf_destroy(b->app.conf);
	free(b->sequence);
	free(b->place);
}

static int create(struct bench *b, uint32_t bindings, bool authenticated)
{
	struct hp_error e = {0};
	struct timespec t;
	int ret;

	*b = (struct bench){.bindings = bindings, .authenticated = authenticated, .app = {.epoll_fd = -1, .signal_fd = -1}};
	clock_gettime(CLOCK_MONOTONIC, &t);
	b->app.start_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	hp_log_init(HP_LOG_ERROR, false);
	b->sequence = calloc(bindings, sizeof(*b->sequence));
	b->place = calloc(bindings, sizeof(*b->place));
	ret = b->sequence && b->place ? conf(&b->app.conf, bindings, authenticated) : -ENOMEM;
	ret = ret ? ret : hp_plan_create(&b->plan, b->app.conf);
	ret = ret ? ret : rte_eal_hotplug_add("vdev", DEVICE, "");
	ret = ret ? ret : hp_appliance_create(&b->app, b->plan, &e);
	ret = ret || !authenticated ? ret : enrol(b);
	if (ret) {
		fprintf(stderr, "%s: %s\n", e.path, e.text);
		destroy(b);
		return ret;
	}
	b->worker = b->app.dp->worker[0];
	memcpy(&b->port_mac, &b->worker->shared->port[0].mac, sizeof(b->port_mac));
	rte_rcu_qsbr_thread_register(b->worker->shared->qsbr, 0);
	rte_rcu_qsbr_thread_online(b->worker->shared->qsbr, 0);
	/* The link comes up with the housekeeping; then every gateway makes itself known. */
	settle(b);
	for (unsigned int i = 0; i < GATEWAYS; i++)
		solicit(b, i);
	settle(b);
	b->wrong = 0; /* our own first words on the link */
	return 0;
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
	f->wrong = b->wrong;
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
