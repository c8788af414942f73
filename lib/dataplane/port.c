/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static int fail(struct hp_error *e, unsigned int index, int code, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "ports[%u].device", index);
	return hp_error_set(e, code, path, "%s: %s", what, rte_strerror(code));
}

/* A bonding device takes its members in when it is configured; before that it claims to be able to do anything. */
static int look(uint16_t id, struct rte_eth_dev_info *info)
{
	int ret = rte_eth_dev_info_get(id, info);

	if (ret || !hp_port_is_bonding(info->driver_name))
		return ret;
	ret = rte_eth_dev_configure(id, 1, 1, &(struct rte_eth_conf){0});
	return ret ? ret : rte_eth_dev_info_get(id, info);
}

/* What af_packet was told, or its default. */
static uint32_t slot(const struct rte_eth_dev_info *info)
{
	static const char key[] = "framesz=";
	const struct rte_devargs *args = rte_dev_devargs(info->device);
	const char *at = args && args->args ? strstr(args->args, key) : NULL;

	if (strcmp(info->driver_name, "net_af_packet") != 0)
		return 0;
	return at ? (uint32_t)strtoul(at + sizeof(key) - 1, NULL, 0) : 2048;
}

int hp_port_find(const struct hp_dp_port *want, unsigned int index, unsigned int workers, uint16_t *id, struct hp_port_plan *plan,
		 struct hp_error *e)
{
	struct rte_eth_dev_info info;
	struct hp_port_capability c;
	const char *why = "";
	char path[64];
	int ret;

	/* A vdev that fails to start still lets EAL come up with one port fewer: names tell. */
	snprintf(path, sizeof(path), "ports[%u].device", index);
	if (rte_eth_dev_get_port_by_name(want->device, id))
		return hp_error_set(e, ENODEV, path, "found no device %s; is it bound to a DPDK driver, does its interface exist?",
				    want->device);
	ret = look(*id, &info);
	if (ret)
		return fail(e, index, -ret, "device information");
	c = (struct hp_port_capability){
		.driver = info.driver_name,
		.max_rx_queues = info.max_rx_queues,
		.max_tx_queues = info.max_tx_queues,
		.rss_types = info.flow_type_rss_offloads,
		.hash_key_size = info.hash_key_size,
		.rx_offloads = info.rx_offload_capa,
		.tx_offloads = info.tx_offload_capa,
		.min_rx_bufsize = info.min_rx_bufsize,
		.max_rx_frame = info.max_rx_pktlen,
		.slot = slot(&info),
		.min_mtu = info.min_mtu,
		.max_mtu = info.max_mtu,
		.rx_desc_min = info.rx_desc_lim.nb_min,
		.rx_desc_max = info.rx_desc_lim.nb_max,
		.rx_desc_align = info.rx_desc_lim.nb_align,
		.tx_desc_min = info.tx_desc_lim.nb_min,
		.tx_desc_max = info.tx_desc_lim.nb_max,
		.tx_desc_align = info.tx_desc_lim.nb_align,
	};
	ret = hp_port_plan(
		plan, &c,
		&(struct hp_port_want){
			.workers = workers, .rx_queues = want->rx_queues, .mtu = want->mtu ? want->mtu : 1500, .vlan = want->vlan},
		&why);
	if (ret)
		return hp_error_set(e, -ret, path, "%s: MTU %u: %s", want->device, want->mtu, why);
	return 0;
}

/* Solicited-node groups come and go by the thousand: all of multicast is let in, by the narrowest means that the driver has. */
static bool hear_multicast(uint16_t id)
{
	if (rte_eth_allmulticast_enable(id) == 0 && rte_eth_allmulticast_get(id) == 1)
		return false;
	rte_eth_promiscuous_enable(id);
	return true;
}

bool hp_port_hash_inner(uint16_t id, uint16_t queues)
{
	uint16_t queue[UINT8_MAX + 1];
	const struct rte_flow_item_ipv6 outer = {.hdr.proto = IPPROTO_IPV6}, outer_mask = {.hdr.proto = UINT8_MAX};
	const struct rte_flow_item pattern[] = {{.type = RTE_FLOW_ITEM_TYPE_ETH},
						{.type = RTE_FLOW_ITEM_TYPE_IPV6, .spec = &outer, .mask = &outer_mask},
						{.type = RTE_FLOW_ITEM_TYPE_IPV6},
						{.type = RTE_FLOW_ITEM_TYPE_END}};
	const struct rte_flow_action_rss rss = {.level = 2, .types = RTE_ETH_RSS_IPV6, .queue_num = queues, .queue = queue};
	const struct rte_flow_action action[] = {{.type = RTE_FLOW_ACTION_TYPE_RSS, .conf = &rss}, {.type = RTE_FLOW_ACTION_TYPE_END}};
	struct rte_flow_error why;

	if (queues > RTE_DIM(queue))
		return false;
	for (uint16_t q = 0; q < queues; q++)
		queue[q] = q;
	return rte_flow_create(id, &(struct rte_flow_attr){.ingress = 1}, pattern, action, &why) != NULL;
}

int hp_port_start(struct hp_port *p, const struct hp_port_plan *plan, struct rte_mempool *pool, unsigned int index,
		  struct hp_port_found *found, struct hp_error *e)
{
	const int socket = rte_eth_dev_socket_id(p->id);
	struct rte_eth_conf conf = {
		.rxmode = {.mq_mode = plan->rss ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE,
			   .offloads = plan->rx_offloads,
			   .mtu = plan->own_mtu ? 0 : plan->mtu},
		.txmode = {.offloads = plan->tx_offloads},
		.rx_adv_conf.rss_conf = {.rss_hf = plan->rss},
	};
	uint16_t rx = plan->rx_desc, tx = plan->tx_desc;
	struct rte_ether_addr mac;
	int ret;

	if (plan->key && getrandom(found->key, plan->key, GRND_NONBLOCK) == plan->key) {
		conf.rx_adv_conf.rss_conf.rss_key = found->key;
		conf.rx_adv_conf.rss_conf.rss_key_len = plan->key;
	}
	ret = rte_eth_dev_configure(p->id, plan->rx_queues, plan->tx_queues, &conf);
	if (ret)
		return fail(e, index, -ret, "configure");
	ret = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rx, &tx);
	if (ret)
		return fail(e, index, -ret, "descriptors");
	/* Drivers without a settable MTU take what their interface has; frames that do not fit are counted as missed. */
	ret = plan->own_mtu ? 0 : rte_eth_dev_set_mtu(p->id, plan->mtu);
	if (ret && ret != -ENOTSUP)
		return fail(e, index, -ret, "MTU");
	for (uint16_t q = 0; q < plan->rx_queues; q++) {
		ret = rte_eth_rx_queue_setup(p->id, q, rx, (unsigned int)socket, NULL, pool);
		if (ret)
			return fail(e, index, -ret, "receive queue");
	}
	for (uint16_t q = 0; q < plan->tx_queues; q++) {
		ret = rte_eth_tx_queue_setup(p->id, q, tx, (unsigned int)socket, NULL);
		if (ret)
			return fail(e, index, -ret, "transmit queue");
	}
	ret = rte_eth_dev_start(p->id);
	if (ret)
		return fail(e, index, -ret, "start");
	found->promiscuous = hear_multicast(p->id);
	found->inner = plan->rss & RTE_ETH_RSS_LEVEL_INNERMOST || (plan->inner_rule && hp_port_hash_inner(p->id, plan->rx_queues));
	ret = rte_eth_macaddr_get(p->id, &mac);
	if (ret)
		return fail(e, index, -ret, "MAC address");
	memcpy(&p->mac, &mac, sizeof(p->mac));
	p->tx_queues = plan->tx_queues;
	p->shared_tx = plan->shared_tx;
	p->keep_alive = plan->keep_alive;
	return 0;
}

void hp_port_stop(struct hp_port *p)
{
	rte_eth_dev_stop(p->id);
	rte_eth_dev_close(p->id);
}
