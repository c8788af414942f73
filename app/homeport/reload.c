/* SPDX-License-Identifier: BSD-3-Clause */
/* A changed configuration is taken whole or not at all. What can change while running is the log; everything else
 * shapes ports, tables or registrations and is refused with the path of the first difference. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "homeport/app.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_runtime(const struct hp_conf *a, const struct hp_conf *b)
{
	if (a->runtime.management_core != b->runtime.management_core || a->runtime.worker_cores != b->runtime.worker_cores ||
	    a->runtime.hugepages != b->runtime.hugepages || a->runtime.memory_mb != b->runtime.memory_mb ||
	    a->runtime.sleep != b->runtime.sleep || a->runtime.eal_args != b->runtime.eal_args)
		return false;
	for (unsigned int i = 0; i < a->runtime.worker_cores; i++)
		if (a->runtime.worker_core[i] != b->runtime.worker_core[i])
			return false;
	for (unsigned int i = 0; i < a->runtime.eal_args; i++)
		if (!same_text(a->runtime.eal_arg[i], b->runtime.eal_arg[i]))
			return false;
	return true;
}

static bool same_ports(const struct hp_conf *a, const struct hp_conf *b)
{
	if (a->ports != b->ports)
		return false;
	for (unsigned int i = 0; i < a->ports; i++)
		if (!same_text(a->port[i].name, b->port[i].name) || !same_text(a->port[i].device, b->port[i].device) ||
		    a->port[i].rx_queues != b->port[i].rx_queues)
			return false;
	return true;
}

static bool same_link(const struct hp_conf_link *a, const struct hp_conf_link *b)
{
	if (!same_text(a->name, b->name) || a->port != b->port || a->vlan != b->vlan || a->mtu != b->mtu ||
	    a->dad_transmits != b->dad_transmits || a->addresses != b->addresses || a->home != b->home || a->ra.enabled != b->ra.enabled ||
	    a->ra.min_interval_ms != b->ra.min_interval_ms || a->ra.max_interval_ms != b->ra.max_interval_ms ||
	    a->ra.min_delay_ms != b->ra.min_delay_ms || a->ra.router_lifetime_s != b->ra.router_lifetime_s)
		return false;
	for (unsigned int i = 0; i < a->addresses; i++)
		if (!hp_ip6_eq(&a->address[i].address, &b->address[i].address) ||
		    a->address[i].prefix_length != b->address[i].prefix_length || a->address[i].valid_s != b->address[i].valid_s ||
		    a->address[i].preferred_s != b->address[i].preferred_s)
			return false;
	return true;
}

static bool same_links(const struct hp_conf *a, const struct hp_conf *b)
{
	if (a->links != b->links)
		return false;
	for (unsigned int i = 0; i < a->links; i++)
		if (!same_link(&a->link[i], &b->link[i]))
			return false;
	return true;
}

static bool same_routes(const struct hp_conf *a, const struct hp_conf *b)
{
	if (a->routes != b->routes)
		return false;
	for (unsigned int i = 0; i < a->routes; i++)
		if (!hp_ip6_eq(&a->route[i].prefix, &b->route[i].prefix) || a->route[i].length != b->route[i].length ||
		    !hp_ip6_eq(&a->route[i].via, &b->route[i].via) || a->route[i].link != b->route[i].link)
			return false;
	return true;
}

static bool same_home_agent(const struct hp_conf *a, const struct hp_conf *b)
{
	return a->home_agent.preference == b->home_agent.preference && a->home_agent.lifetime_s == b->home_agent.lifetime_s &&
	       a->home_agent.max_bindings == b->home_agent.max_bindings &&
	       a->home_agent.max_binding_lifetime_s == b->home_agent.max_binding_lifetime_s && a->home_agent.dad == b->home_agent.dad &&
	       a->home_agent.multicast == b->home_agent.multicast && a->home_agent.accounting == b->home_agent.accounting &&
	       a->home_agent.authentication == b->home_agent.authentication;
}

static bool same_api(const struct hp_conf *a, const struct hp_conf *b)
{
	return same_text(a->api.unix_path, b->api.unix_path) && same_text(a->api.tcp, b->api.tcp) &&
	       same_text(a->api.owner, b->api.owner) && same_text(a->api.group, b->api.group);
}

static const struct {
	const char *path;
	bool (*same)(const struct hp_conf *a, const struct hp_conf *b);
} section[] = {
	{"runtime", same_runtime}, {"ports", same_ports},           {"links", same_links},
	{"routes", same_routes},   {"home_agent", same_home_agent}, {"api", same_api},
};

int hp_reload(struct hp_app *app, struct hp_error *e)
{
	const struct hp_conf_machine machine = hp_machine();
	struct hp_conf *fresh;
	int ret = hp_conf_load(&fresh, app->file, &machine, e);

	if (ret)
		return ret;
	if (!same_text(fresh->name, app->conf->name))
		ret = hp_error_set(e, EBUSY, "name", "changed; this needs a restart");
	for (size_t i = 0; i < sizeof(section) / sizeof(section[0]) && !ret; i++)
		if (!section[i].same(app->conf, fresh))
			ret = hp_error_set(e, EBUSY, section[i].path, "changed; this needs a restart");
	if (!ret) {
		app->conf->log = fresh->log;
		hp_log_init(fresh->log.level, fresh->log.json);
		hp_info("configuration reloaded");
	}
	hp_conf_destroy(fresh);
	return ret;
}
