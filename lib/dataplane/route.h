/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes as workers see them: an immutable table, replaced as a whole. One index of (prefix, length); the lengths in use are
 * probed longest first, a burst at a time; the default route is what is left. Resolved when a binding is published for tunnel packets; here only for plain forwarding. */
#ifndef HP_DATAPLANE_ROUTE_H
#define HP_DATAPLANE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip6.h"

struct hp_route_table;
struct hp_dp_route;

struct hp_route_leaf {
	struct hp_ip6 prefix; /* these two are filled in by the table */
	uint8_t length;
	uint32_t path; /* gateway's path; HP_PATH_NONE: connected, the destination is the neighbour */
	uint16_t link;
	bool is_virtual; /* no wire: unbound addresses are nowhere */
};

/* `leaf[i]` belongs to route[i]. The caller holds the paths' references. */
int hp_route_table_create(struct hp_route_table **out, const struct hp_dp_route *route, const struct hp_route_leaf *leaf, unsigned int n,
			  int socket);
void hp_route_table_destroy(struct hp_route_table *t);
/* Management: walks the leaves, to give their paths back. */
const struct hp_route_leaf *hp_route_table_leaf(const struct hp_route_table *t, unsigned int i);
unsigned int hp_route_table_count(const struct hp_route_table *t);

/* Worker: leaf[i] for dst[i] or NULL; n <= 64. */
void hp_route_find_bulk(const struct hp_route_table *t, const struct hp_ip6 *const dst[], unsigned int n,
			const struct hp_route_leaf *leaf[]);

#endif
