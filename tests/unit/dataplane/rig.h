/* SPDX-License-Identifier: BSD-3-Clause */
/* The real packet mover with one port whose queues are rings in this test's hands. Bound home addresses 2001:db8:2::1:k at care-of
 * addresses 2001:db8:a::k, or all at 2001:db8:a::1; everything else goes to one neighbour. */
#ifndef HP_TESTS_DATAPLANE_RIG_H
#define HP_TESTS_DATAPLANE_RIG_H

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dataplane/state.h"

#define RIG_BOUND   64
#define RIG_WORKERS 3

struct rig {
	struct hp_dataplane *dp;
	unsigned int workers, queues;
	struct rte_ring *rx[RIG_WORKERS], *tx[RIG_WORKERS];
	unsigned int buffers; /* free ones at the start */
};

struct rig_conf {
	unsigned int workers, queues;
	enum hp_dp_spread spread;
	bool one_care_of;
	uint32_t associations;
	bool portable_crypto;
	uint32_t optimized;
};

void rig_create(struct rig *r, const struct rig_conf *conf);
void rig_destroy(struct rig *r); /* no buffer may be missing */

/* Addresses: of the home agent, of node k at home and away, of a correspondent. */
extern const struct hp_ip6 rig_agent;
struct hp_ip6 rig_home(unsigned int k);
struct hp_ip6 rig_care_of(unsigned int k);
struct hp_ip6 rig_far(unsigned int k);
/* Node k's binding anew. */
void rig_bind(struct rig *r, unsigned int k, uint16_t mtu, uint32_t association, uint32_t home_test_association);
/* An IPv6 header, hop limit 64; returns where it ends. */
uint8_t *rig_ip6(uint8_t *p, uint16_t payload, uint8_t next, struct hp_ip6 src, struct hp_ip6 dst);
/* A packet as a frame for us. */
struct rte_mbuf *rig_frame(struct rig *r, const uint8_t *packet, unsigned int len);

/* The ways of a packet. */
enum rig_way { RIG_INTERCEPT, RIG_DETUNNEL, RIG_DETUNNEL_FRAGMENTS, RIG_FORWARD, RIG_WAYS };

struct rig_mark {
	uint32_t flow, number;
};

/* The frames of one packet of a flow, with its number in it; returns how many (2: fragments). */
unsigned int rig_frames(struct rig *r, enum rig_way way, const struct rig_mark *mark, struct rte_mbuf *m[2]);
/* What is in a frame that was sent. */
struct rig_mark rig_read(const struct rte_mbuf *m);
uint64_t rig_count(const struct rig *r, enum hp_dp_counter c);

#endif
