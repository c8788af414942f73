/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/portplan.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <string.h>

#define DESCRIPTORS    1024
#define ETHER_VLAN_CRC (14 + 4 + 4)
#define ETHER_CRC      18u
#define VLAN_TAG       4
#define SLOT_HEADER    66   /* before the frame in a slot of a packet socket's ring */
#define COMMON_BUFFER  2048 /* octets of a buffer that every device can fill */
#define TUNNEL_HEADERS 48   /* outer header with an encapsulation limit: prepended in place */

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

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

static bool pairs(const char *driver)
{
	return driver && strncmp(driver, "net_virtio", strlen("net_virtio")) == 0; /* and net_virtio_user */
}

/* Why frames of this MTU do not fit; NULL: they do. */
static const char *beyond(const struct hp_port_capability *d, uint16_t mtu)
{
	if (d->slot)
		return mtu + ETHER_CRC + SLOT_HEADER > d->slot ? "its framesz is smaller" : NULL;
	if (d->max_rx_frame && mtu + ETHER_CRC > d->max_rx_frame)
		return "the device's longest frame is shorter";
	return d->max_mtu && mtu > d->max_mtu ? "the device's largest MTU is smaller" : NULL;
}

int hp_port_plan(struct hp_port_plan *plan, const struct hp_port_capability *d, const struct hp_port_want *want, const char **why)
{
	uint16_t mtu = (uint16_t)(want->mtu + (want->vlan ? VLAN_TAG : 0));
	uint16_t queues = want->rx_queues;
	struct hp_port_plan p = {0};

	/* A driver over a kernel's interface does not count the tag (af_packet, and bonding of such). */
	if (want->vlan && (d->slot || (d->max_rx_frame && mtu + ETHER_CRC > d->max_rx_frame)))
		mtu = want->mtu;
	*why = beyond(d, mtu);
	if (*why)
		return -EINVAL;

	/* Addresses only: with ports in the hash, fragments of one packet would go to different workers. Where fragments or extension
	 * headers are flow types of their own, they are asked for too, so that they hash by address. */
	p.rss = d->rss_types & (RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER | RTE_ETH_RSS_IPV6_EX);
	if (!(p.rss & RTE_ETH_RSS_IPV6))
		p.rss = 0;
	/* By the addresses inside a tunnel where it can: all of a mobile router's flows have one pair outside. */
	if (p.rss)
		p.rss |= d->rss_types & RTE_ETH_RSS_LEVEL_INNERMOST;
	/* virtio has its queues in pairs and fills all of them that are in use for either way, with RSS or by its other end's choice. */
	if (!queues && pairs(d->driver))
		queues = (uint16_t)want->workers;
	/* A device without it fills one queue, unless the operator says that it has a way of its own (af_packet's fan-out, memif). */
	if (!queues)
		queues = p.rss ? (uint16_t)want->workers : 1;
	p.rx_queues = queues > d->max_rx_queues && d->max_rx_queues ? d->max_rx_queues : queues;
	if (p.rx_queues < 2)
		p.rss = 0;
	/* Strangers choose the addresses: with a key of our own they cannot choose the queue. */
	p.key = p.rss ? d->hash_key_size : 0;
	p.inner_rule = p.rss && !(p.rss & RTE_ETH_RSS_LEVEL_INNERMOST) && d->driver && strcmp(d->driver, "mlx5_pci") == 0;
	p.tx_queues = want->workers > d->max_tx_queues && d->max_tx_queues ? d->max_tx_queues : (uint16_t)want->workers;
	if (pairs(d->driver))
		p.tx_queues = p.rx_queues;
	p.shared_tx = p.tx_queues < want->workers;
	p.rx_desc = within(DESCRIPTORS, d->rx_desc_min, d->rx_desc_max, d->rx_desc_align);
	p.tx_desc = within(DESCRIPTORS, d->tx_desc_min, d->tx_desc_max, d->tx_desc_align);
	p.mtu = mtu < d->min_mtu ? d->min_mtu : mtu;
	/* The library would let it have no more than its 1500; the kernel's interface may have more all the same. */
	p.own_mtu = d->slot && p.mtu > RTE_ETHER_MTU;
	/* One buffer holds any frame. A slot is copied into one whatever it holds. */
	p.buffer = most(p.mtu + ETHER_VLAN_CRC + TUNNEL_HEADERS, most(d->min_rx_bufsize, d->slot));
	/* LACP frames wait inside the bonding driver until a transmit burst takes them along (rte_eth_bond_8023ad.h: every 100 ms). */
	p.keep_alive = hp_port_is_bonding(d->driver);
	/* Beyond the buffer size that any device knows, one may take its next smaller: a frame then comes in several. */
	if (p.mtu + ETHER_VLAN_CRC > COMMON_BUFFER)
		p.rx_offloads = d->rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER;
	/* All buffers are of one pool and nobody else's; but LACP frames have a pool of their own. */
	if (!p.keep_alive)
		p.tx_offloads = d->tx_offloads & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	*plan = p;
	return 0;
}
