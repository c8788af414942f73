/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration's security associations, in a table of their own, exchanged for the running one when all else has succeeded; and what the API
 * tells of them: everything but keys. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "homeport/app.h"

#define SPARE                64
#define REPUBLISHED_TOGETHER 256 /* bindings, before their effects are carried out */

static uint32_t tunnels_of(const struct hp_conf *conf)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < conf->mobile_nodes; i++)
		for (unsigned int k = 0; k < conf->mobile_node[i].associations.count; k++)
			n += conf->mobile_node[i].associations.spec[k].mode == HP_ASSOCIATION_TUNNEL;
	return n;
}

uint32_t hp_protection_most(const struct hp_conf *conf)
{
	const uint32_t n = tunnels_of(conf);

	return n ? 2 * n + SPARE : 0;
}

static int add(struct hp_associations *to, const struct hp_conf *conf, const struct hp_conf_mobile_node *n, struct hp_now now,
	       struct hp_error *e)
{
	for (unsigned int i = 0; i < n->associations.count; i++) {
		const int ret = hp_associations_add(to, &n->associations.spec[i], now);

		if (ret == -EEXIST)
			return hp_conf_mobile_node_fail(conf, n, "security_associations",
							"an inbound SPI of which is another mobile node's, want one of its own", e);
		if (ret)
			return hp_error_set(e, -ret, "mobile_nodes", "%s", strerror(-ret));
	}
	return 0;
}

int hp_protection_plan(struct hp_associations **out, const struct hp_app *app, const struct hp_conf *conf, struct hp_error *e)
{
	const struct hp_now now = hp_app_now(app);
	struct hp_associations *s;
	uint64_t seed;
	int ret;

	if (tunnels_of(conf) > app->associations_most)
		return hp_error_set(
			e, EBUSY, "mobile_nodes",
			"found more security associations of tunnels than there was room made for at the start; this needs a restart");
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return hp_error_set(e, errno, "", "no random numbers: %s", strerror(errno));
	ret = hp_associations_create(&s, seed, now);
	if (ret)
		return hp_error_set(e, -ret, "mobile_nodes", "%s", strerror(-ret));
	for (unsigned int i = 0; i < conf->mobile_nodes && !ret; i++)
		ret = add(s, conf, &conf->mobile_node[i], now, e);
	if (!ret) {
		ret = hp_associations_inherit(s, hp_guard_associations(app->guard), now);
		if (ret)
			hp_error_set(e, -ret, "mobile_nodes", "an SPI is in use: %s", strerror(-ret));
	}
	if (ret)
		hp_associations_destroy(s);
	else
		*out = s;
	return ret;
}

struct adoption {
	struct hp_app *app;
	struct hp_associations *fresh;
	bool *taken;   /* by number */
	uint32_t next; /* those below are taken */
	unsigned int republished;
};

/* How its tunnel is protected may have changed. */
static void republish(struct adoption *x, const struct hp_ip6 *hoa)
{
	hp_control_republish(x->app->control, hoa, x->app->fx);
	if (++x->republished % REPUBLISHED_TOGETHER == 0)
		hp_carry_out(x->app);
}

/* What the workers have and shall not have any more. */
static int withdraw(struct hp_association *old, void *ctx)
{
	struct adoption *x = ctx;
	const struct hp_association *a = hp_associations_find(x->fresh, &old->hoa, old->out, old->spi);

	if (!old->number)
		return 0;
	if (a && a->number == old->number) {
		x->taken[a->number] = true;
		return 0;
	}
	if (hp_dataplane_association(x->app->dp, old->number, NULL))
		hp_error("withdraw security association %u", old->spi);
	return 0;
}

/* What they shall have. */
static int publish(struct hp_association *a, void *ctx)
{
	struct adoption *x = ctx;
	struct hp_association_spec spec;
	int ret;

	if (a->mode != HP_ASSOCIATION_TUNNEL || a->number || a->state == HP_ASSOCIATION_LARVAL)
		return 0;
	while (x->taken[x->next])
		x->next++;
	a->number = x->next;
	x->taken[a->number] = true;
	hp_association_spec(a, &spec);
	ret = hp_dataplane_association(x->app->dp, a->number, &spec);
	hp_secret_wipe(&spec, sizeof(spec));
	if (ret)
		hp_error("publish security association %u: %s", a->spi, strerror(-ret));
	return 0;
}

static int republish_each(struct hp_association *a, void *ctx)
{
	if (a->mode == HP_ASSOCIATION_TUNNEL && a->out)
		republish(ctx, &a->hoa);
	return 0;
}

void hp_protection_adopt(struct hp_app *app, struct hp_associations *fresh)
{
	/* Numbers begin with 1; one more than there are is never taken. */
	struct adoption x = {app, fresh, calloc(app->associations_most + 2u, sizeof(bool)), 1, 0};
	struct hp_associations *before = hp_guard_exchange_associations(app->guard, fresh);

	if (!app->associations_most || !x.taken) {
		if (app->associations_most)
			hp_error("security associations of tunnels: out of memory");
	} else {
		hp_associations_each(before, withdraw, &x);
		hp_associations_each(fresh, publish, &x);
		hp_associations_each(before, republish_each, &x);
		hp_associations_each(fresh, republish_each, &x);
		hp_carry_out(app);
	}
	free(x.taken);
	hp_associations_destroy(before);
}

static json_t *describe(const struct hp_app *app, const struct hp_association *a)
{
	uint64_t packets = a->packets, octets = a->octets;
	static const char *const state[] = {
		[HP_ASSOCIATION_LARVAL] = "larval", [HP_ASSOCIATION_MATURE] = "mature", [HP_ASSOCIATION_DYING] = "dying"};
	json_t *j = json_pack("{s:I, s:s, s:s}", "spi", (json_int_t)a->spi, "direction", a->out ? "out" : "in", "state", state[a->state]);

	if (a->state == HP_ASSOCIATION_LARVAL)
		return j;
	json_object_set_new(j, "protects", json_string(hp_association_protects[a->protects - HP_PROTECT_REGISTRATION]));
	json_object_set_new(j, "mode", json_string(hp_association_modes[a->mode]));
	json_object_set_new(j, "encryption", json_string(hp_association_encryptions[a->encryption]));
	json_object_set_new(j, "integrity",
			    a->integrity == HP_ASSOCIATION_COMBINED ? json_null() : json_string(hp_association_integrities[a->integrity]));
	json_object_set_new(j, "replay_window", json_integer(a->replay_window));
	json_object_set_new(j, "extended_sequence_numbers", json_boolean(a->esn));
	/* Where the workers have it, they count. */
	if (a->number)
		(void)hp_dataplane_association_used(app->dp, a->number, &packets, &octets);
	json_object_set_new(j, "sequence", a->number ? json_null() : json_integer((json_int_t)(a->out ? a->sequence : a->replay.top)));
	json_object_set_new(j, "packets", json_integer((json_int_t)packets));
	json_object_set_new(j, "bytes", json_integer((json_int_t)octets));
	return j;
}

void hp_serve_associations(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_app *app = ctx;
	const struct hp_associations *s = hp_guard_associations(app->guard);
	const struct hp_association *a;
	struct hp_ip6 hoa;
	json_t *list;

	if (!req->item) {
		res->json = json_pack("{s:I}", "security_associations", (json_int_t)hp_associations_count(s));
		return;
	}
	if (hp_ip6_parse(&hoa, req->item)) {
		hp_api_fail(res, 400, "bad_address", "home_address", "found \"%s\", want an IPv6 address", req->item);
		return;
	}
	a = hp_associations_of(s, &hoa);
	if (!a) {
		hp_api_fail(res, 404, "not_found", "home_address", "no security associations of %s", req->item);
		return;
	}
	list = json_array();
	for (; a; a = a->older)
		json_array_append_new(list, describe(app, a));
	res->json = json_pack("{s:s, s:o}", "home_address", req->item, "security_associations", list);
}
