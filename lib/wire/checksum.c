/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/checksum.h"

static uint64_t sum(const uint8_t *p, size_t len)
{
	uint64_t total = 0;

	for (; len > 1; p += 2, len -= 2)
		total += (uint32_t)p[0] << 8 | p[1];
	if (len)
		total += (uint32_t)p[0] << 8;
	return total;
}

uint16_t hp_checksum(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto, const void *data, size_t len)
{
	uint64_t total = sum(src->b, sizeof(src->b)) + sum(dst->b, sizeof(dst->b)) + (len >> 16) + (len & 0xffff) + proto + sum(data, len);

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}
