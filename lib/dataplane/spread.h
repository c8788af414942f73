/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets from worker to worker, where a device fills fewer queues than there are workers, or spreads tunnel packets by their outer
 * addresses only. A flow has one worker, by a hash over source and destination address, keyed by a secret: of the inner header of plain
 * IPv6-in-IPv6, else of the outer one, so that fragments meet. What is not this worker's own goes to its owner through a ring for each pair,
 * with one producer and one consumer: nothing else that one worker writes does another see, and a flow that always takes the same way keeps
 * its order. docs/decisions/spreading.md has the cost. */
#ifndef HP_DATAPLANE_SPREAD_H
#define HP_DATAPLANE_SPREAD_H

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/key.h"

struct hp_worker;

/* Read only once workers run. */
struct hp_spread {
	unsigned int workers;
	bool inner; /* after decapsulation too, of ports that are not spread by software */
	struct hp_key_secret secret;
	struct rte_ring *ring[]; /* [from * workers + to] */
};

/* Management. */
int hp_spread_create(struct hp_spread **out, unsigned int workers, bool inner, int socket);
void hp_spread_destroy(struct hp_spread *s);      /* with what is still in the rings; safe on NULL */
uint32_t hp_spread_packets(unsigned int workers); /* that the rings are to hold */

/* Worker. Frames just received on a port that is spread: keeps this worker's own in m, in their order, and returns how many. */
unsigned int hp_spread_frames(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n);
/* A packet out of a tunnel; true: it is another worker's and goes there with the next hp_spread_flush. */
bool hp_spread_packet(struct hp_worker *w, struct rte_mbuf *m);
/* To the worker of an association, with the next hp_spread_flush: a packet for us, or one for the bound home address in meta->home. */
void hp_spread_ours(struct hp_worker *w, struct rte_mbuf *m, unsigned int to);
void hp_spread_bound(struct hp_worker *w, struct rte_mbuf *m, unsigned int to);
void hp_spread_flush(struct hp_worker *w);
/* What other workers handed over, through the pipeline. Returns how many. */
unsigned int hp_spread_take(struct hp_worker *w);

#endif
