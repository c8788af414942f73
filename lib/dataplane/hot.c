/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/hot.h"

#include <errno.h>
#include <rte_malloc.h>

size_t hp_hot_memory(uint32_t max_bindings)
{
	return hp_rows_memory(max_bindings + HP_HOT_LOCALS);
}

int hp_hot_create(struct hp_hot **out, uint32_t max_bindings, int socket, struct hp_reclaim *reclaim)
{
	struct hp_hot *h = rte_zmalloc_socket("hot", sizeof(*h), RTE_CACHE_LINE_SIZE, socket);

	if (!h)
		return -ENOMEM;
	h->secret = hp_key_secret_wide();
	h->filter.secret = h->secret.word[0];
	h->locals_version = 1;
	if (hp_rows_create(&h->rows, max_bindings + HP_HOT_LOCALS, socket, reclaim)) {
		hp_hot_destroy(h);
		return -ENOMEM;
	}
	*out = h;
	return 0;
}

void hp_hot_destroy(struct hp_hot *h)
{
	if (!h)
		return;
	hp_rows_destroy(&h->rows);
	rte_free(h);
}

static uint64_t hash(const struct hp_hot *h, const struct hp_ip6 *key)
{
	return hp_key_hash_wide(&h->secret, key, 128);
}

static bool is(const void *table, uint32_t position, const void *key)
{
	const struct hp_hot_entry *entry = table;

	return hp_ip6_eq(&entry[position].prefix, key);
}

static uint32_t find(const struct hp_hot *h, uint64_t hash_, const struct hp_ip6 *key)
{
	return hp_index_search(h->rows.index, hash_, is, h->rows.row, key);
}

/* After it was published or withdrawn: workers that remember one of our addresses ask again (worker.h). */
static void touched(struct hp_hot *h, const struct hp_hot_entry *e)
{
	if (e->kind == HP_HOT_LOCAL)
		__atomic_store_n(&h->locals_version, h->locals_version + 1, __ATOMIC_RELEASE);
}

int hp_hot_put(struct hp_hot *h, const struct hp_hot_entry *e, struct hp_hot_entry *old, bool *had)
{
	const uint64_t key = hash(h, &e->prefix);
	const uint32_t before = find(h, key, &e->prefix);
	int ret;

	*had = before != HP_INDEX_NONE;
	if (*had)
		*old = *hp_hot_at(h, before);
	else
		hp_filter_change(&h->filter, &e->prefix, true);
	ret = hp_rows_put(&h->rows, key, before, e);
	if (ret) {
		if (!*had)
			hp_filter_change(&h->filter, &e->prefix, false);
		return ret;
	}
	touched(h, e);
	if (*had)
		touched(h, old);
	return 0;
}

int hp_hot_remove(struct hp_hot *h, const struct hp_ip6 *key, struct hp_hot_entry *old)
{
	const uint64_t key_hash = hash(h, key);
	const uint32_t before = find(h, key_hash, key);
	int ret;

	if (before == HP_INDEX_NONE)
		return -ENOENT;
	*old = *hp_hot_at(h, before);
	ret = hp_rows_remove(&h->rows, key_hash, before);
	if (ret)
		return ret;
	hp_filter_change(&h->filter, key, false);
	touched(h, old);
	return 0;
}

const struct hp_hot_entry *hp_hot_search(const struct hp_hot *h, uint64_t key_hash, const struct hp_ip6 *key)
{
	const uint32_t at = find(h, key_hash, key);

	return at == HP_INDEX_NONE ? NULL : hp_hot_at(h, at);
}

const struct hp_hot_entry *hp_hot_find(const struct hp_hot *h, const struct hp_ip6 *key)
{
	return hp_hot_search(h, hash(h, key), key);
}

int hp_hot_source(struct hp_hot *h, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < h->sources; i++)
		if (hp_ip6_eq(&h->source[i], address))
			return (int)i;
	if (h->sources == HP_HOT_SOURCES)
		return -ENOSPC;
	/* Written before any entry that names it is published. */
	h->source[h->sources] = *address;
	return (int)h->sources++;
}
