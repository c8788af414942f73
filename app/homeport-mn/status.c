/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the node is: served on the API's socket, and asked for by `homeport-mn status`. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "homeport-mn/mn.h"

static const char *const state_name[] = {
	[HP_NODE_DETACHED] = "detached", [HP_NODE_DISCOVERING] = "discovering", [HP_NODE_REGISTERING] = "registering",
	[HP_NODE_AWAY] = "away",         [HP_NODE_RETURNING] = "returning",     [HP_NODE_HOME] = "home",
	[HP_NODE_STOPPED] = "stopped",
};

static const char *const route_name[] = {
	[HP_NODE_ROUTE_COUNTING] = "counting",   [HP_NODE_ROUTE_TESTING] = "testing", [HP_NODE_ROUTE_UPDATING] = "updating",
	[HP_NODE_ROUTE_OPTIMIZED] = "optimized", [HP_NODE_ROUTE_WAITING] = "waiting", [HP_NODE_ROUTE_UNABLE] = "unable",
};

static json_t *address(const struct hp_ip6 *a)
{
	char text[HP_IP6_TEXT];

	return hp_ip6_is_any(a) ? json_null() : json_string(hp_ip6_text(a, text));
}

/* Null: for ever, as far as known. */
static json_t *left(uint64_t until_ms, uint64_t now_ms)
{
	if (until_ms == UINT64_MAX)
		return json_null();
	return json_integer((json_int_t)(until_ms > now_ms ? (until_ms - now_ms) / 1000 : 0));
}

static json_t *agents(const struct hp_node_view *v)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < v->agents; i++)
		json_array_append_new(list, address(&v->agent[i]));
	return list;
}

struct correspondents {
	json_t *list;
	unsigned int home;
	uint64_t now_ms;
};

static void one_correspondent(void *ctx, const struct hp_node_correspondent_view *v)
{
	const struct correspondents *c = ctx;

	if (v->home != c->home)
		return;
	json_array_append_new(c->list,
			      json_pack("{s:o, s:s, s:o, s:I, s:o, s:I}", "address", address(&v->peer), "route", route_name[v->route],
					"care_of_address", address(&v->coa), "packets", (json_int_t)v->packets, "last_status",
					v->last_status < 0 ? json_null() : json_integer(v->last_status), "remaining_s",
					(json_int_t)(v->expires_ms > c->now_ms ? (v->expires_ms - c->now_ms) / 1000 : 0)));
}

static json_t *correspondents(const struct mn *mn, unsigned int home, uint64_t now_ms)
{
	struct correspondents c = {json_array(), home, now_ms};

	hp_node_correspondents(mn->node, one_correspondent, &c);
	return c.list;
}

static void serve_status(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct mn *mn = ctx;
	const uint64_t *count = hp_node_count(mn->node);
	const uint64_t *ipsec = hp_ipsec_count(mn->ipsec);
	uint64_t now = mn_now(mn).mono_ms;
	json_t *homes = json_array(), *counters = json_object();

	(void)req;
	for (unsigned int i = 0; i < mn->conf.homes; i++) {
		struct hp_node_view v;

		hp_node_look(mn->node, i, &v);
		json_array_append_new(
			homes,
			json_pack("{s:o, s:s, s:o, s:o, s:o, s:s, s:I, s:I, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "home_address",
				  address(&v.hoa), "state", state_name[v.state], "interface",
				  v.interface < mn->conf.interfaces ? json_string(mn->conf.interface[v.interface].name) : json_null(),
				  "care_of_address", address(&v.coa), "home_agent", address(&v.ha), "virtual_interface",
				  mn->conf.home[i].virtual_interface, "lifetime_s", (json_int_t)v.lifetime_s, "remaining_s",
				  (json_int_t)(v.expires_ms > now ? (v.expires_ms - now) / 1000 : 0), "sequence", (int)v.sequence,
				  "last_status", v.last_status < 0 ? json_null() : json_integer(v.last_status), "trouble",
				  v.trouble < 0 ? json_null() : json_string(hp_node_counters[v.trouble].help), "home_agents", agents(&v),
				  "valid_s", left(v.valid_until_ms, now), "preferred_s", left(v.preferred_until_ms, now), "correspondents",
				  correspondents(mn, i, now)));
	}
	for (unsigned int i = 0; i < HP_NODE_COUNT; i++)
		json_object_set_new(counters, hp_node_counters[i].name, json_integer((json_int_t)count[i]));
	for (unsigned int i = 0; i < HP_IPSEC_COUNT; i++)
		json_object_set_new(counters, hp_ipsec_counters[i].name, json_integer((json_int_t)ipsec[i]));
	json_object_set_new(counters, "tunnel.in", json_integer((json_int_t)mn->tunnel_in));
	json_object_set_new(counters, "tunnel.out", json_integer((json_int_t)mn->tunnel_out));
	json_object_set_new(counters, "tunnel.refused", json_integer((json_int_t)mn->tunnel_refused));
	json_object_set_new(counters, "routed.in", json_integer((json_int_t)mn->routed_in));
	json_object_set_new(counters, "direct.in", json_integer((json_int_t)mn->direct_in));
	json_object_set_new(counters, "direct.out", json_integer((json_int_t)mn->direct_out));
	json_object_set_new(counters, "direct.refused", json_integer((json_int_t)mn->direct_refused));
	json_object_set_new(counters, "direct.too_big", json_integer((json_int_t)mn->direct_too_big));
	res->json = json_pack("{s:s, s:o, s:o}", "version", HP_VERSION, "homes", homes, "counters", counters);
}

const struct hp_api_resource mn_resources[] = {{.path = "/v1/status", .methods = "GET", .serve = serve_status}, {.path = NULL}};

struct text {
	char *data;
	size_t len;
};

static size_t take(char *data, size_t size, size_t n, void *ctx)
{
	struct text *t = ctx;
	char *grown = realloc(t->data, t->len + size * n + 1);

	if (!grown)
		return 0;
	memcpy(grown + t->len, data, size * n);
	t->data = grown;
	t->len += size * n;
	grown[t->len] = '\0';
	return size * n;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "-";
}

static void print_homes(const json_t *status)
{
	const json_t *h;
	size_t i;

	printf("%-40s %-12s %-12s %-40s %-40s %s\n", "HOME ADDRESS", "STATE", "INTERFACE", "CARE-OF ADDRESS", "HOME AGENT", "REMAINING");
	json_array_foreach(json_object_get(status, "homes"), i, h)
	{
		printf("%-40s %-12s %-12s %-40s %-40s %lld s\n", text_of(h, "home_address"), text_of(h, "state"), text_of(h, "interface"),
		       text_of(h, "care_of_address"), text_of(h, "home_agent"),
		       (long long)json_integer_value(json_object_get(h, "remaining_s")));
		if (json_is_string(json_object_get(h, "trouble")))
			printf("  %s\n", text_of(h, "trouble"));
	}
}

static void print_correspondents(const json_t *status)
{
	const json_t *h, *c;
	bool first = true;
	size_t i, k;

	json_array_foreach(json_object_get(status, "homes"), i, h)
	{
		json_array_foreach(json_object_get(h, "correspondents"), k, c)
		{
			if (first)
				printf("\n%-40s %-40s %-12s %-40s %12s %s\n", "HOME ADDRESS", "CORRESPONDENT", "ROUTE", "CARE-OF ADDRESS",
				       "PACKETS", "REMAINING");
			first = false;
			printf("%-40s %-40s %-12s %-40s %12lld %lld s\n", text_of(h, "home_address"), text_of(c, "address"),
			       text_of(c, "route"), text_of(c, "care_of_address"),
			       (long long)json_integer_value(json_object_get(c, "packets")),
			       (long long)json_integer_value(json_object_get(c, "remaining_s")));
		}
	}
}

int mn_status_print(const char *socket, bool json)
{
	CURL *c = curl_easy_init();
	struct text t = {0};
	CURLcode ret = CURLE_FAILED_INIT;
	json_t *status = NULL;

	if (c) {
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, socket);
		curl_easy_setopt(c, CURLOPT_URL, "http://homeport/v1/status");
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
		curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
		curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
		ret = curl_easy_perform(c);
		curl_easy_cleanup(c);
	}
	if (!ret && t.data)
		status = json_loads(t.data, 0, NULL);
	if (!status) {
		fprintf(stderr, "homeport-mn: %s: %s\n", socket, ret ? curl_easy_strerror(ret) : "no answer");
	} else if (json) {
		puts(t.data);
	} else {
		print_homes(status);
		print_correspondents(status);
	}
	ret = status ? 0 : 1;
	json_decref(status);
	free(t.data);
	return (int)ret;
}
