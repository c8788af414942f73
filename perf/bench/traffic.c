/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <string.h>

#include "../../tests/unit/dataplane/peer.h"

#define ETHER    14
#define IP6      40
#define SLOTS    256 /* of kinds and lengths, shuffled once and walked in turn */
#define LONGEST  1400
#define TEMPLATE 128
#define SEALED   1536 /* room for a frame with ESP */

/* Offsets of the low halves of addresses in a frame. */
#define OUTER_SRC (ETHER + 16)
#define OUTER_DST (ETHER + 32)
#define INNER_SRC (ETHER + IP6 + 16)
#define INNER_DST (ETHER + IP6 + 32)

#define OPTIONS 24                          /* octets of the header with the Home Address option, and of a type 2 routing header */
#define HOME    (ETHER + IP6 + OPTIONS - 8) /* the low half of its address, in either */

struct slot {
	uint16_t kind, bytes;
};

struct queue {
	struct rte_mempool *pool;
	struct traffic traffic;
	struct slot slot[SLOTS];
	uint8_t frame[TRAFFIC_KINDS][TEMPLATE] __attribute__((aligned(64)));
	uint64_t random;
	unsigned int at;
	struct traffic_count count __attribute__((aligned(64)));
} __attribute__((aligned(64)));

/* What nodes with associations send, made before it is measured. */
static struct {
	uint16_t len;
	uint8_t frame[SEALED - 2];
} sealed[TRAFFIC_ESP];

static struct queue queues[TRAFFIC_QUEUES];
static void *queue_at[RTE_MAX_QUEUES_PER_PORT];

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t home_low(uint32_t i)
{
	return mix(i + 1ull);
}

static uint64_t care_of_low(uint32_t i)
{
	return mix(i + 0x100000001ull);
}

static struct hp_ip6 address(uint8_t third, uint64_t low)
{
	struct hp_ip6 a = {{0x20, 0x01, 0x0d, 0xb8, 0, third}};

	memcpy(a.b + 8, &low, sizeof(low));
	return a;
}

struct hp_ip6 traffic_home_address(uint32_t i)
{
	return address(2, home_low(i));
}

struct hp_ip6 traffic_care_of_address(uint32_t i)
{
	return address(0xa, care_of_low(i));
}

struct hp_ip6 traffic_optimized_address(uint32_t i)
{
	return address(5, home_low(i));
}

struct hp_ip6 traffic_correspondent(uint32_t i)
{
	return address(0xc, i % TRAFFIC_FLOWS);
}

struct hp_ip6 traffic_agent(void)
{
	return (struct hp_ip6){{0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1}};
}

static inline uint64_t next_random(struct queue *q)
{
	q->random ^= q->random << 13;
	q->random ^= q->random >> 7;
	q->random ^= q->random << 17;
	return q->random;
}

static inline void set16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* What a device does: a frame lies in a buffer. */
static inline void arrive(struct queue *q, struct rte_mbuf *m, uint16_t port)
{
	const struct slot s = q->slot[q->at++ % SLOTS];
	const uint64_t r = next_random(q), flow = r % TRAFFIC_FLOWS;
	const uint32_t node = (uint32_t)((r >> 32) * q->traffic.bindings >> 32);
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint16_t len = s.bytes;
	uint64_t a;

	if (s.kind == TRAFFIC_UNPROTECT) {
		const uint32_t i = (uint32_t)((r >> 32) * TRAFFIC_ESP >> 32);

		memcpy(f, sealed[i].frame, TEMPLATE); /* the rest: copy_payloads */
		m->data_len = sealed[i].len;
		m->pkt_len = m->data_len;
		m->port = port;
		return;
	}
	memcpy(f, q->frame[s.kind], 64);
	if (s.kind == TRAFFIC_OPTIMIZE_OUT) {
		a = node % TRAFFIC_FLOWS;
		memcpy(f + OUTER_SRC, &a, sizeof(a));
		a = home_low(node);
		memcpy(f + OUTER_DST, &a, sizeof(a));
		set16(f + ETHER + 4, len - ETHER - IP6);
	} else if (s.kind == TRAFFIC_OPTIMIZE_IN) {
		memcpy(f + 64, q->frame[s.kind] + 64, 64);
		a = care_of_low(node);
		memcpy(f + OUTER_SRC, &a, sizeof(a));
		a = node % TRAFFIC_FLOWS;
		memcpy(f + OUTER_DST, &a, sizeof(a));
		a = home_low(node);
		memcpy(f + HOME, &a, sizeof(a));
		len += OPTIONS;
		set16(f + ETHER + 4, len - ETHER - IP6);
	} else if (s.kind != TRAFFIC_DETUNNEL && s.kind != TRAFFIC_HAIRPIN) {
		memcpy(f + OUTER_SRC, &flow, sizeof(flow));
		a = s.kind == TRAFFIC_INTERCEPT ? home_low(node)
		    : s.kind == TRAFFIC_PROTECT ? home_low(q->traffic.bindings + (uint32_t)((r >> 32) * TRAFFIC_ESP >> 32))
						: flow;
		memcpy(f + OUTER_DST, &a, sizeof(a));
		set16(f + ETHER + 4, len - ETHER - IP6);
	} else {
		memcpy(f + 64, q->frame[s.kind] + 64, 64);
		a = care_of_low(node);
		memcpy(f + OUTER_SRC, &a, sizeof(a));
		set16(f + ETHER + 4, len - ETHER);
		a = home_low(node);
		memcpy(f + INNER_SRC, &a, sizeof(a));
		a = s.kind == TRAFFIC_HAIRPIN ? home_low((uint32_t)((mix(r) >> 32) * q->traffic.bindings >> 32)) : flow;
		memcpy(f + INNER_DST, &a, sizeof(a));
		set16(f + ETHER + IP6 + 4, len - ETHER - IP6);
		len += IP6;
	}
	m->data_len = len;
	m->pkt_len = len;
	m->port = port;
}

/* Behind the headers of frames with ESP. */
static void copy_payloads(struct queue *q, struct rte_mbuf **m, unsigned int n)
{
	const uint64_t start = rte_rdtsc();

	for (unsigned int i = 0; i < n; i++) {
		uint8_t *f = rte_pktmbuf_mtod(m[i], uint8_t *);
		const uint32_t node = (uint32_t)(f[ETHER + IP6 + 2] << 8 | f[ETHER + IP6 + 3]);

		memcpy(f + TEMPLATE, sealed[node].frame + TEMPLATE, m[i]->data_len - TEMPLATE);
	}
	q->count.copying += rte_rdtsc() - start;
}

static uint16_t receive(void *queue, struct rte_mbuf **m, uint16_t most)
{
	struct queue *q = queue;
	unsigned int n = most < q->traffic.burst ? most : q->traffic.burst;

	if (rte_pktmbuf_alloc_bulk(q->pool, m, n))
		return 0;
	for (unsigned int i = 0; i < n; i++)
		arrive(q, m[i], 0);
	if (q->traffic.share[TRAFFIC_UNPROTECT])
		copy_payloads(q, m, n);
	q->count.received += n;
	return (uint16_t)n;
}

/* By index of the node whose home address's low half this is: only for checks, so slow is fine. */
static uint64_t unmix(uint64_t x)
{
	x ^= x >> 31 ^ x >> 62;
	x *= 0x319642b2d24d8ec3u;
	x ^= x >> 27 ^ x >> 54;
	x *= 0x96de1b173f119089u;
	return x ^ x >> 30 ^ x >> 60;
}

struct hp_association_spec traffic_association(uint32_t bindings, uint32_t i, bool out)
{
	struct hp_association_spec s = peer_spec((out ? 0x20000 : 0x10000) + i, out, HP_ASSOCIATION_AES_GCM_16, 16);

	s.hoa = traffic_home_address(bindings + i);
	s.replay_window = 0;
	return s;
}

/* An outer packet to a node with associations, opened by OpenSSL. */
static bool right_esp(const struct queue *q, const uint8_t *p, unsigned int len)
{
	const uint32_t i = (uint32_t)(p[IP6 + 2] << 8 | p[IP6 + 3]);
	struct hp_association_spec s;
	struct hp_ip6 agent = traffic_agent(), coa, hoa;
	uint8_t inner[SEALED];

	if (i >= TRAFFIC_ESP)
		return false;
	s = traffic_association(q->traffic.bindings, i, true);
	coa = traffic_care_of_address(q->traffic.bindings + i);
	hoa = traffic_home_address(q->traffic.bindings + i);
	return memcmp(p + 8, &agent, 16) == 0 && memcmp(p + 24, &coa, 16) == 0 &&
	       peer_open(&s, (uint32_t)p[IP6 + 4] << 24 | (uint32_t)p[IP6 + 5] << 16 | (uint32_t)p[IP6 + 6] << 8 | p[IP6 + 7], p + IP6,
			 len - IP6, inner) == q->traffic.frame_bytes - ETHER &&
	       inner[7] == 63 && memcmp(inner + 24, &hoa, 16) == 0;
}

static bool right_routed(const struct queue *q, const uint8_t *f)
{
	struct hp_ip6 hoa, coa, correspondent;
	uint64_t low, node;

	memcpy(&low, f + HOME, sizeof(low));
	node = unmix(low) - 1;
	hoa = traffic_optimized_address((uint32_t)node);
	coa = traffic_care_of_address((uint32_t)node);
	correspondent = traffic_correspondent((uint32_t)node);
	return node < q->traffic.bindings && f[ETHER + 7] == 63 && memcmp(f + ETHER + IP6, (uint8_t[]){17, 2, 2, 1, 0, 0, 0, 0}, 8) == 0 &&
	       memcmp(f + HOME - 8, &hoa, 16) == 0 && memcmp(f + ETHER + 24, &coa, 16) == 0 &&
	       memcmp(f + ETHER + 8, &correspondent, 16) == 0;
}

static bool right_home(const struct queue *q, const uint8_t *f)
{
	struct hp_ip6 hoa, correspondent;
	uint64_t low, node;

	memcpy(&low, f + OUTER_SRC, sizeof(low));
	node = unmix(low) - 1;
	hoa = traffic_optimized_address((uint32_t)node);
	correspondent = traffic_correspondent((uint32_t)node);
	return node < q->traffic.bindings && f[ETHER + 6] == 17 && f[ETHER + 7] == 63 && memcmp(f + ETHER + 8, &hoa, 16) == 0 &&
	       memcmp(f + ETHER + 24, &correspondent, 16) == 0;
}

static bool right(const struct queue *q, const struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const unsigned int payload = (unsigned int)(f[ETHER + 4] << 8 | f[ETHER + 5]);
	struct hp_ip6 agent = traffic_agent(), coa, moved;
	uint64_t low, node;

	if (m->data_len != ETHER + IP6 + payload || f[12] != 0x86 || f[13] != 0xdd || f[0] != 2)
		return false;
	if (f[ETHER + 6] == 50)
		return right_esp(q, f + ETHER, (unsigned int)m->data_len - ETHER);
	if (f[ETHER + 6] == 43)
		return right_routed(q, f);
	if (q->traffic.share[TRAFFIC_OPTIMIZE_IN]) /* from the home address */
		return right_home(q, f);
	if (f[ETHER + 6] != 41) /* out of a tunnel, or forwarded: one hop less */
		return f[ETHER + 7] == 63 && f[ETHER + 24 + 5] == 0xc;
	memcpy(&low, f + INNER_DST, sizeof(low));
	node = unmix(low) - 1;
	coa = traffic_care_of_address((uint32_t)node);
	moved = traffic_care_of_address((uint32_t)node + TRAFFIC_AWAY);
	return node < q->traffic.bindings && (memcmp(f + ETHER + 24, &coa, 16) == 0 || memcmp(f + ETHER + 24, &moved, 16) == 0) &&
	       memcmp(f + ETHER + 8, &agent, 16) == 0 && f[ETHER + IP6 + 7] == 63;
}

static uint16_t transmit(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct queue *q = queue;

	if (q->traffic.check)
		for (unsigned int i = 0; i < n; i++)
			q->count.wrong += !right(q, m[i]);
	rte_pktmbuf_free_bulk(m, n);
	q->count.sent += n;
	return n;
}

static void header(uint8_t *at, const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t next)
{
	at[0] = 0x60;
	at[6] = next;
	at[7] = 64;
	memcpy(at + 8, src, sizeof(*src));
	memcpy(at + 24, dst, sizeof(*dst));
}

void traffic_attach(uint16_t port, unsigned int n, struct rte_mempool *pool, const struct hp_mac *station)
{
	const struct hp_ip6 correspondent = address(0xc, 0), agent = traffic_agent();
	const struct hp_ip6 home = traffic_home_address(0), coa = traffic_care_of_address(0), optimized = traffic_optimized_address(0);

	for (unsigned int i = 0; i < n; i++) {
		struct queue *q = &queues[i];

		memset(q, 0, sizeof(*q));
		q->pool = pool;
		q->random = mix(i + 77);
		queue_at[i] = q;
		for (int k = 0; k < TRAFFIC_KINDS; k++) {
			uint8_t *f = q->frame[k];

			memcpy(f, station, 6);
			memcpy(f + 6, (uint8_t[]){2, 0, 0, 0, 0, 9, 0x86, 0xdd}, 8);
			if (k == TRAFFIC_OPTIMIZE_OUT) {
				header(f + ETHER, &correspondent, &optimized, 17);
			} else if (k == TRAFFIC_OPTIMIZE_IN) {
				header(f + ETHER, &coa, &correspondent, 60);
				memcpy(f + ETHER + IP6, (uint8_t[]){17, 2, 1, 2, 0, 0, 0xc9, 16}, 8);
				memcpy(f + HOME - 8, &optimized, sizeof(optimized));
			} else if (k != TRAFFIC_DETUNNEL && k != TRAFFIC_HAIRPIN) {
				header(f + ETHER, &correspondent, k == TRAFFIC_FORWARD ? &correspondent : &home, 17);
			} else {
				header(f + ETHER, &coa, &agent, 41);
				header(f + ETHER + IP6, &home, k == TRAFFIC_HAIRPIN ? &home : &correspondent, 17);
			}
		}
	}
	rte_eth_fp_ops[port].rx_pkt_burst = receive;
	rte_eth_fp_ops[port].tx_pkt_burst = transmit;
	rte_eth_fp_ops[port].rxq.data = queue_at;
	rte_eth_fp_ops[port].txq.data = queue_at;
}

static void seal(const struct traffic *t)
{
	const struct hp_ip6 correspondent = address(0xc, 0), agent = traffic_agent();

	for (uint32_t i = 0; i < TRAFFIC_ESP; i++) {
		const struct hp_association_spec s = traffic_association(t->bindings, i, false);
		const struct hp_ip6 home = traffic_home_address(t->bindings + i), coa = traffic_care_of_address(t->bindings + i);
		uint8_t inner[LONGEST] = {0}, *f = sealed[i].frame;
		size_t len = t->frame_bytes - ETHER;

		memcpy(f, queues[0].frame[TRAFFIC_DETUNNEL], ETHER);
		header(inner, &home, &correspondent, 17);
		set16(inner + 4, (unsigned int)len - IP6);
		memset(f + ETHER, 0, IP6);
		header(f + ETHER, &coa, &agent, 50);
		len = peer_seal(&s, 1, inner, len, NULL, f + ETHER + IP6);
		set16(f + ETHER + 4, (unsigned int)len);
		sealed[i].len = (uint16_t)(ETHER + IP6 + len);
	}
}

static void shuffle(struct queue *q)
{
	for (unsigned int i = SLOTS - 1; i > 0; i--) {
		unsigned int j = (unsigned int)(next_random(q) % (i + 1));
		struct slot s = q->slot[i];

		q->slot[i] = q->slot[j];
		q->slot[j] = s;
	}
}

void traffic_set(const struct traffic *t)
{
	static const uint16_t imix[12] = {64, 64, 64, 64, 64, 64, 64, 576, 576, 576, 576, LONGEST};
	unsigned int all = 0;

	for (int k = 0; k < TRAFFIC_KINDS; k++)
		all += t->share[k];
	if (t->share[TRAFFIC_UNPROTECT])
		seal(t);
	for (unsigned int i = 0; i < TRAFFIC_QUEUES; i++) {
		struct queue *q = &queues[i];
		unsigned int at = 0, upto = 0;

		q->traffic = *t;
		q->random |= 1;
		for (int k = 0; k < TRAFFIC_KINDS; k++)
			for (upto += t->share[k]; at < upto * SLOTS / all; at++)
				q->slot[at] = (struct slot){(uint16_t)k, t->frame_bytes ? t->frame_bytes : imix[at % 12]};
		shuffle(q);
		q->count = (struct traffic_count){0};
	}
}

struct traffic_count traffic_count(unsigned int queue)
{
	return *(volatile struct traffic_count *)&queues[queue].count;
}
