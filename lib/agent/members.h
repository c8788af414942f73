/* SPDX-License-Identifier: BSD-3-Clause */
/* Which mobile node listens to which group, as a container: tunnels with something listened to at their end, the groups of each, and what is
 * listened to of a group of a home link in all, to which we listen there ourselves. Bounded. No protocol here. One thread. */
#ifndef HP_AGENT_MEMBERS_H
#define HP_AGENT_MEMBERS_H

#include "agent/bindings.h"
#include "agent/listening.h"
#include "agent/merge.h"
#include "agent/roster.h"

/* Bounds, beside those of base/effect.h for one group, and groups at once. */
#define HP_MEMBERS_OF_NODE 32
#define HP_MEMBERS_MOST    65536 /* (node, group) */

/* A tunnel with something listened to at its end. */
struct hp_tunnel {
	struct hp_table_node node;
	struct hp_tunnel_key {
		struct hp_ip6 coa, ha;
	} key;
	uint32_t id; /* of the binding that it belongs to; its seat points back */
	uint16_t link, groups;
	struct hp_listener *first;
};

/* (home link, group) with at least one listener. */
struct hp_listened {
	struct hp_table_node node;
	struct hp_listened_key {
		struct hp_ip6 address;
		uint32_t link;
	} key;
	uint32_t nodes;
	struct hp_merge merge;
};

/* A node and a group that it listens to. */
struct hp_listener {
	struct hp_timer timer; /* in hp_members.wheel */
	struct hp_tunnel *tunnel;
	struct hp_listener *next;
	struct hp_listened *group;
	struct hp_listening state;
};

struct hp_members {
	const struct hp_bindings *bindings;
	struct hp_neighbor *neighbor;
	struct hp_roster *roster;
	uint64_t *count; /* the agent's */
	struct hp_table *tunnels, *groups;
	struct hp_wheel *wheel;
	uint32_t listeners;
};

/* The pointers are set, all else zero. 0 or -ENOMEM. */
int hp_members_create(struct hp_members *m, struct hp_random *random, uint64_t now_ms);
void hp_members_destroy(struct hp_members *m); /* safe on a zeroed one */
size_t hp_members_memory(const struct hp_members *m);

/* NULL: nothing is listened to there. */
struct hp_tunnel *hp_members_tunnel(const struct hp_members *m, const struct hp_tunnel_key *key);
/* Of binding `id`, with nothing listened to yet. NULL: no memory. */
struct hp_tunnel *hp_members_dig(struct hp_members *m, const struct hp_tunnel_key *key, uint32_t id);
/* The tunnel begins at another place now. Where there is another one already, or no memory, it ends. */
void hp_members_move(struct hp_members *m, struct hp_tunnel *t, const struct hp_tunnel_key *key, struct hp_now now, struct hp_effects *fx);
/* With all that is listened to. */
void hp_members_end(struct hp_members *m, struct hp_tunnel *t, struct hp_now now, struct hp_effects *fx);

struct hp_listener *hp_members_find(const struct hp_tunnel *t, const struct hp_ip6 *group);
/* NULL: out of bounds, or no memory. Nothing published yet. */
struct hp_listener *hp_members_add(struct hp_members *m, struct hp_tunnel *t, const struct hp_ip6 *group);
/* Published is `before`. */
void hp_members_remove(struct hp_members *m, struct hp_listener *l, const struct hp_filter *before, struct hp_now now,
		       struct hp_effects *fx);
/* Tells the workers, and the routers of the home link what all of the group's listeners want now. */
void hp_members_publish(struct hp_members *m, struct hp_listener *l, const struct hp_filter *before, const struct hp_filter *after,
			struct hp_now now, struct hp_effects *fx);

static inline const struct hp_binding *hp_members_binding(const struct hp_members *m, const struct hp_tunnel *t)
{
	return hp_bindings_at(m->bindings, t->id);
}

#endif
