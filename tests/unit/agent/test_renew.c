/* SPDX-License-Identifier: BSD-3-Clause */
/* Home prefixes that change while nodes are bound: RFC 6275 §10.6.2, §10.6.4. H lies in 2001:db8:1::/64, P in 2001:db8:3::/64. */
#include <stdio.h>

#include "run.h"
#include "scene.h"
#include "tests.h"

static void update(struct scene *s, const char *hoa, const char *ha, uint16_t sequence, uint16_t lifetime)
{
	struct craft_bu bu = {.src = scene_address("C1"),
			      .dst = scene_address(ha),
			      .hoa = scene_address(hoa),
			      .sequence = sequence,
			      .lifetime = lifetime,
			      .a = true,
			      .h = true};
	uint8_t packet[CRAFT_ROOM];

	scene_input(s, packet, craft_bu(packet, &bu), false);
	scene_effects(s);
}

static void solicit(struct scene *s, const char *hoa)
{
	const struct hp_ip6 a = scene_address(hoa);

	hp_agent_solicited(s->agent, &a, 7, s->now, s->fx);
}

#define EFFECTS(s, want) CU_ASSERT_STRING_EQUAL(scene_effects(s), want)

void test_renew(void)
{
	struct scene_conf c = {
		.no_dad = true, .advert_min_s = 10, .advert_max_s = 10, .max_lifetime_s = 200000, .valid_s = 5000, .preferred_s = 4000};
	struct scene s;

	scene_open(&s, &c);
	update(&s, "H", "HA", 1, 25000);
	update(&s, "P", "HA3", 1, 25000);
	solicit(&s, "H");
	solicit(&s, "P");
	scene_effects(&s);
	/* The same again: nothing, and lifetimes run on. */
	scene_wait(&s, 5000);
	scene_renew(&s, &c);
	scene_wait(&s, 4999);
	EFFECTS(&s, "");
	solicit(&s, "H");
	EFFECTS(&s, "mpa 0007 HA>H via C1 HA/64LAR -1/-1 HA3/64LAR 4990/3990");
	/* Less long: both nodes are told, 10 s later; the binding ends with its prefix. */
	c.valid_s = 60;
	c.preferred_s = 30;
	scene_renew(&s, &c);
	scene_wait(&s, 9999);
	EFFECTS(&s, "");
	scene_wait(&s, 1);
	EFFECTS(&s, "mpa 0000 HA>H via C1 HA/64LAR -1/-1 HA3/64LAR 50/20, mpa 0000 HA3>P via C1 HA/64LAR -1/-1 HA3/64LAR 50/20");
	solicit(&s, "H");
	solicit(&s, "P");
	scene_wait(&s, 1000);
	scene_effects(&s);
	c.advert_max_s = c.advert_min_s = 100000;
	scene_renew(&s, &c);
	scene_wait(&s, 48999);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 2);
	scene_effects(&s);
	scene_wait(&s, 1);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 1);
	EFFECTS(&s, "unbind P, unproxy P, !expired");
	/* Longer again: it can be registered again. */
	c.valid_s = c.preferred_s = 0;
	scene_renew(&s, &c);
	scene_wait(&s, 0);
	update(&s, "P", "HA3", 2, 25000);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 2);
	/* Taken away: the binding ends at once, H is told of its end. */
	c.one_prefix = true;
	s.neighbor.own[1] = s.neighbor.own[0];
	scene_renew(&s, &c);
	scene_wait(&s, 0);
	EFFECTS(&s, "unbind P, unproxy P, !expired");
	solicit(&s, "H");
	EFFECTS(&s, "mpa 0007 HA>H via C1 HA/64LAR -1/-1 2001:db8:3::/64LA 0/0");
	update(&s, "P", "HA", 3, 25000);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 1);
	CU_ASSERT_EQUAL(hp_agent_status(s.agent)[132], 1);
	/* And back. */
	c.one_prefix = false;
	scene_renew(&s, &c);
	update(&s, "P", "HA", 4, 25000);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 2);
	/* The address it is registered at is no more, its prefix is: the tunnel has lost its end. */
	scene_wait(&s, 0);
	scene_effects(&s);
	s.neighbor.own[0].address = s.neighbor.own[1].address = scene_address("X");
	c.valid_s = 9000;
	scene_renew(&s, &c);
	scene_wait(&s, 0);
	EFFECTS(&s, "unbind H, unproxy H, !expired, unbind P, unproxy P, !expired");
	scene_close(&s);
}

void test_renew_slices(void)
{
	struct scene_conf c = {.no_dad = true, .max_bindings = 3000, .advert_min_s = 10, .advert_max_s = 10, .max_lifetime_s = 200000};
	unsigned int ticks = 0;
	struct scene s;
	char hoa[40];

	scene_open(&s, &c);
	for (unsigned int i = 1; i <= 3000; i++) {
		snprintf(hoa, sizeof(hoa), "2001:db8:3::1:%x", i);
		update(&s, hoa, "HA", 1, 25000);
	}
	c.one_prefix = true;
	scene_renew(&s, &c);
	for (; hp_agent_bindings(s.agent) && ticks < 100; ticks++) {
		const size_t before = hp_agent_bindings(s.agent);

		CU_ASSERT(hp_agent_next(s.agent) <= s.now.mono_ms);
		hp_agent_tick(s.agent, s.now, s.fx);
		CU_ASSERT(before - hp_agent_bindings(s.agent) <= 512);
		hp_effects_clear(s.fx);
	}
	CU_ASSERT(ticks >= 6 && ticks < 10);
	scene_close(&s);
}

void test_switched_on(void)
{
	struct scene_conf c = {.no_dad = true, .max_lifetime_s = 200000};
	struct scene s;

	scene_open(&s, &c);
	update(&s, "H", "HA", 1, 25000);
	c.advert_min_s = c.advert_max_s = 10;
	scene_renew(&s, &c);
	scene_wait(&s, 9999);
	EFFECTS(&s, "");
	scene_wait(&s, 1);
	EFFECTS(&s, "mpa 0000 HA>H via C1 HA/64LAR -1/-1 HA3/64LAR -1/-1");
	c.advert_max_s = 0;
	scene_renew(&s, &c);
	solicit(&s, "H");
	scene_wait(&s, 100000);
	EFFECTS(&s, "");
	scene_close(&s);
}
