/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/json.h"
#include "conf/parts.h"
#include "conf/text.h"

#define FILE_MOST ((size_t)256 * 1024 * 1024)

/* It becomes part of file names: the EAL's prefix, the API's socket. */
static int name(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;
	int ret = hp_value_string(v, key, &d->conf->name);

	if (ret)
		return ret;
	if (strlen(d->conf->name) > 32 ||
	    strspn(d->conf->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != strlen(d->conf->name))
		return hp_value_want(v, "1 to 32 letters, digits, - and _");
	return 0;
}

static int schema(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	(void)out;
	return json_is_string(v->json) ? 0 : hp_value_want(v, "a text");
}

static const struct hp_value_key sections[] = {
	{"name", name, .required = true},
	{"runtime", hp_conf_runtime},
	{"ports", hp_conf_ports, .required = true},
	{"links", hp_conf_links, .required = true},
	{"routes", hp_conf_routes},
	{"home_agent", hp_conf_home_agent, .required = true},
	{"mobile_nodes", hp_conf_mobile_nodes},
	{"mobile_nodes_file", hp_conf_mobile_nodes_file},
	{"correspondent", hp_conf_correspondent},
	{"api", hp_conf_api},
	{"store", hp_conf_store},
	{"log", hp_conf_log},
	{"$schema", schema}, /* editors find config/homeport.schema.json by it */
	HP_VALUE_KEYS_END,
};

static struct hp_conf *defaults(const char *file)
{
	struct hp_conf *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->runtime.worker_core = calloc(1, sizeof(*c->runtime.worker_core));
	c->file = strdup(file);
	if (!c->runtime.worker_core || !c->file) {
		hp_conf_destroy(c);
		return NULL;
	}
	c->runtime.worker_cores = 1;
	c->runtime.worker_core[0] = 1;
	c->runtime.memory_mb = 512;
	c->home_agent.lifetime_s = 1800;
	c->home_agent.max_bindings = 1048576;
	c->home_agent.max_binding_lifetime_s = 3600;
	c->home_agent.dad = true;
	c->home_agent.multicast = true;
	c->home_agent.prefix_advertisement.enabled = true;
	c->home_agent.prefix_advertisement.min_interval_s = 600;
	c->home_agent.prefix_advertisement.max_interval_s = 86400;
	c->home_agent.authentication = HP_AUTH_MN_HA;
	c->correspondent.enabled = true;
	c->correspondent.max_bindings = 65536;
	c->correspondent.max_binding_lifetime_s = 420;
	c->log.level = HP_LOG_INFO;
	return c;
}

static int fill_in(struct hp_conf_draft *d, struct hp_error *e)
{
	struct hp_conf *c = d->conf;

	if (!c->api.unix_path && asprintf(&c->api.unix_path, "/run/homeport/%s.sock", c->name) < 0) {
		c->api.unix_path = NULL;
		return hp_error_set(e, ENOMEM, "", "out of memory");
	}
	/* Authentication in the message does not protect prefix discovery: off, unless the operator says otherwise (RFC 4285 §2). */
	if (!d->has_prefix_advertisement && c->home_agent.authentication == HP_AUTH_MN_HA)
		c->home_agent.prefix_advertisement.enabled = false;
	return hp_conf_store_fill_in(d, e);
}

static int read_json(struct hp_conf **out, const char *file, const json_t *json, const struct hp_conf_machine *machine, struct hp_error *e)
{
	struct hp_conf_draft d = {.conf = defaults(file)};
	struct hp_value v = {json, "", e};
	int ret;

	if (!d.conf)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	ret = hp_value_table(&v, sections, &d);
	ret = ret ? ret : hp_conf_check(&d, machine, e);
	ret = ret ? ret : fill_in(&d, e);
	hp_conf_draft_free(&d);
	if (ret)
		hp_conf_destroy(d.conf);
	else
		*out = d.conf;
	return ret;
}

int hp_conf_parse(struct hp_conf **out, const char *file, const char *text, size_t len, const struct hp_conf_machine *machine,
		  struct hp_error *e)
{
	json_t *json = hp_json_read(text, len, e);
	int ret = json ? read_json(out, file, json, machine, e) : -EINVAL;

	json_decref(json);
	return ret;
}

/* Whether the file itself holds keys. */
static bool has_keys(const struct hp_conf *c)
{
	for (unsigned int i = 0; i < c->mobile_nodes; i++)
		if (!c->mobile_node[i].in_file)
			return true;
	return false;
}

int hp_conf_load(struct hp_conf **out, const char *file, const struct hp_conf_machine *machine, struct hp_error *e)
{
	struct hp_text text;
	int ret = hp_text_load(&text, file, FILE_MOST, e);

	if (ret)
		return ret;
	ret = hp_conf_parse(out, file, text.data, text.len, machine, e);
	if (!ret && has_keys(*out)) {
		ret = hp_text_private(&text, e);
		if (ret)
			hp_conf_destroy(*out);
	}
	hp_text_free(&text);
	return ret;
}

void hp_conf_destroy(struct hp_conf *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < c->ports; i++) {
		free(c->port[i].name);
		free(c->port[i].device);
	}
	for (unsigned int i = 0; i < c->links; i++) {
		free(c->link[i].name);
		free(c->link[i].address);
	}
	for (unsigned int i = 0; i < c->runtime.eal_args; i++)
		free(c->runtime.eal_arg[i]);
	hp_conf_forget_mobile_nodes(c);
	free(c->mobile_nodes_file);
	free(c->runtime.eal_arg);
	free(c->runtime.worker_core);
	free(c->port);
	free(c->link);
	free(c->route);
	free(c->correspondent.protect);
	free(c->correspondent.exclude);
	free(c->api.unix_path);
	free(c->api.tcp);
	free(c->api.owner);
	free(c->api.group);
	free(c->store.path);
	free(c->file);
	free(c->name);
	free(c);
}
