/* SPDX-License-Identifier: BSD-3-Clause */
#include "box.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "dataplane/state.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/nd.h"

#define DEVICE "net_null_box"
#define SETTLE 64 /* turns that an appliance gets to learn its neighbours */

static const struct rte_ether_addr gateway_mac = {{2, 0, 0, 0, 0, 0xfe}};

uint64_t box_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

struct hp_ip6 box_address(uint16_t net, uint16_t subnet, uint64_t id)
{
	struct hp_ip6 a = {{0x20, 0x01, 0x0d, 0xb8, (uint8_t)(net >> 8), (uint8_t)net, (uint8_t)(subnet >> 8), (uint8_t)subnet}};

	memcpy(a.b + 8, &id, sizeof(id));
	return a;
}

struct rte_mbuf *box_frame(struct box *b, const struct hp_send *s)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(b->worker->shared->pool);
	struct rte_ether_hdr *eth = m ? (struct rte_ether_hdr *)rte_pktmbuf_append(m, sizeof(*eth)) : NULL;
	size_t len = hp_compose_overhead(s) + s->body_len;
	void *packet = eth ? rte_pktmbuf_append(m, (uint16_t)len) : NULL;

	if (!packet || hp_compose(s, packet, len) < 0) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	*eth = (struct rte_ether_hdr){
		.dst_addr = b->port_mac, .src_addr = gateway_mac, .ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6)};
	return m;
}

void box_receive(struct box *b, struct rte_mbuf **m, unsigned int n)
{
	b->worker->now += rte_get_tsc_hz();
	hp_pipeline_run(b->worker, 0, m, n);
}

static void solicited(struct box *b, const struct hp_packet *p)
{
	struct hp_na na = {.router = true, .solicited = true, .override_ = true, .has_mac = true};
	uint8_t body[64];
	struct rte_mbuf *m;
	struct hp_ns ns;

	if (hp_ns_read(&ns, p))
		return;
	na.target = ns.target;
	memcpy(&na.mac, &gateway_mac, sizeof(na.mac));
	m = box_frame(b, &(struct hp_send){.src = ns.target,
					   .dst = p->src,
					   .hop_limit = 255,
					   .proto = HP_PROTO_ICMPV6,
					   .body = body,
					   .body_len = (size_t)hp_na_write(&na, body, sizeof(body))});
	if (m)
		box_receive(b, &m, 1);
}

void box_drain(struct box *b, box_take_fn *take, void *ctx)
{
	struct rte_mbuf *m[HP_BURST];
	unsigned int n;

	while ((n = rte_ring_sc_dequeue_burst(b->worker->inject, (void **)m, HP_BURST, NULL)))
		for (unsigned int i = 0; i < n; i++) {
			const uint8_t *packet = rte_pktmbuf_mtod_offset(m[i], const uint8_t *, sizeof(struct rte_ether_hdr));
			struct hp_packet p;

			if (hp_packet_read_node(&p, packet, m[i]->data_len - sizeof(struct rte_ether_hdr)) != HP_WALK_OK)
				b->wrong++;
			else if (p.proto == HP_PROTO_IPV6)
				; /* a listener query in its tunnel: part of what registrations cost, and no answer */
			else if (p.proto == HP_PROTO_ICMPV6)
				solicited(b, &p);
			else if (take && take(ctx, &p))
				b->answered++;
			else
				b->wrong++;
			rte_pktmbuf_free(m[i]);
		}
	rte_rcu_qsbr_quiescent(b->worker->shared->qsbr, b->worker->index);
}

uint64_t box_turns(struct box *b)
{
	const uint64_t start = rte_rdtsc();

	while (hp_loop_turn(&b->app))
		;
	return rte_rdtsc() - start;
}

static void settle(struct box *b)
{
	for (unsigned int i = 0; i < SETTLE; i++) {
		rte_delay_us_sleep(1000);
		box_turns(b);
		box_drain(b, NULL, NULL);
	}
}

static void solicit(struct box *b, unsigned int gateway)
{
	const struct hp_ip6 us = {{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [15] = 1}};
	struct hp_ns ns = {.target = us, .has_mac = true};
	uint8_t body[64];
	struct rte_mbuf *m;

	memcpy(&ns.mac, &gateway_mac, sizeof(ns.mac));
	m = box_frame(b, &(struct hp_send){.src = {{0x20, 0x01, 0x0d, 0xb8, 0, 0xf, [14] = 1, [15] = (uint8_t)gateway}},
					   .dst = us,
					   .hop_limit = 255,
					   .proto = HP_PROTO_ICMPV6,
					   .body = body,
					   .body_len = (size_t)hp_ns_write(&ns, body, sizeof(body))});
	if (m)
		box_receive(b, &m, 1);
}

/* `sections`: what is not alike in all boxes, with a comma at its end. */
static int conf(struct hp_conf **out, const char *sections)
{
	const struct hp_conf_machine machine = hp_machine();
	char text[4096], *at = text, *const end = text + sizeof(text);
	struct hp_error e = {0};
	int ret;

	at += snprintf(
		at, (size_t)(end - at),
		"{\"name\": \"bench\", \"ports\": [{\"name\": \"p0\", \"device\": \"" DEVICE "\"}],"
		"\"runtime\": {\"management_core\": 0, \"worker_cores\": [1]},"
		"\"links\": [{\"name\": \"core\", \"port\": \"p0\", \"dad_transmits\": 0, \"addresses\": [\"2001:db8:f::1/64\"]},"
		"{\"name\": \"virtual\", \"port\": null, \"addresses\": [\"2001:db8:2::1/64\"]}], %s"
		"\"api\": {\"unix\": \"/tmp/homeport-bench-%d.sock\"}, \"store\": {\"backend\": null}, \"log\": {\"level\": \"error\"}, \"routes\": [",
		sections, getpid());
	for (unsigned int i = 0; i < BOX_GATEWAYS; i++)
		at += snprintf(at, (size_t)(end - at),
			       "%s{\"prefix\": \"2001:db8:a:%x::/64\", \"via\": \"2001:db8:f::1%02x\", \"link\": \"core\"}", i ? "," : "",
			       i, i);
	at += snprintf(at, (size_t)(end - at), "]}");
	ret = hp_conf_parse(out, "bench", text, (size_t)(at - text), &machine, &e);
	if (ret)
		fprintf(stderr, "%s: %s\n", e.path, e.text);
	return ret;
}

void box_destroy(struct box *b)
{
	if (b->worker) {
		rte_rcu_qsbr_thread_offline(b->worker->shared->qsbr, 0);
		rte_rcu_qsbr_thread_unregister(b->worker->shared->qsbr, 0);
	}
	hp_appliance_destroy(&b->app);
	rte_eal_hotplug_remove("vdev", DEVICE);
	hp_plan_destroy(b->plan);
	hp_conf_destroy(b->app.conf);
}

int box_create(struct box *b, const char *sections)
{
	struct hp_error e = {0};
	struct timespec t;
	int ret;

	*b = (struct box){.app = {.epoll_fd = -1, .signal_fd = -1}};
	clock_gettime(CLOCK_MONOTONIC, &t);
	b->app.start_ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	hp_log_init(HP_LOG_ERROR, false);
	ret = conf(&b->app.conf, sections);
	ret = ret ? ret : hp_plan_create(&b->plan, b->app.conf);
	ret = ret ? ret : rte_eal_hotplug_add("vdev", DEVICE, "");
	ret = ret ? ret : hp_appliance_create(&b->app, b->plan, &e);
	if (ret) {
		fprintf(stderr, "%s: %s\n", e.path, e.text);
		box_destroy(b);
		return ret;
	}
	b->worker = b->app.dp->worker[0];
	memcpy(&b->port_mac, &b->worker->shared->port[0].mac, sizeof(b->port_mac));
	rte_rcu_qsbr_thread_register(b->worker->shared->qsbr, 0);
	rte_rcu_qsbr_thread_online(b->worker->shared->qsbr, 0);
	/* The link comes up with the housekeeping; then every gateway makes itself known. */
	settle(b);
	for (unsigned int i = 0; i < BOX_GATEWAYS; i++)
		solicit(b, i);
	settle(b);
	b->wrong = 0; /* our own first words on the link */
	return 0;
}
