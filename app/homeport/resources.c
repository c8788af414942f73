/* SPDX-License-Identifier: BSD-3-Clause */
/* Every resource of the API on one page, with the small ones. docs/openapi.json describes them. */
#include <errno.h>

#include "homeport/app.h"

void hp_serve_reload(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	struct hp_error e = {0};
	int ret = hp_reload(ctx, &e);

	if (ret == -EBUSY)
		hp_api_fail(res, 409, "restart_needed", e.path, "%s", e.text);
	else if (ret)
		hp_api_fail(res, 400, "invalid_configuration", e.path, "%s", e.text);
	else
		res->json = json_pack("{s:b}", "reloaded", 1);
}

const struct hp_api_resource hp_resources[] = {
	{.path = "/v1/status", .methods = "GET", .serve = hp_serve_status},
	{.path = "/v1/stats", .methods = "GET", .serve = hp_serve_stats},
	{.path = "/v1/bindings", .methods = "GET", .item_methods = "GET,DELETE", .serve = hp_serve_bindings},
	{.path = "/v1/correspondents", .methods = "GET", .serve = hp_serve_correspondents},
	{.path = "/v1/neighbors", .methods = "GET", .serve = hp_serve_neighbors},
	{.path = "/v1/routes", .methods = "GET", .serve = hp_serve_routes},
	{.path = "/v1/home-agents", .methods = "GET", .serve = hp_serve_home_agents},
	{.path = "/v1/security-associations", .methods = "GET", .item_methods = "GET", .serve = hp_serve_associations},
	{.path = "/v1/mobile-nodes",
	 .methods = "GET,POST",
	 .item_methods = "GET,PUT,DELETE",
	 .verbs = "rekey,suspend,resume",
	 .serve = hp_serve_mobile_nodes},
	{.path = "/v1/reload", .methods = "POST", .serve = hp_serve_reload},
	{.path = "/metrics", .methods = "GET", .serve = hp_serve_metrics},
	{.path = NULL},
};
