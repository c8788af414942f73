/* SPDX-License-Identifier: BSD-3-Clause */
/* Reverse tunnel (RFC 6275 §10.4.5): the outer source must be the care-of address at which the inner source is registered.
 * What comes out is looked up anew: it may be for another mobile node, for us, or for anywhere. */
#include "dataplane/header.h"
#include "dataplane/worker.h"
#include "wire/packet.h"
#include "wire/tunnel.h"

/* The outer headers end at meta->word. The inner header is checked, the outer one gone; or the packet is. */
static bool strip(struct hp_worker *w, struct rte_mbuf *m)
{
	struct hp_meta *meta = hp_meta(m);
	const struct hp_header *outer = hp_header(m);
	struct hp_header *inner;
	uint8_t outer_class = hp_header_class(outer), class_;
	uint32_t len;

	meta->outer_src = outer->src;
	if (m->data_len < meta->word + HP_IP6_HEADER) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	inner = (struct hp_header *)(rte_pktmbuf_mtod(m, uint8_t *) + meta->word);
	len = HP_IP6_HEADER + (uint32_t)hp_header_payload(inner);
	if (inner->first[0] >> 4 != 6 || meta->word + len > m->data_len) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	m->data_off = (uint16_t)(m->data_off + meta->word);
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	if (hp_ip6_is_linklocal(&inner->src) || hp_ip6_is_linklocal(&inner->dst)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_LINKLOCAL);
		return false;
	}
	if (hp_ip6_is_multicast(&inner->dst)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_MULTICAST);
		return false;
	}
	if (hp_header_in_zero(&inner->dst) && (hp_ip6_is_any(&inner->dst) || hp_header_loopback(&inner->dst))) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	if (!hp_tunnel_inner_class(outer_class, hp_header_class(inner), &class_)) {
		hp_drop(w, m, HP_DP_DROP_ECN);
		return false;
	}
	if (class_ != hp_header_class(inner))
		hp_header_set_class(inner, class_);
	return true;
}

/* Classify has asked for the source of a plain tunnel packet; not where other headers or fragments lay before it. */
static const struct hp_hot_entry *source_entry(const struct hp_hot *hot, const struct hp_meta *meta, const struct hp_ip6 *source)
{
	if (unlikely(!meta->source_asked))
		return hp_hot_search(hot, hp_hot_ask(hot, source), source);
	return hp_hot_confirm(hot, meta->source_at, meta->source_hash, source);
}

static void one(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_hot *hot = w->shared->hot;
	struct hp_meta *meta = hp_meta(m);
	const struct hp_header *h;
	const struct hp_hot_entry *e;

	if (!strip(w, m))
		return;
	h = hp_header(m);
	e = source_entry(hot, meta, &h->src);
	if (!e || e->kind == HP_HOT_LOCAL) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_UNBOUND);
		return;
	}
	if (!hp_ip6_eq(&e->outer_dst, &meta->outer_src)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_COA);
		return;
	}
	meta->tunnelled = true;
	if (w->account) {
		w->account[e->id].packets++;
		w->account[e->id].bytes += m->data_len;
	}
	hp_lookup_add(&w->lookup, hot, m, &h->dst);
}

void hp_stage_detunnel(struct hp_worker *w)
{
	struct hp_lane *in = &w->detunnel;
	const unsigned int before = w->lookup.n;

	for (unsigned int i = 0; i < in->n; i++)
		one(w, in->m[i]);
	in->n = 0;
	hp_count(w, HP_DP_DETUNNELLED, w->lookup.n - before);
}
