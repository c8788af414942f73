/* SPDX-License-Identifier: BSD-3-Clause */
/* Dynamic home agent address discovery (RFC 6275 §10.5): the lists fed by what is heard, and what a mobile node is told of them. */
#include <stdlib.h>

#include "agent/discover.h"

/* A home agent in the order of a reply: the larger rank the earlier. `entry` NULL: ourselves. */
struct ranked {
	uint64_t rank;
	const struct hp_agents_entry *entry;
};

static struct hp_home *home_of(const struct hp_agent *a, uint16_t link)
{
	for (unsigned int i = 0; i < a->homes->count; i++)
		if (a->homes->home[i].link == link)
			return &a->homes->home[i];
	return NULL;
}

static void look_ahead(struct hp_agent *a)
{
	a->agents_next_ms = UINT64_MAX;
	for (unsigned int i = 0; i < a->homes->count; i++) {
		const uint64_t next = hp_agents_next(&a->homes->home[i].agents);

		if (next < a->agents_next_ms)
			a->agents_next_ms = next;
	}
}

void hp_agent_heard(struct hp_agent *a, uint16_t link, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now now,
		    struct hp_effects *fx)
{
	struct hp_home *home = home_of(a, link);

	if (!home)
		return;
	switch (hp_agents_heard(&home->agents, router, ra, now.mono_ms)) {
	case HP_AGENTS_ADDED:
		hp_effects_event(fx, HP_EVENT_HOME_AGENT_UP, router, NULL, link, ra->has_home_agent_info ? ra->preference : 0);
		break;
	case HP_AGENTS_REMOVED:
		hp_effects_event(fx, HP_EVENT_HOME_AGENT_DOWN, router, NULL, link, 0);
		break;
	case HP_AGENTS_FULL:
		a->count[HP_AG_AGENTS_FULL]++;
		break;
	default:
		break;
	}
	look_ahead(a);
}

void hp_discover_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx)
{
	struct hp_agents_entry gone;

	if (a->agents_next_ms > now.mono_ms)
		return;
	for (unsigned int i = 0; i < a->homes->count; i++)
		while (hp_agents_expire(&a->homes->home[i].agents, now.mono_ms, &gone))
			hp_effects_event(fx, HP_EVENT_HOME_AGENT_DOWN, &gone.linklocal, NULL, a->homes->home[i].link, gone.preference);
	look_ahead(a);
}

static unsigned int own_addresses(const struct hp_agent *a, uint16_t link, struct hp_ip6 out[HP_RA_PREFIXES])
{
	struct hp_own_address own[HP_RA_PREFIXES];
	const unsigned int n = hp_neighbor_addresses(a->conf.neighbor, link, own, HP_RA_PREFIXES);

	for (unsigned int i = 0; i < n; i++)
		out[i] = own[i].address;
	return n;
}

static int by_rank(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	return (a->rank < b->rank) - (a->rank > b->rank);
}

static void shuffle(struct hp_random *random, struct hp_ip6 *a, unsigned int n)
{
	for (; n > 1; n--) {
		const unsigned int i = hp_random_between(random, 0, n - 1);
		const struct hp_ip6 last = a[n - 1];

		a[n - 1] = a[i];
		a[i] = last;
	}
}

void hp_agent_discover(struct hp_agent *a, uint16_t link, unsigned int most, struct hp_now now, struct hp_dhaad_reply *out)
{
	const struct hp_home *home = home_of(a, link);
	struct ranked list[1 + HP_AGENTS_MOST];
	unsigned int n = 0;

	out->agents = 0;
	if (!home)
		return;
	a->count[HP_AG_DHAAD]++;
	/* By preference; among equals another order each time. */
	list[n++] = (struct ranked){(uint64_t)a->conf.preference << 32 | (uint32_t)hp_random_u64(&a->random), NULL};
	for (unsigned int i = 0; i < home->agents.count; i++) {
		const struct hp_agents_entry *e = &home->agents.entry[i];

		if (e->until_ms > now.mono_ms)
			list[n++] = (struct ranked){(uint64_t)e->preference << 32 | (uint32_t)hp_random_u64(&a->random), e};
	}
	qsort(list, n, sizeof(list[0]), by_rank);
	for (unsigned int i = 0; i < n; i++) {
		struct hp_ip6 address[HP_RA_PREFIXES];
		const unsigned int k =
			list[i].entry ? hp_agents_addresses(list[i].entry, now.mono_ms, address) : own_addresses(a, link, address);

		shuffle(&a->random, address, k);
		for (unsigned int j = 0; j < k && out->agents < most; j++)
			out->agent[out->agents++] = address[j];
	}
}

static int by_preference(const void *x, const void *y)
{
	const struct hp_home_agent_view *a = x, *b = y;

	return a->preference != b->preference ? b->preference - a->preference : memcmp(&a->linklocal, &b->linklocal, sizeof(a->linklocal));
}

unsigned int hp_agent_home_agents(const struct hp_agent *a, unsigned int home, struct hp_now now,
				  struct hp_home_agent_view out[1 + HP_AGENTS_MOST])
{
	const struct hp_home *h = home < a->homes->count ? &a->homes->home[home] : NULL;
	const struct hp_ip6 *linklocal;
	unsigned int n = 0;

	if (!h)
		return 0;
	linklocal = hp_neighbor_linklocal(a->conf.neighbor, h->link);
	out[n] = (struct hp_home_agent_view){.link = h->link,
					     .own = true,
					     .linklocal = linklocal ? *linklocal : HP_IP6_ANY,
					     .preference = a->conf.preference,
					     .expires_ms = UINT64_MAX};
	out[n].addresses = own_addresses(a, h->link, out[n].address);
	n++;
	for (unsigned int i = 0; i < h->agents.count; i++, n++) {
		const struct hp_agents_entry *e = &h->agents.entry[i];

		out[n] = (struct hp_home_agent_view){
			.link = h->link, .linklocal = e->linklocal, .preference = e->preference, .expires_ms = e->until_ms};
		out[n].addresses = hp_agents_addresses(e, now.mono_ms, out[n].address);
	}
	qsort(out, n, sizeof(out[0]), by_preference);
	return n;
}
