/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/reclaim.h"

#include <errno.h>
#include <rte_malloc.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

struct retired {
	uint64_t token;
	hp_reclaim_fn *give_back;
	void *owner, *ptr;
	uint32_t number;
};

struct hp_reclaim {
	struct rte_rcu_qsbr *qsbr;
	struct retired *queue; /* a ring; room is a power of two */
	size_t head, count, room;
	size_t sealed; /* of count: those with a token */
};

int hp_reclaim_create(struct hp_reclaim **out, unsigned int readers)
{
	struct hp_reclaim *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->room = FIRST_ROOM;
	r->queue = calloc(r->room, sizeof(*r->queue));
	r->qsbr = rte_zmalloc("qsbr", rte_rcu_qsbr_get_memsize(readers ? readers : 1), RTE_CACHE_LINE_SIZE);
	if (!r->queue || !r->qsbr || rte_rcu_qsbr_init(r->qsbr, readers ? readers : 1)) {
		hp_reclaim_destroy(r);
		return -ENOMEM;
	}
	*out = r;
	return 0;
}

static void pop(struct hp_reclaim *r)
{
	struct retired e = r->queue[r->head & (r->room - 1)];

	r->head++;
	r->count--;
	r->sealed--;
	e.give_back(e.owner, e.ptr, e.number);
}

void hp_reclaim_destroy(struct hp_reclaim *r)
{
	if (!r)
		return;
	while (r->count) {
		r->sealed = r->count;
		pop(r);
	}
	rte_free(r->qsbr);
	free(r->queue);
	free(r);
}

struct rte_rcu_qsbr *hp_reclaim_qsbr(struct hp_reclaim *r)
{
	return r->qsbr;
}

int hp_reclaim_reserve(struct hp_reclaim *r, size_t n)
{
	size_t room = r->room;
	struct retired *q;

	while (room < r->count + n)
		room *= 2;
	if (room == r->room)
		return 0;
	q = calloc(room, sizeof(*q));
	if (!q)
		return -ENOMEM;
	for (size_t i = 0; i < r->count; i++)
		q[i] = r->queue[(r->head + i) & (r->room - 1)];
	free(r->queue);
	r->queue = q;
	r->head = 0;
	r->room = room;
	return 0;
}

static struct retired *at(struct hp_reclaim *r, size_t i)
{
	return &r->queue[(r->head + i) & (r->room - 1)];
}

void hp_reclaim_retire(struct hp_reclaim *r, hp_reclaim_fn *give_back, void *owner, void *ptr, uint32_t number)
{
	*at(r, r->count++) = (struct retired){.give_back = give_back, .owner = owner, .ptr = ptr, .number = number};
}

void hp_reclaim_seal(struct hp_reclaim *r)
{
	uint64_t token;

	if (r->sealed == r->count)
		return;
	token = rte_rcu_qsbr_start(r->qsbr);
	while (r->sealed < r->count)
		at(r, r->sealed++)->token = token;
}

size_t hp_reclaim_waiting(const struct hp_reclaim *r)
{
	return r->count;
}

size_t hp_reclaim_poll(struct hp_reclaim *r, size_t max)
{
	hp_reclaim_seal(r);
	/* Tokens only grow: what the first one waits for, the others wait for too. What is given back may retire more. */
	while (r->sealed && max-- && rte_rcu_qsbr_check(r->qsbr, at(r, 0)->token, false) == 1)
		pop(r);
	return r->count;
}
