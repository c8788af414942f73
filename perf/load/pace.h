/* SPDX-License-Identifier: BSD-3-Clause */
/* So many a second: how many are due. One thread; time in ticks of a clock of `hz`. */
#ifndef HP_LOAD_PACE_H
#define HP_LOAD_PACE_H

#include <stdint.h>

struct hp_pace {
	double per_tick;
	double due; /* not yet done */
	double most;
	uint64_t last;
};

/* `most`: what a caller that was away may catch up with; the rest is given up, not sent in one heap. */
static inline void hp_pace_start(struct hp_pace *p, double per_s, double most, uint64_t hz, uint64_t now)
{
	*p = (struct hp_pace){.per_tick = per_s / (double)hz, .most = most, .last = now};
}

static inline double hp_pace_due(struct hp_pace *p, uint64_t now)
{
	p->due += (double)(now - p->last) * p->per_tick;
	p->last = now;
	if (p->due > p->most)
		p->due = p->most;
	return p->due;
}

#endif
