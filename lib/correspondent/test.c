/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/test.h"

#include "correspondent/answer.h"

static bool read_init(struct hp_correspondent *c, const struct hp_packet *p, struct hp_rr_init *init)
{
	if (p->has_hao) {
		c->count[HP_CN_TEST_HAO]++;
		return false;
	}
	/* No binding can come of another (§9.5.1). */
	if (!hp_ip6_is_routable(&p->src) || !hp_ip6_is_routable(&p->dst)) {
		c->count[HP_CN_TEST_ADDRESS]++;
		return false;
	}
	if (hp_rr_init_read(init, hp_packet_payload(p), hp_packet_payload_len(p)) != HP_MH_OK) {
		c->count[HP_CN_TEST_MALFORMED]++;
		return false;
	}
	return true;
}

void hp_test_answer(struct hp_correspondent *c, const struct hp_correspondent_message *m, struct hp_now now, struct hp_effects *fx)
{
	const bool home = m->type == HP_MH_HOTI;
	struct hp_rr_init init;
	struct hp_rr_test test;
	struct hp_nonce *nonce;
	uint8_t body[HP_MH_ROOM];
	int len;

	c->count[home ? HP_CN_HOTI_IN : HP_CN_COTI_IN]++;
	if (!read_init(c, m->p, &init))
		return;
	memcpy(test.cookie, init.cookie, sizeof(test.cookie));
	nonce = hp_nonces_newest(c->nonces, now.mono_ms, &test.nonce_index);
	if (!nonce || !hp_keygen_token(nonce, home ? HP_TOKEN_HOME : HP_TOKEN_CAREOF, &m->p->src, test.token)) {
		c->count[HP_CN_TEST_NO_NONCE]++;
		return;
	}
	len = hp_rr_test_write(home ? HP_MH_HOT : HP_MH_COT, &test, body, sizeof(body));
	hp_answer_address(c, &m->p->dst, &m->p->src, body, len, fx);
	c->count[home ? HP_CN_HOT_OUT : HP_CN_COT_OUT]++;
}
