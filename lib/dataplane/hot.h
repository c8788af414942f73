/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot table: what a worker must know of a destination address. Bound home addresses and our own addresses are kinds of one
 * entry, so one lookup a packet decides its way. Entries are one cache line, immutable once published. */
#ifndef HP_DATAPLANE_HOT_H
#define HP_DATAPLANE_HOT_H

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "dataplane/index.h"
#include "dataplane/key.h"
#include "dataplane/reclaim.h"

enum hp_hot_kind {
	HP_HOT_LOCAL, /* an address of ours */
	HP_HOT_IPV6,  /* bound: IPv6-in-IPv6 to outer_dst (RFC 2473) */
	HP_HOT_ESP    /* the same, all or some of it by security associations */
};

struct hp_hot_entry {
	struct hp_ip6 prefix;    /* the key; with length 128 an address */
	struct hp_ip6 outer_dst; /* care-of address */
	uint32_t id;             /* of the binding, for accounting */
	uint32_t path;           /* path.h */
	uint16_t mtu;            /* largest inner packet */
	uint16_t outer_src;      /* index into struct hp_hot's source */
	uint8_t length, kind;
	uint16_t flags;
	union {
		uint8_t by_kind[16];
		struct {
			uint16_t home_link; /* bound: where it is defended */
			/* HP_HOT_ESP: the associations of what is sent, 0: none; where there is one, what comes must come by ESP too */
			uint32_t association, home_test_association;
		};
	};
} __attribute__((aligned(64)));

#define HP_HOT_SOURCES 256  /* outer sources: addresses of ours that a binding was registered with */
#define HP_HOT_LOCALS  1024 /* own addresses at most */
#define HP_HOT_FILTER  4096 /* bits; a power of two */
#define HP_HOT_SPARE   4096 /* entries retired but still visible; more churn than this in a grace period waits for it */

/* Two cache lines a packet: a bucket of the index, then the entry. */
struct hp_hot {
	const struct hp_index *index;
	struct hp_hot_entry *entry; /* all of them, in one piece */
	struct hp_key_secret secret;
	/* A bit for the upper half of every key: home prefixes are few, and most of what is forwarded is in none of them. */
	uint64_t filter[HP_HOT_FILTER / 64];
	uint32_t locals_version; /* changes with every address of ours that comes or goes */
	struct hp_ip6 source[HP_HOT_SOURCES];
	/* Management's. */
	struct hp_index *written;
	unsigned int sources;
	uint32_t *free_entry; /* stack of positions */
	uint32_t free_count;
	uint32_t filtered[HP_HOT_FILTER]; /* keys by bit */
	struct hp_reclaim *reclaim;
};

int hp_hot_create(struct hp_hot **out, uint32_t max_bindings, int socket, struct hp_reclaim *reclaim);
void hp_hot_destroy(struct hp_hot *hot); /* no reader left, reclaim empty */
size_t hp_hot_memory(uint32_t max_bindings);

/* Publishes a copy of *e; what was there under its key is retired and, by value, in *old when *had.
 * 0, -ENOSPC, -ENOMEM. Management. */
int hp_hot_put(struct hp_hot *hot, const struct hp_hot_entry *e, struct hp_hot_entry *old, bool *had);
int hp_hot_remove(struct hp_hot *hot, const struct hp_ip6 *key, struct hp_hot_entry *old);  /* 0, -ENOENT, -ENOMEM */
const struct hp_hot_entry *hp_hot_find(const struct hp_hot *hot, const struct hp_ip6 *key); /* any thread; alone, not in a burst */

/* The index of an outer source, entered when new: >= 0 or -ENOSPC. Sources are never removed: they are few. */
int hp_hot_source(struct hp_hot *hot, const struct hp_ip6 *address);

static inline unsigned int hp_hot_filter_bit(const struct hp_hot *hot, const struct hp_ip6 *key)
{
	uint64_t upper;

	memcpy(&upper, key, sizeof(upper));
	return (unsigned int)((upper ^ hot->secret.word[0]) * 0x9e3779b97f4a7c15u >> 52) & (HP_HOT_FILTER - 1);
}

/* False: not in the table. Saves the lookup, and with it the walk to a line that nothing else brings into a cache. */
static inline bool hp_hot_may_have(const struct hp_hot *hot, const struct hp_ip6 *key)
{
	const unsigned int bit = hp_hot_filter_bit(hot, key);

	return __atomic_load_n(&hot->filter[bit / 64], __ATOMIC_RELAXED) >> bit % 64 & 1;
}

/* A worker's lookup in three steps, each over a whole burst before the next, so that the lines of all packets are under way at once:
 * ask (the bucket's line), candidate (the entry's line), confirm. What confirm returns is valid until the next quiescent point. */
static inline uint64_t hp_hot_ask(const struct hp_hot *hot, const struct hp_ip6 *key)
{
	const uint64_t hash = hp_key_hash_wide(&hot->secret, key, 128);

	rte_prefetch1(hp_index_bucket(hot->index, hash));
	return hash;
}

static inline uint32_t hp_hot_candidate(const struct hp_hot *hot, uint64_t hash)
{
	const uint32_t at = hp_index_first(hot->index, hash);

	/* Without one, something that is near: an address that is not mapped costs a walk through the page tables. */
	rte_prefetch1(at < HP_INDEX_SEARCH ? (const void *)(hot->entry + at) : hot);
	return at;
}

/* The rare case: a bucket that continues, or two keys with one tag. */
const struct hp_hot_entry *hp_hot_search(const struct hp_hot *hot, uint64_t hash, const struct hp_ip6 *key);

static inline const struct hp_hot_entry *hp_hot_confirm(const struct hp_hot *hot, uint32_t at, uint64_t hash, const struct hp_ip6 *key)
{
	if (at == HP_INDEX_NONE)
		return NULL;
	if (likely(at != HP_INDEX_SEARCH) && likely(hp_ip6_eq(&hot->entry[at].prefix, key)))
		return &hot->entry[at];
	return hp_hot_search(hot, hash, key);
}

#endif
