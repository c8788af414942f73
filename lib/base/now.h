/* SPDX-License-Identifier: BSD-3-Clause */
/* Time as the pure cores see it: a parameter. */
#ifndef HP_BASE_NOW_H
#define HP_BASE_NOW_H

#include <stdint.h>

struct hp_now {
	uint64_t mono_ms; /* never goes back; 0 is the start of the program or simulation */
	uint64_t wall_ms; /* since 1970-01-01 UTC; may jump */
};

#endif
