/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/members.h"

#include <errno.h>
#include <stdlib.h>

int hp_members_create(struct hp_members *m, struct hp_random *random, uint64_t now_ms)
{
	int ret;

	_Static_assert(sizeof(struct hp_tunnel_key) == 32 && sizeof(struct hp_listened_key) == 20, "padding in a hashed key");
	ret = hp_table_create(&m->tunnels, offsetof(struct hp_tunnel, key) - offsetof(struct hp_tunnel, node), sizeof(struct hp_tunnel_key),
			      (struct hp_hash_key){{hp_random_u64(random), hp_random_u64(random)}});
	ret = ret ? ret
		  : hp_table_create(&m->groups, offsetof(struct hp_listened, key) - offsetof(struct hp_listened, node),
				    sizeof(struct hp_listened_key), (struct hp_hash_key){{hp_random_u64(random), hp_random_u64(random)}});
	ret = ret ? ret : hp_wheel_create(&m->wheel, now_ms);
	if (ret)
		hp_members_destroy(m);
	return ret;
}

static int free_tunnel(struct hp_table_node *n, void *ctx)
{
	struct hp_tunnel *t = hp_container_of(n, struct hp_tunnel, node);

	(void)ctx;
	for (struct hp_listener *l = t->first, *next; l; l = next) {
		next = l->next;
		hp_listening_free(&l->state);
		free(l);
	}
	free(t);
	return 0;
}

static int free_group(struct hp_table_node *n, void *ctx)
{
	struct hp_listened *g = hp_container_of(n, struct hp_listened, node);

	(void)ctx;
	hp_merge_free(&g->merge);
	free(g);
	return 0;
}

void hp_members_destroy(struct hp_members *m)
{
	if (m->tunnels)
		hp_table_each(m->tunnels, free_tunnel, NULL);
	if (m->groups)
		hp_table_each(m->groups, free_group, NULL);
	hp_table_destroy(m->tunnels);
	hp_table_destroy(m->groups);
	hp_wheel_destroy(m->wheel);
	m->tunnels = m->groups = NULL;
	m->wheel = NULL;
}

size_t hp_members_memory(const struct hp_members *m)
{
	return hp_table_memory(m->tunnels) + hp_table_count(m->tunnels) * sizeof(struct hp_tunnel) + hp_table_memory(m->groups) +
	       hp_table_count(m->groups) * sizeof(struct hp_listened) +
	       m->listeners * (sizeof(struct hp_listener) + sizeof(struct hp_listening_source));
}

/* The group with one node more. NULL: no room. */
static struct hp_listened *take_group(struct hp_members *m, uint16_t link, const struct hp_ip6 *address)
{
	const struct hp_listened_key key = {*address, link};
	struct hp_table_node *n = hp_table_find(m->groups, &key);
	struct hp_listened *g = n ? hp_container_of(n, struct hp_listened, node) : NULL;

	if (g && g->nodes == HP_MEMBER_NODES)
		return NULL;
	if (!g) {
		g = hp_table_count(m->groups) < HP_MEMBER_GROUPS ? calloc(1, sizeof(*g)) : NULL;
		if (!g)
			return NULL;
		g->key = key;
		if (hp_table_insert(m->groups, &g->node)) {
			free(g);
			return NULL;
		}
	}
	g->nodes++;
	return g;
}

static void give_group(struct hp_members *m, struct hp_listened *g)
{
	if (--g->nodes)
		return;
	hp_table_remove(m->groups, &g->node);
	hp_merge_free(&g->merge);
	free(g);
}

struct hp_tunnel *hp_members_tunnel(const struct hp_members *m, const struct hp_tunnel_key *key)
{
	struct hp_table_node *n = hp_table_find(m->tunnels, key);

	return n ? hp_container_of(n, struct hp_tunnel, node) : NULL;
}

struct hp_tunnel *hp_members_dig(struct hp_members *m, const struct hp_tunnel_key *key, uint32_t id)
{
	struct hp_tunnel *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->key = *key;
	t->id = id;
	t->link = hp_members_binding(m, t)->link;
	if (hp_table_insert(m->tunnels, &t->node)) {
		free(t);
		return NULL;
	}
	m->roster->seat[id].tunnel = t;
	return t;
}

/* It is in the table no more. */
static void end(struct hp_members *m, struct hp_tunnel *t, struct hp_now now, struct hp_effects *fx)
{
	while (t->first) {
		struct hp_filter before;

		hp_listening_filter(&t->first->state, &before);
		hp_members_remove(m, t->first, &before, now, fx);
	}
	m->roster->seat[t->id].tunnel = NULL;
	free(t);
}

void hp_members_end(struct hp_members *m, struct hp_tunnel *t, struct hp_now now, struct hp_effects *fx)
{
	hp_table_remove(m->tunnels, &t->node);
	end(m, t, now, fx);
}

void hp_members_move(struct hp_members *m, struct hp_tunnel *t, const struct hp_tunnel_key *key, struct hp_now now, struct hp_effects *fx)
{
	hp_table_remove(m->tunnels, &t->node);
	t->key = *key;
	if (hp_table_insert(m->tunnels, &t->node))
		end(m, t, now, fx);
}

struct hp_listener *hp_members_find(const struct hp_tunnel *t, const struct hp_ip6 *group)
{
	for (struct hp_listener *l = t->first; l; l = l->next)
		if (hp_ip6_eq(&l->group->key.address, group))
			return l;
	return NULL;
}

struct hp_listener *hp_members_add(struct hp_members *m, struct hp_tunnel *t, const struct hp_ip6 *group)
{
	struct hp_listener *l = t->groups < HP_MEMBERS_OF_NODE && m->listeners < HP_MEMBERS_MOST ? calloc(1, sizeof(*l)) : NULL;

	if (!l)
		return NULL;
	l->group = take_group(m, t->link, group);
	if (!l->group) {
		free(l);
		return NULL;
	}
	l->tunnel = t;
	l->next = t->first;
	t->first = l;
	t->groups++;
	m->listeners++;
	m->count[HP_AG_MLD_JOINED]++;
	return l;
}

void hp_members_remove(struct hp_members *m, struct hp_listener *l, const struct hp_filter *before, struct hp_now now,
		       struct hp_effects *fx)
{
	static const struct hp_filter nothing;
	struct hp_listener **at = &l->tunnel->first;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	hp_members_publish(m, l, before, &nothing, now, fx);
	give_group(m, l->group);
	hp_wheel_disarm(m->wheel, &l->timer);
	hp_listening_free(&l->state);
	l->tunnel->groups--;
	m->listeners--;
	m->count[HP_AG_MLD_LEFT]++;
	free(l);
}

_Static_assert(HP_MEMBER_SOURCES <= HP_HEARING_SOURCES, "what is merged can be reported");

void hp_members_publish(struct hp_members *m, struct hp_listener *l, const struct hp_filter *before, const struct hp_filter *after,
			struct hp_now now, struct hp_effects *fx)
{
	struct hp_listened *g = l->group;
	struct hp_filter all;

	hp_effects_member(fx, &(struct hp_member){.hoa = hp_members_binding(m, l->tunnel)->hoa,
						  .group = g->key.address,
						  .home_link = l->tunnel->link,
						  .joined = after->any,
						  .exclude = after->exclude,
						  .sources = after->n,
						  .source = after->source});
	if (before->any != after->any)
		hp_effects_event(fx, after->any ? HP_EVENT_GROUP_JOINED : HP_EVENT_GROUP_LEFT, &hp_members_binding(m, l->tunnel)->hoa,
				 &g->key.address, l->tunnel->link, 0);
	if (!hp_merge_change(&g->merge, before, after))
		m->count[HP_AG_MLD_SOURCES]++;
	hp_merge_result(&g->merge, &g->key.address, &all);
	if (hp_neighbor_listen(m->neighbor, (uint16_t)g->key.link, &g->key.address, all.exclude, all.source, all.n, now, fx))
		m->count[HP_AG_MLD_REFUSED]++;
}
