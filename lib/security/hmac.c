/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/hmac.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/vault.h"

#define WHOLE_MOST EVP_MAX_MD_SIZE

static const struct {
	const char *digest;
	size_t len;
} algorithms[HP_HMAC_COUNT] = {
	[HP_HMAC_SHA1_96] = {"SHA1", 12},
	[HP_HMAC_SHA256_128] = {"SHA256", 16},
	[HP_HMAC_SHA1] = {"SHA1", 20},
};

struct hp_hmac {
	EVP_MAC *hmac;
	EVP_MAC_CTX *ctx[HP_HMAC_COUNT]; /* kept: to make one costs three times the work of a short message */
	EVP_MD *sha1;
	EVP_MD_CTX *digest;
};

static void *take(size_t size, const char *file, int line)
{
	return hp_vault_alloc(size);
}

static void *grow(void *at, size_t size, const char *file, int line)
{
	if (size)
		return hp_vault_grow(at, size);
	hp_vault_free(at);
	return NULL;
}

static void give(void *at, const char *file, int line)
{
	hp_vault_free(at);
}

bool hp_hmac_hide(void)
{
	return CRYPTO_set_mem_functions(take, grow, give);
}

void hp_hmac_destroy(struct hp_hmac *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < HP_HMAC_COUNT; i++)
		EVP_MAC_CTX_free(m->ctx[i]);
	EVP_MAC_free(m->hmac);
	EVP_MD_CTX_free(m->digest);
	EVP_MD_free(m->sha1);
	free(m);
}

static EVP_MAC_CTX *context(const struct hp_hmac *m, enum hp_hmac_algorithm algorithm)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)algorithms[algorithm].digest, 0),
		OSSL_PARAM_construct_end()};
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(m->hmac);

	if (ctx && EVP_MAC_CTX_set_params(ctx, params))
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

int hp_hmac_create(struct hp_hmac **out)
{
	struct hp_hmac *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	m->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	m->digest = EVP_MD_CTX_new();
	if (!m->hmac || !m->sha1 || !m->digest)
		goto fail;
	for (unsigned int i = 0; i < HP_HMAC_COUNT; i++) {
		m->ctx[i] = context(m, i);
		if (!m->ctx[i])
			goto fail;
	}
	*out = m;
	return 0;
fail:
	hp_hmac_destroy(m);
	return -ENOSYS;
}

size_t hp_hmac_len(enum hp_hmac_algorithm algorithm)
{
	return algorithms[algorithm].len;
}

/* What a context that has its key makes of the parts. */
static bool compute(EVP_MAC_CTX *ctx, size_t octets, const struct hp_hmac_part part[], unsigned int parts, uint8_t *out)
{
	uint8_t whole[WHOLE_MOST];
	bool ok = true;
	size_t len;

	for (unsigned int i = 0; i < parts && ok; i++)
		ok = EVP_MAC_update(ctx, part[i].octets, part[i].len);
	ok = ok && EVP_MAC_final(ctx, whole, &len, sizeof(whole));
	if (ok)
		memcpy(out, whole, octets);
	hp_secret_wipe(whole, sizeof(whole));
	return ok;
}

bool hp_hmac_compute(struct hp_hmac *m, enum hp_hmac_algorithm algorithm, const void *key, size_t key_len, const struct hp_hmac_part part[],
		     unsigned int parts, uint8_t *out)
{
	EVP_MAC_CTX *ctx = m->ctx[algorithm];

	return EVP_MAC_init(ctx, key, key_len, NULL) && compute(ctx, algorithms[algorithm].len, part, parts, out);
}

struct hp_hmac_key {
	EVP_MAC_CTX *ctx;
	size_t len;
};

int hp_hmac_key_create(struct hp_hmac_key **out, struct hp_hmac *m, enum hp_hmac_algorithm algorithm, const void *key, size_t key_len)
{
	struct hp_hmac_key *k = calloc(1, sizeof(*k));

	if (!k)
		return -ENOMEM;
	k->len = algorithms[algorithm].len;
	k->ctx = context(m, algorithm);
	if (!k->ctx || !EVP_MAC_init(k->ctx, key, key_len, NULL)) {
		hp_hmac_key_destroy(k);
		return -ENOMEM;
	}
	*out = k;
	return 0;
}

void hp_hmac_key_destroy(struct hp_hmac_key *k)
{
	if (!k)
		return;
	EVP_MAC_CTX_free(k->ctx);
	free(k);
}

bool hp_hmac_key_compute(struct hp_hmac_key *k, const struct hp_hmac_part part[], unsigned int parts, uint8_t *out)
{
	/* Without a key: that of the last time. */
	return EVP_MAC_init(k->ctx, NULL, 0, NULL) && compute(k->ctx, k->len, part, parts, out);
}

bool hp_hmac_digest(struct hp_hmac *m, const struct hp_hmac_part part[], unsigned int parts, uint8_t *out)
{
	bool ok = EVP_DigestInit_ex2(m->digest, m->sha1, NULL);

	for (unsigned int i = 0; i < parts && ok; i++)
		ok = EVP_DigestUpdate(m->digest, part[i].octets, part[i].len);
	return ok && EVP_DigestFinal_ex(m->digest, out, NULL);
}

bool hp_hmac_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}
