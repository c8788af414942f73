/* SPDX-License-Identifier: BSD-3-Clause */
/* Multicast groups: (home link, group) -> the mobile nodes that are away and listen to it, by home address, each with the sources it wants.
 * A group is one immutable piece of memory, published by pointer and replaced as a whole with every change. Where a node is, the hot table
 * knows: nothing here changes when it moves. */
#ifndef HP_DATAPLANE_GROUP_H
#define HP_DATAPLANE_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/effect.h"
#include "dataplane/reclaim.h"

struct hp_group_member {
	struct hp_ip6 hoa;
	uint32_t source_at; /* its first in the group's sources */
	uint16_t sources;
	bool exclude; /* all but these */
};

struct hp_group {
	struct hp_group_key {
		struct hp_ip6 address;
		uint32_t link;
	} key;
	uint32_t members, position;
	const struct hp_ip6 *source;
	struct hp_group_member member[];
};

struct hp_groups;

int hp_groups_create(struct hp_groups **out, int socket, struct hp_reclaim *reclaim);
void hp_groups_destroy(struct hp_groups *g); /* no reader left, reclaim empty; safe on NULL */
/* Management: 0, -ENOSPC, -ENOMEM. */
int hp_groups_put(struct hp_groups *g, const struct hp_member *m);

/* Worker: NULL: nobody listens. Valid until its next quiescent point. */
const struct hp_group *hp_groups_find(const struct hp_groups *g, uint16_t link, const struct hp_ip6 *address);

static inline bool hp_group_wants(const struct hp_group *g, const struct hp_group_member *m, const struct hp_ip6 *source)
{
	bool listed = false;

	for (unsigned int i = 0; i < m->sources && !listed; i++)
		listed = hp_ip6_eq(&g->source[m->source_at + i], source);
	return listed != m->exclude;
}

#endif
