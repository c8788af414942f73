/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that wait. The client is a socket, the turns are ours: nothing here depends on time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/api.h"
#include "run.h"

static struct sockaddr_un at = {.sun_family = AF_UNIX};
static uint64_t after;
static unsigned int served;

static void serve(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	(void)ctx;
	served++;
	res->status = 201;
	res->json = json_pack("{s:O?}", "body", req->body);
	res->after = after;
}

static const struct hp_api_resource resources[] = {{.path = "/v1/a", .methods = "GET,PUT", .item_methods = "GET,PUT", .serve = serve},
						   {.path = NULL}};

static struct hp_api *start(void)
{
	const struct hp_api_conf conf = {.unix_path = at.sun_path, .resource = resources};
	struct hp_api *api = NULL;
	struct hp_error e;

	snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/test_api.%d", (int)getpid());
	CU_ASSERT_EQUAL_FATAL(hp_api_create(&api, &conf, &e), 0);
	served = 0;
	return api;
}

static void turn(struct hp_api *api)
{
	for (int i = 0; i < 6; i++)
		hp_api_run(api);
}

static int ask(struct hp_api *api, const char *request)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	turn(api);
	CU_ASSERT(send(fd, request, strlen(request), MSG_NOSIGNAL) > 0);
	turn(api);
	return fd;
}

static int put(struct hp_api *api, uint64_t point)
{
	after = point;
	return ask(api, "PUT /v1/a/x HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n{\"k\":1}");
}

/* What has come since: "" for nothing. */
static const char *heard(struct hp_api *api, int fd)
{
	static char text[4096];
	ssize_t n;

	turn(api);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static bool is_answer(struct hp_api *api, int fd, const char *status, const char *body)
{
	const char *text = heard(api, fd);

	return strncmp(text, status, strlen(status)) == 0 && strstr(text, body);
}

static void test_order(void)
{
	struct hp_api *api = start();
	int first = put(api, 5), second = put(api, 6), now;

	CU_ASSERT_STRING_EQUAL(heard(api, first), "");
	hp_api_reach(api, 4);
	CU_ASSERT_STRING_EQUAL(heard(api, first), "");
	/* Others do not wait meanwhile, nor what waits for nothing. */
	now = put(api, 0);
	CU_ASSERT(is_answer(api, now, "HTTP/1.1 201", "{\"body\":{\"k\":1}}"));
	close(now);
	now = put(api, 4);
	CU_ASSERT(is_answer(api, now, "HTTP/1.1 201", "{\"body\":{\"k\":1}}"));
	close(now);
	hp_api_reach(api, 5);
	CU_ASSERT(hp_api_timeout_ms(api) == 0);
	CU_ASSERT(is_answer(api, first, "HTTP/1.1 201", "{\"body\":{\"k\":1}}"));
	CU_ASSERT_STRING_EQUAL(heard(api, second), "");
	hp_api_reach(api, 7);
	CU_ASSERT(is_answer(api, second, "HTTP/1.1 201", "{\"body\":{\"k\":1}}"));
	/* Each was carried out once; the connection is good for more. */
	CU_ASSERT_EQUAL(served, 4);
	CU_ASSERT(send(second, "GET /v1/a HTTP/1.1\r\nHost: h\r\n\r\n", 31, MSG_NOSIGNAL) > 0);
	CU_ASSERT_STRING_NOT_EQUAL(heard(api, second), "");
	close(first);
	close(second);
	hp_api_destroy(api);
}

static void test_give_up(void)
{
	struct hp_api *api = start();
	int fd = put(api, 5), other = put(api, 6);

	hp_api_give_up(api, 503, "store_failed", "No space left");
	CU_ASSERT(is_answer(api, fd, "HTTP/1.1 503", "\"code\":\"store_failed\""));
	CU_ASSERT(is_answer(api, other, "HTTP/1.1 503", "No space left"));
	CU_ASSERT_EQUAL(served, 2);
	close(fd);
	/* It is no mood that lasts. */
	fd = put(api, 7);
	CU_ASSERT_STRING_EQUAL(heard(api, fd), "");
	hp_api_reach(api, 7);
	CU_ASSERT(is_answer(api, fd, "HTTP/1.1 201", "{"));
	close(fd);
	close(other);
	hp_api_destroy(api);
}

/* Clients that go, and an api that ends, while an answer waits. */
static void test_gone(void)
{
	struct hp_api *api = start();
	int fd = put(api, 5), other;

	close(fd);
	turn(api);
	other = put(api, 5);
	hp_api_reach(api, 5);
	CU_ASSERT(is_answer(api, other, "HTTP/1.1 201", "{"));
	close(other);
	other = put(api, 6);
	hp_api_destroy(api);
	close(other);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"answers wait for their point", test_order},
		{"and are given up", test_give_up},
		{"those that ask go away", test_gone},
		{NULL, NULL},
	};

	return hp_tests_run("api", tests);
}
