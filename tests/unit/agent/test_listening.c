/* SPDX-License-Identifier: BSD-3-Clause */
/* What a router keeps of a multicast address: the tables of RFC 3810 §7.4 row by row, and long random lives against a model of bit sets. */
#include <stdio.h>

#include "agent/listening.h"
#include "base/hash.h"
#include "craft.h"
#include "run.h"
#include "tests.h"

#define MALI 251000u
#define LLQT 2000u
#define LLQI 1000u

enum { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };

/* Source number i. */
static struct hp_ip6 source(unsigned int i)
{
	struct hp_ip6 a = craft_ip6("2001:db8:5::");

	a.b[15] = (uint8_t)(i + 1);
	return a;
}

static bool apply(struct hp_listening *l, int type, unsigned int set, uint8_t version, uint64_t now_ms)
{
	struct hp_ip6 list[8];
	struct hp_mld_listening record = {.type = (enum hp_mld_record)type, .group = craft_ip6("ff0e::1"), .source = list};

	for (unsigned int i = 0; i < 8; i++)
		if (set >> i & 1)
			list[record.sources++] = source(i);
	return hp_listening_apply(l, &record, version, now_ms);
}

/* The sources with a running timer, or of the exclude list. */
static unsigned int set_of(const struct hp_listening *l, bool running)
{
	unsigned int set = 0;

	for (unsigned int i = 0; i < l->sources; i++)
		if ((l->source[i].until_ms != 0) == running)
			set |= 1u << (l->source[i].address.b[15] - 1);
	return set;
}

/* Queries due, as (suppress, sources) pairs; sources 0: the address itself. Returns how many. */
static unsigned int queries(struct hp_listening *l, uint64_t now_ms, unsigned int out[3][2])
{
	const struct hp_ip6 group = craft_ip6("ff0e::1");
	struct hp_mld_query q[HP_LISTENING_QUERIES];
	struct hp_ip6 room[HP_MEMBER_SOURCES];
	unsigned int n = hp_listening_queries(l, &group, now_ms, q, room);

	for (unsigned int i = 0; i < n; i++) {
		CU_ASSERT(hp_ip6_eq(&q[i].group, &group) && q[i].max_response_ms == LLQI);
		out[i][0] = q[i].suppress;
		out[i][1] = 0;
		for (unsigned int k = 0; k < q[i].sources; k++)
			out[i][1] |= 1u << (q[i].source[k].b[15] - 1);
	}
	return n;
}

/* Sets of sources as bits: A or X = 3 (0 and 1), Y = 12 (2 and 3), the record 1 + 4 + 16 (0, 2 and 4) = 21. */
static const struct {
	const char *row;
	bool exclude;
	int type;
	bool to_exclude;
	unsigned int running, excluded, asked; /* asked: sources queried */
	bool asks_address;
} rows[] = {
	{"INCLUDE (A) IS_IN (B): A+B", false, IS_IN, false, 3 | 21, 0, 0, false},
	{"INCLUDE (A) IS_EX (B): A*B, B-A", false, IS_EX, true, 1, 20, 0, false},
	{"INCLUDE (A) ALLOW (B): A+B", false, ALLOW, false, 3 | 21, 0, 0, false},
	{"INCLUDE (A) BLOCK (B): A, Q(A*B)", false, BLOCK, false, 3, 0, 1, false},
	{"INCLUDE (A) TO_EX (B): A*B, B-A, Q(A*B)", false, TO_EX, true, 1, 20, 1, false},
	{"INCLUDE (A) TO_IN (B): A+B, Q(A-B)", false, TO_IN, false, 3 | 21, 0, 2, false},
	{"EXCLUDE (X,Y) IS_IN (A): X+A, Y-A", true, IS_IN, true, 3 | 21, 8, 0, false},
	{"EXCLUDE (X,Y) IS_EX (A): A-Y, Y*A", true, IS_EX, true, 17, 4, 0, false},
	{"EXCLUDE (X,Y) ALLOW (A): X+A, Y-A", true, ALLOW, true, 3 | 21, 8, 0, false},
	{"EXCLUDE (X,Y) BLOCK (A): X+(A-Y), Y, Q(A-Y)", true, BLOCK, true, 3 | 17, 12, 17, false},
	{"EXCLUDE (X,Y) TO_EX (A): A-Y, Y*A, Q(A-Y)", true, TO_EX, true, 17, 4, 17, false},
	{"EXCLUDE (X,Y) TO_IN (A): X+A, Y-A, Q(X-A), Q(MA)", true, TO_IN, true, 3 | 21, 8, 2, true},
};

void test_listening_tables(void)
{
	for (size_t i = 0; i < HP_LEN(rows); i++) {
		const char *row = rows[i].row;
		unsigned int q[3][2], n, asked = 0;
		struct hp_listening l = {0};
		bool address = false;

		if (rows[i].exclude)
			apply(&l, IS_EX, 12, 2, 1000);
		apply(&l, IS_IN, 3, 2, 1000);
		HP_CHECK(row, "all kept", apply(&l, rows[i].type, 21, 2, 5000));
		HP_CHECK(row, "mode", l.exclude == rows[i].to_exclude);
		HP_CHECK(row, "running timers", set_of(&l, true) == rows[i].running);
		HP_CHECK(row, "exclude list", set_of(&l, false) == rows[i].excluded);
		n = queries(&l, 5000, q);
		for (unsigned int k = 0; k < n; k++) {
			asked |= q[k][1];
			address = address || !q[k][1];
			HP_CHECK(row, "nobody else suppressed", !q[k][0]);
		}
		HP_CHECK(row, "queries", asked == rows[i].asked && address == rows[i].asks_address);
		hp_listening_free(&l);
	}
}

/* The same in the RFC's own terms: sets and timers by source. */
struct model {
	bool exclude;
	unsigned int known;   /* sources with a record */
	uint64_t until[8];    /* 0: of the exclude list */
	unsigned int left[8]; /* queries to be sent */
	uint64_t filter, v1, query_at;
	unsigned int address_left;
};

static unsigned int running(const struct model *m)
{
	unsigned int set = 0;

	for (unsigned int i = 0; i < 8; i++)
		set |= (unsigned int)((m->known >> i & 1) && m->until[i]) << i;
	return set;
}

static void assign(struct model *m, unsigned int set, uint64_t until)
{
	for (unsigned int i = 0; i < 8; i++)
		if (set >> i & 1) {
			if (!(m->known >> i & 1))
				m->left[i] = 0;
			m->known |= 1u << i;
			m->until[i] = until;
		}
}

static void ask(struct model *m, unsigned int set, uint64_t now)
{
	for (unsigned int i = 0; i < 8; i++)
		if ((set >> i & 1) && m->until[i] > now + LLQT) {
			m->until[i] = now + LLQT;
			m->left[i] = 2;
			m->query_at = now;
		}
}

static void model_expire(struct model *m, uint64_t now)
{
	for (unsigned int i = 0; i < 8; i++)
		if ((m->known >> i & 1) && m->until[i] <= now) {
			m->until[i] = 0;
			m->left[i] = 0;
			if (!m->exclude)
				m->known &= ~(1u << i);
		}
	if (m->exclude && m->filter <= now) {
		m->exclude = false;
		m->known = running(m);
		m->address_left = 0;
	}
}

static void model_apply(struct model *m, int type, unsigned int b, uint8_t version, uint64_t now)
{
	const uint64_t filter = m->filter;
	unsigned int a = running(m), y = m->known & ~a;

	if (version == 1 && type == IS_EX)
		m->v1 = now + MALI;
	if (m->v1 > now && type == BLOCK)
		return;
	if (m->v1 > now && type == TO_EX)
		b = 0;
	if (!m->exclude) {
		switch (type) {
		case IS_IN:
		case ALLOW:
			assign(m, b, now + MALI);
			break;
		case BLOCK:
			ask(m, a & b, now);
			break;
		case TO_IN:
			assign(m, b, now + MALI);
			ask(m, a & ~b, now);
			break;
		default:
			m->known = a & b;
			assign(m, b & ~a, 0);
			if (type == TO_EX)
				ask(m, a & b, now);
			m->exclude = true;
			m->filter = now + MALI;
		}
		return;
	}
	switch (type) {
	case IS_IN:
	case ALLOW:
		assign(m, b, now + MALI);
		break;
	case BLOCK:
		assign(m, b & ~a & ~y, filter);
		ask(m, b & ~y, now);
		break;
	case TO_IN:
		assign(m, b, now + MALI);
		ask(m, a & ~b, now);
		if (m->filter > now + LLQT)
			m->filter = now + LLQT;
		m->address_left = 2;
		m->query_at = now;
		break;
	default:
		m->known &= b;
		assign(m, b & ~a & ~y, type == IS_EX ? now + MALI : filter);
		if (type == TO_EX)
			ask(m, b & ~y, now);
		m->filter = now + MALI;
	}
}

static unsigned int model_queries(struct model *m, uint64_t now, unsigned int out[3][2])
{
	unsigned int n = 0, sets[2] = {0, 0};
	bool any = m->address_left;

	for (unsigned int i = 0; i < 8; i++)
		any = any || ((m->known >> i & 1) && m->left[i]);
	if (!any || m->query_at > now)
		return 0;
	if (m->address_left) {
		out[n][0] = m->filter > now + LLQT;
		out[n++][1] = 0;
		m->address_left--;
	}
	for (unsigned int i = 0; i < 8; i++)
		if ((m->known >> i & 1) && m->left[i]) {
			sets[m->until[i] > now + LLQT] |= 1u << i;
			m->left[i]--;
		}
	for (unsigned int s = 2; s-- > 0;)
		if (sets[s]) {
			out[n][0] = s;
			out[n++][1] = sets[s];
		}
	m->query_at = now + LLQI;
	return n;
}

void test_listening_model(void)
{
	struct hp_listening l = {0};
	struct model m = {0};
	struct hp_random r;
	uint64_t now = 1000;

	hp_random_seed(&r, hp_test_seed());
	for (int step = 0; step < 200000; step++) {
		unsigned int got[3][2], want[3][2], n, type = hp_random_between(&r, 1, 6), set = hp_random_between(&r, 0, 255);
		const uint64_t next = hp_listening_next(&l);
		uint8_t version = 2;

		/* Mostly a little later, often just when something is due, now and then after everything is over. */
		switch (hp_random_between(&r, 0, 9)) {
		case 0:
			now += MALI;
			break;
		case 1:
		case 2:
			now = next != UINT64_MAX && next > now ? next : now;
			break;
		default:
			now += hp_random_between(&r, 0, 3000);
		}
		if (hp_random_between(&r, 0, 50) == 0) {
			version = 1;
			type = type % 2 ? IS_EX : TO_IN;
			set = 0;
		}
		hp_listening_expire(&l, now);
		model_expire(&m, now);
		if (hp_random_between(&r, 0, 2)) {
			CU_ASSERT(apply(&l, (int)type, set, version, now));
			model_apply(&m, (int)type, set, version, now);
		}
		if (l.exclude != m.exclude || set_of(&l, true) != running(&m) || set_of(&l, false) != (m.known & ~running(&m)) ||
		    (l.exclude && l.filter_ms != m.filter)) {
			fprintf(stderr, "  step %d, type %u, set %u\n", step, type, set);
			CU_FAIL("state");
			break;
		}
		for (unsigned int i = 0; i < l.sources; i++)
			CU_ASSERT_EQUAL(l.source[i].until_ms, m.until[l.source[i].address.b[15] - 1]);
		n = model_queries(&m, now, want);
		CU_ASSERT_EQUAL(queries(&l, now, got), n);
		CU_ASSERT(!memcmp(got, want, n * sizeof(got[0])));
	}
	hp_listening_free(&l);
}
