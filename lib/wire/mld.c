/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/mld.h"

#include <errno.h>

#include "wire/checksum.h"
#include "wire/icmp6.h"

#define V1_MESSAGE 24
#define V2_QUERY   28

/* RFC 3810 §5.1.14, §5.2.13: link-local source, hop limit 1, router alert. */
static bool is_valid(const struct hp_packet *p)
{
	return p->proto == HP_PROTO_ICMPV6 && !p->is_fragment && p->hop_limit == 1 && p->router_alert && hp_ip6_is_linklocal(&p->src) &&
	       hp_checksum(&p->src, &p->dst, HP_PROTO_ICMPV6, hp_packet_payload(p), hp_packet_payload_len(p)) == 0;
}

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
	if (!is_valid(p) || hp_read_u8(&r) != HP_ICMP6_MLD_QUERY || (len != V1_MESSAGE && len < V2_QUERY))
		return -EBADMSG;
	hp_read_bytes(&r, 3);
	code = hp_read_u16(&r);
	hp_read_u16(&r);
	out->group = hp_read_ip6(&r);
	out->version = len == V1_MESSAGE ? 1 : 2;
	out->max_response_ms = out->version == 1 ? code : response_delay(code);
	if (out->version == 2) {
		hp_read_u16(&r);
		out->sources = hp_read_u16(&r);
		out->source = (const struct hp_ip6 *)hp_read_bytes(&r, out->sources * sizeof(struct hp_ip6));
		if (!hp_reader_ok(&r))
			return -EBADMSG;
	}
	if (!hp_ip6_is_any(&out->group) && !hp_ip6_is_multicast(&out->group))
		return -EBADMSG;
	return 0;
}

int hp_mld_query_write(const struct hp_mld_query *q, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, HP_ICMP6_MLD_QUERY);
	hp_write_room(&w, 3);
	hp_write_u16(&w, (uint16_t)q->max_response_ms);
	hp_write_u16(&w, 0);
	hp_write_ip6(&w, &q->group);
	hp_write_u8(&w, (uint8_t)((q->suppress ? 8 : 0) | (q->robustness & 7)));
	hp_write_u8(&w, q->interval_s);
	hp_write_u16(&w, q->sources);
	for (unsigned int i = 0; i < q->sources; i++)
		hp_write_ip6(&w, &q->source[i]);
	return hp_writer_ok(&w) ? (int)hp_writer_len(&w) : -ENOSPC;
}

/* The next record; the reader fails where it is not there. */
static struct hp_mld_listening record(struct hp_reader *r)
{
	struct hp_mld_listening out = {.type = hp_read_u8(r)};
	uint8_t aux = hp_read_u8(r);

	out.sources = hp_read_u16(r);
	out.group = hp_read_ip6(r);
	out.source = (const struct hp_ip6 *)hp_read_bytes(r, out.sources * sizeof(struct hp_ip6));
	hp_read_bytes(r, aux * 4u);
	return out;
}

int hp_mld_report_read(struct hp_mld_report *out, const struct hp_packet *p)
{
	struct hp_reader r = hp_reader(hp_packet_payload(p), hp_packet_payload_len(p));
	uint8_t type = hp_read_u8(&r);

	*out = (struct hp_mld_report){.version = type == HP_ICMP6_MLDV2_REPORT ? 2 : 1};
	if (!is_valid(p) || hp_packet_payload_len(p) < (out->version == 2 ? HP_MLD_REPORT_SIZE : V1_MESSAGE))
		return -EBADMSG;
	if (type == HP_ICMP6_MLD_REPORT || type == HP_ICMP6_MLD_DONE) {
		hp_read_bytes(&r, 7);
		out->r = r;
		out->left = 1;
		out->v1_type = type == HP_ICMP6_MLD_REPORT ? HP_MLD_IS_EXCLUDE : HP_MLD_TO_INCLUDE;
		return 0;
	}
	if (type != HP_ICMP6_MLDV2_REPORT)
		return -EBADMSG;
	hp_read_bytes(&r, 5);
	out->left = hp_read_u16(&r);
	out->r = r;
	for (unsigned int i = 0; i < out->left && hp_reader_ok(&r); i++)
		(void)record(&r);
	return hp_reader_ok(&r) ? 0 : -EBADMSG;
}

bool hp_mld_report_next(struct hp_mld_report *m, struct hp_mld_listening *out)
{
	if (!m->left)
		return false;
	m->left--;
	if (m->version == 1)
		*out = (struct hp_mld_listening){.type = m->v1_type, .group = hp_read_ip6(&m->r)};
	else
		*out = record(&m->r);
	return true;
}

int hp_mld_report_write(const struct hp_mld_listening *record, size_t n, void *out, size_t room)
{
	struct hp_writer w = hp_writer(out, room);

	hp_write_u8(&w, HP_ICMP6_MLDV2_REPORT);
	hp_write_room(&w, 5);
	hp_write_u16(&w, (uint16_t)n);
	for (size_t i = 0; i < n; i++) {
		hp_write_u8(&w, (uint8_t)record[i].type);
		hp_write_u8(&w, 0);
		hp_write_u16(&w, record[i].sources);
		hp_write_ip6(&w, &record[i].group);
		for (unsigned int k = 0; k < record[i].sources; k++)
			hp_write_ip6(&w, &record[i].source[k]);
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
