/* SPDX-License-Identifier: BSD-3-Clause */
/* How a port is set up, chosen by a pure function of what its driver says it can do. Everything is correct without any offload:
 * checksums of others are never touched, ours are made in software, VLAN tags are read and written by the pipeline, what is sent is
 * linear (docs/decisions/offloads.md). */
#ifndef HP_DATAPLANE_PORTPLAN_H
#define HP_DATAPLANE_PORTPLAN_H

#include <stdbool.h>
#include <stdint.h>

/* Of struct rte_eth_dev_info, in its units; 0 where the driver says nothing. */
struct hp_port_capability {
	const char *driver;
	uint16_t max_rx_queues, max_tx_queues;
	uint64_t rss_types; /* flow_type_rss_offloads */
	uint8_t hash_key_size;
	uint64_t rx_offloads, tx_offloads;
	uint32_t min_rx_bufsize, max_rx_frame; /* min_rx_bufsize, max_rx_pktlen */
	uint32_t slot; /* af_packet: its framesz, what a frame in its ring may take with the kernel's header; others 0 */
	uint16_t min_mtu, max_mtu;
	uint16_t rx_desc_min, rx_desc_max, rx_desc_align;
	uint16_t tx_desc_min, tx_desc_max, tx_desc_align;
};

bool hp_port_is_bonding(const char *driver);

struct hp_port_want {
	unsigned int workers;
	uint16_t rx_queues; /* 0: as many as workers where the device spreads by itself */
	uint16_t mtu;       /* largest of its links */
	bool vlan;
};

struct hp_port_plan {
	uint16_t rx_queues, tx_queues, rx_desc, tx_desc;
	uint64_t rss;    /* 0: one queue, or queues that the device fills by itself */
	uint8_t key;     /* octets of the hash's key, 0: the driver's own */
	bool inner_rule; /* inner addresses are hashed by a flow rule, not by rss */
	uint64_t rx_offloads, tx_offloads;
	uint16_t mtu;
	bool own_mtu;    /* it is the interface's already, the driver cannot set it */
	uint32_t buffer; /* octets of frame an mbuf must hold */
	bool shared_tx;  /* fewer transmit queues than workers */
	bool keep_alive; /* its driver works inside its bursts and wants to be called with nothing to do, too */
};

/* 0 and *plan, or -EINVAL with a reason: the MTU is beyond the device. */
int hp_port_plan(struct hp_port_plan *plan, const struct hp_port_capability *device, const struct hp_port_want *want, const char **why);

#endif
