/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/index.h"
#include "dataplane/key.h"

#define SPARE     256 /* withdrawn but still visible */
#define POSITIONS (HP_MEMBER_GROUPS + SPARE)

struct hp_groups {
	const struct hp_group *published[POSITIONS];
	struct hp_index *index;
	struct hp_key_secret secret;
	struct hp_reclaim *reclaim;
	uint32_t free_position[POSITIONS];
	uint32_t free_count;
};

int hp_groups_create(struct hp_groups **out, int socket, struct hp_reclaim *reclaim)
{
	struct hp_groups *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->secret = hp_key_secret_wide();
	g->reclaim = reclaim;
	for (uint32_t i = 0; i < POSITIONS; i++)
		g->free_position[i] = POSITIONS - 1 - i;
	g->free_count = POSITIONS;
	if (hp_index_create(&g->index, POSITIONS, socket, reclaim)) {
		free(g);
		return -ENOMEM;
	}
	*out = g;
	return 0;
}

/* A position given back still points to what was freed with it: whose position is taken is whose pointer counts. */
void hp_groups_destroy(struct hp_groups *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < g->free_count; i++)
		g->published[g->free_position[i]] = NULL;
	for (uint32_t i = 0; i < POSITIONS; i++)
		free((void *)(uintptr_t)g->published[i]);
	hp_index_destroy(g->index);
	free(g);
}

static bool is(const void *table, uint32_t position, const void *key)
{
	const struct hp_groups *g = table;
	const struct hp_group *at = __atomic_load_n(&g->published[position], __ATOMIC_ACQUIRE);
	const struct hp_group_key *k = key;

	return at->key.link == k->link && hp_ip6_eq(&at->key.address, &k->address);
}

static uint64_t hash_of(const struct hp_groups *g, const struct hp_group_key *key)
{
	return hp_key_hash_wide(&g->secret, &key->address, key->link);
}

static const struct hp_group *find(const struct hp_groups *g, uint64_t hash, const struct hp_group_key *key)
{
	const uint32_t at = hp_index_search(g->index, hash, is, g, key);

	return at == HP_INDEX_NONE ? NULL : __atomic_load_n(&g->published[at], __ATOMIC_ACQUIRE);
}

const struct hp_group *hp_groups_find(const struct hp_groups *g, uint16_t link, const struct hp_ip6 *address)
{
	const struct hp_group_key key = {*address, link};

	return find(g, hash_of(g, &key), &key);
}

static void group_back(void *owner, void *ptr, uint32_t number)
{
	(void)owner;
	(void)number;
	free(ptr);
}

static void position_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_groups *g = owner;

	free(ptr);
	g->free_position[g->free_count++] = number;
}

static void add(struct hp_group *to, struct hp_ip6 *source, uint32_t *sources, const struct hp_group_member *m, const struct hp_ip6 *list)
{
	struct hp_group_member *fresh = &to->member[to->members++];

	*fresh = *m;
	fresh->source_at = *sources;
	if (m->sources)
		memcpy(source + *sources, list, m->sources * sizeof(*list));
	*sources += m->sources;
}

/* The old group with this node as it is now. *none: nobody is left in it. */
static struct hp_group *changed(const struct hp_group *old, const struct hp_member *m)
{
	uint32_t members = m->joined, sources = m->joined ? m->sources : 0;
	struct hp_ip6 *source;
	struct hp_group *to;

	for (uint32_t i = 0; old && i < old->members; i++) {
		members++;
		sources += old->member[i].sources;
	}
	to = malloc(sizeof(*to) + members * sizeof(to->member[0]) + sources * sizeof(*source));
	if (!to)
		return NULL;
	*to = (struct hp_group){.key = {m->group, m->home_link}};
	source = (struct hp_ip6 *)(void *)&to->member[members];
	to->source = source;
	sources = 0;
	for (uint32_t i = 0; old && i < old->members; i++)
		if (!hp_ip6_eq(&old->member[i].hoa, &m->hoa))
			add(to, source, &sources, &old->member[i], old->source + old->member[i].source_at);
	if (m->joined)
		add(to, source, &sources, &(struct hp_group_member){.hoa = m->hoa, .sources = m->sources, .exclude = m->exclude},
		    m->source);
	return to;
}

static void withdraw(struct hp_groups *g, uint64_t hash, const struct hp_group *old)
{
	hp_index_remove(g->index, hash, old->position);
	hp_reclaim_retire(g->reclaim, position_back, g, (void *)(uintptr_t)old, old->position);
}

static int publish(struct hp_groups *g, uint64_t hash, const struct hp_group *old, struct hp_group *fresh)
{
	int ret;

	if (old) {
		fresh->position = old->position;
		__atomic_store_n(&g->published[old->position], fresh, __ATOMIC_RELEASE);
		hp_reclaim_retire(g->reclaim, group_back, g, (void *)(uintptr_t)old, 0);
		return 0;
	}
	if (!g->free_count)
		hp_reclaim_poll(g->reclaim, SIZE_MAX);
	if (!g->free_count)
		return -ENOSPC;
	fresh->position = g->free_position[--g->free_count];
	g->published[fresh->position] = fresh;
	ret = hp_index_add(g->index, hash, fresh->position);
	if (ret)
		g->free_count++;
	return ret;
}

int hp_groups_put(struct hp_groups *g, const struct hp_member *m)
{
	const struct hp_group_key key = {m->group, m->home_link};
	const uint64_t hash = hash_of(g, &key);
	const struct hp_group *old = find(g, hash, &key);
	struct hp_group *fresh;
	int ret;

	if (!old && !m->joined)
		return 0;
	if (hp_reclaim_reserve(g->reclaim, 2))
		return -ENOMEM;
	fresh = changed(old, m);
	if (!fresh)
		return -ENOMEM;
	if (!fresh->members) {
		free(fresh);
		withdraw(g, hash, old);
		return 0;
	}
	ret = fresh->members > HP_MEMBER_NODES ? -ENOSPC : publish(g, hash, old, fresh);
	if (ret)
		free(fresh);
	return ret;
}
