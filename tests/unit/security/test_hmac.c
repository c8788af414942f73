/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "base/secret.h"
#include "bytes.h"
#include "run.h"
#include "security/hmac.h"
#include "tests.h"

void test_secrets(void)
{
	struct hp_secrets *s;
	uint8_t key[HP_SECRET_MOST];
	const void *kept[5000];
	size_t held;

	CU_ASSERT_EQUAL_FATAL(hp_secrets_create(&s), 0);
	for (unsigned int i = 0; i < HP_LEN(kept); i++) {
		memset(key, (int)i, sizeof(key));
		kept[i] = hp_secrets_keep(s, key, 1 + i % HP_SECRET_MOST);
	}
	for (unsigned int i = 0; i < HP_LEN(kept); i++) {
		memset(key, (int)i, sizeof(key));
		CU_ASSERT(memcmp(kept[i], key, 1 + i % HP_SECRET_MOST) == 0);
	}
	held = hp_secrets_memory(s);
	CU_ASSERT(held < HP_LEN(kept) * HP_SECRET_MOST + 128 * 1024);
	hp_secrets_drop(s, kept[5], 1 + 5);
	/* Its slot is still ours to look at: all but the link to the next free one is zero. */
	for (size_t i = sizeof(void *); i < HP_SECRET_MOST / 2; i++)
		CU_ASSERT_EQUAL(((const uint8_t *)kept[5])[i], 0);
	hp_secrets_drop(s, NULL, 0);
	for (unsigned int i = 6; i < HP_LEN(kept); i++)
		hp_secrets_drop(s, kept[i], 1 + i % HP_SECRET_MOST);
	for (unsigned int i = 6; i < HP_LEN(kept); i++)
		CU_ASSERT_PTR_NOT_NULL(hp_secrets_keep(s, key, 1 + i % HP_SECRET_MOST));
	CU_ASSERT_EQUAL(hp_secrets_memory(s), held);
	hp_secrets_destroy(s);
	hp_secrets_destroy(NULL);
}

/* Given in three parts, which must not matter. */
static void check(struct hp_hmac *m, const char *name, enum hp_hmac_algorithm algorithm, const char *key, const char *data,
		  const char *want)
{
	struct bytes k = bytes_hex(key), d = bytes_hex(data), w = bytes_hex(want);
	const size_t third = d.len / 3;
	const struct hp_hmac_part part[] = {{d.p, third}, {d.p + third, 0}, {d.p + third, d.len - third}};
	uint8_t out[HP_HMAC_MOST] = {0};
	struct hp_hmac_key *kept;

	HP_CHECK(name, "computed", hp_hmac_compute(m, algorithm, k.p, k.len, part, 3, out));
	HP_CHECK(name, "length", hp_hmac_len(algorithm) == w.len);
	HP_CHECK(name, "octets", hp_hmac_equal(out, w.p, w.len));
	out[w.len - 1] ^= 1;
	HP_CHECK(name, "one bit", !hp_hmac_equal(out, w.p, w.len));
	/* The same key set up once, with another message between two of this one. */
	CU_ASSERT_EQUAL_FATAL(hp_hmac_key_create(&kept, m, algorithm, k.p, k.len), 0);
	HP_CHECK(name, "key kept", hp_hmac_key_compute(kept, part, 3, out) && hp_hmac_equal(out, w.p, w.len));
	HP_CHECK(name, "another message", hp_hmac_key_compute(kept, part, 1, out) && !hp_hmac_equal(out, w.p, w.len));
	HP_CHECK(name, "key still kept", hp_hmac_key_compute(kept, part, 3, out) && hp_hmac_equal(out, w.p, w.len));
	hp_hmac_key_destroy(kept);
	bytes_free(&k);
	bytes_free(&d);
	bytes_free(&w);
}

void test_hmac(void)
{
	static const struct {
		const char *name;
		enum hp_hmac_algorithm algorithm;
		const char *key, *data, *want;
	} table[] = {
		{"2202 3 case 1", HP_HMAC_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		 "b617318655057264e28bc0b6fb378c8ef146be00"},
		{"2202 3 case 2", HP_HMAC_SHA1_96, "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		 "effcdf6ae5eb2fa2d27416d5"},
		{"2202 3 case 5: the RFC's own truncation", HP_HMAC_SHA1_96, "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
		 "546573742057697468205472756e636174696f6e", "4c1a03424b55e07fe7f27be1"},
		{"4231 4.2", HP_HMAC_SHA256_128, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		 "b0344c61d8db38535ca8afceaf0bf12b"},
		{"4231 4.6: the RFC's own truncation", HP_HMAC_SHA256_128, "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
		 "546573742057697468205472756e636174696f6e", "a3b6167473100ee06e0c796c2955552b"},
	};
	struct hp_hmac *m;
	uint8_t sha1[20];
	struct bytes want = bytes_hex("a9993e364706816aba3e25717850c26c9cd0d89d");

	CU_ASSERT_EQUAL_FATAL(hp_hmac_create(&m), 0);
	/* One after the other with the same contexts, twice. */
	for (unsigned int i = 0; i < 2 * HP_LEN(table); i++)
		check(m, table[i % HP_LEN(table)].name, table[i % HP_LEN(table)].algorithm, table[i % HP_LEN(table)].key,
		      table[i % HP_LEN(table)].data, table[i % HP_LEN(table)].want);
	CU_ASSERT(hp_hmac_digest(m, (const struct hp_hmac_part[]){{"a", 1}, {"bc", 2}}, 2, sha1)); /* FIPS 180 */
	CU_ASSERT(memcmp(sha1, want.p, want.len) == 0);
	bytes_free(&want);
	hp_hmac_destroy(m);
	hp_hmac_destroy(NULL);
}
