/* SPDX-License-Identifier: BSD-3-Clause */
/* Every combination of headers that a message of ours may have, read back by the walk of whom it is for; and the checksum. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/packet.h"

enum { ROUTED = 1, HOME = 2, ALERT = 4, TUNNELLED = 8, MOBILITY = 16, ALL = 32 };

/* RFC 8200 §4.1, RFC 6275 §6.3, §6.4: which next-header values must follow each other. */
static const char *chain_of(unsigned int has)
{
	static const char *chain[] = {
		[0] = "",      [ROUTED] = "R",          [HOME] = "D",          [ROUTED | HOME] = "RD",
		[ALERT] = "H", [ALERT | ROUTED] = "HR", [ALERT | HOME] = "HD", [ALERT | ROUTED | HOME] = "HRD",
	};

	return chain[has & (ROUTED | HOME | ALERT)];
}

static void follow(const uint8_t *p, unsigned int has, uint8_t proto)
{
	uint8_t next = p[6];

	p += 40;
	for (const char *c = chain_of(has); *c; c++) {
		CU_ASSERT_EQUAL(next, *c == 'H' ? 0 : *c == 'R' ? 43 : 60);
		CU_ASSERT_EQUAL(p[1], *c == 'H' ? 0 : 2);
		if (*c == 'D') /* §6.3: the option at 8n + 6 of its header, which itself lies at a multiple of 8 */
			CU_ASSERT(memcmp(p + 2, "\1\2\0\0\xc9\x10", 6) == 0);
		if (*c == 'R')
			CU_ASSERT(memcmp(p + 2, "\2\1\0\0\0\0", 6) == 0);
		if (*c == 'H') /* RFC 2711 §2.1, value 0: multicast listener discovery */
			CU_ASSERT(memcmp(p + 2, "\5\2\0\0", 4) == 0);
		next = p[0];
		p += (p[1] + 1) * 8;
	}
	CU_ASSERT_EQUAL(next, proto);
}

void test_compose(void)
{
	static const uint8_t message[24] = {0x80, 1, 0, 0, 0, 0, 0x3b, 2};

	for (unsigned int has = 0; has < ALL; has++) {
		const uint8_t proto = has & MOBILITY ? HP_PROTO_MH : HP_PROTO_ICMPV6;
		const struct hp_send s = {
			.src = ip6("2001:db8:a::5"),
			.dst = ip6("2001:db8:1::1"),
			.coa = ip6(has & ROUTED ? "2001:db8:b::7" : "::"),
			.hoa = ip6(has & HOME ? "2001:db8:1::100" : "::"),
			.outer_src = ip6("2001:db8:f::1"),
			.outer_dst = ip6(has & TUNNELLED ? "2001:db8:f::2" : "::"),
			.router_alert = has & ALERT,
			.hop_limit = 255,
			.proto = proto,
			.body = message,
			.body_len = sizeof(message),
		};
		uint8_t *inner, out[400];
		const int n = hp_compose(&s, out, sizeof(out));
		struct hp_packet p;
		struct hp_ip6 via;

		CU_ASSERT_EQUAL((size_t)n, hp_compose_overhead(&s) + sizeof(message));
		CU_ASSERT_EQUAL((size_t)n, 40 + sizeof(message) + (has & TUNNELLED ? 40 : 0) + (has & ALERT ? 8 : 0) +
						   (has & ROUTED ? 24 : 0) + (has & HOME ? 24 : 0));
		inner = out;
		if (has & TUNNELLED) {
			CU_ASSERT_EQUAL(hp_packet_read(&p, out, (size_t)n), HP_WALK_OK);
			CU_ASSERT(p.proto == HP_PROTO_IPV6 && p.payload_at == 40 && p.hop_limit == 64 && p.len == (size_t)n);
			CU_ASSERT(hp_ip6_eq(&p.src, &s.outer_src) && hp_ip6_eq(&p.dst, &s.outer_dst));
			inner += 40;
		}
		CU_ASSERT_EQUAL(hp_packet_read_node(&p, inner, (size_t)(out + n - inner)), HP_WALK_OK);
		follow(inner, has, proto);
		via = has & ROUTED ? s.coa : s.dst;
		CU_ASSERT(hp_ip6_eq(&p.src, &s.src) && hp_ip6_eq(&p.dst, &via) && p.hop_limit == 255 && p.proto == proto);
		CU_ASSERT(p.traffic_class == 0 && p.flow_label == 0);
		CU_ASSERT(p.has_hao == !!(has & HOME) && p.has_rh2 == !!(has & ROUTED) && p.router_alert == !!(has & ALERT));
		CU_ASSERT(hp_ip6_eq(hp_packet_destination(&p), &s.dst) && hp_ip6_eq(hp_packet_source(&p), has & HOME ? &s.hoa : &s.src));
		/* RFC 6275 §6.1.1, §11.3.1; RFC 8200 §8.1: over the final destination, from the home address. */
		CU_ASSERT_EQUAL(hp_checksum(has & HOME ? &s.hoa : &s.src, &s.dst, proto, hp_packet_payload(&p), hp_packet_payload_len(&p)),
				0);
		{
			struct bytes b = bytes_copy(message, sizeof(message));

			bytes_mend(&b, has & HOME ? &s.hoa : &s.src, &s.dst, proto);
			CU_ASSERT(memcmp(b.p, hp_packet_payload(&p), b.len) == 0);
			bytes_free(&b);
		}
		for (size_t room = 0; room <= (size_t)n; room++) {
			struct bytes b = bytes_copy(out, room);

			CU_ASSERT_EQUAL(hp_compose(&s, b.p, room) < 0, room < (size_t)n);
			bytes_free(&b);
		}
	}
}

void test_compose_limits(void)
{
	static uint8_t out[70000], body[65536];
	struct hp_send s = {.src = ip6("2001:db8::1"), .dst = ip6("2001:db8::2"), .proto = HP_PROTO_ICMPV6, .body = body};

	/* A message without a checksum field is none. */
	for (s.body_len = 0; s.body_len < 4; s.body_len++)
		CU_ASSERT(hp_compose(&s, out, sizeof(out)) < 0);
	CU_ASSERT(hp_compose(&s, out, sizeof(out)) == 44);
	s.proto = HP_PROTO_MH;
	CU_ASSERT(hp_compose(&s, out, sizeof(out)) < 0);
	/* The payload length has 16 bits, the outer one too. */
	s.proto = HP_PROTO_ICMPV6;
	s.body_len = 65535 - 40;
	CU_ASSERT(hp_compose(&s, out, sizeof(out)) == 65535);
	s.outer_dst = s.dst;
	CU_ASSERT(hp_compose(&s, out, sizeof(out)) == 65535 + 40 && out[4] == 0xff && out[5] == 0xff);
	s.body_len++;
	CU_ASSERT(hp_compose(&s, out, sizeof(out)) < 0);
}

/* Against the word-by-word sum of the tests, any length and content, and RFC 1071 §3's example. */
void test_checksum(void)
{
	const struct hp_ip6 zero = HP_IP6_ANY;
	unsigned int seed = (unsigned int)hp_test_seed();

	/* 0001 f203 f4f5 f6f7 sum to ddf2; the pseudo-header adds its length, 8. */
	CU_ASSERT_EQUAL(hp_checksum(&zero, &zero, 0, "\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8), (uint16_t) ~(0xddf2 + 8));
	/* The pseudo-header's length has 32 bits. */
	{
		static const uint8_t zeros[0x10000];

		CU_ASSERT_EQUAL(hp_checksum(&zero, &zero, 0, zeros, sizeof(zeros)), 0xfffe);
	}
	for (int i = 0; i < 5000; i++) {
		struct bytes b = bytes_copy((uint8_t[2000]){0}, 6 + (size_t)rand_r(&seed) % 1994);
		const uint8_t proto = rand_r(&seed) % 2 ? HP_PROTO_MH : HP_PROTO_ICMPV6;
		const size_t at = proto == HP_PROTO_MH ? 4 : 2;
		struct hp_ip6 a[2];
		uint16_t sum;

		for (size_t k = 0; k < b.len; k++)
			b.p[k] = (uint8_t)(i % 3 ? rand_r(&seed) : 0xff); /* all ones: the most carries */
		for (size_t k = 0; k < sizeof(a); k++)
			((uint8_t *)a)[k] = (uint8_t)rand_r(&seed);
		b.p[at] = b.p[at + 1] = 0;
		sum = hp_checksum(&a[0], &a[1], proto, b.p, b.len);
		bytes_mend(&b, &a[0], &a[1], proto);
		CU_ASSERT(b.p[at] == sum >> 8 && b.p[at + 1] == (sum & 0xff));
		CU_ASSERT_EQUAL(hp_checksum(&a[0], &a[1], proto, b.p, b.len), 0);
		bytes_free(&b);
	}
}
