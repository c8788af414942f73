/* SPDX-License-Identifier: BSD-3-Clause */
/* How ports are set up, by what the drivers of DPDK 22.11 report, in the parts that count here. */
#include <errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

#include "dataplane/port.h"
#include "run.h"

#define RSS_ALL                                                                                                                            \
	(RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP |                          \
	 RTE_ETH_RSS_NONFRAG_IPV6_OTHER)
/* None of it is ever asked for: with some, virtio would let a peer leave checksums to be filled in (VIRTIO_NET_F_GUEST_CSUM). */
#define RX_ALL                                                                                                                             \
	(RTE_ETH_RX_OFFLOAD_CHECKSUM | RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_VLAN_FILTER |       \
	 RTE_ETH_RX_OFFLOAD_KEEP_CRC | RTE_ETH_RX_OFFLOAD_RSS_HASH | RTE_ETH_RX_OFFLOAD_SCATTER)
#define TX_ALL                                                                                                                             \
	(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_TSO |        \
	 RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_MULTI_SEGS)
#define SCATTER RTE_ETH_RX_OFFLOAD_SCATTER
#define FREE    RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE

static const struct {
	const char *name;
	struct hp_port_capability c;
	struct hp_port_want w;
	int ret;
	struct {
		uint16_t rx, tx, mtu;
		bool rss, shared, alive;
		uint64_t level, rx_offloads, tx_offloads;
		uint8_t key;
		bool inner_rule, own_mtu;
	} is;
} row[] = {
	{"ixgbe",
	 {.driver = "net_ixgbe",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL,
	  .hash_key_size = 40,
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
	 {.rx = 4, .tx = 4, .mtu = 1500, .rss = true, .key = 40}},
	{"i40e",
	 {.driver = "net_i40e",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL | FREE,
	  .hash_key_size = 52,
	  .max_rx_queues = 320,
	  .max_tx_queues = 320,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 9728,
	  .min_mtu = 68,
	  .max_mtu = 9702},
	 {.workers = 4, .mtu = 9000, .vlan = true},
	 0,
	 {.rx = 4, .tx = 4, .mtu = 9004, .rss = true, .rx_offloads = SCATTER, .tx_offloads = FREE, .key = 52}},
	{"ice",
	 {.driver = "net_ice",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL | FREE,
	  .hash_key_size = 52,
	  .max_rx_queues = 256,
	  .max_tx_queues = 256,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 9728,
	  .min_mtu = 68,
	  .max_mtu = 9702},
	 {.workers = 8, .rx_queues = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 8, .mtu = 1500, .rss = true, .tx_offloads = FREE, .key = 52}},
	{"mlx5",
	 {.driver = "mlx5_pci",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL | FREE,
	  .hash_key_size = 40,
	  .max_rx_queues = 1024,
	  .max_tx_queues = 1024,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 65536,
	  .min_mtu = 68,
	  .max_mtu = 65535},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 2, .mtu = 1500, .rss = true, .tx_offloads = FREE, .key = 40, .inner_rule = true}},
	{"e1000e",
	 {.driver = "net_e1000_em",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL,
	  .max_rx_queues = 1,
	  .max_tx_queues = 1,
	  .max_rx_frame = 16383,
	  .min_mtu = 68,
	  .max_mtu = 16365},
	 {.workers = 4, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500, .shared = true}},
	{"virtio without RSS fills its pairs all the same",
	 {.driver = "net_virtio",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL,
	  .max_rx_queues = 4,
	  .max_tx_queues = 4,
	  .max_rx_frame = 9728,
	  .min_mtu = 68,
	  .max_mtu = 9710},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 2, .mtu = 1500}},
	{"virtio, one queue asked for: one pair",
	 {.driver = "net_virtio",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL,
	  .max_rx_queues = 4,
	  .max_tx_queues = 4,
	  .max_rx_frame = 9728,
	  .min_mtu = 68,
	  .max_mtu = 9710},
	 {.workers = 2, .rx_queues = 1, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500, .shared = true}},
	{"virtio with RSS",
	 {.driver = "net_virtio",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL,
	  .hash_key_size = 40,
	  .max_rx_queues = 4,
	  .max_tx_queues = 4,
	  .rss_types = RSS_ALL,
	  .max_rx_frame = 9728,
	  .max_mtu = 9710},
	 {.workers = 2, .mtu = 1500},
	 0,
	 {.rx = 2, .tx = 2, .mtu = 1500, .rss = true, .key = 40}},
	{"vmxnet3",
	 {.driver = "net_vmxnet3",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL,
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
	 {.rx = 12, .tx = 8, .mtu = 9000, .rss = true, .shared = true, .rx_offloads = SCATTER}},
	{"af_packet",
	 {.driver = "net_af_packet",
	  .slot = 2048,
	  .rx_offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP,
	  .tx_offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	  .max_rx_queues = 1,
	  .max_tx_queues = 1,
	  .max_rx_frame = 1518,
	  .max_mtu = 65535},
	 {.workers = 1, .mtu = 1500},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500}},
	{"af_packet with VLANs takes longer frames than it says",
	 {.driver = "net_af_packet", .slot = 2048, .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .max_mtu = 65535},
	 {.workers = 1, .mtu = 1500, .vlan = true},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 1500}},
	{"af_packet: a frame and the kernel's header in a slot",
	 {.driver = "net_af_packet", .slot = 2048, .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .max_mtu = 65535},
	 {.workers = 1, .mtu = 3000},
	 -EINVAL,
	 {0}},
	{"af_packet with slots for jumbo frames, tags apart",
	 {.driver = "net_af_packet", .slot = 10240, .max_rx_queues = 1, .max_tx_queues = 1, .max_rx_frame = 1518, .max_mtu = 65535},
	 {.workers = 1, .mtu = 9000, .vlan = true},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 9000, .own_mtu = true}},
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
	{"memif with jumbo frames",
	 {.driver = "net_memif", .max_rx_queues = 255, .max_tx_queues = 255, .max_rx_frame = 65535, .max_mtu = 65535},
	 {.workers = 1, .mtu = 9000},
	 0,
	 {.rx = 1, .tx = 1, .mtu = 9000}},
	{"cnxk: inner addresses by RSS itself",
	 {.driver = "net_cn10k",
	  .hash_key_size = 48,
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL | FREE,
	  .max_rx_queues = 64,
	  .max_tx_queues = 64,
	  .rss_types = RSS_ALL | RTE_ETH_RSS_LEVEL_MASK,
	  .max_rx_frame = 9216,
	  .max_mtu = 9190},
	 {.workers = 4, .mtu = 1500},
	 0,
	 {.rx = 4, .tx = 4, .mtu = 1500, .rss = true, .level = RTE_ETH_RSS_LEVEL_INNERMOST, .tx_offloads = FREE, .key = 48}},
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
	 {.driver = "net_bonding",
	  .rx_offloads = RX_ALL,
	  .tx_offloads = TX_ALL | FREE,
	  .max_rx_queues = 1,
	  .max_tx_queues = 1,
	  .max_rx_frame = 1518,
	  .min_mtu = 68,
	  .max_mtu = 1500},
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
		HP_CHECK(name, "a buffer holds a slot", p.buffer >= row[i].c.slot);
		HP_CHECK(name, "offloads", p.rx_offloads == row[i].is.rx_offloads && p.tx_offloads == row[i].is.tx_offloads);
		HP_CHECK(name, "inner addresses",
			 (p.rss & RTE_ETH_RSS_LEVEL_MASK) == row[i].is.level && p.inner_rule == row[i].is.inner_rule);
		HP_CHECK(name, "key", p.key == row[i].is.key);
		HP_CHECK(name, "whose MTU", p.own_mtu == row[i].is.own_mtu);
		HP_CHECK(name, "kept alive", p.keep_alive == row[i].is.alive);
	}
}

static struct {
	bool refuses;
	unsigned int calls;
} device;

/* In place of the library's: what an mlx5 would be told. */
struct rte_flow *__wrap_rte_flow_create(uint16_t id, const struct rte_flow_attr *attr, const struct rte_flow_item pattern[],
					const struct rte_flow_action action[], struct rte_flow_error *error);
struct rte_flow *__wrap_rte_flow_create(uint16_t id, const struct rte_flow_attr *attr, const struct rte_flow_item pattern[],
					const struct rte_flow_action action[], struct rte_flow_error *error)
{
	const struct rte_flow_item_ipv6 *outer = pattern[1].spec, *mask = pattern[1].mask;
	const struct rte_flow_action_rss *rss = action[0].conf;

	device.calls++;
	CU_ASSERT(id == 7 && attr->ingress && !attr->egress);
	CU_ASSERT(pattern[0].type == RTE_FLOW_ITEM_TYPE_ETH && pattern[1].type == RTE_FLOW_ITEM_TYPE_IPV6 &&
		  pattern[2].type == RTE_FLOW_ITEM_TYPE_IPV6 && pattern[3].type == RTE_FLOW_ITEM_TYPE_END);
	CU_ASSERT(outer->hdr.proto == 41 && mask->hdr.proto == 0xff);
	CU_ASSERT(action[0].type == RTE_FLOW_ACTION_TYPE_RSS && action[1].type == RTE_FLOW_ACTION_TYPE_END);
	CU_ASSERT(rss->level == 2 && rss->types == RTE_ETH_RSS_IPV6 && rss->queue_num == 3 && rss->queue[0] == 0 && rss->queue[2] == 2);
	return device.refuses ? NULL : (struct rte_flow *)&device;
}

static void test_inner_rule(void)
{
	CU_ASSERT(hp_port_hash_inner(7, 3));
	device.refuses = true;
	CU_ASSERT(!hp_port_hash_inner(7, 3));
	CU_ASSERT(!hp_port_hash_inner(7, 1000));
	CU_ASSERT_EQUAL(device.calls, 2);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"port plans", test_plan},
		{"a rule for inner addresses", test_inner_rule},
		HP_TESTS_END,
	};

	return hp_tests_run("ports", tests);
}
