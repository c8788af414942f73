/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 (RFC 4443): echo and errors. No rate limits, no policy. Any thread. */
#ifndef HP_WIRE_ICMP6_H
#define HP_WIRE_ICMP6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

enum {
	HP_ICMP6_UNREACHABLE = 1,
	HP_ICMP6_TOO_BIG = 2,
	HP_ICMP6_TIME_EXCEEDED = 3,
	HP_ICMP6_PARAM_PROBLEM = 4,
	HP_ICMP6_ECHO_REQUEST = 128,
	HP_ICMP6_ECHO_REPLY = 129,
	HP_ICMP6_MLD_QUERY = 130,
	HP_ICMP6_MLD_REPORT = 131,
	HP_ICMP6_MLD_DONE = 132,
	HP_ICMP6_RS = 133,
	HP_ICMP6_RA = 134,
	HP_ICMP6_NS = 135,
	HP_ICMP6_NA = 136,
	HP_ICMP6_REDIRECT = 137,
	HP_ICMP6_MLDV2_REPORT = 143,
	HP_ICMP6_DHAAD_REQUEST = 144,
	HP_ICMP6_DHAAD_REPLY = 145,
	HP_ICMP6_MPS = 146,
	HP_ICMP6_MPA = 147
};
enum { HP_UNREACH_NO_ROUTE = 0, HP_UNREACH_PROHIBITED = 1, HP_UNREACH_SCOPE = 2, HP_UNREACH_ADDRESS = 3, HP_UNREACH_PORT = 4 };

/* An error message about a packet: type, code, the 32-bit word (MTU, pointer, else 0), then as much of the
 * packet as keeps the whole IPv6 packet within 1,280 octets (`overhead`: octets of headers before the ICMPv6 message). */
int hp_icmp6_error_write(uint8_t type, uint8_t code, uint32_t word, const void *packet, size_t packet_len, size_t overhead, void *out,
			 size_t room);

/* Whether RFC 4443 §2.4 (e) forbids an error about this packet: it is itself an error or a redirect, its
 * source does not identify one node, it went to multicast (unless `to_multicast_ok`: too big, parameter problem code 2),
 * or to a link-layer multicast. */
bool hp_icmp6_error_allowed(const void *packet, size_t len, bool to_multicast_ok, bool link_multicast);

#endif
