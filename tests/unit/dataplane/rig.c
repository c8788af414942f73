/* SPDX-License-Identifier: BSD-3-Clause */
#include "rig.h"

#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <stdio.h>

#include "run.h"

#define RING     4096
#define ETHER    14
#define HEADER   40
#define UDP      8
#define PADDED   (UDP + 8 + 8) /* with a mark; a multiple of 8 for fragments */
#define TUNNEL   41
#define FRAGMENT 44

enum { CORE, HOME };

static struct hp_ip6 address(uint8_t net, uint16_t host)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, net, [13] = net == 2, [14] = (uint8_t)(host >> 8), [15] = (uint8_t)host}};
}

const struct hp_ip6 rig_agent = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
static const struct hp_ip6 gateway = {{0x20, 1, 0xd, 0xb8, 0, 0xf, [15] = 0xfe}};

static struct rig_conf made;

struct hp_ip6 rig_home(unsigned int k)
{
	return address(2, (uint16_t)k);
}

struct hp_ip6 rig_care_of(unsigned int k)
{
	return address(0xa, made.one_care_of ? 1 : (uint16_t)(k + 1));
}

struct hp_ip6 rig_far(unsigned int k)
{
	return address(0xc, (uint16_t)k);
}

void rig_bind(struct rig *r, unsigned int k, uint16_t mtu, uint32_t association, uint32_t home_test_association)
{
	const struct hp_bind b = {.hoa = rig_home(k),
				  .coa = rig_care_of(k),
				  .ha = rig_agent,
				  .id = k,
				  .home_link = HOME,
				  .out_link = CORE,
				  .next_hop = gateway,
				  .mtu = mtu,
				  .association = association,
				  .home_test_association = home_test_association};

	CU_ASSERT_EQUAL_FATAL(hp_dataplane_bind(r->dp, &b), 0);
}

static void publish(struct rig *r, const struct rig_conf *conf)
{
	const struct hp_dp_route route = {HP_IP6_ANY, 0, CORE, gateway};
	const struct hp_mac mac = {{2, 0, 0, 0, 0, 0xfe}};

	made = *conf;
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_neighbor(r->dp, CORE, &gateway, &mac, true), 0);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_address(r->dp, HOME, &rig_agent, true), 0);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_routes(r->dp, &route, 1), 0);
	for (unsigned int k = 0; k < RIG_BOUND; k++)
		rig_bind(r, k, 1460, 0, 0);
}

void rig_create(struct rig *r, const struct rig_conf *conf)
{
	static unsigned int made_before;
	static const unsigned int lcore[RIG_WORKERS] = {1, 2, 3};
	const struct hp_dp_link link[] = {
		[CORE] = {.name = "core", .port = 0, .mtu = 1500}, [HOME] = {.name = "home", .port = -1, .mtu = 1500, .home = true}};
	char name[32], device[48];
	struct hp_dp_port port = {.name = "p0", .device = device, .rx_queues = (uint16_t)conf->queues, .mtu = 1500};
	const struct hp_dp_conf dp = {.ports = 1,
				      .links = 2,
				      .workers = conf->workers,
				      .port = &port,
				      .link = link,
				      .worker_lcore = lcore,
				      .sleep = true,
				      .spread = conf->spread,
				      .max_bindings = RIG_BOUND,
				      .max_associations = conf->associations,
				      .portable_crypto = conf->portable_crypto,
				      .max_optimized = conf->optimized,
				      .max_paths = 16};
	struct hp_error e = {0};

	*r = (struct rig){.workers = conf->workers, .queues = conf->queues};
	for (unsigned int i = 0; i < RIG_WORKERS; i++) {
		snprintf(name, sizeof(name), "rx%u_%u", made_before, i);
		r->rx[i] = rte_ring_create(name, RING, SOCKET_ID_ANY, 0);
		snprintf(name, sizeof(name), "tx%u_%u", made_before, i);
		r->tx[i] = rte_ring_create(name, RING, SOCKET_ID_ANY, 0);
		CU_ASSERT_FATAL(r->rx[i] && r->tx[i]);
	}
	snprintf(name, sizeof(name), "rig%u", made_before++);
	snprintf(device, sizeof(device), "net_ring_%s", name);
	CU_ASSERT_FATAL(rte_eth_from_rings(name, r->rx, conf->queues, r->tx, conf->workers, 0) >= 0);
	if (hp_dataplane_create(&r->dp, &dp, &e))
		fprintf(stderr, "%s: %s\n", e.path, e.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->dp);
	publish(r, conf);
	r->buffers = rte_mempool_avail_count(r->dp->shared.pool);
}

void rig_destroy(struct rig *r)
{
	CU_ASSERT_EQUAL(rte_mempool_avail_count(r->dp->shared.pool), r->buffers);
	hp_dataplane_destroy(r->dp);
	for (unsigned int i = 0; i < RIG_WORKERS; i++) {
		rte_ring_free(r->rx[i]);
		rte_ring_free(r->tx[i]);
	}
}

uint8_t *rig_ip6(uint8_t *p, uint16_t payload, uint8_t next, struct hp_ip6 src, struct hp_ip6 dst)
{
	memset(p, 0, HEADER);
	p[0] = 0x60;
	p[4] = (uint8_t)(payload >> 8);
	p[5] = (uint8_t)payload;
	p[6] = next;
	p[7] = 64;
	memcpy(p + 8, &src, sizeof(src));
	memcpy(p + 24, &dst, sizeof(dst));
	return p + HEADER;
}

struct rte_mbuf *rig_frame(struct rig *r, const uint8_t *packet, unsigned int len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(r->dp->shared.pool);
	uint8_t *f;

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	f = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(ETHER + len));
	memcpy(f, &r->dp->shared.port[0].mac, 6);
	memcpy(f + 6, "\2\0\0\0\0\xfe\x86\xdd", 8);
	memcpy(f + ETHER, packet, len);
	return m;
}

unsigned int rig_frames(struct rig *r, enum rig_way way, const struct rig_mark *mark, struct rte_mbuf *m[2])
{
	const uint16_t k = (uint16_t)(mark->flow % RIG_BOUND);
	const struct hp_ip6 home = rig_home(k), far = rig_far(mark->flow), coa = rig_care_of(k);
	uint8_t packet[256] = {0}, *at = packet, *inner;

	if (way == RIG_DETUNNEL || way == RIG_DETUNNEL_FRAGMENTS)
		at = rig_ip6(at, HEADER + PADDED, TUNNEL, coa, rig_agent);
	inner = at;
	at = rig_ip6(at, PADDED, 17, way == RIG_INTERCEPT || way == RIG_FORWARD ? far : home,
		     way == RIG_INTERCEPT ? home
		     : way == RIG_FORWARD ? address(0xd, (uint16_t)mark->flow)
					  : far);
	memset(at, 0, PADDED);
	memcpy(at + UDP, mark, sizeof(*mark));
	at += PADDED;
	if (way != RIG_DETUNNEL_FRAGMENTS) {
		m[0] = rig_frame(r, packet, (unsigned int)(at - packet));
		return 1;
	}
	/* Inner header and rest, a fragment each. */
	for (unsigned int i = 0; i < 2; i++) {
		const unsigned int from = i ? HEADER : 0, len = i ? PADDED : HEADER;
		uint8_t piece[256], *p = rig_ip6(piece, (uint16_t)(8 + len), FRAGMENT, coa, rig_agent);
		const uint32_t id = mark->flow << 16 | mark->number;

		memcpy(p, (uint8_t[]){TUNNEL, 0, (uint8_t)(from >> 8), (uint8_t)(from | !i)}, 4);
		memcpy(p + 4, &id, sizeof(id));
		memcpy(p + 8, inner + from, len);
		m[i] = rig_frame(r, piece, HEADER + 8 + len);
	}
	return 2;
}

struct rig_mark rig_read(const struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *) + ETHER;
	struct rig_mark mark;

	CU_ASSERT(m->nb_segs == 1 && m->pkt_len == m->data_len);
	p += p[6] == TUNNEL ? 2 * HEADER : HEADER;
	memcpy(&mark, p + UDP, sizeof(mark));
	return mark;
}

uint64_t rig_count(const struct rig *r, enum hp_dp_counter c)
{
	uint64_t count[HP_DP_COUNT];

	hp_dataplane_count(r->dp, -1, count);
	return count[c];
}
