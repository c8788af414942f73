/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames become packets: link by port and VLAN, padding cut off, IPv6 header checked, destinations that no table decides sorted out. */
#include "dataplane/group.h"
#include "dataplane/header.h"
#include "dataplane/optimize.h"
#include "dataplane/worker.h"
#include "wire/icmp6.h"
#include "wire/packet.h"

#define ETHER  14
#define TAGGED 18

/* A frame that its driver left in several buffers, into the first of them: it holds the largest frame of our MTUs. */
static bool gather(struct hp_worker *w, struct rte_mbuf *m)
{
	if (rte_pktmbuf_linearize(m)) {
		hp_drop(w, m, HP_DP_DROP_SEGMENTS);
		return false;
	}
	hp_count(w, HP_DP_GATHERED, 1);
	return true;
}

/* Length of the Ethernet header and the link; 0: dropped. */
static inline unsigned int ethernet(struct hp_worker *w, const struct hp_port *p, struct rte_mbuf *m, const uint8_t *f, uint16_t *link)
{
	unsigned int len = ETHER;
	uint16_t vlan = 0, type;

	if (unlikely(m->nb_segs != 1) && !gather(w, m))
		return 0;
	/* Nothing shorter than its headers is of use. */
	if (m->data_len < ETHER + HP_IP6_HEADER) {
		hp_drop(w, m, HP_DP_DROP_FRAME);
		return 0;
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

/* The IPv6 header behind `before` octets becomes the start of the data; frame padding is cut off, before anything can be wrapped
 * around it. */
static inline bool ip6(struct hp_worker *w, struct rte_mbuf *m, const struct hp_header *h, unsigned int before)
{
	const uint32_t len = HP_IP6_HEADER + hp_header_payload(h);

	if (m->data_len < before + HP_IP6_HEADER) {
		hp_drop(w, m, HP_DP_DROP_FRAME);
		return false;
	}
	if (h->first[0] >> 4 != 6) {
		hp_drop(w, m, HP_DP_DROP_VERSION);
		return false;
	}
	if (before + len > m->data_len) {
		hp_drop(w, m, HP_DP_DROP_FRAME);
		return false;
	}
	m->data_off = (uint16_t)(m->data_off + before);
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	if (!hp_header_global(&h->src) && (hp_ip6_is_multicast(&h->src) || hp_header_loopback(&h->src))) {
		hp_drop(w, m, HP_DP_DROP_SOURCE);
		return false;
	}
	if (!hp_header_global(&h->dst) && (hp_ip6_is_any(&h->dst) || hp_header_loopback(&h->dst))) {
		hp_drop(w, m, HP_DP_DROP_DESTINATION);
		return false;
	}
	return true;
}

/* ICMPv6, alone or behind hop-by-hop options (MLD), may be discovery, and destination options may want an answer even from a group
 * (RFC 8200 §4.2); the management core tells whether it is for us. */
static void local_scope(struct hp_worker *w, struct rte_mbuf *m, bool multicast)
{
	const uint8_t next = hp_header(m)->next;
	const uint8_t first = m->data_len > HP_IP6_HEADER ? *(const uint8_t *)(hp_header(m) + 1) : 0;

	if (next == HP_PROTO_ICMPV6)
		hp_punt(w, m, hp_punt_icmp(m, first), HP_PUNT_LOCAL, 0);
	else if (next == HP_PROTO_HOPOPTS && first == HP_PROTO_ICMPV6)
		hp_punt(w, m, HP_PUNT_NEIGHBOR, HP_PUNT_LOCAL, 0);
	else if (multicast && next != HP_PROTO_DSTOPTS && !(next == HP_PROTO_HOPOPTS && first == HP_PROTO_DSTOPTS))
		hp_drop(w, m, HP_DP_DROP_MULTICAST);
	else
		hp_punt(w, m, HP_PUNT_REST, HP_PUNT_LOCAL, 0);
}

/* A multicast packet of global scope that somebody who is away listens to (RFC 6275 §10.4.2; scope F is to be treated so, RFC 4291 §2.7). */
static bool listened(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_ip6 *dst = &hp_header(m)->dst;

	return w->shared->multicast && (dst->b[1] & 0xf) >= 0xe && hp_groups_find(w->shared->groups, hp_meta(m)->link, dst);
}

/* A listener query about a group goes to the group itself, and so does a version 1 report: not to those who are away, but to us. */
static bool is_about_listening(const struct rte_mbuf *m)
{
	const struct hp_header *h = hp_header(m);

	return h->next == HP_PROTO_HOPOPTS && m->data_len > HP_IP6_HEADER && *(const uint8_t *)(h + 1) == HP_PROTO_ICMPV6 &&
	       hp_ip6_is_linklocal(&h->src);
}

/* Multicast and link-local destinations: no table of addresses knows them. */
static void out_of_the_ordinary(struct hp_worker *w, struct rte_mbuf *m)
{
	const bool multicast = hp_ip6_is_multicast(&hp_header(m)->dst);

	if (multicast && listened(w, m) && !is_about_listening(m))
		hp_lane_add(&w->multicast, m);
	else
		local_scope(w, m, multicast);
}

/* Who is it for? Nearly every tunnel packet is for the same address of ours, and then the question is who is in it, or by which
 * association it came. */
static inline void ask(struct hp_worker *w, struct rte_mbuf *m, const struct hp_header *h, const struct hp_ip6 *own)
{
	if (own && h->next == HP_PROTO_IPV6 && m->data_len >= 2 * HP_IP6_HEADER && hp_ip6_eq(&h->dst, own))
		hp_detunnel_add(w, m, HP_IP6_HEADER);
	else if (h->next == HP_PROTO_ESP && own && w->esp && m->data_len >= HP_IP6_HEADER + HP_SA_HEADER && hp_ip6_eq(&h->dst, own))
		hp_unprotect_add(w, m, HP_IP6_HEADER);
	else
		hp_destination_add(w, m);
}

#define AHEAD 4 /* frames whose first octets are fetched in advance */

void hp_stage_classify(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	const struct hp_port *p = &w->shared->port[port];
	const struct hp_ip6 *own;

	w->own.now = __atomic_load_n(&w->shared->hot->locals_version, __ATOMIC_ACQUIRE);
	own = w->own.version == w->own.now ? &w->own.address : NULL;
	for (unsigned int i = 0; i < n && i < AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *f = rte_pktmbuf_mtod(m[i], const uint8_t *);
		struct hp_meta *meta = hp_meta(m[i]);
		const struct hp_header *h;
		unsigned int len;

		if (i + AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(m[i + AHEAD], void *));
		len = ethernet(w, p, m[i], f, &meta->link);
		if (!len)
			continue;
		hp_meta_begin(meta, f[0] & 1, f + 6);
		h = (const struct hp_header *)(f + len);
		if (!ip6(w, m[i], h, len))
			continue;
		if (!hp_header_global(&h->dst) && (hp_ip6_is_multicast(&h->dst) || hp_ip6_is_linklocal(&h->dst)))
			out_of_the_ordinary(w, m[i]);
		else
			ask(w, m[i], h, own);
	}
}
