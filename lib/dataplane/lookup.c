/* SPDX-License-Identifier: BSD-3-Clause */
/* One lookup of the destination decides a packet's way: bound, ours, or neither. */
#include "dataplane/header.h"
#include "dataplane/worker.h"

void hp_stage_lookup(struct hp_worker *w)
{
	const struct hp_hot *hot = w->shared->hot;
	struct hp_lookup *in = &w->lookup;

	hp_lookup_all(in, hot);
	for (unsigned int i = 0; i < in->n; i++) {
		struct rte_mbuf *m = in->m[i];
		const struct hp_hot_entry *e = hp_hot_confirm(hot, in->at[i], in->hash[i], in->key[i]);

		hp_meta(m)->entry = e;
		if (!e) {
			hp_lane_add(&w->forward, m);
		} else if (e->kind == HP_HOT_LOCAL) {
			hp_lane_add(&w->local, m);
		} else {
			if (w->account)
				rte_prefetch1(&w->account[e->id]);
			hp_lane_add(&w->intercept, m);
		}
	}
	in->n = 0;
}
