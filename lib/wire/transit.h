/* SPDX-License-Identifier: BSD-3-Clause */
/* The header chain of a packet that need not be for us: headers are stepped over and nothing in them is judged, for only its destination
 * may (RFC 8200 §4). Any thread. */
#ifndef HP_WIRE_TRANSIT_H
#define HP_WIRE_TRANSIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "wire/packet.h"

/* Headers that can be stepped over; all have numbers below 64. */
#define HP_TRANSIT_HEADERS                                                                                                                 \
	(1ull << HP_PROTO_HOPOPTS | 1ull << HP_PROTO_ROUTING | 1ull << HP_PROTO_FRAGMENT | 1ull << HP_PROTO_AH | 1ull << HP_PROTO_DSTOPTS)
static inline bool hp_transit_is_header(uint8_t proto)
{
	return proto < 64 && HP_TRANSIT_HEADERS >> proto & 1;
}

/* `r` at a header of kind *proto: steps over it, *body is what follows its second octet, *proto what follows it. False: it is none, what
 * it is part of a later fragment begins, or (`r` failed) the chain does not end within the packet. */
bool hp_transit_step(struct hp_reader *r, uint8_t *proto, struct hp_reader *body);

/* RFC 2473 §4.1.1 (a): the tunnel encapsulation limit of a packet about to enter a tunnel, and its offset. False: there is none. */
bool hp_transit_limit(const void *packet, size_t len, uint8_t *limit, uint16_t *at);

#endif
