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

static void metered(struct hp_worker *w, enum hp_stage stage, void (*run)(struct hp_worker *), unsigned int packets)
{
	uint64_t start;

	if (!packets)
		return;
	start = rte_rdtsc();
	run(w);
	w->stage[stage].cycles += rte_rdtsc() - start;
	w->stage[stage].calls++;
	w->stage[stage].packets += packets;
}

void hp_pipeline_run(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	uint64_t start = rte_rdtsc();

	hp_count(w, HP_DP_RX, n);
	hp_stage_classify(w, port, m, n);
	w->stage[HP_STAGE_CLASSIFY].cycles += rte_rdtsc() - start;
	w->stage[HP_STAGE_CLASSIFY].calls++;
	w->stage[HP_STAGE_CLASSIFY].packets += n;

	metered(w, HP_STAGE_LOOKUP, hp_stage_lookup, w->lookup.n);
	metered(w, HP_STAGE_LOCAL, hp_stage_local, w->local.n);
	metered(w, HP_STAGE_DETUNNEL, hp_stage_detunnel, w->detunnel.n);
	metered(w, HP_STAGE_LOOKUP, hp_stage_lookup, w->lookup.n);
	metered(w, HP_STAGE_LOCAL, hp_stage_local, w->local.n);
	metered(w, HP_STAGE_INTERCEPT, hp_stage_intercept, w->intercept.n);
	metered(w, HP_STAGE_FORWARD, hp_stage_forward, w->forward.n);
	metered(w, HP_STAGE_OUTPUT, hp_stage_output, w->output.n);
}
