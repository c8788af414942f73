/* SPDX-License-Identifier: BSD-3-Clause */
/* The management core's side of the packet mover. */
#ifndef HP_DATAPLANE_STATE_H
#define HP_DATAPLANE_STATE_H

#include "dataplane/port.h"
#include "dataplane/reclaim.h"
#include "dataplane/worker.h"

struct hp_port_state {
	char *name, *device;
	struct hp_port_plan plan;
	struct hp_port_found found;
	bool started;
	bool up, told, told_up; /* carrier, and what port_changed said last */
};

/* Frames of the management core on their way to a worker. */
struct hp_out {
	unsigned int n;
	struct rte_mbuf *m[HP_BURST];
};

struct hp_dataplane {
	struct hp_shared shared;
	struct hp_worker *worker[HP_WORKERS];
	struct hp_out out[HP_WORKERS];
	unsigned int running;
	struct hp_reclaim *reclaim;
	struct hp_port_state *port_state;
	uint32_t max_bindings;
	uint32_t bound;
	uint64_t next_link_look_ms, next_epoch_ms;
	uint64_t *used_before;                /* by path: packets when last asked */
	uint32_t used_at;                     /* where the walk over paths goes on */
	unsigned int poll_worker, poll_class; /* fairness of hp_dataplane_poll */
	uint64_t no_memory;                   /* packets of ours for which there was no buffer */
	struct {
		uint64_t loops, since_ms, age_ms;
	} beat[HP_WORKERS];
};

/* optimized.c: octets of a worker that tell which of so many are in use; the turn of their epoch, when it is time. */
size_t hp_optimized_memory(uint32_t most);
void hp_optimized_turn(struct hp_dataplane *dp, uint64_t now_ms);

/* Whether a processor is in a list of the kernel's ("1,3-5"). */
bool hp_status_listed(const char *list, int cpu);

#endif
