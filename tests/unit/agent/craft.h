/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets made octet by octet from the RFCs' pictures, with a checksum of their own: what the tests feed in owes nothing to lib/wire. */
#ifndef HP_TESTS_CRAFT_H
#define HP_TESTS_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

#define CRAFT_ROOM 2048

struct craft_bu {
	struct hp_ip6 src, dst, hoa; /* hoa ::: no Home Address option */
	uint16_t sequence, lifetime;
	bool a, h, l, k, nonces;
	struct hp_ip6 alternate; /* ::: none */
};

struct hp_ip6 craft_ip6(const char *text);
/* IPv6 header, a Home Address option in destination options when hoa is not ::, then the payload. Returns the length. */
size_t craft_packet(uint8_t *out, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_ip6 *hoa, uint8_t proto,
		    const void *payload, size_t len);
/* The same with the checksum of the payload filled in at `checksum_at` (over the home address, RFC 6275 §6.1.1). */
size_t craft_summed(uint8_t *out, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_ip6 *hoa, uint8_t proto,
		    const void *payload, size_t len, size_t checksum_at);
size_t craft_bu(uint8_t *out, const struct craft_bu *m);
/* RFC 1071 over the pseudo-header, the slow way. 0 over a message whose checksum is right. */
uint16_t craft_checksum(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto, const uint8_t *data, size_t len);

#endif
