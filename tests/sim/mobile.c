/* SPDX-License-Identifier: BSD-3-Clause */
/* A mobile node that is lib/node, with a clock of its own that is wrong, and a life: it moves, comes home, falls silent, is rekeyed. */
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "wire/compose.h"
#include "wire/mh.h"
#include "world.h"

#define LIFETIME_S 120
#define SKEW_MS    100000

static struct hp_now local(const struct world *w, const struct node *n)
{
	return (struct hp_now){.mono_ms = w->now.mono_ms, .wall_ms = w->now.wall_ms + (uint64_t)n->skew_ms};
}

/* Starts the program, with the newest key that there is. */
static void start(struct world *w, struct node *n)
{
	const struct hp_key_spec *spec = &n->spec.key[n->spec.key[1].spi != 0];
	const uint32_t preference = 1;
	const struct hp_node_home home = {.hoa = n->hoa,
					  .ha = craft_ip6("2001:db8:1::1"),
					  .prefix_length = 64,
					  .lifetime_s = LIFETIME_S,
					  .initial_timeout_ms = 1500,
					  .method = HP_NODE_MN_HA,
					  .identity = n->spec.identity,
					  .key = &n->key};
	const struct hp_node_conf conf = {
		.homes = 1, .home = &home, .interfaces = 1, .preference = &preference, .mac = w->mac, .seed = hp_random_u64(&w->random)};

	n->key = (struct hp_key){
		.spi = spec->spi, .algorithm = (uint8_t)spec->algorithm, .len = spec->len, .timestamp = true, .octets = spec->octets};
	if (hp_node_create(&n->core, &conf, local(w, n)))
		abort();
	hp_node_interface(n->core, 0, true, &n->mac, local(w, n), n->fx);
}

static struct hp_key_spec new_key(struct world *w, uint32_t spi)
{
	struct hp_key_spec k = {.spi = spi, .algorithm = spi % 2 ? HP_HMAC_SHA256_128 : HP_HMAC_SHA1_96, .timestamp = true, .len = 20};

	for (unsigned int i = 0; i < k.len; i++)
		k.octets[i] = (uint8_t)hp_random_u64(&w->random);
	return k;
}

void node_init(struct world *w, struct node *n, unsigned int number)
{
	*n = (struct node){.number = number, .hoa = craft_ip6("2001:db8:1::1:0"), .mac = {{2, 0, 0, 1, 0, (uint8_t)number}}};
	n->hoa.b[15] = (uint8_t)number;
	n->coa = n->hoa;
	n->silent = true; /* nowhere yet */
	n->skew_ms = (int64_t)hp_random_between(&w->random, 0, 2 * SKEW_MS) - SKEW_MS;
	n->move_ms = w->now.mono_ms + hp_random_between(&w->random, 0, 20000);
	n->spec = (struct hp_subscriber_spec){.hoa = n->hoa, .identity_len = 7, .key = {new_key(w, 256 + number)}};
	memcpy(n->spec.identity, "ship@", 5);
	n->spec.identity[5] = (char)('a' + number / 10);
	n->spec.identity[6] = (char)('0' + number % 10);
	if (hp_effects_create(&n->fx))
		abort();
	start(w, n);
}

/* Whatever leaves is proved, and where it says that the node is, it is. */
static void note(struct world *w, struct node *n, const struct hp_send *s)
{
	struct hp_bu bu;

	CU_ASSERT_FATAL(hp_bu_read(&bu, s->body, s->body_len) == HP_MH_OK);
	CU_ASSERT_FATAL(bu.proof.mn_ha.present && bu.proof.has_timestamp && bu.proof.identity_len);
	n->sent[n->sent_at].timestamp = bu.proof.timestamp;
	n->sent[n->sent_at].coa = s->src;
	n->sent[n->sent_at].accepted = false;
	n->sent_at = (n->sent_at + 1) % SENT;
	w->updates++;
}

static void carry_out(struct world *w, struct node *n)
{
	struct hp_node_view v;

	for (size_t i = 0; i < hp_effects_count(n->fx); i++) {
		const struct hp_effect *e = hp_effects_at(n->fx, i);
		uint8_t packet[CRAFT_ROOM];
		int len;

		if (e->kind != HP_EFFECT_SEND || n->silent)
			continue;
		if (e->send.proto == HP_PROTO_MH)
			note(w, n, &e->send);
		len = hp_compose(&e->send, packet, sizeof(packet));
		CU_ASSERT_FATAL(len > 0);
		world_send(w, n, packet, (size_t)len);
	}
	hp_effects_clear(n->fx);
	hp_node_look(n->core, 0, &v);
	n->acknowledged = v.state == HP_NODE_AWAY || v.state == HP_NODE_HOME;
}

/* The interface's address: of a visited network, or, on the home link, one beside the home address. */
static struct hp_ip6 address_of(const struct node *n)
{
	struct hp_ip6 a = n->coa;

	if (node_is_home(n))
		a.b[13] = 2;
	return a;
}

static void leave(struct world *w, struct node *n)
{
	const struct hp_ip6 a = address_of(n);

	hp_node_address(n->core, 0, &a, false, true, local(w, n), n->fx);
	carry_out(w, n);
}

static void arrive(struct world *w, struct node *n)
{
	const struct hp_ip6 a = address_of(n);

	n->silent = false;
	hp_node_address(n->core, 0, &a, true, false, local(w, n), n->fx);
	carry_out(w, n);
}

/* The program ends and starts with another key, which the agent knows beside the old one. */
static void rekey(struct world *w, struct node *n)
{
	for (unsigned int i = 0; i < HP_NODE_COUNT; i++)
		n->lifes[i] += hp_node_count(n->core)[i];
	hp_node_destroy(n->core);
	n->spec.key[1] = new_key(w, n->spec.key[0].spi + NODES);
	world_enrol(w, n);
	start(w, n);
}

static void move(struct world *w, struct node *n)
{
	const uint32_t where = hp_random_between(&w->random, 0, w->restless ? NETWORKS + 1 : NETWORKS);

	n->moves++;
	n->move_ms = w->now.mono_ms + hp_random_between(&w->random, 200, 30000);
	if (!n->silent)
		leave(w, n);
	if (where == NETWORKS + 1 && !node_is_home(n)) {
		n->silent = true;
		n->move_ms += 200000;
		return;
	}
	/* A clock that is set by hand; a key that is changed: abroad, since a program that has just started knows of no binding to give up. */
	if (hp_random_between(&w->random, 0, 9) == 0)
		n->skew_ms = (int64_t)hp_random_between(&w->random, 0, 2 * SKEW_MS) - SKEW_MS;
	if (hp_random_between(&w->random, 0, 19) == 0 && where < NETWORKS && !n->spec.key[1].spi)
		rekey(w, n);
	n->coa = n->hoa;
	if (where < NETWORKS) {
		n->coa = craft_ip6("2001:db8:a0::1:0");
		n->coa.b[5] = (uint8_t)(n->coa.b[5] + where);
		n->coa.b[15] = (uint8_t)n->number;
	}
	arrive(w, n);
}

uint64_t node_next(const struct node *n)
{
	const uint64_t next_ms = hp_node_next(n->core);

	return next_ms < n->move_ms ? next_ms : n->move_ms;
}

void node_run(struct world *w, struct node *n)
{
	if (n->move_ms <= w->now.mono_ms) {
		n->move_ms = UINT64_MAX;
		if (w->restless || n->silent)
			move(w, n);
	}
	hp_node_tick(n->core, local(w, n), n->fx);
	carry_out(w, n);
}

void node_hear(struct world *w, struct node *n, const uint8_t *packet, size_t len)
{
	struct hp_packet p;

	if (packet[6] == HP_PROTO_ICMPV6 && len >= 64 && packet[40] == 135)
		world_solicited(w, n, packet);
	if (n->silent || hp_packet_read_node(&p, packet, len) != HP_WALK_OK || p.proto != HP_PROTO_MH || !hp_ip6_eq(&p.dst, &n->coa))
		return;
	hp_node_message(n->core, &p, false, local(w, n), n->fx);
	carry_out(w, n);
}
