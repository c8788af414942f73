/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/index.h"

#include <assert.h>
#include <errno.h>
#include <rte_malloc.h>

/* A bucket for four keys: with keys at random one in fifty has more than eight and continues in a further line. */
static uint32_t first_buckets(uint32_t keys)
{
	return keys / 4 + 1;
}

static uint32_t further_buckets(uint32_t keys)
{
	return keys / 32 + 16;
}

size_t hp_index_memory(uint32_t keys)
{
	return ((size_t)first_buckets(keys) + further_buckets(keys)) * sizeof(struct hp_index_bucket) +
	       further_buckets(keys) * sizeof(uint32_t);
}

int hp_index_create(struct hp_index **out, uint32_t keys, int socket, struct hp_reclaim *reclaim)
{
	struct hp_index *x = rte_zmalloc_socket("index", sizeof(*x), RTE_CACHE_LINE_SIZE, socket);

	if (!x)
		return -ENOMEM;
	x->buckets = first_buckets(keys);
	x->further = further_buckets(keys);
	x->reclaim = reclaim;
	x->bucket =
		rte_zmalloc_socket("index buckets", ((size_t)x->buckets + x->further) * sizeof(*x->bucket), RTE_CACHE_LINE_SIZE, socket);
	x->free_bucket = rte_malloc_socket("index free", x->further * sizeof(*x->free_bucket), 0, socket);
	if (!x->bucket || !x->free_bucket) {
		hp_index_destroy(x);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < x->further; i++)
		x->free_bucket[i] = x->buckets + x->further - 1 - i;
	x->free_count = x->further;
	*out = x;
	return 0;
}

void hp_index_destroy(struct hp_index *x)
{
	if (!x)
		return;
	rte_free(x->free_bucket);
	rte_free(x->bucket);
	rte_free(x);
}

static struct hp_index_bucket *next_of(const struct hp_index *x, const struct hp_index_bucket *b)
{
	uint32_t next = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE);

	return next ? &x->bucket[next] : NULL;
}

/* The slot of the chain that holds the position. */
static struct hp_index_bucket *holder(const struct hp_index *x, uint64_t hash, uint32_t position, unsigned int *slot)
{
	const uint16_t tag = hp_index_tag(hash);

	for (struct hp_index_bucket *b = hp_index_bucket(x, hash); b; b = next_of(x, b))
		for (uint32_t match = hp_index_match(b, tag); match; match &= match - 1) {
			*slot = (unsigned int)__builtin_ctz(match);
			if (b->position[*slot] == position)
				return b;
		}
	return NULL;
}

static bool put(struct hp_index_bucket *b, uint16_t tag, uint32_t position)
{
	const uint32_t room = hp_index_match(b, 0);
	unsigned int slot;

	if (!room)
		return false;
	slot = (unsigned int)__builtin_ctz(room);
	__atomic_store_n(&b->position[slot], position, __ATOMIC_RELAXED);
	__atomic_store_n(&b->tag[slot], tag, __ATOMIC_RELEASE);
	return true;
}

int hp_index_add(struct hp_index *x, uint64_t hash, uint32_t position)
{
	struct hp_index_bucket *b = hp_index_bucket(x, hash), *last = b;
	const uint16_t tag = hp_index_tag(hash);
	unsigned int chain = 0;
	uint32_t fresh;

	for (; b; b = next_of(x, b), chain++) {
		if (put(b, tag, position))
			return 0;
		last = b;
	}
	if (chain > HP_INDEX_CHAIN)
		return -ENOSPC;
	if (!x->free_count)
		hp_reclaim_poll(x->reclaim, SIZE_MAX);
	if (!x->free_count)
		return -ENOSPC;
	fresh = x->free_bucket[--x->free_count];
	x->bucket[fresh] = (struct hp_index_bucket){.tag = {tag}, .position = {position}};
	__atomic_store_n(&last->next, fresh, __ATOMIC_RELEASE);
	return 0;
}

void hp_index_move(struct hp_index *x, uint64_t hash, uint32_t from, uint32_t to)
{
	unsigned int slot;
	struct hp_index_bucket *b = holder(x, hash, from, &slot);

	assert(b);
	__atomic_store_n(&b->position[slot], to, __ATOMIC_RELEASE);
}

static void bucket_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_index *x = owner;

	(void)ptr;
	x->free_bucket[x->free_count++] = number;
}

/* The chain's last further bucket, when nothing is left in it, leaves the chain. A reader in it still reads an end. */
static void shorten(struct hp_index *x, uint64_t hash)
{
	struct hp_index_bucket *before = NULL, *b = hp_index_bucket(x, hash);

	while (b->next) {
		before = b;
		b = &x->bucket[b->next];
	}
	if (!before || hp_index_match(b, 0) != (1u << HP_INDEX_SLOTS) - 1)
		return;
	__atomic_store_n(&before->next, 0, __ATOMIC_RELEASE);
	hp_reclaim_retire(x->reclaim, bucket_back, x, NULL, (uint32_t)(b - x->bucket));
}

void hp_index_remove(struct hp_index *x, uint64_t hash, uint32_t position)
{
	unsigned int slot;
	struct hp_index_bucket *b = holder(x, hash, position, &slot);

	assert(b);
	__atomic_store_n(&b->tag[slot], 0, __ATOMIC_RELEASE);
	shorten(x, hash);
}

uint32_t hp_index_search(const struct hp_index *x, uint64_t hash, bool (*is)(const void *table, uint32_t position, const void *key),
			 const void *table, const void *key)
{
	const uint16_t tag = hp_index_tag(hash);

	for (const struct hp_index_bucket *b = hp_index_bucket(x, hash); b; b = next_of(x, b))
		for (uint32_t match = hp_index_match(b, tag); match; match &= match - 1) {
			uint32_t position = __atomic_load_n(&b->position[__builtin_ctz(match)], __ATOMIC_ACQUIRE);

			if (is(table, position, key))
				return position;
		}
	return HP_INDEX_NONE;
}
