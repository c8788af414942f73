/* SPDX-License-Identifier: BSD-3-Clause */
/* Multicast listener messages: RFC 2710 (version 1), RFC 3810 (version 2). */
#include <errno.h>

#include "base/cursor.h"
#include "wire/checksum.h"
#include "wire/icmp6.h"
#include "wire/nd.h"

#define V1_QUERY 24
#define V2_QUERY 28

/* RFC 3810 §5.1.3: values from 32768 are a floating-point number. */
static uint32_t response_delay(uint16_t code)
{
	if (code < 0x8000)
		return code;
	return ((code & 0xfffu) | 0x1000u) << ((code >> 12 & 7) + 3);
}

int hp_mld_query_read(struct hp_mld_query *out, const struct hp_packet *p)
{
	size_t len = hp_packet_payload_len(p);
	struct hp_reader r = hp_reader(hp_packet_payload(p), len);
	uint16_t code;

	*out = (struct hp_mld_query){0};
	/* RFC 3810 §5.1.14: link-local source, hop limit 1, router alert, a length of either version. */
	if (p->proto != HP_PROTO_ICMPV6 || p->is_fragment || p->hop_limit != 1 || !p->router_alert || !hp_ip6_is_linklocal(&p->src))
		return -EBADMSG;
	if (hp_read_u8(&r) != HP_ICMP6_MLD_QUERY || (len != V1_QUERY && len < V2_QUERY) ||
	    hp_checksum(&p->src, &p->dst, HP_PROTO_ICMPV6, hp_packet_payload(p), len) != 0)
		return -EBADMSG;
	hp_read_bytes(&r, 3);
	code = hp_read_u16(&r);
	hp_read_u16(&r);
	out->group = hp_read_ip6(&r);
	out->version = len == V1_QUERY ? 1 : 2;
	out->max_response_ms = out->version == 1 ? code : response_delay(code);
	if (!hp_ip6_is_any(&out->group) && !hp_ip6_is_multicast(&out->group))
		return -EBADMSG;
	return 0;
}

int hp_mld_report_write(enum hp_mld_record type, const struct hp_ip6 *groups, size_t n, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, HP_ICMP6_MLDV2_REPORT);
	hp_write_room(&w, 5);
	hp_write_u16(&w, (uint16_t)n);
	for (size_t i = 0; i < n; i++) {
		hp_write_u8(&w, (uint8_t)type);
		hp_write_room(&w, 3);
		hp_write_ip6(&w, &groups[i]);
	}
	return hp_writer_ok(&w) ? (int)hp_writer_len(&w) : -ENOSPC;
}

int hp_mld_v1_write(uint8_t type, const struct hp_ip6 *group, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, type);
	hp_write_room(&w, 7);
	hp_write_ip6(&w, group);
	return hp_writer_ok(&w) ? (int)hp_writer_len(&w) : -ENOSPC;
}
