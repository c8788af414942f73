/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 2473 §4.1.1 (a): which tunnel encapsulation limit counts. "Examined in strict left-to-right order", past everything that can be
 * parsed, and what a destination would judge is none of the entry point's business. */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/packet.h"
#include "wire/transit.h"

enum { HBH = 0, RH = 43, FRAG = 44, ESP = 50, AH = 51, DST = 60 };
#define LIMIT   "2900 0401 05 0101 00"
#define PADDING "3c00 0104 00000000"

void test_limit(void)
{
	const struct hp_ip6 src = ip6("2001:db8:a::5"), dst = ip6("2001:db8:1::1");
	static const struct {
		const char *name;
		uint8_t first;
		const char *rest;
		bool has;
		uint8_t limit;
		uint16_t at;
	} rows[] = {
		{"alone", DST, LIMIT, true, 5, 44},
		{"zero", DST, "2900 0401 00 0101 00", true, 0, 44},
		{"behind padding", DST, "2900 0101 00 0401 07", true, 7, 47},
		{"behind single padding", DST, "2900 0000 00 0401 07", true, 7, 47},
		{"in the second header", DST, PADDING LIMIT, true, 5, 52},
		{"two: the first", DST, "2900 0401 05 0401 06", true, 5, 44},
		{"two headers: the first", DST, "3c00 0401 05 0101 00 2900 0401 06 0101 00", true, 5, 44},
		{"behind hop-by-hop options", HBH, PADDING LIMIT, true, 5, 52},
		{"behind a routing header with segments left", RH, "3c00 0001 00000000" LIMIT, true, 5, 52},
		{"behind a type 2 routing header", RH, "3c02 0201 00000000 20010db8000100000000000000000100" LIMIT, true, 5, 68},
		{"in a first fragment", FRAG, "3c00 0001 00000007" LIMIT, true, 5, 52},
		{"in an atomic fragment", FRAG, "3c00 0000 00000007" LIMIT, true, 5, 52},
		{"behind AH", AH, "3c04 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa" LIMIT, true, 5, 68},
		{"behind an option that asks for an error", DST, "2901 9e04 00000000 0401 08 0103 000000", true, 8, 50},
		{"behind a hop-by-hop option that asks to be discarded", HBH, "3c00 5e04 00000000" LIMIT, true, 5, 52},
		{"behind a Home Address option", DST, "3c02 0102 0000 c910 20010db8000100000000000000000100" LIMIT, true, 5, 68},
		{"hop-by-hop options out of place", DST, "0000 0104 00000000" PADDING LIMIT, true, 5, 60},
		{"behind eleven headers", DST,
		 PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING LIMIT, true, 5, 132},
		{"behind more than are read", DST,
		 PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING PADDING LIMIT, false, 0, 0},
		{"length 0", DST, "2900 0400 0102 0000", false, 0, 0},
		{"length 2", DST, "2900 0402 0505 0100", false, 0, 0},
		{"in hop-by-hop options", HBH, LIMIT, false, 0, 0},
		{"in the inner packet only", 41, LIMIT, false, 0, 0},
		{"in a later fragment", FRAG, "3c00 0009 00000007" LIMIT, false, 0, 0},
		{"behind ESP", ESP, "00000100 00000001" LIMIT, false, 0, 0},
		{"behind an unknown header", 253, LIMIT, false, 0, 0},
		{"behind an option that runs over its header", DST, "2900 1e09 0401 0500", false, 0, 0},
		{"an option that is cut off", DST,
		 "2900 0104 00000000"
		 "0401",
		 false, 0, 0},
		{"a header that runs over the end", DST, "2901 0401 05 0101 00", false, 0, 0},
		{"none", DST, "2900 0104 00000000", false, 0, 0},
		{"nothing behind the header", DST, "", false, 0, 0},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes b = bytes_ip6(&src, &dst, rows[i].first, 64, rows[i].rest);
		uint8_t limit = 0;
		uint16_t at = 0;

		HP_CHECK(rows[i].name, "whether", hp_transit_limit(b.p, b.len, &limit, &at) == rows[i].has);
		HP_CHECK(rows[i].name, "what and where", limit == rows[i].limit && at == rows[i].at);
		for (size_t cut = 0; cut < b.len; cut++) {
			struct bytes part = bytes_copy(b.p, cut);

			HP_CHECK(rows[i].name, "cut", !hp_transit_limit(part.p, cut, &limit, &at) || (rows[i].has && at < cut));
			bytes_free(&part);
		}
		bytes_free(&b);
	}
}
