/* SPDX-License-Identifier: BSD-3-Clause */
/* Listening sockets: a unix one with mode and owner, a loopback TCP one. */
#ifndef HP_API_SOCKET_H
#define HP_API_SOCKET_H

#include "api/api.h"

/* A descriptor, or -errno with the error filled. A stale socket file is replaced; one that somebody listens on is refused. */
int hp_socket_unix(const struct hp_api_conf *conf, struct hp_error *e);
int hp_socket_tcp(const char *address, struct hp_error *e);

#endif
