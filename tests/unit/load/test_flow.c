/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "load/flow.h"
#include "tests.h"

void flow_table(void)
{
	/* i: in order, d: duplicate, r: reordered, l: too late, n: never sent. */
	static const struct {
		const char *name;
		uint32_t sent;
		uint32_t number[8];
		const char *want;
		uint32_t received;
	} rows[] = {
		{"in order", 4, {0, 1, 2, 3}, "iiii", 4},
		{"one lost", 4, {0, 1, 3}, "iii", 3},
		{"the first lost", 4, {1, 2}, "ii", 2},
		{"twice", 4, {0, 1, 1, 2, 0}, "iidid", 3},
		{"two swapped", 4, {0, 2, 1, 3}, "iiri", 4},
		{"swapped and twice", 4, {0, 2, 1, 1, 2}, "iirdd", 3},
		{"not sent yet", 2, {0, 2, 1}, "ini", 2},
		{"the window's last", 100, {0, 32, 1}, "iir", 3},
		{"behind the window", 100, {0, 33, 1, 1}, "iill", 2},
		{"the window's last, twice", 100, {1, 32, 1}, "iid", 2},
		{"a jump as wide as the window", 100, {5, 37, 6, 5}, "iirl", 3},
		{"a far jump", 4000000000u, {0, 3999999999u, 3999999998u, 3999999999u}, "iird", 3},
	};
	static const char letter[] = {[HP_FLOW_IN_ORDER] = 'i',
				      [HP_FLOW_DUPLICATE] = 'd',
				      [HP_FLOW_REORDERED] = 'r',
				      [HP_FLOW_TOO_LATE] = 'l',
				      [HP_FLOW_NEVER_SENT] = 'n'};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct hp_flow f = {.sent = rows[i].sent};
		char got[9] = {0};

		for (size_t k = 0; k < strlen(rows[i].want); k++)
			got[k] = letter[hp_flow_receive(&f, rows[i].number[k])];
		HP_CHECK(rows[i].name, got, strcmp(got, rows[i].want) == 0);
		HP_CHECK(rows[i].name, "received", f.received == rows[i].received);
	}
}

#define PACKETS 3000u

/* The model remembers everything. The network loses, doubles and delays packets; what the flow says is what the model says. */
void flow_against_model(void)
{
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	for (int run = 0; run < 200; run++) {
		static bool seen[PACKETS];
		static uint32_t wire[2 * PACKETS];
		const uint32_t delay = hp_random_between(&r, 0, 40), loss = hp_random_between(&r, 0, 20),
			       doubled = hp_random_between(&r, 0, 20);
		struct hp_flow f = {.sent = PACKETS};
		uint32_t on_wire = 0, next = 0, received = 0, wrong = 0;

		memset(seen, 0, sizeof(seen));
		for (uint32_t i = 0; i < PACKETS; i++) {
			if (hp_random_between(&r, 0, 99) < loss)
				continue;
			wire[on_wire++] = i;
			if (hp_random_between(&r, 0, 99) < doubled)
				wire[on_wire++] = i;
		}
		/* Delays: swaps over at most `delay` places. */
		for (uint32_t i = 0; delay && i + delay < on_wire; i++)
			if (hp_random_between(&r, 0, 9) == 0) {
				const uint32_t other = i + hp_random_between(&r, 1, delay), keep = wire[i];

				wire[i] = wire[other];
				wire[other] = keep;
			}
		for (uint32_t i = 0; i < on_wire; i++) {
			const uint32_t n = wire[i];
			enum hp_flow_order want;

			if (n >= next)
				want = HP_FLOW_IN_ORDER;
			else if (next - 1 - n >= HP_FLOW_WINDOW)
				want = HP_FLOW_TOO_LATE;
			else
				want = seen[n] ? HP_FLOW_DUPLICATE : HP_FLOW_REORDERED;
			if (want == HP_FLOW_IN_ORDER)
				next = n + 1;
			if (want == HP_FLOW_IN_ORDER || want == HP_FLOW_REORDERED) {
				seen[n] = true;
				received++;
			}
			wrong += hp_flow_receive(&f, n) != want;
		}
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(f.received, received);
		CU_ASSERT_EQUAL(f.next, next);
	}
}
