/* SPDX-License-Identifier: BSD-3-Clause */
#include "world.h"

#include <rte_dev.h>
#include <stdio.h>
#include <string.h>

#include "churn.h"
#include "dataplane/state.h"
#include "traffic.h"

#define GATEWAYS 64 /* next hops that the care-of addresses are spread over */

enum { CORE, HOME };

static struct hp_ip6 gateway(uint32_t i)
{
	return (struct hp_ip6){{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [14] = 1, [15] = (uint8_t)(i % GATEWAYS)}};
}

static struct hp_bind binding(uint32_t i, uint32_t at)
{
	return (struct hp_bind){
		.hoa = traffic_home_address(i),
		.coa = traffic_care_of_address(at),
		.ha = traffic_agent(),
		.id = i,
		.home_link = HOME,
		.out_link = CORE,
		.next_hop = gateway(at),
		.mtu = 1460,
	};
}

static int publish_associations(struct world *w, uint32_t i)
{
	const struct hp_association_spec in = traffic_association(w->bindings, i, false), out = traffic_association(w->bindings, i, true);
	struct hp_bind b = binding(w->bindings + i, w->bindings + i);
	int ret = hp_dataplane_association(w->dp, 2 * i + 1, &in);

	b.association = 2 * i + 2;
	ret = ret ? ret : hp_dataplane_association(w->dp, b.association, &out);
	return ret ? ret : hp_dataplane_bind(w->dp, &b);
}

static int act(struct world *w)
{
	const struct hp_prefix hosts = {traffic_correspondent(0), 48};
	int ret = hp_dataplane_protect(w->dp, &hosts, 1, NULL, 0);

	for (uint32_t i = 0; i < w->bindings && !ret; i++) {
		const struct hp_optimize o = {.hoa = traffic_optimized_address(i),
					      .correspondent = traffic_correspondent(i),
					      .coa = traffic_care_of_address(i),
					      .id = i,
					      .out_link = CORE,
					      .next_hop = gateway(i),
					      .mtu = 1500};

		ret = hp_dataplane_optimize(w->dp, &o);
	}
	return ret;
}

static int publish(struct world *w)
{
	const struct hp_ip6 core = {{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [15] = 1}}, agent = traffic_agent();
	const struct hp_dp_route route[] = {
		{{{0x20, 0x01, 0x0d, 0xb8, 0, 0xf}}, 64, CORE, HP_IP6_ANY},
		{{{0x20, 0x01, 0x0d, 0xb8, 0, 2}}, 64, HOME, HP_IP6_ANY},
		{{{0x20, 0x01, 0x0d, 0xb8, 0, 0xe}}, 48, CORE, gateway(1)},
		{HP_IP6_ANY, 0, CORE, gateway(0)},
	};
	int ret = hp_dataplane_routes(w->dp, route, sizeof(route) / sizeof(route[0]));

	ret = ret ? ret : hp_dataplane_address(w->dp, CORE, &core, true);
	ret = ret ? ret : hp_dataplane_address(w->dp, HOME, &agent, true);
	for (uint32_t i = 0; i < GATEWAYS && !ret; i++) {
		struct hp_ip6 a = gateway(i);
		struct hp_mac mac = {{2, 0, 0, 0, 1, (uint8_t)i}};

		ret = hp_dataplane_neighbor(w->dp, CORE, &a, &mac, true);
	}
	for (uint32_t i = 0; i < w->bindings && !ret; i++)
		ret = world_bind(w, i, i);
	for (uint32_t i = 0; i < TRAFFIC_ESP && w->esp && !ret; i++)
		ret = publish_associations(w, i);
	return ret || !w->acting ? ret : act(w);
}

int world_create(struct world *w, const unsigned int *lcore)
{
	static unsigned int made; /* closed with its port, a device is gone: each world has one of its own */
	const struct hp_dp_port port = {.name = "p0", .device = w->device, .rx_queues = (uint16_t)w->workers, .mtu = 1500};
	const struct hp_dp_link link[] = {
		[CORE] = {.name = "core", .port = 0, .mtu = 1500},
		[HOME] = {.name = "home", .port = -1, .mtu = 1500, .home = true},
	};
	const struct hp_dp_conf conf = {
		.ports = 1,
		.links = 2,
		.workers = w->workers,
		.port = &port,
		.link = link,
		.worker_lcore = lcore,
		.max_bindings = w->bindings + CHURN_ROOM,
		.max_associations = w->esp ? 2 * TRAFFIC_ESP : 0,
		.max_optimized = w->acting ? w->bindings : 0,
		.accounting = w->accounting,
	};
	struct hp_error e = {0};
	struct hp_mac mac;
	int ret;

	snprintf(w->device, sizeof(w->device), "net_null_%u", made++);
	ret = rte_eal_hotplug_add("vdev", w->device, "");
	ret = ret ? ret : hp_dataplane_create(&w->dp, &conf, &e);
	if (ret) {
		fprintf(stderr, "%s: %s\n", e.path, e.text);
		return ret;
	}
	hp_dataplane_mac(w->dp, 0, &mac);
	traffic_attach(w->dp->shared.port[0].id, w->workers, w->dp->shared.pool, &mac);
	ret = publish(w);
	if (ret)
		fprintf(stderr, "publishing %u bindings: %s\n", w->bindings, strerror(-ret));
	return ret;
}

void world_destroy(struct world *w)
{
	hp_dataplane_destroy(w->dp);
	w->dp = NULL;
	rte_eal_hotplug_remove("vdev", w->device);
}

int world_bind(struct world *w, uint32_t i, uint32_t at)
{
	const struct hp_bind b = binding(i, at);

	return hp_dataplane_bind(w->dp, &b);
}

int world_unbind(struct world *w, uint32_t i)
{
	const struct hp_ip6 hoa = traffic_home_address(i);

	return hp_dataplane_unbind(w->dp, &hoa);
}

struct rte_mempool *world_pool(const struct world *w)
{
	return w->dp->shared.pool;
}
