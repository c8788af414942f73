/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "control/limit.h"
#include "lab.h"
#include "run.h"
#include "tests.h"

static void put_header(uint8_t *p, const char *src, const char *dst, uint8_t next, size_t payload)
{
	const struct hp_ip6 s = craft_ip6(src), d = craft_ip6(dst);

	memset(p, 0, 40);
	p[0] = 0x60;
	p[4] = (uint8_t)(payload >> 8);
	p[5] = (uint8_t)payload;
	p[6] = next;
	p[7] = 60;
	memcpy(p + 8, &s, 16);
	memcpy(p + 24, &d, 16);
}

/* RFC 2473 §8.1, §8.2. */
void test_relay(void)
{
	static const struct {
		const char *name;
		uint8_t type, code;
		unsigned int word;
		const char *ha, *coa, *from;
		size_t inner; /* length of the packet that was in the tunnel */
		uint8_t inner_proto, inner_type;
		const char *ext; /* between outer and inner header */
		const char *want;
	} table[] = {
		{"8.2 unreachable", 1, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "", "error 1/3 0 2001:db8:1::1>2001:db8:c::1"},
		{"8.2 hop limit", 3, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "", "error 1/3 0 2001:db8:1::1>2001:db8:c::1"},
		{"8.1 not reassembled: not relayed", 3, 1, 0, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "", ""},
		{"8.1 some parameter problem: not relayed", 4, 1, 6, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "", ""},
		{"8.2 encapsulation limit reached", 4, 0, 44, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "\x29\0\4\1\0\1\1\0",
		 "error 1/3 0 2001:db8:1::1>2001:db8:c::1"},
		{"8.1 limit not 0: something else", 4, 0, 44, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "\x29\0\4\1\3\1\1\0", ""},
		{"8.1 pointer elsewhere", 4, 0, 43, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "\x29\0\4\1\0\1\1\0", ""},
		{"8.2 too big: less the tunnel header", 2, 0, 1400, LAB_HA, LAB_COA, LAB_CN, 1460, 17, 0, "",
		 "bind mtu 1360, error 2/0 1360 2001:db8:1::1>2001:db8:c::1"},
		{"8.2 less all the tunnel headers", 2, 0, 1400, LAB_HA, LAB_COA, LAB_CN, 1460, 17, 0, "\x29\0\4\1\2\1\1\0",
		 "error 2/0 1352 2001:db8:1::1>2001:db8:c::1"},
		{"8.2 never below 1280", 2, 0, 1300, LAB_HA, LAB_COA, LAB_CN, 1300, 17, 0, "",
		 "bind mtu 1260, error 2/0 1280 2001:db8:1::1>2001:db8:c::1"},
		{"8.2 not for 1280 or less: we fragment", 2, 0, 1290, LAB_HA, LAB_COA, LAB_CN, 1280, 17, 0, "", "bind mtu 1250"},
		{"4443 2.4 (e.1) what was in the tunnel is itself an error", 1, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 58, 1, "", ""},
		{"an echo that was in the tunnel", 1, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 58, 128, "",
		 "error 1/3 0 2001:db8:1::1>2001:db8:c::1"},
		{"from another mobile node: itself", 1, 0, 0, LAB_HA, LAB_COA, LAB_H, 500, 17, 0, "",
		 "error 1/3 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1"},
		{"not where the node is", 1, 0, 0, LAB_HA, "2001:db8:b::1", LAB_CN, 500, 17, 0, "", ""},
		{"not from the tunnel's address", 1, 0, 0, LAB_CORE, LAB_COA, LAB_CN, 500, 17, 0, "", ""},
		{"a later fragment tells nothing", 1, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "\x29\0\1\0\0\0\0\1", ""},
		{"what only looks like a tunnel packet", 1, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "\x29\0\x11\0\0\0\0\1", ""},
		{"a first fragment does", 1, 0, 0, LAB_HA, LAB_COA, LAB_CN, 500, 17, 0, "\x29\0\0\1\0\0\0\1",
		 "error 1/3 0 2001:db8:1::1>2001:db8:c::1"},
	};
	const struct hp_ip6 router = craft_ip6("2001:db8:e::1"), ha = craft_ip6(LAB_HA);
	struct lab l;

	lab_open(&l);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		uint8_t body[CRAFT_ROOM] = {table[i].type,
					    table[i].code,
					    0,
					    0,
					    (uint8_t)(table[i].word >> 24),
					    (uint8_t)(table[i].word >> 16),
					    (uint8_t)(table[i].word >> 8),
					    (uint8_t)table[i].word};
		const size_t ext = *table[i].ext ? 8 : 0, quoted = 40 + ext + table[i].inner;
		uint8_t packet[CRAFT_ROOM], first = !ext ? 41 : table[i].ext[2] == 4 ? 60 : table[i].ext[2] == 17 ? 17 : 44;
		struct hp_input in;
		size_t len;
		const char *got;

		put_header(body + 8, table[i].ha, table[i].coa, first, ext + table[i].inner);
		memcpy(body + 48, table[i].ext, ext);
		put_header(body + 48 + ext, table[i].from, LAB_H, table[i].inner_proto, table[i].inner - 40);
		body[48 + ext + 40] = table[i].inner_type;
		/* As much as an error can hold. */
		len = 8 + quoted < 1240 ? 8 + quoted : 1240;
		in = lab_input(packet, craft_summed(packet, &router, &ha, &HP_IP6_ANY, 58, body, len, 2), 1);
		hp_control_packet(l.control, &in, l.now, l.fx);
		got = lab_effects(&l);
		if (strcmp(got, table[i].want))
			fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", table[i].name, table[i].want, got);
		CU_ASSERT_STRING_EQUAL(got, table[i].want);
	}
	{
		/* What lies behind the inner packet is not part of it. */
		uint8_t body[168] = {1}, packet[CRAFT_ROOM];
		struct hp_input in;

		put_header(body + 8, LAB_HA, LAB_COA, 41, 120);
		put_header(body + 48, LAB_CN, LAB_H, 17, 20);
		in = lab_input(packet, craft_summed(packet, &router, &ha, &HP_IP6_ANY, 58, body, sizeof(body), 2), 1);
		hp_control_packet(l.control, &in, l.now, l.fx);
		CU_ASSERT_EQUAL_FATAL(hp_effects_count(l.fx), 1);
		CU_ASSERT_EQUAL(hp_effects_at(l.fx, 0)->send.body_len, 8 + 60);
		hp_effects_clear(l.fx);
	}
	/* Whatever is cut off: nothing is read beyond it, nothing is answered that does not show its sender. */
	for (size_t len = 8; len < 96; len++) {
		uint8_t body[96] = {1}, packet[CRAFT_ROOM];
		struct hp_input in;

		put_header(body + 8, LAB_HA, LAB_COA, 41, 500);
		put_header(body + 48, LAB_CN, LAB_H, 17, 460);
		in = lab_input(packet, craft_summed(packet, &router, &ha, &HP_IP6_ANY, 58, body, len, 2), 1);
		hp_control_packet(l.control, &in, l.now, l.fx);
		CU_ASSERT_EQUAL(hp_effects_count(l.fx), len < 88 ? 0 : 1);
		hp_effects_clear(l.fx);
	}
	lab_close(&l);
}

void test_trouble(void)
{
	static const struct {
		const char *name, *src, *dst;
		enum hp_trouble trouble;
		uint32_t word;
		uint8_t proto, type; /* of the packet in trouble */
		bool link_multicast, tunnelled;
		uint16_t link;
		const char *want;
	} table[] = {
		{"4443 3.3", LAB_CN, LAB_H, HP_TROUBLE_HOP_LIMIT, 9, 17, 0, false, false, 1, "error 3/0 0 2001:db8:f::1>2001:db8:c::1"},
		{"4443 3.1 no route", LAB_CN, LAB_H, HP_TROUBLE_NO_ROUTE, 0, 17, 0, false, false, 0,
		 "error 1/0 0 2001:db8:1::1>2001:db8:c::1"},
		{"4443 3.1 scope", "fe80::9", LAB_CN, HP_TROUBLE_SCOPE, 0, 17, 0, false, false, 0,
		 "error 1/2 0 fe80::ff:fe00:1>fe80::9 link 0"},
		{"4443 3.1 address", LAB_CN, "2001:db8:2::5", HP_TROUBLE_ADDRESS, 0, 17, 0, false, false, 1,
		 "error 1/3 0 2001:db8:f::1>2001:db8:c::1"},
		{"4443 3.2", LAB_CN, LAB_H, HP_TROUBLE_TOO_BIG, 1460, 17, 0, false, false, 1, "error 2/0 1460 2001:db8:f::1>2001:db8:c::1"},
		{"2473 4.1.1", LAB_CN, LAB_H, HP_TROUBLE_LIMIT, 44, 17, 0, false, false, 1, "error 4/0 44 2001:db8:f::1>2001:db8:c::1"},
		{"8200 4.5", LAB_CN, LAB_HA, HP_TROUBLE_REASSEMBLY, 0, 17, 0, false, false, 1, "error 3/1 0 2001:db8:1::1>2001:db8:c::1"},
		{"about a mobile node's packet out of the tunnel", LAB_H, LAB_CN, HP_TROUBLE_HOP_LIMIT, 0, 17, 0, false, true, 1,
		 "error 3/0 0 2001:db8:f::1>2001:db8:1::100 via 2001:db8:a::1"},
		{"2.4 (e.1) about an error", LAB_CN, LAB_H, HP_TROUBLE_HOP_LIMIT, 0, 58, 3, false, false, 1, ""},
		{"2.4 (e.2) about a redirect", LAB_CN, LAB_H, HP_TROUBLE_HOP_LIMIT, 0, 58, 137, false, false, 1, ""},
		{"about an echo", LAB_CN, LAB_H, HP_TROUBLE_HOP_LIMIT, 0, 58, 128, false, false, 1,
		 "error 3/0 0 2001:db8:f::1>2001:db8:c::1"},
		{"2.4 (e.3) to a group", LAB_CN, "ff0e::5", HP_TROUBLE_HOP_LIMIT, 0, 17, 0, false, false, 1, ""},
		{"2.4 (e.3) but too big", LAB_CN, "ff0e::5", HP_TROUBLE_TOO_BIG, 1280, 17, 0, false, false, 1,
		 "error 2/0 1280 2001:db8:f::1>2001:db8:c::1"},
		{"2.4 (e.4) by link-layer group", LAB_CN, LAB_H, HP_TROUBLE_NO_ROUTE, 0, 17, 0, true, false, 1, ""},
		{"2.4 (e.6) from nobody", "::", LAB_H, HP_TROUBLE_NO_ROUTE, 0, 17, 0, false, false, 1, ""},
		{"2.4 (e.6) from a group", "ff02::7", LAB_H, HP_TROUBLE_NO_ROUTE, 0, 17, 0, false, false, 1, ""},
		{"from a link-local address out of a tunnel", "fe80::9", LAB_CN, HP_TROUBLE_HOP_LIMIT, 0, 17, 0, false, true, 1, ""},
		{"about a packet of ours", LAB_HA, LAB_CN, HP_TROUBLE_ADDRESS, 0, 17, 0, false, false, 1, ""},
		{"from this host itself", "::1", LAB_CN, HP_TROUBLE_ADDRESS, 0, 17, 0, false, false, 1, ""},
	};
	struct lab l;

	lab_open(&l);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_ip6 src = craft_ip6(table[i].src), dst = craft_ip6(table[i].dst);
		uint8_t packet[CRAFT_ROOM], body[1400] = {table[i].type};
		struct hp_input in =
			lab_input(packet, craft_packet(packet, &src, &dst, &HP_IP6_ANY, table[i].proto, body, sizeof(body)), table[i].link);
		const char *got;

		in.link_multicast = table[i].link_multicast;
		in.tunnelled = table[i].tunnelled;
		hp_control_trouble(l.control, &in, table[i].trouble, table[i].word, l.now, l.fx);
		got = lab_effects(&l);
		if (strcmp(got, table[i].want))
			fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", table[i].name, table[i].want, got);
		CU_ASSERT_STRING_EQUAL(got, table[i].want);
	}
	lab_close(&l);
}

/* The next hop of a tunnel does not answer: who sent the packet that was to go into it is told. */
void test_trouble_tunnel(void)
{
	static const struct {
		const char *name, *src, *coa;
		enum hp_trouble trouble;
		uint32_t word;
		const char *want;
	} table[] = {
		{"unresolved", LAB_HA, LAB_COA, HP_TROUBLE_ADDRESS, 0, "error 1/3 0 2001:db8:1::1>2001:db8:c::1"},
		{"too big", LAB_HA, LAB_COA, HP_TROUBLE_TOO_BIG, 1400, "bind mtu 1360, error 2/0 1360 2001:db8:1::1>2001:db8:c::1"},
		{"of no binding", LAB_HA, "2001:db8:b::1", HP_TROUBLE_ADDRESS, 0, ""},
		{"of another address of ours", LAB_CORE, LAB_COA, HP_TROUBLE_ADDRESS, 0, ""},
	};
	struct lab l;

	lab_open(&l);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		uint8_t packet[CRAFT_ROOM] = {0};
		struct hp_input in = lab_input(packet, 1500, 1);
		const char *got;

		put_header(packet, table[i].src, table[i].coa, 41, 1460);
		put_header(packet + 40, LAB_CN, LAB_H, 17, 1420);
		hp_control_trouble(l.control, &in, table[i].trouble, table[i].word, l.now, l.fx);
		got = lab_effects(&l);
		if (strcmp(got, table[i].want))
			fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", table[i].name, table[i].want, got);
		CU_ASSERT_STRING_EQUAL(got, table[i].want);
	}
	lab_close(&l);
}

/* A packet to us with a Home Address option that does not hold: its sender is who the header says (RFC 6275 §9.3.1). */
void test_trouble_hao(void)
{
	static const struct {
		const char *src, *want;
	} table[] = {
		{LAB_COA, "error 3/1 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1"},
		{"2001:db8:b::1", "error 3/1 0 2001:db8:1::1>2001:db8:b::1"},
	};
	const struct hp_ip6 ha = craft_ip6(LAB_HA), hoa = craft_ip6(LAB_H);
	struct lab l;

	lab_open(&l);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_ip6 src = craft_ip6(table[i].src);
		uint8_t packet[CRAFT_ROOM], body[32] = {0};
		struct hp_input in = lab_input(packet, craft_packet(packet, &src, &ha, &hoa, 17, body, sizeof(body)), 1);

		hp_control_trouble(l.control, &in, HP_TROUBLE_REASSEMBLY, 0, l.now, l.fx);
		CU_ASSERT_STRING_EQUAL(lab_effects(&l), table[i].want);
	}
	lab_close(&l);
}

/* n packets from one source in one millisecond; how many were answered. */
static unsigned int burst(struct lab *l, const char *from, uint8_t proto, unsigned int n)
{
	const struct hp_ip6 src = craft_ip6(from), dst = craft_ip6(LAB_HA);
	const uint8_t mh[] = {59, 0, 77, 0, 0, 0, 0, 0};
	uint8_t packet[CRAFT_ROOM];
	struct hp_input in = lab_input(packet, craft_summed(packet, &src, &dst, &HP_IP6_ANY, proto, mh, sizeof(mh), 4), 1);
	unsigned int answers = 0;

	for (unsigned int i = 0; i < n; i++) {
		hp_control_packet(l->control, &in, l->now, l->fx);
		answers += (unsigned int)hp_effects_count(l->fx);
		hp_effects_clear(l->fx);
	}
	return answers;
}

/* RFC 4443 §2.4 (f), RFC 6275 §9.3.3. */
void test_limits(void)
{
	unsigned int all = 0;
	struct lab l;

	lab_open(&l);
	CU_ASSERT_EQUAL(burst(&l, LAB_CN, 17, 1000), HP_LIMIT_GROUP_PER_S);
	CU_ASSERT_EQUAL(lab_count(&l, HP_CT_ERROR_LIMITED), 1000 - HP_LIMIT_GROUP_PER_S);
	CU_ASSERT_EQUAL(burst(&l, "2001:db8:c::2", 17, 10), 0); /* of the same network */
	CU_ASSERT_EQUAL(burst(&l, "2001:db8:d::1", 17, 1), 1);  /* of another */
	CU_ASSERT_EQUAL(burst(&l, LAB_CN, 135, 1000), HP_LIMIT_GROUP_PER_S);
	CU_ASSERT_EQUAL(lab_count(&l, HP_CT_BE_LIMITED), 1000 - HP_LIMIT_GROUP_PER_S);
	l.now.mono_ms += 100;
	CU_ASSERT_EQUAL(burst(&l, LAB_CN, 17, 100), HP_LIMIT_GROUP_PER_S / 10);
	l.now.mono_ms += 60000;
	for (unsigned int i = 0; i < 4000; i++) {
		char from[HP_IP6_TEXT];

		snprintf(from, sizeof(from), "2001:db8:7:%x::1", i);
		all += burst(&l, from, 17, 1);
	}
	CU_ASSERT_EQUAL(all, HP_LIMIT_ALL_PER_S);
	lab_close(&l);
}

void test_output(void)
{
	static const struct {
		const char *name;
		uint16_t link;
		const char *next_hop, *dst, *want;
	} table[] = {
		{"group", 0, NULL, "ff02::1", "transmit 0 33:01"},
		{"by the default route", HP_LINK_ANY, NULL, LAB_CN, "transmit 1 02:fe"},
		{"connected", HP_LINK_ANY, NULL, LAB_GATE, "transmit 1 02:fe"},
		{"said link and next hop", 1, LAB_GATE, LAB_CN, "transmit 1 02:fe"},
		{"virtual link", HP_LINK_ANY, NULL, "2001:db8:2::77", "discard unreachable"},
		{"virtual link, said", 2, NULL, "2001:db8:2::77", "discard unreachable"},
		{"to ourselves", HP_LINK_ANY, NULL, LAB_HA, "discard"},
		{"a group without a link", HP_LINK_ANY, NULL, "ff02::1", "discard"},
		{"link-local without a link", HP_LINK_ANY, NULL, "fe80::9", "discard"},
		{"no such link", 7, NULL, LAB_CN, "discard"},
		{"nowhere", HP_LINK_NONE, NULL, LAB_CN, "discard"},
	};
	const struct hp_ip6 gate = craft_ip6(LAB_GATE), core = craft_ip6(LAB_CORE);
	uint8_t ns[32] = {135, 0, 0, 0, 0, 0, 0, 0}, packet[CRAFT_ROOM];
	struct hp_input in;
	struct lab l;
	int token;

	lab_open(&l);
	/* The default router makes itself known (RFC 4861 §4.3). */
	memcpy(ns + 8, &core, 16);
	memcpy(ns + 24, (uint8_t[]){1, 1, 2, 0, 0, 0, 0, 0xfe}, 8);
	in = lab_input(packet, craft_summed(packet, &gate, &core, &HP_IP6_ANY, 58, ns, sizeof(ns), 2), 1);
	packet[7] = 255;
	hp_control_packet(l.control, &in, l.now, l.fx);
	hp_effects_clear(l.fx);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_ip6 dst = craft_ip6(table[i].dst), hop = craft_ip6(table[i].next_hop ? table[i].next_hop : "::");
		const char *got;

		hp_control_output(l.control, table[i].link, table[i].next_hop ? &hop : NULL, &dst, &token, l.now, l.fx);
		got = lab_effects(&l);
		if (strcmp(got, table[i].want))
			fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", table[i].name, table[i].want, got);
		CU_ASSERT_STRING_EQUAL(got, table[i].want);
	}
	lab_close(&l);
}

void test_first_hop(void)
{
	const struct hp_ip6 dst = craft_ip6(LAB_H), coa = craft_ip6(LAB_COA), outer = craft_ip6(LAB_CN);
	struct hp_send s = {.dst = dst};

	CU_ASSERT(hp_ip6_eq(hp_control_first_hop(&s), &dst));
	s.coa = coa;
	CU_ASSERT(hp_ip6_eq(hp_control_first_hop(&s), &coa));
	s.outer_dst = outer;
	CU_ASSERT(hp_ip6_eq(hp_control_first_hop(&s), &outer));
}
