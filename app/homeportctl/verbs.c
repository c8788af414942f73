/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/json.h"
#include "homeportctl/ctl.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PATH     160

static int list(const struct ctl *c, int argc, const char *path, const char *member, const struct ctl_column *columns, size_t n)
{
	json_t *rows;

	if (argc)
		return CTL_USAGE;
	if (ctl_pages(c, path, member, &rows))
		return 1;
	if (c->json)
		ctl_print(rows);
	else
		ctl_table(rows, columns, n);
	json_decref(rows);
	return 0;
}

static void print_status(const json_t *s)
{
	static const struct ctl_column links[] = {{"HOME LINK", "name"}, {"VIRTUAL", "virtual"}};
	static const struct ctl_column workers[] = {{"WORKER CORE", "core"},
						    {"BUSY SHARE", "busy_share"},
						    {"HEARTBEAT AGE [ms]", "heartbeat_age_ms"},
						    {"STALLED", "stalled"},
						    {"ISOLATED", "isolated"}};
	static const struct ctl_column ports[] = {
		{"PORT", "name"}, {"DEVICE", "device"},       {"DRIVER", "driver"},       {"MAC", "mac"}, {"UP", "up"},
		{"MTU", "mtu"},   {"RX QUEUES", "rx_queues"}, {"TX QUEUES", "tx_queues"}, {"RSS", "rss"}, {"Mbit/s", "speed_mbps"}};
	const json_t *b = json_object_get(s, "bindings"), *cn = json_object_get(s, "correspondents"),
		     *packets = json_object_get(s, "packet_buffers");

	printf("%s, version %s, up %lld s\n", json_string_value(json_object_get(s, "name")),
	       json_string_value(json_object_get(s, "version")), (long long)json_integer_value(json_object_get(s, "uptime_s")));
	printf("%lld bindings of at most %lld, %lld bytes\n", (long long)json_integer_value(json_object_get(b, "current")),
	       (long long)json_integer_value(json_object_get(b, "maximum")),
	       (long long)json_integer_value(json_object_get(b, "memory_bytes")));
	printf("%lld bindings of correspondents of at most %lld, %zu protected prefixes\n",
	       (long long)json_integer_value(json_object_get(cn, "current")), (long long)json_integer_value(json_object_get(cn, "maximum")),
	       json_array_size(json_object_get(cn, "protect")));
	printf("%lld mobile nodes enrolled or configured\n", (long long)json_integer_value(json_object_get(s, "mobile_nodes")));
	printf("%lld packet buffers, %lld of them free\n", (long long)json_integer_value(json_object_get(packets, "all")),
	       (long long)json_integer_value(json_object_get(packets, "free")));
	if (json_is_true(json_object_get(s, "insecure")))
		puts("INSECURE: registrations are not authenticated");
	puts("");
	ctl_table(json_object_get(s, "home_links"), links, COUNT(links));
	puts("");
	ctl_table(json_object_get(s, "workers"), workers, COUNT(workers));
	puts("");
	ctl_table(json_object_get(s, "ports"), ports, COUNT(ports));
}

int ctl_status(struct ctl *c, int argc, char **argv)
{
	json_t *s;

	(void)argv;
	if (argc)
		return CTL_USAGE;
	if (ctl_request(c, "GET", "/v1/status", &s))
		return 1;
	if (c->json)
		ctl_print(s);
	else
		print_status(s);
	json_decref(s);
	return 0;
}

/* Every number inside, by its dotted name; `before` given: only what changed, as the difference. */
static void print_numbers(const json_t *now, const json_t *before, const char *prefix)
{
	const char *key;
	const json_t *v;

	json_object_foreach((json_t *)(uintptr_t)now, key, v)
	{
		const json_t *old = json_object_get(before, key);
		long long n = json_integer_value(v), was = json_integer_value(old);
		char name[160];

		snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] ? "." : "", key);
		if (json_is_object(v))
			print_numbers(v, old, name);
		else if (json_is_integer(v) && (before ? n != was : n != 0))
			printf("%-40s %14lld%s\n", name, before ? n - was : n, before ? "/s" : "");
		else if (json_is_real(v) && !before && json_real_value(v) != 0)
			printf("%-40s %14.1f\n", name, json_real_value(v));
	}
}

int ctl_stats(struct ctl *c, int argc, char **argv)
{
	json_t *now, *before = NULL;

	(void)argv;
	if (argc)
		return CTL_USAGE;
	do {
		if (ctl_request(c, "GET", "/v1/stats", &now)) {
			json_decref(before);
			return 1;
		}
		if (c->json)
			ctl_print(now);
		else
			print_numbers(now, before, "");
		json_decref(before);
		before = now;
		if (c->watch) {
			puts("");
			fflush(stdout);
			sleep(1);
		}
	} while (c->watch);
	json_decref(before);
	return 0;
}

/* The resource of one home address. False: it is none, told on stderr. */
static bool path_of(char out[PATH], const char *resource, const char *hoa)
{
	if (strlen(hoa) > 64 || strspn(hoa, "0123456789abcdefABCDEF:.") != strlen(hoa)) {
		fprintf(stderr, "homeportctl: found \"%s\", want a home address\n", hoa);
		return false;
	}
	snprintf(out, PATH, "%s/%s", resource, hoa);
	return true;
}

int ctl_bindings(struct ctl *c, int argc, char **argv)
{
	static const struct ctl_column columns[] = {{"HOME ADDRESS", "home_address"},
						    {"CARE-OF ADDRESS", "care_of_address"},
						    {"STATE", "state"},
						    {"LINK", "link"},
						    {"REMAINING [s]", "remaining_s"},
						    {"SEQUENCE", "sequence"},
						    {"PACKETS", "packets"}};
	bool remove = argc == 2 && strcmp(argv[0], "remove") == 0, show = argc == 2 && strcmp(argv[0], "show") == 0;
	char path[PATH];
	json_t *b;

	if (!remove && !show)
		return list(c, argc, "/v1/bindings", "bindings", columns, COUNT(columns));
	if (!path_of(path, "/v1/bindings", argv[1]))
		return CTL_USAGE;
	if (ctl_request(c, remove ? "DELETE" : "GET", path, &b))
		return 1;
	if (show)
		ctl_print(b);
	json_decref(b);
	return 0;
}

int ctl_associations(struct ctl *c, int argc, char **argv)
{
	static const struct ctl_column columns[] = {{"SPI", "spi"},           {"DIRECTION", "direction"},   {"PROTECTS", "protects"},
						    {"MODE", "mode"},         {"ENCRYPTION", "encryption"}, {"WINDOW", "replay_window"},
						    {"SEQUENCE", "sequence"}, {"PACKETS", "packets"},       {"STATE", "state"}};
	char path[PATH];
	json_t *node;

	if (argc != 1 || !path_of(path, "/v1/security-associations", argv[0]))
		return CTL_USAGE;
	if (ctl_request(c, "GET", path, &node))
		return 1;
	if (c->json)
		ctl_print(node);
	else
		ctl_table(json_object_get(node, "security_associations"), columns, COUNT(columns));
	json_decref(node);
	return 0;
}

int ctl_correspondents(struct ctl *c, int argc, char **argv)
{
	static const struct ctl_column columns[] = {{"HOME ADDRESS", "home_address"},
						    {"CORRESPONDENT", "correspondent"},
						    {"CARE-OF ADDRESS", "care_of_address"},
						    {"PROTECTED", "protected"},
						    {"REMAINING [s]", "remaining_s"},
						    {"IN USE", "in_use"},
						    {"PATH MTU", "path_mtu"},
						    {"SEQUENCE", "sequence"}};

	(void)argv;
	return list(c, argc, "/v1/correspondents", "correspondents", columns, COUNT(columns));
}

int ctl_neighbors(struct ctl *c, int argc, char **argv)
{
	static const struct ctl_column columns[] = {
		{"ADDRESS", "address"}, {"LINK", "link"}, {"MAC", "mac"}, {"STATE", "state"}, {"ROUTER", "router"}};

	(void)argv;
	return list(c, argc, "/v1/neighbors", "neighbors", columns, COUNT(columns));
}

int ctl_routes(struct ctl *c, int argc, char **argv)
{
	static const struct ctl_column columns[] = {{"PREFIX", "prefix"}, {"KIND", "kind"}, {"LINK", "link"}, {"VIA", "via"}};

	(void)argv;
	return list(c, argc, "/v1/routes", "routes", columns, COUNT(columns));
}

int ctl_home_agents(struct ctl *c, int argc, char **argv)
{
	static const struct ctl_column columns[] = {{"LINK", "link"},
						    {"ROUTER", "router"},
						    {"PREFERENCE", "preference"},
						    {"OURS", "own"},
						    {"REMAINING [s]", "remaining_s"},
						    {"ADDRESSES", "addresses"}};

	(void)argv;
	return list(c, argc, "/v1/home-agents", "home_agents", columns, COUNT(columns));
}

static void event_line(const char *text, void *ctx)
{
	const struct ctl *c = ctx;
	json_t *e;

	if (strncmp(text, "data: ", 6) != 0)
		return;
	e = json_loads(text + 6, 0, NULL);
	if (c->json || !e) {
		puts(text + 6);
	} else {
		const char *name = json_string_value(json_object_get(e, "event"));
		char *rest;

		printf("%-18s", name ? name : "");
		json_object_del(e, "event");
		rest = json_dumps(e, JSON_COMPACT);
		puts(rest ? rest : "");
		if (rest)
			hp_json_free(rest);
	}
	json_decref(e);
	fflush(stdout);
}

int ctl_events(struct ctl *c, int argc, char **argv)
{
	(void)argv;
	return argc ? CTL_USAGE : ctl_stream(c, "/v1/events", event_line, c);
}

int ctl_reload(struct ctl *c, int argc, char **argv)
{
	json_t *answer;

	(void)argv;
	if (argc)
		return CTL_USAGE;
	if (ctl_request(c, "POST", "/v1/reload", &answer))
		return 1;
	if (c->json)
		ctl_print(answer);
	else
		puts("reloaded");
	json_decref(answer);
	return 0;
}
