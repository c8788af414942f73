/* SPDX-License-Identifier: BSD-3-Clause */
/* The mobile node's core against the correspondent's, in one process, over a network that loses, delays and repeats, while the node moves, goes
 * home and away, and the correspondent sometimes loses all it knew. The home agent is a stub: it believes everything at once. What has to hold
 * at every moment: a packet that the node sends direct is one that the correspondent takes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "correspondent/correspondent.h"
#include "node/node.h"
#include "run.h"
#include "security/hmac.h"
#include "wire/compose.h"
#include "wire/mh.h"

#define PACKETS  512
#define ROUND_MS 600000
#define CALM_MS  120000
#define PLACES   3

static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, ha = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct hp_ip6 at_home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0x77}}, peer = {{0x20, 1, 0xd, 0xb8, 0, 0xc, [15] = 1}};
static const struct hp_mac mac = {{2, 0, 0, 0, 0, 1}};

static struct hp_ip6 place(unsigned int i)
{
	struct hp_ip6 a = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 7}};

	a.b[7] = (uint8_t)i;
	return i < PLACES ? a : at_home;
}

struct in_flight {
	uint64_t at_ms;
	bool to_node, tunnelled;
	size_t len;
	uint8_t octets[512];
};

struct world {
	uint64_t now_ms;
	struct hp_random random;
	struct hp_node *node;
	struct hp_correspondent *correspondent;
	struct hp_hmac *mac;
	struct hp_effects *fx;
	struct hp_ip6 registered; /* where the home agent tunnels to; ::: it does not */
	struct in_flight packet[PACKETS];
	unsigned int packets, at;
	unsigned int lost_percent, twice_percent, jitter_ms;
	bool forgot; /* the correspondent lost all, once at least */
	uint64_t direct, wrong;
	uint64_t misled_ms; /* since when packets go direct that it does not take, 0: they do not */
};

static struct hp_now now(const struct world *w)
{
	return (struct hp_now){.mono_ms = w->now_ms, .wall_ms = w->now_ms + 1000000};
}

static bool chance(struct world *w, unsigned int percent)
{
	return hp_random_between(&w->random, 1, 100) <= percent;
}

static bool any_octets(void *octets, size_t len)
{
	uint8_t *out = octets;

	while (len--)
		*out++ = (uint8_t)rand();
	return true;
}

static bool octets_for_correspondent(void *ctx, void *octets, size_t len)
{
	return any_octets(octets, len);
}

static struct hp_hop route(void *ctx, const struct hp_ip6 *dst)
{
	return (struct hp_hop){.link = 0, .next_hop = *dst, .mtu = 1500};
}

static void as_it_is(void *ctx, struct hp_send *send)
{
}

static bool in_use(void *ctx, uint32_t id)
{
	return true;
}

static int any_address(void *ctx, const struct hp_ip6 *home, const struct hp_ip6 *coa, bool deletion)
{
	return -1;
}

static void open_correspondent(struct world *w)
{
	const struct hp_correspondent_conf c = {.max_bindings = 16,
						.max_lifetime_s = HP_MAX_RR_BINDING_LIFETIME_S,
						.route = route,
						.address = as_it_is,
						.used = in_use,
						.random = octets_for_correspondent,
						.policy = any_address,
						.ctx = w,
						.seed = hp_random_u64(&w->random)};

	CU_ASSERT_EQUAL_FATAL(hp_correspondent_create(&w->correspondent, &c, now(w)), 0);
}

static void fly(struct world *w, bool to_node, bool tunnelled, const uint8_t *octets, size_t len)
{
	const unsigned int copies = chance(w, w->lost_percent) ? 0 : chance(w, w->twice_percent) ? 2 : 1;

	for (unsigned int i = 0; i < copies; i++) {
		struct in_flight *f = &w->packet[w->packets];

		if (w->packets == PACKETS || len > sizeof(f->octets))
			return;
		f->at_ms = w->now_ms + 10 + hp_random_between(&w->random, 0, w->jitter_ms);
		f->to_node = to_node;
		f->tunnelled = tunnelled;
		f->len = len;
		memcpy(f->octets, octets, len);
		w->packets++;
	}
}

/* Registered the moment that the update leaves, so that nothing but correspondents is in question. */
static void home_agent(struct world *w, const struct hp_send *s)
{
	const struct hp_ba ba = {.sequence = (uint16_t)(s->body[6] << 8 | s->body[7]),
				 .lifetime = (uint16_t)(s->body[10] << 8 | s->body[11])};
	uint8_t body[HP_MH_ROOM], octets[256];
	struct hp_send answer = {.src = ha, .dst = hoa, .hop_limit = 64, .proto = HP_PROTO_MH, .body = body};
	int len;

	w->registered = ba.lifetime ? s->src : HP_IP6_ANY;
	if (ba.lifetime)
		answer.coa = s->src;
	answer.body_len = (size_t)hp_ba_write(&ba, body, sizeof(body));
	len = hp_compose(&answer, octets, sizeof(octets));
	CU_ASSERT_FATAL(len > 0);
	fly(w, true, false, octets, (size_t)len);
}

static void send(struct world *w, const struct hp_send *s, bool from_node)
{
	uint8_t octets[512];
	const int len = hp_compose(s, octets, sizeof(octets));
	const bool outer = !hp_ip6_is_any(&s->outer_dst);

	CU_ASSERT_FATAL(len > 0);
	if (s->proto != HP_PROTO_MH)
		return;
	if (from_node && hp_ip6_eq(&s->dst, &ha))
		home_agent(w, s);
	else if (from_node && (!outer || hp_ip6_eq(&s->outer_src, &w->registered)))
		fly(w, false, false, octets + (outer ? HP_IP6_HEADER : 0), (size_t)len - (outer ? HP_IP6_HEADER : 0));
	else if (!from_node)
		fly(w, true, hp_ip6_eq(&s->dst, &hoa) && hp_ip6_is_any(&s->coa) && !hp_ip6_is_any(&w->registered), octets, (size_t)len);
}

static void carry_out(struct world *w, bool from_node)
{
	for (size_t i = 0; i < hp_effects_count(w->fx); i++)
		if (hp_effects_at(w->fx, i)->kind == HP_EFFECT_SEND)
			send(w, &hp_effects_at(w->fx, i)->send, from_node);
	hp_effects_clear(w->fx);
}

static struct hp_node_view look(const struct world *w)
{
	struct hp_node_view v;

	hp_node_look(w->node, 0, &v);
	return v;
}

/* What was sent to where the node is no more is lost. */
static bool finds_node(const struct world *w, const struct hp_packet *p, bool tunnelled)
{
	const struct hp_node_view v = look(w);

	if (tunnelled)
		return !hp_ip6_is_any(&w->registered) && hp_ip6_eq(&w->registered, &v.coa);
	return hp_ip6_eq(&p->dst, &v.coa) || (hp_ip6_is_any(&w->registered) && hp_ip6_eq(&p->dst, &hoa));
}

static void arrive(struct world *w, const struct in_flight *f)
{
	struct hp_packet p;
	uint8_t type;
	size_t error_at;

	if (f->to_node) {
		CU_ASSERT_EQUAL_FATAL(hp_packet_read_node(&p, f->octets, f->len), HP_WALK_OK);
		if (finds_node(w, &p, f->tunnelled))
			hp_node_message(w->node, &p, f->tunnelled, now(w), w->fx);
		carry_out(w, true);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(hp_packet_read(&p, f->octets, f->len), HP_WALK_OK);
	if (p.proto != HP_PROTO_MH ||
	    hp_mh_check(hp_packet_payload(&p), hp_packet_payload_len(&p), hp_packet_source(&p), &p.dst, &type, &error_at) != HP_MH_OK)
		return;
	hp_correspondent_message(w->correspondent, &(struct hp_correspondent_message){.p = &p, .type = type, .own = true}, now(w), w->fx);
	carry_out(w, false);
}

/* A Binding Error of status 1, as control answers what comes with the option and without a binding. */
static void complain(struct world *w, const struct hp_ip6 *coa)
{
	const struct hp_be be = {.status = HP_BE_UNKNOWN_BINDING, .hoa = hoa};
	uint8_t body[HP_MH_ROOM];
	const struct hp_send s = {.src = peer,
				  .dst = *coa,
				  .hop_limit = 64,
				  .proto = HP_PROTO_MH,
				  .body = body,
				  .body_len = (size_t)hp_be_write(&be, body, sizeof(body))};

	send(w, &s, false);
}

/* A packet of an application. */
static bool talk(struct world *w)
{
	struct hp_correspondent_view b;
	const struct hp_node_view v = look(w);
	const bool direct = hp_node_outgoing(w->node, 0, &peer, now(w), w->fx) == HP_NODE_DIRECT;

	carry_out(w, true);
	w->direct += direct;
	if (!direct || (hp_correspondent_find(w->correspondent, &hoa, &peer, &b) && hp_ip6_eq(&b.coa, &v.coa))) {
		w->misled_ms = 0;
		return direct;
	}
	/* Only a correspondent that lost its memory makes the node wrong about it, and not for long: it complains. */
	w->misled_ms = w->misled_ms ? w->misled_ms : w->now_ms;
	w->wrong += !w->forgot || w->now_ms > w->misled_ms + 5000;
	complain(w, &v.coa);
	return false;
}

static void turn(struct world *w)
{
	for (unsigned int i = 0; i < w->packets;) {
		const struct in_flight f = w->packet[i];

		if (f.at_ms > w->now_ms) {
			i++;
			continue;
		}
		w->packet[i] = w->packet[--w->packets];
		arrive(w, &f);
	}
	if (hp_node_next(w->node) <= w->now_ms) {
		hp_node_tick(w->node, now(w), w->fx);
		carry_out(w, true);
	}
	if (hp_correspondent_next(w->correspondent) <= w->now_ms) {
		hp_correspondent_tick(w->correspondent, now(w), w->fx);
		carry_out(w, false);
	}
	w->now_ms += 10;
}

static void move(struct world *w, unsigned int to)
{
	const struct hp_ip6 old = place(w->at), new = place(to);

	hp_node_address(w->node, 0, &old, false, true, now(w), w->fx);
	carry_out(w, true);
	hp_node_address(w->node, 0, &new, true, false, now(w), w->fx);
	carry_out(w, true);
	w->at = to;
}

static void open_world(struct world *w, uint64_t seed)
{
	static const uint32_t preference[] = {10};
	const struct hp_node_home home = {.hoa = hoa, .ha = ha, .prefix_length = 64, .lifetime_s = 3600, .initial_timeout_ms = 1500};
	struct hp_node_conf c = {
		.homes = 1, .home = &home, .interfaces = 1, .preference = preference, .optimize_after = 1, .random = any_octets};

	*w = (struct world){.now_ms = 5000, .jitter_ms = 30};
	hp_random_seed(&w->random, seed);
	srand((unsigned int)seed);
	c.seed = seed;
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w->fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_hmac_create(&w->mac), 0);
	c.mac = w->mac;
	CU_ASSERT_EQUAL_FATAL(hp_node_create(&w->node, &c, now(w)), 0);
	open_correspondent(w);
	hp_node_interface(w->node, 0, true, &mac, now(w), w->fx);
	move(w, 0);
}

static void close_world(struct world *w)
{
	hp_node_destroy(w->node);
	hp_correspondent_destroy(w->correspondent);
	hp_hmac_destroy(w->mac);
	hp_effects_destroy(w->fx);
}

/* Without trouble: direct after little more than three times there and back. */
static void test_calm(void)
{
	static struct world w;

	open_world(&w, 1);
	w.jitter_ms = 0;
	while (!talk(&w) && w.now_ms < 10000)
		turn(&w);
	CU_ASSERT(w.now_ms <= 5000 + 6 * 10 + 10 * 6);
	CU_ASSERT_EQUAL(hp_correspondent_bindings(w.correspondent), 1);
	for (unsigned int i = 0; i < 200000; i++) {
		turn(&w);
		if (i % 10 == 0)
			CU_ASSERT(talk(&w)); /* refreshed in time, for more than half an hour */
	}
	move(&w, PLACES);
	for (unsigned int i = 0; i < 100; i++)
		turn(&w);
	CU_ASSERT_EQUAL(hp_correspondent_bindings(w.correspondent), 0); /* told from home */
	move(&w, 1);
	for (unsigned int i = 0; i < 6000; i++) {
		turn(&w);
		talk(&w);
	}
	CU_ASSERT(talk(&w));
	CU_ASSERT_EQUAL(w.wrong, 0);
	close_world(&w);
}

static void wild(struct world *w, bool forgets)
{
	const uint64_t end_ms = w->now_ms + ROUND_MS;

	w->lost_percent = hp_random_between(&w->random, 0, 40);
	w->twice_percent = hp_random_between(&w->random, 0, 30);
	w->jitter_ms = hp_random_between(&w->random, 0, 3000);
	while (w->now_ms < end_ms) {
		turn(w);
		if (chance(w, 20))
			talk(w);
		if (hp_random_between(&w->random, 1, 3000) == 1)
			move(w, hp_random_between(&w->random, 0, PLACES));
		if (forgets && hp_random_between(&w->random, 1, 10000) == 1) {
			hp_correspondent_destroy(w->correspondent);
			open_correspondent(w);
			w->forgot = true;
		}
	}
}

static void storm(bool forgets)
{
	static struct world w;
	const uint64_t seed = hp_test_seed();
	uint64_t direct = 0;

	for (unsigned int round = 0; round < 30; round++) {
		uint64_t calm_ms;

		open_world(&w, seed + round);
		wild(&w, forgets);
		HP_CHECK("storm", "nothing direct that is not taken", w.wrong == 0);
		direct += w.direct;
		w.lost_percent = w.twice_percent = 0;
		w.jitter_ms = 30;
		move(&w, w.at == 1 ? 2 : 1);
		for (calm_ms = w.now_ms + CALM_MS; w.now_ms < calm_ms; turn(&w))
			talk(&w);
		HP_CHECK("storm", "direct when it has calmed down", talk(&w));
		close_world(&w);
	}
	CU_ASSERT(direct > 1000);
}

static void test_storm(void)
{
	storm(false);
}

static void test_forgetful(void)
{
	storm(true);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"a calm network", test_calm},
		{"loss, delay, repetition, moves", test_storm},
		{"and a correspondent that forgets", test_forgetful},
		HP_TESTS_END,
	};

	return hp_tests_run("pair", tests);
}
