/* SPDX-License-Identifier: BSD-3-Clause */
/* Lookups alone, without packets: the hot table, and librte_hash as the table that it stands in for. Bursts of 64 home addresses at random
 * out of all bindings; what is found is read. Lcore functions; `stop` ends them. */
#ifndef HP_BENCH_TABLE_H
#define HP_BENCH_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct world;
struct rte_hash;

struct table {
	const struct world *world;
	struct rte_hash *hash; /* of the same keys, for table_hash */
	uint64_t looked, missed;
	int stop;
};

/* Fills librte_hash (lock-free, CRC) with the world's bindings. 0 or -errno. */
int table_create(struct table *t, const struct world *w, bool hash);
void table_destroy(struct table *t);
int table_hot(void *table);
int table_hash(void *table);

#endif
