/* SPDX-License-Identifier: BSD-3-Clause */
#include "mobile.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "run.h"

struct mobile mobile_of(const char *hoa, const char *coa, const char *correspondent)
{
	return (struct mobile){.hoa = craft_ip6(hoa), .coa = craft_ip6(coa), .correspondent = craft_ip6(correspondent)};
}

/* What it heard: the token and its index. */
static void hear(struct lab *l, struct mobile *m)
{
	for (size_t i = 0; i < hp_effects_count(l->fx); i++) {
		const struct hp_effect *e = hp_effects_at(l->fx, i);
		const uint8_t *b = e->send.body;

		if (e->kind != HP_EFFECT_SEND || e->send.proto != 135 || (b[2] != 3 && b[2] != 4))
			continue;
		memcpy(b[2] == 3 ? m->home_index : m->careof_index, b + 6, 2);
		memcpy(b[2] == 3 ? m->home_token : m->careof_token, b + 16, 8);
	}
}

const char *mobile_tests(struct lab *l, struct mobile *m, uint8_t type)
{
	const uint8_t mh[16] = {59, 1, type, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t packet[CRAFT_ROOM];
	struct hp_input in = lab_input(
		packet, craft_summed(packet, type == 1 ? &m->hoa : &m->coa, &m->correspondent, &HP_IP6_ANY, 135, mh, sizeof(mh), 4), 1);

	if (type == 1 && m->bound) {
		in.has_mac = false;
		in.tunnelled = true;
		in.outer_src = m->coa;
	}
	hp_control_packet(l->control, &in, l->now, l->fx);
	hear(l, m);
	return lab_effects(l);
}

static void key(const struct mobile *m, bool deletion, uint8_t kbm[20])
{
	uint8_t tokens[16];

	memcpy(tokens, m->home_token, 8);
	memcpy(tokens + 8, m->careof_token, 8);
	CU_ASSERT(EVP_Digest(tokens, deletion ? 8 : 16, kbm, NULL, EVP_sha1(), NULL) == 1);
}

const char *mobile_updates(struct lab *l, struct mobile *m, bool home, uint16_t lifetime)
{
	uint8_t mh[32] = {59, 3, 5}, covered[32 + 20], kbm[20], mac[20], packet[CRAFT_ROOM];
	const struct hp_ip6 *coa = lifetime ? &m->coa : &m->hoa;
	struct hp_input in;

	m->sequence++;
	mh[6] = (uint8_t)(m->sequence >> 8);
	mh[7] = (uint8_t)m->sequence;
	mh[8] = home ? 0xc0 : 0x80;
	mh[10] = (uint8_t)(lifetime >> 8);
	mh[11] = (uint8_t)lifetime;
	if (!home) {
		memcpy(mh + 12, (uint8_t[]){4, 4, m->home_index[0], m->home_index[1], m->careof_index[0], m->careof_index[1], 5, 12}, 8);
		/* §6.2.7: care-of address, correspondent, the message up to the authenticator. */
		memcpy(covered, coa, 16);
		memcpy(covered + 16, &m->correspondent, 16);
		memcpy(covered + 32, mh, 20);
		key(m, !lifetime, kbm);
		CU_ASSERT(HMAC(EVP_sha1(), kbm, sizeof(kbm), covered, sizeof(covered), mac, NULL) != NULL);
		memcpy(mh + 20, mac, 12);
	}
	in = lab_input(packet, craft_summed(packet, &m->coa, &m->correspondent, &m->hoa, 135, mh, sizeof(mh), 4), 1);
	hp_control_packet(l->control, &in, l->now, l->fx);
	return lab_effects(l);
}

void mobile_registers(struct lab *l, struct mobile *m)
{
	struct hp_correspondent_view e;

	mobile_tests(l, m, 1);
	mobile_tests(l, m, 2);
	mobile_updates(l, m, false, 100);
	CU_ASSERT(hp_correspondent_find(hp_control_correspondent(l->control), &m->hoa, &m->correspondent, &e) &&
		  hp_ip6_eq(&e.coa, &m->coa));
}
