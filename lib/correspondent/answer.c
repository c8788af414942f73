/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/answer.h"

static struct hp_send message_of(const struct hp_ip6 *correspondent, const struct hp_ip6 *dst, const uint8_t *body, size_t len)
{
	/* Not of the class of home registrations, which wait for the store. */
	return (struct hp_send){
		.src = *correspondent,
		.dst = *dst,
		.link = HP_LINK_ANY,
		.hop_limit = 64,
		.proto = HP_PROTO_MH,
		.class_ = HP_CLASS_OTHER,
		.body = body,
		.body_len = len,
	};
}

void hp_answer_address(const struct hp_correspondent *c, const struct hp_ip6 *correspondent, const struct hp_ip6 *dst, const uint8_t *body,
		       int len, struct hp_effects *fx)
{
	struct hp_send send = message_of(correspondent, dst, body, (size_t)len);

	c->conf.address(c->conf.ctx, &send);
	hp_effects_send(fx, &send);
}

void hp_answer_acknowledge(struct hp_correspondent *c, const struct hp_cache_request *r, enum hp_ba_status status, uint16_t sequence,
			   uint16_t lifetime, struct hp_effects *fx)
{
	const bool authorized = status < HP_BA_HOME_NONCE || status > HP_BA_NONCES;
	const struct hp_ba ba = {.status = (uint8_t)status, .sequence = sequence, .lifetime = lifetime, .has_authorization = authorized};
	uint8_t body[HP_MH_ROOM];
	const size_t len = (size_t)hp_ba_write(&ba, body, sizeof(body));
	struct hp_send send = message_of(&r->key.correspondent, &r->key.hoa, body, len);

	if (authorized && !hp_authorization(c->hmac, r->kbm, &r->coa, &r->key.correspondent, body, len - HP_AUTHENTICATOR,
					    body + len - HP_AUTHENTICATOR)) {
		c->count[HP_CN_BU_NO_KEY]++;
		return;
	}
	/* Always to the source of the update, never by the cache: by a type 2 routing header, but to the home address itself (§9.5.4). */
	if (!hp_ip6_eq(&r->source, &r->key.hoa))
		send.coa = r->source;
	c->conf.address(c->conf.ctx, &send);
	c->count[HP_CN_BA_OUT]++;
	c->status[ba.status]++;
	hp_effects_send(fx, &send);
}

void hp_answer_refuse(struct hp_correspondent *c, const struct hp_cache_request *r, enum hp_ba_status status, uint16_t sequence,
		      struct hp_now now, struct hp_effects *fx)
{
	const struct hp_effect e = {.kind = HP_EFFECT_EVENT,
				    .event = {.kind = HP_EVENT_ROUTE_REFUSED,
					      .hoa = r->key.hoa,
					      .coa = r->coa,
					      .correspondent = r->key.correspondent,
					      .link = HP_LINK_ANY,
					      .code = (uint16_t)status}};

	hp_answer_acknowledge(c, r, status, sequence, 0, fx);
	if (hp_rate_take(&c->refusals, now.mono_ms))
		hp_effects_push(fx, &e);
}
