/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop that sends, receives and judges, and what one trial came to. */
#ifndef HP_LOAD_TRIAL_H
#define HP_LOAD_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "load/fleet.h"
#include "load/flood.h"
#include "load/frame.h"
#include "load/options.h"
#include "load/port.h"
#include "load/receive.h"
#include "load/traffic.h"
#include "load/updates.h"
#include "load/verdict.h"

/* With --sleep: after so many turns without work so long a nap. */
#define HP_TRIAL_NAP_TURNS 32
#define HP_TRIAL_NAP_NS    20000

struct hp_load {
	struct hp_options options;
	struct hp_load_port port[HP_OPTIONS_PORTS];
	struct hp_fleet *fleet;
	struct hp_frame frame;
	struct hp_traffic traffic;
	struct hp_load_keys keys;
	struct hp_updates updates;
	struct hp_verdict verdict;
	struct hp_pace pace; /* of the traffic */
	struct hp_flood flood;
	struct hp_pace flood_pace;
	bool sending;
	uint64_t hz;
	struct hp_receiver receiver;
};

/* Set by a signal: everything ends soon, with what there is. */
extern volatile bool hp_trial_stop;

struct hp_percentiles {
	double median_us, p99_us, p999_us, most_us;
	uint64_t count;
};

/* Everyone once: registered or refreshed. */
struct hp_sweep_result {
	double seconds;
	struct hp_fleet_counts counts;
	struct hp_percentiles acknowledged;
};

struct hp_trial_result {
	double asked_pps, sent_pps, seconds;
	uint64_t sent, lost, held;
	uint64_t full; /* times that a port did not take all that was to be sent */
	uint64_t count[HP_VERDICT_COUNT], old_in_flight, octets, misdelivered;
	uint32_t flows, flows_with_loss, worst_lost;
	uint32_t bound;   /* nodes, at the end */
	uint64_t flooded; /* frames of the flood */
	struct hp_percentiles latency, acknowledged;
	struct hp_fleet_counts counts;
	uint64_t astray, unproved;
	bool wrong; /* misdelivered, reordered, duplicated, corrupted, an acknowledgement astray or unproved; in a flood a node that is not bound */
};

/* Up to 10 s for carrier and for the agent to answer on every port. */
bool hp_trial_find_agent(struct hp_load *l);
void hp_trial_sweep(struct hp_load *l, enum hp_node_state state, struct hp_sweep_result *out);
/* Traffic at a rate for the trial's duration, then what is under way, then rest. `tell` is called once a second. */
void hp_trial_run(struct hp_load *l, double pps, void (*tell)(const struct hp_load *l, double seconds), struct hp_trial_result *out);

#endif
