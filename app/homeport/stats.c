/* SPDX-License-Identifier: BSD-3-Clause */
/* Every counter by name, once as nested JSON, once for Prometheus. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/counters.h"
#include "homeport/app.h"

#define STAGES_MOST 32

struct group {
	const struct hp_counter_info *info;
	unsigned int n;
	const uint64_t *value;
};

#define GROUPS 9

/* Counts that are gathered from other threads. */
struct gathered {
	uint64_t dp[HP_DP_COUNT], journal[HP_ST_COUNT];
};

static void gather(const struct hp_app *app, struct group group[GROUPS], struct gathered *from)
{
	static const uint64_t none[HP_IPSEC_COUNT + HP_CN_COUNT];
	const struct hp_correspondent *correspondent = hp_control_correspondent(app->control);
	const struct hp_ipsec *ipsec = hp_guard_ipsec(app->guard);

	hp_dataplane_count(app->dp, -1, from->dp);
	hp_store_journal_count(app, from->journal);
	group[0] = (struct group){hp_dp_counters, HP_DP_COUNT, from->dp};
	group[1] = (struct group){hp_control_counters, HP_CT_COUNT, hp_control_count(app->control)};
	group[2] = (struct group){hp_agent_counters, HP_AG_COUNT, hp_agent_count(hp_control_agent(app->control))};
	group[3] = (struct group){hp_neighbor_counters, HP_NB_COUNT, hp_neighbor_count(hp_control_neighbor(app->control))};
	group[4] = (struct group){hp_refusals, HP_REFUSED_COUNT, hp_guard_count(app->guard)};
	group[5] = (struct group){hp_ipsec_counters, HP_IPSEC_COUNT, ipsec ? hp_ipsec_count(ipsec) : none};
	group[6] = (struct group){hp_journal_counters, HP_ST_COUNT, from->journal};
	group[7] = (struct group){hp_store_counters, HP_SR_COUNT, hp_store_count(app)};
	group[8] = (struct group){hp_correspondent_counters, HP_CN_COUNT, correspondent ? hp_correspondent_count(correspondent) : none};
}

/* "drop.hop_limit" -> {"drop": {"hop_limit": n}} */
static void set_dotted(json_t *root, const char *name, uint64_t value)
{
	const char *dot;

	for (; (dot = strchr(name, '.')); name = dot + 1) {
		char part[64];
		json_t *inner;

		snprintf(part, sizeof(part), "%.*s", (int)(dot - name), name);
		inner = json_object_get(root, part);
		if (!inner) {
			inner = json_object();
			json_object_set_new(root, part, inner);
		}
		root = inner;
	}
	json_object_set_new(root, name, json_integer((json_int_t)value));
}

/* Acknowledgements by status, of the home agent or (`n` NULL where it is none) of the correspondent. */
static json_t *histogram(const uint64_t *n)
{
	json_t *j = json_object();

	for (unsigned int i = 0; n && i < 256; i++) {
		char key[4];

		if (!n[i])
			continue;
		snprintf(key, sizeof(key), "%u", i);
		json_object_set_new(j, key, json_integer((json_int_t)n[i]));
	}
	return j;
}

static const uint64_t *agent_status(const struct hp_app *app)
{
	return hp_agent_status(hp_control_agent(app->control));
}

static const uint64_t *correspondent_status(const struct hp_app *app)
{
	const struct hp_correspondent *c = hp_control_correspondent(app->control);

	return c ? hp_correspondent_status(c) : NULL;
}

static json_t *ports(const struct hp_app *app)
{
	json_t *j = json_object();

	for (unsigned int i = 0; i < app->conf->ports; i++) {
		struct hp_dp_port_status p;

		hp_dataplane_port(app->dp, i, &p);
		json_object_set_new(j, p.name,
				    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "rx_packets", (json_int_t)p.rx_packets,
					      "rx_bytes", (json_int_t)p.rx_bytes, "tx_packets", (json_int_t)p.tx_packets, "tx_bytes",
					      (json_int_t)p.tx_bytes, "rx_missed", (json_int_t)p.rx_missed, "rx_errors",
					      (json_int_t)p.rx_errors, "tx_errors", (json_int_t)p.tx_errors, "rx_nombuf",
					      (json_int_t)p.rx_nombuf));
	}
	return j;
}

static json_t *workers(const struct hp_app *app)
{
	json_t *list = json_array();
	uint64_t v[HP_DP_COUNT];

	for (unsigned int i = 0; i < app->conf->runtime.worker_cores; i++) {
		json_t *j = json_pack("{s:i}", "core", (int)app->conf->runtime.worker_core[i]);

		hp_dataplane_count(app->dp, (int)i, v);
		for (unsigned int k = 0; k < HP_DP_COUNT; k++)
			if (v[k])
				set_dotted(j, hp_dp_counters[k].name, v[k]);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *stages(const struct hp_app *app)
{
	struct hp_dp_stage_status s[STAGES_MOST];
	unsigned int n = hp_dataplane_stages(app->dp, s, STAGES_MOST);
	json_t *j = json_object();

	for (unsigned int i = 0; i < n; i++)
		json_object_set_new(j, s[i].name,
				    json_pack("{s:I, s:I, s:f}", "calls", (json_int_t)s[i].calls, "packets", (json_int_t)s[i].packets,
					      "cycles_per_packet", s[i].packets ? (double)s[i].cycles / (double)s[i].packets : 0.0));
	return j;
}

void hp_serve_stats(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_app *app = ctx;
	struct group group[GROUPS];
	struct gathered from;
	json_t *j = json_object();

	gather(app, group, &from);
	for (unsigned int g = 0; g < GROUPS; g++)
		for (unsigned int i = 0; i < group[g].n; i++)
			set_dotted(j, group[g].info[i].name, group[g].value[i]);
	json_object_set_new(j, "ba_status", histogram(agent_status(app)));
	json_object_set_new(j, "correspondent_ba_status", histogram(correspondent_status(app)));
	json_object_set_new(j, "ports", ports(app));
	json_object_set_new(j, "workers", workers(app));
	json_object_set_new(j, "stages", stages(app));
	json_object_set_new(j, "effects_lost", json_integer((json_int_t)hp_effects_lost(app->fx)));
	json_object_set_new(j, "table_refusals", json_integer((json_int_t)app->refused_by_table));
	res->json = j;
}

static void metric(FILE *f, const char *name, const char *help, const char *type)
{
	fprintf(f, "# HELP homeport_%s %s\n# TYPE homeport_%s %s\n", name, help, name, type);
}

static void metric_counters(FILE *f, const struct group *g)
{
	for (unsigned int i = 0; i < g->n; i++) {
		char name[96];

		snprintf(name, sizeof(name), "%s_total", g->info[i].name);
		for (char *p = name; *p; p++)
			if (*p == '.')
				*p = '_';
		metric(f, name, g->info[i].help, "counter");
		fprintf(f, "homeport_%s %" PRIu64 "\n", name, g->value[i]);
	}
}

static void metric_ports(FILE *f, const struct hp_app *app)
{
	static const struct {
		const char *name, *help, *type;
		size_t at;
	} what[] = {
		{"port_rx_packets_total", "packets received", "counter", offsetof(struct hp_dp_port_status, rx_packets)},
		{"port_rx_bytes_total", "octets received", "counter", offsetof(struct hp_dp_port_status, rx_bytes)},
		{"port_tx_packets_total", "packets sent", "counter", offsetof(struct hp_dp_port_status, tx_packets)},
		{"port_tx_bytes_total", "octets sent", "counter", offsetof(struct hp_dp_port_status, tx_bytes)},
		{"port_rx_missed_total", "packets the device dropped for want of a descriptor", "counter",
		 offsetof(struct hp_dp_port_status, rx_missed)},
		{"port_rx_errors_total", "packets received with an error", "counter", offsetof(struct hp_dp_port_status, rx_errors)},
		{"port_tx_errors_total", "packets the device failed to send", "counter", offsetof(struct hp_dp_port_status, tx_errors)},
	};

	for (size_t w = 0; w < sizeof(what) / sizeof(what[0]); w++) {
		metric(f, what[w].name, what[w].help, what[w].type);
		for (unsigned int i = 0; i < app->conf->ports; i++) {
			struct hp_dp_port_status p;
			uint64_t v;

			hp_dataplane_port(app->dp, i, &p);
			memcpy(&v, (const char *)&p + what[w].at, sizeof(v));
			fprintf(f, "homeport_%s{port=\"%s\"} %" PRIu64 "\n", what[w].name, p.name, v);
		}
	}
	metric(f, "port_up", "1 when the port's link is up", "gauge");
	for (unsigned int i = 0; i < app->conf->ports; i++) {
		struct hp_dp_port_status p;

		hp_dataplane_port(app->dp, i, &p);
		fprintf(f, "homeport_port_up{port=\"%s\"} %d\n", p.name, p.up);
	}
}

static void metric_status(FILE *f, const char *name, const char *help, const uint64_t *n)
{
	metric(f, name, help, "counter");
	for (unsigned int i = 0; n && i < 256; i++)
		if (n[i])
			fprintf(f, "homeport_%s{status=\"%u\"} %" PRIu64 "\n", name, i, n[i]);
}

void hp_serve_metrics(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_app *app = ctx;
	const struct hp_correspondent *correspondent = hp_control_correspondent(app->control);
	struct group group[GROUPS];
	struct gathered from;
	uint32_t buffers, buffers_free;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f) {
		hp_api_fail(res, 503, "out_of_memory", "", "out of memory");
		return;
	}
	gather(app, group, &from);
	metric(f, "bindings", "bindings now", "gauge");
	fprintf(f, "homeport_bindings %zu\n", hp_agent_bindings(hp_control_agent(app->control)));
	metric(f, "correspondent_bindings", "bindings of correspondents now", "gauge");
	fprintf(f, "homeport_correspondent_bindings %zu\n", correspondent ? hp_correspondent_bindings(correspondent) : 0);
	hp_dataplane_buffers(app->dp, &buffers, &buffers_free);
	metric(f, "packet_buffers", "packet buffers in all", "gauge");
	fprintf(f, "homeport_packet_buffers %" PRIu32 "\n", buffers);
	metric(f, "packet_buffers_free", "packet buffers that hold no packet now", "gauge");
	fprintf(f, "homeport_packet_buffers_free %" PRIu32 "\n", buffers_free);
	metric(f, "insecure", "1 when registrations are not authenticated", "gauge");
	fprintf(f, "homeport_insecure %d\n", app->conf->home_agent.authentication == HP_AUTH_NONE);
	for (unsigned int g = 0; g < GROUPS; g++)
		metric_counters(f, &group[g]);
	metric_status(f, "ba_status_total", "Binding Acknowledgements sent by status", agent_status(app));
	metric_status(f, "correspondent_ba_status_total", "Binding Acknowledgements sent as a correspondent by status",
		      correspondent_status(app));
	metric_ports(f, app);
	fclose(f);
	res->text = text;
	res->content_type = "text/plain; version=0.0.4";
}
