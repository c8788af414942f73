/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "agent/home.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

void test_anycast(void)
{
	static const struct {
		const char *clause, *prefix, *address;
		unsigned int length;
		bool anycast;
	} table[] = {
		{"4291 2.6.1 subnet-router", "2001:db8:1::", "2001:db8:1::", 64, true},
		{"4291 2.6.1 subnet-router, /48", "2001:db8:1::", "2001:db8:1::", 48, true},
		{"2526 2 EUI-64: identifier 127", "2001:db8:1::", "2001:db8:1:0:fdff:ffff:ffff:ffff", 64, true},
		{"2526 2 EUI-64: Home-Agents, 126", "2001:db8:1::", "2001:db8:1:0:fdff:ffff:ffff:fffe", 64, true},
		{"2526 2 EUI-64: identifier 0", "2001:db8:1::", "2001:db8:1:0:fdff:ffff:ffff:ff80", 64, true},
		{"2526 2 EUI-64: just below", "2001:db8:1::", "2001:db8:1:0:fdff:ffff:ffff:ff7f", 64, false},
		{"2526 2 EUI-64: universal bit set", "2001:db8:1::", "2001:db8:1:0:ffff:ffff:ffff:fffe", 64, false},
		{"2526 2 other: Home-Agents", "2001:db8:1::", "2001:db8:1:0:ffff:ffff:ffff:fffe", 80, false},
		{"2526 2 other: in its subnet", "2001:db8:1::", "2001:db8:1::ffff:ffff:fffe", 80, true},
		{"no room for them", "2001:db8:1::10", "2001:db8:1::10", 124, false},
		{"an ordinary address", "2001:db8:1::", "2001:db8:1::100", 64, false},
	};

	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_home_prefix p = {.prefix = craft_ip6(table[i].prefix), .length = (uint8_t)table[i].length};
		const struct hp_ip6 a = craft_ip6(table[i].address);

		HP_CHECK(table[i].clause, "anycast", hp_home_is_anycast(&p, &a) == table[i].anycast);
	}
}

/* One update of node `i`, by a care-of address of its own. */
static void update(struct scene *s, uint32_t i, uint16_t sequence, uint16_t lifetime)
{
	uint8_t packet[CRAFT_ROOM];
	struct craft_bu bu = {.dst = scene_address("HA"), .sequence = sequence, .lifetime = lifetime, .a = true, .h = true};

	bu.hoa = craft_ip6("2001:db8:1:0:1::");
	bu.src = craft_ip6("2001:db8:a:0:1::");
	for (int k = 0; k < 4; k++)
		bu.hoa.b[15 - k] = bu.src.b[15 - k] = (uint8_t)(i >> (8 * k));
	scene_input(s, packet, craft_bu(packet, &bu), false);
}

static size_t count_of(const struct scene *s, enum hp_effect_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < hp_effects_count(s->fx); i++)
		n += hp_effects_at(s->fx, i)->kind == kind;
	return n;
}

static void many(bool multicast, size_t most_octets)
{
	enum { MANY = 100000 };
	struct scene s;
	size_t binds = 0, unbinds = 0, per;
	uint64_t last;

	scene_open(&s, &(struct scene_conf){.max_bindings = MANY, .no_dad = true, .multicast = multicast});
	for (uint32_t i = 0; i < MANY; i++) {
		update(&s, i, 1, 15);
		binds += count_of(&s, HP_EFFECT_BIND);
		hp_effects_clear(s.fx);
	}
	CU_ASSERT_EQUAL(binds, MANY);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), MANY);
	per = hp_agent_memory(s.agent) / MANY;
	printf("(%zu octets a binding) ", per);
	CU_ASSERT(per <= most_octets);

	scene_wait(&s, 30000);
	for (uint32_t i = 0; i < MANY; i++) {
		update(&s, i, 2, 10);
		CU_ASSERT_EQUAL(count_of(&s, HP_EFFECT_BIND), 0);
		hp_effects_clear(s.fx);
	}
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_REFRESHED], MANY);
	scene_wait(&s, 39999);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), MANY);

	/* All end in one millisecond; no tick does them all. */
	s.now.mono_ms++;
	do {
		size_t before = unbinds;

		last = hp_agent_next(s.agent);
		hp_agent_tick(s.agent, s.now, s.fx);
		unbinds += count_of(&s, HP_EFFECT_UNBIND);
		CU_ASSERT(unbinds - before <= 1024);
		hp_effects_clear(s.fx);
	} while (last <= s.now.mono_ms);
	CU_ASSERT_EQUAL(unbinds, MANY);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 0);

	/* The places are free again. */
	update(&s, 7, 1, 15);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 1);
	scene_close(&s);
}

void test_many(void)
{
	many(false, 200);
	many(true, 260);
}

void test_page(void)
{
	enum { NODES = 1000, MAX = 70 };
	struct hp_binding_view view[MAX + 16];
	unsigned int seen[NODES] = {0};
	uint64_t next = 0;
	bool more = true, first = true;
	struct scene s;

	scene_open(&s, &(struct scene_conf){.max_bindings = 2 * NODES, .no_dad = true});
	for (uint32_t i = 0; i < NODES; i++)
		update(&s, i, 1, 100);
	for (unsigned int page = 0; more && page < NODES; page++) {
		size_t n = hp_agent_page(s.agent, first, next, MAX, view, HP_LEN(view), &next, &more);

		first = false;
		CU_ASSERT(n <= HP_LEN(view) && (n >= MAX || !more));
		for (size_t i = 0; i < n; i++) {
			unsigned int id = (unsigned int)(view[i].hoa.b[14] << 8 | view[i].hoa.b[15]);

			if (id < NODES)
				seen[id]++;
			CU_ASSERT(view[i].state == HP_BINDING_VALID && view[i].lifetime_s == 400);
		}
		update(&s, NODES + page, 1, 100); /* what comes meanwhile disturbs nothing */
	}
	for (unsigned int i = 0; i < NODES; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
	scene_close(&s);
}

void test_reroute(void)
{
	struct scene s;
	size_t binds = 0;
	unsigned int calls = 0;

	scene_open(&s, &(struct scene_conf){.max_bindings = 100, .no_dad = true});
	for (uint32_t i = 0; i < 100; i++)
		update(&s, i, 1, 100);
	update(&s, 40, 2, 0);
	hp_effects_clear(s.fx);
	for (bool done = false; !done && calls < 100; calls++) {
		done = hp_agent_reroute(s.agent, 30, s.fx);
		CU_ASSERT(hp_effects_count(s.fx) <= 30);
		binds += count_of(&s, HP_EFFECT_BIND);
		hp_effects_clear(s.fx);
	}
	CU_ASSERT_EQUAL(calls, 4);
	CU_ASSERT_EQUAL(binds, 99);
	scene_close(&s);
}
