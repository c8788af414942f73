/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan.h"

#include <string.h>

#define K 1000u
#define M 1000000u

const char *const plan_not_yet[] = {
	"start with 1M stored bindings: <= 3 s",
	NULL,
};

/* Every row that has a target, and what those are held against. */
static const struct {
	const char *name;
	uint32_t bindings;
	uint16_t frame_bytes;
	unsigned int workers;
	bool accounting, quick, acting;
	const char *baseline;
	double limit;
	bool least;
} targets[] = {
	{"touch", K, 64, 1, false, false, false, NULL, 0, false},
	{"rewrite", K, 64, 1, false, false, false, NULL, 0, false},
	{"intercept", K, 64, 1, false, false, false, "rewrite", 2.0, false},
	{"table-hash", K, 64, 1, false, false, false, NULL, 0, false},
	{"table", K, 64, 1, false, false, false, "table-hash", 0, false},
	{"detunnel", K, 64, 1, false, false, false, "intercept", 0, false},
	{"encrypt", K, 64, 1, false, false, false, NULL, 0, false},
	{"protect", K, 64, 1, false, false, false, ROW_INTO_ESP, 1.3, false},
	{"decrypt", K, 64, 1, false, false, false, NULL, 0, false},
	{"unprotect", K, 64, 1, false, false, false, ROW_OUT_OF_ESP, 1.3, false},
	{"encrypt", K, 512, 1, false, false, false, NULL, 0, false},
	{"protect", K, 512, 1, false, false, false, ROW_INTO_ESP, 1.3, false},
	{"decrypt", K, 512, 1, false, false, false, NULL, 0, false},
	{"unprotect", K, 512, 1, false, false, false, ROW_OUT_OF_ESP, 1.3, false},
	{"encrypt", K, 1400, 1, false, false, false, NULL, 0, false},
	{"protect", K, 1400, 1, false, false, false, ROW_INTO_ESP, 1.3, false},
	{"decrypt", K, 1400, 1, false, false, false, NULL, 0, false},
	{"unprotect", K, 1400, 1, false, false, false, ROW_OUT_OF_ESP, 1.3, false},
	{"touch", M, 64, 1, false, true, false, NULL, 0, false},
	{"rewrite", M, 64, 1, false, true, false, NULL, 0, false},
	{"intercept", M, 64, 1, false, true, false, "rewrite", 3.0, false},
	{"detunnel", M, 64, 1, false, true, false, "intercept", 1.2, false},
	{"churn", M, 64, 1, false, true, false, "intercept", 1.10, false},
	{"intercept", M, TRAFFIC_IMIX, 1, false, true, false, "rewrite", 0, false},
	{"detunnel", M, TRAFFIC_IMIX, 1, false, true, false, "rewrite", 0, false},
	{"forward", M, TRAFFIC_IMIX, 1, false, true, false, "rewrite", 0, false},
	{"mixed", M, TRAFFIC_IMIX, 1, false, true, false, ROW_PARTS, 1.25, false},
	{"table-hash", M, 64, 1, false, false, false, NULL, 0, false},
	{"table", M, 64, 1, false, false, false, "table-hash", 0, false},
	{"rewrite", M, 64, 1, true, false, false, NULL, 0, false},
	{"intercept", M, 64, 1, true, false, false, ROW_UNACCOUNTED, 1.25, false},
	{"rewrite", M, 64, 2, false, false, false, NULL, 0, false},
	{"intercept", M, 64, 2, false, false, false, ROW_ONE_WORKER, 1.9, true},
	{"touch", 10 * M, 64, 1, false, false, false, NULL, 0, false},
	{"rewrite", 10 * M, 64, 1, false, false, false, NULL, 0, false},
	{"intercept", 10 * M, 64, 1, false, false, false, "rewrite", 3.5, false},
	{"intercept", K, 64, 1, false, false, true, NULL, 0, false},
	{"detunnel", K, 64, 1, false, false, true, NULL, 0, false},
	{"optimize-out", K, 64, 1, false, false, true, "intercept", 1.3, false},
	{"optimize-in", K, 64, 1, false, false, true, "detunnel", 1.3, false},
	{"intercept", 100 * K, 64, 1, false, false, true, NULL, 0, false},
	{"detunnel", 100 * K, 64, 1, false, false, true, NULL, 0, false},
	{"optimize-out", 100 * K, 64, 1, false, false, true, "intercept", 1.3, false},
	{"optimize-in", 100 * K, 64, 1, false, false, true, "detunnel", 1.3, false},
	{"intercept", M, 64, 1, false, true, true, NULL, 0, false},
	{"detunnel", M, 64, 1, false, true, true, NULL, 0, false},
	{"optimize-out", M, 64, 1, false, true, true, "intercept", 1.3, false},
	{"optimize-in", M, 64, 1, false, true, true, "detunnel", 1.3, false},
};

static struct row made(const char *name, uint32_t bindings, uint16_t frame_bytes, unsigned int burst, unsigned int workers, bool accounting)
{
	return (struct row){.case_ = row_case(name),
			    .bindings = bindings,
			    .frame_bytes = frame_bytes,
			    .burst = burst,
			    .workers = workers,
			    .accounting = accounting};
}

/* A row is wanted by name, and so is what it is held against. */
static bool wanted(const char *name, const char *row_name)
{
	static const char *const always[] = {"touch", "rewrite", "intercept"};

	if (!name || strcmp(name, row_name) == 0)
		return true;
	for (unsigned int i = 0; i < 3; i++)
		if (strcmp(always[i], row_name) == 0)
			return true;
	if (strcmp(name, "protect") == 0)
		return strcmp(row_name, "encrypt") == 0;
	if (strcmp(name, "unprotect") == 0)
		return strcmp(row_name, "detunnel") == 0 || strcmp(row_name, "decrypt") == 0;
	if (strcmp(name, "optimize-in") == 0)
		return strcmp(row_name, "detunnel") == 0;
	if (strcmp(name, "table") == 0)
		return strcmp(row_name, "table-hash") == 0;
	return strcmp(name, "mixed") == 0 && (strcmp(row_name, "detunnel") == 0 || strcmp(row_name, "forward") == 0);
}

static unsigned int make_targets(struct row row[PLAN_ROWS], bool quick, const char *name)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if ((quick && !targets[i].quick) || !wanted(name, targets[i].name))
			continue;
		row[n] = made(targets[i].name, targets[i].bindings, targets[i].frame_bytes, HP_BENCH_BURST, targets[i].workers,
			      targets[i].accounting);
		row[n].acting = targets[i].acting;
		row[n].baseline = targets[i].baseline;
		row[n].limit = targets[i].limit;
		row[n++].least = targets[i].least;
	}
	return n;
}

/* Behind the `n` rows that there are. */
static unsigned int make_acting(struct row row[PLAN_ROWS], unsigned int n, const char *name)
{
	static const char *const cases[] = {"intercept", "detunnel", "optimize-out", "optimize-in"};
	static const uint32_t bindings[] = {K, 100 * K, M};
	static const unsigned int bursts[] = {1, 32, 64};

	for (unsigned int i = 0; i < 3 * 3; i++)
		for (unsigned int c = 0; c < 4; c++) {
			if (!wanted(name, cases[c]))
				continue;
			row[n] = made(cases[c], bindings[i / 3], 64, bursts[i % 3], 1, false);
			row[n].acting = true;
			row[n].baseline = row[n].case_->baseline;
			n++;
		}
	return n;
}

unsigned int plan_make(struct row row[PLAN_ROWS], enum plan_extent extent, const char *name)
{
	static const uint32_t bindings[] = {K, 100 * K, M, 10 * M};
	static const uint16_t frames[] = {64, 512, 1400, TRAFFIC_IMIX};
	static const unsigned int bursts[] = {1, 32, 64};
	unsigned int n = 0;

	if (extent != PLAN_ALL)
		return make_targets(row, extent == PLAN_QUICK, name);
	for (unsigned int i = 0; i < 4 * 2; i++)
		for (unsigned int k = 0; k < 4 * 3; k++)
			for (unsigned int c = 0; c < row_cases_count; c++) {
				const bool table = row_cases[c].kind == ROW_TABLE || row_cases[c].kind == ROW_TABLE_HASH;

				/* Where we act for hosts rows are of another world: below. A table knows no frames, no bursts, no workers; as many nodes as have associations are enough of these. */
				if (!wanted(name, row_cases[c].name) || row_acting(&row_cases[c]) || (table && (k || i % 2)) ||
				    (row_esp(&row_cases[c]) && (i || frames[k / 3] == TRAFFIC_IMIX)))
					continue;
				row[n] = made(row_cases[c].name, bindings[i / 2], frames[k / 3], bursts[k % 3], 1 + i % 2, false);
				row[n].baseline = row_cases[c].baseline;
				n++;
			}
	return make_acting(row, n, name);
}
