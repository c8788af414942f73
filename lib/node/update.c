/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding Updates to correspondents and what they answer: RFC 6275 §5.2.6, §11.7.2, §11.7.3. */
#include "node/peer.h"

#define HOP_LIMIT     64
#define LIFETIME_MOST (420 / 4) /* MAX_RR_BINDING_LIFETIME (§12), in units of 4 s */

/* §11.7.2: no longer than the home registration and the home address live. Zero: not now, it would delete. */
static uint16_t lifetime(const struct home *h, struct hp_now now)
{
	const uint64_t end_ms = h->expires_ms < h->valid_until_ms ? h->expires_ms : h->valid_until_ms;
	const uint64_t units = end_ms > now.mono_ms ? (end_ms - now.mono_ms) / 4000 : 0;

	return (uint16_t)(units < LIFETIME_MOST ? units : LIFETIME_MOST);
}

/* The authenticator is of the care-of address, of a deletion of the home address (§6.2.7); where it is sent from is another matter (§11.7.2). */
static bool write_update(struct hp_node *n, const struct home *h, struct peer *p, bool ack, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];
	const struct careof *c = r->update.deletion ? NULL : hp_test_careof_of(p, &h->coa);
	const struct hp_bu bu = {
		.sequence = ++p->sequence,
		.ack = ack,
		.lifetime = r->update.lifetime,
		.has_nonces = true,
		.home_nonce = r->token.nonce_index,
		.careof_nonce = c ? c->token.nonce_index : 0,
		.has_authorization = true,
	};
	uint8_t body[HP_MH_ROOM];
	const int len = hp_bu_write(&bu, body, sizeof(body));
	const size_t at = (size_t)len - HP_AUTHENTICATOR;
	struct hp_send s = {
		.src = hp_home_is_away(h) ? h->coa : h->conf.hoa,
		.dst = p->address,
		.link = h->interface,
		.hop_limit = HOP_LIMIT,
		.proto = HP_PROTO_MH,
		.class_ = HP_CLASS_REGISTRATION,
		.body = body,
		.body_len = (size_t)len,
	};

	if (hp_home_is_away(h))
		s.hoa = h->conf.hoa;
	r->update.sequence = bu.sequence;
	r->update.coa = r->update.deletion ? h->conf.hoa : h->coa;
	if (!hp_kbm(n->mac, r->token.octets, c ? c->token.octets : NULL, r->update.kbm) ||
	    !hp_authorization(n->mac, r->update.kbm, &r->update.coa, &p->address, body, at, body + at)) {
		n->count[HP_NODE_AUTH_FAILED]++;
		return false;
	}
	n->count[HP_NODE_PEER_BU_OUT]++;
	hp_peer_sent(p, HP_MH_BU, now);
	hp_effects_send(fx, &s);
	return true;
}

/* What the peer holds from here on is one or the other until it answers: nothing to send by. */
static void doubt(struct route *r, struct hp_now now)
{
	const uint64_t until_ms = now.mono_ms + r->update.lifetime * 4000u;

	if (!hp_ip6_eq(&r->bound.coa, &r->update.coa))
		r->bound.expires_ms = 0;
	if (until_ms > r->held_until_ms)
		r->held_until_ms = until_ms;
}

void hp_update_send(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];
	const uint64_t allowed_ms = hp_peer_allowed_ms(p, HP_MH_BU);

	r->update.deletion = h->state == HP_NODE_HOME;
	r->update.lifetime = r->update.deletion ? 0 : lifetime(h, now);
	if (!r->update.lifetime && !r->update.deletion)
		return; /* until the home agent has given us more */
	if (r->stage != HP_NODE_ROUTE_UPDATING)
		r->update.sent = 0;
	r->stage = HP_NODE_ROUTE_UPDATING;
	if (now.mono_ms < allowed_ms) {
		r->update.due_ms = allowed_ms;
		return;
	}
	r->update.due_ms = now.mono_ms + ((uint64_t)INITIAL_BINDACK_TIMEOUT_MS << r->update.sent);
	n->count[HP_NODE_PEER_REPEATED] += r->update.sent++ > 0;
	if (!write_update(n, h, p, true, now, fx))
		return;
	r->update.sent_ms = now.mono_ms;
	r->update.awaited = true;
	doubt(r, now);
}

void hp_update_leave(struct hp_node *n, const struct home *h, struct hp_now now, struct hp_effects *fx)
{
	for (struct peer *p = n->peers ? n->peers->newest : NULL; p; p = p->older) {
		struct route *r = &p->route[h->number];

		if (r->held_until_ms <= now.mono_ms || !hp_token_is_fresh(&r->token, now) || hp_peer_allowed_ms(p, HP_MH_BU) > now.mono_ms)
			continue;
		r->update.deletion = true;
		r->update.lifetime = 0;
		write_update(n, h, p, false, now, fx);
	}
}

static void accepted(const struct home *h, struct peer *p, const struct hp_ba *ba, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];
	const uint16_t granted = ba->lifetime < r->update.lifetime ? ba->lifetime : r->update.lifetime;
	const bool told = r->bound.told, moved = !hp_ip6_eq(&r->bound.coa, &h->coa);

	/* "With the timer countdown beginning at the time that the Binding Update was sent." Advice is a home agent's only. */
	r->held_until_ms = r->update.sent_ms + granted * 4000u;
	if (r->update.deletion) {
		/* What has deleted is good for nothing more (§9.5.3). */
		r->token.until_ms = 0;
		hp_correspond_end(h, p, "at home", fx);
		hp_correspond_rest(r);
		return;
	}
	if (!granted) {
		hp_correspond_pause(h, p, "refused", now, fx);
		return;
	}
	r->update.awaited = r->nonces_expired = false;
	r->silent_ms = 0;
	r->pause_ms = PAUSE_MS;
	r->stage = HP_NODE_ROUTE_OPTIMIZED;
	r->bound.coa = r->update.coa;
	r->bound.expires_ms = r->held_until_ms;
	/* Again when four fifths are over; time enough for some repetitions. */
	r->bound.refresh_ms = r->update.sent_ms + granted * 3200u;
	r->bound.told = true;
	p->option_told = false;
	if (!told || moved)
		hp_correspond_tell(h, p, told ? HP_EVENT_ROUTE_MOVED : HP_EVENT_ROUTE_OPTIMIZED, ba->status, NULL, fx);
}

/* 136 to 138 name the token that is too old; once, a new one mends that. */
static void nonces_expired(const struct home *h, struct peer *p, uint8_t status, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];
	struct careof *c = hp_test_careof_of(p, &h->coa);

	if (status != HP_BA_CAREOF_NONCE)
		r->token.until_ms = 0;
	if (status != HP_BA_HOME_NONCE && c)
		c->token.until_ms = 0;
	if (r->nonces_expired) {
		hp_correspond_pause(h, p, "refused", now, fx);
		return;
	}
	r->nonces_expired = true;
	hp_correspond_test(h, p, now);
}

static void refused(struct hp_node *n, const struct home *h, struct peer *p, const struct hp_ba *ba, struct hp_now now,
		    struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];

	n->count[HP_NODE_PEER_REFUSED]++;
	hp_correspond_tell(h, p, HP_EVENT_ROUTE_REFUSED, ba->status, NULL, fx);
	switch (ba->status) {
	case HP_BA_SEQUENCE:
		p->sequence = ba->sequence;
		if (r->update.sent <= MAX_RO_FAILURE)
			hp_update_send(n, h, p, now, fx);
		else
			hp_correspond_pause(h, p, "refused", now, fx);
		break;
	case HP_BA_HOME_NONCE:
	case HP_BA_CAREOF_NONCE:
	case HP_BA_NONCES:
		nonces_expired(h, p, ba->status, now, fx);
		break;
	default:
		hp_correspond_pause(h, p, "refused", now, fx);
	}
}

/* §11.7.3: authorized, but for 136 to 138, of which the peer cannot make the key any more (§9.5.4). */
static bool is_authorized(struct hp_node *n, const struct peer *p, const struct route *r, const struct hp_ba *ba, const uint8_t *message)
{
	uint8_t right[HP_AUTHENTICATOR];

	if (ba->status == HP_BA_HOME_NONCE || ba->status == HP_BA_CAREOF_NONCE || ba->status == HP_BA_NONCES)
		return true;
	if (!ba->has_authorization) {
		n->count[HP_NODE_PEER_NO_AUTHORIZATION]++;
		return false;
	}
	if (ba->authorization_len == sizeof(right) &&
	    hp_authorization(n->mac, r->update.kbm, &r->update.coa, &p->address, message, ba->authorization_at, right) &&
	    hp_hmac_equal(right, message + ba->authorization_at, sizeof(right)))
		return true;
	n->count[HP_NODE_PEER_WRONG_AUTHENTICATOR]++;
	return false;
}

void hp_update_acknowledged(struct hp_node *n, const struct home *h, const struct hp_packet *m, struct hp_now now, struct hp_effects *fx)
{
	struct peer *p = m->has_hao ? NULL : hp_peers_find(n, &m->src);
	struct route *r = p ? &p->route[h->number] : NULL;
	struct hp_ba ba;

	if (hp_ba_read(&ba, hp_packet_payload(m), hp_packet_payload_len(m)) != HP_MH_OK) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	if (!r || !r->update.awaited || (ba.sequence != r->update.sequence && ba.status != HP_BA_SEQUENCE)) {
		n->count[HP_NODE_IGNORED]++;
		return;
	}
	if (!is_authorized(n, p, r, &ba, hp_packet_payload(m)))
		return;
	n->count[HP_NODE_PEER_BA_IN]++;
	r->last_status = ba.status;
	if (ba.status < 128)
		accepted(h, p, &ba, now, fx);
	else
		refused(n, h, p, &ba, now, fx);
	hp_correspond_run(n, p, now, fx);
}
