/* SPDX-License-Identifier: BSD-3-Clause */
/* ESP in tunnel mode, both ways, against an end made of OpenSSL (peer.c). Node k sends by SPI 4096 + k, association 2k + 1, and is sent to by
 * SPI 8192 + k, association 2k + 2; home test messages by SPI 12288 + k and 16384 + k, associations 200 + 2k and 201 + 2k. */
#include <errno.h>
#include <rte_malloc.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dataplane/header.h"
#include "eal.h"
#include "peer.h"
#include "rig.h"
#include "run.h"

#define ETHER  14
#define HEADER 40u
#define ESP    50
#define MOST   2048
#define SEALED 4096

struct kind {
	const char *name;
	enum hp_association_encryption encryption;
	uint8_t key_len;
	uint16_t window;
	bool esn;
};

static const struct kind kinds[] = {
	{"AES-GCM-16 of 128 bits", HP_ASSOCIATION_AES_GCM_16, 16, 64, false},
	{"AES-GCM-16 of 256 bits, ESN", HP_ASSOCIATION_AES_GCM_16, 32, 1024, true},
	{"AES-CBC of 128 bits", HP_ASSOCIATION_AES_CBC, 16, 0, false},
	{"AES-CBC of 256 bits, ESN", HP_ASSOCIATION_AES_CBC, 32, 1024, true},
	{"NULL", HP_ASSOCIATION_NULL, 0, 64, false},
	{"NULL, ESN", HP_ASSOCIATION_NULL, 0, 64, true},
};

enum { IN, OUT, HOME_TEST_IN, HOME_TEST_OUT };

static struct hp_association_spec spec_of(const struct kind *kind, unsigned int k, int what)
{
	struct hp_association_spec s = peer_spec(4096u * ((unsigned int)what + 1) + k, what & 1, kind->encryption, kind->key_len);

	s.hoa = rig_home(k);
	s.replay_window = kind->window;
	s.esn = kind->esn;
	if (what >= HOME_TEST_IN)
		s.protects = HP_PROTECT_HOME_TEST;
	return s;
}

static uint32_t number_of(unsigned int k, int what)
{
	return what >= HOME_TEST_IN ? 200 + 2 * k + (what & 1) : 2 * k + 1 + (what & 1);
}

static void publish(struct rig *r, const struct kind *kind, unsigned int k, int what)
{
	const struct hp_association_spec s = spec_of(kind, k, what);

	CU_ASSERT_EQUAL_FATAL(hp_dataplane_association(r->dp, number_of(k, what), &s), 0);
}

/* All nodes, all of what they send and are sent. */
static void open_rig(struct rig *r, const struct rig_conf *conf, const struct kind *kind)
{
	struct rig_conf with = *conf;

	with.associations = 400;
	rig_create(r, &with);
	for (unsigned int k = 0; k < RIG_BOUND; k++) {
		publish(r, kind, k, IN);
		publish(r, kind, k, OUT);
		rig_bind(r, k, 1460, number_of(k, OUT), 0);
	}
}

static const struct rig_conf alone = {.workers = 1, .queues = 1};

/* A packet of `len` octets, the rest of which is random. */
static void fill(uint8_t *p, uint16_t len, struct hp_ip6 src, struct hp_ip6 dst, struct hp_random *random)
{
	uint8_t *at = rig_ip6(p, (uint16_t)(len - HEADER), 17, src, dst);

	for (unsigned int i = 0; i < len - HEADER; i++)
		at[i] = (uint8_t)hp_random_u64(random);
	/* A traffic class and a flow label. */
	p[1] = (uint8_t)hp_random_u64(random) & 0xfc;
	p[3] = p[HEADER];
}

static void receive(struct rig *r, const uint8_t *packet, unsigned int len)
{
	CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(r->rx[0], rig_frame(r, packet, len)), 0);
}

/* Outer header and ESP around an inner packet; its length. */
static unsigned int sealed(const struct hp_association_spec *s, uint64_t number, unsigned int k, const uint8_t *inner, unsigned int len,
			   const struct peer_tail *tail, uint8_t out[SEALED])
{
	const size_t esp = peer_seal(s, number, inner, len, tail, out + HEADER);

	rig_ip6(out, (uint16_t)esp, ESP, rig_care_of(k), rig_agent);
	return HEADER + (unsigned int)esp;
}

static void turn(struct rig *r)
{
	for (unsigned int i = 0; i < 8; i++)
		for (unsigned int w = 0; w < r->workers; w++)
			hp_worker_once(r->dp->worker[w]);
}

static struct rte_mbuf *sent(struct rig *r)
{
	void *m = NULL;

	for (unsigned int w = 0; w < r->workers && !m; w++)
		rte_ring_sc_dequeue(r->tx[w], &m);
	return m;
}

static void freed(void *ctx, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n)
{
	struct hp_punt *last = ctx;

	*last = punt[n - 1];
	rte_pktmbuf_free_bulk((struct rte_mbuf **)(uintptr_t)m, n);
}

/* The last of what was punted; word UINT32_MAX: nothing. */
static struct hp_punt punted(struct rig *r)
{
	struct hp_punt last = {.word = UINT32_MAX};

	hp_dataplane_poll(r->dp, UINT32_MAX, freed, &last);
	return last;
}

/* A whole outer packet: from the home agent to the node, its flow label that of the inner one, ESP or behind an encapsulation limit. */
static int opened(const struct hp_association_spec *s, uint64_t number, unsigned int k, const struct rte_mbuf *m, uint8_t inner[MOST])
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *) + ETHER;
	const struct hp_ip6 coa = rig_care_of(k);
	const unsigned int len = m->data_len - ETHER;

	if (m->nb_segs != 1 || m->pkt_len != m->data_len || p[6] != ESP || p[7] != 64 || memcmp(p + 8, &rig_agent, 16) != 0 ||
	    memcmp(p + 24, &coa, 16) != 0 || (unsigned int)(p[4] << 8 | p[5]) + HEADER != len)
		return -1;
	return peer_open(s, number, p + HEADER, len - HEADER, inner);
}

static const unsigned int bursts[] = {1, 31, 32, 33, 63, 64};

static void out_of(const struct kind *kind, bool portable)
{
	uint64_t numbers[RIG_BOUND] = {0};
	uint8_t(*packet)[MOST] = calloc(64, sizeof(*packet));
	struct rig_conf conf = alone;
	struct hp_random random;
	struct rig r;

	conf.portable_crypto = portable;
	hp_random_seed(&random, hp_test_seed());
	open_rig(&r, &conf, kind);
	for (unsigned int b = 0; b < HP_LEN(bursts); b++) {
		unsigned int node[64], len[64];

		for (unsigned int i = 0; i < bursts[b]; i++) {
			node[i] = hp_random_between(&random, 0, RIG_BOUND - 1);
			len[i] = hp_random_between(&random, HEADER + 4, 1380);
			fill(packet[i], (uint16_t)len[i], rig_far(i), rig_home(node[i]), &random);
			receive(&r, packet[i], len[i]);
		}
		hp_worker_once(r.dp->worker[0]);
		for (unsigned int i = 0; i < bursts[b]; i++) {
			const struct hp_association_spec s = spec_of(kind, node[i], OUT);
			struct rte_mbuf *m = sent(&r);
			uint8_t inner[MOST];

			CU_ASSERT_PTR_NOT_NULL_FATAL(m);
			HP_CHECK(kind->name, "opens", opened(&s, ++numbers[node[i]], node[i], m, inner) == (int)len[i]);
			packet[i][7]--;
			HP_CHECK(kind->name, "what went in", memcmp(inner, packet[i], len[i]) == 0);
			HP_CHECK(kind->name, "class outside", (rte_pktmbuf_mtod(m, uint8_t *)[ETHER + 1] & 0xf0) == (packet[i][1] & 0xf0));
			rte_pktmbuf_free(m);
		}
		HP_CHECK(kind->name, "nothing more", sent(&r) == NULL);
	}
	HP_CHECK(kind->name, "counted", rig_count(&r, HP_DP_PROTECTED) == 224 && rig_count(&r, HP_DP_INTERCEPTED) == 224);
	rig_destroy(&r);
	free(packet);
}

static void into(const struct kind *kind, bool portable)
{
	uint64_t numbers[RIG_BOUND] = {0};
	uint8_t(*packet)[MOST] = calloc(64, sizeof(*packet));
	struct rig_conf conf = alone;
	struct hp_random random;
	struct rig r;

	conf.portable_crypto = portable;
	hp_random_seed(&random, hp_test_seed());
	open_rig(&r, &conf, kind);
	for (unsigned int b = 0; b < HP_LEN(bursts); b++) {
		unsigned int len[64];

		for (unsigned int i = 0; i < bursts[b]; i++) {
			const unsigned int k = hp_random_between(&random, 0, RIG_BOUND - 1);
			const struct hp_association_spec s = spec_of(kind, k, IN);
			uint8_t out[SEALED];

			len[i] = hp_random_between(&random, HEADER + 4, 1380);
			fill(packet[i], (uint16_t)len[i], rig_home(k), rig_far(i), &random);
			receive(&r, out, sealed(&s, ++numbers[k], k, packet[i], len[i], NULL, out));
		}
		hp_worker_once(r.dp->worker[0]);
		for (unsigned int i = 0; i < bursts[b]; i++) {
			struct rte_mbuf *m = sent(&r);

			CU_ASSERT_PTR_NOT_NULL_FATAL(m);
			packet[i][7]--;
			HP_CHECK(kind->name, "what went in",
				 m->data_len == ETHER + len[i] &&
					 memcmp(rte_pktmbuf_mtod_offset(m, void *, ETHER), packet[i], len[i]) == 0);
			rte_pktmbuf_free(m);
		}
		HP_CHECK(kind->name, "nothing more", sent(&r) == NULL);
	}
	HP_CHECK(kind->name, "counted", rig_count(&r, HP_DP_UNPROTECTED) == 224 && rig_count(&r, HP_DP_DETUNNELLED) == 224);
	rig_destroy(&r);
	free(packet);
}

static void test_out(void)
{
	for (unsigned int i = 0; i < HP_LEN(kinds); i++)
		out_of(&kinds[i], false);
}

static void test_in(void)
{
	for (unsigned int i = 0; i < HP_LEN(kinds); i++)
		into(&kinds[i], false);
}

/* Where the processor has no AES instructions. */
static void test_portable(void)
{
	for (unsigned int i = 0; i < HP_LEN(kinds); i++) {
		out_of(&kinds[i], true);
		into(&kinds[i], true);
	}
}

struct refused {
	const char *why;
	enum hp_dp_counter counter;
	struct peer_tail tail;
	unsigned int inner_from; /* node of its inner source, where not node 5 */
	unsigned int outer_from; /* the same of the outer one */
	uint8_t touch;           /* octet of ESP to be changed, from its end; 0: none */
	int cut;                 /* octets that are missing */
	bool low, twice;
	uint16_t len;
};

static void refuse(struct rig *r, const struct kind *kind, const struct refused *row, uint64_t *number)
{
	const struct hp_association_spec s = spec_of(kind, 5, IN);
	const uint64_t before = rig_count(r, row->counter);
	const uint16_t len = row->len ? row->len : 100;
	uint8_t inner[MOST], out[SEALED];
	struct hp_random random;
	unsigned int all;

	hp_random_seed(&random, 7);
	fill(inner, len < HEADER ? HEADER : len, rig_home(row->inner_from ? row->inner_from : 5), rig_far(1), &random);
	all = sealed(&s, row->low ? 1 : ++*number, 5, inner, len, &row->tail, out);
	if (row->outer_from) {
		const struct hp_ip6 coa = rig_care_of(row->outer_from);

		memcpy(out + 8, &coa, sizeof(coa));
	}
	if (row->touch)
		out[all - row->touch] ^= 0x10;
	all -= (unsigned int)row->cut;
	out[4] = (uint8_t)((all - HEADER) >> 8);
	out[5] = (uint8_t)(all - HEADER);
	for (int i = 0; i <= row->twice; i++)
		receive(r, out, all);
	hp_worker_once(r->dp->worker[0]);
	for (int i = 0; i < row->twice; i++) {
		struct rte_mbuf *m = sent(r);

		HP_CHECK(row->why, "the first one passes", m != NULL);
		rte_pktmbuf_free(m);
	}
	HP_CHECK(row->why, kind->name, sent(r) == NULL && rig_count(r, row->counter) == before + 1);
}

static void test_refused(void)
{
	static const struct refused row[] = {
		{"integrity check value wrong", HP_DP_DROP_ESP_INTEGRITY, .touch = 3},
		{"text changed", HP_DP_DROP_ESP_INTEGRITY, .touch = 60},
		{"text missing, of whole blocks", HP_DP_DROP_ESP_INTEGRITY, .cut = 16},
		{"not of whole blocks", HP_DP_DROP_ESP_LENGTH, .cut = 3},
		{"nothing but headers and check value", HP_DP_DROP_ESP_LENGTH, .cut = 110},
		{"twice in a burst", HP_DP_DROP_ESP_REPLAY, .twice = true},
		{"padding longer than all", HP_DP_DROP_ESP_PADDING, .tail.pad_too_long = true},
		{"padding not 1, 2, 3", HP_DP_DROP_ESP_PADDING, .tail = {.pad_more = 32, .pad_wrong = true}},
		{"a dummy", HP_DP_DROP_ESP_DUMMY, .tail.next = 59},
		{"a short dummy", HP_DP_DROP_ESP_DUMMY, .tail.next = 59, .len = 1},
		{"IPv4 inside", HP_DP_DROP_ESP_NEXT, .tail.next = 4},
		{"UDP inside", HP_DP_DROP_ESP_NEXT, .tail.next = 17},
		{"an inner packet of less than a header", HP_DP_DROP_TUNNEL_INNER, .len = 39},
		{"another node's home address", HP_DP_DROP_ESP_SELECTOR, .inner_from = 6},
		{"another node's home address from where that is", HP_DP_DROP_ESP_SELECTOR, .inner_from = 6, .outer_from = 6},
		{"from elsewhere", HP_DP_DROP_TUNNEL_COA, .outer_from = 6},
	};

	for (unsigned int i = 0; i < HP_LEN(kinds); i++) {
		uint64_t number = 100;
		struct rig r;

		open_rig(&r, &alone, &kinds[i]);
		for (unsigned int k = 0; k < HP_LEN(row); k++)
			/* Without a window everything passes as often as it comes. */
			if (kinds[i].window || !row[k].twice)
				refuse(&r, &kinds[i], &row[k], &number);
		if (kinds[i].window) {
			number = 3000;
			refuse(&r, &kinds[i], &(struct refused){"a second time, a large step", HP_DP_DROP_ESP_REPLAY, .twice = true},
			       &number);
			/* With ESN an old number is one of the next round, and not proved. */
			refuse(&r, &kinds[i],
			       &(struct refused){"below the window", kinds[i].esn ? HP_DP_DROP_ESP_INTEGRITY : HP_DP_DROP_ESP_REPLAY,
						 .low = true},
			       &number);
		}
		rig_destroy(&r);
	}
}

/* A forged packet moves no window: what it claimed to be follows and passes. */
static void test_forged_number(void)
{
	for (unsigned int i = 0; i < HP_LEN(kinds); i++) {
		uint64_t number = 1000000;
		struct rte_mbuf *m;
		struct rig r;

		open_rig(&r, &alone, &kinds[i]);
		refuse(&r, &kinds[i], &(struct refused){"forged", HP_DP_DROP_ESP_INTEGRITY, .touch = 3}, &number);
		number = 1;
		if (kinds[i].window)
			refuse(&r, &kinds[i], &(struct refused){"honest", HP_DP_DROP_ESP_REPLAY, .twice = true}, &number);
		m = sent(&r);
		CU_ASSERT_PTR_NULL(m);
		rig_destroy(&r);
	}
}

/* The upper half of the number is nowhere in the packet, and counts all the same. */
static void test_rollover(void)
{
	for (unsigned int i = 0; i < HP_LEN(kinds); i++) {
		const struct hp_association_spec in = spec_of(&kinds[i], 3, IN), out = spec_of(&kinds[i], 3, OUT);
		const uint64_t start = UINT32_MAX - 3ull;
		uint8_t packet[MOST], back[MOST], frame[SEALED];
		struct hp_random random;
		struct rte_mbuf *m;
		struct rig r;

		if (!kinds[i].esn)
			continue;
		hp_random_seed(&random, hp_test_seed());
		open_rig(&r, &alone, &kinds[i]);
		hp_sas_get(r.dp->shared.sas, number_of(3, OUT))->sequence = start;
		hp_sas_get(r.dp->shared.sas, number_of(3, IN))->replay.top = start;
		for (uint64_t n = 1; n <= 8; n++) {
			fill(packet, 120, rig_far(1), rig_home(3), &random);
			receive(&r, packet, 120);
			fill(packet, 120, rig_home(3), rig_far(1), &random);
			receive(&r, frame, sealed(&in, start + n, 3, packet, 120, NULL, frame));
			hp_worker_once(r.dp->worker[0]);
			for (int k = 0; k < 2; k++) {
				m = sent(&r);
				CU_ASSERT_PTR_NOT_NULL_FATAL(m);
				if (rte_pktmbuf_mtod(m, uint8_t *)[ETHER + 6] == ESP)
					HP_CHECK(kinds[i].name, "out", opened(&out, start + n, 3, m, back) == 120);
				rte_pktmbuf_free(m);
			}
		}
		HP_CHECK(kinds[i].name, "in", rig_count(&r, HP_DP_UNPROTECTED) == 8);
		/* Of the round before, too old by far: what it proves is another number. */
		receive(&r, frame, sealed(&in, 5, 3, packet, 120, NULL, frame));
		hp_worker_once(r.dp->worker[0]);
		HP_CHECK(kinds[i].name, "of the round before", sent(&r) == NULL);
		rig_destroy(&r);
	}
}

/* RFC 4303 §3.3.3: numbers are never sent twice where the peer looks for replays, nor where they make a nonce. */
static void test_used_up(void)
{
	for (unsigned int i = 0; i < HP_LEN(kinds); i++) {
		const struct hp_association_spec out = spec_of(&kinds[i], 3, OUT);
		const bool rolls_over = kinds[i].encryption == HP_ASSOCIATION_AES_CBC && !kinds[i].window;
		const uint64_t last = kinds[i].esn ? UINT64_MAX : UINT32_MAX;
		uint8_t packet[MOST], back[MOST];
		struct hp_random random;
		struct rig r;

		hp_random_seed(&random, hp_test_seed());
		open_rig(&r, &alone, &kinds[i]);
		hp_sas_get(r.dp->shared.sas, number_of(3, OUT))->sequence = last - 1;
		for (uint64_t n = 0; n < 3; n++) {
			struct rte_mbuf *m;

			fill(packet, 120, rig_far(1), rig_home(3), &random);
			receive(&r, packet, 120);
			hp_worker_once(r.dp->worker[0]);
			m = sent(&r);
			HP_CHECK(kinds[i].name, "sent", (m != NULL) == (!n || rolls_over));
			if (m)
				HP_CHECK(kinds[i].name, "number", opened(&out, last + n, 3, m, back) == 120);
			rte_pktmbuf_free(m);
		}
		HP_CHECK(kinds[i].name, "counted", rig_count(&r, HP_DP_DROP_ESP_NUMBER) == (rolls_over ? 0 : 2));
		rig_destroy(&r);
	}
}

/* The largest packet that still fits, as it is told to the sender of a larger one. */
static void test_mtu(void)
{
	static const struct {
		enum hp_association_encryption encryption;
		uint16_t most; /* of 1500: less 40, 8, IV and 16, whole blocks, less 2 */
	} row[] = {{HP_ASSOCIATION_AES_GCM_16, 1426}, {HP_ASSOCIATION_AES_CBC, 1406}, {HP_ASSOCIATION_NULL, 1434}};

	for (unsigned int i = 0; i < HP_LEN(row); i++) {
		const struct kind kind = {"mtu", row[i].encryption, 16, 64, false};
		const struct hp_association_spec s = spec_of(&kind, 0, OUT);
		uint8_t packet[MOST], back[MOST];
		struct hp_random random;
		struct hp_punt punt;
		struct rte_mbuf *m;
		struct rig r;

		hp_random_seed(&random, hp_test_seed());
		open_rig(&r, &alone, &kind);
		fill(packet, row[i].most, rig_far(1), rig_home(0), &random);
		receive(&r, packet, row[i].most);
		fill(packet, (uint16_t)(row[i].most + 1), rig_far(1), rig_home(0), &random);
		receive(&r, packet, row[i].most + 1u);
		hp_worker_once(r.dp->worker[0]);
		m = sent(&r);
		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		CU_ASSERT_EQUAL(opened(&s, 1, 0, m, back), row[i].most);
		CU_ASSERT(m->data_len <= ETHER + 1500);
		rte_pktmbuf_free(m);
		CU_ASSERT_PTR_NULL(sent(&r));
		punt = punted(&r);
		CU_ASSERT(punt.reason == HP_PUNT_TOO_BIG && punt.word == row[i].most);
		/* Over a path of 1280 a packet of 1280 goes in fragments of the outer packet (RFC 2473 §7.1, RFC 4303 §3.3.4). */
		rig_bind(&r, 0, 1240, number_of(0, OUT), 0);
		fill(packet, 1280, rig_far(1), rig_home(0), &random);
		receive(&r, packet, 1280);
		hp_worker_once(r.dp->worker[0]);
		CU_ASSERT_EQUAL(rig_count(&r, HP_DP_FRAGMENTED), 2);
		while ((m = sent(&r))) {
			CU_ASSERT(m->data_len <= ETHER + 1280 && rte_pktmbuf_mtod(m, uint8_t *)[ETHER + 6] == 44);
			rte_pktmbuf_free(m);
		}
		rig_destroy(&r);
	}
}

/* ESP in fragments, and behind destination options, is put together and found. */
static void test_fragments(void)
{
	const struct hp_association_spec s = spec_of(&kinds[0], 2, IN);
	uint8_t inner[MOST], all[SEALED], piece[MOST];
	struct hp_random random;
	struct rte_mbuf *m;
	unsigned int len;
	struct rig r;

	hp_random_seed(&random, hp_test_seed());
	open_rig(&r, &alone, &kinds[0]);
	fill(inner, 1000, rig_home(2), rig_far(1), &random);
	len = sealed(&s, 1, 2, inner, 1000, NULL, all) - HEADER;
	for (unsigned int i = 0; i < 2; i++) {
		const unsigned int from = i ? 512 : 0, some = i ? len - 512 : 512;
		uint8_t *p = rig_ip6(piece, (uint16_t)(8 + some), 44, rig_care_of(2), rig_agent);

		memcpy(p, (uint8_t[]){ESP, 0, (uint8_t)(from >> 8), (uint8_t)(from | !i), 1, 2, 3, 4}, 8);
		memcpy(p + 8, all + HEADER + from, some);
		receive(&r, piece, HEADER + 8 + some);
	}
	len = sealed(&s, 2, 2, inner, 1000, NULL, all) - HEADER;
	memmove(all + HEADER + 8, all + HEADER, len);
	rig_ip6(all, (uint16_t)(8 + len), 60, rig_care_of(2), rig_agent);
	memcpy(all + HEADER, (uint8_t[]){ESP, 0, 1, 4, 0, 0, 0, 0}, 8);
	receive(&r, all, HEADER + 8 + len);
	hp_worker_once(r.dp->worker[0]);
	inner[7]--;
	for (int i = 0; i < 2; i++) {
		m = sent(&r);
		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		CU_ASSERT(m->data_len == ETHER + 1000 && memcmp(rte_pktmbuf_mtod_offset(m, void *, ETHER), inner, 1000) == 0);
		rte_pktmbuf_free(m);
	}
	rig_destroy(&r);
}

/* A Mobility Header message; its length. */
static unsigned int message(uint8_t *p, uint8_t type, struct hp_ip6 src, struct hp_ip6 dst, bool behind_options)
{
	uint8_t *at = rig_ip6(p, behind_options ? 24 : 16, behind_options ? 60 : 135, src, dst);

	if (behind_options)
		memcpy(at, (uint8_t[]){135, 0, 1, 4, 0, 0, 0, 0}, 8);
	at += behind_options ? 8 : 0;
	memset(at, 0, 16);
	at[0] = 59;
	at[1] = 1;
	at[2] = type;
	return (unsigned int)(at + 16 - p);
}

/* What protects what: RFC 3776 §3.3, RFC 4877 §4.3. */
static void test_policy(void)
{
	enum { PLAIN = 41, GONE = 0 };
	static const struct {
		const char *what;
		bool payload, home_test; /* associations of the node */
		uint8_t type;            /* Mobility Header type, 255: something else */
		bool behind_options;
		uint8_t out; /* next header of what is sent to the node */
		int by;      /* association then */
		bool plain;  /* what comes from the node may come without ESP */
	} row[] = {
		{"no associations, payload", false, false, 255, false, PLAIN, 0, true},
		{"no associations, home test", false, false, 3, false, PLAIN, 0, true},
		{"home test only, payload", false, true, 255, false, PLAIN, 0, true},
		{"home test only, home test", false, true, 3, false, ESP, HOME_TEST_OUT, false},
		{"home test only, home test behind options", false, true, 3, true, ESP, HOME_TEST_OUT, false},
		{"home test only, care-of test", false, true, 4, false, PLAIN, 0, true},
		{"all, payload", true, false, 255, false, ESP, OUT, false},
		{"all, home test", true, false, 3, false, ESP, OUT, false},
		{"all, another message", true, false, 6, false, ESP, OUT, false},
		{"both, payload", true, true, 255, false, ESP, OUT, false},
		{"both, home test", true, true, 3, false, ESP, HOME_TEST_OUT, false},
	};
	struct hp_random random;
	struct rig r;

	hp_random_seed(&random, 3);
	open_rig(&r, &alone, &kinds[0]);
	publish(&r, &kinds[0], 0, HOME_TEST_IN);
	publish(&r, &kinds[0], 0, HOME_TEST_OUT);
	for (unsigned int i = 0; i < HP_LEN(row); i++) {
		const uint64_t before = rig_count(&r, HP_DP_DROP_UNPROTECTED);
		uint8_t packet[MOST] = {0}, *inner = packet + HEADER;
		unsigned int len;
		struct rte_mbuf *m;

		rig_bind(&r, 0, 1460, row[i].payload ? number_of(0, OUT) : 0, row[i].home_test ? number_of(0, HOME_TEST_OUT) : 0);
		len = row[i].type == 255 ? 60 : message(packet, row[i].type, rig_far(1), rig_home(0), row[i].behind_options);
		if (row[i].type == 255)
			fill(packet, 60, rig_far(1), rig_home(0), &random);
		receive(&r, packet, len);
		hp_worker_once(r.dp->worker[0]);
		m = sent(&r);
		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		HP_CHECK(row[i].what, "out", rte_pktmbuf_mtod(m, uint8_t *)[ETHER + 6] == row[i].out);
		if (row[i].out == ESP) {
			uint32_t spi;

			memcpy(&spi, rte_pktmbuf_mtod_offset(m, void *, ETHER + HEADER), sizeof(spi));
			HP_CHECK(row[i].what, "association", rte_be_to_cpu_32(spi) == spec_of(&kinds[0], 0, row[i].by).spi);
		}
		rte_pktmbuf_free(m);
		/* The other way: the message that the node sends is one number below (HoTI 1, HoT 3; CoTI 2, CoT 4). */
		len = row[i].type == 255 ? 60
					 : message(inner, row[i].type <= 4 ? row[i].type - 2 : row[i].type, rig_home(0), rig_far(1),
						   row[i].behind_options);
		if (row[i].type == 255)
			fill(inner, 60, rig_home(0), rig_far(1), &random);
		rig_ip6(packet, (uint16_t)len, 41, rig_care_of(0), rig_agent);
		receive(&r, packet, HEADER + len);
		hp_worker_once(r.dp->worker[0]);
		m = sent(&r);
		HP_CHECK(row[i].what, "plain from the node", (m != NULL) == row[i].plain);
		HP_CHECK(row[i].what, "counted", (rig_count(&r, HP_DP_DROP_UNPROTECTED) == before) == row[i].plain);
		rte_pktmbuf_free(m);
	}
	rig_destroy(&r);
}

/* The association of home tests carries nothing else; that of all carries them too. */
static void test_home_test_in(void)
{
	static const struct {
		const char *what;
		int by;
		uint8_t type;
		bool passes;
	} row[] = {{"home test init", HOME_TEST_IN, 1, true},
		   {"care-of test init", HOME_TEST_IN, 2, false},
		   {"payload", HOME_TEST_IN, 255, false},
		   {"home test init by that of all", IN, 1, true},
		   {"payload by that of all", IN, 255, true}};
	struct hp_random random;
	struct rig r;

	hp_random_seed(&random, 3);
	open_rig(&r, &alone, &kinds[3]);
	publish(&r, &kinds[3], 0, HOME_TEST_IN);
	rig_bind(&r, 0, 1460, number_of(0, OUT), number_of(0, HOME_TEST_OUT));
	for (unsigned int i = 0; i < HP_LEN(row); i++) {
		const struct hp_association_spec s = spec_of(&kinds[3], 0, row[i].by);
		const uint64_t before = rig_count(&r, HP_DP_DROP_ESP_SELECTOR);
		uint8_t inner[MOST], out[SEALED];
		unsigned int len = 60;
		struct rte_mbuf *m;

		if (row[i].type == 255)
			fill(inner, 60, rig_home(0), rig_far(1), &random);
		else
			len = message(inner, row[i].type, rig_home(0), rig_far(1), false);
		receive(&r, out, sealed(&s, i + 1, 0, inner, len, NULL, out));
		hp_worker_once(r.dp->worker[0]);
		m = sent(&r);
		HP_CHECK(row[i].what, "passes", (m != NULL) == row[i].passes);
		HP_CHECK(row[i].what, "counted", (rig_count(&r, HP_DP_DROP_ESP_SELECTOR) == before) == row[i].passes);
		rte_pktmbuf_free(m);
	}
	rig_destroy(&r);
}

/* To us out of a tunnel without ESP, though everything is to be protected: messages that the management core's own policy is about. */
static void test_to_us(void)
{
	static const struct {
		const char *what;
		uint8_t type;
		bool passes;
	} row[] = {{"a Binding Update", 5, true}, {"home test init", 1, false}, {"anything else", 255, false}};
	struct hp_random random;
	struct rig r;

	hp_random_seed(&random, 3);
	open_rig(&r, &alone, &kinds[0]);
	for (unsigned int i = 0; i < HP_LEN(row); i++) {
		uint8_t packet[MOST], *inner = packet + HEADER;
		unsigned int len = 60;

		if (row[i].type == 255)
			fill(inner, 60, rig_home(0), rig_agent, &random);
		else
			len = message(inner, row[i].type, rig_home(0), rig_agent, false);
		rig_ip6(packet, (uint16_t)len, 41, rig_care_of(0), rig_agent);
		receive(&r, packet, HEADER + len);
		hp_worker_once(r.dp->worker[0]);
		HP_CHECK(row[i].what, "handed to the management core", (punted(&r).word != UINT32_MAX) == row[i].passes);
	}
	rig_destroy(&r);
}

/* SPIs of no association are the management core's; without associations all are. */
static void test_unknown_spi(void)
{
	for (int with = 0; with < 2; with++) {
		const struct hp_association_spec s = spec_of(&kinds[0], 77, IN);
		uint8_t inner[MOST], out[SEALED];
		struct hp_random random;
		struct rig r;

		hp_random_seed(&random, 3);
		if (with)
			open_rig(&r, &alone, &kinds[0]);
		else
			rig_create(&r, &alone);
		fill(inner, 60, rig_home(0), rig_far(1), &random);
		receive(&r, out, sealed(&s, 1, 0, inner, 60, NULL, out));
		hp_worker_once(r.dp->worker[0]);
		CU_ASSERT_EQUAL(punted(&r).class_, HP_PUNT_NEWCOMER);
		/* SPI without a number. */
		rig_ip6(out, 4, ESP, rig_care_of(0), rig_agent);
		receive(&r, out, HEADER + 4);
		hp_worker_once(r.dp->worker[0]);
		CU_ASSERT_EQUAL(punted(&r).class_, HP_PUNT_NEWCOMER);
		rig_destroy(&r);
	}
}

/* From node to node, both under ESP; and a listener's message. */
static void test_hairpin(void)
{
	const struct hp_association_spec in = spec_of(&kinds[1], 1, IN), out = spec_of(&kinds[1], 2, OUT);
	const struct hp_ip6 local = {{0xfe, 0x80, [15] = 1}}, group = {{0xff, 2, [15] = 0x16}};
	uint8_t inner[MOST], back[MOST], frame[SEALED];
	struct hp_random random;
	struct rte_mbuf *m;
	struct rig r;

	hp_random_seed(&random, hp_test_seed());
	open_rig(&r, &alone, &kinds[1]);
	fill(inner, 300, rig_home(1), rig_home(2), &random);
	receive(&r, frame, sealed(&in, 1, 1, inner, 300, NULL, frame));
	hp_worker_once(r.dp->worker[0]);
	m = sent(&r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	inner[7]--;
	CU_ASSERT(opened(&out, 1, 2, m, back) == 300 && memcmp(back, inner, 300) == 0);
	rte_pktmbuf_free(m);
	/* ESP to us in the tunnel: none of the workers'. */
	rig_ip6(frame, 60, ESP, rig_home(1), rig_agent);
	peer_seal(&in, 2, inner, 20, NULL, frame + HEADER);
	memcpy(inner, frame, 100);
	receive(&r, frame, sealed(&in, 3, 1, inner, 100, NULL, frame));
	/* Of multicast nothing is done here: refused, as one that comes without ESP is, but not because of its source. */
	rig_ip6(inner, 20, 0, local, group);
	receive(&r, frame, sealed(&in, 4, 1, inner, 60, NULL, frame));
	receive(&r, frame, sealed(&in, 5, 2, inner, 60, NULL, frame));
	hp_worker_once(r.dp->worker[0]);
	CU_ASSERT_EQUAL(punted(&r).class_, HP_PUNT_MOVED);
	CU_ASSERT_EQUAL(rig_count(&r, HP_DP_DROP_TUNNEL_LINKLOCAL), 1);
	CU_ASSERT_EQUAL(rig_count(&r, HP_DP_DROP_ESP_SELECTOR), 1);
	rig_destroy(&r);
}

/* Published, replaced, withdrawn. What was to be protected does not leave otherwise. */
static void test_lifetime(void)
{
	struct hp_association_spec s = spec_of(&kinds[0], 4, IN), out = spec_of(&kinds[2], 4, OUT);
	uint8_t packet[MOST], back[MOST], frame[SEALED];
	uint64_t packets, octets;
	struct hp_random random;
	struct rte_mbuf *m;
	struct rig r;

	hp_random_seed(&random, hp_test_seed());
	open_rig(&r, &alone, &kinds[0]);
	fill(packet, 100, rig_far(1), rig_home(4), &random);
	/* By another algorithm from the next packet on; its numbers begin anew. */
	receive(&r, packet, 100);
	hp_worker_once(r.dp->worker[0]);
	rte_pktmbuf_free(sent(&r));
	CU_ASSERT(hp_dataplane_association_used(r.dp, number_of(4, OUT), &packets, &octets) && packets == 1 && octets == 100);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, number_of(4, OUT), &out), 0);
	receive(&r, packet, 100);
	hp_worker_once(r.dp->worker[0]);
	m = sent(&r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_EQUAL(opened(&out, 1, 4, m, back), 100);
	rte_pktmbuf_free(m);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, number_of(4, OUT), NULL), 0);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, number_of(4, OUT), NULL), -ENOENT);
	CU_ASSERT(!hp_dataplane_association_used(r.dp, number_of(4, OUT), &packets, &octets));
	receive(&r, packet, 100);
	hp_worker_once(r.dp->worker[0]);
	CU_ASSERT(sent(&r) == NULL && rig_count(&r, HP_DP_DROP_ESP_ASSOCIATION) == 1);
	/* One that is for the other direction is none. */
	rig_bind(&r, 4, 1460, number_of(4, IN), 0);
	receive(&r, packet, 100);
	hp_worker_once(r.dp->worker[0]);
	CU_ASSERT(sent(&r) == NULL && rig_count(&r, HP_DP_DROP_ESP_ASSOCIATION) == 2);
	/* In: another number with the same SPI; the same number with the same SPI, and with another. */
	fill(packet, 100, rig_home(4), rig_far(1), &random);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, 399, &s), -EEXIST);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, number_of(4, IN), &s), 0);
	receive(&r, frame, sealed(&s, 1, 4, packet, 100, NULL, frame));
	hp_worker_once(r.dp->worker[0]);
	m = sent(&r);
	CU_ASSERT_PTR_NOT_NULL(m);
	rte_pktmbuf_free(m);
	s.spi = 40000;
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, number_of(4, IN), &s), 0);
	receive(&r, frame, sealed(&s, 1, 4, packet, 100, NULL, frame));
	s.spi = 4100;
	receive(&r, frame, sealed(&s, 2, 4, packet, 100, NULL, frame));
	hp_worker_once(r.dp->worker[0]);
	m = sent(&r);
	CU_ASSERT_PTR_NOT_NULL(m);
	rte_pktmbuf_free(m);
	CU_ASSERT(sent(&r) == NULL && punted(&r).word != UINT32_MAX);
	/* Numbers that there are not, and what no worker does. */
	s.spi = 40001;
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, 0, &s), -EINVAL);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, 401, &s), -EINVAL);
	s.mode = HP_ASSOCIATION_TRANSPORT;
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, 399, &s), -EINVAL);
	rig_destroy(&r);
}

/* Octets of a key anywhere in the memory of the sessions. */
static unsigned int found(const struct rte_mempool *pool, const uint8_t *key, size_t len)
{
	unsigned int n = 0;

	for (const struct rte_mempool_memhdr *h = STAILQ_FIRST(&pool->mem_list); h; h = STAILQ_NEXT(h, next))
		for (const char *at = h->addr, *end = at + h->len; (at = memmem(at, (size_t)(end - at), key, len)); at++)
			n++;
	return n;
}

/* Whether the kernel leaves the page out of a core dump. */
static bool undumped(const void *at)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	bool in = false, out = false;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			in = (unsigned long)at >= from && (unsigned long)at < to;
		else if (in && strncmp(line, "VmFlags:", 8) == 0)
			out = strstr(line, " dd") != NULL;
	}
	if (f)
		fclose(f);
	return out;
}

/* More than ever fit, one after the other; then no key is left. */
static void test_wiped(void)
{
	struct hp_association_spec s = spec_of(&kinds[0], 0, OUT);
	struct rte_mempool *pool;
	struct rig r;

	rig_create(&r, &(struct rig_conf){.workers = 1, .queues = 1, .associations = 1});
	pool = rte_mempool_lookup("sessions_0");
	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	CU_ASSERT_EQUAL(found(pool, s.encryption_key, 16), 0);
	CU_ASSERT(undumped(STAILQ_FIRST(&pool->mem_list)->addr) && undumped(r.dp->shared.sas->all));
	CU_ASSERT(!undumped(&r));
	for (unsigned int i = 0; i < 2000; i++) {
		if (i % 7 == 6)
			CU_ASSERT_EQUAL_FATAL(hp_dataplane_association(r.dp, 1, NULL), 0);
		CU_ASSERT_EQUAL_FATAL(hp_dataplane_association(r.dp, 1, &s), 0);
	}
	/* The first round key of AES is the key itself. */
	CU_ASSERT(found(pool, s.encryption_key, 16) > 0);
	CU_ASSERT_EQUAL(hp_dataplane_association(r.dp, 1, NULL), 0);
	hp_dataplane_tick(r.dp, 1000);
	CU_ASSERT_EQUAL(found(pool, s.encryption_key, 16), 0);
	for (uint32_t i = 0; i < 1 + HP_SA_SPARE; i++)
		CU_ASSERT_EQUAL(found((const struct rte_mempool *)pool, s.salt, 4) + (r.dp->shared.sas->all[i].salt != 0), 0);
	rig_destroy(&r);
}

/* What the plan of the appliance counts on. */
static void test_memory(void)
{
	static const struct {
		uint32_t most;
		unsigned int workers;
	} row[] = {{1, 1}, {1, 3}, {2000, 1}, {20000, 3}};

	for (unsigned int i = 0; i < 2 * HP_LEN(row); i++) {
		const unsigned int workers = row[i / 2].workers;
		struct rte_malloc_socket_stats before, after;
		struct hp_reclaim *reclaim;
		struct hp_sas *sas;
		size_t taken;

		CU_ASSERT_EQUAL_FATAL(hp_reclaim_create(&reclaim, workers), 0);
		rte_malloc_get_socket_stats(0, &before);
		CU_ASSERT_EQUAL_FATAL(hp_sas_create(&sas, row[i / 2].most, workers, i % 2, SOCKET_ID_ANY, reclaim), 0);
		rte_malloc_get_socket_stats(0, &after);
		taken = after.heap_allocsz_bytes - before.heap_allocsz_bytes;
		CU_ASSERT(taken <= hp_sas_memory(row[i / 2].most, workers));
		/* The portable device's sessions are small. */
		CU_ASSERT(i % 2 || taken >= hp_sas_memory(row[i / 2].most, workers) / 3);
		hp_reclaim_destroy(reclaim);
		hp_sas_destroy(sas);
	}
	CU_ASSERT_EQUAL(hp_sas_memory(0, 3), 0);
}

static unsigned int count_sent(struct rig *r, const struct kind *kind, bool out, uint64_t *seen)
{
	unsigned int n = 0;

	for (unsigned int w = 0; w < r->workers; w++)
		for (void *p; rte_ring_sc_dequeue(r->tx[w], &p) == 0; n++) {
			const struct rte_mbuf *m = p;
			uint8_t inner[MOST];

			if (out) {
				const unsigned int k = rte_pktmbuf_mtod(m, uint8_t *)[ETHER + 39] - 1u;
				const struct hp_association_spec s = spec_of(kind, k, OUT);

				/* One writer: every number once, in order. */
				if (opened(&s, ++seen[k], k, m, inner) < 0)
					CU_FAIL("another number, or wrong");
			}
			rte_pktmbuf_free(p);
		}
	return n;
}

/* Whatever worker a packet comes to: the one that an association belongs to does it. */
static void workers(const char *name, const struct rig_conf *conf)
{
	const struct kind *kind = &kinds[1];
	uint64_t sent_numbers[RIG_BOUND] = {0}, seen[RIG_BOUND] = {0};
	unsigned int out = 0, in = 0, of[RIG_WORKERS] = {0};
	uint64_t into_of[RIG_WORKERS] = {0}, from_of[RIG_WORKERS] = {0};
	struct hp_dp_worker_status status;
	struct hp_random random;
	struct rig r;

	hp_random_seed(&random, hp_test_seed());
	open_rig(&r, conf, kind);
	for (unsigned int w = 0; w < conf->workers; w++) {
		hp_dataplane_worker(r.dp, w, &status);
		of[w] = status.associations;
	}
	HP_CHECK(name, "evenly spread", of[0] + of[1] + of[2] == 2 * RIG_BOUND && of[0] >= 42 && of[1] >= 42 && of[2] >= 42);
	for (unsigned int round = 0; round < 40; round++) {
		uint8_t packet[MOST], frame[SEALED];

		for (unsigned int i = 0; i < 48; i++) {
			const unsigned int k = hp_random_between(&random, 0, RIG_BOUND - 1);
			const struct hp_association_spec s = spec_of(kind, k, IN);

			into_of[hp_sas_get(r.dp->shared.sas, number_of(k, OUT))->worker]++;
			from_of[hp_sas_get(r.dp->shared.sas, number_of(k, IN))->worker]++;
			fill(packet, 100, rig_far(i), rig_home(k), &random);
			CU_ASSERT_EQUAL_FATAL(rte_ring_sp_enqueue(r.rx[i % conf->queues], rig_frame(&r, packet, 100)), 0);
			fill(packet, 100, rig_home(k), rig_far(i), &random);
			CU_ASSERT_EQUAL_FATAL(
				rte_ring_sp_enqueue(r.rx[(i + 1) % conf->queues],
						    rig_frame(&r, frame, sealed(&s, ++sent_numbers[k], k, packet, 100, NULL, frame))),
				0);
		}
		turn(&r);
		out += 48;
		in += 48;
		/* Plain ones among them. */
		HP_CHECK(name, "all come through", rig_count(&r, HP_DP_PROTECTED) == out && rig_count(&r, HP_DP_UNPROTECTED) == in);
		for (unsigned int w = 0; w < r.workers; w++) {
			void *held[256];
			unsigned int n = rte_ring_sc_dequeue_burst(r.tx[w], held, 256, NULL);

			for (unsigned int i = 0; i < n; i++)
				if (rte_pktmbuf_mtod((struct rte_mbuf *)held[i], uint8_t *)[ETHER + 6] == ESP)
					rte_ring_sp_enqueue(r.tx[w], held[i]);
				else
					rte_pktmbuf_free(held[i]);
		}
		count_sent(&r, kind, true, seen);
	}
	HP_CHECK(name, "handed over", rig_count(&r, HP_DP_HANDED) > 0);
	for (unsigned int w = 0; w < conf->workers; w++) {
		uint64_t count[HP_DP_COUNT];

		hp_dataplane_count(r.dp, (int)w, count);
		HP_CHECK(name, "each by its own", count[HP_DP_PROTECTED] == into_of[w] && count[HP_DP_UNPROTECTED] == from_of[w]);
	}
	rig_destroy(&r);
}

static void test_workers(void)
{
	workers("spread off", &(struct rig_conf){.workers = 3, .queues = 2, .spread = HP_DP_SPREAD_OFF});
	workers("one queue", &(struct rig_conf){.workers = 3, .queues = 1});
	workers("after decapsulation too", &(struct rig_conf){.workers = 3, .queues = 3, .spread = HP_DP_SPREAD_INNER});
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"out, every burst and algorithm", test_out},
		{"in, every burst and algorithm", test_in},
		{"both by the portable device", test_portable},
		{"what is refused", test_refused},
		{"a forged number moves nothing", test_forged_number},
		{"extended sequence numbers roll over", test_rollover},
		{"sequence numbers used up", test_used_up},
		{"the largest packet", test_mtu},
		{"fragments, and options before it", test_fragments},
		{"what protects what", test_policy},
		{"home test messages in", test_home_test_in},
		{"to us without ESP", test_to_us},
		{"unknown SPIs", test_unknown_spi},
		{"from node to node", test_hairpin},
		{"published, replaced, withdrawn", test_lifetime},
		{"no key is left", test_wiped},
		{"memory as planned", test_memory},
		{"several workers", test_workers},
		HP_TESTS_END,
	};

	return test_eal("0@0,1@0,2@0,3@0") ? hp_tests_run("esp", tests) : 1;
}
