/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/latency.h"

/* The largest time that falls into a bucket. */
static uint64_t end_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < HP_LATENCY_STEP)
		return bucket;
	shift = bucket / HP_LATENCY_STEP - 1;
	return ((uint64_t)(bucket % HP_LATENCY_STEP + HP_LATENCY_STEP) << shift) + (((uint64_t)1 << shift) - 1);
}

uint64_t hp_latency_percentile(const struct hp_latency *l, double share)
{
	const double wanted = share * (double)l->count;
	uint64_t seen = 0;

	for (unsigned int i = 0; i < HP_LATENCY_BUCKETS; i++) {
		seen += l->bucket[i];
		if (seen && (double)seen >= wanted)
			return end_of(i) < l->most ? end_of(i) : l->most;
	}
	return 0;
}
