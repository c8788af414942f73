/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "lab.h"
#include "run.h"
#include "tests.h"
#include "wire/icmp6.h"

#define PEER "fe80::9"

/* What lies behind the IPv6 header, as octets; `sum`: where the checksum goes (from the end of the extension headers). */
struct row {
	const char *name, *src, *dst, *hoa;
	uint8_t proto;
	uint8_t data[64];
	size_t len;
	int sum; /* -1: none, -2: put in wrong */
	const char *want;
	enum hp_control_counter counter; /* HP_CT_IN: none in particular */
	uint16_t link;
	bool link_multicast, tunnelled;
};

static void feed(struct lab *l, const struct row *t)
{
	const struct hp_ip6 src = craft_ip6(t->src), dst = craft_ip6(t->dst), hoa = craft_ip6(t->hoa ? t->hoa : "::");
	const uint64_t before = lab_count(l, t->counter);
	uint8_t packet[CRAFT_ROOM];
	size_t len = t->sum == -1 ? craft_packet(packet, &src, &dst, &hoa, t->proto, t->data, t->len)
				  : craft_summed(packet, &src, &dst, &hoa, t->proto, t->data, t->len, t->sum < 0 ? 2 : (size_t)t->sum);
	struct hp_input in = lab_input(packet, len, t->link);
	const char *got;

	if (t->sum == -2)
		packet[len - 1] ^= 1;
	in.link_multicast = t->link_multicast;
	in.tunnelled = t->tunnelled;
	in.outer_src = craft_ip6(LAB_COA);
	hp_control_packet(l->control, &in, l->now, l->fx);
	got = lab_effects(l);
	if (strcmp(got, t->want))
		fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", t->name, t->want, got);
	CU_ASSERT_STRING_EQUAL(got, t->want);
	HP_CHECK(t->name, "counter", lab_count(l, t->counter) == before + 1);
}

#define ECHO                                                                                                                               \
	{                                                                                                                                  \
		128, 0, 0, 0, 1, 2, 0, 3, 'p', 'i', 'n', 'g'                                                                               \
	}
#define SOLICITATION                                                                                                                       \
	{                                                                                                                                  \
		146, 0, 0, 0, 0x56, 0x78, 0, 0                                                                                             \
	}
#define REQUEST                                                                                                                            \
	{                                                                                                                                  \
		144, 0, 0, 0, 0x12, 0x34, 0, 0                                                                                             \
	}
#define DATA(...)                                                                                                                          \
	{                                                                                                                                  \
		__VA_ARGS__                                                                                                                \
	}

void test_input(void)
{
	static const struct row table[] = {
		{"4443 4.2 echo", LAB_CN, LAB_HA, NULL, 58, ECHO, 12, 2, "echo 2001:db8:1::1>2001:db8:c::1", HP_CT_ECHO, 1},
		{"4443 4.2 echo to the virtual link's address", LAB_CN, LAB_VHA, NULL, 58, ECHO, 12, 2, "echo 2001:db8:2::1>2001:db8:c::1",
		 HP_CT_ECHO, 1},
		{"4443 4.2 echo between link-local addresses", PEER, "fe80::ff:fe00:2", NULL, 58, ECHO, 12, 2,
		 "echo fe80::ff:fe00:2>fe80::9 link 1", HP_CT_ECHO, 1},
		{"link-local address of another link", PEER, "fe80::ff:fe00:2", NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 0},
		{"4443 4.2 echo to a group", PEER, "ff02::1", NULL, 58, ECHO, 12, 2, "echo fe80::ff:fe00:1>fe80::9 link 0", HP_CT_ECHO, 0},
		{"4291 2.8 echo to a group of others", PEER, "ff02::99", NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 0},
		{"4443 2.4 echo from nobody", "::", LAB_HA, NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 0},
		{"4443 2.4 echo from a group", "ff02::5", LAB_HA, NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 0},
		{"echo from ourselves", LAB_CORE, LAB_HA, NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 0},
		{"4443 2.3 wrong checksum", LAB_CN, LAB_HA, NULL, 58, ECHO, 12, -2, "", HP_CT_MALFORMED, 1},
		{"4443 2.3 cut off", LAB_CN, LAB_HA, NULL, 58, DATA(128, 0, 0, 0), 4, 2, "", HP_CT_MALFORMED, 1},
		{"not for us", LAB_CN, LAB_CN, NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 1},
		{"6275 6.7 prefix solicitation without the option", LAB_CN, LAB_HA, NULL, 58, SOLICITATION, 8, 2, "", HP_CT_MPS_NO_OPTION,
		 1},
		{"6275 6.7 of code 1", LAB_CN, LAB_HA, NULL, 58, DATA(146, 1, 0, 0, 0, 1, 0, 0), 8, 2, "", HP_CT_MALFORMED, 1},
		{"6275 6.8 an advertisement to us", LAB_CN, LAB_HA, NULL, 58, DATA(147, 0, 0, 0, 0, 1, 0, 0), 8, 2, "", HP_CT_IGNORED, 1},
		{"6275 10.5.1 request to the anycast address", LAB_CN, LAB_ANYCAST, NULL, 58, REQUEST, 8, 2,
		 "agents 1234 2001:db8:1::1 2001:db8:1::1>2001:db8:c::1", HP_CT_DHAAD_OUT, 1},
		{"6275 10.5.1 of the virtual link", LAB_CN, LAB_VANYCAST, NULL, 58, REQUEST, 8, 2,
		 "agents 1234 2001:db8:2::1 2001:db8:2::1>2001:db8:c::1", HP_CT_DHAAD_OUT, 1},
		{"6275 10.5 of a link that is no home link", LAB_CN, "2001:db8:f:0:fdff:ffff:ffff:fffe", NULL, 58, REQUEST, 8, 2, "",
		 HP_CT_IGNORED, 1},
		{"2526 2 another anycast address", LAB_CN, "2001:db8:1:0:fdff:ffff:ffff:fffd", NULL, 58, REQUEST, 8, 2, "", HP_CT_IGNORED,
		 1},
		{"6275 10.5 request to a unicast address", LAB_CN, LAB_HA, NULL, 58, REQUEST, 8, 2, "", HP_CT_IGNORED, 1},
		{"6275 10.5 request to a group", PEER, "ff02::1", NULL, 58, REQUEST, 8, 2, "", HP_CT_IGNORED, 0},
		{"6275 6.5 request of code 1", LAB_CN, LAB_ANYCAST, NULL, 58, DATA(144, 1, 0, 0, 0x12, 0x34, 0, 0), 8, 2, "",
		 HP_CT_MALFORMED, 1},
		{"6275 6.5 wrong checksum", LAB_CN, LAB_ANYCAST, NULL, 58, REQUEST, 8, -2, "", HP_CT_MALFORMED, 1},
		{"request from nobody", "::", LAB_ANYCAST, NULL, 58, REQUEST, 8, 2, "", HP_CT_IGNORED, 1},
		{"request from a link-local address", PEER, LAB_ANYCAST, NULL, 58, REQUEST, 8, 2, "", HP_CT_IGNORED, 0},
		{"request from ourselves", LAB_CORE, LAB_ANYCAST, NULL, 58, REQUEST, 8, 2, "", HP_CT_IGNORED, 0},
		{"6275 9.3.1 request with an unbound home address", LAB_COA, LAB_ANYCAST, LAB_H, 58, REQUEST, 8, 2,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
		{"a reply to us", LAB_CN, LAB_HA, NULL, 58, DATA(145, 0, 0, 0, 0x12, 0x34, 0, 0), 8, 2, "", HP_CT_IGNORED, 1},
		{"4443 2.2 echo to the anycast address: from a unicast one", LAB_CN, LAB_ANYCAST, NULL, 58, ECHO, 12, 2,
		 "echo 2001:db8:1::1>2001:db8:c::1", HP_CT_ECHO, 1},
		{"4443 2.2 UDP to the anycast address: from a unicast one", LAB_CN, LAB_ANYCAST, NULL, 17, DATA(0, 9, 0, 9, 0, 8, 0, 0), 8,
		 -1, "error 1/4 0 2001:db8:1::1>2001:db8:c::1", HP_CT_ERROR_OUT, 1},
		{"a Mobility Header to the anycast address", LAB_CN, LAB_ANYCAST, NULL, 135, DATA(59, 0, 77), 8, 4, "", HP_CT_IGNORED, 1},
		{"4443 2.4 (b) unknown informational", LAB_CN, LAB_HA, NULL, 58, DATA(200, 0, 0, 0, 0, 0, 0, 0), 8, 2, "", HP_CT_IGNORED,
		 1},
		{"4443 2.4 (a) unknown error", LAB_CN, LAB_HA, NULL, 58, DATA(99, 0, 0, 0, 0, 0, 0, 0), 8, 2, "", HP_CT_ERROR_IN, 1},
		{"4443 3.1 UDP", LAB_CN, LAB_HA, NULL, 17, DATA(0, 9, 0, 9, 0, 8, 0, 0), 8, -1, "error 1/4 0 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"4443 3.1 TCP", LAB_CN, LAB_CORE, NULL, 6, DATA(0, 9, 0, 9), 20, -1, "error 1/4 0 2001:db8:f::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"4443 2.4 (e.3) UDP to a group", PEER, "ff02::1", NULL, 17, DATA(0, 9, 0, 9, 0, 8, 0, 0), 8, -1, "", HP_CT_ERROR_FORBIDDEN,
		 1},
		{"4443 2.4 (e.4) UDP by link-layer broadcast", LAB_CN, LAB_HA, NULL, 17, DATA(0, 9, 0, 9, 0, 8, 0, 0), 8, -1, "",
		 HP_CT_ERROR_FORBIDDEN, 1, .link_multicast = true},
		{"4443 2.4 (e.6) UDP from nobody", "::", LAB_HA, NULL, 17, DATA(0, 9, 0, 9, 0, 8, 0, 0), 8, -1, "", HP_CT_ERROR_FORBIDDEN,
		 1},
		{"8200 4 unknown next header", LAB_CN, LAB_HA, NULL, 200, DATA(0), 8, -1, "error 4/1 6 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"8200 4.7 no next header", LAB_CN, LAB_HA, NULL, 59, DATA(0), 8, -1, "", HP_CT_IGNORED, 1},
		{"ESP without an association", LAB_CN, LAB_HA, NULL, 50, DATA(0, 0, 1, 0), 24, -1, "", HP_CT_IGNORED, 1},
		{"a tunnel packet that nobody wanted", LAB_CN, LAB_HA, NULL, 41, DATA(0x60), 40, -1, "", HP_CT_IGNORED, 1},
		{"8200 4.2 option 01", LAB_CN, LAB_HA, NULL, 60, DATA(59, 0, 0x5e, 4), 8, -1, "", HP_CT_MALFORMED, 1},
		{"8200 4.2 option 10", LAB_CN, LAB_HA, NULL, 60, DATA(59, 0, 0x9e, 4), 8, -1, "error 4/2 42 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"8200 4.2 option 10 to a group", PEER, "ff02::1", NULL, 60, DATA(59, 0, 0x9e, 4), 8, -1,
		 "error 4/2 42 fe80::ff:fe00:2>fe80::9 link 1", HP_CT_ERROR_OUT, 1},
		{"8200 4.2 option 10 to a group of others", PEER, "ff02::99", NULL, 60, DATA(59, 0, 0x9e, 4), 8, -1, "", HP_CT_MALFORMED,
		 1},
		{"6275 9.3.3 home address without binding, to a group: a unicast source", LAB_COA, "ff02::1", LAB_H, 58, ECHO, 12, 2,
		 "be 1 2001:db8:1::100 2001:db8:f::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
		{"8200 4.2 option 11", LAB_CN, LAB_HA, NULL, 60, DATA(59, 0, 0xde, 4), 8, -1, "error 4/2 42 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"8200 4.2 option 11 to a group", PEER, "ff02::1", NULL, 60, DATA(59, 0, 0xde, 4), 8, -1, "", HP_CT_MALFORMED, 1},
		{"8200 4.1 hop-by-hop not first", LAB_CN, LAB_HA, NULL, 60, DATA(0, 0, 1, 4, 0, 0, 0, 0, 59, 0, 1, 4), 16, -1,
		 "error 4/1 40 2001:db8:1::1>2001:db8:c::1", HP_CT_ERROR_OUT, 1},
		{"5095 routing header 0", LAB_CN, LAB_HA, NULL, 43, DATA(59, 2, 0, 1), 24, -1, "error 4/0 42 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"4443 2.4 (e.3) routing header 0 to a group", PEER, "ff02::1", NULL, 43, DATA(59, 2, 0, 1), 24, -1, "",
		 HP_CT_ERROR_FORBIDDEN, 1},
		{"8200 4.4 routing header 0, nothing left", LAB_CN, LAB_HA, NULL, 43, DATA(59, 2, 0, 0), 24, -1, "", HP_CT_IGNORED, 1},
		{"6275 6.4 type 2 routing header to us", LAB_CN, LAB_HA, NULL, 43, DATA(59, 2, 2, 1), 24, -1, "", HP_CT_RH2, 1},
		{"cut off in a header", LAB_CN, LAB_HA, NULL, 60, DATA(59, 9), 8, -1, "", HP_CT_MALFORMED, 1},
		{"6275 6.3 option of 15 octets", LAB_CN, LAB_HA, NULL, 60, DATA(58, 2, 1, 2, 0, 0, 0xc9, 15, 0x20, 1), 24, -1, "",
		 HP_CT_HAO, 1},
		{"6275 9.3.1 home address not routable", LAB_CN, LAB_HA, "fe80::5", 58, ECHO, 12, 2, "", HP_CT_HAO, 1},
		{"6275 9.2 MH of unknown type", LAB_CN, LAB_HA, NULL, 135, DATA(59, 0, 77), 8, 4, "be 2 :: 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_BE_OUT, 1},
		{"6275 9.3.3 the option's home address is told", LAB_COA, LAB_HA, "2001:db8:9::9", 135, DATA(59, 0, 77), 8, 4,
		 "be 2 2001:db8:9::9 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
		{"6275 9.3.3 not to a group", "ff02::9", LAB_HA, NULL, 135, DATA(59, 0, 77), 8, 4, "", HP_CT_ERROR_FORBIDDEN, 1},
		{"a Mobility Header to a group", PEER, "ff02::1", NULL, 135, DATA(59, 0, 77), 8, 4, "", HP_CT_IGNORED, 1},
		{"6275 9.2 payload proto", LAB_CN, LAB_HA, NULL, 135, DATA(58, 1, 5), 16, 4, "error 4/0 40 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"6275 9.2 header length", LAB_CN, LAB_HA, NULL, 135, DATA(59, 0, 5), 8, 4, "error 4/0 41 2001:db8:1::1>2001:db8:c::1",
		 HP_CT_ERROR_OUT, 1},
		{"6275 9.3.1 unbound option with data: Binding Error 1", LAB_COA, LAB_HA, LAB_H, 58, ECHO, 12, 2,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
		{"6275 9.3.1 and with UDP, no ICMPv6 error", LAB_COA, LAB_HA, LAB_H, 17, DATA(0, 9), 8, -1,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
		{"6275 9.3.1 and with a prefix solicitation", LAB_COA, LAB_HA, LAB_H, 58, SOLICITATION, 8, 2,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
		{"6275 9.3.1 ESP needs no binding", LAB_COA, LAB_HA, LAB_H, 50, DATA(0, 0, 1, 0), 24, -1, "", HP_CT_IGNORED, 1},
	};
	struct lab l;

	lab_open(&l);
	for (size_t i = 0; i < HP_LEN(table); i++)
		feed(&l, &table[i]);
	lab_close(&l);
}

/* LAB_H is bound at LAB_COA. */
void test_mobile(void)
{
	static const struct row table[] = {
		{"6275 9.3.2 echo with the option", LAB_COA, LAB_HA, LAB_H, 58, ECHO, 12, 2,
		 "echo 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_CT_ECHO, 1},
		{"6275 10.4.2 echo through the tunnel: routing header too", LAB_H, LAB_HA, NULL, 58, ECHO, 12, 2,
		 "echo 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_CT_ECHO, 1, .tunnelled = true},
		{"6275 9.3.1 the option from elsewhere", "2001:db8:b::1", LAB_HA, LAB_H, 58, ECHO, 12, 2,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:b::1", HP_CT_BE_OUT, 1},
		{"4443 3.1 UDP with the option", LAB_COA, LAB_HA, LAB_H, 17, DATA(0, 9), 8, -1,
		 "error 1/4 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_CT_ERROR_OUT, 1},
		{"8200 4 unknown next header behind the option", LAB_COA, LAB_HA, LAB_H, 200, DATA(0), 8, -1,
		 "error 4/1 40 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_CT_ERROR_OUT, 1},
		{"6275 9.2 parameter problem directly to the source, no binding used", LAB_COA, LAB_HA, LAB_H, 135, DATA(58, 1, 5), 16, 4,
		 "error 4/0 64 2001:db8:1::1>2001:db8:a::1", HP_CT_ERROR_OUT, 1},
		{"6275 9.2 the same through the tunnel", LAB_H, LAB_HA, NULL, 135, DATA(58, 1, 5), 16, 4,
		 "error 4/0 40 2001:db8:1::1>2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1", HP_CT_ERROR_OUT, 1, .tunnelled = true},
		{"6275 9.3.3 Binding Error through the tunnel, no routing header", LAB_H, LAB_HA, NULL, 135, DATA(59, 0, 77), 8, 4,
		 "be 2 :: 2001:db8:1::1>2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1, .tunnelled = true},
		{"6275 10.6.3 prefix solicitation", LAB_COA, LAB_HA, LAB_H, 58, SOLICITATION, 8, 2,
		 "mpa 5678 of 1 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_CT_IN, 1},
		{"6275 6.8 a second one within the second", LAB_COA, LAB_HA, LAB_H, 58, SOLICITATION, 8, 2, "", HP_CT_IN, 1},
		{"6275 9.3.1 the option from elsewhere, solicitation", "2001:db8:b::1", LAB_HA, LAB_H, 58, SOLICITATION, 8, 2,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:b::1", HP_CT_BE_OUT, 1},
		{"6275 6.7 through the tunnel, without the option", LAB_H, LAB_HA, NULL, 58, SOLICITATION, 8, 2, "", HP_CT_MPS_NO_OPTION, 1,
		 .tunnelled = true},
		{"6275 6.7 to the anycast address", LAB_COA, LAB_ANYCAST, LAB_H, 58, SOLICITATION, 8, 2, "", HP_CT_IGNORED, 1},
		{"6275 10.5.1 request with the option", LAB_COA, LAB_ANYCAST, LAB_H, 58, REQUEST, 8, 2,
		 "agents 1234 2001:db8:1::1 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_CT_DHAAD_OUT, 1},
		{"a group out of the tunnel", LAB_H, "ff02::1", NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 1, .tunnelled = true},
		{"a link-local source out of the tunnel", PEER, LAB_HA, NULL, 58, ECHO, 12, 2, "", HP_CT_IGNORED, 1, .tunnelled = true},
		{"discovery out of the tunnel", PEER, "ff02::1", NULL, 58, DATA(133, 0, 0, 0, 0, 0, 0, 0), 8, 2, "", HP_CT_IGNORED, 1,
		 .tunnelled = true},
		{"6275 10.4.2 to the derived link-local address", LAB_CN, "fe80::100", NULL, 17, DATA(0, 9), 8, -1,
		 "error 1/3 0 2001:db8:1::1>2001:db8:c::1", HP_CT_ERROR_OUT, 0},
		{"6275 10.4.2 the same from a neighbour", PEER, "fe80::100", NULL, 17, DATA(0, 9), 8, -1,
		 "error 1/3 0 fe80::ff:fe00:1>fe80::9 link 0", HP_CT_ERROR_OUT, 0},
		{"on another link it is nobody's", PEER, "fe80::100", NULL, 17, DATA(0, 9), 8, -1, "", HP_CT_IGNORED, 1},
	};
	struct craft_bu bu = {.src = craft_ip6(LAB_COA),
			      .dst = craft_ip6(LAB_HA),
			      .hoa = craft_ip6(LAB_H),
			      .sequence = 2,
			      .lifetime = 100,
			      .h = true,
			      .l = true};
	uint8_t packet[CRAFT_ROOM];
	struct hp_input in;
	struct lab l;

	lab_open(&l);
	lab_bind(&l);
	in = lab_input(packet, craft_bu(packet, &bu), 1);
	hp_control_packet(l.control, &in, l.now, l.fx);
	hp_effects_clear(l.fx);
	for (size_t i = 0; i < HP_LEN(table); i++)
		feed(&l, &table[i]);
	lab_close(&l);
}

static void update(struct lab *l, const char *coa, uint16_t sequence, uint16_t lifetime)
{
	struct craft_bu bu = {.src = craft_ip6(coa),
			      .dst = craft_ip6(LAB_HA),
			      .hoa = craft_ip6(LAB_H),
			      .sequence = sequence,
			      .lifetime = lifetime,
			      .h = true};
	uint8_t packet[CRAFT_ROOM];
	struct hp_input in = lab_input(packet, craft_bu(packet, &bu), 1);

	hp_control_packet(l->control, &in, l->now, l->fx);
}

/* Where a binding leads, and where nothing leads any more. */
void test_binding_ways(void)
{
	static const struct row gone[] = {
		{"de-registered: as to any host", LAB_H, LAB_HA, NULL, 58, ECHO, 12, 2, "echo 2001:db8:1::1>2001:db8:1::100", HP_CT_ECHO,
		 0},
		{"de-registered: the option holds no more", LAB_COA, LAB_HA, LAB_H, 58, ECHO, 12, 2,
		 "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1", HP_CT_BE_OUT, 1},
	};
	const struct {
		const char *name, *coa, *next_hop;
		uint16_t link;
	} ways[] = {
		{"by the default route", LAB_COA, LAB_GATE, 1},
		{"on a link of ours", "2001:db8:f::77", "2001:db8:f::77", 1},
		{"on the home link", "2001:db8:1::77", "2001:db8:1::77", 0},
		{"on a virtual link: nowhere", "2001:db8:2::77", "::", HP_LINK_NONE},
	};
	struct lab l;

	lab_open(&l);
	for (uint16_t i = 0; i < HP_LEN(ways); i++) {
		const struct hp_ip6 next_hop = craft_ip6(ways[i].next_hop);
		const struct hp_effect *e;

		update(&l, ways[i].coa, (uint16_t)(i + 1), 100);
		e = hp_effects_at(l.fx, 0);
		HP_CHECK(ways[i].name, "way",
			 e->kind == HP_EFFECT_BIND && e->bind.out_link == ways[i].link && hp_ip6_eq(&e->bind.next_hop, &next_hop));
		hp_effects_clear(l.fx);
	}
	update(&l, LAB_COA, 9, 0);
	hp_effects_clear(l.fx);
	for (size_t i = 0; i < HP_LEN(gone); i++)
		feed(&l, &gone[i]);
	lab_close(&l);
}
