/* SPDX-License-Identifier: BSD-3-Clause */
/* What people and programs read: progress on standard error, a table on standard output, JSON in a file. */
#ifndef HP_LOAD_REPORT_H
#define HP_LOAD_REPORT_H

#include <jansson.h>

#include "load/search.h"
#include "load/trial.h"

struct hp_report {
	const struct hp_options *options;
	json_t *registration, *refresh, *trials;
	unsigned int trial;
};

void hp_report_begin(struct hp_report *r, const struct hp_options *o);
void hp_report_sweep(struct hp_report *r, const char *what, const struct hp_sweep_result *s, uint32_t nodes);
/* A line a second of a trial that runs. */
void hp_report_progress(const struct hp_load *l, double seconds);
void hp_report_trial(struct hp_report *r, const struct hp_load *l, const struct hp_trial_result *t, bool passed);
/* The last word: `best` the trial whose rate is the result, or NULL. Writes the JSON. 0 or -errno. */
int hp_report_end(struct hp_report *r, const struct hp_search *s, const struct hp_trial_result *best, bool good);

#endif
