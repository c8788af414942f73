/* SPDX-License-Identifier: BSD-3-Clause */
/* The sections judged together: names become indices, cores and prefixes are held against each other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"

static int fail(struct hp_error *e, const char *where, unsigned int i, const char *member, const char *fmt, const char *what)
{
	char path[96];

	snprintf(path, sizeof(path), "%s[%u]%s%s", where, i, member[0] ? "." : "", member);
	return hp_error_set(e, EINVAL, path, fmt, what);
}

static bool core_exists(const struct hp_conf_machine *m, unsigned int core)
{
	return m->has_cpu ? m->has_cpu(core) : core < m->cpus;
}

static int check_cores(const struct hp_conf *c, const struct hp_conf_machine *m, struct hp_error *e)
{
	if (!core_exists(m, c->runtime.management_core))
		return hp_error_set(e, EINVAL, "runtime.management_core", "found %u, want a core of this machine, which has %u",
				    c->runtime.management_core, m->cpus);
	for (unsigned int i = 0; i < c->runtime.worker_cores; i++) {
		char path[64];

		snprintf(path, sizeof(path), "runtime.worker_cores[%u]", i);
		if (!core_exists(m, c->runtime.worker_core[i]))
			return hp_error_set(e, EINVAL, path, "found %u, want a core of this machine, which has %u",
					    c->runtime.worker_core[i], m->cpus);
		/* Two that spin on one core starve each other; two that sleep share it well. */
		if (c->runtime.worker_core[i] == c->runtime.management_core && !c->runtime.sleep)
			return hp_error_set(e, EINVAL, path,
					    "found %u, which is the management core, want another (or runtime.idle \"sleep\")",
					    c->runtime.worker_core[i]);
	}
	return 0;
}

static int resolve_ports(struct hp_conf_draft *d, struct hp_error *e)
{
	struct hp_conf *c = d->conf;

	for (unsigned int i = 0; i < c->links; i++) {
		struct hp_conf_link *l = &c->link[i];

		for (unsigned int p = 0; p < c->ports && d->link_port[i]; p++)
			if (strcmp(c->port[p].name, d->link_port[i]) == 0)
				l->port = (int)p;
		if (d->link_port[i] && l->port < 0)
			return fail(e, "links", i, "port", "found \"%s\", want the name of a port, or null for a virtual link",
				    d->link_port[i]);
		for (unsigned int k = 0; k < i && l->port >= 0; k++)
			if (c->link[k].port == l->port && c->link[k].vlan == l->vlan)
				return fail(e, "links", i, "vlan", "found the port and VLAN of link \"%s\", want another", c->link[k].name);
	}
	for (unsigned int p = 0; p < c->ports; p++) {
		bool used = false;

		for (unsigned int i = 0; i < c->links; i++)
			used = used || c->link[i].port == (int)p;
		if (!used)
			return fail(e, "ports", p, "name", "found \"%s\", which no link uses, want a link on it", c->port[p].name);
	}
	return 0;
}

static int resolve_home_links(struct hp_conf_draft *d, struct hp_error *e)
{
	struct hp_conf *c = d->conf;

	for (unsigned int i = 0; i < d->home_links; i++) {
		unsigned int l = 0;

		while (l < c->links && strcmp(c->link[l].name, d->home_link[i]) != 0)
			l++;
		if (l == c->links)
			return fail(e, "home_agent.links", i, "", "found \"%s\", want the name of a link", d->home_link[i]);
		c->link[l].home = true;
		if (!c->link[l].addresses)
			return fail(e, "links", l, "addresses", "found none on home link \"%s\", want at least one", c->link[l].name);
	}
	for (unsigned int l = 0; l < c->links; l++) {
		if (c->link[l].port < 0 && !c->link[l].home)
			return fail(e, "links", l, "port", "found null on link \"%s\", which is no home link, want a port",
				    c->link[l].name);
		if (c->link[l].port < 0 && d->link_has_ra[l] && c->link[l].ra.enabled)
			return fail(e, "links", l, "router_advertisement.enabled", "found true on virtual link \"%s\", want false",
				    c->link[l].name);
		/* Mobile nodes at home need their router: home links advertise unless told not to. */
		if (!d->link_has_ra[l])
			c->link[l].ra.enabled = c->link[l].home && c->link[l].port >= 0;
	}
	return 0;
}

static bool overlap(const struct hp_conf_address *a, const struct hp_conf_address *b)
{
	unsigned int length = a->prefix_length < b->prefix_length ? a->prefix_length : b->prefix_length;

	return hp_ip6_in_prefix(&a->address, &b->address, length);
}

static int check_prefixes(const struct hp_conf *c, struct hp_error *e)
{
	for (unsigned int i = 0; i < c->links; i++)
		for (unsigned int x = 0; x < c->link[i].addresses; x++) {
			const struct hp_conf_address *a = &c->link[i].address[x];
			char member[32];

			snprintf(member, sizeof(member), "addresses[%u]", x);
			for (unsigned int k = 0; k <= i; k++)
				for (unsigned int y = 0; y < (k == i ? x : c->link[k].addresses); y++) {
					const struct hp_conf_address *b = &c->link[k].address[y];
					char text[HP_PREFIX_TEXT];

					hp_prefix_text(&b->address, b->prefix_length, text);
					if (hp_ip6_eq(&a->address, &b->address))
						return fail(e, "links", i, member, "found the address of %s a second time, want another",
							    text);
					if (overlap(a, b) && (k != i || a->prefix_length != b->prefix_length))
						return fail(e, "links", i, member, "found a prefix that overlaps %s, want separate ones",
							    text);
				}
		}
	return 0;
}

static bool on_link(const struct hp_conf_link *l, const struct hp_ip6 *a)
{
	if (l->port < 0)
		return false;
	for (unsigned int i = 0; i < l->addresses; i++)
		if (hp_ip6_in_prefix(a, &l->address[i].address, l->address[i].prefix_length))
			return true;
	return false;
}

static int check_routes(struct hp_conf_draft *d, struct hp_error *e)
{
	struct hp_conf *c = d->conf;

	for (unsigned int i = 0; i < c->routes; i++) {
		const struct hp_ip6 *via = &c->route[i].via;
		unsigned int l = 0;
		char text[HP_IP6_TEXT];

		hp_ip6_text(via, text);
		while (l < c->links && (d->route_link[i] ? strcmp(c->link[l].name, d->route_link[i]) != 0 : !on_link(&c->link[l], via)))
			l++;
		if (l == c->links && d->route_link[i])
			return fail(e, "routes", i, "link", "found \"%s\", want the name of a link", d->route_link[i]);
		if (l == c->links)
			return fail(e, "routes", i, "via", "found %s, which is on no link, want a neighbour's address", text);
		if (!hp_ip6_is_linklocal(via) && !on_link(&c->link[l], via))
			return fail(e, "routes", i, "via", "found %s, which is not on that link, want a neighbour's address", text);
		if (c->link[l].port < 0)
			return fail(e, "routes", i, "link", "found virtual link \"%s\", want one on a port", c->link[l].name);
		for (unsigned int x = 0; x < c->link[l].addresses; x++)
			if (hp_ip6_eq(&c->link[l].address[x].address, via))
				return fail(e, "routes", i, "via", "found %s, which is our own, want a neighbour's address", text);
		c->route[i].link = l;
	}
	return 0;
}

int hp_conf_check(struct hp_conf_draft *d, const struct hp_conf_machine *machine, struct hp_error *e)
{
	int ret = check_cores(d->conf, machine, e);

	ret = ret ? ret : resolve_ports(d, e);
	ret = ret ? ret : resolve_home_links(d, e);
	ret = ret ? ret : check_prefixes(d->conf, e);
	ret = ret ? ret : check_routes(d, e);
	ret = ret ? ret : hp_conf_check_mobile_nodes(d->conf, e);
	return ret;
}

void hp_conf_draft_free(struct hp_conf_draft *d)
{
	for (unsigned int i = 0; d->link_port && i < d->conf->links; i++)
		free(d->link_port[i]);
	for (unsigned int i = 0; d->route_link && i < d->conf->routes; i++)
		free(d->route_link[i]);
	for (unsigned int i = 0; i < d->home_links; i++)
		free(d->home_link[i]);
	free(d->store_path);
	free(d->link_port);
	free(d->link_has_ra);
	free(d->route_link);
	free(d->home_link);
}
