/* SPDX-License-Identifier: BSD-3-Clause */
/* links and routes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"

#define MIN_DELAY_MS 3000 /* MIN_DELAY_BETWEEN_RAS, RFC 4861 §10 */
#define ADDRESSES    16   /* as many as a router advertisement carries */

static int prefix_text(const struct hp_value *v, const char *text, struct hp_conf_address *a)
{
	unsigned int length;

	if (!text || hp_prefix_parse(&a->address, &length, text))
		return hp_value_want(v, "an address with its prefix length (2001:db8:1::1/64)");
	a->prefix_length = (uint8_t)length;
	if (!hp_ip6_is_routable(&a->address) || length < 1)
		return hp_value_want(v, "a global unicast address; link-local ones come by themselves");
	/* With all host bits clear it is the subnet-router anycast address (RFC 4291 §2.6.1), which nobody owns alone. */
	if (length < 127) {
		struct hp_ip6 anycast = hp_ip6_prefix(&a->address, length);

		if (hp_ip6_eq(&anycast, &a->address))
			return hp_value_want(v, "an address of this router, not the prefix itself");
	}
	return 0;
}

static int address_text(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	return prefix_text(v, json_string_value(v->json), out);
}

static int one_address(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"address", address_text, .required = true},
		{"valid_lifetime_s", hp_value_lifetime, offsetof(struct hp_conf_address, valid_s)},
		{"preferred_lifetime_s", hp_value_lifetime, offsetof(struct hp_conf_address, preferred_s)},
		HP_VALUE_KEYS_END,
	};
	struct hp_conf_link *l = ctx;
	struct hp_conf_address *a = &l->address[i];
	int ret;

	l->addresses = (unsigned int)i + 1;
	*a = (struct hp_conf_address){.valid_s = HP_CONF_LIFETIME_INFINITE, .preferred_s = HP_CONF_LIFETIME_INFINITE};
	ret = json_is_string(v->json) ? prefix_text(v, json_string_value(v->json), a) : hp_value_table(v, keys, a);
	if (ret)
		return ret;
	if (a->preferred_s > a->valid_s && a->preferred_s != HP_CONF_LIFETIME_INFINITE)
		return hp_error_set(v->error, EINVAL, v->path, "found preferred_lifetime_s %u above valid_lifetime_s %u, want at most that",
				    a->preferred_s, a->valid_s);
	if (a->preferred_s > a->valid_s)
		a->preferred_s = a->valid_s;
	return 0;
}

static int addresses(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_link *l = out;
	size_t n = json_array_size(v->json);

	(void)key;
	if (n > ADDRESSES)
		return hp_value_want(v, "at most %d addresses", ADDRESSES);
	l->address = calloc(n + 1, sizeof(*l->address));
	if (!l->address)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "addresses", one_address, l);
}

/* The draft of one link: what names ports is kept beside. `link` comes first: keys that are inside it say so. */
struct draft_link {
	struct hp_conf_link *link;
	char *port;
	bool has_port, has_ra;
};

static int port(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct draft_link *d = out;

	d->has_port = true;
	return hp_value_text_or_null(v, key, &d->port);
}

static int ra_enabled(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct draft_link *d = out;

	d->has_ra = true;
	return hp_value_bool(v, key, &d->link->ra.enabled);
}

#define LINK(m) offsetof(struct hp_conf_link, m)
/* RFC 4861 §6.2.1 with the least values of RFC 6275 §7.5. */
static int router_advertisement(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"enabled", ra_enabled},
		{"unsolicited", hp_value_bool, LINK(ra.unsolicited), .inside = true},
		{"interval_option", hp_value_bool, LINK(ra.interval_option), .inside = true},
		{"min_interval_ms", hp_value_u32, LINK(ra.min_interval_ms), 30, 1350000, .inside = true},
		{"max_interval_ms", hp_value_u32, LINK(ra.max_interval_ms), 70, 1800000, .inside = true},
		{"min_delay_ms", hp_value_u32, LINK(ra.min_delay_ms), 0, 60000, .inside = true},
		{"router_lifetime_s", hp_value_u16, LINK(ra.router_lifetime_s), 0, 9000, .inside = true},
		HP_VALUE_KEYS_END,
	};

	(void)key;
	return hp_value_table(v, keys, out);
}

static int one_link(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"name", hp_value_string, LINK(name), .required = true, .inside = true},
		{"port", port, .required = true},
		{"vlan", hp_value_u16, LINK(vlan), 0, 4094, .inside = true},
		{"mtu", hp_value_u16, LINK(mtu), 1280, 9600, .inside = true},
		{"dad_transmits", hp_value_u8, LINK(dad_transmits), 0, 16, .inside = true},
		{"addresses", addresses, .required = true, .inside = true},
		{"router_advertisement", router_advertisement},
		HP_VALUE_KEYS_END,
	};
	struct hp_conf_draft *d = ctx;
	struct hp_conf_link *l = &d->conf->link[i];
	struct draft_link draft = {.link = l};
	int ret;

	d->conf->links = (unsigned int)i + 1;
	*l = (struct hp_conf_link){.port = -1, .mtu = 1500, .dad_transmits = 1};
	l->ra.unsolicited = l->ra.interval_option = true;
	l->ra.min_interval_ms = 200000;
	l->ra.max_interval_ms = 600000;
	l->ra.min_delay_ms = UINT32_MAX;
	l->ra.router_lifetime_s = 1800;
	ret = hp_value_table(v, keys, &draft);
	d->link_port[i] = draft.port;
	d->link_has_ra[i] = draft.has_ra;
	if (ret)
		return ret;
	/* RFC 6275 §13: MinRtrAdvInterval, if that is less than 3 seconds. */
	if (l->ra.min_delay_ms == UINT32_MAX)
		l->ra.min_delay_ms = l->ra.min_interval_ms < MIN_DELAY_MS ? l->ra.min_interval_ms : MIN_DELAY_MS;
	if (l->ra.min_interval_ms > l->ra.max_interval_ms / 4 * 3)
		return hp_error_set(
			v->error, EINVAL, v->path,
			"found router_advertisement.min_interval_ms %u with max_interval_ms %u, want at most three quarters of it",
			l->ra.min_interval_ms, l->ra.max_interval_ms);
	if (l->ra.router_lifetime_s && l->ra.router_lifetime_s * 1000ull < l->ra.max_interval_ms)
		return hp_error_set(v->error, EINVAL, v->path,
				    "found router_advertisement.router_lifetime_s %u below max_interval_ms %u, want 0 or at least that",
				    l->ra.router_lifetime_s, l->ra.max_interval_ms);
	for (size_t k = 0; k < i; k++)
		if (strcmp(d->conf->link[k].name, l->name) == 0)
			return hp_error_set(v->error, EINVAL, v->path, "found the name \"%s\" a second time, want names that differ",
					    l->name);
	return 0;
}

int hp_conf_links(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;
	size_t n = json_array_size(v->json);

	(void)key;
	if (!n || n > 1024)
		return hp_value_want(v, "a list of 1 to 1024 links");
	d->conf->link = calloc(n, sizeof(*d->conf->link));
	d->link_port = calloc(n, sizeof(*d->link_port));
	d->link_has_ra = calloc(n, sizeof(*d->link_has_ra));
	if (!d->conf->link || !d->link_port || !d->link_has_ra)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "links", one_link, d);
}

struct draft_route {
	struct hp_conf_route route;
	char *link;
};

static int route_prefix(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_route *r = out;
	struct hp_prefix p;
	int ret = hp_value_prefix(v, key, &p);

	if (ret)
		return ret;
	r->prefix = p.prefix;
	r->length = p.length;
	if (p.length && (hp_ip6_is_multicast(&p.prefix) || hp_ip6_is_linklocal(&p.prefix)))
		return hp_value_want(v, "a prefix of unicast addresses that are not link-local");
	return 0;
}

static int one_route(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"prefix", route_prefix, offsetof(struct draft_route, route), .required = true},
		{"via", hp_value_address, offsetof(struct draft_route, route.via), .required = true},
		{"link", hp_value_string, offsetof(struct draft_route, link)},
		HP_VALUE_KEYS_END,
	};
	struct hp_conf_draft *d = ctx;
	struct draft_route draft = {0};
	int ret = hp_value_table(v, keys, &draft);

	d->conf->route[i] = draft.route;
	d->route_link[i] = draft.link;
	d->conf->routes = (unsigned int)i + 1;
	if (ret)
		return ret;
	if (hp_ip6_is_any(&draft.route.via) || hp_ip6_is_multicast(&draft.route.via))
		return hp_error_set(v->error, EINVAL, v->path, "found a via that is no unicast address, want a router's address");
	for (size_t k = 0; k < i; k++)
		if (d->conf->route[k].length == draft.route.length && hp_ip6_eq(&d->conf->route[k].prefix, &draft.route.prefix))
			return hp_error_set(v->error, EINVAL, v->path, "found a prefix that has a route already, want one route a prefix");
	return 0;
}

int hp_conf_routes(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf_draft *d = out;
	size_t n = json_array_size(v->json);

	(void)key;
	d->conf->route = calloc(n + 1, sizeof(*d->conf->route));
	d->route_link = calloc(n + 1, sizeof(*d->route_link));
	if (!d->conf->route || !d->route_link)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	return hp_value_each(v, "routes", one_route, d);
}
