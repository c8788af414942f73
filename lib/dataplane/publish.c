/* SPDX-License-Identifier: BSD-3-Clause */
/* The truth of the cores becomes what workers see. Nothing visible is edited: a new version is published, the old one retired. */
#include <errno.h>
#include <rte_ethdev.h>
#include <stdlib.h>

#include "dataplane/dataplane.h"
#include "dataplane/group.h"
#include "dataplane/state.h"

static uint32_t most_associations(const struct hp_dataplane *dp)
{
	return dp->shared.sas ? dp->shared.sas->most : 0;
}

int hp_dataplane_bind(struct hp_dataplane *dp, const struct hp_bind *b)
{
	struct hp_hot *hot = dp->shared.hot;
	const struct hp_hot_entry *now = hp_hot_find(hot, &b->hoa);
	struct hp_hot_entry e, old;
	int source, ret;
	uint32_t path;
	bool had;

	/* One of our own addresses stays ours whatever registers. */
	if (now && now->kind == HP_HOT_LOCAL)
		return -EEXIST;
	if (!now && dp->bound >= dp->max_bindings)
		return -ENOSPC;
	if (b->association > most_associations(dp) || b->home_test_association > most_associations(dp))
		return -EINVAL;
	source = hp_hot_source(hot, &b->ha);
	if (source < 0)
		return source;
	path = b->out_link == HP_LINK_NONE ? hp_paths_hold(dp->shared.paths, HP_LINK_NONE, &b->next_hop)
					   : hp_paths_hold(dp->shared.paths, b->out_link, &b->next_hop);
	if (path == HP_PATH_NONE)
		return -ENOSPC;
	e = (struct hp_hot_entry){.prefix = b->hoa,
				  .outer_dst = b->coa,
				  .id = b->id,
				  .path = path,
				  .mtu = b->mtu,
				  .outer_src = (uint16_t)source,
				  .length = 128,
				  .kind = b->association || b->home_test_association ? HP_HOT_ESP : HP_HOT_IPV6,
				  .home_link = b->home_link,
				  .association = b->association,
				  .home_test_association = b->home_test_association};
	ret = hp_hot_put(hot, &e, &old, &had);
	if (ret) {
		hp_paths_release(dp->shared.paths, path);
		return ret;
	}
	if (had)
		hp_paths_release(dp->shared.paths, old.path);
	else
		dp->bound++;
	return 0;
}

int hp_dataplane_unbind(struct hp_dataplane *dp, const struct hp_ip6 *hoa)
{
	const struct hp_hot_entry *now = hp_hot_find(dp->shared.hot, hoa);
	struct hp_hot_entry old;
	int ret;

	if (!now || now->kind == HP_HOT_LOCAL)
		return -ENOENT;
	ret = hp_hot_remove(dp->shared.hot, hoa, &old);
	if (ret)
		return ret;
	hp_paths_release(dp->shared.paths, old.path);
	dp->bound--;
	return 0;
}

int hp_dataplane_association(struct hp_dataplane *dp, uint32_t number, const struct hp_association_spec *spec)
{
	if (!dp->shared.sas)
		return -EINVAL;
	return spec ? hp_sas_put(dp->shared.sas, number, spec) : hp_sas_remove(dp->shared.sas, number);
}

void hp_dataplane_foresee(const struct hp_dataplane *dp, const struct hp_ip6 *const hoa[], unsigned int n)
{
	uint64_t hash[HP_DATAPLANE_FORESEE];

	for (unsigned int i = 0; i < n; i++)
		hash[i] = hp_hot_ask(dp->shared.hot, hoa[i]);
	for (unsigned int i = 0; i < n; i++)
		hp_hot_candidate(dp->shared.hot, hash[i]);
}

int hp_dataplane_neighbor(struct hp_dataplane *dp, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, bool usable)
{
	return hp_paths_neighbor(dp->shared.paths, link, address, mac, usable);
}

/* Link-local addresses are not in the table: they mean nothing without their link, and the management core sorts them out. */
int hp_dataplane_address(struct hp_dataplane *dp, uint16_t link, const struct hp_ip6 *address, bool valid)
{
	struct hp_hot_entry old;
	bool had;
	int ret;

	if (hp_ip6_is_linklocal(address) || link >= dp->shared.links)
		return 0;
	if (valid)
		return hp_hot_put(dp->shared.hot, &(struct hp_hot_entry){.prefix = *address, .length = 128, .kind = HP_HOT_LOCAL}, &old,
				  &had);
	ret = hp_hot_remove(dp->shared.hot, address, &old);
	return ret == -ENOENT ? 0 : ret;
}

int hp_dataplane_member(struct hp_dataplane *dp, const struct hp_member *m)
{
	return hp_groups_put(dp->shared.groups, m);
}

/* Ports listen to all of multicast (port.c), so a group needs nothing more of the device. */
int hp_dataplane_group(struct hp_dataplane *dp, uint16_t link, const struct hp_ip6 *group, bool joined)
{
	return 0;
}

static void routes_back(void *owner, void *ptr, uint32_t number)
{
	struct hp_dataplane *dp = owner;
	struct hp_route_table *t = ptr;

	for (unsigned int i = 0; i < hp_route_table_count(t); i++) {
		uint32_t path = hp_route_table_leaf(t, i)->path;

		if (path != HP_PATH_NONE)
			hp_paths_release(dp->shared.paths, path);
	}
	hp_route_table_destroy(t);
}

int hp_dataplane_routes(struct hp_dataplane *dp, const struct hp_dp_route *route, unsigned int n)
{
	struct hp_route_leaf *leaf = calloc(n ? n : 1, sizeof(*leaf));
	struct hp_route_table *fresh, *old = dp->shared.routes;
	unsigned int held = 0;
	int ret = leaf ? hp_reclaim_reserve(dp->reclaim, 1) : -ENOMEM;

	for (; held < n && !ret; held++) {
		const struct hp_dp_route *r = &route[held];
		struct hp_route_leaf *l = &leaf[held];

		l->link = r->link;
		l->is_virtual = dp->shared.link[r->link].is_virtual;
		l->path = HP_PATH_NONE;
		if (hp_ip6_is_any(&r->via) || l->is_virtual)
			continue;
		l->path = hp_paths_hold(dp->shared.paths, r->link, &r->via);
		if (l->path == HP_PATH_NONE)
			ret = -ENOSPC;
	}
	ret = ret ? ret : hp_route_table_create(&fresh, route, leaf, n, SOCKET_ID_ANY);
	if (ret) {
		for (unsigned int i = 0; i < held; i++)
			if (leaf[i].path != HP_PATH_NONE)
				hp_paths_release(dp->shared.paths, leaf[i].path);
		free(leaf);
		return ret;
	}
	free(leaf);
	__atomic_store_n(&dp->shared.routes, fresh, __ATOMIC_RELEASE);
	hp_reclaim_retire(dp->reclaim, routes_back, dp, old, 0);
	return 0;
}
