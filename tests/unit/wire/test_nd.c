/* SPDX-License-Identifier: BSD-3-Clause */
/* Validity of discovery messages, clause by clause: each row is a good message with one thing changed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/mld.h"
#include "wire/nd.h"
#include "wire/packet.h"

#define TARGET "20010db8000100000000000000000042"
#define SOURCE "0101 020000000005"
#define LINK   "0201 020000000005"
#define NS     "8700 0000 00000000" TARGET
#define NA(f)  "8800 0000" f "000000" TARGET
#define RS     "8500 0000 00000000"
#define RA     "8600 0000 4000 0708 00000000 00000000"
#define QUERY  "8200 0000 03e8 0000 00000000000000000000000000000000"
#define QUERY2 QUERY "02 7d 0000"
#define GROUP  "ff02::1:ff00:42"
#define ALERT  "3a00 0502 0000 0100"
#define PADDED "3a00 0104 00000000"

enum kind { READ_NS, READ_NA, READ_RS, READ_RA, READ_QUERY };
enum { HBH = 0, FRAG = 44, ICMP = 58 };

static const struct row {
	const char *clause, *name;
	enum kind kind;
	const char *src, *dst;
	uint8_t hop_limit;
	const char *message;
	bool good;
	uint8_t first; /* next header of IPv6, and what lies before the message; 0: ICMPv6 */
	const char *headers;
	bool wrong_sum;
} rows[] = {
	{"4861 7.1.1", "solicitation", READ_NS, "fe80::1", GROUP, 255, NS SOURCE, true},
	{"4861 7.1.1", "hop limit 254", READ_NS, "fe80::1", GROUP, 254, NS SOURCE, false},
	{"4861 7.1.1", "checksum", READ_NS, "fe80::1", GROUP, 255, NS SOURCE, false, .wrong_sum = true},
	{"4861 7.1.1", "code", READ_NS, "fe80::1", GROUP, 255, "8701 0000 00000000" TARGET, false},
	{"4861 7.1.1", "23 octets", READ_NS, "fe80::1", GROUP, 255, "8700 0000 00000000 200100000000000000000000000000", false},
	{"4861 7.1.1", "24 octets", READ_NS, "fe80::1", GROUP, 255, NS, true},
	{"4861 7.1.1", "multicast target", READ_NS, "fe80::1", GROUP, 255, "8700 0000 00000000 ff020000000000000000000000000042", false},
	{"4861 7.1.1", "option of length 0", READ_NS, "fe80::1", GROUP, 255, NS "0100 020000000005", false},
	{"4861 7.1.1", "unknown option of length 0", READ_NS, "fe80::1", GROUP, 255, NS SOURCE "fe00 020000000005", false},
	{"4861 4.6", "option over the end", READ_NS, "fe80::1", GROUP, 255, NS "0102 020000000005", false},
	{"4861 4.6", "half an option", READ_NS, "fe80::1", GROUP, 255, NS "01", false},
	{"4861 7.1.1", "unknown option", READ_NS, "fe80::1", GROUP, 255, NS "fe01 020000000005", true},
	{"4861 7.1.1", "reserved field", READ_NS, "fe80::1", GROUP, 255, "8700 0000 ffffffff" TARGET, true},
	{"4861 7.1.1", "from nowhere to the group", READ_NS, "::", GROUP, 255, NS, true},
	{"4861 7.1.1", "from nowhere to a solicited-node group", READ_NS, "::", "ff02::1:ff00:43", 255, NS, true},
	{"4861 7.1.1", "from nowhere to the last solicited-node group", READ_NS, "::", "ff02::1:ffff:ffff", 255, NS, true},
	{"4861 7.1.1", "from nowhere to all nodes", READ_NS, "::", "ff02::1", 255, NS, false},
	{"4861 7.1.1", "from nowhere to ff02::1:fe00:42", READ_NS, "::", "ff02::1:fe00:42", 255, NS, false},
	{"4861 7.1.1", "from nowhere to the target", READ_NS, "::", "2001:db8:1::42", 255, NS, false},
	{"4861 7.1.1", "from nowhere with a link-layer address", READ_NS, "::", GROUP, 255, NS SOURCE, false},
	{"4861 7.1.1", "from nowhere with an option of another kind", READ_NS, "::", GROUP, 255, NS "0e01 616263646566", true},
	{"6980 5", "in a fragment", READ_NS, "fe80::1", GROUP, 255, NS SOURCE, false, FRAG, "3a00 0001 00000007"},
	{"6980 5", "behind an atomic fragment header", READ_NS, "fe80::1", GROUP, 255, NS SOURCE, false, FRAG, "3a00 0000 00000007"},
	{"4861 7.1.1", "an advertisement is none", READ_NS, "fe80::1", GROUP, 255, NA("00"), false},

	{"4861 7.1.2", "advertisement", READ_NA, "fe80::1", "fe80::2", 255, NA("60") LINK, true},
	{"4861 7.1.2", "hop limit 1", READ_NA, "fe80::1", "fe80::2", 1, NA("60") LINK, false},
	{"4861 7.1.2", "checksum", READ_NA, "fe80::1", "fe80::2", 255, NA("60") LINK, false, .wrong_sum = true},
	{"4861 7.1.2", "code", READ_NA, "fe80::1", "fe80::2", 255, "88ff 0000 60000000" TARGET, false},
	{"4861 7.1.2", "23 octets", READ_NA, "fe80::1", "fe80::2", 255, "8800 0000 60000000 200100000000000000000000000000", false},
	{"4861 7.1.2", "multicast target", READ_NA, "fe80::1", "fe80::2", 255, "8800 0000 20000000 ff020000000000000000000000000001",
	 false},
	{"4861 7.1.2", "solicited to a group", READ_NA, "fe80::1", "ff02::1", 255, NA("40"), false},
	{"4861 7.1.2", "unsolicited to a group", READ_NA, "fe80::1", "ff02::1", 255, NA("20"), true},
	{"4861 7.1.2", "option of length 0", READ_NA, "fe80::1", "fe80::2", 255, NA("60") "0200 020000000005", false},
	{"4861 7.1.2", "reserved bits", READ_NA, "fe80::1", "fe80::2", 255, "8800 0000 7fffffff" TARGET, true},
	{"6980 5", "in a fragment", READ_NA, "fe80::1", "fe80::2", 255, NA("60"), false, FRAG, "3a00 0000 00000007"},

	{"4861 6.1.1", "router solicitation", READ_RS, "fe80::1", "ff02::2", 255, RS SOURCE, true},
	{"4861 6.1.1", "hop limit", READ_RS, "fe80::1", "ff02::2", 64, RS SOURCE, false},
	{"4861 6.1.1", "checksum", READ_RS, "fe80::1", "ff02::2", 255, RS SOURCE, false, .wrong_sum = true},
	{"4861 6.1.1", "code", READ_RS, "fe80::1", "ff02::2", 255, "8501 0000 00000000", false},
	{"4861 6.1.1", "7 octets", READ_RS, "fe80::1", "ff02::2", 255, "8500 0000 000000", false},
	{"4861 6.1.1", "8 octets", READ_RS, "fe80::1", "ff02::2", 255, RS, true},
	{"4861 6.1.1", "option of length 0", READ_RS, "fe80::1", "ff02::2", 255, RS "0100 000000000000", false},
	{"4861 6.1.1", "from nowhere", READ_RS, "::", "ff02::2", 255, RS, true},
	{"4861 6.1.1", "from nowhere with a link-layer address", READ_RS, "::", "ff02::2", 255, RS SOURCE, false},
	{"4861 6.1.1", "other options are ignored", READ_RS, "::", "ff02::2", 255, RS LINK, true},
	{"6980 5", "in a fragment", READ_RS, "fe80::1", "ff02::2", 255, RS, false, FRAG, "3a00 0000 00000007"},

	{"4861 6.1.2", "router advertisement", READ_RA, "fe80::1", "ff02::1", 255, RA, true},
	{"4861 6.1.2", "not from a link-local address", READ_RA, "2001:db8::1", "ff02::1", 255, RA, false},
	{"4861 6.1.2", "from nowhere", READ_RA, "::", "ff02::1", 255, RA, false},
	{"4861 6.1.2", "hop limit", READ_RA, "fe80::1", "ff02::1", 254, RA, false},
	{"4861 6.1.2", "checksum", READ_RA, "fe80::1", "ff02::1", 255, RA, false, .wrong_sum = true},
	{"4861 6.1.2", "code", READ_RA, "fe80::1", "ff02::1", 255, "8601 0000 4000 0708 00000000 00000000", false},
	{"4861 6.1.2", "15 octets", READ_RA, "fe80::1", "ff02::1", 255, "8600 0000 4000 0708 00000000 000000", false},
	{"4861 6.1.2", "option of length 0", READ_RA, "fe80::1", "ff02::1", 255, RA SOURCE "0000", false},
	{"4861 6.1.2", "unknown option", READ_RA, "fe80::1", "ff02::1", 255, RA "f001 000000000000", true},
	{"6980 5", "in a fragment", READ_RA, "fe80::1", "ff02::1", 255, RA, false, FRAG, "3a00 0000 00000007"},

	{"3810 6.2", "general query", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY2, true, HBH, ALERT},
	{"2710 4", "version 1", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY, true, HBH, ALERT},
	{"3810 6.2", "hop limit 2", READ_QUERY, "fe80::1", "ff02::1", 2, QUERY2, false, HBH, ALERT},
	{"3810 6.2", "hop limit 255", READ_QUERY, "fe80::1", "ff02::1", 255, QUERY2, false, HBH, ALERT},
	{"3810 6.2", "without router alert", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY2, false, HBH, PADDED},
	{"3810 6.2", "without options", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY2, false},
	{"3810 5.1.14", "source not link-local", READ_QUERY, "2001:db8::1", "ff02::1", 1, QUERY2, false, HBH, ALERT},
	{"3810 5.1.14", "source unspecified", READ_QUERY, "::", "ff02::1", 1, QUERY2, false, HBH, ALERT},
	{"3810 8.1", "25 octets are of no version", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY "02", false, HBH, ALERT},
	{"3810 8.1", "27 octets", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY "027d00", false, HBH, ALERT},
	{"3810 8.1", "23 octets", READ_QUERY, "fe80::1", "ff02::1", 1, "8200 0000 03e8 0000 000000000000000000000000000000", false, HBH,
	 ALERT},
	{"3810 5.1.12", "additional data is ignored", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY2 "ffffff", true, HBH, ALERT},
	{"3810 5.1", "checksum", READ_QUERY, "fe80::1", "ff02::1", 1, QUERY2, false, HBH, ALERT, .wrong_sum = true},
	{"3810 5.1.1", "code is ignored", READ_QUERY, "fe80::1", "ff02::1", 1, "8207 0000 03e8 0000 00000000000000000000000000000000", true,
	 HBH, ALERT},
	{"3810 5.1.5", "about a group", READ_QUERY, "fe80::1", GROUP, 1, "8200 0000 03e8 0000 ff0200000000000000000001ff000042 02 7d 0000",
	 true, HBH, ALERT},
	{"3810 5.1.5", "about what is no group", READ_QUERY, "fe80::1", GROUP, 1, "8200 0000 03e8 0000" TARGET "02 7d 0000", false, HBH,
	 ALERT},
	{"3810 5.1.9", "fewer sources than it says", READ_QUERY, "fe80::1", GROUP, 1,
	 "8200 0000 03e8 0000 ff0200000000000000000001ff000042 02 7d 0002" TARGET, false, HBH, ALERT},
	{"3810 5.1.15", "to us alone", READ_QUERY, "fe80::1", "fe80::2", 1, QUERY2, true, HBH, ALERT},
	{"3810 5.1", "a report is none", READ_QUERY, "fe80::1", "ff02::1", 1, "8f00 0000 0000 0000 00000000000000000000000000000000", false,
	 HBH, ALERT},
};

static int read_one(enum kind kind, const struct hp_packet *p)
{
	struct hp_mld_query q;
	struct hp_ns ns;
	struct hp_na na;
	struct hp_rs rs;
	struct hp_ra ra;

	switch (kind) {
	case READ_NS:
		return hp_ns_read(&ns, p);
	case READ_NA:
		return hp_na_read(&na, p);
	case READ_RS:
		return hp_rs_read(&rs, p);
	case READ_RA:
		return hp_ra_read(&ra, p);
	default:
		return hp_mld_query_read(&q, p);
	}
}

/* The message in its packet, with the right checksum (or not). */
static struct bytes packet(const char *src, const char *dst, uint8_t hop_limit, uint8_t first, const char *headers, const char *message,
			   bool wrong_sum)
{
	struct hp_ip6 s = ip6(src), d = ip6(dst);
	struct bytes m = bytes_hex(message), b, whole;

	bytes_mend(&m, &s, &d, ICMP);
	if (wrong_sum)
		m.p[3] ^= 1;
	b = bytes_ip6(&s, &d, headers ? first : ICMP, hop_limit, headers ? headers : "");
	whole = bytes_copy(b.p, b.len);
	whole.p = realloc(whole.p, b.len + m.len);
	memcpy(whole.p + b.len, m.p, m.len);
	whole.len = b.len + m.len;
	whole.p[4] = (uint8_t)((whole.len - 40) >> 8);
	whole.p[5] = (uint8_t)(whole.len - 40);
	bytes_free(&b);
	bytes_free(&m);
	return whole;
}

void test_validity(void)
{
	for (size_t i = 0; i < HP_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct bytes b = packet(r->src, r->dst, r->hop_limit, r->first, r->headers, r->message, r->wrong_sum);
		struct hp_packet p;

		HP_CHECK(r->name, "walk", hp_packet_read(&p, b.p, b.len) == HP_WALK_OK);
		HP_CHECK(r->name, r->clause, read_one(r->kind, &p) == (r->good ? 0 : -EBADMSG));
		/* Nor is it any other protocol's message, nor part of one. */
		p.proto = 17;
		HP_CHECK(r->name, "as UDP", read_one(r->kind, &p) == -EBADMSG);
		p.proto = ICMP;
		p.is_fragment = true;
		p.fragment_at = 40;
		HP_CHECK(r->name, "as a fragment", read_one(r->kind, &p) == -EBADMSG);
		bytes_free(&b);
	}
}

/* Options that count, and those that are passed over because they are of no use or of another length than they must have. */
void test_nd_options(void)
{
	static const struct {
		const char *name, *options;
		int mac; /* last octet, -1: none */
		int nonce;
	} solicitations[] = {
		{"none", "", -1, -1},
		{"link-layer address", SOURCE, 5, -1},
		{"of 16 octets: not Ethernet's", "0102 020000000005 0000000000000000", -1, -1},
		{"two: the first", SOURCE "0101 020000000006", 5, -1},
		{"of a target", LINK, -1, -1},
		{"nonce", "0e01 616263646566", -1, 'f'},
		{"nonce of 14 octets", "0e02 61626364656667686162636465", -1, -1},
		{"both, the other way round", "0e01 616263646566" SOURCE, 5, 'f'},
		{"behind an unknown one", "fe02 0000000000000000000000000000" SOURCE, 5, -1},
	};
	char text[512];

	for (size_t i = 0; i < HP_LEN(solicitations); i++) {
		struct hp_packet p;
		struct bytes b;
		struct hp_ns m;

		/* One octet short of a unit: the row about the nonce of 14 octets adds it here. */
		snprintf(text, sizeof(text), NS "%s%s", solicitations[i].options, strstr(solicitations[i].name, "14") ? "00" : "");
		b = packet("fe80::1", GROUP, 255, 0, NULL, text, false);
		HP_CHECK(solicitations[i].name, "walk", hp_packet_read(&p, b.p, b.len) == HP_WALK_OK);
		HP_CHECK(solicitations[i].name, "read", hp_ns_read(&m, &p) == 0);
		HP_CHECK(solicitations[i].name, "address", (m.has_mac ? m.mac.b[5] : -1) == solicitations[i].mac);
		HP_CHECK(solicitations[i].name, "nonce", (m.has_nonce ? m.nonce[5] : -1) == solicitations[i].nonce);
		bytes_free(&b);
	}
}

#define MTU(n)             "0501 0000 0000" n
#define INTERVAL(n)        "0701 0000 0000" n
#define AGENT(p, l)        "0801 0000" p l
#define PREFIX(len, flags) "0304" len flags "00000e10 00000708 ffffffff 20010db8000100000000000000000000"

void test_ra_options(void)
{
	static const struct {
		const char *clause, *name, *options;
		int mac;
		long mtu, interval, preference, lifetime; /* -1: none */
		unsigned int prefixes;
		uint8_t length;
		int flags; /* on link 4, autonomous 2, router address 1 */
	} list[] = {
		{"4861 4.2", "none", "", -1, -1, -1, -1, -1, 0},
		{"4861 4.6.1", "link-layer address", SOURCE, 5, -1, -1, -1, -1, 0},
		{"4861 4.6.4", "MTU", MTU("0500"), -1, 0x500, -1, -1, -1, 0},
		{"4861 4.6.4", "MTU of two units", "0502 0000 00000500 0000000000000000", -1, -1, -1, -1, -1, 0},
		{"as we read it", "MTU twice: the first", MTU("0500") MTU("0600"), -1, 0x500, -1, -1, -1, 0},
		{"6275 7.3", "interval", INTERVAL("0258"), -1, -1, 600, -1, -1, 0},
		{"6275 7.3", "interval of two units", "0702 0000 00000258 0000000000000000", -1, -1, -1, -1, -1, 0},
		{"6275 7.4", "home agent", AGENT("0102", "0708"), -1, -1, -1, 0x102, 0x708, 0},
		{"6275 7.4", "home agent of two units", "0802 0000 01020708 0000000000000000", -1, -1, -1, -1, -1, 0},
		{"as we read it", "home agent twice: the first", AGENT("0102", "0708") AGENT("0000", "0001"), -1, -1, -1, 0x102, 0x708, 0},
		{"4861 4.6.2", "prefix, L and A", PREFIX("40", "c0"), -1, -1, -1, -1, -1, 1, 64, 6},
		{"6275 7.2", "prefix, R", PREFIX("40", "20"), -1, -1, -1, -1, -1, 1, 64, 1},
		{"4861 4.6.2", "reserved bits of a prefix", PREFIX("30", "1f"), -1, -1, -1, -1, -1, 1, 48, 0},
		{"4861 4.6.2", "prefix of 128 bits", PREFIX("80", "80"), -1, -1, -1, -1, -1, 1, 128, 4},
		{"4861 4.6.2", "prefix of 129 bits", PREFIX("81", "c0"), -1, -1, -1, -1, -1, 0},
		{"4861 4.6.2", "129 bits, then 64", PREFIX("81", "c0") PREFIX("40", "80"), -1, -1, -1, -1, -1, 1, 64, 4},
		{"4861 4.6.2", "prefix of three units", "0303 40c0 00000e10 00000708 ffffffff 20010db800010000", -1, -1, -1, -1, -1, 0},
		{"4861 4.6", "any order, any number",
		 MTU("0500") PREFIX("40", "40") AGENT("0000", "0001") PREFIX("30", "00") SOURCE INTERVAL("0001"), 5, 0x500, 1, 0, 1, 2, 64,
		 2},
	};
	char text[1024];

	for (size_t i = 0; i < HP_LEN(list); i++) {
		struct hp_packet p;
		struct bytes b;
		struct hp_ra m;

		snprintf(text, sizeof(text), RA "%s", list[i].options);
		b = packet("fe80::1", "ff02::1", 255, 0, NULL, text, false);
		HP_CHECK(list[i].name, "walk", hp_packet_read(&p, b.p, b.len) == HP_WALK_OK);
		HP_CHECK(list[i].name, "read", hp_ra_read(&m, &p) == 0);
		HP_CHECK(list[i].name, list[i].clause,
			 (m.has_mac ? m.mac.b[5] : -1) == list[i].mac && (m.has_mtu ? (long)m.mtu : -1) == list[i].mtu);
		HP_CHECK(list[i].name, list[i].clause, (m.has_interval ? (long)m.interval_ms : -1) == list[i].interval);
		HP_CHECK(list[i].name, list[i].clause,
			 (m.has_home_agent_info ? (long)m.preference : -1) == list[i].preference &&
				 (m.has_home_agent_info ? (long)m.home_agent_lifetime_s : -1) == list[i].lifetime);
		HP_CHECK(list[i].name, list[i].clause, m.prefixes == list[i].prefixes);
		if (m.prefixes && list[i].prefixes)
			HP_CHECK(list[i].name, list[i].clause,
				 m.prefix[0].length == list[i].length && m.prefix[0].valid_s == 3600 && m.prefix[0].preferred_s == 1800 &&
					 m.prefix[0].on_link * 4 + m.prefix[0].autonomous * 2 + m.prefix[0].router_address ==
						 list[i].flags);
		bytes_free(&b);
	}
}

/* More prefixes than we keep: the first ones. */
void test_ra_many(void)
{
	char text[(HP_RA_PREFIXES + 2) * 80 + 80] = RA;
	struct hp_packet p;
	struct bytes b;
	struct hp_ra m;

	for (unsigned int i = 0; i < HP_RA_PREFIXES + 1; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "0304 40c0 00000e10 00000708 00000000 20010db8%04x00000000000000000000", i);
	b = packet("fe80::1", "ff02::1", 255, 0, NULL, text, false);
	CU_ASSERT_EQUAL(hp_packet_read(&p, b.p, b.len), HP_WALK_OK);
	CU_ASSERT_EQUAL(hp_ra_read(&m, &p), 0);
	CU_ASSERT_EQUAL(m.prefixes, HP_RA_PREFIXES);
	for (unsigned int i = 0; i < m.prefixes; i++)
		CU_ASSERT_EQUAL(m.prefix[i].prefix.b[5], i);
	bytes_free(&b);
}

/* Too little room is refused and not overrun. */
void test_nd_room(void)
{
	const struct hp_ns ns = {.has_mac = true, .has_nonce = true};
	const struct hp_na na = {.has_mac = true};
	const struct hp_rs rs = {.has_mac = true};
	const struct hp_ra ra = {.has_mac = true, .has_mtu = true, .has_home_agent_info = true, .has_interval = true, .prefixes = 2};
	const struct hp_ip6 group[2] = {HP_IP6_ALL_NODES, HP_IP6_ALL_ROUTERS};
	const struct hp_mld_listening record[2] = {{.group = group[0], .sources = 2, .source = group}, {.group = group[1]}};
	uint8_t zero[160] = {0};

	for (size_t room = 0; room < sizeof(zero); room++) {
		struct bytes b = bytes_copy(zero, room);

		CU_ASSERT_EQUAL(hp_ns_write(&ns, b.p, room), room < 40 ? -ENOSPC : 40);
		CU_ASSERT_EQUAL(hp_na_write(&na, b.p, room), room < 32 ? -ENOSPC : 32);
		CU_ASSERT_EQUAL(hp_rs_write(&rs, b.p, room), room < 16 ? -ENOSPC : 16);
		CU_ASSERT_EQUAL(hp_ra_write(&ra, b.p, room), room < 16 + 4 * 8 + 2 * 32 ? -ENOSPC : 112);
		CU_ASSERT_EQUAL(hp_mld_query_write(&(struct hp_mld_query){.sources = 2, .source = group}, b.p, room),
				room < 60 ? -ENOSPC : 60);
		CU_ASSERT_EQUAL(hp_mld_report_write(record, 2, b.p, room), room < 80 ? -ENOSPC : 80);
		CU_ASSERT_EQUAL(hp_mld_v1_write(131, group, b.p, room), room < 24 ? -ENOSPC : 24);
		bytes_free(&b);
	}
}
