/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/limit.h"

void hp_limit_init(struct hp_limit *l, struct hp_random *random, uint64_t now_ms)
{
	l->key = (struct hp_hash_key){{hp_random_u64(random), hp_random_u64(random)}};
	hp_rate_init(&l->all, HP_LIMIT_ALL_PER_S, HP_LIMIT_ALL_PER_S, now_ms);
	for (unsigned int i = 0; i < HP_LIMIT_GROUPS; i++)
		hp_rate_init(&l->group[i], HP_LIMIT_GROUP_PER_S, HP_LIMIT_GROUP_PER_S, now_ms);
}

bool hp_limit_take(struct hp_limit *l, const struct hp_ip6 *receiver, uint64_t now_ms)
{
	const struct hp_ip6 network = hp_ip6_prefix(receiver, 64);
	struct hp_rate *group = &l->group[hp_hash(&l->key, &network, sizeof(network)) % HP_LIMIT_GROUPS];

	/* The group first: what it refuses costs the others nothing. */
	return hp_rate_take(group, now_ms) && hp_rate_take(&l->all, now_ms);
}
