/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/correspondent.h"

#include <errno.h>

#include "control/output.h"
#include "wire/mh.h"

static bool is_ours(const struct hp_control *c, const struct hp_ip6 *a)
{
	uint16_t link;

	return hp_neighbor_is_own(c->neighbor, HP_LINK_ANY, a) || hp_neighbor_is_anycast(c->neighbor, a, &link);
}

bool hp_control_protects(const struct hp_control *c, const struct hp_ip6 *host)
{
	struct hp_binding_view b;

	/* What is for a mobile node goes through its tunnel, whatever it is. */
	return hp_prefixes_cover(c->hosts, host) && hp_ip6_is_routable(host) && !is_ours(c, host) &&
	       !(hp_agent_find(c->agent, host, &b) && b.state == HP_BINDING_VALID);
}

static void address(void *control, struct hp_send *send)
{
	hp_output_address(control, send, HP_OUTPUT_TUNNELLED);
}

static bool used(void *control, uint32_t id)
{
	const struct hp_control *c = control;

	return c->optimized.used(c->optimized.ctx, id);
}

static bool randomness(void *control, void *octets, size_t len)
{
	const struct hp_control *c = control;

	return c->optimized.random(c->optimized.ctx, octets, len);
}

/* Nobody is a mobile node by the address of a fixed one, nor at an address whose packets end here (§6.1.7). */
static int policy(void *control, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, bool deletion)
{
	const struct hp_control *c = control;
	struct hp_binding_view b;

	if (deletion)
		return -1;
	if (is_ours(c, hoa) || hp_control_protects(c, hoa))
		return HP_BA_PROHIBITED;
	/* A home address served here is reached by a tunnel, which what is optimized does not enter. */
	if (hp_ip6_eq(coa, hoa) || is_ours(c, coa) || (hp_agent_find(c->agent, coa, &b) && b.state != HP_BINDING_GONE))
		return HP_BA_INVALID_COA;
	return -1;
}

int hp_control_correspondent_plan(const struct hp_control *c, const struct hp_control_conf *conf, struct hp_prefixes **hosts)
{
	*hosts = NULL;
	return c->correspondent ? hp_prefixes_create(hosts, conf->correspondent.protect, conf->correspondent.protects,
						     conf->correspondent.exclude, conf->correspondent.excludes)
				: 0;
}

int hp_control_correspondent_create(struct hp_control *c, const struct hp_control_conf *conf, struct hp_now now)
{
	const struct hp_correspondent_conf cc = {
		.max_bindings = conf->correspondent.max_bindings,
		.max_lifetime_s = conf->correspondent.max_lifetime_s,
		.route = hp_output_hop,
		.address = address,
		.used = used,
		.random = randomness,
		.policy = policy,
		.ctx = c,
		.seed = conf->seed + 3,
	};
	int ret;

	if (!conf->correspondent.enabled)
		return 0;
	if (!conf->correspondent.used || !conf->correspondent.random)
		return -EINVAL;
	c->optimized.used = conf->correspondent.used;
	c->optimized.random = conf->correspondent.random;
	c->optimized.ctx = conf->correspondent.ctx;
	ret = hp_correspondent_create(&c->correspondent, &cc, now);
	return ret ? ret : hp_control_correspondent_plan(c, conf, &c->hosts);
}

static bool keeps(void *control, const struct hp_ip6 *correspondent)
{
	const struct hp_control *c = control;

	return hp_neighbor_is_own(c->neighbor, HP_LINK_ANY, correspondent) || hp_prefixes_cover(c->hosts, correspondent);
}

void hp_control_correspondent_adopt(struct hp_control *c, const struct hp_control_conf *conf, struct hp_prefixes *hosts)
{
	if (!c->correspondent)
		return;
	hp_prefixes_destroy(c->hosts);
	c->hosts = hosts;
	hp_correspondent_renew(c->correspondent, conf->correspondent.max_lifetime_s, keeps);
}

const struct hp_correspondent *hp_control_correspondent(const struct hp_control *c)
{
	return c->correspondent;
}
