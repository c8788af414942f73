/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"

#define FOLDER "/var/lib/homeport/"

static int backend(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;

	(void)key;
	d->has_backend = true;
	d->embedded = json_is_string(v->json) && strcmp(json_string_value(v->json), "embedded") == 0;
	return d->embedded || json_is_null(v->json) ? 0 : hp_value_want(v, "\"embedded\" or null");
}

static int path(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;
	int ret;

	if (json_is_null(v->json))
		return 0;
	ret = hp_value_string(v, key, &d->store_path);
	return ret || d->store_path[0] == '/' ? ret : hp_value_want(v, "an absolute path");
}

int hp_conf_store(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {{"backend", backend}, {"path", path}, HP_VALUE_KEYS_END};

	(void)key;
	return hp_value_table(v, keys, out);
}

int hp_conf_store_fill_in(struct hp_conf_draft *d, struct hp_error *e)
{
	struct hp_conf *c = d->conf;

	/* Where everybody is believed, nothing is to be kept unless it is asked for. */
	if (!d->has_backend)
		d->embedded = d->store_path || c->home_agent.authentication != HP_AUTH_NONE;
	if (!d->embedded)
		return 0;
	c->store.path = d->store_path;
	d->store_path = NULL;
	if (!c->store.path && asprintf(&c->store.path, FOLDER "%s", c->name) < 0) {
		c->store.path = NULL;
		return hp_error_set(e, ENOMEM, "", "out of memory");
	}
	return 0;
}
