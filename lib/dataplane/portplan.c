/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/portplan.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <string.h>

#define DESCRIPTORS    1024
#define ETHER_VLAN_CRC (14 + 4 + 4)
#define ETHER_CRC      18u
#define VLAN_TAG       4
#define TUNNEL_HEADERS 48 /* outer header with an encapsulation limit: prepended in place */

static uint16_t within(uint32_t n, uint16_t least, uint16_t most, uint16_t align)
{
	if (most && n > most)
		n = most;
	if (n < least)
		n = least;
	return align > 1 ? (uint16_t)(n / align * align) : (uint16_t)n;
}

bool hp_port_is_bonding(const char *driver)
{
	return driver && strcmp(driver, "net_bonding") == 0;
}

int hp_port_plan(struct hp_port_plan *plan, const struct hp_port_capability *d, const struct hp_port_want *want, const char **why)
{
	uint16_t mtu = (uint16_t)(want->mtu + (want->vlan ? VLAN_TAG : 0));
	uint16_t queues = want->rx_queues;
	struct hp_port_plan p = {0};

	/* Where the tag does not fit into what the driver says is its longest frame, it takes tagged frames beyond that (af_packet). */
	if (want->vlan && d->max_rx_frame && mtu + ETHER_CRC > d->max_rx_frame)
		mtu = want->mtu;
	if (d->max_rx_frame && mtu + ETHER_CRC > d->max_rx_frame) {
		*why = "the device's longest frame is shorter";
		return -EINVAL;
	}

	if (d->max_mtu && mtu > d->max_mtu) {
		*why = "the device's largest MTU is smaller";
		return -EINVAL;
	}
	/* Addresses only: with ports in the hash, fragments of one packet would go to different workers. Where fragments or extension
	 * headers are flow types of their own, they are asked for too, so that they hash by address. */
	p.rss = d->rss_types & (RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER | RTE_ETH_RSS_IPV6_EX);
	if (!(p.rss & RTE_ETH_RSS_IPV6))
		p.rss = 0;
	/* A device without it fills one queue, unless the operator says that it has a way of its own (af_packet's fan-out, memif). */
	if (!queues)
		queues = p.rss ? (uint16_t)want->workers : 1;
	p.rx_queues = queues > d->max_rx_queues && d->max_rx_queues ? d->max_rx_queues : queues;
	if (p.rx_queues < 2)
		p.rss = 0;
	p.tx_queues = want->workers > d->max_tx_queues && d->max_tx_queues ? d->max_tx_queues : (uint16_t)want->workers;
	p.shared_tx = p.tx_queues < want->workers;
	p.rx_desc = within(DESCRIPTORS, d->rx_desc_min, d->rx_desc_max, d->rx_desc_align);
	p.tx_desc = within(DESCRIPTORS, d->tx_desc_min, d->tx_desc_max, d->tx_desc_align);
	p.mtu = mtu < d->min_mtu ? d->min_mtu : mtu;
	/* Linear buffers throughout: one buffer holds any frame, so neither scatter nor multi-segment transmit is needed. */
	p.buffer = p.mtu + ETHER_VLAN_CRC + TUNNEL_HEADERS;
	if (p.buffer < d->min_rx_bufsize)
		p.buffer = d->min_rx_bufsize;
	/* LACP frames wait inside the bonding driver until a transmit burst takes them along (rte_eth_bond_8023ad.h: every 100 ms). */
	p.keep_alive = hp_port_is_bonding(d->driver);
	p.tx_offloads = 0;
	p.rx_offloads = 0;
	*plan = p;
	return 0;
}
