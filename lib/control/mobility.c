/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/mobility.h"

#include "control/complaint.h"
#include "control/output.h"

/* A correspondent's binding is of a unicast routable address (§9.1). */
static bool is_served(const struct hp_control *c, const struct hp_packet *p)
{
	return c->correspondent && hp_ip6_is_routable(&p->dst);
}

/* §9.5.1: the other type of registration, of the address that the message is to. */
static bool is_correspondent(const struct hp_control *c, const struct hp_packet *p)
{
	struct hp_correspondent_view e;

	return is_served(c, p) && hp_correspondent_find(c->correspondent, hp_packet_source(p), &p->dst, &e);
}

static bool is_home(const struct hp_control *c, const struct hp_packet *p, struct hp_now now)
{
	struct hp_binding_view b;

	return hp_agent_find(c->agent, hp_packet_source(p), &b) && b.state == HP_BINDING_VALID && b.expires_ms > now.mono_ms &&
	       hp_ip6_eq(&b.ha, &p->dst);
}

static void correspond(struct hp_control *c, const struct hp_packet *p, uint8_t type, bool own, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_correspondent_message m = {.p = p, .type = type, .own = own, .home_registered = own && is_home(c, p, now)};

	hp_correspondent_message(c->correspondent, &m, now, fx);
}

static void update(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, bool own, struct hp_now now,
		   struct hp_effects *fx)
{
	struct hp_bu bu;

	c->count[HP_CT_BU_IN]++;
	if (hp_bu_read(&bu, hp_packet_payload(p), hp_packet_payload_len(p)) != HP_MH_OK)
		c->count[HP_CT_MH_MALFORMED]++;
	else if (bu.home && own)
		hp_agent_update(c->agent, in, p, &bu, is_correspondent(c, p), now, fx);
	else if (bu.home)
		c->count[HP_CT_BEHALF_HOME]++;
	else if (is_served(c, p))
		correspond(c, p, HP_MH_BU, own, now, fx);
	else
		c->count[HP_CT_CORRESPONDENT]++;
}

static void message(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, uint8_t type, bool own, struct hp_now now,
		    struct hp_effects *fx)
{
	if (type == HP_MH_BU)
		update(c, in, p, own, now, fx);
	else if ((type == HP_MH_HOTI || type == HP_MH_COTI) && is_served(c, p))
		correspond(c, p, type, own, now, fx);
	else
		c->count[HP_CT_MH_OTHER]++;
}

void hp_mobility_message(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			 struct hp_effects *fx)
{
	const bool own = hp_output_is_own(c, in->link, &p->dst);
	struct hp_complaint what = {.type = HP_ICMP6_PARAM_PROBLEM, .direct = true, .behalf = !own};
	uint8_t type = 0;
	size_t at = 0;

	switch (hp_mh_check(hp_packet_payload(p), hp_packet_payload_len(p), hp_packet_source(p), hp_packet_destination(p), &type, &at)) {
	case HP_MH_OK:
		message(c, in, p, type, own, now, fx);
		break;
	case HP_MH_CHECKSUM:
		c->count[HP_CT_MH_CHECKSUM]++;
		break;
	case HP_MH_PAYLOAD_PROTO:
	case HP_MH_HEADER_LEN:
		c->count[HP_CT_MH_PARAM]++;
		what.word = (uint32_t)(p->payload_at + at);
		hp_complaint_icmp(c, in, &what, now, fx);
		break;
	case HP_MH_UNKNOWN_TYPE:
		c->count[HP_CT_MH_UNKNOWN]++;
		hp_complaint_binding(c, in, p, HP_BE_UNKNOWN_MH, now, fx);
		break;
	default:
		c->count[HP_CT_MH_MALFORMED]++;
		break;
	}
}
