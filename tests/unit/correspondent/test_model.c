/* SPDX-License-Identifier: BSD-3-Clause */
/* The cache beside a naive one, a list that is searched from the front: random tests, updates, replays, errors and pauses, hundreds of thousands of
 * them. What the model says must be answered, cached and published, is; and no update that was accepted once is ever accepted again. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

#define HOMES    5
#define CAREOFS  5
#define PEERS    3 /* the last is an address of ours */
#define STEPS    150000
#define OLD      512 /* updates kept to be sent again */
#define DELETED  64  /* of one entry within the life of a nonce, at the very most */
#define NONCE_MS 240000

struct use {
	uint16_t home, careof;
	unsigned int coa;
};

struct entry {
	bool valid, remembered, has_illegal, several;
	unsigned int coa;
	uint16_t sequence;
	uint64_t expires_ms, forget_ms, updated_ms, first_unreachable_ms;
	unsigned int unreachables;
	struct use use, illegal;
	uint16_t illegal_to;
	uint64_t home_made_ms, careof_made_ms; /* the nonces of `use` */
};

/* A registration that was deleted, and the nonces that it was made with. */
struct deleted {
	struct use use;
	uint64_t home_made_ms, careof_made_ms;
};

struct update {
	uint8_t packet[CRAFT_ROOM];
	size_t len;
	unsigned int home, coa, peer;
	struct scene_bu bu;
	uint16_t home_index, careof_index;
	uint64_t home_made_ms, careof_made_ms; /* the nonces of its tokens; index 0 is not looked at by deletions */
	uint8_t kbm[20];
	struct hp_ip6 covered;
	bool accepted;
};

struct model {
	struct scene *s;
	struct hp_random random;
	struct hp_ip6 home[HOMES], coa[CAREOFS], peer[PEERS];
	struct entry entry[HOMES][PEERS];
	struct deleted deleted[HOMES][PEERS][DELETED];
	unsigned int deletions[HOMES][PEERS];
	uint64_t first_used_ms[65536]; /* of nonces by index; 0: never */
	uint16_t newest;
	bool has_nonce;
	struct token {
		bool there;
		struct scene_token token;
		uint64_t made_ms;
	} home_token[HOMES], careof_token[CAREOFS];
	struct update old[OLD];
	unsigned int olds;
	struct hp_ip6 published[HOMES][PEERS]; /* ::: nothing */
	uint32_t max;
	uint64_t refused_room, accepted;
};

static unsigned int pick(struct model *m, unsigned int n)
{
	return hp_random_between(&m->random, 0, n - 1);
}

static bool nonce_good(const struct model *m, uint16_t index)
{
	return m->first_used_ms[index] && m->s->now.mono_ms - m->first_used_ms[index] < NONCE_MS;
}

/* Time is over for what is over. */
static void settle(struct model *m)
{
	const uint64_t now = m->s->now.mono_ms;

	for (unsigned int i = 0; i < HOMES * PEERS; i++) {
		struct entry *e = &m->entry[i / PEERS][i % PEERS];

		if (e->valid && e->expires_ms <= now) {
			e->valid = false;
			e->remembered = true;
		}
		if (!e->valid && e->remembered && e->forget_ms <= now)
			*e = (struct entry){0};
	}
}

static unsigned int count(const struct model *m, bool remembered)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < HOMES * PEERS; i++) {
		const struct entry *e = &m->entry[i / PEERS][i % PEERS];

		n += e->valid || (remembered && e->remembered);
	}
	return n;
}

static unsigned int index_of(const struct hp_ip6 list[], unsigned int n, const struct hp_ip6 *a)
{
	for (unsigned int i = 0; i < n; i++)
		if (hp_ip6_eq(&list[i], a))
			return i;
	CU_FAIL_FATAL("an address of nobody");
	return 0;
}

/* What came of it for the workers' tables, and for bindings that gave way. -1: no answer, else its status. */
static int outcome(struct model *m, const struct update *u)
{
	struct scene *s = m->s;
	int status = -1;

	for (size_t i = 0; i < hp_effects_count(s->fx); i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		switch (e->kind) {
		case HP_EFFECT_OPTIMIZE:
			CU_ASSERT(e->optimize.id < m->max);
			m->published[index_of(m->home, HOMES, &e->optimize.hoa)][index_of(m->peer, PEERS, &e->optimize.correspondent)] =
				e->optimize.coa;
			break;
		case HP_EFFECT_UNOPTIMIZE:
			m->published[index_of(m->home, HOMES, &e->unoptimize.hoa)][index_of(m->peer, PEERS, &e->unoptimize.correspondent)] =
				HP_IP6_ANY;
			break;
		case HP_EFFECT_EVENT:
			if (e->event.kind == HP_EVENT_ROUTE_ENDED && !strcmp(e->event.reason, "replaced")) {
				struct entry *victim = &m->entry[index_of(m->home, HOMES, &e->event.hoa)]
								[index_of(m->peer, PEERS, &e->event.correspondent)];

				CU_ASSERT(victim->valid && count(m, false) == m->max && s->now.mono_ms - victim->updated_ms >= 16000);
				victim->valid = false;
				victim->remembered = true;
			}
			break;
		case HP_EFFECT_SEND:
			if (e->send.body[2] != 6)
				break;
			CU_ASSERT(u != NULL && status < 0);
			status = e->send.body[6];
			CU_ASSERT(u && hp_ip6_eq(&e->send.src, &m->peer[u->peer]) && hp_ip6_eq(&e->send.dst, &m->home[u->home]));
			break;
		default:
			break;
		}
	}
	hp_effects_clear(s->fx);
	settle(m);
	return status;
}

static void test(struct model *m)
{
	const bool careof = pick(m, 2);
	const unsigned int i = pick(m, careof ? CAREOFS : HOMES);
	struct token *t = careof ? &m->careof_token[i] : &m->home_token[i];
	const uint64_t now = m->s->now.mono_ms;

	if (!m->has_nonce || now - m->first_used_ms[m->newest] >= 30000) {
		t->token = *scene_test(m->s, careof, careof ? &m->coa[i] : &m->home[i], &m->peer[0]);
		CU_ASSERT(!m->has_nonce || t->token.index == (uint16_t)(m->newest + 1));
		m->newest = t->token.index;
		m->has_nonce = true;
		m->first_used_ms[m->newest] = now;
	} else {
		t->token = *scene_test(m->s, careof, careof ? &m->coa[i] : &m->home[i], &m->peer[pick(m, PEERS)]);
		CU_ASSERT_EQUAL(t->token.index, m->newest);
	}
	t->there = true;
	t->made_ms = m->first_used_ms[m->newest];
	m->s->gots[0] = m->s->gots[1] = 0;
	outcome(m, NULL);
}

static bool same_use(const struct use *a, const struct use *b)
{
	return a->home == b->home && a->careof == b->careof && a->coa == b->coa;
}

static int newer_by(uint16_t a, uint16_t b)
{
	return (int16_t)(a - b);
}

static bool is_illegal(const struct entry *e, const struct use *use)
{
	if (!e->several)
		return same_use(use, &e->illegal);
	return newer_by(use->home, e->illegal_to) <= 0 && newer_by(use->careof, e->illegal_to) <= 0;
}

/* §9.5.3, whatever the cache makes of it: never again while both nonces are accepted, and the nonces of `u` are. */
static bool was_deleted(const struct model *m, const struct update *u)
{
	for (unsigned int i = 0; i < DELETED; i++) {
		const struct deleted *d = &m->deleted[u->home][u->peer][i];

		if (d->home_made_ms == u->home_made_ms && d->careof_made_ms == u->careof_made_ms && d->use.home == u->home_index &&
		    d->use.careof == u->careof_index && d->use.coa == u->coa)
			return true;
	}
	return false;
}

/* The status that RFC 6275 §9.5.1 wants, or -1: silence. It may be 130 instead of 0. */
static int judge(const struct model *m, const struct update *u)
{
	const struct entry *e = &m->entry[u->home][u->peer];
	const bool deletes = !u->bu.lifetime, known = e->valid || e->remembered;
	const bool home = nonce_good(m, u->home_index), careof = deletes || nonce_good(m, u->careof_index);
	const struct use use = {u->home_index, u->careof_index, u->coa};

	if (!home || !careof)
		return home ? 137 : careof ? 136 : 138;
	/* An index that has come round names another nonce. */
	if (u->bu.wrong || u->home_made_ms != m->first_used_ms[u->home_index] ||
	    (!deletes && u->careof_made_ms != m->first_used_ms[u->careof_index]))
		return -1;
	if (known && e->has_illegal && !deletes && is_illegal(e, &use))
		return 138;
	if (known && (uint16_t)(e->sequence - u->bu.sequence) <= 32768)
		return 135;
	if (u->bu.home_registered)
		return 139;
	if (m->s->policy == 174 && !deletes)
		return 174;
	return 0;
}

static void note(const struct model *m, struct entry *e, const struct update *u)
{
	const uint64_t home = m->first_used_ms[u->home_index] + NONCE_MS,
		       careof = u->bu.lifetime ? m->first_used_ms[u->careof_index] + NONCE_MS : 0;
	const uint64_t until = home > careof ? home : careof;

	e->sequence = u->bu.sequence;
	if (until > e->forget_ms)
		e->forget_ms = until;
}

static void erase(struct model *m, struct entry *e, const struct update *u)
{
	const uint16_t newest = newer_by(e->use.home, e->use.careof) > 0 ? e->use.home : e->use.careof;
	const int more = newer_by(newest, e->illegal_to);

	m->deleted[u->home][u->peer][m->deletions[u->home][u->peer]++ % DELETED] =
		(struct deleted){e->use, e->home_made_ms, e->careof_made_ms};
	/* Nonces that lie eight apart are not accepted together. */
	e->several = e->has_illegal && more > -8 && more < 8;
	if (!e->several || more > 0)
		e->illegal_to = newest;
	e->has_illegal = true;
	e->illegal = e->use;
	e->remembered = true;
	e->valid = false;
}

static void adopt(struct model *m, const struct update *u)
{
	struct entry *e = &m->entry[u->home][u->peer];
	const uint64_t now = m->s->now.mono_ms;
	const unsigned int life = u->bu.lifetime < 105 ? u->bu.lifetime : 105;

	if (!life) {
		if (e->valid)
			erase(m, e, u);
		if (e->remembered)
			note(m, e, u);
		return;
	}
	note(m, e, u);
	e->valid = true;
	e->coa = u->coa;
	CU_ASSERT(!was_deleted(m, u));
	e->use = (struct use){u->home_index, u->careof_index, u->coa};
	e->home_made_ms = u->home_made_ms;
	e->careof_made_ms = u->careof_made_ms;
	e->updated_ms = now;
	e->expires_ms = now + life * 4000ull;
	e->unreachables = 0;
}

static void deliver(struct model *m, struct update *u, bool again)
{
	struct entry *e = &m->entry[u->home][u->peer];
	struct entry before;
	int want, got;

	settle(m);
	before = *e;
	want = judge(m, u);
	memcpy(m->s->kbm, u->kbm, sizeof(u->kbm));
	m->s->covered = u->covered;
	scene_packet(m->s, u->packet, u->len, u->peer == PEERS - 1, u->bu.home_registered);
	/* What gave way did so before this one took its place. */
	got = outcome(m, u);
	if (want == 0 && got == 130) {
		CU_ASSERT(u->bu.lifetime && !before.valid && (count(m, false) >= m->max / 2 || count(m, true) >= m->max));
		m->refused_room++;
		if (e->remembered)
			note(m, e, u);
		return;
	}
	CU_ASSERT_EQUAL(got, want == 0 && !u->bu.a ? -1 : want);
	if (want == 174 && (e->valid || e->remembered))
		note(m, e, u);
	if (want)
		return;
	CU_ASSERT(!again || !u->accepted);
	u->accepted = u->bu.lifetime;
	m->accepted += u->accepted;
	adopt(m, u);
	settle(m);
}

static struct update *make(struct model *m)
{
	struct update *u = &m->old[m->olds++ % OLD];
	const unsigned int home = pick(m, HOMES), coa = pick(m, CAREOFS), peer = pick(m, PEERS);
	const struct token *h = &m->home_token[home], *c = &m->careof_token[coa];
	const struct entry *e = &m->entry[home][peer];
	const bool from_home = pick(m, 8) == 0, deletes = from_home || pick(m, 4) == 0;

	*u = (struct update){.home = home, .coa = coa, .peer = peer, .home_made_ms = h->made_ms, .careof_made_ms = c->made_ms};
	u->home_index = h->token.index;
	u->careof_index = c->token.index;
	u->bu = (struct scene_bu){
		.src = from_home ? m->home[home] : m->coa[coa],
		.hoa = from_home ? HP_IP6_ANY : m->home[home],
		.dst = m->peer[peer],
		/* Mostly a little greater than the last, sometimes older. */
		.sequence = (uint16_t)(e->sequence + 40 - hp_random_between(&m->random, 0, 49)),
		.lifetime = deletes ? 0 : (uint16_t)hp_random_between(&m->random, 1, 120),
		.a = pick(m, 4) != 0,
		.home_registered = pick(m, 16) == 0,
		.wrong = pick(m, 8) == 0,
		.home = &h->token,
		.careof = &c->token,
	};
	u->len = scene_craft(m->s, &u->bu, u->packet);
	memcpy(u->kbm, m->s->kbm, sizeof(u->kbm));
	u->covered = m->s->covered;
	return u;
}

static void unreachable(struct model *m)
{
	const unsigned int home = pick(m, HOMES), coa = pick(m, CAREOFS), peer = pick(m, PEERS);
	struct entry *e = &m->entry[home][peer];
	const uint64_t now = m->s->now.mono_ms;

	settle(m);
	CU_ASSERT_EQUAL(hp_correspondent_unreachable(m->s->c, &m->home[home], &m->peer[peer], &m->coa[coa], m->s->now, m->s->fx),
			e->valid && e->coa == coa);
	if (e->valid && e->coa == coa) {
		if (!e->unreachables++)
			e->first_unreachable_ms = now;
		if (e->unreachables >= 3 && (now - e->updated_ms) / 1000 - (e->first_unreachable_ms - e->updated_ms) / 1000 >= 10) {
			e->valid = false;
			e->remembered = true;
		}
	}
	outcome(m, NULL);
}

/* What anybody may ask is as the model has it. */
static void compare(const struct model *m)
{
	for (unsigned int i = 0; i < HOMES * PEERS; i++) {
		const unsigned int home = i / PEERS, peer = i % PEERS;
		const struct entry *e = &m->entry[home][peer];
		struct hp_correspondent_view v;
		const bool found = hp_correspondent_find(m->s->c, &m->home[home], &m->peer[peer], &v);

		CU_ASSERT_EQUAL(found, e->valid);
		if (found && e->valid)
			CU_ASSERT(hp_ip6_eq(&v.coa, &m->coa[e->coa]) && v.sequence == e->sequence && v.expires_ms == e->expires_ms &&
				  v.own == (peer == PEERS - 1));
		CU_ASSERT(hp_ip6_eq(&m->published[home][peer], e->valid && peer < PEERS - 1 ? &m->coa[e->coa] : &HP_IP6_ANY));
	}
	CU_ASSERT_EQUAL(hp_correspondent_bindings(m->s->c), count(m, false));
	CU_ASSERT(count(m, false) <= m->max);
}

static void run(uint64_t seed, uint32_t max)
{
	static struct scene s;
	const unsigned int failed = CU_get_number_of_failures();
	struct model *m = calloc(1, sizeof(*m));

	CU_ASSERT_FATAL(m != NULL);
	m->s = &s;
	m->max = max;
	scene_open(&s, &(struct scene_conf){.max_bindings = max});
	hp_random_seed(&m->random, seed);
	for (unsigned int i = 0; i < HOMES; i++) {
		m->home[i] = scene_address("2001:db8:77::");
		m->home[i].b[15] = (uint8_t)(i + 1);
	}
	for (unsigned int i = 0; i < CAREOFS; i++) {
		m->coa[i] = scene_address("2001:db8:1000::1");
		m->coa[i].b[7] = (uint8_t)i;
	}
	m->peer[0] = scene_address("S");
	m->peer[1] = scene_address("S2");
	m->peer[2] = scene_address("OWN");
	for (unsigned int i = 0; i < STEPS && CU_get_number_of_failures() == failed; i++) {
		switch (pick(m, 12)) {
		case 0:
		case 1:
		case 2:
			test(m);
			break;
		case 3:
			s.policy = pick(m, 8) ? -1 : 174;
			s.used[pick(m, max)] ^= true;
			break;
		case 4:
		case 5:
			/* Whole seconds, as memories end. */
			scene_wait(&s, 1000ull * (pick(m, 20) ? pick(m, 6) : pick(m, 300)));
			outcome(m, NULL);
			break;
		case 6:
			unreachable(m);
			break;
		case 7:
		case 8:
			if (m->olds)
				deliver(m, &m->old[pick(m, m->olds < OLD ? m->olds : OLD)], true);
			break;
		default:
			deliver(m, make(m), false);
		}
		settle(m);
		compare(m);
		if (CU_get_number_of_failures() != failed)
			fprintf(stderr, "  seed %llu, at most %u, step %u\n", (unsigned long long)seed, max, i);
	}
	CU_ASSERT(m->accepted > STEPS / 100);
	CU_ASSERT_EQUAL(m->refused_room > 0, max < HOMES * PEERS);
	scene_close(&s);
	free(m);
}

void test_model(void)
{
	const uint64_t seed = hp_test_seed();

	run(seed, HOMES * PEERS * 2);
	run(seed + 1, 6);
	run(seed + 2, 3);
}
