/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot table: what a worker must know of a destination address. Bound home addresses and our own addresses are kinds of one
 * entry, so one lookup a packet decides its way. Entries are one cache line, immutable once published. */
#ifndef HP_DATAPLANE_HOT_H
#define HP_DATAPLANE_HOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "dataplane/filter.h"
#include "dataplane/key.h"
#include "dataplane/rows.h"

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
} __attribute__((aligned(HP_ROW)));
_Static_assert(sizeof(struct hp_hot_entry) == HP_ROW, "a row");

#define HP_HOT_SOURCES 256  /* outer sources: addresses of ours that a binding was registered with */
#define HP_HOT_LOCALS  1024 /* own addresses at most */

struct hp_hot {
	struct hp_key_secret secret;
	struct hp_rows rows; /* struct hp_hot_entry */
	struct hp_filter filter;
	uint32_t locals_version; /* changes with every address of ours that comes or goes */
	struct hp_ip6 source[HP_HOT_SOURCES];
	unsigned int sources; /* management's */
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

/* False: not in the table. */
static inline bool hp_hot_may_have(const struct hp_hot *hot, const struct hp_ip6 *key)
{
	return hp_filter_may_have(&hot->filter, key);
}

/* A worker's lookup (rows.h). What confirm returns is valid until the next quiescent point. */
static inline uint64_t hp_hot_ask(const struct hp_hot *hot, const struct hp_ip6 *key)
{
	const uint64_t hash = hp_key_hash_wide(&hot->secret, key, 128);

	hp_rows_ask(&hot->rows, hash);
	return hash;
}

static inline uint32_t hp_hot_candidate(const struct hp_hot *hot, uint64_t hash)
{
	return hp_rows_candidate(&hot->rows, hash);
}

static inline const struct hp_hot_entry *hp_hot_at(const struct hp_hot *hot, uint32_t at)
{
	return hp_rows_at(&hot->rows, at);
}

/* The rare case: a bucket that continues, or two keys with one tag. */
const struct hp_hot_entry *hp_hot_search(const struct hp_hot *hot, uint64_t hash, const struct hp_ip6 *key);

static inline const struct hp_hot_entry *hp_hot_confirm(const struct hp_hot *hot, uint32_t at, uint64_t hash, const struct hp_ip6 *key)
{
	if (at == HP_INDEX_NONE)
		return NULL;
	if (likely(at != HP_INDEX_SEARCH) && likely(hp_ip6_eq(&hp_hot_at(hot, at)->prefix, key)))
		return hp_hot_at(hot, at);
	return hp_hot_search(hot, hash, key);
}

#endif
