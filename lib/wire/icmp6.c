/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/icmp6.h"

#include <errno.h>

#include "base/cursor.h"
#include "wire/packet.h"

#define ERROR_HEADER 8

int hp_icmp6_error_write(uint8_t type, uint8_t code, uint32_t word, const void *packet, size_t packet_len, size_t overhead, void *out,
			 size_t room)
{
	struct hp_writer w = hp_writer(out, room);
	size_t most = overhead + ERROR_HEADER < HP_IP6_MIN_MTU ? HP_IP6_MIN_MTU - overhead - ERROR_HEADER : 0;

	hp_write_u8(&w, type);
	hp_write_u8(&w, code);
	hp_write_u16(&w, 0);
	hp_write_u32(&w, word);
	hp_write_bytes(&w, packet, packet_len < most ? packet_len : most);
	return hp_writer_ok(&w) ? (int)hp_writer_len(&w) : -ENOSPC;
}

bool hp_icmp6_error_allowed(const void *packet, size_t len, bool to_multicast_ok, bool link_multicast)
{
	struct hp_packet p;
	enum hp_walk ret = hp_packet_read(&p, packet, len);

	if (len < HP_IP6_HEADER || ret == HP_WALK_VERSION)
		return false;
	/* One node: neither unspecified nor multicast (anycast cannot be told). */
	if (hp_ip6_is_any(&p.src) || hp_ip6_is_multicast(&p.src))
		return false;
	if ((hp_ip6_is_multicast(&p.dst) || link_multicast) && !to_multicast_ok)
		return false;
	if (ret != HP_WALK_OK || p.proto != HP_PROTO_ICMPV6)
		return true;
	/* An error message is never longer than 1,280 octets, so a fragment is none. */
	if (p.is_fragment)
		return true;
	if (hp_packet_payload_len(&p) < 1)
		return false;
	return *hp_packet_payload(&p) >= 128 && *hp_packet_payload(&p) != HP_ICMP6_REDIRECT;
}
