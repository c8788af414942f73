/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/log.h"
#include "homeport/app.h"

static const char *const event_name[HP_EVENT_COUNT] = {
	[HP_EVENT_REGISTERED] = "registered",
	[HP_EVENT_MOVED] = "moved",
	[HP_EVENT_REFRESHED] = "refreshed",
	[HP_EVENT_DEREGISTERED] = "deregistered",
	[HP_EVENT_EXPIRED] = "expired",
	[HP_EVENT_REVOKED] = "revoked",
	[HP_EVENT_REFUSED] = "refused",
	[HP_EVENT_PORT_UP] = "port_up",
	[HP_EVENT_PORT_DOWN] = "port_down",
	[HP_EVENT_ADDRESS_DUPLICATE] = "address_duplicate",
	[HP_EVENT_WORKER_STALLED] = "worker_stalled",
	[HP_EVENT_ROUTER_INCONSISTENT] = "router_inconsistent",
	[HP_EVENT_HOME_AGENT_UP] = "home_agent_up",
	[HP_EVENT_HOME_AGENT_DOWN] = "home_agent_down",
};

static const char *const conflict_name[HP_CONFLICT_COUNT] = {
	[HP_CONFLICT_HOP_LIMIT] = "hop_limit",   [HP_CONFLICT_MANAGED] = "managed",
	[HP_CONFLICT_OTHER] = "other",           [HP_CONFLICT_REACHABLE] = "reachable_time",
	[HP_CONFLICT_RETRANS] = "retrans_timer", [HP_CONFLICT_MTU] = "mtu",
	[HP_CONFLICT_VALID] = "valid_lifetime",  [HP_CONFLICT_PREFERRED] = "preferred_lifetime",
};

const char *hp_link_name(const struct hp_app *app, uint16_t link)
{
	return link < app->conf->links ? app->conf->link[link].name : NULL;
}

/* An operator wants faults in the log whatever its level, comings and goings only on request: a fleet has many. */
static enum hp_log_level level_of(enum hp_event_kind kind)
{
	switch (kind) {
	case HP_EVENT_PORT_DOWN:
	case HP_EVENT_ADDRESS_DUPLICATE:
	case HP_EVENT_WORKER_STALLED:
	case HP_EVENT_ROUTER_INCONSISTENT:
		return HP_LOG_WARNING;
	case HP_EVENT_HOME_AGENT_UP:
	case HP_EVENT_HOME_AGENT_DOWN:
	case HP_EVENT_PORT_UP:
	case HP_EVENT_REVOKED:
		return HP_LOG_INFO;
	default:
		return HP_LOG_DEBUG;
	}
}

static void set_address(json_t *j, const char *key, const struct hp_ip6 *a)
{
	char text[HP_IP6_TEXT];

	if (!hp_ip6_is_any(a))
		json_object_set_new(j, key, json_string(hp_ip6_text(a, text)));
}

static bool is_about_router(enum hp_event_kind kind)
{
	return kind == HP_EVENT_ROUTER_INCONSISTENT || kind == HP_EVENT_HOME_AGENT_UP || kind == HP_EVENT_HOME_AGENT_DOWN;
}

static json_t *describe(const struct hp_app *app, const struct hp_event *e)
{
	const char *link = hp_link_name(app, e->link);
	json_t *j = json_object();

	set_address(j, is_about_router(e->kind) ? "router" : "home_address", &e->hoa);
	set_address(j, "care_of_address", &e->coa);
	if (e->kind == HP_EVENT_PORT_UP || e->kind == HP_EVENT_PORT_DOWN)
		json_object_set_new(j, "port", json_string(app->conf->port[e->code].name));
	else if (link)
		json_object_set_new(j, "link", json_string(link));
	if (e->kind == HP_EVENT_REFUSED)
		json_object_set_new(j, "status", json_integer(e->code));
	if (e->kind == HP_EVENT_ROUTER_INCONSISTENT)
		json_object_set_new(j, "field", json_string(conflict_name[e->code]));
	if (e->kind == HP_EVENT_WORKER_STALLED)
		json_object_set_new(j, "worker", json_integer(e->code));
	json_object_set_new(j, "at", json_integer((json_int_t)(app->now.wall_ms / 1000)));
	return j;
}

/* A fleet has far more comings and goings than anybody reads: what nobody wants is not put into words. */
void hp_event_tell(struct hp_app *app, const struct hp_event *e)
{
	const bool logged = hp_log_wants(level_of(e->kind)), wanted = app->api && hp_api_event_wanted(app->api);
	json_t *j = logged || wanted ? describe(app, e) : NULL;

	if (logged) {
		char *line = json_dumps(j, JSON_COMPACT);

		hp_log(level_of(e->kind), "%s %s", event_name[e->kind], line ? line : "");
		free(line);
	}
	if (app->api)
		hp_api_event(app->api, event_name[e->kind], j);
	else
		json_decref(j);
}
