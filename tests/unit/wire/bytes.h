/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets written down as text, and put where the sanitizer sees one octet too many. */
#ifndef HP_TESTS_WIRE_BYTES_H
#define HP_TESTS_WIRE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

struct bytes {
	uint8_t *p; /* exactly len octets of heap */
	size_t len;
};

/* Hexadecimal digits; blanks are for the reader. */
struct bytes bytes_hex(const char *hex);
struct bytes bytes_copy(const void *data, size_t len);
void bytes_free(struct bytes *b);

/* An IPv6 header with the right payload length, then the rest. */
struct bytes bytes_ip6(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t next, uint8_t hop_limit, const char *rest);

struct hp_ip6 ip6(const char *text);

/* Puts the right checksum over a message between these addresses. */
void bytes_mend(struct bytes *message, const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto);

#endif
