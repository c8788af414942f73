/* SPDX-License-Identifier: BSD-3-Clause */
/* The mobile node under a virtual clock: what it sends and when. Clauses of RFC 6275 in the names of the tests. */
#include <stdio.h>

#include "node/node.h"
#include "run.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/discovery.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, ha = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct hp_ip6 coa_a = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 7}}, coa_b = {{0x20, 1, 0xd, 0xb8, 0, 0xb, [15] = 7}};
static const struct hp_ip6 at_home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0x77}};
static const struct hp_mac mac = {{2, 0, 0, 0, 0, 1}};

struct world {
	struct hp_node *node;
	struct hp_effects *fx;
	uint64_t now_ms;
	/* Of the last call: */
	unsigned int updates;
	struct hp_bu bu;
	struct hp_send sent;
	bool bound, unbound, home, untested, home_gone, announced;
	unsigned int requests, solicitations;
	uint16_t identifier;
	struct hp_ip6 asked;
	struct hp_ip6 tunnel; /* other end */
	unsigned int events[HP_EVENT_COUNT];
	bool silent_agent; /* solicitations are not answered by themselves */
};

static struct hp_now now(const struct world *w)
{
	return (struct hp_now){.mono_ms = w->now_ms, .wall_ms = w->now_ms + 1000000};
}

static void look_at_icmp(struct world *w, const struct hp_packet *p)
{
	const uint8_t *m = hp_packet_payload(p);

	CU_ASSERT_EQUAL(hp_checksum(hp_packet_source(p), &p->dst, HP_PROTO_ICMPV6, m, hp_packet_payload_len(p)), 0);
	w->announced = w->announced || m[0] == HP_ICMP6_NA;
	if (m[0] != HP_ICMP6_DHAAD_REQUEST && m[0] != HP_ICMP6_MPS)
		return;
	w->requests += m[0] == HP_ICMP6_DHAAD_REQUEST;
	w->solicitations += m[0] == HP_ICMP6_MPS;
	w->identifier = (uint16_t)(m[4] << 8 | m[5]);
	w->asked = p->dst;
	/* §6.5, §6.7: from the care-of address, the solicitation with the option. */
	CU_ASSERT(hp_packet_payload_len(p) == 8 && m[1] == 0 && m[6] == 0 && m[7] == 0 && p->has_hao == (m[0] == HP_ICMP6_MPS));
}

/* Reads the effects of the last call into the world, and the update as its receiver would. */
static void see(struct world *w)
{
	w->updates = w->requests = w->solicitations = 0;
	memset(w->events, 0, sizeof(w->events));
	w->bound = w->unbound = w->home = w->untested = w->home_gone = w->announced = false;
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect *e = hp_effects_at(w->fx, i);
		uint8_t packet[256], type;
		struct hp_packet p;
		size_t error_at;
		int len;

		switch (e->kind) {
		case HP_EFFECT_SEND:
			len = hp_compose(&e->send, packet, sizeof(packet));
			CU_ASSERT_FATAL(len > 0);
			CU_ASSERT_EQUAL_FATAL(hp_packet_read(&p, packet, (size_t)len), HP_WALK_OK);
			if (p.proto != HP_PROTO_MH) {
				look_at_icmp(w, &p);
				break;
			}
			CU_ASSERT_EQUAL(hp_mh_check(hp_packet_payload(&p), hp_packet_payload_len(&p), hp_packet_source(&p), &p.dst, &type,
						    &error_at),
					HP_MH_OK);
			CU_ASSERT_EQUAL(hp_bu_read(&w->bu, hp_packet_payload(&p), hp_packet_payload_len(&p)), HP_MH_OK);
			w->sent = e->send;
			w->updates++;
			break;
		case HP_EFFECT_BIND:
			w->bound = true;
			w->tunnel = e->bind.ha;
			break;
		case HP_EFFECT_UNBIND:
			w->unbound = true;
			break;
		case HP_EFFECT_ADDRESS:
			w->home = w->home || e->address.valid;
			w->untested = w->untested || e->address.untested;
			w->home_gone = w->home_gone || !e->address.valid;
			break;
		case HP_EFFECT_EVENT:
			w->events[e->event.kind]++;
			break;
		default:
			break;
		}
	}
	hp_effects_clear(w->fx);
}

static void open_home(struct world *w, const struct hp_ip6 *agent)
{
	static const uint32_t preference[] = {10, 1};
	const struct hp_node_home home = {
		.hoa = hoa, .ha = *agent, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500, .prefix_discovery = true};
	const struct hp_node_conf c = {.homes = 1, .home = &home, .interfaces = 2, .preference = preference, .seed = 5};

	*w = (struct world){.now_ms = 5000};
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w->fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_node_create(&w->node, &c, now(w)), 0);
	hp_node_interface(w->node, 0, true, &mac, now(w), w->fx);
	hp_node_interface(w->node, 1, true, &mac, now(w), w->fx);
	see(w);
}

static void open_world(struct world *w)
{
	open_home(w, &ha);
}

static void close_world(struct world *w)
{
	hp_node_destroy(w->node);
	hp_effects_destroy(w->fx);
}

static void address(struct world *w, uint16_t interface, const struct hp_ip6 *a, bool usable, bool gone)
{
	hp_node_address(w->node, interface, a, usable, gone, now(w), w->fx);
	see(w);
}

/* A message as an agent sends it, by way of its bytes. */
static void hear(struct world *w, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_ip6 *coa, const uint8_t *body,
		 int len)
{
	const struct hp_send s = {
		.src = *src, .dst = *dst, .coa = *coa, .hop_limit = 64, .proto = HP_PROTO_MH, .body = body, .body_len = (size_t)len};
	uint8_t packet[256];
	struct hp_packet p;

	len = hp_compose(&s, packet, sizeof(packet));
	CU_ASSERT_EQUAL_FATAL(hp_packet_read_node(&p, packet, (size_t)len), HP_WALK_OK);
	hp_node_message(w->node, &p, false, now(w), w->fx);
	see(w);
}

static void hear_icmp(struct world *w, const struct hp_ip6 *src, bool routed, const uint8_t *body, int len)
{
	struct hp_node_view v;
	struct hp_send s = {.src = *src, .hop_limit = 64, .proto = HP_PROTO_ICMPV6, .body = body, .body_len = (size_t)len};
	uint8_t packet[1280];
	struct hp_packet p;

	hp_node_look(w->node, 0, &v);
	s.dst = routed ? hoa : v.coa;
	if (routed)
		s.coa = v.coa;
	len = hp_compose(&s, packet, sizeof(packet));
	CU_ASSERT_EQUAL_FATAL(hp_packet_read_node(&p, packet, (size_t)len), HP_WALK_OK);
	hp_node_icmp(w->node, &p, now(w), w->fx);
}

static void hear_prefix(struct world *w, const struct hp_ip6 *src, uint16_t identifier, uint32_t valid_s, uint32_t preferred_s)
{
	const struct hp_mpa m = {.identifier = identifier,
				 .prefixes = 2,
				 .prefix = {{.prefix = {{0x20, 1, 0xd, 0xb8, 0, 9}}, .length = 64, .valid_s = 1},
					    {.prefix = ha,
					     .length = 64,
					     .on_link = true,
					     .autonomous = true,
					     .router_address = true,
					     .valid_s = valid_s,
					     .preferred_s = preferred_s}}};
	uint8_t body[256];

	hear_icmp(w, src, true, body, hp_mpa_write(&m, body, sizeof(body)));
}

static void hear_ba(struct world *w, const struct hp_ip6 *src, const struct hp_ba *ba)
{
	struct hp_node_view v;
	uint8_t body[HP_MH_ROOM];

	hp_node_look(w->node, 0, &v);
	hear(w, src, &hoa, &v.coa, body, hp_ba_write(ba, body, sizeof(body)));
	if (w->solicitations && !w->silent_agent) {
		hear_prefix(w, src, w->identifier, UINT32_MAX, UINT32_MAX);
		CU_ASSERT_EQUAL(hp_effects_count(w->fx), 0);
	}
}

static void acknowledge(struct world *w, uint8_t status, uint16_t sequence, uint16_t lifetime)
{
	hear_ba(w, &ha, &(struct hp_ba){.status = status, .sequence = sequence, .lifetime = lifetime});
}

static enum hp_node_state state(const struct world *w)
{
	struct hp_node_view v;

	hp_node_look(w->node, 0, &v);
	return v.state;
}

static void advance(struct world *w, uint64_t to_ms)
{
	w->now_ms = to_ms;
	hp_node_tick(w->node, now(w), w->fx);
	see(w);
}

/* §11.7.1: at once, from the care-of address with the Home Address option, A and H set; the tunnel after it. */
static void test_register(void)
{
	struct hp_node_view v;
	struct world w;

	open_world(&w);
	address(&w, 0, &coa_a, false, false);
	CU_ASSERT_EQUAL(w.updates, 0); /* tentative */
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT_EQUAL(w.updates, 1);
	CU_ASSERT(w.bu.ack && w.bu.home && w.bu.lifetime == 150 && w.bound);
	CU_ASSERT(hp_ip6_eq(&w.sent.src, &coa_a) && hp_ip6_eq(&w.sent.hoa, &hoa) && hp_ip6_eq(&w.sent.dst, &ha));
	CU_ASSERT(w.bu.has_alternate_coa && hp_ip6_eq(&w.bu.alternate_coa, &coa_a));
	CU_ASSERT_EQUAL(state(&w), HP_NODE_REGISTERING);
	acknowledge(&w, 0, (uint16_t)(w.bu.sequence - 1), 150);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_REGISTERING); /* §11.7.3: not what was sent last */
	/* What another says about it is nobody's business, whatever it says. */
	hear_ba(&w, &coa_b, &(struct hp_ba){.status = HP_BA_ACCEPTED, .sequence = w.bu.sequence, .lifetime = 4});
	hear_ba(&w, &coa_b, &(struct hp_ba){.status = HP_BA_SEQUENCE, .sequence = 7});
	CU_ASSERT(w.updates == 0 && state(&w) == HP_NODE_REGISTERING);
	w.now_ms += 700;
	acknowledge(&w, 0, w.bu.sequence, 100);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_AWAY);
	/* Granted 400 s, counted from when it was asked for: refreshed when four fifths are over, with the next number. */
	hp_node_look(w.node, 0, &v);
	CU_ASSERT_EQUAL(v.expires_ms, w.now_ms - 700 + 400000);
	CU_ASSERT_EQUAL(hp_node_next(w.node), w.now_ms - 700 + 320000);
	advance(&w, hp_node_next(w.node));
	CU_ASSERT_EQUAL(w.updates, 1);
	/* §6.2.4: earlier when the home agent advises so; advice beyond the lifetime is none. */
	hear_ba(&w, &ha, &(struct hp_ba){.sequence = w.bu.sequence, .lifetime = 150, .has_refresh_advice = true, .refresh_advice = 20});
	CU_ASSERT_EQUAL(hp_node_next(w.node), w.now_ms + 80000);
	advance(&w, w.now_ms + 80000);
	CU_ASSERT_EQUAL(w.updates, 1);
	hear_ba(&w, &ha, &(struct hp_ba){.sequence = w.bu.sequence, .lifetime = 150, .has_refresh_advice = true, .refresh_advice = 200});
	CU_ASSERT_EQUAL(hp_node_next(w.node), w.now_ms + 480000);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_AWAY);
	close_world(&w);
}

/* §11.3.6: status 1 of the home agent: it has lost the binding, so it is told again; of anybody else, or without an entry: nothing. */
static void test_binding_error(void)
{
	static const struct {
		const char *why;
		const struct hp_ip6 *src, *hoa;
		uint8_t status;
		unsigned int updates;
	} row[] = {
		{"the home agent's", &ha, &hoa, 1, 1},
		{"a stranger's", &coa_b, &hoa, 1, 0},
		{"about another home address", &ha, &coa_b, 1, 0},
		{"an unknown type of message", &ha, &hoa, 2, 0},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		const struct hp_be be = {.status = row[i].status, .hoa = *row[i].hoa};
		uint8_t body[HP_MH_ROOM];
		struct world w;

		open_world(&w);
		address(&w, 0, &coa_a, true, false);
		acknowledge(&w, 0, w.bu.sequence, 150);
		w.now_ms += 5000;
		hear(&w, row[i].src, &coa_a, &HP_IP6_ANY, body, hp_be_write(&be, body, sizeof(body)));
		HP_CHECK(row[i].why, "updates", w.updates == row[i].updates);
		close_world(&w);
	}
}

/* Several homes move each by itself; an address of one of them, put on an interface by ourselves, is no care-of address of another. */
static void test_homes(void)
{
	static const struct hp_ip6 other = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 0x10}}, agent = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
	const struct hp_node_home home[] = {
		{.hoa = other, .ha = agent, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500, .prefix_discovery = true},
		{.hoa = hoa, .ha = ha, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500, .prefix_discovery = true}};
	const uint32_t preference = 1;
	const struct hp_node_conf c = {.homes = 2, .home = home, .interfaces = 1, .preference = &preference, .seed = 5};
	struct hp_node_view v;
	struct world w = {.now_ms = 5000};

	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w.fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_node_create(&w.node, &c, now(&w)), 0);
	hp_node_interface(w.node, 0, true, &mac, now(&w), w.fx);
	address(&w, 0, &hoa, true, false);
	CU_ASSERT(w.updates == 0 && !w.bound);
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT_EQUAL(w.updates, 2);
	w.now_ms += 2000;
	address(&w, 0, &coa_a, true, true);
	address(&w, 0, &at_home, true, false);
	CU_ASSERT(w.updates == 2 && w.home); /* one abroad on the other's home link, one de-registers */
	hp_node_look(w.node, 0, &v);
	CU_ASSERT(v.state == HP_NODE_REGISTERING && hp_ip6_eq(&v.coa, &at_home));
	hp_node_look(w.node, 1, &v);
	CU_ASSERT_EQUAL(v.state, HP_NODE_RETURNING);
	close_world(&w);
}

static void silent(struct world *w, const uint32_t *wait_ms, size_t n)
{
	uint16_t sequence = w->bu.sequence;

	for (size_t i = 0; i < n; i++) {
		CU_ASSERT_EQUAL(hp_node_next(w->node), w->now_ms + wait_ms[i]);
		advance(w, w->now_ms + wait_ms[i] - 1);
		CU_ASSERT_EQUAL(w->updates, 0);
		advance(w, w->now_ms + 1);
		CU_ASSERT_EQUAL(w->updates, 1);
		CU_ASSERT_EQUAL(w->bu.sequence, ++sequence);
	}
}

/* §11.8: 1.5 s, where the home agent has a binding 1 s, doubled each time up to 32 s, a new sequence number each time. */
static void test_back_off(void)
{
	static const uint32_t first_ms[] = {1500, 3000, 6000, 12000, 24000, 32000, 32000};
	static const uint32_t again_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 32000};
	struct world w;

	open_world(&w);
	address(&w, 0, &coa_a, true, false);
	silent(&w, first_ms, HP_LEN(first_ms));
	acknowledge(&w, 0, w.bu.sequence, 150);
	advance(&w, hp_node_next(w.node));
	CU_ASSERT_EQUAL(w.updates, 1);
	silent(&w, again_ms, HP_LEN(again_ms));
	acknowledge(&w, 0, w.bu.sequence, 150);
	address(&w, 0, &coa_a, true, true);
	address(&w, 0, &coa_b, true, false);
	CU_ASSERT_EQUAL(w.updates, 1);
	silent(&w, again_ms, HP_LEN(again_ms));
	acknowledge(&w, 0, w.bu.sequence, 150);
	address(&w, 0, &coa_b, true, true);
	address(&w, 0, &at_home, true, false);
	CU_ASSERT(w.updates == 1 && state(&w) == HP_NODE_RETURNING);
	silent(&w, again_ms, HP_LEN(again_ms));
	close_world(&w);
}

/* §11.8: three a second to one home agent, for however many homes; what waits for that is no repetition. */
static void test_one_agent(void)
{
	const uint32_t preference = 1;
	struct hp_node_home home[4];
	const struct hp_node_conf c = {.homes = HP_LEN(home), .home = home, .interfaces = 1, .preference = &preference, .seed = 5};
	struct world w = {.now_ms = 5000};

	for (size_t i = 0; i < HP_LEN(home); i++) {
		home[i] = (struct hp_node_home){
			.hoa = hoa, .ha = ha, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500, .prefix_discovery = true};
		home[i].hoa.b[13] = (uint8_t)i;
	}
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w.fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_node_create(&w.node, &c, now(&w)), 0);
	hp_node_interface(w.node, 0, true, &mac, now(&w), w.fx);
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT_EQUAL(w.updates, 3);
	advance(&w, w.now_ms + 999);
	CU_ASSERT_EQUAL(w.updates, 0);
	advance(&w, w.now_ms + 1);
	CU_ASSERT_EQUAL(w.updates, 1);
	CU_ASSERT_EQUAL(hp_node_count(w.node)[HP_NODE_RETRANSMITTED], 0);
	advance(&w, w.now_ms + 500);
	CU_ASSERT_EQUAL(w.updates, 2); /* with the one of this second */
	CU_ASSERT_EQUAL(hp_node_count(w.node)[HP_NODE_RETRANSMITTED], 3);
	hp_node_stop(w.node, now(&w), w.fx);
	see(&w);
	CU_ASSERT_EQUAL(w.updates, 0);
	close_world(&w);
}

/* §11.7.3: 135 is answered at once from the number it carries; other refusals wait for an operator. */
static void test_refusals(void)
{
	static const uint8_t status[] = {128, 129, 130, 131, 132, 133, 139, 174};
	struct world w;

	for (size_t i = 0; i < HP_LEN(status); i++) {
		open_world(&w);
		address(&w, 0, &coa_a, true, false);
		acknowledge(&w, 135, 40000, 0);
		CU_ASSERT_EQUAL(w.updates, 1);
		CU_ASSERT_EQUAL(w.bu.sequence, 40001);
		acknowledge(&w, status[i], 40001, 0);
		CU_ASSERT_EQUAL(w.updates, 0);
		CU_ASSERT_EQUAL(state(&w), HP_NODE_REGISTERING);
		CU_ASSERT(hp_node_next(w.node) >= w.now_ms + 10000);
		advance(&w, hp_node_next(w.node));
		CU_ASSERT_EQUAL(w.updates, 1);
		close_world(&w);
	}
}

/* §11.7.1: after 134 "the mobile node MUST NOT attempt to re-use the same home address"; at home it is tested again. */
static void test_duplicate(void)
{
	struct world w;

	open_world(&w);
	address(&w, 0, &coa_a, true, false);
	acknowledge(&w, HP_BA_DAD_FAILED, w.bu.sequence, 0);
	CU_ASSERT(w.unbound && w.events[HP_EVENT_ADDRESS_DUPLICATE] == 1 && state(&w) == HP_NODE_DETACHED);
	CU_ASSERT_EQUAL(hp_node_next(w.node), UINT64_MAX);
	address(&w, 0, &coa_b, true, false);
	CU_ASSERT(w.updates == 0 && !w.bound);
	address(&w, 0, &coa_a, true, true);
	address(&w, 0, &coa_b, true, true);
	address(&w, 0, &at_home, true, false);
	CU_ASSERT(w.updates == 0 && w.home && w.untested && state(&w) == HP_NODE_HOME);
	close_world(&w);
}

static void hear_agents(struct world *w, uint16_t identifier, const struct hp_ip6 *a, unsigned int n)
{
	struct hp_dhaad_reply r = {.identifier = identifier, .agents = n};
	uint8_t body[256];

	memcpy(r.agent, a, n * sizeof(*a));
	hear_icmp(w, &ha, false, body, hp_dhaad_reply_write(&r, body, sizeof(body)));
	see(w);
}

/* §11.4.1: 3 s, then twice as long each time, four repetitions of the same message; from the care-of address to the anycast address. */
static void test_discover(void)
{
	static const struct hp_ip6 anycast = {{0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
	static const uint64_t wait_ms[] = {3000, 6000, 12000, 24000};
	const struct hp_ip6 list[] = {{{0xfe, 0x80, [15] = 1}}, ha, {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2}}};
	struct hp_node_view v;
	uint16_t identifier;
	struct world w;

	open_home(&w, &HP_IP6_ANY);
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT(w.requests == 1 && w.updates == 0 && !w.bound && hp_ip6_eq(&w.asked, &anycast));
	CU_ASSERT_EQUAL(state(&w), HP_NODE_DISCOVERING);
	identifier = w.identifier;
	for (size_t i = 0; i < HP_LEN(wait_ms); i++) {
		advance(&w, w.now_ms + wait_ms[i] - 1);
		CU_ASSERT_EQUAL(w.requests, 0);
		advance(&w, w.now_ms + 1);
		CU_ASSERT(w.requests == 1 && w.identifier == identifier);
	}
	advance(&w, w.now_ms + 47999);
	CU_ASSERT(w.requests == 0 && !w.events[HP_EVENT_HOME_AGENT_DOWN]);
	advance(&w, w.now_ms + 1);
	CU_ASSERT(w.requests == 0 && w.events[HP_EVENT_HOME_AGENT_DOWN] == 1);
	/* Late, but none has been asked for since. */
	advance(&w, w.now_ms + 60000);
	CU_ASSERT(w.requests == 1 && w.identifier != identifier);
	hear_agents(&w, identifier, list, 3);
	CU_ASSERT(w.updates == 0 && state(&w) == HP_NODE_DISCOVERING);
	hear_agents(&w, w.identifier, list, 1);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_DISCOVERING); /* none of use */
	hear_agents(&w, w.identifier, list, 3);
	CU_ASSERT(w.updates == 1 && hp_ip6_eq(&w.sent.dst, &ha) && w.bound && hp_ip6_eq(&w.tunnel, &ha));
	acknowledge(&w, 0, w.bu.sequence, 150);
	hp_node_look(w.node, 0, &v);
	CU_ASSERT(v.state == HP_NODE_AWAY && hp_ip6_eq(&v.ha, &ha) && v.agents == 2);
	/* §11.4.1: a new registration goes to the same one first. */
	address(&w, 0, &coa_b, true, false);
	address(&w, 0, &coa_a, false, true);
	CU_ASSERT(w.updates == 1 && w.requests == 0 && hp_ip6_eq(&w.sent.dst, &ha));
	close_world(&w);
}

/* The next in the order of the answer when one refuses or is silent, never sooner than the first wait; after the last a new search. */
static void test_next_agent(void)
{
	const struct hp_ip6 list[] = {{{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2}}, ha, {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 3}}};
	struct world w;

	open_home(&w, &HP_IP6_ANY);
	address(&w, 0, &coa_a, true, false);
	hear_agents(&w, w.identifier, list, 3);
	CU_ASSERT(w.updates == 1 && hp_ip6_eq(&w.sent.dst, &list[0]));
	advance(&w, w.now_ms + 1500);
	advance(&w, w.now_ms + 3000);
	CU_ASSERT(w.updates == 1 && hp_ip6_eq(&w.sent.dst, &list[0]));
	advance(&w, w.now_ms + 6000);
	CU_ASSERT(w.updates == 1 && hp_ip6_eq(&w.sent.dst, &ha) && w.bound && hp_ip6_eq(&w.tunnel, &ha));
	/* What the one before says now is nobody's business. */
	hear_ba(&w, &list[0], &(struct hp_ba){.sequence = w.bu.sequence, .lifetime = 150});
	CU_ASSERT_EQUAL(state(&w), HP_NODE_REGISTERING);
	w.now_ms += 400;
	acknowledge(&w, HP_BA_RESOURCES, w.bu.sequence, 0);
	CU_ASSERT(w.updates == 0 && w.bound && hp_ip6_eq(&w.tunnel, &list[2]));
	advance(&w, w.now_ms + 1099);
	CU_ASSERT_EQUAL(w.updates, 0);
	advance(&w, w.now_ms + 1);
	CU_ASSERT(w.updates == 1 && hp_ip6_eq(&w.sent.dst, &list[2]));
	hear_ba(&w, &list[2], &(struct hp_ba){.status = HP_BA_PROHIBITED, .sequence = w.bu.sequence});
	CU_ASSERT(w.requests == 1 && w.unbound && state(&w) == HP_NODE_DISCOVERING);
	close_world(&w);
}

/* §11.4.2, §11.4.3: asked for after a registration, repeated, taken once and only from the home agent; an unsolicited one is thrown away
 * and asked for. */
static void test_prefixes(void)
{
	static const uint32_t wait_ms[] = {6000, 12000, 24000};
	struct hp_node_view v;
	uint16_t identifier;
	struct world w;

	open_world(&w);
	w.silent_agent = true;
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT_EQUAL(w.solicitations, 0);
	acknowledge(&w, 0, w.bu.sequence, 65535);
	CU_ASSERT(w.solicitations == 1 && hp_ip6_eq(&w.asked, &ha));
	identifier = w.identifier;
	advance(&w, w.now_ms + 2999);
	CU_ASSERT_EQUAL(w.solicitations, 0);
	advance(&w, w.now_ms + 1);
	CU_ASSERT(w.solicitations == 1 && w.identifier == identifier);
	/* §11.8: until the wait has doubled to 32 s. */
	for (size_t i = 0; i < HP_LEN(wait_ms); i++) {
		advance(&w, w.now_ms + wait_ms[i] - 1);
		CU_ASSERT_EQUAL(w.solicitations, 0);
		advance(&w, w.now_ms + 1);
		CU_ASSERT(w.solicitations == 1 && w.identifier == identifier);
	}
	advance(&w, w.now_ms + 31999);
	CU_ASSERT_EQUAL(w.solicitations, 0);
	hear_prefix(&w, &coa_b, identifier, 7, 7); /* not its home agent */
	hp_node_look(w.node, 0, &v);
	CU_ASSERT(v.valid_until_ms == UINT64_MAX);
	hear_prefix(&w, &ha, identifier, 1000, 500);
	hp_node_look(w.node, 0, &v);
	CU_ASSERT(v.valid_until_ms == w.now_ms + 1000000 && v.preferred_until_ms == w.now_ms + 500000);
	/* "No other advertisement has yet been received for this value." */
	hear_prefix(&w, &ha, identifier, 7, 7);
	see(&w);
	hp_node_look(w.node, 0, &v);
	CU_ASSERT(w.solicitations <= 1 && v.valid_until_ms == w.now_ms + 1000000);
	if (!w.solicitations)
		advance(&w, w.now_ms + 1000);
	CU_ASSERT(w.solicitations == 1 && w.identifier != identifier);
	hear_prefix(&w, &ha, w.identifier, 1000, 500);
	see(&w);
	/* Before its time is over fresh information is asked for. */
	advance(&w, w.now_ms + 399999);
	CU_ASSERT_EQUAL(w.solicitations, 0);
	advance(&w, w.now_ms + 1);
	CU_ASSERT_EQUAL(w.solicitations, 1);
	/* Status 1 asks for it too. */
	hear_prefix(&w, &ha, w.identifier, 1000, 1000);
	see(&w);
	w.now_ms += 2000;
	address(&w, 0, &coa_b, true, false);
	address(&w, 0, &coa_a, false, true);
	acknowledge(&w, HP_BA_PREFIX_DISCOVERY, w.bu.sequence, 150);
	CU_ASSERT_EQUAL(w.solicitations, 1);
	close_world(&w);
}

/* The home address' own end: told when deprecated, no registration beyond, given up when invalid, taken up again at home. */
static void test_renumbered(void)
{
	struct hp_node_view v;
	struct world w;

	open_world(&w);
	w.silent_agent = true;
	address(&w, 0, &coa_a, true, false);
	acknowledge(&w, 0, w.bu.sequence, 150);
	hear_prefix(&w, &ha, w.identifier, 100, 0);
	see(&w);
	CU_ASSERT(w.events[HP_EVENT_PREFIX_DEPRECATED] == 1 && state(&w) == HP_NODE_AWAY);
	advance(&w, w.now_ms + 50000);
	address(&w, 1, &coa_b, true, false);
	address(&w, 0, &coa_a, false, true);
	CU_ASSERT(w.updates == 1 && w.bu.lifetime == 12); /* 50 s in units of 4 s */
	for (int i = 0; i < 20 && !w.events[HP_EVENT_PREFIX_INVALID]; i++)
		advance(&w, hp_node_next(w.node));
	CU_ASSERT(w.events[HP_EVENT_PREFIX_INVALID] == 1 && w.unbound && state(&w) == HP_NODE_DETACHED);
	CU_ASSERT_EQUAL(w.now_ms, 5000 + 100000);
	hp_node_look(w.node, 0, &v);
	CU_ASSERT_EQUAL(v.valid_until_ms, 0);
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT(w.updates == 0 && state(&w) == HP_NODE_DETACHED);
	address(&w, 0, &coa_a, false, true);
	address(&w, 0, &at_home, true, false);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_HOME);
	close_world(&w);
}

/* §11.5.3 and §11.8: a move is told at once, but never more than three updates a second. */
static void test_moves(void)
{
	struct world w;
	unsigned int sent = 0;

	open_world(&w);
	address(&w, 0, &coa_a, true, false);
	acknowledge(&w, 0, w.bu.sequence, 150);
	w.now_ms += 5000;
	address(&w, 0, &coa_a, true, true);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_DETACHED);
	CU_ASSERT(w.unbound);
	address(&w, 0, &coa_b, true, false);
	CU_ASSERT(w.updates == 1 && w.bound && hp_ip6_eq(&w.sent.src, &coa_b));
	for (int i = 0; i < 20; i++) {
		address(&w, 0, i % 2 ? &coa_a : &coa_b, true, true);
		address(&w, 0, i % 2 ? &coa_b : &coa_a, true, false);
		sent += w.updates;
	}
	CU_ASSERT_EQUAL(sent, 2); /* with the first three within this second */
	/* What answers the one before the last move is no answer to that. */
	acknowledge(&w, 0, w.bu.sequence, 150);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_REGISTERING);
	advance(&w, w.now_ms + 1000);
	CU_ASSERT_EQUAL(w.updates, 1);
	acknowledge(&w, 0, w.bu.sequence, 150);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_AWAY);
	close_world(&w);
}

/* The most preferred interface with a usable address wins; a less preferred one takes over when it goes. */
static void test_preference(void)
{
	struct world w;

	open_world(&w);
	address(&w, 1, &coa_b, true, false);
	CU_ASSERT(w.updates == 1 && w.sent.link == 1);
	w.now_ms += 2000;
	address(&w, 0, &coa_a, true, false);
	CU_ASSERT(w.updates == 1 && w.sent.link == 0 && hp_ip6_eq(&w.sent.src, &coa_a));
	w.now_ms += 2000;
	hp_node_interface(w.node, 0, false, &mac, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.updates == 1 && w.sent.link == 1);
	close_world(&w);
}

/* §11.5.5: from the home address itself, without the option, lifetime zero; then answered for; announced after the acknowledgement. */
static void test_home(void)
{
	struct world w;

	open_world(&w);
	address(&w, 0, &at_home, true, false);
	CU_ASSERT(w.updates == 0 && w.home && w.untested); /* nothing to take back */
	CU_ASSERT_EQUAL(state(&w), HP_NODE_HOME);
	address(&w, 0, &at_home, true, true);
	CU_ASSERT(w.home_gone);
	address(&w, 0, &coa_a, true, false);
	acknowledge(&w, 0, w.bu.sequence, 150);
	w.now_ms += 5000;
	address(&w, 0, &coa_a, true, true);
	address(&w, 0, &at_home, true, false);
	CU_ASSERT(w.updates == 1 && w.unbound && w.home && !w.untested && !w.announced);
	CU_ASSERT(w.bu.lifetime == 0 && hp_ip6_eq(&w.sent.src, &hoa) && hp_ip6_is_any(&w.sent.hoa));
	CU_ASSERT_EQUAL(state(&w), HP_NODE_RETURNING);
	acknowledge(&w, 0, w.bu.sequence, 0);
	CU_ASSERT_EQUAL(state(&w), HP_NODE_HOME);
	CU_ASSERT(w.announced);
	CU_ASSERT_EQUAL(hp_node_next(w.node), UINT64_MAX);
	close_world(&w);
}

/* A binding that runs out unanswered is registered again; leaving for good gives it up. */
static void test_expiry(void)
{
	struct world w;

	open_world(&w);
	address(&w, 0, &coa_a, true, false);
	acknowledge(&w, 0, w.bu.sequence, 25);
	for (int i = 0; i < 20 && state(&w) == HP_NODE_AWAY; i++)
		advance(&w, hp_node_next(w.node));
	CU_ASSERT_EQUAL(state(&w), HP_NODE_REGISTERING);
	hp_node_stop(w.node, now(&w), w.fx);
	see(&w);
	CU_ASSERT(w.updates == 1 && w.bu.lifetime == 0 && !w.bu.ack && w.unbound);
	close_world(&w);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"registration and refresh (11.7.1)", test_register},
		{"retransmission (11.8)", test_back_off},
		{"refusals (11.7.3)", test_refusals},
		{"somebody else has the home address (11.7.1)", test_duplicate},
		{"several homes, one home agent (11.8)", test_one_agent},
		{"moves and the rate limit (11.5.3, 11.8)", test_moves},
		{"interface preference", test_preference},
		{"returning home (11.5.5)", test_home},
		{"Binding Errors (11.3.6)", test_binding_error},
		{"several homes", test_homes},
		{"expiry and leaving", test_expiry},
		{"home agent discovery (11.4.1)", test_discover},
		{"the next home agent (11.4.1)", test_next_agent},
		{"prefix discovery (11.4.2, 11.4.3)", test_prefixes},
		{"a home prefix that ends (11.4.3)", test_renumbered},
		HP_TESTS_END,
	};

	return hp_tests_run("node", tests);
}
