/* SPDX-License-Identifier: BSD-3-Clause */
/* What listeners want together, against the words of RFC 3810 §4.2: "if any socket is in EXCLUDE mode, the mode is EXCLUDE and the list the
 * intersection of the EXCLUDE lists minus the INCLUDE lists; else INCLUDE and the union". */
#include "agent/merge.h"
#include "base/hash.h"
#include "craft.h"
#include "run.h"
#include "tests.h"

enum { LISTENERS = 6 };

static struct hp_ip6 source(unsigned int i)
{
	struct hp_ip6 a = craft_ip6("2001:db8:5::");

	a.b[15] = (uint8_t)i;
	return a;
}

static bool holds(const struct hp_filter *f, unsigned int i)
{
	const struct hp_ip6 a = source(i);

	for (unsigned int k = 0; k < f->n; k++)
		if (hp_ip6_eq(&f->source[k], &a))
			return true;
	return false;
}

/* What a filter lets through of the source. */
static bool lets(const struct hp_filter *f, unsigned int i)
{
	return f->any && holds(f, i) != f->exclude;
}

static void roll(struct hp_random *r, unsigned int universe, struct hp_filter *f)
{
	*f = (struct hp_filter){.exclude = hp_random_between(r, 0, 3) == 0};
	for (unsigned int i = 0; i < universe && f->n < HP_MEMBER_SOURCES; i++)
		if (hp_random_between(r, 0, 2) == 0)
			f->source[f->n++] = source(i);
	f->any = f->exclude || f->n;
	if (hp_random_between(r, 0, 4) == 0)
		*f = (struct hp_filter){0};
}

/* Within bounds exactly what is wanted; beyond them, for a group from any source, not less. */
void test_merge_model(void)
{
	static const unsigned int universe[] = {1, 5, 60, 250};
	const struct hp_ip6 any = craft_ip6("ff0e::1"), specific = craft_ip6("ff3e::8000:1");
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	for (size_t u = 0; u < HP_LEN(universe); u++) {
		struct hp_filter want[LISTENERS] = {0}, got;
		struct hp_merge m = {0};

		for (int step = 0; step < 5000; step++) {
			const unsigned int who = hp_random_between(&r, 0, LISTENERS - 1);
			struct hp_filter fresh;
			bool good = true, excluding = false, nobody = true;

			roll(&r, universe[u], &fresh);
			hp_merge_change(&m, &want[who], &fresh);
			want[who] = fresh;
			hp_merge_result(&m, &any, &got);
			for (unsigned int k = 0; k < LISTENERS; k++) {
				excluding = excluding || want[k].exclude;
				nobody = nobody && !want[k].any;
			}
			for (unsigned int i = 0; i < universe[u]; i++) {
				bool wanted = false;

				for (unsigned int k = 0; k < LISTENERS; k++)
					wanted = wanted || lets(&want[k], i);
				good = good && (lets(&got, i) == wanted || (universe[u] > HP_MEMBER_SOURCES && lets(&got, i)));
			}
			good = good && got.any == !nobody && (universe[u] > HP_MEMBER_SOURCES || got.exclude == excluding);
			/* A source-specific group never turns to any source because of a bound. */
			hp_merge_result(&m, &specific, &got);
			good = good && got.exclude == excluding;
			if (!good) {
				CU_FAIL("merged");
				step = 5000;
			}
		}
		for (unsigned int k = 0; k < LISTENERS; k++)
			hp_merge_change(&m, &want[k], &(struct hp_filter){0});
		hp_merge_result(&m, &any, &got);
		CU_ASSERT(!got.any && !m.others && !m.excluding && !m.sources);
		hp_merge_free(&m);
	}
}

/* RFC 4607 §1: ff3x::/32. */
void test_merge_specific(void)
{
	static const struct {
		const char *group;
		bool specific;
	} row[] = {{"ff3e::1", true},  {"ff32::8000:1", true}, {"ff3e:0:1::1", true}, {"ff3e:20:2001:db8::1", false},
		   {"ff0e::1", false}, {"ff1e::1", false}};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		const struct hp_ip6 g = craft_ip6(row[i].group);

		HP_CHECK(row[i].group, "specific", hp_merge_is_specific(&g) == row[i].specific);
	}
}
