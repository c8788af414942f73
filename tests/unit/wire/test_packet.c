/* SPDX-License-Identifier: BSD-3-Clause */
/* The walk: every outcome by hand, then random chains beside a model that knows no bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/packet.h"

/* Extension headers; the argument is the next header. */
#define PADDING          "0104 00000000"
#define OPTIONS(next)    next "00" PADDING
#define HOME             "20010db8 00010000 00000000 00000100"
#define HAO              "c910" HOME
#define HOME_ADDRESS(n)  n "02 0102 0000" HAO
#define ROUTING(n, t, l) n "00" t l "00000000"
#define TYPE2(n, l)      n "02 02" l "00000000" HOME
#define FRAGMENT(n, o)   n "00" o "00000063"
#define AH(n)            n "04 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa"
#define ECHO             "8000 0000 0007 0009"

enum { HBH = 0, TCP = 6, RH = 43, FRAG = 44, ESP = 50, AUTH = 51, ICMP = 58, NONE = 59, DST = 60 };

static const struct row {
	const char *clause, *name;
	uint8_t first;
	const char *rest;
	enum hp_walk want;
	/* OK: where the upper layer is; else error_at and error_code */
	uint8_t proto;
	uint16_t at;
	bool hao;
	uint8_t node; /* what hp_packet_read_node says where it differs, + 1 */
} rows[] = {
	{"8200 3", "no extension header", ICMP, ECHO, HP_WALK_OK, ICMP, 40},
	{"8200 4.7", "nothing at all", NONE, "", HP_WALK_OK, NONE, 40},
	{"8200 4.7", "octets behind no next header are ignored", NONE, "deadbeef", HP_WALK_OK, NONE, 40},
	{"8200 4.7", "no next header behind options", DST, OPTIONS("3b"), HP_WALK_OK, NONE, 48},
	{"8200 4", "unknown next header is the upper layer's matter", 253, "00", HP_WALK_OK, 253, 40},

	/* Order: any, any number of times, but hop-by-hop options */
	{"8200 4.1", "recommended order", HBH,
	 OPTIONS("3c") OPTIONS("2b") ROUTING("3c", "00", "00") HOME_ADDRESS("2c") FRAGMENT("3c", "0000") OPTIONS("3a") ECHO, HP_WALK_OK,
	 ICMP, 40 + 8 + 8 + 8 + 24 + 8 + 8, true},
	{"8200 4.1", "other orders and repetitions are accepted", DST,
	 OPTIONS("2c") FRAGMENT("2b", "0000") ROUTING("3c", "04", "00") OPTIONS("3c") OPTIONS("3a") ECHO, HP_WALK_OK, ICMP, 40 + 5 * 8},
	{"8200 4", "hop-by-hop behind destination options", DST, OPTIONS("00") OPTIONS("3a") ECHO, HP_WALK_HOPOPTS_PLACE, 1, 40},
	{"8200 4", "hop-by-hop twice", HBH, OPTIONS("00") OPTIONS("3a") ECHO, HP_WALK_HOPOPTS_PLACE, 1, 40},
	{"8200 4", "hop-by-hop behind an atomic fragment header", DST, OPTIONS("2c") FRAGMENT("00", "0000") OPTIONS("3a") ECHO,
	 HP_WALK_HOPOPTS_PLACE, 1, 48},

	/* Options */
	{"8200 4.2", "unknown, action 00: skipped", DST, "3a00 1e04 00000000" ECHO, HP_WALK_OK, ICMP, 48},
	{"8200 4.2", "unknown, action 01: silence", DST, "3a00 5e04 00000000" ECHO, HP_WALK_OPTION_DISCARD},
	{"8200 4.2", "unknown, action 10: to multicast too", DST, "3a00 9e04 00000000" ECHO, HP_WALK_OPTION_ERROR, 2, 42},
	{"8200 4.2", "unknown, action 11", DST, "3a00 de04 00000000" ECHO, HP_WALK_OPTION_ERROR_UNICAST, 2, 42},
	{"8200 4.2", "unknown, hop by hop", HBH, "3a00 9e04 00000000" ECHO, HP_WALK_OPTION_ERROR, 2, 42},
	{"8200 4.2", "strictly in order: the first one decides", DST, "3a00 5e00 9e00 de00" ECHO, HP_WALK_OPTION_DISCARD},
	{"8200 4.2", "in order: behind what is skipped", DST, "3a01 00 0101ff 1e02abcd 0000 9e00 0000" ECHO, HP_WALK_OPTION_ERROR, 2,
	 40 + 12},
	{"8200 4.2", "the third bit belongs to the type", DST, "3a00 be04 00000000" ECHO, HP_WALK_OPTION_ERROR, 2, 42},
	{"8200 4.2", "Pad1 only", DST, "3a00 000000000000" ECHO, HP_WALK_OK, ICMP, 48},
	{"8200 4.2", "PadN of nothing", DST, "3a00 0100 0100 0100" ECHO, HP_WALK_OK, ICMP, 48},
	{"8200 4.2", "PadN: its octets are nobody's", DST, "3a00 0104 c9109e00" ECHO, HP_WALK_OK, ICMP, 48},
	{"8200 4.2", "option over the end of its header", DST, "3a00 0105 00000000" ECHO, HP_WALK_TRUNCATED},
	{"8200 4.2", "option without length", DST, "3a00 0000000000 1e" ECHO, HP_WALK_TRUNCATED},
	{"8200 4.2", "unknown option over the end: no error about it", DST, "3a00 9e05 00000000" ECHO, HP_WALK_TRUNCATED},
	{"8200 4.2", "header over the end", DST, "3a01" PADDING, HP_WALK_TRUNCATED},
	{"8200 4.2", "half a header", DST, "3a00 0102", HP_WALK_TRUNCATED},
	{"8200 4.2", "no header", DST, "", HP_WALK_TRUNCATED},
	{"2711 2.1", "router alert of a wrong length is an unknown option, 00", HBH, "3a00 0503 000000 00" ECHO, HP_WALK_OK, ICMP, 48},
	{"2675 2", "jumbogram, which we do not take", HBH, "3a00 c204 00010000" ECHO, HP_WALK_OPTION_ERROR_UNICAST, 2, 42},

	/* Home Address option */
	{"6275 6.3", "home address", DST, HOME_ADDRESS("3a") ECHO, HP_WALK_OK, ICMP, 64, true},
	{"6275 6.3", "before a Mobility Header", DST, HOME_ADDRESS("87") "3b01 05 00 0000 0001 c000 000f 01020000", HP_WALK_OK, 135, 64,
	 true},
	{"6275 6.3", "not aligned: taken all the same", DST, "3a02" HAO "01020000" ECHO, HP_WALK_OK, ICMP, 64, true},
	{"6275 6.3", "beside other options", DST, "3a03 1e02abcd" HAO "0106 000000000000" ECHO, HP_WALK_OK, ICMP, 72, true},
	{"6275 6.3", "after the routing header", RH, ROUTING("3c", "00", "00") HOME_ADDRESS("3a") ECHO, HP_WALK_OK, ICMP, 72, true},
	{"6275 6.3", "before the routing header", DST, HOME_ADDRESS("2b") ROUTING("3a", "00", "00") ECHO, HP_WALK_HAO_MISPLACED},
	{"6275 6.3", "before the second routing header", RH, ROUTING("3c", "00", "00") HOME_ADDRESS("2b") ROUTING("3a", "04", "00") ECHO,
	 HP_WALK_HAO_MISPLACED},
	{"6275 6.3", "before a type 2 routing header", DST, HOME_ADDRESS("2b") TYPE2("3a", "01") ECHO, HP_WALK_HAO_MISPLACED},
	{"6275 6.3", "before the fragment header", DST, HOME_ADDRESS("2c") FRAGMENT("3a", "0000") ECHO, HP_WALK_OK, ICMP, 72, true},
	{"6275 6.3", "before a real fragment", DST, HOME_ADDRESS("2c") FRAGMENT("3a", "0001") ECHO, HP_WALK_OK, ICMP, 72, true},
	{"6275 6.3", "after the fragment header", FRAG, FRAGMENT("3c", "0000") HOME_ADDRESS("3a") ECHO, HP_WALK_HAO_MISPLACED},
	{"6275 6.3", "before AH", DST, HOME_ADDRESS("33") AH("3a") ECHO, HP_WALK_OK, AUTH, 64, true},
	{"6275 6.3", "behind AH it is not looked at", AUTH, AH("3c") HOME_ADDRESS("3a") ECHO, HP_WALK_OK, AUTH, 40},
	{"6275 6.3", "before ESP", DST, HOME_ADDRESS("32") "00000100 00000001", HP_WALK_OK, ESP, 64, true},
	{"6275 6.3", "twice in one header", DST, "3a04 0100" HAO HAO ECHO, HP_WALK_HAO_REPEATED},
	{"6275 6.3", "twice in two headers", DST, HOME_ADDRESS("3c") HOME_ADDRESS("3a") ECHO, HP_WALK_HAO_REPEATED},
	{"6275 6.3", "length 15", DST, "3a02 01020000 c90f 20010db8000100000000000000000100" ECHO, HP_WALK_HAO_LENGTH},
	{"6275 6.3", "length 17", DST, "3a02 010100 c911 20010db8000100000000000000000100ff" ECHO, HP_WALK_HAO_LENGTH},
	{"6275 6.3", "length 0", DST, "3a00 c900 0000 0000" ECHO, HP_WALK_HAO_LENGTH},
	{"6275 6.3", "over the end of the header", DST, "3a02 0104 00000000 c910 20010db80001000000000000 0000" ECHO, HP_WALK_TRUNCATED},
	{"6275 6.3", "a hop-by-hop option of its type is unknown, 11", HBH, "3a02 01020000" HAO ECHO, HP_WALK_OPTION_ERROR_UNICAST, 2, 46},
	{"6275 9.3.1", "multicast", DST, "3a02 01020000 c910 ff0e0000000000000000000000000001" ECHO, HP_WALK_HAO_ADDRESS},
	{"6275 9.3.1", "link-local", DST, "3a02 01020000 c910 fe800000000000000000000000000001" ECHO, HP_WALK_HAO_ADDRESS},
	{"6275 9.3.1", "unspecified", DST, "3a02 01020000 c910 00000000000000000000000000000000" ECHO, HP_WALK_HAO_ADDRESS},
	{"6275 9.3.1", "loopback", DST, "3a02 01020000 c910 00000000000000000000000000000001" ECHO, HP_WALK_HAO_ADDRESS},
	{"6275 9.3.1", "IPv4-mapped", DST, "3a02 01020000 c910 00000000000000000000ffffc0000201" ECHO, HP_WALK_HAO_ADDRESS},

	/* Routing headers */
	{"6275 6.4", "type 2 to ourselves; to a mobile node", RH, TYPE2("3a", "01") ECHO, HP_WALK_RH_TYPE2, .node = HP_WALK_OK + 1},
	{"6275 11.3.3", "segments left 0", RH, TYPE2("3a", "00") ECHO, HP_WALK_RH_TYPE2},
	{"6275 11.3.3", "segments left 2", RH, TYPE2("3a", "02") ECHO, HP_WALK_RH_TYPE2},
	{"6275 11.3.3", "length 0", RH, "3a00 02 01 00000000" ECHO, HP_WALK_RH_TYPE2},
	{"6275 11.3.3", "length 3", RH, "3a03 02 01 00000000" HOME "0000000000000000" ECHO, HP_WALK_RH_TYPE2},
	{"6275 11.3.3", "length 4, two addresses", RH, "3a04 02 01 00000000" HOME HOME ECHO, HP_WALK_RH_TYPE2},
	{"6275 6.4", "twice", RH, TYPE2("2b", "01") TYPE2("3a", "01") ECHO, HP_WALK_RH_TYPE2},
	{"6275 6.4.1", "behind another routing header", RH, ROUTING("2b", "04", "00") TYPE2("3a", "01") ECHO, HP_WALK_RH_TYPE2,
	 .node = HP_WALK_OK + 1},
	{"6275 6.4.1", "its reserved field is ignored", RH, "3a02 02 01 ffffffff" HOME ECHO, HP_WALK_RH_TYPE2, .node = HP_WALK_OK + 1},
	{"5095 3", "type 0, segments left 0: skipped", RH, ROUTING("3a", "00", "00") ECHO, HP_WALK_OK, ICMP, 48},
	{"5095 3", "type 0, segments left", RH, ROUTING("3a", "00", "01") ECHO, HP_WALK_RH_TYPE, 0, 42},
	{"8200 4.4", "unknown type, nothing left: skipped", RH, ROUTING("3a", "fd", "00") ECHO, HP_WALK_OK, ICMP, 48},
	{"8200 4.4", "unknown type, segments left", DST, OPTIONS("2b") ROUTING("3a", "fd", "ff") ECHO, HP_WALK_RH_TYPE, 0, 50},
	{"8200 4.4", "over the end", RH, "3a01 00 00 00000000", HP_WALK_TRUNCATED},

	/* Fragments */
	{"8200 4.5", "first", FRAG, FRAGMENT("3c", "0001") OPTIONS("3a"), HP_WALK_OK, DST, 48},
	{"8200 4.5", "middle", FRAG, FRAGMENT("3a", "0039") "ff", HP_WALK_OK, ICMP, 48},
	{"8200 4.5", "last: what looks like a header is none", FRAG, FRAGMENT("3c", "0038") "3aff 0104", HP_WALK_OK, DST, 48},
	{"8200 4.5", "reserved bits make no fragment", FRAG, FRAGMENT("3a", "0006") ECHO, HP_WALK_OK, ICMP, 48},
	{"8200 4.5", "reserved octet is no length", FRAG, "3aff 0000 00000001" ECHO, HP_WALK_OK, ICMP, 48},
	{"6946 4", "atomic: read through", FRAG, FRAGMENT("3c", "0000") OPTIONS("3a") ECHO, HP_WALK_OK, ICMP, 56},
	{"8200 4.5", "cut off", FRAG, "3a00 0000 0000", HP_WALK_TRUNCATED},

	/* As many as we read */
	{"bound", "12 headers", DST,
	 OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
		 OPTIONS("3c") OPTIONS("3c") OPTIONS("3a") ECHO,
	 HP_WALK_OK, ICMP, 40 + 96},
	{"bound", "13 headers", DST,
	 OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
		 OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3a") ECHO,
	 HP_WALK_TOO_MANY},
};

static const struct hp_ip6 src = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 5}}, dst = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};

static bool may_be_fragment(const struct row *r)
{
	return strcmp(r->clause, "8200 4.5") == 0 || strstr(r->name, "real fragment");
}

static void judge(const struct row *r, const struct bytes *b, bool node)
{
	const enum hp_walk want = node && r->node ? (enum hp_walk)(r->node - 1) : r->want;
	struct hp_packet p;
	enum hp_walk got = node ? hp_packet_read_node(&p, b->p, b->len) : hp_packet_read(&p, b->p, b->len);

	if (got != want)
		fprintf(stderr, "  %s reader: outcome %d, not %d\n", node ? "node's" : "our", got, want);
	HP_CHECK(r->name, r->clause, got == want);
	HP_CHECK(r->name, "addresses", hp_ip6_eq(&p.src, &src) && hp_ip6_eq(&p.dst, &dst) && p.hop_limit == 64);
	if (got != HP_WALK_OK) {
		HP_CHECK(r->name, "where the error is", r->at == 0 || p.error_at == r->at);
		HP_CHECK(r->name, "parameter problem code", r->at == 0 || p.error_code == r->proto);
		return;
	}
	if (r->want == HP_WALK_OK) {
		HP_CHECK(r->name, "upper layer", p.proto == r->proto && p.payload_at == r->at);
		HP_CHECK(r->name, "home address", p.has_hao == r->hao);
	}
	HP_CHECK(r->name, "next header octet", p.data[p.next_at] == p.proto);
	HP_CHECK(r->name, "rest", hp_packet_payload_len(&p) == b->len - p.payload_at);
	HP_CHECK(r->name, "fragment", !p.is_fragment || may_be_fragment(r));
	HP_CHECK(r->name, "source", !p.has_hao || memcmp(p.data + p.hao_at, "\xc9\x10", 2) == 0);
	HP_CHECK(r->name, "routing header only for nodes", node || !p.has_rh2);
}

void test_walk(void)
{
	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes b = bytes_ip6(&src, &dst, rows[i].first, 64, rows[i].rest);

		judge(&rows[i], &b, false);
		judge(&rows[i], &b, true);
		bytes_free(&b);
	}
}

/* Whatever is cut off, a walk that says OK has its upper layer inside; one that was OK and lost a header says so. */
void test_walk_cut(void)
{
	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes whole = bytes_ip6(&src, &dst, rows[i].first, 64, rows[i].rest);

		for (size_t len = 0; len < whole.len; len++) {
			struct bytes b = bytes_copy(whole.p, len);
			struct hp_packet p;

			CU_ASSERT_EQUAL(hp_packet_read(&p, b.p, b.len), HP_WALK_VERSION);
			if (len >= HP_IP6_HEADER) {
				enum hp_walk got;

				b.p[4] = (uint8_t)((len - HP_IP6_HEADER) >> 8);
				b.p[5] = (uint8_t)(len - HP_IP6_HEADER);
				got = hp_packet_read(&p, b.p, b.len);
				HP_CHECK(rows[i].name, "within", got != HP_WALK_OK || p.payload_at <= p.len);
				if (rows[i].want == HP_WALK_OK)
					HP_CHECK(rows[i].name, "cut", got == (len < rows[i].at ? HP_WALK_TRUNCATED : HP_WALK_OK));
			}
			bytes_free(&b);
		}
		bytes_free(&whole);
	}
}

void test_fixed_header(void)
{
	struct bytes b =
		bytes_hex("6abcdef1 0004 3b 01 20010db8000a00000000000000000005 20010db8000100000000000000000001 01020304 ffffffff");
	struct hp_packet p;

	/* Link padding behind the payload is cut off: RFC 894's 46 octets of Ethernet. */
	CU_ASSERT_EQUAL(hp_packet_read(&p, b.p, b.len), HP_WALK_OK);
	CU_ASSERT(p.len == 44 && hp_packet_payload_len(&p) == 4 && memcmp(hp_packet_payload(&p), "\1\2\3\4", 4) == 0);
	CU_ASSERT(p.traffic_class == 0xab && p.flow_label == 0xcdef1 && p.hop_limit == 1);
	for (unsigned int version = 0; version < 16; version++) {
		b.p[0] = (uint8_t)(version << 4);
		CU_ASSERT((hp_packet_read(&p, b.p, b.len) == HP_WALK_OK) == (version == 6));
	}
	b.p[0] = 0x60;
	b.p[5] = 8;
	CU_ASSERT_EQUAL(hp_packet_read(&p, b.p, b.len), HP_WALK_OK);
	b.p[5] = 9;
	CU_ASSERT_EQUAL(hp_packet_read(&p, b.p, b.len), HP_WALK_VERSION);
	bytes_free(&b);
}

/* RFC 2711 §2.1: hop by hop, of length 2, and nothing that only looks like it. */
void test_router_alert(void)
{
	static const struct {
		const char *name;
		uint8_t first;
		const char *rest;
		bool alert;
	} alerts[] = {
		{"multicast listener discovery", HBH, "3b00 0502 0000 0100", true},
		{"another value", HBH, "3b00 0502 0001 0100", true},
		{"behind padding", HBH, "3b00 0100 0502 0000", true},
		{"in destination options", DST, "3b00 0502 0000 0100", false},
		{"length 1", HBH, "3b00 0501 00 010100", false},
		{"length 3", HBH, "3b00 0503 000000 00", false},
		{"another option of length 2", HBH, "3b00 1e02 0000 0100", false},
		{"another destination option of length 2", DST, "3b00 1e02 0000 0100", false},
	};

	for (size_t i = 0; i < HP_LEN(alerts); i++) {
		struct bytes b = bytes_ip6(&src, &dst, alerts[i].first, 64, alerts[i].rest);
		struct hp_packet p;

		HP_CHECK(alerts[i].name, "walk", hp_packet_read(&p, b.p, b.len) == HP_WALK_OK);
		HP_CHECK(alerts[i].name, "alert", p.router_alert == alerts[i].alert);
		bytes_free(&b);
	}
}

/* Put together again: 48 octets of header chain before the fragment header, or 40. */
void test_reassembled(void)
{
	static const struct {
		const char *clause, *name;
		uint8_t first;
		const char *rest;
		size_t head;
		bool good;
	} whole[] = {
		{"8200 4.5", "echo request", ICMP, ECHO, 40, true},
		{"8200 4.5", "nothing", NONE, "", 40, true},
		{"8200 4.5", "ICMPv6 of no length", ICMP, "", 40, true},
		{"8200 4.5", "UDP that begins like a solicitation", 17, "8700 0001 0008 0000", 40, true},
		{"6980 5", "router solicitation", ICMP, "8500 0000 00000000", 40, false},
		{"6980 5", "router advertisement", ICMP, "8600 0000 00000000", 40, false},
		{"6980 5", "neighbour solicitation", ICMP, "8700 0000 00000000", 40, false},
		{"6980 5", "neighbour advertisement behind options", DST, OPTIONS("3a") "8800 0000 00000000", 40, false},
		{"6980 5", "redirect", ICMP, "8900 0000 00000000", 40, false},
		{"6980 5", "listener report", ICMP, "8400 0000 00000000", 40, true},
		{"6980 5", "discovery request", ICMP, "8a00 0000 00000000", 40, true},
		{"6275 6.3", "home address before the fragment header", DST, HOME_ADDRESS("3a") ECHO, 64, true},
		{"6275 6.3", "home address behind it", DST, HOME_ADDRESS("3a") ECHO, 40, false},
		{"6275 6.3", "home address behind options and it", DST, OPTIONS("3c") HOME_ADDRESS("3a") ECHO, 48, false},
		{"6275 6.3", "other options behind it", DST, HOME_ADDRESS("3c") OPTIONS("3a") ECHO, 64, true},
	};

	for (size_t i = 0; i < HP_LEN(whole); i++) {
		struct bytes b = bytes_ip6(&src, &dst, whole[i].first, 64, whole[i].rest);
		struct hp_packet p;

		HP_CHECK(whole[i].name, "walk", hp_packet_read(&p, b.p, b.len) == HP_WALK_OK);
		HP_CHECK(whole[i].name, whole[i].clause, hp_packet_may_be_fragmented(&p, whole[i].head) == whole[i].good);
		bytes_free(&b);
	}
}

/* Random chains. The model walks a list of what was put there, not octets. */
enum piece {
	P_HBH,
	P_ALERT,
	P_DST,
	P_HAO,
	P_RH_DONE,
	P_RH_LEFT,
	P_RH2,
	P_ATOMIC,
	P_FRAGMENT,
	P_DISCARD,
	P_ERROR,
	P_ERROR_UNICAST,
	P_AH,
	P_ESP,
	P_KINDS
};
static const struct {
	uint8_t proto;
	const char *body; /* behind the next header octet */
} pieces[P_KINDS] = {
	[P_HBH] = {HBH, "00" PADDING},
	[P_ALERT] = {HBH, "00 0502 0000 0100"},
	[P_DST] = {DST, "00" PADDING},
	[P_HAO] = {DST, "02 0102 0000" HAO},
	[P_RH_DONE] = {RH, "00 00 00 00000000"},
	[P_RH_LEFT] = {RH, "00 04 01 00000000"},
	[P_RH2] = {RH, "02 02 01 00000000" HOME},
	[P_ATOMIC] = {FRAG, "00 0000 00000001"},
	[P_FRAGMENT] = {FRAG, "00 0008 00000001"},
	[P_DISCARD] = {DST, "00 5e04 00000000"},
	[P_ERROR] = {DST, "00 9e04 00000000"},
	[P_ERROR_UNICAST] = {DST, "00 de04 00000000"},
	[P_AH] = {AUTH, "04 0000 00000100 00000001 aaaaaaaaaaaaaaaaaaaaaaaa"},
	[P_ESP] = {ESP, "00 0000 00000001"},
};

struct guess {
	enum hp_walk walk;
	bool hao, rh2, alert;
};

static struct guess model(const enum piece *list, size_t n, bool node)
{
	struct guess g = {HP_WALK_OK};
	bool fragment = false;

	for (size_t i = 0; i < n; i++) {
		const enum piece k = list[i];

		if (k == P_AH || k == P_ESP)
			return g;
		if (i == HP_WALK_MAX)
			return g.walk = HP_WALK_TOO_MANY, g;
		if ((k == P_HBH || k == P_ALERT) && i > 0)
			return g.walk = HP_WALK_HOPOPTS_PLACE, g;
		if ((k == P_RH_DONE || k == P_RH_LEFT || k == P_RH2) && g.hao)
			return g.walk = HP_WALK_HAO_MISPLACED, g;
		if (k == P_HAO && g.hao)
			return g.walk = HP_WALK_HAO_REPEATED, g;
		if (k == P_HAO && fragment)
			return g.walk = HP_WALK_HAO_MISPLACED, g;
		if (k == P_RH_LEFT)
			return g.walk = HP_WALK_RH_TYPE, g;
		if (k == P_RH2 && (!node || g.rh2))
			return g.walk = HP_WALK_RH_TYPE2, g;
		if (k == P_DISCARD)
			return g.walk = HP_WALK_OPTION_DISCARD, g;
		if (k == P_ERROR)
			return g.walk = HP_WALK_OPTION_ERROR, g;
		if (k == P_ERROR_UNICAST)
			return g.walk = HP_WALK_OPTION_ERROR_UNICAST, g;
		if (k == P_FRAGMENT)
			return g;
		g.alert |= k == P_ALERT;
		g.hao |= k == P_HAO;
		g.rh2 |= k == P_RH2;
		fragment |= k == P_ATOMIC;
	}
	return g;
}

static void chain(const enum piece *list, size_t n, bool node)
{
	const struct guess want = model(list, n, node);
	char text[2048] = "";
	struct hp_packet p;
	enum hp_walk got;
	struct bytes b;

	for (size_t i = 0; i < n; i++) {
		char next[8];

		snprintf(next, sizeof(next), "%02x", i + 1 < n ? pieces[list[i + 1]].proto : ICMP);
		strcat(strcat(text, next), pieces[list[i]].body);
	}
	strcat(text, ECHO);
	b = bytes_ip6(&src, &dst, n ? pieces[list[0]].proto : ICMP, 64, text);
	got = node ? hp_packet_read_node(&p, b.p, b.len) : hp_packet_read(&p, b.p, b.len);
	if (got != want.walk)
		fprintf(stderr, "  %s: outcome %d, not %d\n", text, got, want.walk);
	CU_ASSERT_EQUAL(got, want.walk);
	if (got == HP_WALK_OK)
		CU_ASSERT(p.has_hao == want.hao && p.has_rh2 == want.rh2 && p.router_alert == want.alert);
	bytes_free(&b);
}

void test_walk_model(void)
{
	unsigned int seed = (unsigned int)hp_test_seed(), outcomes[HP_WALK_COUNT] = {0};

	for (int round = 0; round < 20000; round++) {
		enum piece list[HP_WALK_MAX + 2];
		/* Mostly harmless ones, or hardly any chain would get long. */
		size_t n = (size_t)rand_r(&seed) % (HP_WALK_MAX + 2), harmless = (size_t)rand_r(&seed) % 4;

		for (size_t i = 0; i < n; i++)
			list[i] = (size_t)rand_r(&seed) % 4 < harmless ? (rand_r(&seed) % 2 ? P_DST : P_RH_DONE)
								       : (enum piece)(rand_r(&seed) % P_KINDS);
		chain(list, n, round % 2);
		outcomes[model(list, n, round % 2).walk]++;
	}
	CU_ASSERT(outcomes[HP_WALK_OK] && outcomes[HP_WALK_HAO_MISPLACED] && outcomes[HP_WALK_HAO_REPEATED] && outcomes[HP_WALK_TOO_MANY] &&
		  outcomes[HP_WALK_RH_TYPE2] && outcomes[HP_WALK_RH_TYPE] && outcomes[HP_WALK_HOPOPTS_PLACE]);
}
