/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport-fleet: plays the care-of side of N mobile nodes on one DPDK port. It registers every one of them with one Binding
 * Update, refreshes them, and says how many were acknowledged and how long that took.
 *
 *     homeport-fleet EAL-OPTIONS -- --nodes N --home PREFIX --agent ADDRESS --care-of PREFIX --router ADDRESS --gateway ADDRESS
 *
 * Node i has home address PREFIX + 0x10000 + i and care-of address PREFIX + 0x10000 + i. `router` is the appliance's address on the
 * port's link; `gateway` is ours, by which the appliance reaches the care-of addresses. The tool answers neighbour solicitations
 * for it. Results are one JSON object on standard output. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/effect.h"
#include "base/ip6.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/nd.h"
#include "wire/packet.h"

#define BURST      32
#define FIRST_NODE 0x10000u
#define ROUNDS     5    /* a node repeats an unanswered update so often */
#define QUIET_MS   1000 /* no acknowledgement for so long ends a round */
#define ETHER      14

struct fleet {
	uint16_t port;
	struct rte_mempool *pool;
	struct rte_ether_addr mac, router_mac;
	bool have_router;
	struct hp_ip6 home, agent, care_of, router, gateway;
	uint32_t nodes;
	uint32_t lifetime_s, rate;
	uint64_t *sent_tsc;   /* of the update not yet answered, 0: answered */
	uint32_t *latency_us; /* of the phase */
	uint32_t answered, refused, repeated;
	unsigned int status[256];
};

static struct hp_ip6 numbered(const struct hp_ip6 *prefix, uint32_t i)
{
	struct hp_ip6 a = *prefix;
	uint32_t n = FIRST_NODE + i;

	a.b[12] = (uint8_t)(n >> 24);
	a.b[13] = (uint8_t)(n >> 16);
	a.b[14] = (uint8_t)(n >> 8);
	a.b[15] = (uint8_t)n;
	return a;
}

static bool number_of(const struct hp_ip6 *prefix, const struct hp_ip6 *a, uint32_t *i)
{
	uint32_t n = (uint32_t)a->b[12] << 24 | (uint32_t)a->b[13] << 16 | (uint32_t)a->b[14] << 8 | a->b[15];

	*i = n - FIRST_NODE;
	return memcmp(prefix->b, a->b, 12) == 0 && n >= FIRST_NODE;
}

static void transmit(struct fleet *f, const struct hp_send *s, const struct rte_ether_addr *to)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->pool);
	struct rte_ether_hdr *eth;
	int len;

	if (!m)
		return;
	eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	len = hp_compose(s, eth + 1, rte_pktmbuf_tailroom(m) - ETHER);
	if (len < 0) {
		rte_pktmbuf_free(m);
		return;
	}
	eth->dst_addr = *to;
	eth->src_addr = f->mac;
	eth->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6);
	m->data_len = (uint16_t)(ETHER + len);
	m->pkt_len = m->data_len;
	for (int tries = 0; rte_eth_tx_burst(f->port, 0, &m, 1) != 1; tries++) {
		if (tries > 10000) {
			rte_pktmbuf_free(m);
			return;
		}
		rte_delay_us_sleep(10);
	}
}

static void solicit_router(struct fleet *f)
{
	struct hp_ip6 group = hp_ip6_solicited_node(&f->router);
	struct hp_mac mac = hp_mac_multicast(&group);
	struct hp_ns ns = {.target = f->router, .has_mac = true};
	struct rte_ether_addr to;
	uint8_t body[64];
	int len;

	memcpy(&ns.mac, &f->mac, sizeof(ns.mac));
	memcpy(&to, &mac, sizeof(to));
	len = hp_ns_write(&ns, body, sizeof(body));
	transmit(
		f,
		&(struct hp_send){
			.src = f->gateway, .dst = group, .hop_limit = 255, .proto = HP_PROTO_ICMPV6, .body = body, .body_len = (size_t)len},
		&to);
}

static void answer_solicitation(struct fleet *f, const struct hp_packet *p, const struct rte_ether_addr *from)
{
	struct hp_na na = {.router = true, .solicited = true, .override_ = true, .has_mac = true};
	uint8_t body[64];
	struct hp_ns ns;
	int len;

	if (hp_ns_read(&ns, p) || !hp_ip6_eq(&ns.target, &f->gateway))
		return;
	na.target = f->gateway;
	memcpy(&na.mac, &f->mac, sizeof(na.mac));
	len = hp_na_write(&na, body, sizeof(body));
	transmit(f,
		 &(struct hp_send){.src = f->gateway,
				   .dst = p->src,
				   .hop_limit = 255,
				   .proto = HP_PROTO_ICMPV6,
				   .body = body,
				   .body_len = (size_t)len},
		 from);
}

static void take_acknowledgement(struct fleet *f, const struct hp_packet *p)
{
	const uint8_t *body = hp_packet_payload(p);
	size_t len = hp_packet_payload_len(p), error_at;
	struct hp_ba ba;
	uint8_t type;
	uint32_t i;

	if (!p->has_rh2 || !number_of(&f->home, &p->rh2_hoa, &i) || i >= f->nodes)
		return;
	if (hp_mh_check(body, len, &p->src, &p->rh2_hoa, &type, &error_at) != HP_MH_OK || type != HP_MH_BA ||
	    hp_ba_read(&ba, body, len) != HP_MH_OK)
		return;
	f->status[ba.status]++;
	if (ba.status >= 128) {
		f->refused++;
		return;
	}
	if (!f->sent_tsc[i])
		return;
	f->latency_us[f->answered++] = (uint32_t)((rte_rdtsc() - f->sent_tsc[i]) * 1000000 / rte_get_tsc_hz());
	f->sent_tsc[i] = 0;
}

/* Takes what has come; returns how many packets. */
static unsigned int receive(struct fleet *f)
{
	struct rte_mbuf *m[BURST];
	uint16_t n = rte_eth_rx_burst(f->port, 0, m, BURST);

	for (uint16_t k = 0; k < n; k++) {
		const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m[k], const struct rte_ether_hdr *);
		struct hp_packet p;
		struct hp_na na;

		if (m[k]->data_len > ETHER && eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6) &&
		    hp_packet_read_node(&p, eth + 1, m[k]->data_len - ETHER) == HP_WALK_OK) {
			if (p.proto == HP_PROTO_MH) {
				take_acknowledgement(f, &p);
			} else if (p.proto == HP_PROTO_ICMPV6 && hp_na_read(&na, &p) == 0 && hp_ip6_eq(&na.target, &f->router)) {
				f->router_mac = eth->src_addr;
				f->have_router = true;
			} else if (p.proto == HP_PROTO_ICMPV6) {
				answer_solicitation(f, &p, &eth->src_addr);
			}
		}
		rte_pktmbuf_free(m[k]);
	}
	return n;
}

static void send_update(struct fleet *f, uint32_t i, uint16_t sequence)
{
	struct hp_bu bu = {.sequence = sequence, .ack = true, .home = true, .lifetime = (uint16_t)(f->lifetime_s / 4)};
	uint8_t body[HP_MH_ROOM];
	int len = hp_bu_write(&bu, body, sizeof(body));
	struct hp_send s = {.src = numbered(&f->care_of, i),
			    .dst = f->agent,
			    .hoa = numbered(&f->home, i),
			    .hop_limit = 64,
			    .proto = HP_PROTO_MH,
			    .body = body,
			    .body_len = (size_t)len};

	f->sent_tsc[i] = rte_rdtsc();
	transmit(f, &s, &f->router_mac);
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* One update a node, repeated with a new sequence number while unanswered. */
static void phase(struct fleet *f, const char *name, uint16_t sequence, bool last)
{
	const uint64_t hz = rte_get_tsc_hz(), start = rte_rdtsc();
	uint64_t end = start;

	f->answered = f->refused = f->repeated = 0;
	memset(f->status, 0, sizeof(f->status));
	for (unsigned int round = 0; round < ROUNDS && f->answered < f->nodes; round++) {
		const uint64_t began = rte_rdtsc();
		uint64_t quiet = 0, sent = 0;

		for (uint32_t i = 0; i < f->nodes; i++) {
			if (round && !f->sent_tsc[i])
				continue;
			f->repeated += round > 0;
			send_update(f, i, (uint16_t)(sequence + round));
			sent++;
			/* Paced: falls asleep when ahead of the rate, takes answers meanwhile. */
			do {
				if (!receive(f) && f->rate && sent * hz / f->rate > rte_rdtsc() - began)
					rte_delay_us_sleep(50);
			} while (f->rate && sent * hz / f->rate > rte_rdtsc() - began);
		}
		for (uint64_t since = rte_rdtsc(); f->answered < f->nodes && quiet < QUIET_MS * hz / 1000; quiet = rte_rdtsc() - since) {
			if (receive(f))
				since = rte_rdtsc();
			else
				rte_delay_us_sleep(50);
		}
	}
	end = rte_rdtsc();
	qsort(f->latency_us, f->answered, sizeof(*f->latency_us), compare_u32);
	printf("  \"%s\": {\"nodes\": %u, \"acknowledged\": %u, \"refused\": %u, \"repeated\": %u, \"seconds\": %.3f, \"median_us\": %u, "
	       "\"p99_us\": %u}%s\n",
	       name, f->nodes, f->answered, f->refused, f->repeated, (double)(end - start) / (double)hz,
	       f->answered ? f->latency_us[f->answered / 2] : 0, f->answered ? f->latency_us[(uint64_t)f->answered * 99 / 100] : 0,
	       last ? "" : ",");
	fflush(stdout);
}

static int start_port(struct fleet *f)
{
	struct rte_eth_conf conf = {0};
	int ret;

	if (rte_eth_dev_count_avail() != 1) {
		fprintf(stderr, "homeport-fleet: found %u ports, want exactly one (--vdev or --allow)\n", rte_eth_dev_count_avail());
		return -ENODEV;
	}
	f->port = (uint16_t)rte_eth_find_next(0);
	f->pool = rte_pktmbuf_pool_create("fleet", 16383, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!f->pool)
		return -ENOMEM;
	ret = rte_eth_dev_configure(f->port, 1, 1, &conf);
	ret = ret ? ret : rte_eth_rx_queue_setup(f->port, 0, 1024, SOCKET_ID_ANY, NULL, f->pool);
	ret = ret ? ret : rte_eth_tx_queue_setup(f->port, 0, 1024, SOCKET_ID_ANY, NULL);
	ret = ret ? ret : rte_eth_dev_start(f->port);
	ret = ret ? ret : rte_eth_macaddr_get(f->port, &f->mac);
	rte_eth_promiscuous_enable(f->port);
	return ret;
}

/* Up to 10 s for carrier and for the appliance to answer. */
static bool find_router(struct fleet *f)
{
	for (int i = 0; i < 100 && !f->have_router; i++) {
		solicit_router(f);
		for (int k = 0; k < 100 && !f->have_router; k++) {
			receive(f);
			rte_delay_us_sleep(1000);
		}
	}
	return f->have_router;
}

static int read_options(struct fleet *f, int argc, char **argv)
{
	static const struct option options[] = {
		{"nodes", required_argument, NULL, 'n'},
		{"home", required_argument, NULL, 'h'},
		{"agent", required_argument, NULL, 'a'},
		{"care-of", required_argument, NULL, 'c'},
		{"router", required_argument, NULL, 'r'},
		{"gateway", required_argument, NULL, 'g'},
		{"lifetime", required_argument, NULL, 'l'},
		{"rate", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	unsigned int addresses = 0;

	f->nodes = 1000;
	f->lifetime_s = 600;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		struct hp_ip6 *a = c == 'h'   ? &f->home
				   : c == 'a' ? &f->agent
				   : c == 'c' ? &f->care_of
				   : c == 'r' ? &f->router
					      : &f->gateway;

		switch (c) {
		case 'n':
			f->nodes = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'l':
			f->lifetime_s = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			f->rate = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case '?':
			return -EINVAL;
		default:
			if (hp_ip6_parse(a, optarg))
				return -EINVAL;
			addresses++;
		}
	}
	return addresses == 5 && f->nodes ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
	struct fleet f = {0};
	int ret = rte_eal_init(argc, argv);

	if (ret < 0)
		return 1;
	if (read_options(&f, argc - ret, argv + ret)) {
		fprintf(stderr,
			"usage: homeport-fleet EAL-OPTIONS -- --nodes N --home PREFIX --agent ADDRESS --care-of PREFIX --router ADDRESS "
			"--gateway ADDRESS [--lifetime SECONDS] [--rate PER-SECOND]\n");
		return 2;
	}
	f.sent_tsc = calloc(f.nodes, sizeof(*f.sent_tsc));
	f.latency_us = calloc(f.nodes, sizeof(*f.latency_us));
	if (!f.sent_tsc || !f.latency_us || start_port(&f)) {
		fprintf(stderr, "homeport-fleet: no memory or port\n");
		return 1;
	}
	if (!find_router(&f)) {
		fprintf(stderr, "homeport-fleet: the router does not answer neighbour solicitations\n");
		return 1;
	}
	printf("{\n");
	phase(&f, "register", 1, false);
	phase(&f, "refresh", 1001, true);
	printf("}\n");
	rte_eth_dev_stop(f.port);
	rte_eth_dev_close(f.port);
	rte_eal_cleanup();
	free(f.sent_tsc);
	free(f.latency_us);
	return 0;
}
