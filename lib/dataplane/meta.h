/* SPDX-License-Identifier: BSD-3-Clause */
/* What the stages know of a packet beside its bytes: lies in the mbuf's private area. Written by classify, read by those
 * behind it. Throughout the pipeline the mbuf's data starts at the IPv6 header and is linear. */
#ifndef HP_DATAPLANE_META_H
#define HP_DATAPLANE_META_H

#include <rte_mbuf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/ip6.h"

struct hp_hot_entry;

struct hp_meta {
	const struct hp_hot_entry *entry; /* of the destination: valid until this worker's next quiescent point */
	uint16_t link;                    /* came in on; UINT16_MAX: of the management core */
	bool link_multicast, tunnelled;
	uint8_t punt_class, punt_reason;
	uint16_t ours; /* we are its source (tunnel packet): may be fragmented, to so many octets on its path; 0: another's */
	uint32_t path; /* where it leaves */
	uint32_t word;
	uint16_t punt_link;      /* of ours, on the way to a worker: the port that it leaves by, or HP_META_TUNNEL */
	struct hp_mac mac;       /* link-layer source */
	struct hp_ip6 outer_src; /* tunnelled: the care-of address it came from */
	union {
		struct hp_ip6 next_hop;  /* punted to be resolved */
		struct hp_ip6 home;      /* handed to the worker of its association: the bound home address that it is for */
		struct hp_ip6 outer_dst; /* a listener's message: the address of ours it came to */
	};
};

#define HP_META_TUNNEL UINT16_MAX /* by no port yet, but by the tunnel to `home` */

static inline struct hp_meta *hp_meta(struct rte_mbuf *m)
{
	return (struct hp_meta *)rte_mbuf_to_priv(m);
}

/* Of a frame just received on meta->link. Field by field: a whole struct would be put together on the stack and read back at once, in
 * other sizes than it was written, which costs more than all of classify. What is not set here is set with the flag that it goes with. */
static inline void hp_meta_begin(struct hp_meta *meta, bool link_multicast, const uint8_t mac[6])
{
	meta->link_multicast = link_multicast;
	meta->tunnelled = false;
	meta->ours = 0;
	memcpy(&meta->mac, mac, sizeof(meta->mac));
}

/* The longest that a packet of ours may leave over a link: what its path takes, as far as it is known. */
static inline uint16_t hp_meta_mtu(const struct hp_meta *meta, uint16_t link_mtu)
{
	return meta->ours && meta->ours < link_mtu ? meta->ours : link_mtu;
}

#endif
