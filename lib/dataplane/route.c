/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/route.h"

#include <errno.h>
#include <rte_hash.h>
#include <rte_malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataplane/dataplane.h"
#include "dataplane/key.h"

struct hp_route_table {
	struct rte_hash *hash; /* hp_key32 (prefix, length) -> leaf */
	unsigned int lengths;
	uint8_t length[129]; /* in use, longest first */
	unsigned int count;
	struct hp_route_leaf leaf[];
};

int hp_route_table_create(struct hp_route_table **out, const struct hp_dp_route *route, const struct hp_route_leaf *leaf, unsigned int n,
			  int socket)
{
	static atomic_uint serial; /* librte_hash wants names that differ while two tables live */
	char name[RTE_HASH_NAMESIZE];
	struct rte_hash_parameters p = {
		.name = name,
		.entries = n < 8 ? 16 : 2 * n,
		.key_len = sizeof(struct hp_key32),
		.hash_func = hp_key_hash,
		.hash_func_init_val = hp_key_secret(),
		.socket_id = socket,
		/* Never changed once made, but read by many at once. */
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	struct hp_route_table *t = rte_zmalloc_socket("routes", sizeof(*t) + n * sizeof(*leaf), RTE_CACHE_LINE_SIZE, socket);
	bool used[129] = {false};

	if (!t)
		return -ENOMEM;
	snprintf(name, sizeof(name), "hp_routes_%u", atomic_fetch_add(&serial, 1));
	t->hash = rte_hash_create(&p);
	if (!t->hash)
		goto destroy;
	for (; t->count < n; t->count++) {
		struct hp_key32 key = {.address = hp_ip6_prefix(&route[t->count].prefix, route[t->count].length),
				       .number = route[t->count].length};

		t->leaf[t->count] = leaf[t->count];
		used[route[t->count].length] = true;
		if (rte_hash_add_key_data(t->hash, &key, &t->leaf[t->count]) < 0)
			goto destroy;
	}
	for (int l = 128; l >= 0; l--)
		if (used[l])
			t->length[t->lengths++] = (uint8_t)l;
	*out = t;
	return 0;
destroy:
	hp_route_table_destroy(t);
	return -ENOMEM;
}

void hp_route_table_destroy(struct hp_route_table *t)
{
	if (!t)
		return;
	rte_hash_free(t->hash);
	rte_free(t);
}

const struct hp_route_leaf *hp_route_table_leaf(const struct hp_route_table *t, unsigned int i)
{
	return &t->leaf[i];
}

unsigned int hp_route_table_count(const struct hp_route_table *t)
{
	return t->count;
}

void hp_route_find_bulk(const struct hp_route_table *t, const struct hp_ip6 *const dst[], unsigned int n,
			const struct hp_route_leaf *leaf[])
{
	unsigned int open[RTE_HASH_LOOKUP_BULK_MAX], left = n;

	for (unsigned int i = 0; i < n; i++) {
		leaf[i] = NULL;
		open[i] = i;
	}
	for (unsigned int l = 0; l < t->lengths && left; l++) {
		struct hp_key32 key[RTE_HASH_LOOKUP_BULK_MAX];
		const void *key_at[RTE_HASH_LOOKUP_BULK_MAX];
		void *data[RTE_HASH_LOOKUP_BULK_MAX];
		unsigned int still = 0;
		uint64_t hit = 0;

		for (unsigned int k = 0; k < left; k++) {
			key[k] = (struct hp_key32){.address = hp_ip6_prefix(dst[open[k]], t->length[l]), .number = t->length[l]};
			key_at[k] = &key[k];
		}
		rte_hash_lookup_bulk_data(t->hash, key_at, left, &hit, data);
		for (unsigned int k = 0; k < left; k++) {
			if (hit >> k & 1)
				leaf[open[k]] = data[k];
			else
				open[still++] = open[k];
		}
		left = still;
	}
}
