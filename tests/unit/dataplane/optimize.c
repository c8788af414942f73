/* SPDX-License-Identifier: BSD-3-Clause */
/* Route optimization for hosts behind us: every order of extension headers against a naive model, sizes, what is none of ours, what is used, and
 * all of it while the bindings change under the workers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "chain.h"
#include "dataplane/optimize.h"
#include "eal.h"
#include "rig.h"
#include "run.h"

#define ETHER 14
#define ENTRY 5 /* id of the binding that most tests use */

static const struct hp_ip6 host = {{0x20, 1, 0xd, 0xb8, 0, 0xc, [15] = 1}}, hoa = {{0x20, 1, 0xd, 0xb8, 0, 0x21, [15] = 1}},
			   coa = {{0x20, 1, 0xd, 0xb8, 0, 0x22, [15] = 1}}, elsewhere = {{0x20, 1, 0xd, 0xb8, 0, 0x22, [15] = 2}},
			   gateway = {{0x20, 1, 0xd, 0xb8, 0, 0xf, [15] = 0xfe}};
static const struct hp_prefix hosts = {{{0x20, 1, 0xd, 0xb8, 0, 0xc}}, 48};

static struct hp_optimize binding(const struct hp_ip6 *home, const struct hp_ip6 *correspondent, const struct hp_ip6 *care_of, uint32_t id,
				  uint16_t mtu)
{
	return (struct hp_optimize){
		.hoa = *home, .correspondent = *correspondent, .coa = *care_of, .id = id, .out_link = 0, .next_hop = gateway, .mtu = mtu};
}

static void optimize(struct rig *r, uint16_t mtu)
{
	const struct hp_optimize o = binding(&hoa, &host, &coa, ENTRY, mtu);

	CU_ASSERT_EQUAL_FATAL(hp_dataplane_optimize(r->dp, &o), 0);
}

static void create(struct rig *r, unsigned int workers)
{
	rig_create(r, &(struct rig_conf){.workers = workers, .queues = workers, .optimized = 4096});
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_protect(r->dp, &hosts, 1, NULL, 0), 0);
	optimize(r, 1500);
}

/* What became of the packets of one burst: by their number. */
struct seen {
	struct {
		enum { LOST, SENT, PUNTED } kind;
		struct hp_punt punt;
		unsigned int len;
		uint8_t octets[2048];
	} packet[HP_BURST];
	struct rig *r;
	uint64_t count[HP_DP_COUNT];
};

static void see(struct seen *s, const uint8_t *p, unsigned int len, int kind, const struct hp_punt *punt)
{
	const uint8_t *h = p[6] == 41 ? p + 40 : p; /* intercepted: what is in the tunnel */
	const uint32_t number = ((uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3]) & 0xfffff;

	CU_ASSERT_FATAL(number < HP_BURST && len <= sizeof(s->packet[0].octets));
	CU_ASSERT_EQUAL(s->packet[number].kind, LOST);
	s->packet[number].kind = kind;
	s->packet[number].len = len;
	memcpy(s->packet[number].octets, p, len);
	if (punt)
		s->packet[number].punt = *punt;
}

static void punted(void *ctx, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n)
{
	struct seen *s = ctx;

	for (unsigned int i = 0; i < n; i++) {
		see(s, rte_pktmbuf_mtod(m[i], const uint8_t *), m[i]->data_len, PUNTED, &punt[i]);
		hp_dataplane_free(s->r->dp, m[i]);
	}
}

/* Frames through the pipeline; s->count is what each counter grew by. */
static void run(struct rig *r, struct rte_mbuf **m, unsigned int n, struct seen *s)
{
	struct hp_worker *w = r->dp->worker[0];
	uint64_t before[HP_DP_COUNT];
	void *out;

	for (unsigned int i = 0; i < HP_BURST; i++)
		s->packet[i].kind = LOST;
	s->r = r;
	hp_dataplane_count(r->dp, -1, before);
	w->now += rte_get_tsc_hz(); /* no policer is any the worse for the burst before */
	hp_pipeline_run(w, 0, m, n);
	hp_stage_transmit(w);
	CU_ASSERT_FATAL(!w->optimize->in.n && !w->optimize->out.n && !w->lookup.n && !w->forward.n && !w->output.n);
	while (rte_ring_dequeue(r->tx[0], &out) == 0) {
		struct rte_mbuf *f = out;

		CU_ASSERT(f->nb_segs == 1 && f->pkt_len == f->data_len);
		see(s, rte_pktmbuf_mtod_offset(f, const uint8_t *, ETHER), f->data_len - ETHER, SENT, NULL);
		rte_pktmbuf_free(f);
	}
	hp_dataplane_poll(r->dp, UINT32_MAX, punted, s);
	hp_dataplane_count(r->dp, -1, s->count);
	for (int c = 0; c < HP_DP_COUNT; c++)
		s->count[c] -= before[c];
}

static void tell(const struct chain *c, const char *what)
{
	char text[200] = "";
	size_t at = 0;

	for (unsigned int i = 0; i < c->n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %u", c->part[i]);
	HP_CHECK(text, what, false);
}

/* A burst of packets, each held against its fate. */
struct trial {
	struct rig rig;
	bool outwards, bound;
	unsigned int n, burst, bursts;
	struct chain chain[HP_BURST];
	struct seen seen;
};

static void judge(struct trial *t)
{
	static const unsigned int sizes[] = {1, 31, 32, 33, 63, 64};
	struct rte_mbuf *m[HP_BURST];
	uint64_t want[HP_DP_COUNT] = {0};
	uint8_t octets[CHAIN_ROOM];

	for (unsigned int i = 0; i < t->n; i++) {
		t->chain[i].number = i;
		m[i] = rig_frame(&t->rig, octets, chain_write(&t->chain[i], octets));
	}
	run(&t->rig, m, t->n, &t->seen);
	for (unsigned int i = 0; i < t->n; i++) {
		struct chain_fate fate;
		unsigned int len;

		if (t->outwards)
			chain_outwards(&fate, &t->chain[i], &coa);
		else
			chain_inwards(&fate, &t->chain[i], t->bound);
		if (fate.counter != HP_DP_COUNT)
			want[fate.counter]++;
		if ((int)t->seen.packet[i].kind != (fate.kind == CHAIN_FORWARDED ? SENT : fate.kind == CHAIN_PUNTED ? PUNTED : LOST)) {
			tell(&t->chain[i], "went another way");
			continue;
		}
		if (fate.kind == CHAIN_DROPPED)
			continue;
		len = chain_write(&fate.out, octets);
		if (t->seen.packet[i].len != len || memcmp(t->seen.packet[i].octets, octets, len) != 0)
			tell(&t->chain[i], "other octets");
		if (fate.kind == CHAIN_PUNTED && t->seen.packet[i].punt.class_ != fate.class_)
			tell(&t->chain[i], "another class");
	}
	for (int c = HP_DP_OPTIMIZED_OUT; c <= HP_DP_HOME_PATH_NO_ROUTE; c++)
		HP_CHECK(hp_dp_counters[c].name, "count", t->seen.count[c] == want[c]);
	for (int c = HP_DP_DROP_HAO_MISPLACED; c <= HP_DP_DROP_HAO_AH; c++)
		HP_CHECK(hp_dp_counters[c].name, "count", t->seen.count[c] == want[c]);
	t->n = 0;
	t->burst = sizes[++t->bursts % HP_LEN(sizes)];
}

static void try_one(struct trial *t, const enum chain_part *part, unsigned int n)
{
	struct chain *c = &t->chain[t->n++];

	*c = (struct chain){
		.src = t->outwards ? host : coa, .dst = t->outwards ? hoa : host, .hoa = hoa, .host = host, .hop_limit = 64, .n = n};
	memcpy(c->part, part, n * sizeof(*part));
	if (t->n == t->burst)
		judge(t);
}

/* All orders of up to `most` extension headers behind the ones that stand already, before every upper layer. Hop-by-hop options can only
 * be first. */
static void orders(struct trial *t, enum chain_part *part, unsigned int n, unsigned int most)
{
	for (enum chain_part upper = CHAIN_EXTENSIONS; upper < CHAIN_PARTS; upper++) {
		part[n] = upper;
		try_one(t, part, n + 1);
	}
	for (enum chain_part e = n ? CHAIN_DST : CHAIN_HBH; e < CHAIN_EXTENSIONS && most; e++) {
		part[n] = e;
		orders(t, part, n + 1, most - 1);
	}
}

static void try_all(bool outwards, bool bound, const struct hp_ip6 *care_of)
{
	struct trial *t = calloc(1, sizeof(*t));
	enum chain_part part[CHAIN_MOST];
	struct hp_optimize o = binding(&hoa, &host, care_of, ENTRY, 1500);
	struct hp_random random;

	t->outwards = outwards;
	t->bound = bound;
	t->burst = 1;
	hp_random_seed(&random, hp_test_seed());
	create(&t->rig, 1);
	CU_ASSERT_EQUAL(hp_dataplane_optimize(t->rig.dp, &o), 0);
	orders(t, part, 0, 3);
	for (int i = 0; i < 20000; i++) {
		const unsigned int n = hp_random_between(&random, 4, CHAIN_MOST - 2);

		for (unsigned int k = 0; k < n; k++)
			part[k] = (enum chain_part)hp_random_between(&random, k ? CHAIN_DST : CHAIN_HBH, CHAIN_EXTENSIONS - 1);
		part[n] = (enum chain_part)hp_random_between(&random, CHAIN_EXTENSIONS, CHAIN_PARTS - 1);
		try_one(t, part, n + 1);
	}
	if (t->n)
		judge(t);
	rig_destroy(&t->rig);
	free(t);
}

static void test_outwards(void)
{
	try_all(true, true, &coa);
}

static void test_inwards(void)
{
	try_all(false, true, &coa);
}

/* The node is elsewhere: its option says nothing. */
static void test_inwards_unbound(void)
{
	try_all(false, false, &elsewhere);
}

/* One UDP packet of so many octets; its fate. */
static void sized(struct rig *r, unsigned int len, struct seen *s)
{
	uint8_t packet[2048] = {0};
	struct rte_mbuf *m;

	rig_ip6(packet, (uint16_t)(len - 40), 17, host, hoa);
	for (unsigned int i = 40; i < len; i++)
		packet[i] = (uint8_t)(i * 7);
	m = rig_frame(r, packet, len);
	run(r, &m, 1, s);
}

/* With the header it must fit the path; else its sender is told what fits, or, where that is no more than everybody may send, it goes without. */
static void test_sizes(void)
{
	enum way { DIRECT, HOME, TOO_BIG };
	static const struct {
		uint16_t mtu, len;
		enum way way;
		uint32_t told;
	} row[] = {
		{1500, 1476, DIRECT, 0},     {1500, 1477, TOO_BIG, 1476}, {1500, 1500, TOO_BIG, 1476}, {1400, 1376, DIRECT, 0},
		{1400, 1377, TOO_BIG, 1376}, {1305, 1281, DIRECT, 0},     {1305, 1282, TOO_BIG, 1281}, {1304, 1280, DIRECT, 0},
		{1304, 1281, TOO_BIG, 1280}, {1303, 1279, DIRECT, 0},     {1303, 1280, HOME, 0},       {1303, 1281, TOO_BIG, 1280},
		{1280, 1256, DIRECT, 0},     {1280, 1257, HOME, 0},       {1280, 1280, HOME, 0},       {1280, 1281, TOO_BIG, 1280},
		{1280, 1500, TOO_BIG, 1280}, {1280, 48, DIRECT, 0},
	};
	struct seen *s = calloc(1, sizeof(*s));
	struct rig r;

	create(&r, 1);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		char text[40];

		snprintf(text, sizeof(text), "%u over %u", row[i].len, row[i].mtu);
		optimize(&r, row[i].mtu);
		sized(&r, row[i].len, s);
		HP_CHECK(text, "optimized", s->count[HP_DP_OPTIMIZED_OUT] == (row[i].way == DIRECT));
		HP_CHECK(text, "home path", s->count[HP_DP_HOME_PATH_SIZE] == (row[i].way == HOME));
		HP_CHECK(text, "length", s->packet[0].len == row[i].len + (row[i].way == DIRECT ? 24u : 0u));
		HP_CHECK(text, "told", (s->packet[0].kind == PUNTED) == (row[i].way == TOO_BIG));
		if (row[i].way == TOO_BIG)
			HP_CHECK(text, "what",
				 s->packet[0].punt.class_ == HP_PUNT_COMPLAINT && s->packet[0].punt.reason == HP_PUNT_TOO_BIG &&
					 s->packet[0].punt.word == row[i].told);
	}
	free(s);
	rig_destroy(&r);
}

/* A chain of its own through the pipeline. */
static void send_chain(struct rig *r, struct seen *s, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_ip6 *home,
		       uint8_t hop_limit, const enum chain_part *part, unsigned int n)
{
	struct chain c = {.src = *src, .dst = *dst, .hoa = *home, .host = *dst, .hop_limit = hop_limit, .n = n};
	uint8_t octets[CHAIN_ROOM];
	struct rte_mbuf *m;

	memcpy(c.part, part, n * sizeof(*part));
	m = rig_frame(r, octets, chain_write(&c, octets));
	run(r, &m, 1, s);
}

#define SEND(src, dst, home, ...)                                                                                                          \
	send_chain(&r, s, src, dst, home, 64, (const enum chain_part[]){__VA_ARGS__},                                                      \
		   sizeof((enum chain_part[]){__VA_ARGS__}) / sizeof(int))

/* Whose it is not: addresses of ours, nodes that are bound here, hosts that are excluded, other pairs; and a binding that leads nowhere. */
static void test_others(void)
{
	const struct hp_ip6 node = rig_home(3), excluded = {{0x20, 1, 0xd, 0xb8, 0, 0xc, 0xe, [15] = 1}};
	const struct hp_prefix everybody = {HP_IP6_ANY, 0}, out = {excluded, 56};
	struct hp_optimize o = binding(&hoa, &node, &coa, 6, 1500);
	struct seen *s = calloc(1, sizeof(*s));
	struct rig r;

	create(&r, 1);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_protect(r.dp, &everybody, 1, &out, 1), 0);
	/* Ours: as without any of this. */
	SEND(&coa, &rig_agent, &hoa, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.class_ == HP_PUNT_HOME_ADDRESS);
	SEND(&coa, &rig_agent, &hoa, CHAIN_HAO, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.class_ == HP_PUNT_REST);
	SEND(&coa, &rig_agent, &hoa, CHAIN_HOTI);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.class_ == HP_PUNT_TEST);
	/* A node's own messages go to it, by its tunnel; only a binding of the time when it was no node still holds. */
	SEND(&coa, &node, &hoa, CHAIN_HOTI);
	CU_ASSERT_EQUAL(s->count[HP_DP_INTERCEPTED], 1);
	SEND(&coa, &node, &hoa, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->count[HP_DP_INTERCEPTED] == 1 && !s->count[HP_DP_OPTIMIZED_IN]);
	SEND(&coa, &node, &hoa, CHAIN_HAO, CHAIN_ESP);
	CU_ASSERT(s->count[HP_DP_INTERCEPTED] == 1 && !s->count[HP_DP_OPTIMIZED_IN]);
	SEND(&coa, &node, &hoa, CHAIN_HAO, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT_EQUAL(s->count[HP_DP_INTERCEPTED], 1);
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_optimize(r.dp, &o), 0);
	SEND(&coa, &node, &hoa, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->count[HP_DP_INTERCEPTED] == 1 && s->count[HP_DP_OPTIMIZED_IN] == 1);
	SEND(&coa, &node, &hoa, CHAIN_DST, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->count[HP_DP_INTERCEPTED] == 1 && s->count[HP_DP_OPTIMIZED_IN] == 1);
	/* It comes first, before interception, the other way too. */
	SEND(&node, &hoa, &hoa, CHAIN_UDP);
	CU_ASSERT_EQUAL(s->count[HP_DP_OPTIMIZED_OUT], 1);
	/* A server that speaks Mobile IPv6 itself. */
	SEND(&coa, &excluded, &hoa, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == SENT && s->packet[0].octets[6] == 60);
	SEND(&coa, &excluded, &hoa, CHAIN_HOTI);
	CU_ASSERT_EQUAL(s->packet[0].kind, SENT);
	/* One half of the key is not enough. */
	SEND(&elsewhere, &hoa, &hoa, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == SENT && !s->count[HP_DP_OPTIMIZED_OUT]);
	SEND(&coa, &elsewhere, &hoa, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.class_ == HP_PUNT_HOME_ADDRESS);
	/* Nowhere to go but home. */
	o = binding(&hoa, &host, &coa, ENTRY, 1500);
	o.out_link = HP_LINK_NONE;
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_optimize(r.dp, &o), 0);
	SEND(&host, &hoa, &hoa, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == SENT && s->count[HP_DP_HOME_PATH_NO_ROUTE] == 1 && s->packet[0].octets[6] == 17);
	/* The last hop ends here, both ways. */
	optimize(&r, 1500);
	send_chain(&r, s, &host, &hoa, &hoa, 1, (const enum chain_part[]){CHAIN_UDP}, 1);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.reason == HP_PUNT_HOP_LIMIT && s->packet[0].octets[6] == 17);
	send_chain(&r, s, &coa, &host, &hoa, 1, (const enum chain_part[]){CHAIN_HAO, CHAIN_UDP}, 2);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.reason == HP_PUNT_HOP_LIMIT);
	free(s);
	rig_destroy(&r);
}

/* Home Test Init out of the tunnel of a node that is bound here, for a host: ours. */
static void test_tunnelled(void)
{
	struct seen *s = calloc(1, sizeof(*s));
	const struct hp_ip6 care_of = rig_care_of(2);
	const struct chain c = {.src = rig_home(2), .dst = host, .hop_limit = 64, .n = 1, .part = {CHAIN_HOTI}};
	uint8_t packet[40 + CHAIN_ROOM];
	struct rte_mbuf *m;
	struct rig r;
	unsigned int len;

	create(&r, 1);
	len = chain_write(&c, packet + 40);
	rig_ip6(packet, (uint16_t)len, 41, care_of, rig_agent);
	m = rig_frame(&r, packet, 40 + len);
	run(&r, &m, 1, s);
	CU_ASSERT(s->packet[0].kind == PUNTED && s->packet[0].punt.class_ == HP_PUNT_TEST && s->packet[0].punt.tunnelled);
	CU_ASSERT(hp_ip6_eq(&s->packet[0].punt.outer_src, &care_of));
	CU_ASSERT_EQUAL(s->packet[0].len, len);
	free(s);
	rig_destroy(&r);
}

/* More next hops than there are paths: nothing is refused, so what comes in is taken; and somebody else still finds a path. */
static void test_many_hops(void)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct hp_ip6 home = hoa, care_of = coa;
	struct rig r;

	create(&r, 1);
	for (uint8_t i = 1; i < 64; i++) {
		struct hp_optimize o;

		home.b[14] = care_of.b[14] = i;
		o = binding(&home, &host, &care_of, ENTRY + i, 1500);
		o.next_hop = care_of;
		CU_ASSERT_EQUAL_FATAL(hp_dataplane_optimize(r.dp, &o), 0);
	}
	SEND(&care_of, &host, &home, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT_EQUAL(s->count[HP_DP_OPTIMIZED_IN], 1);
	SEND(&host, &home, &home, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == SENT && s->count[HP_DP_HOME_PATH_NO_ROUTE] == 1 && s->packet[0].octets[6] == 17);
	SEND(&host, &hoa, &hoa, CHAIN_UDP);
	CU_ASSERT_EQUAL(s->count[HP_DP_OPTIMIZED_OUT], 1);
	CU_ASSERT_EQUAL(hp_dataplane_neighbor(r.dp, 0, &elsewhere, &(struct hp_mac){{2, 0, 0, 0, 0, 9}}, true), 0);
	free(s);
	rig_destroy(&r);
}

/* In use: for the rest of the epoch in which a packet went by, and the next. */
static void test_used(void)
{
	struct seen *s = calloc(1, sizeof(*s));
	uint64_t now_ms = 100000;
	struct rig r;

	create(&r, 1);
	hp_dataplane_tick(r.dp, now_ms);
	for (int inwards = 0; inwards < 2; inwards++) {
		CU_ASSERT(!hp_dataplane_optimized_used(r.dp, ENTRY));
		if (inwards)
			SEND(&coa, &host, &hoa, CHAIN_HAO, CHAIN_UDP);
		else
			SEND(&host, &hoa, &hoa, CHAIN_UDP);
		CU_ASSERT(hp_dataplane_optimized_used(r.dp, ENTRY));
		CU_ASSERT(!hp_dataplane_optimized_used(r.dp, ENTRY - 1) && !hp_dataplane_optimized_used(r.dp, ENTRY + 1));
		CU_ASSERT(!hp_dataplane_optimized_used(r.dp, 1u << 20));
		now_ms += 7999;
		hp_dataplane_tick(r.dp, now_ms);
		CU_ASSERT(hp_dataplane_optimized_used(r.dp, ENTRY));
		now_ms += 8000;
		hp_dataplane_tick(r.dp, now_ms);
		CU_ASSERT(hp_dataplane_optimized_used(r.dp, ENTRY));
		now_ms += 8000;
		hp_dataplane_tick(r.dp, now_ms);
	}
	free(s);
	rig_destroy(&r);
}

/* What is refused, and that nothing is kept of it, or of what was replaced or withdrawn. */
static void test_published(void)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct hp_optimize o = binding(&hoa, &host, &coa, 4096, 1500);
	struct rig r;

	rig_create(&r, &(struct rig_conf){.workers = 1, .queues = 1});
	CU_ASSERT_EQUAL(hp_dataplane_optimize(r.dp, &o), -EINVAL);
	CU_ASSERT_EQUAL(hp_dataplane_unoptimize(r.dp, &hoa, &host), -EINVAL);
	CU_ASSERT_EQUAL(hp_dataplane_protect(r.dp, &hosts, 1, NULL, 0), -EINVAL);
	CU_ASSERT_EQUAL(hp_dataplane_protect(r.dp, NULL, 0, NULL, 0), 0);
	CU_ASSERT(!hp_dataplane_optimized_used(r.dp, 0));
	rig_destroy(&r);
	create(&r, 1);
	CU_ASSERT_EQUAL(hp_dataplane_optimize(r.dp, &o), -EINVAL);
	CU_ASSERT_EQUAL(hp_dataplane_unoptimize(r.dp, &hoa, &coa), -ENOENT);
	/* 16 paths there are: each next hop gives its own back. */
	for (unsigned int i = 0; i < 200; i++) {
		o = binding(&hoa, &host, &coa, ENTRY, 1500);
		o.next_hop.b[15] = (uint8_t)(i + 1);
		CU_ASSERT_EQUAL(hp_dataplane_optimize(r.dp, &o), 0);
		if (i % 3 == 0)
			CU_ASSERT_EQUAL(hp_dataplane_unoptimize(r.dp, &hoa, &host), 0);
		hp_dataplane_tick(r.dp, i);
	}
	CU_ASSERT_EQUAL(hp_dataplane_unoptimize(r.dp, &hoa, &host), 0);
	CU_ASSERT_EQUAL(hp_dataplane_protect(r.dp, NULL, 0, NULL, 0), 0);
	SEND(&coa, &host, &hoa, CHAIN_HAO, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == SENT && s->packet[0].octets[6] == 60);
	SEND(&host, &hoa, &hoa, CHAIN_UDP);
	CU_ASSERT(s->packet[0].kind == SENT && s->packet[0].octets[6] == 17);
	free(s);
	rig_destroy(&r);
}

/* Bindings change without pause while workers send by them. Of each third of the nodes the binding moves, is published again as it was, or comes and
 * goes. Out by the first and the last, in by the second. */
enum { NODES = 48, PACKETS = 60000, UNDER_WAY = 200 };
enum node_kind { MOVES, STAYS, COMES };

struct node {
	uint32_t version;        /* of its binding; its care-of address says which */
	uint32_t sent, received; /* packets */
	uint32_t *version_then;  /* when packet n was sent */
	int queue;               /* of the worker that its packets leave by; -1: not known yet */
};

static struct hp_ip6 home_of(unsigned int k)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, 0x21, 1, [15] = (uint8_t)k}};
}

static struct hp_ip6 care_of(unsigned int k, uint32_t version)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, 0x22, 1, (uint8_t)k, [12] = (uint8_t)(version >> 24), (uint8_t)(version >> 16),
				(uint8_t)(version >> 8), (uint8_t)version}};
}

static uint32_t version_of(const uint8_t *address)
{
	return (uint32_t)address[12] << 24 | (uint32_t)address[13] << 16 | (uint32_t)address[14] << 8 | address[15];
}

/* False: nothing changed, there is no room for it now. */
static bool change(struct rig *r, struct node *node, unsigned int k, struct hp_random *random)
{
	const struct hp_ip6 home = home_of(k);
	const uint32_t version = k % 3 == STAYS ? 0 : node->version + 1;
	const struct hp_ip6 at = care_of(k, version);
	const struct hp_optimize o = binding(&home, &host, &at, k, (uint16_t)(1400 + hp_random_between(random, 0, 100)));

	if (k % 3 == COMES && hp_random_between(random, 0, 1) && hp_dataplane_unoptimize(r->dp, &home, &host) == 0)
		return true;
	if (hp_dataplane_optimize(r->dp, &o))
		return false;
	node->version = version;
	return true;
}

static void send_one(struct rig *r, struct node *node, unsigned int k)
{
	const struct rig_mark mark = {.flow = k, .number = node->sent};
	const struct hp_ip6 home = home_of(k), at = care_of(k, 0);
	const bool in = k % 3 == STAYS;
	uint8_t packet[128], *p;

	p = rig_ip6(packet, 24 + (in ? 24 : 0), in ? 60 : 17, in ? at : host, in ? host : home);
	if (in) {
		memcpy(p, (uint8_t[]){17, 2, 1, 2, 0, 0, 0xc9, 16}, 8);
		memcpy(p + 8, &home, 16);
		p += 24;
	}
	memset(p, 0, 24);
	memcpy(p + 8, &mark, sizeof(mark));
	node->version_then[node->sent++] = node->version;
	CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(r->rx[0], rig_frame(r, packet, (unsigned int)(p + 24 - packet))), 0);
}

static void receive_one(const struct rte_mbuf *m, struct node *nodes, int queue, unsigned int *wrong)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *) + ETHER;
	const bool routed = p[6] == 43;
	struct rig_mark mark;
	struct node *node;
	struct hp_ip6 home, coa_now;

	memcpy(&mark, p + 40 + (routed ? 24 : 0) + 8, sizeof(mark));
	CU_ASSERT_FATAL(mark.flow < NODES);
	node = &nodes[mark.flow];
	home = home_of(mark.flow);
	if (mark.flow % 3 == STAYS) {
		*wrong += p[6] != 17 || memcmp(p + 8, &home, 16) != 0;
	} else if (routed) {
		coa_now = care_of(mark.flow, version_of(p + 24));
		*wrong += memcmp(p + 24, &coa_now, 16) != 0 || memcmp(p + 48, &home, 16) != 0;
		*wrong += version_of(p + 24) < node->version_then[mark.number] || version_of(p + 24) > node->version;
	} else {
		*wrong += mark.flow % 3 != COMES || memcmp(p + 24, &home, 16) != 0;
	}
	/* One worker, and so in order; without and with a binding packets go by two lanes of one burst. */
	*wrong += node->queue >= 0 && node->queue != queue;
	*wrong += mark.flow % 3 != COMES && mark.number != node->received;
	node->queue = queue;
	node->received++;
}

static void test_changing(void)
{
	struct node *nodes = calloc(NODES, sizeof(*nodes));
	const uint64_t end = rte_rdtsc() + 60 * rte_get_tsc_hz();
	unsigned int sent = 0, got = 0, news = 0, wrong = 0, changed = 0;
	bool used[RIG_WORKERS] = {false};
	struct hp_random random;
	struct hp_error e;
	struct rig r;

	hp_random_seed(&random, hp_test_seed());
	rig_create(&r, &(struct rig_conf){.workers = 3, .queues = 1, .optimized = NODES});
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_protect(r.dp, &hosts, 1, NULL, 0), 0);
	for (unsigned int k = 0; k < NODES; k++) {
		nodes[k].version_then = calloc(PACKETS, sizeof(*nodes[k].version_then));
		nodes[k].queue = -1;
		while (!change(&r, &nodes[k], k, &random))
			;
	}
	CU_ASSERT_EQUAL_FATAL(hp_dataplane_start(r.dp, &e), 0);
	while (got < PACKETS && rte_rdtsc() < end) {
		void *m;

		for (; sent < PACKETS && sent - got < UNDER_WAY; sent++) {
			const unsigned int k = hp_random_between(&random, 0, NODES - 1);

			send_one(&r, &nodes[k], k);
		}
		/* As many as packets came: workers that are not run hold what is retired. */
		for (; news; news--) {
			const unsigned int k = hp_random_between(&random, 0, NODES - 1);

			changed += change(&r, &nodes[k], k, &random);
		}
		hp_dataplane_tick(r.dp, 0);
		for (int q = 0; q < RIG_WORKERS; q++)
			while (rte_ring_dequeue(r.tx[q], &m) == 0) {
				receive_one(m, nodes, q, &wrong);
				used[q] = true;
				rte_pktmbuf_free(m);
				got++;
				news++;
			}
	}
	hp_dataplane_stop(r.dp);
	CU_ASSERT_EQUAL(got, PACKETS);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(changed > PACKETS / 10);
	CU_ASSERT(used[0] && used[1] && used[2]);
	CU_ASSERT(rig_count(&r, HP_DP_OPTIMIZED_IN) > PACKETS / 4 && rig_count(&r, HP_DP_OPTIMIZED_OUT) > PACKETS / 3);
	rig_destroy(&r);
	for (unsigned int k = 0; k < NODES; k++)
		free(nodes[k].version_then);
	free(nodes);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"every order of headers, out", test_outwards},
		{"every order of headers, in", test_inwards},
		{"every order of headers, in, without a binding", test_inwards_unbound},
		{"sizes", test_sizes},
		{"what is none of ours", test_others},
		{"out of a tunnel", test_tunnelled},
		{"more next hops than paths", test_many_hops},
		{"which bindings are in use", test_used},
		{"published and withdrawn", test_published},
		{"bindings that change under the workers", test_changing},
		HP_TESTS_END,
	};

	return test_eal(sysconf(_SC_NPROCESSORS_ONLN) > 1 ? "0@0,1@1,2@0,3@1" : "0@0,1@0,2@0,3@0") ? hp_tests_run("optimize", tests) : 1;
}
