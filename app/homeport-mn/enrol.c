/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport-mn enrol: a code becomes a configuration, or the new key of one that is there. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf/json.h"
#include "conf/mobile_nodes.h"
#include "conf/text.h"
#include "homeport-mn/mn.h"
#include "security/enrolment.h"

#define EXIT_USAGE  2
#define OUTPUT      "/etc/homeport/mn.json"
#define CODE_MOST   65536   /* octets of a file with one */
#define OUTPUT_MOST 1048576 /* of a configuration that is there */

static int usage(FILE *to, int status)
{
	fputs("usage: homeport-mn enrol CODE|-|FILE [--output FILE] [--interface NAME]... [--force]\n"
	      "\n"
	      "Makes a configuration of an enrolment code (homeportctl mobile-nodes enrol). Of a code for a home that it has already, it takes the new key.\n"
	      "A code on the command line is in the shell's history: - reads it from standard input.\n"
	      "\n"
	      "  -o, --output FILE     the configuration (" OUTPUT "), made with mode 0600\n"
	      "  -i, --interface NAME  to roam by, the most preferred first; not given: those that there are\n"
	      "  -f, --force           replace a configuration of another home\n",
	      to);
	return status;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "homeport-mn: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

struct order {
	struct hp_enrolment code;
	const char *output;
	const char *interface[HP_NODE_INTERFACES];
	unsigned int interfaces;
	bool force;
};

/* The code as it stands on the command line is not for everybody who lists processes. */
static int read_code(struct hp_enrolment *out, char *given)
{
	static const char word[] = "HOMEPORT";
	const bool code = strncasecmp(given, word, sizeof(word) - 1) == 0, input = strcmp(given, "-") == 0;
	enum hp_enrolment_fault fault;
	struct hp_error e = {0};
	struct hp_text text = {.data = given, .len = strlen(given)};
	const char *name = code ? "the code" : input ? "standard input" : given;
	char date[32];
	time_t until;
	int ret = code ? 0 : hp_text_load(&text, input ? "/dev/stdin" : given, CODE_MOST, &e);

	if (!ret && !code && !input)
		ret = hp_text_private(&text, &e);
	if (ret)
		return fail(name, e.text);
	fault = hp_enrolment_read(out, text.data, text.len);
	if (code)
		hp_secret_wipe(given, text.len);
	else
		hp_text_free(&text);
	if (fault)
		return fail(name, hp_enrolment_faults[fault]);
	until = (time_t)out->expires_s;
	if (!until || time(NULL) < until)
		return 0;
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", gmtime(&until));
	fprintf(stderr, "homeport-mn: %s: expired at %s, want a new one (homeportctl mobile-nodes rekey)\n", name, date);
	return EXIT_FAILURE;
}

static json_t *authentication(const struct hp_enrolment *c)
{
	char hex[2 * HP_KEY_MOST + 1];
	json_t *j;

	for (unsigned int i = 0; i < c->key.len; i++)
		snprintf(hex + 2 * i, 3, "%02x", c->key.octets[i]);
	j = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "method", "mn-ha", "identity", c->identity, "spi", (json_int_t)c->key.spi, "key",
		      hex, "algorithm", hp_conf_algorithms[c->key.algorithm == HP_HMAC_SHA1_96 ? HP_CONF_HMAC_SHA1 : HP_CONF_HMAC_SHA256],
		      "replay", hp_conf_replays[c->key.timestamp ? HP_CONF_TIMESTAMP : HP_CONF_SEQUENCE]);
	hp_secret_wipe(hex, sizeof(hex));
	return j;
}

/* What the code says, into a home that is there or a new one; false: its identity is no text of JSON. */
static bool fill_home(json_t *home, const struct hp_enrolment *c)
{
	char text[HP_IP6_TEXT];
	json_t *proof = authentication(c);

	if (!proof)
		return false;
	json_object_set_new(home, "home_address", json_string(hp_ip6_text(&c->hoa, text)));
	json_object_set_new(home, "home_prefix_length", json_integer(c->prefix_length));
	if (hp_ip6_is_any(&c->ha))
		json_object_del(home, "home_agent");
	else
		json_object_set_new(home, "home_agent", json_string(hp_ip6_text(&c->ha, text)));
	return json_object_set_new(home, "authentication", proof) == 0;
}

/* Cables before radio before what costs by the octet. */
static int preference_of(const char *name)
{
	return strncmp(name, "ww", 2) == 0 ? 1 : strncmp(name, "wl", 2) == 0 ? 10 : 20;
}

static bool has(const char *interface, const char *what)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", interface, what);
	return access(path, F_OK) == 0;
}

/* Not what other programs have made: tunnels, bridges. */
static bool is_to_roam_by(const char *name)
{
	return strcmp(name, "lo") != 0 && has(name, "address") && !has(name, "tun_flags") && !has(name, "bridge") &&
	       strncmp(name, "docker", 6) != 0;
}

static json_t *interfaces(const struct order *o)
{
	struct if_nameindex *all = o->interfaces ? NULL : if_nameindex();
	json_t *list = json_array();

	for (unsigned int i = 0; i < o->interfaces; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:i}", "name", o->interface[i], "preference", (int)(10 * (o->interfaces - i))));
	for (struct if_nameindex *i = all; i && i->if_index; i++)
		if (is_to_roam_by(i->if_name) && json_array_size(list) < HP_NODE_INTERFACES)
			json_array_append_new(list, json_pack("{s:s, s:i}", "name", i->if_name, "preference", preference_of(i->if_name)));
	if (all)
		if_freenameindex(all);
	return list;
}

static json_t *fresh(const struct order *o)
{
	json_t *home = json_pack("{s:s}", "virtual_interface", "hp0");

	if (!fill_home(home, &o->code)) {
		json_decref(home);
		return NULL;
	}
	return json_pack("{s:[o], s:o}", "homes", home, "interfaces", interfaces(o));
}

/* The home of the code in a configuration; NULL: none. */
static json_t *home_of(const json_t *conf, const struct hp_ip6 *hoa)
{
	json_t *home;
	size_t i;

	json_array_foreach(json_object_get(conf, "homes"), i, home)
	{
		const char *text = json_string_value(json_object_get(home, "home_address"));
		struct hp_ip6 a;

		if (text && hp_ip6_parse(&a, text) == 0 && hp_ip6_eq(&a, hoa))
			return home;
	}
	return NULL;
}

/* Beside it and in its place: who reads it sees the old one or the new one, whole. */
static int write_beside(const struct order *o, const char *text, bool replace)
{
	char beside[PATH_MAX], folder[PATH_MAX];
	const size_t len = strlen(text);
	int fd, directory, ret = 0;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", o->output) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	strcpy(folder, o->output);
	dirname(folder);
	(void)mkdir(folder, 0755);
	fd = mkostemp(beside, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len || fsync(fd))
		ret = errno ? -errno : -EIO;
	close(fd);
	if (!ret && renameat2(AT_FDCWD, beside, AT_FDCWD, o->output, replace ? 0 : RENAME_NOREPLACE))
		ret = -errno;
	if (ret) {
		unlink(beside);
		return ret;
	}
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory >= 0) {
		(void)fsync(directory);
		close(directory);
	}
	return 0;
}

static int save(const struct order *o, const json_t *conf, bool replace)
{
	char *text = json_dumps(conf, JSON_INDENT(2));
	char hoa[HP_IP6_TEXT];
	int ret = text ? write_beside(o, text, replace) : -ENOMEM;

	if (text)
		hp_json_free(text);
	if (ret)
		return fail(o->output, strerror(-ret));
	printf("%s: %s is %s%s; homeport-mn --config %s\n", o->output, o->code.identity, hp_ip6_text(&o->code.hoa, hoa),
	       replace && !o->force ? ", with its new key" : "", o->output);
	return EXIT_SUCCESS;
}

static int carry_out(const struct order *o)
{
	struct hp_error e = {0};
	struct hp_text text;
	json_t *conf = NULL, *home;
	const int there = hp_text_load(&text, o->output, OUTPUT_MOST, &e);
	int ret;

	if (there && there != -ENOENT)
		return fail(o->output, e.text);
	if (!there)
		conf = hp_json_read(text.data, text.len, &e);
	hp_text_free(&text);
	home = home_of(conf, &o->code.hoa);
	if (!home && !there && !o->force) {
		json_decref(conf);
		return fail(o->output, "is there and is not of this home; --force replaces it");
	}
	if (!home) {
		json_decref(conf);
		conf = fresh(o);
	} else if (!fill_home(home, &o->code)) {
		json_decref(conf);
		conf = NULL;
	}
	if (!conf)
		return fail("the code", "found an identity that is no UTF-8");
	if (!json_array_size(json_object_get(conf, "interfaces")))
		ret = fail(o->output, "found no interface to roam by, want --interface");
	else
		ret = save(o, conf, !there);
	json_decref(conf);
	return ret;
}

int mn_enrol(int argc, char **argv)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
						{"interface", required_argument, NULL, 'i'},
						{"force", no_argument, NULL, 'f'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct order o = {.output = OUTPUT};
	int ret;

	prctl(PR_SET_DUMPABLE, 0);
	hp_json_hide();
	for (int c; (c = getopt_long(argc, argv, "o:i:fh", options, NULL)) != -1;) {
		if (c == 'o')
			o.output = optarg;
		else if (c == 'f')
			o.force = true;
		else if (c == 'i' && o.interfaces < HP_NODE_INTERFACES)
			o.interface[o.interfaces++] = optarg;
		else
			return c == 'h' ? usage(stdout, EXIT_SUCCESS) : usage(stderr, EXIT_USAGE);
	}
	if (optind + 1 != argc)
		return usage(stderr, EXIT_USAGE);
	ret = read_code(&o.code, argv[optind]);
	ret = ret ? ret : carry_out(&o);
	hp_enrolment_wipe(&o.code);
	return ret;
}
