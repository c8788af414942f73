/* SPDX-License-Identifier: BSD-3-Clause */
/* Bringing the packet mover up and down. What is published into it: publish.c; what it says of itself: status.c;
 * packets of the management core: exchange.c. */
#include "dataplane/dataplane.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/prefixes.h"
#include "dataplane/group.h"
#include "dataplane/optimize.h"
#include "dataplane/port.h"
#include "dataplane/state.h"

#define INJECT_RING   16384
#define MBUF_CACHE    256
#define HOUSE_MBUFS   4096 /* packets that wait for a neighbour, those of the management core */
#define REASSEMBLY    8    /* the part of all buffers, 1/8, that unfinished packets may hold */
#define DESCRIPTORS   1024
#define DEFAULT_PATHS 65536u

/* However much the rings and unfinished packets hold, ports have buffers to receive in. */
static uint32_t mbufs(const struct hp_dp_conf *c)
{
	uint32_t worker = 4 * MBUF_CACHE, n;

	for (int k = 0; k < HP_PUNT_CLASS_COUNT; k++)
		worker += hp_punt_ring((enum hp_punt_class)k);
	n = HOUSE_MBUFS + c->workers * worker;
	for (unsigned int i = 0; i < c->ports; i++)
		n += (c->port[i].rx_queues ? c->port[i].rx_queues : c->workers) * DESCRIPTORS + c->workers * DESCRIPTORS;
	if (c->spread != HP_DP_SPREAD_OFF || c->max_associations)
		n += hp_spread_packets(c->workers);
	return n + n / (REASSEMBLY - 1);
}

static uint32_t paths(const struct hp_dp_conf *c)
{
	return c->max_paths ? c->max_paths : DEFAULT_PATHS;
}

static uint32_t frame(const struct hp_dp_conf *c)
{
	uint32_t most = c->max_frame ? c->max_frame : 2048;

	for (unsigned int i = 0; i < c->ports; i++)
		if (c->port[i].mtu + 128u > most)
			most = c->port[i].mtu + 128u;
	return most;
}

size_t hp_dataplane_memory(const struct hp_dp_conf *c)
{
	size_t worker = sizeof(struct hp_worker) + paths(c) * sizeof(uint64_t) + (c->accounting ? c->max_bindings * 16ull : 0) +
			hp_optimized_memory(c->max_optimized) + 1024 * 1024;

	return (size_t)mbufs(c) * (frame(c) + RTE_PKTMBUF_HEADROOM + sizeof(struct rte_mbuf) + sizeof(struct hp_meta) + 64) +
	       hp_hot_memory(c->max_bindings) + hp_sas_memory(c->max_associations, c->workers) + hp_paths_memory(paths(c)) +
	       hp_pairs_memory(c->max_optimized) + c->workers * worker + 32 * 1024 * 1024;
}

static void worker_destroy(struct hp_worker *w)
{
	if (!w)
		return;
	for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++)
		rte_ring_free(w->punt[c]);
	rte_ring_free(w->inject);
	hp_reassembly_destroy(w->reassembly);
	rte_free(w->path_packets);
	rte_free(w->account);
	rte_free(w->used[0]);
	rte_free(w->optimize);
	rte_free(w->esp);
	rte_free(w->hand);
	rte_free(w);
}

static int worker_create(struct hp_worker **out, struct hp_dataplane *dp, const struct hp_dp_conf *c, unsigned int index)
{
	const int socket = (int)rte_lcore_to_socket_id(c->worker_lcore[index]);
	struct hp_worker *w = rte_zmalloc_socket("worker", sizeof(*w), RTE_CACHE_LINE_SIZE, socket);
	char name[RTE_RING_NAMESIZE];

	if (!w)
		return -ENOMEM;
	w->shared = &dp->shared;
	w->index = index;
	w->lcore = c->worker_lcore[index];
	w->now = rte_rdtsc();
	w->fragment_id = (uint32_t)w->now * 2654435761u;
	for (int k = 0; k < HP_PUNT_CLASS_COUNT; k++) {
		snprintf(name, sizeof(name), "punt_%u_%d", index, k);
		w->punt[k] = rte_ring_create(name, hp_punt_ring((enum hp_punt_class)k), socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (!w->punt[k])
			goto destroy;
	}
	snprintf(name, sizeof(name), "inject_%u", index);
	w->inject = rte_ring_create(name, INJECT_RING, socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
	w->path_packets = rte_zmalloc_socket("path packets", paths(c) * sizeof(*w->path_packets), RTE_CACHE_LINE_SIZE, socket);
	if (c->accounting)
		w->account = rte_zmalloc_socket("account", c->max_bindings * sizeof(*w->account), RTE_CACHE_LINE_SIZE, socket);
	if (c->max_optimized) {
		w->optimize = rte_zmalloc_socket("optimize", sizeof(*w->optimize), RTE_CACHE_LINE_SIZE, socket);
		w->used[0] = rte_zmalloc_socket("used", hp_optimized_memory(c->max_optimized), RTE_CACHE_LINE_SIZE, socket);
		w->used[1] = w->used[0] ? w->used[0] + hp_optimized_memory(c->max_optimized) / 2 / sizeof(*w->used[0]) : NULL;
	}
	if (dp->shared.spread)
		w->hand = rte_zmalloc_socket("hand", c->workers * sizeof(*w->hand), RTE_CACHE_LINE_SIZE, socket);
	if (dp->shared.sas)
		w->esp = rte_zmalloc_socket("esp", sizeof(*w->esp), RTE_CACHE_LINE_SIZE, socket);
	for (unsigned int i = 0; i < HP_BURST && w->esp; i++)
		hp_crypto_op_init(&w->esp->op[i]);
	if (!w->inject || !w->path_packets || (dp->shared.sas && !w->esp) || (dp->shared.spread && !w->hand) ||
	    (c->accounting && !w->account) || (c->max_optimized && (!w->used[0] || !w->optimize)) ||
	    hp_reassembly_create(&w->reassembly, mbufs(c) / REASSEMBLY / c->workers, socket))
		goto destroy;
	hp_policers_init(w);
	*out = w;
	return 0;
destroy:
	worker_destroy(w);
	return -ENOMEM;
}

static int create_links(struct hp_dataplane *dp, const struct hp_dp_conf *c)
{
	struct hp_shared *s = &dp->shared;

	s->ports = c->ports;
	s->links = c->links;
	s->workers = c->workers;
	s->sleep = c->sleep;
	s->multicast = c->multicast;
	s->port = calloc(c->ports ? c->ports : 1, sizeof(*s->port));
	s->link = calloc(c->links ? c->links : 1, sizeof(*s->link));
	dp->port_state = calloc(c->ports ? c->ports : 1, sizeof(*dp->port_state));
	if (!s->port || !s->link || !dp->port_state)
		return -ENOMEM;
	for (unsigned int i = 0; i < c->ports; i++) {
		s->port[i].link_of_vlan = malloc(HP_VLANS * sizeof(*s->port[i].link_of_vlan));
		if (!s->port[i].link_of_vlan)
			return -ENOMEM;
		memset(s->port[i].link_of_vlan, 0xff, HP_VLANS * sizeof(*s->port[i].link_of_vlan));
		for (int q = 0; q < HP_WORKERS; q++)
			rte_spinlock_init(&s->port[i].tx_lock[q]);
		dp->port_state[i].name = strdup(c->port[i].name);
		dp->port_state[i].device = strdup(c->port[i].device);
		if (!dp->port_state[i].name || !dp->port_state[i].device)
			return -ENOMEM;
	}
	for (unsigned int i = 0; i < c->links; i++) {
		const struct hp_dp_link *l = &c->link[i];

		s->link[i] = (struct hp_link){
			.is_virtual = l->port < 0, .home = l->home, .port = (uint16_t)(l->port < 0 ? 0 : l->port), .mtu = l->mtu};
		if (l->port >= 0)
			s->port[l->port].link_of_vlan[l->vlan] = (uint16_t)i;
	}
	return 0;
}

static int create_ports(struct hp_dataplane *dp, const struct hp_dp_conf *c, struct hp_error *e)
{
	uint32_t buffer = frame(c);

	for (unsigned int i = 0; i < c->ports; i++) {
		struct hp_port_state *st = &dp->port_state[i];
		int ret = hp_port_find(&c->port[i], i, c->workers, &dp->shared.port[i].id, &st->plan, e);

		if (ret)
			return ret;
		if (st->plan.buffer > buffer)
			buffer = st->plan.buffer;
	}
	/* One pool, on the node of the first port: packets cross from port to port, and fast free wants all of a queue from one pool. A port
	 * on another node is warned of. */
	dp->shared.pool = rte_pktmbuf_pool_create("packets", mbufs(c), MBUF_CACHE, RTE_ALIGN(sizeof(struct hp_meta), RTE_MBUF_PRIV_ALIGN),
						  (uint16_t)(buffer + RTE_PKTMBUF_HEADROOM),
						  c->ports ? rte_eth_dev_socket_id(dp->shared.port[0].id) : SOCKET_ID_ANY);
	if (!dp->shared.pool)
		return hp_error_set(e, ENOMEM, "runtime.memory_mb", "no memory for %u packet buffers of %u octets", mbufs(c), buffer);
	for (unsigned int i = 0; i < c->ports; i++) {
		struct hp_port_state *st = &dp->port_state[i];
		int ret = hp_port_start(&dp->shared.port[i], &st->plan, dp->shared.pool, i, &st->found, e);

		if (ret)
			return ret;
		st->started = true;
	}
	return 0;
}

static int create_tables(struct hp_dataplane *dp, const struct hp_dp_conf *c, int socket)
{
	struct hp_path_link *link = calloc(c->links ? c->links : 1, sizeof(*link));
	int ret = link ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < c->links && link; i++) {
		link[i] = (struct hp_path_link){.real = c->link[i].port >= 0, .vlan = c->link[i].vlan, .mtu = c->link[i].mtu};
		if (!link[i].real)
			continue;
		link[i].port = (uint16_t)c->link[i].port;
		link[i].mac = dp->shared.port[c->link[i].port].mac;
	}
	ret = ret ? ret : hp_reclaim_create(&dp->reclaim, c->workers);
	ret = ret ? ret : hp_hot_create(&dp->shared.hot, c->max_bindings, socket, dp->reclaim);
	ret = ret ? ret : hp_paths_create(&dp->shared.paths, paths(c), c->links, link, socket, dp->reclaim);
	if (!ret && c->max_associations)
		ret = hp_sas_create(&dp->shared.sas, c->max_associations, c->workers, c->portable_crypto, socket, dp->reclaim);
	if (!ret && c->max_optimized)
		ret = hp_pairs_create(&dp->shared.pairs, c->max_optimized, socket, dp->reclaim);
	ret = ret ? ret : hp_groups_create(&dp->shared.groups, socket, dp->reclaim);
	ret = ret ? ret : hp_route_table_create(&dp->shared.routes, NULL, NULL, 0, socket);
	free(link);
	if (ret)
		return ret;
	dp->shared.qsbr = hp_reclaim_qsbr(dp->reclaim);
	dp->used_before = calloc(paths(c), sizeof(*dp->used_before));
	return dp->used_before ? 0 : -ENOMEM;
}

static int create_spread(struct hp_dataplane *dp, const struct hp_dp_conf *c, int socket)
{
	/* Associations have workers, whatever the ports do. */
	const bool off = c->spread == HP_DP_SPREAD_OFF;
	bool any = c->spread == HP_DP_SPREAD_INNER || c->max_associations;

	if ((off && !c->max_associations) || c->workers < 2)
		return 0;
	for (unsigned int i = 0; i < c->ports; i++) {
		struct hp_port *p = &dp->shared.port[i];

		p->inner = dp->port_state[i].found.inner;
		p->spread = !off && dp->port_state[i].plan.rx_queues < c->workers;
		any = any || p->spread;
	}
	return any ? hp_spread_create(&dp->shared.spread, c->workers, c->spread == HP_DP_SPREAD_INNER, socket) : 0;
}

/* Queue q of every port goes to worker q modulo their number. */
static int deal_queues(struct hp_dataplane *dp, struct hp_error *e)
{
	for (unsigned int i = 0; i < dp->shared.ports; i++)
		for (uint16_t q = 0; q < dp->port_state[i].plan.rx_queues; q++) {
			struct hp_worker *w = dp->worker[(i + q) % dp->shared.workers];
			char path[40];

			snprintf(path, sizeof(path), "ports[%u].rx_queues", i);
			if (w->rx_count == HP_WORKER_QUEUES)
				return hp_error_set(e, EINVAL, path,
						    "found more than %d receive queues for a worker, want fewer or more workers",
						    HP_WORKER_QUEUES);
			w->rx[w->rx_count++] = (struct hp_rx){(uint16_t)i, q};
		}
	return 0;
}

int hp_dataplane_create(struct hp_dataplane **out, const struct hp_dp_conf *c, struct hp_error *e)
{
	struct hp_dataplane *dp;
	int socket = SOCKET_ID_ANY, ret;

	if (!c->workers || c->workers > HP_WORKERS || c->ports > HP_PORTS)
		return hp_error_set(e, EINVAL, "runtime", "found %u workers and %u ports, want at most %d and %d", c->workers, c->ports,
				    HP_WORKERS, HP_PORTS);
	dp = calloc(1, sizeof(*dp));
	if (!dp)
		return hp_error_set(e, ENOMEM, "", "out of memory");
	dp->max_bindings = c->max_bindings;
	dp->shared.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (dp->shared.wake_fd < 0) {
		ret = hp_error_set(e, errno, "", "eventfd: %s", strerror(errno));
		goto destroy;
	}
	ret = create_links(dp, c);
	if (ret) {
		hp_error_set(e, -ret, "", "out of memory");
		goto destroy;
	}
	ret = create_ports(dp, c, e);
	if (ret)
		goto destroy;
	if (c->ports)
		socket = rte_eth_dev_socket_id(dp->shared.port[0].id);
	ret = create_spread(dp, c, socket);
	ret = ret ? ret : create_tables(dp, c, socket);
	for (unsigned int i = 0; i < c->workers && !ret; i++)
		ret = worker_create(&dp->worker[i], dp, c, i);
	if (ret) {
		hp_error_set(e, -ret, "home_agent.max_bindings", "no memory for the tables of %u bindings", c->max_bindings);
		goto destroy;
	}
	ret = deal_queues(dp, e);
	if (ret)
		goto destroy;
	*out = dp;
	return 0;
destroy:
	hp_dataplane_destroy(dp);
	return ret;
}

int hp_dataplane_start(struct hp_dataplane *dp, struct hp_error *e)
{
	for (unsigned int i = 0; i < dp->shared.workers; i++) {
		int ret;

		__atomic_store_n(&dp->worker[i]->stop, 0, __ATOMIC_RELAXED);
		ret = rte_eal_remote_launch(hp_worker_run, dp->worker[i], dp->worker[i]->lcore);

		if (ret) {
			hp_dataplane_stop(dp);
			return hp_error_set(e, -ret, "runtime.worker_cores", "launch: %s", strerror(-ret));
		}
		dp->running++;
	}
	return 0;
}

/* What management has handed over still leaves: each worker empties its ring in its last turn. */
void hp_dataplane_stop(struct hp_dataplane *dp)
{
	if (dp->running)
		hp_dataplane_flush(dp);
	for (unsigned int i = 0; i < dp->running; i++)
		__atomic_store_n(&dp->worker[i]->stop, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < dp->running; i++)
		rte_eal_wait_lcore(dp->worker[i]->lcore);
	for (unsigned int i = 0; i < dp->running; i++)
		hp_worker_once(dp->worker[i]);
	dp->running = 0;
}

static void drain(struct rte_ring *r)
{
	void *m;

	while (r && rte_ring_sc_dequeue(r, &m) == 0)
		rte_pktmbuf_free(m);
}

void hp_dataplane_destroy(struct hp_dataplane *dp)
{
	if (!dp)
		return;
	hp_dataplane_stop(dp);
	for (unsigned int i = 0; i < dp->shared.ports && dp->port_state; i++)
		if (dp->port_state[i].started)
			hp_port_stop(&dp->shared.port[i]);
	for (unsigned int i = 0; i < dp->shared.workers; i++) {
		if (!dp->worker[i])
			continue;
		for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++)
			drain(dp->worker[i]->punt[c]);
		drain(dp->worker[i]->inject);
		rte_pktmbuf_free_bulk(dp->out[i].m, dp->out[i].n);
		worker_destroy(dp->worker[i]);
	}
	hp_spread_destroy(dp->shared.spread);
	hp_reclaim_destroy(dp->reclaim);
	hp_route_table_destroy(dp->shared.routes);
	hp_groups_destroy(dp->shared.groups);
	hp_sas_destroy(dp->shared.sas);
	hp_pairs_destroy(dp->shared.pairs);
	hp_prefixes_destroy(dp->shared.protect);
	hp_hot_destroy(dp->shared.hot);
	hp_paths_destroy(dp->shared.paths);
	rte_mempool_free(dp->shared.pool);
	for (unsigned int i = 0; i < dp->shared.ports; i++) {
		if (dp->shared.port)
			free(dp->shared.port[i].link_of_vlan);
		if (dp->port_state) {
			free(dp->port_state[i].name);
			free(dp->port_state[i].device);
		}
	}
	free(dp->shared.port);
	free(dp->shared.link);
	free(dp->port_state);
	free(dp->used_before);
	if (dp->shared.wake_fd >= 0)
		close(dp->shared.wake_fd);
	free(dp);
}
