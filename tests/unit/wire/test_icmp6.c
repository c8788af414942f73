/* SPDX-License-Identifier: BSD-3-Clause */
/* When an error may be sent (RFC 4443 §2.4 (e)) and how long it gets (§2.4 (c)). */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/icmp6.h"
#include "wire/packet.h"

#define ECHO        "8000 0000 00070009"
#define UNREACHABLE "0100 0000 00000000"
#define REDIRECT    "8900 0000 00000000"
#define NODE        "2001:db8:a::5"
#define US          "2001:db8:1::1"

enum { HBH = 0, TCP = 6, RH = 43, FRAG = 44, ESP = 50, AH = 51, ICMP = 58, NONE = 59, DST = 60 };
enum { NEVER, ALWAYS, UNICAST };

void test_error_allowed(void)
{
	static const struct {
		const char *clause, *name, *src, *dst;
		uint8_t first;
		const char *rest;
		int want; /* UNICAST: only where the exception for multicast fits */
	} rows[] = {
		{"4443 2.4", "echo request", NODE, US, ICMP, ECHO, ALWAYS},
		{"4443 2.4", "TCP", NODE, US, TCP, "0001", ALWAYS},
		{"4443 2.4", "nothing in it", NODE, US, NONE, "", ALWAYS},
		{"4443 2.4 (b)", "unknown informational message", NODE, US, ICMP, "ff00 0000", ALWAYS},
		{"4443 2.4 (e.1)", "error", NODE, US, ICMP, UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "error of type 127", NODE, US, ICMP, "7f00 0000 00000000", NEVER},
		{"4443 2.4 (e.1)", "error of type 0", NODE, US, ICMP, "0000 0000 00000000", NEVER},
		{"4443 2.4 (e.1)", "behind options", NODE, US, DST, "3a00 0104 00000000" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind an option that asks for an error", NODE, US, DST, "3a00 9e04 00000000" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind a hop-by-hop option that asks for one", NODE, US, HBH, "3a00 de04 00000000" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind a broken option", NODE, US, DST, "3a00 9eff 00000000" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind a routing header with segments left", NODE, US, RH, "3a00 0001 00000000" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind a type 2 routing header", NODE, US, RH,
		 "3a02 0201 00000000 20010db8000100000000000000000100" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind a hop-by-hop header out of place", NODE, US, DST,
		 "0000 0104 00000000 3a00 0104 00000000" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "behind AH", NODE, US, AH, "3a04 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "in a first fragment", NODE, US, FRAG, "3a00 0001 00000007" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "in an atomic fragment", NODE, US, FRAG, "3a00 0000 00000007" UNREACHABLE, NEVER},
		{"4443 2.4 (e.1)", "a later fragment shows nothing", NODE, US, FRAG, "3a00 0039 00000007" UNREACHABLE, ALWAYS},
		{"4443 2.4 (e.1)", "the second fragment, of the smallest first one", NODE, US, FRAG, "3a00 0009 00000007" UNREACHABLE,
		 ALWAYS},
		{"4443 2.4 (e.1)", "echo request behind AH", NODE, US, AH, "3a04 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa" ECHO,
		 ALWAYS},
		{"4443 2.4 (e.1)", "echo request behind an option that asks for an error", NODE, US, DST, "3a00 9e04 00000000" ECHO,
		 ALWAYS},
		{"4443 2.4 (e.1)", "behind ESP nothing is seen", NODE, US, ESP, "00000100 00000001" UNREACHABLE, ALWAYS},
		{"4443 2.4 (e.1)", "inside a tunnel it is not ours to see", NODE, US, 41, "60000000", ALWAYS},
		{"4443 2.4 (e.1)", "ICMPv6 without a type", NODE, US, ICMP, "", NEVER},
		{"4443 2.4 (e.1)", "header over the end", NODE, US, DST, "3a01 0104 00000000", NEVER},
		{"4443 2.4 (e.1)", "no header", NODE, US, DST, "", NEVER},
		{"4443 2.4 (e.2)", "redirect", NODE, US, ICMP, REDIRECT, NEVER},
		{"4443 2.4 (e.3)", "to a group", NODE, "ff02::1", ICMP, ECHO, UNICAST},
		{"4443 2.4 (e.3)", "error to a group", NODE, "ff0e::1", ICMP, UNREACHABLE, NEVER},
		{"4443 2.4 (e.6)", "from nowhere", "::", US, ICMP, ECHO, NEVER},
		{"4443 2.4 (e.6)", "from a group", "ff02::1", US, ICMP, ECHO, NEVER},
		{"4443 2.4", "from a link-local address", "fe80::1", US, ICMP, ECHO, ALWAYS},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct hp_ip6 src = ip6(rows[i].src), dst = ip6(rows[i].dst);
		struct bytes b = bytes_ip6(&src, &dst, rows[i].first, 64, rows[i].rest);

		HP_CHECK(rows[i].name, rows[i].clause, hp_icmp6_error_allowed(b.p, b.len, false, false) == (rows[i].want == ALWAYS));
		HP_CHECK(rows[i].name, "multicast excepted", hp_icmp6_error_allowed(b.p, b.len, true, false) == (rows[i].want != NEVER));
		/* (e.4), (e.5) */
		HP_CHECK(rows[i].name, "as link-layer multicast", !hp_icmp6_error_allowed(b.p, b.len, false, true));
		HP_CHECK(rows[i].name, "link-layer multicast excepted",
			 hp_icmp6_error_allowed(b.p, b.len, true, true) == (rows[i].want != NEVER));
		/* Neither another version nor half a packet gets an answer. */
		HP_CHECK(rows[i].name, "cut", !hp_icmp6_error_allowed(b.p, b.len - 1, true, false) || b.len == 40);
		b.p[0] = 0x40;
		HP_CHECK(rows[i].name, "version", !hp_icmp6_error_allowed(b.p, b.len, true, false));
		bytes_free(&b);
	}
	for (size_t len = 0; len < 40; len++) {
		struct bytes b = bytes_copy((uint8_t[40]){0x60, [6] = 59, [8] = 0x20}, len);

		CU_ASSERT_FALSE(hp_icmp6_error_allowed(b.p, b.len, true, false));
		bytes_free(&b);
	}
}

void test_error_size(void)
{
	static uint8_t packet[3000];
	uint8_t out[HP_IP6_MIN_MTU];

	for (size_t overhead = 40; overhead <= 40 + 40 + 24 + 24; overhead += 8) {
		for (size_t len = 1100; len < sizeof(packet); len += 13) {
			int n = hp_icmp6_error_write(HP_ICMP6_TOO_BIG, 0, 1400, packet, len, overhead, out, sizeof(out));
			size_t most = 1280 - overhead;

			CU_ASSERT_EQUAL(n, (int)(8 + len < most ? 8 + len : most));
		}
	}
	CU_ASSERT(hp_icmp6_error_write(4, 1, 0x01020304, packet, 40, 40, out, sizeof(out)) == 48 &&
		  memcmp(out, "\4\1\0\0\1\2\3\4", 8) == 0);
	CU_ASSERT(hp_icmp6_error_write(4, 1, 6, packet, 40, 40, out, 47) < 0);
	/* Headers that leave no room at all. */
	CU_ASSERT_EQUAL(hp_icmp6_error_write(1, 0, 0, packet, 100, 1280, out, sizeof(out)), 8);
}
