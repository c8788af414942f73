/* SPDX-License-Identifier: BSD-3-Clause */
/* Plain IPv6 forwarding: route, then next hop. */
#include "dataplane/header.h"
#include "dataplane/worker.h"
#include "wire/packet.h"

static void one(struct hp_worker *w, struct rte_mbuf *m, const struct hp_route_leaf *leaf, uint32_t neighbor)
{
	struct hp_header *h = hp_header(m);
	uint32_t path = leaf && leaf->path != HP_PATH_NONE ? leaf->path : neighbor;
	uint16_t mtu;

	if (!hp_header_global(&h->src)) {
		if (hp_ip6_is_any(&h->src)) {
			hp_drop(w, m, HP_DP_DROP_SOURCE);
			return;
		}
		if (hp_ip6_is_linklocal(&h->src)) {
			hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_SCOPE, 0);
			return;
		}
	}
	if (h->hop_limit <= 1) {
		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_HOP_LIMIT, 0);
		return;
	}
	if (!leaf) {
		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_NO_ROUTE, 0);
		return;
	}
	if (leaf->is_virtual) {
		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_ADDRESS, 0);
		return;
	}
	mtu = w->shared->link[leaf->link].mtu;
	if (m->data_len > mtu) {
		hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_TOO_BIG, mtu);
		return;
	}
	h->hop_limit--;
	hp_count(w, HP_DP_FORWARDED, 1);
	if (path == HP_PATH_NONE) {
		hp_punt_resolve(w, m, leaf->link, &h->dst);
		return;
	}
	hp_meta(m)->path = path;
	hp_lane_add(&w->output, m);
}

void hp_stage_forward(struct hp_worker *w)
{
	struct hp_lane *in = &w->forward;
	const struct hp_ip6 *dst[HP_BURST], *connected_dst[HP_BURST];
	const struct hp_route_leaf *leaf[HP_BURST];
	uint16_t link[HP_BURST];
	uint32_t number[HP_BURST];
	unsigned int connected = 0;

	if (!in->n)
		return;
	for (unsigned int i = 0; i < in->n; i++)
		dst[i] = &hp_header(in->m[i])->dst;
	hp_route_find_bulk(__atomic_load_n(&w->shared->routes, __ATOMIC_ACQUIRE), dst, in->n, leaf);
	for (unsigned int i = 0; i < in->n; i++) {
		if (!leaf[i] || leaf[i]->path != HP_PATH_NONE || leaf[i]->is_virtual)
			continue;
		link[connected] = leaf[i]->link;
		connected_dst[connected++] = dst[i];
	}
	hp_paths_find_bulk(w->shared->paths, link, connected_dst, connected, number);
	connected = 0;
	for (unsigned int i = 0; i < in->n; i++) {
		bool on_link = leaf[i] && leaf[i]->path == HP_PATH_NONE && !leaf[i]->is_virtual;

		one(w, in->m[i], leaf[i], on_link ? number[connected++] : HP_PATH_NONE);
	}
	in->n = 0;
}
