/* SPDX-License-Identifier: BSD-3-Clause */
/* Multicast (RFC 6275 §10.4.2, §10.4.5): what comes from the home link goes to each listener that is away, by its tunnel; what comes out of
 * a tunnel goes to the other listeners and onto the home link, as if its sender were there. Each copy is a linear packet of its own and
 * goes the way of every intercepted packet. Bounded: HP_MEMBER_NODES copies a packet, and a policer for all copies of a worker. */
#include "dataplane/group.h"
#include "dataplane/header.h"
#include "dataplane/policy.h"
#include "dataplane/worker.h"
#include "wire/packet.h"

static bool copy_to(struct hp_worker *w, struct rte_mbuf *m, const struct hp_hot_entry *e)
{
	struct rte_mbuf *c = rte_pktmbuf_alloc(w->shared->pool);
	void *at = c ? rte_pktmbuf_append(c, m->data_len) : NULL;

	if (!at) {
		rte_pktmbuf_free(c);
		hp_count(w, HP_DP_DROP_NO_MEMORY, 1);
		return false;
	}
	memcpy(at, rte_pktmbuf_mtod(m, void *), m->data_len);
	*hp_meta(c) = *hp_meta(m);
	hp_meta(c)->entry = e;
	hp_lane_add(&w->intercept, c);
	return true;
}

/* Not back through the tunnel it came by, nor to its sender that hears itself from the home link. */
static bool is_sender(const struct hp_hot_entry *e, const struct hp_hot_entry *from, const struct hp_ip6 *source)
{
	if (hp_ip6_eq(&e->prefix, source))
		return true;
	return from && hp_ip6_eq(&from->outer_dst, &e->outer_dst) && from->outer_src == e->outer_src;
}

/* At most HP_BURST members from `first` on. *least: the smallest MTU that was too small. */
static void burst(struct hp_worker *w, struct rte_mbuf *m, const struct hp_group *g, uint32_t first, const struct hp_hot_entry *from,
		  uint16_t *least)
{
	const struct hp_hot *hot = w->shared->hot;
	const struct hp_ip6 *source = &hp_header(m)->src;
	const uint32_t n = g->members - first < HP_BURST ? g->members - first : HP_BURST;
	uint64_t hash[HP_BURST];
	uint32_t at[HP_BURST];

	for (uint32_t i = 0; i < n; i++)
		hash[i] = hp_hot_ask(hot, &g->member[first + i].hoa);
	for (uint32_t i = 0; i < n; i++)
		at[i] = hp_hot_candidate(hot, hash[i]);
	for (uint32_t i = 0; i < n; i++) {
		const struct hp_group_member *member = &g->member[first + i];
		const struct hp_hot_entry *e = hp_hot_confirm(hot, at[i], hash[i], &member->hoa);
		uint16_t most;

		if (!e || e->kind == HP_HOT_LOCAL || is_sender(e, from, source) || !hp_group_wants(g, member, source))
			continue;
		most = hp_policy_mtu(w, e);
		if (m->data_len > most && m->data_len > HP_IP6_MIN_MTU && e->path != HP_PATH_NO_ROUTE) {
			*least = most < *least ? most : *least;
			hp_count(w, HP_DP_DROP_COPY, 1);
			continue;
		}
		hp_count(w, HP_DP_COPIES, copy_to(w, m, e));
	}
	hp_stage_intercept(w);
	if (w->esp && w->esp->protect.n)
		hp_stage_protect(w);
	hp_stage_output(w);
}

/* RFC 4443 §2.4 (e.3): of all errors this one may be sent about a multicast packet; once, not for every listener. */
static void too_big(struct hp_worker *w, struct rte_mbuf *m, uint16_t mtu)
{
	struct rte_mbuf *c = rte_pktmbuf_copy(m, w->shared->pool, 0, UINT32_MAX);

	if (!c)
		return;
	*hp_meta(c) = *hp_meta(m);
	hp_punt(w, c, HP_PUNT_COMPLAINT, HP_PUNT_TOO_BIG, mtu > HP_IP6_MIN_MTU ? mtu : HP_IP6_MIN_MTU);
}

static void to_home_link(struct hp_worker *w, struct rte_mbuf *m, uint16_t number)
{
	const struct hp_link *link = &w->shared->link[number];
	const struct hp_mac mac = hp_mac_multicast(&hp_header(m)->dst);
	uint8_t eth[HP_PATH_ETHER];
	size_t len;
	char *at;

	if (m->data_len > link->mtu) {
		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_TOO_BIG, link->mtu);
		return;
	}
	hp_header(m)->hop_limit--;
	len = hp_paths_ethernet(w->shared->paths, number, &mac, eth);
	at = rte_pktmbuf_prepend(m, (uint16_t)len);
	if (!at) {
		hp_drop(w, m, HP_DP_DROP_TOO_LONG);
		return;
	}
	memcpy(at, eth, len);
	hp_output_frame(w, link->port, m);
}

static void one(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_meta *meta = hp_meta(m);
	const struct hp_header *h = hp_header(m);
	/* Of the sender's binding, where detunnel has left it. */
	const struct hp_hot_entry *from = meta->tunnelled ? meta->entry : NULL;
	const uint16_t home = from ? from->home_link : meta->link;
	const bool on_wire = from && !w->shared->link[home].is_virtual;
	const struct hp_group *g = hp_groups_find(w->shared->groups, home, &h->dst);
	uint16_t least = UINT16_MAX;

	if (hp_ip6_is_linklocal(&h->src) || hp_ip6_is_any(&h->src)) {
		hp_drop(w, m, HP_DP_DROP_MULTICAST_SOURCE);
		return;
	}
	if (h->hop_limit <= 1) {
		hp_drop(w, m, HP_DP_DROP_MULTICAST_HOP_LIMIT);
		return;
	}
	if (!g && !on_wire) {
		hp_drop(w, m, HP_DP_DROP_MULTICAST);
		return;
	}
	if (!hp_police(&w->copies, w->now, g ? g->members : 1)) {
		hp_drop(w, m, HP_DP_DROP_MULTICAST_POLICED);
		return;
	}
	hp_count(w, HP_DP_MULTICAST, 1);
	for (uint32_t first = 0; g && first < g->members; first += HP_BURST)
		burst(w, m, g, first, from, &least);
	if (least != UINT16_MAX)
		too_big(w, m, least);
	if (on_wire)
		to_home_link(w, m, home);
	else
		rte_pktmbuf_free(m);
}

void hp_stage_replicate(struct hp_worker *w)
{
	struct hp_lane *in = &w->multicast;

	for (unsigned int i = 0; i < in->n; i++)
		one(w, in->m[i]);
	in->n = 0;
}
