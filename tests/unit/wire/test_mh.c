/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks of RFC 6275 §9.2 in their order, options well and badly formed, padding and alignment of what we write. */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/checksum.h"
#include "wire/mh.h"

static const struct hp_ip6 src = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, dst = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};

enum sum { RIGHT, WRONG };

void test_mh_check(void)
{
	static const struct {
		const char *clause, *name, *hex;
		enum sum sum;
		enum hp_mh_walk want;
		size_t error_at;
	} rows[] = {
		{"6275 6.1.7", "Binding Update", "3b01 05 00 0000 0001 c000 000f 01020000", RIGHT, HP_MH_OK},
		{"6275 6.1.1", "reserved octet is ignored", "3b01 05 ff 0000 0001 c000 000f 01020000", RIGHT, HP_MH_OK},
		{"6275 6.1.1", "the header's own length counts: octets behind it are nobody's", "3b00 00 00 0000 0000 ffffffffffffffff",
		 WRONG, HP_MH_CHECKSUM},
		{"6275 9.2", "checksum", "3b01 05 00 0000 0001 c000 000f 01020000", WRONG, HP_MH_CHECKSUM},
		{"6275 9.2", "checksum before type", "3b01 63 00 0000 0001 c000 000f 01020000", WRONG, HP_MH_CHECKSUM},
		{"6275 9.2", "checksum before payload proto", "3a01 05 00 0000 0001 c000 000f 01020000", WRONG, HP_MH_CHECKSUM},
		{"6275 9.2", "checksum before length", "3b00 05 00 0000 0001", WRONG, HP_MH_CHECKSUM},
		{"6275 9.2", "unknown type", "3b01 08 00 0000 0001 c000 000f 01020000", RIGHT, HP_MH_UNKNOWN_TYPE},
		{"6275 9.2", "unknown type 255", "3b00 ff 00 0000 0001", RIGHT, HP_MH_UNKNOWN_TYPE},
		{"6275 9.2", "type before payload proto", "3a01 08 00 0000 0001 c000 000f 01020000", RIGHT, HP_MH_UNKNOWN_TYPE},
		{"6275 9.2", "payload proto", "3a01 05 00 0000 0001 c000 000f 01020000", RIGHT, HP_MH_PAYLOAD_PROTO, 0},
		{"6275 9.2", "payload proto before length", "0600 05 00 0000 0001", RIGHT, HP_MH_PAYLOAD_PROTO, 0},
		{"6275 6.1.2", "refresh request of 8", "3b00 00 00 0000 0000", RIGHT, HP_MH_OK},
		{"6275 6.1.3", "home test init of 8", "3b00 01 00 0000 0000", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.3", "home test init of 16", "3b01 01 00 0000 0000 6162636465666768", RIGHT, HP_MH_OK},
		{"6275 6.1.4", "care-of test init of 8", "3b00 02 00 0000 0000", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.4", "care-of test init of 16", "3b01 02 00 0000 0000 6162636465666768", RIGHT, HP_MH_OK},
		{"6275 6.1.5", "home test of 16", "3b01 03 00 0000 0000 6162636465666768", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.5", "home test of 24", "3b02 03 00 0000 0000 6162636465666768 6162636465666768", RIGHT, HP_MH_OK},
		{"6275 6.1.6", "care-of test of 16", "3b01 04 00 0000 0000 6162636465666768", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.6", "care-of test of 24", "3b02 04 00 0000 0000 6162636465666768 6162636465666768", RIGHT, HP_MH_OK},
		{"6275 6.1.7", "Binding Update of 8", "3b00 05 00 0000 0001", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.8", "acknowledgement of 8", "3b00 06 00 0000 0001", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.8", "acknowledgement of 16", "3b01 06 00 0000 0000 0001 000f 01020000", RIGHT, HP_MH_OK},
		{"6275 6.1.9", "error of 16", "3b01 07 00 0000 0100 0000000000000000", RIGHT, HP_MH_HEADER_LEN, 1},
		{"6275 6.1.9", "error of 24", "3b02 07 00 0000 0100 20010db8000100000000000000000100", RIGHT, HP_MH_OK},
		{"6275 6.1.1", "longer than what arrived", "3b02 05 00 0000 0001 c000 000f 01020000", RIGHT, HP_MH_TRUNCATED},
		{"6275 6.1.1", "seven octets", "3b00 00 00 0000 00", RIGHT, HP_MH_TRUNCATED},
		{"6275 6.1.1", "nothing", "", RIGHT, HP_MH_TRUNCATED},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes b = bytes_hex(rows[i].hex);
		uint8_t type = 0xee;
		size_t error_at = 99;
		enum hp_mh_walk got;

		if (rows[i].sum == RIGHT)
			bytes_mend(&b, &src, &dst, 135);
		got = hp_mh_check(b.p, b.len, &src, &dst, &type, &error_at);
		HP_CHECK(rows[i].name, rows[i].clause, got == rows[i].want);
		HP_CHECK(rows[i].name, "where", error_at == rows[i].error_at);
		HP_CHECK(rows[i].name, "type", type == (got == HP_MH_TRUNCATED ? 0xee : b.p[2]));
		/* Each octet is covered: the checksum fails whatever one changes. */
		for (size_t k = 0; got == HP_MH_OK && k < b.len; k++) {
			b.p[k] ^= 0x10;
			HP_CHECK(rows[i].name, "covered", hp_mh_check(b.p, b.len, &src, &dst, &type, &error_at) != HP_MH_OK);
			b.p[k] ^= 0x10;
		}
		bytes_free(&b);
	}
}

/* §6.1.1: the length in the pseudo-header is the Mobility Header's, not that of what arrived. */
void test_mh_trailing(void)
{
	struct bytes m = bytes_hex("3b01 05 00 0000 0001 c000 000f 01020000"), b;
	uint8_t type;
	size_t error_at;

	bytes_mend(&m, &src, &dst, 135);
	b = bytes_hex("3b01 05 00 0000 0001 c000 000f 01020000 deadbeefdeadbeef");
	memcpy(b.p, m.p, m.len);
	CU_ASSERT_EQUAL(hp_mh_check(b.p, b.len, &src, &dst, &type, &error_at), HP_MH_OK);
	/* Addresses count. */
	CU_ASSERT_EQUAL(hp_mh_check(m.p, m.len, &src, &src, &type, &error_at), HP_MH_CHECKSUM);
	bytes_free(&m);
	bytes_free(&b);
}

#define ALT     "20010db8000b00000000000000000077"
#define ALT2    "20010db8000b00000000000000000078"
#define TWELVE  "0102030405060708090a0b0c"
#define BU(len) "3b" len "05 00 0000 0001 8000 000f"
#define BA(len) "3b" len "06 00 0000 0000 0001 000f"

void test_mh_options(void)
{
	static const struct {
		const char *clause, *name, *hex;
		bool bad;
		const char *alternate;
		int home_nonce, careof_nonce; /* -1: none */
		uint16_t authorization_at;
	} updates[] = {
		{"6275 6.1.7", "no option", BU("01") "01020000", false, NULL, -1},
		{"6275 6.2.2", "Pad1 only", BU("01") "00000000", false, NULL, -1},
		{"6275 6.2.3", "PadN of nothing", BU("01") "01000100", false, NULL, -1},
		{"6275 6.2.3", "content of PadN is ignored", BU("02") "0102 0310 0106 030405060708", false, NULL, -1},
		{"6275 6.2.5", "alternate care-of address, aligned",
		 BU("03") "0100"
			  "0310" ALT,
		 false, ALT, -1},
		{"6275 6.2.5", "not aligned", BU("03") "0310" ALT "0100", false, ALT, -1},
		{"6275 6.2.5", "length 15",
		 BU("03") "00000000 030f"
			  "20010db8000b000000000000000000"
			  "0000 00",
		 true, NULL, -1},
		{"6275 6.2.5", "length 17",
		 BU("04") "0310" ALT "0311" ALT2 "00"
			  "00000000000000",
		 true, NULL, -1},
		{"6275 6.2.5", "length 0", BU("01") "0300 0000", true, NULL, -1},
		{"6275 6.2.5", "over the end", BU("02") "0310 20010db8000b0000 0000", true, NULL, -1},
		{"as we read it", "twice: the first counts", BU("05") "0310" ALT "0310" ALT2, false, ALT, -1},
		{"6275 6.2.6", "nonce indices", BU("02") "0404 1234 abcd 0104 00000000", false, NULL, 0x1234, 0xabcd},
		{"6275 6.2.6", "of length 3", BU("02") "0403 1234ab 0105 0000000000", true, NULL, -1},
		{"6275 6.2.6", "of length 5", BU("02") "0405 1234abcdff 0103 000000", true, NULL, -1},
		{"as we read it", "twice: the first counts", BU("02") "0404 00010002 0404 00030004", false, NULL, 1, 2},
		{"6275 6.2.7", "authorization data", BU("03") "0404 1234abcd 050c" TWELVE, false, NULL, 0x1234, 0xabcd, 20},
		{"6275 6.2.7", "before another option", BU("03") "050c" TWELVE "0404 1234abcd", true, NULL, -1},
		{"6275 6.2.7", "before an unknown option", BU("03") "050c" TWELVE "7f04 1234abcd", true, NULL, -1},
		{"6275 6.2.7", "twice", BU("04") "050c" TWELVE "050c" TWELVE, true, NULL, -1},
		{"6275 9.5.1", "trailing padding", BU("03") "050c" TWELVE "0104 00000000", true, NULL, -1},
		{"6275 9.5.1", "trailing Pad1", BU("02") "050900010203040506070800", true, NULL, -1},
		{"6275 6.2.7", "without an authenticator", BU("01") "0102 0000", false, NULL, -1},
		{"6275 6.2.7", "of length 0", BU("01") "00 00 0500", true, NULL, -1},
		{"6275 6.2.1", "unknown: skipped", BU("04") "7f04 aabbccdd 0000 0000 0310" ALT, false, ALT, -1},
		{"6275 6.2.1", "unknown, of length 0", BU("01") "fe00 0000", false, NULL, -1},
		{"6275 6.2.1", "unknown, over the end", BU("01") "7f03 aabb", true, NULL, -1},
		{"6275 6.2.1", "unknown, to the very end", BU("01") "7f02 aabb", false, NULL, -1},
		{"6275 6.2.1", "type without length", BU("01") "000000 03", true, NULL, -1},
		{"6275 6.2.3", "PadN over the end", BU("01") "0103 0000", true, NULL, -1},
		{"6275 6.2.4", "refresh advice belongs to acknowledgements", BU("01") "0202 0001", false, NULL, -1},
		{"6275 6.1.1", "an option behind the header length is none", BU("01") "01020000 0310" ALT, false, NULL, -1},
	};
	static const struct {
		const char *clause, *name, *hex;
		bool bad;
		int advice; /* -1: none */
		uint16_t authorization_at, authorization_len;
	} acks[] = {
		{"6275 6.1.8", "no option", BA("01") "01020000", false, -1},
		{"6275 6.2.4", "refresh advice", BA("01") "0202 002a", false, 42},
		{"6275 6.2.4", "length 1", BA("01") "0201 2a00", true, -1},
		{"6275 6.2.4", "length 3", BA("02") "0203 002a00 0000000000 0000", true, -1},
		{"6275 6.2.4", "over the end", BA("01") "0000 0202", true, -1},
		{"as we read it", "twice: the first counts", BA("02") "0202 002a 0202 002b 0102 0000", false, 42},
		{"6275 6.2.1", "unknown: skipped", BA("02") "7f02 aabb 0202 0007 01020000", false, 7},
		{"6275 6.2.7", "authorization data", BA("03") "0100 0202 002a 050c" TWELVE, false, 42, 20, 12},
		{"6275 6.2.7", "of another length is read all the same",
		 BA("02") "0102 0000 0506"
			  "010203040506",
		 false, -1, 18, 6},
		{"6275 6.2.7", "of length 0", BA("01") "0000 0500", true, -1},
		{"6275 6.2.7", "before another option", BA("03") "050c" TWELVE "0202 002a 0100", true, -1},
		{"6275 6.2.7", "twice", BA("04") "050c" TWELVE "050c" TWELVE, true, -1},
		{"6275 9.5.1", "trailing padding", BA("03") "050c" TWELVE "0104 00000000", true, -1},
		{"6275 9.5.1", "trailing Pad1", BA("02") "050900010203040506070800", true, -1},
	};

	for (size_t i = 0; i < HP_LEN(updates); i++) {
		struct bytes b = bytes_hex(updates[i].hex);
		struct hp_bu bu;
		enum hp_mh_walk got = hp_bu_read(&bu, b.p, b.len);

		HP_CHECK(updates[i].name, updates[i].clause, got == (updates[i].bad ? HP_MH_BAD_OPTION : HP_MH_OK));
		if (got == HP_MH_OK) {
			struct bytes alternate = bytes_hex(updates[i].alternate ? updates[i].alternate : "");

			HP_CHECK(updates[i].name, "alternate",
				 bu.has_alternate_coa == (updates[i].alternate != NULL) &&
					 memcmp(&bu.alternate_coa, alternate.p, alternate.len) == 0);
			HP_CHECK(updates[i].name, "nonces",
				 (bu.has_nonces ? bu.home_nonce : -1) == updates[i].home_nonce &&
					 (!bu.has_nonces || bu.careof_nonce == updates[i].careof_nonce));
			HP_CHECK(updates[i].name, "authorization",
				 bu.has_authorization == (updates[i].authorization_at != 0) &&
					 bu.authorization_at == updates[i].authorization_at);
			HP_CHECK(updates[i].name, "authenticator",
				 !bu.has_authorization ||
					 (bu.authorization_len == 12 && memcmp(b.p + bu.authorization_at, "\1\2\3\4", 4) == 0));
			bytes_free(&alternate);
		}
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(acks); i++) {
		struct bytes b = bytes_hex(acks[i].hex);
		struct hp_ba ba;
		enum hp_mh_walk got = hp_ba_read(&ba, b.p, b.len);

		HP_CHECK(acks[i].name, acks[i].clause, got == (acks[i].bad ? HP_MH_BAD_OPTION : HP_MH_OK));
		if (got == HP_MH_OK)
			HP_CHECK(acks[i].name, "advice", (ba.has_refresh_advice ? ba.refresh_advice : -1) == acks[i].advice);
		if (got == HP_MH_OK)
			HP_CHECK(acks[i].name, "authorization",
				 ba.has_authorization == (acks[i].authorization_at != 0) &&
					 ba.authorization_at == acks[i].authorization_at &&
					 ba.authorization_len == acks[i].authorization_len);
		bytes_free(&b);
	}
}

/* §6.1.7, §6.1.8: reserved bits are ignored. */
void test_mh_reserved(void)
{
	struct bytes u = bytes_hex("3b01 05 00 0000 0001 0fff 000f 01020000"), a = bytes_hex("3b01 06 00 0000 007f 0001 000f 01020000");
	struct hp_bu bu;
	struct hp_ba ba;

	CU_ASSERT_EQUAL(hp_bu_read(&bu, u.p, u.len), HP_MH_OK);
	CU_ASSERT(!bu.ack && !bu.home && !bu.linklocal && !bu.key_movable && bu.sequence == 1 && bu.lifetime == 15);
	CU_ASSERT_EQUAL(hp_ba_read(&ba, a.p, a.len), HP_MH_OK);
	CU_ASSERT(!ba.key_movable && ba.status == 0 && ba.sequence == 1 && ba.lifetime == 15);
	bytes_free(&u);
	bytes_free(&a);
}

void test_mh_errors(void)
{
	static const struct {
		const char *name, *hex;
		bool bad;
	} rows[] = {
		{"plain", "3b02 07 00 0000 0200" ALT, false},
		{"reserved octet", "3b02 07 00 0000 02ff" ALT, false},
		{"unknown option", "3b03 07 00 0000 0200" ALT "7f06 aabbccddeeff", false},
		{"option over the end", "3b03 07 00 0000 0200" ALT "7f07 aabbccddeeff", true},
		{"behind a good one", "3b03 07 00 0000 0200" ALT "7f00 7f00 7f03 aabb", true},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes b = bytes_hex(rows[i].hex), hoa = bytes_hex(ALT);
		struct hp_be be;

		HP_CHECK(rows[i].name, "6275 6.1.9", hp_be_read(&be, b.p, b.len) == (rows[i].bad ? HP_MH_BAD_OPTION : HP_MH_OK));
		HP_CHECK(rows[i].name, "fields", be.status == 2 && memcmp(&be.hoa, hoa.p, 16) == 0);
		bytes_free(&b);
		bytes_free(&hoa);
	}
}

#define COOKIE "a0a1a2a3a4a5a6a7"
#define TOKEN  "b0b1b2b3b4b5b6b7"

/* §6.1.3–6.1.6: reserved octets are ignored, options skipped. */
void test_mh_tests(void)
{
	static const struct {
		const char *name, *hex;
		bool bad;
	} inits[] =
		{
			{"plain", "3b01 01 00 0000 0000" COOKIE, false},
			{"reserved octets", "3b01 02 ff 0000 ffff" COOKIE, false},
			{"unknown option", "3b02 01 00 0000 0000" COOKIE "7f06 aabbccddeeff", false},
			{"option over the end", "3b02 01 00 0000 0000" COOKIE "7f07 aabbccddeeff", true},
			{"behind a good one", "3b02 02 00 0000 0000" COOKIE "0102 0000 7f03 aabb", true},
			{"too short", "3b00 01 00 0000 0000", true},
		},
	  tests[] = {
		  {"plain", "3b02 03 00 0000 8001" COOKIE TOKEN, false},
		  {"reserved octet", "3b02 04 ff 0000 8001" COOKIE TOKEN, false},
		  {"unknown option", "3b03 03 00 0000 8001" COOKIE TOKEN "7f06 aabbccddeeff", false},
		  {"option over the end", "3b03 04 00 0000 8001" COOKIE TOKEN "7f07 aabbccddeeff", true},
		  {"too short", "3b01 03 00 0000 8001" COOKIE, true},
	  };

	for (size_t i = 0; i < HP_LEN(inits); i++) {
		struct bytes b = bytes_hex(inits[i].hex);
		struct hp_rr_init init;

		HP_CHECK(inits[i].name, "6275 6.1.3", hp_rr_init_read(&init, b.p, b.len) == (inits[i].bad ? HP_MH_BAD_OPTION : HP_MH_OK));
		HP_CHECK(inits[i].name, "cookie", inits[i].bad || memcmp(init.cookie, "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7", 8) == 0);
		bytes_free(&b);
	}
	for (size_t i = 0; i < HP_LEN(tests); i++) {
		struct bytes b = bytes_hex(tests[i].hex);
		struct hp_rr_test test;

		HP_CHECK(tests[i].name, "6275 6.1.5", hp_rr_test_read(&test, b.p, b.len) == (tests[i].bad ? HP_MH_BAD_OPTION : HP_MH_OK));
		HP_CHECK(tests[i].name, "fields",
			 tests[i].bad || (test.nonce_index == 0x8001 && memcmp(test.cookie, "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7", 8) == 0 &&
					  memcmp(test.token, "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7", 8) == 0));
		bytes_free(&b);
	}
}

/* All combinations of options: a multiple of 8 octets (§6.1.1), options where they must lie (§6.2), the header length right,
 * zero in what is reserved, never more than PadN asks for. */
void test_mh_write(void)
{
	for (unsigned int mask = 0; mask < 128; mask++) {
		const struct hp_bu bu = {.sequence = 0x1234,
					 .ack = mask & 1,
					 .home = mask & 2,
					 .linklocal = mask & 4,
					 .key_movable = mask & 8,
					 .lifetime = 0x5678,
					 .has_nonces = mask & 16,
					 .home_nonce = 1,
					 .careof_nonce = 2,
					 .has_alternate_coa = mask & 32,
					 .alternate_coa = ip6("2001:db8:b::77"),
					 .has_authorization = mask & 64};
		uint8_t out[HP_MH_ROOM];
		int n = hp_bu_write(&bu, out, sizeof(out));

		CU_ASSERT_EQUAL(n, mask & 64   ? (mask & 32 ? (mask & 16 ? 56 : 48) : 32)
				   : mask & 32 ? (mask & 16 ? 40 : 32)
				   : mask & 16 ? 24
					       : 16);
		CU_ASSERT(n > 0 && out[1] == n / 8 - 1);
		CU_ASSERT(memcmp(out, "\x3b", 1) == 0 && out[2] == HP_MH_BU && memcmp(out + 3, "\0\0\0\x12\x34", 5) == 0);
		CU_ASSERT_EQUAL(out[8], (mask & 1 ? 0x80 : 0) | (mask & 2 ? 0x40 : 0) | (mask & 4 ? 0x20 : 0) | (mask & 8 ? 0x10 : 0));
		CU_ASSERT(out[9] == 0 && memcmp(out + 10, "\x56\x78", 2) == 0);
		for (size_t at = 12; at < (size_t)n; at += out[at] ? 2u + out[at + 1] : 1) {
			CU_ASSERT(out[at] != 3 || at % 8 == 6);                                                /* §6.2.5 */
			CU_ASSERT(out[at] != 4 || at % 2 == 0);                                                /* §6.2.6 */
			CU_ASSERT(out[at] != 5 || (at % 8 == 2 && out[at + 1] == 12 && at + 14 == (size_t)n)); /* §6.2.7 */
			CU_ASSERT(out[at] == 0 || out[at] == 1 || (out[at] >= 3 && out[at] <= 5));
			for (size_t k = 0; out[at] == 1 && k < out[at + 1]; k++)
				CU_ASSERT_EQUAL(out[at + 2 + k], 0); /* §6.2.3 */
		}
	}
}

/* Every size that is too small is refused and not overrun (the buffer is exactly so long). */
void test_mh_room(void)
{
	const struct hp_bu bu = {.has_nonces = true, .has_alternate_coa = true}, proved = {.has_nonces = true, .has_authorization = true};
	const struct hp_ba ba = {.has_refresh_advice = true}, refused = {.has_authorization = true};
	const struct hp_rr_init init = {{0}};
	const struct hp_rr_test test = {0};
	const struct hp_be be = {.status = 1};
	uint8_t zero[HP_MH_ROOM] = {0};

	for (size_t room = 0; room < HP_MH_ROOM; room++) {
		struct bytes b = bytes_copy(zero, room);

		CU_ASSERT_EQUAL(hp_bu_write(&bu, b.p, room) < 0, room < 40);
		CU_ASSERT_EQUAL(hp_ba_write(&ba, b.p, room) < 0, room < 16);
		CU_ASSERT_EQUAL(hp_be_write(&be, b.p, room) < 0, room < 24);
		CU_ASSERT_EQUAL(hp_bu_write(&proved, b.p, room) < 0, room < 32);
		CU_ASSERT_EQUAL(hp_ba_write(&refused, b.p, room) < 0, room < 32);
		CU_ASSERT_EQUAL(hp_brr_write(b.p, room) < 0, room < 8);
		CU_ASSERT_EQUAL(hp_rr_init_write(HP_MH_HOTI, &init, b.p, room) < 0, room < 16);
		CU_ASSERT_EQUAL(hp_rr_test_write(HP_MH_COT, &test, b.p, room) < 0, room < 24);
		bytes_free(&b);
	}
}
