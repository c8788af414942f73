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

	meta->outer_src = outer->src;
	if (m->data_len < meta->word + HP_IP6_HEADER) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	rte_pktmbuf_adj(m, (uint16_t)meta->word);
	inner = hp_header(m);
	if (inner->first[0] >> 4 != 6 || HP_IP6_HEADER + (uint32_t)hp_header_payload(inner) > m->data_len) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	rte_pktmbuf_trim(m, (uint16_t)(m->data_len - HP_IP6_HEADER - hp_header_payload(inner)));
	if (hp_ip6_is_linklocal(&inner->src) || hp_ip6_is_linklocal(&inner->dst)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_LINKLOCAL);
		return false;
	}
	if (hp_ip6_is_multicast(&inner->dst)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_MULTICAST);
		return false;
	}
	if (hp_ip6_is_any(&inner->dst) || hp_header_loopback(&inner->dst)) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
		return false;
	}
	if (!hp_tunnel_inner_class(outer_class, hp_header_class(inner), &class_)) {
		hp_drop(w, m, HP_DP_DROP_ECN);
		return false;
	}
	hp_header_set_class(inner, class_);
	return true;
}

void hp_stage_detunnel(struct hp_worker *w)
{
	struct hp_lane *in = &w->detunnel;
	const struct hp_ip6 *key[HP_BURST];
	const struct hp_hot_entry *entry[HP_BURST];
	unsigned int n = 0;

	for (unsigned int i = 0; i < in->n; i++)
		if (strip(w, in->m[i]))
			in->m[n++] = in->m[i];
	in->n = 0;
	if (!n)
		return;
	for (unsigned int i = 0; i < n; i++)
		key[i] = &hp_header(in->m[i])->src;
	hp_hot_find_bulk(w->shared->hot, key, n, entry);
	for (unsigned int i = 0; i < n; i++) {
		struct hp_meta *meta = hp_meta(in->m[i]);

		if (!entry[i] || entry[i]->kind == HP_HOT_LOCAL) {
			hp_drop(w, in->m[i], HP_DP_DROP_TUNNEL_UNBOUND);
		} else if (!hp_ip6_eq(&entry[i]->outer_dst, &meta->outer_src)) {
			hp_drop(w, in->m[i], HP_DP_DROP_TUNNEL_COA);
		} else {
			meta->tunnelled = true;
			hp_count(w, HP_DP_DETUNNELLED, 1);
			if (w->account) {
				w->account[entry[i]->id].packets++;
				w->account[entry[i]->id].bytes += in->m[i]->data_len;
			}
			hp_lane_add(&w->lookup, in->m[i]);
		}
	}
}
