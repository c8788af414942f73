/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_API_INTERNAL_H
#define HP_API_INTERNAL_H

#include <microhttpd.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "api/api.h"

#define HP_API_BODY      (64 * 1024) /* a request body at most */
#define HP_API_LISTENERS 16          /* of /v1/events */
#define HP_API_BACKLOG   256         /* events a listener may lag behind */

/* One client of /v1/events. */
struct hp_listener {
	LIST_ENTRY(hp_listener) link;
	struct hp_api *api;
	struct MHD_Connection *connection;
	bool suspended;
	char *queue[HP_API_BACKLOG];
	unsigned int head, count;
	unsigned int lost;
	size_t offset; /* of queue[head] already given out */
};
LIST_HEAD(hp_listeners, hp_listener);

/* A request between its first octet and the end of its answer. */
struct hp_request {
	char *body;
	size_t len;
	bool too_long;
	/* an answer that waits: */
	LIST_ENTRY(hp_request) link;
	struct MHD_Connection *connection; /* NULL: it does not wait */
	struct MHD_Response *response;
	unsigned int status;
	uint64_t after;
};
LIST_HEAD(hp_requests, hp_request);

struct hp_api {
	struct hp_api_conf conf;
	char *unix_path;
	uid_t owner; /* of the unix socket */
	gid_t group;
	int epoll_fd;
	struct MHD_Daemon *daemon[2]; /* unix, tcp */
	struct hp_listeners listeners;
	unsigned int listening;
	struct hp_requests waiting;
	uint64_t reached;
	bool kicked; /* something was resumed: run soon */
	uint64_t keepalive_ms;
};

/* peer.c: whether who is connected may change anything. */
bool hp_peer_may_write(const struct hp_api *api, struct MHD_Connection *c);

/* request.c */
enum MHD_Result hp_request_handle(void *api, struct MHD_Connection *c, const char *url, const char *method, const char *version,
				  const char *upload, size_t *upload_len, void **state);
void hp_request_completed(void *api, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why);

void hp_request_text_free(void *json_text); /* what json_dumps gave */
void hp_request_close(struct hp_api *api);  /* those that wait, before the daemons stop */

/* events.c */
struct MHD_Response *hp_events_open(struct hp_api *api, struct MHD_Connection *c); /* NULL: too many listeners */
void hp_events_keepalive(struct hp_api *api);
void hp_events_close(struct hp_api *api); /* all of them, before the daemons stop */

#endif
