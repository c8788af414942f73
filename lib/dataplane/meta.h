/* SPDX-License-Identifier: BSD-3-Clause */
/* What the stages know of a packet beside its bytes: lies in the mbuf's private area. Written by classify, read by those
 * behind it. Throughout the pipeline the mbuf's data starts at the IPv6 header and is linear. */
#ifndef HP_DATAPLANE_META_H
#define HP_DATAPLANE_META_H

#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ip6.h"

struct hp_hot_entry;

struct hp_meta {
	const struct hp_hot_entry *entry; /* of the destination: valid until this worker's next quiescent point */
	uint16_t link;                    /* came in on; UINT16_MAX: of the management core */
	bool link_multicast, tunnelled;
	bool ours; /* we are its source (tunnel packet): may be fragmented */
	uint8_t punt_class, punt_reason;
	uint32_t path; /* where it leaves */
	uint32_t word;
	uint16_t punt_link;
	struct hp_mac mac;       /* link-layer source */
	struct hp_ip6 outer_src; /* tunnelled: the care-of address it came from */
	struct hp_ip6 next_hop;  /* punted to be resolved */
};

static inline struct hp_meta *hp_meta(struct rte_mbuf *m)
{
	return (struct hp_meta *)rte_mbuf_to_priv(m);
}

#endif
