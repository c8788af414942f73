/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames become packets: link by port and VLAN, padding cut off, IPv6 header checked, destinations that no table decides sorted out. */
#include "dataplane/header.h"
#include "dataplane/worker.h"
#include "wire/icmp6.h"
#include "wire/packet.h"

#define ETHER  14
#define TAGGED 18

/* Length of the Ethernet header and the link; 0: dropped. */
static unsigned int ethernet(struct hp_worker *w, const struct hp_port *p, struct rte_mbuf *m, uint16_t *link)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned int len = ETHER;
	uint16_t vlan = 0, type;

	if (m->nb_segs != 1 || m->data_len < TAGGED + HP_IP6_HEADER) {
		/* Nothing shorter than a tagged header and an IPv6 header is of use; minimum frames are 60 octets. */
		if (m->nb_segs != 1 || m->data_len < ETHER + HP_IP6_HEADER) {
			hp_drop(w, m, HP_DP_DROP_FRAME);
			return 0;
		}
	}
	/* A promiscuous port hears frames for others; groups are told apart by address, later. */
	if (!(f[0] & 1) && memcmp(f, &p->mac, sizeof(p->mac)) != 0) {
		hp_drop(w, m, HP_DP_DROP_NOT_OURS);
		return 0;
	}
	type = (uint16_t)(f[12] << 8 | f[13]);
	if (type == 0x8100) {
		vlan = (uint16_t)((f[14] << 8 | f[15]) & 0xfff);
		type = (uint16_t)(f[16] << 8 | f[17]);
		len = TAGGED;
	}
	if (type != 0x86dd) {
		hp_drop(w, m, HP_DP_DROP_ETHERTYPE);
		return 0;
	}
	*link = p->link_of_vlan[vlan];
	if (*link == UINT16_MAX) {
		hp_drop(w, m, HP_DP_DROP_VLAN);
		return 0;
	}
	return len;
}

/* The IPv6 header at the start of the data; frame padding is cut off here, before anything can be wrapped around it. */
static bool ip6(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_header *h = hp_header(m);
	uint32_t len;

	if (m->data_len < HP_IP6_HEADER) {
		hp_drop(w, m, HP_DP_DROP_FRAME);
		return false;
	}
	if (h->first[0] >> 4 != 6) {
		hp_drop(w, m, HP_DP_DROP_VERSION);
		return false;
	}
	len = HP_IP6_HEADER + hp_header_payload(h);
	if (len > m->data_len) {
		hp_drop(w, m, HP_DP_DROP_FRAME);
		return false;
	}
	rte_pktmbuf_trim(m, (uint16_t)(m->data_len - len));
	if (hp_ip6_is_multicast(&h->src) || hp_header_loopback(&h->src)) {
		hp_drop(w, m, HP_DP_DROP_SOURCE);
		return false;
	}
	if (hp_ip6_is_any(&h->dst) || hp_header_loopback(&h->dst)) {
		hp_drop(w, m, HP_DP_DROP_DESTINATION);
		return false;
	}
	return true;
}

/* Multicast and link-local destinations: no table knows them. ICMPv6, alone or behind hop-by-hop options (MLD), may be
 * discovery; the management core tells whether it is for us. */
static void local_scope(struct hp_worker *w, struct rte_mbuf *m, bool multicast)
{
	const struct hp_header *h = hp_header(m);
	uint8_t next = h->next;

	if (next == HP_PROTO_HOPOPTS && m->data_len > HP_IP6_HEADER)
		next = rte_pktmbuf_mtod(m, const uint8_t *)[HP_IP6_HEADER];
	if (next == HP_PROTO_ICMPV6)
		hp_punt(w, m, HP_PUNT_NEIGHBOR, HP_PUNT_LOCAL, 0);
	else if (multicast)
		hp_drop(w, m, HP_DP_DROP_MULTICAST);
	else
		hp_punt(w, m, HP_PUNT_REST, HP_PUNT_LOCAL, 0);
}

void hp_stage_classify(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	const struct hp_port *p = &w->shared->port[port];

	for (unsigned int i = 0; i < n && i < 4; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (unsigned int i = 0; i < n; i++) {
		struct hp_meta *meta = hp_meta(m[i]);
		const uint8_t *f = rte_pktmbuf_mtod(m[i], const uint8_t *);
		unsigned int len;
		bool multicast;

		if (i + 4 < n)
			rte_prefetch0(rte_pktmbuf_mtod(m[i + 4], void *));
		*meta = (struct hp_meta){.link = UINT16_MAX};
		len = ethernet(w, p, m[i], &meta->link);
		if (!len)
			continue;
		meta->link_multicast = f[0] & 1;
		memcpy(&meta->mac, f + 6, sizeof(meta->mac));
		rte_pktmbuf_adj(m[i], (uint16_t)len);
		if (!ip6(w, m[i]))
			continue;
		multicast = hp_ip6_is_multicast(&hp_header(m[i])->dst);
		if (multicast || hp_ip6_is_linklocal(&hp_header(m[i])->dst))
			local_scope(w, m[i], multicast);
		else
			hp_lane_add(&w->lookup, m[i]);
	}
}
