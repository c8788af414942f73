/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/frame.h"

#include <string.h>

#define HOP_LIMIT   64
#define PROTO_IPV6  41
#define PAYLOAD_AT  4
#define PROTO_AT    6
#define HOP_AT      7
#define SOURCE_AT   8
#define TO_AT       24
#define PATTERN_MUL 167u /* odd: all octets come */

static void ip6_template(uint8_t *ip, uint8_t proto)
{
	ip[0] = 0x60;
	ip[PROTO_AT] = proto;
	ip[HOP_AT] = HOP_LIMIT;
}

void hp_frame_init(struct hp_frame *f, const struct hp_addresses *a, uint16_t run)
{
	*f = (struct hp_frame){.addresses = a, .run = run};
	for (int d = 0; d < HP_DIRECTIONS; d++) {
		uint8_t *ether = f->head[d], *ip = ether + HP_FRAME_ETHER;

		ether[12] = 0x86;
		ether[13] = 0xdd;
		ip6_template(ip, d == HP_INTERCEPT ? HP_FRAME_PROTO : PROTO_IPV6);
		if (d != HP_INTERCEPT) {
			memcpy(ip + TO_AT, &a->agent, 16);
			ip6_template(ip + HP_FRAME_IP6, HP_FRAME_PROTO);
		}
	}
	for (unsigned int i = 0; i < HP_FRAME_MOST; i++)
		f->pattern[i] = (uint8_t)(i * PATTERN_MUL + (i >> 8));
}

void hp_frame_set_link(struct hp_frame *f, enum hp_direction d, const struct hp_mac *to, const struct hp_mac *from)
{
	memcpy(f->head[d], to, 6);
	memcpy(f->head[d] + 6, from, 6);
}

static void set_payload(uint8_t *ip, size_t len)
{
	ip[PAYLOAD_AT] = (uint8_t)(len >> 8);
	ip[PAYLOAD_AT + 1] = (uint8_t)len;
}

size_t hp_frame_write(const struct hp_frame *f, enum hp_direction d, uint32_t node, uint16_t cell, uint32_t number, uint64_t now,
		      size_t len, uint8_t *out)
{
	const size_t head = HP_FRAME_ETHER + (d == HP_INTERCEPT ? HP_FRAME_IP6 : 2 * HP_FRAME_IP6);
	uint8_t *ip = out + head - HP_FRAME_IP6, *after = out + head + HP_FRAME_MARK;
	struct hp_frame_mark m = {
		.magic = HP_FRAME_MAGIC, .run = f->run, .trial = f->trial, .flow = (uint32_t)d << 30 | node, .number = number, .time = now};

	memcpy(out, f->head[d], head);
	if (d != HP_INTERCEPT) {
		set_payload(out + HP_FRAME_ETHER, len);
		hp_addresses_care_of(f->addresses, node, cell, out + HP_FRAME_ETHER + SOURCE_AT);
	}
	set_payload(ip, len - HP_FRAME_IP6);
	hp_frame_ends(f->addresses, d, node, ip + SOURCE_AT, ip + TO_AT);
	m.check = hp_frame_check(&m);
	memcpy(out + head, &m, sizeof(m));
	memcpy(after, f->pattern, len - HP_FRAME_LEAST);
	return head - HP_FRAME_IP6 + len;
}
