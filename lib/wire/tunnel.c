/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/tunnel.h"

#include <string.h>

/* Both halves of the product: every bit of the operands moves every bit of the result, up and down. Addresses differ in their
 * last octets, the highest bits of a little-endian word, which a plain multiplication would leave there. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* Three multiplications. The constants are digits of square roots, odd: an operand is hardly ever 0. Spreads flows; nothing
 * depends on who can guess it. */
uint32_t hp_tunnel_flow_label(const uint8_t *inner_header)
{
	uint64_t a[4], ends[2], flow;
	uint32_t label;

	memcpy(a, inner_header + 8, sizeof(a));
	/* Version and traffic class change within a flow; the label and the next header do not. */
	flow = (uint64_t)(inner_header[1] & 0xf) << 24 | inner_header[2] << 16 | inner_header[3] << 8 | inner_header[6];
	ends[0] = fold(a[0] ^ 0x6a09e667f3bcc909, a[1] ^ 0xbb67ae8584caa73b);
	ends[1] = fold(a[2] ^ 0x3c6ef372fe94f82b, a[3] ^ 0xa54ff53a5f1d36f1);
	label = (uint32_t)(fold(ends[0] ^ flow ^ 0x510e527fade682d1, ends[1] ^ 0x9b05688c2b3e6c1f) >> 44);
	return label ? label : 1;
}
