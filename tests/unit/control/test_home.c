/* SPDX-License-Identifier: BSD-3-Clause */
/* The home link as a node on it sees it: the agent with the real neighbour room. */
#include <stdio.h>

#include "lab.h"
#include "run.h"
#include "tests.h"

#define NODE_MAC                                                                                                                           \
	{                                                                                                                                  \
		2, 0, 0, 0, 0, 9                                                                                                           \
	}

static void update(struct lab *l, const char *coa, uint16_t sequence, uint16_t lifetime)
{
	const bool home = !strcmp(coa, LAB_H);
	struct craft_bu bu = {.src = craft_ip6(coa),
			      .dst = craft_ip6(LAB_HA),
			      .hoa = craft_ip6(home ? "::" : LAB_H),
			      .sequence = sequence,
			      .lifetime = lifetime,
			      .a = true,
			      .h = true};
	uint8_t packet[CRAFT_ROOM];
	struct hp_input in = lab_input(packet, craft_bu(packet, &bu), home ? 0 : 1);

	hp_control_packet(l->control, &in, l->now, l->fx);
}

/* Up to `ms` later, whatever is due on the way. */
static void wait(struct lab *l, uint64_t ms)
{
	const uint64_t end = l->now.mono_ms + ms;

	while (l->now.mono_ms < end) {
		const uint64_t next = hp_control_next(l->control);

		l->now.mono_ms = next > end ? end : next > l->now.mono_ms ? next : l->now.mono_ms;
		hp_control_tick(l->control, l->now, l->fx);
		if (next > end)
			return;
	}
}

/* Discovery messages of `type` about LAB_H among the effects; the rest stays. */
static unsigned int discovery(const struct lab *l, uint8_t type)
{
	const struct hp_ip6 h = craft_ip6(LAB_H);
	unsigned int n = 0;

	for (size_t i = 0; i < hp_effects_count(l->fx); i++) {
		const struct hp_effect *e = hp_effects_at(l->fx, i);

		n += e->kind == HP_EFFECT_SEND && e->send.proto == 58 && e->send.body[0] == type && !memcmp(e->send.body + 8, &h, 16);
	}
	return n;
}

static void hear(struct lab *l, const char *src, const char *dst, uint8_t type, uint8_t flags, uint8_t option)
{
	const struct hp_ip6 s = craft_ip6(src), d = craft_ip6(dst), h = craft_ip6(LAB_H);
	const uint8_t mac[] = NODE_MAC;
	uint8_t nd[32] = {type, 0, 0, 0, flags}, packet[CRAFT_ROOM];
	size_t len = option ? 32 : 24;
	struct hp_input in;

	memcpy(nd + 8, &h, 16);
	nd[24] = option;
	nd[25] = 1;
	memcpy(nd + 26, mac, 6);
	in = lab_input(packet, craft_summed(packet, &s, &d, &HP_IP6_ANY, 58, nd, len, 2), 0);
	packet[7] = 255;
	hp_control_packet(l->control, &in, l->now, l->fx);
}

/* RFC 6275 §10.3.1, §10.4.1: one solicitation, 1,000 ms, then the acknowledgement and three announcements. */
void test_dad(void)
{
	struct lab l;

	lab_open_dad(&l);
	update(&l, LAB_COA, 7, 100);
	CU_ASSERT_EQUAL(discovery(&l, 135), 1);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "");
	wait(&l, 500);
	update(&l, LAB_COA, 8, 100); /* repeated: neither a second test nor an answer of its own */
	wait(&l, 499);
	CU_ASSERT_EQUAL(discovery(&l, 135), 0);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "");
	wait(&l, 1);
	CU_ASSERT_EQUAL(discovery(&l, 136), 1);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "bind mtu 1460, ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
	wait(&l, 5000);
	CU_ASSERT_EQUAL(discovery(&l, 136), 2);
	lab_close(&l);
}

/* Acknowledgements of status 0 among the effects, of which none are left. */
static unsigned int accepted(struct lab *l)
{
	unsigned int n = 0;

	for (size_t i = 0; i < hp_effects_count(l->fx); i++) {
		const struct hp_effect *e = hp_effects_at(l->fx, i);

		n += e->kind == HP_EFFECT_SEND && e->send.proto == 135 && e->send.body[2] == 6 && !e->send.body[6];
	}
	hp_effects_clear(l->fx);
	return n;
}

/* RFC 6275 §10.3.1, §11.8: a fleet within one millisecond, each tested by itself and answered before its node repeats itself after 1.5 s. */
void test_dad_fleet(void)
{
	enum { FLEET = 10000, PATIENCE_MS = 1500 };
	struct craft_bu bu = {
		.src = craft_ip6(LAB_COA), .dst = craft_ip6(LAB_HA), .hoa = craft_ip6(LAB_H), .lifetime = 100, .a = true, .h = true};
	uint8_t packet[CRAFT_ROOM];
	unsigned int done;
	struct lab l;

	lab_open_dad(&l);
	for (unsigned int i = 0; i < FLEET; i++) {
		struct hp_input in;

		bu.hoa.b[13] = (uint8_t)(i >> 8);
		bu.hoa.b[14] = (uint8_t)i;
		bu.hoa.b[15] = 2;
		in = lab_input(packet, craft_bu(packet, &bu), 1);
		hp_control_packet(l.control, &in, l.now, l.fx);
	}
	done = accepted(&l);
	CU_ASSERT_EQUAL(done, 0);
	wait(&l, 999);
	done = accepted(&l);
	CU_ASSERT_EQUAL(done, 0);
	wait(&l, PATIENCE_MS - 1000);
	done = accepted(&l);
	CU_ASSERT_EQUAL(done, FLEET);
	lab_close(&l);
}

static const struct {
	const char *name, *src, *dst;
	uint8_t type, flags, option;
	const char *want;
} answers[] = {
	{"it advertises", LAB_H, "ff02::1", 136, 0x20, 2, "ba 134 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1"},
	{"another tests it too", "::", "ff02::1:ff00:100", 135, 0, 0, "ba 134 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1"},
};

/* RFC 6275 §10.3.1, RFC 4862 §5.4.3, §5.4.4. */
void test_dad_fails(void)
{
	for (size_t i = 0; i < HP_LEN(answers); i++) {
		struct lab l;
		const char *got;

		lab_open_dad(&l);
		update(&l, LAB_COA, 7, 100);
		wait(&l, 999);
		lab_effects(&l);
		hear(&l, answers[i].src, answers[i].dst, answers[i].type, answers[i].flags, answers[i].option);
		got = lab_effects(&l);
		HP_CHECK(answers[i].name, "134", !strcmp(got, answers[i].want));
		wait(&l, 5000);
		HP_CHECK(answers[i].name, "silence about it", !discovery(&l, 136));
		got = lab_effects(&l);
		HP_CHECK(answers[i].name, "nothing else", !strcmp(got, ""));
		lab_close(&l);
	}
}

/* RFC 6275 §11.5.5, §10.4.1: away it is defended, its own probe included; home again it is not, and is reached where it spoke from. */
void test_home_again(void)
{
	const struct hp_ip6 h = craft_ip6(LAB_H);
	struct lab l;
	int token;

	lab_open(&l);
	update(&l, LAB_COA, 1, 100);
	hp_effects_clear(l.fx);
	hear(&l, "::", "ff02::1:ff00:100", 135, 0, 0);
	CU_ASSERT_EQUAL(discovery(&l, 136), 1);
	hp_effects_clear(l.fx);
	hear(&l, "2001:db8:1::77", LAB_H, 135, 0, 1);
	CU_ASSERT_EQUAL(discovery(&l, 136), 1);
	hp_effects_clear(l.fx);

	update(&l, LAB_H, 2, 0);
	CU_ASSERT_EQUAL(discovery(&l, 135), 0);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "unbind, ba 0 2001:db8:1::1>2001:db8:1::100 link 0");
	hp_control_output(l.control, HP_LINK_ANY, NULL, &h, &token, l.now, l.fx);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "transmit 0 02:09");
	hear(&l, "::", "ff02::1:ff00:100", 135, 0, 0);
	CU_ASSERT_EQUAL(discovery(&l, 136), 0);
	wait(&l, 5000); /* the announcements of before are over as well */
	CU_ASSERT_EQUAL(discovery(&l, 136), 0);
	lab_close(&l);
}
