/* SPDX-License-Identifier: BSD-3-Clause */
/* Multicast groups: the table against a naive model, and the largest group through the stage that copies. */
#include <errno.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "dataplane/group.h"
#include "dataplane/header.h"
#include "dataplane/state.h"
#include "run.h"
#include "tests.h"

static struct hp_ip6 numbered(uint8_t first, uint32_t i)
{
	return (struct hp_ip6){{first, 0x0e, [12] = (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
}

enum { GROUPS = 7, NODES = 9, SOURCES = 4 };

struct wish {
	bool joined, exclude;
	unsigned int sources;
	struct hp_ip6 source[SOURCES];
};

static bool as_wished(const struct hp_group *g, const struct wish wish[NODES])
{
	unsigned int members = 0;

	for (uint32_t n = 0; n < NODES; n++) {
		const struct hp_ip6 hoa = numbered(0x20, n);
		const struct hp_group_member *m = NULL;

		for (uint32_t i = 0; g && i < g->members; i++)
			m = hp_ip6_eq(&g->member[i].hoa, &hoa) ? &g->member[i] : m;
		members += wish[n].joined;
		if (wish[n].joined != (m != NULL))
			return false;
		for (uint32_t s = 0; m && s < 2 * SOURCES; s++) {
			const struct hp_ip6 source = numbered(0x30, s);
			bool listed = false;

			for (unsigned int i = 0; i < wish[n].sources; i++)
				listed = listed || hp_ip6_eq(&wish[n].source[i], &source);
			if (hp_group_wants(g, m, &source) != (wish[n].exclude ? !listed : listed))
				return false;
		}
	}
	return members == (g ? g->members : 0);
}

void test_group_model(void)
{
	struct wish wish[GROUPS][NODES] = {0};
	struct hp_reclaim *reclaim;
	struct hp_groups *groups;
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_groups_create(&groups, SOCKET_ID_ANY, reclaim), 0);
	for (int step = 0; step < 50000; step++) {
		/* Every second group is another's address on another link. */
		const uint32_t g = hp_random_between(&r, 0, GROUPS - 1), n = hp_random_between(&r, 0, NODES - 1);
		struct wish *w = &wish[g][n];
		struct hp_member m = {.hoa = numbered(0x20, n), .group = numbered(0xff, g / 2), .home_link = g % 2, .source = w->source};
		bool good = true;

		*w = (struct wish){.joined = hp_random_between(&r, 0, 1)};
		if (w->joined) {
			w->exclude = hp_random_between(&r, 0, 1);
			w->sources = hp_random_between(&r, 0, SOURCES);
		}
		for (unsigned int i = 0; i < w->sources; i++)
			w->source[i] = numbered(0x30, hp_random_between(&r, 0, 2 * SOURCES - 1));
		m.joined = w->joined;
		m.exclude = w->exclude;
		m.sources = (uint16_t)w->sources;
		CU_ASSERT_EQUAL(hp_groups_put(groups, &m), 0);
		for (uint32_t i = 0; i < GROUPS; i++) {
			const struct hp_ip6 address = numbered(0xff, i / 2);

			good = good && as_wished(hp_groups_find(groups, i % 2, &address), wish[i]);
		}
		CU_ASSERT(good);
		if (!good)
			break;
		if (step % 100 == 0)
			hp_reclaim_poll(reclaim, SIZE_MAX);
	}
	hp_reclaim_destroy(reclaim);
	hp_groups_destroy(groups);
}

/* 4,096 groups and 1,024 nodes of one; what has no place is refused and changes nothing. */
void test_group_full(void)
{
	struct hp_member m = {.hoa = numbered(0x20, 1), .joined = true, .exclude = true};
	struct hp_reclaim *reclaim;
	struct hp_groups *groups;
	uint32_t put = 0;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_groups_create(&groups, SOCKET_ID_ANY, reclaim), 0);
	do
		m.group = numbered(0xff, put);
	while (hp_groups_put(groups, &m) == 0 && ++put < 10000);
	CU_ASSERT(put >= HP_MEMBER_GROUPS && put < 10000);
	CU_ASSERT_PTR_NULL(hp_groups_find(groups, 0, &m.group));
	m.group = numbered(0xff, 0);
	for (put = 1; put < HP_MEMBER_NODES; put++) {
		m.hoa = numbered(0x20, 1 + put);
		CU_ASSERT_EQUAL(hp_groups_put(groups, &m), 0);
	}
	m.hoa = numbered(0x20, 0);
	CU_ASSERT_EQUAL(hp_groups_put(groups, &m), -ENOSPC);
	CU_ASSERT_EQUAL(hp_groups_find(groups, 0, &m.group)->members, HP_MEMBER_NODES);
	hp_reclaim_destroy(reclaim);
	hp_groups_destroy(groups);
}

static struct hp_dataplane *open_dataplane(void)
{
	static const struct hp_dp_port port = {.name = "p0", .device = "net_null_group", .rx_queues = 1, .mtu = 1500};
	static const struct hp_dp_link link[] = {{.name = "core", .port = 0, .mtu = 1500},
						 {.name = "virtual", .port = -1, .mtu = 1500, .home = true}};
	static const unsigned int lcore = 0;
	static const struct hp_dp_conf conf = {.ports = 1,
					       .links = 2,
					       .workers = 1,
					       .port = &port,
					       .link = link,
					       .worker_lcore = &lcore,
					       .max_bindings = HP_MEMBER_NODES,
					       .max_paths = 16,
					       .multicast = true};
	struct hp_error e = {0};
	struct hp_dataplane *dp = NULL;

	CU_ASSERT_EQUAL_FATAL(rte_eal_hotplug_add("vdev", port.device, ""), 0);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_create(&dp, &conf, &e), 0);
	return dp;
}

/* One packet of node 0 to the group, as detunnel leaves it. */
static void send(struct hp_dataplane *dp)
{
	const struct hp_ip6 from = numbered(0x20, 0);
	struct hp_worker *w = dp->worker[0];
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp->shared.pool);
	struct hp_header *h;

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	h = (struct hp_header *)(void *)rte_pktmbuf_append(m, 100);
	hp_header_set_first(h, 0, 0, 60, 59, 64);
	h->src = from;
	h->dst = numbered(0xff, 1);
	*hp_meta(m) = (struct hp_meta){.tunnelled = true, .entry = hp_hot_find(dp->shared.hot, &from)};
	hp_lane_add(&w->multicast, m);
	hp_stage_replicate(w);
	hp_stage_transmit(w);
}

void test_group_copies(void)
{
	const struct hp_mac mac = {{2, 0, 0, 0, 0, 7}};
	const struct hp_ip6 gate = numbered(0x20, 99999);
	struct hp_dataplane *dp = open_dataplane();
	struct hp_worker *w = dp->worker[0];
	const unsigned int pool = rte_mempool_avail_count(dp->shared.pool);
	unsigned int sent = 0;

	CU_ASSERT_EQUAL_FATAL(hp_dataplane_neighbor(dp, 0, &gate, &mac, true), 0);
	for (uint32_t i = 0; i < HP_MEMBER_NODES; i++) {
		const struct hp_bind b = {.hoa = numbered(0x20, i),
					  .coa = numbered(0x21, i),
					  .ha = numbered(0x22, 1),
					  .id = i,
					  .home_link = 1,
					  .next_hop = gate,
					  .mtu = 1460};
		const struct hp_member m = {.hoa = b.hoa, .group = numbered(0xff, 1), .home_link = 1, .joined = true, .exclude = true};

		CU_ASSERT_EQUAL_FATAL(hp_dataplane_bind(dp, &b), 0);
		CU_ASSERT_EQUAL_FATAL(hp_dataplane_member(dp, &m), 0);
	}
	/* Everybody but the sender; no buffer is lost. */
	send(dp);
	CU_ASSERT_EQUAL(w->count[HP_DP_MULTICAST], 1);
	CU_ASSERT_EQUAL(w->count[HP_DP_COPIES], HP_MEMBER_NODES - 1);
	CU_ASSERT_EQUAL(w->count[HP_DP_INTERCEPTED], HP_MEMBER_NODES - 1);
	CU_ASSERT_EQUAL(w->count[HP_DP_TX], HP_MEMBER_NODES - 1);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(dp->shared.pool), pool);
	/* Time stands still, so the budget ends. */
	for (; sent < 100 && !w->count[HP_DP_DROP_MULTICAST_POLICED]; sent++)
		send(dp);
	CU_ASSERT_EQUAL(sent, 8);
	CU_ASSERT_EQUAL(w->count[HP_DP_COPIES], 8 * (HP_MEMBER_NODES - 1));
	CU_ASSERT_EQUAL(rte_mempool_avail_count(dp->shared.pool), pool);
	/* A second later there is a new one. */
	w->now += rte_get_tsc_hz();
	send(dp);
	CU_ASSERT_EQUAL(w->count[HP_DP_COPIES], 9 * (HP_MEMBER_NODES - 1));
	hp_dataplane_destroy(dp);
	rte_eal_hotplug_remove("vdev", "net_null_group");
}
