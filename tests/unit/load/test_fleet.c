/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/fleet.h"
#include "load/traffic.h"
#include "tests.h"

#define PATIENCE 100

static struct hp_fleet *fleet_of(uint32_t nodes)
{
	struct hp_fleet *f = NULL;

	CU_ASSERT_EQUAL_FATAL(hp_fleet_create(&f, nodes, 1u << HP_INTERCEPT | 1u << HP_DETUNNEL | 1u << HP_HAIRPIN), 0);
	return f;
}

void fleet_table(void)
{
	/* What an acknowledgement does to a node whose first update has number 1. */
	static const struct {
		const char *name;
		enum hp_node_state before;
		uint8_t status;
		uint16_t sequence;
		enum hp_fleet_answer want;
		enum hp_node_state after;
	} rows[] = {
		{"registered", HP_NODE_REGISTERING, 0, 1, HP_FLEET_ACCEPTED, HP_NODE_REGISTERED},
		{"registered, status 1", HP_NODE_REGISTERING, 1, 1, HP_FLEET_ACCEPTED, HP_NODE_REGISTERED},
		{"refused", HP_NODE_REGISTERING, 128, 1, HP_FLEET_REFUSED, HP_NODE_GONE},
		{"no room", HP_NODE_REGISTERING, 130, 1, HP_FLEET_REFUSED, HP_NODE_GONE},
		{"another number", HP_NODE_REGISTERING, 0, 2, HP_FLEET_UNEXPECTED, HP_NODE_REGISTERING},
		{"number out of window", HP_NODE_REGISTERING, 135, 500, HP_FLEET_AGAIN, HP_NODE_REGISTERING},
		{"another time", HP_NODE_REGISTERING, 144, 1, HP_FLEET_AGAIN, HP_NODE_REGISTERING},
		{"refreshed", HP_NODE_REFRESHING, 0, 2, HP_FLEET_ACCEPTED, HP_NODE_REGISTERED},
		{"moved", HP_NODE_MOVING, 0, 2, HP_FLEET_ACCEPTED, HP_NODE_REGISTERED},
		{"a move refused", HP_NODE_MOVING, 129, 2, HP_FLEET_REFUSED, HP_NODE_GONE},
		{"the registration's answer again", HP_NODE_MOVING, 0, 1, HP_FLEET_UNEXPECTED, HP_NODE_MOVING},
		{"nothing was asked", HP_NODE_REGISTERED, 0, 1, HP_FLEET_UNEXPECTED, HP_NODE_REGISTERED},
		{"never began", HP_NODE_SILENT, 0, 0, HP_FLEET_UNEXPECTED, HP_NODE_SILENT},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct hp_fleet *f = fleet_of(3);
		struct hp_node *n = &f->node[1];
		uint64_t took = 0;

		if (rows[i].before != HP_NODE_SILENT)
			hp_fleet_begin(f, 1, HP_NODE_REGISTERING, 1000);
		if (rows[i].before >= HP_NODE_REGISTERED) {
			CU_ASSERT_EQUAL(hp_fleet_answered(f, 1, 0, 1, 1010, &took), HP_FLEET_ACCEPTED);
			CU_ASSERT_EQUAL(took, 10);
			CU_ASSERT_EQUAL(f->registered, 1);
		}
		if (rows[i].before > HP_NODE_REGISTERED)
			HP_CHECK(rows[i].name, "begins", hp_fleet_begin(f, 1, rows[i].before, 2000));
		HP_CHECK(rows[i].name, "cell", n->cell == (rows[i].before == HP_NODE_MOVING));
		HP_CHECK(rows[i].name, "answer", hp_fleet_answered(f, 1, rows[i].status, rows[i].sequence, 2050, &took) == rows[i].want);
		HP_CHECK(rows[i].name, "state", n->state == rows[i].after);
		HP_CHECK(rows[i].name, "registered", f->registered == hp_fleet_bound(n));
		HP_CHECK(rows[i].name, "outstanding", f->outstanding == (n->state == HP_NODE_REGISTERING || n->state == HP_NODE_MOVING));
		if (rows[i].want == HP_FLEET_AGAIN)
			HP_CHECK(rows[i].name, "number", n->sequence == rows[i].sequence + 1);
		if (rows[i].before == HP_NODE_MOVING && rows[i].want == HP_FLEET_ACCEPTED)
			HP_CHECK(rows[i].name, "moved when", n->moved == 2050 && f->counts.moves == 1);
		hp_fleet_destroy(f);
	}
}

void fleet_repeats(void)
{
	struct hp_fleet *f = fleet_of(4);
	uint64_t took;
	uint32_t i = 99;

	CU_ASSERT_FALSE(hp_fleet_begin(f, 0, HP_NODE_MOVING, 0));
	for (uint32_t k = 0; k < 3; k++)
		CU_ASSERT_TRUE(hp_fleet_begin(f, k, HP_NODE_REGISTERING, k));
	CU_ASSERT_FALSE(hp_fleet_begin(f, 0, HP_NODE_REGISTERING, 3));
	CU_ASSERT_EQUAL(hp_fleet_answered(f, 0, 0, 1, 10, &took), HP_FLEET_ACCEPTED);
	CU_ASSERT_FALSE(hp_fleet_overdue(f, PATIENCE, 100, &i));
	CU_ASSERT_TRUE(hp_fleet_overdue(f, PATIENCE, 101, &i));
	CU_ASSERT_EQUAL(i, 1);
	CU_ASSERT_FALSE(hp_fleet_overdue(f, PATIENCE, 101, &i));
	CU_ASSERT_TRUE(hp_fleet_overdue(f, PATIENCE, 102, &i));
	CU_ASSERT_EQUAL(i, 2);
	/* An answer to the first try is as good as one to the second. */
	CU_ASSERT_EQUAL(f->node[1].sequence, 2);
	CU_ASSERT_EQUAL(hp_fleet_answered(f, 1, 0, 1, 110, &took), HP_FLEET_ACCEPTED);
	CU_ASSERT_EQUAL(took, 9);
	for (uint64_t now = 202, tries = 2; tries < HP_FLEET_TRIES; now += PATIENCE, tries++) {
		CU_ASSERT_TRUE(hp_fleet_overdue(f, PATIENCE, now, &i));
		CU_ASSERT_EQUAL(i, 2);
	}
	CU_ASSERT_FALSE(hp_fleet_overdue(f, PATIENCE, 100000, &i));
	CU_ASSERT_EQUAL(f->node[2].state, HP_NODE_GONE);
	CU_ASSERT_EQUAL(f->counts.given_up, 1);
	CU_ASSERT_EQUAL(f->outstanding, 0);
	CU_ASSERT_EQUAL(f->registered, 2);
	hp_fleet_destroy(f);
}

/* 5 % of the packets of a direction are watched: half by the one mover (1 of 32 places), half by the four busy nodes. */
static void watched_share(struct hp_traffic *t, enum hp_direction d, uint32_t mover)
{
	static unsigned int count[1000];
	unsigned int of_direction = 0;
	struct hp_pick pick;

	memset(count, 0, sizeof(count));
	while (of_direction < 100000) {
		hp_traffic_choose(t, &pick, 1);
		if (pick.direction != d)
			continue;
		count[pick.node]++;
		of_direction++;
	}
	CU_ASSERT_TRUE(count[mover] > 120 && count[mover] < 240);
	for (uint32_t i = 1; i < HP_TRAFFIC_BUSY; i++)
		CU_ASSERT_TRUE(i == mover || (count[i] > 600 && count[i] < 850));
	for (uint32_t i = 10; i < 990; i++)
		CU_ASSERT_TRUE(count[i] > 80 && count[i] < 110);
}

void traffic_chooses(void)
{
	static const unsigned int share[HP_DIRECTIONS] = {[HP_INTERCEPT] = 45, [HP_DETUNNEL] = 45, [HP_HAIRPIN] = 10};
	const struct hp_addresses a = {.home = {{0x20, 1, 0xd, 0xb8, 0, 2}}, .nodes = 1000, .correspondents = 7};
	struct hp_fleet *f = fleet_of(a.nodes);
	unsigned int direction[HP_DIRECTIONS] = {0}, small = 0, middle = 0, large = 0;
	struct hp_traffic t;
	struct hp_frame frame;
	struct hp_pick pick;
	uint64_t took;

	hp_frame_init(&frame, &a, 1);
	hp_traffic_init(&t, f, &frame, share, 0, 5);
	for (int i = 0; i < 120000; i++) {
		hp_traffic_choose(&t, &pick, 1);
		direction[pick.direction]++;
		small += pick.size == 64;
		middle += pick.size == 576;
		large += pick.size == 1400;
	}
	CU_ASSERT_TRUE(abs((int)direction[HP_INTERCEPT] - 54000) < 1500 && abs((int)direction[HP_DETUNNEL] - 54000) < 1500);
	CU_ASSERT_TRUE(abs((int)direction[HP_HAIRPIN] - 12000) < 1000);
	CU_ASSERT_TRUE(abs((int)small - 70000) < 1500 && abs((int)middle - 40000) < 1500 && abs((int)large - 10000) < 1000);

	/* Who may send: nobody who is not registered; no node that moves; only to a partner that is registered. */
	for (unsigned int d = 0; d < HP_DIRECTIONS; d++) {
		pick = (struct hp_pick){.node = 5, .direction = (uint8_t)d, .size = 64};
		CU_ASSERT_FALSE(hp_traffic_ready(&t, &pick));
	}
	CU_ASSERT_EQUAL(t.held, 3);
	hp_fleet_begin(f, 5, HP_NODE_REGISTERING, 1);
	hp_fleet_answered(f, 5, 0, 1, 2, &took);
	for (unsigned int d = 0; d < HP_DIRECTIONS; d++) {
		pick.direction = (uint8_t)d;
		CU_ASSERT_EQUAL(hp_traffic_ready(&t, &pick), d != HP_HAIRPIN);
	}
	hp_fleet_begin(f, 6, HP_NODE_REGISTERING, 1);
	hp_fleet_answered(f, 6, 0, 1, 2, &took);
	pick.direction = HP_HAIRPIN;
	CU_ASSERT_TRUE(hp_traffic_ready(&t, &pick));
	hp_fleet_begin(f, 5, HP_NODE_MOVING, 3);
	/* Of a thousand nodes the one that moves, and the busy ones, have far more than a thousandth; to who moves, in a hairpin. */
	watched_share(&t, HP_INTERCEPT, 5);
	watched_share(&t, HP_DETUNNEL, 5);
	watched_share(&t, HP_HAIRPIN, 4);
	for (unsigned int d = 0; d < HP_DIRECTIONS; d++) {
		pick.direction = (uint8_t)d;
		CU_ASSERT_EQUAL(hp_traffic_ready(&t, &pick), d == HP_INTERCEPT);
	}
	hp_fleet_destroy(f);
}
