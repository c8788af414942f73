/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/esp.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/secret.h"
#include "security/hmac.h"

#define ICV     16
#define TRAILER 2 /* pad length, next header */
#define KEYS    3 /* of 16, 24, 32 octets */
#define GCM_IV  8
#define NONCE   (HP_ASSOCIATION_SALT + GCM_IV)

static const struct {
	size_t iv, block;
	const char *cipher[KEYS]; /* by length of the key; NULL: none */
} encryptions[] = {
	[HP_ASSOCIATION_AES_CBC] = {16, 16, {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"}},
	[HP_ASSOCIATION_NULL] = {0, 4, {NULL}},
	[HP_ASSOCIATION_AES_GCM_16] = {GCM_IV, 4, {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"}},
};
#define ENCRYPTIONS (sizeof(encryptions) / sizeof(encryptions[0]))

struct hp_esp {
	struct hp_hmac *mac;
	EVP_CIPHER *cipher[ENCRYPTIONS][KEYS];
	EVP_CIPHER_CTX *ctx;
};

void hp_esp_destroy(struct hp_esp *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < ENCRYPTIONS; i++)
		for (size_t k = 0; k < KEYS; k++)
			EVP_CIPHER_free(e->cipher[i][k]);
	EVP_CIPHER_CTX_free(e->ctx);
	hp_hmac_destroy(e->mac);
	free(e);
}

int hp_esp_create(struct hp_esp **out)
{
	struct hp_esp *e = calloc(1, sizeof(*e));
	int ret;

	if (!e)
		return -ENOMEM;
	ret = hp_hmac_create(&e->mac);
	e->ctx = EVP_CIPHER_CTX_new();
	if (!ret && !e->ctx)
		ret = -ENOMEM;
	for (size_t i = 0; i < ENCRYPTIONS && !ret; i++)
		for (size_t k = 0; k < KEYS && !ret; k++) {
			if (!encryptions[i].cipher[k])
				continue;
			e->cipher[i][k] = EVP_CIPHER_fetch(NULL, encryptions[i].cipher[k], NULL);
			ret = e->cipher[i][k] ? 0 : -ENOSYS;
		}
	if (ret) {
		hp_esp_destroy(e);
		return ret;
	}
	*out = e;
	return 0;
}

static const EVP_CIPHER *cipher_of(const struct hp_esp *e, const struct hp_association *a)
{
	return e->cipher[a->encryption][a->encryption_len / 8u - 2];
}

/* Payload, padding and trailer fill whole blocks (§2.4). */
static size_t plain_len(const struct hp_association *a, size_t len)
{
	const size_t block = encryptions[a->encryption].block;

	return (len + TRAILER + block - 1) / block * block;
}

size_t hp_esp_len(const struct hp_association *a, size_t len)
{
	return HP_ESP_HEADER + encryptions[a->encryption].iv + plain_len(a, len) + ICV;
}

/* RFC 4106 §4, §5. The same for both directions. */
struct gcm {
	uint8_t nonce[NONCE], aad[12];
	int aad_len;
};

static struct gcm gcm_of(const struct hp_association *a, uint64_t sequence, const uint8_t *iv)
{
	struct gcm g;
	struct hp_writer w = hp_writer(g.aad, sizeof(g.aad));

	memcpy(g.nonce, hp_association_salt(a), HP_ASSOCIATION_SALT);
	memcpy(g.nonce + HP_ASSOCIATION_SALT, iv, GCM_IV);
	hp_write_u32(&w, a->spi);
	if (a->esn)
		hp_write_u32(&w, (uint32_t)(sequence >> 32));
	hp_write_u32(&w, (uint32_t)sequence);
	g.aad_len = (int)hp_writer_len(&w);
	return g;
}

static bool gcm(struct hp_esp *e, const struct hp_association *a, bool seal, uint64_t sequence, const uint8_t *iv, const uint8_t *in,
		size_t len, uint8_t *out, uint8_t *icv)
{
	const struct gcm g = gcm_of(a, sequence, iv);
	int n;

	return EVP_CipherInit_ex2(e->ctx, cipher_of(e, a), a->key, g.nonce, seal, NULL) &&
	       (seal || EVP_CIPHER_CTX_ctrl(e->ctx, EVP_CTRL_AEAD_SET_TAG, ICV, icv)) &&
	       EVP_CipherUpdate(e->ctx, NULL, &n, g.aad, g.aad_len) && EVP_CipherUpdate(e->ctx, out, &n, in, (int)len) &&
	       EVP_CipherFinal_ex(e->ctx, out + n, &n) && (!seal || EVP_CIPHER_CTX_ctrl(e->ctx, EVP_CTRL_AEAD_GET_TAG, ICV, icv));
}

static bool cbc(struct hp_esp *e, const struct hp_association *a, bool seal, const uint8_t *iv, const uint8_t *in, size_t len, uint8_t *out)
{
	int n;

	return EVP_CipherInit_ex2(e->ctx, cipher_of(e, a), a->key, iv, seal, NULL) && EVP_CIPHER_CTX_set_padding(e->ctx, 0) &&
	       EVP_CipherUpdate(e->ctx, out, &n, in, (int)len);
}

/* Over all that comes before it and, with extended sequence numbers, their upper half, which is not sent (§3.3.2.1, 4). */
static bool hmac(struct hp_esp *e, const struct hp_association *a, uint64_t sequence, const uint8_t *esp, size_t len, uint8_t *icv)
{
	const uint32_t high = (uint32_t)(sequence >> 32);
	const uint8_t implicit[4] = {(uint8_t)(high >> 24), (uint8_t)(high >> 16), (uint8_t)(high >> 8), (uint8_t)high};
	const struct hp_hmac_part part[] = {{esp, len}, {implicit, sizeof(implicit)}};

	return hp_hmac_compute(e->mac, HP_HMAC_SHA256_128, hp_association_integrity_key(a), a->integrity_len, part, a->esn ? 2 : 1, icv);
}

int hp_esp_seal(struct hp_esp *e, const struct hp_association *a, uint64_t sequence, const uint8_t iv[HP_ESP_IV], uint8_t proto,
		uint8_t *data, size_t len)
{
	const size_t iv_len = encryptions[a->encryption].iv, whole = plain_len(a, len), pad = whole - TRAILER - len;
	uint8_t *plain = data + HP_ESP_HEADER + iv_len, *icv = plain + whole, *at;
	struct hp_writer w = hp_writer(data, HP_ESP_HEADER);
	bool ok = true;

	memmove(plain, data, len);
	at = plain + len;
	for (size_t i = 1; i <= pad; i++)
		*at++ = (uint8_t)i;
	*at++ = (uint8_t)pad;
	*at = proto;
	hp_write_u32(&w, a->spi);
	hp_write_u32(&w, (uint32_t)sequence);
	if (a->encryption == HP_ASSOCIATION_AES_GCM_16) {
		w = hp_writer(data + HP_ESP_HEADER, iv_len);
		hp_write_u64(&w, sequence);
		return gcm(e, a, true, sequence, data + HP_ESP_HEADER, plain, whole, plain, icv) ? 0 : -EIO;
	}
	memcpy(data + HP_ESP_HEADER, iv, iv_len);
	if (a->encryption == HP_ASSOCIATION_AES_CBC)
		ok = cbc(e, a, true, iv, plain, whole, plain);
	return ok && hmac(e, a, sequence, data, (size_t)(icv - data), icv) ? 0 : -EIO;
}

/* The trailer comes off. */
static enum hp_esp_result unpad(const uint8_t *plain, size_t whole, size_t *len, uint8_t *proto)
{
	const size_t pad = plain[whole - 2];

	if (pad + TRAILER > whole)
		return HP_ESP_PADDING;
	for (size_t i = 1; i <= pad; i++)
		if (plain[whole - TRAILER - pad + i - 1] != i)
			return HP_ESP_PADDING;
	*len = whole - TRAILER - pad;
	*proto = plain[whole - 1];
	return HP_ESP_OK;
}

enum hp_esp_result hp_esp_open(struct hp_esp *e, const struct hp_association *a, uint64_t sequence, const uint8_t *esp, size_t len,
			       uint8_t *out, size_t *out_len, uint8_t *proto)
{
	const size_t iv_len = encryptions[a->encryption].iv, block = encryptions[a->encryption].block;
	const uint8_t *iv = esp + HP_ESP_HEADER, *sealed = iv + iv_len;
	uint8_t icv[ICV];
	size_t whole;

	if (len < HP_ESP_HEADER + iv_len + block + ICV || (len - HP_ESP_HEADER - iv_len - ICV) % block)
		return HP_ESP_MALFORMED;
	whole = len - HP_ESP_HEADER - iv_len - ICV;
	memcpy(icv, sealed + whole, ICV);
	if (a->encryption == HP_ASSOCIATION_AES_GCM_16) {
		if (!gcm(e, a, false, sequence, iv, sealed, whole, out, icv)) {
			hp_secret_wipe(out, whole);
			return HP_ESP_WRONG_ICV;
		}
		return unpad(out, whole, out_len, proto);
	}
	if (!hmac(e, a, sequence, esp, len - ICV, icv) || !hp_hmac_equal(icv, sealed + whole, ICV))
		return HP_ESP_WRONG_ICV;
	if (a->encryption == HP_ASSOCIATION_NULL)
		memcpy(out, sealed, whole);
	else if (!cbc(e, a, false, iv, sealed, whole, out))
		return HP_ESP_MALFORMED;
	return unpad(out, whole, out_len, proto);
}
