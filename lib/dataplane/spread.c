/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/spread.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>

#include "dataplane/worker.h"

#define ETHER       14
#define TAGGED      18
#define OUTSTANDING 4096u /* packets that one worker may have handed over, if all rings are full */
#define RING_MOST   1024
#define RING_LEAST  128
#define AHEAD       4                /* frames whose first octets are fetched in advance */
#define INNER       UINT16_MAX       /* in mbuf->port: a packet to be looked up anew, not a frame of a port */
#define BOUND       (UINT16_MAX - 1) /* the same, by the home address in its meta */

static unsigned int ring_size(unsigned int workers)
{
	unsigned int n = RING_MOST;

	while (n > RING_LEAST && n * (workers - 1) > OUTSTANDING)
		n /= 2;
	return n;
}

uint32_t hp_spread_packets(unsigned int workers)
{
	return workers > 1 ? workers * RTE_MIN(ring_size(workers) * (workers - 1), OUTSTANDING) : 0;
}

int hp_spread_create(struct hp_spread **out, unsigned int workers, bool inner, int socket)
{
	struct hp_spread *s =
		rte_zmalloc_socket("spread", sizeof(*s) + workers * workers * sizeof(s->ring[0]), RTE_CACHE_LINE_SIZE, socket);

	if (!s)
		return -ENOMEM;
	s->workers = workers;
	s->inner = inner;
	s->secret = hp_key_secret_wide();
	for (unsigned int i = 0; i < workers * workers; i++) {
		char name[RTE_RING_NAMESIZE];

		if (i / workers == i % workers)
			continue;
		snprintf(name, sizeof(name), "spread_%u_%u", i / workers, i % workers);
		s->ring[i] = rte_ring_create(name, ring_size(workers), socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (!s->ring[i]) {
			hp_spread_destroy(s);
			return -ENOMEM;
		}
	}
	*out = s;
	return 0;
}

void hp_spread_destroy(struct hp_spread *s)
{
	void *m;

	if (!s)
		return;
	for (unsigned int i = 0; i < s->workers * s->workers; i++) {
		while (s->ring[i] && rte_ring_sc_dequeue(s->ring[i], &m) == 0)
			rte_pktmbuf_free(m);
		rte_ring_free(s->ring[i]);
	}
	rte_free(s);
}

/* Cheap and even is enough: who wants to load one worker sends one flow. */
static inline unsigned int owner(const struct hp_spread *s, const struct hp_header *h)
{
	uint64_t a[4], hash;

	memcpy(a, &h->src, sizeof(a));
	hash = hp_key_fold(a[0] ^ a[3] ^ s->secret.word[0], a[1] ^ (a[2] << 32 | a[2] >> 32) ^ s->secret.word[1]);
	return (unsigned int)((hash >> 32) * s->workers >> 32);
}

/* Whose addresses tell the flow; NULL: no IPv6. Classify judges the frame, wherever it ends up. */
static inline const struct hp_header *flow(const struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const unsigned int len = m->data_len >= TAGGED && f[12] == 0x81 && f[13] == 0 ? TAGGED : ETHER;
	const struct hp_header *h = (const struct hp_header *)(f + len);

	if (m->data_len < len + HP_IP6_HEADER || f[len - 2] != 0x86 || f[len - 1] != 0xdd)
		return NULL;
	return h->next == HP_PROTO_IPV6 && m->data_len >= len + 2 * HP_IP6_HEADER ? h + 1 : h;
}

void hp_spread_flush(struct hp_worker *w)
{
	const struct hp_spread *s = w->shared->spread;

	for (unsigned int to = 0; to < s->workers; to++) {
		struct hp_lane *l = &w->hand[to];
		unsigned int sent;

		if (!l->n)
			continue;
		sent = rte_ring_sp_enqueue_burst(s->ring[w->index * s->workers + to], (void **)l->m, l->n, NULL);
		hp_count(w, HP_DP_HANDED, sent);
		for (unsigned int i = sent; i < l->n; i++) {
			/* What is received is counted where it is classified: here, that never happens. */
			hp_count(w, HP_DP_RX, l->m[i]->port < BOUND);
			hp_drop(w, l->m[i], HP_DP_DROP_HANDED_FULL);
		}
		l->n = 0;
	}
}

unsigned int hp_spread_frames(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n)
{
	const struct hp_spread *s = w->shared->spread;
	const uint64_t start = rte_rdtsc();
	unsigned int own = 0;

	for (unsigned int i = 0; i < n && i < AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (unsigned int i = 0; i < n; i++) {
		const struct hp_header *h;
		unsigned int to;

		if (i + AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(m[i + AHEAD], void *));
		h = flow(m[i]);
		to = h ? owner(s, h) : w->index;
		if (to == w->index) {
			m[own++] = m[i];
		} else {
			m[i]->port = port;
			hp_lane_add(&w->hand[to], m[i]);
		}
	}
	hp_spread_flush(w);
	hp_stage_lap(w, HP_STAGE_SPREAD, n, start);
	return own;
}

void hp_spread_ours(struct hp_worker *w, struct rte_mbuf *m, unsigned int to)
{
	m->port = INNER;
	hp_lane_add(&w->hand[to], m);
}

void hp_spread_bound(struct hp_worker *w, struct rte_mbuf *m, unsigned int to)
{
	m->port = BOUND;
	hp_lane_add(&w->hand[to], m);
}

bool hp_spread_packet(struct hp_worker *w, struct rte_mbuf *m)
{
	const struct hp_spread *s = w->shared->spread;
	const struct hp_meta *meta = hp_meta(m);
	const struct hp_port *p = &w->shared->port[w->shared->link[meta->link].port];
	unsigned int to;

	/* On a port that is spread a plain tunnel packet is with its owner already; one behind other headers, or of fragments, may not be. */
	if (!p->spread && (!s->inner || p->inner))
		return false;
	to = owner(s, hp_header(m));
	if (to == w->index)
		return false;
	hp_spread_ours(w, m, to);
	return true;
}

/* Another core has just written them, and each line takes long to come: all of a burst are sent for at once. The start of a buffer is where
 * its frame begins, and not far from where a packet out of a tunnel does. */
static inline void send_for(struct rte_mbuf *m)
{
	const char *meta = (const char *)hp_meta(m),
		   *frame = meta + RTE_ALIGN(sizeof(struct hp_meta), RTE_MBUF_PRIV_ALIGN) + RTE_PKTMBUF_HEADROOM;

	rte_prefetch0(m);
	rte_prefetch0(frame);
	rte_prefetch0(frame + RTE_CACHE_LINE_SIZE);
	rte_prefetch0(meta);
	rte_prefetch0(meta + RTE_CACHE_LINE_SIZE);
	rte_prefetch0(m->cacheline1);
}

/* Those that came the same way as the first, in their order, to `same`; the others stay. */
static unsigned int alike(struct rte_mbuf **m, unsigned int *n, struct rte_mbuf **same)
{
	const uint16_t port = m[0]->port;
	unsigned int others = 0, count = 0;

	for (unsigned int i = 0; i < *n; i++) {
		if (m[i]->port == port)
			same[count++] = m[i];
		else
			m[others++] = m[i];
	}
	*n = others;
	return count;
}

unsigned int hp_spread_take(struct hp_worker *w)
{
	const struct hp_spread *s = w->shared->spread;
	unsigned int moved = 0;

	for (unsigned int from = 0; from < s->workers; from++) {
		struct rte_mbuf *m[HP_BURST], *same[HP_BURST];
		unsigned int n;

		if (from == w->index)
			continue;
		n = rte_ring_sc_dequeue_burst(s->ring[from * s->workers + w->index], (void **)m, HP_BURST, NULL);
		moved += n;
		for (unsigned int i = 0; i < n; i++)
			send_for(m[i]);
		while (n) {
			const uint16_t port = m[0]->port;
			const unsigned int count = alike(m, &n, same);

			if (port >= BOUND)
				hp_pipeline_resume(w, same, count, port == BOUND);
			else
				hp_pipeline_run(w, port, same, count);
		}
	}
	return moved;
}
