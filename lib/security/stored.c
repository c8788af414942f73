/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/stored.h"

#include <string.h>

#include "base/cursor.h"
#include "wire/proof.h"

#define VERSION   1
#define SUSPENDED 1
#define TIMESTAMP 1

static void write_key(struct hp_writer *w, const struct hp_key_spec *k)
{
	hp_write_u32(w, k->spi);
	hp_write_u8(w, (uint8_t)k->algorithm);
	hp_write_u8(w, k->timestamp ? TIMESTAMP : 0);
	hp_write_u8(w, k->len);
	hp_write_bytes(w, k->octets, k->len);
}

size_t hp_stored_write(const struct hp_subscriber_spec *spec, uint8_t out[HP_STORED_MOST])
{
	const struct hp_key_spec *const keys[] = {&spec->key[0], &spec->key[1], &spec->aaa};
	struct hp_writer w = hp_writer(out, HP_STORED_MOST);

	hp_write_u8(&w, VERSION);
	hp_write_u8(&w, spec->suspended ? SUSPENDED : 0);
	hp_write_u8(&w, spec->identity_len);
	hp_write_bytes(&w, spec->identity, spec->identity_len);
	hp_write_u8(&w, (uint8_t)((spec->key[0].spi != 0) + (spec->key[1].spi != 0) + (spec->aaa.spi != 0)));
	for (unsigned int i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i]->spi)
			write_key(&w, keys[i]);
	return hp_writer_len(&w);
}

static bool read_key(struct hp_reader *r, struct hp_subscriber_spec *out, unsigned int *keys)
{
	struct hp_key_spec k = {.spi = hp_read_u32(r)};
	const bool aaa = k.spi == HP_AAA_SPI;
	const uint8_t *octets;
	bool good;

	k.algorithm = (enum hp_hmac_algorithm)hp_read_u8(r);
	k.timestamp = hp_read_u8(r) & TIMESTAMP;
	k.len = hp_read_u8(r);
	octets = hp_read_bytes(r, k.len);
	good = octets && k.len >= HP_KEY_LEAST && k.len <= HP_KEY_MOST &&
	       (aaa ? k.algorithm == HP_HMAC_SHA1 && !out->aaa.spi
		    : k.spi >= HP_PROOF_SPI_LEAST && k.algorithm <= HP_HMAC_SHA256_128 && *keys < HP_SUBSCRIBER_KEYS);
	if (good) {
		memcpy(k.octets, octets, k.len);
		*(aaa ? &out->aaa : &out->key[(*keys)++]) = k;
	}
	hp_secret_wipe(&k, sizeof(k));
	return good;
}

bool hp_stored_read(struct hp_subscriber_spec *out, const void *stored, size_t len)
{
	struct hp_reader r = hp_reader(stored, len);
	unsigned int keys = 0;
	const uint8_t *identity;
	bool good = hp_read_u8(&r) == VERSION;

	*out = (struct hp_subscriber_spec){.suspended = hp_read_u8(&r) & SUSPENDED};
	out->identity_len = hp_read_u8(&r);
	identity = hp_read_bytes(&r, out->identity_len);
	good = good && identity && out->identity_len && out->identity_len <= HP_IDENTITY_MOST;
	if (good)
		memcpy(out->identity, identity, out->identity_len);
	for (unsigned int n = hp_read_u8(&r); n && good; n--)
		good = read_key(&r, out, &keys);
	return good && hp_reader_ok(&r) && !hp_reader_left(&r);
}
