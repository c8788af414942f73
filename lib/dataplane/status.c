/* SPDX-License-Identifier: BSD-3-Clause */
/* Housekeeping, and what the packet mover says of itself. */
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "dataplane/state.h"

#define LINK_LOOK_MS 50
#define STALLED_MS   1000
#define RECLAIM_MOST 16384 /* a tick: bounded, yet more than any churn makes */

static void look_at_links(struct hp_dataplane *dp)
{
	for (unsigned int i = 0; i < dp->shared.ports; i++) {
		struct rte_eth_link link = {0};

		if (rte_eth_link_get_nowait(dp->shared.port[i].id, &link) == 0)
			dp->port_state[i].up = link.link_status == RTE_ETH_LINK_UP;
	}
}

static void look_at_workers(struct hp_dataplane *dp, uint64_t now_ms)
{
	for (unsigned int i = 0; i < dp->running; i++) {
		uint64_t loops = __atomic_load_n(&dp->worker[i]->loops, __ATOMIC_RELAXED);

		if (loops != dp->beat[i].loops || !dp->beat[i].since_ms) {
			dp->beat[i].loops = loops;
			dp->beat[i].since_ms = now_ms;
		}
		dp->beat[i].age_ms = now_ms - dp->beat[i].since_ms;
	}
}

void hp_dataplane_tick(struct hp_dataplane *dp, uint64_t now_ms)
{
	hp_reclaim_poll(dp->reclaim, RECLAIM_MOST);
	look_at_workers(dp, now_ms);
	hp_optimized_turn(dp, now_ms);
	if (now_ms >= dp->next_link_look_ms) {
		look_at_links(dp);
		dp->next_link_look_ms = now_ms + LINK_LOOK_MS;
	}
}

bool hp_dataplane_port_changed(struct hp_dataplane *dp, unsigned int port, bool *up)
{
	struct hp_port_state *s = &dp->port_state[port];

	*up = s->up;
	if (s->told ? s->told_up == s->up : !s->up)
		return false;
	s->told = true;
	s->told_up = s->up;
	return true;
}

void hp_dataplane_used(struct hp_dataplane *dp, unsigned int max, void (*used)(void *ctx, uint16_t link, const struct hp_ip6 *address),
		       void *ctx)
{
	const struct hp_path *path;

	while (max-- && hp_paths_next(dp->shared.paths, &dp->used_at, &path)) {
		uint64_t packets = 0;

		for (unsigned int i = 0; i < dp->shared.workers; i++)
			packets += dp->worker[i]->path_packets[dp->used_at];
		if (packets != dp->used_before[dp->used_at]) {
			/* By value: the call may publish another path in this one's place. */
			struct hp_ip6 next_hop = path->next_hop;

			dp->used_before[dp->used_at] = packets;
			used(ctx, path->link, &next_hop);
		}
	}
}

static const char *spreading(const struct hp_port *p, const struct hp_port_state *s)
{
	if (p->spread)
		return "software";
	if (s->plan.rx_queues < 2)
		return "none";
	if (!s->plan.rss)
		return "device";
	return s->found.inner ? "inner" : "outer";
}

void hp_dataplane_port(struct hp_dataplane *dp, unsigned int port, struct hp_dp_port_status *out)
{
	const struct hp_port *p = &dp->shared.port[port];
	const struct hp_port_state *s = &dp->port_state[port];
	struct rte_eth_dev_info info = {0};
	struct rte_eth_stats stats = {0};
	struct rte_eth_link link = {0};

	rte_eth_dev_info_get(p->id, &info);
	rte_eth_stats_get(p->id, &stats);
	rte_eth_link_get_nowait(p->id, &link);
	*out = (struct hp_dp_port_status){
		.name = s->name,
		.device = s->device,
		.driver = info.driver_name ? info.driver_name : "",
		.mac = p->mac,
		.up = s->up,
		.rx_queues = s->plan.rx_queues,
		.tx_queues = s->plan.tx_queues,
		.mtu = s->plan.mtu,
		.socket = rte_eth_dev_socket_id(p->id),
		.speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed,
		.rss = s->plan.rss != 0,
		.promiscuous = s->found.promiscuous,
		.spreading = spreading(p, s),
	};
}

void hp_dataplane_mac(const struct hp_dataplane *dp, unsigned int port, struct hp_mac *out)
{
	*out = dp->shared.port[port].mac;
}

bool hp_status_listed(const char *list, int cpu)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s", list);
	for (char *save, *t = strtok_r(text, ",\n", &save); t; t = strtok_r(NULL, ",\n", &save)) {
		int from, to;
		int n = sscanf(t, "%d-%d", &from, &to);

		if ((n == 1 && from == cpu) || (n == 2 && from <= cpu && cpu <= to))
			return true;
	}
	return false;
}

/* Whether the kernel keeps other tasks off a processor. */
static bool isolated(int cpu)
{
	char text[1024] = "";
	FILE *f = fopen("/sys/devices/system/cpu/isolated", "re");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return hp_status_listed(text, cpu);
}

void hp_dataplane_worker(const struct hp_dataplane *dp, unsigned int worker, struct hp_dp_worker_status *out)
{
	const struct hp_worker *w = dp->worker[worker];
	const int socket = (int)rte_lcore_to_socket_id(w->lcore);

	*out = (struct hp_dp_worker_status){
		.lcore = w->lcore,
		.loops = w->loops,
		.busy_cycles = w->busy_cycles,
		.cycles = w->cycles,
		.heartbeat_age_ms = dp->beat[worker].age_ms,
		.stalled = dp->beat[worker].age_ms > STALLED_MS,
		.associations = dp->shared.sas ? dp->shared.sas->of_worker[worker] : 0,
		.not_isolated = !isolated(rte_lcore_to_cpu_id((int)w->lcore)),
	};
	for (unsigned int i = 0; i < w->rx_count; i++) {
		int port = rte_eth_dev_socket_id(dp->shared.port[w->rx[i].port].id);

		out->remote_numa = out->remote_numa || (port >= 0 && port != socket);
	}
}

void hp_dataplane_count(const struct hp_dataplane *dp, int worker, uint64_t *out)
{
	memset(out, 0, HP_DP_COUNT * sizeof(*out));
	for (unsigned int i = 0; i < dp->shared.workers; i++)
		if (worker < 0 || (unsigned int)worker == i)
			for (unsigned int k = 0; k < HP_DP_COUNT; k++)
				out[k] += dp->worker[i]->count[k];
	if (worker < 0)
		out[HP_DP_DROP_NO_MEMORY] += dp->no_memory;
}

bool hp_dataplane_account(const struct hp_dataplane *dp, uint32_t id, uint64_t *packets, uint64_t *bytes)
{
	*packets = *bytes = 0;
	if (!dp->worker[0]->account || id >= dp->max_bindings)
		return false;
	for (unsigned int i = 0; i < dp->shared.workers; i++) {
		*packets += dp->worker[i]->account[id].packets;
		*bytes += dp->worker[i]->account[id].bytes;
	}
	return true;
}

unsigned int hp_dataplane_stages(const struct hp_dataplane *dp, struct hp_dp_stage_status *out, unsigned int max)
{
	static const char *const name[HP_STAGE_COUNT] = {
		[HP_STAGE_SPREAD] = "spread",
		[HP_STAGE_CLASSIFY] = "classify",
		[HP_STAGE_LOOKUP] = "lookup",
		[HP_STAGE_LOCAL] = "local",
		[HP_STAGE_DETUNNEL] = "detunnel",
		[HP_STAGE_INTERCEPT] = "intercept",
		[HP_STAGE_FORWARD] = "forward",
		[HP_STAGE_OUTPUT] = "output",
		[HP_STAGE_REPLICATE] = "replicate",
		[HP_STAGE_PROTECT] = "protect",
		[HP_STAGE_UNPROTECT] = "unprotect",
		[HP_STAGE_OPTIMIZE_IN] = "optimize_in",
		[HP_STAGE_OPTIMIZE_OUT] = "optimize_out",
	};
	unsigned int n = max < HP_STAGE_COUNT ? max : HP_STAGE_COUNT;

	for (unsigned int s = 0; s < n; s++) {
		out[s] = (struct hp_dp_stage_status){.name = name[s]};
		for (unsigned int i = 0; i < dp->shared.workers; i++) {
			out[s].calls += dp->worker[i]->stage[s].calls;
			out[s].packets += dp->worker[i]->stage[s].packets;
			out[s].cycles += dp->worker[i]->stage[s].cycles;
		}
	}
	return n;
}

const char *hp_dataplane_crypto(const struct hp_dataplane *dp, unsigned int i)
{
	return dp->shared.sas ? hp_crypto_name(dp->shared.sas->crypto, i) : NULL;
}

bool hp_dataplane_association_used(const struct hp_dataplane *dp, uint32_t number, uint64_t *packets, uint64_t *octets)
{
	const struct hp_sa *sa = dp->shared.sas && number <= dp->shared.sas->most ? hp_sas_get(dp->shared.sas, number) : NULL;

	*packets = sa ? __atomic_load_n(&sa->packets, __ATOMIC_RELAXED) : 0;
	*octets = sa ? __atomic_load_n(&sa->octets, __ATOMIC_RELAXED) : 0;
	return sa != NULL;
}

size_t hp_dataplane_binding_memory(const struct hp_dataplane *dp)
{
	return hp_hot_memory(dp->max_bindings) + (dp->worker[0]->account ? dp->shared.workers * dp->max_bindings * 16ull : 0);
}

void hp_dataplane_buffers(const struct hp_dataplane *dp, uint32_t *all, uint32_t *free_now)
{
	*all = dp->shared.pool->size;
	*free_now = rte_mempool_avail_count(dp->shared.pool);
}
