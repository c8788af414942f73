/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport-bench EAL-OPTIONS -- [--quick | --all] [--case NAME] [--list] [--output FILE]
 * The worker's own loop and the management core's own loop, with memory as the network. Wants lcores 0 to 2; `./dev bench` gives it these,
 * and makes tables and plots of what it writes. */
#include <getopt.h>
#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "report.h"
#include "world.h"

#define MOST_REGISTERS 3

struct options {
	enum plan_extent extent;
	const char *name, *output;
	bool list;
};

static const char usage[] = "usage: homeport-bench EAL-OPTIONS -- [--quick | --all] [--case NAME] [--list] [--output FILE]\n";

static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{"quick", no_argument, NULL, 'q'}, {"all", no_argument, NULL, 'a'},          {"case", required_argument, NULL, 'c'},
		{"list", no_argument, NULL, 'l'},  {"output", required_argument, NULL, 'o'}, {NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.extent = PLAN_TARGETS};
	while ((c = getopt_long(argc, argv, "", known, NULL)) >= 0)
		switch (c) {
		case 'q':
			o->extent = PLAN_QUICK;
			break;
		case 'a':
			o->extent = PLAN_ALL;
			break;
		case 'c':
			o->name = optarg;
			break;
		case 'l':
			o->list = true;
			break;
		case 'o':
			o->output = optarg;
			break;
		default:
			fputs(usage, stderr);
			return -1;
		}
	if (o->name && !row_case(o->name) && strcmp(o->name, "register") != 0 && strcmp(o->name, "rr") != 0) {
		fprintf(stderr, "homeport-bench: found no case %s; --list names them\n", o->name);
		return -1;
	}
	return 0;
}

static void list(const struct row *row, unsigned int n)
{
	for (unsigned int i = 0; i < row_cases_count; i++)
		printf("%-10s %s\n", row_cases[i].name, row_cases[i].what);
	printf("%-10s Binding Updates through the management core's loop: first registrations, refreshes, moves\n", "register");
	printf("%-10s return routability through the same: Home Test Init, Care-of Test Init\n\n", "rr");
	for (unsigned int i = 0; i < n; i++)
		printf("%s of %u bindings, %u octets (0: IMIX), bursts of %u, %u worker%s%s\n", row[i].case_->name, row[i].bindings,
		       row[i].frame_bytes, row[i].burst, row[i].workers, row[i].workers > 1 ? "s" : "",
		       row[i].accounting ? ", accounting"
		       : row[i].acting   ? ", acting"
					 : "");
}

/* How many of the rows from `row` on share a world. */
static unsigned int together(const struct row *row, unsigned int n)
{
	unsigned int i = 1;

	while (i < n && row[i].bindings == row->bindings && row[i].workers == row->workers && row[i].accounting == row->accounting &&
	       row[i].acting == row->acting)
		i++;
	return i;
}

/* Repetitions go round over the rows of a world: a ratio is of two figures of the same half second. */
static int run(struct row *row, unsigned int n)
{
	static const unsigned int lcore[] = {1, 2};

	report_head();
	for (unsigned int at = 0, some; at < n; at += some) {
		struct world w;
		bool esp = false;
		int ret;

		some = together(&row[at], n - at);
		for (unsigned int i = at; i < at + some; i++)
			esp = esp || row_esp(row[i].case_);
		w = (struct world){.bindings = row[at].bindings,
				   .workers = row[at].workers,
				   .accounting = row[at].accounting,
				   .acting = row[at].acting,
				   .esp = esp};
		ret = world_create(&w, lcore);
		for (unsigned int rep = 0; rep < ROW_REPETITIONS && !ret; rep++)
			for (unsigned int i = at; i < at + some; i++)
				row_run(&row[i], &w, rep);
		for (unsigned int i = at; i < at + some && !ret; i++) {
			row_check(&row[i], &w);
			report_row(row, at + some, &row[i]);
		}
		world_destroy(&w);
		if (ret)
			return ret;
	}
	return 0;
}

static int run_register(struct register_figures *f, unsigned int *n, enum plan_extent extent)
{
	static const struct {
		uint32_t bindings;
		bool authenticated;
	} fleet[MOST_REGISTERS] = {{1000000, false}, {1000000, true}, {10000000, false}};

	for (; *n < (extent == PLAN_QUICK ? MOST_REGISTERS - 1 : MOST_REGISTERS); (*n)++) {
		int ret = register_run(&f[*n], fleet[*n].bindings, fleet[*n].authenticated);

		if (ret)
			return ret;
		report_register(&f[*n]);
	}
	return 0;
}

static bool is_wanted(const struct options *o, const char *name)
{
	return !o->name || strcmp(o->name, name) == 0;
}

static bool is_row(const char *name)
{
	return !name || row_case(name) != NULL;
}

int main(int argc, char **argv)
{
	static struct row row[PLAN_ROWS];
	static struct register_figures f[MOST_REGISTERS];
	static struct rr_figures rr;
	struct report report = {.row = row, .reg = f};
	struct options o;
	int used = rte_eal_init(argc, argv), ret = 0;

	if (used < 0)
		return 1;
	if (read_options(&o, argc - used, argv + used))
		return 2;
	report.rows = is_row(o.name) ? plan_make(row, o.extent, o.name) : 0;
	if (o.list) {
		list(row, report.rows);
		return 0;
	}
	if (report.rows)
		ret = run(row, report.rows);
	if (!ret && is_wanted(&o, "register"))
		ret = run_register(f, &report.registers, o.extent);
	if (!ret && is_wanted(&o, "rr")) {
		ret = rr_run(&rr);
		report.rr = &rr;
		if (!ret)
			report_rr(&rr);
	}
	if (!ret && !o.name)
		report_not_yet();
	if (!ret && o.output)
		ret = report_write(o.output, &report);
	if (ret)
		fprintf(stderr, "homeport-bench: %s\n", strerror(-ret));
	rte_eal_cleanup();
	return ret ? 1 : 0;
}
