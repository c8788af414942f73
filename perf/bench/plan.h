/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows are run, and what each must reach. */
#ifndef HP_BENCH_PLAN_H
#define HP_BENCH_PLAN_H

#include <stdbool.h>

#include "row.h"

#define PLAN_ROWS 1024

enum plan_extent { PLAN_QUICK, PLAN_TARGETS, PLAN_ALL };

/* Rows of one world stand together, its baselines first. Only those of `name`, and the rows that they are held against; NULL: all.
 * Returns how many. */
unsigned int plan_make(struct row row[PLAN_ROWS], enum plan_extent extent, const char *name);

/* What a later function is to reach: printed as "not yet". */
extern const char *const plan_not_yet[];

#endif
