/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows for people, as they come, and for programs. */
#ifndef HP_BENCH_REPORT_H
#define HP_BENCH_REPORT_H

#include "register.h"
#include "row.h"
#include "rr.h"

void report_head(void);
void report_row(const struct row *row, unsigned int n, const struct row *r);
void report_register(const struct register_figures *f);
void report_rr(const struct rr_figures *f);
void report_not_yet(void);
/* What was measured: rows of the pipeline, registrations, tests (NULL: not). */
struct report {
	const struct row *row;
	const struct register_figures *reg;
	const struct rr_figures *rr;
	unsigned int rows, registers;
};
int report_write(const char *file, const struct report *r); /* 0 or -errno */

#endif
