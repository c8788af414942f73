/* SPDX-License-Identifier: BSD-3-Clause */
#include "ends.h"

#include <stdlib.h>

#include "run.h"

void ends_open(struct ends *e)
{
	const struct hp_now now = {0};

	if (hp_ipsec_create(&e->agent, false, 1, now) || hp_ipsec_create(&e->node, true, 2, now) || hp_effects_create(&e->fx))
		abort();
}

void ends_close(struct ends *e)
{
	hp_ipsec_destroy(e->agent);
	hp_ipsec_destroy(e->node);
	hp_effects_destroy(e->fx);
}

struct hp_association_spec ends_spec(enum hp_protection protects, enum hp_association_encryption encryption, uint8_t key_len)
{
	const bool gcm = encryption == HP_ASSOCIATION_AES_GCM_16;
	struct hp_association_spec s = {
		.spi = SPI,
		.hoa = HOME,
		.protects = protects,
		.mode = protects >= HP_PROTECT_HOME_TEST ? HP_ASSOCIATION_TUNNEL : HP_ASSOCIATION_TRANSPORT,
		.encryption = encryption,
		.integrity = gcm ? HP_ASSOCIATION_COMBINED : HP_ASSOCIATION_HMAC_SHA256_128,
		.encryption_len = key_len,
		.integrity_len = gcm ? 0 : 32,
		.manual = !gcm,
		.salt = {0xca, 0xfe, 0, 0x42},
	};

	for (unsigned int i = 0; i < 32; i++) {
		s.encryption_key[i] = (uint8_t)(0x20 + i);
		s.integrity_key[i] = (uint8_t)(0x80 + i);
	}
	return s;
}

void ends_add(struct ends *e, struct hp_association_spec spec, bool to_agent)
{
	const struct hp_now now = {0};

	spec.out = !to_agent;
	CU_ASSERT(hp_associations_add(hp_ipsec_associations(e->agent), &spec, now) == 0);
	spec.out = to_agent;
	CU_ASSERT(hp_associations_add(hp_ipsec_associations(e->node), &spec, now) == 0);
}

unsigned int ends_told(struct ends *e, const char *reason)
{
	unsigned int n = 0;

	for (size_t i = 0; i < hp_effects_count(e->fx); i++) {
		const struct hp_effect *f = hp_effects_at(e->fx, i);

		n += f->kind == HP_EFFECT_EVENT && f->event.kind == HP_EVENT_REFUSED && f->event.code == HP_EVENT_UNANSWERED &&
		     strcmp(f->event.reason, reason) == 0;
	}
	hp_effects_clear(e->fx);
	return n;
}
