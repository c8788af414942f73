/* SPDX-License-Identifier: BSD-3-Clause */
/* /v1/mobile-nodes: who may register. Those of the configuration are shown; those enrolled at run time are made, changed and removed here,
 * and on disk before the answer leaves. A key is told once, inside the enrolment code. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/value.h"
#include "homeport/enrol.h"
#include "homeport/page.h"
#include "security/stored.h"

#define CODE_LIFE_S (7 * 24 * 3600) /* of an enrolment code, unless the operator says otherwise */

static struct hp_subscriber *find(const struct hp_app *app, const struct hp_ip6 *hoa)
{
	return hp_subscribers_find(hp_guard_subscribers(app->guard), hoa);
}

static json_t *key_json(const struct hp_key *k)
{
	static const char *const algorithm[] = {"hmac-sha1", "hmac-sha256", "hmac-sha1"};

	return json_pack("{s:I, s:s, s:s?}", "spi", (json_int_t)k->spi, "algorithm", algorithm[k->algorithm], "replay",
			 k->spi == HP_AAA_SPI ? NULL : hp_conf_replays[k->timestamp ? HP_CONF_TIMESTAMP : HP_CONF_SEQUENCE]);
}

static const char *link_of(const struct hp_app *app, const struct hp_ip6 *hoa)
{
	for (unsigned int l = 0; l < app->conf->links; l++)
		for (unsigned int i = 0; i < app->conf->link[l].addresses && app->conf->link[l].home; i++)
			if (hp_ip6_in_prefix(hoa, &app->conf->link[l].address[i].address, app->conf->link[l].address[i].prefix_length))
				return app->conf->link[l].name;
	return NULL;
}

static json_t *node_json(const struct hp_app *app, const struct hp_subscriber *r)
{
	const struct hp_key *const key[] = {&r->key[0], &r->key[1], &r->aaa};
	struct hp_binding_view bound;
	json_t *keys = json_array();

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (key[i]->spi)
			json_array_append_new(keys, key_json(key[i]));
	return json_pack("{s:o, s:s%, s:s?, s:b, s:b, s:b, s:o}", "home_address", hp_json_address(&r->hoa), "identity", r->identity,
			 (size_t)r->identity_len, "link", link_of(app, &r->hoa), "suspended", r->suspended, "configured", r->configured,
			 "bound", hp_agent_find(hp_control_agent(app->control), &r->hoa, &bound), "keys", keys);
}

static void leave(struct hp_app *app, const struct hp_ip6 *hoa)
{
	if (hp_guard_method(app->guard) != HP_GUARD_OPEN)
		(void)hp_control_revoke(app->control, hoa, hp_app_now(app), app->fx);
}

/* Nothing that was accepted is known of it: nothing of an earlier node of this address may come back with a restart. */
static bool is_fresh(const struct hp_subscriber_spec *spec, const struct hp_subscriber *before)
{
	bool fresh = true;

	for (unsigned int i = 0; before && i < HP_SUBSCRIBER_KEYS; i++)
		for (unsigned int k = 0; k < HP_SUBSCRIBER_KEYS; k++)
			fresh = fresh && !(before->key[i].has_last && before->key[i].spi == spec->key[k].spi);
	return fresh;
}

static bool store(struct hp_app *app, const struct hp_subscriber_spec *spec, const struct hp_subscriber *before,
		  struct hp_api_response *res)
{
	uint8_t record[HP_STORED_MOST];
	const size_t len = hp_stored_write(spec, record);
	bool good = !is_fresh(spec, before) || hp_store_put(app, HP_STORE_ACCEPTED, &spec->hoa, sizeof(spec->hoa), NULL, 0, res);

	good = good && hp_store_put(app, HP_STORE_SUBSCRIBER, &spec->hoa, sizeof(spec->hoa), record, (uint16_t)len, res);
	hp_secret_wipe(record, sizeof(record));
	return good;
}

/* Into store and table; *res is the refusal, or left for the answer. */
static const struct hp_subscriber *put(struct hp_app *app, const struct hp_subscriber_spec *spec, struct hp_api_response *res)
{
	struct hp_subscribers *s = hp_guard_subscribers(app->guard);
	const struct hp_subscriber *before = find(app, &spec->hoa);
	const bool other = before && (before->identity_len != spec->identity_len ||
				      memcmp(before->identity, spec->identity, spec->identity_len) != 0 || spec->suspended);

	if (!store(app, spec, before, res))
		return NULL;
	if (hp_subscribers_put(s, spec)) {
		hp_api_fail(res, 503, "out_of_memory", "", "out of memory: in force after a restart");
		return NULL;
	}
	if (other)
		leave(app, &spec->hoa);
	return find(app, &spec->hoa);
}

static void refuse_configured(const struct hp_app *app, struct hp_api_response *res)
{
	hp_api_fail(res, 409, "configured", "home_address",
		    "found a mobile node of the configuration, want it changed there: %.100s%s%.100s", app->conf->file,
		    app->conf->mobile_nodes_file ? " or " : "", app->conf->mobile_nodes_file ? app->conf->mobile_nodes_file : "");
}

/* The node of a request, enrolled at run time. NULL: *res says why not. */
static struct hp_subscriber *ours(const struct hp_app *app, const struct hp_ip6 *hoa, struct hp_api_response *res)
{
	struct hp_subscriber *r = find(app, hoa);

	if (!r)
		hp_api_fail(res, 404, "not_found", "home_address", "nobody is enrolled with this home address");
	else if (r->configured)
		refuse_configured(app, res);
	return r && !r->configured ? r : NULL;
}

struct wish {
	char *identity, *link;
	struct hp_ip6 hoa;
	int algorithm, replay;
	uint32_t expires_s;
	bool discover;
};

static const struct hp_value_key wish_keys[] = {
	{"identity", hp_conf_identity, offsetof(struct wish, identity)},
	{"home_address", hp_value_address, offsetof(struct wish, hoa)},
	{"link", hp_value_string, offsetof(struct wish, link)},
	{"algorithm", hp_value_word, offsetof(struct wish, algorithm), .more = hp_conf_algorithms},
	{"replay", hp_value_word, offsetof(struct wish, replay), .more = hp_conf_replays},
	{"expires_s", hp_value_u32, offsetof(struct wish, expires_s), 0, 0x7fffffff},
	{"discover", hp_value_bool, offsetof(struct wish, discover)},
	HP_VALUE_KEYS_END,
};

static void wish_free(struct wish *w)
{
	free(w->identity);
	free(w->link);
}

static bool read_wish(struct wish *w, const struct hp_api_request *req, struct hp_api_response *res)
{
	struct hp_error e = {0};
	json_t *none = req->body ? NULL : json_object();
	const struct hp_value v = {req->body ? req->body : none, "", &e};
	const int ret = hp_value_table(&v, wish_keys, w);

	json_decref(none);
	if (ret)
		hp_api_fail(res, 400, "bad_request", e.path, "%s", e.text);
	return ret == 0;
}

/* The answer that has the code, once. */
static void answer_code(struct hp_app *app, const struct hp_subscriber *r, const struct hp_key_spec *key, const struct wish *w,
			struct hp_api_response *res)
{
	const uint64_t now_s = hp_app_now(app).wall_ms / 1000;
	const uint32_t expires_s = w->expires_s ? (uint32_t)(now_s + w->expires_s) : 0;
	char code[HP_ENROLMENT_TEXT];
	struct hp_subscriber_spec spec;

	hp_subscriber_spec(r, &spec);
	res->json = node_json(app, r);
	if (hp_enrol_code(app, &spec, key, expires_s, w->discover, code) == 0)
		json_object_set_new(res->json, "enrolment_code", json_string(code));
	json_object_set_new(res->json, "expires_at", expires_s ? hp_json_time((uint64_t)expires_s * 1000) : json_null());
	hp_secret_wipe(code, sizeof(code));
	hp_subscriber_spec_wipe(&spec);
}

static bool choose_address(const struct hp_app *app, struct wish *w, struct hp_api_response *res)
{
	const struct hp_subscriber *there;
	const char *bad;
	int ret;

	if (hp_ip6_is_any(&w->hoa)) {
		ret = hp_enrol_address(app, w->link, &w->hoa);
		if (ret == -ENOENT)
			hp_api_fail(res, 400, "no_home_link", "link", "found \"%s\", want a home link", w->link ? w->link : "");
		else if (ret)
			hp_api_fail(res, 409, "no_address", "link", "found no free home address");
		return ret == 0;
	}
	bad = hp_conf_home_address_bad(app->conf, &w->hoa);
	there = find(app, &w->hoa);
	if (bad)
		hp_api_fail(res, 400, "bad_address", "home_address", "found an address %s", bad);
	else if (there && there->configured)
		refuse_configured(app, res);
	else if (there)
		hp_api_fail(res, 409, "exists", "home_address", "found a mobile node of this home address, want another, or rekey it");
	return !bad && !there;
}

static void enrol(struct hp_app *app, const struct hp_api_request *req, struct hp_api_response *res)
{
	struct wish w = {.algorithm = HP_CONF_HMAC_SHA256, .expires_s = CODE_LIFE_S};
	struct hp_subscriber_spec spec = {0};
	const struct hp_subscriber *r;

	if (!read_wish(&w, req, res)) {
		/* said */
	} else if (!w.identity) {
		hp_api_fail(res, 400, "bad_request", "identity", "found nothing, want the identity of a mobile node");
	} else if (choose_address(app, &w, res)) {
		spec.hoa = w.hoa;
		spec.identity_len = (uint8_t)strlen(w.identity);
		memcpy(spec.identity, w.identity, spec.identity_len);
		if (hp_enrol_key(&spec.key[0], HP_CONF_SPI_LEAST, hp_nodes_algorithm(w.algorithm), w.replay == HP_CONF_TIMESTAMP))
			hp_api_fail(res, 503, "no_random", "", "no random numbers");
		else if ((r = put(app, &spec, res))) {
			answer_code(app, r, &spec.key[0], &w, res);
			res->status = 201;
		}
	}
	hp_subscriber_spec_wipe(&spec);
	wish_free(&w);
}

static void rekey(struct hp_app *app, const struct hp_subscriber *r, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_key *now = &r->key[0];
	struct wish w = {.algorithm = now->algorithm == HP_HMAC_SHA1_96 ? HP_CONF_HMAC_SHA1 : HP_CONF_HMAC_SHA256,
			 .replay = now->timestamp ? HP_CONF_TIMESTAMP : HP_CONF_SEQUENCE,
			 .expires_s = CODE_LIFE_S};
	struct hp_subscriber_spec spec;
	struct hp_key_spec *key;

	hp_subscriber_spec(r, &spec);
	/* A second one, or in the place of one that was never used. */
	key = &spec.key[now->spi != 0];
	if (!read_wish(&w, req, res)) {
		/* said */
	} else if (w.identity || w.link || !hp_ip6_is_any(&w.hoa)) {
		hp_api_fail(res, 400, "bad_request", "", "found an identity, a link or a home address, want neither: they stay");
	} else if (hp_enrol_key(key, hp_enrol_spi(&spec), hp_nodes_algorithm(w.algorithm), w.replay == HP_CONF_TIMESTAMP)) {
		hp_api_fail(res, 503, "no_random", "", "no random numbers");
	} else if ((r = put(app, &spec, res))) {
		answer_code(app, r, key, &w, res);
	}
	hp_subscriber_spec_wipe(&spec);
	wish_free(&w);
}

static void suspend(struct hp_app *app, const struct hp_subscriber *r, bool suspended, struct hp_api_response *res)
{
	struct hp_subscriber_spec spec;

	hp_subscriber_spec(r, &spec);
	spec.suspended = suspended;
	r = put(app, &spec, res);
	hp_subscriber_spec_wipe(&spec);
	if (r)
		res->json = node_json(app, r);
}

static void serve_verb(struct hp_app *app, const struct hp_ip6 *hoa, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_subscriber *r = ours(app, hoa, res);

	if (!r)
		return;
	if (strcmp(req->verb, "rekey") == 0)
		rekey(app, r, req, res);
	else
		suspend(app, r, strcmp(req->verb, "suspend") == 0, res);
}

/* The body as in the configuration; its home address may be left out. */
static bool read_node(const struct hp_app *app, const struct hp_ip6 *hoa, const struct hp_api_request *req, struct hp_subscriber_spec *out,
		      struct hp_api_response *res)
{
	struct hp_conf_mobile_node n = {0};
	struct hp_secrets *secrets;
	struct hp_error e = {0};
	const struct hp_value v = {req->body, "", &e};
	const char *bad = hp_conf_home_address_bad(app->conf, hoa);
	int ret;

	if (bad || !json_is_object(req->body)) {
		hp_api_fail(res, 400, bad ? "bad_address" : "bad_request", bad ? "home_address" : "", "found %s%s",
			    bad ? "an address " : "", bad ? bad : "no object, want a mobile node");
		return false;
	}
	if (!json_object_get(req->body, "home_address"))
		json_object_set_new(req->body, "home_address", hp_json_address(hoa));
	if (hp_secrets_create(&secrets)) {
		hp_api_fail(res, 503, "out_of_memory", "", "out of memory");
		return false;
	}
	ret = hp_mobile_node_read(&v, secrets, &n);
	if (!ret && !hp_ip6_eq(&n.home_address, hoa))
		ret = hp_error_set(&e, EINVAL, "home_address", "found another than in the path, want the same");
	if (!ret && n.associations.count)
		ret = hp_error_set(&e, EINVAL, "security_associations", "found some, want none: they are set up in the configuration");
	if (!ret && !n.key[0].spi)
		ret = hp_error_set(&e, EINVAL, "keys", "found none, want a key of SPI %d or more", HP_CONF_SPI_LEAST);
	if (ret)
		hp_api_fail(res, 400, "bad_request", e.path, "%s", e.text);
	else
		hp_nodes_spec(&n, out);
	out->configured = false;
	hp_mobile_node_drop(&n, secrets);
	hp_secrets_destroy(secrets);
	return ret == 0;
}

static void serve_put(struct hp_app *app, const struct hp_ip6 *hoa, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_subscriber *r = find(app, hoa);
	const bool known = r != NULL;
	struct hp_subscriber_spec spec = {0};

	if (r && r->configured) {
		refuse_configured(app, res);
		return;
	}
	if (read_node(app, hoa, req, &spec, res) && (r = put(app, &spec, res))) {
		res->json = node_json(app, r);
		res->status = known ? 200 : 201;
	}
	hp_subscriber_spec_wipe(&spec);
}

static void serve_delete(struct hp_app *app, const struct hp_ip6 *hoa, struct hp_api_response *res)
{
	struct hp_subscriber *r = ours(app, hoa, res);

	if (!r || !hp_store_put(app, HP_STORE_ACCEPTED, hoa, sizeof(*hoa), NULL, 0, res) ||
	    !hp_store_put(app, HP_STORE_SUBSCRIBER, hoa, sizeof(*hoa), NULL, 0, res))
		return;
	hp_subscribers_remove(hp_guard_subscribers(app->guard), r);
	leave(app, hoa);
	res->status = 204;
}

static void serve_item(struct hp_app *app, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_subscriber *r;
	struct hp_ip6 hoa;

	if (hp_ip6_parse(&hoa, req->item)) {
		hp_api_fail(res, 400, "bad_address", "home_address", "found \"%.60s\", want an IPv6 address", req->item);
	} else if (req->verb) {
		serve_verb(app, &hoa, req, res);
	} else if (strcmp(req->method, "PUT") == 0) {
		serve_put(app, &hoa, req, res);
	} else if (strcmp(req->method, "DELETE") == 0) {
		serve_delete(app, &hoa, res);
	} else {
		r = find(app, &hoa);
		if (r)
			res->json = node_json(app, r);
		else
			hp_api_fail(res, 404, "not_found", "home_address", "nobody is enrolled with this home address");
	}
}

static size_t take_nodes(const struct hp_app *app, const struct hp_page *p, void *view, uint64_t *next, bool *more)
{
	return hp_subscribers_page(hp_guard_subscribers(app->guard), p->first, p->after, p->limit, view, HP_PAGE_CAP, next, more);
}

static json_t *node_row(const struct hp_app *app, const void *view, uint64_t now_ms)
{
	(void)now_ms;
	return node_json(app, *(struct hp_subscriber *const *)view);
}

void hp_serve_mobile_nodes(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	static const struct hp_page_list list = {"mobile_nodes", sizeof(struct hp_subscriber *), take_nodes, node_row};

	if (req->item)
		serve_item(ctx, req, res);
	else if (strcmp(req->method, "POST") == 0)
		enrol(ctx, req, res);
	else
		hp_page_serve(ctx, &list, req, res);
}
