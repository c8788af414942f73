/* SPDX-License-Identifier: BSD-3-Clause */
/* What the management core and the workers hand each other: grace periods by the batch, frames by the batch, and no more than fits. */
#include <rte_dev.h>
#include <rte_mbuf.h>
#include <string.h>

#include "dataplane/state.h"
#include "run.h"
#include "tests.h"

static unsigned int given;

static void give(void *owner, void *ptr, uint32_t number)
{
	CU_ASSERT_EQUAL(number, given);
	given++;
}

void test_seal(void)
{
	struct hp_reclaim *r;
	struct rte_rcu_qsbr *q;

	given = 0;
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&r, 1), 0);
	q = hp_reclaim_qsbr(r);
	rte_rcu_qsbr_thread_register(q, 0);
	rte_rcu_qsbr_thread_online(q, 0);
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_reserve(r, 3), 0);
	hp_reclaim_retire(r, give, NULL, NULL, 0);
	hp_reclaim_retire(r, give, NULL, NULL, 1);
	hp_reclaim_seal(r);
	hp_reclaim_retire(r, give, NULL, NULL, 2);
	CU_ASSERT_EQUAL(hp_reclaim_waiting(r), 3);
	/* The reader passes by: that is enough for what was sealed before, and only for that. */
	rte_rcu_qsbr_quiescent(q, 0);
	CU_ASSERT_EQUAL(hp_reclaim_poll(r, SIZE_MAX), 1);
	CU_ASSERT_EQUAL(given, 2);
	CU_ASSERT_EQUAL(hp_reclaim_poll(r, SIZE_MAX), 1);
	rte_rcu_qsbr_quiescent(q, 0);
	CU_ASSERT_EQUAL(hp_reclaim_poll(r, SIZE_MAX), 0);
	CU_ASSERT_EQUAL(given, 3);
	/* Nobody is left to wait for: all comes back at once. */
	hp_reclaim_retire(r, give, NULL, NULL, 3);
	rte_rcu_qsbr_thread_offline(q, 0);
	hp_reclaim_destroy(r);
	CU_ASSERT_EQUAL(given, 4);
}

static struct hp_dataplane *open_dataplane(void)
{
	static const struct hp_dp_port port = {.name = "p0", .device = "net_null_exchange", .rx_queues = 1, .mtu = 1500};
	static const struct hp_dp_link link = {.name = "core", .port = 0, .mtu = 1500};
	static const unsigned int lcore = 0;
	static const struct hp_dp_conf conf = {.ports = 1,
					       .links = 1,
					       .workers = 1,
					       .port = &port,
					       .link = &link,
					       .worker_lcore = &lcore,
					       .max_bindings = 4,
					       .max_paths = 16};
	struct hp_error e = {0};
	struct hp_dataplane *dp = NULL;

	CU_ASSERT_EQUAL_FATAL(rte_eal_hotplug_add("vdev", port.device, ""), 0);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_create(&dp, &conf, &e), 0);
	return dp;
}

static void close_dataplane(struct hp_dataplane *dp)
{
	hp_dataplane_destroy(dp);
	rte_eal_hotplug_remove("vdev", "net_null_exchange");
}

static void transmit(struct hp_dataplane *dp, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *data;
		struct rte_mbuf *m = hp_dataplane_alloc(dp, 60, &data);

		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		memcpy(data, &i, sizeof(i));
		hp_dataplane_transmit(dp, m, 0, &(struct hp_mac){{2, 0, 0, 0, 0, 7}});
	}
}

/* They leave together, in their order, none twice; what the ring has no room for is freed and counted. */
void test_flush(void)
{
	struct hp_dataplane *dp = open_dataplane();
	struct rte_ring *ring = dp->worker[0]->inject;
	const unsigned int room = rte_ring_get_capacity(ring), pool = rte_mempool_avail_count(dp->shared.pool);
	struct rte_mbuf *m;

	transmit(dp, 3);
	CU_ASSERT_EQUAL(rte_ring_count(ring), 0);
	hp_dataplane_flush(dp);
	hp_dataplane_flush(dp);
	CU_ASSERT_EQUAL(rte_ring_count(ring), 3);
	transmit(dp, 500);
	hp_dataplane_flush(dp);
	CU_ASSERT_EQUAL(rte_ring_count(ring), 503);
	for (unsigned int i = 0; rte_ring_sc_dequeue(ring, (void **)&m) == 0; i++) {
		unsigned int number;

		memcpy(&number, rte_pktmbuf_mtod_offset(m, void *, 14), sizeof(number));
		CU_ASSERT_EQUAL(number, i < 3 ? i : i - 3);
		rte_pktmbuf_free(m);
	}
	CU_ASSERT_EQUAL(rte_mempool_avail_count(dp->shared.pool), pool);

	/* The same buffer over and over, so that the pool is not what limits. */
	m = rte_pktmbuf_alloc(dp->shared.pool);
	for (unsigned int i = 0; i + 10 < room; i++)
		rte_ring_sp_enqueue(ring, m);
	transmit(dp, 12);
	hp_dataplane_flush(dp);
	CU_ASSERT_EQUAL(rte_ring_count(ring), room);
	CU_ASSERT_EQUAL(dp->no_memory, 2);
	for (unsigned int i = 0; i + 10 < room; i++)
		rte_ring_sc_dequeue(ring, (void **)&m);
	rte_pktmbuf_free(m);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(dp->shared.pool), pool - 10);
	transmit(dp, 1); /* still on its way when everything ends */
	close_dataplane(dp);
}

static void count(void *ctx, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n)
{
	*(unsigned int *)ctx += n;
	for (unsigned int i = 0; i < n; i++)
		rte_pktmbuf_free(m[i]);
}

/* A worker that does not come by keeps every replaced entry alive. Before there is no place for a new one, packets wait in their ring. */
void test_choked(void)
{
	struct hp_dataplane *dp = open_dataplane();
	struct hp_bind b = {.hoa = {{0x20, 1}}, .coa = {{0x20, 2}}, .ha = {{0x20, 3}}, .next_hop = {{0x20, 4}}, .mtu = 1460};
	unsigned int taken = 0, turns = 0;

	rte_rcu_qsbr_thread_register(dp->shared.qsbr, 0);
	rte_rcu_qsbr_thread_online(dp->shared.qsbr, 0);
	for (; turns < 10000; turns++) {
		CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(dp->worker[0]->punt[HP_PUNT_REGISTRATION], rte_pktmbuf_alloc(dp->shared.pool)),
				      0);
		if (!hp_dataplane_poll(dp, 256, count, &taken))
			break;
		/* The most that a poll of 256 may cause. */
		for (unsigned int i = 0; i < 256; i++)
			CU_ASSERT_EQUAL_FATAL(hp_dataplane_bind(dp, &b), 0);
		hp_dataplane_flush(dp);
	}
	CU_ASSERT(turns > 5 && turns < 10000);
	CU_ASSERT_EQUAL(taken, turns);
	CU_ASSERT_EQUAL(hp_dataplane_poll(dp, 256, count, &taken), 0);
	CU_ASSERT(hp_dataplane_sleep(dp));
	rte_rcu_qsbr_quiescent(dp->shared.qsbr, 0);
	CU_ASSERT(!hp_dataplane_sleep(dp));
	CU_ASSERT_EQUAL(hp_dataplane_poll(dp, 256, count, &taken), 1);
	rte_rcu_qsbr_thread_offline(dp->shared.qsbr, 0);
	close_dataplane(dp);
}

/* The first octets of a Mobility Header message (RFC 6275 §6.1): its type, and the flags of a Binding Update. */
static void punt_message(struct hp_dataplane *dp, const struct hp_ip6 *hoa, const struct hp_ip6 *from, uint8_t type, uint8_t flags)
{
	const uint8_t message[] = {59, 1, type, 0, 0, 0, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0};
	const struct hp_packet p = {
		.data = message, .len = sizeof(message), .src = *from, .has_hao = true, .hoa = *hoa, .proto = HP_PROTO_MH};
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp->shared.pool);

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	hp_punt_mobility(dp->worker[0], m, &p);
}

/* Of a home registration: A and H. */
static void punt_update(struct hp_dataplane *dp, const struct hp_ip6 *hoa, const struct hp_ip6 *from)
{
	punt_message(dp, hoa, from, 5, 0xc0);
}

/* Tests and updates of correspondents wait in lines of their own, whoever sends them: home registrations do not wait behind them. */
void test_classes(void)
{
	static const struct {
		uint8_t type, flags;
		enum hp_dp_counter stranger, bound;
	} row[] = {
		{0, 0, HP_DP_PUNTED_NEWCOMER, HP_DP_PUNTED_REGISTRATION},
		{1, 0, HP_DP_PUNTED_TEST, HP_DP_PUNTED_TEST},
		{2, 0x40, HP_DP_PUNTED_TEST, HP_DP_PUNTED_TEST},
		{3, 0, HP_DP_PUNTED_NEWCOMER, HP_DP_PUNTED_REGISTRATION},
		{5, 0xc0, HP_DP_PUNTED_NEWCOMER, HP_DP_PUNTED_REGISTRATION},
		{5, 0x40, HP_DP_PUNTED_NEWCOMER, HP_DP_PUNTED_REGISTRATION},
		{5, 0x80, HP_DP_PUNTED_CORRESPONDENT, HP_DP_PUNTED_CORRESPONDENT},
		{5, 0, HP_DP_PUNTED_CORRESPONDENT, HP_DP_PUNTED_CORRESPONDENT},
		{6, 0, HP_DP_PUNTED_NEWCOMER, HP_DP_PUNTED_REGISTRATION},
	};
	struct hp_dataplane *dp = open_dataplane();
	const struct hp_bind b = {
		.hoa = {{0x20, 1, [15] = 1}}, .coa = {{0x20, 2}}, .ha = {{0x20, 3}}, .next_hop = {{0x20, 4}}, .mtu = 1460};
	const struct hp_ip6 stranger = {{0x20, 1, [15] = 3}};
	const uint64_t *count = dp->worker[0]->count;

	rte_rcu_qsbr_thread_register(dp->shared.qsbr, 0);
	rte_rcu_qsbr_thread_online(dp->shared.qsbr, 0);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_bind(dp, &b), 0);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		uint64_t before = count[row[i].stranger];

		punt_message(dp, &stranger, &b.coa, row[i].type, row[i].flags);
		CU_ASSERT_EQUAL(count[row[i].stranger], before + 1);
		before = count[row[i].bound];
		punt_message(dp, &b.hoa, &b.coa, row[i].type, row[i].flags);
		CU_ASSERT_EQUAL(count[row[i].bound], before + 1);
	}
	rte_rcu_qsbr_thread_offline(dp->shared.qsbr, 0);
	close_dataplane(dp);
}

/* Sends until so many are refused; how many went in. */
static unsigned int pour(struct hp_dataplane *dp, const struct hp_ip6 *hoa, const struct hp_ip6 *from, enum hp_dp_counter refused)
{
	const struct hp_worker *w = dp->worker[0];
	const uint64_t before = w->count[refused];
	unsigned int n = 0;

	for (; w->count[refused] < before + 1000 && n < 100000; n++)
		punt_update(dp, hoa, from);
	return n - 1000;
}

/* Time stands still for the worker: what a class, and the share of a node, may have at once is all there is. */
void test_strangers(void)
{
	struct hp_dataplane *dp = open_dataplane();
	const struct hp_worker *w = dp->worker[0];
	struct hp_bind b = {.hoa = {{0x20, 1, [15] = 1}}, .coa = {{0x20, 2}}, .ha = {{0x20, 3}}, .next_hop = {{0x20, 4}}, .mtu = 1460};
	const struct hp_ip6 loud = b.hoa, quiet = {{0x20, 1, [15] = 2}}, stranger = {{0x20, 1, [15] = 3}}, elsewhere = {{0x20, 5}};
	unsigned int share;

	rte_rcu_qsbr_thread_register(dp->shared.qsbr, 0);
	rte_rcu_qsbr_thread_online(dp->shared.qsbr, 0);
	b.id = 7;
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_bind(dp, &b), 0);
	b.hoa = quiet;
	b.id = 8;
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_bind(dp, &b), 0);
	/* Nobody's line is anybody else's: not a stranger's, not that of a node which says it has moved. */
	CU_ASSERT(pour(dp, &stranger, &b.coa, HP_DP_DROP_PUNT_FULL) < 99000);
	share = pour(dp, &loud, &elsewhere, HP_DP_POLICED_MOVED);
	CU_ASSERT(share >= 100 && share < 1000);
	CU_ASSERT_EQUAL(w->count[HP_DP_PUNTED_MOVED], share);
	CU_ASSERT_EQUAL(w->count[HP_DP_PUNTED_REGISTRATION], 0);
	CU_ASSERT_EQUAL(pour(dp, &loud, &b.coa, HP_DP_POLICED_REGISTRATION), share);
	CU_ASSERT_EQUAL(w->count[HP_DP_PUNTED_REGISTRATION], share);
	/* And there is room for the other node, in both. */
	punt_update(dp, &quiet, &b.coa);
	punt_update(dp, &quiet, &elsewhere);
	CU_ASSERT_EQUAL(w->count[HP_DP_POLICED_REGISTRATION], 1000);
	CU_ASSERT_EQUAL(w->count[HP_DP_POLICED_MOVED], 1000);
	punt_update(dp, &loud, &b.coa);
	CU_ASSERT_EQUAL(w->count[HP_DP_POLICED_REGISTRATION], 1001);
	rte_rcu_qsbr_thread_offline(dp->shared.qsbr, 0);
	close_dataplane(dp);
}

/* A flood of everything: all rings full, an eighth of the buffers in unfinished packets, 2,048 that wait for neighbours. The rest fills the
 * port's queues both ways. */
void test_rings_full(void)
{
	struct hp_dataplane *dp = open_dataplane();

	for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++)
		for (unsigned int n = 0; n < hp_punt_ring((enum hp_punt_class)c) - 1; n++)
			CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(dp->worker[0]->punt[c], rte_pktmbuf_alloc(dp->shared.pool)), 0);
	CU_ASSERT(rte_mempool_avail_count(dp->shared.pool) >= dp->shared.pool->size / 8 + 2048 + 2 * 1024);
	close_dataplane(dp);
}
