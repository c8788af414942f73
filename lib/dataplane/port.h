/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: from DPDK's device to one that workers poll. Management thread. */
#ifndef HP_DATAPLANE_PORT_H
#define HP_DATAPLANE_PORT_H

#include "base/error.h"
#include "dataplane/dataplane.h"
#include "dataplane/portplan.h"
#include "dataplane/worker.h"

/* Finds the device, plans it. *plan->buffer tells what the pool must hold. */
int hp_port_find(const struct hp_dp_port *want, unsigned int index, unsigned int workers, uint16_t *id, struct hp_port_plan *plan,
		 struct hp_error *e);
/* Configures and starts it. `promiscuous` tells whether all-multicast was not to be had. */
int hp_port_start(struct hp_port *p, const struct hp_port_plan *plan, struct rte_mempool *pool, unsigned int index, bool *promiscuous,
		  struct hp_error *e);
void hp_port_stop(struct hp_port *p);

#endif
