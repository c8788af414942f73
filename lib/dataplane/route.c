/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/route.h"

#include <errno.h>
#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_malloc.h>
#include <rte_prefetch.h>

#include "dataplane/dataplane.h"
#include "dataplane/index.h"
#include "dataplane/key.h"

#define BULK 64

struct length {
	uint64_t mask[2];
	uint8_t bits;
};

struct hp_route_table {
	struct hp_index *index; /* (prefix, length) -> leaf */
	struct hp_key_secret secret;
	unsigned int lengths;
	struct length length[128]; /* in use, longest first; the default route's is by_default */
	const struct hp_route_leaf *by_default;
	/* A bit set a length: most destinations have no route of most lengths, and this tells with one multiplication an address. */
	uint64_t *filter;
	uint32_t filter_words; /* of one length; a power of two */
	unsigned int count;
	struct hp_route_leaf leaf[];
};

static inline uint32_t filter_bit(const struct hp_route_table *t, const uint64_t prefix[2])
{
	const uint64_t h = hp_key_fold(prefix[0] ^ t->secret.word[0], prefix[1] ^ t->secret.word[1]);

	return (uint32_t)h & (t->filter_words * 64 - 1);
}

/* Sixteen bits a route. */
static uint32_t filter_words(unsigned int routes)
{
	return rte_align32pow2(routes / 4 + 8);
}

static void set_filter(struct hp_route_table *t, const struct hp_route_leaf *l)
{
	uint64_t p[2];

	memcpy(p, &l->prefix, sizeof(p));
	for (unsigned int i = 0; i < t->lengths; i++)
		if (t->length[i].bits == l->length) {
			const uint32_t bit = filter_bit(t, p);

			t->filter[i * t->filter_words + bit / 64] |= 1ull << bit % 64;
		}
}

int hp_route_table_create(struct hp_route_table **out, const struct hp_dp_route *route, const struct hp_route_leaf *leaf, unsigned int n,
			  int socket)
{
	static const struct hp_ip6 ones = {{[0 ... 15] = 0xff}};
	struct hp_route_table *t = rte_zmalloc_socket("routes", sizeof(*t) + n * sizeof(*leaf), RTE_CACHE_LINE_SIZE, socket);
	bool used[129] = {false};

	if (!t)
		return -ENOMEM;
	t->secret = hp_key_secret_wide();
	/* Never changed once made: nothing to reclaim. */
	if (hp_index_create(&t->index, n, socket, NULL))
		goto destroy;
	for (; t->count < n; t->count++) {
		const uint8_t bits = route[t->count].length;
		struct hp_route_leaf *l = &t->leaf[t->count];

		*l = leaf[t->count];
		l->prefix = hp_ip6_prefix(&route[t->count].prefix, bits);
		l->length = bits;
		used[bits] = true;
		if (!bits)
			t->by_default = l;
		else if (hp_index_add(t->index, hp_key_hash_wide(&t->secret, &l->prefix, bits), t->count))
			goto destroy;
	}
	for (int bits = 128; bits > 0; bits--) {
		struct hp_ip6 mask = hp_ip6_prefix(&ones, (unsigned int)bits);

		if (!used[bits])
			continue;
		memcpy(t->length[t->lengths].mask, &mask, sizeof(mask));
		t->length[t->lengths++].bits = (uint8_t)bits;
	}
	t->filter_words = filter_words(n);
	t->filter = rte_zmalloc_socket("route filter", t->lengths * t->filter_words * sizeof(*t->filter) + 1, RTE_CACHE_LINE_SIZE, socket);
	if (!t->filter)
		goto destroy;
	for (unsigned int i = 0; i < n; i++)
		set_filter(t, &t->leaf[i]);
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
	hp_index_destroy(t->index);
	rte_free(t->filter);
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

static bool is(const void *table, uint32_t position, const void *key)
{
	const struct hp_route_leaf *leaf = table, *want = key;

	return leaf[position].length == want->length && hp_ip6_eq(&leaf[position].prefix, &want->prefix);
}

/* The first length from `from` on with a route that may fit; t->lengths: none. *prefix and *hash for it. */
static inline unsigned int next_length(const struct hp_route_table *t, unsigned int from, const struct hp_ip6 *dst, struct hp_ip6 *prefix,
				       uint64_t *hash)
{
	uint64_t x[2];

	memcpy(x, dst, sizeof(x));
	for (; from < t->lengths; from++) {
		const struct length *l = &t->length[from];
		const uint64_t p[2] = {x[0] & l->mask[0], x[1] & l->mask[1]};
		const uint32_t bit = filter_bit(t, p);

		if (likely(!(t->filter[from * t->filter_words + bit / 64] >> bit % 64 & 1)))
			continue;
		memcpy(prefix, p, sizeof(*prefix));
		*hash = hp_key_hash_wide(&t->secret, prefix, l->bits);
		return from;
	}
	return from;
}

static const struct hp_route_leaf *probe(const struct hp_route_table *t, uint8_t bits, const struct hp_ip6 *prefix, uint64_t hash)
{
	uint32_t at = hp_index_first(t->index, hash);

	if (at == HP_INDEX_SEARCH || (at != HP_INDEX_NONE && (t->leaf[at].length != bits || !hp_ip6_eq(&t->leaf[at].prefix, prefix)))) {
		const struct hp_route_leaf want = {.prefix = *prefix, .length = bits};

		at = hp_index_search(t->index, hash, is, t->leaf, &want);
	}
	return at == HP_INDEX_NONE ? NULL : &t->leaf[at];
}

void hp_route_find_bulk(const struct hp_route_table *t, const struct hp_ip6 *const dst[], unsigned int n,
			const struct hp_route_leaf *leaf[])
{
	struct hp_ip6 prefix[BULK];
	uint64_t hash[BULK];
	uint8_t at[BULK];

	for (unsigned int i = 0; i < n; i++) {
		at[i] = (uint8_t)next_length(t, 0, dst[i], &prefix[i], &hash[i]);
		if (at[i] < t->lengths)
			rte_prefetch0(hp_index_bucket(t->index, hash[i]));
	}
	for (unsigned int i = 0; i < n; i++) {
		unsigned int l = at[i];

		leaf[i] = NULL;
		while (l < t->lengths && !leaf[i]) {
			leaf[i] = probe(t, t->length[l].bits, &prefix[i], hash[i]);
			if (!leaf[i])
				l = next_length(t, l + 1, dst[i], &prefix[i], &hash[i]);
		}
		if (!leaf[i])
			leaf[i] = t->by_default;
	}
}
