/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between workers and the management core, both ways. */
#include <errno.h>
#include <rte_ethdev.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "dataplane/fragment.h"
#include "dataplane/state.h"
#include "wire/packet.h"

static struct hp_punt punt_of(struct rte_mbuf *m)
{
	const struct hp_meta *meta = hp_meta(m);

	return (struct hp_punt){
		.class_ = meta->punt_class,
		.reason = meta->punt_reason,
		.link = meta->punt_link,
		.mac = meta->mac,
		.link_multicast = meta->link_multicast,
		.tunnelled = meta->tunnelled,
		.outer_src = meta->outer_src,
		.next_hop = meta->next_hop,
		.outer_dst = meta->outer_dst,
		.word = meta->word,
	};
}

/* So that a poll's packets find places in the tables. */
#define RETIRED_MOST (HP_ROWS_SPARE - 1024)

/* One ring's share before the next has its turn. */
static unsigned int take(struct rte_ring *ring, unsigned int max, hp_punt_fn *handle, void *ctx)
{
	struct hp_punt punt[HP_PUNT_BURST];
	struct rte_mbuf *m[HP_PUNT_BURST];
	unsigned int n = rte_ring_sc_dequeue_burst(ring, (void **)m, max < HP_PUNT_BURST ? max : HP_PUNT_BURST, NULL);

	if (!n)
		return 0;
	/* Another core has just written them. */
	for (unsigned int i = 0; i < n; i++) {
		rte_prefetch0(m[i]);
		rte_prefetch0(hp_meta(m[i]));
	}
	for (unsigned int i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (unsigned int i = 0; i < n; i++)
		punt[i] = punt_of(m[i]);
	handle(ctx, m, punt, n);
	return n;
}

/* A packet has at most one row of a table replaced; rather than find no place for the new one it waits in its ring. */
static bool choked(struct hp_dataplane *dp)
{
	return hp_reclaim_waiting(dp->reclaim) > RETIRED_MOST && hp_reclaim_poll(dp->reclaim, SIZE_MAX) > RETIRED_MOST;
}

unsigned int hp_dataplane_poll(struct hp_dataplane *dp, unsigned int max, hp_punt_fn *handle, void *ctx)
{
	const unsigned int rings = dp->shared.workers * HP_PUNT_CLASS_COUNT;
	unsigned int taken = 0, empty = 0;

	if (choked(dp))
		return 0;
	while (taken < max && empty < rings) {
		unsigned int n = take(dp->worker[dp->poll_worker]->punt[dp->poll_class], max - taken, handle, ctx);

		empty = n ? 0 : empty + 1;
		taken += n;
		if (++dp->poll_class == HP_PUNT_CLASS_COUNT) {
			dp->poll_class = 0;
			dp->poll_worker = (dp->poll_worker + 1) % dp->shared.workers;
		}
	}
	return taken;
}

int hp_dataplane_fd(const struct hp_dataplane *dp)
{
	return dp->shared.wake_fd;
}

bool hp_dataplane_sleep(struct hp_dataplane *dp)
{
	uint64_t n;

	if (read(dp->shared.wake_fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		return false;
	/* First asleep, then look: a worker that enqueues after the look sees the flag (punt.c). */
	__atomic_store_n(&dp->shared.asleep, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* What is there cannot be taken, and the worker that is waited for may share this processor. */
	if (choked(dp))
		return true;
	for (unsigned int i = 0; i < dp->shared.workers; i++)
		for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++)
			if (!rte_ring_empty(dp->worker[i]->punt[c])) {
				__atomic_store_n(&dp->shared.asleep, 0, __ATOMIC_SEQ_CST);
				return false;
			}
	return true;
}

struct rte_mbuf *hp_dataplane_alloc(struct hp_dataplane *dp, size_t len, uint8_t **data)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp->shared.pool);

	if (!m || len > rte_pktmbuf_tailroom(m)) {
		rte_pktmbuf_free(m);
		dp->no_memory++;
		return NULL;
	}
	*hp_meta(m) = (struct hp_meta){.link = UINT16_MAX, .ours = HP_IP6_MIN_MTU};
	*data = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)len);
	return m;
}

void *hp_dataplane_data(struct rte_mbuf *m, size_t *len)
{
	*len = m->data_len;
	return rte_pktmbuf_mtod(m, void *);
}

void hp_dataplane_free(struct hp_dataplane *dp, struct rte_mbuf *m)
{
	rte_pktmbuf_free(m);
}

static void hand_over(struct hp_dataplane *dp, unsigned int worker)
{
	struct hp_out *out = &dp->out[worker];
	unsigned int n;

	if (!out->n)
		return;
	n = rte_ring_sp_enqueue_burst(dp->worker[worker]->inject, (void **)out->m, out->n, NULL);
	dp->no_memory += out->n - n;
	rte_pktmbuf_free_bulk(out->m + n, out->n - n);
	out->n = 0;
}

void hp_dataplane_flush(struct hp_dataplane *dp)
{
	hp_reclaim_seal(dp->reclaim);
	for (unsigned int i = 0; i < dp->shared.workers; i++)
		hand_over(dp, i);
}

static void queue(struct hp_dataplane *dp, struct rte_mbuf *m, unsigned int worker, uint16_t to)
{
	struct hp_out *out = &dp->out[worker];

	hp_meta(m)->punt_link = to;
	out->m[out->n++] = m;
	if (out->n == HP_BURST)
		hand_over(dp, worker);
}

static void to_worker(struct hp_dataplane *dp, struct rte_mbuf *m, uint16_t link, const uint8_t *eth, size_t eth_len)
{
	const uint16_t port = dp->shared.link[link].port;
	char *at = rte_pktmbuf_prepend(m, (uint16_t)eth_len);

	if (!at) {
		rte_pktmbuf_free(m);
		return;
	}
	memcpy(at, eth, eth_len);
	queue(dp, m, port % dp->shared.workers, port);
}

void hp_dataplane_tunnel(struct hp_dataplane *dp, struct rte_mbuf *m, uint16_t link, const struct hp_ip6 *hoa)
{
	hp_meta(m)->link = link;
	hp_meta(m)->home = *hoa;
	queue(dp, m, 0, HP_META_TUNNEL);
}

void hp_dataplane_transmit(struct hp_dataplane *dp, struct rte_mbuf *m, uint16_t link, const struct hp_mac *to)
{
	uint8_t eth[18];
	size_t eth_len;
	uint16_t mtu;

	if (link >= dp->shared.links || dp->shared.link[link].is_virtual) {
		rte_pktmbuf_free(m);
		return;
	}
	eth_len = hp_paths_ethernet(dp->shared.paths, link, to, eth);
	mtu = hp_meta_mtu(hp_meta(m), dp->shared.link[link].mtu);
	if (m->data_len <= mtu) {
		to_worker(dp, m, link, eth, eth_len);
	} else {
		struct rte_mbuf *part[HP_FRAGMENTS];
		int n = hp_fragment(m, mtu, (uint32_t)rte_rdtsc() * 2654435761u, dp->shared.pool, part);

		rte_pktmbuf_free(m);
		if (n < 0)
			dp->no_memory++;
		for (int i = 0; i < n; i++)
			to_worker(dp, part[i], link, eth, eth_len);
	}
}
