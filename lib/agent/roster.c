/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/roster.h"

#include <errno.h>
#include <stdlib.h>

#define MOST_BUCKETS (1u << 26)

int hp_roster_create(struct hp_roster *r, uint32_t max, struct hp_random *random)
{
	uint32_t buckets = 16;

	while (buckets < max && buckets < MOST_BUCKETS)
		buckets *= 2;
	*r = (struct hp_roster){
		.max = max,
		.mask = buckets - 1,
		.key = {{hp_random_u64(random), hp_random_u64(random)}},
		/* Zeroed by the kernel, page by page as they are used. */
		.head = calloc(buckets, sizeof(*r->head)),
		.seat = calloc(max, sizeof(*r->seat)),
	};
	if (r->head && r->seat)
		return 0;
	hp_roster_destroy(r);
	return -ENOMEM;
}

void hp_roster_destroy(struct hp_roster *r)
{
	free(r->head);
	free(r->seat);
	r->head = NULL;
	r->seat = NULL;
}

size_t hp_roster_memory(const struct hp_roster *r, uint32_t reach)
{
	return (r->mask + 1ull) * sizeof(*r->head) + reach * sizeof(*r->seat);
}

static uint32_t bucket_of(const struct hp_roster *r, const struct hp_ip6 *coa)
{
	return (uint32_t)hp_hash(&r->key, coa, sizeof(*coa)) & r->mask;
}

void hp_roster_put(struct hp_roster *r, uint32_t id, const struct hp_ip6 *coa)
{
	const uint32_t bucket = bucket_of(r, coa);
	struct hp_seat *s = &r->seat[id];

	hp_roster_remove(r, id);
	s->bucket = bucket + 1;
	s->prev = 0;
	s->next = r->head[bucket];
	if (s->next)
		r->seat[s->next - 1].prev = id + 1;
	r->head[bucket] = id + 1;
}

void hp_roster_remove(struct hp_roster *r, uint32_t id)
{
	struct hp_seat *s = &r->seat[id];

	if (!s->bucket)
		return;
	if (s->next)
		r->seat[s->next - 1].prev = s->prev;
	if (s->prev)
		r->seat[s->prev - 1].next = s->next;
	else
		r->head[s->bucket - 1] = s->next;
	s->bucket = 0;
}

uint32_t hp_roster_next(const struct hp_roster *r, const struct hp_ip6 *coa, uint32_t id)
{
	/* The end of a chain, 0, becomes UINT32_MAX. */
	return (id == UINT32_MAX ? r->head[bucket_of(r, coa)] : r->seat[id].next) - 1;
}
