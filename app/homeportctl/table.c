/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/json.h"
#include "homeportctl/ctl.h"

#define CELL    64
#define COLUMNS 16

static void cell(const json_t *row, const char *member, char out[CELL])
{
	char name[CELL];
	const char *dot = strchr(member, '.');
	const json_t *v;

	if (dot) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - member), member);
		cell(json_object_get(row, name), dot + 1, out);
		return;
	}
	v = json_object_get(row, member);
	if (json_is_string(v))
		snprintf(out, CELL, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(out, CELL, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(out, CELL, "%.3f", json_real_value(v));
	else if (json_array_size(v) == 1)
		snprintf(out, CELL, "%s", json_string_value(json_array_get(v, 0)));
	else if (json_array_size(v))
		snprintf(out, CELL, "%s and %zu more", json_string_value(json_array_get(v, 0)), json_array_size(v) - 1);
	else if (json_is_boolean(v))
		snprintf(out, CELL, "%s", json_is_true(v) ? "yes" : "no");
	else
		snprintf(out, CELL, "-");
}

void ctl_table(const json_t *rows, const struct ctl_column *columns, size_t n)
{
	size_t width[COLUMNS] = {0}, i;
	char text[CELL];
	const json_t *row;

	for (size_t c = 0; c < n; c++)
		width[c] = strlen(columns[c].title);
	json_array_foreach(rows, i, row) for (size_t c = 0; c < n; c++)
	{
		cell(row, columns[c].member, text);
		if (strlen(text) > width[c])
			width[c] = strlen(text);
	}
	for (size_t c = 0; c < n; c++)
		printf("%-*s%s", c + 1 < n ? (int)width[c] : 0, columns[c].title, c + 1 < n ? "  " : "\n");
	json_array_foreach(rows, i, row) for (size_t c = 0; c < n; c++)
	{
		cell(row, columns[c].member, text);
		printf("%-*s%s", c + 1 < n ? (int)width[c] : 0, text, c + 1 < n ? "  " : "\n");
	}
}

void ctl_print(const json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2));

	puts(text ? text : "null");
	if (text)
		hp_json_free(text);
}
