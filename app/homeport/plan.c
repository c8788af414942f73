/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "homeport/app.h"

/* What the management core's own tables take for one binding at most: record, table slot, proxied address, timers, seat of the roster.
 * Held against the real figure by the 100,000 binding test. */
#define OWN_BYTES_PER_BINDING 440
/* And for one of a correspondent: its entry, and another that is remembered. */
#define OWN_BYTES_PER_CORRESPONDENT 320

static int plan_dataplane(struct hp_plan *p, const struct hp_conf *conf)
{
	static const enum hp_dp_spread spread[] = {
		[HP_SPREAD_AUTO] = HP_DP_SPREAD_AUTO,
		[HP_SPREAD_INNER] = HP_DP_SPREAD_INNER,
		[HP_SPREAD_OFF] = HP_DP_SPREAD_OFF,
	};

	p->port = calloc(conf->ports ? conf->ports : 1, sizeof(*p->port));
	p->device = calloc(conf->ports ? conf->ports : 1, sizeof(*p->device));
	p->link = calloc(conf->links, sizeof(*p->link));
	p->lcore = calloc(conf->runtime.worker_cores, sizeof(*p->lcore));
	if (!p->port || !p->device || !p->link || !p->lcore)
		return -ENOMEM;
	for (unsigned int i = 0; i < conf->ports; i++) {
		p->device[i] = hp_eal_device(&conf->port[i]);
		if (!p->device[i])
			return -ENOMEM;
		p->port[i] = (struct hp_dp_port){.name = conf->port[i].name, .device = p->device[i], .rx_queues = conf->port[i].rx_queues};
	}
	for (unsigned int i = 0; i < conf->links; i++) {
		const struct hp_conf_link *l = &conf->link[i];

		p->link[i] = (struct hp_dp_link){.name = l->name, .port = l->port, .vlan = l->vlan, .mtu = l->mtu, .home = l->home};
		if (l->port < 0)
			continue;
		if (p->port[l->port].mtu < l->mtu)
			p->port[l->port].mtu = l->mtu;
		p->port[l->port].vlan |= l->vlan != 0;
	}
	for (unsigned int i = 0; i < conf->runtime.worker_cores; i++)
		p->lcore[i] = i + 1; /* args.c numbers them so */
	p->dp = (struct hp_dp_conf){
		.ports = conf->ports,
		.links = conf->links,
		.workers = conf->runtime.worker_cores,
		.port = p->port,
		.link = p->link,
		.worker_lcore = p->lcore,
		.sleep = conf->runtime.sleep,
		.spread = spread[conf->runtime.spread],
		.max_bindings = conf->home_agent.max_bindings,
		.max_associations = hp_protection_most(conf),
		.accounting = conf->home_agent.accounting,
		.multicast = conf->home_agent.multicast,
		/* Whatever is protected now: that may change while running. */
		.max_optimized = conf->correspondent.enabled ? conf->correspondent.max_bindings : 0,
	};
	return 0;
}

static int plan_control(struct hp_plan *p, const struct hp_conf *conf)
{
	p->nb_link = calloc(conf->links, sizeof(*p->nb_link));
	p->address = calloc(conf->links, sizeof(*p->address));
	p->route = calloc(conf->routes ? conf->routes : 1, sizeof(*p->route));
	if (!p->nb_link || !p->address || !p->route)
		return -ENOMEM;
	for (unsigned int i = 0; i < conf->links; i++) {
		const struct hp_conf_link *l = &conf->link[i];
		struct hp_neighbor_link *n = &p->nb_link[i];

		p->address[i] = calloc(l->addresses ? l->addresses : 1, sizeof(**p->address));
		if (!p->address[i])
			return -ENOMEM;
		for (unsigned int k = 0; k < l->addresses; k++)
			p->address[i][k] = (struct hp_own_address){.address = l->address[k].address,
								   .prefix_length = l->address[k].prefix_length,
								   .valid_s = l->address[k].valid_s,
								   .preferred_s = l->address[k].preferred_s};
		*n = (struct hp_neighbor_link){
			.is_virtual = l->port < 0,
			.mtu = l->mtu,
			.dad_transmits = l->dad_transmits,
			.addresses = l->addresses,
			.address = p->address[i],
			.home = l->home,
		};
		n->ra.enabled = l->ra.enabled && l->port >= 0;
		n->ra.solicited_only = !l->ra.unsolicited;
		n->ra.interval_option = l->ra.interval_option && l->home;
		n->ra.min_interval_ms = l->ra.min_interval_ms;
		n->ra.max_interval_ms = l->ra.max_interval_ms;
		n->ra.min_delay_ms = l->ra.min_delay_ms;
		n->ra.router_lifetime_s = l->ra.router_lifetime_s;
		n->ra.preference = l->home ? conf->home_agent.preference : 0;
		n->ra.home_agent_lifetime_s = l->home ? conf->home_agent.lifetime_s : 0;
	}
	for (unsigned int i = 0; i < conf->routes; i++)
		p->route[i] = (struct hp_route){.prefix = conf->route[i].prefix,
						.length = conf->route[i].length,
						.kind = HP_ROUTE_STATIC,
						.link = (uint16_t)conf->route[i].link,
						.via = conf->route[i].via};
	p->control = (struct hp_control_conf){
		.links = conf->links,
		.link = p->nb_link,
		.routes = conf->routes,
		.route = p->route,
		.max_bindings = conf->home_agent.max_bindings,
		.max_lifetime_s = conf->home_agent.max_binding_lifetime_s,
		.preference = conf->home_agent.preference,
		.dad = conf->home_agent.dad,
		.prefix_advertisement = {.enabled = conf->home_agent.prefix_advertisement.enabled,
					 .min_interval_s = conf->home_agent.prefix_advertisement.min_interval_s,
					 .max_interval_s = conf->home_agent.prefix_advertisement.max_interval_s},
		.multicast = conf->home_agent.multicast,
		.correspondent = {.enabled = conf->correspondent.enabled,
				  .max_bindings = conf->correspondent.max_bindings,
				  .max_lifetime_s = conf->correspondent.max_binding_lifetime_s,
				  .protects = conf->correspondent.protects,
				  .protect = conf->correspondent.protect,
				  .excludes = conf->correspondent.excludes,
				  .exclude = conf->correspondent.exclude},
	};
	return 0;
}

static bool have_route(const struct hp_plan *p, const struct hp_ip6 *prefix, uint8_t length)
{
	for (unsigned int i = 0; i < p->dp_routes; i++)
		if (p->dp_route[i].length == length && hp_ip6_eq(&p->dp_route[i].prefix, prefix))
			return true;
	return false;
}

/* Connected prefixes first: as in control/route.h, they win over a static route of the same prefix. */
static int plan_routes(struct hp_plan *p, const struct hp_conf *conf)
{
	unsigned int most = conf->routes;

	for (unsigned int i = 0; i < conf->links; i++)
		most += conf->link[i].addresses;
	p->dp_route = calloc(most ? most : 1, sizeof(*p->dp_route));
	if (!p->dp_route)
		return -ENOMEM;
	for (unsigned int i = 0; i < conf->links; i++)
		for (unsigned int k = 0; k < conf->link[i].addresses; k++) {
			const struct hp_conf_address *a = &conf->link[i].address[k];
			struct hp_ip6 prefix = hp_ip6_prefix(&a->address, a->prefix_length);

			if (!have_route(p, &prefix, a->prefix_length))
				p->dp_route[p->dp_routes++] =
					(struct hp_dp_route){.prefix = prefix, .length = a->prefix_length, .link = (uint16_t)i};
		}
	for (unsigned int i = 0; i < conf->routes; i++)
		if (!have_route(p, &conf->route[i].prefix, conf->route[i].length))
			p->dp_route[p->dp_routes++] = (struct hp_dp_route){.prefix = conf->route[i].prefix,
									   .length = conf->route[i].length,
									   .link = (uint16_t)conf->route[i].link,
									   .via = conf->route[i].via};
	return 0;
}

int hp_plan_create(struct hp_plan **out, const struct hp_conf *conf)
{
	struct hp_plan *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return -ENOMEM;
	ret = plan_dataplane(p, conf);
	ret = ret ? ret : plan_control(p, conf);
	ret = ret ? ret : plan_routes(p, conf);
	if (ret) {
		hp_plan_destroy(p);
		return ret;
	}
	*out = p;
	return 0;
}

void hp_plan_destroy(struct hp_plan *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; p->device && i < p->dp.ports; i++)
		free(p->device[i]);
	for (unsigned int i = 0; p->address && i < p->dp.links; i++)
		free(p->address[i]);
	free(p->port);
	free(p->device);
	free(p->link);
	free(p->lcore);
	free(p->nb_link);
	free(p->address);
	free(p->route);
	free(p->dp_route);
	free(p);
}

uint64_t hp_plan_memory(const struct hp_plan *p, uint64_t *own)
{
	*own = (uint64_t)p->dp.max_bindings * OWN_BYTES_PER_BINDING + (uint64_t)p->dp.max_optimized * OWN_BYTES_PER_CORRESPONDENT;
	return hp_dataplane_memory(&p->dp);
}

static int no_memory(struct hp_error *e, const struct hp_conf *conf, uint64_t needed, const char *where, uint64_t found, const char *cure)
{
	const uint64_t mib = 1024 * 1024;
	const char *path = conf->correspondent.enabled && conf->correspondent.max_bindings > conf->home_agent.max_bindings
				   ? "correspondent.max_bindings"
				   : "home_agent.max_bindings";

	return hp_error_set(e, ENOMEM, path, "%u bindings, and %u of correspondents, need %llu MiB of %s, found %llu MiB; %slower it",
			    conf->home_agent.max_bindings, conf->correspondent.enabled ? conf->correspondent.max_bindings : 0,
			    (unsigned long long)(needed / mib + 1), where, (unsigned long long)(found / mib), cure);
}

int hp_plan_check_memory(const struct hp_conf *conf, const struct hp_plan *p, const struct hp_eal_memory *m, struct hp_error *e)
{
	uint64_t own, packets = hp_plan_memory(p, &own);
	bool huge =
		conf->runtime.hugepages == HP_HUGEPAGES_ON || (conf->runtime.hugepages == HP_HUGEPAGES_AUTO && m->hugepage_free >= packets);

	if (huge && m->hugepage_free < packets)
		return no_memory(e, conf, packets, "hugepages", m->hugepage_free, "reserve more, set runtime.hugepages to \"auto\", or ");
	if ((huge ? own : own + packets) > m->available)
		return no_memory(e, conf, huge ? own : own + packets, "memory", m->available, "");
	return 0;
}
