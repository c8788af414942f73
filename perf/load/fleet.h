/* SPDX-License-Identifier: BSD-3-Clause */
/* What a million mobile nodes remember: their binding and the flows from and to them. Pure: time is a parameter, in any unit that
 * the caller keeps to. One thread writes; another may judge packets by it (verdict.c). 24 octets a node, 16 a flow. */
#ifndef HP_LOAD_FLEET_H
#define HP_LOAD_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "load/flow.h"

enum hp_direction {
	HP_INTERCEPT, /* correspondent -> home address -> node */
	HP_DETUNNEL,  /* node -> reverse tunnel -> correspondent */
	HP_HAIRPIN,   /* node -> reverse tunnel -> another node's home address -> that node */
	HP_DIRECTIONS
};

enum hp_node_state {
	HP_NODE_SILENT,
	HP_NODE_REGISTERING,
	HP_NODE_REGISTERED,
	HP_NODE_REFRESHING,
	HP_NODE_MOVING,
	HP_NODE_GONE /* refused, or no answer for too long */
};

struct hp_node {
	uint64_t asked;    /* when the last update was sent */
	uint64_t moved;    /* when the last move was acknowledged */
	uint16_t cell;     /* where it is, since the last update was sent; one before it: where it was until its acknowledgement */
	uint16_t sequence; /* of the last update */
	uint8_t state;
	uint8_t tries; /* of the update that waits for an answer */
};

/* Mobility messages, counted. */
struct hp_fleet_counts {
	uint64_t sent, repeated, accepted, moves, refused, given_up, unexpected;
	uint64_t status[256];
};

struct hp_fleet_wait {
	uint32_t node;
	uint64_t asked;
};

#define HP_FLEET_MOVERS 32u

struct hp_fleet {
	uint32_t nodes, registered, outstanding;
	struct hp_node *node;
	struct hp_flow *flow[HP_DIRECTIONS]; /* NULL: not of this run */
	struct hp_fleet_counts counts;
	uint32_t mover[HP_FLEET_MOVERS]; /* the last that began to move; node 0 before anyone did */
	unsigned int movers;             /* ever; the next one's place modulo the room */
	/* Updates in the order sent: all wait equally long, so only the first can be due. */
	struct hp_fleet_wait *wait;
	uint32_t wait_head, wait_tail;
};

enum hp_fleet_answer { HP_FLEET_ACCEPTED, HP_FLEET_REFUSED, HP_FLEET_AGAIN, HP_FLEET_UNEXPECTED };

/* directions: bits 1 << enum hp_direction. 0 or -ENOMEM. */
int hp_fleet_create(struct hp_fleet **out, uint32_t nodes, unsigned int directions);
void hp_fleet_destroy(struct hp_fleet *f);

/* Whether one more update may wait. */
bool hp_fleet_room(const struct hp_fleet *f);
/* Starts a registration, refreshment or move of a node; its update is to be sent now. False: it waits for an answer, is gone, was
 * not registered, or there is no room. */
bool hp_fleet_begin(struct hp_fleet *f, uint32_t node, enum hp_node_state state, uint64_t now);
/* An acknowledgement. AGAIN: the agent knows a higher sequence number, or
 * another time; the update is to be sent again. *took: since the update. */
enum hp_fleet_answer hp_fleet_answered(struct hp_fleet *f, uint32_t node, uint8_t status, uint16_t sequence, uint64_t now, uint64_t *took);
/* A node whose update is to be repeated, having waited for `patience`; false: none. After HP_FLEET_TRIES it is given up. */
#define HP_FLEET_TRIES 10
bool hp_fleet_overdue(struct hp_fleet *f, uint64_t patience, uint64_t now, uint32_t *node);
/* All sequence numbers start again. */
void hp_fleet_new_trial(struct hp_fleet *f);

static inline bool hp_fleet_bound(const struct hp_node *n)
{
	return n->state >= HP_NODE_REGISTERED && n->state <= HP_NODE_MOVING;
}

#endif
