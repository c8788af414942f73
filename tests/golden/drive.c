/* SPDX-License-Identifier: BSD-3-Clause */
/* One golden case: the real ports (net_pcap), tables and worker loop, run by hand instead of by a core. Prints what was punted and every
 * counter that is not zero; what was sent is in the pcap files. */
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

static void punted(void *ctx, struct rte_mbuf *const m[], const struct hp_punt p[], unsigned int n)
{
	static const char *const class_[] = {"registration",  "moved",    "newcomer",   "test",     "correspondent",
					     "advertisement", "neighbor", "unresolved", "listener", "discovery",
					     "home_address",  "error",    "complaint",  "rest"};
	static const char *const reason[] = {"local",   "resolve", "hop_limit", "no_route",  "scope",
					     "address", "too_big", "limit",     "reassembly"};

	for (unsigned int i = 0; i < n; i++) {
		printf("punt %s %s link %u tunnelled %d word %u\n", class_[p[i].class_], reason[p[i].reason], p[i].link, p[i].tunnelled,
		       p[i].word);
		hp_dataplane_free(ctx, m[i]);
	}
}

int main(int argc, char **argv)
{
	struct hp_dataplane *dp;
	uint64_t count[HP_DP_COUNT], packets, bytes;

	if (rte_eal_init(argc, argv) < 0)
		return 1;
	dp = world_create("net_pcap0", "net_pcap1");
	/* Until quiet; a pcap file is at its end when two turns bring nothing. */
	for (unsigned int idle = 0; idle < 3;)
		idle = hp_worker_once(dp->worker[0]) ? 0 : idle + 1;
	hp_dataplane_poll(dp, 10000, punted, dp);
	hp_dataplane_count(dp, -1, count);
	for (unsigned int i = 0; i < HP_DP_COUNT; i++)
		if (count[i])
			printf("counter %s %llu\n", hp_dp_counters[i].name, (unsigned long long)count[i]);
	for (uint32_t id = 0; id < WORLD_BINDINGS; id++)
		if (hp_dataplane_account(dp, id, &packets, &bytes) && packets)
			printf("account %u %llu %llu\n", id, (unsigned long long)packets, (unsigned long long)bytes);
	for (uint32_t id = 0; id < WORLD_OPTIMIZED; id++)
		if (hp_dataplane_optimized_used(dp, id))
			printf("used %u\n", id);
	hp_dataplane_destroy(dp);
	rte_eal_cleanup();
	return 0;
}
