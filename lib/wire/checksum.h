/* SPDX-License-Identifier: BSD-3-Clause */
/* Internet checksum with the IPv6 pseudo-header (RFC 8200 §8.1). Any thread. */
#ifndef HP_WIRE_CHECKSUM_H
#define HP_WIRE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

/* The value to store (network order, as two bytes would be written big-endian: host-order number),
 * computed over `len` octets whose checksum field is zero. Over a received message with its
 * checksum in place the result is 0 when it is right. */
uint16_t hp_checksum(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto, const void *data, size_t len);

#endif
