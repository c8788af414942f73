/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport-load: see options.c for what it can, docs/performance.md for how it is used. */
#include <rte_cycles.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "load/config.h"
#include "load/report.h"
#include "load/search.h"
#include "load/trial.h"

static void stop(int signal)
{
	(void)signal;
	hp_trial_stop = true;
}

static unsigned int directions(const struct hp_options *o)
{
	unsigned int bits = 0;

	for (unsigned int d = 0; d < HP_DIRECTIONS; d++)
		if (o->share[d])
			bits |= 1u << d;
	return bits;
}

static bool within_tolerance(const struct hp_load *l, const struct hp_trial_result *t)
{
	return t->sent && (double)t->lost <= l->options.tolerance * (double)t->sent;
}

/* One trial; false: something was wrong in it. */
static bool try(struct hp_load *l, struct hp_report *r, double pps, struct hp_trial_result *t, bool *passed)
{
	fprintf(stderr, "trial at %.3f Mpps\n", pps / 1e6);
	hp_trial_run(l, pps, hp_report_progress, t);
	*passed = within_tolerance(l, t);
	hp_report_trial(r, l, t, *passed);
	return !t->wrong;
}

static bool search(struct hp_load *l, struct hp_report *r, struct hp_search *s, struct hp_trial_result *best, bool *found)
{
	bool good = true;

	hp_search_init(s, l->options.rate, l->options.resolution * l->options.rate);
	while (!s->done && !hp_trial_stop) {
		struct hp_trial_result t;
		bool passed;

		good = try(l, r, hp_search_rate(s), &t, &passed) && good;
		hp_search_tell(s, t.sent_pps, passed);
		if (passed) {
			*best = t;
			*found = true;
		}
	}
	return good;
}

static bool sweep(struct hp_load *l, struct hp_report *r, const char *what, enum hp_node_state state)
{
	struct hp_sweep_result s;

	hp_trial_sweep(l, state, &s);
	hp_report_sweep(r, what, &s, l->fleet->nodes);
	return s.counts.accepted == l->fleet->nodes;
}

static bool measure(struct hp_load *l)
{
	struct hp_trial_result best;
	struct hp_search s = {0};
	struct hp_report r;
	bool found = false, passed, good;

	hp_report_begin(&r, &l->options);
	good = sweep(l, &r, "register", HP_NODE_REGISTERING);
	if (l->options.only_register)
		good = sweep(l, &r, "refresh", HP_NODE_REFRESHING) && good;
	else if (l->options.search)
		good = search(l, &r, &s, &best, &found) && good;
	else
		good = try(l, &r, l->options.rate, &best, &passed) && good;
	return hp_report_end(&r, l->options.search ? &s : NULL, found ? &best : NULL, good) == 0 && good;
}

static bool run(struct hp_load *l)
{
	struct hp_options *o = &l->options;
	const uint16_t id = (uint16_t)time(NULL);
	bool good = false;

	l->hz = rte_get_tsc_hz();
	if (hp_fleet_create(&l->fleet, o->addresses.nodes, directions(o))) {
		fprintf(stderr, "homeport-load: no memory for %u nodes\n", o->addresses.nodes);
		return false;
	}
	if (o->authenticated && hp_load_keys_create(&l->keys)) {
		fprintf(stderr, "homeport-load: OpenSSL has no HMAC-SHA1\n");
		hp_fleet_destroy(l->fleet);
		return false;
	}
	hp_frame_init(&l->frame, &o->addresses, id);
	hp_traffic_init(&l->traffic, l->fleet, &l->frame, o->share, o->size, o->watched);
	hp_updates_init(&l->updates, o, l->fleet, &l->keys, &l->port[0], l->hz, rte_rdtsc());
	if (hp_receive_start(l))
		fprintf(stderr, "homeport-load: no second core\n");
	else if (!hp_trial_find_agent(l))
		fprintf(stderr, "homeport-load: the agent does not answer neighbour solicitations\n");
	else
		good = measure(l);
	hp_receive_stop(l);
	hp_load_keys_destroy(&l->keys);
	hp_fleet_destroy(l->fleet);
	return good;
}

static bool help(void)
{
	fputs(hp_options_usage(), stdout);
	fputs("\nClasses of floods:\n", stdout);
	for (unsigned int i = 0; i < HP_FLOOD_CLASSES; i++)
		printf("  %-14s %s\n", hp_flood_classes[i].name, hp_flood_classes[i].what);
	return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
	struct hp_load *l = calloc(1, sizeof(*l));
	bool good;

	if (!l || hp_options_read(&l->options, argc, argv)) {
		free(l);
		return 2;
	}
	if (l->options.help || l->options.print_config || l->options.print_nodes) {
		good = l->options.help           ? help()
		       : l->options.print_config ? hp_config_print(&l->options) == 0
						 : hp_load_keys_print(&l->options.addresses) == 0;
		free(l);
		return good ? 0 : 1;
	}
	good = hp_port_start_all(l->port, &l->options) == 0;
	if (good) {
		signal(SIGINT, stop);
		signal(SIGTERM, stop);
		good = run(l);
		hp_port_stop_all(l->port, l->options.ports);
	}
	free(l);
	return good ? 0 : 1;
}
