/* SPDX-License-Identifier: BSD-3-Clause */
#include "rr.h"

#include <rte_cycles.h>
#include <string.h>

#include "box.h"
#include "dataplane/state.h"
#include "wire/mh.h"

#define TESTS 200000 /* a repetition */

const char *const rr_kind[RR_KINDS] = {"home", "care-of"};

static const enum hp_mh_type asked[RR_KINDS] = {HP_MH_HOTI, HP_MH_COTI}, answered[RR_KINDS] = {HP_MH_HOT, HP_MH_COT};

struct bench {
	struct box box;
	enum rr_kind kind;
	uint64_t asked;
};

static struct hp_ip6 server(void)
{
	return box_address(5, 0, 2);
}

/* Of whoever has that address. */
static void make_cookie(const struct hp_ip6 *src, uint8_t cookie[HP_MH_COOKIE])
{
	uint64_t id;

	memcpy(&id, src->b + 8, sizeof(id));
	id = box_mix(id);
	memcpy(cookie, &id, sizeof(id));
}

static struct rte_mbuf *test(struct bench *b)
{
	const uint64_t i = b->asked++;
	struct hp_rr_init init;
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {.src = box_address(0xa, (uint16_t)(i % BOX_GATEWAYS), box_mix(i + 1)),
			    .dst = server(),
			    .hop_limit = 60,
			    .proto = HP_PROTO_MH,
			    .body = body};

	make_cookie(&s.src, init.cookie);
	s.body_len = (size_t)hp_rr_init_write(asked[b->kind], &init, body, sizeof(body));
	return box_frame(&b->box, &s);
}

static bool is_answer(void *ctx, const struct hp_packet *p)
{
	const struct bench *b = ctx;
	const struct hp_ip6 us = server();
	uint8_t cookie[HP_MH_COOKIE], type;
	struct hp_rr_test t;
	size_t error_at;

	make_cookie(&p->dst, cookie);
	return hp_ip6_eq(&p->src, &us) &&
	       hp_mh_check(hp_packet_payload(p), hp_packet_payload_len(p), &p->src, &p->dst, &type, &error_at) == HP_MH_OK &&
	       type == answered[b->kind] && hp_rr_test_read(&t, hp_packet_payload(p), hp_packet_payload_len(p)) == HP_MH_OK &&
	       memcmp(t.cookie, cookie, sizeof(cookie)) == 0;
}

/* Returns the cycles that all of them took. */
static uint64_t tests(struct bench *b, uint32_t n)
{
	uint64_t cycles = 0;

	for (uint32_t done = 0; done < n; done += BOX_ROUND) {
		const uint64_t before = b->box.answered;

		for (uint32_t i = 0; i < BOX_ROUND; i += HP_BURST) {
			struct rte_mbuf *m[HP_BURST];
			unsigned int k = 0;

			for (unsigned int j = 0; j < HP_BURST; j++) {
				m[k] = test(b);
				k += m[k] != NULL;
			}
			box_receive(&b->box, m, k);
		}
		cycles += box_turns(&b->box);
		box_drain(&b->box, is_answer, b);
		b->box.wrong += before + BOX_ROUND - b->box.answered;
	}
	return cycles;
}

int rr_run(struct rr_figures *f)
{
	static struct bench b;
	const uint32_t n = TESTS / BOX_ROUND * BOX_ROUND;
	int ret;

	*f = (struct rr_figures){0};
	ret = box_create(&b.box, "\"home_agent\": {\"links\": [\"virtual\"], \"authentication\": \"none\", \"max_bindings\": 1000},"
				 "\"correspondent\": {\"protect\": [\"2001:db8:5::/64\"]},");
	if (ret)
		return ret;
	for (b.kind = 0; b.kind < RR_KINDS; b.kind++)
		for (int rep = 0; rep < RR_REPETITIONS; rep++) {
			const uint64_t cycles = tests(&b, n);

			f->cycles[b.kind][rep] = (double)cycles / n;
			f->per_s[b.kind][rep] = n * (double)rte_get_tsc_hz() / (double)cycles;
		}
	f->wrong = b.box.wrong;
	box_destroy(&b.box);
	return 0;
}
