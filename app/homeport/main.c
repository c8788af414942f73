/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport: a Mobile IPv6 home agent. The order of bringing up is the order of this file; taking down is its mirror. */
#include <errno.h>
#include <getopt.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "conf/json.h"
#include "homeport/app.h"

#define EXIT_USAGE 2

static void usage(FILE *to)
{
	fputs("usage: homeport --config FILE [--check | --export-mobile-nodes]\n"
	      "\n"
	      "A Mobile IPv6 home agent (RFC 6275).\n"
	      "\n"
	      "  -c, --config FILE  the configuration (JSON; config/homeport.schema.json describes it)\n"
	      "      --check        validate the configuration and the memory it needs, then exit\n"
	      "      --export-mobile-nodes\n"
	      "                     those enrolled at run time, with their keys, as JSON lines; while it is stopped\n"
	      "  -h, --help         this text\n"
	      "  -V, --version      the version\n"
	      "\n"
	      "exit status: 0 stopped as told, 1 failed, 2 bad usage or configuration\n",
	      to);
}

static int complain(const char *file, const struct hp_error *e)
{
	fprintf(stderr, "homeport: %s: %s%s%s\n", file, e->path, e->path[0] ? ": " : "", e->text);
	return EXIT_USAGE;
}

/* SIGTERM & co. are read from a descriptor; blocked before EAL starts its threads, so that all inherit it. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int start_eal(struct hp_app *app, const struct hp_eal_memory *memory, struct hp_error *e)
{
	char **arg;
	int ret = hp_eal_args(&app->eal, app->conf, memory);

	if (ret)
		return hp_error_set(e, -ret, "runtime", "EAL arguments: %s", strerror(-ret));
	/* EAL permutes the array it is given: ours is kept whole, to be freed. */
	arg = calloc((size_t)app->eal.count + 1, sizeof(*arg));
	if (!arg)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	memcpy(arg, app->eal.arg, (size_t)app->eal.count * sizeof(*arg));
	ret = rte_eal_init(app->eal.count, arg);
	free(arg);
	if (ret < 0)
		return hp_error_set(e, rte_errno ? rte_errno : EIO, "runtime", "EAL did not start: %s", rte_strerror(rte_errno));
	return 0;
}

static void warn(const struct hp_app *app)
{
	if (app->conf->home_agent.authentication == HP_AUTH_NONE)
		hp_warning("INSECURE: authentication is \"none\": any node may register any address of the home prefixes; for labs only");
	for (unsigned int i = 0; i < app->conf->runtime.worker_cores; i++) {
		struct hp_dp_worker_status w;
		unsigned int core = app->conf->runtime.worker_core[i];

		hp_dataplane_worker(app->dp, i, &w);
		if (w.remote_numa)
			hp_warning("worker core %u is on another NUMA node than a port it serves", core);
		if (w.not_isolated && !app->conf->runtime.sleep)
			hp_warning("worker core %u is not isolated (kernel parameter isolcpus): other tasks will delay packets", core);
	}
}

static int run(struct hp_app *app, struct hp_plan *plan, const struct hp_eal_memory *memory)
{
	struct hp_error e = {0};
	int ret = start_eal(app, memory, &e);

	if (ret)
		goto out;
	ret = hp_appliance_create(app, plan, &e);
	if (ret)
		goto eal;
	ret = hp_dataplane_start(app->dp, &e);
	if (ret)
		goto appliance;

	app->forwarding_ms = hp_app_now(app).mono_ms;
	warn(app);
	hp_info("%s: forwarding after %llu ms, API on %s", app->conf->name, (unsigned long long)app->forwarding_ms,
		app->conf->api.unix_path);
	hp_loop_run(app);

	hp_control_stop(app->control, hp_app_now(app), app->fx);
	hp_carry_out(app);
	hp_dataplane_stop(app->dp);
appliance:
	hp_appliance_destroy(app);
eal:
	rte_eal_cleanup();
out:
	hp_eal_args_free(&app->eal);
	if (ret)
		complain(app->file, &e);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Neither what is read of them nor what OpenSSL makes of them is in a core dump. */
static void hide_keys(void)
{
	hp_json_hide();
	if (!hp_hmac_hide())
		hp_warning("OpenSSL's copies of keys may be in core dumps: it had memory already");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"export-mobile-nodes", no_argument, NULL, 'x'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	const struct hp_conf_machine machine = hp_machine();
	struct hp_app app = {.epoll_fd = -1, .signal_fd = -1};
	struct hp_eal_memory memory;
	struct hp_plan *plan = NULL;
	struct hp_error e = {0};
	struct timespec t;
	bool check = false, export = false;
	uint64_t own;
	int ret;

	hide_keys();
	clock_gettime(CLOCK_MONOTONIC, &t);
	app.start_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	for (int c; (c = getopt_long(argc, argv, "c:hV", options, NULL)) != -1;) {
		switch (c) {
		case 'c':
			app.file = optarg;
			break;
		case 'k':
			check = true;
			break;
		case 'x':
			export = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("homeport " HP_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (!app.file || optind < argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (hp_conf_load(&app.conf, app.file, &machine, &e))
		return complain(app.file, &e);
	hp_log_init(app.conf->log.level, app.conf->log.json);
	if (export) {
		ret = hp_export(&app, &e) ? complain(app.file, &e), EXIT_FAILURE : EXIT_SUCCESS;
		goto conf;
	}
	ret = hp_plan_create(&plan, app.conf);
	if (ret) {
		hp_error_set(&e, -ret, "", "%s", strerror(-ret));
		ret = complain(app.file, &e);
		goto conf;
	}
	hp_machine_memory(&memory);
	memory.needed = hp_plan_memory(plan, &own);
	if (hp_plan_check_memory(app.conf, plan, &memory, &e)) {
		ret = complain(app.file, &e);
	} else if (check) {
		printf("%s: good; %u bindings and %u of correspondents need %llu MiB for packets and tables and at most %llu MiB for registrations\n",
		       app.file, plan->dp.max_bindings, plan->dp.max_optimized, (unsigned long long)(memory.needed >> 20),
		       (unsigned long long)(own >> 20));
		ret = EXIT_SUCCESS;
	} else {
		block_signals();
		sched_getaffinity(0, sizeof(app.cpus), &app.cpus);
		ret = run(&app, plan, &memory);
	}
	hp_plan_destroy(plan);
conf:
	hp_conf_destroy(app.conf);
	return ret;
}
