/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/hot.h"

#include <errno.h>
#include <rte_malloc.h>

/* What can be published at once, and what is retired but still visible. */
static uint32_t positions(uint32_t max_bindings)
{
	return max_bindings + HP_HOT_LOCALS + HP_HOT_SPARE;
}

size_t hp_hot_memory(uint32_t max_bindings)
{
	return positions(max_bindings) * (sizeof(struct hp_hot_entry) + sizeof(uint32_t)) + hp_index_memory(positions(max_bindings));
}

int hp_hot_create(struct hp_hot **out, uint32_t max_bindings, int socket, struct hp_reclaim *reclaim)
{
	const uint32_t n = positions(max_bindings);
	struct hp_hot *h = rte_zmalloc_socket("hot", sizeof(*h), RTE_CACHE_LINE_SIZE, socket);

	if (!h)
		return -ENOMEM;
	h->reclaim = reclaim;
	h->secret = hp_key_secret_wide();
	h->entry = rte_malloc_socket("hot entries", n * sizeof(*h->entry), RTE_CACHE_LINE_SIZE, socket);
	h->free_entry = rte_malloc_socket("hot free", n * sizeof(*h->free_entry), 0, socket);
	if (!h->entry || !h->free_entry || hp_index_create(&h->written, n, socket, reclaim)) {
		hp_hot_destroy(h);
		return -ENOMEM;
	}
	h->index = h->written;
	h->locals_version = 1;
	for (uint32_t i = 0; i < n; i++)
		h->free_entry[i] = n - 1 - i;
	h->free_count = n;
	*out = h;
	return 0;
}

void hp_hot_destroy(struct hp_hot *h)
{
	if (!h)
		return;
	hp_index_destroy(h->written);
	rte_free(h->free_entry);
	rte_free(h->entry);
	rte_free(h);
}

static void entry_back(void *owner, void *ptr, uint32_t position)
{
	struct hp_hot *h = owner;

	(void)ptr;
	h->free_entry[h->free_count++] = position;
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
	return hp_index_search(h->index, hash_, is, h->entry, key);
}

/* Before the key is published, and after it was withdrawn. */
static void filter(struct hp_hot *h, const struct hp_ip6 *key, bool in)
{
	const unsigned int bit = hp_hot_filter_bit(h, key);
	const uint64_t one = 1ull << bit % 64;
	uint64_t *word = &h->filter[bit / 64];

	if (in)
		h->filtered[bit]++;
	else
		h->filtered[bit]--;
	__atomic_store_n(word, h->filtered[bit] ? *word | one : *word & ~one, __ATOMIC_RELEASE);
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
	uint32_t fresh;
	int ret = hp_reclaim_reserve(h->reclaim, 1);

	if (ret)
		return ret;
	if (!h->free_count)
		hp_reclaim_poll(h->reclaim, SIZE_MAX);
	if (!h->free_count)
		return -ENOSPC;
	fresh = h->free_entry[--h->free_count];
	h->entry[fresh] = *e;
	*had = before != HP_INDEX_NONE;
	if (*had) {
		*old = h->entry[before];
		hp_index_move(h->written, key, before, fresh);
		hp_reclaim_retire(h->reclaim, entry_back, h, NULL, before);
		touched(h, e);
		touched(h, old);
		return 0;
	}
	filter(h, &e->prefix, true);
	ret = hp_index_add(h->written, key, fresh);
	if (ret) {
		filter(h, &e->prefix, false);
		h->free_count++;
		return ret;
	}
	touched(h, e);
	return 0;
}

int hp_hot_remove(struct hp_hot *h, const struct hp_ip6 *key, struct hp_hot_entry *old)
{
	const uint64_t key_hash = hash(h, key);
	const uint32_t before = find(h, key_hash, key);

	if (before == HP_INDEX_NONE)
		return -ENOENT;
	if (hp_reclaim_reserve(h->reclaim, 2))
		return -ENOMEM;
	*old = h->entry[before];
	hp_index_remove(h->written, key_hash, before);
	filter(h, key, false);
	hp_reclaim_retire(h->reclaim, entry_back, h, NULL, before);
	touched(h, old);
	return 0;
}

const struct hp_hot_entry *hp_hot_search(const struct hp_hot *h, uint64_t key_hash, const struct hp_ip6 *key)
{
	const uint32_t at = find(h, key_hash, key);

	return at == HP_INDEX_NONE ? NULL : &h->entry[at];
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
