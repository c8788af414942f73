/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/route.h"

#include <errno.h>
#include <stdlib.h>

#include "base/table.h"

#define LENGTHS 129

struct entry {
	struct hp_table_node node;
	struct hp_route route;
};

struct hp_routes {
	struct hp_hash_key key;
	struct hp_table *table[LENGTHS]; /* NULL: never a route of that length */
	uint8_t used[LENGTHS];           /* the lengths with a table, longest first */
	unsigned int n_used;
	size_t count;
};

int hp_routes_create(struct hp_routes **out, uint64_t seed)
{
	struct hp_routes *r = calloc(1, sizeof(*r));
	struct hp_random random;

	if (!r)
		return -ENOMEM;
	hp_random_seed(&random, seed);
	r->key = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	*out = r;
	return 0;
}

static int free_entry(struct hp_table_node *node, void *ctx)
{
	hp_table_remove(ctx, node);
	free(hp_container_of(node, struct entry, node));
	return 0;
}

void hp_routes_destroy(struct hp_routes *r)
{
	if (!r)
		return;
	for (unsigned int i = 0; i < r->n_used; i++) {
		struct hp_table *t = r->table[r->used[i]];

		hp_table_each(t, free_entry, t);
		hp_table_destroy(t);
	}
	free(r);
}

static int open_length(struct hp_routes *r, unsigned int length)
{
	unsigned int i;
	int ret;

	if (r->table[length])
		return 0;
	ret = hp_table_create(&r->table[length], offsetof(struct entry, route.prefix) - offsetof(struct entry, node), sizeof(struct hp_ip6),
			      r->key);
	if (ret)
		return ret;
	for (i = r->n_used++; i && r->used[i - 1] < length; i--)
		r->used[i] = r->used[i - 1];
	r->used[i] = (uint8_t)length;
	return 0;
}

static struct entry *find(const struct hp_routes *r, const struct hp_ip6 *a, unsigned int length)
{
	const struct hp_ip6 prefix = hp_ip6_prefix(a, length);
	struct hp_table_node *n = hp_table_find(r->table[length], &prefix);

	return n ? hp_container_of(n, struct entry, node) : NULL;
}

int hp_routes_put(struct hp_routes *r, const struct hp_route *route)
{
	struct hp_route clean = *route;
	struct entry *e;
	int ret;

	if (route->length >= LENGTHS)
		return -EINVAL;
	clean.prefix = hp_ip6_prefix(&route->prefix, route->length);
	ret = open_length(r, route->length);
	if (ret)
		return ret;
	e = find(r, &clean.prefix, clean.length);
	if (e) {
		e->route = clean;
		return 0;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->route = clean;
	ret = hp_table_insert(r->table[clean.length], &e->node);
	if (ret) {
		free(e);
		return ret;
	}
	r->count++;
	return 0;
}

int hp_routes_remove(struct hp_routes *r, const struct hp_ip6 *prefix, unsigned int length)
{
	struct entry *e = length < LENGTHS && r->table[length] ? find(r, prefix, length) : NULL;

	if (!e)
		return -ENOENT;
	hp_table_remove(r->table[length], &e->node);
	free(e);
	r->count--;
	return 0;
}

const struct hp_route *hp_routes_find(const struct hp_routes *r, const struct hp_ip6 *dst)
{
	for (unsigned int i = 0; i < r->n_used; i++) {
		const struct entry *e = find(r, dst, r->used[i]);

		if (e)
			return &e->route;
	}
	return NULL;
}

/* Stops where `other` has not the very same. */
static int differs(struct hp_table_node *node, void *other)
{
	const struct hp_route *r = &hp_container_of(node, struct entry, node)->route;
	const struct hp_routes *routes = other;
	const struct entry *e = routes->table[r->length] ? find(routes, &r->prefix, r->length) : NULL;

	return !e || e->route.kind != r->kind || e->route.link != r->link || !hp_ip6_eq(&e->route.via, &r->via);
}

bool hp_routes_same(const struct hp_routes *a, const struct hp_routes *b)
{
	bool same = a->count == b->count;

	for (unsigned int i = 0; i < a->n_used && same; i++)
		same = !hp_table_each(a->table[a->used[i]], differs, (void *)(uintptr_t)b);
	return same;
}

size_t hp_routes_count(const struct hp_routes *r)
{
	return r->count;
}

struct list {
	const struct hp_route **route;
	size_t n;
};

static int collect(struct hp_table_node *node, void *ctx)
{
	struct list *l = ctx;

	l->route[l->n++] = &hp_container_of(node, struct entry, node)->route;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct hp_route *x = *(const struct hp_route *const *)a, *y = *(const struct hp_route *const *)b;
	int order = memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));

	return order ? order : x->length - y->length;
}

int hp_routes_each(const struct hp_routes *r, int (*each)(const struct hp_route *route, void *ctx), void *ctx)
{
	struct list l = {.route = calloc(r->count ? r->count : 1, sizeof(*l.route))};
	int ret = 0;

	if (!l.route)
		return -ENOMEM;
	for (unsigned int i = 0; i < r->n_used; i++)
		hp_table_each(r->table[r->used[i]], collect, &l);
	qsort(l.route, l.n, sizeof(*l.route), compare);
	for (size_t i = 0; i < l.n && !ret; i++)
		ret = each(l.route[i], ctx);
	free(l.route);
	return ret;
}
