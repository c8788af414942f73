/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration's security associations, in a table of their own, exchanged for the running one when all else has succeeded; and what the API
 * tells of them: everything but keys. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "homeport/app.h"

static int add(struct hp_associations *to, const struct hp_conf *conf, const struct hp_conf_mobile_node *n, struct hp_now now,
	       struct hp_error *e)
{
	for (unsigned int i = 0; i < n->associations.count; i++) {
		int ret;

		if (n->associations.spec[i].mode == HP_ASSOCIATION_TUNNEL)
			return hp_conf_mobile_node_fail(conf, n, "security_associations",
							"one of which is a tunnel's, which this version cannot do yet", e);
		ret = hp_associations_add(to, &n->associations.spec[i], now);

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

void hp_protection_adopt(struct hp_app *app, struct hp_associations *fresh)
{
	hp_associations_destroy(hp_guard_exchange_associations(app->guard, fresh));
}

static json_t *describe(const struct hp_association *a)
{
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
	json_object_set_new(j, "sequence", json_integer((json_int_t)(a->out ? a->sequence : a->replay.top)));
	json_object_set_new(j, "packets", json_integer((json_int_t)a->packets));
	json_object_set_new(j, "bytes", json_integer((json_int_t)a->octets));
	return j;
}

void hp_serve_associations(void *ctx, const struct hp_api_request *req, struct hp_api_response *res)
{
	const struct hp_associations *s = hp_guard_associations(((struct hp_app *)ctx)->guard);
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
		json_array_append_new(list, describe(a));
	res->json = json_pack("{s:s, s:o}", "home_address", req->item, "security_associations", list);
}
