/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/checksum.h"

#include <string.h>

/* The sum does not care in which order the octets of its words are kept (RFC 1071 §2 (B)), nor how wide they are: whole words are added
 * as they lie in memory, and the result is turned once. */
static uint64_t add(uint64_t total, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t word = 0;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		total += word;
	}
	/* At most 3 octets are left; as if zeroes followed. */
	word = 0;
	memcpy(&word, p, len);
	return total + word;
}

uint16_t hp_checksum(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto, const void *data, size_t len)
{
	const uint8_t pseudo[8] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, proto};
	uint64_t total = add(add(add(add(0, src, sizeof(*src)), dst, sizeof(*dst)), pseudo, sizeof(pseudo)), data, len);
	uint8_t octet[2];
	uint16_t sum;

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	sum = (uint16_t)~total;
	memcpy(octet, &sum, sizeof(octet));
	return (uint16_t)(octet[0] << 8 | octet[1]);
}
