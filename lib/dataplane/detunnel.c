/* SPDX-License-Identifier: BSD-3-Clause */
/* Reverse tunnel (RFC 6275 §10.4.5): the outer source must be the care-of address at which the inner source is registered.
 * What comes out is looked up anew: it may be for another mobile node, for us, or for anywhere. */
#include "dataplane/header.h"
#include "dataplane/optimize.h"
#include "dataplane/policy.h"
#include "dataplane/worker.h"
#include "wire/packet.h"
#include "wire/tunnel.h"

/* ICMPv6 behind hop-by-hop options from a link-local address to a group: a listener, for the querier of its tunnel (§10.4.3). The rest of
 * what makes such a message valid, and whose it is, the management core sees to. */
static bool listener(const struct hp_worker *w, const struct rte_mbuf *m, const struct hp_header *inner)
{
	return w->shared->multicast && hp_ip6_is_linklocal(&inner->src) && hp_ip6_is_multicast(&inner->dst) &&
	       inner->next == HP_PROTO_HOPOPTS && m->data_len >= HP_IP6_HEADER + 8 && *(const uint8_t *)(inner + 1) == HP_PROTO_ICMPV6;
}

/* What its sender could send to its home link and that may leave it: scopes beyond the link's (RFC 4291 §2.7). */
static bool group_beyond_link(const struct hp_worker *w, const struct hp_ip6 *dst)
{
	return w->shared->multicast && (dst->b[1] & 0xf) > 2;
}

/* Inner addresses out of the ordinary. False: dropped, or a listener's message that is on its way. */
static bool may_come(struct hp_worker *w, struct rte_mbuf *m, const struct hp_header *inner, const struct hp_ip6 *outer_dst,
		     bool protected_)
{
	enum hp_dp_counter why;

	if (listener(w, m, inner)) {
		hp_meta(m)->tunnelled = true;
		hp_meta(m)->outer_dst = *outer_dst;
		hp_punt(w, m, HP_PUNT_LISTENER, HP_PUNT_LOCAL, protected_);
		return false;
	}
	if (hp_ip6_is_linklocal(&inner->src) || hp_ip6_is_linklocal(&inner->dst))
		why = HP_DP_DROP_TUNNEL_LINKLOCAL;
	else if (hp_ip6_is_multicast(&inner->dst) && !group_beyond_link(w, &inner->dst))
		why = HP_DP_DROP_TUNNEL_MULTICAST;
	else if (hp_ip6_is_any(&inner->dst) || hp_header_loopback(&inner->dst))
		why = HP_DP_DROP_TUNNEL_INNER;
	else
		return true;
	hp_drop(w, m, why);
	return false;
}

/* The outer headers end at meta->word, and at least 40 octets follow. The inner header is checked, the outer one gone; or the packet is. */
static bool strip(struct hp_worker *w, struct rte_mbuf *m, bool protected_)
{
	struct hp_meta *meta = hp_meta(m);
	const struct hp_header *outer = hp_header(m);
	struct hp_header *inner;
	uint8_t outer_class = hp_header_class(outer), class_;
	uint32_t len;

	meta->outer_src = outer->src;
	inner = (struct hp_header *)(rte_pktmbuf_mtod(m, uint8_t *) + meta->word);
	len = HP_IP6_HEADER + (uint32_t)hp_header_payload(inner);
	if (inner->first[0] >> 4 != 6 || meta->word + len > m->data_len) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	m->data_off = (uint16_t)(m->data_off + meta->word);
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	if (!(hp_header_global(&inner->src) && hp_header_global(&inner->dst)) && !may_come(w, m, inner, &outer->dst, protected_))
		return false;
	/* Only what is marked outside can change the class inside: congestion experienced, or ECT(1). */
	if (!(outer_class & 1))
		return true;
	if (!hp_tunnel_inner_class(outer_class, hp_header_class(inner), &class_)) {
		hp_drop(w, m, HP_DP_DROP_ECN);
		return false;
	}
	hp_header_set_class(inner, class_);
	return true;
}

/* Whether it came out of its tunnel. */
static inline bool one(struct hp_worker *w, struct rte_mbuf *m, uint32_t at, uint64_t hash, bool protected_)
{
	const struct hp_hot *hot = w->shared->hot;
	struct hp_meta *meta = hp_meta(m);
	const struct hp_header *h;
	const struct hp_hot_entry *e;

	if (!strip(w, m, protected_))
		return false;
	h = hp_header(m);
	e = hp_hot_confirm(hot, at, hash, &h->src);
	if (!e || e->kind != HP_HOT_IPV6) {
		if (!e || e->kind == HP_HOT_LOCAL) {
			hp_drop(w, m, HP_DP_DROP_TUNNEL_UNBOUND);
			return false;
		}
		if (!protected_ && !hp_policy_may_be_plain(w, m, e)) {
			hp_drop(w, m, HP_DP_DROP_UNPROTECTED);
			return false;
		}
	}
	if (!hp_ip6_eq(&e->outer_dst, &meta->outer_src)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_COA);
		return false;
	}
	meta->tunnelled = true;
	if (w->account) {
		w->account[e->id].packets++;
		w->account[e->id].bytes += m->data_len;
	}
	if (unlikely(hp_ip6_is_multicast(&h->dst))) {
		meta->entry = e;
		hp_lane_add(&w->multicast, m);
		return true;
	}
	if (!w->shared->spread || !hp_spread_packet(w, m))
		hp_destination_add(w, m);
	return true;
}

static inline void run(struct hp_worker *w, const bool protected_)
{
	struct hp_lookup *in = &w->detunnel;
	unsigned int out = 0;

	hp_lookup_all(in, w->shared->hot);
	for (unsigned int i = 0; i < in->n; i++)
		out += one(w, in->m[i], in->at[i], in->hash[i], protected_);
	in->n = 0;
	hp_count(w, HP_DP_DETUNNELLED, out);
	if (w->shared->spread)
		hp_spread_flush(w);
}

void hp_stage_detunnel(struct hp_worker *w)
{
	run(w, false);
}

void hp_stage_detunnel_protected(struct hp_worker *w)
{
	run(w, true);
}
