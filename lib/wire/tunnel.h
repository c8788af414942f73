/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of IPv6-in-IPv6 (RFC 2473) that pipeline and mobile node share. Inline: workers call them. Any thread. */
#ifndef HP_WIRE_TUNNEL_H
#define HP_WIRE_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 6040 §4.1 normal mode: the outer ECN field is the inner one (DSCP copied too). */
static inline uint8_t hp_tunnel_outer_class(uint8_t inner)
{
	return inner;
}

/* RFC 6040 §4.2: the inner traffic class after decapsulation. False: the packet must be dropped
 * (outer CE over a not-ECN-capable inner). DSCP stays the inner one (RFC 2983 pipe model). */
static inline bool hp_tunnel_inner_class(uint8_t outer, uint8_t inner, uint8_t *out)
{
	const uint8_t oe = outer & 3, ie = inner & 3;

	*out = inner;
	if (oe == 3) {
		if (ie == 0)
			return false;
		*out = inner | 3;
	} else if (oe == 1 && ie == 2) {
		*out = (inner & 0xfc) | 1;
	}
	return true;
}

/* RFC 6438: an outer flow label of 20 bits from the inner addresses, protocol and label; never 0 for
 * a hash that is not. */
uint32_t hp_tunnel_flow_label(const uint8_t *inner_header);

#endif
