/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding Updates of the whole fleet: registration at the start, refreshments, moves, repetitions, and what is acknowledged. One thread. */
#ifndef HP_LOAD_UPDATES_H
#define HP_LOAD_UPDATES_H

#include "load/fleet.h"
#include "load/keys.h"
#include "load/latency.h"
#include "load/options.h"
#include "load/pace.h"
#include "load/port.h"
#include "load/tour.h"
#include "wire/packet.h"

struct hp_updates {
	const struct hp_options *options;
	struct hp_fleet *fleet;
	struct hp_load_keys *keys;
	struct hp_load_port *port; /* the access side */
	uint64_t hz;
	struct hp_pace sweep_pace, move_pace, refresh_pace;
	enum hp_node_state sweep; /* what every node is to do once: REGISTERING, REFRESHING, or SILENT: nothing */
	uint32_t sweep_next;
	struct hp_tour move_tour, refresh_tour;
	bool moving;
	uint64_t astray;           /* acknowledgements that came to another care-of address than the update's */
	struct hp_latency latency; /* from update to acknowledgement */
};

void hp_updates_init(struct hp_updates *u, const struct hp_options *o, struct hp_fleet *fleet, struct hp_load_keys *keys,
		     struct hp_load_port *access, uint64_t hz, uint64_t now);
/* Everyone once, and nothing else meanwhile; until `sweep` is set to SILENT. */
void hp_updates_sweep(struct hp_updates *u, enum hp_node_state state, uint64_t now);
bool hp_updates_swept(const struct hp_updates *u);
/* From now on nodes move, or do not. */
void hp_updates_move(struct hp_updates *u, bool moving, uint64_t now);
/* Sends what is due: how many updates. */
unsigned int hp_updates_run(struct hp_updates *u, uint64_t now);
/* A Mobility Header that came. */
void hp_updates_take(struct hp_updates *u, const struct hp_packet *p, uint64_t now);

#endif
