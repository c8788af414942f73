/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_HOMEPORT_PAGE_H
#define HP_HOMEPORT_PAGE_H

#include "homeport/app.h"

#define HP_PAGE_MOST 1000
#define HP_PAGE_CAP  (HP_PAGE_MOST + 16) /* entries of equal hash are given together */

struct hp_page {
	bool first;
	uint64_t after;
	size_t limit;
};

/* A list that is too long for one answer. */
struct hp_page_list {
	const char *member; /* of the answer */
	size_t view;        /* octets of an entry */
	/* At most HP_PAGE_CAP entries: how many. */
	size_t (*take)(const struct hp_app *app, const struct hp_page *p, void *view, uint64_t *next, bool *more);
	json_t *(*row)(const struct hp_app *app, const void *view, uint64_t now_ms);
};
/* A page of it, by `limit` and `cursor` of the request. */
void hp_page_serve(const struct hp_app *app, const struct hp_page_list *list, const struct hp_api_request *req,
		   struct hp_api_response *res);

json_t *hp_json_address(const struct hp_ip6 *a);
json_t *hp_json_link(const struct hp_app *app, uint16_t link);
json_t *hp_json_time(uint64_t wall_ms);

#endif
