/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes as the management core knows them: longest prefix match over connected and static routes. Pure, one thread.
 * One intrusive table a prefix length in use. A covering route of the same prefix replaces. */
#ifndef HP_CONTROL_ROUTE_H
#define HP_CONTROL_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

struct hp_routes;

enum hp_route_kind { HP_ROUTE_CONNECTED, HP_ROUTE_STATIC, HP_ROUTE_VIRTUAL /* prefix of a virtual home link: on no wire */ };
struct hp_route {
	struct hp_ip6 prefix;
	uint8_t length;
	enum hp_route_kind kind;
	uint16_t link;
	struct hp_ip6 via; /* STATIC */
};

int hp_routes_create(struct hp_routes **out, uint64_t seed);
void hp_routes_destroy(struct hp_routes *r);
int hp_routes_put(struct hp_routes *r, const struct hp_route *route);                        /* 0 or -ENOMEM */
int hp_routes_remove(struct hp_routes *r, const struct hp_ip6 *prefix, unsigned int length); /* 0 or -ENOENT */
const struct hp_route *hp_routes_find(const struct hp_routes *r, const struct hp_ip6 *dst);  /* NULL: none */
bool hp_routes_same(const struct hp_routes *a, const struct hp_routes *b);
size_t hp_routes_count(const struct hp_routes *r);
/* In order of prefix, then length. */
int hp_routes_each(const struct hp_routes *r, int (*each)(const struct hp_route *route, void *ctx), void *ctx);

#endif
