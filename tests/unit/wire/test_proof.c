/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 4283 §3, RFC 4285 §5, §6: who, when, and the proof, in their places. */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/mh.h"

#define TWELVE "a1a2a3a4a5a6a7a8a9aaabac"
#define NAI    "0804 01 614062" /* a@b */
#define WHEN   "0a08 0123456789abcdef"
#define MN_HA  "0911 01 00000100" TWELVE
#define MN_AAA "0911 02 00000003" TWELVE

/* A Binding Update with these options, padded at its end. */
static struct bytes update(const char *options)
{
	static const char head[] = "3b00 05 00 0000 0001 c000 000f";
	char hex[512];
	struct bytes b;
	size_t missing;

	snprintf(hex, sizeof(hex), "%s%s", head, options);
	b = bytes_hex(hex);
	missing = (8 - b.len % 8) % 8;
	bytes_free(&b);
	snprintf(hex, sizeof(hex), "%s%s%.*s", head, options, (int)(2 * missing), "00000000000000");
	b = bytes_hex(hex);
	b.p[1] = (uint8_t)(b.len / 8 - 1);
	return b;
}

void test_proof_read(void)
{
	static const struct {
		const char *clause, *name, *options;
		bool bad;
		uint8_t identity_len;
		bool timestamp;
		uint16_t mn_ha_at, mn_aaa_at;
	} row[] = {
		{"4285 5.1", "identifier, timestamp, MN-HA", NAI WHEN MN_HA, false, 3, true, 35},
		{"4285 5.1", "MN-HA alone", MN_HA, false, 0, false, 19},
		{"4285 5.1", "padding behind it", MN_HA "0106 000000000000", false, 0, false, 19},
		{"4285 5.1", "of 16 octets", "0915 01 00000100" TWELVE "adaeafb0", false, 0, false, 19},
		{"4285 5.1", "it is not the last: an identifier", MN_HA NAI, true},
		{"4285 5.1", "a timestamp behind it", MN_HA WHEN, true},
		{"4285 5.1", "an alternate care-of address behind it", MN_HA "0310 20010db8000b00000000000000000077", true},
		{"4285 5.1", "an unknown option behind it", MN_HA "7f02 0000", true},
		{"4285 5", "twice", MN_HA MN_HA, true},
		{"4285 5", "MN-HA, MN-AAA", MN_HA MN_AAA, false, 0, false, 19, 38},
		{"4285 5", "MN-AAA, MN-HA", MN_AAA MN_HA, true},
		{"4285 5", "MN-AAA twice", MN_AAA MN_AAA, true},
		{"4285 5.2", "MN-AAA alone", MN_AAA, false, 0, false, 0, 19},
		{"4285 5.2", "an option behind MN-AAA", MN_AAA WHEN, true},
		{"4285 5", "an unknown subtype, and MN-HA", "0906 09 00000001 00" MN_HA, false, 0, false, 27},
		{"4285 5.1", "SPI 255", "0911 01 000000ff" TWELVE, true},
		{"4285 5.1", "SPI 0", "0911 01 00000000" TWELVE, true},
		{"4285 5", "without data", "0905 01 00000100", true},
		{"4285 5", "too short for an SPI", "0902 01 00", true},
		{"4285 5", "over the end", "0911 01 00000100 a1a2a3a4a5", true},
		{"4285 6", "timestamp of 7 octets", "0a07 01234567 89abcd", true},
		{"4285 6", "timestamp of 9 octets", "0a09 0123456789abcdef 01", true},
		{"as we read it", "two timestamps: the first counts", WHEN "0a08 0000000000000000", false, 0, true},
		{"4283 3", "identifier alone", NAI, false, 3},
		{"4283 3", "another kind of identifier", "0804 02 614062", false, 0},
		{"as we read it", "two identifiers: the first counts", NAI "0803 01 7a7a", false, 3},
		{"4283 3", "no identifier in it", "0801 01", true},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct bytes b = update(row[i].options);
		struct hp_bu bu;
		const enum hp_mh_walk got = hp_bu_read(&bu, b.p, b.len);

		HP_CHECK(row[i].name, row[i].clause, got == (row[i].bad ? HP_MH_BAD_OPTION : HP_MH_OK));
		if (!row[i].bad && got == HP_MH_OK) {
			const struct hp_proof *p = &bu.proof;

			HP_CHECK(row[i].name, "identifier",
				 p->identity_len == row[i].identity_len && (!p->identity_len || memcmp(p->identity, "a@b", 3) == 0));
			HP_CHECK(row[i].name, "timestamp",
				 p->has_timestamp == row[i].timestamp && (!p->has_timestamp || p->timestamp == 0x0123456789abcdef));
			HP_CHECK(row[i].name, "MN-HA",
				 p->mn_ha.present == (row[i].mn_ha_at != 0) && p->mn_ha.at == row[i].mn_ha_at &&
					 (!p->mn_ha.present || (p->mn_ha.spi == 256 && b.p[p->mn_ha.at] == 0xa1)));
			HP_CHECK(row[i].name, "MN-AAA",
				 p->mn_aaa.present == (row[i].mn_aaa_at != 0) && p->mn_aaa.at == row[i].mn_aaa_at &&
					 (!p->mn_aaa.present || (p->mn_aaa.spi == 3 && b.p[p->mn_aaa.at] == 0xa1)));
		}
		bytes_free(&b);
	}
}

/* What we write: aligned as RFC 4285 §5 (4n + 1) and §6 (8n + 2) want it, the authentication data at the very end, whatever stands before. */
void test_proof_write(void)
{
	static const char name[HP_PROOF_IDENTITY + 1] = "abcdefghijklmnopqrstuvwxyz";

	for (uint8_t identity = 0; identity <= 26; identity++)
		for (int more = 0; more < 8; more++) {
			const struct hp_bu bu = {.sequence = 1,
						 .has_alternate_coa = more & 1,
						 .proof = {.identity = (const uint8_t *)name,
							   .identity_len = identity,
							   .has_timestamp = more & 2,
							   .timestamp = 0x0102030405060708,
							   .mn_ha = {.present = true, .spi = 0x10203, .len = more & 4 ? 16 : 12}}};
			uint8_t out[HP_MH_ROOM];
			struct hp_bu again;
			const int n = hp_bu_write(&bu, out, sizeof(out));

			CU_ASSERT_FATAL(n > 0 && n % 8 == 0);
			CU_ASSERT_EQUAL_FATAL(hp_bu_read(&again, out, (size_t)n), HP_MH_OK);
			CU_ASSERT(again.proof.mn_ha.present && again.proof.mn_ha.spi == 0x10203 &&
				  again.proof.mn_ha.len == bu.proof.mn_ha.len);
			CU_ASSERT(again.proof.mn_ha.at + again.proof.mn_ha.len == n && (again.proof.mn_ha.at - 7) % 4 == 1);
			CU_ASSERT(again.proof.identity_len == identity && (!identity || memcmp(again.proof.identity, name, identity) == 0));
			CU_ASSERT(again.proof.has_timestamp == bu.proof.has_timestamp);
			CU_ASSERT(!again.proof.has_timestamp || again.proof.timestamp == bu.proof.timestamp);
			CU_ASSERT(hp_bu_write(&bu, out, (size_t)n - 1) < 0);
		}
	{
		struct hp_bu bu = {.has_alternate_coa = true,
				   .proof = {.identity = (const uint8_t *)name,
					     .identity_len = HP_PROOF_IDENTITY,
					     .has_timestamp = true,
					     .mn_ha = {.present = true, .spi = 256, .len = 16}}};
		uint8_t out[HP_MH_ROOM_MOST];

		CU_ASSERT(hp_bu_write(&bu, out, sizeof(out)) > 0);
		bu.proof.identity_len = 48;
		CU_ASSERT_EQUAL(hp_bu_write(&bu, out, sizeof(out)), HP_MH_ROOM);
	}
}
