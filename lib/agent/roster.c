/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/roster.h"

#include <errno.h>
#include <stdlib.h>

#include "base/pages.h"

#define LINE 64

int hp_roster_create(struct hp_roster *r, uint32_t max, struct hp_random *random)
{
	/* A quarter full on average: hardly one bucket in a million goes on in the next. */
	*r = (struct hp_roster){.buckets = max / 4 + 2, .key = {{hp_random_u64(random), hp_random_u64(random)}}};
	_Static_assert(sizeof(struct hp_roster_bucket) == LINE, "a bucket is a line");
	/* Zeroed by the kernel, page by page as they are used; so the alignment is ours to make. */
	r->memory = calloc((size_t)r->buckets + 1, sizeof(*r->bucket));
	r->seat = calloc(max, sizeof(*r->seat));
	if (!r->memory || !r->seat) {
		hp_roster_destroy(r);
		return -ENOMEM;
	}
	hp_pages_wish(r->memory, r->buckets * sizeof(*r->bucket));
	hp_pages_wish(r->seat, max * sizeof(*r->seat));
	r->bucket = (struct hp_roster_bucket *)(((uintptr_t)r->memory + LINE - 1) / LINE * LINE);
	return 0;
}

void hp_roster_destroy(struct hp_roster *r)
{
	free(r->memory);
	free(r->seat);
	r->memory = NULL;
	r->seat = NULL;
}

size_t hp_roster_memory(const struct hp_roster *r, uint32_t reach)
{
	return r->buckets * sizeof(*r->bucket) + reach * sizeof(*r->seat);
}

/* The place of candidate i. */
static uint32_t *place(const struct hp_roster *r, uint32_t bucket, unsigned int i)
{
	const uint32_t at = bucket + i / HP_ROSTER_BUCKET;

	return &r->bucket[at < r->buckets ? at : 0].id[i % HP_ROSTER_BUCKET];
}

/* The first place that holds this becomes that. */
static void change(struct hp_roster *r, const struct hp_ip6 *coa, uint32_t from, uint32_t to)
{
	const uint32_t bucket = hp_roster_bucket(r, coa);

	for (unsigned int i = 0; i < HP_ROSTER_LOOK; i++) {
		uint32_t *p = place(r, bucket, i);

		if (*p != from)
			continue;
		*p = to;
		return;
	}
}

void hp_roster_add(struct hp_roster *r, uint32_t id, const struct hp_ip6 *coa)
{
	change(r, coa, 0, id + 1);
}

void hp_roster_remove(struct hp_roster *r, uint32_t id, const struct hp_ip6 *coa)
{
	change(r, coa, id + 1, 0);
}

uint32_t hp_roster_at(const struct hp_roster *r, const struct hp_ip6 *coa, unsigned int i)
{
	/* A free place, 0, becomes HP_ROSTER_NONE. */
	return *place(r, hp_roster_bucket(r, coa), i) - 1;
}
