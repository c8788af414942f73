/* SPDX-License-Identifier: BSD-3-Clause */
/* One lookup of the destination decides a packet's way: bound, ours, or neither. */
#include "dataplane/header.h"
#include "dataplane/worker.h"

void hp_stage_lookup(struct hp_worker *w)
{
	struct hp_lane *in = &w->lookup;
	const struct hp_ip6 *key[HP_BURST];
	const struct hp_hot_entry *entry[HP_BURST];

	for (unsigned int i = 0; i < in->n; i++)
		key[i] = &hp_header(in->m[i])->dst;
	hp_hot_find_bulk(w->shared->hot, key, in->n, entry);
	for (unsigned int i = 0; i < in->n; i++) {
		struct hp_meta *meta = hp_meta(in->m[i]);

		meta->entry = entry[i];
		if (!entry[i])
			hp_lane_add(&w->forward, in->m[i]);
		else if (entry[i]->kind == HP_HOT_LOCAL)
			hp_lane_add(&w->local, in->m[i]);
		else
			hp_lane_add(&w->intercept, in->m[i]);
	}
	in->n = 0;
}
