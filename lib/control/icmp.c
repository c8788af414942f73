/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/icmp.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "control/discovery.h"
#include "control/output.h"
#include "control/relay.h"
#include "control/translation.h"
#include "wire/checksum.h"

#define HOP_LIMIT   64
#define ICMP_HEADER 8

static void echo(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_ip6 *to = hp_packet_source(p);
	const struct hp_ip6 *src = hp_output_source(c, in->link, &p->dst, to);
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

static void error_received(struct hp_control *c, const struct hp_packet *p, bool ours, struct hp_now now, struct hp_effects *fx)
{
	struct hp_reader r = hp_reader(hp_packet_payload(p), hp_packet_payload_len(p)), quoted;
	struct hp_complaint what = {.type = hp_read_u8(&r)};
	size_t len;

	c->count[HP_CT_ERROR_IN]++;
	what.code = hp_read_u8(&r);
	hp_read_u16(&r);
	what.word = hp_read_u32(&r);
	/* No link has so small an MTU: "it must discard it". */
	if (what.type == HP_ICMP6_TOO_BIG && what.word < HP_IP6_MIN_MTU) {
		c->count[HP_CT_MTU_INVALID]++;
		return;
	}
	len = hp_reader_left(&r);
	if (what.type == HP_ICMP6_UNREACHABLE || what.type == HP_ICMP6_TIME_EXCEEDED) {
		/* RFC 4884 §4: words of 8 octets, if something follows what is quoted. */
		if (what.word >> 24 && (what.word >> 24) * 8 < len)
			len = (what.word >> 24) * 8;
		what.word = 0;
	}
	quoted = hp_read_part(&r, len);
	/* It goes to who sent what it quotes. */
	if (len < HP_IP6_HEADER || memcmp(quoted.at + 8, hp_packet_destination(p), sizeof(struct hp_ip6))) {
		c->count[HP_CT_ERROR_FORGED]++;
		return;
	}
	if (hp_translation_error(c, hp_packet_source(p), &what, quoted.at, len, now, fx))
		return;
	if (ours)
		hp_relay_error(c, &what, quoted.at, len, now, fx);
	else
		c->count[HP_CT_UNTRANSLATED]++;
}

static bool is_whole(struct hp_control *c, const struct hp_packet *p)
{
	const size_t len = hp_packet_payload_len(p);

	if (len >= ICMP_HEADER &&
	    hp_checksum(hp_packet_source(p), hp_packet_destination(p), HP_PROTO_ICMPV6, hp_packet_payload(p), len) == 0)
		return true;
	c->count[HP_CT_MALFORMED]++;
	return false;
}

void hp_icmp_input(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	const uint8_t *body = hp_packet_payload(p);

	if (!is_whole(c, p))
		return;
	if (body[0] == HP_ICMP6_ECHO_REQUEST)
		echo(c, in, p, now, fx);
	else if (body[0] == HP_ICMP6_DHAAD_REQUEST)
		hp_discovery_request(c, p, now, fx);
	else if (body[0] == HP_ICMP6_MPS)
		hp_discovery_solicited(c, in, p, now, fx);
	else if (body[0] < HP_ICMP6_ECHO_REQUEST && !hp_ip6_is_multicast(&p->dst))
		error_received(c, p, true, now, fx);
	else
		c->count[HP_CT_IGNORED]++;
}

void hp_icmp_on_behalf(struct hp_control *c, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	if (!is_whole(c, p))
		return;
	if (*hp_packet_payload(p) < HP_ICMP6_ECHO_REQUEST)
		error_received(c, p, false, now, fx);
	else
		c->count[HP_CT_IGNORED]++;
}
