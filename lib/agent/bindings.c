/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/bindings.h"

#include <errno.h>
#include <stdlib.h>

#include "base/pages.h"

#define NONE  UINT32_MAX
#define CHUNK 65536

struct hp_bindings {
	struct hp_table *by_hoa, *by_linklocal;
	uint32_t max, reach; /* ids below `reach` have been given out once */
	uint32_t free;       /* chain of ids given back */
	uint32_t oldest, newest;
	size_t chunks;
	unsigned int has;
	struct hp_ip6 *ha;
	struct hp_binding **chunk;
};

int hp_bindings_create(struct hp_bindings **out, uint32_t max, uint64_t seed)
{
	struct hp_bindings *s = calloc(1, sizeof(*s));
	struct hp_random random;
	struct hp_hash_key a, b;
	int ret = -ENOMEM;

	if (!s)
		return -ENOMEM;
	hp_random_seed(&random, seed);
	a = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	b = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	s->max = max;
	s->free = s->oldest = s->newest = NONE;
	s->chunk = calloc((size_t)max / CHUNK + 1, sizeof(*s->chunk));
	s->ha = calloc(1, sizeof(*s->ha));
	if (!s->chunk || !s->ha)
		goto fail;
	s->has = 1;
	ret = hp_table_create(&s->by_hoa, offsetof(struct hp_binding, hoa) - offsetof(struct hp_binding, node), sizeof(struct hp_ip6), a);
	if (ret)
		goto fail;
	/* The key without the struct's padding, of which there is none: 16 + 2 octets of alignment 2. */
	_Static_assert(sizeof(struct hp_linklocal_key) == 18, "padding in a hashed key");
	ret = hp_table_create(&s->by_linklocal, offsetof(struct hp_linklocal, key) - offsetof(struct hp_linklocal, node),
			      sizeof(struct hp_linklocal_key), b);
	if (ret)
		goto fail;
	*out = s;
	return 0;
fail:
	hp_bindings_destroy(s);
	return ret;
}

void hp_bindings_destroy(struct hp_bindings *s)
{
	if (!s)
		return;
	for (uint32_t id = 0; id < s->reach; id++) {
		struct hp_binding *b = hp_bindings_at(s, id);

		if (b) {
			free(b->probation);
			free(b->linklocal);
		}
	}
	hp_table_destroy(s->by_linklocal);
	hp_table_destroy(s->by_hoa);
	for (size_t i = 0; i < s->chunks; i++)
		free(s->chunk[i]);
	free(s->chunk);
	free(s->ha);
	free(s);
}

static struct hp_binding *place(const struct hp_bindings *s, uint32_t id)
{
	return &s->chunk[id / CHUNK][id % CHUNK];
}

struct hp_binding *hp_bindings_find(const struct hp_bindings *s, const struct hp_ip6 *hoa)
{
	struct hp_table_node *n = hp_table_find(s->by_hoa, hoa);

	return n ? hp_container_of(n, struct hp_binding, node) : NULL;
}

void hp_bindings_foresee(const struct hp_bindings *s, const struct hp_ip6 *const hoa[], unsigned int n, const struct hp_binding *likely[])
{
	struct hp_table_node *node[HP_TABLE_FORESEE];

	_Static_assert(HP_AGENT_FORESEE <= HP_TABLE_FORESEE, "one burst");
	hp_table_foresee(s->by_hoa, (const void *const *)hoa, n, node);
	for (unsigned int i = 0; i < n; i++)
		likely[i] = node[i] ? hp_container_of(node[i], struct hp_binding, node) : NULL;
}

struct hp_binding *hp_bindings_at(const struct hp_bindings *s, uint32_t id)
{
	return id < s->reach && place(s, id)->used ? place(s, id) : NULL;
}

uint32_t hp_bindings_reach(const struct hp_bindings *s)
{
	return s->reach;
}

static int take_id(struct hp_bindings *s, uint32_t *id)
{
	if (s->free != NONE) {
		*id = s->free;
		s->free = place(s, *id)->newer;
		return 0;
	}
	if (s->reach == s->max)
		return -ENOSPC;
	if (s->reach == s->chunks * CHUNK) {
		const size_t size = (s->max - s->reach < CHUNK ? s->max - s->reach : CHUNK) * sizeof(struct hp_binding);

		s->chunk[s->chunks] = aligned_alloc(sizeof(struct hp_binding), size);
		if (!s->chunk[s->chunks])
			return -ENOMEM;
		hp_pages_wish(s->chunk[s->chunks++], size);
	}
	*id = s->reach++;
	return 0;
}

static void give_id(struct hp_bindings *s, struct hp_binding *b)
{
	b->used = false;
	b->newer = s->free;
	s->free = b->id;
}

int hp_bindings_add(struct hp_bindings *s, const struct hp_ip6 *hoa, struct hp_binding **out)
{
	struct hp_binding *b;
	uint32_t id;
	int ret = take_id(s, &id);

	if (ret)
		return ret;
	b = place(s, id);
	*b = (struct hp_binding){.hoa = *hoa, .id = id, .older = NONE, .newer = NONE, .state = HP_BINDING_PROBING, .used = true};
	ret = hp_table_insert(s->by_hoa, &b->node);
	if (ret) {
		give_id(s, b);
		return ret;
	}
	*out = b;
	return 0;
}

static void unlink_gone(struct hp_bindings *s, struct hp_binding *b)
{
	if (b->older != NONE)
		place(s, b->older)->newer = b->newer;
	else
		s->oldest = b->newer;
	if (b->newer != NONE)
		place(s, b->newer)->older = b->older;
	else
		s->newest = b->older;
	b->older = b->newer = NONE;
}

void hp_bindings_remove(struct hp_bindings *s, struct hp_binding *b)
{
	if (b->state == HP_BINDING_GONE)
		unlink_gone(s, b);
	hp_table_remove(s->by_hoa, &b->node);
	give_id(s, b);
}

void hp_bindings_retire(struct hp_bindings *s, struct hp_binding *b)
{
	if (b->state == HP_BINDING_GONE)
		unlink_gone(s, b);
	b->state = HP_BINDING_GONE;
	b->older = s->newest;
	b->newer = NONE;
	if (s->newest != NONE)
		place(s, s->newest)->newer = b->id;
	else
		s->oldest = b->id;
	s->newest = b->id;
}

void hp_bindings_revive(struct hp_bindings *s, struct hp_binding *b, enum hp_binding_state state)
{
	if (b->state == HP_BINDING_GONE)
		unlink_gone(s, b);
	b->state = (uint8_t)state;
}

struct hp_binding *hp_bindings_oldest_gone(const struct hp_bindings *s)
{
	return s->oldest == NONE ? NULL : place(s, s->oldest);
}

int hp_bindings_ha_number(struct hp_bindings *s, const struct hp_ip6 *ha)
{
	struct hp_ip6 *more;

	for (unsigned int i = 0; i < s->has; i++)
		if (hp_ip6_eq(&s->ha[i], ha))
			return (int)i;
	more = s->has > UINT16_MAX ? NULL : realloc(s->ha, (s->has + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->ha = more;
	s->ha[s->has] = *ha;
	return (int)s->has++;
}

const struct hp_ip6 *hp_bindings_ha(const struct hp_bindings *s, const struct hp_binding *b)
{
	return &s->ha[b->ha];
}

int hp_bindings_claim(struct hp_bindings *s, struct hp_binding *b, const struct hp_ip6 *address)
{
	struct hp_linklocal *l = calloc(1, sizeof(*l));
	int ret;

	if (!l)
		return -ENOMEM;
	l->key = (struct hp_linklocal_key){.address = *address, .link = b->link};
	l->binding = b;
	ret = hp_table_insert(s->by_linklocal, &l->node);
	if (ret) {
		free(l);
		return ret;
	}
	b->linklocal = l;
	return 0;
}

void hp_bindings_release(struct hp_bindings *s, struct hp_binding *b)
{
	if (!b->linklocal)
		return;
	hp_table_remove(s->by_linklocal, &b->linklocal->node);
	free(b->linklocal);
	b->linklocal = NULL;
	b->linklocal_defended = false;
}

struct hp_binding *hp_bindings_claimant(const struct hp_bindings *s, uint16_t link, const struct hp_ip6 *address)
{
	const struct hp_linklocal_key key = {.address = *address, .link = link};
	struct hp_table_node *n = hp_table_find(s->by_linklocal, &key);

	return n ? hp_container_of(n, struct hp_linklocal, node)->binding : NULL;
}

size_t hp_bindings_page(const struct hp_bindings *s, bool first, uint64_t after, size_t max, struct hp_table_node **out, size_t cap,
			uint64_t *next, bool *more)
{
	return hp_table_page(s->by_hoa, first, after, max, out, cap, next, more);
}

size_t hp_bindings_memory(const struct hp_bindings *s)
{
	return sizeof(*s) + ((size_t)s->max / CHUNK + 1) * sizeof(*s->chunk) + s->chunks * CHUNK * sizeof(struct hp_binding) +
	       hp_table_memory(s->by_hoa) + hp_table_memory(s->by_linklocal) +
	       hp_table_count(s->by_linklocal) * sizeof(struct hp_linklocal);
}
