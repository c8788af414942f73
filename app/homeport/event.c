/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/json.h"
#include "homeport/app.h"

#define EVENT_NAME(id, name, help) [id] = (name),
static const char *const event_name[HP_EVENT_COUNT] = {HP_EVENTS(EVENT_NAME)};

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
	case HP_EVENT_POLICED:
	case HP_EVENT_RELOAD_REFUSED:
	case HP_EVENT_STORE_FAILED:
		return HP_LOG_WARNING;
	case HP_EVENT_HOME_AGENT_UP:
	case HP_EVENT_HOME_AGENT_DOWN:
	case HP_EVENT_PORT_UP:
	case HP_EVENT_PREFIX_UNACKNOWLEDGED:
	case HP_EVENT_RELOADED:
	case HP_EVENT_STORE_RECOVERED:
	case HP_EVENT_REVOKED:
	case HP_EVENT_REKEYED:
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

/* Strangers choose identities: what is no UTF-8 is shown as its octets in hexadecimal. */
static json_t *identity(const struct hp_event *e)
{
	json_t *j = json_stringn(e->identity, e->identity_len);
	char hex[2 * UINT8_MAX + 1];

	if (j)
		return j;
	for (unsigned int i = 0; i < e->identity_len; i++)
		snprintf(hex + 2 * i, 3, "%02x", (uint8_t)e->identity[i]);
	return json_string(hex);
}

/* What the operator reads beside the name of a refusal's counter. */
static const char *help_of(const char *reason)
{
	for (unsigned int i = 0; i < HP_REFUSED_COUNT; i++)
		if (strcmp(hp_refusals[i].name, reason) == 0)
			return hp_refusals[i].help;
	for (unsigned int i = 0; i < HP_IPSEC_COUNT; i++)
		if (strcmp(hp_ipsec_counters[i].name, reason) == 0)
			return hp_ipsec_counters[i].help;
	return "";
}

/* Who was refused by what, e.g. "spi 300 unknown for ship@fleet.example". */
static void set_reason(json_t *j, const struct hp_event *e)
{
	if (e->identity_len)
		json_object_set_new(j, "identity", identity(e));
	if (e->spi)
		json_object_set_new(j, "spi", json_integer(e->spi));
	if (e->kind == HP_EVENT_REFUSED && e->reason) {
		json_object_set_new(j, "reason", json_string(e->reason));
		json_object_set_new(j, "message", json_string(help_of(e->reason)));
	}
	if (e->kind == HP_EVENT_ASSOCIATION_EXPIRING || e->kind == HP_EVENT_ASSOCIATION_EXPIRED)
		json_object_set_new(j, "protects", json_string(e->reason));
}

static const char *first_key(enum hp_event_kind kind)
{
	const bool router = kind == HP_EVENT_ROUTER_INCONSISTENT || kind == HP_EVENT_HOME_AGENT_UP || kind == HP_EVENT_HOME_AGENT_DOWN;

	return router ? "router" : kind == HP_EVENT_ADDRESS_DUPLICATE ? "address" : "home_address";
}

static bool is_about_group(enum hp_event_kind kind)
{
	return kind == HP_EVENT_GROUP_JOINED || kind == HP_EVENT_GROUP_LEFT;
}

static json_t *describe(const struct hp_app *app, const struct hp_event *e)
{
	const char *link = hp_link_name(app, e->link);
	json_t *j = json_object();

	set_address(j, first_key(e->kind), &e->hoa);
	set_address(j, is_about_group(e->kind) ? "group" : "care_of_address", &e->coa);
	set_address(j, "correspondent", &e->correspondent);
	if (e->kind == HP_EVENT_PORT_UP || e->kind == HP_EVENT_PORT_DOWN)
		json_object_set_new(j, "port", json_string(app->conf->port[e->code].name));
	else if (link)
		json_object_set_new(j, "link", json_string(link));
	if (e->kind == HP_EVENT_REFUSED || e->kind == HP_EVENT_ROUTE_REFUSED)
		json_object_set_new(j, "status", e->code == HP_EVENT_UNANSWERED ? json_null() : json_integer(e->code));
	set_reason(j, e);
	if (e->kind == HP_EVENT_ROUTE_ENDED && e->reason)
		json_object_set_new(j, "reason", json_string(e->reason));
	if (e->kind == HP_EVENT_PATH_MTU)
		json_object_set_new(j, "mtu", json_integer(e->code));
	if (e->kind == HP_EVENT_HOME_AGENT_UP || e->kind == HP_EVENT_HOME_AGENT_DOWN)
		json_object_set_new(j, "preference", json_integer(e->code));
	if (e->kind == HP_EVENT_ROUTER_INCONSISTENT)
		json_object_set_new(j, "field", json_string(conflict_name[e->code]));
	if (e->kind == HP_EVENT_WORKER_STALLED)
		json_object_set_new(j, "worker", json_integer(e->code));
	return j;
}

static bool is_wanted(const struct hp_app *app, enum hp_event_kind kind)
{
	return hp_log_wants(level_of(kind)) || (app->api && hp_api_event_wanted(app->api));
}

/* Takes `j`. */
static void tell(struct hp_app *app, enum hp_event_kind kind, json_t *j)
{
	j = j ? j : json_object(); /* words that are no UTF-8 */
	json_object_set_new(j, "at", json_integer((json_int_t)(app->now.wall_ms / 1000)));
	if (hp_log_wants(level_of(kind))) {
		char *line = json_dumps(j, JSON_COMPACT);

		hp_log(level_of(kind), "%s %s", event_name[kind], line ? line : "");
		if (line)
			hp_json_free(line);
	}
	if (app->api)
		hp_api_event(app->api, event_name[kind], j);
	else
		json_decref(j);
}

/* A fleet has far more comings and goings than anybody reads: what nobody wants is not put into words. */
void hp_event_tell(struct hp_app *app, const struct hp_event *e)
{
	if (is_wanted(app, e->kind))
		tell(app, e->kind, describe(app, e));
}

void hp_event_reload(struct hp_app *app, const struct hp_error *e)
{
	if (e)
		tell(app, HP_EVENT_RELOAD_REFUSED, json_pack("{s:s, s:s}", "path", e->path, "message", e->text));
	else
		tell(app, HP_EVENT_RELOADED, json_object());
}

void hp_event_store(struct hp_app *app, const char *trouble)
{
	if (trouble)
		tell(app, HP_EVENT_STORE_FAILED, json_pack("{s:s, s:s}", "path", app->conf->store.path, "message", trouble));
	else
		tell(app, HP_EVENT_STORE_RECOVERED, json_pack("{s:s}", "path", app->conf->store.path));
}

void hp_event_policed(struct hp_app *app, const char *class_, uint64_t dropped)
{
	tell(app, HP_EVENT_POLICED, json_pack("{s:s, s:I}", "class", class_, "dropped", (json_int_t)dropped));
}
