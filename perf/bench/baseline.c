/* SPDX-License-Identifier: BSD-3-Clause */
#include "baseline.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_malloc.h>

#define BURST 64
#define ETHER 14

int baseline_touch(void *arg)
{
	struct baseline *b = arg;

	while (!__atomic_load_n(&b->stop, __ATOMIC_RELAXED)) {
		struct rte_mbuf *m[BURST];
		uint16_t n = rte_eth_rx_burst(b->port, b->queue, m, BURST);
		uint64_t sum = 0;

		for (unsigned int i = 0; i < n; i++) {
			const uint8_t *f = rte_pktmbuf_mtod(m[i], const uint8_t *);

			sum += (uint64_t)f[12] + f[ETHER + 6] + f[ETHER + 39];
		}
		__asm__ volatile("" : : "r"(sum)); /* or the compiler would read nothing */
		rte_eth_tx_burst(b->port, b->queue, m, n);
	}
	return 0;
}

/* An IPv6 packet for us, in a frame that may be padded. */
static bool parse(struct rte_mbuf *m, const struct rte_ether_addr *station)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	const struct rte_ipv6_hdr *ip = (const struct rte_ipv6_hdr *)(eth + 1);
	unsigned int len;

	if (m->data_len < sizeof(*eth) + sizeof(*ip) || !rte_is_same_ether_addr(&eth->dst_addr, station) ||
	    eth->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6) || (ip->vtc_flow & RTE_BE32(0xf0000000)) != RTE_BE32(0x60000000))
		return false;
	len = sizeof(*eth) + sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	if (len > m->data_len || ip->hop_limits <= 1)
		return false;
	rte_pktmbuf_trim(m, (uint16_t)(m->data_len - len));
	rte_pktmbuf_adj(m, sizeof(*eth));
	return true;
}

int baseline_rewrite(void *arg)
{
	static const struct rte_ipv6_hdr outer = {.vtc_flow = RTE_BE32(0x60000000),
						  .proto = 41,
						  .hop_limits = 64,
						  .src_addr = {0x20, 1, 0xd, 0xb8},
						  .dst_addr = {0x20, 1, 0xd, 0xb8}};
	struct baseline *b = arg;
	const struct rte_ether_hdr frame = {
		.dst_addr = {{2, 0, 0, 0, 1, 1}}, .src_addr = b->station, .ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV6)};
	struct rte_eth_dev_tx_buffer *tx = rte_zmalloc("baseline", RTE_ETH_TX_BUFFER_SIZE(BURST), RTE_CACHE_LINE_SIZE);

	if (!tx)
		return -ENOMEM;
	rte_eth_tx_buffer_init(tx, BURST / 2);
	while (!__atomic_load_n(&b->stop, __ATOMIC_RELAXED)) {
		struct rte_mbuf *m[BURST];
		uint16_t n = rte_eth_rx_burst(b->port, b->queue, m, BURST);

		for (unsigned int i = 0; i < n; i++) {
			struct rte_ipv6_hdr *ip;

			if (!parse(m[i], &b->station)) {
				rte_pktmbuf_free(m[i]);
				continue;
			}
			rte_pktmbuf_mtod(m[i], struct rte_ipv6_hdr *)->hop_limits--;
			ip = (struct rte_ipv6_hdr *)rte_pktmbuf_prepend(m[i], sizeof(*ip));
			*ip = outer;
			ip->payload_len = rte_cpu_to_be_16((uint16_t)(m[i]->data_len - sizeof(*ip)));
			*(struct rte_ether_hdr *)rte_pktmbuf_prepend(m[i], sizeof(frame)) = frame;
			rte_eth_tx_buffer(b->port, b->queue, tx, m[i]);
		}
		rte_eth_tx_buffer_flush(b->port, b->queue, tx);
	}
	rte_free(tx);
	return 0;
}
