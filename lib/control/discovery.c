/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/discovery.h"

#include "control/output.h"
#include "wire/compose.h"
#include "wire/discovery.h"

#define HOP_LIMIT 64

void hp_discovery_request(struct hp_control *c, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_ip6 *to = hp_packet_source(p), *src;
	struct hp_send s = {.dst = *to, .link = HP_LINK_ANY, .hop_limit = HOP_LIMIT, .proto = HP_PROTO_ICMPV6, .class_ = HP_CLASS_OTHER};
	struct hp_dhaad_reply reply;
	uint8_t body[HP_IP6_MIN_MTU];
	uint16_t home;
	int n;

	if (hp_dhaad_request_read(&reply.identifier, hp_packet_payload(p), hp_packet_payload_len(p))) {
		c->count[HP_CT_MALFORMED]++;
		return;
	}
	/* §10.5.1: to the anycast address of a subnet that we serve, from somewhere that an answer gets to. */
	if (!hp_neighbor_is_anycast(c->neighbor, &p->dst, &home) || !hp_ip6_is_routable(to) || hp_output_is_own(c, home, to)) {
		c->count[HP_CT_IGNORED]++;
		return;
	}
	/* Anybody can ask in anybody's name, and an answer is longer than the question. */
	if (!hp_limit_take(&c->discoveries, to, now.mono_ms)) {
		c->count[HP_CT_DHAAD_LIMITED]++;
		return;
	}
	src = hp_output_source(c, home, &p->dst, to);
	if (!src)
		return;
	s.src = *src;
	hp_output_address(c, &s, HP_OUTPUT_ROUTED);
	hp_agent_discover(c->agent, home, (unsigned int)((HP_IP6_MIN_MTU - hp_compose_overhead(&s) - 8) / sizeof(struct hp_ip6)), now,
			  &reply);
	if (!reply.agents)
		return; /* no address of ours is past its test yet */
	n = hp_dhaad_reply_write(&reply, body, sizeof(body));
	if (n < 0)
		return;
	s.body = body;
	s.body_len = (size_t)n;
	c->count[HP_CT_DHAAD_OUT]++;
	hp_effects_send(fx, &s);
}

/* RFC 3776 §3.3: prefixes are as good as the protection they are asked for by. */
static bool is_permitted(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			 struct hp_effects *fx)
{
	return !c->ipsec || hp_ipsec_permits(c->ipsec, HP_PROTECT_PREFIX_DISCOVERY, &p->hoa, &p->src, in->link, in->association, now, fx);
}

void hp_discovery_solicited(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			    struct hp_effects *fx)
{
	uint16_t identifier;

	if (hp_mps_read(&identifier, hp_packet_payload(p), hp_packet_payload_len(p)))
		c->count[HP_CT_MALFORMED]++;
	else if (!p->has_hao) /* §6.7: it must be there */
		c->count[HP_CT_MPS_NO_OPTION]++;
	else if (!hp_neighbor_is_own(c->neighbor, HP_LINK_ANY, &p->dst))
		c->count[HP_CT_IGNORED]++;
	else if (is_permitted(c, in, p, now, fx))
		hp_agent_solicited(c->agent, &p->hoa, identifier, now, fx);
}
