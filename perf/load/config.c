/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/config.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

static json_t *link_of(const char *name, const char *port, const struct hp_ip6 *address)
{
	char text[HP_PREFIX_TEXT];

	return json_pack("{s:s, s:s*, s:i, s:[s]}", "name", name, "port", port, "dad_transmits", 0, "addresses",
			 hp_prefix_text(address, 64, text));
}

static json_t *route(const struct hp_ip6 *prefix, unsigned int length, const struct hp_ip6 *via)
{
	char to[HP_PREFIX_TEXT], text[HP_IP6_TEXT];

	return json_pack("{s:s, s:s}", "prefix", hp_prefix_text(prefix, length, to), "via", hp_ip6_text(via, text));
}

int hp_config_print(const struct hp_options *o)
{
	json_t *ports = json_array(), *links = json_array(), *routes = json_array(), *all, *home;
	int ret;

	for (unsigned int i = 0; i < o->ports; i++) {
		char port[8], link[16];

		snprintf(port, sizeof(port), "p%u", i);
		snprintf(link, sizeof(link), "%s", i ? "correspondents" : "access");
		json_array_append_new(ports, json_pack("{s:s, s:s}", "name", port, "device", o->device[i]));
		json_array_append_new(links, link_of(link, port, &o->router[i]));
	}
	home = link_of("fleet", NULL, &o->addresses.agent);
	json_object_set_new(home, "port", json_null());
	json_array_append_new(links, home);
	json_array_append_new(routes, route(&HP_IP6_ANY, 0, &o->gateway[0]));
	if (o->ports > 1)
		json_array_append_new(routes, route(&o->addresses.correspondent, 48, &o->gateway[1]));
	all = json_pack("{s:s, s:{s:s}, s:o, s:o, s:o, s:{s:[s], s:I, s:I, s:s}, s:s*, s:{s:n}}", "name", "bench", "runtime", "idle",
			o->sleep ? "sleep" : "poll", "ports", ports, "links", links, "routes", routes, "home_agent", "links", "fleet",
			"max_bindings", (json_int_t)o->addresses.nodes, "max_binding_lifetime_s", (json_int_t)o->lifetime_s,
			"authentication", o->authenticated ? "mn-ha" : "none", "mobile_nodes_file", o->authenticated ? o->nodes_file : NULL,
			"store", "backend");
	ret = all && json_dumpf(all, stdout, JSON_INDENT(2)) == 0 ? 0 : -EIO;
	putchar('\n');
	json_decref(all);
	return ret;
}
