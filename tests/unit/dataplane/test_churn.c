/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot table changes without pause while workers read it. Against a model of what a reader may see: a key that is there throughout is
 * found each time, with a version published before the answer and not retired, its grace period over, before the question. What is given
 * back is poisoned at once, so that whoever still reads it is caught. Keys crowd in few buckets: most of them continue. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dataplane/hot.h"
#include "run.h"
#include "tests.h"

#define GONE UINT32_MAX

enum { READERS = 2, STEADY = 1500, COMERS = 1500, KEYS = STEADY + COMERS, CHANGES = 300000, CROWDED = 10 };

struct world {
	struct hp_hot *hot;
	struct hp_reclaim *reclaim;
	struct hp_ip6 key[KEYS];
	uint32_t oldest[KEYS], newest[KEYS]; /* versions that may be seen; 0 newest: never published */
	int stop;
	uint64_t seed;
};

struct reader {
	struct world *w;
	unsigned int number;
	uint64_t looked, missing, wrong;
};

static struct hp_ip6 at_version(uint32_t k, uint32_t version)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, (uint8_t)(k >> 8), (uint8_t)k, [12] = (uint8_t)(version >> 24),
				(uint8_t)(version >> 16), (uint8_t)(version >> 8), (uint8_t)version}};
}

static void look(struct reader *r, struct hp_random *random)
{
	struct world *w = r->w;
	uint64_t hash[HP_INDEX_SLOTS * 8];
	uint32_t k[HP_INDEX_SLOTS * 8], at[HP_INDEX_SLOTS * 8], before[HP_INDEX_SLOTS * 8], oldest[HP_INDEX_SLOTS * 8];

	for (unsigned int i = 0; i < HP_LEN(k); i++) {
		k[i] = hp_random_between(random, 0, KEYS - 1);
		before[i] = __atomic_load_n(&w->newest[k[i]], __ATOMIC_SEQ_CST);
		oldest[i] = __atomic_load_n(&w->oldest[k[i]], __ATOMIC_SEQ_CST);
		hash[i] = hp_hot_ask(w->hot, &w->key[k[i]]);
	}
	for (unsigned int i = 0; i < HP_LEN(k); i++)
		at[i] = hp_hot_candidate(w->hot, hash[i]);
	for (unsigned int i = 0; i < HP_LEN(k); i++) {
		const struct hp_hot_entry *e = hp_hot_confirm(w->hot, at[i], hash[i], &w->key[k[i]]);
		uint32_t newest = __atomic_load_n(&w->newest[k[i]], __ATOMIC_SEQ_CST);
		struct hp_ip6 outer;

		if (!e) {
			r->missing += k[i] < STEADY;
			continue;
		}
		outer = at_version(k[i], e->id);
		/* It was gone when asked for: only what was published since may be seen. */
		if (oldest[i] == GONE)
			oldest[i] = before[i] + 1;
		r->wrong += e->id < oldest[i] || e->id > newest || !hp_ip6_eq(&e->outer_dst, &outer);
	}
	r->looked += HP_LEN(k);
}

static void *read_on(void *arg)
{
	struct reader *r = arg;
	struct rte_rcu_qsbr *qsbr = hp_reclaim_qsbr(r->w->reclaim);
	struct hp_random random;

	hp_random_seed(&random, r->w->seed + r->number);
	rte_rcu_qsbr_thread_register(qsbr, r->number);
	rte_rcu_qsbr_thread_online(qsbr, r->number);
	while (!__atomic_load_n(&r->w->stop, __ATOMIC_ACQUIRE)) {
		look(r, &random);
		rte_rcu_qsbr_quiescent(qsbr, r->number);
	}
	rte_rcu_qsbr_thread_offline(qsbr, r->number);
	rte_rcu_qsbr_thread_unregister(qsbr, r->number);
	return NULL;
}

/* Keys of a tenth of the buckets. */
static void crowd(struct world *w, struct hp_random *random)
{
	for (uint32_t n = 0; n < KEYS;) {
		struct hp_ip6 a = {{0x20, 1, 0xd, 0xb8}};
		uint64_t low = hp_random_u64(random);

		memcpy(a.b + 8, &low, sizeof(low));
		if (hp_index_bucket(w->hot->rows.index, hp_hot_ask(w->hot, &a)) <
		    w->hot->rows.index->bucket + w->hot->rows.index->buckets / CROWDED)
			w->key[n++] = a;
	}
}

/* False: no room now, which the model has nothing against. */
static bool publish(struct world *w, uint32_t k, uint32_t version)
{
	const struct hp_hot_entry e = {
		.prefix = w->key[k], .outer_dst = at_version(k, version), .id = version, .length = 128, .kind = HP_HOT_IPV6};
	const uint32_t before = w->newest[k];
	struct hp_hot_entry old;
	bool had;

	if (w->oldest[k] == GONE)
		__atomic_store_n(&w->oldest[k], version, __ATOMIC_SEQ_CST);
	__atomic_store_n(&w->newest[k], version, __ATOMIC_SEQ_CST);
	if (hp_hot_put(w->hot, &e, &old, &had) == 0)
		return true;
	__atomic_store_n(&w->newest[k], before, __ATOMIC_SEQ_CST);
	return false;
}

/* All that was retired has passed its grace period: only the newest may be seen from here on, and what is gone no more. */
static void settle(struct world *w)
{
	struct hp_hot *h = w->hot;
	uint32_t free_before = h->rows.free_count;

	while (hp_reclaim_poll(w->reclaim, SIZE_MAX))
		sched_yield();
	for (uint32_t i = free_before; i < h->rows.free_count; i++)
		memset((char *)h->rows.row + (size_t)h->rows.free_row[i] * HP_ROW, 0xdd, HP_ROW);
	for (uint32_t k = 0; k < KEYS; k++)
		__atomic_store_n(&w->oldest[k], hp_hot_find(h, &w->key[k]) ? w->newest[k] : GONE, __ATOMIC_SEQ_CST);
}

void test_churn(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct reader reader[READERS];
	pthread_t thread[READERS];
	struct hp_hot_entry old;
	struct hp_random random;
	uint32_t version = 1, chained = 0, refused = 0;

	w->seed = hp_test_seed();
	hp_random_seed(&random, w->seed);
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&w->reclaim, READERS), 0);
	CU_ASSERT_EQUAL_FATAL(hp_hot_create(&w->hot, KEYS, SOCKET_ID_ANY, w->reclaim), 0);
	crowd(w, &random);
	for (uint32_t k = 0; k < STEADY; k++)
		CU_ASSERT_FATAL(publish(w, k, version++));
	for (unsigned int i = 0; i < READERS; i++) {
		reader[i] = (struct reader){.w = w, .number = i};
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, read_on, &reader[i]), 0);
	}
	for (uint32_t n = 0; n < CHANGES; n++) {
		uint32_t k = hp_random_between(&random, 0, KEYS - 1);

		if (k >= STEADY && hp_random_between(&random, 0, 1))
			hp_hot_remove(w->hot, &w->key[k], &old);
		else
			refused += !publish(w, k, version++);
		if (n % 1000 == 999)
			settle(w);
	}
	__atomic_store_n(&w->stop, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < READERS; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(reader[i].missing, 0);
		CU_ASSERT_EQUAL(reader[i].wrong, 0);
		CU_ASSERT(reader[i].looked > 0);
	}
	for (uint32_t b = 0; b < w->hot->rows.index->buckets / CROWDED; b++)
		chained += w->hot->rows.index->bucket[b].next != 0;
	/* Otherwise the crowd was none, or too large to change anything. */
	CU_ASSERT(chained > w->hot->rows.index->buckets / CROWDED / 2);
	CU_ASSERT(refused < CHANGES / 100);
	hp_reclaim_destroy(w->reclaim);
	hp_hot_destroy(w->hot);
	free(w);
}

/* As many as it was made for, and one more only after another has gone and every reader has passed by. */
void test_hot_full(void)
{
	enum { MOST = 500 };
	struct hp_reclaim *reclaim;
	struct hp_hot_entry old;
	struct hp_hot *hot;
	uint32_t taken = 0;
	bool had;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_hot_create(&hot, MOST, SOCKET_ID_ANY, reclaim), 0);
	for (uint32_t i = 1;; i++) {
		struct hp_hot_entry e = {.prefix = at_version(1, i), .length = 128, .kind = HP_HOT_IPV6, .id = i};
		int ret = hp_hot_put(hot, &e, &old, &had);

		if (ret) {
			CU_ASSERT_EQUAL(ret, -ENOSPC);
			break;
		}
		taken++;
	}
	CU_ASSERT(taken >= MOST);
	for (uint32_t i = 1; i <= taken; i++) {
		struct hp_ip6 key = at_version(1, i);
		const struct hp_hot_entry *e = hp_hot_find(hot, &key);

		CU_ASSERT(e && e->id == i);
	}
	rte_rcu_qsbr_thread_register(hp_reclaim_qsbr(reclaim), 0);
	rte_rcu_qsbr_thread_online(hp_reclaim_qsbr(reclaim), 0);
	for (int passed = 0; passed < 2; passed++) {
		const struct hp_hot_entry e = {.prefix = at_version(2, 1), .length = 128, .kind = HP_HOT_IPV6};
		struct hp_ip6 key = at_version(1, 1);

		if (!passed)
			CU_ASSERT_EQUAL(hp_hot_remove(hot, &key, &old), 0);
		CU_ASSERT_EQUAL(hp_hot_put(hot, &e, &old, &had), passed ? 0 : -ENOSPC);
		rte_rcu_qsbr_quiescent(hp_reclaim_qsbr(reclaim), 0);
	}
	rte_rcu_qsbr_thread_offline(hp_reclaim_qsbr(reclaim), 0);
	hp_reclaim_destroy(reclaim);
	hp_hot_destroy(hot);
}
