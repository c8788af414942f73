/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "security/mn_ha.h"
#include "tests.h"

struct vector {
	const char *name, *coa, *hoa, *key;
	uint32_t spi;
	int algorithm; /* enum hp_hmac_algorithm */
	const char *before, *authenticator;
};
#include "vectors.h"

/* Right as it is, wrong with any bit of anything changed. */
static void check(struct hp_hmac *m, const struct vector *v, bool aaa)
{
	struct bytes key_bytes = bytes_hex(v->key), before = bytes_hex(v->before), want = bytes_hex(v->authenticator);
	const struct hp_key key = {.spi = v->spi, .algorithm = (uint8_t)v->algorithm, .len = (uint8_t)key_bytes.len, .octets = key_bytes.p};
	const size_t len = before.len + want.len;
	struct hp_ip6 address[2] = {ip6(v->coa), ip6(v->hoa)};
	uint8_t *message = malloc(len);
	const struct hp_mobility_data data = {&address[0], &address[1], message};
	const struct hp_proof_authenticator a = {true, v->spi, (uint16_t)before.len, (uint16_t)want.len};
	bool (*const verify)(struct hp_hmac *, const struct hp_key *, const struct hp_mobility_data *,
			     const struct hp_proof_authenticator *) = aaa ? hp_mn_aaa_verify : hp_mn_ha_verify;

	memcpy(message, before.p, before.len);
	memcpy(message + before.len, want.p, want.len);
	HP_CHECK(v->name, "right", verify(m, &key, &data, &a));
	message[4] = 0x12; /* the checksum is taken as zero */
	HP_CHECK(v->name, "with a checksum", verify(m, &key, &data, &a));
	for (size_t i = 0; i < len; i++)
		if (i != 4 && i != 5) {
			message[i] ^= 0x10;
			HP_CHECK(v->name, "message changed", !verify(m, &key, &data, &a));
			message[i] ^= 0x10;
		}
	for (unsigned int i = 0; i < sizeof(address); i++) {
		address[i / 16].b[i % 16] ^= 1;
		HP_CHECK(v->name, "address changed", !verify(m, &key, &data, &a));
		address[i / 16].b[i % 16] ^= 1;
	}
	key_bytes.p[0] ^= 1;
	HP_CHECK(v->name, "another key", !verify(m, &key, &data, &a));
	key_bytes.p[0] ^= 1;
	HP_CHECK(v->name, "a shorter one",
		 !verify(m, &key, &data, &(struct hp_proof_authenticator){true, v->spi, a.at, (uint16_t)(a.len - 1)}));
	if (!aaa) {
		const struct hp_proof_authenticator place = hp_mn_ha_place(&key, len);

		memset(message + before.len, 0, want.len);
		HP_CHECK(v->name, "place", place.at == a.at && place.len == a.len && place.spi == a.spi);
		HP_CHECK(v->name, "signed", hp_mn_ha_sign(m, &key, &address[0], &address[1], message, &place));
		HP_CHECK(v->name, "as Python", memcmp(message + before.len, want.p, want.len) == 0);
	}
	free(message);
	bytes_free(&key_bytes);
	bytes_free(&before);
	bytes_free(&want);
}

void test_mn_ha(void)
{
	struct hp_hmac *m;

	CU_ASSERT_EQUAL_FATAL(hp_hmac_create(&m), 0);
	for (unsigned int i = 0; i < HP_LEN(vectors); i++)
		check(m, &vectors[i], false);
	for (unsigned int i = 0; i < HP_LEN(aaa_vectors); i++)
		check(m, &aaa_vectors[i], true);
	hp_hmac_destroy(m);
}

void test_timestamps(void)
{
	/* 2036-02-07 06:28:16 UTC, when the seconds of NTP begin again. */
	const uint64_t turn_ms = 2085978496000, now_ms = 1700000000250;
	const uint64_t now = hp_timestamp_of(now_ms);

	/* date -d 1970-01-01 is 2,208,988,800 s after 1900 (RFC 5905 figure 4). */
	CU_ASSERT_EQUAL(hp_timestamp_of(0), (uint64_t)2208988800u << 32);
	CU_ASSERT_EQUAL(now, ((uint64_t)(1700000000 + 2208988800u) << 32) + 0x40000000);
	CU_ASSERT_EQUAL(hp_timestamp_of(turn_ms), 0);
	CU_ASSERT_EQUAL(hp_timestamp_after_ms(hp_timestamp_of(now_ms + 7001), now), 7001 - 1); /* rounded down */
	CU_ASSERT_EQUAL(hp_timestamp_after_ms(hp_timestamp_of(now_ms + 8000), now), 8000);
	CU_ASSERT_EQUAL(hp_timestamp_after_ms(hp_timestamp_of(now_ms - 8000), now), -8000);
	CU_ASSERT_EQUAL(hp_timestamp_after_ms(hp_timestamp_of(turn_ms + 500), hp_timestamp_of(turn_ms - 500)), 1000);
	CU_ASSERT(hp_timestamp_is_later(hp_timestamp_of(turn_ms), hp_timestamp_of(turn_ms - 1)));
	CU_ASSERT(hp_timestamp_is_later(now + 1, now));
	CU_ASSERT(!hp_timestamp_is_later(now, now));
	CU_ASSERT(!hp_timestamp_is_later(now, now + 1));
	CU_ASSERT_EQUAL(hp_timestamp_corrected(0x1111111122222222, 0x3333333344444444), 0x3333333322222222);
}
