/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/compose.h"

#include <errno.h>

#include "base/cursor.h"
#include "wire/checksum.h"
#include "wire/packet.h"

#define ROUTER_ALERT_HEADER 8
#define ROUTING_HEADER      24
#define HOME_ADDRESS_HEADER 24
#define OUTER_HOP_LIMIT     64

static bool tunnelled(const struct hp_send *s)
{
	return !hp_ip6_is_any(&s->outer_dst);
}

static bool routed(const struct hp_send *s)
{
	return !hp_ip6_is_any(&s->coa);
}

static bool with_home_address(const struct hp_send *s)
{
	return !hp_ip6_is_any(&s->hoa);
}

static size_t extension_len(const struct hp_send *s)
{
	return (s->router_alert ? ROUTER_ALERT_HEADER : 0u) + (routed(s) ? ROUTING_HEADER : 0u) +
	       (with_home_address(s) ? HOME_ADDRESS_HEADER : 0u);
}

size_t hp_compose_overhead(const struct hp_send *s)
{
	return (tunnelled(s) ? HP_IP6_HEADER : 0u) + HP_IP6_HEADER + extension_len(s);
}

static void ip6_header(struct hp_writer *w, size_t payload, uint8_t proto, uint8_t hop_limit, const struct hp_ip6 *src,
		       const struct hp_ip6 *dst)
{
	hp_write_u32(w, 6u << 28);
	hp_write_u16(w, (uint16_t)payload);
	hp_write_u8(w, proto);
	hp_write_u8(w, hop_limit);
	hp_write_ip6(w, src);
	hp_write_ip6(w, dst);
}

/* Where the checksum field lies: the third octet of an ICMPv6 message, the fifth of a Mobility Header. */
static size_t checksum_at(uint8_t proto)
{
	return proto == HP_PROTO_MH ? 4 : 2;
}

int hp_compose(const struct hp_send *s, void *out, size_t room)
{
	const size_t len = hp_compose_overhead(s) + s->body_len, payload = extension_len(s) + s->body_len;
	const struct hp_ip6 *source = with_home_address(s) ? &s->hoa : &s->src;
	/* The headers that follow, first one last: each takes the next-header value of the one behind it. */
	const uint8_t after_routing = with_home_address(s) ? HP_PROTO_DSTOPTS : s->proto;
	const uint8_t after_hop = routed(s) ? HP_PROTO_ROUTING : after_routing;
	struct hp_writer w = hp_writer(out, room);
	uint8_t *body;

	if (payload > UINT16_MAX - HP_IP6_HEADER || len > room || s->body_len < checksum_at(s->proto) + 2)
		return -ENOSPC;
	if (tunnelled(s))
		ip6_header(&w, payload + HP_IP6_HEADER, HP_PROTO_IPV6, OUTER_HOP_LIMIT, &s->outer_src, &s->outer_dst);
	ip6_header(&w, payload, s->router_alert ? HP_PROTO_HOPOPTS : after_hop, s->hop_limit, &s->src, routed(s) ? &s->coa : &s->dst);
	if (s->router_alert) {
		hp_write_u8(&w, after_hop);
		hp_write_u8(&w, 0);
		hp_write_bytes(&w, (uint8_t[]){5, 2, 0, 0, 1, 0}, 6); /* router alert for MLD (RFC 2711), PadN of 2 octets */
	}
	if (routed(s)) { /* RFC 6275 §6.4.1 */
		hp_write_u8(&w, after_routing);
		hp_write_bytes(&w, (uint8_t[]){2, 2, 1, 0, 0, 0, 0}, 7); /* length 2, type 2, one segment left, reserved */
		hp_write_ip6(&w, &s->dst);
	}
	if (with_home_address(s)) { /* RFC 6275 §6.3: the option lies at 8n + 6, PadN before it */
		hp_write_u8(&w, s->proto);
		hp_write_bytes(&w, (uint8_t[]){2, 1, 2, 0, 0, 0xc9, 16}, 7);
		hp_write_ip6(&w, &s->hoa);
	}
	body = w.at;
	hp_write_bytes(&w, s->body, s->body_len);
	if (!hp_writer_ok(&w))
		return -ENOSPC;
	{
		uint16_t sum = hp_checksum(source, &s->dst, s->proto, body, s->body_len);

		body[checksum_at(s->proto)] = (uint8_t)(sum >> 8);
		body[checksum_at(s->proto) + 1] = (uint8_t)sum;
	}
	return (int)len;
}
