/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 6275 §5.2.5, §6.2.7 against Python's hmac and the openssl command. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "security/return_routability.h"
#include "tests.h"

struct token_vector {
	const char *kcn, *nonce;
	int kind; /* enum hp_token_kind */
	const char *address, *token;
};
struct authorization_vector {
	const char *name, *home, *careof, *kbm, *coa, *correspondent, *before, *authenticator;
};
#include "rr_vectors.h"

void test_keygen_tokens(void)
{
	struct hp_hmac *m;

	CU_ASSERT_EQUAL_FATAL(hp_hmac_create(&m), 0);
	for (size_t i = 0; i < HP_LEN(token_vectors); i++) {
		const struct token_vector *v = &token_vectors[i];
		struct bytes kcn = bytes_hex(v->kcn), nonce = bytes_hex(v->nonce), want = bytes_hex(v->token);
		const struct hp_ip6 address = ip6(v->address);
		uint8_t octets[HP_KCN + HP_NONCE], token[HP_MH_TOKEN];
		struct hp_nonce *n;

		memcpy(octets, kcn.p, HP_KCN);
		memcpy(octets + HP_KCN, nonce.p, HP_NONCE);
		CU_ASSERT_EQUAL_FATAL(hp_nonce_create(&n, m, octets), 0);
		/* Again and again with one nonce, whose key is set up once. */
		for (unsigned int k = 0; k < 3; k++) {
			memset(token, 0, sizeof(token));
			HP_CHECK(v->token, "made", hp_keygen_token(n, (enum hp_token_kind)v->kind, &address, token));
			HP_CHECK(v->token, "the token", memcmp(token, want.p, sizeof(token)) == 0);
			HP_CHECK(v->token, "other kind", hp_keygen_token(n, (enum hp_token_kind) !v->kind, &address, token));
			HP_CHECK(v->token, "another token", memcmp(token, want.p, sizeof(token)) != 0);
		}
		hp_nonce_destroy(n);
		bytes_free(&kcn);
		bytes_free(&nonce);
		bytes_free(&want);
	}
	hp_nonce_destroy(NULL);
	hp_hmac_destroy(m);
}

static void check(struct hp_hmac *m, const struct authorization_vector *v)
{
	struct bytes home = bytes_hex(v->home), careof = bytes_hex(v->careof), want = bytes_hex(v->kbm), before = bytes_hex(v->before),
		     right = bytes_hex(v->authenticator);
	struct hp_ip6 address[2] = {ip6(v->coa), ip6(v->correspondent)};
	uint8_t kbm[HP_KBM], made[HP_AUTHENTICATOR];

	HP_CHECK(v->name, "key made", hp_kbm(m, home.p, careof.len ? careof.p : NULL, kbm));
	HP_CHECK(v->name, "the key", memcmp(kbm, want.p, sizeof(kbm)) == 0);
	/* The checksum counts as zero, whatever it is; nothing else does, and nothing behind `at` is looked at. */
	before.p[4] = 0x12;
	before.p[5] = 0x34;
	HP_CHECK(v->name, "made", hp_authorization(m, kbm, &address[0], &address[1], before.p, before.len, made));
	HP_CHECK(v->name, "the authenticator", memcmp(made, right.p, sizeof(made)) == 0);
	for (size_t i = 0; i < before.len; i++)
		if (i != 4 && i != 5) {
			before.p[i] ^= 0x10;
			HP_CHECK(v->name, "message changed",
				 hp_authorization(m, kbm, &address[0], &address[1], before.p, before.len, made) &&
					 memcmp(made, right.p, sizeof(made)) != 0);
			before.p[i] ^= 0x10;
		}
	for (unsigned int i = 0; i < sizeof(address); i++) {
		address[i / 16].b[i % 16] ^= 1;
		HP_CHECK(v->name, "address changed",
			 hp_authorization(m, kbm, &address[0], &address[1], before.p, before.len, made) &&
				 memcmp(made, right.p, sizeof(made)) != 0);
		address[i / 16].b[i % 16] ^= 1;
	}
	bytes_free(&home);
	bytes_free(&careof);
	bytes_free(&want);
	bytes_free(&before);
	bytes_free(&right);
}

void test_authorization(void)
{
	struct hp_hmac *m;

	CU_ASSERT_EQUAL_FATAL(hp_hmac_create(&m), 0);
	for (size_t i = 0; i < HP_LEN(authorization_vectors); i++)
		check(m, &authorization_vectors[i]);
	hp_hmac_destroy(m);
}
