/* SPDX-License-Identifier: BSD-3-Clause */
#include "row.h"

#include <rte_cycles.h>
#include <rte_launch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baseline.h"
#include "churn.h"
#include "crypto.h"
#include "dataplane/state.h"
#include "table.h"
#include "world.h"

#define WARM_MS  20
#define TIMED_MS 60

const struct row_case row_cases[] = {
	{"touch", ROW_TOUCH, {[TRAFFIC_INTERCEPT] = 1}, NULL, "receive, read, give back: what the memory behind the port costs"},
	{"rewrite", ROW_REWRITE, {[TRAFFIC_INTERCEPT] = 1}, NULL, "the same, parse and prepend a fixed outer header"},
	{"intercept", ROW_PIPELINE, {[TRAFFIC_INTERCEPT] = 1}, "rewrite", "to a bound home address, into its tunnel"},
	{"detunnel", ROW_PIPELINE, {[TRAFFIC_DETUNNEL] = 1}, "intercept", "out of a mobile node's tunnel, to a correspondent"},
	{"hairpin", ROW_PIPELINE, {[TRAFFIC_HAIRPIN] = 1}, "intercept", "from one mobile node to another"},
	{"forward", ROW_PIPELINE, {[TRAFFIC_FORWARD] = 1}, "rewrite", "plain IPv6"},
	{"mixed", ROW_PIPELINE, {45, 45, 0, 10}, "rewrite", "45 % intercept, 45 % detunnel, 10 % forward"},
	{"optimize-out",
	 ROW_PIPELINE,
	 {[TRAFFIC_OPTIMIZE_OUT] = 1},
	 "intercept",
	 "from a host to a mobile node, by a type 2 routing header"},
	{"optimize-in",
	 ROW_PIPELINE,
	 {[TRAFFIC_OPTIMIZE_IN] = 1},
	 "detunnel",
	 "from a mobile node to a host, with the Home Address option"},
	{"table-hash", ROW_TABLE_HASH, {[TRAFFIC_INTERCEPT] = 1}, NULL, "lookups alone in librte_hash, the reference"},
	{"table", ROW_TABLE, {[TRAFFIC_INTERCEPT] = 1}, "table-hash", "lookups alone in the hot table"},
	{"encrypt", ROW_CRYPTO, {[TRAFFIC_PROTECT] = 1}, NULL, "bare cryptodev: AES-GCM of as many octets as ESP encrypts"},
	{"protect", ROW_PIPELINE, {[TRAFFIC_PROTECT] = 1}, ROW_INTO_ESP, "intercept, by an association each node: AES-GCM tunnels"},
	{"decrypt", ROW_CRYPTO, {[TRAFFIC_UNPROTECT] = 1}, NULL, "bare cryptodev: the same octets back"},
	{"unprotect", ROW_PIPELINE, {[TRAFFIC_UNPROTECT] = 1}, ROW_OUT_OF_ESP, "detunnel, out of such tunnels"},
	{"churn", ROW_CHURN, {[TRAFFIC_INTERCEPT] = 1}, "intercept", "intercept while 100,000 bindings a second come, move and go"},
};
const unsigned int row_cases_count = sizeof(row_cases) / sizeof(row_cases[0]);

const struct row_case *row_case(const char *name)
{
	for (unsigned int i = 0; i < row_cases_count; i++)
		if (strcmp(row_cases[i].name, name) == 0)
			return &row_cases[i];
	return NULL;
}

bool row_esp(const struct row_case *c)
{
	return c->share[TRAFFIC_PROTECT] || c->share[TRAFFIC_UNPROTECT];
}

bool row_acting(const struct row_case *c)
{
	return c->share[TRAFFIC_OPTIMIZE_OUT] || c->share[TRAFFIC_OPTIMIZE_IN];
}

static void load(const struct row *r, bool check)
{
	struct traffic t = {.bindings = r->bindings, .frame_bytes = r->frame_bytes, .burst = r->burst, .check = check};

	memcpy(t.share, r->case_->share, sizeof(t.share));
	traffic_set(&t);
}

static struct traffic_count counted(const struct row *r)
{
	struct traffic_count sum = {0};

	for (unsigned int i = 0; i < r->workers; i++) {
		struct traffic_count c = traffic_count(i);

		sum.received += c.received;
		sum.sent += c.sent;
		sum.wrong += c.wrong;
		sum.copying += c.copying;
	}
	return sum;
}

/* What the management core does meanwhile, for so long. */
static void meanwhile(const struct row *r, struct world *w, unsigned int ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000l};

	if (r->case_->kind == ROW_CHURN)
		churn_for(w, ms);
	else
		nanosleep(&t, NULL);
}

static void start(const struct row *r, struct world *w, struct baseline *b)
{
	struct hp_error e;

	if (r->case_->kind == ROW_PIPELINE || r->case_->kind == ROW_CHURN) {
		hp_dataplane_start(w->dp, &e);
		return;
	}
	for (unsigned int i = 0; i < r->workers; i++) {
		b[i] = (struct baseline){.port = w->dp->shared.port[0].id, .queue = (uint16_t)i};
		memcpy(&b[i].station, &w->dp->shared.port[0].mac, sizeof(b[i].station));
		if (r->case_->kind == ROW_CRYPTO)
			crypto_init(&b[i], w, r->case_->share[TRAFFIC_PROTECT]);
		rte_eal_remote_launch(r->case_->kind == ROW_CRYPTO  ? baseline_crypto
				      : r->case_->kind == ROW_TOUCH ? baseline_touch
								    : baseline_rewrite,
				      &b[i], w->dp->worker[i]->lcore);
	}
}

static void stop(const struct row *r, struct world *w, struct baseline *b)
{
	if (r->case_->kind == ROW_PIPELINE || r->case_->kind == ROW_CHURN) {
		hp_dataplane_stop(w->dp);
		if (r->case_->kind == ROW_CHURN)
			churn_end(w);
		return;
	}
	for (unsigned int i = 0; i < r->workers; i++)
		__atomic_store_n(&b[i].stop, 1, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < r->workers; i++)
		rte_eal_wait_lcore(w->dp->worker[i]->lcore);
}

static void add_stages(struct row *r, const struct hp_dp_stage_status *before, unsigned int n, struct world *w)
{
	struct hp_dp_stage_status after[ROW_STAGES];

	r->stages = hp_dataplane_stages(w->dp, after, ROW_STAGES);
	for (unsigned int s = 0; s < n; s++) {
		r->stage[s].name = after[s].name;
		r->stage[s].calls += after[s].calls - before[s].calls;
		r->stage[s].packets += after[s].packets - before[s].packets;
		r->stage[s].cycles += after[s].cycles - before[s].cycles;
	}
}

/* One core looks up, and nothing else is done; the table of librte_hash is made for each repetition and gone after it. */
static void run_table(struct row *r, struct world *w, unsigned int rep)
{
	const bool hash = r->case_->kind == ROW_TABLE_HASH;
	struct table t;
	uint64_t t0, t1, n0, n1;

	r->cycles[rep] = r->mpps[rep] = 0;
	if (table_create(&t, w, hash) == 0) {
		rte_eal_remote_launch(hash ? table_hash : table_hot, &t, w->dp->worker[0]->lcore);
		meanwhile(r, w, WARM_MS);
		n0 = __atomic_load_n(&t.looked, __ATOMIC_RELAXED);
		t0 = rte_rdtsc();
		meanwhile(r, w, TIMED_MS);
		n1 = __atomic_load_n(&t.looked, __ATOMIC_RELAXED);
		t1 = rte_rdtsc();
		__atomic_store_n(&t.stop, 1, __ATOMIC_RELAXED);
		rte_eal_wait_lcore(w->dp->worker[0]->lcore);
		r->cycles[rep] = n1 > n0 ? (double)(t1 - t0) / (double)(n1 - n0) : 0;
		r->mpps[rep] = (double)(n1 - n0) / ((double)(t1 - t0) / (double)rte_get_tsc_hz()) / 1e6;
		r->wrong += t.missed;
	}
	table_destroy(&t);
}

void row_run(struct row *r, struct world *w, unsigned int rep)
{
	struct baseline b[TRAFFIC_QUEUES];
	struct hp_dp_stage_status before[ROW_STAGES];
	struct traffic_count c0, c1;
	unsigned int stages;
	uint64_t t0, t1, packets;

	if (r->case_->kind == ROW_TABLE || r->case_->kind == ROW_TABLE_HASH) {
		run_table(r, w, rep);
		return;
	}
	load(r, false);
	start(r, w, b);
	meanwhile(r, w, WARM_MS);
	stages = hp_dataplane_stages(w->dp, before, ROW_STAGES);
	c0 = counted(r);
	t0 = rte_rdtsc();
	meanwhile(r, w, TIMED_MS);
	c1 = counted(r);
	t1 = rte_rdtsc();
	add_stages(r, before, stages, w);
	stop(r, w, b);
	packets = c1.received - c0.received;
	t0 += c1.copying - c0.copying;
	r->cycles[rep] = packets ? (double)(t1 - t0) * r->workers / (double)packets : 0;
	if (r->case_->kind == ROW_CRYPTO) {
		r->cycles[rep] = b[0].packets ? (double)b[0].cycles / (double)b[0].packets : 0;
		r->wrong += b[0].wrong;
	}
	r->mpps[rep] = (double)packets / ((double)(t1 - t0) / (double)rte_get_tsc_hz()) / 1e6;
}

void row_check(struct row *r, struct world *w)
{
	struct baseline b[TRAFFIC_QUEUES];
	struct traffic_count c;

	if (r->case_->kind != ROW_PIPELINE && r->case_->kind != ROW_CHURN)
		return;
	load(r, true);
	start(r, w, b);
	meanwhile(r, w, WARM_MS);
	stop(r, w, b);
	c = counted(r);
	r->lost = c.received - c.sent;
	r->wrong = c.wrong;
}

static int order(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double row_median(const double *figure)
{
	double sorted[ROW_REPETITIONS];

	memcpy(sorted, figure, sizeof(sorted));
	qsort(sorted, ROW_REPETITIONS, sizeof(sorted[0]), order);
	return sorted[ROW_REPETITIONS / 2];
}

static const struct row *like(const struct row *row, unsigned int n, const struct row *of, const char *name, unsigned int workers,
			      bool accounting)
{
	for (unsigned int i = 0; i < n; i++)
		if (strcmp(row[i].case_->name, name) == 0 && row[i].bindings == of->bindings && row[i].burst == of->burst &&
		    row[i].frame_bytes == of->frame_bytes && row[i].workers == workers && row[i].accounting == accounting &&
		    row[i].acting == of->acting)
			return &row[i];
	return NULL;
}

/* The baseline's cycles in repetition `rep`, 0: none. */
static double baseline_cycles(const struct row *row, unsigned int n, const struct row *of, unsigned int rep)
{
	static const struct {
		const char *name;
		double share;
	} part[] = {{"intercept", 0.45}, {"detunnel", 0.45}, {"forward", 0.10}};
	const struct row *r, *crypto;
	double sum = 0;

	if (strcmp(of->baseline, ROW_INTO_ESP) == 0 || strcmp(of->baseline, ROW_OUT_OF_ESP) == 0) {
		const bool into = strcmp(of->baseline, ROW_INTO_ESP) == 0;
		struct row shortest = *of;

		shortest.frame_bytes = 64;
		r = like(row, n, &shortest, into ? "intercept" : "detunnel", of->workers, of->accounting);
		crypto = like(row, n, of, into ? "encrypt" : "decrypt", of->workers, of->accounting);
		return r && crypto ? r->cycles[rep] + crypto->cycles[rep] : 0;
	}
	if (strcmp(of->baseline, ROW_PARTS) != 0) {
		/* Frames of other lengths are held against the shortest: a baseline does not touch what is behind the headers. */
		struct row shortest = *of;

		r = like(row, n, of, of->baseline, of->workers, of->accounting);
		shortest.frame_bytes = 64;
		r = r ? r : like(row, n, &shortest, of->baseline, of->workers, of->accounting);
		return r ? r->cycles[rep] : 0;
	}
	for (unsigned int i = 0; i < 3; i++) {
		r = like(row, n, of, part[i].name, of->workers, of->accounting);
		if (!r)
			return 0;
		sum += part[i].share * r->cycles[rep];
	}
	return sum;
}

/* A row of 64-octet frames against the rewrite of its own world; 0: not run. */
static double relative(const struct row *row, unsigned int n, const struct row *of)
{
	const struct row *base = of ? like(row, n, of, "rewrite", of->workers, of->accounting) : NULL;
	double ratio[ROW_REPETITIONS];

	if (!base)
		return 0;
	for (unsigned int i = 0; i < ROW_REPETITIONS; i++) {
		if (base->cycles[i] <= 0)
			return 0;
		ratio[i] = of->cycles[i] / base->cycles[i];
	}
	return row_median(ratio);
}

double row_ratio(const struct row *row, unsigned int n, const struct row *of)
{
	double ratio[ROW_REPETITIONS];

	if (!of->baseline)
		return 0;
	if (strcmp(of->baseline, ROW_ONE_WORKER) == 0 || strcmp(of->baseline, ROW_UNACCOUNTED) == 0) {
		/* Two worlds, so two moments: each against the rewrite of its own. */
		const double own = relative(row, n, of), other = relative(row, n, like(row, n, of, "intercept", 1, false));

		if (own <= 0 || other <= 0)
			return 0;
		return of->workers > 1 ? of->workers * other / own : own / other;
	}
	for (unsigned int i = 0; i < ROW_REPETITIONS; i++) {
		double base = baseline_cycles(row, n, of, i);

		if (base <= 0)
			return 0;
		ratio[i] = of->cycles[i] / base;
	}
	return row_median(ratio);
}

bool row_met(const struct row *r, double ratio)
{
	return r->least ? ratio >= r->limit : ratio <= r->limit;
}
