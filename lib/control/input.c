/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet for us, or about us, from its first octet to who deals with it. */
#include "control/complaint.h"
#include "control/control.h"
#include "control/icmp.h"
#include "control/mobility.h"
#include "control/output.h"
#include "control/relay.h"
#include "control/state.h"
#include "control/translation.h"

static void complain(struct hp_control *c, const struct hp_input *in, uint8_t type, uint8_t code, uint32_t word, struct hp_now now,
		     struct hp_effects *fx)
{
	hp_complaint_icmp(c, in, &(struct hp_complaint){.type = type, .code = code, .word = word}, now, fx);
}

/* The walk ended early. */
static void malformed(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, enum hp_walk walk, bool to_us,
		      struct hp_now now, struct hp_effects *fx)
{
	switch (walk) {
	case HP_WALK_HAO_MISPLACED:
	case HP_WALK_HAO_REPEATED:
	case HP_WALK_HAO_LENGTH:
	case HP_WALK_HAO_ADDRESS:
		c->count[HP_CT_HAO]++;
		return;
	case HP_WALK_RH_TYPE2:
		c->count[HP_CT_RH2]++;
		return;
	case HP_WALK_HOPOPTS_PLACE:
	case HP_WALK_OPTION_ERROR:
	case HP_WALK_OPTION_ERROR_UNICAST:
	case HP_WALK_RH_TYPE:
		if (to_us && !(walk == HP_WALK_OPTION_ERROR_UNICAST && hp_ip6_is_multicast(&p->dst)))
			complain(c, in, HP_ICMP6_PARAM_PROBLEM, p->error_code, p->error_at, now, fx);
		break;
	default:
		break;
	}
	c->count[HP_CT_MALFORMED]++;
}

/* Router and neighbour discovery, redirects, multicast listener queries: of one link, never out of a tunnel, and nobody's who says that he
 * is elsewhere. */
static bool is_discovery(const struct hp_input *in, const struct hp_packet *p)
{
	uint8_t type;

	if (p->proto != HP_PROTO_ICMPV6 || p->is_fragment || hp_packet_payload_len(p) < 1 || in->tunnelled || !in->has_mac || p->has_hao)
		return false;
	type = *hp_packet_payload(p);
	return type == HP_ICMP6_MLD_QUERY || (type >= HP_ICMP6_RS && type <= HP_ICMP6_REDIRECT);
}

/* What a mobile node says to the querier of its tunnel (RFC 6275 §10.4.3). */
static bool is_listener(const struct hp_input *in, const struct hp_packet *p)
{
	uint8_t type;

	if (!in->tunnelled || p->proto != HP_PROTO_ICMPV6 || p->is_fragment || hp_packet_payload_len(p) < 1 || p->has_hao ||
	    !hp_ip6_is_multicast(&p->dst))
		return false;
	type = *hp_packet_payload(p);
	return (type >= HP_ICMP6_MLD_QUERY && type <= HP_ICMP6_MLD_DONE) || type == HP_ICMP6_MLDV2_REPORT;
}

/* RFC 6275 §9.3.1: only what carries its own proof may use a home address that is not bound to the source. A fragment does not show it. */
static bool home_address_holds(const struct hp_control *c, const struct hp_packet *p, bool ours)
{
	const bool proved = !p->is_fragment && (p->proto == HP_PROTO_MH || p->proto == HP_PROTO_ESP || p->proto == HP_PROTO_AH);

	return !p->has_hao || proved || hp_output_knows(c, p, ours);
}

static void deliver(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	if (p->is_fragment) {
		c->count[HP_CT_IGNORED]++; /* whole packets only: reassembly is before us */
		return;
	}
	switch (p->proto) {
	case HP_PROTO_MH:
		/* One node is meant: a group or an anycast address could be no end of a tunnel. */
		if (hp_output_is_own(c, in->link, &p->dst))
			hp_mobility_message(c, in, p, now, fx);
		else
			c->count[HP_CT_IGNORED]++;
		break;
	case HP_PROTO_ICMPV6:
		hp_icmp_input(c, in, p, now, fx);
		break;
	case HP_PROTO_IPV6:
		/* Reverse tunnels begin at the care-of address (RFC 6275 §10.4.5), with the option at the home address; other tunnel packets
		 * that the pipeline would not take are to a link-local address. */
		c->count[p->has_hao ? HP_CT_TUNNEL_HAO : HP_CT_IGNORED]++;
		break;
	case HP_PROTO_NONE:
	case HP_PROTO_ESP:
	case HP_PROTO_AH:
		c->count[HP_CT_IGNORED]++;
		break;
	case HP_PROTO_TCP:
	case HP_PROTO_UDP:
		c->count[HP_CT_IGNORED]++;
		complain(c, in, HP_ICMP6_UNREACHABLE, HP_UNREACH_PORT, 0, now, fx);
		break;
	default:
		c->count[HP_CT_IGNORED]++;
		complain(c, in, HP_ICMP6_PARAM_PROBLEM, 1, p->next_at, now, fx);
		break;
	}
}

/* A message for us in ESP, transport mode (RFC 3776 §3): dealt with as if it had come without, but for what is known of it. */
static void deliver_sealed(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			   struct hp_effects *fx)
{
	uint8_t plain[HP_IPSEC_MESSAGE];
	struct hp_input opened = *in;
	struct hp_packet inside;
	const int len = hp_ipsec_open(c->ipsec, p, in->link, now, plain, &opened.association, fx);

	if (len < 0 || hp_packet_read(&inside, plain, (size_t)len) != HP_WALK_OK)
		return;
	opened.data = plain;
	opened.len = (size_t)len;
	if (home_address_holds(c, &inside, true))
		deliver(c, &opened, &inside, now, fx);
	else
		hp_complaint_binding(c, &opened, &inside, HP_BE_UNKNOWN_BINDING, now, fx);
}

/* To a host that we act for: what is Mobile IPv6's, which it knows nothing of. Anything else goes to it by itself. */
static void deliver_on_behalf(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			      struct hp_effects *fx)
{
	if (!home_address_holds(c, p, false))
		hp_complaint_binding(c, in, p, HP_BE_UNKNOWN_BINDING, now, fx);
	else if (p->proto == HP_PROTO_MH && !p->is_fragment)
		hp_mobility_message(c, in, p, now, fx);
	else if (p->proto == HP_PROTO_ICMPV6 && !p->is_fragment)
		hp_icmp_on_behalf(c, p, now, fx);
	else
		c->count[HP_CT_IGNORED]++;
}

static void packet(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, enum hp_walk walk, struct hp_now now,
		   struct hp_effects *fx)
{
	const bool to_group = hp_ip6_is_multicast(&p->dst) && !in->tunnelled && hp_neighbor_listens(c->neighbor, in->link, &p->dst);
	uint16_t home;
	const bool to_us = hp_output_is_own(c, in->link, &p->dst) || hp_neighbor_is_anycast(c->neighbor, &p->dst, &home);

	c->count[HP_CT_IN]++;
	if (walk != HP_WALK_OK) {
		malformed(c, in, p, walk, to_us || to_group, now, fx);
	} else if (is_discovery(in, p)) {
		hp_neighbor_packet(c->neighbor, in->link, &in->mac, p, now, fx);
	} else if (is_listener(in, p)) {
		hp_agent_listener(c->agent, in, p, now, fx);
	} else if (to_us || to_group) {
		if (!home_address_holds(c, p, true))
			hp_complaint_binding(c, in, p, HP_BE_UNKNOWN_BINDING, now, fx);
		else if (c->ipsec && p->proto == HP_PROTO_ESP && !p->is_fragment)
			deliver_sealed(c, in, p, now, fx);
		else
			deliver(c, in, p, now, fx);
	} else if (hp_control_protects(c, &p->dst)) {
		deliver_on_behalf(c, in, p, now, fx);
	} else {
		c->count[HP_CT_IGNORED]++;
		/* RFC 6275 §10.4.2: what was attracted for a mobile node's link-local address is not tunnelled. */
		if (!in->tunnelled && hp_agent_defends(c->agent, in->link, &p->dst))
			complain(c, in, HP_ICMP6_UNREACHABLE, HP_UNREACH_ADDRESS, 0, now, fx);
	}
}

static void burst(struct hp_control *c, const struct hp_input in[], unsigned int n, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_ip6 *hoa[HP_AGENT_FORESEE], *src[HP_AGENT_FORESEE];
	struct hp_packet p[HP_AGENT_FORESEE];
	enum hp_walk walk[HP_AGENT_FORESEE];
	unsigned int bound = 0;

	for (unsigned int i = 0; i < n; i++) {
		walk[i] = hp_packet_read(&p[i], in[i].data, in[i].len);
		if (walk[i] != HP_WALK_OK || !(p[i].has_hao || p[i].proto == HP_PROTO_MH))
			continue;
		hoa[bound] = hp_packet_source(&p[i]);
		src[bound++] = &p[i].src;
	}
	if (n > 1)
		hp_agent_foresee(c->agent, hoa, src, bound);
	for (unsigned int i = 0; i < n; i++)
		packet(c, &in[i], &p[i], walk[i], now, fx);
}

void hp_control_packets(struct hp_control *c, const struct hp_input in[], unsigned int n, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int part; n; in += part, n -= part) {
		part = n < HP_AGENT_FORESEE ? n : HP_AGENT_FORESEE;
		burst(c, in, part, now, fx);
	}
}

void hp_control_trouble(struct hp_control *c, const struct hp_input *in, enum hp_trouble trouble, uint32_t word, struct hp_now now,
			struct hp_effects *fx)
{
	static const struct {
		uint8_t type, code;
	} is[HP_TROUBLE_COUNT] = {
		[HP_TROUBLE_HOP_LIMIT] = {HP_ICMP6_TIME_EXCEEDED, 0},
		[HP_TROUBLE_NO_ROUTE] = {HP_ICMP6_UNREACHABLE, HP_UNREACH_NO_ROUTE},
		[HP_TROUBLE_SCOPE] = {HP_ICMP6_UNREACHABLE, HP_UNREACH_SCOPE},
		[HP_TROUBLE_ADDRESS] = {HP_ICMP6_UNREACHABLE, HP_UNREACH_ADDRESS},
		[HP_TROUBLE_TOO_BIG] = {HP_ICMP6_TOO_BIG, 0},
		[HP_TROUBLE_LIMIT] = {HP_ICMP6_PARAM_PROBLEM, 0},
		[HP_TROUBLE_REASSEMBLY] = {HP_ICMP6_TIME_EXCEEDED, 1},
	};
	const bool has_word = trouble == HP_TROUBLE_TOO_BIG || trouble == HP_TROUBLE_LIMIT;
	const struct hp_complaint what = {.type = is[trouble].type, .code = is[trouble].code, .word = has_word ? word : 0};
	const struct hp_ip6 *from;
	struct hp_packet p;
	const enum hp_walk walk = hp_packet_read_node(&p, in->data, in->len);
	const bool whole = walk == HP_WALK_OK;

	from = hp_output_source(c, in->link, &p.dst, &p.src);
	if (from && hp_translation_error(c, from, &what, in->data, in->len, now, fx))
		return;
	/* One of ours: nobody to tell, unless it carried somebody's packet to a mobile node. */
	if (whole && hp_output_is_own(c, in->link, &p.src))
		hp_relay_error(c, &what, p.data, p.len, now, fx);
	else if (!whole || p.proto != HP_PROTO_MH || !hp_control_protects(c, &p.src))
		hp_complaint_icmp(c, in, &what, now, fx);
}
