/* SPDX-License-Identifier: BSD-3-Clause */
/* A seat for each binding by id: when it is asked next what it listens to, and who is at a care-of address. As many as mobile nodes, and each
 * move of one is written here: so ids lie in buckets of one cache line, found by a keyed hash of the care-of address, and whoever asks
 * compares. A full bucket goes on in the one behind it; bindings beyond that have no place and are not found: dozens at one care-of address,
 * of whom one is enough to tell their tunnel. Memory is taken as ids come into use. One thread. */
#ifndef HP_AGENT_ROSTER_H
#define HP_AGENT_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/ip6.h"
#include "base/wheel.h"

struct hp_tunnel;

struct hp_seat {
	struct hp_timer query;    /* the next general query */
	struct hp_tunnel *tunnel; /* what the node listens to; NULL: nothing, or it speaks as another binding of this tunnel */
	bool taken;
	uint8_t asked; /* general queries sent, as far as the start counts them */
};

#define HP_ROSTER_BUCKET 16
#define HP_ROSTER_LOOK   (2 * HP_ROSTER_BUCKET)
#define HP_ROSTER_NONE   UINT32_MAX

struct hp_roster_bucket {
	uint32_t id[HP_ROSTER_BUCKET]; /* + 1; 0: free */
};

struct hp_roster {
	uint32_t buckets;
	struct hp_hash_key key;
	void *memory;
	struct hp_roster_bucket *bucket;
	struct hp_seat *seat;
};

int hp_roster_create(struct hp_roster *r, uint32_t max, struct hp_random *random);
void hp_roster_destroy(struct hp_roster *r); /* safe on a zeroed one */
size_t hp_roster_memory(const struct hp_roster *r, uint32_t reach);

/* Binding `id` is at `coa`, or no more. */
void hp_roster_add(struct hp_roster *r, uint32_t id, const struct hp_ip6 *coa);
void hp_roster_remove(struct hp_roster *r, uint32_t id, const struct hp_ip6 *coa);
/* The i-th candidate at `coa`, i < HP_ROSTER_LOOK; HP_ROSTER_NONE: none at that place. */
uint32_t hp_roster_at(const struct hp_roster *r, const struct hp_ip6 *coa, unsigned int i);

static inline uint32_t hp_roster_bucket(const struct hp_roster *r, const struct hp_ip6 *coa)
{
	return (uint32_t)((hp_hash(&r->key, coa, sizeof(*coa)) >> 32) * r->buckets >> 32);
}

#endif
