/* SPDX-License-Identifier: BSD-3-Clause */
/* Registrations with L by nodes that share interface identifiers across two prefixes, at random: a derived link-local address is one
 * node's at a time, defended exactly while its binding has it, and nothing is left behind (RFC 6275 §10.3.1, §10.4.1). */
#include <stdio.h>

#include "base/hash.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

enum { IDENTIFIERS = 4, PREFIXES = 2, STEPS = 20000 };

struct link_state {
	bool defended, probed;
};

struct home_link {
	struct link_state hoa[PREFIXES][IDENTIFIERS], linklocal[IDENTIFIERS];
};

static struct hp_ip6 home(unsigned int prefix, unsigned int identifier)
{
	struct hp_ip6 a = craft_ip6(prefix ? "2001:db8:3::100" : "2001:db8:1::100");

	a.b[15] = (uint8_t)identifier;
	return a;
}

static struct link_state *state_of(struct home_link *h, const struct hp_ip6 *a)
{
	CU_ASSERT_FATAL(a->b[15] < IDENTIFIERS);
	return hp_ip6_is_linklocal(a) ? &h->linklocal[a->b[15]] : &h->hoa[a->b[5] == 3][a->b[15]];
}

static void carry_out(struct scene *s, struct home_link *h)
{
	for (size_t i = 0; i < hp_effects_count(s->fx); i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		if (e->kind == HP_EFFECT_GROUP) {
			struct link_state *x = state_of(h, &e->group.group);

			/* Neither taken twice nor given up twice. */
			CU_ASSERT_NOT_EQUAL(x->defended, e->group.joined);
			x->defended = e->group.joined;
		} else if (e->kind == HP_EFFECT_ADDRESS) {
			struct link_state *x = state_of(h, &e->address.address);

			CU_ASSERT_NOT_EQUAL(x->probed, e->address.valid);
			x->probed = e->address.valid;
		}
	}
	hp_effects_clear(s->fx);
}

static void compare(const struct scene *s, struct home_link *h)
{
	for (unsigned int i = 0; i < IDENTIFIERS; i++) {
		unsigned int has = 0;

		for (unsigned int p = 0; p < PREFIXES; p++) {
			const struct hp_ip6 hoa = home(p, i);
			struct hp_binding_view v = {.state = HP_BINDING_GONE};

			hp_agent_find(s->agent, &hoa, &v);
			CU_ASSERT_EQUAL(h->hoa[p][i].defended, v.state == HP_BINDING_VALID);
			has += v.state == HP_BINDING_VALID && v.linklocal;
		}
		CU_ASSERT(has <= 1);
		CU_ASSERT_EQUAL(h->linklocal[i].defended, has == 1);
		CU_ASSERT(!(h->linklocal[i].defended && h->linklocal[i].probed));
	}
}

static void update(struct scene *s, struct hp_random *random, uint16_t sequence, uint16_t lifetime)
{
	struct craft_bu bu = {.src = scene_address(hp_random_between(random, 0, 1) ? "C1" : "C2"),
			      .dst = scene_address("HA"),
			      .hoa = home(hp_random_between(random, 0, 1), hp_random_between(random, 0, IDENTIFIERS - 1)),
			      .sequence = sequence,
			      .lifetime = lifetime,
			      .h = true,
			      .l = hp_random_between(random, 0, 2)};
	uint8_t packet[CRAFT_ROOM];

	scene_input(s, packet, craft_bu(packet, &bu), false);
}

/* One test under way comes to its end. */
static void probed(struct scene *s, struct home_link *h, struct hp_random *random)
{
	const unsigned int i = hp_random_between(random, 0, IDENTIFIERS - 1), p = hp_random_between(random, 0, PREFIXES);
	struct hp_ip6 a = home(p % PREFIXES, i);
	struct link_state *x;

	if (p == PREFIXES)
		a = hp_ip6_join(&(struct hp_ip6){{0xfe, 0x80}}, 64, &a);
	x = state_of(h, &a);
	if (!x->probed)
		return;
	x->probed = false;
	hp_agent_probed(s->agent, 0, &a, hp_random_between(random, 0, 3), s->now, s->fx);
}

static void revoke_all(struct scene *s)
{
	for (unsigned int i = 0; i < PREFIXES * IDENTIFIERS; i++) {
		const struct hp_ip6 hoa = home(i % PREFIXES, i / PREFIXES);

		hp_agent_revoke(s->agent, &hoa, s->now, s->fx);
	}
}

void test_linklocal(void)
{
	struct hp_binding_view left[PREFIXES * IDENTIFIERS + 16];
	struct home_link h = {0};
	struct hp_random random;
	struct scene s;
	uint64_t next;
	size_t empty;
	bool more;

	hp_random_seed(&random, hp_test_seed());
	scene_open(&s, &(struct scene_conf){.max_bindings = PREFIXES * IDENTIFIERS - 1});
	update(&s, &random, 0, 10);
	revoke_all(&s);
	carry_out(&s, &h);
	empty = hp_agent_memory(s.agent); /* with the first chunk, which stays */
	for (unsigned int i = 1; i < STEPS && !CU_get_number_of_failures(); i++) {
		const unsigned int what = hp_random_between(&random, 0, 9);

		if (what < 5)
			update(&s, &random, (uint16_t)i,
			       hp_random_between(&random, 0, 3) ? (uint16_t)hp_random_between(&random, 1, 10) : 0);
		else if (what < 9)
			probed(&s, &h, &random);
		else
			scene_wait(&s, hp_random_between(&random, 0, 6000));
		carry_out(&s, &h);
		compare(&s, &h);
	}
	revoke_all(&s);
	carry_out(&s, &h);
	for (unsigned int i = 0; i < IDENTIFIERS; i++)
		CU_ASSERT(!h.linklocal[i].defended && !h.linklocal[i].probed && !h.hoa[0][i].probed && !h.hoa[1][i].probed);
	scene_wait(&s, 20000);
	CU_ASSERT_EQUAL(hp_agent_memory(s.agent), empty);
	CU_ASSERT_EQUAL(hp_agent_page(s.agent, true, 0, PREFIXES * IDENTIFIERS, left, HP_LEN(left), &next, &more), 0);
	scene_close(&s);
}
