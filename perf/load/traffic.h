/* SPDX-License-Identifier: BSD-3-Clause */
/* The honest traffic: which flow sends next, how long its packet is, and the packet. Chosen a burst at a time, so that what each flow
 * remembers is in the cache when its packet is written. One thread.
 *
 * All nodes have their turn, a million of them one packet a second. A few percent of the packets are for closer watch: half of these
 * go by the nodes that moved last, where a care-of address may be wrong, half by HP_TRAFFIC_BUSY flows that have packets in
 * every few bursts, where order may be lost. */
#ifndef HP_LOAD_TRAFFIC_H
#define HP_LOAD_TRAFFIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "load/fleet.h"
#include "load/frame.h"
#include "load/tour.h"

#define HP_TRAFFIC_BUSY 4u

struct hp_traffic {
	struct hp_fleet *fleet;
	const struct hp_frame *frame;
	struct hp_tour tour[HP_DIRECTIONS];
	struct hp_random random;
	uint8_t direction[100]; /* one percent each */
	uint16_t size[12];
	unsigned int watched; /* percent */
	uint64_t sent;
	uint64_t held; /* not sent: the node was not registered, or between a move's update and acknowledgement (§11.3.1) */
};

struct hp_pick {
	uint32_t node;
	uint16_t size;
	uint8_t direction;
};

/* share: of 100 a direction; size: octets, 0: IMIX; watched: percent. */
void hp_traffic_init(struct hp_traffic *t, struct hp_fleet *fleet, const struct hp_frame *frame, const unsigned int share[HP_DIRECTIONS],
		     uint32_t size, unsigned int watched);
void hp_traffic_choose(struct hp_traffic *t, struct hp_pick *pick, unsigned int n);
/* Whether its packet may be sent now. */
bool hp_traffic_ready(struct hp_traffic *t, const struct hp_pick *pick);
/* The flow's next packet; octets of the frame. */
size_t hp_traffic_write(struct hp_traffic *t, const struct hp_pick *pick, uint64_t now, uint8_t *out);

#endif
