/* SPDX-License-Identifier: BSD-3-Clause */
/* The direct path between a mobile node and its correspondents, at the node's end (RFC 6275 §11.3.1, §11.3.3, §11.3.5): whole packets between
 * what applications see and what is on the wire. No policy. Any thread. */
#ifndef HP_WIRE_DIRECT_H
#define HP_WIRE_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "wire/packet.h"

#define HP_DIRECT_HEADER 24 /* octets of the header that is put in or taken out */

/* A packet of a home address, its source, becomes one from `coa` with the Home Address option, in place: there is room for HP_DIRECT_HEADER octets
 * more. The option has a header of its own, behind hop-by-hop and routing header, before everything else (§6.3, §6.4). Its new length; 0, nothing is
 * changed: it has to go another way, being discovery (§11.3.1) or a Mobility Header, under AH, with a routing header still to be travelled or
 * a home address already, or not well-formed. */
size_t hp_direct_put(uint8_t *packet, size_t len, const struct hp_ip6 *coa);

/* A packet that hp_packet_read_node found a type 2 routing header in, as one to the home address. Its length in `out`, which has room for p->len. */
size_t hp_direct_take(const struct hp_packet *p, uint8_t *out);

/* What an ICMPv6 error says of a packet that hp_direct_put made: the same of the packet as the application sent it. */
struct hp_direct_error {
	struct hp_ip6 hoa, coa, peer;
	uint16_t mtu;                                 /* of the path, option and all; 0: the error is about something else */
	size_t body_len;                              /* 0: the application need not know */
	uint8_t body[HP_IP6_MIN_MTU - HP_IP6_HEADER]; /* an ICMPv6 message for the home address, its checksum zero */
};
/* False: it is no error about such a packet, or about the option itself. The error's checksum is the caller's to look at. */
bool hp_direct_error(struct hp_direct_error *out, const struct hp_packet *p);

#endif
