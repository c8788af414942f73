/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/update.h"

#include "base/secret.h"
#include "correspondent/answer.h"
#include "correspondent/entry.h"

/* What the checks come to, where it is not a status of the acknowledgement (0..255). */
enum { PASS = -1, SILENCE = -2 };

static int silence(struct hp_correspondent *c, enum hp_correspondent_counter why)
{
	c->count[why]++;
	return SILENCE;
}

static struct hp_cache_request request_of(const struct hp_bu *bu, const struct hp_correspondent_message *m)
{
	const struct hp_packet *p = m->p;
	const struct hp_ip6 *hoa = hp_packet_source(p), *coa = bu->has_alternate_coa ? &bu->alternate_coa : &p->src;

	return (struct hp_cache_request){
		.key = {.hoa = *hoa, .correspondent = p->dst},
		.coa = bu->lifetime ? *coa : *hoa,
		.source = p->src,
		.sequence = bu->sequence,
		.lifetime = bu->lifetime,
		.home_nonce = bu->home_nonce,
		.careof_nonce = bu->careof_nonce,
		.ack = bu->ack,
		.own = m->own,
	};
}

/* What ends in silence before anything is computed: §6.1.7, §9.5.1, §9.5.4. */
static int check_message(struct hp_correspondent *c, const struct hp_bu *bu, const struct hp_cache_request *r)
{
	if (!hp_ip6_is_routable(&r->key.correspondent) || !hp_ip6_is_routable(&r->source) || !hp_ip6_is_routable(&r->key.hoa) ||
	    !hp_ip6_is_routable(&r->coa))
		return silence(c, HP_CN_BU_ADDRESS);
	if (!bu->has_nonces || !bu->has_authorization || bu->authorization_len != HP_AUTHENTICATOR)
		return silence(c, HP_CN_BU_UNPROVED);
	return PASS;
}

/* Kbm of the tokens made again (§9.5.1), if their nonces are still accepted. */
static int regenerate(struct hp_correspondent *c, struct hp_cache_request *r, struct hp_now now)
{
	uint64_t home_until_ms = 0, careof_until_ms = 0;
	struct hp_nonce *home = hp_nonces_find(c->nonces, r->home_nonce, now.mono_ms, &home_until_ms);
	struct hp_nonce *careof = r->lifetime ? hp_nonces_find(c->nonces, r->careof_nonce, now.mono_ms, &careof_until_ms) : NULL;
	const bool no_careof = r->lifetime && !careof;
	uint8_t token[2][HP_MH_TOKEN];
	bool ok;

	if (!home || no_careof)
		return home ? HP_BA_CAREOF_NONCE : no_careof ? HP_BA_NONCES : HP_BA_HOME_NONCE;
	r->nonces_until_ms = home_until_ms > careof_until_ms ? home_until_ms : careof_until_ms;
	ok = hp_keygen_token(home, HP_TOKEN_HOME, &r->key.hoa, token[0]) &&
	     (!careof || hp_keygen_token(careof, HP_TOKEN_CAREOF, &r->coa, token[1])) &&
	     hp_kbm(c->hmac, token[0], careof ? token[1] : NULL, r->kbm);
	hp_secret_wipe(token, sizeof(token));
	return ok ? PASS : silence(c, HP_CN_BU_NO_KEY);
}

static int check_authorization(struct hp_correspondent *c, const struct hp_bu *bu, const struct hp_cache_request *r, const uint8_t *message)
{
	uint8_t right[HP_AUTHENTICATOR];

	if (!hp_authorization(c->hmac, r->kbm, &r->coa, &r->key.correspondent, message, bu->authorization_at, right))
		return silence(c, HP_CN_BU_NO_KEY);
	return hp_hmac_equal(right, message + bu->authorization_at, sizeof(right)) ? PASS : silence(c, HP_CN_BU_WRONG);
}

/* Of what is proved: whether we want it. */
static int check_policy(const struct hp_correspondent *c, const struct hp_cache_request *r)
{
	if (hp_ip6_eq(&r->key.hoa, &r->key.correspondent))
		return HP_BA_PROHIBITED;
	if (r->lifetime && (hp_ip6_eq(&r->coa, &r->key.hoa) || hp_ip6_eq(&r->coa, &r->key.correspondent)))
		return HP_BA_INVALID_COA;
	return c->conf.policy(c->conf.ctx, &r->key.hoa, &r->coa, !r->lifetime);
}

/* An update that came from where it says. */
static void process(struct hp_correspondent *c, const struct hp_cache_request *r, bool home_registered, struct hp_now now,
		    struct hp_effects *fx)
{
	struct hp_entry *e = hp_entry_find(c, &r->key, now, fx);
	uint16_t lifetime = 0;
	int verdict = PASS;

	if (e && hp_entry_is_illegal(c, e, r)) {
		c->count[HP_CN_BU_ILLEGAL]++;
		hp_answer_refuse(c, r, HP_BA_NONCES, r->sequence, now, fx);
		return;
	}
	if (e && hp_mh_sequence_is_old(r->sequence, e->sequence)) {
		hp_answer_refuse(c, r, HP_BA_SEQUENCE, e->sequence, now, fx);
		return;
	}
	if (home_registered)
		verdict = HP_BA_TYPE_CHANGE;
	else if (e)
		hp_entry_note(c, e, r); /* §9.5.1: valid, so the number is stored, whatever comes of it below */
	if (verdict == PASS)
		verdict = check_policy(c, r);
	if (verdict == PASS && r->lifetime) {
		lifetime = hp_entry_accept(c, e, r, now, fx);
		verdict = lifetime ? PASS : HP_BA_RESOURCES;
	} else if (verdict == PASS) {
		hp_entry_delete(c, e, r, now, fx);
	}
	if (verdict != PASS)
		hp_answer_refuse(c, r, (enum hp_ba_status)verdict, r->sequence, now, fx);
	else if (r->ack)
		hp_answer_acknowledge(c, r, HP_BA_ACCEPTED, r->sequence, lifetime, fx);
}

void hp_correspondent_update(struct hp_correspondent *c, const struct hp_correspondent_message *m, struct hp_now now, struct hp_effects *fx)
{
	const uint8_t *message = hp_packet_payload(m->p);
	struct hp_cache_request r;
	struct hp_bu bu;
	int verdict;

	c->count[HP_CN_BU_IN]++;
	if (hp_bu_read(&bu, message, hp_packet_payload_len(m->p)) != HP_MH_OK) {
		c->count[HP_CN_BU_MALFORMED]++;
		return;
	}
	r = request_of(&bu, m);
	verdict = check_message(c, &bu, &r);
	if (verdict == PASS)
		verdict = regenerate(c, &r, now);
	if (verdict == PASS)
		verdict = check_authorization(c, &bu, &r, message);
	if (verdict == PASS)
		process(c, &r, m->home_registered, now, fx);
	else if (verdict != SILENCE)
		hp_answer_refuse(c, &r, (enum hp_ba_status)verdict, r.sequence, now, fx);
	hp_secret_wipe(r.kbm, sizeof(r.kbm));
}
