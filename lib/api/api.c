/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/internal.h"
#include "api/socket.h"

#define CONNECTIONS    64
#define IDLE_TIMEOUT_S 30    /* a client that neither sends nor reads */
#define REQUEST_MEMORY 32768 /* request line and headers of one connection */
#define KEEPALIVE_MS   10000

static uint64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int start(struct hp_api *api, unsigned int i, int listen_fd, struct hp_error *e)
{
	const union MHD_DaemonInfo *info;
	struct epoll_event ev = {.events = EPOLLIN};
	unsigned int most = api->conf.max_connections ? api->conf.max_connections : CONNECTIONS;

	/* No thread of its own: its epoll descriptor sits in ours, ours in the caller's. */
	api->daemon[i] = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, hp_request_handle, api,
					  MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_LIMIT, most,
					  MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
					  (size_t)REQUEST_MEMORY, MHD_OPTION_NOTIFY_COMPLETED, hp_request_completed, api, MHD_OPTION_END);
	if (!api->daemon[i]) {
		close(listen_fd);
		return hp_error_set(e, EIO, "api", "the HTTP server did not start");
	}
	info = MHD_get_daemon_info(api->daemon[i], MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || epoll_ctl(api->epoll_fd, EPOLL_CTL_ADD, info->epoll_fd, &ev))
		return hp_error_set(e, EIO, "api", "the HTTP server has no descriptor to wait on");
	return 0;
}

int hp_api_create(struct hp_api **out, const struct hp_api_conf *conf, struct hp_error *e)
{
	struct hp_api *api = calloc(1, sizeof(*api));
	struct stat st;
	int fd, ret = 0;

	if (!api)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	api->conf = *conf;
	LIST_INIT(&api->listeners);
	LIST_INIT(&api->waiting);
	api->keepalive_ms = monotonic_ms() + KEEPALIVE_MS;
	api->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (api->epoll_fd < 0)
		ret = hp_error_set(e, errno, "", "epoll: %s", strerror(errno));
	if (!ret && conf->unix_path) {
		fd = hp_socket_unix(conf, e);
		if (fd >= 0)
			api->unix_path = strdup(conf->unix_path);
		if (fd >= 0 && stat(conf->unix_path, &st) == 0) {
			api->owner = st.st_uid;
			api->group = st.st_gid;
		}
		ret = fd < 0 ? fd : start(api, 0, fd, e);
	}
	if (!ret && conf->tcp) {
		fd = hp_socket_tcp(conf->tcp, e);
		ret = fd < 0 ? fd : start(api, 1, fd, e);
	}
	if (ret) {
		hp_api_destroy(api);
		return ret;
	}
	*out = api;
	return 0;
}

void hp_api_destroy(struct hp_api *api)
{
	if (!api)
		return;
	hp_events_close(api);
	hp_request_close(api);
	for (int i = 0; i < 2; i++)
		if (api->daemon[i])
			MHD_stop_daemon(api->daemon[i]);
	if (api->unix_path)
		unlink(api->unix_path);
	free(api->unix_path);
	if (api->epoll_fd >= 0)
		close(api->epoll_fd);
	free(api);
}

int hp_api_fd(const struct hp_api *api)
{
	return api->epoll_fd;
}

void hp_api_run(struct hp_api *api)
{
	if (monotonic_ms() >= api->keepalive_ms) {
		api->keepalive_ms = monotonic_ms() + KEEPALIVE_MS;
		hp_events_keepalive(api);
	}
	api->kicked = false;
	for (int i = 0; i < 2; i++)
		if (api->daemon[i])
			MHD_run(api->daemon[i]);
}

int hp_api_timeout_ms(const struct hp_api *api)
{
	MHD_UNSIGNED_LONG_LONG ms;
	uint64_t now = monotonic_ms();
	int least = -1;

	if (api->kicked)
		return 0;
	if (api->listening)
		least = api->keepalive_ms > now ? (int)(api->keepalive_ms - now) : 0;
	for (int i = 0; i < 2; i++)
		if (api->daemon[i] && MHD_get_timeout(api->daemon[i], &ms) == MHD_YES && (least < 0 || ms < (unsigned int)least))
			least = ms > 60000 ? 60000 : (int)ms;
	return least;
}
