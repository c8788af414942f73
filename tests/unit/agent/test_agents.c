/* SPDX-License-Identifier: BSD-3-Clause */
/* The Home Agents List and what is told of it: RFC 6275 §10.5.1, step by step. */
#include <stdio.h>
#include <stdlib.h>

#include "agent/agents.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

#define NONE 0xffff /* no home agent information option */

/* A router advertisement and the list after it. */
struct heard {
	uint64_t after_ms; /* since the one before */
	unsigned int router;
	bool h;
	uint16_t router_lifetime_s, preference, lifetime_s; /* preference NONE: without the option */
	const char *address;                                /* with R; or a prefix without; NULL: none */
	bool r;
	uint32_t valid_s;
	const char *list; /* router:preference:addresses, in order of entry */
};

static const struct {
	const char *clause;
	struct heard heard[4];
} rows[] = {
	{"10.5.1 H clear: not listed", {{0, 1, false, 1800, NONE, 0, "2001:db8:1::a", true, 3600, ""}}},
	{"10.5.1 H clear: deleted",
	 {{0, 1, true, 1800, NONE, 0, "2001:db8:1::a", true, 3600, "1:0:1"}, {1, 1, false, 1800, NONE, 0, NULL, false, 0, ""}}},
	{"7.4 no option: preference 0, the router's lifetime",
	 {{0, 1, true, 10, NONE, 0, "2001:db8:1::a", true, 3600, "1:0:1"},
	  {9999, 2, false, 0, NONE, 0, NULL, false, 0, "1:0:1"},
	  {1, 2, false, 0, NONE, 0, NULL, false, 0, ""}}},
	{"10.5.1 option: its preference and lifetime",
	 {{0, 1, true, 10, 7, 20, "2001:db8:1::a", true, 3600, "1:7:1"},
	  {19999, 2, false, 0, NONE, 0, NULL, false, 0, "1:7:1"},
	  {1, 2, false, 0, NONE, 0, NULL, false, 0, ""}}},
	{"10.5.1 no router, but a home agent", {{0, 1, true, 0, 7, 20, "2001:db8:1::a", true, 3600, "1:7:1"}}},
	{"10.5.1 lifetime 0: not listed", {{0, 1, true, 0, NONE, 0, "2001:db8:1::a", true, 3600, ""}}},
	{"10.5.1 lifetime 0: deleted at once",
	 {{0, 1, true, 1800, 7, 20, "2001:db8:1::a", true, 3600, "1:7:1"}, {1, 1, true, 1800, 7, 0, "2001:db8:1::a", true, 3600, ""}}},
	{"10.5.1 heard again: lifetime and preference anew",
	 {{0, 1, true, 1800, 7, 20, "2001:db8:1::a", true, 3600, "1:7:1"},
	  {15000, 1, true, 1800, 9, 20, NULL, false, 0, "1:9:1"},
	  {15000, 2, false, 0, NONE, 0, NULL, false, 0, "1:9:1"}}},
	{"10.5.1 addresses add up",
	 {{0, 1, true, 1800, 7, 20, "2001:db8:1::a", true, 3600, "1:7:1"},
	  {1, 1, true, 1800, 7, 20, "2001:db8:3::a", true, 3600, "1:7:2"},
	  {1, 1, true, 1800, 7, 20, "2001:db8:3::a", true, 3600, "1:7:2"}}},
	{"10.5.1 R clear: no address", {{0, 1, true, 1800, 7, 20, "2001:db8:1::", false, 3600, "1:7:0"}}},
	{"7.2 the address lives as long as its prefix",
	 {{0, 1, true, 1800, 7, 1800, "2001:db8:1::a", true, 5, "1:7:1"},
	  {4999, 2, false, 0, NONE, 0, NULL, false, 0, "1:7:1"},
	  {1, 2, false, 0, NONE, 0, NULL, false, 0, "1:7:0"}}},
	{"7.2 its prefix ended: gone",
	 {{0, 1, true, 1800, 7, 1800, "2001:db8:1::a", true, 3600, "1:7:1"},
	  {1, 1, true, 1800, 7, 1800, "2001:db8:1::a", true, 0, "1:7:0"}}},
	{"10.5.1 global addresses only", {{0, 1, true, 1800, 7, 20, "fe80::a", true, 3600, "1:7:0"}}},
	{"10.5.1 two home agents",
	 {{0, 1, true, 1800, 7, 20, "2001:db8:1::a", true, 3600, "1:7:1"},
	  {1, 2, true, 1800, 9, 20, "2001:db8:1::b", true, 3600, "1:7:1 2:9:1"}}},
};

static struct hp_ra advert(const struct heard *h)
{
	struct hp_ra ra = {.home_agent = h->h, .router_lifetime_s = h->router_lifetime_s};

	if (h->preference != NONE) {
		ra.has_home_agent_info = true;
		ra.preference = h->preference;
		ra.home_agent_lifetime_s = h->lifetime_s;
	}
	if (h->address) {
		ra.prefixes = 1;
		ra.prefix[0] =
			(struct hp_ra_prefix){.prefix = craft_ip6(h->address), .length = 64, .router_address = h->r, .valid_s = h->valid_s};
	}
	return ra;
}

static struct hp_ip6 router(unsigned int i)
{
	return (struct hp_ip6){{0xfe, 0x80, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i}};
}

void test_agents(void)
{
	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct hp_agents s = {0};
		uint64_t now_ms = 1000;

		for (size_t k = 0; k < HP_LEN(rows[i].heard) && rows[i].heard[k].list; k++) {
			const struct heard *h = &rows[i].heard[k];
			const struct hp_ip6 from = router(h->router);
			const struct hp_ra ra = advert(h);
			struct hp_agents_entry gone;
			char list[200] = "";

			now_ms += h->after_ms;
			while (hp_agents_expire(&s, now_ms, &gone))
				;
			hp_agents_heard(&s, &from, &ra, now_ms);
			for (unsigned int e = 0; e < s.count; e++) {
				struct hp_ip6 address[HP_RA_PREFIXES];

				snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%u:%u:%u", e ? " " : "",
					 s.entry[e].linklocal.b[15], s.entry[e].preference,
					 hp_agents_addresses(&s.entry[e], now_ms, address));
			}
			if (strcmp(list, h->list))
				fprintf(stderr, "  row \"%s\", %zu: want \"%s\", got \"%s\"\n", rows[i].clause, k, h->list, list);
			CU_ASSERT_STRING_EQUAL(list, h->list);
		}
		hp_agents_free(&s);
	}
}

/* Whoever is on the link can make entries, but not without end. */
void test_agents_bounded(void)
{
	struct hp_agents s = {0};
	struct heard h = {.h = true, .router_lifetime_s = 1800, .preference = NONE, .r = true, .valid_s = 3600};

	for (unsigned int i = 0; i < 1000; i++) {
		const struct hp_ip6 from = router(i);
		const struct hp_ra ra = advert(&h);

		CU_ASSERT_EQUAL(hp_agents_heard(&s, &from, &ra, 0), i < HP_AGENTS_MOST ? HP_AGENTS_ADDED : HP_AGENTS_FULL);
	}
	CU_ASSERT_EQUAL(s.count, HP_AGENTS_MOST);
	for (unsigned int i = 0; i < 100; i++) {
		struct hp_ra ra = {.home_agent = true, .router_lifetime_s = 1, .prefixes = 1};
		const struct hp_ip6 from = router(0);
		struct hp_ip6 address[HP_RA_PREFIXES];

		ra.prefix[0] = (struct hp_ra_prefix){
			.prefix = {{0x20, 1, [15] = (uint8_t)i}}, .length = 64, .router_address = true, .valid_s = 3600};
		hp_agents_heard(&s, &from, &ra, 0);
		CU_ASSERT_EQUAL(hp_agents_addresses(&s.entry[0], 0, address), i < HP_RA_PREFIXES ? i + 1 : HP_RA_PREFIXES);
	}
	hp_agents_free(&s);
}

static void hear(struct scene *s, unsigned int i, uint16_t preference, unsigned int addresses)
{
	struct hp_ra ra = {.home_agent = true, .has_home_agent_info = true, .preference = preference, .home_agent_lifetime_s = 30};
	const struct hp_ip6 from = router(i);

	ra.prefixes = addresses;
	for (unsigned int k = 0; k < addresses; k++)
		ra.prefix[k] = (struct hp_ra_prefix){.prefix = {{0x20, 1, 0xd, 0xb8, 0, 1, [13] = (uint8_t)i, [15] = (uint8_t)k}},
						     .length = 64,
						     .router_address = true,
						     .valid_s = 3600};
	hp_agent_heard(s->agent, 0, &from, &ra, s->now, s->fx);
}

/* §10.5.1: decreasing preference, ours by its own; equals and the addresses of one in another order every time. */
void test_discover(void)
{
	unsigned int first_is_4 = 0, swapped = 0, ours_swapped = 0;
	const struct hp_ip6 ha = scene_address("HA");
	struct hp_dhaad_reply r;
	struct scene s;

	scene_open(&s, &(struct scene_conf){.preference = 5});
	hear(&s, 2, 9, 2);
	hear(&s, 3, 1, 1);
	hear(&s, 4, 7, 1);
	hear(&s, 6, 7, 1);
	CU_ASSERT_STRING_EQUAL(scene_effects(&s), "!home agent up, !home agent up, !home agent up, !home agent up");
	for (int i = 0; i < 200; i++) {
		hp_agent_discover(s.agent, 0, HP_DHAAD_AGENTS, s.now, &r);
		CU_ASSERT_EQUAL_FATAL(r.agents, 7);
		CU_ASSERT(r.agent[0].b[13] == 2 && r.agent[1].b[13] == 2 && r.agent[0].b[15] != r.agent[1].b[15]);
		CU_ASSERT(r.agent[2].b[13] + r.agent[3].b[13] == 10 && r.agent[2].b[13] != r.agent[3].b[13]);
		CU_ASSERT(r.agent[4].b[13] == 0 && r.agent[5].b[13] == 0 && r.agent[6].b[13] == 3);
		first_is_4 += r.agent[2].b[13] == 4;
		swapped += r.agent[0].b[15];
		ours_swapped += hp_ip6_eq(&r.agent[5], &ha);
	}
	CU_ASSERT(first_is_4 > 50 && first_is_4 < 150);
	CU_ASSERT(swapped > 50 && swapped < 150);
	CU_ASSERT(ours_swapped > 50 && ours_swapped < 150);
	/* Reduced: the most preferable stay. */
	hp_agent_discover(s.agent, 0, 3, s.now, &r);
	CU_ASSERT(r.agents == 3 && r.agent[1].b[13] == 2 && (r.agent[2].b[13] == 4 || r.agent[2].b[13] == 6));
	/* The virtual link: ourselves. The core link is no home link. */
	hp_agent_discover(s.agent, 2, HP_DHAAD_AGENTS, s.now, &r);
	CU_ASSERT(r.agents == 1 && r.agent[0].b[5] == 2);
	hp_agent_discover(s.agent, 1, HP_DHAAD_AGENTS, s.now, &r);
	CU_ASSERT_EQUAL(r.agents, 0);
	/* "Until that entry's lifetime expires, after which time the entry MUST be deleted." */
	scene_wait(&s, 29999);
	CU_ASSERT_STRING_EQUAL(scene_effects(&s), "");
	scene_wait(&s, 1);
	CU_ASSERT_STRING_EQUAL(scene_effects(&s), "!home agent down, !home agent down, !home agent down, !home agent down");
	hp_agent_discover(s.agent, 0, HP_DHAAD_AGENTS, s.now, &r);
	CU_ASSERT_EQUAL(r.agents, 2);
	scene_close(&s);
}

/* For the operator: by preference, ours marked. */
void test_home_agents(void)
{
	struct hp_home_agent_view v[1 + HP_AGENTS_MOST];
	struct scene s;

	scene_open(&s, &(struct scene_conf){.preference = 5});
	hear(&s, 3, 1, 1);
	hear(&s, 2, 9, 2);
	CU_ASSERT_EQUAL_FATAL(hp_agent_home_agents(s.agent, 0, s.now, v), 3);
	CU_ASSERT(v[0].preference == 9 && !v[0].own && v[0].addresses == 2 && v[0].expires_ms == s.now.mono_ms + 30000);
	CU_ASSERT(v[1].preference == 5 && v[1].own && v[1].addresses == 2 && hp_ip6_is_linklocal(&v[1].linklocal));
	CU_ASSERT(v[2].preference == 1 && v[2].linklocal.b[15] == 3);
	CU_ASSERT_EQUAL(hp_agent_home_agents(s.agent, 1, s.now, v), 1);
	CU_ASSERT(v[0].own && v[0].link == 2 && hp_ip6_is_any(&v[0].linklocal));
	CU_ASSERT_EQUAL(hp_agent_home_agents(s.agent, 2, s.now, v), 0);
	scene_close(&s);
}
