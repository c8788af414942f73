/* SPDX-License-Identifier: BSD-3-Clause */
/* The bindings of correspondents that we act for, and who those are, become what workers see; and which of them are in use. */
#include <errno.h>
#include <stdlib.h>

#include "base/prefixes.h"
#include "dataplane/dataplane.h"
#include "dataplane/state.h"

#define EPOCH_MS 8000

size_t hp_optimized_memory(uint32_t most)
{
	return ((size_t)most + 63) / 64 * 2 * sizeof(uint64_t);
}

/* Without any of it packets pass by at the price of one look. */
static void look(struct hp_dataplane *dp)
{
	__atomic_store_n(&dp->shared.optimizing, dp->shared.protect || dp->shared.pairs->count, __ATOMIC_RELEASE);
}

int hp_dataplane_optimize(struct hp_dataplane *dp, const struct hp_optimize *o)
{
	struct hp_pairs *pairs = dp->shared.pairs;
	struct hp_pair pair = {.hoa = o->hoa, .correspondent = o->correspondent, .coa = o->coa, .id = o->id, .mtu = o->mtu}, old;
	bool had;
	int ret;

	if (!pairs || o->id >= pairs->most)
		return -EINVAL;
	/* Home registrations and neighbours never lack a path because of these. Without one their packets go by the home agent. */
	pair.path = hp_paths_hold_spare(dp->shared.paths, o->out_link, &o->next_hop);
	ret = hp_pairs_put(pairs, &pair, &old, &had);
	if (ret || had)
		hp_paths_release(dp->shared.paths, ret ? pair.path : old.path);
	look(dp);
	return ret;
}

int hp_dataplane_unoptimize(struct hp_dataplane *dp, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent)
{
	struct hp_pair old;
	int ret = dp->shared.pairs ? hp_pairs_remove(dp->shared.pairs, hoa, correspondent, &old) : -EINVAL;

	if (ret)
		return ret;
	hp_paths_release(dp->shared.paths, old.path);
	look(dp);
	return 0;
}

static void protect_back(void *owner, void *ptr, uint32_t number)
{
	hp_prefixes_destroy(ptr);
}

int hp_dataplane_protect(struct hp_dataplane *dp, const struct hp_prefix protect[], unsigned int protects, const struct hp_prefix exclude[],
			 unsigned int excludes)
{
	struct hp_prefixes *fresh = NULL, *old = dp->shared.protect;
	int ret;

	if (!dp->shared.pairs)
		return protects ? -EINVAL : 0;
	ret = hp_reclaim_reserve(dp->reclaim, 1);
	if (!ret && protects)
		ret = hp_prefixes_create(&fresh, protect, protects, exclude, excludes);
	if (ret)
		return ret;
	__atomic_store_n(&dp->shared.protect, fresh, __ATOMIC_RELEASE);
	if (old)
		hp_reclaim_retire(dp->reclaim, protect_back, NULL, old, 0);
	look(dp);
	return 0;
}

bool hp_dataplane_optimized_used(const struct hp_dataplane *dp, uint32_t id)
{
	if (!dp->shared.pairs || id >= dp->shared.pairs->most)
		return false;
	for (unsigned int i = 0; i < dp->shared.workers; i++)
		for (unsigned int e = 0; e < 2; e++)
			if (__atomic_load_n(&dp->worker[i]->used[e][id / 64], __ATOMIC_RELAXED) >> id % 64 & 1)
				return true;
	return false;
}

/* Workers write into the bits of the epoch that runs; those of the one before are read, and begin anew when it is over. A worker that is still in
 * the turn in which an epoch ended loses nothing that its next packet does not say again. */
void hp_optimized_turn(struct hp_dataplane *dp, uint64_t now_ms)
{
	const unsigned int next = !dp->shared.epoch;

	if (!dp->shared.pairs || now_ms < dp->next_epoch_ms)
		return;
	for (unsigned int i = 0; i < dp->shared.workers; i++)
		for (uint32_t k = 0; k < (dp->shared.pairs->most + 63) / 64; k++)
			__atomic_store_n(&dp->worker[i]->used[next][k], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&dp->shared.epoch, next, __ATOMIC_RELEASE);
	dp->next_epoch_ms = now_ms + EPOCH_MS;
}
