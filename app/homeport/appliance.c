/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything between a running EAL and running workers. The order of bringing up is the order of this file; taking down is its mirror. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "homeport/app.h"

static int start_guard(struct hp_app *app, uint64_t seed, struct hp_error *e)
{
	static const enum hp_guard_method method[] = {
		[HP_AUTH_MN_HA] = HP_GUARD_MN_HA,
		[HP_AUTH_IPSEC] = HP_GUARD_IPSEC,
		[HP_AUTH_NONE] = HP_GUARD_OPEN,
	};
	const struct hp_now now = hp_app_now(app);
	/* Without a store nobody knows what was accepted before: a restart opens nothing. */
	const struct hp_guard_conf conf = {.method = method[app->conf->home_agent.authentication],
					   .floor_wall_ms = app->conf->store.path ? 0 : now.wall_ms + HP_MN_HA_WINDOW_MS,
					   .seed = seed};
	const int ret = hp_guard_create(&app->guard, &conf, now);

	return ret ? hp_error_set(e, -ret, "home_agent.authentication", "%s", strerror(-ret)) : 0;
}

static int start_nodes(struct hp_app *app, struct hp_error *e)
{
	struct hp_associations *associations;
	struct hp_subscribers *s;
	int ret;

	if (getrandom(&app->nodes_seed, sizeof(app->nodes_seed), 0) != sizeof(app->nodes_seed))
		return hp_error_set(e, errno, "", "no random numbers: %s", strerror(errno));
	ret = hp_nodes_plan(&s, app, app->conf, e);
	if (ret)
		return ret;
	ret = hp_protection_plan(&associations, app, app->conf, e);
	if (ret) {
		hp_subscribers_destroy(s);
		return ret;
	}
	hp_protection_adopt(app, associations);
	hp_nodes_adopt(app, s);
	hp_conf_forget_mobile_nodes(app->conf);
	return 0;
}

static bool is_used(void *ctx, uint32_t id)
{
	return hp_dataplane_optimized_used(((struct hp_app *)ctx)->dp, id);
}

static bool get_random(void *ctx, void *octets, size_t len)
{
	(void)ctx;
	return getrandom(octets, len, 0) == (ssize_t)len;
}

void hp_appliance_complete(struct hp_app *app, struct hp_control_conf *conf)
{
	conf->guard = app->guard;
	conf->correspondent.used = is_used;
	conf->correspondent.random = get_random;
	conf->correspondent.ctx = app;
}

int hp_appliance_publish(struct hp_app *app, const struct hp_plan *plan)
{
	typeof(plan->control.correspondent) *c = &plan->control.correspondent;
	const int ret = hp_dataplane_routes(app->dp, plan->dp_route, plan->dp_routes);

	return ret || !c->enabled ? ret : hp_dataplane_protect(app->dp, c->protect, c->protects, c->exclude, c->excludes);
}

static int start_control(struct hp_app *app, struct hp_plan *plan, struct hp_error *e)
{
	struct hp_now now = hp_app_now(app);
	int ret;

	for (unsigned int i = 0; i < app->conf->links; i++)
		if (app->conf->link[i].port >= 0)
			hp_dataplane_mac(app->dp, (unsigned int)app->conf->link[i].port, &plan->nb_link[i].mac);
	if (getrandom(&plan->control.seed, sizeof(plan->control.seed), 0) != sizeof(plan->control.seed))
		return hp_error_set(e, errno, "", "no random numbers: %s", strerror(errno));
	ret = start_guard(app, plan->control.seed + 3, e);
	if (ret)
		return ret;
	hp_appliance_complete(app, &plan->control);
	ret = hp_control_create(&app->control, &plan->control, now);
	if (ret)
		return hp_error_set(e, -ret, "", "control: %s", strerror(-ret));
	ret = hp_appliance_publish(app, plan);
	if (ret)
		return hp_error_set(e, -ret, "", "publish routes and prefixes: %s", strerror(-ret));
	hp_control_start(app->control, now, app->fx);
	hp_carry_out(app);
	return 0;
}

static int start_api(struct hp_app *app, struct hp_error *e)
{
	struct hp_api_conf conf = {
		.unix_path = app->conf->api.unix_path,
		.owner = app->conf->api.owner,
		.group = app->conf->api.group,
		.tcp = app->conf->api.tcp,
		.tcp_write = app->conf->api.tcp_write,
		.resource = hp_resources,
		.ctx = app,
	};

	return hp_api_create(&app->api, &conf, e);
}

int hp_appliance_create(struct hp_app *app, struct hp_plan *plan, struct hp_error *e)
{
	int ret = hp_effects_create(&app->fx);

	if (ret)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	app->associations_most = plan->dp.max_associations;
	ret = hp_dataplane_create(&app->dp, &plan->dp, e);
	ret = ret ? ret : start_control(app, plan, e);
	ret = ret ? ret : start_nodes(app, e);
	ret = ret ? ret : hp_store_open(app, e);
	ret = ret ? ret : start_api(app, e);
	ret = ret ? ret : hp_loop_create(app, e);
	if (ret)
		hp_appliance_destroy(app);
	return ret;
}

void hp_appliance_destroy(struct hp_app *app)
{
	hp_loop_destroy(app);
	hp_api_destroy(app->api);
	app->api = NULL;
	if (app->control) {
		hp_control_destroy(app->control, app->fx);
		hp_carry_out(app);
	}
	hp_store_close(app);
	hp_guard_destroy(app->guard);
	app->guard = NULL;
	hp_dataplane_destroy(app->dp);
	hp_effects_destroy(app->fx);
	app->control = NULL;
	app->dp = NULL;
	app->fx = NULL;
}
