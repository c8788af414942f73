/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets for one of our own addresses: tunnels are taken apart here, everything else goes to the management core. Fragments
 * are put together first. */
#include "dataplane/header.h"
#include "dataplane/worker.h"
#include "wire/packet.h"

static enum hp_punt_class class_of(struct rte_mbuf *m, const struct hp_packet *p)
{
	const enum hp_punt_class c =
		p->proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(p) ? hp_punt_icmp(m, *hp_packet_payload(p)) : HP_PUNT_REST;

	return c == HP_PUNT_REST && p->has_hao ? HP_PUNT_HOME_ADDRESS : c;
}

/* The next packet for this address of ours need not be looked up. */
static void remember(struct hp_worker *w, const struct rte_mbuf *m)
{
	w->own.address = hp_header(m)->dst;
	w->own.version = w->own.now;
}

/* To the management core. What is in ESP in transport mode is mobility signalling too: a fleet's registrations are. */
static void punt(struct hp_worker *w, struct rte_mbuf *m, const struct hp_packet *p)
{
	if (p->proto == HP_PROTO_MH || p->proto == HP_PROTO_ESP)
		hp_punt_mobility(w, m, p);
	else
		hp_punt(w, m, class_of(m, p), HP_PUNT_LOCAL, 0);
}

static void one(struct hp_worker *w, struct rte_mbuf *m)
{
	struct hp_meta *meta = hp_meta(m);
	struct hp_packet p;
	enum hp_walk ret;

	/* The one case that must be fast: a tunnel packet without extension headers. */
	if (hp_header(m)->next == HP_PROTO_IPV6 && m->data_len >= 2 * HP_IP6_HEADER && !meta->tunnelled) {
		remember(w, m);
		hp_detunnel_add(w, m, HP_IP6_HEADER);
		return;
	}
	if (hp_header(m)->next == HP_PROTO_ESP && w->esp && !meta->tunnelled && m->data_len >= HP_IP6_HEADER + HP_SA_HEADER) {
		remember(w, m);
		hp_unprotect_add(w, m, HP_IP6_HEADER);
		return;
	}
	ret = hp_packet_read(&p, rte_pktmbuf_mtod(m, void *), m->data_len);
	if (ret == HP_WALK_OK && p.is_fragment) {
		hp_count(w, HP_DP_FRAGMENTS_HELD, 1);
		m = hp_reassemble(w->reassembly, w, m, &p);
		if (!m)
			return;
		hp_count(w, HP_DP_REASSEMBLED, 1);
		meta = hp_meta(m);
		ret = hp_packet_read(&p, rte_pktmbuf_mtod(m, void *), m->data_len);
		if (ret == HP_WALK_OK && (p.is_fragment || !hp_packet_may_be_fragmented(&p, meta->word))) {
			hp_drop(w, m, HP_DP_DROP_FRAGMENT);
			return;
		}
	}
	if (ret != HP_WALK_OK) {
		/* What is wrong, and whether its sender is told, the management core decides. */
		hp_punt(w, m, HP_PUNT_REST, HP_PUNT_LOCAL, 0);
	} else if (p.proto == HP_PROTO_ESP && w->esp && !meta->tunnelled && !p.has_hao && hp_packet_payload_len(&p) >= HP_SA_HEADER) {
		/* With the option, and in a tunnel, it is in transport mode, which the management core does. */
		hp_unprotect_add(w, m, (unsigned int)p.payload_at);
	} else if (p.proto != HP_PROTO_IPV6 || p.has_hao) {
		punt(w, m, &p);
	} else if (meta->tunnelled) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_NESTED);
	} else if (m->data_len < p.payload_at + HP_IP6_HEADER) {
		hp_drop(w, m, HP_DP_DROP_TUNNEL_INNER);
	} else {
		hp_detunnel_add(w, m, (unsigned int)p.payload_at);
	}
}

void hp_local_punt(struct hp_worker *w, struct rte_mbuf *m)
{
	struct hp_packet p;

	hp_packet_read(&p, rte_pktmbuf_mtod(m, void *), m->data_len);
	punt(w, m, &p);
}

void hp_stage_local(struct hp_worker *w)
{
	struct hp_lane *in = &w->local;

	for (unsigned int i = 0; i < in->n; i++)
		one(w, in->m[i]);
	in->n = 0;
}
