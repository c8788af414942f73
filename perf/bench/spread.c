/* SPDX-License-Identifier: BSD-3-Clause */
/* What it costs to hand packets from worker to worker, and what two workers gain by it: the real workers over a port whose queues are memory.
 * Only queue 0 receives, as a device without RSS, or one that sees a mobile router's single outer flow, would have it. A frame is made when
 * fewer than a bound are under way, so that nothing is lost. docs/decisions/spreading.md has the figures. */
#include <inttypes.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/state.h"

#define UNDER_WAY 800
#define TRIAL_US  500000
#define WINDOWS   4096 /* of a millisecond, shorter than a scheduler's slice: on a shared machine some are whole */
#define WORKERS   2
#define DEVICE    "net_null0"
#define ETHER     14
#define HEADER    40

enum { CORE, HOME };
enum way { INTERCEPT, DETUNNEL };

static struct {
	struct rte_mempool *pool;
	enum way way;
	uint32_t bindings;
	bool all_queues;
	uint64_t transmit_cycles; /* that a frame costs there: a driver of the kernel's, encryption */
	uint8_t frame[128];
} load;

static struct side {
	uint64_t in, random;
	uint64_t out __attribute__((aligned(64)));
} side[WORKERS] __attribute__((aligned(64)));
static struct {
	uint64_t since, sent;
	unsigned int n;
	double mpps[WINDOWS];
} window;
static void *side_at[RTE_MAX_QUEUES_PER_PORT];

static struct hp_ip6 address(uint8_t net, uint64_t low)
{
	struct hp_ip6 a = {{0x20, 0x01, 0x0d, 0xb8, 0, net}};

	low *= 0x9e3779b97f4a7c15u;
	memcpy(a.b + 8, &low, sizeof(low));
	return a;
}

static const struct hp_ip6 agent = {{0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1}}, gateway = {{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [15] = 0xfe}};

static void look(uint64_t sent)
{
	const uint64_t now = rte_rdtsc(), hz = rte_get_tsc_hz();

	if (now - window.since < hz / 1000)
		return;
	if (window.since && window.n < WINDOWS)
		window.mpps[window.n++] = (double)(sent - window.sent) * (double)hz / (double)(now - window.since) / 1e6;
	window.since = now;
	window.sent = sent;
}

static uint16_t receive(void *queue, struct rte_mbuf **m, uint16_t most)
{
	struct side *s = queue;
	uint64_t out = 0;

	if (s != side && !load.all_queues)
		return 0;
	for (unsigned int i = 0; i < WORKERS; i++)
		out += __atomic_load_n(&side[i].out, __ATOMIC_RELAXED);
	if (s == side)
		look(out);
	if (side[0].in + (load.all_queues ? side[1].in : 0) - out > UNDER_WAY || rte_pktmbuf_alloc_bulk(load.pool, m, most))
		return 0;
	for (uint16_t i = 0; i < most; i++) {
		uint8_t *f = rte_pktmbuf_mtod(m[i], uint8_t *);
		struct hp_ip6 a;

		s->random = s->random * 6364136223846793005u + 1442695040888963407u;
		m[i]->data_len = load.way == INTERCEPT ? ETHER + HEADER + 24 : ETHER + 2 * HEADER + 24;
		m[i]->pkt_len = m[i]->data_len;
		memcpy(f, load.frame, sizeof(load.frame));
		a = address(2, (s->random >> 40) % load.bindings);
		memcpy(f + ETHER + (load.way == INTERCEPT ? 24 : HEADER + 8), &a, sizeof(a));
		a = address(0xc, s->random >> 56);
		memcpy(f + ETHER + (load.way == INTERCEPT ? 8 : HEADER + 24), &a, sizeof(a));
	}
	__atomic_store_n(&s->in, s->in + most, __ATOMIC_RELAXED);
	return most;
}

static uint16_t transmit(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct side *s = queue;
	const uint64_t end = rte_rdtsc() + load.transmit_cycles * n;

	while (rte_rdtsc() < end)
		;
	rte_pktmbuf_free_bulk(m, n);
	__atomic_store_n(&s->out, s->out + n, __ATOMIC_RELAXED);
	return n;
}

static void header(uint8_t *at, uint8_t payload, uint8_t next, struct hp_ip6 src, struct hp_ip6 dst)
{
	at[0] = 0x60;
	at[5] = payload;
	at[6] = next;
	at[7] = 64;
	memcpy(at + 8, &src, sizeof(src));
	memcpy(at + 24, &dst, sizeof(dst));
}

static void must(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "homeport-spread: %s: %s\n", what, strerror(ret < 0 ? -ret : ret));
	exit(1);
}

static struct hp_dataplane *world(enum way way, uint32_t bindings, unsigned int workers, unsigned int queues, enum hp_dp_spread spread)
{
	static const unsigned int lcore[WORKERS] = {1, 2};
	static const struct hp_dp_link link[] = {
		[CORE] = {.name = "core", .port = 0, .mtu = 1500}, [HOME] = {.name = "home", .port = -1, .mtu = 1500, .home = true}};
	const struct hp_dp_port port = {.name = "p0", .device = DEVICE, .rx_queues = (uint16_t)queues, .mtu = 1500};
	const struct hp_dp_conf conf = {.ports = 1,
					.links = 2,
					.workers = workers,
					.port = &port,
					.link = link,
					.worker_lcore = lcore,
					.spread = spread,
					.max_bindings = bindings};
	const struct hp_dp_route route = {HP_IP6_ANY, 0, CORE, gateway};
	const struct hp_mac mac = {{2, 0, 0, 0, 0, 9}};
	/* One mobile router: all of its home addresses are at one care-of address. */
	const struct hp_ip6 coa = address(0xa, 1);
	struct hp_dataplane *dp;
	struct hp_error e = {0};
	uint16_t id;

	must(rte_eal_hotplug_add("vdev", DEVICE, ""), DEVICE);
	if (hp_dataplane_create(&dp, &conf, &e)) {
		fprintf(stderr, "homeport-spread: %s: %s\n", e.path, e.text);
		exit(1);
	}
	must(hp_dataplane_neighbor(dp, CORE, &gateway, &mac, true), "neighbour");
	must(hp_dataplane_address(dp, HOME, &agent, true), "address");
	must(hp_dataplane_routes(dp, &route, 1), "routes");
	for (uint32_t i = 0; i < bindings; i++) {
		const struct hp_bind b = {.hoa = address(2, i),
					  .coa = way == DETUNNEL ? coa : address(0xa, i),
					  .ha = agent,
					  .id = i,
					  .home_link = HOME,
					  .out_link = CORE,
					  .next_hop = gateway,
					  .mtu = 1460};

		must(hp_dataplane_bind(dp, &b), "binding");
	}
	memset(&load.frame, 0, sizeof(load.frame));
	memcpy(load.frame, &dp->shared.port[0].mac, 6);
	memcpy(load.frame + 6, "\2\0\0\0\0\x9\x86\xdd", 8);
	if (way == DETUNNEL) {
		header(load.frame + ETHER, HEADER + 24, 41, coa, agent);
		header(load.frame + ETHER + HEADER, 24, 17, agent, agent);
	} else {
		header(load.frame + ETHER, 24, 17, agent, agent);
	}
	load.pool = dp->shared.pool;
	load.way = way;
	load.bindings = bindings;
	memset(side, 0, sizeof(side));
	memset(&window, 0, sizeof(window));
	for (unsigned int i = 0; i < WORKERS; i++) {
		side[i].random = i;
		side_at[i] = &side[i];
	}
	id = dp->shared.port[0].id;
	rte_eth_fp_ops[id].rx_pkt_burst = receive;
	rte_eth_fp_ops[id].tx_pkt_burst = transmit;
	rte_eth_fp_ops[id].rxq.data = side_at;
	rte_eth_fp_ops[id].txq.data = side_at;
	return dp;
}

static int up(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

/* Mpps: the median of the windows, and one that only a twentieth was above; its ratio to one worker's; cycles a frame of stage spread. */
static double measure(const char *what, struct hp_dataplane *dp, double one)
{
	struct hp_dp_stage_status stage[HP_STAGE_COUNT];
	uint64_t count[HP_DP_COUNT];
	struct hp_error e;
	double good;

	must(hp_dataplane_start(dp, &e), "workers");
	usleep(TRIAL_US);
	hp_dataplane_stop(dp);
	qsort(window.mpps, window.n, sizeof(window.mpps[0]), up);
	good = window.mpps[window.n * 19 / 20];
	hp_dataplane_count(dp, -1, count);
	hp_dataplane_stages(dp, stage, HP_STAGE_COUNT);
	printf("%-58s %6.2f %6.2f  ", what, window.mpps[window.n / 2], good);
	if (one > 0)
		printf("%5.2f  ", good / one);
	else
		printf("    -  ");
	if (stage[HP_STAGE_SPREAD].packets)
		printf("%5.1f  ", (double)stage[HP_STAGE_SPREAD].cycles / (double)stage[HP_STAGE_SPREAD].packets);
	else
		printf("    -  ");
	printf("%4.1f %%  %" PRIu64 "\n", 100.0 * (double)count[HP_DP_HANDED] / (double)count[HP_DP_RX], count[HP_DP_DROP_HANDED_FULL]);
	hp_dataplane_destroy(dp);
	must(rte_eal_hotplug_remove("vdev", DEVICE), DEVICE);
	return good;
}

int main(int argc, char **argv)
{
	char *arg[] = {argv[0],
		       (char *)"--no-huge",
		       (char *)"-m",
		       (char *)"2048",
		       (char *)"--no-pci",
		       (char *)"--no-telemetry",
		       (char *)"--no-shconf",
		       (char *)"--log-level=error",
		       (char *)"--file-prefix=homeport-spread",
		       (char *)"--lcores=0@0,1@1,2@0",
		       NULL};
	const uint32_t bindings = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
	static const char *const name[] = {[INTERCEPT] = "many flows", [DETUNNEL] = "one mobile router"};

	load.transmit_cycles = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	setlinebuf(stdout);
	must(rte_eal_init(10, arg) < 0 ? -rte_errno : 0, "EAL");
	printf("%u bindings, %" PRIu64 " cycles to transmit a frame, %.2f GHz\n", bindings, load.transmit_cycles,
	       (double)rte_get_tsc_hz() / 1e9);
	printf("%-58s %6s %6s  %5s  %5s  %6s  lost\n", "", "median", "95 %", "ratio", "spread", "handed");
	for (int way = INTERCEPT; way <= DETUNNEL; way++) {
		char what[80];
		double one;

		snprintf(what, sizeof(what), "%s, one worker", name[way]);
		one = measure(what, world(way, bindings, 1, 1, HP_DP_SPREAD_OFF), 0);
		snprintf(what, sizeof(what), "%s, two workers, one queue, off", name[way]);
		measure(what, world(way, bindings, 2, 1, HP_DP_SPREAD_OFF), one);
		snprintf(what, sizeof(what), "%s, two workers, one queue, auto", name[way]);
		measure(what, world(way, bindings, 2, 1, HP_DP_SPREAD_AUTO), one);
		if (way == DETUNNEL) {
			snprintf(what, sizeof(what), "%s, two workers, one of two queues, inner", name[way]);
			measure(what, world(way, bindings, 2, 2, HP_DP_SPREAD_INNER), one);
		}
		load.all_queues = true;
		snprintf(what, sizeof(what), "%s, two workers, two queues by the device", name[way]);
		measure(what, world(way, bindings, 2, 2, HP_DP_SPREAD_AUTO), one);
		load.all_queues = false;
	}
	rte_eal_cleanup();
	return 0;
}
