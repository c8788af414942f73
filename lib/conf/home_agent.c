/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"

#define AGENT(m) offsetof(struct hp_conf, home_agent.m)

static int prefix_advertisement_enabled(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;

	d->has_prefix_advertisement = true;
	return hp_value_bool(v, key, &d->conf->home_agent.prefix_advertisement.enabled);
}

/* MinMobPfxAdvInterval, MaxMobPfxAdvInterval: RFC 6275 §13. */
static int prefix_advertisement(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"enabled", prefix_advertisement_enabled},
		{"min_interval_s", hp_value_u32, AGENT(prefix_advertisement.min_interval_s), 1, UINT32_MAX - 1LL, .inside = true},
		{"max_interval_s", hp_value_u32, AGENT(prefix_advertisement.max_interval_s), 1, UINT32_MAX - 1LL, .inside = true},
		HP_VALUE_KEYS_END,
	};
	const struct hp_conf *c = ((struct hp_conf_draft *)out)->conf;
	int ret = hp_value_table(v, keys, out);

	(void)key;
	if (!ret && c->home_agent.prefix_advertisement.min_interval_s > c->home_agent.prefix_advertisement.max_interval_s)
		return hp_error_set(v->error, EINVAL, v->path, "found min_interval_s %u above max_interval_s %u, want at most that",
				    c->home_agent.prefix_advertisement.min_interval_s, c->home_agent.prefix_advertisement.max_interval_s);
	return ret;
}

static int authentication(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const words[] = {"mn-ha", "ipsec", "none", NULL};
	const struct hp_value_key word = {.more = words};
	int n, ret = hp_value_word(v, &word, &n);

	(void)key;
	if (!ret)
		((struct hp_conf_draft *)out)->conf->home_agent.authentication = (enum hp_conf_authentication)n;
	return ret;
}

static int one_home_link(const struct hp_value *v, size_t i, void *ctx)
{
	struct hp_conf_draft *d = ctx;
	int ret;

	d->home_links = (unsigned int)i + 1;
	ret = hp_value_string(v, NULL, &d->home_link[i]);
	for (size_t k = 0; k < i && !ret; k++)
		if (strcmp(d->home_link[k], d->home_link[i]) == 0)
			ret = hp_value_want(v, "a link that is not in the list already");
	return ret;
}

static int home_links(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;

	(void)key;
	if (!json_array_size(v->json))
		return hp_value_want(v, "a list of at least one link's name");
	d->home_link = calloc(json_array_size(v->json), sizeof(*d->home_link));
	if (!d->home_link)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "link names", one_home_link, d);
}

static int lifetime(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	/* A home agent lifetime of 0 is never sent (RFC 6275 §7.4). */
	const struct hp_value_key seconds = {.min = 1, .max = 65520};
	struct hp_conf_draft *d = out;

	(void)key;
	d->has_lifetime = true;
	return hp_value_u16(v, &seconds, &d->conf->home_agent.lifetime_s);
}

int hp_conf_home_agent(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"links", home_links, .required = true},
		{"preference", hp_value_u16, AGENT(preference), 0, 65535, .inside = true},
		{"lifetime_s", lifetime},
		{"max_bindings", hp_value_u32, AGENT(max_bindings), 1, 64 * 1024 * 1024, .inside = true},
		/* Units of 4 s in 16 bits (§6.1.7). */
		{"max_binding_lifetime_s", hp_value_u32, AGENT(max_binding_lifetime_s), 4, 65535 * 4, .inside = true},
		{"dad", hp_value_bool, AGENT(dad), .inside = true},
		{"multicast", hp_value_bool, AGENT(multicast), .inside = true},
		{"accounting", hp_value_bool, AGENT(accounting), .inside = true},
		{"mobile_prefix_advertisement", prefix_advertisement},
		{"authentication", authentication},
		HP_VALUE_KEYS_END,
	};

	(void)key;
	return hp_value_table(v, keys, out);
}
