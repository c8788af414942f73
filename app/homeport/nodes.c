/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile nodes of the configuration become subscribers: those of a changed configuration in a table of their own, exchanged for the running one when all
 * else has succeeded. Those enrolled at run time go over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "homeport/app.h"
#include "security/stored.h"

#define REVOKED_TOGETHER 256 /* bindings, before their effects are carried out */

enum hp_hmac_algorithm hp_nodes_algorithm(int conf)
{
	return conf == HP_CONF_HMAC_SHA1 ? HP_HMAC_SHA1_96 : HP_HMAC_SHA256_128;
}

/* In place: a key that is returned lies about on the stack. */
static void set_key(struct hp_key_spec *out, const struct hp_conf_key *k)
{
	if (!k->spi)
		return;
	*out = (struct hp_key_spec){
		.spi = k->spi, .algorithm = hp_nodes_algorithm(k->algorithm), .timestamp = k->replay == HP_CONF_TIMESTAMP, .len = k->len};
	memcpy(out->octets, k->octets, k->len);
}

void hp_nodes_spec(const struct hp_conf_mobile_node *n, struct hp_subscriber_spec *out)
{
	*out = (struct hp_subscriber_spec){
		.hoa = n->home_address, .identity_len = (uint8_t)strlen(n->identity), .suspended = n->suspended, .configured = true};
	memcpy(out->identity, n->identity, out->identity_len);
	for (unsigned int i = 0; i < HP_CONF_KEYS; i++)
		set_key(&out->key[i], &n->key[i]);
	set_key(&out->aaa, &n->aaa);
	if (n->aaa.spi)
		out->aaa.algorithm = HP_HMAC_SHA1;
}

static int put(struct hp_subscribers *to, const struct hp_subscriber_spec *spec, const struct hp_subscriber *before)
{
	int ret = hp_subscribers_put(to, spec);

	if (!ret && before)
		hp_subscribers_inherit(to, hp_subscribers_find(to, &spec->hoa), before);
	return ret;
}

static int put_configured(struct hp_subscribers *to, const struct hp_conf *conf, const struct hp_subscribers *before, struct hp_error *e)
{
	struct hp_subscriber_spec spec;
	int ret = 0;

	for (unsigned int i = 0; i < conf->mobile_nodes && !ret; i++) {
		const struct hp_conf_mobile_node *n = &conf->mobile_node[i];
		const struct hp_subscriber *old = hp_subscribers_find(before, &n->home_address);

		if (old && !old->configured)
			return hp_conf_mobile_node_fail(conf, n, "home_address", "which was enrolled at run time, want it in one place", e);
		hp_nodes_spec(n, &spec);
		ret = put(to, &spec, old);
		hp_subscriber_spec_wipe(&spec);
	}
	return ret ? hp_error_set(e, -ret, "mobile_nodes", "%s", strerror(-ret)) : 0;
}

static int put_enrolled(struct hp_subscriber *r, void *ctx)
{
	struct hp_subscriber_spec spec;
	int ret;

	if (r->configured)
		return 0;
	hp_subscriber_spec(r, &spec);
	ret = put(ctx, &spec, r);
	hp_subscriber_spec_wipe(&spec);
	return ret;
}

int hp_nodes_plan(struct hp_subscribers **out, const struct hp_app *app, const struct hp_conf *conf, struct hp_error *e)
{
	struct hp_subscribers *before = hp_guard_subscribers(app->guard), *s;
	/* The same for all tables: cursors of the API outlive a reload. */
	int ret = hp_subscribers_create(&s, app->nodes_seed);

	if (ret)
		return hp_error_set(e, -ret, "mobile_nodes", "%s", strerror(-ret));
	ret = put_configured(s, conf, before, e);
	if (!ret && hp_subscribers_each(before, put_enrolled, s))
		ret = hp_error_set(e, ENOMEM, "mobile_nodes", "%s", strerror(ENOMEM));
	if (ret)
		hp_subscribers_destroy(s);
	else
		*out = s;
	return ret;
}

int hp_nodes_restore(struct hp_app *app, const struct hp_ip6 *hoa, const void *stored, size_t len)
{
	struct hp_subscribers *s = hp_guard_subscribers(app->guard);
	struct hp_subscriber_spec spec;
	int ret = hp_subscribers_find(s, hoa) ? -EEXIST : hp_stored_read(&spec, stored, len) ? 0 : -EPROTO;

	if (!ret) {
		spec.hoa = *hoa;
		ret = hp_subscribers_put(s, &spec);
	}
	hp_subscriber_spec_wipe(&spec);
	return ret;
}

struct farewell {
	struct hp_app *app;
	unsigned int revoked;
};

/* Whose home address it was, or who may not use it any more, loses its binding. */
static int take_leave(struct hp_subscriber *before, void *ctx)
{
	struct farewell *f = ctx;
	const struct hp_subscriber *now = hp_subscribers_find(hp_guard_subscribers(f->app->guard), &before->hoa);

	if (now && now->suspended <= before->suspended && now->identity_len == before->identity_len &&
	    memcmp(now->identity, before->identity, now->identity_len) == 0)
		return 0;
	if (hp_control_revoke(f->app->control, &before->hoa, hp_app_now(f->app), f->app->fx) == 0 && ++f->revoked % REVOKED_TOGETHER == 0)
		hp_carry_out(f->app);
	return 0;
}

void hp_nodes_adopt(struct hp_app *app, struct hp_subscribers *fresh)
{
	struct farewell f = {app, 0};
	struct hp_subscribers *before = hp_guard_exchange(app->guard, fresh);

	/* Where everybody is believed, no binding was due to them. */
	if (hp_guard_method(app->guard) != HP_GUARD_OPEN)
		hp_subscribers_each(before, take_leave, &f);
	hp_carry_out(app);
	hp_subscribers_destroy(before);
	if (hp_subscribers_count(fresh))
		hp_info("%zu mobile nodes, %zu bytes; %u bindings withdrawn", hp_subscribers_count(fresh), hp_subscribers_memory(fresh),
			f.revoked);
}
