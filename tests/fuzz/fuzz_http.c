/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/api/request.c */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/api.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void serve(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const char *q = req->query(req, "limit");

	(void)ctx;
	if (req->item && strcmp(req->item, "bad") == 0)
		hp_api_fail(res, 404, "not_found", "item", "there is no %s", req->item);
	else if (q)
		res->text = strdup(q);
	else if (strcmp(req->method, "POST") == 0)
		res->after = 2; /* the others are sent at once */
	if (!res->error_code && !res->text)
		res->json = json_pack("{s:O?}", "body", req->body);
}

static const struct hp_api_resource resources[] = {
	{.path = "/v1/a", .methods = "GET,PUT", .item_methods = "GET,PUT", .verbs = "turn", .serve = serve},
	{.path = "/v1/b", .methods = "POST", .serve = serve},
	{.path = NULL}};

static struct hp_api *api;
static struct sockaddr_un at = {.sun_family = AF_UNIX};

static void turn(int times)
{
	for (int i = 0; i < times; i++)
		hp_api_run(api);
}

/* The first octet says how the rest is cut and how many clients listen to events meanwhile. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char answer[4096] = "";
	size_t cut;
	int fd;

	if (!api) {
		struct hp_api_conf conf = {.unix_path = at.sun_path, .resource = resources};
		struct hp_error e;

		snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/fuzz_http.%d", (int)getpid());
		if (hp_api_create(&api, &conf, &e))
			abort();
	}
	if (!len)
		return 0;
	cut = len > 1 ? 1 + data[0] % (len - 1) : 1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)))
		abort();
	turn(2);
	if (send(fd, data + 1, cut - 1, MSG_NOSIGNAL) >= 0)
		turn(2);
	if (send(fd, data + cut, len - cut, MSG_NOSIGNAL) >= 0)
		turn(3);
	/* A body longer than is taken. */
	for (int i = 0; data[0] == 9 && i < 70; i++) {
		if (send(fd, answer, 1000, MSG_NOSIGNAL) >= 0)
			turn(1);
	}
	for (int i = 0; i < 3; i++) {
		hp_api_event(api, "moved", json_pack("{s:i}", "n", i));
		turn(1);
	}
	/* More than a listener's backlog, so that some is lost and said. */
	if (data[0] == 7)
		for (int i = 0; i < 300; i++)
			hp_api_event(api, "moved", json_pack("{s:i}", "n", i));
	turn(2);
	if (data[0] % 2)
		hp_api_reach(api, 1);
	hp_api_give_up(api, 503, "store_failed", "not on disk");
	turn(2);
	while (read(fd, answer, sizeof(answer)) > 0)
		turn(1);
	close(fd);
	turn(2);
	return 0;
}
