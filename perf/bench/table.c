/* SPDX-License-Identifier: BSD-3-Clause */
#include "table.h"

#include <errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <stdlib.h>

#include "dataplane/state.h"
#include "traffic.h"
#include "world.h"

#define BURST 64

int table_create(struct table *t, const struct world *w, bool hash)
{
	const struct rte_hash_parameters p = {
		.name = "bench",
		.entries = w->bindings + 8,
		.key_len = sizeof(struct hp_ip6),
		.hash_func = rte_hash_crc,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	*t = (struct table){.world = w};
	if (!hash)
		return 0;
	t->hash = rte_hash_create(&p);
	for (uint32_t i = 0; i < w->bindings && t->hash; i++) {
		const struct hp_ip6 key = traffic_home_address(i);
		int ret = rte_hash_add_key_data(t->hash, &key, (void *)(uintptr_t)hp_hot_find(w->dp->shared.hot, &key));

		if (ret < 0)
			return ret;
	}
	return t->hash ? 0 : -ENOMEM;
}

void table_destroy(struct table *t)
{
	rte_hash_free(t->hash);
}

/* The keys of a burst, made on the spot: an array of them would be one more line a packet. */
static void pick(const struct table *t, uint64_t *random, struct hp_ip6 key[BURST])
{
	for (unsigned int i = 0; i < BURST; i++) {
		*random ^= *random << 13;
		*random ^= *random >> 7;
		*random ^= *random << 17;
		key[i] = traffic_home_address((uint32_t)((*random >> 32) * t->world->bindings >> 32));
	}
}

static void counted(struct table *t, unsigned int missed)
{
	__atomic_store_n(&t->looked, t->looked + BURST, __ATOMIC_RELAXED);
	t->missed += missed;
}

int table_hot(void *arg)
{
	struct table *t = arg;
	const struct hp_hot *hot = t->world->dp->shared.hot;
	uint64_t random = 88172645463325252u;

	while (!__atomic_load_n(&t->stop, __ATOMIC_RELAXED)) {
		struct hp_ip6 key[BURST];
		uint64_t hash[BURST];
		uint32_t at[BURST], missed = 0;

		pick(t, &random, key);
		for (unsigned int i = 0; i < BURST; i++)
			hash[i] = hp_hot_ask(hot, &key[i]);
		for (unsigned int i = 0; i < BURST; i++)
			at[i] = hp_hot_candidate(hot, hash[i]);
		for (unsigned int i = 0; i < BURST; i++) {
			const struct hp_hot_entry *e = hp_hot_confirm(hot, at[i], hash[i], &key[i]);

			missed += !e || e->kind != HP_HOT_IPV6;
		}
		counted(t, missed);
	}
	return 0;
}

int table_hash(void *arg)
{
	struct table *t = arg;
	uint64_t random = 88172645463325252u;

	while (!__atomic_load_n(&t->stop, __ATOMIC_RELAXED)) {
		struct hp_ip6 key[BURST];
		const void *key_at[BURST];
		void *data[BURST];
		uint64_t hit = 0;
		uint32_t missed = 0;

		pick(t, &random, key);
		for (unsigned int i = 0; i < BURST; i++)
			key_at[i] = &key[i];
		rte_hash_lookup_bulk_data(t->hash, key_at, BURST, &hit, data);
		for (unsigned int i = 0; i < BURST; i++)
			rte_prefetch1(data[i]);
		for (unsigned int i = 0; i < BURST; i++)
			missed += !(hit >> i & 1) || ((const struct hp_hot_entry *)data[i])->kind != HP_HOT_IPV6;
		counted(t, missed);
	}
	return 0;
}
