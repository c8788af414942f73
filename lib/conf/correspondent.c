/* SPDX-License-Identifier: BSD-3-Clause */
/* correspondent: hosts behind this router that it answers for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/parts.h"

/* Each is looked at for every packet with a header of Mobile IPv6. */
#define PREFIXES 64
/* Whoever names less means everybody, whom this router cannot answer for: the shortest that is one network's is fd00::/8. */
#define SHORTEST 8

static int host_prefix(const struct hp_value *v, struct hp_prefix *out)
{
	int ret = hp_value_prefix(v, NULL, out);

	if (ret)
		return ret;
	if (out->length < SHORTEST)
		return hp_value_want(v, "the prefix of hosts behind this router, of %d bits at least", SHORTEST);
	return hp_ip6_is_routable(&out->prefix) ? 0 : hp_value_want(v, "one of unicast addresses that are not link-local");
}

static int one_protect(const struct hp_value *v, size_t i, void *ctx)
{
	struct hp_conf *c = ctx;

	c->correspondent.protects = (unsigned int)i + 1;
	return host_prefix(v, &c->correspondent.protect[i]);
}

static int one_exclude(const struct hp_value *v, size_t i, void *ctx)
{
	struct hp_conf *c = ctx;
	struct hp_prefix *p = &c->correspondent.exclude[i];

	c->correspondent.excludes = (unsigned int)i + 1;
	if (json_is_string(v->json) && !hp_ip6_parse(&p->prefix, json_string_value(v->json))) {
		p->length = 128;
		return 0;
	}
	return host_prefix(v, p);
}

static int prefixes(const struct hp_value *v, int (*each)(const struct hp_value *v, size_t i, void *ctx), struct hp_prefix **list,
		    struct hp_conf *c)
{
	const size_t n = json_array_size(v->json);

	if (n > PREFIXES)
		return hp_value_want(v, "at most %d of them", PREFIXES);
	*list = calloc(n + 1, sizeof(**list));
	if (!*list)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "prefixes", each, c);
}

static int protect(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf *c = ((struct hp_conf_draft *)out)->conf;

	(void)key;
	return prefixes(v, one_protect, &c->correspondent.protect, c);
}

static int exclude(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf *c = ((struct hp_conf_draft *)out)->conf;

	(void)key;
	return prefixes(v, one_exclude, &c->correspondent.exclude, c);
}

static bool is_inside(const struct hp_prefix *inner, const struct hp_prefix *outer)
{
	return inner->length > outer->length && hp_ip6_in_prefix(&inner->prefix, &outer->prefix, outer->length);
}

static int fail(const struct hp_value *v, const char *member, unsigned int i, const struct hp_prefix *found, const char *words)
{
	char path[64], text[HP_PREFIX_TEXT];

	snprintf(path, sizeof(path), "%s.%s[%u]", v->path, member, i);
	return hp_error_set(v->error, EINVAL, path, "found %s, %s", hp_prefix_text(&found->prefix, found->length, text), words);
}

static int separate(const struct hp_value *v, const char *member, const struct hp_prefix *list, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int k = 0; k < i; k++) {
			const struct hp_prefix *a = &list[i], *b = &list[k];

			if (hp_ip6_in_prefix(&a->prefix, &b->prefix, a->length < b->length ? a->length : b->length))
				return fail(v, member, i, a, "which overlaps one before it, want separate ones");
		}
	return 0;
}

/* Only now are both lists there. */
static int together(const struct hp_value *v, const struct hp_conf *c)
{
	const struct hp_prefix *e = c->correspondent.exclude;
	int ret = separate(v, "protect", c->correspondent.protect, c->correspondent.protects);

	ret = ret ? ret : separate(v, "exclude", e, c->correspondent.excludes);
	for (unsigned int i = 0; i < c->correspondent.excludes && !ret; i++) {
		bool inside = false;

		for (unsigned int k = 0; k < c->correspondent.protects; k++)
			inside = inside || is_inside(&e[i], &c->correspondent.protect[k]);
		if (!inside)
			ret = fail(v, "exclude", i, &e[i], "want an address or prefix inside one of protect");
	}
	return ret;
}

#define CORRESPONDENT(m) offsetof(struct hp_conf, correspondent.m)
int hp_conf_correspondent(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"enabled", hp_value_bool, CORRESPONDENT(enabled), .inside = true},
		{"protect", protect},
		{"exclude", exclude},
		{"max_bindings", hp_value_u32, CORRESPONDENT(max_bindings), 1, 16 * 1024 * 1024, .inside = true},
		/* MAX_RR_BINDING_LIFETIME (RFC 6275 §12), in units of 4 s (§6.1.7). */
		{"max_binding_lifetime_s", hp_value_u32, CORRESPONDENT(max_binding_lifetime_s), 4, 420, .inside = true},
		HP_VALUE_KEYS_END,
	};
	int ret = hp_value_table(v, keys, out);

	(void)key;
	return ret ? ret : together(v, ((struct hp_conf_draft *)out)->conf);
}
