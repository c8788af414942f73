/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/home.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/discovery.h"

static uint64_t until(uint32_t lifetime_s, uint64_t now_ms)
{
	return lifetime_s == HP_LIFETIME_INFINITE ? UINT64_MAX : now_ms + (uint64_t)lifetime_s * 1000;
}

static const struct hp_home_prefix *find_prefix(const struct hp_home *home, const struct hp_ip6 *prefix, uint8_t length)
{
	for (unsigned int i = 0; home && i < home->prefixes; i++)
		if (home->prefix[i].length == length && hp_ip6_in_prefix(prefix, &home->prefix[i].prefix, length))
			return &home->prefix[i];
	return NULL;
}

static void add_configured(struct hp_home *home, const struct hp_home *old, const struct hp_agent_prefix *p, uint64_t now_ms)
{
	const struct hp_home_prefix *before = find_prefix(old, &p->prefix, p->length);
	struct hp_home_prefix *x = &home->prefix[home->prefixes++];

	if (before && before->configured && before->valid_s == p->valid_s && before->preferred_s == p->preferred_s) {
		*x = *before;
		return;
	}
	home->changed = true;
	*x = (struct hp_home_prefix){
		.prefix = hp_ip6_prefix(&p->prefix, p->length),
		.length = p->length,
		.configured = true,
		.valid_until_ms = until(p->valid_s, now_ms),
		.preferred_until_ms = until(p->preferred_s, now_ms),
		.valid_s = p->valid_s,
		.preferred_s = p->preferred_s,
	};
}

/* Mobile nodes are told that they have ended (§10.6.1: the list is sent in its entirety). */
static void add_ended(struct hp_home *home, const struct hp_home *old, uint64_t now_ms)
{
	for (unsigned int i = 0; old && i < old->prefixes && home->prefixes < HP_MPA_PREFIXES; i++) {
		const struct hp_home_prefix *before = &old->prefix[i];
		struct hp_home_prefix *x;

		if (find_prefix(home, &before->prefix, before->length))
			continue;
		x = &home->prefix[home->prefixes++];
		*x = *before;
		if (!before->configured)
			continue;
		home->changed = true;
		x->configured = false;
		if (x->valid_until_ms > now_ms)
			x->valid_until_ms = now_ms;
		if (x->preferred_until_ms > now_ms)
			x->preferred_until_ms = now_ms;
	}
}

int hp_homes_create(struct hp_homes **out, unsigned int links, const struct hp_agent_link *link, const struct hp_homes *old,
		    uint64_t now_ms)
{
	struct hp_homes *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->home = calloc(links ? links : 1, sizeof(*h->home));
	if (!h->home)
		goto no_memory;
	for (; h->count < links; h->count++) {
		const struct hp_agent_link *from = &link[h->count];
		const struct hp_home *before = old ? &old->home[h->count] : NULL;
		struct hp_home *home = &h->home[h->count];

		*home = (struct hp_home){.link = from->link, .is_virtual = from->is_virtual};
		home->prefix = calloc(from->prefixes + HP_MPA_PREFIXES, sizeof(*home->prefix));
		if (!home->prefix)
			goto no_memory;
		for (unsigned int i = 0; i < from->prefixes; i++)
			add_configured(home, before, &from->prefix[i], now_ms);
		add_ended(home, before, now_ms);
		home->changed = before && (home->changed || before->changed);
	}
	*out = h;
	return 0;
no_memory:
	hp_homes_destroy(h);
	return -ENOMEM;
}

void hp_homes_inherit(struct hp_homes *h, struct hp_homes *old)
{
	for (unsigned int i = 0; i < h->count; i++) {
		h->home[i].agents = old->home[i].agents;
		old->home[i].agents = (struct hp_agents){0};
	}
}

void hp_homes_destroy(struct hp_homes *h)
{
	if (!h)
		return;
	for (unsigned int i = 0; i < h->count; i++) {
		free(h->home[i].prefix);
		hp_agents_free(&h->home[i].agents);
	}
	free(h->home);
	free(h);
}

const struct hp_home *hp_homes_find(const struct hp_homes *h, uint16_t link)
{
	for (unsigned int i = 0; i < h->count; i++)
		if (h->home[i].link == link)
			return &h->home[i];
	return NULL;
}

bool hp_homes_cover(const struct hp_homes *h, const struct hp_ip6 *a)
{
	for (unsigned int i = 0; i < h->count; i++)
		for (unsigned int k = 0; k < h->home[i].prefixes; k++)
			if (hp_ip6_in_prefix(a, &h->home[i].prefix[k].prefix, h->home[i].prefix[k].length))
				return true;
	return false;
}

const struct hp_home_prefix *hp_home_prefix(const struct hp_home *home, const struct hp_ip6 *a, uint64_t now_ms)
{
	for (unsigned int i = 0; i < home->prefixes; i++) {
		const struct hp_home_prefix *p = &home->prefix[i];

		if (now_ms < p->valid_until_ms && hp_ip6_in_prefix(a, &p->prefix, p->length))
			return p;
	}
	return NULL;
}

bool hp_home_is_anycast(const struct hp_home_prefix *p, const struct hp_ip6 *a)
{
	struct hp_ip6 reserved;

	/* A prefix without room for 128 reserved identifiers has none (RFC 2526 §2), and on /127 no router anycast (RFC 6164). */
	if (p->length > HP_IP6_ANYCAST_LONGEST)
		return false;
	if (hp_ip6_eq(a, &p->prefix))
		return true;
	reserved = hp_ip6_anycast(&p->prefix, p->length, 0);
	return hp_ip6_in_prefix(a, &reserved, 121);
}

uint32_t hp_home_left_s(uint64_t until_ms, uint64_t now_ms)
{
	if (until_ms == UINT64_MAX)
		return HP_LIFETIME_INFINITE;
	return until_ms > now_ms ? (uint32_t)((until_ms - now_ms) / 1000) : 0;
}

/* What is left, in whole units: "by ignoring the two least significant bits", §10.3.1. */
static uint64_t units_left(uint64_t until_ms, uint64_t now_ms)
{
	if (until_ms == UINT64_MAX)
		return UINT64_MAX;
	return until_ms > now_ms ? (until_ms - now_ms) / HP_HOME_UNIT_MS : 0;
}

uint16_t hp_home_grant(const struct hp_home_prefix *p, uint16_t asked, uint16_t max, uint64_t now_ms, bool *deprecated)
{
	const uint64_t valid = units_left(p->valid_until_ms, now_ms), preferred = units_left(p->preferred_until_ms, now_ms);
	uint16_t granted = asked < max ? asked : max;

	if (granted > valid)
		granted = (uint16_t)valid;
	/* Deprecated now or within the lifetime, or invalid at its end: status 1. */
	*deprecated = preferred < granted || valid == granted;
	return granted;
}
