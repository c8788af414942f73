/* SPDX-License-Identifier: BSD-3-Clause */
/* A histogram of times with a resolution of 1/64 over the whole range of 64 bits, in whatever unit the caller counts. One thread. */
#ifndef HP_LOAD_LATENCY_H
#define HP_LOAD_LATENCY_H

#include <stdint.h>

#define HP_LATENCY_STEP    64u /* buckets between a power of two and the next */
#define HP_LATENCY_BUCKETS ((64 - 6 + 1) * HP_LATENCY_STEP)

struct hp_latency {
	uint64_t count, most;
	uint64_t bucket[HP_LATENCY_BUCKETS];
};

static inline unsigned int hp_latency_bucket(uint64_t t)
{
	unsigned int shift;

	if (t < HP_LATENCY_STEP)
		return (unsigned int)t;
	shift = 63u - (unsigned int)__builtin_clzll(t) - 6u;
	return (shift + 1) * HP_LATENCY_STEP + (unsigned int)(t >> shift) - HP_LATENCY_STEP;
}

static inline void hp_latency_add(struct hp_latency *l, uint64_t t)
{
	l->bucket[hp_latency_bucket(t)]++;
	l->count++;
	if (t > l->most)
		l->most = t;
}

/* The least time that `share` (0 < share <= 1) of all did not exceed, rounded up to its bucket's end, at most the longest; 0 when empty. */
uint64_t hp_latency_percentile(const struct hp_latency *l, double share);

#endif
