/* SPDX-License-Identifier: BSD-3-Clause */
/* What the listeners of one group want, merged into one membership record (RFC 4605 §4.1, RFC 3810 §4.2), kept up to date by what one of
 * them wanted before and wants now. Pure, one thread. */
#ifndef HP_AGENT_MERGE_H
#define HP_AGENT_MERGE_H

#include "agent/listening.h"

#define HP_MERGE_SOURCES 128 /* told apart */

struct hp_merge_source {
	struct hp_ip6 address;
	uint16_t wanted, refused; /* by how many: in INCLUDE, in EXCLUDE mode */
};

/* Zeroed: nobody wants anything. */
struct hp_merge {
	uint32_t excluding; /* listeners in EXCLUDE mode */
	uint32_t others;    /* times that a source without a place is wanted */
	uint16_t sources, room;
	struct hp_merge_source *source;
};

void hp_merge_free(struct hp_merge *m);
/* One listener wants that no more, and wants this. False: a source of it found no place. */
bool hp_merge_change(struct hp_merge *m, const struct hp_filter *before, const struct hp_filter *after);
/* The record for `group`. What does not fit makes it wider; a source-specific one, where that means nothing, lacks a source. */
void hp_merge_result(const struct hp_merge *m, const struct hp_ip6 *group, struct hp_filter *out);

/* RFC 4607 §1: a source-specific address, ff3x::/32: without sources nothing can be listened to. */
static inline bool hp_merge_is_specific(const struct hp_ip6 *group)
{
	return group->b[0] == 0xff && group->b[1] >> 4 == 3 && !group->b[2] && !group->b[3];
}

#endif
