/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/acknowledge.h"

void hp_acknowledge_send(struct hp_agent *a, const struct hp_request *r, enum hp_ba_status status, uint16_t sequence, uint16_t lifetime,
			 struct hp_now now, struct hp_effects *fx)
{
	/* K stays clear: associations here are configured, not negotiated with a movable peer (§10.3.1). Refresh Advice is left out. */
	const struct hp_ba ba = {.status = (uint8_t)status, .sequence = sequence, .lifetime = lifetime};
	uint8_t body[HP_MH_ROOM_MOST];
	const int len = hp_guard_acknowledge(a->conf.guard, &r->credential, &r->hoa, &r->coa, &ba, body, sizeof(body));
	struct hp_send send = {
		.src = r->ha,
		.dst = r->hoa,
		.link = HP_LINK_ANY,
		.hop_limit = 64,
		.proto = HP_PROTO_MH,
		.class_ = HP_CLASS_REGISTRATION,
		.protection = HP_PROTECT_REGISTRATION,
		.body = body,
	};

	if (len < 0)
		return;
	send.body_len = (size_t)len;
	/* Always to the source of the update, never by the cache. Had it the option, by a type 2 routing header; without it the source is
	 * the home address itself (§9.5.4). */
	if (!hp_ip6_eq(&r->source, &r->hoa))
		send.coa = r->source;
	if (hp_ip6_is_linklocal(&r->source))
		send.link = r->link;
	/* On the home link, straight to the node: it may be unable to answer a solicitation yet (§10.3.2). */
	if (r->on_home) {
		send.link = r->link;
		send.has_mac = true;
		send.mac = r->mac;
	}
	a->count[HP_AG_BA_OUT]++;
	a->status[ba.status]++;
	hp_effects_send(fx, &send);
}

static void refuse(struct hp_agent *a, const struct hp_request *r, enum hp_ba_status status, uint16_t sequence, struct hp_now now,
		   struct hp_effects *fx)
{
	hp_acknowledge_send(a, r, status, sequence, 0, now, fx);
	if (hp_rate_take(&a->refusals, now.mono_ms))
		hp_effects_event(fx, HP_EVENT_REFUSED, &r->hoa, &r->coa, r->link, (uint16_t)status);
}

void hp_acknowledge_refuse(struct hp_agent *a, const struct hp_request *r, enum hp_ba_status status, struct hp_now now,
			   struct hp_effects *fx)
{
	refuse(a, r, status, r->sequence, now, fx);
}

void hp_acknowledge_out_of_window(struct hp_agent *a, const struct hp_request *r, uint16_t last, struct hp_now now, struct hp_effects *fx)
{
	refuse(a, r, HP_BA_SEQUENCE, last, now, fx);
}
