/* SPDX-License-Identifier: BSD-3-Clause */
/* Route optimization on behalf of hosts behind us (RFC 6275 §9.3): what of Mobile IPv6 is for them comes to optimize_in, what is for a home
 * address that one of them may have a binding of to optimize_out. Everything else, and what neither takes, goes the way that it always did.
 * docs/decisions/optimize.md. Worker. */
#ifndef HP_DATAPLANE_OPTIMIZE_H
#define HP_DATAPLANE_OPTIMIZE_H

#include "base/prefixes.h"
#include "dataplane/worker.h"
#include "wire/packet.h"
#include "wire/transit.h"

#define HP_OPTIMIZE_RH2 24 /* octets of a type 2 routing header (RFC 6275 §6.4) */

struct hp_optimize_lanes {
	struct hp_lane in, out;
};

/* Behind which a Home Address option can be, rightly or not. */
#define HP_OPTIMIZE_HEADERS (HP_TRANSIT_HEADERS & ~(1ull << HP_PROTO_AH))

/* What of Mobile IPv6 may be in a packet: extension headers, a Mobility Header, an ICMPv6 error. */
static inline bool hp_optimize_may_concern(const struct hp_header *h, uint32_t len)
{
	if (h->next < 64 && HP_OPTIMIZE_HEADERS >> h->next & 1)
		return true;
	if (h->next == HP_PROTO_ICMPV6)
		return len > HP_IP6_HEADER && *(const uint8_t *)(h + 1) < 128;
	return h->next == HP_PROTO_MH;
}

/* True: in a lane. */
static inline bool hp_optimize_out_add(struct hp_worker *w, struct rte_mbuf *m)
{
	if (!hp_filter_may_have(&w->shared->pairs->filter, &hp_header(m)->dst))
		return false;
	hp_lane_add(&w->optimize->out, m);
	return true;
}

static inline bool hp_optimize_add(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_header *h = hp_header(m);

	/* Others' packets keep their order. */
	if (!hp_optimize_may_concern(h, m->data_len) || !hp_prefixes_cover(__atomic_load_n(&w->shared->protect, __ATOMIC_ACQUIRE), &h->dst))
		return hp_optimize_out_add(w, m);
	hp_lane_add(&w->optimize->in, m);
	return true;
}

/* To be looked up; what may be optimized, before that. */
static inline void hp_destination_add(struct hp_worker *w, struct rte_mbuf *m)
{
	if (!unlikely(__atomic_load_n(&w->shared->optimizing, __ATOMIC_RELAXED)) || !hp_optimize_add(w, m))
		hp_destination_plain(w, m, &hp_header(m)->dst);
}

/* A packet went by a binding. The management core reads it (optimized.c); a bit that is set already costs no write. */
static inline void hp_optimize_used(struct hp_worker *w, uint32_t id)
{
	uint64_t *word = &w->used[__atomic_load_n(&w->shared->epoch, __ATOMIC_RELAXED)][id / 64];
	const uint64_t bit = 1ull << id % 64;

	if (!(*word & bit))
		__atomic_store_n(word, *word | bit, __ATOMIC_RELAXED);
}

#endif
