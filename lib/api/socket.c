/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

static int fail(struct hp_error *e, int fd, const char *path, const char *what, const char *name)
{
	int code = errno;

	if (fd >= 0)
		close(fd);
	return hp_error_set(e, code, path, "%s %s: %s", what, name, strerror(code));
}

/* Whether somebody answers there. A file that is no socket is not ours to remove. */
static int clear_stale(const struct sockaddr_un *sa, struct hp_error *e)
{
	struct stat st;
	int fd, ret;

	if (lstat(sa->sun_path, &st))
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return hp_error_set(e, EEXIST, "api.unix", "found %s, which is no socket, want a free path", sa->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(e, fd, "api.unix", "cannot open", sa->sun_path);
	ret = connect(fd, (const struct sockaddr *)sa, sizeof(*sa));
	/* A full backlog answers too. */
	if (!ret || errno == EAGAIN) {
		close(fd);
		return hp_error_set(e, EADDRINUSE, "api.unix", "found a program listening on %s, want another path", sa->sun_path);
	}
	close(fd);
	return unlink(sa->sun_path) ? fail(e, -1, "api.unix", "cannot replace", sa->sun_path) : 0;
}

static int own(const struct hp_api_conf *c, struct hp_error *e)
{
	const struct passwd *pw = c->owner ? getpwnam(c->owner) : NULL;
	const struct group *gr = c->group ? getgrnam(c->group) : NULL;

	if (c->owner && !pw)
		return hp_error_set(e, EINVAL, "api.owner", "found \"%s\", want a user of this machine", c->owner);
	if (c->group && !gr)
		return hp_error_set(e, EINVAL, "api.group", "found \"%s\", want a group of this machine", c->group);
	if ((pw || gr) && chown(c->unix_path, pw ? pw->pw_uid : (uid_t)-1, gr ? gr->gr_gid : (gid_t)-1))
		return fail(e, -1, "api.owner", "cannot change the owner of", c->unix_path);
	return 0;
}

static void make_folder(const char *path)
{
	char copy[PATH_MAX];

	if (strlen(path) >= sizeof(copy))
		return;
	strcpy(copy, path);
	/* One level, as /run/homeport; what else is missing shows at bind. */
	(void)mkdir(dirname(copy), 0755);
}

int hp_socket_unix(const struct hp_api_conf *c, struct hp_error *e)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, ret;

	if (strlen(c->unix_path) >= sizeof(sa.sun_path))
		return hp_error_set(e, ENAMETOOLONG, "api.unix", "found a path of %zu octets, want at most %zu", strlen(c->unix_path),
				    sizeof(sa.sun_path) - 1);
	strcpy(sa.sun_path, c->unix_path);
	make_folder(c->unix_path);
	ret = clear_stale(&sa, e);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(e, fd, "api.unix", "cannot open", c->unix_path);
	/* Mode 0660 from the first moment on. */
	mask = umask(0117);
	ret = bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	umask(mask);
	if (ret)
		return fail(e, fd, "api.unix", "cannot bind", c->unix_path);
	ret = own(c, e);
	if (ret || listen(fd, BACKLOG)) {
		ret = ret ? ret : fail(e, -1, "api.unix", "cannot listen on", c->unix_path);
		close(fd);
		unlink(c->unix_path);
		return ret;
	}
	return fd;
}

/* "[::1]:8080" or "127.0.0.1:8080". */
static int parse(const char *text, struct sockaddr_storage *out, socklen_t *len)
{
	const char *colon = strrchr(text, ':');
	char host[64], *end;
	unsigned long port;
	size_t n = colon ? (size_t)(colon - text) : 0;

	if (!n || n >= sizeof(host) || !colon[1])
		return -EINVAL;
	port = strtoul(colon + 1, &end, 10);
	if (*end || !port || port > 65535)
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	if (host[0] == '[' && host[n - 1] == ']') {
		struct sockaddr_in6 *a = (struct sockaddr_in6 *)out;

		host[n - 1] = '\0';
		*a = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
		*len = sizeof(*a);
		return inet_pton(AF_INET6, host + 1, &a->sin6_addr) == 1 && IN6_IS_ADDR_LOOPBACK(&a->sin6_addr) ? 0 : -EINVAL;
	}
	{
		struct sockaddr_in *a = (struct sockaddr_in *)out;

		*a = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
		*len = sizeof(*a);
		return inet_pton(AF_INET, host, &a->sin_addr) == 1 && ntohl(a->sin_addr.s_addr) >> 24 == 127 ? 0 : -EINVAL;
	}
}

int hp_socket_tcp(const char *address, struct hp_error *e)
{
	struct sockaddr_storage sa = {0};
	socklen_t len;
	int fd, one = 1;

	if (parse(address, &sa, &len))
		return hp_error_set(e, EINVAL, "api.tcp", "found \"%s\", want a loopback address with its port ([::1]:8080)", address);
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) || bind(fd, (struct sockaddr *)&sa, len) ||
	    listen(fd, BACKLOG))
		return fail(e, fd, "api.tcp", "cannot listen on", address);
	return fd;
}
