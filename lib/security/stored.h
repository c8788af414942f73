/* SPDX-License-Identifier: BSD-3-Clause */
/* A subscriber as it is kept on disk, big-endian: version 1 u8 | flags u8: 1 suspended | identity length u8, identity | keys u8 | of each: SPI u32,
 * algorithm u8, flags u8: 1 replay protection by timestamp, length u8, octets. The key of SPI 3 is MN-AAA's. Any thread. */
#ifndef HP_SECURITY_STORED_H
#define HP_SECURITY_STORED_H

#include <stddef.h>
#include <stdint.h>

#include "security/subscriber.h"

#define HP_STORED_MOST (4 + HP_IDENTITY_MOST + (HP_SUBSCRIBER_KEYS + 1) * (7 + HP_KEY_MOST))

/* Its octets; whoever has them wipes them. */
size_t hp_stored_write(const struct hp_subscriber_spec *spec, uint8_t out[HP_STORED_MOST]);
/* Everything but the home address. False: damaged, or of a later version. */
bool hp_stored_read(struct hp_subscriber_spec *out, const void *stored, size_t len);

#endif
