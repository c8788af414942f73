/* SPDX-License-Identifier: BSD-3-Clause */
/* The one intrusive hash table of the pure cores: nodes live inside the caller's structs, the table
 * owns only its bucket array. Grows by itself, a bounded number of buckets each insert, so that no
 * single insert stalls. One thread. Keys are fixed-size bytes at a fixed place beside the node. */
#ifndef HP_BASE_TABLE_H
#define HP_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define hp_container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

struct hp_table_node {
	struct hp_table_node *next;
	uint64_t hash;
};

struct hp_table;

/* key_offset: from the node to its key; key_len in bytes. 0 or -ENOMEM. */
int hp_table_create(struct hp_table **out, ptrdiff_t key_offset, size_t key_len, struct hp_hash_key key);
void hp_table_destroy(struct hp_table *t); /* the nodes stay the caller's */

/* 0, -EEXIST (nothing changed) or -ENOMEM. */
int hp_table_insert(struct hp_table *t, struct hp_table_node *node);
struct hp_table_node *hp_table_find(const struct hp_table *t, const void *key);
/* These keys, at most HP_TABLE_FORESEE of them, will be looked for soon: what memory has to give for them is asked for at once, so that
 * the finds do not wait one after the other. Changes nothing. likely[i]: the node that will nearly always be found; NULL: none, nearly always. */
#define HP_TABLE_FORESEE 32
void hp_table_foresee(const struct hp_table *t, const void *const key[], unsigned int n, struct hp_table_node *likely[]);
/* The node must be in the table. */
void hp_table_remove(struct hp_table *t, struct hp_table_node *node);
size_t hp_table_count(const struct hp_table *t);
size_t hp_table_memory(const struct hp_table *t); /* bytes held, nodes not counted */

/* Calls `each` on every node; it may remove (and free) the node it is given, nothing else.
 * Stops and returns what `each` returned if that is not 0. */
int hp_table_each(struct hp_table *t, int (*each)(struct hp_table_node *node, void *ctx), void *ctx);

/* A page of nodes in hash order. `after` is the hash to go on behind (0 with first = true at the start);
 * a node present throughout a walk is given exactly once, whatever is inserted, removed or grown
 * meanwhile (nodes of equal hash are given together, so a page may exceed `max` by those: `max`
 * bounds what is started, `cap` is the room of `out`; cap >= max + 16). Returns the count; *next is the
 * cursor for the next page, *more tells whether there is one. */
size_t hp_table_page(const struct hp_table *t, bool first, uint64_t after, size_t max, struct hp_table_node **out, size_t cap,
		     uint64_t *next, bool *more);

#endif
