/* SPDX-License-Identifier: BSD-3-Clause */
/* Server-sent events: every listener has a bounded queue; who does not read loses events and is told how many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"

static void drop_first(struct hp_listener *l)
{
	free(l->queue[l->head]);
	l->queue[l->head] = NULL;
	l->head = (l->head + 1) % HP_API_BACKLOG;
	l->count--;
	l->offset = 0;
}

static void append(struct hp_listener *l, const char *text)
{
	char *copy;

	if (l->count == HP_API_BACKLOG || !(copy = strdup(text))) {
		l->lost++;
		return;
	}
	l->queue[(l->head + l->count++) % HP_API_BACKLOG] = copy;
}

static void wake(struct hp_listener *l)
{
	if (!l->suspended)
		return;
	l->suspended = false;
	MHD_resume_connection(l->connection);
	l->api->kicked = true;
}

/* MHD asks for more to send; with nothing to say the connection sleeps until there is. */
static ssize_t more(void *ctx, uint64_t pos, char *buf, size_t max)
{
	struct hp_listener *l = ctx;
	size_t n;

	(void)pos;
	if (!l->count && l->lost) {
		char text[96];

		snprintf(text, sizeof(text), "event: lost\ndata: {\"event\":\"lost\",\"count\":%u}\n\n", l->lost);
		l->lost = 0;
		append(l, text);
	}
	if (!l->count) {
		l->suspended = true;
		MHD_suspend_connection(l->connection);
		return 0;
	}
	n = strlen(l->queue[l->head] + l->offset);
	if (n > max)
		n = max;
	memcpy(buf, l->queue[l->head] + l->offset, n);
	l->offset += n;
	if (!l->queue[l->head][l->offset])
		drop_first(l);
	return (ssize_t)n;
}

static void closed(void *ctx)
{
	struct hp_listener *l = ctx;

	while (l->count)
		drop_first(l);
	LIST_REMOVE(l, link);
	l->api->listening--;
	free(l);
}

struct MHD_Response *hp_events_open(struct hp_api *api, struct MHD_Connection *c)
{
	struct hp_listener *l = api->listening < HP_API_LISTENERS ? calloc(1, sizeof(*l)) : NULL;
	struct MHD_Response *r;

	if (!l)
		return NULL;
	l->api = api;
	l->connection = c;
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, more, l, closed);
	if (!r) {
		free(l);
		return NULL;
	}
	LIST_INSERT_HEAD(&api->listeners, l, link);
	api->listening++;
	append(l, ": connected\n\n");
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return r;
}

bool hp_api_event_wanted(const struct hp_api *api)
{
	const struct hp_listener *l;

	LIST_FOREACH(l, &api->listeners, link)
	if (l->count < HP_API_BACKLOG)
		return true;
	return false;
}

void hp_api_event(struct hp_api *api, const char *name, json_t *json)
{
	char *data = NULL, *text = NULL;
	struct hp_listener *l;

	if (LIST_EMPTY(&api->listeners)) {
		json_decref(json);
		return;
	}
	if (json && json_object_set_new(json, "event", json_string(name)) == 0)
		data = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	if (data && asprintf(&text, "event: %s\ndata: %s\n\n", name, data) < 0)
		text = NULL;
	LIST_FOREACH(l, &api->listeners, link)
	{
		if (text)
			append(l, text);
		else
			l->lost++;
		wake(l);
	}
	free(text);
	if (data)
		hp_request_text_free(data);
	json_decref(json);
}

/* A comment line: proxies keep the connection, and one whose client is gone is noticed. */
void hp_events_keepalive(struct hp_api *api)
{
	struct hp_listener *l;

	LIST_FOREACH(l, &api->listeners, link)
	{
		if (!l->count)
			append(l, ": still here\n\n");
		wake(l);
	}
}

void hp_events_close(struct hp_api *api)
{
	struct hp_listener *l;

	LIST_FOREACH(l, &api->listeners, link)
	wake(l);
}
