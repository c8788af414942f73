/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/renew.h"

#include "agent/delivery.h"
#include "agent/registration.h"

#define SLICE 512

int hp_agent_plan(const struct hp_agent *a, const struct hp_agent_conf *conf, struct hp_now now, struct hp_homes **out)
{
	return hp_homes_create(out, conf->links, conf->link, a->homes, now.mono_ms);
}

void hp_agent_abandon(struct hp_homes *plan)
{
	hp_homes_destroy(plan);
}

void hp_agent_adopt(struct hp_agent *a, const struct hp_agent_conf *conf, struct hp_homes *plan)
{
	const bool on = conf->prefix_advertisement.enabled && !a->conf.prefix_advertisement.enabled;

	hp_homes_inherit(plan, a->homes);
	hp_homes_destroy(a->homes);
	a->homes = plan;
	a->conf.preference = conf->preference;
	a->conf.prefix_advertisement = conf->prefix_advertisement;
	for (unsigned int i = 0; i < plan->count; i++) {
		/* Switched on: nobody has been told for longer than any interval. */
		plan->home[i].changed = plan->home[i].changed || on;
		if (plan->home[i].changed)
			a->renew_at = 0;
	}
}

static void look_at(struct hp_agent *a, struct hp_binding *b, struct hp_now now, struct hp_effects *fx)
{
	const struct hp_home *home = hp_homes_find(a->homes, b->link);
	const struct hp_home_prefix *prefix = hp_home_prefix(home, &b->hoa, now.mono_ms);

	if (!home->changed)
		return;
	if (!prefix || !hp_neighbor_is_own(a->conf.neighbor, b->link, hp_bindings_ha(a->bindings, b))) {
		a->count[HP_AG_EXPIRED]++;
		hp_registration_end(a, b, HP_EVENT_EXPIRED, now, fx);
		return;
	}
	if (b->timer.at_ms > prefix->valid_until_ms)
		hp_wheel_arm(a->wheel, &b->timer, prefix->valid_until_ms);
	hp_delivery_ensure(a, b, now);
}

void hp_renew_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx)
{
	const uint32_t reach = hp_bindings_reach(a->bindings);

	if (a->renew_at == UINT32_MAX)
		return;
	for (unsigned int i = 0; i < SLICE && a->renew_at < reach; i++) {
		struct hp_binding *b = hp_bindings_at(a->bindings, a->renew_at++);

		if (b && b->state == HP_BINDING_VALID)
			look_at(a, b, now, fx);
	}
	if (a->renew_at < reach)
		return;
	a->renew_at = UINT32_MAX;
	for (unsigned int i = 0; i < a->homes->count; i++)
		a->homes->home[i].changed = false;
}
