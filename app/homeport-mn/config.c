/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/json.h"
#include "conf/mobile_nodes.h"
#include "conf/text.h"
#include "conf/value.h"
#include "homeport-mn/mn.h"

#define FILE_MOST ((size_t)1 << 20)

static int interface_name(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	int ret = hp_value_string(v, key, out);

	return ret || strlen(*(char **)out) < IF_NAMESIZE ? ret
							  : hp_value_want(v, "an interface name of at most %d octets", IF_NAMESIZE - 1);
}

/* One home while it is read. `home` comes first: keys that are inside it say so. */
struct draft {
	struct mn_home_conf *home;
	struct hp_secrets *secrets;
	int method;
	uint32_t spi;
	int algorithm, replay;
	struct hp_value_octets key;
};
enum { METHOD_NONE, METHOD_MN_HA, METHOD_IPSEC };

static int check_mn_ha(const struct hp_value *v, struct draft *d)
{
	static const char *const of_mn_ha[] = {"identity", "spi", "key", "algorithm", "replay", NULL};
	struct mn_home_conf *h = d->home;

	for (unsigned int i = 0; of_mn_ha[i] && d->method != METHOD_MN_HA; i++)
		if (json_object_get(v->json, of_mn_ha[i]))
			return hp_error_set(v->error, EINVAL, v->path, "found %s with another method, want \"mn-ha\"", of_mn_ha[i]);
	if (d->method != METHOD_MN_HA)
		return 0;
	if (!h->identity || !d->spi || !d->key.len)
		return hp_error_set(v->error, EINVAL, v->path, "found no %s, want identity, spi and key of the home agent's enrolment",
				    !h->identity ? "identity"
				    : !d->spi    ? "spi"
						 : "key");
	if (strlen(h->identity) > HP_CONF_IDENTITY_MOST)
		return hp_error_set(v->error, EINVAL, v->path, "found an identity of %zu octets, want at most %d", strlen(h->identity),
				    HP_CONF_IDENTITY_MOST);
	h->key = (struct hp_key){
		.spi = d->spi,
		.algorithm = d->algorithm == HP_CONF_HMAC_SHA256 ? HP_HMAC_SHA256_128 : HP_HMAC_SHA1_96,
		.len = d->key.len,
		.timestamp = d->replay == HP_CONF_TIMESTAMP,
		.octets = hp_secrets_keep(d->secrets, d->key.octets, d->key.len),
	};
	h->home.method = HP_NODE_MN_HA;
	h->home.identity = h->identity;
	h->home.key = &h->key;
	return h->key.octets ? 0 : hp_error_set(v->error, ENOMEM, v->path, "out of memory");
}

static int authentication(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const methods[] = {"none", "mn-ha", "ipsec", NULL};
	static const struct hp_value_key keys[] = {
		{"method", hp_value_word, offsetof(struct draft, method), .more = methods, .required = true},
		{"identity", hp_value_string, offsetof(struct mn_home_conf, identity), .inside = true},
		{"spi", hp_value_u32, offsetof(struct draft, spi), HP_CONF_SPI_LEAST, UINT32_MAX},
		{"key", hp_value_hex, offsetof(struct draft, key), HP_CONF_KEY_LEAST, HP_CONF_KEY_MOST},
		{"algorithm", hp_value_word, offsetof(struct draft, algorithm), .more = hp_conf_algorithms},
		{"replay", hp_value_word, offsetof(struct draft, replay), .more = hp_conf_replays},
		{"security_associations", hp_conf_associations_read, offsetof(struct mn_home_conf, associations), .inside = true},
		HP_VALUE_KEYS_END,
	};
	const struct hp_value secret = {v->json, v->path, v->error, .secret = true};
	struct draft *d = out;
	int ret = hp_value_table(&secret, keys, d);

	(void)key;
	ret = ret ? ret : check_mn_ha(&secret, d);
	hp_secret_wipe(&d->key, sizeof(d->key));
	d->home->ipsec = d->method == METHOD_IPSEC;
	return ret;
}

static int prefix_discovery(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	bool on;
	int ret = hp_value_bool(v, key, &on);

	if (!ret)
		*(int *)out = on;
	return ret;
}

/* Those of a home that is under IPsec, once its address is known. */
static int check_associations(const struct hp_value *v, struct mn_home_conf *h)
{
	char path[128];
	const struct hp_value inner = {v->json, path, v->error};
	int ret;

	snprintf(path, sizeof(path), "%s.authentication", v->path);
	ret = hp_conf_associations_check(&h->associations, &h->home.hoa, &inner);
	if (ret)
		return ret;
	if (h->associations.count && !h->ipsec)
		return hp_error_set(v->error, EINVAL, path, "found security associations with another method, want \"ipsec\"");
	if (h->ipsec && !hp_conf_associations_protect(&h->associations, HP_PROTECT_REGISTRATION))
		return hp_error_set(v->error, EINVAL, path,
				    "found no two security associations that protect registration, want one of each direction");
	h->payload = h->ipsec && hp_conf_associations_protect(&h->associations, HP_PROTECT_PAYLOAD);
	/* RFC 4285 §2: in the message nothing but registrations is protected. */
	h->home.prefix_discovery =
		h->prefix_discovery >= 0
			? h->prefix_discovery
			: h->home.method == HP_NODE_OPEN &&
				  (!h->ipsec || hp_conf_associations_protect(&h->associations, HP_PROTECT_PREFIX_DISCOVERY));
	return 0;
}

static int route_optimization(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {
		{"after_packets", hp_value_u32, offsetof(struct mn_conf, optimize_after), 1, 1000000, .required = true}, HP_VALUE_KEYS_END};
	struct mn_conf *c = out;
	const char *word = json_string_value(v->json);

	(void)key;
	c->optimize_said = true;
	if (json_is_object(v->json))
		return hp_value_table(v, keys, c);
	c->optimize_after = word && strcmp(word, "always") == 0;
	if (!c->optimize_after && (!word || strcmp(word, "never") != 0))
		return hp_value_want(v, "\"always\", \"never\" or {\"after_packets\": number}");
	return 0;
}

static int one_home(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"home_address", hp_value_address, offsetof(struct mn_home_conf, home.hoa), .required = true, .inside = true},
		{"home_prefix_length", hp_value_u8, offsetof(struct mn_home_conf, home.prefix_length), 1, 128, .inside = true},
		{"home_agent", hp_value_address, offsetof(struct mn_home_conf, home.ha), .inside = true},
		{"virtual_interface", interface_name, offsetof(struct mn_home_conf, virtual_interface), .inside = true},
		{"prefix_discovery", prefix_discovery, offsetof(struct mn_home_conf, prefix_discovery), .inside = true},
		{"authentication", authentication},
		HP_VALUE_KEYS_END,
	};
	struct mn_conf *c = ctx;
	struct draft d = {.secrets = c->secrets};
	struct mn_home_conf *h;
	int ret;

	if (i == HP_NODE_HOMES)
		return hp_value_want(v, "at most %d homes", HP_NODE_HOMES);
	h = &c->home[i];
	c->homes = (unsigned int)i + 1;
	h->home.prefix_length = 64;
	h->prefix_discovery = -1;
	d.home = h;
	ret = hp_value_table(v, keys, &d);
	ret = ret ? ret : check_associations(v, h);
	if (ret)
		return ret;
	if (!h->virtual_interface && asprintf(&h->virtual_interface, "hp%zu", i) < 0) {
		h->virtual_interface = NULL;
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	}
	if (!hp_ip6_is_routable(&h->home.hoa) || hp_ip6_eq(&h->home.hoa, &h->home.ha) ||
	    !(hp_ip6_is_any(&h->home.ha) || hp_ip6_is_routable(&h->home.ha)))
		return hp_error_set(v->error, EINVAL, v->path,
				    "found a home address or home agent that is not unicast routable, want two different ones");
	if (hp_ip6_is_any(&h->home.ha) && h->home.prefix_length > HP_IP6_ANYCAST_LONGEST)
		return hp_error_set(v->error, EINVAL, v->path,
				    "found home_prefix_length %u, in which no home agent can be discovered, want a home_agent",
				    h->home.prefix_length);
	for (size_t k = 0; k < i; k++)
		if (hp_ip6_eq(&c->home[k].home.hoa, &h->home.hoa) || strcmp(c->home[k].virtual_interface, h->virtual_interface) == 0)
			return hp_error_set(v->error, EINVAL, v->path,
					    "found a home address or virtual interface a second time, want another");
	return 0;
}

static int homes(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	if (!json_array_size(v->json))
		return hp_value_want(v, "a list of at least one home");
	return hp_value_each(v, "homes", one_home, out);
}

static int one_interface(const struct hp_value *v, size_t i, void *ctx)
{
	static const struct hp_value_key keys[] = {
		{"name", interface_name, offsetof(struct mn_interface_conf, name), .required = true},
		{"preference", hp_value_u32, offsetof(struct mn_interface_conf, preference), 0, 1000000},
		HP_VALUE_KEYS_END,
	};
	struct mn_conf *c = ctx;

	if (i == HP_NODE_INTERFACES)
		return hp_value_want(v, "at most %d interfaces", HP_NODE_INTERFACES);
	c->interfaces = (unsigned int)i + 1;
	return hp_value_table(v, keys, &c->interface[i]);
}

static int interfaces(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	if (!json_array_size(v->json))
		return hp_value_want(v, "a list of at least one interface");
	return hp_value_each(v, "interfaces", one_interface, out);
}

static int api(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const struct hp_value_key keys[] = {{"unix", hp_value_string, offsetof(struct mn_conf, api_unix)}, HP_VALUE_KEYS_END};

	(void)key;
	return hp_value_table(v, keys, out);
}

static int format(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const words[] = {"text", "json", NULL};
	const struct hp_value_key word = {.more = words};
	int n, ret = hp_value_word(v, &word, &n);

	(void)key;
	if (!ret)
		((struct mn_conf *)out)->json = n == 1;
	return ret;
}

static int log_section(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
	static const struct hp_value_key keys[] = {
		{"level", hp_value_word, offsetof(struct mn_conf, level), .more = levels}, {"format", format}, HP_VALUE_KEYS_END};

	(void)key;
	return hp_value_table(v, keys, out);
}

static bool has_keys(const struct mn_conf *c)
{
	for (unsigned int i = 0; i < c->homes; i++)
		if (c->home[i].associations.count || c->home[i].key.spi)
			return true;
	return false;
}

int mn_conf_load(struct mn_conf *out, const char *file, struct hp_error *e)
{
	static const struct hp_value_key keys[] = {
		{"homes", homes, .required = true},
		{"interfaces", interfaces, .required = true},
		{"lifetime_s", hp_value_u32, offsetof(struct mn_conf, lifetime_s), 4, 65535 * 4},
		{"initial_bindack_timeout_ms", hp_value_u32, offsetof(struct mn_conf, initial_timeout_ms), 100, 32000},
		{"route_optimization", route_optimization},
		{"api", api},
		{"log", log_section},
		HP_VALUE_KEYS_END,
	};
	struct hp_value v = {.path = "", .error = e};
	struct hp_text text;
	json_t *json;
	int ret;

	*out = (struct mn_conf){.lifetime_s = 600, .initial_timeout_ms = 1500, .optimize_after = 1, .level = HP_LOG_INFO};
	if (hp_secrets_create(&out->secrets))
		return hp_error_set(e, ENOMEM, "", "out of memory");
	ret = hp_text_load(&text, file, FILE_MOST, e);
	if (ret)
		return ret;
	v.json = json = hp_json_read(text.data, text.len, e);
	ret = json ? hp_value_table(&v, keys, out) : -EINVAL;
	json_decref(json);
	if (!ret && has_keys(out))
		ret = hp_text_private(&text, e);
	hp_text_free(&text);
	if (!ret && !out->api_unix)
		out->api_unix = strdup("/run/homeport/mn.sock");
	for (unsigned int i = 0; i < out->homes; i++) {
		struct mn_home_conf *h = &out->home[i];

		h->home.lifetime_s = out->lifetime_s;
		h->home.initial_timeout_ms = out->initial_timeout_ms;
		/* The direct path has no ESP: whose payload is to have it says so when that is not meant for all of it. */
		h->optimize = out->optimize_after && (out->optimize_said || !h->payload);
	}
	return ret;
}

void mn_conf_free(struct mn_conf *c)
{
	for (unsigned int i = 0; i < c->homes; i++) {
		hp_conf_associations_free(&c->home[i].associations);
		free(c->home[i].virtual_interface);
		free(c->home[i].identity);
	}
	hp_secrets_destroy(c->secrets);
	for (unsigned int i = 0; i < c->interfaces; i++)
		free(c->interface[i].name);
	free(c->api_unix);
}
