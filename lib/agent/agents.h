/* SPDX-License-Identifier: BSD-3-Clause */
/* The Home Agents List of one home link (RFC 6275 §10.1, §10.5.1): the other home agents on it, by their router advertisements, with
 * the prefixes and global addresses that these told of. Pure, one thread. */
#ifndef HP_AGENT_AGENTS_H
#define HP_AGENT_AGENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip6.h"
#include "wire/nd.h"

/* Whoever is on the link can make entries: so many, and no more. */
#define HP_AGENTS_MOST 64

struct hp_agents_prefix {
	struct hp_ra_prefix said;                    /* with R its `prefix` is a global address of the home agent */
	uint64_t valid_until_ms, preferred_until_ms; /* UINT64_MAX: for ever */
};

struct hp_agents_entry {
	struct hp_ip6 linklocal; /* the key: source of its advertisements */
	uint16_t preference;
	uint64_t until_ms;
	unsigned int prefixes;
	struct hp_agents_prefix prefix[HP_RA_PREFIXES];
};

struct hp_agents {
	unsigned int count;
	struct hp_agents_entry *entry;
};

enum hp_agents_change { HP_AGENTS_SAME, HP_AGENTS_ADDED, HP_AGENTS_REMOVED, HP_AGENTS_FULL /* or out of memory: not entered */ };

/* §10.5.1, step by step. */
enum hp_agents_change hp_agents_heard(struct hp_agents *s, const struct hp_ip6 *router, const struct hp_ra *ra, uint64_t now_ms);
/* Takes an entry whose lifetime is over off the list; false: there is none. */
bool hp_agents_expire(struct hp_agents *s, uint64_t now_ms, struct hp_agents_entry *out);
/* When the first one ends, UINT64_MAX: none. */
uint64_t hp_agents_next(const struct hp_agents *s);
void hp_agents_free(struct hp_agents *s);

/* The addresses of an entry that are still good, at most HP_RA_PREFIXES. Returns how many. */
unsigned int hp_agents_addresses(const struct hp_agents_entry *e, uint64_t now_ms, struct hp_ip6 out[HP_RA_PREFIXES]);

#endif
