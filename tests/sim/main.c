/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "run.h"
#include "wire/mh.h"
#include "world.h"

/* An hour of loss, repetition and disorder, then quiet: everybody ends where the agent believes. */
static void live(uint64_t seed)
{
	unsigned int accepted = 0, refused = 0, moves = 0;
	struct world w;

	world_open(&w, seed, HP_GUARD_OPEN);
	world_run(&w, w.now.mono_ms + 60 * 60000);
	world_settle(&w);
	for (unsigned int i = 0; i < NODES; i++) {
		const struct node *n = &w.node[i];

		accepted += n->accepted;
		refused += n->refused;
		moves += n->moves;
	}
	printf("\n    seed %llu: %u moves, %llu updates, %llu answers, %u accepted, %u refused, %llu probes, %llu sent, %llu discarded ",
	       (unsigned long long)seed, moves, (unsigned long long)w.updates, (unsigned long long)w.answers, accepted, refused,
	       (unsigned long long)w.probes, (unsigned long long)w.transmitted, (unsigned long long)w.discarded);
	/* The run must have been one. */
	CU_ASSERT(moves > 100 && accepted > 500 && hp_agent_status(hp_control_agent(w.control))[HP_BA_SEQUENCE] > 50 && w.probes > 100 &&
		  w.discarded > 0);
	world_close(&w);
}

static void test_lives(void)
{
	const uint64_t seed = hp_test_seed();

	for (unsigned int i = 0; i < 8; i++)
		live(seed + i);
}

/* The same seed is the same life, to the last packet. */
static void test_repeatable(void)
{
	uint64_t sent[2], updates[2];

	for (int i = 0; i < 2; i++) {
		struct world w;

		world_open(&w, 42, HP_GUARD_OPEN);
		world_run(&w, 200000);
		sent[i] = w.transmitted;
		updates[i] = w.updates;
		world_close(&w);
	}
	CU_ASSERT_EQUAL(sent[0], sent[1]);
	CU_ASSERT_EQUAL(updates[0], updates[1]);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"mobile lives", test_lives},
		{"a seed repeats itself", test_repeatable},
		HP_TESTS_END,
	};

	return hp_tests_run("sim", tests);
}
