/* SPDX-License-Identifier: BSD-3-Clause */
/* A cache that runs short (RFC 6275 §9.6), nonces as time goes by (§5.2.7), what the operator sees. */
#include <stdio.h>
#include <stdlib.h>

#include "run.h"
#include "scene.h"
#include "tests.h"

/* Node n, at a network of its own or at the network of all others. */
static struct hp_ip6 node(unsigned int n)
{
	struct hp_ip6 a = craft_ip6("2001:db8:77:1::");

	a.b[14] = (uint8_t)(n >> 8);
	a.b[15] = (uint8_t)n;
	return a;
}

static struct hp_ip6 place(unsigned int network, unsigned int n)
{
	struct hp_ip6 a = craft_ip6("2001:db8:1000::");

	a.b[6] = (uint8_t)(network >> 8);
	a.b[7] = (uint8_t)network;
	a.b[14] = (uint8_t)(n >> 8);
	a.b[15] = (uint8_t)n;
	return a;
}

/* An update of node n from there, as it should be. The status of the answer. */
static int update(struct scene *s, unsigned int n, unsigned int network, uint16_t sequence, uint16_t lifetime)
{
	struct scene_bu bu = {
		.hoa = node(n), .src = place(network, n), .dst = scene_address("S"), .sequence = sequence, .lifetime = lifetime, .a = true};
	const struct scene_token home = *scene_test(s, false, &bu.hoa, &bu.dst), careof = *scene_test(s, true, &bu.src, &bu.dst);
	int status = -1;

	s->gots[0] = s->gots[1] = 0;
	hp_effects_clear(s->fx);
	bu.home = &home;
	bu.careof = &careof;
	scene_update(s, &bu);
	for (size_t i = 0; i < hp_effects_count(s->fx); i++)
		if (hp_effects_at(s->fx, i)->kind == HP_EFFECT_SEND)
			status = hp_effects_at(s->fx, i)->send.body[6];
	return status;
}

static bool is_bound(const struct scene *s, unsigned int n)
{
	const struct hp_ip6 hoa = node(n), correspondent = scene_address("S");
	struct hp_correspondent_view v;

	return hp_correspondent_find(s->c, &hoa, &correspondent, &v);
}

static uint64_t count(const struct scene *s, enum hp_correspondent_counter c)
{
	return hp_correspondent_count(s->c)[c];
}

#define SPARED_MS 16000

/* Each from a network of its own: who is idle gives way. */
void test_replacement(void)
{
	struct scene s;

	scene_open(&s, &(struct scene_conf){.max_bindings = 4});
	for (unsigned int n = 0; n < 4; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 100), 0);
	CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), 4);
	s.used[0] = s.used[1] = true;
	scene_wait(&s, SPARED_MS);
	CU_ASSERT_EQUAL(update(&s, 4, 4, 1, 100), 0);
	CU_ASSERT(is_bound(&s, 0) && is_bound(&s, 1) && !is_bound(&s, 2) && is_bound(&s, 3) && is_bound(&s, 4));
	CU_ASSERT_EQUAL(count(&s, HP_CN_REPLACED), 1);
	/* All that is in use stays, whatever comes. */
	for (unsigned int i = 0; i < 4; i++)
		s.used[i] = true;
	scene_wait(&s, SPARED_MS);
	CU_ASSERT_EQUAL(update(&s, 5, 5, 1, 100), 130);
	CU_ASSERT_EQUAL(count(&s, HP_CN_FULL), 1);
	CU_ASSERT(is_bound(&s, 0) && is_bound(&s, 1) && is_bound(&s, 3) && is_bound(&s, 4) && !is_bound(&s, 5));
	/* What was refused left nothing behind, and takes no room: any number is a first one. */
	for (unsigned int n = 10; n < 20; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 100), 130);
	s.used[3] = false;
	CU_ASSERT_EQUAL(update(&s, 20, 20, 0, 100), 0);
	scene_wait(&s, SPARED_MS);
	CU_ASSERT_EQUAL(update(&s, 5, 5, 0, 100), 0);
	/* Who gave way is remembered (§5.2.8). */
	scene_wait(&s, SPARED_MS);
	CU_ASSERT_EQUAL(update(&s, 2, 2, 1, 100), 135);
	CU_ASSERT_EQUAL(update(&s, 2, 2, 2, 100), 0);
	CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), 4);
	scene_close(&s);
}

/* Whose update was accepted a moment ago has not had the time to be used. */
void test_spared(void)
{
	struct scene s;

	scene_open(&s, &(struct scene_conf){.max_bindings = 4});
	for (unsigned int n = 0; n < 4; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
	scene_wait(&s, SPARED_MS - 1);
	CU_ASSERT_EQUAL(update(&s, 4, 4, 1, 60), 130);
	CU_ASSERT_EQUAL(update(&s, 1, 1, 2, 60), 0); /* a refresh is a sign of life */
	scene_wait(&s, 1);
	CU_ASSERT_EQUAL(update(&s, 4, 4, 1, 60), 0);
	CU_ASSERT_EQUAL(update(&s, 5, 5, 1, 60), 0);
	CU_ASSERT(!is_bound(&s, 0) && is_bound(&s, 1) && !is_bound(&s, 2) && is_bound(&s, 3) && is_bound(&s, 4) && is_bound(&s, 5));
	scene_close(&s);
}

/* One walk looks at a bounded number of them, the next one goes on from there. */
void test_walk_bound(void)
{
	struct scene s;
	unsigned int refused = 0;

	scene_open(&s, &(struct scene_conf){.max_bindings = 60 * 8});
	for (unsigned int n = 0; n < 60 * 8; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
	scene_wait(&s, SPARED_MS);
	/* All but the last are refreshed. */
	for (unsigned int n = 0; n < 60 * 8 - 1; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 2, 60), 0);
	while (refused < 20 && update(&s, 1000, 1000, 1, 60) == 130)
		refused++;
	CU_ASSERT_EQUAL(refused, (60 * 8 - 1) / 64);
	scene_close(&s);
}

/* Memories are bounded, and none is forgotten before its time: then there is no room. */
void test_memories(void)
{
	struct scene s;
	unsigned int n = 0;

	scene_open(&s, &(struct scene_conf){.max_bindings = 16});
	for (; n < 32; n++) {
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
		CU_ASSERT_EQUAL(update(&s, n, n, 2, 0), 0);
	}
	CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), 0);
	CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 130);
	CU_ASSERT_EQUAL(count(&s, HP_CN_FULL), 1);
	CU_ASSERT_EQUAL(update(&s, 3, 3, 2, 60), 138);
	CU_ASSERT_EQUAL(update(&s, 3, 40, 2, 60), 135);
	CU_ASSERT_EQUAL(update(&s, 3, 40, 3, 60), 0); /* needs no more room than it has */
	scene_wait(&s, 239000);
	CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 130);
	scene_wait(&s, 1000);
	CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
	CU_ASSERT_EQUAL(update(&s, 4, 4, 1, 60), 0);
	scene_close(&s);
}

/* A network's share: an eighth of a cache that is more than half full, whether of bindings or of memories. */
void test_shares(void)
{
	enum { MAX = 64 };
	struct scene s;
	unsigned int n = 0, accepted = 0;

	scene_open(&s, &(struct scene_conf){.max_bindings = MAX});
	for (; n <= MAX / 2; n++)
		CU_ASSERT_EQUAL(update(&s, n, 7, 1, 60), 0);
	CU_ASSERT_EQUAL(update(&s, n, 7, 1, 60), 130);
	CU_ASSERT_EQUAL(count(&s, HP_CN_CROWDED), 1);
	CU_ASSERT_EQUAL(update(&s, 0, 7, 2, 60), 0); /* refreshed as ever */
	for (unsigned int i = 0; i < MAX / 8; i++, n++)
		CU_ASSERT_EQUAL(update(&s, n, 8, 1, 60), 0);
	CU_ASSERT_EQUAL(update(&s, n, 8, 1, 60), 130);
	/* Who leaves for elsewhere makes room there no more, but here. */
	CU_ASSERT_EQUAL(update(&s, n - 1, 9, 2, 60), 0);
	CU_ASSERT_EQUAL(update(&s, n, 8, 1, 60), 0);
	CU_ASSERT_EQUAL(update(&s, n + 1, 8, 1, 60), 130);
	CU_ASSERT_EQUAL(count(&s, HP_CN_CROWDED), 3);
	scene_close(&s);

	scene_open(&s, &(struct scene_conf){.max_bindings = MAX});
	for (n = 0; n <= MAX; n++) {
		CU_ASSERT_EQUAL(update(&s, n, 7, 1, 60), 0);
		CU_ASSERT_EQUAL(update(&s, n, 7, 2, 0), 0);
	}
	CU_ASSERT_EQUAL(update(&s, n, 7, 1, 60), 130); /* registering and deleting helps no stranger */
	CU_ASSERT_EQUAL(count(&s, HP_CN_CROWDED), 1);
	/* 2 MAX places in all, MAX + 1 of them taken; an unlucky network may belong to the same share. */
	for (unsigned int other = 100; other < 200; other++)
		if (update(&s, ++n, other, 1, 60) == 0)
			accepted++;
	CU_ASSERT_EQUAL(accepted, MAX - 1);
	CU_ASSERT(count(&s, HP_CN_FULL) > 0);
	scene_close(&s);
}

void test_pages(void)
{
	enum { N = 150 };
	struct scene s;
	struct hp_correspondent_view v[16 + 16];
	unsigned int seen[N] = {0};
	uint64_t next = 0;
	bool first = true, more = true;

	scene_open(&s, &(struct scene_conf){.max_bindings = 1000});
	for (unsigned int n = 0; n < N; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
	for (unsigned int n = 0; n < N; n += 3)
		CU_ASSERT_EQUAL(update(&s, n, n, 2, 0), 0);
	for (unsigned int turns = 0; more && turns < N; turns++) {
		const size_t got = hp_correspondent_page(s.c, first, next, 16, v, HP_LEN(v), &next, &more);

		for (size_t i = 0; i < got; i++) {
			const unsigned int n = (unsigned int)v[i].hoa.b[14] << 8 | v[i].hoa.b[15];

			CU_ASSERT_FATAL(n < N);
			seen[n]++;
			CU_ASSERT(v[i].sequence == 1 && v[i].lifetime_s == 240 && !v[i].own &&
				  v[i].registered_wall_ms == s.now.wall_ms / 1000 * 1000);
		}
		first = false;
	}
	CU_ASSERT(!more);
	for (unsigned int n = 0; n < N; n++)
		CU_ASSERT_EQUAL(seen[n], n % 3 != 0);
	CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), N - N / 3);
	scene_close(&s);
}

/* What strangers have registered and deleted costs a page no more than so much. */
void test_short_pages(void)
{
	enum { N = 6000 };
	struct hp_correspondent_view v[100 + 16];
	struct scene s;
	uint64_t next = 0;
	size_t found = 0;
	unsigned int turns = 0;
	bool more = true;

	scene_open(&s, &(struct scene_conf){.max_bindings = N});
	for (unsigned int n = 0; n < N; n++) {
		CU_ASSERT_EQUAL_FATAL(update(&s, n, n, 1, 60), 0);
		CU_ASSERT_EQUAL_FATAL(update(&s, n, n, 2, 0), 0);
	}
	CU_ASSERT_EQUAL(hp_correspondent_page(s.c, true, 0, 100, v, HP_LEN(v), &next, &more), 0);
	CU_ASSERT(more);
	for (unsigned int n = N; n < N + 150; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
	for (more = true; more && turns < 10; turns++)
		found += hp_correspondent_page(s.c, !turns, next, 100, v, HP_LEN(v), &next, &more);
	CU_ASSERT(found == 150 && !more && turns > 1);
	scene_close(&s);
}

/* Ids are below the bound, given out again, and no two have the same. */
void test_ids(void)
{
	struct hp_correspondent_view v;
	const struct hp_ip6 correspondent = scene_address("S");
	struct scene s;
	bool taken[8] = {false};

	scene_open(&s, &(struct scene_conf){.max_bindings = 64});
	for (unsigned int turn = 0; turn < 3; turn++) {
		memset(taken, 0, sizeof(taken));
		for (unsigned int n = 0; n < 8; n++)
			CU_ASSERT_EQUAL(update(&s, n, n, (uint16_t)(10 * turn + 1), 60), 0);
		for (unsigned int n = 0; n < 8; n++) {
			const struct hp_ip6 hoa = node(n);

			CU_ASSERT(hp_correspondent_find(s.c, &hoa, &correspondent, &v) && v.id < 8 && !taken[v.id]);
			taken[v.id % 8] = true;
		}
		scene_wait(&s, 240000);
		CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), 0);
	}
	scene_close(&s);
}

void test_footprint(void)
{
	enum { N = 20000 };
	struct scene s;
	size_t empty;

	scene_open(&s, &(struct scene_conf){.max_bindings = N});
	empty = hp_correspondent_memory(s.c);
	for (unsigned int n = 0; n < N; n++)
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 105), 0);
	CU_ASSERT((hp_correspondent_memory(s.c) - empty) / N < 256);
	/* None of it comes back as work at one moment. */
	s.now.mono_ms += 420000;
	hp_effects_clear(s.fx);
	hp_correspondent_tick(s.c, s.now, s.fx);
	CU_ASSERT(hp_effects_count(s.fx) <= 2 * 1024);
	scene_wait(&s, 1);
	CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), 0);
	scene_close(&s);
}

/* One is made when a test wants it, and the newest is half a minute old; indices go round. */
void test_nonces(void)
{
	static const uint16_t start = 0xfffe;
	struct scene s;
	const struct hp_ip6 h = scene_address("H"), c = scene_address("S");
	uint16_t index = start;

	scene_open(&s, &(struct scene_conf){0});
	s.first_index = &start;
	scene_wait(&s, 600000);
	CU_ASSERT_EQUAL(s.nonces, 0);
	CU_ASSERT_EQUAL(hp_correspondent_next(s.c), UINT64_MAX);
	for (unsigned int i = 0; i < 12; i++, index++) {
		CU_ASSERT_EQUAL(scene_test(&s, i % 2, &h, &c)->index, index);
		scene_wait(&s, 29999);
		CU_ASSERT_EQUAL(scene_test(&s, i % 2, &h, &c)->index, index);
		CU_ASSERT_EQUAL(s.nonces, i + 1);
		scene_wait(&s, 1);
	}
	/* Half a day of silence makes none, and all are wiped. */
	scene_wait(&s, 43200000);
	CU_ASSERT_EQUAL(hp_correspondent_next(s.c), UINT64_MAX);
	CU_ASSERT_EQUAL(scene_test(&s, false, &h, &c)->index, index);
	CU_ASSERT_EQUAL(s.nonces, 13);
	scene_close(&s);
}

/* Each of the last eight is accepted, until four minutes after its first use. */
void test_nonce_ages(void)
{
	struct scene s;
	char script[128];

	scene_open(&s, &(struct scene_conf){0});
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(script, sizeof(script), "home 2001:db8:77::%x; careof C1; wait 30000", i + 1);
		scene_run(&s, script);
	}
	scene_run(&s, "quiet; bu hao=2001:db8:77::1");
	CU_ASSERT_STRING_EQUAL(scene_log(&s), "ba 136 seq 1 life 0 S>2001:db8:77::1 via C1, !refused 136");
	scene_run(&s, "bu hao=2001:db8:77::2 noa; wait 29999; bu hao=2001:db8:77::2 noa seq=2; wait 1; bu hao=2001:db8:77::2 noa seq=3");
	CU_ASSERT_STRING_EQUAL(
		scene_log(&s),
		"optimize 2001:db8:77::2@S>C1 #0 1500, !optimized, ba 136 seq 3 life 0 S>2001:db8:77::2 via C1, !refused 136");
	for (unsigned int i = 3; i < 8; i++) {
		snprintf(script, sizeof(script), "bu hao=2001:db8:77::%x noa", i);
		scene_run(&s, script);
	}
	CU_ASSERT_EQUAL(hp_correspondent_bindings(s.c), 6);
	scene_close(&s);
}

/* §9.5.3: what was deleted stays illegal while both nonces are accepted, however often there is a deletion after it. */
void test_deleted_before(void)
{
	struct scene_bu bu = {
		.hoa = scene_address("H"), .src = scene_address("C1"), .dst = scene_address("S"), .sequence = 1, .lifetime = 60, .a = true};
	struct scene_token home[3], careof[3];
	struct scene s;

	scene_open(&s, &(struct scene_conf){0});
	for (unsigned int i = 0; i < 3; i++) {
		home[i] = *scene_test(&s, false, &bu.hoa, &bu.dst);
		careof[i] = *scene_test(&s, true, &bu.src, &bu.dst);
		bu.home = &home[i];
		bu.careof = &careof[i];
		if (i < 2) {
			scene_update(&s, &bu);
			bu.sequence++;
			scene_run(&s, i ? "bu seq=4 life=0" : "bu seq=2 life=0");
			bu.sequence++;
			scene_wait(&s, 30000);
		}
	}
	CU_ASSERT_EQUAL(count(&s, HP_CN_DEREGISTERED), 2);
	scene_run(&s, "quiet");
	for (unsigned int i = 0; i < 4; i++) {
		bu.home = &home[i / 2];
		bu.careof = &careof[i % 2];
		scene_update(&s, &bu);
		CU_ASSERT_STRING_EQUAL(scene_log(&s), "ba 138 seq 5 life 0 S>H via C1, !refused 138");
	}
	CU_ASSERT_EQUAL(count(&s, HP_CN_BU_ILLEGAL), 4);
	/* One that is newer makes it another. */
	bu.home = &home[0];
	bu.careof = &careof[2];
	scene_update(&s, &bu);
	CU_ASSERT_STRING_EQUAL(scene_log(&s), "optimize H@S>C1 #0 1500, !optimized, ba 0 seq 5 life 60 S>H via C1 proved");
	/* When all those are too old, a deletion is the only one again: at another care-of address its nonces are good. */
	for (unsigned int i = 0; i < 8; i++)
		scene_run(&s, "wait 30000; home H; careof C1");
	scene_run(&s, "bu seq=6; bu seq=7 life=0; careof C2; quiet; bu from=C2 seq=8");
	CU_ASSERT_STRING_EQUAL(scene_log(&s), "optimize H@S>C2 #0 1500, !optimized, ba 0 seq 8 life 60 S>H via C2 proved");
	scene_close(&s);
}

static bool keeps(void *ctx, const struct hp_ip6 *correspondent)
{
	const struct hp_ip6 s2 = scene_address("S2");

	(void)ctx;
	return hp_ip6_eq(correspondent, &s2);
}

void test_renew(void)
{
	struct scene s;

	scene_open(&s, &(struct scene_conf){0});
	scene_run(&s, "home H; careof C1; bu life=60; home H S2; careof C1 S2; bu to=S2 life=60; wait 1000; quiet");
	hp_correspondent_renew(s.c, 8, keeps);
	CU_ASSERT_EQUAL(hp_correspondent_next(s.c), 0);
	scene_run(&s, "wait 1; find H S2; bu to=S2 seq=2 life=60; bu seq=2 life=60");
	CU_ASSERT_STRING_EQUAL(
		scene_log(&s),
		"unoptimize H@S, !ended unconfigured, H@S2>C1 seq 1 life 240 left 238999 mtu 0, ba 0 seq 2 life 2 S2>H via C1 proved, "
		"optimize H@S>C1 #0 1500, !optimized, ba 0 seq 2 life 2 S>H via C1 proved");
	scene_close(&s);
}

/* A flood of refusals or bindings is counted, and told within bounds; neither keeps the other from being told. */
void test_events(void)
{
	struct scene s;
	size_t told = 0;

	scene_open(&s, &(struct scene_conf){.max_bindings = 2000});
	for (unsigned int i = 0; i < 500; i++) {
		scene_run(&s, "bu");
		told += strstr(scene_log(&s), "!refused 138") != NULL;
	}
	CU_ASSERT(told >= 10 && told <= 50);
	CU_ASSERT_EQUAL(hp_correspondent_status(s.c)[138], 500);
	for (unsigned int n = 0; n < 500; n++) {
		CU_ASSERT_EQUAL(update(&s, n, n, 1, 60), 0);
		for (size_t i = 0; i < hp_effects_count(s.fx); i++)
			told += hp_effects_at(s.fx, i)->kind == HP_EFFECT_EVENT;
	}
	CU_ASSERT(told > 50 && told <= 100);
	scene_close(&s);
}

/* What each thing that comes in, or becomes due, is counted as: this and nothing else. */
void test_counters(void)
{
#define TESTED "home H; careof C1; "
	static const struct {
		const char *before, *script, *want;
	} rows[] = {
		{"", "home H", "rr.hoti_in rr.hot_out"},
		{"", "careof H", "rr.coti_in rr.cot_out"},
		{"", "home LOCAL", "rr.hoti_in rr.not_routable"},
		{"norandom", "careof C1", "rr.coti_in rr.no_nonce"},
		{TESTED, "bu", "cn.bu_in cn.ba_out cn.registered"},
		{TESTED, "bu noa", "cn.bu_in cn.registered"},
		{TESTED "bu", "bu seq=2", "cn.bu_in cn.ba_out cn.refreshed"},
		{TESTED "bu; careof C2", "bu from=C2 seq=2", "cn.bu_in cn.ba_out cn.moved"},
		{TESTED "bu", "bu seq=2 life=0", "cn.bu_in cn.ba_out cn.deregistered"},
		{TESTED, "bu life=0", "cn.bu_in cn.ba_out cn.delete_none"},
		{TESTED "bu; bu seq=2 life=0", "bu seq=3", "cn.bu_in cn.ba_out cn.nonces_used"},
		{TESTED, "bu padded", "cn.bu_in cn.malformed"},
		{TESTED, "bu alt=GROUP", "cn.bu_in cn.address"},
		{TESTED, "bu nononces", "cn.bu_in cn.unauthorized"},
		{TESTED, "bu noauth", "cn.bu_in cn.unauthorized"},
		{TESTED, "bu octets=4", "cn.bu_in cn.unauthorized"},
		{TESTED, "bu wrong", "cn.bu_in cn.wrong_authenticator"},
		{"", "bu", "cn.bu_in cn.ba_out"},
		{TESTED "bu life=1", "wait 4000", "cn.expired"},
		{TESTED "used 0; bu life=8", "wait 20000", "cn.brr_out"},
		{TESTED "bu", "unreachable H C1", "cn.unreachable_in"},
		{TESTED "bu; unreachable H C1; unreachable H C1; wait 10000", "unreachable H C1", "cn.unreachable cn.unreachable_in"},
		{TESTED "bu", "mtu H C1 1300", "cn.path_mtu"},
		{TESTED "bu", "mtu H C1 1500", ""},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		uint64_t before[HP_CN_COUNT];
		char got[512] = "";
		struct scene s;

		scene_open(&s, &(struct scene_conf){0});
		scene_run(&s, rows[i].before);
		memcpy(before, hp_correspondent_count(s.c), sizeof(before));
		scene_run(&s, rows[i].script);
		for (unsigned int k = 0; k < HP_CN_COUNT; k++) {
			const uint64_t more = count(&s, k) - before[k];

			HP_CHECK(rows[i].script, "once", more <= 1);
			if (more)
				snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", *got ? " " : "",
					 hp_correspondent_counters[k].name);
		}
		HP_CHECK(rows[i].script, got, !strcmp(got, rows[i].want));
		scene_close(&s);
	}
}

/* Test init messages that the scripts cannot write. */
void test_odd_tests(void)
{
	static const struct {
		const char *name;
		uint8_t mh[24];
		size_t len;
		bool option;
		enum hp_correspondent_counter want;
	} rows[] = {
		{"unknown option, reserved bits",
		 {59, 2, 1, 0xff, 0, 0, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 200, 6},
		 24,
		 false,
		 HP_CN_HOT_OUT},
		{"option over the end", {59, 2, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 200, 7}, 24, false, HP_CN_TEST_MALFORMED},
		{"care-of, option over the end",
		 {59, 2, 2, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 200, 7},
		 24,
		 false,
		 HP_CN_TEST_MALFORMED},
		{"home, with a Home Address option", {59, 1, 1}, 16, true, HP_CN_TEST_HAO},
		{"care-of, with a Home Address option", {59, 1, 2}, 16, true, HP_CN_TEST_HAO},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		const struct hp_ip6 src = scene_address("C1"), dst = scene_address("S"), hoa = scene_address(rows[i].option ? "H" : "ANY");
		uint8_t packet[CRAFT_ROOM];
		struct scene s;

		scene_open(&s, &(struct scene_conf){0});
		scene_packet(&s, packet, craft_summed(packet, &src, &dst, &hoa, 135, rows[i].mh, rows[i].len, 4), false, false);
		HP_CHECK(rows[i].name, "counted", count(&s, rows[i].want) == 1);
		HP_CHECK(rows[i].name, "answered", hp_effects_count(s.fx) == (rows[i].want == HP_CN_HOT_OUT));
		scene_close(&s);
	}
}
