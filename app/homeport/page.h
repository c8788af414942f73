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

/* `limit` and `cursor` of a request. False: *res is the refusal. */
bool hp_page_read(struct hp_page *out, const struct hp_api_request *req, struct hp_api_response *res);
json_t *hp_page_next(bool more, uint64_t next);

json_t *hp_json_address(const struct hp_ip6 *a);
json_t *hp_json_link(const struct hp_app *app, uint16_t link);
json_t *hp_json_time(uint64_t wall_ms);

#endif
