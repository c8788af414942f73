/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/trial.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_lcore.h>
#include <string.h>
#include <time.h>

#include "load/network.h"
#include "load/receive.h"

#define FLOOD_BURST 32    /* frames, then honest packets have their turn */
#define CATCH_UP_S  0.001 /* of traffic, after this thread was away */
#define FIND_S      10
#define SWEEP_STUCK 15 /* seconds without one acknowledgement: longer than all repetitions of an update */

volatile bool hp_trial_stop;

/* One burst if it is due and the ports have taken all before. */
static unsigned int send_traffic(struct hp_load *l, uint64_t now)
{
	const unsigned int burst = l->options.burst;
	struct hp_pick pick[HP_BURST_MOST];
	unsigned int n = 0;

	for (unsigned int i = 0; i < l->options.ports; i++)
		if (l->port[i].waits)
			return 0;
	if (hp_pace_due(&l->pace, now) < burst)
		return 0;
	hp_traffic_choose(&l->traffic, pick, burst);
	for (unsigned int i = 0; i < burst; i++) {
		struct hp_load_port *p = &l->port[pick[i].direction == HP_INTERCEPT ? l->options.ports - 1 : 0];
		struct rte_mbuf *m;
		uint8_t *at;

		if (!hp_traffic_ready(&l->traffic, &pick[i]))
			continue;
		at = hp_port_room(p, &m);
		if (!at)
			break;
		hp_port_push(p, m, hp_traffic_write(&l->traffic, &pick[i], rte_rdtsc(), at));
		n++;
	}
	l->pace.due -= n;
	return n;
}

/* Garbage, as much as is due and the port takes: only when nothing honest waits. */
static unsigned int send_flood(struct hp_load *l, uint64_t now)
{
	struct hp_load_port *p = &l->port[0];
	unsigned int n = 0, most = FLOOD_BURST;

	if (!l->flood.classes || p->waits)
		return 0;
	if (l->options.flood_rate > 0 && hp_pace_due(&l->flood_pace, now) < most)
		most = (unsigned int)l->flood_pace.due;
	while (n < most && hp_flood_push(&l->flood, p))
		n++;
	l->flood_pace.due -= n;
	return n;
}

/* Everything once; how much there was to do. */
static unsigned int turn(struct hp_load *l)
{
	unsigned int n = hp_receive_turn(l);
	const uint64_t now = rte_rdtsc();

	n += hp_updates_run(&l->updates, now);
	for (unsigned int i = 0; i < l->options.ports; i++)
		hp_port_flush(&l->port[i]);
	if (l->sending)
		n += send_traffic(l, now);
	for (unsigned int i = 0; i < l->options.ports; i++)
		hp_port_flush(&l->port[i]);
	if (l->sending)
		n += send_flood(l, now);
	hp_port_flush(&l->port[0]);
	return n;
}

/* Turns until `done` says so or a time has come. */
static void turns(struct hp_load *l, double seconds, bool (*done)(struct hp_load *l, uint64_t now),
		  void (*tell)(const struct hp_load *l, double s))
{
	const uint64_t start = rte_rdtsc(), end = start + (uint64_t)(seconds * (double)l->hz);
	uint64_t second = start + l->hz;
	unsigned int idle = 0;

	for (uint64_t now = start; now < end && !hp_trial_stop && !(done && done(l, now)); now = rte_rdtsc()) {
		if (turn(l)) {
			idle = 0;
		} else if (l->options.sleep && ++idle > HP_TRIAL_NAP_TURNS) {
			nanosleep(&(struct timespec){.tv_nsec = HP_TRIAL_NAP_NS}, NULL);
		}
		if (tell && now >= second) {
			tell(l, (double)(now - start) / (double)l->hz);
			second += l->hz;
		}
	}
}

static bool agent_found(struct hp_load *l, uint64_t now)
{
	bool all = true;

	for (unsigned int i = 0; i < l->options.ports; i++)
		all = all && l->port[i].have_router;
	return all;
}

bool hp_trial_find_agent(struct hp_load *l)
{
	for (unsigned int i = 0; i < FIND_S * 10 && !agent_found(l, 0) && !hp_trial_stop; i++) {
		for (unsigned int k = 0; k < l->options.ports; k++)
			if (!l->port[k].have_router)
				hp_network_solicit(&l->port[k]);
		turns(l, 0.1, agent_found, NULL);
	}
	if (!agent_found(l, 0))
		return false;
	for (int d = 0; d < HP_DIRECTIONS; d++) {
		const struct hp_load_port *p = &l->port[d == HP_INTERCEPT ? l->options.ports - 1 : 0];

		hp_frame_set_link(&l->frame, (enum hp_direction)d, &p->router_mac, &p->mac);
	}
	return true;
}

static void percentiles(const struct hp_latency *l, uint64_t hz, struct hp_percentiles *out)
{
	const double us = 1e6 / (double)hz;

	*out = (struct hp_percentiles){.median_us = us * (double)hp_latency_percentile(l, 0.5),
				       .p99_us = us * (double)hp_latency_percentile(l, 0.99),
				       .p999_us = us * (double)hp_latency_percentile(l, 0.999),
				       .most_us = us * (double)l->most,
				       .count = l->count};
}

static bool swept(struct hp_load *l, uint64_t now)
{
	return hp_updates_swept(&l->updates);
}

void hp_trial_sweep(struct hp_load *l, enum hp_node_state state, struct hp_sweep_result *out)
{
	const uint64_t start = rte_rdtsc();
	uint64_t accepted;

	l->fleet->counts = (struct hp_fleet_counts){0};
	hp_updates_sweep(&l->updates, state, start);
	do {
		accepted = l->fleet->counts.accepted;
		turns(l, SWEEP_STUCK, swept, NULL);
	} while (!hp_updates_swept(&l->updates) && l->fleet->counts.accepted > accepted && !hp_trial_stop);
	l->updates.sweep = HP_NODE_SILENT;
	out->seconds = (double)(rte_rdtsc() - start) / (double)l->hz;
	out->counts = l->fleet->counts;
	percentiles(&l->updates.latency, l->hz, &out->acknowledged);
}

static void count_losses(const struct hp_load *l, struct hp_trial_result *out)
{
	for (int d = 0; d < HP_DIRECTIONS; d++) {
		const struct hp_flow *flow = l->fleet->flow[d];

		for (uint32_t i = 0; flow && i < l->fleet->nodes; i++) {
			const uint32_t lost = flow[i].sent - flow[i].received;

			out->flows += flow[i].sent > 0;
			out->flows_with_loss += lost > 0;
			if (lost > out->worst_lost)
				out->worst_lost = lost;
		}
	}
}

static uint32_t bound(const struct hp_fleet *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->nodes; i++)
		n += hp_fleet_bound(&f->node[i]);
	return n;
}

static void judge(const struct hp_load *l, struct hp_trial_result *out)
{
	const struct hp_verdict *v = &l->verdict;

	memcpy(out->count, v->count, sizeof(out->count));
	out->sent = l->traffic.sent;
	out->held = l->traffic.held;
	for (unsigned int i = 0; i < l->options.ports; i++)
		out->full += l->port[i].full;
	out->lost = out->sent - hp_verdict_received(v);
	out->old_in_flight = v->old_in_flight;
	out->octets = v->octets;
	out->misdelivered = hp_verdict_misdelivered(v);
	out->counts = l->fleet->counts;
	out->astray = l->updates.astray;
	out->unproved = l->keys.unproved;
	out->wrong = out->misdelivered || out->astray || out->unproved || v->count[HP_VERDICT_REORDERED] || v->count[HP_VERDICT_TOO_LATE] ||
		     v->count[HP_VERDICT_DUPLICATED] || v->count[HP_VERDICT_CORRUPTED];
	out->bound = bound(l->fleet);
	out->flooded = l->flood.sent;
	out->wrong = out->wrong || (l->flood.classes && out->bound < l->fleet->nodes);
	percentiles(&v->latency, l->hz, &out->latency);
	percentiles(&l->updates.latency, l->hz, &out->acknowledged);
	count_losses(l, out);
}

void hp_trial_run(struct hp_load *l, double pps, void (*tell)(const struct hp_load *l, double seconds), struct hp_trial_result *out)
{
	const double catch_up = pps * CATCH_UP_S > 4 * l->options.burst ? pps * CATCH_UP_S : 4 * l->options.burst;
	uint64_t start;

	*out = (struct hp_trial_result){.asked_pps = pps};
	hp_receive_pause(l, true);
	l->frame.trial++;
	hp_fleet_new_trial(l->fleet);
	l->verdict = (struct hp_verdict){0};
	l->traffic.sent = l->traffic.held = 0;
	for (unsigned int i = 0; i < l->options.ports; i++)
		l->port[i].full = 0;
	l->fleet->counts = (struct hp_fleet_counts){0};
	l->updates.latency = (struct hp_latency){0};
	l->updates.astray = 0;
	l->keys.unproved = 0;
	if (l->options.floods)
		hp_flood_init(&l->flood, l->options.floods, &l->options.addresses, &l->keys, &l->options.router[0]);
	hp_receive_pause(l, false);
	start = rte_rdtsc();
	hp_pace_start(&l->flood_pace, l->options.flood_rate, l->options.flood_rate * CATCH_UP_S + FLOOD_BURST, l->hz, start);
	hp_updates_move(&l->updates, true, start);
	hp_pace_start(&l->pace, pps, catch_up, l->hz, start);
	l->sending = true;
	turns(l, l->options.trial_s, NULL, tell);
	l->sending = false;
	out->seconds = (double)(rte_rdtsc() - start) / (double)l->hz;
	out->sent_pps = (double)l->traffic.sent / out->seconds;
	hp_updates_move(&l->updates, false, rte_rdtsc());
	turns(l, l->options.drain_s, NULL, NULL);
	hp_receive_pause(l, true);
	judge(l, out);
	hp_receive_pause(l, false);
	turns(l, l->options.settle_s, NULL, NULL);
}
