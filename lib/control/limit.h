/* SPDX-License-Identifier: BSD-3-Clause */
/* The budget of errors (RFC 4443 §2.4 (f), RFC 6275 §9.3.3): a token bucket for all, and one for each group of receivers, so that one
 * noisy network cannot use up the path MTU discovery of the others. Receivers share a bucket by keyed hash of their /64. One thread. */
#ifndef HP_CONTROL_LIMIT_H
#define HP_CONTROL_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/ip6.h"
#include "base/rate.h"

#define HP_LIMIT_GROUPS      256
#define HP_LIMIT_GROUP_PER_S 50
#define HP_LIMIT_ALL_PER_S   1000

struct hp_limit {
	struct hp_hash_key key;
	struct hp_rate all, group[HP_LIMIT_GROUPS];
};

void hp_limit_init(struct hp_limit *l, struct hp_random *random, uint64_t now_ms);
/* Whether an error may go to `receiver` now; if so it is counted. */
bool hp_limit_take(struct hp_limit *l, const struct hp_ip6 *receiver, uint64_t now_ms);

#endif
