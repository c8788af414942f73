/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/hot.h"

#include <errno.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "dataplane/key.h"

#define SPARE 4096 /* entries retired but still visible; more churn than this in a grace period waits for it */

struct hp_hot {
	struct hp_hot_front front;
	unsigned int sources;
	uint32_t capacity;
	struct rte_hash *hash;
	struct hp_hot_entry *entry; /* all of them, in one piece */
	uint32_t *free_entry;       /* stack of indices */
	uint32_t free_count;
	struct hp_reclaim *reclaim;
};

uint32_t hp_key_secret(void)
{
	uint32_t s;

	return getrandom(&s, sizeof(s), GRND_NONBLOCK) == sizeof(s) ? s : (uint32_t)rte_rdtsc();
}

static uint32_t capacity(uint32_t max_bindings)
{
	return max_bindings + HP_HOT_LOCALS;
}

size_t hp_hot_memory(uint32_t max_bindings)
{
	/* rte_hash measured: 48 to 61 octets a slot. */
	return (size_t)(capacity(max_bindings) + SPARE) * (sizeof(struct hp_hot_entry) + sizeof(uint32_t) + 64);
}

int hp_hot_create(struct hp_hot **out, uint32_t max_bindings, int socket, struct hp_reclaim *reclaim)
{
	const uint32_t slots = capacity(max_bindings) + SPARE;
	struct rte_hash_parameters p = {
		.name = "hp_hot",
		.entries = slots, /* a deleted key keeps its slot until its grace period is over */
		.key_len = sizeof(struct hp_ip6),
		.hash_func = hp_key_hash,
		.hash_func_init_val = hp_key_secret(),
		.socket_id = socket,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	struct hp_hot *h = rte_zmalloc_socket("hot", sizeof(*h), RTE_CACHE_LINE_SIZE, socket);

	if (!h)
		return -ENOMEM;
	h->reclaim = reclaim;
	h->capacity = capacity(max_bindings);
	h->entry = rte_malloc_socket("hot entries", (size_t)slots * sizeof(*h->entry), RTE_CACHE_LINE_SIZE, socket);
	h->free_entry = rte_malloc_socket("hot free", (size_t)slots * sizeof(*h->free_entry), 0, socket);
	h->hash = rte_hash_create(&p);
	if (!h->entry || !h->free_entry || !h->hash) {
		hp_hot_destroy(h);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < slots; i++)
		h->free_entry[i] = slots - 1 - i;
	h->free_count = slots;
	*out = h;
	return 0;
}

void hp_hot_destroy(struct hp_hot *h)
{
	if (!h)
		return;
	rte_hash_free(h->hash);
	rte_free(h->free_entry);
	rte_free(h->entry);
	rte_free(h);
}

static void entry_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_hot *h = owner;

	(void)ptr;
	h->free_entry[h->free_count++] = number;
}

static void position_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_hot *h = owner;

	(void)ptr;
	rte_hash_free_key_with_position(h->hash, (int32_t)number);
}

static void retire(struct hp_hot *h, const struct hp_hot_entry *e)
{
	hp_reclaim_retire(h->reclaim, entry_back, h, NULL, (uint32_t)(e - h->entry));
}

int hp_hot_put(struct hp_hot *h, const struct hp_hot_entry *e, struct hp_hot_entry *old, bool *had)
{
	void *before = NULL;
	struct hp_hot_entry *fresh;
	int ret = hp_reclaim_reserve(h->reclaim, 1);

	if (ret)
		return ret;
	*had = rte_hash_lookup_data(h->hash, &e->prefix, &before) >= 0;
	if (!*had && (uint32_t)rte_hash_count(h->hash) >= h->capacity + SPARE)
		hp_reclaim_poll(h->reclaim, SIZE_MAX);
	if (!h->free_count)
		hp_reclaim_poll(h->reclaim, SIZE_MAX);
	if (!h->free_count)
		return -ENOSPC;
	fresh = &h->entry[h->free_entry[--h->free_count]];
	*fresh = *e;
	/* The store that publishes is a release inside librte_hash. */
	ret = rte_hash_add_key_data(h->hash, &e->prefix, fresh);
	if (ret < 0) {
		h->free_count++;
		return ret;
	}
	if (*had) {
		*old = *(struct hp_hot_entry *)before;
		retire(h, before);
	}
	return 0;
}

int hp_hot_remove(struct hp_hot *h, const struct hp_ip6 *key, struct hp_hot_entry *old)
{
	void *before;
	int32_t at;

	if (rte_hash_lookup_data(h->hash, key, &before) < 0)
		return -ENOENT;
	if (hp_reclaim_reserve(h->reclaim, 2))
		return -ENOMEM;
	*old = *(struct hp_hot_entry *)before;
	at = rte_hash_del_key(h->hash, key);
	retire(h, before);
	if (at >= 0)
		hp_reclaim_retire(h->reclaim, position_back, h, NULL, (uint32_t)at);
	return 0;
}

const struct hp_hot_entry *hp_hot_find(const struct hp_hot *h, const struct hp_ip6 *key)
{
	void *e;

	return rte_hash_lookup_data(h->hash, key, &e) >= 0 ? e : NULL;
}

int hp_hot_source(struct hp_hot *h, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < h->sources; i++)
		if (hp_ip6_eq(&h->front.source[i], address))
			return (int)i;
	if (h->sources == HP_HOT_SOURCES)
		return -ENOSPC;
	/* Written before any entry that names it is published. */
	h->front.source[h->sources] = *address;
	return (int)h->sources++;
}

void hp_hot_find_bulk(const struct hp_hot *h, const struct hp_ip6 *const key[], unsigned int n, const struct hp_hot_entry *entry[])
{
	uint64_t hit = 0;
	void *data[RTE_HASH_LOOKUP_BULK_MAX];

	if (!n)
		return;
	rte_hash_lookup_bulk_data(h->hash, (const void **)(uintptr_t)key, n, &hit, data);
	for (unsigned int i = 0; i < n; i++)
		entry[i] = hit >> i & 1 ? data[i] : NULL;
}
