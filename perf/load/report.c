/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MPPS(pps) ((pps) / 1e6)

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static const char *direction_of(const struct hp_options *o)
{
	return o->share[HP_INTERCEPT] == 100  ? "intercept"
	       : o->share[HP_DETUNNEL] == 100 ? "detunnel"
	       : o->share[HP_HAIRPIN] == 100  ? "hairpin"
					      : "mixed";
}

void hp_report_begin(struct hp_report *r, const struct hp_options *o)
{
	*r = (struct hp_report){.options = o, .trials = json_array()};
}

static json_t *percentiles(const struct hp_percentiles *p)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:I}", "median", p->median_us, "p99", p->p99_us, "p999", p->p999_us, "most", p->most_us,
			 "count", (json_int_t)p->count);
}

static json_t *updates(const struct hp_fleet_counts *c)
{
	json_t *status = json_object();

	for (int i = 0; i < 256; i++) {
		char name[8];

		snprintf(name, sizeof(name), "%d", i);
		if (c->status[i])
			json_object_set_new(status, name, number(c->status[i]));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "sent", (json_int_t)c->sent, "repeated", (json_int_t)c->repeated,
			 "accepted", (json_int_t)c->accepted, "moves", (json_int_t)c->moves, "refused", (json_int_t)c->refused, "given_up",
			 (json_int_t)c->given_up, "unexpected", (json_int_t)c->unexpected, "status", status);
}

void hp_report_sweep(struct hp_report *r, const char *what, const struct hp_sweep_result *s, uint32_t nodes)
{
	json_t *j = json_pack("{s:I, s:f, s:o, s:o}", "nodes", (json_int_t)nodes, "seconds", s->seconds, "updates", updates(&s->counts),
			      "acknowledged_us", percentiles(&s->acknowledged));

	fprintf(stderr,
		"%s: %" PRIu64 " of %" PRIu32 " nodes in %.2f s, %.0f a second; acknowledged after %.0f us, 99 %% %.0f us; %" PRIu64
		" repeated, %" PRIu64 " refused\n",
		what, s->counts.accepted, nodes, s->seconds, (double)s->counts.accepted / s->seconds, s->acknowledged.median_us,
		s->acknowledged.p99_us, s->counts.repeated, s->counts.refused);
	if (strcmp(what, "register") == 0)
		r->registration = j;
	else
		r->refresh = j;
}

void hp_report_progress(const struct hp_load *l, double seconds)
{
	const struct hp_verdict *v = &l->verdict;

	fprintf(stderr,
		"  %3.0f s: %" PRIu64 " sent, %" PRIu64 " received, %" PRIu64 " reordered, %" PRIu64 " misdelivered, %" PRIu64 " moves\n",
		seconds, l->traffic.sent, hp_verdict_received(v), v->count[HP_VERDICT_REORDERED] + v->count[HP_VERDICT_TOO_LATE],
		hp_verdict_misdelivered(v), l->fleet->counts.moves);
}

static void table_head(void)
{
	printf("%5s %9s %9s %9s %9s %10s %9s %7s %7s %7s %8s %9s %9s %9s  %s\n", "trial", "asked", "sent", "received", "Gbit/s", "lost",
	       "reordered", "dup.", "misdel.", "corrupt", "moves/s", "median", "99 %", "99.9 %", "");
	printf("%5s %9s %9s %9s %9s %10s %9s %7s %7s %7s %8s %9s %9s %9s\n", "", "Mpps", "Mpps", "Mpps", "", "packets", "", "", "", "", "",
	       "us", "us", "us");
}

static void table_row(unsigned int n, const struct hp_trial_result *t, const char *word)
{
	printf("%5u %9.3f %9.3f %9.3f %9.3f %10" PRIu64 " %9" PRIu64 " %7" PRIu64 " %7" PRIu64 " %7" PRIu64
	       " %8.0f %9.1f %9.1f %9.1f  %s\n",
	       n, MPPS(t->asked_pps), MPPS(t->sent_pps), MPPS((double)(t->sent - t->lost) / t->seconds),
	       (double)t->octets * 8 / t->seconds / 1e9, t->lost, t->count[HP_VERDICT_REORDERED] + t->count[HP_VERDICT_TOO_LATE],
	       t->count[HP_VERDICT_DUPLICATED], t->misdelivered, t->count[HP_VERDICT_CORRUPTED], (double)t->counts.moves / t->seconds,
	       t->latency.median_us, t->latency.p99_us, t->latency.p999_us, word);
	fflush(stdout);
}

/* The first packet that went wrong, for whoever looks for the reason. */
static void show_sample(const struct hp_verdict *v)
{
	if (!v->sample_len)
		return;
	printf("first wrong packet: %s\n", hp_verdict_text(v->sample_kind));
	for (unsigned int i = 0; i < v->sample_len; i++)
		printf("%02x%s", v->sample[i], i % 40 == 39 || i + 1 == v->sample_len ? "\n" : i % 4 == 3 ? " " : "");
}

static json_t *flood_classes(uint32_t classes)
{
	json_t *names = json_array();

	for (unsigned int i = 0; i < HP_FLOOD_CLASSES; i++)
		if (classes >> i & 1)
			json_array_append_new(names, json_string(hp_flood_classes[i].name));
	return names;
}

void hp_report_trial(struct hp_report *r, const struct hp_load *l, const struct hp_trial_result *t, bool passed)
{
	json_t *counts = json_object(), *j;

	for (int k = 0; k < HP_VERDICT_COUNT; k++)
		json_object_set_new(counts, hp_verdict_key((enum hp_verdict_kind)k), number(t->count[k]));
	j = json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:b, s:b}", "asked_pps",
		      t->asked_pps, "sent_pps", t->sent_pps, "seconds", t->seconds, "sent", (json_int_t)t->sent, "received",
		      (json_int_t)(t->sent - t->lost), "lost", (json_int_t)t->lost, "held", (json_int_t)t->held, "port_full",
		      (json_int_t)t->full, "octets", (json_int_t)t->octets, "verdicts", counts, "old_care_of_in_flight",
		      (json_int_t)t->old_in_flight, "flows", (json_int_t)t->flows, "flows_with_loss", (json_int_t)t->flows_with_loss,
		      "worst_flow_lost", (json_int_t)t->worst_lost, "latency_us", percentiles(&t->latency), "updates", updates(&t->counts),
		      "acknowledged_us", percentiles(&t->acknowledged), "acknowledgements_astray", (json_int_t)t->astray,
		      "acknowledgements_unproved", (json_int_t)t->unproved, "passed", passed, "wrong", t->wrong);
	if (l->options.floods)
		json_object_set_new(j, "flood",
				    json_pack("{s:o, s:I, s:f, s:I}", "classes", flood_classes(l->options.floods), "frames",
					      (json_int_t)t->flooded, "pps", (double)t->flooded / t->seconds, "bound",
					      (json_int_t)t->bound));
	json_array_append_new(r->trials, j);
	if (!r->trial++)
		table_head();
	table_row(r->trial, t, t->wrong ? "WRONG" : passed ? "passed" : "lost");
	if (l->options.floods)
		printf("flood: %" PRIu64 " frames, %.3f Mpps, %" PRIu64 " times more than the port took; %" PRIu32 " of %" PRIu32
		       " nodes bound at its end, %" PRIu64 " updates repeated\n",
		       t->flooded, MPPS((double)t->flooded / t->seconds), t->full, t->bound, l->fleet->nodes, t->counts.repeated);
	show_sample(&l->verdict);
}

static int write_json(struct hp_report *r, const struct hp_search *s, const struct hp_trial_result *best, bool good)
{
	const struct hp_options *o = r->options;
	json_t *all = json_pack("{s:{s:I, s:I, s:s, s:I, s:I, s:f, s:f, s:f, s:f, s:b}, s:o*, s:o*, s:O, s:b}", "options", "nodes",
				(json_int_t)o->addresses.nodes, "correspondents", (json_int_t)o->addresses.correspondents, "direction",
				direction_of(o), "size", (json_int_t)o->size, "burst", (json_int_t)o->burst, "moves_per_s", o->moves_per_s,
				"duration_s", o->trial_s, "tolerance", o->tolerance, "resolution", o->resolution, "search", o->search,
				"register", r->registration, "refresh", r->refresh, "trials", r->trials, "good", good);
	int ret;

	if (!all)
		return -ENOMEM;
	if (best)
		json_object_set_new(
			all, "highest",
			json_pack("{s:f, s:b, s:o}", "pps", s->low, "by_sender", s->by_sender, "latency_us", percentiles(&best->latency)));
	ret = json_dump_file(all, o->json, JSON_INDENT(1)) ? -EIO : 0;
	json_decref(all);
	return ret;
}

int hp_report_end(struct hp_report *r, const struct hp_search *s, const struct hp_trial_result *best, bool good)
{
	const struct hp_options *o = r->options;
	char size[32];
	int ret = 0;

	if (r->trial) {
		if (o->size)
			snprintf(size, sizeof(size), "%u octets", o->size);
		else
			snprintf(size, sizeof(size), "IMIX");
		printf("\n%s, %s, %u nodes, %.0f moves/s asked, bursts of %u, trials of %.3g s\n", direction_of(o), size,
		       o->addresses.nodes, o->moves_per_s, o->burst, o->trial_s);
	}
	if (best)
		printf("highest rate with at most %g of it lost: %.3f Mpps%s; latency median %.1f us, 99 %% %.1f us, 99.9 %% %.1f us\n",
		       o->tolerance, MPPS(s->low),
		       !s->by_sender ? ""
		       : best->full  ? " (all that the port took)"
				     : " (all that the sender could)",
		       best->latency.median_us, best->latency.p99_us, best->latency.p999_us);
	else if (s)
		printf("no rate was without loss\n");
	printf("verdict: %s\n", good ? "nothing misdelivered, reordered, duplicated or corrupted" : "WRONG");
	if (o->json) {
		ret = write_json(r, s, best, good);
		if (ret)
			fprintf(stderr, "homeport-load: cannot write %s\n", o->json);
	} else {
		json_decref(r->registration);
		json_decref(r->refresh);
	}
	json_decref(r->trials);
	return ret;
}
