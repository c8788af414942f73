/* SPDX-License-Identifier: BSD-3-Clause */
/* Every number below n once, in an order that no cache or prefetcher likes, then again. One thread. */
#ifndef HP_LOAD_TOUR_H
#define HP_LOAD_TOUR_H

#include <stdint.h>

struct hp_tour {
	uint32_t at, step, n;
};

static inline uint32_t hp_tour_divisor(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

static inline void hp_tour_start(struct hp_tour *w, uint32_t n, uint32_t first)
{
	uint32_t step = (uint32_t)((double)n * 0.6180339887) | 1;

	while (hp_tour_divisor(step, n) != 1)
		step++;
	*w = (struct hp_tour){.at = first % n, .step = step % n, .n = n};
}

static inline uint32_t hp_tour_next(struct hp_tour *w)
{
	uint32_t at = w->at;

	/* 64 bits: the sum of two numbers below 2^32. */
	w->at = (uint32_t)(((uint64_t)at + w->step) % w->n);
	return at;
}

#endif
