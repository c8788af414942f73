/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define ICV  16
#define MOST 4096

static void must(int ret)
{
	if (ret <= 0)
		abort();
}

struct hp_association_spec peer_spec(uint32_t spi, bool out, enum hp_association_encryption encryption, uint8_t key_len)
{
	struct hp_association_spec s = {.spi = spi,
					.out = out,
					.protects = HP_PROTECT_PAYLOAD,
					.mode = HP_ASSOCIATION_TUNNEL,
					.encryption = encryption,
					.integrity = HP_ASSOCIATION_HMAC_SHA256_128,
					.encryption_len = encryption == HP_ASSOCIATION_NULL ? 0 : key_len,
					.integrity_len = 32,
					.replay_window = 64};

	if (encryption == HP_ASSOCIATION_AES_GCM_16)
		s.integrity = HP_ASSOCIATION_COMBINED;
	for (unsigned int i = 0; i < 32; i++) {
		s.encryption_key[i] = (uint8_t)(spi * 7 + i * 13 + 1);
		s.integrity_key[i] = (uint8_t)(spi * 11 + i * 17 + 2);
	}
	for (unsigned int i = 0; i < 4; i++)
		s.salt[i] = (uint8_t)(spi * 3 + i);
	return s;
}

static void be32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (24 - 8 * i));
}

static unsigned int iv_len(const struct hp_association_spec *s)
{
	return s->encryption == HP_ASSOCIATION_AES_CBC ? 16 : s->encryption == HP_ASSOCIATION_AES_GCM_16 ? 8 : 0;
}

/* RFC 4106: salt and IV are the nonce; SPI and number, with ESN all 64 bits of it, are what is proved besides. False: wrong tag. */
static bool gcm(const struct hp_association_spec *s, uint64_t number, uint8_t *esp, size_t text, bool seal)
{
	const EVP_CIPHER *c = s->encryption_len == 32 ? EVP_aes_256_gcm() : s->encryption_len == 24 ? EVP_aes_192_gcm() : EVP_aes_128_gcm();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t nonce[12], aad[12], *body = esp + 16;
	int n, aad_len = 8, ret;

	memcpy(nonce, s->salt, 4);
	memcpy(nonce + 4, esp + 8, 8);
	memcpy(aad, esp, 4);
	if (s->esn) {
		be32(aad + 4, (uint32_t)(number >> 32));
		aad_len = 12;
	}
	be32(aad + aad_len - 4, (uint32_t)number);
	must(EVP_CipherInit_ex(ctx, c, NULL, s->encryption_key, nonce, seal));
	must(EVP_CipherUpdate(ctx, NULL, &n, aad, aad_len));
	must(EVP_CipherUpdate(ctx, body, &n, body, (int)text));
	if (!seal)
		must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, ICV, body + text));
	ret = EVP_CipherFinal_ex(ctx, body + text, &n);
	if (seal)
		must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, ICV, body + text));
	EVP_CIPHER_CTX_free(ctx);
	return seal || ret > 0;
}

static void cbc(const struct hp_association_spec *s, uint8_t *esp, size_t text, bool seal)
{
	const EVP_CIPHER *c = s->encryption_len == 32 ? EVP_aes_256_cbc() : s->encryption_len == 24 ? EVP_aes_192_cbc() : EVP_aes_128_cbc();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(EVP_CipherInit_ex(ctx, c, NULL, s->encryption_key, esp + 8, seal));
	must(EVP_CIPHER_CTX_set_padding(ctx, 0));
	must(EVP_CipherUpdate(ctx, esp + 24, &n, esp + 24, (int)text));
	EVP_CIPHER_CTX_free(ctx);
}

/* RFC 4303 §2.8: SPI to next header, and the upper half of the number behind it. RFC 4868: half of SHA-256. */
static void hmac(const struct hp_association_spec *s, uint64_t number, const uint8_t *esp, size_t len, uint8_t icv[32])
{
	uint8_t all[MOST];
	unsigned int n;

	memcpy(all, esp, len);
	be32(all + len, (uint32_t)(number >> 32));
	HMAC(EVP_sha256(), s->integrity_key, s->integrity_len, all, len + (s->esn ? 4 : 0), icv, &n);
}

size_t peer_seal(const struct hp_association_spec *s, uint64_t number, const void *inner, size_t len, const struct peer_tail *tail,
		 uint8_t *out)
{
	const unsigned int block = s->encryption == HP_ASSOCIATION_AES_CBC ? 16 : 4, iv = iv_len(s);
	unsigned int pad = tail ? tail->pad_more : 0;
	uint8_t icv[32], *text = out + 8 + iv;
	size_t all;

	while ((len + pad + 2) % block)
		pad++;
	all = len + pad + 2;
	be32(out, s->spi);
	be32(out + 4, (uint32_t)number);
	for (unsigned int i = 0; i < iv; i++)
		out[8 + i] = (uint8_t)(number * 31 + i * 7 + s->spi);
	memcpy(text, inner, len);
	for (unsigned int i = 0; i < pad; i++)
		text[len + i] = (uint8_t)(i + 1);
	if (tail && tail->pad_wrong)
		text[len + pad - 1] ^= 1;
	text[all - 2] = tail && tail->pad_too_long ? (uint8_t)(all - 1) : (uint8_t)pad;
	text[all - 1] = tail && tail->next ? tail->next : 41;
	if (s->encryption == HP_ASSOCIATION_AES_GCM_16) {
		gcm(s, number, out, all, true);
		return 8 + iv + all + ICV;
	}
	if (iv)
		cbc(s, out, all, true);
	hmac(s, number, out, 8 + iv + all, icv);
	memcpy(text + all, icv, ICV);
	return 8 + iv + all + ICV;
}

int peer_open(const struct hp_association_spec *s, uint64_t number, const uint8_t *esp, size_t len, uint8_t *inner)
{
	const unsigned int block = s->encryption == HP_ASSOCIATION_AES_CBC ? 16 : 4, iv = iv_len(s);
	uint8_t copy[MOST], icv[32], head[8], *text = copy + 8 + iv;
	size_t all = len - 8 - iv - ICV;

	memcpy(copy, esp, len);
	be32(head, s->spi);
	be32(head + 4, (uint32_t)number);
	if (len < 8 + iv + ICV + block || all % block || memcmp(head, esp, 8) != 0)
		return -1;
	if (s->encryption == HP_ASSOCIATION_AES_GCM_16) {
		if (!gcm(s, number, copy, all, false))
			return -1;
	} else {
		hmac(s, number, copy, 8 + iv + all, icv);
		if (memcmp(icv, text + all, ICV) != 0)
			return -1;
		if (iv)
			cbc(s, copy, all, false);
	}
	if (text[all - 1] != 41 || text[all - 2] + 2u > all)
		return -1;
	for (unsigned int i = 0; i < text[all - 2]; i++)
		if (text[all - 2u - text[all - 2] + i] != i + 1)
			return -1;
	all -= 2u + text[all - 2];
	memcpy(inner, text, all);
	return (int)all;
}
