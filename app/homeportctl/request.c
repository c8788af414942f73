/* SPDX-License-Identifier: BSD-3-Clause */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vault.h"
#include "conf/json.h"
#include "homeportctl/ctl.h"

struct body {
	char *data;
	size_t len;
	void (*line)(const char *text, void *ctx);
	void *ctx;
};

static size_t take(char *data, size_t size, size_t n, void *ctx)
{
	struct body *b = ctx;
	char *grown = hp_vault_grow(b->data, b->len + size * n + 1), *end; /* it may hold an enrolment code */

	if (!grown)
		return 0;
	memcpy(grown + b->len, data, size * n);
	b->data = grown;
	b->len += size * n;
	grown[b->len] = '\0';
	while (b->line && (end = strchr(b->data, '\n'))) {
		*end = '\0';
		b->line(b->data, b->ctx);
		b->len -= (size_t)(end + 1 - b->data);
		memmove(b->data, end + 1, b->len + 1);
	}
	return size * n;
}

static CURL *prepare(const struct ctl *c, const char *method, const char *path, struct body *b)
{
	CURL *h = curl_easy_init();
	char url[512];

	if (!h)
		return NULL;
	snprintf(url, sizeof(url), "http://homeport%s", path);
	curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, c->socket);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
	if (strcmp(method, "POST") == 0)
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, "");
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, b);
	return h;
}

/* {"error": {"code", "message", "path"}} as one line. */
static void complain(long status, const json_t *json)
{
	const json_t *e = json_object_get(json, "error");
	const char *message = json_string_value(json_object_get(e, "message")), *path = json_string_value(json_object_get(e, "path"));

	fprintf(stderr, "homeportctl: %s%s%s (HTTP %ld)\n", path ? path : "", path && *path ? ": " : "", message ? message : "refused",
		status);
}

int ctl_request(const struct ctl *c, const char *method, const char *path, json_t **out)
{
	return ctl_send(c, method, path, NULL, out);
}

int ctl_send(const struct ctl *c, const char *method, const char *path, const json_t *body, json_t **out)
{
	char *sent = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct body b = {0};
	CURL *h = prepare(c, method, path, &b);
	CURLcode ret = CURLE_OUT_OF_MEMORY;
	long status = 0;
	json_t *json;

	*out = NULL;
	if (h) {
		curl_easy_setopt(h, CURLOPT_TIMEOUT, 30L);
		if (sent)
			curl_easy_setopt(h, CURLOPT_POSTFIELDS, sent);
		ret = curl_easy_perform(h);
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_cleanup(h);
	}
	if (sent)
		hp_json_free(sent);
	json = b.data ? json_loads(b.data, 0, NULL) : NULL;
	hp_vault_free(b.data);
	if (ret) {
		fprintf(stderr, "homeportctl: %s: %s\n", c->socket, curl_easy_strerror(ret));
	} else if (status >= 300) {
		complain(status, json);
	} else {
		*out = json;
		return 0;
	}
	json_decref(json);
	return 1;
}

int ctl_stream(const struct ctl *c, const char *path, void (*line)(const char *text, void *ctx), void *ctx)
{
	struct body b = {.line = line, .ctx = ctx};
	CURL *h = prepare(c, "GET", path, &b);
	CURLcode ret = h ? curl_easy_perform(h) : CURLE_OUT_OF_MEMORY;

	if (h)
		curl_easy_cleanup(h);
	hp_vault_free(b.data);
	if (ret)
		fprintf(stderr, "homeportctl: %s: %s\n", c->socket, curl_easy_strerror(ret));
	return ret ? 1 : 0;
}

int ctl_pages(const struct ctl *c, const char *path, const char *member, json_t **out)
{
	char page[256];
	json_t *all = json_array(), *json;

	snprintf(page, sizeof(page), "%s?limit=1000", path);
	for (;;) {
		const char *next;

		if (ctl_request(c, "GET", page, &json)) {
			json_decref(all);
			return 1;
		}
		json_array_extend(all, json_object_get(json, member));
		next = json_string_value(json_object_get(json, "next"));
		if (next)
			snprintf(page, sizeof(page), "%s?limit=1000&cursor=%s", path, next);
		json_decref(json);
		if (!next)
			break;
	}
	*out = all;
	return 0;
}
