/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot table: what a worker must know of a destination address. Bound home addresses and our own addresses are kinds of one
 * entry, so one lookup a packet decides its way. Entries are one cache line, immutable once published. */
#ifndef HP_DATAPLANE_HOT_H
#define HP_DATAPLANE_HOT_H

#include <rte_hash.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "dataplane/reclaim.h"

enum hp_hot_kind {
	HP_HOT_LOCAL, /* an address of ours */
	HP_HOT_IPV6   /* bound: IPv6-in-IPv6 to outer_dst (RFC 2473) */
};

struct hp_hot_entry {
	struct hp_ip6 prefix;    /* the key; with length 128 an address */
	struct hp_ip6 outer_dst; /* care-of address */
	uint32_t id;             /* of the binding, for accounting */
	uint32_t path;           /* path.h */
	uint16_t mtu;            /* largest inner packet */
	uint16_t outer_src;      /* index into the addresses of ours, hot.h source table */
	uint8_t length, kind;
	uint16_t flags;
	union {
		uint8_t by_kind[16];
		struct {
			uint16_t home_link; /* bound: where it is defended */
		};
	};
} __attribute__((aligned(64)));

struct hp_hot;

#define HP_HOT_SOURCES 256  /* outer sources: addresses of ours that a binding was registered with */
#define HP_HOT_LOCALS  1024 /* own addresses at most */

int hp_hot_create(struct hp_hot **out, uint32_t max_bindings, int socket, struct hp_reclaim *reclaim);
void hp_hot_destroy(struct hp_hot *hot); /* no reader left, reclaim empty */
size_t hp_hot_memory(uint32_t max_bindings);

/* Publishes a copy of *e; what was there under its key is retired and, by value, in *old (kind -1: nothing was).
 * 0, -ENOSPC, -ENOMEM. Management. */
int hp_hot_put(struct hp_hot *hot, const struct hp_hot_entry *e, struct hp_hot_entry *old, bool *had);
int hp_hot_remove(struct hp_hot *hot, const struct hp_ip6 *key, struct hp_hot_entry *old);  /* 0, -ENOENT, -ENOMEM */
const struct hp_hot_entry *hp_hot_find(const struct hp_hot *hot, const struct hp_ip6 *key); /* management */

/* The index of an outer source, entered when new: >= 0 or -ENOSPC. Sources are never removed: they are few. */
int hp_hot_source(struct hp_hot *hot, const struct hp_ip6 *address);

/* Worker: entry[i] of key[i] or NULL; n <= 64; valid until the next quiescent point. */
void hp_hot_find_bulk(const struct hp_hot *hot, const struct hp_ip6 *const key[], unsigned int n, const struct hp_hot_entry *entry[]);
static inline const struct hp_ip6 *hp_hot_source_address(const struct hp_hot *hot, uint16_t index);

/* For the inline above only: the front of struct hp_hot. */
struct hp_hot_front {
	struct hp_ip6 source[HP_HOT_SOURCES];
};

static inline const struct hp_ip6 *hp_hot_source_address(const struct hp_hot *hot, uint16_t index)
{
	return &((const struct hp_hot_front *)(const void *)hot)->source[index];
}

#endif
