/* SPDX-License-Identifier: BSD-3-Clause */
/* The wire of the bench: memory. A port of the null driver keeps its queues, but its receive and transmit functions are ours: received
 * frames are written into buffers of the pool, as a device would by DMA, and transmitted ones go back to it. The worker loop notices
 * nothing. One thread a queue; the counts may be read by any. */
#ifndef HP_BENCH_TRAFFIC_H
#define HP_BENCH_TRAFFIC_H

#include <rte_mempool.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/association.h"
#include "base/ip6.h"

enum traffic_kind {
	TRAFFIC_INTERCEPT,    /* correspondent -> home address */
	TRAFFIC_DETUNNEL,     /* care-of address -> agent, inside home address -> correspondent */
	TRAFFIC_HAIRPIN,      /* the same, inside home address -> another's home address */
	TRAFFIC_FORWARD,      /* correspondent -> correspondent */
	TRAFFIC_OPTIMIZE_OUT, /* correspondent that we act for -> home address that it has a binding of */
	TRAFFIC_OPTIMIZE_IN,  /* back, from the care-of address, with the Home Address option */
	TRAFFIC_PROTECT,      /* correspondent -> home address of a node with associations */
	TRAFFIC_UNPROTECT,    /* such a node's care-of address -> agent, inside ESP home address -> correspondent */
	TRAFFIC_KINDS
};

#define TRAFFIC_IMIX   0 /* as frame_bytes: 7 of 64, 4 of 576, 1 of 1400 octets */
#define TRAFFIC_QUEUES 8
#define TRAFFIC_ESP    1000        /* nodes with associations: those behind the bindings */
#define TRAFFIC_FLOWS  1024        /* correspondents */
#define TRAFFIC_AWAY   0x80000000u /* added to a node's number: the care-of address it moves to and back from */

/* frame_bytes is the length of the frame without tunnel header and FCS; what comes in a tunnel is 40 longer, and
 * with the Home Address option 24. */
struct traffic {
	unsigned int share[TRAFFIC_KINDS]; /* relative to their sum */
	uint32_t bindings;                 /* nodes, uniformly at random */
	uint16_t frame_bytes;
	unsigned int burst;
	bool check; /* every frame that leaves is compared with what it must be */
};

/* Node i's addresses, and the fixed ones of the bench's world. */
struct hp_ip6 traffic_home_address(uint32_t i);
struct hp_ip6 traffic_care_of_address(uint32_t i);
struct hp_ip6 traffic_agent(void);
struct hp_ip6 traffic_optimized_address(uint32_t i); /* of node i too, of whose home we are not the agent */
struct hp_ip6 traffic_correspondent(uint32_t i);     /* the one that has a binding of it */

/* Puts memory behind the port's queues. `station`: its own MAC address. */
void traffic_attach(uint16_t port, unsigned int queues, struct rte_mempool *pool, const struct hp_mac *station);
/* While no worker runs. */
void traffic_set(const struct traffic *t);
/* The association of the i-th node of TRAFFIC_ESP, AES-GCM-16. Its packets repeat, so there is no window. */
struct hp_association_spec traffic_association(uint32_t bindings, uint32_t i, bool out);
struct traffic_count {
	uint64_t received, sent, wrong;
	uint64_t copying; /* cycles that went into payloads, which a device would have brought: not the worker's */
};
struct traffic_count traffic_count(unsigned int queue);

#endif
