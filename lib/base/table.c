/* SPDX-License-Identifier: BSD-3-Clause */
/* Linear hashing (Litwin): the table grows by one bucket whenever it is fuller than its buckets, by splitting the one at
 * `split`. Buckets live in segments, so nothing is ever copied as a whole and no insert stalls. The bucket of a hash is its *high* bits
 * read as a fraction, so that walking buckets walks hashes in order and a cursor survives every split. */
#include "base/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

#define SEGMENT_LEAST 9  /* bits: 4 KiB */
#define SEGMENT_MOST  20 /* 8 MiB: several huge pages */
#define SEGMENTS      4  /* bits: a generation has 16, if it is not very small or large */
#define FIRST_BITS    4
#define AHEAD         8
#define LINE          64 /* of the cache; a guess is good enough */

/* Generation g of buckets: hashes by their top g bits. While growing from g to g+1, buckets below `split` (in order of hash)
 * are already split in two: they live at 2i and 2i+1 of the new generation's segments. */
struct generation {
	unsigned int bits, segment_bits;
	struct hp_table_node ***segment;
};

struct hp_table {
	ptrdiff_t key_offset;
	size_t key_len;
	struct hp_hash_key key;
	size_t count, memory;
	struct generation now, next; /* next.segment NULL: not growing */
	uint64_t split;              /* buckets of `now` already moved to `next` */
};

static size_t segments(const struct generation *g)
{
	return g->bits <= g->segment_bits ? 1 : (size_t)1 << (g->bits - g->segment_bits);
}

static size_t segment_memory(const struct generation *g)
{
	return sizeof(**g->segment) << g->segment_bits;
}

static unsigned int segment_bits(unsigned int bits)
{
	if (bits < SEGMENT_LEAST + SEGMENTS)
		return SEGMENT_LEAST;
	return bits - SEGMENTS < SEGMENT_MOST ? bits - SEGMENTS : SEGMENT_MOST;
}

static int generation_create(struct hp_table *t, struct generation *g, unsigned int bits)
{
	*g = (struct generation){.bits = bits, .segment_bits = segment_bits(bits)};
	g->segment = calloc(segments(g), sizeof(*g->segment));
	if (!g->segment)
		return -ENOMEM;
	t->memory += segments(g) * sizeof(*g->segment);
	return 0;
}

static void segment_free(struct hp_table *t, struct generation *g, size_t i)
{
	free(g->segment[i]);
	g->segment[i] = NULL;
	t->memory -= segment_memory(g);
}

static void generation_destroy(struct hp_table *t, struct generation *g)
{
	if (!g->segment)
		return;
	for (size_t i = 0; i < segments(g); i++)
		if (g->segment[i])
			segment_free(t, g, i);
	free(g->segment);
	t->memory -= segments(g) * sizeof(*g->segment);
	*g = (struct generation){0};
}

/* A generation's segments come as they are needed. */
static int segment_ensure(struct hp_table *t, struct generation *g, uint64_t bucket)
{
	struct hp_table_node ***s = &g->segment[bucket >> g->segment_bits];

	if (*s)
		return 0;
	*s = calloc(1, segment_memory(g));
	if (!*s)
		return -ENOMEM;
	hp_pages_wish(*s, segment_memory(g));
	t->memory += segment_memory(g);
	return 0;
}

static struct hp_table_node **slot(const struct generation *g, uint64_t bucket)
{
	return &g->segment[bucket >> g->segment_bits][bucket & ((UINT64_C(1) << g->segment_bits) - 1)];
}

static struct hp_table_node **bucket_of(const struct hp_table *t, uint64_t hash)
{
	uint64_t i = hash >> (64 - t->now.bits);

	if (t->next.segment && i < t->split)
		return slot(&t->next, hash >> (64 - t->next.bits));
	return slot(&t->now, i);
}

int hp_table_create(struct hp_table **out, ptrdiff_t key_offset, size_t key_len, struct hp_hash_key key)
{
	struct hp_table *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->key_offset = key_offset;
	t->key_len = key_len;
	t->key = key;
	t->memory = sizeof(*t);
	if (generation_create(t, &t->now, FIRST_BITS) || segment_ensure(t, &t->now, 0)) {
		hp_table_destroy(t);
		return -ENOMEM;
	}
	*out = t;
	return 0;
}

void hp_table_destroy(struct hp_table *t)
{
	if (!t)
		return;
	generation_destroy(t, &t->now);
	generation_destroy(t, &t->next);
	free(t);
}

static const void *key_of(const struct hp_table *t, const struct hp_table_node *node)
{
	return (const char *)node + t->key_offset;
}

/* NULL as well: nothing is fetched then, but no pointer may be counted on from it. */
static void prefetch(const struct hp_table_node *node)
{
	__builtin_prefetch(node);
	__builtin_prefetch((const void *)((uintptr_t)node + LINE));
}

static struct hp_table_node *find_hashed(const struct hp_table *t, const void *key, uint64_t hash)
{
	for (struct hp_table_node *n = *bucket_of(t, hash); n; n = n->next)
		if (n->hash == hash && memcmp(key_of(t, n), key, t->key_len) == 0)
			return n;
	return NULL;
}

/* What the splits of the next inserts will look at: a bucket's first node, and half way there its second. Always inline: a function that only
 * prefetches has no effect that gcc knows of, and its calls go. */
static inline __attribute__((always_inline)) void ahead(const struct hp_table *t)
{
	const uint64_t buckets = (uint64_t)1 << t->now.bits;
	const struct hp_table_node *first;

	if (t->split + AHEAD >= buckets || !t->now.segment[(t->split + AHEAD) >> t->now.segment_bits])
		return;
	__builtin_prefetch(*slot(&t->now, t->split + AHEAD));
	first = *slot(&t->now, t->split + AHEAD / 2);
	if (first)
		__builtin_prefetch(first->next);
}

/* Splits the bucket at `split`. Without memory the table just stays as full as it is. */
static void grow_one(struct hp_table *t)
{
	struct hp_table_node *n, *after, **low, **high;

	if (!t->next.segment) {
		if (generation_create(t, &t->next, t->now.bits + 1))
			return;
		t->split = 0;
	}
	/* Both halves are neighbours in one segment: 2i is even and a segment's size too. */
	if (segment_ensure(t, &t->next, 2 * t->split))
		return;
	ahead(t);
	low = slot(&t->next, 2 * t->split);
	high = slot(&t->next, 2 * t->split + 1);
	for (n = *slot(&t->now, t->split); n; n = after) {
		struct hp_table_node **to = n->hash >> (64 - t->next.bits) & 1 ? high : low;

		after = n->next;
		n->next = *to;
		*to = n;
	}
	*slot(&t->now, t->split) = NULL;
	/* A segment is given back as soon as it is empty, not all of them at the end. */
	if ((++t->split & ((UINT64_C(1) << t->now.segment_bits) - 1)) == 0)
		segment_free(t, &t->now, (t->split >> t->now.segment_bits) - 1);
	if (t->split == (uint64_t)1 << t->now.bits) {
		generation_destroy(t, &t->now);
		t->now = t->next;
		t->next = (struct generation){0};
		t->split = 0;
	}
}

int hp_table_insert(struct hp_table *t, struct hp_table_node *node)
{
	struct hp_table_node **b;

	node->hash = hp_hash(&t->key, key_of(t, node), t->key_len);
	if (find_hashed(t, key_of(t, node), node->hash))
		return -EEXIST;
	b = bucket_of(t, node->hash);
	node->next = *b;
	*b = node;
	t->count++;
	if (t->next.segment || t->count > (size_t)1 << t->now.bits) {
		/* Two splits an insert: a growth is over before the next one is due. */
		grow_one(t);
		if (t->next.segment)
			grow_one(t);
	}
	return 0;
}

struct hp_table_node *hp_table_find(const struct hp_table *t, const void *key)
{
	return find_hashed(t, key, hp_hash(&t->key, key, t->key_len));
}

void hp_table_foresee(const struct hp_table *t, const void *const key[], unsigned int n, struct hp_table_node *likely[])
{
	struct hp_table_node *const *bucket[HP_TABLE_FORESEE];
	uint64_t hash[HP_TABLE_FORESEE];

	for (unsigned int i = 0; i < n; i++) {
		hash[i] = hp_hash(&t->key, key[i], t->key_len);
		bucket[i] = bucket_of(t, hash[i]);
		__builtin_prefetch(bucket[i]);
	}
	/* The first node, and what of its owner lies behind it. Nothing is there at NULL, and no harm done. */
	for (unsigned int i = 0; i < n; i++)
		prefetch(*bucket[i]);
	/* Three of four are found there; for most others it is the second. */
	for (unsigned int i = 0; i < n; i++) {
		likely[i] = *bucket[i];
		if (likely[i] && likely[i]->hash != hash[i]) {
			likely[i] = likely[i]->next;
			prefetch(likely[i]);
		}
	}
	for (unsigned int i = 0; i < n; i++)
		if (likely[i] && likely[i]->hash != hash[i])
			likely[i] = NULL;
}

void hp_table_remove(struct hp_table *t, struct hp_table_node *node)
{
	struct hp_table_node **p = bucket_of(t, node->hash);

	while (*p != node)
		p = &(*p)->next;
	*p = node->next;
	node->next = NULL;
	t->count--;
}

size_t hp_table_count(const struct hp_table *t)
{
	return t->count;
}

size_t hp_table_memory(const struct hp_table *t)
{
	return t->memory;
}

/* The bucket (head) that holds `hash`, and the first hash behind it in *behind (0: it was the last). */
static struct hp_table_node **bucket_span(const struct hp_table *t, uint64_t hash, uint64_t *behind)
{
	uint64_t i = hash >> (64 - t->now.bits);
	unsigned int bits = t->next.segment && i < t->split ? t->next.bits : t->now.bits;

	*behind = ((hash >> (64 - bits)) + 1) << (64 - bits);
	return bucket_of(t, hash);
}

int hp_table_each(struct hp_table *t, int (*each)(struct hp_table_node *node, void *ctx), void *ctx)
{
	uint64_t hash = 0;

	do {
		uint64_t behind;
		struct hp_table_node *after;

		for (struct hp_table_node *n = *bucket_span(t, hash, &behind); n; n = after) {
			int ret;

			after = n->next;
			ret = each(n, ctx);
			if (ret)
				return ret;
		}
		hash = behind;
	} while (hash);
	return 0;
}

static int compare_hash(const void *a, const void *b)
{
	const struct hp_table_node *x = *(struct hp_table_node *const *)a, *y = *(struct hp_table_node *const *)b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* The nodes of one bucket behind a hash, sorted; what does not fit is left for the next page (its smallest hashes are kept). */
static size_t collect(struct hp_table_node *n, bool all, uint64_t after, struct hp_table_node **out, size_t cap, bool *cut)
{
	size_t k = 0;

	for (; n; n = n->next) {
		if (!all && n->hash <= after)
			continue;
		if (k < cap) {
			out[k++] = n;
			continue;
		}
		/* Full: the largest hash goes. */
		size_t largest = 0;

		*cut = true;
		for (size_t i = 1; i < k; i++)
			if (out[i]->hash > out[largest]->hash)
				largest = i;
		if (n->hash < out[largest]->hash)
			out[largest] = n;
	}
	qsort(out, k, sizeof(*out), compare_hash);
	return k;
}

size_t hp_table_page(const struct hp_table *t, bool first, uint64_t after, size_t max, struct hp_table_node **out, size_t cap,
		     uint64_t *next, bool *more)
{
	uint64_t hash = first ? 0 : after;
	size_t n = 0;
	bool cut = false;

	*more = false;
	do {
		uint64_t behind;
		struct hp_table_node *head = *bucket_span(t, hash, &behind);
		size_t got = collect(head, first, after, out + n, cap - n, &cut);

		if (n + got > max || cut) {
			/* Part of the bucket: up to `max`, and all of the hash that stands there. */
			size_t keep = max > n ? max - n : 0;

			while (keep && keep < got && out[n + keep]->hash == out[n + keep - 1]->hash)
				keep++;
			*more = true;
			if (n + keep)
				*next = out[n + keep - 1]->hash;
			return n + keep;
		}
		n += got;
		hash = behind;
		if (n == max && hash) {
			*more = true;
			*next = hash - 1;
			return n;
		}
	} while (hash);
	*next = UINT64_MAX;
	return n;
}
