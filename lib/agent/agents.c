/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/agents.h"

#include <stdlib.h>

static uint64_t until(uint32_t lifetime_s, uint64_t now_ms)
{
	return lifetime_s == UINT32_MAX ? UINT64_MAX : now_ms + (uint64_t)lifetime_s * 1000;
}

static void remove_prefix(struct hp_agents_entry *e, unsigned int i)
{
	e->prefix[i] = e->prefix[--e->prefixes];
}

/* One prefix information option. What no host would take (RFC 4861 §6.3.4, RFC 4862 §5.5.3) is passed over. */
static void take_prefix(struct hp_agents_entry *e, struct hp_ra_prefix said, uint64_t now_ms)
{
	unsigned int i = 0;

	if (!said.length || said.preferred_s > said.valid_s || !hp_ip6_is_routable(&said.prefix))
		return;
	if (!said.router_address)
		said.prefix = hp_ip6_prefix(&said.prefix, said.length);
	while (i < e->prefixes && !(e->prefix[i].said.length == said.length && e->prefix[i].said.router_address == said.router_address &&
				    hp_ip6_eq(&e->prefix[i].said.prefix, &said.prefix)))
		i++;
	if (!said.valid_s) {
		if (i < e->prefixes)
			remove_prefix(e, i);
		return;
	}
	if (i == HP_RA_PREFIXES)
		return;
	if (i == e->prefixes)
		e->prefixes++;
	e->prefix[i] = (struct hp_agents_prefix){
		.said = said, .valid_until_ms = until(said.valid_s, now_ms), .preferred_until_ms = until(said.preferred_s, now_ms)};
}

/* "Add all such global addresses": several advertisements may share what one has no room for. */
static void take_prefixes(struct hp_agents_entry *e, const struct hp_ra *ra, uint64_t now_ms)
{
	for (unsigned int i = e->prefixes; i-- > 0;)
		if (e->prefix[i].valid_until_ms <= now_ms)
			remove_prefix(e, i);
	for (unsigned int i = 0; i < ra->prefixes; i++)
		take_prefix(e, ra->prefix[i], now_ms);
}

enum hp_agents_change hp_agents_heard(struct hp_agents *s, const struct hp_ip6 *router, const struct hp_ra *ra, uint64_t now_ms)
{
	/* §7.4: without the option preference 0 and the router's lifetime. */
	const uint16_t preference = ra->has_home_agent_info ? ra->preference : 0;
	const uint16_t lifetime_s = ra->has_home_agent_info ? ra->home_agent_lifetime_s : ra->router_lifetime_s;
	enum hp_agents_change change = HP_AGENTS_SAME;
	unsigned int i = 0;

	while (i < s->count && !hp_ip6_eq(&s->entry[i].linklocal, router))
		i++;
	if (!ra->home_agent || !lifetime_s) {
		if (i == s->count)
			return HP_AGENTS_SAME;
		s->entry[i] = s->entry[--s->count];
		return HP_AGENTS_REMOVED;
	}
	if (i == HP_AGENTS_MOST)
		return HP_AGENTS_FULL;
	if (i == s->count) {
		struct hp_agents_entry *grown = realloc(s->entry, (s->count + 1) * sizeof(*grown));

		if (!grown)
			return HP_AGENTS_FULL;
		s->entry = grown;
		s->count++;
		s->entry[i] = (struct hp_agents_entry){.linklocal = *router};
		change = HP_AGENTS_ADDED;
	}
	s->entry[i].preference = preference;
	s->entry[i].until_ms = until(lifetime_s, now_ms);
	take_prefixes(&s->entry[i], ra, now_ms);
	return change;
}

bool hp_agents_expire(struct hp_agents *s, uint64_t now_ms, struct hp_agents_entry *out)
{
	for (unsigned int i = 0; i < s->count; i++) {
		if (s->entry[i].until_ms > now_ms)
			continue;
		*out = s->entry[i];
		s->entry[i] = s->entry[--s->count];
		return true;
	}
	return false;
}

uint64_t hp_agents_next(const struct hp_agents *s)
{
	uint64_t next = UINT64_MAX;

	for (unsigned int i = 0; i < s->count; i++)
		if (s->entry[i].until_ms < next)
			next = s->entry[i].until_ms;
	return next;
}

void hp_agents_free(struct hp_agents *s)
{
	free(s->entry);
	*s = (struct hp_agents){0};
}

unsigned int hp_agents_addresses(const struct hp_agents_entry *e, uint64_t now_ms, struct hp_ip6 out[HP_RA_PREFIXES])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->prefixes; i++)
		if (e->prefix[i].said.router_address && e->prefix[i].valid_until_ms > now_ms)
			out[n++] = e->prefix[i].said.prefix;
	return n;
}
