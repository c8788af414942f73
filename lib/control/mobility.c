/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/mobility.h"

#include "control/complaint.h"

static void update(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_bu bu;

	c->count[HP_CT_BU_IN]++;
	if (hp_bu_read(&bu, hp_packet_payload(p), hp_packet_payload_len(p)) != HP_MH_OK)
		c->count[HP_CT_MH_MALFORMED]++;
	else if (bu.home)
		hp_agent_update(c->agent, in, p, &bu, false, now, fx);
	else
		c->count[HP_CT_CORRESPONDENT]++;
}

void hp_mobility_message(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			 struct hp_effects *fx)
{
	struct hp_complaint what = {.type = HP_ICMP6_PARAM_PROBLEM, .direct = true};
	uint8_t type = 0;
	size_t at = 0;

	switch (hp_mh_check(hp_packet_payload(p), hp_packet_payload_len(p), hp_packet_source(p), hp_packet_destination(p), &type, &at)) {
	case HP_MH_OK:
		if (type == HP_MH_BU)
			update(c, in, p, now, fx);
		else
			c->count[HP_CT_MH_OTHER]++;
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
