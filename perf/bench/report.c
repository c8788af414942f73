/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include <errno.h>
#include <jansson.h>
#include <rte_cycles.h>
#include <stdio.h>
#include <string.h>

#include "plan.h"

#define REGISTER_PER_S      400000.0 /* targets of PERFORMANCE: updates a second, octets a binding */
#define AUTHENTICATED_PER_S 250000.0
#define RR_PER_S            500000.0 /* tests a second */
#define MEMORY_OCTETS       384.0

static double least(const double *figure)
{
	double x = figure[0];

	for (unsigned int i = 1; i < ROW_REPETITIONS; i++)
		x = figure[i] < x ? figure[i] : x;
	return x;
}

static double most(const double *figure)
{
	double x = figure[0];

	for (unsigned int i = 1; i < ROW_REPETITIONS; i++)
		x = figure[i] > x ? figure[i] : x;
	return x;
}

void report_head(void)
{
	printf("%-10s %9s %6s %6s %8s %8s  %-21s %6s  %s\n", "case", "bindings", "frame", "burst", "workers", "cycles", "(min to max)",
	       "Mpps", "ratio to baseline");
}

void report_row(const struct row *row, unsigned int n, const struct row *r)
{
	const double ratio = row_ratio(row, n, r);
	char frame[8] = "IMIX";

	if (r->frame_bytes)
		snprintf(frame, sizeof(frame), "%u", r->frame_bytes);
	printf("%-10s %9u %6s %6u %8u %8.1f  (%.1f to %.1f)%*s %6.2f", r->case_->name, r->bindings, frame, r->burst, r->workers,
	       row_median(r->cycles), least(r->cycles), most(r->cycles), 3, "", row_median(r->mpps));
	if (ratio > 0)
		printf("  %.2f x %s", ratio, r->baseline);
	if (r->accounting)
		printf(", accounting on");
	if (r->acting)
		printf(", acting for hosts");
	if (r->limit > 0 && ratio > 0)
		printf(": %s %.2f: %s", r->least ? "at least" : "at most", r->limit, row_met(r, ratio) ? "met" : "MISSED");
	if (r->wrong || r->lost)
		printf("  LOST %lu, WRONG %lu", (unsigned long)r->lost, (unsigned long)r->wrong);
	printf("\n");
	for (unsigned int s = 0; s < r->stages; s++)
		if (r->stage[s].packets)
			printf("%s%s %.1f", s ? "  " : "           ", r->stage[s].name,
			       (double)r->stage[s].cycles / (double)r->stage[s].packets);
	if (r->stages)
		printf("\n");
	fflush(stdout);
}

static double register_limit(const struct register_figures *f)
{
	return f->authenticated ? AUTHENTICATED_PER_S : REGISTER_PER_S;
}

static const char *register_case(const struct register_figures *f)
{
	return f->authenticated ? "register-mn-ha" : "register";
}

void report_register(const struct register_figures *f)
{
	for (int k = 0; k < REGISTER_KINDS; k++) {
		double per_s = row_median(f->per_s[k]);

		printf("%-14s %9u %-8s %9.0f a second, %.0f cycles: at least %.0f: %s\n", register_case(f), f->bindings, register_kind[k],
		       per_s, row_median(f->cycles[k]), register_limit(f), per_s >= register_limit(f) ? "met" : "MISSED");
	}
	if (!f->authenticated)
		printf("memory         %9u %.0f octets a binding: at most %.0f: %s\n", f->bindings, f->octets, MEMORY_OCTETS,
		       f->octets <= MEMORY_OCTETS ? "met" : "MISSED");
	if (f->wrong)
		printf("WRONG ANSWERS\n");
	fflush(stdout);
}

void report_rr(const struct rr_figures *f)
{
	for (int k = 0; k < RR_KINDS; k++) {
		double per_s = row_median(f->per_s[k]);

		printf("rr %-21s %-8s %9.0f a second, %.0f cycles: at least %.0f: %s\n", "", rr_kind[k], per_s, row_median(f->cycles[k]),
		       RR_PER_S, per_s >= RR_PER_S ? "met" : "MISSED");
	}
	if (f->wrong)
		printf("WRONG ANSWERS\n");
	fflush(stdout);
}

void report_not_yet(void)
{
	for (const char *const *t = plan_not_yet; *t; t++)
		printf("not yet: %s\n", *t);
}

static json_t *verdict(double limit, bool at_least, bool met)
{
	return json_pack("{s:s, s:f, s:s}", "is", at_least ? "at least" : "at most", "limit", limit, "verdict", met ? "met" : "missed");
}

static json_t *row_json(const struct row *row, unsigned int n, const struct row *r)
{
	const double ratio = row_ratio(row, n, r);
	json_t *o =
		json_pack("{s:s, s:I, s:o, s:i, s:i, s:b, s:b, s:f, s:f, s:f, s:f, s:o, s:o, s:I, s:I}", "case", r->case_->name, "bindings",
			  (json_int_t)r->bindings, "frame_bytes", r->frame_bytes ? json_integer(r->frame_bytes) : json_string("IMIX"),
			  "burst", r->burst, "workers", r->workers, "accounting", r->accounting, "acting", r->acting, "mpps",
			  row_median(r->mpps), "cycles_per_packet", row_median(r->cycles), "cycles_least", least(r->cycles), "cycles_most",
			  most(r->cycles), "baseline", ratio > 0 ? json_string(r->baseline) : json_null(), "ratio",
			  ratio > 0 ? json_real(ratio) : json_null(), "lost", (json_int_t)r->lost, "wrong", (json_int_t)r->wrong);
	json_t *stages = json_object();

	for (unsigned int s = 0; s < r->stages; s++)
		if (r->stage[s].packets)
			json_object_set_new(stages, r->stage[s].name, json_real((double)r->stage[s].cycles / (double)r->stage[s].packets));
	json_object_set_new(o, "stages", stages);
	if (r->limit > 0 && ratio > 0)
		json_object_set_new(o, "target", verdict(r->limit, r->least, row_met(r, ratio)));
	return o;
}

/* Messages of the management core: so many a second, at least `limit`. */
static json_t *messages(const char *case_, const char *kind, uint32_t bindings, const double *figure, const double *cycles, double limit)
{
	const double per_s = row_median(figure);

	return json_pack("{s:s, s:s, s:I, s:n, s:n, s:i, s:f, s:f, s:f, s:n, s:n, s:o}", "case", case_, "kind", kind, "bindings",
			 (json_int_t)bindings, "frame_bytes", "burst", "workers", 0, "mpps", per_s / 1e6, "per_s", per_s,
			 "cycles_per_packet", row_median(cycles), "baseline", "ratio", "target", verdict(limit, true, per_s >= limit));
}

static void add_rr(json_t *rows, const struct rr_figures *f)
{
	for (int k = 0; k < RR_KINDS; k++)
		json_array_append_new(rows, messages("rr", rr_kind[k], 0, f->per_s[k], f->cycles[k], RR_PER_S));
}

static void add_register(json_t *rows, const struct register_figures *f)
{
	for (int k = 0; k < REGISTER_KINDS; k++)
		json_array_append_new(
			rows, messages(register_case(f), register_kind[k], f->bindings, f->per_s[k], f->cycles[k], register_limit(f)));
	if (!f->authenticated)
		json_array_append_new(rows,
				      json_pack("{s:s, s:I, s:f, s:o}", "case", "memory", "bindings", (json_int_t)f->bindings, "octets",
						f->octets, "target", verdict(MEMORY_OCTETS, false, f->octets <= MEMORY_OCTETS)));
}

int report_write(const char *file, const struct report *r)
{
	json_t *rows = json_array();
	int ret;

	for (unsigned int i = 0; i < r->rows; i++)
		json_array_append_new(rows, row_json(r->row, r->rows, &r->row[i]));
	for (unsigned int i = 0; i < r->registers; i++)
		add_register(rows, &r->reg[i]);
	if (r->rr)
		add_rr(rows, r->rr);
	ret = json_dump_file(rows, file, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) ? -EIO : 0;
	json_decref(rows);
	return ret;
}
