/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/registration.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/acknowledge.h"
#include "agent/defend.h"
#include "agent/delivery.h"

#define TUNNEL_HEADER 40
/* RFC 8201 §4: not before 10 minutes is a larger path MTU tried again. */
#define PATH_MTU_AGE_S 600

void hp_registration_publish(struct hp_agent *a, const struct hp_binding *b, struct hp_effects *fx)
{
	struct hp_hop hop = a->conf.route(a->conf.route_ctx, &b->coa);
	const struct hp_guard_tunnel tunnel = hp_guard_tunnel(a->conf.guard, &b->hoa);
	uint16_t mtu = b->path_mtu && b->path_mtu < hop.mtu ? b->path_mtu : hop.mtu;
	struct hp_effect e = {
		.kind = HP_EFFECT_BIND,
		.bind = {.hoa = b->hoa,
			 .coa = b->coa,
			 .ha = *hp_bindings_ha(a->bindings, b),
			 .id = b->id,
			 .home_link = b->link,
			 .out_link = hop.link,
			 .next_hop = hop.next_hop,
			 .mtu = mtu > TUNNEL_HEADER ? (uint16_t)(mtu - TUNNEL_HEADER) : 0,
			 .association = tunnel.payload,
			 .home_test_association = tunnel.home_test},
	};

	hp_effects_push(fx, &e);
}

/* A valid binding is one no more: not intercepted, not defended. */
static void withdraw(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	struct hp_effect e = {.kind = HP_EFFECT_UNBIND, .unbind = {.hoa = b->hoa, .id = b->id}};

	if (a->listeners)
		hp_listeners_unbind(a->listeners, b, now, fx);
	hp_effects_push(fx, &e);
	hp_defend_stop(a, b, HP_DEFEND_HOA | (b->linklocal_defended ? HP_DEFEND_LINKLOCAL : 0), now, fx);
	hp_bindings_release(a->bindings, b);
	hp_delivery_end(a, b);
	a->valid--;
}

static void release(struct hp_agent *a, struct hp_binding *b)
{
	hp_wheel_disarm(a->wheel, &b->timer);
	hp_bindings_remove(a->bindings, b);
}

/* The update that waits is dropped: tests stop, what it claimed is free again. The binding is what it was before. */
static void abandon(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	if (b->probation) {
		hp_defend_probe_cancel(a, b, b->probation->waiting, now, fx);
		free(b->probation);
		b->probation = NULL;
		a->probations--;
	}
	if (!b->linklocal_defended)
		hp_bindings_release(a->bindings, b);
}

/* After a refusal: an entry made for this update alone goes, the memory of an earlier sequence number stays as long as it would have. */
static void fall_back(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	abandon(a, b, now, fx);
	if (b->state == HP_BINDING_PROBING) {
		if (hp_timer_armed(&b->timer))
			hp_bindings_retire(a->bindings, b);
		else
			release(a, b);
	}
}

static void fail(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, enum hp_ba_status status, struct hp_now now,
		 struct hp_effects *fx)
{
	const struct hp_request request = *r; /* r may lie in the probation */

	fall_back(a, b, now, fx);
	hp_acknowledge_refuse(a, &request, status, now, fx);
}

/* Takes the update's contents. True: the workers must be told. */
static bool adopt(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, uint16_t ha, uint16_t lifetime, struct hp_now now)
{
	const bool moved = !hp_ip6_eq(&b->coa, &r->coa), stale = now.mono_ms / 1000 - b->path_mtu_since_s >= PATH_MTU_AGE_S;
	bool changed = b->state != HP_BINDING_VALID || moved || b->ha != ha;

	if (b->path_mtu && (moved || stale)) {
		b->path_mtu = 0;
		changed = true;
	}
	b->coa = r->coa;
	b->ha = ha;
	b->sequence = r->sequence;
	b->lifetime = lifetime;
	b->key_movable = r->key_movable;
	hp_wheel_arm(a->wheel, &b->timer, now.mono_ms + (uint64_t)lifetime * HP_HOME_UNIT_MS);
	return changed;
}

/* Every test is passed. */
static void accept(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_home *home = hp_homes_find(a->homes, b->link);
	const struct hp_home_prefix *prefix = hp_home_prefix(home, &b->hoa, now.mono_ms);
	const bool fresh = b->state != HP_BINDING_VALID, moved = !fresh && !hp_ip6_eq(&b->coa, &r->coa);
	const unsigned int wanted = HP_DEFEND_HOA | (r->linklocal ? HP_DEFEND_LINKLOCAL : 0);
	const unsigned int held = (fresh ? 0 : HP_DEFEND_HOA) | (b->linklocal_defended ? HP_DEFEND_LINKLOCAL : 0);
	enum hp_event_kind event = fresh ? HP_EVENT_REGISTERED : HP_EVENT_MOVED;
	const int ha = hp_bindings_ha_number(a->bindings, &r->ha);
	const struct hp_ip6 from = b->coa;
	bool deprecated = false, changed;
	uint16_t lifetime = prefix ? hp_home_grant(prefix, r->lifetime, a->max_lifetime, now.mono_ms, &deprecated) : 0;

	if (!lifetime) {
		fail(a, b, r, HP_BA_NOT_HOME_SUBNET, now, fx);
		return;
	}
	if (ha < 0) {
		fail(a, b, r, HP_BA_RESOURCES, now, fx);
		return;
	}
	if (!fresh && hp_defend_start(a, b, wanted & ~held, now, fx)) {
		fail(a, b, r, HP_BA_RESOURCES, now, fx);
		return;
	}
	changed = adopt(a, b, r, (uint16_t)ha, lifetime, now);
	if (changed)
		hp_registration_publish(a, b, fx);
	if (fresh) {
		hp_bindings_revive(a->bindings, b, HP_BINDING_VALID);
		b->registered_wall_ms = now.wall_ms;
		a->valid++;
		if (hp_defend_start(a, b, wanted, now, fx)) {
			withdraw(a, b, now, fx);
			release(a, b);
			hp_acknowledge_refuse(a, r, HP_BA_RESOURCES, now, fx);
			return;
		}
		hp_delivery_ensure(a, b, now);
		/* Where it was on the home link is history. */
		if (!home->is_virtual)
			hp_neighbor_forget(a->conf.neighbor, b->link, &b->hoa, fx);
	}
	if (b->advertise_again)
		hp_delivery_again(a, b, now);
	if (held & ~wanted) {
		hp_defend_stop(a, b, held & ~wanted, now, fx);
		hp_bindings_release(a->bindings, b);
	}
	a->count[fresh ? HP_AG_REGISTERED : moved ? HP_AG_MOVED : HP_AG_REFRESHED]++;
	if (changed && a->listeners)
		hp_listeners_bind(a->listeners, b, &from, now, fx);
	if (fresh || moved)
		hp_effects_event(fx, event, &b->hoa, &b->coa, b->link, 0);
	hp_acknowledge_send(a, r, deprecated ? HP_BA_PREFIX_DISCOVERY : HP_BA_ACCEPTED, r->sequence, lifetime, now, fx);
}

/* Brings the tests under way in line with what `r` needs; accepts it when nothing is left to be tested. */
static void pursue(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, struct hp_now now, struct hp_effects *fx)
{
	const unsigned int needed = hp_defend_untested(a, b, r);
	struct hp_probation *p = b->probation;
	unsigned int missing;

	if (!p && !needed) {
		accept(a, b, r, now, fx);
		return;
	}
	if (!p) {
		p = b->probation = calloc(1, sizeof(*p));
		if (!p) {
			fail(a, b, r, HP_BA_RESOURCES, now, fx);
			return;
		}
		a->probations++;
		if (b->state != HP_BINDING_VALID)
			hp_bindings_revive(a->bindings, b, HP_BINDING_PROBING);
	}
	p->request = *r;
	hp_defend_probe_cancel(a, b, p->waiting & ~needed, now, fx);
	p->waiting &= (uint8_t)needed;
	missing = needed & ~(unsigned int)(p->waiting | p->passed);
	if (hp_defend_probe(a, b, missing, now, fx)) {
		fail(a, b, r, HP_BA_RESOURCES, now, fx);
		return;
	}
	p->waiting |= (uint8_t)missing;
	if (!r->linklocal && !b->linklocal_defended)
		hp_bindings_release(a->bindings, b);
	if (!p->waiting) {
		b->probation = NULL;
		a->probations--;
		accept(a, b, r, now, fx);
		free(p);
	}
}

/* An entry for a node not seen before. When all are taken, the oldest memory of a de-registration makes room. */
static struct hp_binding *begin(struct hp_agent *a, const struct hp_request *r)
{
	struct hp_binding *b, *oldest;
	int ret = hp_bindings_add(a->bindings, &r->hoa, &b);

	if (ret == -ENOSPC && (oldest = hp_bindings_oldest_gone(a->bindings))) {
		release(a, oldest);
		ret = hp_bindings_add(a->bindings, &r->hoa, &b);
	}
	if (ret)
		return NULL;
	b->link = r->home_link;
	return b;
}

void hp_registration_update(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, struct hp_now now, struct hp_effects *fx)
{
	int status;

	if (!b) {
		b = begin(a, r);
		if (!b) {
			hp_acknowledge_refuse(a, r, HP_BA_RESOURCES, now, fx);
			return;
		}
	}
	if (r->linklocal && (status = hp_defend_claim(a, b))) {
		fail(a, b, r, (enum hp_ba_status)status, now, fx);
		return;
	}
	pursue(a, b, r, now, fx);
}

void hp_registration_probed(struct hp_agent *a, struct hp_binding *b, unsigned int part, bool unique, struct hp_now now,
			    struct hp_effects *fx)
{
	struct hp_probation *p = b->probation;

	if (!p || !(p->waiting & part))
		return;
	p->waiting &= (uint8_t)~part;
	if (!unique) {
		fail(a, b, &p->request, HP_BA_DAD_FAILED, now, fx);
		return;
	}
	p->passed |= (uint8_t)part;
	if (!p->waiting) {
		b->probation = NULL;
		a->probations--;
		accept(a, b, &p->request, now, fx);
		free(p);
	}
}

void hp_registration_delete(struct hp_agent *a, struct hp_binding *b, const struct hp_request *r, struct hp_now now, struct hp_effects *fx)
{
	const bool was_valid = b->state == HP_BINDING_VALID;

	abandon(a, b, now, fx);
	if (was_valid) {
		withdraw(a, b, now, fx);
		a->count[HP_AG_DEREGISTERED]++;
		hp_effects_event(fx, HP_EVENT_DEREGISTERED, &b->hoa, &b->coa, b->link, 0);
	}
	/* Home again: what the cache knew is from before, what the message shows is now. Only after the defence has stopped. */
	if (r->on_home && hp_ip6_eq(&r->source, &r->hoa)) {
		hp_neighbor_forget(a->conf.neighbor, b->link, &b->hoa, fx);
		hp_neighbor_learn(a->conf.neighbor, b->link, &b->hoa, &r->mac, now, fx);
	}
	b->sequence = r->sequence;
	b->lifetime = 0;
	hp_bindings_retire(a->bindings, b);
	hp_wheel_arm(a->wheel, &b->timer, now.mono_ms + HP_REGISTRATION_MEMORY_MS);
	hp_acknowledge_send(a, r, HP_BA_ACCEPTED, r->sequence, 0, now, fx);
}

void hp_registration_end(struct hp_agent *a, struct hp_binding *b, enum hp_event_kind why, struct hp_now now, struct hp_effects *fx)
{
	abandon(a, b, now, fx);
	withdraw(a, b, now, fx);
	hp_effects_event(fx, why, &b->hoa, &b->coa, b->link, 0);
	release(a, b);
}

void hp_registration_due(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	switch (b->state) {
	case HP_BINDING_VALID:
		a->count[HP_AG_EXPIRED]++;
		hp_registration_end(a, b, HP_EVENT_EXPIRED, now, fx);
		break;
	case HP_BINDING_GONE:
		release(a, b);
		break;
	default:
		break; /* PROBING: the old sequence number is forgotten, nothing to do */
	}
}

void hp_registration_revoke(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	if (b->state == HP_BINDING_VALID) {
		a->count[HP_AG_REVOKED]++;
		hp_registration_end(a, b, HP_EVENT_REVOKED, now, fx);
		return;
	}
	abandon(a, b, now, fx);
	release(a, b);
}
