/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/agent.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/defend.h"
#include "agent/delivery.h"
#include "agent/discover.h"
#include "agent/registration.h"
#include "agent/renew.h"
#include "agent/state.h"
#include "security/association.h"

/* A tick's share: timers fired, and timers moved within the wheel. */
#define TICK_TIMERS 1024
#define TICK_WORK   8192
/* Refusals told as events: a flood of them would push all other events out of a listener's way. */
#define REFUSALS_PER_S 100
#define REFUSALS_BURST 1000

const struct hp_counter_info hp_agent_counters[HP_AG_COUNT] = {HP_AGENT_COUNTERS(HP_COUNTER_INFO)};

int hp_agent_create(struct hp_agent **out, const struct hp_agent_conf *conf, struct hp_now now)
{
	const uint32_t max_lifetime = conf->max_lifetime_s * 1000ull / HP_HOME_UNIT_MS;
	struct hp_agent *a;
	int ret;

	if (!conf->guard || !conf->neighbor || !conf->route || !conf->max_bindings || !max_lifetime)
		return -EINVAL;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->conf = *conf;
	a->conf.link = NULL;
	hp_rate_init(&a->refusals, REFUSALS_PER_S, REFUSALS_BURST, now.mono_ms);
	a->agents_next_ms = UINT64_MAX;
	a->renew_at = UINT32_MAX;
	hp_random_seed(&a->random, conf->seed);
	a->max_lifetime = max_lifetime < UINT16_MAX ? (uint16_t)max_lifetime : UINT16_MAX;
	ret = hp_homes_create(&a->homes, conf->links, conf->link, NULL, now.mono_ms);
	if (ret)
		goto fail;
	ret = hp_bindings_create(&a->bindings, conf->max_bindings, conf->seed);
	if (ret)
		goto fail;
	ret = hp_deliveries_create(&a->deliveries, conf->max_bindings, now.mono_ms);
	if (ret)
		goto fail;
	ret = hp_wheel_create(&a->wheel, now.mono_ms);
	if (ret)
		goto fail;
	ret = conf->multicast ? hp_listeners_create(&a->listeners, a->bindings, conf->neighbor, conf->guard, conf->max_bindings,
						    conf->seed + 1, a->count, now.mono_ms)
			      : 0;
	if (ret)
		goto fail;
	*out = a;
	return 0;
fail:
	hp_agent_destroy(a);
	return ret;
}

void hp_agent_destroy(struct hp_agent *a)
{
	if (!a)
		return;
	hp_listeners_destroy(a->listeners);
	hp_wheel_destroy(a->wheel);
	hp_deliveries_destroy(a->deliveries);
	hp_bindings_destroy(a->bindings);
	hp_homes_destroy(a->homes);
	free(a);
}

void hp_agent_foresee(const struct hp_agent *a, const struct hp_ip6 *const hoa[], const struct hp_ip6 *const src[], unsigned int n)
{
	const struct hp_binding *b[HP_AGENT_FORESEE];

	hp_bindings_foresee(a->bindings, hoa, n, b);
	hp_guard_foresee(a->conf.guard, hoa, n);
	if (!a->listeners)
		return;
	/* New ones and those that have moved. */
	for (unsigned int i = 0; i < n; i++)
		if (!b[i] || !hp_ip6_eq(&b[i]->coa, src[i]))
			hp_listeners_foresee(a->listeners, b[i], src[i]);
}

void hp_agent_listener(struct hp_agent *a, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	if (a->listeners)
		hp_listeners_message(a->listeners, in, p, now, fx);
}

void hp_agent_probed(struct hp_agent *a, uint16_t link, const struct hp_ip6 *address, bool unique, struct hp_now now, struct hp_effects *fx)
{
	const bool linklocal = hp_ip6_is_linklocal(address);
	struct hp_binding *b = linklocal ? hp_bindings_claimant(a->bindings, link, address) : hp_bindings_find(a->bindings, address);

	if (b && b->link == link)
		hp_registration_probed(a, b, linklocal ? HP_DEFEND_LINKLOCAL : HP_DEFEND_HOA, unique, now, fx);
}

void hp_agent_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = TICK_WORK;

	hp_discover_tick(a, now, fx);
	hp_deliveries_tick(a, now, fx);
	hp_renew_tick(a, now, fx);
	if (a->listeners)
		hp_listeners_tick(a->listeners, now, fx);
	for (unsigned int i = 0; i < TICK_TIMERS; i++) {
		struct hp_timer *t = hp_wheel_pop(a->wheel, now.mono_ms, &work);

		if (!t)
			return;
		hp_registration_due(a, hp_container_of(t, struct hp_binding, timer), now, fx);
	}
}

uint64_t hp_agent_next(const struct hp_agent *a)
{
	const uint64_t wheel = hp_wheel_next(a->wheel), delivery = hp_deliveries_next(a->deliveries);
	const uint64_t listener = a->listeners ? hp_listeners_next(a->listeners) : UINT64_MAX;
	uint64_t next = a->renew_at != UINT32_MAX ? 0 : wheel < delivery ? wheel : delivery;

	next = next < listener ? next : listener;
	return next < a->agents_next_ms ? next : a->agents_next_ms;
}

int hp_agent_revoke(struct hp_agent *a, const struct hp_ip6 *hoa, struct hp_now now, struct hp_effects *fx)
{
	struct hp_binding *b = hp_bindings_find(a->bindings, hoa);

	if (!b || b->state == HP_BINDING_GONE)
		return -ENOENT;
	hp_registration_revoke(a, b, now, fx);
	return 0;
}

void hp_agent_republish(struct hp_agent *a, const struct hp_ip6 *hoa, struct hp_effects *fx)
{
	const struct hp_binding *b = hp_bindings_find(a->bindings, hoa);

	if (b && b->state == HP_BINDING_VALID)
		hp_registration_publish(a, b, fx);
}

static bool is_through(const struct hp_agent *a, const struct hp_binding *b, const struct hp_ip6 *coa, const struct hp_ip6 *ha)
{
	return b && b->state == HP_BINDING_VALID && hp_ip6_eq(&b->coa, coa) && hp_ip6_eq(hp_bindings_ha(a->bindings, b), ha);
}

bool hp_agent_tunnels(const struct hp_agent *a, const struct hp_ip6 *dst, const struct hp_ip6 *coa, const struct hp_ip6 *ha)
{
	if (hp_ip6_is_multicast(dst))
		return a->listeners && hp_listeners_hear(a->listeners, coa, ha, dst);
	return is_through(a, hp_bindings_find(a->bindings, dst), coa, ha);
}

static void learn(struct hp_agent *a, struct hp_binding *b, uint32_t mtu, struct hp_now now, struct hp_effects *fx)
{
	if (mtu >= (b->path_mtu ? b->path_mtu : a->conf.route(a->conf.route_ctx, &b->coa).mtu))
		return;
	b->path_mtu = (uint16_t)mtu;
	b->path_mtu_since_s = (uint32_t)(now.mono_ms / 1000);
	hp_registration_publish(a, b, fx);
	hp_effects_event(fx, HP_EVENT_PATH_MTU, &b->hoa, &b->coa, b->link, b->path_mtu);
}

void hp_agent_path_mtu(struct hp_agent *a, const struct hp_ip6 *dst, const struct hp_ip6 *coa, const struct hp_ip6 *ha, uint32_t mtu,
		       struct hp_now now, struct hp_effects *fx)
{
	struct hp_binding *b = hp_bindings_find(a->bindings, dst);

	if (is_through(a, b, coa, ha))
		learn(a, b, mtu, now, fx);
	for (unsigned int i = 0; a->listeners && i < HP_ROSTER_LOOK; i++) {
		b = hp_bindings_at(a->bindings, hp_listeners_at(a->listeners, coa, i));
		if (is_through(a, b, coa, ha))
			learn(a, b, mtu, now, fx);
	}
}

void hp_agent_path_mtu_sealed(struct hp_agent *a, uint32_t spi, const struct hp_ip6 *coa, const struct hp_ip6 *ha, uint32_t mtu,
			      struct hp_now now, struct hp_effects *fx)
{
	for (unsigned int i = 0; a->listeners && i < HP_ROSTER_LOOK; i++) {
		struct hp_binding *b = hp_bindings_at(a->bindings, hp_listeners_at(a->listeners, coa, i));

		if (is_through(a, b, coa, ha) && hp_associations_find(hp_guard_associations(a->conf.guard), &b->hoa, true, spi))
			learn(a, b, mtu, now, fx);
	}
}

bool hp_agent_defends(const struct hp_agent *a, uint16_t link, const struct hp_ip6 *address)
{
	const struct hp_binding *b = hp_bindings_claimant(a->bindings, link, address);

	return b && b->linklocal_defended;
}

bool hp_agent_reroute(struct hp_agent *a, unsigned int slice, struct hp_effects *fx)
{
	const uint32_t reach = hp_bindings_reach(a->bindings);

	/* Ids are walked, free ones too: `slice` bounds the work whatever the cache holds. */
	for (; slice && a->reroute_at < reach; slice--) {
		const struct hp_binding *b = hp_bindings_at(a->bindings, a->reroute_at++);

		if (b && b->state == HP_BINDING_VALID)
			hp_registration_publish(a, b, fx);
	}
	if (a->reroute_at < reach)
		return false;
	a->reroute_at = 0;
	return true;
}

static struct hp_binding_view view(const struct hp_agent *a, const struct hp_binding *b)
{
	/* While it is tested, what it asks for is the best answer. */
	const struct hp_request *r = b->state == HP_BINDING_PROBING && b->probation ? &b->probation->request : NULL;

	return (struct hp_binding_view){
		.hoa = b->hoa,
		.coa = r ? r->coa : b->coa,
		.ha = r ? r->ha : *hp_bindings_ha(a->bindings, b),
		.id = b->id,
		.link = b->link,
		.sequence = r ? r->sequence : b->sequence,
		.linklocal = r ? r->linklocal : b->linklocal_defended,
		.key_movable = r ? r->key_movable : b->key_movable,
		.state = (enum hp_binding_state)b->state,
		.lifetime_s = r ? 0 : b->lifetime * (HP_HOME_UNIT_MS / 1000u),
		.expires_ms = hp_timer_armed(&b->timer) ? b->timer.at_ms : 0,
		.registered_wall_ms = b->registered_wall_ms,
	};
}

bool hp_agent_find(const struct hp_agent *a, const struct hp_ip6 *hoa, struct hp_binding_view *out)
{
	const struct hp_binding *b = hp_bindings_find(a->bindings, hoa);

	if (b)
		*out = view(a, b);
	return b;
}

void hp_agent_groups(const struct hp_agent *a, const struct hp_ip6 *hoa, hp_agent_group_fn *each, void *ctx)
{
	const struct hp_binding *b = a->listeners ? hp_bindings_find(a->bindings, hoa) : NULL;

	if (b)
		hp_listeners_each(a->listeners, b->id, each, ctx);
}

size_t hp_agent_page(const struct hp_agent *a, bool first, uint64_t after, size_t max, struct hp_binding_view *out, size_t cap,
		     uint64_t *next, bool *more)
{
	enum { PART = 64, SPARE = 16 };
	struct hp_table_node *nodes[PART + SPARE];
	size_t n = 0;

	/* In parts, so that the nodes need no memory of their own. A part may exceed what it was asked for by SPARE, as `cap` allows. */
	do {
		const size_t part = max - n < PART ? max - n : PART;
		size_t got = hp_bindings_page(a->bindings, first, after, part, nodes, part + SPARE, next, more);

		for (size_t i = 0; i < got && n < cap; i++)
			out[n++] = view(a, hp_container_of(nodes[i], struct hp_binding, node));
		first = false;
		after = *next;
	} while (*more && n < max);
	return n;
}

size_t hp_agent_bindings(const struct hp_agent *a)
{
	return a->valid;
}

size_t hp_agent_memory(const struct hp_agent *a)
{
	return sizeof(*a) + hp_bindings_memory(a->bindings) + hp_deliveries_memory(a->deliveries) +
	       (a->listeners ? hp_listeners_memory(a->listeners) : 0) + a->probations * sizeof(struct hp_probation);
}

const uint64_t *hp_agent_count(const struct hp_agent *a)
{
	return a->count;
}

const uint64_t *hp_agent_status(const struct hp_agent *a)
{
	return a->status;
}
