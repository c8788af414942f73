/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile Prefix Advertisements under the virtual clock: RFC 6275 §6.8, §10.6. */
#include <stdio.h>

#include "run.h"
#include "scene.h"
#include "tests.h"

/* What the home link of the scene is, as an advertisement says it: -1 is an infinite lifetime. */
#define PREFIXES " HA/64LAR -1/-1 HA3/64LAR -1/-1"

static const struct scene_conf on = {.no_dad = true, .advert_min_s = 600, .advert_max_s = 1000, .max_lifetime_s = 200000};

static void update(struct scene *s, const char *hoa, const char *coa, const char *ha, uint16_t sequence, uint16_t lifetime)
{
	struct craft_bu bu = {.src = scene_address(coa),
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

static void solicit(struct scene *s, const char *hoa, uint16_t identifier)
{
	const struct hp_ip6 a = scene_address(hoa);

	hp_agent_solicited(s->agent, &a, identifier, s->now, s->fx);
}

#define EFFECTS(s, want) CU_ASSERT_STRING_EQUAL(scene_effects(s), want)

/* Answered at once with the identifier, from the address registered with; at most one a second, the last identifier not lost. */
void test_solicited(void)
{
	struct scene s;

	scene_open(&s, &on);
	solicit(&s, "H", 0x101);
	EFFECTS(&s, "");
	update(&s, "H", "C1", "HA3", 1, 25000);
	update(&s, "V", "C2", "VHA", 1, 25000);
	solicit(&s, "H", 0x102);
	EFFECTS(&s, "mpa 0102 HA3>H via C1" PREFIXES);
	/* On a virtual link nobody is on-link. */
	solicit(&s, "V", 0x202);
	EFFECTS(&s, "mpa 0202 VHA>V via C2 VHA/64AR -1/-1");
	scene_wait(&s, 400);
	solicit(&s, "H", 0x103);
	scene_wait(&s, 100);
	solicit(&s, "H", 0x104);
	scene_wait(&s, 499);
	EFFECTS(&s, "");
	scene_wait(&s, 1);
	EFFECTS(&s, "mpa 0104 HA3>H via C1" PREFIXES);
	solicit(&s, "H", 0x105);
	/* Moved meanwhile: to where it is. */
	update(&s, "H", "C2", "HA", 2, 25000);
	scene_wait(&s, 999);
	EFFECTS(&s, "");
	scene_wait(&s, 1);
	EFFECTS(&s, "mpa 0105 HA>H via C2" PREFIXES);
	scene_wait(&s, 1000);
	solicit(&s, "H", 0x106);
	EFFECTS(&s, "mpa 0106 HA>H via C2" PREFIXES);
	scene_close(&s);

	/* §8.4: "can be configured to avoid sending such Prefix Advertisements". */
	scene_open(&s, &(struct scene_conf){.no_dad = true});
	update(&s, "H", "C1", "HA", 1, 200);
	solicit(&s, "H", 1);
	scene_wait(&s, 700000);
	EFFECTS(&s, "");
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_MPS_OFF], 1);
	scene_close(&s);
}

/* The time until the next effect, which must be `want`. */
static uint64_t until(struct scene *s, const char *want)
{
	const uint64_t began = s->now.mono_ms;

	for (unsigned int i = 0; i < 100000 && !hp_effects_count(s->fx) && hp_agent_next(s->agent) != UINT64_MAX; i++)
		scene_wait(s, hp_agent_next(s->agent) > s->now.mono_ms ? hp_agent_next(s->agent) - s->now.mono_ms : 0);
	CU_ASSERT_STRING_EQUAL(scene_effects(s), want);
	return s->now.mono_ms - began;
}

/* RAND_ADV_DELAY after the registration; repeated after 3, 6 and 12 s; again with the next refresh; acknowledged by a solicitation. */
void test_unsolicited(void)
{
	static const char advert[] = "mpa 0000 HA>H via C1" PREFIXES;
	struct scene s;
	uint64_t ms;

	scene_open(&s, &on);
	update(&s, "H", "C1", "HA", 1, 50000);
	ms = until(&s, advert);
	CU_ASSERT(ms >= 600000 && ms < 1000000);
	CU_ASSERT_EQUAL(until(&s, advert), 3000);
	CU_ASSERT_EQUAL(until(&s, advert), 6000);
	CU_ASSERT_EQUAL(until(&s, advert), 12000);
	/* "Until a maximum number of PREFIX_ADV_RETRIES": no more, until the node is heard of. */
	scene_wait(&s, 500000);
	EFFECTS(&s, "!unacknowledged");
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_MPA_GIVEN_UP], 1);
	update(&s, "H", "C1", "HA", 2, 50000);
	CU_ASSERT_EQUAL(until(&s, advert), 0);
	CU_ASSERT_EQUAL(until(&s, advert), 3000);
	/* A refresh meanwhile changes nothing. */
	update(&s, "H", "C1", "HA", 3, 50000);
	scene_wait(&s, 2000);
	EFFECTS(&s, "");
	solicit(&s, "H", 0x77);
	EFFECTS(&s, "mpa 0077 HA>H via C1" PREFIXES);
	scene_wait(&s, 999999);
	EFFECTS(&s, "");
	/* None was sent for MaxMobPfxAdvInterval: one is scheduled. */
	ms = until(&s, advert);
	CU_ASSERT(ms >= 600001 && ms < 1000001);
	/* One a second, solicited or not. */
	solicit(&s, "H", 0x78);
	EFFECTS(&s, "");
	CU_ASSERT_EQUAL(until(&s, "mpa 0078 HA>H via C1" PREFIXES), 1000);
	scene_close(&s);
}

/* §10.6.2: between MinMobPfxAdvInterval and the lesser of MaxMobPfxAdvInterval and the preferred lifetime, at random. */
void test_delivery_delay(void)
{
	static const struct {
		const char *name;
		uint32_t min_s, max_s, preferred_s, least_s, most_s;
	} rows[] = {
		{"the interval", 600, 86400, 0, 600, 86400},
		{"preferred less long than that", 600, 86400, 1000, 600, 1000},
		{"preferred less long than the minimum", 600, 86400, 100, 600, 1100},
		{"no interval", 600, 600, 0, 600, 600},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		uint64_t least = UINT64_MAX, most = 0;

		for (int n = 0; n < 20; n++) {
			struct scene s;
			uint64_t ms;

			scene_open(&s, &(struct scene_conf){.no_dad = true,
							    .advert_min_s = rows[i].min_s,
							    .advert_max_s = rows[i].max_s,
							    .valid_s = rows[i].preferred_s ? 200000 : 0,
							    .preferred_s = rows[i].preferred_s,
							    .max_lifetime_s = 200000,
							    .seed = (uint64_t)n + 1});
			update(&s, "P", "C1", "HA3", 1, 50000);
			while (!hp_effects_count(s.fx))
				scene_wait(&s, hp_agent_next(s.agent) - s.now.mono_ms);
			ms = s.now.mono_ms - 1000;
			HP_CHECK(rows[i].name, "within", ms >= rows[i].least_s * 1000ull && ms <= rows[i].most_s * 1000ull);
			least = ms < least ? ms : least;
			most = ms > most ? ms : most;
			scene_close(&s);
		}
		HP_CHECK(rows[i].name, "spread",
			 rows[i].least_s == rows[i].most_s || most - least > (rows[i].most_s - rows[i].least_s) * 500);
	}
}

/* "If a home registration expires, cancel": nor after de-registration or removal; what waits for its second is forgotten too. */
void test_delivery_ends(void)
{
	struct scene s;
	struct hp_ip6 hoa;

	/* Three at the same moment, of which the second goes. */
	scene_open(&s, &(struct scene_conf){.no_dad = true, .advert_min_s = 600, .advert_max_s = 600, .max_lifetime_s = 200000});
	hoa = scene_address("H");
	update(&s, "H2", "C2", "HA", 1, 160);
	update(&s, "H", "C1", "HA", 1, 100);
	update(&s, "P", "C1", "HA3", 1, 160);
	scene_wait(&s, 400000);
	EFFECTS(&s, "unbind H, unproxy H, !expired");
	scene_wait(&s, 200000);
	EFFECTS(&s, "mpa 0000 HA>H2 via C2" PREFIXES ", mpa 0000 HA3>P via C1" PREFIXES);
	scene_wait(&s, 2000000);
	CU_ASSERT_EQUAL(hp_agent_bindings(s.agent), 0);
	scene_effects(&s);
	update(&s, "H", "C1", "HA", 1, 25000);
	solicit(&s, "H", 1);
	scene_effects(&s);
	solicit(&s, "H", 2);
	update(&s, "H", "C1", "HA", 2, 0);
	solicit(&s, "H", 3);
	scene_wait(&s, 5000);
	EFFECTS(&s, "");
	update(&s, "H", "C1", "HA", 3, 25000);
	CU_ASSERT_EQUAL(hp_agent_revoke(s.agent, &hoa, s.now, s.fx), 0);
	scene_effects(&s);
	scene_wait(&s, 2000000);
	EFFECTS(&s, "");
	scene_close(&s);
}

static void hear(struct scene *s, uint8_t router, const char *prefix, bool r, uint32_t valid_s, uint32_t preferred_s)
{
	struct hp_ra ra = {.home_agent = true, .router_lifetime_s = 1800, .managed = true, .prefixes = 1};
	const struct hp_ip6 from = {{0xfe, 0x80, [15] = router}};

	ra.prefix[0] = (struct hp_ra_prefix){.prefix = craft_ip6(prefix),
					     .length = 64,
					     .on_link = true,
					     .router_address = r,
					     .valid_s = valid_s,
					     .preferred_s = preferred_s};
	hp_agent_heard(s->agent, 0, &from, &ra, s->now, s->fx);
	hp_effects_clear(s->fx);
}

/* §10.6.1: the full set of the link's prefixes; ours as we say them. Another's address is none of ours: R clear. */
void test_others_prefixes(void)
{
	struct scene s;

	scene_open(&s, &on);
	update(&s, "H", "C1", "HA", 1, 25000);
	hear(&s, 2, "2001:db8:1::2", true, 100, 50);    /* ours too */
	hear(&s, 2, "2001:db8:9::2", true, 3000, 2000); /* two say different things */
	hear(&s, 3, "2001:db8:9::", false, 4000, 1000);
	solicit(&s, "H", 1);
	EFFECTS(&s, "mpa 0001 HA>H via C1" PREFIXES " 2001:db8:9::/64L 4000/2000");
	/* Their home agents' lifetime over, or without: no more. */
	scene_wait(&s, 1800000);
	scene_effects(&s);
	solicit(&s, "H", 2);
	EFFECTS(&s, "mpa 0002 HA>H via C1" PREFIXES);
	scene_close(&s);
}
