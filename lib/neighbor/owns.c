/* SPDX-License-Identifier: BSD-3-Clause */
/* The addresses that a link has: made from its configuration, and from a changed one. What stays, stays as it is: valid, its timers
 * running, its lifetimes where they were unless they were changed. */
#include <errno.h>
#include <stdlib.h>

#include "neighbor/state.h"

static struct own *find(const struct owns *s, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (hp_ip6_eq(&s->own[i]->conf.address, address))
			return s->own[i];
	return NULL;
}

static int add(struct owns *s, const struct link *l, const struct hp_own_address *conf, bool anycast, uint64_t now_ms)
{
	struct own *o = find(&l->owns, &conf->address);

	if (!o || o->anycast != anycast) {
		o = calloc(1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		o->conf = *conf;
		o->link = l->number;
		o->anycast = anycast;
		o->since_ms = now_ms;
		hp_own_init(o);
	}
	s->own[s->count++] = o;
	return 0;
}

/* RFC 6275 §8.4: on home links the Home-Agents anycast address of each prefix is ours too. */
static int add_anycast(struct owns *s, const struct link *l, const struct hp_own_address *a, uint64_t now_ms)
{
	struct hp_own_address anycast = *a;

	anycast.address = hp_ip6_anycast(&a->address, a->prefix_length, HP_IP6_HOME_AGENTS);
	return a->prefix_length > HP_IP6_ANYCAST_LONGEST || find(s, &anycast.address) ? 0 : add(s, l, &anycast, true, now_ms);
}

static bool holds(const struct owns *s, const struct own *o)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (s->own[i] == o)
			return true;
	return false;
}

void hp_owns_free(struct owns *s, const struct owns *but)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (!but || !holds(but, s->own[i]))
			free(s->own[i]);
	free(s->own);
	*s = (struct owns){0};
}

int hp_owns_plan(const struct link *l, const struct hp_neighbor_link *conf, uint64_t now_ms, struct owns *out)
{
	const struct hp_own_address local = {hp_ip6_linklocal_from_mac(&l->conf.mac), 64, HP_LIFETIME_INFINITE, HP_LIFETIME_INFINITE};
	struct owns s = {.own = calloc(1 + 2 * conf->addresses, sizeof(struct own *))};
	int ret = s.own ? 0 : -ENOMEM;

	if (!ret && !l->conf.is_virtual)
		ret = add(&s, l, &local, false, now_ms);
	for (unsigned int i = 0; i < conf->addresses && !ret; i++)
		ret = add(&s, l, &conf->address[i], false, now_ms);
	for (unsigned int i = 0; i < conf->addresses && l->conf.home && !ret; i++)
		ret = add_anycast(&s, l, &conf->address[i], now_ms);
	if (ret)
		hp_owns_free(&s, &l->owns);
	else
		*out = s;
	return ret;
}

static bool covers(const struct owns *s, const struct hp_ip6 *prefix, uint8_t length)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (!s->own[i]->anycast && s->own[i]->conf.prefix_length == length &&
		    hp_ip6_in_prefix(&s->own[i]->conf.address, prefix, length))
			return true;
	return false;
}

/* Hosts would keep a prefix that is only left out: it is advertised with lifetimes of 0 for a while. */
static void withdraw_prefix(struct link *l, const struct owns *fresh, const struct own *o)
{
	if (!covers(fresh, &o->conf.address, o->conf.prefix_length) && l->ra.gone_count < HP_RA_PREFIXES)
		l->ra.gone[l->ra.gone_count++] = (struct hp_ra_prefix){.prefix = hp_ip6_prefix(&o->conf.address, o->conf.prefix_length),
								       .length = o->conf.prefix_length,
								       .on_link = true,
								       .autonomous = o->conf.prefix_length == 64};
}

bool hp_owns_adopt(struct hp_neighbor *nb, struct link *l, struct owns *fresh, const struct hp_neighbor_link *conf, struct hp_now now,
		   struct hp_effects *fx)
{
	bool changed = false;
	struct owns old;

	for (unsigned int i = l->ra.gone_count; i-- > 0;)
		if (covers(fresh, &l->ra.gone[i].prefix, l->ra.gone[i].length))
			l->ra.gone[i] = l->ra.gone[--l->ra.gone_count];
	for (unsigned int i = 0; i < l->owns.count; i++) {
		struct own *o = l->owns.own[i];

		if (holds(fresh, o))
			continue;
		changed = true;
		if (!o->anycast)
			withdraw_prefix(l, fresh, o);
		hp_own_retire(nb, o, now, fx);
	}
	for (unsigned int i = 0; i < fresh->count; i++)
		changed = changed || !holds(&l->owns, fresh->own[i]);
	old = l->owns;
	l->owns = *fresh;
	hp_owns_free(&old, &l->owns);
	for (unsigned int i = 0; i < conf->addresses; i++) {
		struct own *o = find(&l->owns, &conf->address[i].address);

		if (o->conf.prefix_length == conf->address[i].prefix_length && o->conf.valid_s == conf->address[i].valid_s &&
		    o->conf.preferred_s == conf->address[i].preferred_s)
			continue;
		o->conf = conf->address[i];
		o->since_ms = now.mono_ms;
		changed = true;
	}
	return changed;
}
