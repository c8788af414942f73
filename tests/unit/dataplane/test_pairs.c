/* SPDX-License-Identifier: BSD-3-Clause */
/* Correspondents' bindings against an array of all pairs. What the table does under its readers is that of the hot table: test_churn.c. */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dataplane/pairs.h"
#include "run.h"
#include "tests.h"

enum { HOMES = 60, HOSTS = 50, MOST = 1500, BULK = 64 };

static struct hp_ip6 home(unsigned int i)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, (uint8_t)(i % 7), [15] = (uint8_t)i}};
}

/* Some addresses are both. */
static struct hp_ip6 host(unsigned int i)
{
	return i < 10 ? home(i) : (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0xc, [15] = (uint8_t)i}};
}

static void look(const struct hp_pairs *pairs, const uint32_t model[HOMES][HOSTS], struct hp_random *r)
{
	uint64_t hash[BULK];
	uint32_t k[BULK], at[BULK];
	struct hp_ip6 hoa[BULK], correspondent[BULK];

	for (unsigned int i = 0; i < BULK; i++) {
		k[i] = hp_random_between(r, 0, HOMES * HOSTS - 1);
		hoa[i] = home(k[i] / HOSTS);
		correspondent[i] = host(k[i] % HOSTS);
		hash[i] = hp_pairs_ask(pairs, &hoa[i], &correspondent[i]);
	}
	for (unsigned int i = 0; i < BULK; i++)
		at[i] = hp_pairs_candidate(pairs, hash[i]);
	for (unsigned int i = 0; i < BULK; i++) {
		const struct hp_pair *p = hp_pairs_confirm(pairs, at[i], hash[i], &hoa[i], &correspondent[i]);
		const uint32_t want = model[k[i] / HOSTS][k[i] % HOSTS];

		if ((p != NULL) != (want != 0) || (p && p->id != want))
			CU_FAIL("found wrongly");
		if (want && !hp_filter_may_have(&pairs->filter, &hoa[i]))
			CU_FAIL("filtered out");
	}
}

void test_pairs(void)
{
	static uint32_t model[HOMES][HOSTS];
	struct hp_pair old = {.id = 0};
	struct hp_reclaim *reclaim;
	struct hp_pairs *pairs;
	struct hp_random r;
	uint32_t version = 0, count = 0, full = 0;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 0), 0);
	CU_ASSERT_EQUAL_FATAL(hp_pairs_create(&pairs, MOST, SOCKET_ID_ANY, reclaim), 0);
	for (int step = 0; step < 100000; step++) {
		const uint32_t h = hp_random_between(&r, 0, HOMES - 1), c = hp_random_between(&r, 0, HOSTS - 1);
		const struct hp_pair p = {.hoa = home(h), .correspondent = host(c), .id = version + 1};
		int want = model[h][c] || count < MOST ? 0 : -ENOSPC;
		bool had;

		if (hp_random_between(&r, 0, 4) > 1) {
			full += want != 0;
			CU_ASSERT_EQUAL(hp_pairs_put(pairs, &p, &old, &had), want);
			CU_ASSERT(had == (model[h][c] != 0) && (!had || old.id == model[h][c]));
			if (want)
				continue;
			count += !model[h][c];
			model[h][c] = ++version;
		} else {
			CU_ASSERT_EQUAL(hp_pairs_remove(pairs, &p.hoa, &p.correspondent, &old), model[h][c] ? 0 : -ENOENT);
			CU_ASSERT(!model[h][c] || old.id == model[h][c]);
			count -= model[h][c] != 0;
			model[h][c] = 0;
		}
		CU_ASSERT_EQUAL(pairs->count, count);
		if (step % 50 == 0)
			look(pairs, (const uint32_t(*)[HOSTS])model, &r);
	}
	CU_ASSERT(full > 0);
	/* Nothing is left of what is gone, in the filter either. */
	for (unsigned int k = 0; k < HOMES * HOSTS; k++) {
		const struct hp_ip6 hoa = home(k / HOSTS), correspondent = host(k % HOSTS);

		CU_ASSERT_EQUAL(hp_pairs_remove(pairs, &hoa, &correspondent, &old), model[k / HOSTS][k % HOSTS] ? 0 : -ENOENT);
	}
	for (unsigned int i = 0; i < HOMES; i++) {
		const struct hp_ip6 hoa = home(i);

		CU_ASSERT(!hp_filter_may_have(&pairs->filter, &hoa));
	}
	hp_reclaim_destroy(reclaim);
	hp_pairs_destroy(pairs);
}

/* Every row is held by a reader that does not come by: what is refused leaves nothing behind, and what was there stays. */
void test_pairs_held(void)
{
	struct hp_pair p = {.hoa = home(1), .correspondent = host(1)}, old;
	struct hp_reclaim *reclaim;
	struct hp_pairs *pairs;
	bool had;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_pairs_create(&pairs, 8, SOCKET_ID_ANY, reclaim), 0);
	rte_rcu_qsbr_thread_register(hp_reclaim_qsbr(reclaim), 0);
	rte_rcu_qsbr_thread_online(hp_reclaim_qsbr(reclaim), 0);
	while (p.id < 2 * HP_ROWS_SPARE && hp_pairs_put(pairs, &p, &old, &had) == 0)
		p.id++;
	CU_ASSERT(p.id > HP_ROWS_SPARE && p.id < 2 * HP_ROWS_SPARE);
	p.hoa = home(2);
	CU_ASSERT_EQUAL(hp_pairs_put(pairs, &p, &old, &had), -ENOSPC);
	CU_ASSERT(!hp_filter_may_have(&pairs->filter, &p.hoa) && pairs->count == 1);
	p.hoa = home(1);
	CU_ASSERT(hp_filter_may_have(&pairs->filter, &p.hoa));
	rte_rcu_qsbr_thread_offline(hp_reclaim_qsbr(reclaim), 0);
	hp_reclaim_destroy(reclaim);
	hp_pairs_destroy(pairs);
}

struct alike {
	uint64_t place; /* bucket and tag: all that the index knows of a key */
	struct hp_ip6 hoa, correspondent;
};

static int by_place(const void *a, const void *b)
{
	const uint64_t x = ((const struct alike *)a)->place, y = ((const struct alike *)b)->place;

	return (x > y) - (x < y);
}

/* Keys that the index takes for one, of which only one half differs, are told apart. */
void test_pairs_alike(void)
{
	enum { TRIED = 60000 };
	struct alike *k = calloc(TRIED, sizeof(*k));
	struct hp_reclaim *reclaim;
	struct hp_pairs *pairs;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 0), 0);
	CU_ASSERT_EQUAL_FATAL(hp_pairs_create(&pairs, 8, SOCKET_ID_ANY, reclaim), 0);
	for (int half = 0; half < 2; half++) {
		unsigned int found = 0;

		for (uint32_t i = 0; i < TRIED; i++) {
			const struct hp_ip6 other = {{0x20, 1, 0xd, 0xb8, [12] = (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
			uint64_t hash;

			k[i].hoa = half ? other : home(1);
			k[i].correspondent = half ? host(1) : other;
			hash = hp_pairs_ask(pairs, &k[i].hoa, &k[i].correspondent);
			k[i].place =
				(uint64_t)(hp_index_bucket(pairs->rows.index, hash) - pairs->rows.index->bucket) << 16 | hp_index_tag(hash);
		}
		qsort(k, TRIED, sizeof(*k), by_place);
		for (uint32_t i = 0; i + 1 < TRIED; i++) {
			const struct hp_pair p = {.hoa = k[i].hoa, .correspondent = k[i].correspondent, .id = 7};
			struct hp_pair old;
			uint64_t hash;
			bool had;

			if (k[i].place != k[i + 1].place)
				continue;
			found++;
			CU_ASSERT_EQUAL_FATAL(hp_pairs_put(pairs, &p, &old, &had), 0);
			hash = hp_pairs_ask(pairs, &k[i + 1].hoa, &k[i + 1].correspondent);
			CU_ASSERT_PTR_NULL(
				hp_pairs_confirm(pairs, hp_pairs_candidate(pairs, hash), hash, &k[i + 1].hoa, &k[i + 1].correspondent));
			CU_ASSERT_EQUAL(hp_pairs_remove(pairs, &k[i + 1].hoa, &k[i + 1].correspondent, &old), -ENOENT);
			CU_ASSERT_EQUAL(hp_pairs_remove(pairs, &p.hoa, &p.correspondent, &old), 0);
		}
		CU_ASSERT(found > 0);
	}
	hp_reclaim_destroy(reclaim);
	hp_pairs_destroy(pairs);
	free(k);
}
