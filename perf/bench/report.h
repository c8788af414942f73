/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows for people, as they come, and for programs. */
#ifndef HP_BENCH_REPORT_H
#define HP_BENCH_REPORT_H

#include "register.h"
#include "row.h"

void report_head(void);
void report_row(const struct row *row, unsigned int n, const struct row *r);
void report_register(const struct register_figures *f);
void report_not_yet(void);
/* 0 or -errno. */
int report_write(const char *file, const struct row *row, unsigned int n, const struct register_figures *f, unsigned int registers);

#endif
