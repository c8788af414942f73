/* SPDX-License-Identifier: BSD-3-Clause */
/* The index against librte_hash, overfull buckets, and keys that collide for whoever does not know the secret. */
#include <errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dataplane/hot.h"
#include "dataplane/index.h"
#include "dataplane/key.h"
#include "run.h"
#include "tests.h"

struct entry {
	uint64_t key;
};

static bool is(const void *table, uint32_t position, const void *key)
{
	return ((const struct entry *)table)[position].key == *(const uint64_t *)key;
}

/* What a worker does with the answer of hp_index_first. */
static uint32_t look_up(const struct hp_index *x, const struct entry *table, uint64_t hash, uint64_t key)
{
	uint32_t at = hp_index_first(x, hash);

	if (at == HP_INDEX_SEARCH || (at != HP_INDEX_NONE && table[at].key != key))
		at = hp_index_search(x, hash, is, table, &key);
	return at;
}

void test_index(void)
{
	enum { KEYS = 20000, MOST = 8000 };
	/* Few distinct tags and buckets: chains, and several keys with one tag, are the rule. */
	const uint64_t few = 0x0000000f00000007u;
	struct rte_hash *reference =
		rte_hash_create(&(struct rte_hash_parameters){.name = "reference",
							      .entries = MOST,
							      .key_len = sizeof(uint64_t),
							      .hash_func = rte_hash_crc,
							      /* Without it a full bucket refuses long before the table is full. */
							      .extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE});
	struct entry *table = calloc(2 * MOST, sizeof(*table));
	uint32_t *free_position = calloc(2 * MOST, sizeof(*free_position)), spare = 2 * MOST;
	struct hp_reclaim *reclaim;
	struct hp_random r;
	struct hp_index *x;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_PTR_NOT_NULL_FATAL(reference);
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_index_create(&x, MOST, SOCKET_ID_ANY, reclaim), 0);
	for (uint32_t i = 0; i < spare; i++)
		free_position[i] = i;
	for (int step = 0; step < 400000; step++) {
		const uint64_t key = hp_random_between(&r, 0, KEYS - 1);
		const uint64_t hash = key % 16 == 0 ? key & few : hp_key_fold(key + 1, 0x9e3779b97f4a7c15u);
		void *want;
		const bool there = rte_hash_lookup_data(reference, &key, &want) >= 0;
		const uint32_t got = look_up(x, table, hash, key);

		if (there ? got != (uint32_t)(uintptr_t)want : got != HP_INDEX_NONE) {
			CU_FAIL("another answer than librte_hash's");
			break;
		}
		switch (hp_random_between(&r, 0, 2)) {
		case 0:
			if (!there)
				break;
			CU_ASSERT_EQUAL(hp_reclaim_reserve(reclaim, 1), 0);
			hp_index_remove(x, hash, got);
			rte_hash_del_key(reference, &key);
			free_position[spare++] = got;
			hp_reclaim_poll(reclaim, SIZE_MAX);
			break;
		case 1:
			if (there) {
				const uint32_t to = free_position[--spare];

				table[to].key = key;
				hp_index_move(x, hash, got, to);
				rte_hash_add_key_data(reference, &key, (void *)(uintptr_t)to);
				free_position[spare++] = got;
			}
			break;
		default:
			if (!there && rte_hash_count(reference) < MOST) {
				const uint32_t at = free_position[--spare];
				int ret;

				table[at].key = key;
				ret = hp_index_add(x, hash, at);
				CU_ASSERT(ret == 0 || ret == -ENOSPC);
				/* Only a bucket that has all it can have refuses. */
				if (ret)
					free_position[spare++] = at;
				else
					rte_hash_add_key_data(reference, &key, (void *)(uintptr_t)at);
			}
		}
	}
	hp_reclaim_destroy(reclaim);
	hp_index_destroy(x);
	rte_hash_free(reference);
	free(free_position);
	free(table);
}

/* One bucket takes its fill and no more; its keys are found, and so are the others, each by one line. */
void test_index_overfull(void)
{
	enum { COLLIDING = 10000, OTHERS = 10000, ROOM = HP_INDEX_SLOTS * (1 + HP_INDEX_CHAIN) };
	const uint64_t one_bucket = 0x1234567800000000u;
	struct entry *table = calloc(COLLIDING + OTHERS, sizeof(*table));
	struct hp_reclaim *reclaim;
	struct hp_index *x;
	uint32_t taken = 0, long_way = 0;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_index_create(&x, COLLIDING + OTHERS, SOCKET_ID_ANY, reclaim), 0);
	for (uint32_t i = 0; i < OTHERS; i++) {
		table[i].key = hp_key_fold(i + 1, 0x9e3779b97f4a7c15u);
		CU_ASSERT_EQUAL(hp_index_add(x, table[i].key, i), 0);
	}
	for (uint32_t i = 0; i < COLLIDING; i++) {
		int ret;

		table[OTHERS + i].key = one_bucket | (i & 0xffff);
		ret = hp_index_add(x, table[OTHERS + i].key, OTHERS + i);
		CU_ASSERT(ret == 0 || ret == -ENOSPC);
		taken += ret == 0;
	}
	CU_ASSERT(taken <= ROOM && taken > ROOM - HP_INDEX_SLOTS * 3);
	for (uint32_t i = 0; i < taken; i++)
		CU_ASSERT_EQUAL(look_up(x, table, table[OTHERS + i].key, table[OTHERS + i].key), OTHERS + i);
	for (uint32_t i = 0; i < OTHERS; i++) {
		CU_ASSERT_EQUAL(look_up(x, table, table[i].key, table[i].key), i);
		long_way += hp_index_first(x, table[i].key) == HP_INDEX_SEARCH;
	}
	/* Half full: hardly a bucket of the others continues. */
	CU_ASSERT(long_way < OTHERS / 100);
	/* What they took comes back when they go. */
	for (uint32_t i = taken; i-- > 0;) {
		CU_ASSERT_EQUAL(hp_reclaim_reserve(reclaim, 1), 0);
		hp_index_remove(x, table[OTHERS + i].key, OTHERS + i);
	}
	hp_reclaim_poll(reclaim, SIZE_MAX);
	for (uint32_t i = 0; i < taken; i++)
		CU_ASSERT_EQUAL(hp_index_add(x, table[OTHERS + i].key, OTHERS + i), 0);
	hp_reclaim_destroy(reclaim);
	hp_index_destroy(x);
	free(table);
}

/* Keys crafted to collide under CRC, which is linear whatever its seed, spread like any others. The table takes all it was made for,
 * 98 % and 100 % alike, and refuses what is more. */
void test_hot_crafted(void)
{
	enum { CRAFTED = 10000 };
	struct hp_reclaim *reclaim;
	struct hp_hot_entry old;
	struct hp_random r;
	struct hp_hot *hot;
	uint32_t n = 0, long_way = 0;
	bool had;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_hot_create(&hot, CRAFTED, SOCKET_ID_ANY, reclaim), 0);
	while (n < CRAFTED) {
		struct hp_hot_entry e = {.prefix = {{0x20, 1, 0xd, 0xb8}}, .length = 128, .kind = HP_HOT_IPV6, .id = n};
		uint32_t half = (uint32_t)hp_random_u64(&r);

		/* The last word cancels what the words before made of the CRC. */
		memcpy(e.prefix.b + 8, &half, sizeof(half));
		half = rte_hash_crc(e.prefix.b, 12, 0);
		memcpy(e.prefix.b + 12, &half, sizeof(half));
		CU_ASSERT_EQUAL_FATAL(rte_hash_crc(&e.prefix, 16, 0), 0);
		CU_ASSERT_EQUAL_FATAL(hp_hot_put(hot, &e, &old, &had), 0);
		long_way += hp_index_first(hot->rows.index, hp_hot_ask(hot, &e.prefix)) == HP_INDEX_SEARCH;
		n += !had;
	}
	CU_ASSERT(long_way < CRAFTED / 50);
	hp_reclaim_destroy(reclaim);
	hp_hot_destroy(hot);
}
