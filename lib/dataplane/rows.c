/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/rows.h"

#include <errno.h>
#include <rte_malloc.h>
#include <string.h>

size_t hp_rows_memory(uint32_t rows)
{
	const uint32_t n = rows + HP_ROWS_SPARE;

	return n * (HP_ROW + sizeof(uint32_t)) + hp_index_memory(n);
}

int hp_rows_create(struct hp_rows *x, uint32_t rows, int socket, struct hp_reclaim *reclaim)
{
	const uint32_t n = rows + HP_ROWS_SPARE;

	*x = (struct hp_rows){.reclaim = reclaim};
	x->row = rte_malloc_socket("rows", (size_t)n * HP_ROW, RTE_CACHE_LINE_SIZE, socket);
	x->free_row = rte_malloc_socket("free rows", n * sizeof(*x->free_row), 0, socket);
	if (!x->row || !x->free_row || hp_index_create(&x->written, n, socket, reclaim))
		return -ENOMEM;
	x->index = x->written;
	for (uint32_t i = 0; i < n; i++)
		x->free_row[i] = n - 1 - i;
	x->free_count = n;
	return 0;
}

void hp_rows_destroy(struct hp_rows *x)
{
	hp_index_destroy(x->written);
	rte_free(x->free_row);
	rte_free(x->row);
}

static void row_back(void *owner, void *ptr, uint32_t position)
{
	struct hp_rows *x = owner;

	(void)ptr;
	x->free_row[x->free_count++] = position;
}

int hp_rows_put(struct hp_rows *x, uint64_t hash, uint32_t before, const void *row)
{
	int ret = hp_reclaim_reserve(x->reclaim, 1);
	uint32_t fresh;

	if (ret)
		return ret;
	if (!x->free_count)
		hp_reclaim_poll(x->reclaim, SIZE_MAX);
	if (!x->free_count)
		return -ENOSPC;
	fresh = x->free_row[--x->free_count];
	memcpy((char *)x->row + (size_t)fresh * HP_ROW, row, HP_ROW);
	if (before == HP_INDEX_NONE) {
		ret = hp_index_add(x->written, hash, fresh);
		if (ret)
			x->free_count++;
		return ret;
	}
	hp_index_move(x->written, hash, before, fresh);
	hp_reclaim_retire(x->reclaim, row_back, x, NULL, before);
	return 0;
}

int hp_rows_remove(struct hp_rows *x, uint64_t hash, uint32_t position)
{
	if (hp_reclaim_reserve(x->reclaim, 2))
		return -ENOMEM;
	hp_index_remove(x->written, hash, position);
	hp_reclaim_retire(x->reclaim, row_back, x, NULL, position);
	return 0;
}
