/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>

#include "control/correspondent.h"
#include "control/output.h"
#include "control/state.h"

/* Room for the nodes of all our links at once; what a cache entry takes comes as it is used. */
#define REROUTES      512   /* bindings looked at in a tick */
#define MAX_NEIGHBORS 32768 /* half of the workers' paths: the others are in use, or wait for a worker to let go of them */

const struct hp_counter_info hp_control_counters[HP_CT_COUNT] = {HP_CONTROL_COUNTERS(HP_COUNTER_INFO)};

static void probed(void *ctx, uint16_t link, const struct hp_ip6 *address, bool unique, struct hp_now now, struct hp_effects *fx)
{
	struct hp_control *c = ctx;

	hp_agent_probed(c->agent, link, address, unique, now, fx);
}

static void heard(void *ctx, uint16_t link, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now now, struct hp_effects *fx)
{
	struct hp_control *c = ctx;

	hp_agent_heard(c->agent, link, router, ra, now, fx);
}

static int add_routes(struct hp_routes *routes, const struct hp_control_conf *conf)
{
	int ret = 0;

	for (unsigned int i = 0; i < conf->links && !ret; i++)
		for (unsigned int k = 0; k < conf->link[i].addresses && !ret; k++) {
			const struct hp_own_address *a = &conf->link[i].address[k];
			const struct hp_route route = {
				.prefix = a->address,
				.length = a->prefix_length,
				.kind = conf->link[i].is_virtual ? HP_ROUTE_VIRTUAL : HP_ROUTE_CONNECTED,
				.link = (uint16_t)i,
			};

			ret = hp_routes_put(routes, &route);
		}
	for (unsigned int i = 0; i < conf->routes && !ret; i++)
		ret = conf->route[i].link < conf->links ? hp_routes_put(routes, &conf->route[i]) : -EINVAL;
	return ret;
}

/* The prefixes of a link, each once, with the longest of its lifetimes. Returns how many. */
static unsigned int prefixes_of(const struct hp_neighbor_link *link, struct hp_agent_prefix *out)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < link->addresses; i++) {
		const struct hp_own_address *a = &link->address[i];
		const struct hp_ip6 prefix = hp_ip6_prefix(&a->address, a->prefix_length);
		unsigned int k = 0;

		while (k < n && !(out[k].length == a->prefix_length && hp_ip6_eq(&out[k].prefix, &prefix)))
			k++;
		if (k == n)
			out[n++] = (struct hp_agent_prefix){.prefix = prefix, .length = a->prefix_length};
		if (out[k].valid_s < a->valid_s)
			out[k].valid_s = a->valid_s;
		if (out[k].preferred_s < a->preferred_s)
			out[k].preferred_s = a->preferred_s;
	}
	return n;
}

static void free_agent_conf(struct hp_agent_conf *ac)
{
	struct hp_agent_link *links = (struct hp_agent_link *)(uintptr_t)ac->link;

	for (unsigned int i = 0; i < ac->links; i++)
		free(links[i].prefix);
	free(links);
}

/* 0 or -ENOMEM; to be freed in any case. */
static int agent_conf(struct hp_control *c, const struct hp_control_conf *conf, struct hp_agent_conf *ac)
{
	struct hp_agent_link *links = calloc(conf->links, sizeof(*links));

	*ac = (struct hp_agent_conf){
		.link = links,
		.max_bindings = conf->max_bindings,
		.max_lifetime_s = conf->max_lifetime_s,
		.preference = conf->preference,
		.dad = conf->dad,
		.multicast = conf->multicast,
		.prefix_advertisement = {.enabled = conf->prefix_advertisement.enabled,
					 .min_interval_s = conf->prefix_advertisement.min_interval_s,
					 .max_interval_s = conf->prefix_advertisement.max_interval_s},
		.guard = conf->guard,
		.neighbor = c->neighbor,
		.route = hp_output_hop,
		.route_ctx = c,
		.seed = conf->seed + 1,
	};
	for (unsigned int i = 0; i < conf->links && links; i++) {
		struct hp_agent_link *l = &links[ac->links];

		if (!conf->link[i].home)
			continue;
		*l = (struct hp_agent_link){.link = (uint16_t)i, .is_virtual = conf->link[i].is_virtual};
		l->prefix = calloc(conf->link[i].addresses + 1, sizeof(*l->prefix));
		if (!l->prefix)
			return -ENOMEM;
		l->prefixes = prefixes_of(&conf->link[i], l->prefix);
		ac->links++;
	}
	return links ? 0 : -ENOMEM;
}

static int create_agent(struct hp_control *c, const struct hp_control_conf *conf, struct hp_now now)
{
	struct hp_agent_conf ac;
	int ret = agent_conf(c, conf, &ac);

	ret = ret ? ret : hp_agent_create(&c->agent, &ac, now);
	free_agent_conf(&ac);
	return ret;
}

int hp_control_create(struct hp_control **out, const struct hp_control_conf *conf, struct hp_now now)
{
	struct hp_neighbor_conf nc = {
		.links = conf->links,
		.link = conf->link,
		.seed = conf->seed,
		.max_neighbors = MAX_NEIGHBORS,
		.probed = probed,
		.heard = heard,
	};
	struct hp_random random;
	struct hp_control *c;
	int ret;

	if (!conf->links || conf->links >= HP_LINK_NONE || !conf->link)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	ret = -ENOMEM;
	c->links = conf->links;
	c->link = calloc(conf->links, sizeof(*c->link));
	if (!c->link)
		goto fail;
	for (unsigned int i = 0; i < conf->links; i++)
		c->link[i] = (struct hp_control_link){.is_virtual = conf->link[i].is_virtual, .mtu = conf->link[i].mtu};
	hp_random_seed(&random, conf->seed + 2);
	hp_limit_init(&c->errors, &random, now.mono_ms);
	hp_limit_init(&c->binding_errors, &random, now.mono_ms);
	hp_limit_init(&c->discoveries, &random, now.mono_ms);
	ret = hp_routes_create(&c->routes, hp_random_u64(&random));
	if (ret)
		goto fail;
	ret = add_routes(c->routes, conf);
	if (ret)
		goto fail;
	c->guard = conf->guard;
	c->ipsec = conf->guard ? hp_guard_ipsec(conf->guard) : NULL;
	nc.ctx = c;
	ret = hp_neighbor_create(&c->neighbor, &nc, now);
	if (ret)
		goto fail;
	ret = create_agent(c, conf, now);
	if (ret)
		goto fail;
	ret = hp_control_correspondent_create(c, conf, now);
	if (ret)
		goto fail;
	*out = c;
	return 0;
fail:
	hp_control_destroy(c, NULL);
	return ret;
}

int hp_control_renew(struct hp_control *c, const struct hp_control_conf *conf, struct hp_now now, struct hp_effects *fx)
{
	struct hp_homes *homes = NULL;
	struct hp_routes *routes = NULL;
	struct hp_prefixes *hosts = NULL;
	struct hp_agent_conf ac;
	int ret = agent_conf(c, conf, &ac);

	ret = ret ? ret : hp_routes_create(&routes, conf->seed);
	ret = ret ? ret : add_routes(routes, conf);
	ret = ret ? ret : hp_control_correspondent_plan(c, conf, &hosts);
	ret = ret ? ret : hp_agent_plan(c->agent, &ac, now, &homes);
	ret = ret ? ret : hp_neighbor_renew(c->neighbor, conf->link, now, fx);
	if (ret) {
		hp_agent_abandon(homes);
		hp_prefixes_destroy(hosts);
		hp_routes_destroy(routes);
	} else {
		hp_agent_adopt(c->agent, &ac, homes);
		hp_control_correspondent_adopt(c, conf, hosts);
		/* Who has been told by a walk under way hears again. */
		if (!hp_routes_same(routes, c->routes))
			c->reroutes = c->reroutes ? 2 : 1;
		hp_routes_destroy(c->routes);
		c->routes = routes;
	}
	free_agent_conf(&ac);
	return ret;
}

void hp_control_destroy(struct hp_control *c, struct hp_effects *fx)
{
	if (!c)
		return;
	hp_correspondent_destroy(c->correspondent);
	hp_prefixes_destroy(c->hosts);
	hp_agent_destroy(c->agent);
	hp_neighbor_destroy(c->neighbor, fx);
	hp_routes_destroy(c->routes);
	free(c->link);
	free(c);
}

void hp_control_start(struct hp_control *c, struct hp_now now, struct hp_effects *fx)
{
	/* No wire, no carrier to wait for. */
	for (unsigned int i = 0; i < c->links; i++)
		if (c->link[i].is_virtual)
			hp_neighbor_carrier(c->neighbor, (uint16_t)i, true, now, fx);
}

void hp_control_stop(struct hp_control *c, struct hp_now now, struct hp_effects *fx)
{
	hp_neighbor_farewell(c->neighbor, now, fx);
}

void hp_control_carrier(struct hp_control *c, uint16_t link, bool up, struct hp_now now, struct hp_effects *fx)
{
	hp_neighbor_carrier(c->neighbor, link, up, now, fx);
}

void hp_control_used(struct hp_control *c, uint16_t link, const struct hp_ip6 *neighbor, struct hp_now now, struct hp_effects *fx)
{
	hp_neighbor_used(c->neighbor, link, neighbor, now, fx);
}

/* Where bindings lead, in slices. */
static void reroute(struct hp_control *c, struct hp_effects *fx)
{
	if (!c->rerouted) {
		c->rerouted = hp_agent_reroute(c->agent, REROUTES, fx);
	} else if (!c->correspondent || hp_correspondent_reroute(c->correspondent, REROUTES, fx)) {
		c->rerouted = false;
		c->reroutes--;
	}
}

void hp_control_tick(struct hp_control *c, struct hp_now now, struct hp_effects *fx)
{
	hp_neighbor_tick(c->neighbor, now, fx);
	hp_agent_tick(c->agent, now, fx);
	if (c->correspondent)
		hp_correspondent_tick(c->correspondent, now, fx);
	if (c->ipsec)
		hp_ipsec_tick(c->ipsec, now, fx);
	if (c->reroutes)
		reroute(c, fx);
}

uint64_t hp_control_next(const struct hp_control *c)
{
	const uint64_t next[] = {
		hp_neighbor_next(c->neighbor),
		hp_agent_next(c->agent),
		c->correspondent ? hp_correspondent_next(c->correspondent) : UINT64_MAX,
		c->ipsec ? hp_ipsec_next(c->ipsec) : UINT64_MAX,
		c->reroutes ? 0 : UINT64_MAX,
	};
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++)
		first = next[i] < first ? next[i] : first;
	return first;
}

void hp_control_republish(struct hp_control *c, const struct hp_ip6 *hoa, struct hp_effects *fx)
{
	hp_agent_republish(c->agent, hoa, fx);
}

int hp_control_revoke(struct hp_control *c, const struct hp_ip6 *hoa, struct hp_now now, struct hp_effects *fx)
{
	return hp_agent_revoke(c->agent, hoa, now, fx);
}

const struct hp_agent *hp_control_agent(const struct hp_control *c)
{
	return c->agent;
}

const struct hp_neighbor *hp_control_neighbor(const struct hp_control *c)
{
	return c->neighbor;
}

const struct hp_routes *hp_control_routes(const struct hp_control *c)
{
	return c->routes;
}

const uint64_t *hp_control_count(const struct hp_control *c)
{
	return c->count;
}
