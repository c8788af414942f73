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
/* What a port turned out to be. */
struct hp_port_found {
	bool promiscuous;       /* all-multicast was not to be had */
	bool inner;             /* it spreads tunnel packets by their inner addresses */
	uint8_t key[UINT8_MAX]; /* of its hash: the driver may read it at every start */
};
/* Configures and starts it. */
int hp_port_start(struct hp_port *p, const struct hp_port_plan *plan, struct rte_mempool *pool, unsigned int index,
		  struct hp_port_found *found, struct hp_error *e);
/* Asks a device for RSS of IPv6-in-IPv6 by the inner addresses; false: it refuses. */
bool hp_port_hash_inner(uint16_t id, uint16_t queues);
void hp_port_stop(struct hp_port *p);

#endif
