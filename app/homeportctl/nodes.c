/* SPDX-License-Identifier: BSD-3-Clause */
/* mobile-nodes: who may register, enrolled and removed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip6.h"
#include "conf/json.h"
#include "conf/text.h"
#include "homeportctl/ctl.h"

#define RESOURCE "/v1/mobile-nodes"

static int list(const struct ctl *c)
{
	static const struct ctl_column columns[] = {
		{"HOME ADDRESS", "home_address"}, {"IDENTITY", "identity"},     {"LINK", "link"}, {"BOUND", "bound"},
		{"SUSPENDED", "suspended"},       {"CONFIGURED", "configured"}, {"SPIS", "spis"}};
	json_t *rows, *row;
	size_t i, k;

	if (ctl_pages(c, RESOURCE, "mobile_nodes", &rows))
		return 1;
	json_array_foreach(rows, i, row)
	{
		char spis[64] = "";
		const json_t *key;

		json_array_foreach(json_object_get(row, "keys"), k, key)
			snprintf(spis + strlen(spis), sizeof(spis) - strlen(spis), "%s%lld", k ? "," : "",
				 (long long)json_integer_value(json_object_get(key, "spi")));
		if (!c->json)
			json_object_set_new(row, "spis", json_string(spis));
	}
	if (c->json)
		ctl_print(rows);
	else
		ctl_table(rows, columns, sizeof(columns) / sizeof(columns[0]));
	json_decref(rows);
	return 0;
}

static bool path_of(char *out, size_t room, const char *address, const char *verb)
{
	struct hp_ip6 a;

	if (hp_ip6_parse(&a, address)) {
		fprintf(stderr, "homeportctl: found \"%s\", want a home address\n", address);
		return false;
	}
	snprintf(out, room, RESOURCE "/%s%s%s", address, verb ? "/" : "", verb ? verb : "");
	return true;
}

/* The code alone on the first line: a script takes it from there. */
static int show_code(const struct ctl *c, json_t *node)
{
	const char *code = json_string_value(json_object_get(node, "enrolment_code"));
	const char *until = json_string_value(json_object_get(node, "expires_at"));

	if (c->json) {
		ctl_print(node);
	} else if (code) {
		puts(code);
		ctl_code_show(code);
		fflush(stdout);
		fprintf(stderr, "%s is %s; the code is good %s%s and is not shown again\n",
			json_string_value(json_object_get(node, "identity")), json_string_value(json_object_get(node, "home_address")),
			until ? "until " : "for ever", until ? until : "");
	}
	json_decref(node);
	return code ? 0 : 1;
}

static int enrol(const struct ctl *c, const char *identity)
{
	json_t *body = c->wish ? json_incref(c->wish) : json_object(), *node;
	int ret;

	json_object_set_new(body, "identity", json_string(identity));
	ret = ctl_send(c, "POST", RESOURCE, body, &node);
	json_decref(body);
	return ret ? ret : show_code(c, node);
}

static int rekey(const struct ctl *c, const char *address)
{
	char path[160];
	json_t *node;

	if (!path_of(path, sizeof(path), address, "rekey"))
		return CTL_USAGE;
	return ctl_send(c, "POST", path, c->wish, &node) ? 1 : show_code(c, node);
}

static int simple(const struct ctl *c, const char *method, const char *address, const char *verb, bool print)
{
	char path[160];
	json_t *node;

	if (!path_of(path, sizeof(path), address, verb))
		return CTL_USAGE;
	if (ctl_request(c, method, path, &node))
		return 1;
	if (print)
		ctl_print(node);
	json_decref(node);
	return 0;
}

static int import_line(const struct ctl *c, const char *text, size_t len, unsigned int line)
{
	struct hp_error e;
	json_t *node = hp_json_read(text, len, &e), *answer = NULL;
	const char *address = json_string_value(json_object_get(node, "home_address"));
	char path[160];
	int ret = 1;

	if (!node)
		fprintf(stderr, "homeportctl: line %u: %s\n", line, e.text);
	else if (!address)
		fprintf(stderr, "homeportctl: line %u: found no home_address\n", line);
	else if (!path_of(path, sizeof(path), address, NULL) || ctl_send(c, "PUT", path, node, &answer))
		fprintf(stderr, "homeportctl: line %u: not taken, nor what follows it\n", line);
	else
		ret = 0;
	json_decref(answer);
	json_decref(node);
	return ret;
}

/* One after the other: each is on the home agent's disk before the next is sent. */
static int import(const struct ctl *c, const char *file)
{
	const bool input = strcmp(file, "-") == 0;
	struct hp_error e = {0};
	struct hp_text text;
	unsigned int taken = 0, line = 0;
	int ret = hp_text_load(&text, input ? "/dev/stdin" : file, (size_t)1 << 30, &e);

	if (!ret && !input)
		ret = hp_text_private(&text, &e);
	if (ret) {
		fprintf(stderr, "homeportctl: %s: %s\n", file, e.text);
		hp_text_free(&text);
		return 1;
	}
	for (const char *at = text.data; at < text.data + text.len && !ret;) {
		const size_t len = strcspn(at, "\n");

		line++;
		if (strspn(at, " \t\r") < len) {
			ret = import_line(c, at, len, line);
			taken += !ret;
		}
		at += len + 1;
	}
	hp_text_free(&text);
	fprintf(stderr, "%u mobile nodes taken\n", taken);
	return ret ? 1 : 0;
}

int ctl_mobile_nodes(struct ctl *c, int argc, char **argv)
{
	const char *verb = argc ? argv[0] : "list", *what = argc == 2 ? argv[1] : NULL;

	if (strcmp(verb, "list") == 0 && argc < 2)
		return list(c);
	if (!what)
		return CTL_USAGE;
	if (strcmp(verb, "show") == 0)
		return simple(c, "GET", what, NULL, true);
	if (strcmp(verb, "enrol") == 0)
		return enrol(c, what);
	if (strcmp(verb, "rekey") == 0)
		return rekey(c, what);
	if (strcmp(verb, "suspend") == 0 || strcmp(verb, "resume") == 0)
		return simple(c, "POST", what, verb, c->json);
	if (strcmp(verb, "remove") == 0)
		return simple(c, "DELETE", what, NULL, false);
	if (strcmp(verb, "import") == 0 || strcmp(verb, "add") == 0)
		return import(c, what);
	return CTL_USAGE;
}
