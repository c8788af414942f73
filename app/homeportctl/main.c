/* SPDX-License-Identifier: BSD-3-Clause */
/* homeportctl: what the API says, as aligned tables for people or JSON for programs. */
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "homeportctl/ctl.h"

static int check(struct ctl *c, int argc, char **argv)
{
	const long cpus = sysconf(_SC_NPROCESSORS_CONF);
	const struct hp_conf_machine machine = {.cpus = cpus > 0 ? (unsigned int)cpus : 1};
	struct hp_conf *conf;
	struct hp_error e = {0};

	(void)c;
	if (argc != 1)
		return CTL_USAGE;
	if (hp_conf_load(&conf, argv[0], &machine, &e)) {
		fprintf(stderr, "homeportctl: %s: %s%s%s\n", argv[0], e.path, e.path[0] ? ": " : "", e.text);
		return CTL_USAGE;
	}
	printf("%s: good\n", argv[0]);
	hp_conf_destroy(conf);
	return 0;
}

static int later(struct ctl *c, int argc, char **argv)
{
	(void)c;
	(void)argc;
	(void)argv;
	fprintf(stderr, "homeportctl: this version does not know that yet\n");
	return 1;
}

static const struct {
	const char *name;
	int (*run)(struct ctl *c, int argc, char **argv);
	const char *help;
} verbs[] = {
	{"status", ctl_status, "status                    the program, its workers and ports"},
	{"stats", ctl_stats, "stats [--watch]           every counter that is not zero; --watch: what changed, every second"},
	{"bindings", ctl_bindings,
	 "bindings                  the binding cache\n"
	 "  bindings show ADDRESS     one binding\n"
	 "  bindings remove ADDRESS   removes one; its node is not told"},
	{"neighbors", ctl_neighbors, "neighbors                 the neighbour cache"},
	{"routes", ctl_routes, "routes                    connected, static and virtual routes"},
	{"home-agents", ctl_home_agents, "home-agents               who serves the home links, by preference"},
	{"events", ctl_events, "events                    what happens, as it happens"},
	{"reload", ctl_reload, "reload                    apply a changed configuration, or refuse it whole"},
	{"check", check, "check FILE                validate a configuration without the program"},
	{"mobile-nodes", later, NULL},
};

static void usage(FILE *to)
{
	fputs("usage: homeportctl [--socket PATH] [--json] VERB\n\n", to);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (verbs[i].help)
			fprintf(to, "  %s\n", verbs[i].help);
	fputs("\n  -s, --socket PATH  the program's socket; not needed when one runs (/run/homeport/*.sock)\n"
	      "  -j, --json         JSON, for programs\n"
	      "  -w, --watch        with stats\n"
	      "  -h, --help  -V, --version\n\n"
	      "exit status: 0 done, 1 failed, 2 bad usage or configuration\n",
	      to);
}

/* The socket of the one program that runs here. */
static int find_socket(struct ctl *c)
{
	static char found[256];
	glob_t g = {0};
	int ret = glob("/run/homeport/*.sock", 0, NULL, &g);

	if (ret || g.gl_pathc != 1) {
		fprintf(stderr, "homeportctl: found %zu sockets in /run/homeport, want one; name it with --socket\n",
			ret ? (size_t)0 : g.gl_pathc);
		globfree(&g);
		return 1;
	}
	snprintf(found, sizeof(found), "%s", g.gl_pathv[0]);
	c->socket = found;
	globfree(&g);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"socket", required_argument, NULL, 's'}, {"json", no_argument, NULL, 'j'},    {"watch", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},         {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0},
	};
	struct ctl c = {0};

	for (int o; (o = getopt_long(argc, argv, "s:jwhV", options, NULL)) != -1;) {
		switch (o) {
		case 's':
			c.socket = optarg;
			break;
		case 'j':
			c.json = true;
			break;
		case 'w':
			c.watch = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("homeportctl " HP_VERSION);
			return 0;
		default:
			usage(stderr);
			return CTL_USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	for (size_t i = 0; argc && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int ret;

		if (strcmp(argv[0], verbs[i].name) != 0)
			continue;
		if (!c.socket && verbs[i].run != check && verbs[i].run != later && find_socket(&c))
			return 1;
		ret = verbs[i].run(&c, argc - 1, argv + 1);
		if (ret == CTL_USAGE && verbs[i].run != check)
			usage(stderr);
		return ret;
	}
	usage(stderr);
	return CTL_USAGE;
}
