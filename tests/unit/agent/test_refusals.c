/* SPDX-License-Identifier: BSD-3-Clause */
/* What a flood of refused updates tells: each its sender and a counter, the operator no more than he can read. */
#include "craft.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

#define FLOOD 3000

/* Refused for the prefix of its home address; whether the operator is told. */
static bool told(struct scene *s, uint16_t sequence)
{
	const struct craft_bu bu = {.src = craft_ip6("2001:db8:a::1"),
				    .dst = scene_address("HA"),
				    .hoa = craft_ip6("2001:db8:bad::1"),
				    .sequence = sequence,
				    .lifetime = 15,
				    .a = true,
				    .h = true};
	uint8_t packet[CRAFT_ROOM];
	bool found = false;

	scene_input(s, packet, craft_bu(packet, &bu), false);
	for (size_t i = 0; i < hp_effects_count(s->fx); i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		found = found || (e->kind == HP_EFFECT_EVENT && e->event.kind == HP_EVENT_REFUSED);
	}
	hp_effects_clear(s->fx);
	return found;
}

void test_refusals(void)
{
	unsigned int events = 0;
	struct scene s;

	scene_open(&s, &(struct scene_conf){.no_dad = true});
	for (uint16_t i = 0; i < FLOOD; i++)
		events += told(&s, i);
	CU_ASSERT_EQUAL(hp_agent_status(s.agent)[132], FLOOD);
	CU_ASSERT(events >= 100 && events <= FLOOD / 2);
	CU_ASSERT(!told(&s, FLOOD));
	/* A second later there is something to tell again. */
	s.now.mono_ms += 1000;
	CU_ASSERT(told(&s, FLOOD + 1));
	scene_close(&s);
}
