/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/worker.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <sys/prctl.h>
#include <time.h>

#define IDLE_TURNS     64 /* empty turns before the first sleep */
#define SLEEP_FIRST_NS 20000
#define SLEEP_MOST_NS  500000
#define ALIVE_MS       20

static unsigned int receive(struct hp_worker *w)
{
	unsigned int moved = 0;

	for (unsigned int i = 0; i < w->rx_count; i++) {
		const struct hp_port *p = &w->shared->port[w->rx[i].port];
		struct rte_mbuf *m[HP_BURST];
		unsigned int n = rte_eth_rx_burst(p->id, w->rx[i].queue, m, HP_BURST);

		moved += n;
		if (n && p->spread)
			n = hp_spread_frames(w, w->rx[i].port, m, n);
		if (n)
			hp_pipeline_run(w, w->rx[i].port, m, n);
	}
	return moved;
}

/* Frames of the management core, whole: meta->punt_link is their port; and packets of it for nodes, by their tunnels. */
static unsigned int inject(struct hp_worker *w)
{
	struct rte_mbuf *m[HP_BURST];
	unsigned int n = rte_ring_sc_dequeue_burst(w->inject, (void **)m, HP_BURST, NULL), tunnelled = 0;

	for (unsigned int i = 0; i < n; i++)
		if (hp_meta(m[i])->punt_link == HP_META_TUNNEL)
			m[tunnelled++] = m[i];
		else
			hp_output_frame(w, hp_meta(m[i])->punt_link, m[i]);
	if (tunnelled)
		hp_pipeline_resume(w, m, tunnelled, true);
	return n;
}

/* Receive bursts come with every turn; a transmit burst comes with packets only, and such a driver needs it without. */
static void keep_alive(struct hp_worker *w)
{
	w->alive_at = UINT64_MAX;
	for (unsigned int i = w->index; i < w->shared->ports; i += w->shared->workers)
		if (w->shared->port[i].keep_alive) {
			hp_output_burst(w, (uint16_t)i, NULL, 0);
			w->alive_at = w->now + ALIVE_MS * rte_get_tsc_hz() / 1000;
		}
}

unsigned int hp_worker_once(struct hp_worker *w)
{
	unsigned int moved;

	w->now = rte_rdtsc();
	if (w->now >= w->alive_at)
		keep_alive(w);
	moved = receive(w);
	if (w->shared->spread)
		moved += hp_spread_take(w);
	moved += inject(w);
	hp_stage_transmit(w);
	hp_reassembly_expire(w->reassembly, w);
	return moved;
}

static void nap(struct hp_worker *w, long ns)
{
	const struct timespec t = {.tv_nsec = ns};

	/* Asleep, a worker holds nothing that is published: grace periods do not wait for it. */
	rte_rcu_qsbr_thread_offline(w->shared->qsbr, w->index);
	nanosleep(&t, NULL);
	rte_rcu_qsbr_thread_online(w->shared->qsbr, w->index);
}

int hp_worker_run(void *arg)
{
	struct hp_worker *w = arg;
	unsigned int idle = 0;
	long ns = SLEEP_FIRST_NS;

	prctl(PR_SET_TIMERSLACK, 1000);
	rte_rcu_qsbr_thread_register(w->shared->qsbr, w->index);
	rte_rcu_qsbr_thread_online(w->shared->qsbr, w->index);
	while (!__atomic_load_n(&w->stop, __ATOMIC_RELAXED)) {
		unsigned int moved = hp_worker_once(w);
		uint64_t end = rte_rdtsc();

		rte_rcu_qsbr_quiescent(w->shared->qsbr, w->index);
		if (moved) {
			w->busy_cycles += end - w->now;
			idle = 0;
			ns = SLEEP_FIRST_NS;
		} else if (w->shared->sleep && ++idle >= IDLE_TURNS) {
			nap(w, ns);
			ns = 2 * ns > SLEEP_MOST_NS ? SLEEP_MOST_NS : 2 * ns;
			idle = IDLE_TURNS - 1;
		}
		w->cycles += rte_rdtsc() - w->now;
		__atomic_store_n(&w->loops, w->loops + 1, __ATOMIC_RELAXED);
	}
	rte_rcu_qsbr_thread_offline(w->shared->qsbr, w->index);
	rte_rcu_qsbr_thread_unregister(w->shared->qsbr, w->index);
	return 0;
}
