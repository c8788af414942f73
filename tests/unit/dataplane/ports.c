/* SPDX-License-Identifier: BSD-3-Clause */
/* How ports are set up, by what the drivers of DPDK 22.11 report, in the parts that count here. */
#include <errno.h>
#include <rte_ethdev.h>

#include "dataplane/portplan.h"
#include "run.h"

#define RSS_ALL                                                                                                                            \
	(RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP |                          \
	 RTE_ETH_RSS_NONFRAG_IPV6_OTHER)

static const struct {
	const char *name;
	struct hp_port_capability c;
	struct hp_port_want w;
	int ret;
	struct {
		uint16_t rx, tx, mtu;
		bool rss, shared, alive;
	} is;
} row[] = {
	{"ixgbe",
	 {.driver = "net_ixgbe",
	  .max_rx_queues = 128,
	  .max_tx_queues = 128,
	  .rss_types = RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX | RTE_ETH_RSS_NONFRAG_IPV6_TCP,
	  .max_rx_frame = 15872,
	  .min_mtu = 68,
	  .max_mtu = 15854,
	  .rx_desc_min = 32,
	  .rx_desc_max = 4096,
	  .rx_desc_align = 8},
	 {.workers = 4, .mtu = 1500},
	 0,
	 {.rx = 4, .tx = 4, .mtu = 1500, .rss = true}},
	{"i40e",
	 {.driver = "net_i40e",
	  .max_rx_queues = 320,
	  .max_tx_queues = 320,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 9728,
	  .min_mtu = 68,
	  .max_mtu = 9702},
	 {.workers = 4, .mtu = 9000, .vlan = true},
	 0,
	 {.rx = 4, .tx = 4, .mtu = 9004, .rss = true}},
	{"ice",
	 {.driver = "net_ice",
	  .max_rx_queues = 256,
	  .max_tx_queues = 256,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 9728,
	  .min_mtu = 68,
	  .max_mtu = 9702},
	 {.workers = 8, .rx_queues = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 8, .mtu = 1500, .rss = true}},
	{"mlx5",
	 {.driver = "mlx5_pci",
	  .max_rx_queues = 1024,
	  .max_tx_queues = 1024,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 65536,
	  .min_mtu = 68,
	  .max_mtu = 65535},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 2, .mtu = 1500, .rss = true}},
	{"e1000e",
	 {.driver = "net_e1000_em", .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 16383, .min_mtu = 68, .max_mtu = 16365},
	 {.workers = 4, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500, .shared = true}},
	{"virtio without RSS",
	 {.driver = "net_virtio", .max_rx_queues = 4, .max_tx_queues = 4, .max_rx_frame = 9728, .min_mtu = 68, .max_mtu = 9710},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 2, .mtu = 1500}},
	{"virtio with RSS",
	 {.driver = "net_virtio", .max_rx_queues = 4, .max_tx_queues = 4, .rss_types = RSS_ALL, .max_rx_frame = 9728, .max_mtu = 9710},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 2, .mtu = 1500, .rss = true}},
	{"vmxnet3",
	 {.driver = "net_vmxnet3",
	  .max_rx_queues = 16,
	  .max_tx_queues = 8,
	  .rss_types = RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_TCP,
	  .max_rx_frame = 16384,
	  .min_mtu = 68,
	  .max_mtu = 9000,
	  .rx_desc_min = 128,
	  .rx_desc_max = 4096},
	 {.workers = 12, .mtu = 9000},
	 0,
	 {.rx = 12, .tx = 8, .mtu = 9000, .rss = true, .shared = true}},
	{"af_packet",
	 {.driver = "net_af_packet", .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .max_mtu = 65535},
	 {.workers = 1, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500}},
	{"af_packet with VLANs takes longer frames than it says",
	 {.driver = "net_af_packet", .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .max_mtu = 65535},
	 {.workers = 1, .mtu = 1500, .vlan = true},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500}},
	{"af_packet has no jumbo frames",
	 {.driver = "net_af_packet", .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .max_mtu = 65535},
	 {.workers = 1, .mtu = 3000},
	 -EINVAL,
	 {0}},
	{"tap: many queues, no RSS",
	 {.driver = "net_tap", .max_rx_queues = 16, .max_tx_queues = 16, .max_rx_frame = 1522, .max_mtu = 65535},
	 {.workers = 4, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 4, .mtu = 1500}},
	{"memif: queues when the operator asks",
	 {.driver = "net_memif", .max_rx_queues = 255, .max_tx_queues = 255, .max_rx_frame = 65535, .max_mtu = 65535},
	 {.workers = 4, .rx_queues = 4, .mtu = 1500},
	 0,
	 {.rx = 4, .tx = 4, .mtu = 1500}},
	{"null",
	 {.driver = "net_null",
	  .max_rx_queues = 1024,
	  .max_tx_queues = 1024,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = UINT32_MAX,
	  .max_mtu = 65535},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 2, .mtu = 1500, .rss = true}},
	{"bonding: LACP lives from bursts",
	 {.driver = "net_bonding", .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .min_mtu = 68, .max_mtu = 1500},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500, .shared = true, .alive = true}},
	{"the MTU is beyond the device",
	 {.driver = "net_other", .max_rx_queues = 1, .max_tx_queues = 1, .max_mtu = 1500},
	 {.workers = 1, .mtu = 1501},
	 -EINVAL,
	 {0}},
};

static void test_plan(void)
{
	for (size_t i = 0; i < HP_LEN(row); i++) {
		const char *name = row[i].name, *why = NULL;
		struct hp_port_plan p = {0};

		HP_CHECK(name, "outcome", hp_port_plan(&p, &row[i].c, &row[i].w, &why) == row[i].ret);
		HP_CHECK(name, "a refusal says why", (row[i].ret != 0) == (why != NULL));
		if (row[i].ret)
			continue;
		HP_CHECK(name, "queues", p.rx_queues == row[i].is.rx && p.tx_queues == row[i].is.tx && p.shared_tx == row[i].is.shared);
		HP_CHECK(name, "RSS on addresses only",
			 (p.rss != 0) == row[i].is.rss && !(p.rss & (RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP)));
		HP_CHECK(name, "MTU", p.mtu == row[i].is.mtu);
		HP_CHECK(name, "a buffer holds any frame and a tunnel header", p.buffer >= p.mtu + 18u + 40u);
		HP_CHECK(name, "no offload is needed", p.rx_offloads == 0 && p.tx_offloads == 0);
		HP_CHECK(name, "kept alive", p.keep_alive == row[i].is.alive);
	}
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"port plans", test_plan},
		HP_TESTS_END,
	};

	return hp_tests_run("ports", tests);
}
