/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a published table: one cache line each, in one piece, immutable once published, found by an index of their keys. Two lines a
 * lookup: a bucket, then the row. What is in a row, and how it is told from others, is the table's (hot.h, pairs.h). */
#ifndef HP_DATAPLANE_ROWS_H
#define HP_DATAPLANE_ROWS_H

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "dataplane/index.h"
#include "dataplane/reclaim.h"

#define HP_ROW        64
#define HP_ROWS_SPARE 4096 /* retired but still visible; more churn than this in a grace period waits for it */

struct hp_rows {
	const struct hp_index *index;
	void *row;
	/* Management's. */
	struct hp_index *written;
	uint32_t *free_row; /* stack of positions */
	uint32_t free_count;
	struct hp_reclaim *reclaim;
};

/* Room for `rows` at once, and for those that are retired. 0 or -ENOMEM, and then too hp_rows_destroy. */
int hp_rows_create(struct hp_rows *x, uint32_t rows, int socket, struct hp_reclaim *reclaim);
void hp_rows_destroy(struct hp_rows *x); /* no reader left, reclaim empty */
size_t hp_rows_memory(uint32_t rows);

/* Management. Publishes a copy of `row`; the one at position `before` (HP_INDEX_NONE: none) had its key until now, is retired, and may be read
 * until the reclaimer is next asked for anything. 0, -ENOSPC, -ENOMEM. */
int hp_rows_put(struct hp_rows *x, uint64_t hash, uint32_t before, const void *row);
int hp_rows_remove(struct hp_rows *x, uint64_t hash, uint32_t position); /* 0, -ENOMEM */

/* A worker's lookup in three steps, each over a whole burst before the next, so that the lines of all packets are under way at once: ask (the
 * bucket's line), candidate (the row's line), and the table's own confirm. */
static inline void hp_rows_ask(const struct hp_rows *x, uint64_t hash)
{
	rte_prefetch1(hp_index_bucket(x->index, hash));
}

static inline const void *hp_rows_at(const struct hp_rows *x, uint32_t position)
{
	return (const char *)x->row + (size_t)position * HP_ROW;
}

static inline uint32_t hp_rows_candidate(const struct hp_rows *x, uint64_t hash)
{
	const uint32_t at = hp_index_first(x->index, hash);

	/* Without one, something that is near: an address that is not mapped costs a walk through the page tables. */
	rte_prefetch1(at < HP_INDEX_SEARCH ? hp_rows_at(x, at) : x);
	return at;
}

#endif
