/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile nodes that optimize their routes to an address of ours and to a host behind us, while packets are lost, repeated, late by minutes, and
 * nodes move, and an attacker hears all updates: no binding ever begins where its node has not been as long as tokens live, and everybody is
 * optimized when it is quiet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "craft.h"
#include "node/node.h"
#include "run.h"
#include "wire/compose.h"
#include "wire/mh.h"

enum { NODES = 10, PLACES = 5, PEERS = 2, FLIGHTS = 8192, HA_LINK = 0, CORE = 1 };
#define TOKEN_MS   (HP_MAX_NONCE_LIFETIME_S * 1000ull)
#define NOWHERE    PLACES
#define HOUR_MS    3600000ull
#define TRAFFIC_MS 1000

struct flight {
	uint64_t at_ms;
	bool to_agent;
	uint8_t data[256];
	size_t len;
};

struct traveller {
	struct hp_node *core;
	struct hp_effects *fx;
	struct hp_ip6 hoa, coa;
	unsigned int place;
	uint64_t left_ms[PLACES]; /* 0: never been there */
	uint64_t move_ms;
};

static struct world {
	struct hp_guard *guard;
	struct hp_hmac *mac;
	struct hp_control *control;
	struct hp_effects *fx;
	struct hp_now now;
	struct hp_random random;
	struct traveller node[NODES];
	struct hp_ip6 ha, peer[PEERS];
	struct flight flight[FLIGHTS];
	unsigned int flights;
	bool quiet, settled;
	uint64_t begun, moved, errors, served, strikes;
} w;

static bool unpredictable(void *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)octets)[i] = (uint8_t)hp_random_u64(&w.random);
	return true;
}

static bool for_control(void *ctx, void *octets, size_t len)
{
	(void)ctx;
	return unpredictable(octets, len);
}

static bool used(void *ctx, uint32_t id)
{
	(void)ctx;
	(void)id;
	return true;
}

static void take_off(bool to_agent, const uint8_t *data, size_t len, uint64_t delay_ms)
{
	struct flight *f = &w.flight[w.flights];

	CU_ASSERT_FATAL(len <= sizeof(f->data));
	if (w.flights == FLIGHTS)
		return;
	*f = (struct flight){.at_ms = w.now.mono_ms + delay_ms, .to_agent = to_agent, .len = len};
	memcpy(f->data, data, len);
	w.flights++;
}

/* Who hears a correspondent's update sends it too, from where no node ever is: its checksum is over the home address, and does not notice. */
static void strike(const uint8_t *data, size_t len)
{
	uint8_t copy[256];

	if (len < 76 || data[6] != HP_PROTO_DSTOPTS || data[40] != HP_PROTO_MH || data[66] != HP_MH_BU || data[72] & 0x40)
		return;
	memcpy(copy, data, len);
	copy[8 + 7] = NOWHERE;
	take_off(true, copy, len, 1);
	w.strikes++;
}

/* A fifth is lost, a tenth comes twice, some of it minutes later. */
static void fly(bool to_agent, const uint8_t *data, size_t len)
{
	if (to_agent && !w.quiet)
		strike(data, len);
	if (!w.quiet && hp_random_between(&w.random, 0, 4) == 0)
		return;
	take_off(to_agent, data, len, hp_random_between(&w.random, 5, w.quiet ? 50 : 300));
	if (!w.quiet && hp_random_between(&w.random, 0, 9) == 0)
		take_off(to_agent, data, len, hp_random_between(&w.random, 5, 900000));
}

static void send(bool to_agent, const struct hp_send *s)
{
	uint8_t packet[256];
	const int len = hp_compose(s, packet, sizeof(packet));

	CU_ASSERT_FATAL(len > 0);
	fly(to_agent, packet, (size_t)len);
}

static void begins(const struct hp_event *e)
{
	const struct traveller *n = NULL;
	const unsigned int place = e->coa.b[7];

	for (unsigned int i = 0; i < NODES; i++)
		if (hp_ip6_eq(&w.node[i].hoa, &e->hoa))
			n = &w.node[i];
	CU_ASSERT_FATAL(n != NULL && place <= NOWHERE && e->coa.b[15] == n->hoa.b[15]);
	if (place == NOWHERE) {
		CU_FAIL("a binding that leads nowhere");
		return;
	}
	CU_ASSERT(n->place == place || (!w.settled && n->left_ms[place] && w.now.mono_ms - n->left_ms[place] <= TOKEN_MS));
	w.begun += e->kind == HP_EVENT_ROUTE_OPTIMIZED;
	w.moved += e->kind == HP_EVENT_ROUTE_MOVED;
}

static void agent_acts(void)
{
	for (size_t i = 0; i < hp_effects_count(w.fx); i++) {
		const struct hp_effect *e = hp_effects_at(w.fx, i);

		if (e->kind == HP_EFFECT_SEND && e->send.proto == HP_PROTO_MH) {
			w.errors += e->send.body[2] == HP_MH_BE;
			send(false, &e->send);
		} else if (e->kind == HP_EFFECT_EVENT &&
			   (e->event.kind == HP_EVENT_ROUTE_OPTIMIZED || e->event.kind == HP_EVENT_ROUTE_MOVED)) {
			begins(&e->event);
		}
	}
	hp_effects_clear(w.fx);
}

/* A datagram of a peer's: by the binding if he has one, else through the home agent's tunnel. */
static void peer_sends(const struct hp_ip6 *peer, const struct hp_ip6 *hoa)
{
	const uint8_t body[8] = {0};
	struct hp_send s = {.src = *peer, .dst = *hoa, .link = HP_LINK_ANY, .hop_limit = 64, .proto = 17, .body = body, .body_len = 8};
	struct hp_correspondent_view e;
	struct hp_binding_view b;

	if (hp_correspondent_find(hp_control_correspondent(w.control), hoa, peer, &e)) {
		s.coa = e.coa;
	} else if (hp_agent_find(hp_control_agent(w.control), hoa, &b) && b.state == HP_BINDING_VALID) {
		s.outer_src = b.ha;
		s.outer_dst = b.coa;
	} else {
		return;
	}
	send(false, &s);
}

static void agent_hears(const uint8_t *data, size_t len)
{
	struct hp_input in = {.data = data, .len = len, .link = CORE, .has_mac = true};
	struct hp_correspondent_view e;
	struct hp_binding_view b;
	struct hp_packet p;

	CU_ASSERT_FATAL(hp_packet_read(&p, data, len) == HP_WALK_OK);
	if (p.proto == HP_PROTO_IPV6) {
		const struct hp_ip6 coa = p.src;

		in = (struct hp_input){
			.data = hp_packet_payload(&p), .len = hp_packet_payload_len(&p), .link = CORE, .tunnelled = true, .outer_src = coa};
		CU_ASSERT_FATAL(hp_packet_read(&p, in.data, in.len) == HP_WALK_OK);
		if (!hp_agent_find(hp_control_agent(w.control), &p.src, &b) || b.state != HP_BINDING_VALID || !hp_ip6_eq(&b.coa, &coa))
			return;
	}
	if (p.proto == 17 &&
	    (!p.has_hao || (hp_correspondent_find(hp_control_correspondent(w.control), &p.hoa, &p.dst, &e) && hp_ip6_eq(&e.coa, &p.src)))) {
		w.served++;
		peer_sends(&p.dst, hp_packet_source(&p));
		return;
	}
	hp_control_packet(w.control, &in, w.now, w.fx);
	agent_acts();
}

static void node_acts(struct traveller *n)
{
	for (size_t i = 0; i < hp_effects_count(n->fx); i++) {
		const struct hp_effect *e = hp_effects_at(n->fx, i);

		if (e->kind == HP_EFFECT_SEND && e->send.proto == HP_PROTO_MH && n->place != NOWHERE)
			send(true, &e->send);
	}
	hp_effects_clear(n->fx);
}

static void node_hears(struct traveller *n, const struct hp_packet *outer)
{
	const bool tunnelled = outer->proto == HP_PROTO_IPV6;
	struct hp_packet p = *outer;

	if (tunnelled && hp_packet_read_node(&p, hp_packet_payload(outer), hp_packet_payload_len(outer)) != HP_WALK_OK)
		return;
	if (p.proto == HP_PROTO_MH)
		hp_node_message(n->core, &p, tunnelled, w.now, n->fx);
	else if (tunnelled)
		hp_node_incoming(n->core, 0, &p.src, w.now, n->fx);
	else if (p.has_rh2)
		hp_node_progress(n->core, 0, &p.src, w.now);
	node_acts(n);
}

static void land(const struct flight *f)
{
	struct hp_packet p;

	if (f->to_agent) {
		agent_hears(f->data, f->len);
		return;
	}
	CU_ASSERT_FATAL(hp_packet_read_node(&p, f->data, f->len) == HP_WALK_OK);
	for (unsigned int i = 0; i < NODES; i++)
		if (w.node[i].place != NOWHERE && hp_ip6_eq(&w.node[i].coa, &p.dst))
			node_hears(&w.node[i], &p);
}

static void move(struct traveller *n)
{
	const unsigned int to = hp_random_between(&w.random, 0, PLACES);

	n->move_ms = w.now.mono_ms + hp_random_between(&w.random, 500, 60000);
	if (to == n->place)
		return;
	if (n->place != NOWHERE) {
		n->left_ms[n->place] = w.now.mono_ms;
		hp_node_address(n->core, 0, &n->coa, false, true, w.now, n->fx);
		node_acts(n);
	}
	n->place = to;
	if (to == NOWHERE)
		return;
	n->coa.b[7] = (uint8_t)to;
	hp_node_address(n->core, 0, &n->coa, true, false, w.now, n->fx);
	node_acts(n);
}

/* A datagram of the node's to a peer. */
static void node_sends(struct traveller *n, const struct hp_ip6 *peer)
{
	const uint8_t body[8] = {0};
	struct hp_send s = {.src = n->hoa, .dst = *peer, .link = HP_LINK_ANY, .hop_limit = 64, .proto = 17, .body = body, .body_len = 8};

	if (hp_node_outgoing(n->core, 0, peer, w.now, n->fx) == HP_NODE_DIRECT) {
		s.hoa = n->hoa;
		s.src = n->coa;
	} else {
		s.outer_src = n->coa;
		s.outer_dst = w.ha;
	}
	node_acts(n);
	if (n->place != NOWHERE)
		send(true, &s);
}

static void look(void *ctx, const struct hp_node_correspondent_view *v)
{
	*(unsigned int *)ctx += v->route == HP_NODE_ROUTE_OPTIMIZED;
}

/* The node thinks so, and the correspondents too. */
static bool is_optimized(const struct traveller *n)
{
	struct hp_correspondent_view e;
	unsigned int routes = 0;

	hp_node_correspondents(n->core, look, &routes);
	for (unsigned int i = 0; i < PEERS; i++)
		if (!hp_correspondent_find(hp_control_correspondent(w.control), &n->hoa, &w.peer[i], &e) || !hp_ip6_eq(&e.coa, &n->coa))
			return false;
	return routes == PEERS;
}

static unsigned int optimized(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < NODES; i++)
		n += is_optimized(&w.node[i]);
	return n;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void run_until(uint64_t end, bool until_optimized)
{
	uint64_t traffic_ms = w.now.mono_ms;

	while (w.now.mono_ms < end && !(until_optimized && optimized() == NODES)) {
		uint64_t next = earlier(earlier(end, traffic_ms), hp_control_next(w.control));

		for (unsigned int i = 0; i < w.flights; i++)
			next = earlier(next, w.flight[i].at_ms);
		for (unsigned int i = 0; i < NODES; i++)
			next = earlier(next, earlier(hp_node_next(w.node[i].core), w.quiet ? UINT64_MAX : w.node[i].move_ms));
		if (next > w.now.mono_ms) {
			w.now.wall_ms += next - w.now.mono_ms;
			w.now.mono_ms = next;
		}
		for (unsigned int i = 0; i < w.flights; i++)
			if (w.flight[i].at_ms <= w.now.mono_ms) {
				const struct flight f = w.flight[i];

				w.flight[i--] = w.flight[--w.flights];
				land(&f);
			}
		hp_control_tick(w.control, w.now, w.fx);
		agent_acts();
		for (unsigned int i = 0; i < NODES; i++) {
			struct traveller *n = &w.node[i];

			if (!w.quiet && n->move_ms <= w.now.mono_ms)
				move(n);
			hp_node_tick(n->core, w.now, n->fx);
			node_acts(n);
			for (unsigned int k = 0; k < PEERS && traffic_ms <= w.now.mono_ms; k++)
				node_sends(n, &w.peer[k]);
		}
		if (traffic_ms <= w.now.mono_ms)
			traffic_ms = w.now.mono_ms + TRAFFIC_MS;
	}
}

static void open_control(uint64_t seed)
{
	const uint32_t infinite = HP_LIFETIME_INFINITE;
	const struct hp_own_address home[] = {{w.ha, 64, infinite, infinite}}, core[] = {{w.peer[0], 64, infinite, infinite}};
	const struct hp_neighbor_link links[] = {
		[HA_LINK] = {.is_virtual = true, .mtu = 1500, .addresses = 1, .address = home, .home = true},
		[CORE] = {.mac = {{2, 0, 0, 0, 0, 2}}, .mtu = 1500, .addresses = 1, .address = core},
	};
	const struct hp_route gate = {.kind = HP_ROUTE_STATIC, .link = CORE, .via = craft_ip6("2001:db8:f::fe")};
	const struct hp_prefix protect = {w.peer[1], 64};
	const struct hp_control_conf conf = {
		.links = 2,
		.link = links,
		.routes = 1,
		.route = &gate,
		.max_bindings = NODES,
		.max_lifetime_s = 3600,
		.correspondent = {.enabled = true,
				  .max_bindings = 2 * NODES * PEERS,
				  .max_lifetime_s = HP_MAX_RR_BINDING_LIFETIME_S,
				  .protects = 1,
				  .protect = &protect,
				  .used = used,
				  .random = for_control},
		.guard = w.guard,
		.seed = seed,
	};

	if (hp_control_create(&w.control, &conf, w.now))
		abort();
	hp_control_start(w.control, w.now, w.fx);
	hp_control_carrier(w.control, CORE, true, w.now, w.fx);
	hp_effects_clear(w.fx);
}

static void open_node(struct traveller *n, unsigned int i)
{
	const struct hp_node_home home = {
		.hoa = craft_ip6("2001:db8:1::1:0"), .ha = w.ha, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500};
	const uint32_t preference = 1;
	struct hp_node_home own = home;
	struct hp_node_conf conf = {.homes = 1,
				    .home = &own,
				    .interfaces = 1,
				    .preference = &preference,
				    .mac = w.mac,
				    .optimize_after = 1,
				    .random = unpredictable,
				    .seed = hp_random_u64(&w.random)};

	own.hoa.b[15] = (uint8_t)(i + 1);
	*n = (struct traveller){.hoa = own.hoa, .coa = craft_ip6("2001:db8:a::"), .place = NOWHERE, .move_ms = w.now.mono_ms + i};
	n->coa.b[15] = own.hoa.b[15];
	if (hp_effects_create(&n->fx) || hp_node_create(&n->core, &conf, w.now))
		abort();
	hp_node_interface(n->core, 0, true, &(struct hp_mac){{2, 0, 0, 1, 0, (uint8_t)i}}, w.now, n->fx);
}

static void live(uint64_t seed)
{
	memset(&w, 0, sizeof(w));
	w.now = (struct hp_now){.mono_ms = 5000, .wall_ms = 1700000000000};
	hp_random_seed(&w.random, seed);
	w.ha = craft_ip6("2001:db8:1::1");
	w.peer[0] = craft_ip6("2001:db8:f::1");
	w.peer[1] = craft_ip6("2001:db8:5::1");
	if (hp_guard_create(&w.guard, &(struct hp_guard_conf){.method = HP_GUARD_OPEN}, w.now) || hp_hmac_create(&w.mac) ||
	    hp_effects_create(&w.fx))
		abort();
	open_control(seed);
	for (unsigned int i = 0; i < NODES; i++)
		open_node(&w.node[i], i);
	run_until(HOUR_MS / 2, false);
	for (unsigned int i = 0; i < NODES; i++)
		while (w.node[i].place == NOWHERE)
			move(&w.node[i]);
	w.quiet = true;
	run_until(w.now.mono_ms + HOUR_MS, true);
	printf("\n    seed %llu: %llu bindings begun, %llu moved, %llu errors, %llu datagrams served, %llu updates forged; quiet for %llu s ",
	       (unsigned long long)seed, (unsigned long long)w.begun, (unsigned long long)w.moved, (unsigned long long)w.errors,
	       (unsigned long long)w.served, (unsigned long long)w.strikes, (unsigned long long)((w.now.mono_ms - HOUR_MS / 2) / 1000));
	CU_ASSERT_EQUAL(optimized(), NODES);
	/* What is still on its way from before leads nobody astray. */
	w.settled = true;
	run_until(w.now.mono_ms + HOUR_MS / 2, false);
	run_until(w.now.mono_ms + HOUR_MS / 60, true);
	CU_ASSERT_EQUAL(optimized(), NODES);
	/* The run must have been one. */
	CU_ASSERT(w.begun > NODES && w.moved > 2 * NODES && w.errors > 0 && w.served > 1000 && w.strikes > 100);
	for (unsigned int i = 0; i < NODES; i++) {
		hp_node_destroy(w.node[i].core);
		hp_effects_destroy(w.node[i].fx);
	}
	hp_control_destroy(w.control, w.fx);
	hp_guard_destroy(w.guard);
	hp_hmac_destroy(w.mac);
	hp_effects_destroy(w.fx);
}

static void test_lives(void)
{
	const uint64_t seed = hp_test_seed();

	for (unsigned int i = 0; i < 4; i++)
		live(seed + i);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"routes of mobile lives", test_lives},
		HP_TESTS_END,
	};

	return hp_tests_run("sim routes", tests);
}
