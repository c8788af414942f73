/* SPDX-License-Identifier: BSD-3-Clause */
/* A seat for each binding by id: who is at a care-of address, and when it is asked next what it listens to. As many as mobile nodes, so
 * kept small; memory is taken as ids come into use. One thread. */
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
	uint32_t next, prev;      /* ids + 1 of one chain; prev of the first: 0 */
	uint32_t bucket;          /* + 1; 0: not seated */
	uint8_t asked;            /* general queries sent, as far as the start counts them */
};

struct hp_roster {
	uint32_t max, mask;
	struct hp_hash_key key;
	uint32_t *head; /* by bucket, ids + 1 */
	struct hp_seat *seat;
};

int hp_roster_create(struct hp_roster *r, uint32_t max, struct hp_random *random);
void hp_roster_destroy(struct hp_roster *r); /* safe on a zeroed one */
size_t hp_roster_memory(const struct hp_roster *r, uint32_t reach);

/* Binding `id` is at `coa`: seated, or moved. */
void hp_roster_put(struct hp_roster *r, uint32_t id, const struct hp_ip6 *coa);
void hp_roster_remove(struct hp_roster *r, uint32_t id); /* safe when not seated */

/* Ids seated at addresses that share the bucket of `coa`, one after the other; the caller compares. Begin with UINT32_MAX;
 * UINT32_MAX: no more. */
uint32_t hp_roster_next(const struct hp_roster *r, const struct hp_ip6 *coa, uint32_t id);

#endif
