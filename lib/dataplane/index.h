/* SPDX-License-Identifier: BSD-3-Clause */
/* An index of a table whose entries are found by a 64-bit hash of their key: buckets of one cache line, eight 16-bit tags beside eight
 * positions in the table. Entries never move within it, so a reader never misses what is there throughout. A full bucket continues in
 * further lines, few and bounded: more keys than that in one bucket are refused, and cost the others nothing.
 * One writer (management), many readers without locks. The hash is the caller's, keyed: strangers choose the keys (key.h). */
#ifndef HP_DATAPLANE_INDEX_H
#define HP_DATAPLANE_INDEX_H

#include <rte_vect.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/reclaim.h"

#define HP_INDEX_SLOTS  8          /* a bucket */
#define HP_INDEX_CHAIN  8          /* further buckets of one bucket at most */
#define HP_INDEX_NONE   UINT32_MAX /* no such key */
#define HP_INDEX_SEARCH (UINT32_MAX - 1)

struct hp_index_bucket {
	uint16_t tag[HP_INDEX_SLOTS]; /* 0: free */
	uint32_t position[HP_INDEX_SLOTS];
	uint32_t next; /* 0: none */
	uint32_t unused[3];
} __attribute__((aligned(64)));

struct hp_index {
	struct hp_index_bucket *bucket;
	uint32_t buckets; /* first ones; behind them the further ones */
	/* Management's. */
	uint32_t further, free_count;
	uint32_t *free_bucket;
	struct hp_reclaim *reclaim;
};

/* Room for `keys` keys of any kind. 0 or -ENOMEM. */
int hp_index_create(struct hp_index **out, uint32_t keys, int socket, struct hp_reclaim *reclaim);
void hp_index_destroy(struct hp_index *x); /* no reader left, reclaim empty; safe on NULL */
size_t hp_index_memory(uint32_t keys);

/* Management. The entry at `position` is complete before it is added. 0 or -ENOSPC: too many keys of one bucket. */
int hp_index_add(struct hp_index *x, uint64_t hash, uint32_t position);
/* The key's entry is from now on at `to`. */
void hp_index_move(struct hp_index *x, uint64_t hash, uint32_t from, uint32_t to);
/* Wants room for one in the reclaimer (hp_reclaim_reserve). */
void hp_index_remove(struct hp_index *x, uint64_t hash, uint32_t position);

/* Any thread: the position of which `is` says that it holds the key, over every candidate; HP_INDEX_NONE. */
uint32_t hp_index_search(const struct hp_index *x, uint64_t hash, bool (*is)(const void *table, uint32_t position, const void *key),
			 const void *table, const void *key);

/* High half of the hash: the bucket; low 16 bits: the tag. */
static inline struct hp_index_bucket *hp_index_bucket(const struct hp_index *x, uint64_t hash)
{
	return &x->bucket[(hash >> 32) * x->buckets >> 32];
}

static inline uint16_t hp_index_tag(uint64_t hash)
{
	uint16_t tag = (uint16_t)hash;

	return tag ? tag : 1;
}

/* One bit a slot that carries the tag. */
static inline uint32_t hp_index_match(const struct hp_index_bucket *b, uint16_t tag)
{
	uint32_t match = 0;

#ifdef RTE_ARCH_X86
	__m128i same = _mm_cmpeq_epi16(_mm_load_si128((const __m128i *)(const void *)b->tag), _mm_set1_epi16((short)tag));

	match = (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(same, _mm_setzero_si128()));
#else
	for (unsigned int i = 0; i < HP_INDEX_SLOTS; i++)
		match |= (uint32_t)(__atomic_load_n(&b->tag[i], __ATOMIC_RELAXED) == tag) << i;
#endif
	/* What the tag promised is read after it: a position, and the entry there. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return match;
}

/* Workers, once the bucket's line has been fetched: the first candidate, whose key is still to be compared; HP_INDEX_NONE;
 * HP_INDEX_SEARCH: only hp_index_search can tell. */
static inline uint32_t hp_index_first(const struct hp_index *x, uint64_t hash)
{
	const struct hp_index_bucket *b = hp_index_bucket(x, hash);
	const uint32_t match = hp_index_match(b, hp_index_tag(hash));

	if (match)
		return __atomic_load_n(&b->position[__builtin_ctz(match)], __ATOMIC_ACQUIRE);
	return __atomic_load_n(&b->next, __ATOMIC_ACQUIRE) ? HP_INDEX_SEARCH : HP_INDEX_NONE;
}

#endif
