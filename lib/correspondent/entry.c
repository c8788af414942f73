/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/entry.h"

#include <stdlib.h>

#include "correspondent/answer.h"

/* Requests to refresh a binding before its end, and their distance: far enough for tests by way of a distant home. */
#define REQUESTS        3
#define REQUEST_STEP_MS 4000u
/* RFC 8201 §4: not before 10 minutes is a larger path MTU tried again. */
#define PATH_MTU_AGE_S 600
/* Steps of one walk for an entry that may give way. */
#define GIVE_WAY_STEPS 64
/* Whose update was accepted a moment ago has not had the time to be used. */
#define SPARED_MS 16000

static void tell(struct hp_correspondent *c, enum hp_event_kind kind, const struct hp_entry *e, const char *reason, struct hp_now now,
		 struct hp_effects *fx)
{
	const struct hp_effect event = {.kind = HP_EFFECT_EVENT,
					.event = {.kind = kind,
						  .hoa = e->key.hoa,
						  .coa = e->coa,
						  .correspondent = e->key.correspondent,
						  .link = HP_LINK_ANY,
						  .reason = reason}};

	if (hp_rate_take(&c->events, now.mono_ms))
		hp_effects_push(fx, &event);
}

void hp_entry_publish(const struct hp_correspondent *c, const struct hp_entry *e, struct hp_effects *fx)
{
	struct hp_effect publish = {.kind = HP_EFFECT_OPTIMIZE,
				    .optimize = {.hoa = e->key.hoa, .correspondent = e->key.correspondent, .coa = e->coa, .id = e->id}};
	struct hp_hop hop;

	if (e->own)
		return;
	hop = c->conf.route(c->conf.ctx, &e->coa);
	publish.optimize.out_link = hop.link;
	publish.optimize.next_hop = hop.next_hop;
	publish.optimize.mtu = e->path_mtu && e->path_mtu < hop.mtu ? e->path_mtu : hop.mtu;
	hp_effects_push(fx, &publish);
}

static void withdraw(const struct hp_entry *e, struct hp_effects *fx)
{
	const struct hp_effect effect = {.kind = HP_EFFECT_UNOPTIMIZE,
					 .unoptimize = {.hoa = e->key.hoa, .correspondent = e->key.correspondent}};

	if (!e->own)
		hp_effects_push(fx, &effect);
}

/* A memory goes when it need be kept no more (§5.2.8). */
static void remember(struct hp_correspondent *c, struct hp_entry *e, struct hp_now now)
{
	const uint64_t until_ms = e->nonces_until_s * 1000ull;

	if (until_ms > now.mono_ms) {
		hp_wheel_arm(c->wheel, &e->timer, until_ms);
		return;
	}
	hp_wheel_disarm(c->wheel, &e->timer);
	hp_entries_remove(c->entries, e);
}

void hp_entry_end(struct hp_correspondent *c, struct hp_entry *e, enum hp_correspondent_counter why, struct hp_now now,
		  struct hp_effects *fx)
{
	static const char *const reason[HP_CN_COUNT] = {
		[HP_CN_DEREGISTERED] = "deregistered", [HP_CN_EXPIRED] = "expired",           [HP_CN_REPLACED] = "replaced",
		[HP_CN_UNREACHABLE] = "unreachable",   [HP_CN_UNCONFIGURED] = "unconfigured",
	};

	c->count[why]++;
	withdraw(e, fx);
	tell(c, HP_EVENT_ROUTE_ENDED, e, reason[why], now, fx);
	hp_entries_end(c->entries, e);
	remember(c, e, now);
}

/* When there is something to be done next about a valid one. */
static void arm(struct hp_correspondent *c, struct hp_entry *e)
{
	const uint64_t eighth_ms = e->lifetime * HP_CORRESPONDENT_UNIT_MS / 8u;
	const uint64_t step_ms = eighth_ms < REQUEST_STEP_MS ? eighth_ms : REQUEST_STEP_MS;

	hp_wheel_arm(c->wheel, &e->timer, hp_entry_expires_ms(e) - (REQUESTS - e->requests) * step_ms);
}

/* §9.5.5 */
static void request_refresh(struct hp_correspondent *c, const struct hp_entry *e, struct hp_effects *fx)
{
	uint8_t body[HP_MH_ROOM];
	const int len = hp_brr_write(body, sizeof(body));

	hp_answer_address(c, &e->key.correspondent, &e->key.hoa, body, len, fx);
	c->count[HP_CN_BRR_OUT]++;
}

static bool is_used(const struct hp_correspondent *c, const struct hp_entry *e)
{
	return e->own ? e->touched : c->conf.used(c->conf.ctx, e->id);
}

void hp_entry_due(struct hp_correspondent *c, struct hp_entry *e, struct hp_now now, struct hp_effects *fx)
{
	if (e->id == HP_ENTRY_MEMORY) {
		remember(c, e, now);
		return;
	}
	if (hp_entry_expires_ms(e) <= now.mono_ms) {
		hp_entry_end(c, e, HP_CN_EXPIRED, now, fx);
		return;
	}
	if (is_used(c, e))
		request_refresh(c, e, fx);
	e->requests++;
	arm(c, e);
}

struct hp_entry *hp_entry_find(struct hp_correspondent *c, const struct hp_entry_key *key, struct hp_now now, struct hp_effects *fx)
{
	struct hp_entry *e = hp_entries_find(c->entries, key);

	/* Its time may be over even if the tick has not come by yet. */
	if (!e || (e->id != HP_ENTRY_MEMORY && hp_entry_expires_ms(e) > now.mono_ms))
		return e;
	hp_entry_due(c, e, now, fx);
	return hp_entries_find(c->entries, key);
}

void hp_entry_note(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r)
{
	const uint32_t until_s = (uint32_t)((r->nonces_until_ms + 999) / 1000);

	e->sequence = r->sequence;
	if (until_s > e->nonces_until_s)
		e->nonces_until_s = until_s;
	if (e->id == HP_ENTRY_MEMORY)
		hp_wheel_arm(c->wheel, &e->timer, e->nonces_until_s * 1000ull);
}

static uint32_t use_of(const struct hp_correspondent *c, uint16_t home_nonce, uint16_t careof_nonce, const struct hp_ip6 *coa)
{
	struct {
		struct hp_ip6 coa;
		uint16_t home_nonce, careof_nonce;
	} use = {*coa, home_nonce, careof_nonce};

	_Static_assert(sizeof(use) == 20, "padding in what is hashed");
	return hp_entries_hash(c->entries, &use, sizeof(use));
}

/* Of two nonces by index, neither much older than the other. */
static int newer_by(uint16_t a, uint16_t b)
{
	return (int16_t)(a - b);
}

/* Not until one of its nonces is too old (§9.5.3). There is room for one: of several every pair counts that is no newer. */
static void forbid(const struct hp_correspondent *c, struct hp_entry *e)
{
	const uint16_t newest = newer_by(e->home_nonce, e->careof_nonce) > 0 ? e->home_nonce : e->careof_nonce;
	const bool recent = e->illegal && abs(newer_by(newest, e->illegal_to)) < HP_NONCES;

	if (!recent || newer_by(newest, e->illegal_to) > 0)
		e->illegal_to = newest;
	e->several = recent;
	e->illegal = use_of(c, e->home_nonce, e->careof_nonce, &e->coa);
}

static bool is_up_to(uint16_t nonce, uint16_t newest)
{
	return (uint16_t)(newest - nonce) < HP_NONCES;
}

bool hp_entry_is_illegal(const struct hp_correspondent *c, const struct hp_entry *e, const struct hp_cache_request *r)
{
	if (!e->illegal || !r->lifetime)
		return false;
	return e->several ? is_up_to(r->home_nonce, e->illegal_to) && is_up_to(r->careof_nonce, e->illegal_to)
			  : e->illegal == use_of(c, r->home_nonce, r->careof_nonce, &r->coa);
}

/* Who was not used lately, from where the last walk ended, gives way (§9.6). */
static bool give_way(struct hp_correspondent *c, struct hp_now now, struct hp_effects *fx)
{
	const uint32_t reach = hp_entries_reach(c->entries);

	for (unsigned int i = 0; i < GIVE_WAY_STEPS; i++) {
		struct hp_entry *e;

		if (c->give_way_at >= reach)
			c->give_way_at = 0;
		e = hp_entries_at(c->entries, c->give_way_at++);
		if (!e || now.mono_ms - e->updated_ms < SPARED_MS)
			continue;
		if (!is_used(c, e)) {
			hp_entry_end(c, e, HP_CN_REPLACED, now, fx);
			return true;
		}
		e->touched = false;
	}
	return false;
}

/* A new entry (`e` NULL), or a memory, becomes valid. NULL: there is no room. */
static struct hp_entry *begin(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r, struct hp_now now,
			      struct hp_effects *fx)
{
	const bool fresh = !e;

	if (hp_entries_crowded(c->entries, &r->coa, fresh)) {
		c->count[HP_CN_CROWDED]++;
		return NULL;
	}
	if (fresh && hp_entries_add(c->entries, &r->key, &r->coa, &e)) {
		c->count[HP_CN_FULL]++;
		return NULL;
	}
	if (hp_entries_begin(c->entries, e) && (!give_way(c, now, fx) || hp_entries_begin(c->entries, e))) {
		if (fresh)
			hp_entries_remove(c->entries, e);
		c->count[HP_CN_FULL]++;
		return NULL;
	}
	e->registered_wall_s = (uint32_t)(now.wall_ms / 1000);
	e->own = r->own;
	return e;
}

/* Takes the request's contents. True: the workers must be told. */
static bool adopt(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r, struct hp_now now)
{
	const bool moved = !hp_ip6_eq(&e->coa, &r->coa), stale = now.mono_ms / 1000 - e->path_mtu_since_s >= PATH_MTU_AGE_S;
	bool changed = moved;

	if (e->path_mtu && (moved || stale)) {
		e->path_mtu = 0;
		changed = true;
	}
	if (moved)
		hp_entries_move(c->entries, e, &r->coa);
	e->home_nonce = r->home_nonce;
	e->careof_nonce = r->careof_nonce;
	e->lifetime = r->lifetime < c->max_lifetime ? r->lifetime : c->max_lifetime;
	e->updated_ms = now.mono_ms;
	e->unreachables = 0;
	e->requests = 0;
	e->touched = false;
	hp_entry_note(c, e, r);
	arm(c, e);
	return changed;
}

uint16_t hp_entry_accept(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r, struct hp_now now,
			 struct hp_effects *fx)
{
	enum hp_correspondent_counter what = HP_CN_REFRESHED;
	bool publish = false;

	if (!e || e->id == HP_ENTRY_MEMORY) {
		e = begin(c, e, r, now, fx);
		if (!e)
			return 0;
		what = HP_CN_REGISTERED;
		publish = true;
	} else if (!hp_ip6_eq(&e->coa, &r->coa)) {
		what = HP_CN_MOVED;
	}
	if (e->own != r->own) {
		/* The correspondent's address has become ours, or is so no more. */
		withdraw(e, fx);
		e->own = r->own;
		publish = true;
	}
	publish = adopt(c, e, r, now) || publish;
	c->count[what]++;
	if (publish)
		hp_entry_publish(c, e, fx);
	if (what != HP_CN_REFRESHED)
		tell(c, what == HP_CN_MOVED ? HP_EVENT_ROUTE_MOVED : HP_EVENT_ROUTE_OPTIMIZED, e, NULL, now, fx);
	return e->lifetime;
}

void hp_entry_delete(struct hp_correspondent *c, struct hp_entry *e, const struct hp_cache_request *r, struct hp_now now,
		     struct hp_effects *fx)
{
	/* Nothing is cached because of a deletion (§9.5.3). */
	if (!e || e->id == HP_ENTRY_MEMORY) {
		c->count[HP_CN_DELETE_NONE]++;
		return;
	}
	forbid(c, e);
	hp_entry_end(c, e, HP_CN_DEREGISTERED, now, fx);
}
