/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragmentation and reassembly. */
#include <rte_mbuf.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dataplane/fragment.h"
#include "dataplane/header.h"
#include "dataplane/reassemble.h"
#include "dataplane/worker.h"
#include "eal.h"
#include "run.h"

static struct hp_ip6 numbered(uint32_t n)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, [15] = (uint8_t)n}};
}

static struct rte_mbuf *packet(struct rte_mempool *pool, uint16_t len, struct hp_random *r)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, len);
	struct hp_header *h = (struct hp_header *)p;

	for (uint16_t i = 40; i < len; i++)
		p[i] = (uint8_t)hp_random_u64(r);
	memset(h, 0, sizeof(*h));
	h->first[0] = 0x60;
	hp_header_set_payload(h, (uint16_t)(len - 40));
	h->next = HP_PROTO_UDP;
	h->hop_limit = 64;
	h->src = numbered(1);
	h->dst = numbered(2);
	*hp_meta(m) = (struct hp_meta){0};
	return m;
}

/* Fragments in any order, some twice, come out as what went in, octet by octet; no buffer is lost. */
static void test_fragments(void)
{
	struct rte_mempool *pool = rte_pktmbuf_pool_create("test", 1023, 0, sizeof(struct hp_meta), 4096, SOCKET_ID_ANY);
	struct hp_shared shared = {.pool = pool};
	struct hp_worker *w = calloc(1, sizeof(*w));
	struct hp_reassembly *reassembly;
	struct hp_random r;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	CU_ASSERT_EQUAL_FATAL(hp_reassembly_create(&reassembly, 1023, SOCKET_ID_ANY), 0);
	w->shared = &shared;
	w->now = 1;
	for (uint32_t round = 0; round < 2000; round++) {
		uint16_t mtu = (uint16_t)hp_random_between(&r, 400, 1500);
		struct rte_mbuf *m = packet(pool, (uint16_t)hp_random_between(&r, (uint32_t)mtu + 1, 3500), &r), *part[HP_FRAGMENTS],
				*whole = NULL;
		int n = hp_fragment(m, mtu, round, pool, part);

		CU_ASSERT_FATAL(n > 1);
		for (int i = n - 1; i > 0; i--) {
			uint32_t k = hp_random_between(&r, 0, (uint32_t)i);
			struct rte_mbuf *swap = part[i];

			part[i] = part[k];
			part[k] = swap;
		}
		for (int i = 0; i < n; i++) {
			struct rte_mbuf *again = hp_random_between(&r, 0, 3) ? NULL : rte_pktmbuf_copy(part[i], pool, 0, UINT32_MAX);
			struct hp_packet p;

			CU_ASSERT(part[i]->data_len <= mtu);
			CU_ASSERT_EQUAL(hp_packet_read(&p, rte_pktmbuf_mtod(part[i], void *), part[i]->data_len), HP_WALK_OK);
			CU_ASSERT(p.is_fragment);
			if (n <= HP_REASSEMBLY_FRAGMENTS) {
				struct rte_mbuf *got = hp_reassemble(reassembly, w, part[i], &p);

				if (got)
					whole = got;
				if (again && !got) {
					hp_packet_read(&p, rte_pktmbuf_mtod(again, void *), again->data_len);
					CU_ASSERT_PTR_NULL(hp_reassemble(reassembly, w, again, &p));
					again = NULL;
				}
			} else {
				rte_pktmbuf_free(part[i]);
			}
			rte_pktmbuf_free(again);
		}
		if (n <= HP_REASSEMBLY_FRAGMENTS) {
			CU_ASSERT_FATAL(whole != NULL);
			CU_ASSERT_EQUAL(hp_meta(whole)->word, HP_IP6_HEADER);
			CU_ASSERT(whole->data_len == m->data_len &&
				  memcmp(rte_pktmbuf_mtod(whole, void *), rte_pktmbuf_mtod(m, void *), m->data_len) == 0);
			rte_pktmbuf_free(whole);
		}
		rte_pktmbuf_free(m);
	}
	CU_ASSERT_EQUAL(rte_mempool_avail_count(pool), 1023);
	hp_reassembly_destroy(reassembly);
	free(w);
	rte_mempool_free(pool);
}

static struct rte_mbuf *piece(struct rte_mempool *pool, uint32_t id, uint16_t at, uint16_t len, bool more)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(48 + len));
	struct hp_header *h = (struct hp_header *)p;

	memset(p, 0, 48u + len);
	h->first[0] = 0x60;
	hp_header_set_payload(h, (uint16_t)(8 + len));
	h->next = HP_PROTO_FRAGMENT;
	h->src = numbered(1);
	h->dst = numbered(2);
	p[40] = HP_PROTO_UDP;
	p[42] = (uint8_t)(at >> 8);
	p[43] = (uint8_t)((at & 0xf8) | more);
	memcpy(p + 44, &id, sizeof(id));
	*hp_meta(m) = (struct hp_meta){0};
	return m;
}

/* RFC 5722 and RFC 8200 §4.5: what is wrong ends the whole packet; and nothing is written beyond it. */
static void test_bad_fragments(void)
{
	static const struct {
		const char *why;
		struct {
			uint16_t at, len;
			bool more;
		} part[4];
		unsigned int parts, dropped;
	} row[] = {
		{"overlap", {{0, 64, true}, {56, 64, true}}, 2, 2},
		{"overlap inside", {{0, 128, true}, {32, 32, true}}, 2, 2},
		{"not a multiple of 8 and not the last", {{0, 63, true}}, 1, 1},
		{"behind the last", {{64, 32, false}, {96, 32, true}}, 2, 2},
		{"the last before what has come", {{128, 64, true}, {0, 64, false}}, 2, 2},
		{"two last ones", {{64, 32, false}, {96, 32, false}}, 2, 2},
		{"too long for a buffer", {{60000, 64, true}}, 1, 1},
		{"empty", {{0, 0, true}}, 1, 1},
	};
	struct rte_mempool *pool = rte_pktmbuf_pool_create("bad", 127, 0, sizeof(struct hp_meta), 2176, SOCKET_ID_ANY);
	struct hp_shared shared = {.pool = pool};
	struct hp_worker *w = calloc(1, sizeof(*w));
	struct hp_reassembly *reassembly;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	CU_ASSERT_EQUAL_FATAL(hp_reassembly_create(&reassembly, 1023, SOCKET_ID_ANY), 0);
	w->shared = &shared;
	w->now = 1;
	for (uint32_t i = 0; i < HP_LEN(row); i++) {
		w->count[HP_DP_DROP_FRAGMENT] = 0;
		for (unsigned int k = 0; k < row[i].parts; k++) {
			struct rte_mbuf *m = piece(pool, i, row[i].part[k].at, row[i].part[k].len, row[i].part[k].more);
			struct hp_packet p;

			CU_ASSERT_EQUAL(hp_packet_read(&p, rte_pktmbuf_mtod(m, void *), m->data_len), HP_WALK_OK);
			HP_CHECK(row[i].why, "nothing comes out", hp_reassemble(reassembly, w, m, &p) == NULL);
		}
		HP_CHECK(row[i].why, "all dropped and counted", w->count[HP_DP_DROP_FRAGMENT] == row[i].dropped);
		HP_CHECK(row[i].why, "no buffer kept", rte_mempool_avail_count(pool) == 127);
	}
	hp_reassembly_destroy(reassembly);
	free(w);
	rte_mempool_free(pool);
}

/* However many fragments strangers send: what unfinished packets hold is bounded, and a whole one still comes together. */
static void test_flood(void)
{
	enum { BUFFERS = 1023, MOST = BUFFERS / 8, FLOOD = 50000 };
	struct rte_mempool *pool = rte_pktmbuf_pool_create("flood", BUFFERS, 0, sizeof(struct hp_meta), 2176, SOCKET_ID_ANY);
	struct hp_shared shared = {.pool = pool};
	struct hp_worker *w = calloc(1, sizeof(*w));
	struct hp_reassembly *reassembly;
	struct hp_random r;
	unsigned int whole = 0, held = 0;

	hp_random_seed(&r, hp_test_seed());
	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	CU_ASSERT_EQUAL_FATAL(hp_reassembly_create(&reassembly, MOST, SOCKET_ID_ANY), 0);
	w->shared = &shared;
	w->now = 1;
	for (uint32_t i = 0; i < FLOOD; i++) {
		bool honest = i % 100 < 2; /* two fragments, one after the other, amid those that are never finished */
		struct rte_mbuf *m = honest ? piece(pool, i / 100, i % 100 ? 64 : 0, 64, i % 100 == 0)
					    : piece(pool, 1u << 31 | hp_random_between(&r, 0, 1u << 20),
						    (uint16_t)(8 * hp_random_between(&r, 1, 100)), 8, true);
		struct hp_packet p;

		CU_ASSERT_FATAL(m != NULL);
		hp_packet_read(&p, rte_pktmbuf_mtod(m, void *), m->data_len);
		m = hp_reassemble(reassembly, w, m, &p);
		whole += m != NULL;
		rte_pktmbuf_free(m);
		if (BUFFERS - rte_mempool_avail_count(pool) > held)
			held = BUFFERS - rte_mempool_avail_count(pool);
		w->now++;
	}
	CU_ASSERT_EQUAL(whole, FLOOD / 100);
	CU_ASSERT(held <= MOST);
	/* Counted: given up, or dropped as malformed with their packet; the rest is there still. */
	CU_ASSERT_EQUAL(w->count[HP_DP_DROP_FRAGMENT_FULL] + w->count[HP_DP_DROP_FRAGMENT] + 2 * whole +
				(BUFFERS - rte_mempool_avail_count(pool)),
			FLOOD);
	hp_reassembly_destroy(reassembly);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(pool), BUFFERS);
	free(w);
	rte_mempool_free(pool);
}

/* RFC 8200 §4.5: 60 s after the first to arrive all are dropped; when the first one of the packet is among them, its sender is told. */
static void test_fragments_expire(void)
{
	static const struct {
		const char *why;
		uint16_t at[2];
		unsigned int silent, told;
	} row[] = {{"with the first", {64, 0}, 1, 1}, {"without the first", {64, 128}, 2, 0}};
	struct rte_mempool *pool = rte_pktmbuf_pool_create("late", 127, 0, sizeof(struct hp_meta), 2176, SOCKET_ID_ANY);
	struct hp_shared shared = {.pool = pool, .wake_fd = -1};
	const uint64_t second = rte_get_tsc_hz();

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	for (uint32_t i = 0; i < HP_LEN(row); i++) {
		struct hp_worker *w = calloc(1, sizeof(*w));
		struct hp_reassembly *reassembly;
		void *m;

		CU_ASSERT_EQUAL_FATAL(hp_reassembly_create(&reassembly, 100, SOCKET_ID_ANY), 0);
		w->shared = &shared;
		w->now = second;
		for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++) {
			char name[RTE_RING_NAMESIZE];

			snprintf(name, sizeof(name), "late_%u_%d", i, c);
			w->punt[c] = rte_ring_create(name, 16, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		}
		hp_policers_init(w);
		for (int k = 0; k < 2; k++) {
			struct hp_packet p;
			struct rte_mbuf *f = piece(pool, i, row[i].at[k], 64, true);

			w->now += 20 * second;
			CU_ASSERT_EQUAL(hp_packet_read(&p, rte_pktmbuf_mtod(f, void *), f->data_len), HP_WALK_OK);
			CU_ASSERT_PTR_NULL(hp_reassemble(reassembly, w, f, &p));
		}
		w->now += 39 * second;
		for (int k = 0; k < HP_REASSEMBLY_PACKETS; k++)
			hp_reassembly_expire(reassembly, w);
		HP_CHECK(row[i].why, "59 s: kept", rte_mempool_avail_count(pool) == 125);
		w->now += 2 * second;
		for (int k = 0; k < HP_REASSEMBLY_PACKETS; k++)
			hp_reassembly_expire(reassembly, w);
		HP_CHECK(row[i].why, "61 s: dropped and counted", w->count[HP_DP_DROP_FRAGMENT_TIMEOUT] == row[i].silent);
		HP_CHECK(row[i].why, "the sender is told", rte_ring_count(w->punt[HP_PUNT_COMPLAINT]) == row[i].told);
		for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++) {
			while (rte_ring_sc_dequeue(w->punt[c], &m) == 0) {
				HP_CHECK(row[i].why, "time exceeded, code 1", hp_meta(m)->punt_reason == HP_PUNT_REASSEMBLY);
				rte_pktmbuf_free(m);
			}
			rte_ring_free(w->punt[c]);
		}
		HP_CHECK(row[i].why, "no buffer kept", rte_mempool_avail_count(pool) == 127);
		hp_reassembly_destroy(reassembly);
		free(w);
	}
	rte_mempool_free(pool);
}

int main(void)
{
	static const struct hp_test tests[] = {
		{"fragments there and back", test_fragments},
		{"malformed fragments", test_bad_fragments},
		{"a flood of fragments", test_flood},
		{"fragments that stay alone", test_fragments_expire},
		HP_TESTS_END,
	};

	return test_eal("0@0") ? hp_tests_run("fragments", tests) : 1;
}
