/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "load/latency.h"
#include "load/pace.h"
#include "load/search.h"
#include "load/tour.h"
#include "tests.h"

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

#define VALUES 5000

void latency_against_sorted(void)
{
	static const double shares[] = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};
	static uint64_t value[VALUES];
	static struct hp_latency l;
	struct hp_random r;

	CU_ASSERT_EQUAL(hp_latency_percentile(&l, 0.5), 0);
	hp_random_seed(&r, hp_test_seed());
	/* From values that all fit one bucket to the whole of 64 bits. */
	for (unsigned int bits = 1; bits <= 64; bits++) {
		memset(&l, 0, sizeof(l));
		for (int i = 0; i < VALUES; i++) {
			value[i] = hp_random_u64(&r) >> (64 - bits) >> hp_random_between(&r, 0, bits - 1);
			hp_latency_add(&l, value[i]);
		}
		qsort(value, VALUES, sizeof(value[0]), compare);
		for (size_t k = 0; k < HP_LEN(shares); k++) {
			const uint64_t right = value[(int)ceil(shares[k] * VALUES) - 1], got = hp_latency_percentile(&l, shares[k]);

			/* Never less than the truth, and at most 1/64 more. */
			HP_CHECK("percentile", "within its bucket", got >= right && (double)(got - right) <= (double)right / 64);
		}
		CU_ASSERT_EQUAL(l.most, value[VALUES - 1]);
		CU_ASSERT_EQUAL(hp_latency_percentile(&l, 1), l.most);
	}
}

/* An agent that loses nothing up to `limit`, behind a sender that reaches `sender`. Trials, or 100. */
static unsigned int search(struct hp_search *s, double most, double resolution, double limit, double sender)
{
	hp_search_init(s, most, resolution);
	for (unsigned int n = 0; n < 100; n++) {
		double rate, sent;

		if (s->done)
			return n;
		rate = hp_search_rate(s);
		sent = rate < sender ? rate : sender;
		hp_search_tell(s, sent, sent <= limit);
	}
	return 100;
}

void search_finds(void)
{
	struct hp_random r;
	struct hp_search s;

	hp_random_seed(&r, hp_test_seed());
	for (int i = 0; i < 2000; i++) {
		const double most = hp_random_between(&r, 1000, 100000000), limit = most * hp_random_between(&r, 0, 1100) / 1000;
		const double resolution = most / hp_random_between(&r, 1, 1000);
		const unsigned int n = search(&s, most, resolution, limit, 1e12);

		HP_CHECK("search", "ends", s.done && n < 100);
		HP_CHECK("search", "never above the limit", s.low <= limit);
		HP_CHECK("search", "as near as the resolution", s.low >= (limit < most ? limit : most) - resolution);
		HP_CHECK("search", "by halves", n <= 2 + (unsigned int)ceil(log2(most / resolution)));
		CU_ASSERT_FALSE(s.by_sender);
	}
	/* All of it passes: one trial. */
	CU_ASSERT_EQUAL(search(&s, 1e6, 1e4, 1e6, 1e12), 1);
	CU_ASSERT_EQUAL(s.low, 1e6);
	/* Nothing passes. */
	search(&s, 1e6, 1e4, 0, 1e12);
	CU_ASSERT_EQUAL(s.low, 0);
}

void search_sender(void)
{
	struct hp_search s;

	/* The agent can do more than the sender: what was really sent is the result. */
	search(&s, 1e7, 1e4, 1e9, 2e6);
	CU_ASSERT_EQUAL(s.low, 2e6);
	CU_ASSERT_TRUE(s.by_sender);
	/* The agent can do less: what failed is what was sent, not what was asked for. */
	hp_search_init(&s, 1e7, 1e4);
	hp_search_tell(&s, 2e6, false);
	CU_ASSERT_EQUAL(s.high, 2e6);
	CU_ASSERT_EQUAL(hp_search_rate(&s), 1e6);
	search(&s, 1e7, 1e4, 1.5e6, 2e6);
	CU_ASSERT_TRUE(s.low <= 1.5e6 && s.low >= 1.49e6 && !s.by_sender);
}

void tour_covers(void)
{
	for (uint32_t n = 1; n < 3000; n += n < 40 ? 1 : 37) {
		static uint8_t seen[3000];
		struct hp_tour t;
		uint32_t missed = 0;

		memset(seen, 0, sizeof(seen));
		hp_tour_start(&t, n, n / 3);
		for (uint32_t i = 0; i < 2 * n; i++)
			seen[hp_tour_next(&t)]++;
		for (uint32_t i = 0; i < n; i++)
			missed += seen[i] != 2;
		CU_ASSERT_EQUAL(missed, 0);
	}
}

void pace_keeps(void)
{
	const uint64_t hz = 2600000000u;
	struct hp_pace p;
	uint64_t done = 0;

	hp_pace_start(&p, 300000, 100, hz, 1000);
	for (uint64_t now = 1000; now <= 1000 + hz; now += 12345) {
		const unsigned int due = (unsigned int)hp_pace_due(&p, now);

		done += due;
		p.due -= due;
	}
	CU_ASSERT_TRUE(done >= 299990 && done <= 300000);
	/* Away for a second: what it may catch up with, and no more. */
	CU_ASSERT_EQUAL(hp_pace_due(&p, 1000 + 2 * hz), 100);
}
