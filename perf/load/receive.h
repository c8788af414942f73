/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes: traffic is judged, the agent's own messages answered. With --receive-core another thread receives and judges, and hands
 * messages to the first by a ring. */
#ifndef HP_LOAD_RECEIVE_H
#define HP_LOAD_RECEIVE_H

#include <rte_ring.h>
#include <stdbool.h>

struct hp_load;

struct hp_receiver {
	struct rte_ring *messages; /* NULL: no second thread */
	unsigned int lcore;
	int wanted, is; /* enum of receive.c; atomic */
};

/* The second thread, where the options want one. 0 or -errno. */
int hp_receive_start(struct hp_load *l);
void hp_receive_stop(struct hp_load *l);
/* Paused, the second thread touches nothing: counters may be read and set anew. It has seen it when this returns. */
void hp_receive_pause(struct hp_load *l, bool pause);
/* The first thread's part: how many packets it handled. */
unsigned int hp_receive_turn(struct hp_load *l);

#endif
