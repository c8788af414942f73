/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet's life, on one screen:
 *
 *     classify ─► lookup ─┬─► local ─► detunnel ─► lookup again ─┬─► (bound)  intercept ─┐
 *                         │                                      ├─► (ours)   punt       │
 *                         ├─► intercept ─────────────────────────┼───────────────────────┼─► output ─► transmit
 *                         └─► forward ◄──────────────────────────┘ (else) forward ───────┘
 *
 * Every stage may punt or drop. A packet passes the tunnel exit at most once: what comes out of it and is a tunnel to us
 * again is dropped in local. */
#include <rte_cycles.h>

#include "dataplane/worker.h"

static uint64_t lap(struct hp_worker *w, enum hp_stage stage, unsigned int packets, uint64_t since)
{
	const uint64_t now = rte_rdtsc();

	w->stage[stage].cycles += now - since;
	w->stage[stage].calls++;
	w->stage[stage].packets += packets;
	return now;
}

/* A stage with packets, and since when it runs; returns when it ended. */
static uint64_t metered(struct hp_worker *w, enum hp_stage stage, void (*run)(struct hp_worker *), unsigned int packets, uint64_t since)
{
	if (!packets)
		return since;
	run(w);
	return lap(w, stage, packets, since);
}

void hp_pipeline_run(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	uint64_t at = rte_rdtsc();

	hp_count(w, HP_DP_RX, n);
	hp_stage_classify(w, port, m, n);
	at = lap(w, HP_STAGE_CLASSIFY, n, at);
	at = metered(w, HP_STAGE_LOOKUP, hp_stage_lookup, w->lookup.n, at);
	at = metered(w, HP_STAGE_LOCAL, hp_stage_local, w->local.n, at);
	at = metered(w, HP_STAGE_DETUNNEL, hp_stage_detunnel, w->detunnel.n, at);
	at = metered(w, HP_STAGE_LOOKUP, hp_stage_lookup, w->lookup.n, at);
	at = metered(w, HP_STAGE_LOCAL, hp_stage_local, w->local.n, at);
	at = metered(w, HP_STAGE_INTERCEPT, hp_stage_intercept, w->intercept.n, at);
	at = metered(w, HP_STAGE_FORWARD, hp_stage_forward, w->forward.n, at);
	metered(w, HP_STAGE_OUTPUT, hp_stage_output, w->output.n, at);
}
