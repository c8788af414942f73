/* SPDX-License-Identifier: BSD-3-Clause */
/* homeportctl: what the API says, as aligned tables for people or JSON for programs. */
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/json.h"
#include "homeportctl/ctl.h"

/* Long options only. */
enum { HOME_ADDRESS = 256, LINK, SHA1, SEQUENCE, EXPIRES_S, DISCOVER };

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

static bool has_socket(const struct ctl *c, int (*run)(struct ctl *c, int argc, char **argv))
{
	return c->socket || run == check;
}

/* An option of enrol and rekey as a member of what the API is asked for. */
static void wish(struct ctl *c, int option, const char *value)
{
	json_t *j = c->wish ? c->wish : json_object();

	c->wish = j;
	switch (option) {
	case HOME_ADDRESS:
		json_object_set_new(j, "home_address", json_string(value));
		break;
	case LINK:
		json_object_set_new(j, "link", json_string(value));
		break;
	case SHA1:
		json_object_set_new(j, "algorithm", json_string("hmac-sha1"));
		break;
	case SEQUENCE:
		json_object_set_new(j, "replay", json_string("sequence"));
		break;
	case DISCOVER:
		json_object_set_new(j, "discover", json_true());
		break;
	default:
		json_object_set_new(j, "expires_s",
				    strspn(value, "0123456789") == strlen(value) && strlen(value) < 10
					    ? json_integer(strtoll(value, NULL, 10))
					    : json_string(value));
	}
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
	{"correspondents", ctl_correspondents, "correspondents            bindings of correspondents: who sends to whom directly"},
	{"neighbors", ctl_neighbors, "neighbors                 the neighbour cache"},
	{"routes", ctl_routes, "routes                    connected, static and virtual routes"},
	{"home-agents", ctl_home_agents, "home-agents               who serves the home links, by preference"},
	{"security-associations", ctl_associations, "security-associations ADDRESS  of a home address, without keys"},
	{"events", ctl_events, "events                    what happens, as it happens"},
	{"reload", ctl_reload, "reload                    apply a changed configuration, or refuse it whole"},
	{"check", check, "check FILE                validate a configuration without the program"},
	{"mobile-nodes", ctl_mobile_nodes,
	 "mobile-nodes              who may register\n"
	 "  mobile-nodes show ADDRESS\n"
	 "  mobile-nodes enrol IDENTITY [--home-address A] [--link L] [--sha1] [--sequence] [--expires-s N] [--discover]\n"
	 "                            prints the enrolment code, once: for homeport-mn enrol\n"
	 "  mobile-nodes rekey ADDRESS [--sha1] [--sequence] [--expires-s N] [--discover]\n"
	 "                            a new key beside the old one, until it has been used\n"
	 "  mobile-nodes suspend|resume|remove ADDRESS\n"
	 "  mobile-nodes import FILE|-  one a line, as in mobile_nodes_file (add: the same)"},
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
		{"socket", required_argument, NULL, 's'},  {"json", no_argument, NULL, 'j'},
		{"watch", no_argument, NULL, 'w'},         {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},       {"home-address", required_argument, NULL, HOME_ADDRESS},
		{"link", required_argument, NULL, LINK},   {"sha1", no_argument, NULL, SHA1},
		{"sequence", no_argument, NULL, SEQUENCE}, {"expires-s", required_argument, NULL, EXPIRES_S},
		{"discover", no_argument, NULL, DISCOVER}, {NULL, 0, NULL, 0},
	};
	struct ctl c = {0};

	/* Enrolment codes and keys pass through. */
	prctl(PR_SET_DUMPABLE, 0);
	hp_json_hide();

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
		case '?':
			usage(stderr);
			return CTL_USAGE;
		default:
			wish(&c, o, optarg);
		}
	}
	argc -= optind;
	argv += optind;
	for (size_t i = 0; argc && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int ret;

		if (strcmp(argv[0], verbs[i].name) != 0)
			continue;
		if (!has_socket(&c, verbs[i].run) && find_socket(&c))
			return 1;
		ret = verbs[i].run(&c, argc - 1, argv + 1);
		if (ret == CTL_USAGE && verbs[i].run != check)
			usage(stderr);
		json_decref(c.wish);
		return ret;
	}
	usage(stderr);
	return CTL_USAGE;
}
