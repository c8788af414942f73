/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/return_routability.h"

#include <errno.h>
#include <string.h>

#include "base/secret.h"
#include "base/vault.h"

#define CHECKSUM_AT 4

struct hp_nonce {
	struct hp_hmac_key *kcn;
	uint8_t octets[HP_NONCE];
};

int hp_nonce_create(struct hp_nonce **out, struct hp_hmac *m, const uint8_t octets[HP_KCN + HP_NONCE])
{
	struct hp_nonce *n = hp_vault_alloc(sizeof(*n));

	if (!n)
		return -ENOMEM;
	memcpy(n->octets, octets + HP_KCN, HP_NONCE);
	if (hp_hmac_key_create(&n->kcn, m, HP_HMAC_SHA1, octets, HP_KCN)) {
		hp_vault_free(n);
		return -ENOMEM;
	}
	*out = n;
	return 0;
}

void hp_nonce_destroy(struct hp_nonce *n)
{
	if (!n)
		return;
	hp_hmac_key_destroy(n->kcn);
	hp_vault_free(n);
}

bool hp_keygen_token(struct hp_nonce *n, enum hp_token_kind kind, const struct hp_ip6 *address, uint8_t token[HP_MH_TOKEN])
{
	const uint8_t last = (uint8_t)kind;
	const struct hp_hmac_part part[] = {{address, sizeof(*address)}, {n->octets, sizeof(n->octets)}, {&last, 1}};
	uint8_t whole[HP_HMAC_MOST];
	const bool ok = hp_hmac_key_compute(n->kcn, part, 3, whole);

	if (ok)
		memcpy(token, whole, HP_MH_TOKEN);
	hp_secret_wipe(whole, sizeof(whole));
	return ok;
}

bool hp_kbm(struct hp_hmac *m, const uint8_t home[HP_MH_TOKEN], const uint8_t *careof, uint8_t kbm[HP_KBM])
{
	const struct hp_hmac_part part[] = {{home, HP_MH_TOKEN}, {careof, HP_MH_TOKEN}};

	return hp_hmac_digest(m, part, careof ? 2 : 1, kbm);
}

bool hp_authorization(struct hp_hmac *m, const uint8_t kbm[HP_KBM], const struct hp_ip6 *coa, const struct hp_ip6 *correspondent,
		      const uint8_t *message, size_t at, uint8_t authenticator[HP_AUTHENTICATOR])
{
	static const uint8_t no_checksum[2];
	const struct hp_hmac_part part[] = {
		{coa, sizeof(*coa)},
		{correspondent, sizeof(*correspondent)},
		{message, CHECKSUM_AT},
		{no_checksum, sizeof(no_checksum)},
		{message + CHECKSUM_AT + 2, at - CHECKSUM_AT - 2},
	};

	return hp_hmac_compute(m, HP_HMAC_SHA1_96, kbm, HP_KBM, part, 5, authenticator);
}
