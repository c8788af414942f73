/* SPDX-License-Identifier: BSD-3-Clause */
/* The agent here is a few lines that move octets by hand: the verdict is held against it, with and without faults. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "load/traffic.h"
#include "load/verdict.h"
#include "tests.h"

#define NODES      16u
#define RUN        77
#define BOTH_SIDES (HP_SIDE_ACCESS | HP_SIDE_CORRESPONDENTS)
#define ETHER      14
#define HEADER     40

static const struct hp_addresses addresses = {
	.home = {{0x20, 1, 0xd, 0xb8, 0, 2}},
	.care_of = {{0x20, 1, 0xd, 0xb8, 0, 0xa}},
	.correspondent = {{0x20, 1, 0xd, 0xb8, 0, 0xc}},
	.agent = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}},
	.nodes = NODES,
	.correspondents = 3,
};

struct world {
	struct hp_fleet *fleet;
	struct hp_frame frame;
	struct hp_traffic traffic;
	struct hp_verdict verdict;
	uint64_t now;
	uint16_t cell[NODES]; /* what the agent believes */
};

static void begin(struct world *w)
{
	static const unsigned int share[HP_DIRECTIONS] = {[HP_INTERCEPT] = 100};
	uint64_t took;

	memset(w, 0, sizeof(*w));
	CU_ASSERT_EQUAL_FATAL(hp_fleet_create(&w->fleet, NODES, 7), 0);
	hp_frame_init(&w->frame, &addresses, RUN);
	hp_traffic_init(&w->traffic, w->fleet, &w->frame, share, 100, 0);
	for (uint32_t i = 0; i < NODES; i++) {
		hp_fleet_begin(w->fleet, i, HP_NODE_REGISTERING, 1);
		hp_fleet_answered(w->fleet, i, 0, 1, 2, &took);
	}
	w->now = 1000;
}

static void end(struct world *w)
{
	hp_fleet_destroy(w->fleet);
}

static void put_header(uint8_t *ip, size_t payload, const uint8_t src[16], uint32_t node, uint16_t cell)
{
	const uint8_t head[8] = {0x60, 0, 0, 0, (uint8_t)(payload >> 8), (uint8_t)payload, 41, 64};
	/* 2001:db8:a:CELL::1:NODE, as NODES is small */
	const uint8_t dst[16] = {0x20, 1, 0xd, 0xb8, 0, 0xa, (uint8_t)(cell >> 8), (uint8_t)cell, [13] = 1, [15] = (uint8_t)node};

	memcpy(ip, head, 8);
	memcpy(ip + 8, src, 16);
	memcpy(ip + 24, dst, 16);
}

/* The next packet of a flow, as it comes out of the agent: octets from the IPv6 header. */
static size_t through(struct world *w, enum hp_direction d, uint32_t node, size_t size, uint8_t *out)
{
	const struct hp_pick pick = {.node = node, .direction = (uint8_t)d, .size = (uint16_t)size};
	uint8_t frame[ETHER + HEADER + HP_FRAME_MOST];
	size_t len = hp_traffic_write(&w->traffic, &pick, w->now++, frame) - ETHER;
	const uint8_t *inner = frame + ETHER;
	size_t at = 0;

	if (d != HP_INTERCEPT) {
		inner += HEADER;
		len -= HEADER;
	}
	if (d != HP_DETUNNEL) {
		const uint32_t to = inner[39];

		put_header(out, len, addresses.agent.b, to, w->cell[to]);
		at = HEADER;
	}
	memcpy(out + at, inner, len);
	out[at + 7]--;
	return at + len;
}

static enum hp_verdict_kind see(struct world *w, unsigned int sides, const uint8_t *ip, size_t len)
{
	return hp_verdict_judge(&w->verdict, &w->frame, w->fleet, sides, ip, len, w->now);
}

void verdict_table(void)
{
	enum { TUNNEL = HEADER }; /* where the inner packet begins */
	/* Node 5's packet of 100 octets: one octet changed by exclusive or, or cut, or come on one side only. */
	static const struct {
		const char *name;
		enum hp_direction direction;
		unsigned int at;
		uint8_t change;
		int cut;
		unsigned int sides;
		enum hp_verdict_kind want;
	} rows[] = {
		{"intercepted", HP_INTERCEPT, 0, 0, 0, BOTH_SIDES, HP_VERDICT_DELIVERED},
		{"intercepted, access side", HP_INTERCEPT, 0, 0, 0, HP_SIDE_ACCESS, HP_VERDICT_DELIVERED},
		{"intercepted, but on the correspondents' side", HP_INTERCEPT, 0, 0, 0, HP_SIDE_CORRESPONDENTS, HP_VERDICT_WRONG_WAY},
		{"detunnelled", HP_DETUNNEL, 0, 0, 0, BOTH_SIDES, HP_VERDICT_DELIVERED},
		{"detunnelled, correspondents' side", HP_DETUNNEL, 0, 0, 0, HP_SIDE_CORRESPONDENTS, HP_VERDICT_DELIVERED},
		{"detunnelled, but on the access side", HP_DETUNNEL, 0, 0, 0, HP_SIDE_ACCESS, HP_VERDICT_WRONG_WAY},
		{"hairpin", HP_HAIRPIN, 0, 0, 0, HP_SIDE_ACCESS, HP_VERDICT_DELIVERED},
		{"outer traffic class, flow label", HP_INTERCEPT, 2, 0xff, 0, BOTH_SIDES, HP_VERDICT_DELIVERED},
		{"outer version", HP_INTERCEPT, 0, 0x20, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"outer payload length", HP_INTERCEPT, 5, 1, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"outer source is not the agent", HP_INTERCEPT, 23, 3, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"outer destination: another node", HP_INTERCEPT, 39, 1, 0, BOTH_SIDES, HP_VERDICT_OTHER_NODE},
		{"outer destination: no node", HP_INTERCEPT, 36, 1, 0, BOTH_SIDES, HP_VERDICT_NO_CARE_OF},
		{"outer destination: another prefix", HP_INTERCEPT, 29, 1, 0, BOTH_SIDES, HP_VERDICT_NO_CARE_OF},
		{"outer destination: a cell not yet seen", HP_INTERCEPT, 31, 1, 0, BOTH_SIDES, HP_VERDICT_NO_CARE_OF},
		{"hairpin to the sender", HP_HAIRPIN, 39, 5 ^ 6, 0, BOTH_SIDES, HP_VERDICT_OTHER_NODE},
		{"inner hop limit", HP_INTERCEPT, TUNNEL + 7, 0xff, 0, BOTH_SIDES, HP_VERDICT_DELIVERED},
		{"inner version", HP_INTERCEPT, TUNNEL, 0x20, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"inner payload length", HP_INTERCEPT, TUNNEL + 5, 1, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"inner source", HP_INTERCEPT, TUNNEL + 23, 1, 0, BOTH_SIDES, HP_VERDICT_WRONG_ENDS},
		{"inner destination", HP_INTERCEPT, TUNNEL + 39, 1, 0, BOTH_SIDES, HP_VERDICT_WRONG_ENDS},
		{"detunnelled, source", HP_DETUNNEL, 23, 1, 0, BOTH_SIDES, HP_VERDICT_WRONG_ENDS},
		{"another program's", HP_INTERCEPT, TUNNEL + HEADER, 1, 0, BOTH_SIDES, HP_VERDICT_FOREIGN},
		{"another run's", HP_INTERCEPT, TUNNEL + HEADER + 2, 1, 0, BOTH_SIDES, HP_VERDICT_FOREIGN},
		{"flow", HP_INTERCEPT, TUNNEL + HEADER + 8, 1, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"number", HP_INTERCEPT, TUNNEL + HEADER + 12, 1, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"time", HP_INTERCEPT, TUNNEL + HEADER + 16, 1, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"first of the pattern", HP_INTERCEPT, TUNNEL + HEADER + 24, 1, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"last of the pattern", HP_INTERCEPT, TUNNEL + 99, 0x80, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"last of the pattern, detunnelled", HP_DETUNNEL, 99, 0x80, 0, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"one octet short", HP_INTERCEPT, 0, 0, 1, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"one octet more", HP_DETUNNEL, 0, 0, -1, BOTH_SIDES, HP_VERDICT_CORRUPTED},
		{"tunnel header missing", HP_INTERCEPT, 0, 0, -HEADER, BOTH_SIDES, HP_VERDICT_WRONG_WAY},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		uint8_t ip[HP_FRAME_MOST + 2 * HEADER] = {0}, *at = ip;
		struct world w;
		size_t len;

		begin(&w);
		len = through(&w, rows[i].direction, 5, 100, ip);
		ip[rows[i].at] ^= rows[i].change;
		if (rows[i].cut == -HEADER && rows[i].want == HP_VERDICT_WRONG_WAY) {
			at += HEADER;
			len -= HEADER;
		} else {
			len -= (size_t)rows[i].cut;
		}
		HP_CHECK(rows[i].name, "traffic", hp_verdict_is_traffic(at, len));
		HP_CHECK(rows[i].name, hp_verdict_key(rows[i].want), see(&w, rows[i].sides, at, len) == rows[i].want);
		HP_CHECK(rows[i].name, "counted", w.verdict.count[rows[i].want] == 1);
		HP_CHECK(rows[i].name, "latency", w.verdict.latency.count == (rows[i].want == HP_VERDICT_DELIVERED));
		HP_CHECK(rows[i].name, "misdelivered",
			 hp_verdict_misdelivered(&w.verdict) ==
				 (rows[i].want >= HP_VERDICT_OLD_CARE_OF && rows[i].want <= HP_VERDICT_WRONG_WAY));
		HP_CHECK(rows[i].name, "kept",
			 (w.verdict.sample_len > 0) == (rows[i].want >= HP_VERDICT_OLD_CARE_OF && rows[i].want <= HP_VERDICT_CORRUPTED));
		end(&w);
	}
}

/* Node 3 moves; packets of before, between and after. */
void verdict_moves(void)
{
	uint8_t before[200], early[200], between[200], after[200], fresh[200];
	size_t len;
	uint64_t took;
	struct world w;

	begin(&w);
	/* A trial that has ended. */
	len = through(&w, HP_INTERCEPT, 3, 64, before);
	w.frame.trial++;
	hp_fleet_new_trial(w.fleet);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, before, len), HP_VERDICT_EARLIER_TRIAL);

	through(&w, HP_INTERCEPT, 3, 64, before);
	through(&w, HP_INTERCEPT, 3, 64, early);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, before, len), HP_VERDICT_DELIVERED);
	/* To where it will be next: not before it says so. */
	early[31]++;
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, early, len), HP_VERDICT_NO_CARE_OF);

	hp_fleet_begin(w.fleet, 3, HP_NODE_MOVING, w.now++);
	through(&w, HP_INTERCEPT, 3, 64, between);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, between, len), HP_VERDICT_DELIVERED);
	w.cell[3] = 1;
	through(&w, HP_INTERCEPT, 3, 64, between);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, between, len), HP_VERDICT_DELIVERED);
	/* Sent before the acknowledgement, wrapped by the agent before it knew, and late. */
	w.cell[3] = 0;
	through(&w, HP_INTERCEPT, 3, 64, between);
	CU_ASSERT_EQUAL(hp_fleet_answered(w.fleet, 3, 0, 2, w.now++, &took), HP_FLEET_ACCEPTED);
	CU_ASSERT_EQUAL(w.verdict.old_in_flight, 0);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, between, len), HP_VERDICT_DELIVERED);
	CU_ASSERT_EQUAL(w.verdict.old_in_flight, 1);
	/* Sent after it: the old place is wrong from now on. */
	through(&w, HP_INTERCEPT, 3, 64, after);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, after, len), HP_VERDICT_OLD_CARE_OF);
	w.cell[3] = 1;
	through(&w, HP_INTERCEPT, 3, 64, fresh);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, fresh, len), HP_VERDICT_DELIVERED);
	/* A refreshment changes nothing. */
	hp_fleet_begin(w.fleet, 3, HP_NODE_REFRESHING, w.now++);
	w.cell[3] = 0;
	through(&w, HP_INTERCEPT, 3, 64, after);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, after, len), HP_VERDICT_OLD_CARE_OF);
	hp_fleet_answered(w.fleet, 3, 0, 3, w.now++, &took);
	/* The next move: what was the new place is the old one, the one before it is nowhere. */
	hp_fleet_begin(w.fleet, 3, HP_NODE_MOVING, w.now++);
	through(&w, HP_INTERCEPT, 3, 64, after);
	CU_ASSERT_EQUAL(see(&w, BOTH_SIDES, after, len), HP_VERDICT_NO_CARE_OF);
	end(&w);
}

enum fault { NONE, LOSE, DOUBLE, HOLD, OLD_PLACE, FAR_PLACE, OTHER_NODE, SPOIL, FAULTS };

/* Every 20th packet or so has the fault: exactly those are found, as what they are, and nothing else. */
static void inject(enum fault fault, enum hp_direction d, struct hp_random *r)
{
	static const enum hp_verdict_kind finding[FAULTS] = {
		[DOUBLE] = HP_VERDICT_DUPLICATED,    [HOLD] = HP_VERDICT_REORDERED,        [OLD_PLACE] = HP_VERDICT_OLD_CARE_OF,
		[FAR_PLACE] = HP_VERDICT_NO_CARE_OF, [OTHER_NODE] = HP_VERDICT_OTHER_NODE, [SPOIL] = HP_VERDICT_CORRUPTED};
	static uint8_t held[NODES][200];
	size_t held_len[NODES] = {0};
	uint64_t injected = 0, lost = 0, others = 0, took;
	struct world w;

	begin(&w);
	for (int i = 0; i < 20000; i++) {
		const uint32_t node = hp_random_between(r, 0, NODES - 1), to = d == HP_HAIRPIN ? (node + 1) % NODES : node;
		uint8_t ip[200];
		size_t len;
		bool bad;

		if (hp_random_between(r, 0, 49) == 0) { /* a move, with packets between update and answer */
			hp_fleet_begin(w.fleet, to, HP_NODE_MOVING, w.now++);
			if (hp_random_between(r, 0, 1))
				w.cell[to]++;
			len = through(&w, d, node, 100, ip);
			see(&w, BOTH_SIDES, ip, len);
			w.cell[to] = w.fleet->node[to].cell;
			hp_fleet_answered(w.fleet, to, 0, w.fleet->node[to].sequence, w.now++, &took);
		}
		len = through(&w, d, node, 100, ip);
		bad = fault != NONE && hp_random_between(r, 0, 19) == 0 && !(fault == OLD_PLACE && !w.cell[to]) &&
		      !(fault == HOLD && held_len[node]);
		injected += bad;
		if (bad && fault == HOLD) {
			memcpy(held[node], ip, len);
			held_len[node] = len;
			continue;
		}
		if (bad && fault == LOSE)
			continue;
		if (bad && fault == OLD_PLACE)
			put_header(ip, len - HEADER, addresses.agent.b, to, (uint16_t)(w.cell[to] - 1));
		if (bad && fault == FAR_PLACE)
			put_header(ip, len - HEADER, addresses.agent.b, to, (uint16_t)(w.cell[to] + 1));
		if (bad && fault == OTHER_NODE)
			put_header(ip, len - HEADER, addresses.agent.b, (to + 1) % NODES, w.cell[(to + 1) % NODES]);
		if (bad && fault == SPOIL)
			ip[len - 1 - hp_random_between(r, 0, 35)] ^= (uint8_t)(1u << hp_random_between(r, 0, 7));
		see(&w, BOTH_SIDES, ip, len);
		if (bad && fault == DOUBLE)
			see(&w, BOTH_SIDES, ip, len);
		if (held_len[node]) {
			see(&w, BOTH_SIDES, held[node], held_len[node]);
			held_len[node] = 0;
		}
	}
	for (uint32_t i = 0; i < NODES; i++) {
		if (held_len[i]) { /* nothing came after it: not reordered */
			see(&w, BOTH_SIDES, held[i], held_len[i]);
			injected--;
		}
		lost += w.fleet->flow[d][i].sent - w.fleet->flow[d][i].received;
	}
	for (int k = HP_VERDICT_REORDERED; k < HP_VERDICT_COUNT; k++)
		if (fault == NONE || fault == LOSE || k != (int)finding[fault])
			others += w.verdict.count[k];
	CU_ASSERT_EQUAL(others, 0);
	CU_ASSERT_TRUE(fault == NONE || injected > 500);
	if (fault != NONE && fault != LOSE)
		CU_ASSERT_EQUAL(w.verdict.count[finding[fault]], injected);
	/* What went elsewhere did not arrive: lost to its flow too. */
	CU_ASSERT_EQUAL(lost, fault == NONE || fault == DOUBLE || fault == HOLD ? 0 : injected);
	CU_ASSERT_EQUAL(lost, w.traffic.sent - hp_verdict_received(&w.verdict));
	/* Held back, a packet may be overtaken by a move. */
	CU_ASSERT_TRUE(fault == HOLD || w.verdict.old_in_flight == 0);
	end(&w);
}

void verdict_injected(void)
{
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	for (int fault = NONE; fault < FAULTS; fault++) {
		inject((enum fault)fault, HP_INTERCEPT, &r);
		inject((enum fault)fault, HP_HAIRPIN, &r);
		if (fault < OLD_PLACE || fault == SPOIL)
			inject((enum fault)fault, HP_DETUNNEL, &r);
	}
}
