/* SPDX-License-Identifier: BSD-3-Clause */
/* A subscriber on disk: these octets, and no others. */
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "security/stored.h"
#include "tests.h"

#define KEY_16 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16

/* Suspended; identity a@x; SPI 256 of SHA-256 by timestamp, SPI 257 of SHA-1 by sequence number, MN-AAA. */
static const uint8_t good[] = {1, 1, 3, 'a', '@', 'x', 3,      0, 0, 1, 0, 1, 1, 16, KEY_16, 0,
			       0, 1, 1, 0,   0,   16,  KEY_16, 0, 0, 0, 3, 2, 0, 16, KEY_16};
#define KEYS_AT 6

static struct hp_key_spec key(uint32_t spi, enum hp_hmac_algorithm algorithm, bool timestamp)
{
	return (struct hp_key_spec){.spi = spi, .algorithm = algorithm, .timestamp = timestamp, .len = 16, .octets = {KEY_16}};
}

static bool same_key(const struct hp_key_spec *a, const struct hp_key_spec *b)
{
	return a->spi == b->spi && a->algorithm == b->algorithm && a->timestamp == b->timestamp && a->len == b->len &&
	       memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

void test_stored(void)
{
	const struct hp_subscriber_spec want = {.suspended = true,
						.identity_len = 3,
						.identity = "a@x",
						.key = {key(256, HP_HMAC_SHA256_128, true), key(257, HP_HMAC_SHA1_96, false)},
						.aaa = key(3, HP_HMAC_SHA1, false)};
	uint8_t out[HP_STORED_MOST];
	struct hp_subscriber_spec s;

	CU_ASSERT(hp_stored_write(&want, out) == sizeof(good) && memcmp(out, good, sizeof(good)) == 0);
	CU_ASSERT_FATAL(hp_stored_read(&s, good, sizeof(good)));
	CU_ASSERT(s.suspended && s.identity_len == 3 && memcmp(s.identity, "a@x", 4) == 0);
	CU_ASSERT(same_key(&s.key[0], &want.key[0]) && same_key(&s.key[1], &want.key[1]) && same_key(&s.aaa, &want.aaa));
}

void test_stored_refused(void)
{
	static const struct {
		const char *why;
		size_t at;
		uint8_t value;
	} row[] = {{"a later version", 0, 2},
		   {"no identity", 2, 0},
		   {"more keys than there are", KEYS_AT, 4},
		   {"fewer", KEYS_AT, 2},
		   {"a reserved SPI", 9, 0},
		   {"an algorithm nobody knows", 11, 3},
		   {"a key too short", 13, 15},
		   {"a key too long", 13, 200},
		   {"a third MN-HA key", sizeof(good) - 20, 9},
		   {"MN-AAA of another algorithm", sizeof(good) - 19, 0}};
	uint8_t bad[sizeof(good) + 1];
	struct hp_subscriber_spec s;

	for (size_t i = 0; i < HP_LEN(row); i++) {
		memcpy(bad, good, sizeof(good));
		bad[row[i].at] = row[i].value;
		HP_CHECK(row[i].why, "refused", !hp_stored_read(&s, bad, sizeof(good)));
	}
	memcpy(bad, good, sizeof(good));
	bad[sizeof(good)] = 0;
	CU_ASSERT(!hp_stored_read(&s, bad, sizeof(bad)));
	for (size_t len = 0; len < sizeof(good); len++)
		CU_ASSERT(!hp_stored_read(&s, good, len));
}
