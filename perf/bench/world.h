/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet mover with one port, a virtual home link and N bindings, as the appliance would set it up. */
#ifndef HP_BENCH_WORLD_H
#define HP_BENCH_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/dataplane.h"

struct world {
	struct hp_dataplane *dp;
	char device[32];
	uint32_t bindings;
	unsigned int workers;
	bool accounting;
	bool acting;               /* for the correspondents, which have as many bindings of other home addresses */
	bool esp;                  /* with TRAFFIC_ESP nodes more, that have security associations */
	uint32_t changes, settled; /* churn.h: how many so far, and up to which all nodes are back */
};

/* As *w says. `lcore[workers]`. 0 or -errno, told on stderr. */
int world_create(struct world *w, const unsigned int *lcore);
void world_destroy(struct world *w);
/* Binding i, registered at the care-of address numbered `at` (i in the beginning). */
int world_bind(struct world *w, uint32_t i, uint32_t at);
int world_unbind(struct world *w, uint32_t i);
struct rte_mempool *world_pool(const struct world *w);

#endif
