/* SPDX-License-Identifier: BSD-3-Clause */
/* A changed configuration is taken whole or not at all. What can change while running: links' addresses and their lifetimes, router and
 * mobile prefix advertisements, the home agent's preference, mobile nodes, whom we act for as correspondents, the log; everything else shapes
 * ports, tables or registrations and is refused with the path of the first difference. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "homeport/app.h"

static int needs_restart(struct hp_error *e, const char *path)
{
	return hp_error_set(e, EBUSY, path, "changed; this needs a restart");
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_runtime(const struct hp_conf *a, const struct hp_conf *b)
{
	if (a->runtime.management_core != b->runtime.management_core || a->runtime.worker_cores != b->runtime.worker_cores ||
	    a->runtime.hugepages != b->runtime.hugepages || a->runtime.memory_mb != b->runtime.memory_mb ||
	    a->runtime.sleep != b->runtime.sleep || a->runtime.spread != b->runtime.spread || a->runtime.eal_args != b->runtime.eal_args)
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

/* What of a link is made at the start; NULL: nothing of it differs. Addresses and router_advertisement can change. */
static const char *link_difference(const struct hp_conf_link *a, const struct hp_conf_link *b)
{
	if (!same_text(a->name, b->name))
		return "name";
	if (a->port != b->port)
		return "port";
	if (a->vlan != b->vlan)
		return "vlan";
	if (a->mtu != b->mtu)
		return "mtu";
	return a->dad_transmits != b->dad_transmits ? "dad_transmits" : NULL;
}

static int check_links(const struct hp_conf *a, const struct hp_conf *b, struct hp_error *e)
{
	char path[64];

	if (a->links != b->links)
		return needs_restart(e, "links");
	for (unsigned int i = 0; i < a->links; i++) {
		const char *member = link_difference(&a->link[i], &b->link[i]);

		if (!member && a->link[i].home != b->link[i].home)
			return needs_restart(e, "home_agent.links");
		snprintf(path, sizeof(path), "links[%u].%s", i, member ? member : "");
		if (member)
			return needs_restart(e, path);
	}
	return 0;
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

static int check_home_agent(const struct hp_conf *a, const struct hp_conf *b, struct hp_error *e)
{
	const char *path = a->home_agent.max_bindings != b->home_agent.max_bindings ? "home_agent.max_bindings"
			   : a->home_agent.max_binding_lifetime_s != b->home_agent.max_binding_lifetime_s
				   ? "home_agent.max_binding_lifetime_s"
			   : a->home_agent.dad != b->home_agent.dad                       ? "home_agent.dad"
			   : a->home_agent.multicast != b->home_agent.multicast           ? "home_agent.multicast"
			   : a->home_agent.accounting != b->home_agent.accounting         ? "home_agent.accounting"
			   : a->home_agent.authentication != b->home_agent.authentication ? "home_agent.authentication"
											  : NULL;

	return path ? needs_restart(e, path) : 0;
}

static int check_correspondent(const struct hp_conf *a, const struct hp_conf *b, struct hp_error *e)
{
	if (a->correspondent.enabled != b->correspondent.enabled)
		return needs_restart(e, "correspondent.enabled");
	return a->correspondent.max_bindings != b->correspondent.max_bindings ? needs_restart(e, "correspondent.max_bindings") : 0;
}

static bool same_api(const struct hp_conf *a, const struct hp_conf *b)
{
	return same_text(a->api.unix_path, b->api.unix_path) && same_text(a->api.tcp, b->api.tcp) && a->api.tcp_write == b->api.tcp_write &&
	       same_text(a->api.owner, b->api.owner) && same_text(a->api.group, b->api.group);
}

static bool same_store(const struct hp_conf *a, const struct hp_conf *b)
{
	return same_text(a->store.path, b->store.path);
}

static const struct {
	const char *path;
	bool (*same)(const struct hp_conf *a, const struct hp_conf *b);
} section[] = {
	{"runtime", same_runtime}, {"ports", same_ports}, {"routes", same_routes}, {"api", same_api}, {"store", same_store},
};

static int check(const struct hp_conf *now, const struct hp_conf *fresh, struct hp_error *e)
{
	int ret = same_text(fresh->name, now->name) ? 0 : needs_restart(e, "name");

	for (size_t i = 0; i < sizeof(section) / sizeof(section[0]) && !ret; i++)
		if (!section[i].same(now, fresh))
			ret = needs_restart(e, section[i].path);
	ret = ret ? ret : check_links(now, fresh, e);
	ret = ret ? ret : check_home_agent(now, fresh, e);
	return ret ? ret : check_correspondent(now, fresh, e);
}

/* Strings and ports of the running one are in use all over the place: only what may change goes over, by swapping. */
static void take_over(struct hp_conf *now, struct hp_conf *fresh)
{
	typeof(now->correspondent) correspondent = now->correspondent;
	char *file = now->mobile_nodes_file;

	for (unsigned int i = 0; i < now->links; i++) {
		struct hp_conf_link *a = &now->link[i], *b = &fresh->link[i];
		struct hp_conf_address *address = a->address;

		a->ra = b->ra;
		a->addresses = b->addresses;
		a->address = b->address;
		b->address = address;
	}
	now->home_agent = fresh->home_agent;
	now->log = fresh->log;
	now->correspondent = fresh->correspondent;
	fresh->correspondent = correspondent;
	now->mobile_nodes_file = fresh->mobile_nodes_file;
	fresh->mobile_nodes_file = file;
}

/* The workers' part first, which can be put back; then control, whole or not at all. */
static int apply(struct hp_app *app, struct hp_conf *fresh, struct hp_error *e)
{
	struct hp_plan *plan = NULL, *before = NULL;
	struct hp_associations *associations;
	struct hp_subscribers *nodes;
	int ret = hp_nodes_plan(&nodes, app, fresh, e);

	if (ret)
		return ret;
	ret = hp_protection_plan(&associations, app, fresh, e);
	if (ret) {
		hp_subscribers_destroy(nodes);
		return ret;
	}
	ret = hp_plan_create(&plan, fresh);
	ret = ret ? ret : hp_plan_create(&before, app->conf);
	ret = ret ? ret : hp_appliance_publish(app, plan);
	if (!ret) {
		plan->control.seed = app->start_ns;
		hp_appliance_complete(app, &plan->control);
		ret = hp_control_renew(app->control, &plan->control, hp_app_now(app), app->fx);
	}
	if (ret && before && hp_appliance_publish(app, before))
		hp_error("routes and prefixes of the changed configuration stay with the workers");
	hp_plan_destroy(before);
	hp_plan_destroy(plan);
	if (ret) {
		hp_subscribers_destroy(nodes);
		hp_associations_destroy(associations);
		return hp_error_set(e, -ret, "", "%s", strerror(-ret));
	}
	take_over(app->conf, fresh);
	hp_carry_out(app);
	hp_protection_adopt(app, associations);
	hp_nodes_adopt(app, nodes);
	return 0;
}

static int reload(struct hp_app *app, struct hp_error *e)
{
	const struct hp_conf_machine machine = hp_machine();
	struct hp_conf *fresh;
	int ret = hp_conf_load(&fresh, app->file, &machine, e);

	if (ret)
		return ret;
	ret = check(app->conf, fresh, e);
	ret = ret ? ret : apply(app, fresh, e);
	if (!ret)
		hp_log_init(fresh->log.level, fresh->log.json);
	hp_conf_destroy(fresh);
	return ret;
}

int hp_reload(struct hp_app *app, struct hp_error *e)
{
	const int ret = reload(app, e);

	app->now = hp_app_now(app);
	hp_event_reload(app, ret ? e : NULL);
	return ret;
}
