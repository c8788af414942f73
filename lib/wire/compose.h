/* SPDX-License-Identifier: BSD-3-Clause */
/* struct hp_send -> the bytes of an IPv6 packet. Any thread. */
#ifndef HP_WIRE_COMPOSE_H
#define HP_WIRE_COMPOSE_H

#include <stddef.h>
#include <stdint.h>

#include "base/effect.h"

/* Octets that hp_compose adds before the body. */
size_t hp_compose_overhead(const struct hp_send *s);
/* Writes the packet: [outer header] IPv6 [HBH router alert] [RTHDR type 2] [DSTOPT Home Address] upper layer, in the order of
 * RFC 6275 §6.4, with the upper-layer checksum over home address/final destination as §6.1.1 says.
 * Returns its length or -ENOSPC. */
int hp_compose(const struct hp_send *s, void *out, size_t room);

#endif
