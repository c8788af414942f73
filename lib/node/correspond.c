/* SPDX-License-Identifier: BSD-3-Clause */
/* Registration with correspondents: RFC 6275 §11.7.2 to §11.7.4, §5.2.6, §11.5.5.
 *
 *              packets                tests passed              acknowledged
 *   COUNTING ───────────► TESTING ──────────────────► UPDATING ─────────────► OPTIMIZED
 *       ▲                 ▲ ▲ │  ▲                     │ │ │                   │ │
 *       │                 │ │ │  └─────────────────────┘ │ │                   │ │
 *       │                 │ │ │   136..138; token too old │ └─ 135: at once    │ │
 *       │      next packet│ │ └──────────► WAITING ◄──────┘ other refusals     │ │
 *       │     after pause └─┼─────────────────┘   no answer to either          │ │
 *       │                   └──────────────────────────────────────────────────┘ │
 *       │                     in use and about to end; asked by the peer;         │
 *       │                     Binding Error; a move                               │
 *       └─────────────────────────────────────────────────────────────────────────┘
 *                             not in use any more: it runs out
 *
 * A move, or being at home again, leads from everywhere but COUNTING and WAITING to TESTING: at home of the home address only, and the
 * update is a deletion. As long as the peer may hold a binding of ours that is no more true, WAITING ends by itself. Packets go through the
 * tunnel unless a binding of the care-of address of this moment is acknowledged and has not run out: whatever the stage. */
#include "node/peer.h"

#define PAUSE_MOST_MS 600000
#define UNABLE_MS     600000 /* §11.3.5: "removed after a period of time" */
#define IN_USE_MS     60000  /* without a packet for so long a binding is left to run out */
#define PEERS_A_TICK  64

/* The home agent knows where we are: Home Tests get here, and correspondents may be told (§11.7.2). */
static bool is_settled(const struct home *h)
{
	return h->state == HP_NODE_AWAY || h->state == HP_NODE_HOME;
}

void hp_correspond_tell(const struct home *h, const struct peer *p, enum hp_event_kind kind, uint16_t code, const char *reason,
			struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_EVENT,
						.event = {.kind = kind,
							  .hoa = h->conf.hoa,
							  .coa = kind == HP_EVENT_ROUTE_REFUSED ? h->coa : p->route[h->number].bound.coa,
							  .correspondent = p->address,
							  .link = h->interface,
							  .code = code,
							  .reason = reason}});
}

void hp_correspond_end(const struct home *h, struct peer *p, const char *why, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];

	if (r->bound.told)
		hp_correspond_tell(h, p, HP_EVENT_ROUTE_ENDED, 0, why, fx);
	r->bound.told = false;
	r->bound.expires_ms = 0;
}

void hp_correspond_rest(struct route *r)
{
	r->stage = HP_NODE_ROUTE_COUNTING;
	r->counted = 0;
	r->test = (struct test){0};
	r->update.awaited = false;
}

void hp_correspond_pause(const struct home *h, struct peer *p, const char *why, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];

	hp_correspond_end(h, p, why, fx);
	hp_correspond_rest(r);
	r->stage = HP_NODE_ROUTE_WAITING;
	r->not_before_ms = now.mono_ms + r->pause_ms;
	r->pause_ms = 2 * r->pause_ms < PAUSE_MOST_MS ? 2 * r->pause_ms : PAUSE_MOST_MS;
}

void hp_correspond_test(const struct home *h, struct peer *p, struct hp_now now)
{
	struct route *r = &p->route[h->number];

	hp_correspond_rest(r);
	r->stage = HP_NODE_ROUTE_TESTING;
	hp_test_renew(h, p, now);
}

static bool has_tokens(const struct home *h, struct peer *p, struct hp_now now)
{
	const struct careof *c = h->state == HP_NODE_HOME ? NULL : hp_test_careof_of(p, &h->coa);

	return hp_token_is_fresh(&p->route[h->number].token, now) && (h->state == HP_NODE_HOME || (c && hp_token_is_fresh(&c->token, now)));
}

/* §11.6.1: both at once, where no token is left; that of the home address once its answer finds us. */
static void test(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	enum hp_test_state home = HP_TEST_PENDING, careof = HP_TEST_PASSED;

	if (is_settled(h))
		home = hp_test_home(n, h, p, now, fx);
	if (h->state != HP_NODE_HOME)
		careof = hp_test_careof(n, h, p, now, fx);
	if (home == HP_TEST_FAILED || careof == HP_TEST_FAILED) {
		n->count[HP_NODE_TEST_FAILED]++;
		hp_correspond_pause(h, p, "no answer", now, fx);
	} else if (home == HP_TEST_PASSED && careof == HP_TEST_PASSED) {
		hp_update_send(n, h, p, now, fx);
	}
}

static void updating(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];

	if (now.mono_ms < r->update.due_ms || !is_settled(h))
		return;
	if (r->update.sent > MAX_RO_FAILURE) {
		n->count[HP_NODE_PEER_UNANSWERED]++;
		hp_correspond_pause(h, p, "no answer", now, fx);
	} else if (!has_tokens(h, p, now)) {
		hp_correspond_test(h, p, now);
		test(n, h, p, now, fx);
	} else {
		hp_update_send(n, h, p, now, fx);
	}
}

static bool is_in_use(const struct route *r, struct hp_now now)
{
	return now.mono_ms - r->used_ms < IN_USE_MS;
}

static void run_route(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];

	if (r->bound.expires_ms && r->bound.expires_ms <= now.mono_ms) {
		hp_correspond_end(h, p, "expired", fx);
		if (r->stage == HP_NODE_ROUTE_OPTIMIZED)
			hp_correspond_rest(r);
	}
	if (!hp_home_is_away(h) && h->state != HP_NODE_HOME)
		return;
	if (r->stage == HP_NODE_ROUTE_OPTIMIZED && r->bound.refresh_ms <= now.mono_ms && is_in_use(r, now))
		hp_correspond_test(h, p, now);
	if (r->stage == HP_NODE_ROUTE_WAITING && r->not_before_ms <= now.mono_ms && r->held_until_ms > now.mono_ms)
		hp_correspond_test(h, p, now);
	/* What it held has run out: there is nothing to delete any more. */
	if (h->state == HP_NODE_HOME && r->held_until_ms <= now.mono_ms && r->stage != HP_NODE_ROUTE_COUNTING) {
		hp_correspond_end(h, p, "at home", fx);
		hp_correspond_rest(r);
	}
	if (r->stage == HP_NODE_ROUTE_TESTING)
		test(n, h, p, now, fx);
	else if (r->stage == HP_NODE_ROUTE_UPDATING)
		updating(n, h, p, now, fx);
}

static uint64_t sooner(uint64_t a_ms, uint64_t b_ms, struct hp_now now)
{
	return b_ms > now.mono_ms && b_ms < a_ms ? b_ms : a_ms;
}

/* Of what run_route does by itself. What is due but waits for the home agent, or for a packet, has no time. */
static uint64_t due(const struct home *h, struct peer *p, struct hp_now now)
{
	const struct route *r = &p->route[h->number];
	const struct careof *c = hp_test_careof_of(p, &h->coa);
	uint64_t due_ms = sooner(UINT64_MAX, r->bound.expires_ms, now);

	if (!hp_home_is_away(h) && h->state != HP_NODE_HOME)
		return due_ms;
	if (h->state == HP_NODE_HOME && r->stage != HP_NODE_ROUTE_COUNTING)
		due_ms = sooner(due_ms, r->held_until_ms, now);
	switch (r->stage) {
	case HP_NODE_ROUTE_TESTING:
		due_ms = sooner(due_ms, r->test.due_ms, now);
		return c && h->state != HP_NODE_HOME ? sooner(due_ms, c->test.due_ms, now) : due_ms;
	case HP_NODE_ROUTE_UPDATING:
		return sooner(due_ms, r->update.due_ms, now);
	case HP_NODE_ROUTE_OPTIMIZED:
		return sooner(due_ms, r->bound.refresh_ms, now);
	case HP_NODE_ROUTE_WAITING:
		return r->held_until_ms > r->not_before_ms ? sooner(due_ms, r->not_before_ms, now) : due_ms;
	default:
		return due_ms;
	}
}

void hp_correspond_run(struct hp_node *n, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	uint64_t due_ms = UINT64_MAX;

	if (p->unable_until_ms <= now.mono_ms)
		p->unable_until_ms = 0;
	for (unsigned int i = 0; i < n->homes; i++)
		run_route(n, &n->home[i], p, now, fx);
	for (unsigned int i = 0; i < n->homes; i++) {
		const uint64_t its_ms = due(&n->home[i], p, now);

		due_ms = its_ms < due_ms ? its_ms : due_ms;
	}
	due_ms = sooner(due_ms, p->unable_until_ms, now);
	if (due_ms == UINT64_MAX)
		hp_wheel_disarm(n->peers->wheel, &p->timer);
	else
		hp_wheel_arm(n->peers->wheel, &p->timer, due_ms);
}

void hp_correspond_begin(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	hp_correspond_test(h, p, now);
	hp_correspond_run(n, p, now, fx);
}

void hp_correspond_tick(struct hp_node *n, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = PEERS_A_TICK;

	for (unsigned int i = 0; n->peers && i < PEERS_A_TICK; i++) {
		struct hp_timer *t = hp_wheel_pop(n->peers->wheel, now.mono_ms, &work);

		if (!t)
			return;
		hp_correspond_run(n, hp_container_of(t, struct peer, timer), now, fx);
	}
}

/* A failure of before says nothing of here. Whoever has been told another care-of address is told this one (§11.7.2), the last used first. */
void hp_correspond_moved(struct hp_node *n, const struct home *h, struct hp_now now)
{
	for (struct peer *p = n->peers ? n->peers->newest : NULL; p; p = p->older) {
		struct route *r = &p->route[h->number];

		if (r->stage == HP_NODE_ROUTE_COUNTING)
			continue;
		r->pause_ms = PAUSE_MS;
		r->not_before_ms = 0;
		if (r->stage == HP_NODE_ROUTE_OPTIMIZED && hp_route_is_bound(r, h, now))
			continue;
		if (r->stage != HP_NODE_ROUTE_WAITING || r->held_until_ms > now.mono_ms)
			hp_correspond_test(h, p, now);
		hp_wheel_arm(n->peers->wheel, &p->timer, now.mono_ms);
	}
}

void hp_correspond_registered(struct hp_node *n, const struct home *h, struct hp_now now)
{
	for (struct peer *p = n->peers ? n->peers->newest : NULL; p; p = p->older)
		if (p->route[h->number].stage != HP_NODE_ROUTE_COUNTING)
			hp_wheel_arm(n->peers->wheel, &p->timer, now.mono_ms);
}

void hp_correspond_forgotten(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];
	struct careof *c = hp_test_careof_of(p, &h->coa);

	hp_correspond_end(h, p, "unknown", fx);
	r->held_until_ms = r->token.until_ms = 0;
	if (c)
		c->token.until_ms = 0;
	hp_correspond_begin(n, h, p, now, fx);
}

void hp_correspond_unable(struct hp_node *n, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; i < n->homes; i++) {
		hp_correspond_end(&n->home[i], p, "unable", fx);
		hp_correspond_rest(&p->route[i]);
		p->route[i].held_until_ms = 0;
	}
	n->count[HP_NODE_PEER_UNABLE]++;
	p->unable_until_ms = now.mono_ms + UNABLE_MS;
	hp_correspond_run(n, p, now, fx);
}

void hp_correspond_asked(struct hp_node *n, const struct home *h, const struct hp_packet *m, struct hp_now now, struct hp_effects *fx)
{
	struct peer *p = m->has_hao ? NULL : hp_peers_find(n, &m->src);

	if (!p || h->state != HP_NODE_AWAY || p->route[h->number].stage != HP_NODE_ROUTE_OPTIMIZED) {
		n->count[HP_NODE_IGNORED]++;
		return;
	}
	n->count[HP_NODE_PEER_BRR_IN]++;
	hp_correspond_begin(n, h, p, now, fx);
}
