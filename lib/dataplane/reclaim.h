/* SPDX-License-Identifier: BSD-3-Clause */
/* What workers may still see is given back only after each of them has passed a quiescent point (rte_rcu_qsbr): a queue of
 * (token, what to do), looked at on the management tick, never waited for. Management thread. */
#ifndef HP_DATAPLANE_RECLAIM_H
#define HP_DATAPLANE_RECLAIM_H

#include <rte_rcu_qsbr.h>
#include <stddef.h>
#include <stdint.h>

struct hp_reclaim;

typedef void hp_reclaim_fn(void *owner, void *ptr, uint32_t number);

/* readers: how many workers report to `hp_reclaim_qsbr`. */
int hp_reclaim_create(struct hp_reclaim **out, unsigned int readers);
/* Gives everything back at once: no reader is left. */
void hp_reclaim_destroy(struct hp_reclaim *r);
struct rte_rcu_qsbr *hp_reclaim_qsbr(struct hp_reclaim *r);

/* Room for `n` more, asked before anything is changed: 0 or -ENOMEM. */
int hp_reclaim_reserve(struct hp_reclaim *r, size_t n);
/* After it was unpublished. Cannot fail within what was reserved. Its grace period begins with the next seal or poll. */
void hp_reclaim_retire(struct hp_reclaim *r, hp_reclaim_fn *give_back, void *owner, void *ptr, uint32_t number);
/* One grace period for all that was retired since the last: a token is a line that every worker reads in every turn. */
void hp_reclaim_seal(struct hp_reclaim *r);
size_t hp_reclaim_waiting(const struct hp_reclaim *r);
/* Gives back what is due, at most `max`; returns how many still wait. */
size_t hp_reclaim_poll(struct hp_reclaim *r, size_t max);

#endif
