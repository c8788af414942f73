/* SPDX-License-Identifier: BSD-3-Clause */
/* The last steps: what stands before the IPv6 header, fragments where a packet of ours is too long, transmit in batches. */
#include <errno.h>
#include <rte_ethdev.h>

#include "dataplane/fragment.h"
#include "dataplane/header.h"
#include "dataplane/worker.h"

#define TX_BATCH 32

uint16_t hp_output_burst(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, uint16_t n)
{
	const struct hp_port *p = &w->shared->port[port];
	unsigned int queue = w->index % p->tx_queues;
	uint16_t sent;

	if (p->shared_tx)
		rte_spinlock_lock((rte_spinlock_t *)(uintptr_t)&p->tx_lock[queue]);
	sent = rte_eth_tx_burst(p->id, (uint16_t)queue, m, n);
	if (p->shared_tx)
		rte_spinlock_unlock((rte_spinlock_t *)(uintptr_t)&p->tx_lock[queue]);
	return sent;
}

static void flush(struct hp_worker *w, uint16_t port)
{
	struct hp_tx *tx = &w->tx[port];
	uint16_t sent;

	if (!tx->n)
		return;
	sent = hp_output_burst(w, port, tx->m, (uint16_t)tx->n);
	hp_count(w, HP_DP_TX, sent);
	for (unsigned int i = sent; i < tx->n; i++)
		hp_drop(w, tx->m[i], HP_DP_DROP_TX_FULL);
	tx->n = 0;
}

static inline void batch(struct hp_worker *w, uint16_t port, struct rte_mbuf *m)
{
	struct hp_tx *tx = &w->tx[port];

	tx->m[tx->n++] = m;
	if (tx->n >= TX_BATCH)
		flush(w, port);
}

void hp_output_frame(struct hp_worker *w, uint16_t port, struct rte_mbuf *m)
{
	batch(w, port, m);
}

/* One copy for headers with and without VLAN tag: what lies before the frame is headroom, nobody's. */
static inline void frame(struct hp_worker *w, struct rte_mbuf *m, const struct hp_path *path)
{
	if (unlikely(rte_pktmbuf_headroom(m) < HP_PATH_ETHER)) {
		hp_drop(w, m, HP_DP_DROP_TOO_LONG);
		return;
	}
	memcpy(rte_pktmbuf_mtod(m, uint8_t *) - HP_PATH_ETHER, path->eth, HP_PATH_ETHER);
	m->data_off = (uint16_t)(m->data_off - path->eth_len);
	m->data_len = (uint16_t)(m->data_len + path->eth_len);
	m->pkt_len = m->data_len;
	batch(w, path->port, m);
}

static void fragments(struct hp_worker *w, struct rte_mbuf *m, const struct hp_path *path, uint16_t mtu)
{
	struct rte_mbuf *part[HP_FRAGMENTS];
	int n = hp_fragment(m, mtu, ++w->fragment_id, w->shared->pool, part);

	rte_pktmbuf_free(m);
	if (n < 0) {
		hp_count(w, n == -ENOMEM ? HP_DP_DROP_NO_MEMORY : HP_DP_DROP_TOO_LONG, 1);
		return;
	}
	hp_count(w, HP_DP_FRAGMENTED, (uint64_t)n);
	for (int i = 0; i < n; i++)
		frame(w, part[i], path);
}

void hp_stage_output(struct hp_worker *w)
{
	struct hp_lane *in = &w->output;

	for (unsigned int i = 0; i < in->n; i++) {
		struct rte_mbuf *m = in->m[i];
		struct hp_meta *meta = hp_meta(m);
		const struct hp_path *path = hp_paths_get(w->shared->paths, meta->path);
		const uint16_t mtu = hp_meta_mtu(meta, path->mtu);

		if (path->state == HP_PATH_NOWHERE) {
			hp_drop(w, m, HP_DP_DROP_NO_PATH);
			continue;
		}
		w->path_packets[meta->path]++;
		if (path->state == HP_PATH_UNRESOLVED)
			hp_punt_resolve(w, m, path->link, &path->next_hop);
		else if (m->data_len <= mtu)
			frame(w, m, path);
		else if (meta->ours)
			fragments(w, m, path, mtu);
		else
			hp_punt(w, m, HP_PUNT_COMPLAINT, HP_PUNT_TOO_BIG, mtu);
	}
	in->n = 0;
}

void hp_stage_transmit(struct hp_worker *w)
{
	for (unsigned int port = 0; port < w->shared->ports; port++)
		flush(w, (uint16_t)port);
}
