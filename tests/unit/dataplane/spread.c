/* SPDX-License-Identifier: BSD-3-Clause */
/* Several workers as threads, over ports of rings: nothing lost, nothing twice, every flow in order by one way. And what only a driver can
 * hand in: frames in several buffers. */
#include <rte_cycles.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "eal.h"
#include "rig.h"
#include "run.h"

#define FLOWS      240
#define PACKETS    20000
#define UNDER_WAY  400 /* frames: less than any ring holds */
#define PATIENCE_S 60

struct flow {
	uint32_t sent, seen;
	int queue; /* it leaves by; -1: not yet */
};

/* Takes what was sent; the number of packets. In full: every number, else rising ones. */
static unsigned int collect(struct rig *r, struct flow *flow, bool full, unsigned int *by_queue)
{
	unsigned int got = 0;

	for (unsigned int q = 0; q < r->workers; q++) {
		struct rte_mbuf *m[32];
		unsigned int n = rte_ring_sc_dequeue_burst(r->tx[q], (void **)m, 32, NULL);

		for (unsigned int i = 0; i < n; i++) {
			struct rig_mark mark = rig_read(m[i]);
			struct flow *f = &flow[mark.flow % FLOWS];

			if (mark.flow >= FLOWS || (f->queue >= 0 && f->queue != (int)q) ||
			    (full ? mark.number != f->seen : mark.number < f->seen) || mark.number >= f->sent)
				CU_FAIL("lost, twice, out of order, or by another way");
			f->seen = mark.number + 1;
			f->queue = (int)q;
			rte_pktmbuf_free(m[i]);
		}
		by_queue[q] += n;
		got += n;
	}
	return got;
}

/* So many packets of random flows, all into one queue. */
static void run(const char *name, const struct rig_conf *conf, unsigned int ways, unsigned int first_way, bool handed, bool all_work)
{
	unsigned int sent = 0, got = 0, by_queue[RIG_WORKERS] = {0};
	struct flow *flow = calloc(FLOWS, sizeof(*flow));
	uint64_t end = rte_rdtsc() + PATIENCE_S * rte_get_tsc_hz();
	struct hp_error e = {0};
	struct hp_random random;
	struct rig r;

	hp_random_seed(&random, hp_test_seed());
	for (unsigned int i = 0; i < FLOWS; i++)
		flow[i].queue = -1;
	rig_create(&r, conf);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_start(r.dp, &e), 0);
	while (got < PACKETS && rte_rdtsc() < end) {
		while (sent < PACKETS && sent - got < UNDER_WAY) {
			struct rig_mark mark = {.flow = hp_random_between(&random, 0, FLOWS - 1)};
			struct rte_mbuf *m[2];
			unsigned int n;

			mark.number = flow[mark.flow].sent++;
			n = rig_frames(&r, first_way + mark.flow % ways, &mark, m);
			for (unsigned int i = 0; i < n; i++)
				CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(r.rx[0], m[i]), 0);
			sent++;
		}
		got += collect(&r, flow, true, by_queue);
	}
	hp_dataplane_stop(r.dp);
	HP_CHECK(name, "everything has come", got == PACKETS);
	HP_CHECK(name, "handed over", (rig_count(&r, HP_DP_HANDED) > 0) == handed);
	for (unsigned int q = 0; q < conf->workers; q++)
		HP_CHECK(name, "every worker has a share", (by_queue[q] > PACKETS / 20) == (all_work || !q));
	rig_destroy(&r);
	free(flow);
}

static void test_reception(void)
{
	run("all ways, three workers, one queue", &(struct rig_conf){.workers = 3, .queues = 1}, RIG_WAYS, 0, true, true);
	run("two queues, three workers", &(struct rig_conf){.workers = 3, .queues = 2}, RIG_WAYS, 0, true, true);
	run("inner flows of one outer flow", &(struct rig_conf){.workers = 2, .queues = 1, .one_care_of = true}, 1, RIG_DETUNNEL, true,
	    true);
	run("inner flows of one outer flow in fragments", &(struct rig_conf){.workers = 2, .queues = 1, .one_care_of = true}, 1,
	    RIG_DETUNNEL_FRAGMENTS, true, true);
}

static void test_inner(void)
{
	const struct rig_conf conf = {.workers = 3, .queues = 3, .spread = HP_DP_SPREAD_INNER, .one_care_of = true};

	run("a device that knows outer addresses, after decapsulation", &conf, 1, RIG_DETUNNEL, true, true);
	run("the same of fragments", &conf, 1, RIG_DETUNNEL_FRAGMENTS, true, true);
	run("what comes out of no tunnel stays", &conf, 1, RIG_INTERCEPT, false, false);
}

static void test_off(void)
{
	run("off", &(struct rig_conf){.workers = 2, .queues = 1, .spread = HP_DP_SPREAD_OFF}, RIG_WAYS, 0, false, false);
	run("as many queues as workers", &(struct rig_conf){.workers = 2, .queues = 2}, RIG_WAYS, 0, false, false);
	run("one worker", &(struct rig_conf){.workers = 1, .queues = 1, .spread = HP_DP_SPREAD_INNER}, RIG_WAYS, 0, false, false);
}

/* A worker that does not come: what its ring cannot hold is dropped and counted, the rest still comes in order. */
static void test_full(void)
{
	enum { MANY = 4000 };
	struct flow *flow = calloc(FLOWS, sizeof(*flow));
	unsigned int by_queue[RIG_WORKERS] = {0}, got = 0;
	uint64_t dropped;
	struct rig r;

	for (unsigned int i = 0; i < FLOWS; i++)
		flow[i].queue = -1;
	rig_create(&r, &(struct rig_conf){.workers = 2, .queues = 1});
	for (uint32_t i = 0; i < MANY; i++) {
		struct rig_mark mark = {.flow = i % FLOWS, .number = flow[i % FLOWS].sent++};
		struct rte_mbuf *m[2];

		rig_frames(&r, RIG_FORWARD, &mark, m);
		CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(r.rx[0], m[0]), 0);
	}
	while (hp_worker_once(r.dp->worker[0]))
		got += collect(&r, flow, false, by_queue);
	dropped = rig_count(&r, HP_DP_DROP_HANDED_FULL);
	CU_ASSERT(dropped > 0 && by_queue[1] == 0);
	while (hp_worker_once(r.dp->worker[1]))
		got += collect(&r, flow, false, by_queue);
	for (unsigned int n = 1; n; got += n)
		n = collect(&r, flow, false, by_queue);
	CU_ASSERT_EQUAL(got + dropped, MANY);
	CU_ASSERT(rig_count(&r, HP_DP_RX) == MANY && rig_count(&r, HP_DP_TX) == got && rig_count(&r, HP_DP_HANDED) == by_queue[1]);
	rig_destroy(&r);
	free(flow);
}

/* What is under way when the workers stop goes with them. */
static void test_stop(void)
{
	struct rte_mbuf *m[2];
	struct rig r;

	rig_create(&r, &(struct rig_conf){.workers = 3, .queues = 1});
	for (uint32_t i = 0; i < 64; i++) {
		rig_frames(&r, RIG_FORWARD, &(struct rig_mark){.flow = i}, m);
		rte_ring_sp_enqueue(r.rx[0], m[0]);
	}
	r.buffers = r.buffers - 64; /* in the rings: destroy frees them */
	hp_worker_once(r.dp->worker[0]);
	CU_ASSERT(rig_count(&r, HP_DP_HANDED) > 0);
	for (void *p; rte_ring_sc_dequeue(r.tx[0], &p) == 0; rte_pktmbuf_free(p))
		r.buffers++;
	rig_destroy(&r);
}

static struct rte_mbuf *pieces(struct rig *r, struct rte_mbuf *whole, const uint16_t *cut, unsigned int cuts)
{
	struct rte_mbuf *first = NULL;
	unsigned int from = 0;

	for (unsigned int i = 0; i <= cuts; i++) {
		unsigned int to = i < cuts ? cut[i] : whole->data_len;
		struct rte_mbuf *m = rte_pktmbuf_copy(whole, r->dp->shared.pool, from, to - from);

		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		if (!first)
			first = m;
		else if (rte_pktmbuf_chain(first, m))
			CU_FAIL("chain");
		from = to;
	}
	rte_pktmbuf_free(whole);
	return first;
}

/* A driver may leave a frame in several buffers, cut anywhere. */
static void test_pieces(void)
{
	static const uint16_t cut[][4] = {{60}, {20, 60}, {14, 30, 60, 90}, {1, 2, 3, 4}};
	struct rte_mbuf *m[2], *out = NULL;
	struct rig r;

	rig_create(&r, &(struct rig_conf){.workers = 1, .queues = 1});
	for (uint32_t i = 0; i < HP_LEN(cut); i++) {
		const struct rig_mark mark = {.flow = i, .number = 7 + i};
		unsigned int cuts = 0;

		while (cuts < 4 && cut[i][cuts])
			cuts++;
		rig_frames(&r, RIG_DETUNNEL, &mark, m);
		rte_ring_sp_enqueue(r.rx[0], pieces(&r, m[0], cut[i], cuts));
		hp_worker_once(r.dp->worker[0]);
		CU_ASSERT_EQUAL_FATAL(rte_ring_sc_dequeue(r.tx[0], (void **)&out), 0);
		CU_ASSERT(out->data_len == 14 + 40 + 24 && rig_read(out).flow == mark.flow && rig_read(out).number == mark.number);
		rte_pktmbuf_free(out);
	}
	CU_ASSERT_EQUAL(rig_count(&r, HP_DP_GATHERED), HP_LEN(cut));
	/* Longer than the buffers of the port's MTU. */
	rig_frames(&r, RIG_DETUNNEL, &(struct rig_mark){0}, m);
	for (int i = 0; i < 40; i++) {
		struct rte_mbuf *more[2];

		rig_frames(&r, RIG_DETUNNEL, &(struct rig_mark){0}, more);
		rte_pktmbuf_chain(m[0], more[0]);
	}
	rte_ring_sp_enqueue(r.rx[0], m[0]);
	hp_worker_once(r.dp->worker[0]);
	CU_ASSERT(rig_count(&r, HP_DP_DROP_SEGMENTS) == 1 && rte_ring_empty(r.tx[0]));
	rig_destroy(&r);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"spread at reception", test_reception},
		{"spread after decapsulation", test_inner},
		{"not spread", test_off},
		{"a worker that does not come", test_full},
		{"stopped with packets under way", test_stop},
		{"frames in pieces", test_pieces},
		HP_TESTS_END,
	};

	return test_eal(sysconf(_SC_NPROCESSORS_ONLN) > 1 ? "0@0,1@1,2@0,3@1" : "0@0,1@0,2@0,3@0") ? hp_tests_run("spread", tests) : 1;
}
