/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/replay.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "run.h"
#include "tests.h"

#define HIGH(h, l) ((uint64_t)(h) << 32 | (uint32_t)(l))

static bool comes(struct hp_replay *r, uint32_t low)
{
	uint64_t sequence;

	return hp_replay_check(r, low, &sequence) && hp_replay_accept(r, sequence);
}

/* RFC 4303 §3.4.3. */
void test_replay_window(void)
{
	static const struct {
		const char *name;
		uint16_t size;
		size_t n;
		uint32_t low[4];
		bool last;
	} row[] = {
		{"the first", 64, 1, {1}, true},
		{"0 is nobody's", 64, 1, {0}, false},
		{"0 is nobody's, later", 64, 2, {5, 0}, false},
		{"the second", 64, 2, {1, 2}, true},
		{"twice", 64, 2, {1, 1}, false},
		{"out of order", 64, 2, {2, 1}, true},
		{"out of order and twice", 64, 3, {2, 1, 1}, false},
		{"a late one at the window's edge", 64, 2, {64, 1}, true},
		{"a late one behind it", 64, 2, {65, 1}, false},
		{"bit 32 of the window", 64, 2, {32, 32}, false},
		{"bit 63 of the window", 64, 2, {63, 63}, false},
		{"seen, then the window moved by less than its size", 64, 3, {10, 70, 10}, false},
		{"the place of a number that fell out is free", 64, 3, {10, 70, 74}, true},
		{"a jump by exactly the window", 64, 3, {10, 74, 11}, true},
		{"a jump far beyond", 64, 3, {10, 0xfffffff0, 10}, false},
		{"the last number", 64, 1, {0xffffffff}, true},
		{"the last number twice", 64, 2, {0xffffffff, 0xffffffff}, false},
		{"numbers do not begin again", 64, 2, {0xffffffff, 1}, false},
		{"1,024: at the edge", 1024, 2, {1024, 1}, true},
		{"1,024: behind it", 1024, 2, {1025, 1}, false},
		{"1,024: twice, far back", 1024, 4, {100, 1000, 1100, 100}, false},
		{"1,024: not seen, far back", 1024, 4, {100, 1000, 1100, 101}, true},
		{"no window: everything passes", 0, 2, {7, 7}, true},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_replay r;
		bool last = false;

		hp_replay_init(&r, row[i].size, false);
		for (size_t k = 0; k < row[i].n; k++)
			last = comes(&r, row[i].low[k]);
		HP_CHECK(row[i].name, "the last number's fate", last == row[i].last);
	}
}

/* Appendix A2.2, A2.3: which upper half a number belongs to. */
void test_replay_esn(void)
{
	static const struct {
		const char *name;
		uint64_t top;
		uint32_t low;
		bool good;
		uint64_t sequence;
	} row[] = {
		{"case A, within the window", HIGH(3, 1000), 990, true, HIGH(3, 990)},
		{"case A, above", HIGH(3, 1000), 5000, true, HIGH(3, 5000)},
		{"case A, the lowest of the window", HIGH(3, 1000), 937, true, HIGH(3, 937)},
		{"case A, below it: the next half", HIGH(3, 1000), 936, true, HIGH(4, 936)},
		{"case A, the window begins at 0", HIGH(3, 63), 0, true, HIGH(3, 0)},
		{"case B, within the window, before", HIGH(3, 62), 0xffffffff, true, HIGH(2, 0xffffffff)},
		{"case B, the lowest of the window", HIGH(3, 10), 0xffffffcb, true, HIGH(2, 0xffffffcb)},
		{"case B, below it", HIGH(3, 10), 0xffffffca, true, HIGH(3, 0xffffffca)},
		{"case B, within the window, after", HIGH(3, 10), 5, true, HIGH(3, 5)},
		{"case B, above", HIGH(3, 10), 11, true, HIGH(3, 11)},
		{"nothing comes before the first", 10, 0xfffffff0, false, 0},
		{"the first of all", 0, 1, true, 1},
		{"over the edge", HIGH(0, 0xffffffff), 0, true, HIGH(1, 0)},
		{"nothing comes after the last", HIGH(0xffffffff, 1000), 1, false, 0},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_replay r;
		uint64_t sequence = 0;

		hp_replay_init(&r, 64, true);
		if (row[i].top)
			CU_ASSERT(hp_replay_accept(&r, row[i].top));
		HP_CHECK(row[i].name, "taken or not", hp_replay_check(&r, row[i].low, &sequence) == row[i].good);
		HP_CHECK(row[i].name, "the whole number", !row[i].good || sequence == row[i].sequence);
	}
}

/* Of two equal packets that were checked before either was proved, one passes. */
void test_replay_checked_together(void)
{
	struct hp_replay r;
	uint64_t a = 0, b = 0;

	hp_replay_init(&r, 64, false);
	CU_ASSERT(hp_replay_check(&r, 9, &a) && hp_replay_check(&r, 9, &b));
	CU_ASSERT(hp_replay_accept(&r, a));
	CU_ASSERT(!hp_replay_accept(&r, b));
}

#define SEEN 4096

/* The window against a list of all that was accepted, over both edges of the lower half. */
static void against_naive(uint16_t size, bool esn, uint64_t start, struct hp_random *random)
{
	static uint64_t seen[SEEN];
	struct hp_replay r;
	uint64_t top = start;
	size_t n = 0;

	hp_replay_init(&r, size, esn);
	CU_ASSERT(hp_replay_accept(&r, start));
	seen[n++] = start;
	while (n < SEEN) {
		const uint32_t far = hp_random_between(random, 0, 9);
		const uint64_t back = top < size + 40u ? top : size + 40u;
		uint64_t sequence = far ? top + 3 - hp_random_between(random, 0, (uint32_t)(back < 4 ? 3 : back)) : 0, got;
		bool good;

		if (!far)
			sequence = top + hp_random_between(random, 1, 3u * size);
		if (!esn && sequence > UINT32_MAX)
			break;
		good = sequence && (sequence > top || top - sequence < size);
		for (size_t i = 0; i < n && good; i++)
			good = seen[i] != sequence;
		/* Farther below than the window: the lower half alone means a number of the next upper half. */
		if (esn && top >= size && sequence <= top - size)
			continue;
		if (hp_replay_check(&r, (uint32_t)sequence, &got) != good || (good && (got != sequence || !hp_replay_accept(&r, got)))) {
			fprintf(stderr, "  size %u esn %d: %" PRIx64 " after %" PRIx64 " should be %d\n", size, esn, sequence, top, good);
			CU_FAIL("the window differs from the list");
			return;
		}
		if (!good)
			continue;
		seen[n++] = sequence;
		top = sequence > top ? sequence : top;
	}
}

void test_replay_naive(void)
{
	static const uint64_t start[] = {1, 60, 5000, HIGH(0, 0xffff8000), HIGH(7, 0xffffff00), HIGH(8, 3)};
	struct hp_random random;

	hp_random_seed(&random, hp_test_seed());
	for (size_t i = 0; i < HP_LEN(start); i++)
		for (unsigned int k = 0; k < 4; k++)
			if (k & 1 || start[i] <= UINT32_MAX)
				against_naive(k & 2 ? 1024 : 64, k & 1, start[i], &random);
}
