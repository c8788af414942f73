/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is connected: to the unix socket a process of this machine, by its credentials at the time; to the TCP one anybody here. */
#include <stdlib.h>
#include <sys/socket.h>

#include "api/internal.h"

#define GROUPS_MOST 65536 /* NGROUPS_MAX of Linux */

static bool is_of_group(int fd, gid_t group)
{
	gid_t few[64], *groups = few;
	socklen_t len = sizeof(few);
	bool found = false;
	int ret = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len);

	/* It says how much room it wants. */
	if (ret && len > sizeof(few) && len <= GROUPS_MOST * sizeof(*groups) && (groups = malloc(len)))
		ret = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len);
	for (size_t i = 0; !ret && groups && i < len / sizeof(*groups); i++)
		found = found || groups[i] == group;
	if (groups != few)
		free(groups);
	return found;
}

bool hp_peer_may_write(const struct hp_api *api, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr_storage own;
	socklen_t own_len = sizeof(own), peer_len = sizeof(struct ucred);
	struct ucred peer;

	if (!info || getsockname(info->connect_fd, (struct sockaddr *)&own, &own_len))
		return false;
	if (own.ss_family != AF_UNIX)
		return api->conf.tcp_write;
	if (getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len))
		return false;
	return peer.uid == 0 || peer.uid == api->owner || peer.gid == api->group || is_of_group(info->connect_fd, api->group);
}
