/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 6275 §6.3, §6.4, §11.3.1, §11.3.3, §11.3.5: packets written down by hand as they are on either side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/direct.h"

enum { HBH = 0, TCP = 6, UDP = 17, RH = 43, FRAG = 44, ESP = 50, AH = 51, ICMP = 58, NONE = 59, DST = 60, MH = 135 };
#define HOA     "20010db8000100000000000000000100"
#define UDPDATA "0400 0009 0009 1234 61"
#define ALERT   "0502 0000 0100" /* router alert and its padding */
#define PAD     "0104 00000000"
/* Next header, 24 octets, PadN of 4, option 0xc9 of 16: at 8n + 6. */
#define OPTION(next)  next "02 0102 0000 c910" HOA
#define ROUTING(next) next "02 0201 00000000" HOA

static const char *const care_of = "2001:db8:a::5", *const home = "2001:db8:1::100", *const other = "2001:db8:c::2";

void test_direct_put(void)
{
	const struct hp_ip6 coa = ip6(care_of), hoa = ip6(home), peer = ip6(other);
	static const struct {
		const char *name;
		uint8_t first;
		const char *rest;
		uint8_t then;
		const char *want; /* NULL: another way */
	} rows[] = {
		{"UDP", UDP, UDPDATA, DST, OPTION("11") UDPDATA},
		{"nothing", NONE, "", DST, OPTION("3b")},
		{"behind hop-by-hop options", HBH, "1100" ALERT UDPDATA, HBH, "3c00" ALERT OPTION("11") UDPDATA},
		{"behind a routing header at its end", RH, "1100 0000 00000000" UDPDATA, RH, "3c00 0000 00000000" OPTION("11") UDPDATA},
		{"behind both", HBH, "2b00" ALERT "1100 fd00 00000000" UDPDATA, HBH,
		 "2b00" ALERT "3c00 fd00 00000000" OPTION("11") UDPDATA},
		{"behind options of the routing header", DST, "2b00" PAD "1100 fd00 00000000" UDPDATA, DST,
		 "2b00" PAD "3c00 fd00 00000000" OPTION("11") UDPDATA},
		{"before a fragment header", FRAG, "1100 0001 00000007" UDPDATA, DST, OPTION("2c") "1100 0001 00000007" UDPDATA},
		{"before a later fragment", FRAG, "1100 0010 00000007" UDPDATA, DST, OPTION("2c") "1100 0010 00000007" UDPDATA},
		{"a later fragment of options", FRAG, "3c00 0011 00000007 abcd", DST, OPTION("2c") "3c00 0011 00000007 abcd"},
		{"hop-by-hop options, then a fragment", HBH, "2c00" ALERT "1100 0001 00000007" UDPDATA, HBH,
		 "3c00" ALERT OPTION("2c") "1100 0001 00000007" UDPDATA},
		{"before ESP", ESP, "00000100 00000001 aabbccdd", DST, OPTION("32") "00000100 00000001 aabbccdd"},
		{"before destination options", DST, "1100" PAD UDPDATA, DST, OPTION("3c") "1100" PAD UDPDATA},
		{"before unknown headers", 253, "0123", DST, OPTION("fd") "0123"},
		{"an echo request", ICMP, "8000 0000 0001 0001", DST, OPTION("3a") "8000 0000 0001 0001"},
		{"an error", ICMP, "0104 0000 00000000", DST, OPTION("3a") "0104 0000 00000000"},
		{"under AH", AH, "1104 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa" UDPDATA, 0, NULL},
		{"AH behind options", DST, "3300" PAD "1104 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa" UDPDATA, 0, NULL},
		{"AH in a first fragment", FRAG, "3300 0001 00000007 1104 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa", 0, NULL},
		{"AH in a later fragment", FRAG, "3300 0010 00000007 aabb", 0, NULL},
		{"a Mobility Header", MH, "3b01 0500 0000 0001 0000 0010 01020000", 0, NULL},
		{"a Mobility Header in a later fragment", FRAG, "8700 0010 00000007 aabb", 0, NULL},
		{"a router solicitation", ICMP, "8500 0000 00000000", 0, NULL},
		{"a neighbour advertisement", ICMP, "8800 0000 00000000" HOA, 0, NULL},
		{"a redirect", ICMP, "8900 0000 00000000" HOA HOA, 0, NULL},
		{"a routing header with a way to go", RH, "1100 0001 00000000" UDPDATA, 0, NULL},
		{"a type 2 routing header", RH, ROUTING("11") UDPDATA, 0, NULL},
		{"a routing header within fragments", FRAG, "2b00 0001 00000007 1100 0000 00000000" UDPDATA, 0, NULL},
		{"a home address already", DST, OPTION("11") UDPDATA, 0, NULL},
		{"a home address behind other options", DST, "1103 0000 0102 0000 1e00 0102 0000 c910" HOA "0000" UDPDATA, 0, NULL},
		{"hop-by-hop options out of place", DST, "0000" PAD "1100" ALERT UDPDATA, 0, NULL},
		{"an option that runs over", DST, "1100 1e09 00000000" UDPDATA, 0, NULL},
		{"a header that runs over", DST, "1101" PAD, 0, NULL},
		{"a fragment header cut short", FRAG, "1100 0001", 0, NULL},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes before = bytes_ip6(&hoa, &peer, rows[i].first, 64, rows[i].rest);
		struct bytes want =
			rows[i].want ? bytes_ip6(&coa, &peer, rows[i].then, 64, rows[i].want) : bytes_copy(before.p, before.len);
		uint8_t *room = malloc(before.len + HP_DIRECT_HEADER);
		size_t n;

		memcpy(room, before.p, before.len);
		n = hp_direct_put(room, before.len, &coa);
		HP_CHECK(rows[i].name, "whether", n == (rows[i].want ? want.len : 0));
		HP_CHECK(rows[i].name, "what", memcmp(room, want.p, want.len) == 0);
		free(room);
		bytes_free(&want);
		bytes_free(&before);
	}
}

/* As many headers as a receiver reads, with ours. */
void test_direct_many(void)
{
	const struct hp_ip6 coa = ip6(care_of), hoa = ip6(home), peer = ip6(other);
	struct bytes p = bytes_ip6(&hoa, &peer, DST, 64,
				   "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD
				   "3c00" PAD "1100" PAD UDPDATA);
	uint8_t room[400];
	struct hp_packet walked;
	size_t n;

	memcpy(room, p.p, p.len);
	n = hp_direct_put(room, p.len, &coa);
	HP_CHECK("eleven", "", n && hp_packet_read(&walked, room, n) == HP_WALK_OK && walked.has_hao && hp_ip6_eq(&walked.hoa, &hoa));
	bytes_free(&p);
	p = bytes_ip6(&hoa, &peer, DST, 64,
		      "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD "3c00" PAD
		      "3c00" PAD "1100" PAD UDPDATA);
	memcpy(room, p.p, p.len);
	HP_CHECK("twelve", "", !hp_direct_put(room, p.len, &coa));
	bytes_free(&p);
}

/* The longest packet stays one. */
void test_direct_long(void)
{
	const struct hp_ip6 coa = ip6(care_of), hoa = ip6(home), peer = ip6(other);
	const size_t most = UINT16_MAX + 40u - HP_DIRECT_HEADER;
	uint8_t *p = calloc(1, most + 1 + HP_DIRECT_HEADER);
	struct bytes head = bytes_ip6(&hoa, &peer, UDP, 64, "");

	memcpy(p, head.p, 40);
	p[4] = (uint8_t)((most - 40) >> 8);
	p[5] = (uint8_t)(most - 40);
	HP_CHECK("longest", "", hp_direct_put(p, most, &coa) == UINT16_MAX + 40u && p[4] == 0xff && p[5] == 0xff);
	memcpy(p, head.p, 40);
	HP_CHECK("one more", "", !hp_direct_put(p, most + 1, &coa));
	bytes_free(&head);
	free(p);
}

void test_direct_take(void)
{
	const struct hp_ip6 coa = ip6(care_of), hoa = ip6(home), peer = ip6(other);
	static const struct {
		const char *name;
		uint8_t first;
		const char *rest;
		uint8_t then;
		const char *want;
	} rows[] = {
		{"alone", RH, ROUTING("11") UDPDATA, UDP, UDPDATA},
		{"behind hop-by-hop options", HBH, "2b00" ALERT ROUTING("11") UDPDATA, HBH, "1100" ALERT UDPDATA},
		{"before a fragment header", RH, ROUTING("2c") "1100 0010 00000007" UDPDATA, FRAG, "1100 0010 00000007" UDPDATA},
		{"before destination options", RH, ROUTING("3c") "1100" PAD UDPDATA, DST, "1100" PAD UDPDATA},
		{"behind another at its end", RH, "2b00 0000 00000000" ROUTING("11") UDPDATA, RH, "1100 0000 00000000" UDPDATA},
		{"before another at its end", RH, ROUTING("2b") "1100 0000 00000000" UDPDATA, RH, "1100 0000 00000000" UDPDATA},
		{"options, another, and fragments", DST, "2b00" PAD "2b00 0000 00000000" ROUTING("2c") "1100 0001 00000007" UDPDATA, DST,
		 "2b00" PAD "2c00 0000 00000000 1100 0001 00000007" UDPDATA},
		{"before ESP", RH, ROUTING("32") "00000100 00000001 aabbccdd", ESP, "00000100 00000001 aabbccdd"},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes before = bytes_ip6(&peer, &coa, rows[i].first, 64, rows[i].rest);
		struct bytes want = bytes_ip6(&peer, &hoa, rows[i].then, 64, rows[i].want);
		uint8_t *out = malloc(before.len);
		struct hp_packet p;

		HP_CHECK(rows[i].name, "walks", hp_packet_read_node(&p, before.p, before.len) == HP_WALK_OK && p.has_rh2);
		HP_CHECK(rows[i].name, "length", hp_direct_take(&p, out) == want.len);
		HP_CHECK(rows[i].name, "what", memcmp(out, want.p, want.len) == 0);
		free(out);
		bytes_free(&want);
		bytes_free(&before);
	}
}

/* An IPv6 header of so many octets of payload, from the care-of address to the correspondent or, as the application sent it, from home. */
#define ONWIRE(len, next) "60000000" len next "40 20010db8000a00000000000000000005 20010db8000c00000000000000000002"
#define PLAIN(len, next)  "60000000" len next "40" HOA "20010db8000c00000000000000000002"

void test_direct_error(void)
{
	const struct hp_ip6 coa = ip6(care_of), hoa = ip6(home), peer = ip6(other), router = ip6("2001:db8:f::fe");
	static const struct {
		const char *name;
		const char *error, *want; /* ICMPv6 messages; want NULL: nothing of ours, "": the application need not know */
		uint16_t mtu;
	} rows[] = {
		{"unreachable", "0103 0000 00000000" ONWIRE("0021", "3c") OPTION("11") UDPDATA,
		 "0103 0000 00000000" PLAIN("0009", "11") UDPDATA, 0},
		{"hop limit exceeded", "0300 0000 00000000" ONWIRE("0021", "3c") OPTION("11") UDPDATA,
		 "0300 0000 00000000" PLAIN("0009", "11") UDPDATA, 0},
		{"too big", "0200 0000 00000578" ONWIRE("05b4", "3c") OPTION("11") UDPDATA,
		 "0200 0000 00000560" PLAIN("059c", "11") UDPDATA, 1400},
		{"too big, never below 1280", "0200 0000 00000500" ONWIRE("0558", "3c") OPTION("11") UDPDATA,
		 "0200 0000 00000500" PLAIN("0540", "11") UDPDATA, 1280},
		{"too big, not to be made smaller", "0200 0000 00000500" ONWIRE("04f0", "3c") OPTION("11") UDPDATA, "", 1280},
		{"too big by one", "0200 0000 00000578" ONWIRE("0551", "3c") OPTION("11") UDPDATA,
		 "0200 0000 00000560" PLAIN("0539", "11") UDPDATA, 1400},
		{"too big below the least", "0200 0000 000004ff" ONWIRE("05b4", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"too big of a jumbo path", "0200 0000 00020000" ONWIRE("ffff", "3c") OPTION("11") UDPDATA, "", UINT16_MAX},
		{"parameter problem before the option", "0400 0000 00000028" ONWIRE("0029", "00") "3c00" ALERT OPTION("11") UDPDATA,
		 "0400 0000 00000028" PLAIN("0011", "00") "1100" ALERT UDPDATA, 0},
		{"parameter problem behind it", "0401 0000 00000041" ONWIRE("0021", "3c") OPTION("11") UDPDATA,
		 "0401 0000 00000029" PLAIN("0009", "11") UDPDATA, 0},
		{"parameter problem right behind it", "0401 0000 00000040" ONWIRE("0021", "3c") OPTION("11") UDPDATA,
		 "0401 0000 00000028" PLAIN("0009", "11") UDPDATA, 0},
		{"parameter problem of the option", "0402 0000 0000002e" ONWIRE("0021", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"parameter problem of its header", "0402 0000 00000028" ONWIRE("0021", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"parameter problem of its end", "0402 0000 0000003f" ONWIRE("0021", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"fragments", "0301 0000 00000000" ONWIRE("0029", "3c") OPTION("2c") "1100 0001 00000007" UDPDATA,
		 "0301 0000 00000000" PLAIN("0011", "2c") "1100 0001 00000007" UDPDATA, 0},
		{"quoted up to the option", "0103 0000 00000000" ONWIRE("0100", "3c") OPTION("11"),
		 "0103 0000 00000000" PLAIN("00e8", "11"), 0},
		{"quoted less", "0103 0000 00000000" ONWIRE("0100", "3c") "1102 0102 0000 c910 20010db800010000000000000000", NULL, 0},
		{"no option", "0103 0000 00000000" ONWIRE("0009", "11") UDPDATA, NULL, 0},
		{"another option", "0103 0000 00000000" ONWIRE("0011", "3c") "1100" PAD UDPDATA, NULL, 0},
		{"an option as others put it", "0103 0000 00000000" ONWIRE("0021", "3c") "1102 c910" HOA "0102 0000" UDPDATA, NULL, 0},
		{"a length without room for it", "0103 0000 00000000" ONWIRE("0017", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"a length with just that room", "0103 0000 00000000" ONWIRE("0018", "3c") OPTION("3b"),
		 "0103 0000 00000000" PLAIN("0000", "3b"), 0},
		{"no IPv6", "0103 0000 00000000 40000000 0021 3c 40" HOA HOA OPTION("11") UDPDATA, NULL, 0},
		{"no error", "8000 0000 00000000" ONWIRE("0021", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"an unknown error", "0500 0000 00000000" ONWIRE("0021", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"type 0", "0000 0000 00000000" ONWIRE("0021", "3c") OPTION("11") UDPDATA, NULL, 0},
		{"no quote", "0103 0000 00000000", NULL, 0},
		{"cut short", "0103", NULL, 0},
		{"empty", "", NULL, 0},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes b = bytes_ip6(&router, &coa, ICMP, 64, rows[i].error), want = bytes_hex(rows[i].want ? rows[i].want : "");
		struct hp_direct_error e;
		struct hp_packet p;
		bool is;

		HP_CHECK(rows[i].name, "walks", hp_packet_read_node(&p, b.p, b.len) == HP_WALK_OK);
		is = hp_direct_error(&e, &p);
		HP_CHECK(rows[i].name, "whether", is == (rows[i].want != NULL));
		HP_CHECK(rows[i].name, "whose", !is || (hp_ip6_eq(&e.hoa, &hoa) && hp_ip6_eq(&e.coa, &coa) && hp_ip6_eq(&e.peer, &peer)));
		HP_CHECK(rows[i].name, "path", !is || e.mtu == rows[i].mtu);
		HP_CHECK(rows[i].name, "length", !is || e.body_len == want.len);
		HP_CHECK(rows[i].name, "what", !is || e.body_len != want.len || memcmp(e.body, want.p, want.len) == 0);
		bytes_free(&want);
		bytes_free(&b);
	}
}
