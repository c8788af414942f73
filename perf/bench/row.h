/* SPDX-License-Identifier: BSD-3-Clause */
/* A row of the table: one case under one load, and what its figure is held against. */
#ifndef HP_BENCH_ROW_H
#define HP_BENCH_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/dataplane.h"
#include "traffic.h"

#define ROW_REPETITIONS 7
#define ROW_STAGES      16
#define HP_BENCH_BURST  64

/* Baselines that are no case under the same load. */
#define ROW_PARTS       "0.45 intercept + 0.45 detunnel + 0.10 forward"
#define ROW_UNACCOUNTED "intercept, accounting off"
#define ROW_ONE_WORKER  "intercept, one worker"
#define ROW_INTO_ESP    "intercept + encrypt"
#define ROW_OUT_OF_ESP  "detunnel + decrypt"

enum row_kind { ROW_TOUCH, ROW_REWRITE, ROW_PIPELINE, ROW_CHURN, ROW_TABLE, ROW_TABLE_HASH, ROW_CRYPTO };

struct row_case {
	const char *name;
	enum row_kind kind;
	unsigned int share[TRAFFIC_KINDS];
	const char *baseline; /* a case under the same load; NULL: a baseline itself */
	const char *what;
};

struct row {
	const struct row_case *case_;
	uint32_t bindings;
	uint16_t frame_bytes;
	unsigned int burst, workers;
	bool accounting;
	bool acting;          /* for hosts, as their correspondent: as many bindings of theirs beside */
	const char *baseline; /* a case under the same load, or one of the above; NULL: none */
	double limit;         /* of the ratio to it; 0: no target */
	bool least;           /* at least so much, in Mpps; otherwise at most, in cycles */

	/* Filled by row_run: one figure a repetition. */
	double cycles[ROW_REPETITIONS], mpps[ROW_REPETITIONS];
	uint64_t lost, wrong; /* of the checked turn */
	unsigned int stages;
	struct hp_dp_stage_status stage[ROW_STAGES]; /* of all repetitions */
};

struct world;

const struct row_case *row_case(const char *name); /* NULL: unknown */
bool row_esp(const struct row_case *c);            /* wants a world with security associations */
bool row_acting(const struct row_case *c);         /* wants one with hosts that it acts for */
extern const struct row_case row_cases[];
extern const unsigned int row_cases_count;

/* Repetition `rep` of a row in a world of its bindings, workers, accounting and hosts; main lcore. */
void row_run(struct row *r, struct world *w, unsigned int rep);
/* The same load with every frame that leaves checked: lost and wrong. */
void row_check(struct row *r, struct world *w);

double row_median(const double *figure);
/* The ratio to its baseline: of each repetition where both ran in one, and of those the median; where they did not (workers, accounting), of
 * their ratios to `rewrite`. 0: none, or it was not run. */
double row_ratio(const struct row *row, unsigned int n, const struct row *of);
bool row_met(const struct row *r, double ratio);

#endif
