/* SPDX-License-Identifier: BSD-3-Clause */
/* The agent beside a model that keeps everything in one short list and walks it. Same updates, same time: same answers, same bindings. */
#include <stdio.h>

#include "base/hash.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

enum { NODES = 12, PLACES = 8, CARE_OF = 5, UNIT_MS = 4000, MEMORY_MS = 10000, MAX_UNITS = 20 };
enum { SILENT = -1, LATER = -2 };

struct entry {
	bool valid, waits, gone;
	unsigned int coa, sequence, granted;
	uint64_t until, gone_until, gone_since; /* gone_since: order of going */
	unsigned int wait_coa, wait_sequence, wait_units;
};

struct model {
	struct entry e[NODES];
	uint64_t now, went;
};

/* Care-of addresses 0..CARE_OF-1 are networks, then the home address of node n, then one of ours, then a link-local one. */
static struct hp_ip6 care_of(unsigned int coa)
{
	struct hp_ip6 a = craft_ip6("2001:db8:a::10");

	if (coa < CARE_OF) {
		a.b[15] = (uint8_t)(a.b[15] + coa);
		return a;
	}
	if (coa < CARE_OF + NODES) {
		a = craft_ip6("2001:db8:1::100");
		a.b[15] = (uint8_t)(coa - CARE_OF);
		return a;
	}
	return scene_address(coa == CARE_OF + NODES ? "CORE" : "LOCAL");
}

static struct hp_ip6 home(unsigned int node)
{
	return care_of(CARE_OF + node);
}

static bool newer(unsigned int a, unsigned int b)
{
	unsigned int ahead = 0;

	/* Count up from b: within the next 32,767 numbers it is newer. */
	while (((b + ahead) & 0xffff) != a)
		ahead++;
	return ahead >= 1 && ahead <= 32767;
}

static bool present(const struct entry *e)
{
	return e->valid || e->waits || e->gone;
}

static void time_passes(struct model *m, uint64_t ms)
{
	m->now += ms;
	for (unsigned int i = 0; i < NODES; i++) {
		struct entry *e = &m->e[i];

		if (e->valid && e->until <= m->now)
			e->valid = false;
		if (e->gone && e->gone_until <= m->now)
			e->gone = false;
	}
}

static bool place_for(struct model *m)
{
	struct entry *oldest = NULL;
	unsigned int n = 0;

	for (unsigned int i = 0; i < NODES; i++) {
		struct entry *e = &m->e[i];

		n += present(e);
		if (e->gone && !e->waits && (!oldest || e->gone_since < oldest->gone_since))
			oldest = e;
	}
	if (n < PLACES)
		return true;
	if (oldest)
		oldest->gone = false;
	return oldest;
}

static unsigned int grant(unsigned int units)
{
	return units < MAX_UNITS ? units : MAX_UNITS;
}

/* What an update comes to: SILENT, LATER or a status; *sequence as in the answer. */
static int model_update(struct model *m, unsigned int node, unsigned int coa, unsigned int sequence, unsigned int units,
			unsigned int *answer_sequence)
{
	struct entry *e = &m->e[node];

	*answer_sequence = sequence;
	if (coa == CARE_OF + NODES + 1)
		return SILENT;
	if (e->waits && !newer(sequence, e->wait_sequence))
		return SILENT;
	if (!e->waits && (e->valid || e->gone) && !newer(sequence, e->sequence)) {
		*answer_sequence = e->sequence;
		return 135;
	}
	/* Valid, whatever comes of it. */
	if (!e->waits)
		e->sequence = sequence;
	if (units && (coa == CARE_OF + NODES || coa == CARE_OF + node))
		return 174;
	if (units && coa >= CARE_OF && (m->e[coa - CARE_OF].valid || m->e[coa - CARE_OF].waits))
		return 174;
	if (!units) {
		if (!present(e))
			return 133;
		*e = (struct entry){.gone = true, .sequence = sequence, .gone_until = m->now + MEMORY_MS, .gone_since = ++m->went};
		return 0;
	}
	if (e->valid) {
		e->coa = coa;
		e->sequence = sequence;
		e->granted = grant(units);
		e->until = m->now + (uint64_t)e->granted * UNIT_MS;
		return 0;
	}
	if (!present(e) && !place_for(m))
		return 130;
	e->waits = true;
	e->wait_coa = coa;
	e->wait_sequence = sequence;
	e->wait_units = units;
	return LATER;
}

static int model_probed(struct model *m, unsigned int node, bool unique)
{
	struct entry *e = &m->e[node];

	if (!e->waits)
		return SILENT;
	e->waits = false;
	if (!unique) {
		e->gone_since = ++m->went;
		return 134;
	}
	*e = (struct entry){.valid = true, .coa = e->wait_coa, .sequence = e->wait_sequence, .granted = grant(e->wait_units)};
	e->until = m->now + (uint64_t)e->granted * UNIT_MS;
	return 0;
}

/* What the workers and the home link have been told so far. */
struct world {
	bool bound[NODES], defended[NODES], probed[NODES];
	struct hp_ip6 coa[NODES];
	unsigned int answers;
	int status, sequence, lifetime;
};

static void carry_out(struct scene *s, struct world *w)
{
	w->answers = 0;
	for (size_t i = 0; i < hp_effects_count(s->fx); i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		switch (e->kind) {
		case HP_EFFECT_BIND:
			w->bound[e->bind.hoa.b[15]] = true;
			w->coa[e->bind.hoa.b[15]] = e->bind.coa;
			break;
		case HP_EFFECT_UNBIND:
			w->bound[e->unbind.hoa.b[15]] = false;
			break;
		case HP_EFFECT_GROUP:
			w->defended[e->group.group.b[15]] = e->group.joined;
			break;
		case HP_EFFECT_ADDRESS:
			w->probed[e->address.address.b[15]] = e->address.valid;
			break;
		case HP_EFFECT_SEND:
			w->answers++;
			w->status = e->send.body[6];
			w->sequence = e->send.body[8] << 8 | e->send.body[9];
			w->lifetime = e->send.body[10] << 8 | e->send.body[11];
			/* Publish before send, whatever it is. */
			if (w->status < 128)
				CU_ASSERT_EQUAL(w->bound[e->send.dst.b[15]], w->lifetime > 0);
			break;
		default:
			break;
		}
	}
	hp_effects_clear(s->fx);
}

static void compare(const struct scene *s, const struct model *m, const struct world *w)
{
	size_t valid = 0;

	for (unsigned int i = 0; i < NODES; i++) {
		const struct entry *e = &m->e[i];
		const struct hp_ip6 hoa = home(i), coa = care_of(e->coa);
		struct hp_binding_view v = {0};
		const bool found = hp_agent_find(s->agent, &hoa, &v);

		valid += e->valid;
		CU_ASSERT_EQUAL(found, present(e));
		CU_ASSERT_EQUAL(w->bound[i], e->valid);
		CU_ASSERT_EQUAL(w->defended[i], e->valid);
		CU_ASSERT_EQUAL(w->probed[i], e->waits);
		if (found)
			CU_ASSERT_EQUAL(v.state, e->valid ? HP_BINDING_VALID : e->waits ? HP_BINDING_PROBING : HP_BINDING_GONE);
		if (e->valid) {
			CU_ASSERT(hp_ip6_eq(&v.coa, &coa) && hp_ip6_eq(&w->coa[i], &coa));
			CU_ASSERT_EQUAL(v.expires_ms, e->until);
			CU_ASSERT_EQUAL(v.sequence, e->sequence);
		}
	}
	CU_ASSERT_EQUAL(hp_agent_bindings(s->agent), valid);
}

static void random_update(struct scene *s, struct model *m, struct world *w, struct hp_random *random)
{
	const unsigned int node = hp_random_between(random, 0, NODES - 1), coa = hp_random_between(random, 0, CARE_OF + NODES + 1);
	const struct entry *e = &m->e[node];
	const unsigned int last = e->waits ? e->wait_sequence : e->sequence;
	/* Mostly near the last number, sometimes across the edge of the window. */
	const unsigned int step =
		hp_random_between(random, 0, 9) ? hp_random_between(random, 0, 4) - 1 : hp_random_between(random, 32766, 32769);
	const unsigned int sequence = (last + step) & 0xffff,
			   units = hp_random_between(random, 0, 3) ? hp_random_between(random, 1, 25) : 0;
	struct craft_bu bu = {.src = care_of(coa),
			      .dst = scene_address("HA"),
			      .hoa = home(node),
			      .sequence = (uint16_t)sequence,
			      .lifetime = (uint16_t)units,
			      .a = hp_random_between(random, 0, 1),
			      .h = true};
	uint8_t packet[CRAFT_ROOM];
	unsigned int answer_sequence;
	int want = model_update(m, node, coa, sequence, units, &answer_sequence);

	scene_input(s, packet, craft_bu(packet, &bu), false);
	carry_out(s, w);
	CU_ASSERT_EQUAL(w->answers, want >= 0 ? 1 : 0);
	if (want < 0 || !w->answers)
		return;
	CU_ASSERT_EQUAL(w->status, want);
	CU_ASSERT_EQUAL(w->sequence, (int)answer_sequence);
	if (want == 0)
		CU_ASSERT_EQUAL(w->lifetime, (int)grant(units));
}

static void random_probed(struct scene *s, struct model *m, struct world *w, struct hp_random *random)
{
	const unsigned int node = hp_random_between(random, 0, NODES - 1);
	const bool unique = hp_random_between(random, 0, 3);
	const struct hp_ip6 hoa = home(node);
	int want = model_probed(m, node, unique);

	hp_agent_probed(s->agent, 0, &hoa, unique, s->now, s->fx);
	carry_out(s, w);
	if (want != SILENT)
		w->probed[node] = false; /* over by itself */
	CU_ASSERT_EQUAL(w->answers, want >= 0 ? 1 : 0);
	if (want >= 0 && w->answers)
		CU_ASSERT_EQUAL(w->status, want);
}

static void random_revoke(struct scene *s, struct model *m, struct world *w, struct hp_random *random)
{
	const unsigned int node = hp_random_between(random, 0, NODES - 1);
	const struct hp_ip6 hoa = home(node);
	const bool there = m->e[node].valid || m->e[node].waits;

	CU_ASSERT_EQUAL(hp_agent_revoke(s->agent, &hoa, s->now, s->fx) == 0, there);
	if (there)
		m->e[node] = (struct entry){0};
	carry_out(s, w);
}

void test_model(void)
{
	enum { STEPS = 30000 };
	struct hp_random random;
	struct model m = {0};
	struct world w = {0};
	struct scene s;

	hp_random_seed(&random, hp_test_seed());
	scene_open(&s, &(struct scene_conf){.max_bindings = PLACES, .max_lifetime_s = MAX_UNITS * 4 + 3});
	m.now = s.now.mono_ms;
	for (unsigned int i = 0; i < STEPS && !CU_get_number_of_failures(); i++) {
		const unsigned int what = hp_random_between(&random, 0, 99);

		if (what < 55) {
			random_update(&s, &m, &w, &random);
		} else if (what < 80) {
			random_probed(&s, &m, &w, &random);
		} else if (what < 98) {
			uint64_t ms = hp_random_between(&random, 0, 8000);

			time_passes(&m, ms);
			scene_wait(&s, ms);
			carry_out(&s, &w);
			CU_ASSERT_EQUAL(w.answers, 0);
		} else {
			random_revoke(&s, &m, &w, &random);
		}
		compare(&s, &m, &w);
	}
	scene_close(&s);
}
