/* SPDX-License-Identifier: BSD-3-Clause */
/* The lists of the API: bindings, correspondents' bindings, neighbours, routes. */
#include <stdlib.h>
#include <string.h>

#include "homeport/page.h"

static const char *state_name(enum hp_binding_state s)
{
	return s == HP_BINDING_VALID ? "valid" : s == HP_BINDING_PROBING ? "probing" : "gone";
}

/* Whose the home address is; where everybody is believed, nobody knows. */
static json_t *identity(const struct hp_app *app, const struct hp_ip6 *hoa)
{
	const struct hp_subscriber *r =
		hp_guard_method(app->guard) == HP_GUARD_OPEN ? NULL : hp_subscribers_find(hp_guard_subscribers(app->guard), hoa);

	return r ? json_stringn_nocheck(r->identity, r->identity_len) : json_null(); /* checked when it was read */
}

static json_int_t remaining_s(uint64_t expires_ms, uint64_t now_ms)
{
	return (json_int_t)(expires_ms > now_ms ? (expires_ms - now_ms + 999) / 1000 : 0);
}

static json_t *binding(const struct hp_app *app, const void *view, uint64_t now_ms)
{
	const struct hp_binding_view *b = view;
	uint64_t packets = 0, bytes = 0;
	bool accounted = hp_dataplane_account(app->dp, b->id, &packets, &bytes);
	json_t *flags = json_array();
	json_t *care_of = json_pack("[{s:o, s:n, s:s}]", "address", hp_json_address(&b->coa), "bid", "encapsulation", "ipv6");

	json_array_append_new(flags, json_string("home"));
	if (b->linklocal)
		json_array_append_new(flags, json_string("link-local"));
	return json_pack("{s:o, s:o, s:o, s:[], s:o, s:i, s:I, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "home_address",
			 hp_json_address(&b->hoa), "care_of_address", hp_json_address(&b->coa), "care_of", care_of, "prefixes", "identity",
			 identity(app, &b->hoa), "sequence", (int)b->sequence, "lifetime_s", (json_int_t)b->lifetime_s, "remaining_s",
			 remaining_s(b->expires_ms, now_ms), "link", hp_json_link(app, b->link), "flags", flags, "state",
			 state_name(b->state), "home_agent", hp_json_address(&b->ha), "registered_at", hp_json_time(b->registered_wall_ms),
			 "packets", accounted ? json_integer((json_int_t)packets) : json_null(), "bytes",
			 accounted ? json_integer((json_int_t)bytes) : json_null());
}

static void add_group(void *ctx, const struct hp_ip6 *group, bool exclude, const struct hp_ip6 *source, unsigned int sources)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < sources; i++)
		json_array_append_new(list, hp_json_address(&source[i]));
	json_array_append_new(ctx, json_pack("{s:o, s:s, s:o}", "address", hp_json_address(group), "mode", exclude ? "exclude" : "include",
					     "sources", list));
}

/* One binding, with what the page of many leaves out. */
static json_t *whole_binding(const struct hp_app *app, const struct hp_binding_view *b, uint64_t now_ms)
{
	json_t *j = binding(app, b, now_ms), *groups = json_array();

	hp_agent_groups(hp_control_agent(app->control), &b->hoa, add_group, groups);
	json_object_set_new(j, "groups", groups);
	return j;
}

static void serve_binding(struct hp_app *app, const struct hp_api_request *req, struct hp_api_response *res)
{
	struct hp_now now = hp_app_now(app);
	struct hp_binding_view view;
	struct hp_ip6 hoa;

	if (hp_ip6_parse(&hoa, req->item))
		hp_api_fail(res, 400, "bad_address", "home_address", "found \"%s\", want an IPv6 address", req->item);
	else if (!hp_agent_find(hp_control_agent(app->control), &hoa, &view))
		hp_api_fail(res, 404, "not_found", "home_address", "no binding for %s", req->item);
	else if (strcmp(req->method, "DELETE") != 0)
		res->json = whole_binding(app, &view, now.mono_ms);
	else if (hp_control_revoke(app->control, &hoa, now, app->fx))
		hp_api_fail(res, 404, "not_found", "home_address", "no binding for %s", req->item);
	else
		res->status = 204;
}

static size_t take_bindings(const struct hp_app *app, const struct hp_page *p, void *view, uint64_t *next, bool *more)
{
	return hp_agent_page(hp_control_agent(app->control), p->first, p->after, p->limit, view, HP_PAGE_CAP, next, more);
}

void hp_serve_bindings(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	static const struct hp_page_list list = {"bindings", sizeof(struct hp_binding_view), take_bindings, binding};

	if (req->item)
		serve_binding(ctx, req, res);
	else
		hp_page_serve(ctx, &list, req, res);
}

static size_t take_correspondents(const struct hp_app *app, const struct hp_page *p, void *view, uint64_t *next, bool *more)
{
	const struct hp_correspondent *core = hp_control_correspondent(app->control);

	*more = false;
	return core ? hp_correspondent_page(core, p->first, p->after, p->limit, view, HP_PAGE_CAP, next, more) : 0;
}

static json_t *correspondent(const struct hp_app *app, const void *view, uint64_t now_ms)
{
	const struct hp_correspondent_view *v = view;

	return json_pack("{s:o, s:o, s:o, s:b, s:i, s:I, s:I, s:b, s:o, s:o}", "home_address", hp_json_address(&v->hoa), "correspondent",
			 hp_json_address(&v->correspondent), "care_of_address", hp_json_address(&v->coa), "protected", !v->own, "sequence",
			 (int)v->sequence, "lifetime_s", (json_int_t)v->lifetime_s, "remaining_s", remaining_s(v->expires_ms, now_ms),
			 "in_use", v->own ? v->touched : hp_dataplane_optimized_used(app->dp, v->id), "path_mtu",
			 v->path_mtu ? json_integer(v->path_mtu) : json_null(), "registered_at", hp_json_time(v->registered_wall_ms));
}

void hp_serve_correspondents(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	static const struct hp_page_list list = {"correspondents", sizeof(struct hp_correspondent_view), take_correspondents,
						 correspondent};

	hp_page_serve(ctx, &list, req, res);
}

static size_t take_neighbors(const struct hp_app *app, const struct hp_page *p, void *view, uint64_t *next, bool *more)
{
	return hp_neighbor_page(hp_control_neighbor(app->control), p->first, p->after, p->limit, view, HP_PAGE_CAP, next, more);
}

static json_t *neighbor(const struct hp_app *app, const void *view, uint64_t now_ms)
{
	static const char *const state[] = {
		[HP_NEIGHBOR_INCOMPLETE] = "incomplete", [HP_NEIGHBOR_REACHABLE] = "reachable", [HP_NEIGHBOR_STALE] = "stale",
		[HP_NEIGHBOR_DELAY] = "delay",           [HP_NEIGHBOR_PROBE] = "probe",         [HP_NEIGHBOR_FAILED] = "failed",
	};
	const struct hp_neighbor_view *v = view;
	const bool known = v->state != HP_NEIGHBOR_INCOMPLETE && v->state != HP_NEIGHBOR_FAILED;
	char mac[HP_MAC_TEXT];

	(void)now_ms;
	return json_pack("{s:o, s:o, s:o, s:s, s:b}", "address", hp_json_address(&v->address), "link", hp_json_link(app, v->link), "mac",
			 known ? json_string(hp_mac_text(&v->mac, mac)) : json_null(), "state", state[v->state], "router", v->is_router);
}

void hp_serve_neighbors(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	static const struct hp_page_list list = {"neighbors", sizeof(struct hp_neighbor_view), take_neighbors, neighbor};

	hp_page_serve(ctx, &list, req, res);
}

struct route_list {
	const struct hp_app *app;
	json_t *list;
};

static int add_route(const struct hp_route *r, void *ctx)
{
	static const char *const kind[] = {
		[HP_ROUTE_CONNECTED] = "connected", [HP_ROUTE_STATIC] = "static", [HP_ROUTE_VIRTUAL] = "virtual"};
	struct route_list *l = ctx;
	char text[HP_PREFIX_TEXT];

	json_array_append_new(l->list, json_pack("{s:s, s:s, s:o, s:o}", "prefix", hp_prefix_text(&r->prefix, r->length, text), "kind",
						 kind[r->kind], "link", hp_json_link(l->app, r->link), "via",
						 r->kind == HP_ROUTE_STATIC ? hp_json_address(&r->via) : json_null()));
	return 0;
}

/* Routes come from the configuration: few enough for one page. */
void hp_serve_routes(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_app *app = ctx;
	struct route_list l = {app, json_array()};

	hp_routes_each(hp_control_routes(app->control), add_route, &l);
	res->json = json_pack("{s:o, s:n}", "routes", l.list, "next");
}

static json_t *home_agent(const struct hp_app *app, const struct hp_home_agent_view *v, uint64_t now_ms)
{
	json_t *addresses = json_array();

	for (unsigned int i = 0; i < v->addresses; i++)
		json_array_append_new(addresses, hp_json_address(&v->address[i]));
	return json_pack("{s:o, s:o, s:i, s:o, s:b, s:o}", "link", hp_json_link(app, v->link), "router",
			 hp_ip6_is_any(&v->linklocal) ? json_null() : hp_json_address(&v->linklocal), "preference", (int)v->preference,
			 "addresses", addresses, "own", v->own, "remaining_s",
			 v->own ? json_null() : json_integer(remaining_s(v->expires_ms, now_ms)));
}

/* A bounded list a home link: one page. */
void hp_serve_home_agents(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	struct hp_app *app = ctx;
	const struct hp_now now = hp_app_now(app);
	struct hp_home_agent_view *view = malloc((1 + HP_AGENTS_MOST) * sizeof(*view));
	json_t *list;

	(void)req;
	if (!view) {
		hp_api_fail(res, 503, "out_of_memory", "", "out of memory");
		return;
	}
	list = json_array();
	for (unsigned int home = 0, n; (n = hp_agent_home_agents(hp_control_agent(app->control), home, now, view)); home++)
		for (unsigned int i = 0; i < n; i++)
			json_array_append_new(list, home_agent(app, &view[i], now.mono_ms));
	free(view);
	res->json = json_pack("{s:o, s:n}", "home_agents", list, "next");
}
