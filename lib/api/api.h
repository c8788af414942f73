/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP+JSON over a unix socket and, on request, loopback TCP (libmicrohttpd, its epoll descriptor inside our loop). Knows no core:
 * resources are functions that the app hands it. Management thread; nothing here blocks. */
#ifndef HP_API_API_H
#define HP_API_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct hp_api;

struct hp_api_request {
	const char *method; /* "GET", "PUT", "POST", "DELETE" */
	const char *item;   /* what follows the resource's path, NULL when nothing does (percent-decoded) */
	const char *verb;   /* what follows the item, one of the resource's verbs; NULL: nothing */
	const char *(*query)(const struct hp_api_request *r, const char *name); /* NULL: absent */
	json_t *body;                                                           /* parsed request body or NULL */
	void *connection;                                                       /* the api's own */
};

struct hp_api_response {
	int status;               /* HTTP; 200 when left 0 */
	json_t *json;             /* taken */
	char *text;               /* instead of json: taken (malloc); */
	const char *content_type; /* of text */
	const char *error_code;   /* status >= 400: {"error": {"code", "message", "path"}} */
	char error_message[256], error_path[128];
	uint64_t after; /* not 0: sent when hp_api_reach() has come to that point; nothing else waits for it */
};

struct hp_api_resource {
	const char *path;         /* "/v1/bindings" */
	const char *methods;      /* "GET,POST" */
	const char *item_methods; /* "GET,DELETE": "/v1/bindings/{item}" exists too; NULL: it does not */
	const char *verbs;        /* "rekey,suspend": POST to "/v1/…/{item}/rekey" exists too; NULL: none */
	void (*serve)(void *ctx, const struct hp_api_request *req, struct hp_api_response *res);
};

/* Anything but GET changes something: served to root and to owner and group of the unix socket, whoever may connect to it. */
struct hp_api_conf {
	const char *unix_path;                  /* mode 0660, stale file replaced, a live one refused */
	const char *owner, *group;              /* NULL: unchanged */
	const char *tcp;                        /* "[::1]:8080", NULL: none; only loopback */
	bool tcp_write;                         /* over TCP more than GET is served too: to any user of this machine */
	const struct hp_api_resource *resource; /* terminated by path NULL */
	void *ctx;
	unsigned int max_connections; /* 0: 64 */
};

/* `/v1/events` (server-sent events) is served by the api itself, fed by hp_api_event. */
int hp_api_create(struct hp_api **out, const struct hp_api_conf *conf, struct hp_error *e);
void hp_api_destroy(struct hp_api *api); /* removes the socket file */
/* Readable: call hp_api_run. One descriptor for all listeners (an epoll of epolls). */
int hp_api_fd(const struct hp_api *api);
void hp_api_run(struct hp_api *api);
int hp_api_timeout_ms(const struct hp_api *api); /* call run by then at the latest, -1: none */
/* Whether a listener of /v1/events has room for one more. Where none has, an event that happens all the same is told by NULL. */
bool hp_api_event_wanted(const struct hp_api *api);
/* Sends {"event": name, …} to every listener of /v1/events; a listener that does not read loses events and is told how many. Takes json; NULL: lost
 * to all of them. */
void hp_api_event(struct hp_api *api, const char *name, json_t *json);

/* Answers up to this point may be sent; points grow. */
void hp_api_reach(struct hp_api *api, uint64_t point);
/* It will not be reached for now: those that wait are answered with this error instead. */
void hp_api_give_up(struct hp_api *api, int status, const char *code, const char *message);

/* Helpers for resources. */
void hp_api_fail(struct hp_api_response *res, int status, const char *code, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
