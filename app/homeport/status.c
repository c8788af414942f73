/* SPDX-License-Identifier: BSD-3-Clause */
#include "homeport/app.h"

static json_t *home_links(const struct hp_app *app)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < app->conf->links; i++) {
		const struct hp_conf_link *l = &app->conf->link[i];
		json_t *prefixes;

		if (!l->home)
			continue;
		prefixes = json_array();
		for (unsigned int k = 0; k < l->addresses; k++) {
			char text[HP_PREFIX_TEXT];
			struct hp_ip6 p = hp_ip6_prefix(&l->address[k].address, l->address[k].prefix_length);

			json_array_append_new(prefixes, json_string(hp_prefix_text(&p, l->address[k].prefix_length, text)));
		}
		json_array_append_new(list, json_pack("{s:s, s:b, s:o}", "name", l->name, "virtual", l->port < 0, "prefixes", prefixes));
	}
	return list;
}

static json_t *prefixes(const struct hp_prefix *p, unsigned int n)
{
	json_t *list = json_array();
	char text[HP_PREFIX_TEXT];

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(list, json_string(hp_prefix_text(&p[i].prefix, p[i].length, text)));
	return list;
}

static json_t *correspondents(const struct hp_app *app)
{
	typeof(app->conf->correspondent) *c = &app->conf->correspondent;
	const struct hp_correspondent *core = hp_control_correspondent(app->control);

	return json_pack("{s:b, s:I, s:I, s:I, s:o, s:o}", "enabled", c->enabled, "current",
			 (json_int_t)(core ? hp_correspondent_bindings(core) : 0), "maximum", (json_int_t)(core ? c->max_bindings : 0),
			 "memory_bytes", (json_int_t)(core ? hp_correspondent_memory(core) : 0), "protect",
			 prefixes(c->protect, c->protects), "exclude", prefixes(c->exclude, c->excludes));
}

static json_t *ports(const struct hp_app *app)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < app->conf->ports; i++) {
		struct hp_dp_port_status p;
		char mac[HP_MAC_TEXT];

		hp_dataplane_port(app->dp, i, &p);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:I, s:b, s:b, s:s}", "name", p.name,
						      "device", p.device, "driver", p.driver, "mac", hp_mac_text(&p.mac, mac), "up", p.up,
						      "mtu", (int)p.mtu, "rx_queues", (int)p.rx_queues, "tx_queues", (int)p.tx_queues,
						      "numa_node", p.socket, "speed_mbps", (json_int_t)p.speed_mbps, "rss", p.rss,
						      "promiscuous", p.promiscuous, "spreading", p.spreading));
	}
	return list;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0.0;
}

static json_t *workers(const struct hp_app *app)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < app->conf->runtime.worker_cores; i++) {
		struct hp_dp_worker_status w;

		hp_dataplane_worker(app->dp, i, &w);
		json_array_append_new(list, json_pack("{s:i, s:f, s:I, s:b, s:b, s:b, s:I}", "core", (int)app->conf->runtime.worker_core[i],
						      "busy_share", share(w.busy_cycles, w.cycles), "heartbeat_age_ms",
						      (json_int_t)w.heartbeat_age_ms, "stalled", w.stalled, "remote_numa", w.remote_numa,
						      "isolated", !w.not_isolated, "associations", (json_int_t)w.associations));
	}
	return list;
}

static json_t *crypto(const struct hp_app *app)
{
	json_t *list = json_array();
	const char *name;

	for (unsigned int i = 0; (name = hp_dataplane_crypto(app->dp, i)); i++)
		json_array_append_new(list, json_string(name));
	return list;
}

void hp_serve_status(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_app *app = ctx;
	const struct hp_agent *agent = hp_control_agent(app->control);
	size_t memory = hp_agent_memory(agent) + hp_dataplane_binding_memory(app->dp);
	uint32_t buffers, buffers_free;

	hp_dataplane_buffers(app->dp, &buffers, &buffers_free);
	res->json = json_pack("{s:s, s:s, s:I, s:I, s:b, s:o, s:{s:I, s:I, s:I}, s:o, s:I, s:{s:I, s:I}, s:{s:i, s:f}, s:o, s:o, s:o, s:o}",
			      "name", app->conf->name, "version", HP_VERSION, "uptime_s", (json_int_t)(hp_app_now(app).mono_ms / 1000),
			      "forwarding_after_ms", (json_int_t)app->forwarding_ms, "insecure",
			      app->conf->home_agent.authentication == HP_AUTH_NONE, "home_links", home_links(app), "bindings", "current",
			      (json_int_t)hp_agent_bindings(agent), "maximum", (json_int_t)app->conf->home_agent.max_bindings,
			      "memory_bytes", (json_int_t)memory, "correspondents", correspondents(app), "mobile_nodes",
			      (json_int_t)hp_subscribers_count(hp_guard_subscribers(app->guard)), "packet_buffers", "all",
			      (json_int_t)buffers, "free", (json_int_t)buffers_free, "management", "core",
			      (int)app->conf->runtime.management_core, "busy_share", share(app->busy_loops, app->loops), "workers",
			      workers(app), "crypto", crypto(app), "ports", ports(app), "store", hp_store_status(app));
}
