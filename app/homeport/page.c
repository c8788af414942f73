/* SPDX-License-Identifier: BSD-3-Clause */
/* What the lists of the API have in common: pages with a cursor that is opaque to clients, addresses, links, times. */
#include "homeport/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_DEFAULT 100

static bool read_number(const char *text, int base, uint64_t *out)
{
	char *end;

	if (!*text || strspn(text, "0123456789abcdef") != strlen(text))
		return false;
	errno = 0;
	*out = strtoull(text, &end, base);
	return !errno && !*end;
}

/* False: *res is the refusal. */
static bool read_page(struct hp_page *out, const struct hp_api_request *req, struct hp_api_response *res)
{
	const char *limit = req->query(req, "limit"), *cursor = req->query(req, "cursor");
	uint64_t n = PAGE_DEFAULT;

	*out = (struct hp_page){.first = !cursor || !*cursor};
	if (!out->first && !read_number(cursor, 16, &out->after)) {
		hp_api_fail(res, 400, "bad_cursor", "cursor", "found \"%s\", want the \"next\" of the page before", cursor);
		return false;
	}
	if (limit && (!read_number(limit, 10, &n) || n < 1 || n > HP_PAGE_MOST)) {
		hp_api_fail(res, 400, "bad_limit", "limit", "found \"%s\", want 1 to %d", limit, HP_PAGE_MOST);
		return false;
	}
	out->limit = (size_t)n;
	return true;
}

static json_t *cursor_of(bool more, uint64_t next)
{
	char text[17];

	if (!more)
		return json_null();
	snprintf(text, sizeof(text), "%016" PRIx64, next);
	return json_string(text);
}

void hp_page_serve(const struct hp_app *app, const struct hp_page_list *list, const struct hp_api_request *req, struct hp_api_response *res)
{
	const uint64_t now_ms = hp_app_now(app).mono_ms;
	struct hp_page p;
	json_t *rows;
	uint64_t next;
	bool more;
	char *view;
	size_t n;

	if (!read_page(&p, req, res))
		return;
	view = calloc(HP_PAGE_CAP, list->view);
	if (!view) {
		hp_api_fail(res, 503, "out_of_memory", "", "out of memory");
		return;
	}
	n = list->take(app, &p, view, &next, &more);
	rows = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, list->row(app, view + i * list->view, now_ms));
	free(view);
	res->json = json_pack("{s:o, s:o}", list->member, rows, "next", cursor_of(more, next));
}

json_t *hp_json_address(const struct hp_ip6 *a)
{
	char text[HP_IP6_TEXT];

	return json_string(hp_ip6_text(a, text));
}

json_t *hp_json_link(const struct hp_app *app, uint16_t link)
{
	const char *name = hp_link_name(app, link);

	return name ? json_string(name) : json_null();
}

json_t *hp_json_time(uint64_t wall_ms)
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&s, &tm));
	return json_string(text);
}
