/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragmentation of packets that we are the source of (RFC 8200 §4.5). Any thread. */
#ifndef HP_DATAPLANE_FRAGMENT_H
#define HP_DATAPLANE_FRAGMENT_H

#include <rte_mbuf.h>
#include <stdint.h>

/* The part of a packet that every fragment repeats (RFC 8200 §4.5), behind which a routing header may go in too: IPv6 header, hop-by-hop options, and
 * destination options and routing header where there is a routing header. Returns its length; *next_at is the octet that names what follows. */
unsigned int hp_fragment_head(const struct rte_mbuf *m, unsigned int *next_at);

#define HP_FRAGMENTS 64 /* 64 × 1,232 octets: more than a packet buffer ever holds */

/* Copies `m` (data at the IPv6 header, linear) into fragments of at most `mtu` octets; m stays the caller's. The meta of each is m's.
 * The number of fragments, -ENOMEM, or -EMSGSIZE (it cannot be done within HP_FRAGMENTS, or headers fill the MTU). */
int hp_fragment(struct rte_mbuf *m, uint16_t mtu, uint32_t id, struct rte_mempool *pool, struct rte_mbuf *out[HP_FRAGMENTS]);

#endif
