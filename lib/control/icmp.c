/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/icmp.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "control/complaint.h"
#include "control/output.h"
#include "wire/checksum.h"

#define HOP_LIMIT   64
#define ICMP_HEADER 8

static void echo(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_ip6 *to = hp_packet_source(p);
	const struct hp_ip6 *src = hp_ip6_is_multicast(&p->dst) ? hp_neighbor_source(c->neighbor, in->link, to) : &p->dst;
	const size_t len = hp_packet_payload_len(p);
	struct hp_send s = {.dst = *to, .link = HP_LINK_ANY, .hop_limit = HOP_LIMIT, .proto = HP_PROTO_ICMPV6, .class_ = HP_CLASS_OTHER};
	const bool local = hp_ip6_is_linklocal(to);
	uint8_t *body;

	if (!src || (local && in->tunnelled) || (!local && !hp_ip6_is_routable(to)) || hp_output_is_own(c, in->link, to)) {
		c->count[HP_CT_IGNORED]++;
		return;
	}
	body = malloc(len);
	if (!body)
		return;
	memcpy(body, hp_packet_payload(p), len);
	body[0] = HP_ICMP6_ECHO_REPLY;
	body[1] = body[2] = body[3] = 0;
	s.src = *src;
	s.body = body;
	s.body_len = len;
	if (local)
		s.link = in->link;
	hp_output_address(c, &s, HP_OUTPUT_ROUTED);
	c->count[HP_CT_ECHO]++;
	hp_effects_send(fx, &s);
	free(body);
}

/* What is quoted in an error, read as a tunnel packet of ours. */
struct tunnelled {
	struct hp_ip6 ha, coa, hoa; /* outer source and destination, inner destination */
	size_t limit_at;            /* of an encapsulation limit of 0 that we sent (RFC 2473 §4.1.1), else 0 */
	const uint8_t *inner;
	size_t inner_at, inner_left; /* inner_at: octets of tunnel headers; inner_left: octets quoted */
	size_t inner_len;            /* what the inner header says */
};

/* Ours are IPv6 | [fragment] [destination options with the limit] | IPv6. Only a first fragment shows what is inside. */
static bool skip_extensions(struct tunnelled *t, struct hp_reader *r, const uint8_t *start, uint8_t next)
{
	for (unsigned int i = 0; i < 2 && next != HP_PROTO_IPV6; i++) {
		const size_t at = (size_t)(r->at - start);
		const uint8_t *h = hp_read_bytes(r, 8);

		if (!h || (next != HP_PROTO_FRAGMENT && next != HP_PROTO_DSTOPTS))
			return false;
		if (next == HP_PROTO_FRAGMENT ? (h[2] << 8 | h[3]) & 0xfff8 : h[1] != 0)
			return false;
		if (next == HP_PROTO_DSTOPTS && h[2] == 4 && h[3] == 1 && h[4] == 0)
			t->limit_at = at + 4;
		next = h[0];
	}
	return next == HP_PROTO_IPV6;
}

static bool read_tunnelled(struct tunnelled *t, struct hp_reader r)
{
	const uint8_t *start = r.at;
	const uint8_t *h = hp_read_bytes(&r, HP_IP6_HEADER);

	*t = (struct tunnelled){0};
	if (!h)
		return false;
	memcpy(&t->ha, h + 8, sizeof(t->ha));
	memcpy(&t->coa, h + 24, sizeof(t->coa));
	if (!skip_extensions(t, &r, start, h[6]))
		return false;
	t->inner = r.at;
	t->inner_at = (size_t)(r.at - start);
	t->inner_left = hp_reader_left(&r);
	h = hp_read_bytes(&r, HP_IP6_HEADER);
	if (!h || h[0] >> 4 != 6)
		return false;
	t->inner_len = HP_IP6_HEADER + (size_t)(h[4] << 8 | h[5]);
	if (t->inner_left > t->inner_len)
		t->inner_left = t->inner_len;
	memcpy(&t->hoa, h + 24, sizeof(t->hoa));
	return true;
}

/* RFC 2473 §8: what happened in the tunnel is told to who sent the packet that was in it. */
static void error_received(struct hp_control *c, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_reader r = hp_reader(hp_packet_payload(p), hp_packet_payload_len(p));
	struct hp_complaint what = {.type = HP_ICMP6_UNREACHABLE, .code = HP_UNREACH_ADDRESS};
	const uint8_t type = hp_read_u8(&r), code = hp_read_u8(&r);
	uint32_t word;
	struct hp_binding_view b;
	struct tunnelled t;

	c->count[HP_CT_ERROR_IN]++;
	hp_read_u16(&r);
	word = hp_read_u32(&r);
	/* Only about a tunnel that exists, to where it leads: else anybody could have errors sent from here to anywhere. */
	if (!read_tunnelled(&t, r) || !hp_agent_find(c->agent, &t.hoa, &b) || b.state != HP_BINDING_VALID || !hp_ip6_eq(&b.coa, &t.coa) ||
	    !hp_ip6_eq(&b.ha, &t.ha))
		return;
	switch (type) {
	case HP_ICMP6_UNREACHABLE:
		break;
	case HP_ICMP6_TIME_EXCEEDED:
		if (code != 0)
			return;
		break;
	case HP_ICMP6_TOO_BIG:
		hp_agent_path_mtu(c->agent, &t.hoa, &t.coa, &t.ha, word, now, fx);
		if (t.inner_len <= HP_IP6_MIN_MTU)
			return; /* the tunnel fragments those itself */
		what.type = HP_ICMP6_TOO_BIG;
		what.code = 0;
		what.word = word > HP_IP6_MIN_MTU + t.inner_at ? word - (uint32_t)t.inner_at : HP_IP6_MIN_MTU;
		break;
	case HP_ICMP6_PARAM_PROBLEM:
		if (code != 0 || !t.limit_at || word != t.limit_at)
			return;
		break;
	default:
		return;
	}
	hp_complaint_relay(c, &t.ha, t.inner, t.inner_left, &what, now, fx);
}

void hp_icmp_input(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	const uint8_t *body = hp_packet_payload(p);
	const size_t len = hp_packet_payload_len(p);

	if (len < ICMP_HEADER || hp_checksum(hp_packet_source(p), hp_packet_destination(p), HP_PROTO_ICMPV6, body, len) != 0) {
		c->count[HP_CT_MALFORMED]++;
		return;
	}
	if (body[0] == HP_ICMP6_ECHO_REQUEST)
		echo(c, in, p, now, fx);
	else if (body[0] < HP_ICMP6_ECHO_REQUEST && !hp_ip6_is_multicast(&p->dst))
		error_received(c, p, now, fx);
	else
		c->count[HP_CT_IGNORED]++;
}
