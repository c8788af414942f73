/* SPDX-License-Identifier: BSD-3-Clause */
/* The home links and their prefixes with what is left of their lifetimes: the Prefix List that RFC 6275 §10.3.1 checks home
 * addresses and lifetimes against. Lifetimes of the configuration count from creation. One thread. */
#ifndef HP_AGENT_HOME_H
#define HP_AGENT_HOME_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "agent/agents.h"
#include "base/ip6.h"

#define HP_HOME_UNIT_MS 4000 /* a Binding Update's unit of lifetime, §6.1.7 */

struct hp_home_prefix {
	struct hp_ip6 prefix;
	uint8_t length;
	bool configured;                             /* false: it was once */
	uint64_t valid_until_ms, preferred_until_ms; /* UINT64_MAX: for ever; one that was taken away stays, ended */
	uint32_t valid_s, preferred_s;               /* as configured */
};

struct hp_home {
	uint16_t link;
	bool is_virtual;
	unsigned int prefixes;
	struct hp_home_prefix *prefix;
	struct hp_agents agents; /* the others on a real link */
	bool changed;            /* its prefixes are not what bindings have been held against */
};

struct hp_homes {
	unsigned int count;
	struct hp_home *home;
};

/* `old`: what they were (NULL: nothing), the same links. What was said of a prefix before and is said again runs on; what is said no more
 * ends. The home agents lists are handed over by hp_homes_inherit. */
int hp_homes_create(struct hp_homes **out, unsigned int links, const struct hp_agent_link *link, const struct hp_homes *old,
		    uint64_t now_ms);
void hp_homes_inherit(struct hp_homes *h, struct hp_homes *old);
void hp_homes_destroy(struct hp_homes *h);
/* NULL: no home link. */
const struct hp_home *hp_homes_find(const struct hp_homes *h, uint16_t link);

/* Whether `a` lies in a prefix of some home link, valid still or no more: no other address can be a home address here. */
bool hp_homes_cover(const struct hp_homes *h, const struct hp_ip6 *a);

/* The valid prefix that `a` lies in, NULL: not on-link. */
const struct hp_home_prefix *hp_home_prefix(const struct hp_home *home, const struct hp_ip6 *a, uint64_t now_ms);
/* The subnet-router anycast address (RFC 4291 §2.6.1) or one of the reserved subnet anycast addresses (RFC 2526 §2), among them
 * the Home-Agents one: no node can have it as a home address. */
bool hp_home_is_anycast(const struct hp_home_prefix *prefix, const struct hp_ip6 *a);
/* What is left of a lifetime in whole seconds; UINT32_MAX: it is infinite. */
uint32_t hp_home_left_s(uint64_t until_ms, uint64_t now_ms);
/* The lifetime for a binding in units: no more than asked, than `max`, than the prefix has left. *deprecated: status 1 is due. */
uint16_t hp_home_grant(const struct hp_home_prefix *prefix, uint16_t asked, uint16_t max, uint64_t now_ms, bool *deprecated);

#endif
