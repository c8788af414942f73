/* SPDX-License-Identifier: BSD-3-Clause */
/* Hashing and randomness for the pure cores. Both are plain values: the same seed gives the same run.
 * SipHash-1-3: keys that strangers choose (addresses) must not be able to pile up in one bucket. */
#ifndef HP_BASE_HASH_H
#define HP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hp_hash_key {
	uint64_t k[2];
};

uint64_t hp_hash(const struct hp_hash_key *key, const void *data, size_t len);

/* xoshiro256**: jitter, identifiers, sequence starts. Not for keys or cookies. */
struct hp_random {
	uint64_t s[4];
};

void hp_random_seed(struct hp_random *r, uint64_t seed);
uint64_t hp_random_u64(struct hp_random *r);
/* Uniform in [low, high], both included. */
uint32_t hp_random_between(struct hp_random *r, uint32_t low, uint32_t high);

#endif
