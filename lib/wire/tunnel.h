/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of IPv6-in-IPv6 (RFC 2473) that pipeline and mobile node share. Inline: workers call them. Any thread. */
#ifndef HP_WIRE_TUNNEL_H
#define HP_WIRE_TUNNEL_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* Both halves of the product: every bit of the operands moves every bit of the result, up and down. Addresses differ in their
 * last octets, the highest bits of a little-endian word, which a plain multiplication would leave there. */
static inline uint64_t hp_tunnel_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* RFC 6438: an outer flow label of 20 bits from the inner addresses, protocol and label; never 0. The constants are digits of square
 * roots, odd: an operand is hardly ever 0. Spreads flows; nothing depends on who can guess it. */
static inline uint32_t hp_tunnel_flow_label(const uint8_t *inner_header)
{
	uint64_t first, a[4], flow;
	uint32_t label;

	memcpy(&first, inner_header, sizeof(first));
	memcpy(&a[0], inner_header + 8, sizeof(a[0]));
	memcpy(&a[1], inner_header + 16, sizeof(a[1]));
	memcpy(&a[2], inner_header + 24, sizeof(a[2]));
	memcpy(&a[3], inner_header + 32, sizeof(a[3]));
	/* Version, traffic class, length and hop limit change within a flow; the label and the next header do not. */
	flow = be64toh(first) & 0x000fffff0000ff00u;
	flow = hp_tunnel_fold(a[1] ^ flow ^ 0x6a09e667f3bcc909u, a[3] ^ 0xbb67ae8584caa73bu);
	label = (uint32_t)(hp_tunnel_fold(a[0] ^ flow ^ 0x3c6ef372fe94f82bu, a[2] ^ 0xa54ff53a5f1d36f1u) >> 44);
	return label ? label : 1;
}

#endif
