/* SPDX-License-Identifier: BSD-3-Clause */
/* The correspondent's binding cache as a container (RFC 6275 §9.1, §9.6): one entry for each (home address, correspondent), valid with an
 * id, or the memory of one that was. No protocol here. Entries never move. At most `max` are valid, at most as many again remembered. One
 * thread. */
#ifndef HP_CORRESPONDENT_ENTRIES_H
#define HP_CORRESPONDENT_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "base/table.h"
#include "base/wheel.h"

#define HP_ENTRY_MEMORY UINT32_MAX /* its id */

/* Kept small: there are as many as bindings. What a look by address wants lies in front. */
struct hp_entry {
	struct hp_table_node node;
	struct hp_entry_key {
		struct hp_ip6 hoa, correspondent;
	} key;
	struct hp_ip6 coa;
	struct hp_timer timer; /* valid: the next refresh request, or the end; memory: its end */
	uint64_t updated_ms;   /* by the last update that was accepted */
	uint32_t id;
	uint32_t registered_wall_s;
	uint32_t nonces_until_s; /* mono: by then none of the nonces that updates were authorized with is accepted any more */
	uint32_t path_mtu_since_s;
	uint32_t illegal;    /* hash of the nonce indices and care-of address of the registration last deleted (§9.5.3); 0: none */
	uint16_t illegal_to; /* the newest nonce of it, and of those deleted not long before */
	uint16_t sequence, lifetime /* units of 4 s */, home_nonce, careof_nonce;
	uint16_t path_mtu;            /* learned from an ICMPv6 error; 0: the link's */
	uint16_t unreachable_after_s; /* since the update, the first of `unreachables` */
	uint8_t unreachables;
	uint8_t requests : 2; /* refresh requests that came due */
	bool own : 1;         /* the correspondent is an address of ours */
	bool touched : 1;     /* hp_correspondent_touch, since the last update or since it was last passed over for one to give way */
	bool several : 1;     /* not the last one only was deleted lately: no nonce up to illegal_to is good for another */
};
_Static_assert(sizeof(struct hp_entry) <= 136, "kept small");

struct hp_entries;

int hp_entries_create(struct hp_entries **out, uint32_t max, uint64_t seed); /* 0 or -ENOMEM */
void hp_entries_destroy(struct hp_entries *s);

struct hp_entry *hp_entries_find(const struct hp_entries *s, const struct hp_entry_key *key);
/* A new one that is the memory of nothing yet, all else zero. 0, -ENOSPC, -ENOMEM. `key` must not be there. */
int hp_entries_add(struct hp_entries *s, const struct hp_entry_key *key, const struct hp_ip6 *coa, struct hp_entry **out);
/* Of a memory whose timer is not armed. */
void hp_entries_remove(struct hp_entries *s, struct hp_entry *e);
/* A memory becomes valid: 0 or -ENOSPC. And a memory again. */
int hp_entries_begin(struct hp_entries *s, struct hp_entry *e);
void hp_entries_end(struct hp_entries *s, struct hp_entry *e);
void hp_entries_move(struct hp_entries *s, struct hp_entry *e, const struct hp_ip6 *coa);

/* Whether those with care-of addresses of the same /64 have as much as they may have of a cache that runs short: an eighth of one that is more
 * than half full. To which of 256 shares a /64 belongs, nobody outside knows. `fresh`: it is not remembered either. */
bool hp_entries_crowded(const struct hp_entries *s, const struct hp_ip6 *coa, bool fresh);

/* By id; NULL: a memory or free. Ids below hp_entries_reach() have been in use. */
struct hp_entry *hp_entries_at(const struct hp_entries *s, uint32_t id);
uint32_t hp_entries_reach(const struct hp_entries *s);
size_t hp_entries_valid(const struct hp_entries *s);
/* As hp_table_page: the nodes are those of struct hp_entry, memories too. */
size_t hp_entries_page(const struct hp_entries *s, bool first, uint64_t after, size_t max, struct hp_table_node **out, size_t cap,
		       uint64_t *next, bool *more);
size_t hp_entries_memory(const struct hp_entries *s);
/* Nobody outside can tell what it will be; never 0. */
uint32_t hp_entries_hash(const struct hp_entries *s, const void *octets, size_t len);

#endif
