/* SPDX-License-Identifier: BSD-3-Clause */
/* The pipeline's tables. */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dataplane/hot.h"
#include "dataplane/path.h"
#include "dataplane/route.h"
#include "dataplane/state.h"
#include "dataplane/worker.h"
#include "eal.h"
#include "run.h"
#include "tests.h"

/* What the kernel says of isolated processors. */
static void test_isolated(void)
{
	static const struct {
		const char *list;
		int cpu;
		bool want;
	} row[] = {{"", 0, false},          {"\n", 0, false},    {"1\n", 1, true},       {"1\n", 11, false},    {"1,3-5,11\n", 4, true},
		   {"1,3-5,11\n", 5, true}, {"1,3-5", 2, false}, {"1,3-5,11", 11, true}, {"12-15\n", 1, false}, {"12-15\n", 16, false}};

	for (size_t i = 0; i < HP_LEN(row); i++)
		HP_CHECK(row[i].list, "isolated", hp_status_listed(row[i].list, row[i].cpu) == row[i].want);
}

static struct hp_ip6 numbered(uint32_t n)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, [12] = (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};
}

/* A worker's lookup, filter and three steps. */
static void find_bulk(const struct hp_hot *hot, const struct hp_ip6 *const key[], unsigned int n, const struct hp_hot_entry *entry[])
{
	uint64_t hash[HP_BURST];
	uint32_t at[HP_BURST];

	for (unsigned int i = 0; i < n; i++)
		hash[i] = hp_hot_ask(hot, key[i]);
	for (unsigned int i = 0; i < n; i++)
		at[i] = hp_hot_candidate(hot, hash[i]);
	for (unsigned int i = 0; i < n; i++)
		entry[i] = hp_hot_may_have(hot, key[i]) ? hp_hot_confirm(hot, at[i], hash[i], key[i]) : NULL;
}

/* In many prefixes, so that the filter has something to tell apart. */
static struct hp_ip6 keyed(uint32_t n)
{
	struct hp_ip6 a = numbered(n);

	a.b[5] = (uint8_t)(n % 97);
	return a;
}

/* Against an array; entries retired while a reader has not passed by keep their contents. */
static void test_hot(void)
{
	enum { KEYS = 3000, MOST = 2000 };
	uint32_t *model = calloc(KEYS, sizeof(*model)), version = 0, count = 0;
	struct hp_reclaim *reclaim;
	struct hp_hot_entry old;
	struct hp_random r;
	struct hp_hot *hot;
	bool had;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_hot_create(&hot, MOST, SOCKET_ID_ANY, reclaim), 0);
	rte_rcu_qsbr_thread_register(hp_reclaim_qsbr(reclaim), 0);
	rte_rcu_qsbr_thread_online(hp_reclaim_qsbr(reclaim), 0);
	for (int step = 0; step < 100000; step++) {
		uint32_t k = hp_random_between(&r, 0, KEYS - 1);
		struct hp_ip6 key = keyed(k);

		if (hp_random_between(&r, 0, 2) && (model[k] || count < MOST)) {
			struct hp_hot_entry e = {
				.prefix = key, .kind = HP_HOT_IPV6, .length = 128, .id = version + 1, .outer_dst = numbered(version + 1)};

			CU_ASSERT_EQUAL(hp_hot_put(hot, &e, &old, &had), 0);
			CU_ASSERT(had == (model[k] != 0) && (!had || old.id == model[k]));
			count += !model[k];
			model[k] = ++version;
		} else {
			CU_ASSERT_EQUAL(hp_hot_remove(hot, &key, &old), model[k] ? 0 : -ENOENT);
			count -= model[k] != 0;
			model[k] = 0;
		}
		if (step % 50 == 0) {
			struct hp_ip6 want[64];
			const struct hp_ip6 *key_at[64];
			const struct hp_hot_entry *got[64];
			uint32_t n = hp_random_between(&r, 1, 64), first = hp_random_between(&r, 0, KEYS - 64);

			for (uint32_t i = 0; i < n; i++) {
				want[i] = keyed(first + i);
				key_at[i] = &want[i];
			}
			find_bulk(hot, key_at, n, got);
			for (uint32_t i = 0; i < n; i++) {
				struct hp_ip6 outer = numbered(model[first + i]);

				if ((got[i] != NULL) != (model[first + i] != 0) ||
				    (got[i] && (got[i]->id != model[first + i] || !hp_ip6_eq(&got[i]->outer_dst, &outer))))
					CU_FAIL("found wrongly");
			}
			rte_rcu_qsbr_quiescent(hp_reclaim_qsbr(reclaim), 0);
			hp_reclaim_poll(reclaim, SIZE_MAX);
		}
	}
	rte_rcu_qsbr_thread_offline(hp_reclaim_qsbr(reclaim), 0);
	hp_reclaim_destroy(reclaim);
	hp_hot_destroy(hot);
	free(model);
}

/* A retired entry keeps its place until the reader has passed by. */
static void test_grace(void)
{
	const struct hp_hot_entry e = {.prefix = numbered(1), .id = 7}, next = {.prefix = numbered(1), .id = 8};
	const struct hp_hot_entry *seen;
	const struct hp_ip6 *key = &e.prefix;
	struct hp_hot_entry old;
	struct hp_reclaim *reclaim;
	struct hp_hot *hot;
	bool had;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 1), 0);
	CU_ASSERT_EQUAL_FATAL(hp_hot_create(&hot, 10, SOCKET_ID_ANY, reclaim), 0);
	rte_rcu_qsbr_thread_register(hp_reclaim_qsbr(reclaim), 0);
	rte_rcu_qsbr_thread_online(hp_reclaim_qsbr(reclaim), 0);
	hp_hot_put(hot, &e, &old, &had);
	find_bulk(hot, &key, 1, &seen);
	hp_hot_put(hot, &next, &old, &had);
	CU_ASSERT_EQUAL(hp_reclaim_poll(reclaim, SIZE_MAX), 1);
	for (uint32_t i = 100; i < 110; i++)
		hp_hot_put(hot, &(struct hp_hot_entry){.prefix = numbered(i), .id = i}, &old, &had);
	CU_ASSERT_EQUAL(seen->id, 7);
	rte_rcu_qsbr_quiescent(hp_reclaim_qsbr(reclaim), 0);
	CU_ASSERT_EQUAL(hp_reclaim_poll(reclaim, SIZE_MAX), 0);
	rte_rcu_qsbr_thread_offline(hp_reclaim_qsbr(reclaim), 0);
	hp_reclaim_destroy(reclaim);
	hp_hot_destroy(hot);
}

static void test_paths(void)
{
	const struct hp_path_link link[] = {{.real = true, .port = 3, .vlan = 5, .mtu = 1500, .mac = {{2, 0, 0, 0, 0, 1}}},
					    {.real = false}};
	const struct hp_mac a = {{2, 0, 0, 0, 0, 0xa}};
	const struct hp_ip6 hop = numbered(1), *hop_at = &hop;
	const uint16_t on = 0;
	struct hp_reclaim *reclaim;
	struct hp_paths *p;
	uint32_t n, found;

	CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, 0), 0);
	CU_ASSERT_EQUAL_FATAL(hp_paths_create(&p, 8, 2, link, SOCKET_ID_ANY, reclaim), 0);
	CU_ASSERT_EQUAL(hp_paths_hold(p, 1, &hop), HP_PATH_NO_ROUTE);
	n = hp_paths_hold(p, 0, &hop);
	CU_ASSERT_EQUAL(hp_paths_get(p, n)->state, HP_PATH_UNRESOLVED);
	CU_ASSERT_EQUAL(hp_paths_neighbor(p, 0, &hop, &a, true), 0);
	CU_ASSERT(hp_paths_get(p, n)->state == HP_PATH_RESOLVED && hp_paths_get(p, n)->eth_len == 18 && hp_paths_get(p, n)->port == 3);
	CU_ASSERT_EQUAL(memcmp(hp_paths_get(p, n)->eth, "\2\0\0\0\0\xa\2\0\0\0\0\1\x81\0\0\5\x86\xdd", 18), 0);
	hp_paths_find_bulk(p, &on, &hop_at, 1, &found);
	CU_ASSERT_EQUAL(found, n);
	hp_paths_neighbor(p, 0, &hop, &a, false);
	CU_ASSERT_EQUAL(hp_paths_get(p, n)->state, HP_PATH_UNRESOLVED); /* a binding still names it */
	hp_paths_release(p, n);
	hp_paths_find_bulk(p, &on, &hop_at, 1, &found);
	CU_ASSERT_EQUAL(found, HP_PATH_NONE);
	hp_reclaim_poll(reclaim, SIZE_MAX);
	/* Three quarters for what strangers cause, of which one is that of no route; again what is there. */
	for (uint32_t i = 0; i < 20; i++) {
		struct hp_ip6 other = numbered(100 + i % 10);

		CU_ASSERT((hp_paths_hold_spare(p, 0, &other) == HP_PATH_NO_ROUTE) == (i % 10 >= 5));
	}
	/* Full: refused; and what is released serves again. */
	for (uint32_t i = 0; i < 30; i++) {
		struct hp_ip6 other = numbered(100 + i);
		uint32_t got = hp_paths_hold(p, 0, &other);

		CU_ASSERT((got == HP_PATH_NONE) == (i >= 7));
	}
	hp_reclaim_destroy(reclaim);
	hp_paths_destroy(p);
}

/* Against a scan for the longest. */
static void test_routes(void)
{
	enum { N = 300 };
	struct hp_dp_route *route = calloc(N, sizeof(*route));
	struct hp_route_leaf *leaf = calloc(N, sizeof(*leaf));
	struct hp_route_table *t;
	struct hp_random r;
	unsigned int n = 0;

	hp_random_seed(&r, hp_test_seed());
	for (int i = 0; i < N; i++) {
		struct hp_ip6 a = numbered(hp_random_between(&r, 0, 1u << 20) << 12);
		uint8_t length = (uint8_t)hp_random_between(&r, 100, 128);
		bool twice = false;

		a = hp_ip6_prefix(&a, length);
		for (unsigned int k = 0; k < n; k++)
			twice = twice || (route[k].length == length && hp_ip6_eq(&route[k].prefix, &a));
		if (twice)
			continue;
		route[n] = (struct hp_dp_route){.prefix = a, .length = length};
		leaf[n].link = (uint16_t)n;
		leaf[n].path = HP_PATH_NONE;
		n++;
	}
	CU_ASSERT_EQUAL_FATAL(hp_route_table_create(&t, route, leaf, n, SOCKET_ID_ANY), 0);
	for (int round = 0; round < 200; round++) {
		struct hp_ip6 dst[64];
		const struct hp_ip6 *dst_at[64];
		const struct hp_route_leaf *got[64];

		for (int i = 0; i < 64; i++) {
			dst[i] = i % 2 ? numbered((uint32_t)hp_random_u64(&r)) : route[hp_random_between(&r, 0, n - 1)].prefix;
			dst_at[i] = &dst[i];
		}
		hp_route_find_bulk(t, dst_at, 64, got);
		for (int i = 0; i < 64; i++) {
			int want = -1;

			for (unsigned int k = 0; k < n; k++)
				if (hp_ip6_in_prefix(&dst[i], &route[k].prefix, route[k].length) &&
				    (want < 0 || route[k].length > route[want].length))
					want = (int)k;
			if (want < 0 ? got[i] != NULL : !got[i] || got[i]->link != want)
				CU_FAIL("another route");
		}
	}
	hp_route_table_destroy(t);
	free(route);
	free(leaf);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"hot table against an array", test_hot},
		{"index against librte_hash", test_index},
		{"an overfull bucket costs the others nothing", test_index_overfull},
		{"ten thousand crafted keys", test_hot_crafted},
		{"readers while everything changes", test_churn},
		{"full to the last place", test_hot_full},
		{"correspondents' bindings against an array", test_pairs},
		{"correspondents' bindings that find no place", test_pairs_held},
		{"correspondents' bindings of equal hash", test_pairs_alike},
		{"a retired entry outlives its readers", test_grace},
		{"one grace period for a batch", test_seal},
		{"frames leave by the batch", test_flush},
		{"packets wait for places", test_choked},
		{"no node waits behind strangers, nor behind another node", test_strangers},
		{"what is asked of a correspondent has lines of its own", test_classes},
		{"a flood of everything leaves buffers to receive in", test_rings_full},
		{"multicast groups against a naive model", test_group_model},
		{"multicast groups, full", test_group_full},
		{"copies for the largest group", test_group_copies},
		{"paths", test_paths},
		{"routes against a scan", test_routes},
		{"isolated processors", test_isolated},
		HP_TESTS_END,
	};

	return test_eal("0@0") ? hp_tests_run("dataplane", tests) : 1;
}
