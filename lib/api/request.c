/* SPDX-License-Identifier: BSD-3-Clause */
/* One request: routed to its resource, answered with JSON, always. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"
#include "base/secret.h"
#include "base/vault.h"

#define ITEM 128 /* octets of an item at most */

void hp_api_fail(struct hp_api_response *res, int status, const char *code, const char *path, const char *fmt, ...)
{
	va_list ap;

	res->status = status;
	res->error_code = code;
	snprintf(res->error_path, sizeof(res->error_path), "%s", path);
	va_start(ap, fmt);
	vsnprintf(res->error_message, sizeof(res->error_message), fmt, ap);
	va_end(ap);
}

static const char *query(const struct hp_api_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Whether `method` is one of "GET,DELETE". */
static bool allows(const char *methods, const char *method)
{
	size_t len = strlen(method);

	for (const char *m = methods; m; m = strchr(m, ',') ? strchr(m, ',') + 1 : NULL)
		if (strncmp(m, method, len) == 0 && (m[len] == ',' || !m[len]))
			return true;
	return false;
}

/* What a request is about: of "/v1/mobile-nodes/{item}/rekey" the resource, the item, the verb. */
struct target {
	const struct hp_api_resource *resource;
	char item[ITEM];
	const char *verb;
};

/* Whether what follows the resource's path is one of its. */
static bool is_below(const struct hp_api_resource *r, const char *rest, struct target *out)
{
	const char *slash = strchr(rest, '/');
	const size_t len = slash ? (size_t)(slash - rest) : strlen(rest);

	if (!r->item_methods || !len || len >= sizeof(out->item) || (slash && !(r->verbs && allows(r->verbs, slash + 1))))
		return false;
	memcpy(out->item, rest, len);
	out->item[len] = '\0';
	out->verb = slash ? slash + 1 : NULL;
	return true;
}

static bool find(const struct hp_api *api, const char *url, struct target *out)
{
	for (const struct hp_api_resource *r = api->conf.resource; r->path; r++) {
		const size_t len = strlen(r->path);

		*out = (struct target){.resource = r};
		if (strncmp(url, r->path, len) == 0 && (!url[len] || (url[len] == '/' && is_below(r, url + len + 1, out))))
			return true;
	}
	return false;
}

void hp_request_text_free(void *json_text)
{
	json_free_t give_back;

	json_get_alloc_funcs(NULL, &give_back);
	give_back(json_text);
}

static const char *methods_of(const struct target *t)
{
	return t->verb ? "POST" : t->item[0] ? t->resource->item_methods : t->resource->methods;
}

static struct MHD_Response *compose(struct hp_api_response *res, const char *allow)
{
	void (*give_back)(void *text) = free;
	struct MHD_Response *r;
	char *text = res->text;

	if (res->error_code) {
		json_decref(res->json);
		res->json = json_pack("{s:{s:s, s:s, s:s}}", "error", "code", res->error_code, "message", res->error_message, "path",
				      res->error_path);
	}
	if (res->json) {
		free(text);
		text = json_dumps(res->json, JSON_COMPACT);
		json_decref(res->json);
		res->json = NULL;
		res->content_type = "application/json";
		give_back = hp_request_text_free;
	}
	r = text ? MHD_create_response_from_buffer_with_free_callback(strlen(text), text, give_back)
		 : MHD_create_response_from_buffer(0, (char *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
	if (!r) {
		if (text)
			give_back(text);
		return NULL;
	}
	if (text)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, res->content_type ? res->content_type : "text/plain");
	if (allow)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	return r;
}

static enum MHD_Result queue(struct MHD_Connection *c, unsigned int status, struct MHD_Response *r)
{
	enum MHD_Result ret;

	if (!r)
		return MHD_NO;
	ret = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return ret;
}

static enum MHD_Result reply(struct MHD_Connection *c, struct hp_api_response *res, const char *allow)
{
	return queue(c, (unsigned int)(res->status ? res->status : 200), compose(res, allow));
}

/* The connection sleeps; resumed, MHD asks for the answer once more. */
static enum MHD_Result wait_for(struct hp_api *api, struct MHD_Connection *c, struct hp_request *s, struct hp_api_response *res)
{
	s->response = compose(res, NULL);
	if (!s->response)
		return MHD_NO;
	s->status = (unsigned int)(res->status ? res->status : 200);
	s->after = res->after;
	s->connection = c;
	LIST_INSERT_HEAD(&api->waiting, s, link);
	MHD_suspend_connection(c);
	return MHD_YES;
}

static void stop_waiting(struct hp_api *api, struct hp_request *s)
{
	struct MHD_Connection *c = s->connection;

	LIST_REMOVE(s, link);
	s->connection = NULL;
	MHD_resume_connection(c);
	api->kicked = true;
}

static void wake(struct hp_api *api, uint64_t point)
{
	struct hp_request *s, *next;

	for (s = LIST_FIRST(&api->waiting); s; s = next) {
		next = LIST_NEXT(s, link);
		if (s->after <= point)
			stop_waiting(api, s);
	}
}

void hp_api_reach(struct hp_api *api, uint64_t point)
{
	if (point == api->reached)
		return;
	api->reached = point;
	wake(api, point);
}

void hp_api_give_up(struct hp_api *api, int status, const char *code, const char *message)
{
	struct hp_request *s;

	LIST_FOREACH(s, &api->waiting, link)
	{
		struct hp_api_response res = {0};

		hp_api_fail(&res, status, code, "", "%s", message);
		MHD_destroy_response(s->response);
		s->response = compose(&res, NULL); /* NULL: the connection is closed */
		s->status = (unsigned int)status;
	}
	wake(api, UINT64_MAX);
}

void hp_request_close(struct hp_api *api)
{
	wake(api, UINT64_MAX);
}

static enum MHD_Result serve_events(struct hp_api *api, struct MHD_Connection *c, const char *method)
{
	struct hp_api_response res = {0};
	struct MHD_Response *r;

	if (strcmp(method, "GET") != 0) {
		hp_api_fail(&res, 405, "method_not_allowed", "", "found %s, want GET", method);
		return reply(c, &res, "GET");
	}
	r = hp_events_open(api, c);
	if (!r) {
		hp_api_fail(&res, 503, "too_many_listeners", "", "there are %d listeners already", HP_API_LISTENERS);
		return reply(c, &res, NULL);
	}
	return queue(c, 200, r);
}

/* jansson tells what it found "near" the fault, which may be a key. */
static void refuse_json(struct hp_api_response *res, const json_error_t *why)
{
	const char *near = strstr(why->text, " near '");

	hp_api_fail(res, 400, "bad_json", "", "line %d, column %d: %.*s", why->line, why->column,
		    near ? (int)(near - why->text) : (int)strlen(why->text), why->text);
}

static void serve(struct hp_api *api, struct MHD_Connection *c, const struct target *t, const char *method, const struct hp_request *s,
		  struct hp_api_response *res)
{
	struct hp_api_request req = {
		.method = method, .item = t->item[0] ? t->item : NULL, .verb = t->verb, .query = query, .connection = c};
	json_error_t why;

	if (strcmp(method, "GET") != 0 && !hp_peer_may_write(api, c)) {
		hp_api_fail(res, 403, "read_only", "", "found %s, want root, or owner or group of the unix socket", method);
		return;
	}
	if (s->too_long) {
		hp_api_fail(res, 413, "body_too_long", "", "found a body of more than %d octets", HP_API_BODY);
		return;
	}
	if (s->len) {
		req.body = json_loadb(s->body, s->len, JSON_REJECT_DUPLICATES, &why);
		if (!req.body) {
			refuse_json(res, &why);
			return;
		}
	}
	t->resource->serve(api->conf.ctx, &req, res);
	json_decref(req.body);
}

/* A body may hold keys: neither it nor the library's buffer keeps them. */
static void take_body(struct hp_request *s, const char *upload, size_t len)
{
	char *grown = s->len + len <= HP_API_BODY ? hp_vault_grow(s->body, s->len + len) : NULL;

	if (grown) {
		memcpy(grown + s->len, upload, len);
		s->body = grown;
		s->len += len;
	} else {
		s->too_long = true; /* read to its end all the same, or the client never sees the answer */
	}
	hp_secret_wipe((void *)(uintptr_t)upload, len);
}

enum MHD_Result hp_request_handle(void *ctx, struct MHD_Connection *c, const char *url, const char *method, const char *version,
				  const char *upload, size_t *upload_len, void **state)
{
	struct hp_api *api = ctx;
	struct hp_api_response res = {0};
	const char *allow = NULL;
	struct hp_request *s = *state;
	struct target t;

	(void)version;
	if (!s) {
		*state = calloc(1, sizeof(*s));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*upload_len) {
		take_body(s, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	if (s->after) {
		struct MHD_Response *r = s->response;

		s->response = NULL;
		return queue(c, s->status, r);
	}
	/* MHD leaves the body away where HEAD was asked. */
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	if (strcmp(url, "/v1/events") == 0)
		return serve_events(api, c, method);
	if (!find(api, url, &t)) {
		hp_api_fail(&res, 404, "not_found", "", "there is no %.200s", url);
	} else if (!allows(methods_of(&t), method)) {
		allow = methods_of(&t);
		hp_api_fail(&res, 405, "method_not_allowed", "", "found %.20s, want %s", method, allow);
	} else {
		serve(api, c, &t, method, s, &res);
		if (res.after > api->reached)
			return wait_for(api, c, s, &res);
	}
	return reply(c, &res, allow);
}

void hp_request_completed(void *api, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct hp_request *s = *state;

	(void)api;
	(void)c;
	(void)why;
	if (s) {
		if (s->connection)
			LIST_REMOVE(s, link);
		if (s->response)
			MHD_destroy_response(s->response);
		hp_vault_free(s->body);
	}
	free(s);
	*state = NULL;
}
