/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet's life, on one screen:
 *
 *     classify ─► lookup ─┬─► local ─► detunnel ─► lookup again ─┬─► (bound)  intercept ─┐
 *                         │                                      ├─► (ours)   punt       │
 *                         ├─► intercept ─────────────────────────┼───────────────────────┼─► output ─► transmit
 *                         └─► forward ◄──────────────────────────┘ (else) forward ───────┘
 *
 * With security associations what local finds to be ESP goes by unprotect into detunnel, and what intercept sends by one goes by protect to
 * output. Either of them may hand a packet to the worker of its association.
 *
 * Where workers hand packets to each other (spread.c), frames come to classify from another worker's port, and packets out of a tunnel to
 * the second lookup from another worker's detunnel.
 *
 * Multicast for listeners that are away, from the home link (classify) or out of a tunnel (detunnel), waits until all this is done: then
 * replicate makes copies, a burst at a time, and sends them through intercept and output again.
 *
 * Where we act for other hosts as correspondents, what may be Mobile IPv6 of theirs takes a detour before either lookup:
 *
 *     classify, detunnel ─┬─► optimize_in (option out, or punt) ─┬─► lookup
 *                         └─► optimize_out ◄─────────────────────┘ (routing header in) ─► output
 *
 * Every stage may punt or drop. A packet passes the tunnel exit at most once: what comes out of it and is a tunnel to us
 * again is dropped in local. */
#include "dataplane/optimize.h"
#include "dataplane/worker.h"

/* A stage with packets, and since when it runs; returns when it ended. */
static uint64_t metered(struct hp_worker *w, enum hp_stage stage, void (*run)(struct hp_worker *), unsigned int packets, uint64_t since)
{
	if (!packets)
		return since;
	run(w);
	return hp_stage_lap(w, stage, packets, since);
}

/* What may be optimized, before the destination lookup; what is not is left to it. */
static uint64_t optimize(struct hp_worker *w, uint64_t at)
{
	at = metered(w, HP_STAGE_OPTIMIZE_IN, hp_stage_optimize_in, w->optimize->in.n, at);
	return metered(w, HP_STAGE_OPTIMIZE_OUT, hp_stage_optimize_out, w->optimize->out.n, at);
}

/* From the destination lookup on; the lanes are left empty. */
static void rest(struct hp_worker *w, uint64_t at)
{
	if (w->optimize)
		at = optimize(w, at);
	at = metered(w, HP_STAGE_LOOKUP, hp_stage_lookup, w->lookup.n, at);
	at = metered(w, HP_STAGE_LOCAL, hp_stage_local, w->local.n, at);
	at = metered(w, HP_STAGE_DETUNNEL, hp_stage_detunnel, w->detunnel.n, at);
	if (w->esp) {
		at = metered(w, HP_STAGE_UNPROTECT, hp_stage_unprotect, w->esp->unprotect.n, at);
		at = metered(w, HP_STAGE_DETUNNEL, hp_stage_detunnel_protected, w->detunnel.n, at);
	}
	if (w->optimize)
		at = optimize(w, at);
	at = metered(w, HP_STAGE_LOOKUP, hp_stage_lookup, w->lookup.n, at);
	at = metered(w, HP_STAGE_LOCAL, hp_stage_local, w->local.n, at);
	at = metered(w, HP_STAGE_INTERCEPT, hp_stage_intercept, w->intercept.n, at);
	if (w->esp)
		at = metered(w, HP_STAGE_PROTECT, hp_stage_protect, w->esp->protect.n, at);
	at = metered(w, HP_STAGE_FORWARD, hp_stage_forward, w->forward.n, at);
	at = metered(w, HP_STAGE_OUTPUT, hp_stage_output, w->output.n, at);
	metered(w, HP_STAGE_REPLICATE, hp_stage_replicate, w->multicast.n, at);
}

void hp_pipeline_run(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	const uint64_t start = rte_rdtsc();

	hp_count(w, HP_DP_RX, n);
	hp_stage_classify(w, port, m, n);
	rest(w, hp_stage_lap(w, HP_STAGE_CLASSIFY, n, start));
}

void hp_pipeline_resume(struct hp_worker *w, struct rte_mbuf **m, unsigned int n, bool bound)
{
	const uint64_t start = rte_rdtsc();

	for (unsigned int i = 0; i < n; i++)
		if (bound)
			hp_destination_plain(w, m[i], &hp_meta(m[i])->home);
		else
			hp_destination_add(w, m[i]);
	rest(w, start);
}
