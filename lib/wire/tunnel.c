/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/tunnel.h"

#include <string.h>

/* Two multiplications over the folded addresses: spreads flows, costs a few cycles; nothing depends on who can guess it. */
uint32_t hp_tunnel_flow_label(const uint8_t *inner_header)
{
	uint64_t a[4], mixed;
	uint32_t first, label;

	memcpy(&first, inner_header, sizeof(first));
	memcpy(a, inner_header + 8, sizeof(a));
	/* Version and traffic class change within a flow; the label and the next header do not. */
	mixed = (a[0] ^ a[2] * 0x9e3779b97f4a7c15u) + ((uint64_t)(first & __builtin_bswap32(0xfffff)) << 8 ^ inner_header[6]);
	mixed ^= mixed >> 32;
	mixed = (mixed ^ a[1] ^ (a[3] << 17 | a[3] >> 47)) * 0xff51afd7ed558ccdu;
	label = (uint32_t)(mixed >> 44);
	return label ? label : 1;
}
