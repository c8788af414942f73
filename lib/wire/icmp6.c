/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/icmp6.h"

#include <errno.h>

#include "base/cursor.h"
#include "wire/packet.h"
#include "wire/transit.h"

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
	struct hp_reader r = hp_reader(packet, len), body;
	const uint32_t version = hp_read_u32(&r) >> 28;
	const uint16_t payload = hp_read_u16(&r);
	uint8_t proto = hp_read_u8(&r), type;
	struct hp_ip6 src, dst;

	hp_read_u8(&r);
	src = hp_read_ip6(&r);
	dst = hp_read_ip6(&r);
	if (version != 6)
		return false;
	/* One node: neither unspecified nor multicast (anycast cannot be told). */
	if (hp_ip6_is_any(&src) || hp_ip6_is_multicast(&src))
		return false;
	if ((hp_ip6_is_multicast(&dst) || link_multicast) && !to_multicast_ok)
		return false;
	r = hp_read_part(&r, payload);
	/* An error message with an option or routing header that we cannot take is still one. Behind ESP and in a later fragment none is seen. */
	while (hp_transit_step(&r, &proto, &body))
		;
	type = proto == HP_PROTO_ICMPV6 ? hp_read_u8(&r) : HP_ICMP6_ECHO_REQUEST;
	return hp_reader_ok(&r) && type >= 128 && type != HP_ICMP6_REDIRECT;
}
