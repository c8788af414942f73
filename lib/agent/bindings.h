/* SPDX-License-Identifier: BSD-3-Clause */
/* The binding cache as a container (RFC 6275 §9.1): entries by home address, by id, by derived link-local address, and those kept
 * after de-registration in order of age. No protocol here. Entries lie in chunks that never move; an id is a place in them. One thread. */
#ifndef HP_AGENT_BINDINGS_H
#define HP_AGENT_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/agent.h"
#include "base/ip6.h"
#include "base/table.h"
#include "base/wheel.h"

struct hp_probation;

/* The derived link-local address of a registration with L: nobody else's on that link while it stands here. */
struct hp_linklocal {
	struct hp_table_node node;
	struct hp_linklocal_key {
		struct hp_ip6 address;
		uint16_t link;
	} key;
	struct hp_binding *binding;
};

/* Kept small: there are as many as mobile nodes. Two lines of the cache, what a look by address wants in the first. */
struct hp_binding {
	struct hp_table_node node;
	struct hp_ip6 hoa; /* the key */
	struct hp_ip6 coa;
	uint16_t link;
	uint16_t sequence;
	uint16_t lifetime; /* granted, units of 4 s */
	uint16_t ha;       /* address it is registered at: hp_bindings_ha */
	uint16_t path_mtu; /* learned from an ICMPv6 error; 0: the link's */
	uint8_t state;     /* enum hp_binding_state */
	bool used;         /* not on the free chain */
	bool key_movable;
	bool linklocal_defended;
	bool advertise_again; /* the node did not acknowledge a prefix advertisement: its next refresh brings it again (§10.6.2) */

	struct hp_timer timer; /* VALID: its end. GONE, or PROBING after it: the end of the memory of `sequence` */
	uint64_t registered_wall_ms;
	struct hp_probation *probation; /* an update that waits for duplicate address detection */
	struct hp_linklocal *linklocal;
	uint32_t id;
	uint32_t older, newer; /* by id: neighbours among the GONE; free ones are chained by `newer` */
	uint32_t path_mtu_since_s;
};
_Static_assert(sizeof(struct hp_binding) == 128, "two lines of the cache");

struct hp_bindings;

int hp_bindings_create(struct hp_bindings **out, uint32_t max, uint64_t seed);
void hp_bindings_destroy(struct hp_bindings *s);

struct hp_binding *hp_bindings_find(const struct hp_bindings *s, const struct hp_ip6 *hoa);
/* As hp_table_foresee. */
void hp_bindings_foresee(const struct hp_bindings *s, const struct hp_ip6 *const hoa[], unsigned int n, const struct hp_binding *likely[]);
/* By id; NULL: free. Ids below hp_bindings_reach() have been in use. */
struct hp_binding *hp_bindings_at(const struct hp_bindings *s, uint32_t id);
uint32_t hp_bindings_reach(const struct hp_bindings *s);
/* A new entry, PROBING, all else zero. 0, -ENOSPC (max reached), -ENOMEM. `hoa` must not be there. */
int hp_bindings_add(struct hp_bindings *s, const struct hp_ip6 *hoa, struct hp_binding **out);
/* The entry must have no probation and no link-local address, its timer not be armed. */
void hp_bindings_remove(struct hp_bindings *s, struct hp_binding *b);

/* Among the GONE, or no more. */
void hp_bindings_retire(struct hp_bindings *s, struct hp_binding *b);
void hp_bindings_revive(struct hp_bindings *s, struct hp_binding *b, enum hp_binding_state state);
struct hp_binding *hp_bindings_oldest_gone(const struct hp_bindings *s);

/* Addresses of ours that bindings are registered at: a handful for a million bindings, so each is kept once, by number.
 * The number of `ha`, or -ENOMEM. Number 0 is ::. */
int hp_bindings_ha_number(struct hp_bindings *s, const struct hp_ip6 *ha);
const struct hp_ip6 *hp_bindings_ha(const struct hp_bindings *s, const struct hp_binding *b);

/* The derived link-local address: 0, -EEXIST (another's), -ENOMEM. */
int hp_bindings_claim(struct hp_bindings *s, struct hp_binding *b, const struct hp_ip6 *address);
void hp_bindings_release(struct hp_bindings *s, struct hp_binding *b);
struct hp_binding *hp_bindings_claimant(const struct hp_bindings *s, uint16_t link, const struct hp_ip6 *address);

/* As hp_table_page: the nodes are those of struct hp_binding. */
size_t hp_bindings_page(const struct hp_bindings *s, bool first, uint64_t after, size_t max, struct hp_table_node **out, size_t cap,
			uint64_t *next, bool *more);
size_t hp_bindings_memory(const struct hp_bindings *s);

#endif
