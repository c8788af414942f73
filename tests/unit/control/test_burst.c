/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets handed over together have the very effects that they have one by one: two home agents of one seed, one fed in bursts. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "lab.h"
#include "run.h"
#include "tests.h"
#include "wire/compose.h"
#include "wire/mh.h"

enum { ROUNDS = 400, MOST = 70, NODES = 6 };

/* A few nodes, so that one burst has several messages of one of them: on the real and the virtual home link, some from home,
 * registrations and de-registrations, numbers that go back now and then; and an echo request between. */
static size_t any_packet(struct hp_random *r, uint8_t *out)
{
	static const char *const home[] = {"2001:db8:1::100", "2001:db8:2::100", "2001:db8:9::100"}, *const agent[] = {LAB_HA, LAB_VHA,
														       LAB_HA};
	static uint16_t sequence;
	const uint32_t node = hp_random_between(r, 0, NODES - 1), where = node % 3;
	uint8_t echo[16] = {128};
	struct craft_bu bu = {
		.src = craft_ip6(LAB_COA),
		.dst = craft_ip6(agent[where]),
		.hoa = craft_ip6(home[where]),
		.sequence = (uint16_t)(++sequence - hp_random_between(r, 0, 2)),
		.lifetime = (uint16_t)hp_random_between(r, 0, 3),
		.a = true,
		.h = true,
		.l = hp_random_between(r, 0, 3) == 0,
	};

	bu.hoa.b[15] = (uint8_t)node;
	bu.src.b[15] = (uint8_t)hp_random_between(r, 1, 3);
	if (hp_random_between(r, 0, 9) == 0)
		bu.src = bu.hoa;
	if (hp_random_between(r, 0, 9) == 0)
		return craft_summed(out, &bu.src, &bu.dst, &bu.hoa, 58, echo, sizeof(echo), 2);
	return craft_bu(out, &bu);
}

static bool same_send(const struct hp_send *a, const struct hp_send *b)
{
	uint8_t x[CRAFT_ROOM], y[CRAFT_ROOM];
	int n = hp_compose(a, x, sizeof(x));

	return n > 0 && n == hp_compose(b, y, sizeof(y)) && memcmp(x, y, (size_t)n) == 0 && a->link == b->link && a->has_mac == b->has_mac;
}

static bool same(const struct hp_effect *a, const struct hp_effect *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case HP_EFFECT_SEND:
		return same_send(&a->send, &b->send);
	case HP_EFFECT_BIND:
		return hp_ip6_eq(&a->bind.hoa, &b->bind.hoa) && hp_ip6_eq(&a->bind.coa, &b->bind.coa) &&
		       hp_ip6_eq(&a->bind.ha, &b->bind.ha) && a->bind.id == b->bind.id && a->bind.out_link == b->bind.out_link;
	case HP_EFFECT_UNBIND:
		return hp_ip6_eq(&a->unbind.hoa, &b->unbind.hoa) && a->unbind.id == b->unbind.id;
	case HP_EFFECT_EVENT:
		return a->event.kind == b->event.kind && hp_ip6_eq(&a->event.hoa, &b->event.hoa) &&
		       hp_ip6_eq(&a->event.coa, &b->event.coa) && a->event.code == b->event.code;
	default:
		return true;
	}
}

static bool same_effects(struct hp_effects *a, struct hp_effects *b)
{
	bool good = hp_effects_count(a) == hp_effects_count(b);

	for (size_t i = 0; i < hp_effects_count(a) && good; i++)
		good = same(hp_effects_at(a, i), hp_effects_at(b, i));
	hp_effects_clear(a);
	hp_effects_clear(b);
	return good;
}

void test_burst(void)
{
	static uint8_t packet[MOST][CRAFT_ROOM];
	struct hp_input in[MOST];
	struct hp_random random;
	struct lab alone, together;

	hp_random_seed(&random, hp_test_seed());
	for (int dad = 0; dad < 2; dad++) {
		(dad ? lab_open_dad : lab_open)(&alone);
		(dad ? lab_open_dad : lab_open)(&together);
		for (int round = 0; round < ROUNDS; round++) {
			const unsigned int n = hp_random_between(&random, 1, MOST);

			for (unsigned int i = 0; i < n; i++) {
				in[i] = lab_input(packet[i], any_packet(&random, packet[i]), (uint16_t)hp_random_between(&random, 0, 1));
				hp_control_packet(alone.control, &in[i], alone.now, alone.fx);
			}
			hp_control_packets(together.control, in, n, together.now, together.fx);
			if (!same_effects(alone.fx, together.fx))
				CU_FAIL_FATAL("other effects than one by one");
			alone.now.mono_ms = together.now.mono_ms += hp_random_between(&random, 0, 500);
			hp_control_tick(alone.control, alone.now, alone.fx);
			hp_control_tick(together.control, together.now, together.fx);
			if (!same_effects(alone.fx, together.fx))
				CU_FAIL_FATAL("another state than one by one");
		}
		/* It got somewhere. */
		CU_ASSERT(hp_agent_count(hp_control_agent(together.control))[HP_AG_REGISTERED] > 10);
		CU_ASSERT(hp_agent_count(hp_control_agent(together.control))[HP_AG_MOVED] > 10);
		CU_ASSERT(hp_agent_count(hp_control_agent(together.control))[HP_AG_DEREGISTERED] > 10);
		CU_ASSERT(hp_agent_status(hp_control_agent(together.control))[HP_BA_SEQUENCE] > 10);
		lab_close(&alone);
		lab_close(&together);
	}
}

/* Two updates of one node in one burst: the later one counts, each is answered, in their order. */
void test_burst_order(void)
{
	uint8_t packet[2][CRAFT_ROOM];
	struct hp_binding_view b;
	struct hp_input in[2];
	struct craft_bu bu = {.src = craft_ip6("2001:db8:a::1"),
			      .dst = craft_ip6(LAB_HA),
			      .hoa = craft_ip6(LAB_H),
			      .lifetime = 100,
			      .a = true,
			      .h = true};
	struct lab l;

	lab_open(&l);
	for (uint16_t i = 0; i < 2; i++) {
		bu.sequence = (uint16_t)(7 + i);
		bu.src.b[15] = (uint8_t)(1 + i);
		in[i] = lab_input(packet[i], craft_bu(packet[i], &bu), 1);
	}
	hp_control_packets(l.control, in, 2, l.now, l.fx);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "bind mtu 1460, ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1, "
						"bind mtu 1460, ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::2");
	CU_ASSERT(hp_agent_find(hp_control_agent(l.control), &bu.hoa, &b) && hp_ip6_eq(&b.coa, &bu.src) && b.sequence == 8);
	/* The other way round the older one is late: refused with the last number. */
	bu.sequence = 10;
	in[0] = lab_input(packet[0], craft_bu(packet[0], &bu), 1);
	bu.sequence = 9;
	in[1] = lab_input(packet[1], craft_bu(packet[1], &bu), 1);
	hp_control_packets(l.control, in, 2, l.now, l.fx);
	CU_ASSERT_STRING_EQUAL(lab_effects(&l), "ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::2, "
						"ba 135 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::2");
	lab_close(&l);
}
