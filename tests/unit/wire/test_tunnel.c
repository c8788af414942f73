/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "tests.h"
#include "wire/tunnel.h"

/* RFC 6040 §4.2, figure 4, as it is printed: rows are the inner header, columns the outer one. */
void test_classes(void)
{
	enum { NOT = 0, ECT1 = 1, ECT0 = 2, CE = 3, DROP = 9 };
	static const uint8_t column[4] = {NOT, ECT0, ECT1, CE}, row[4] = {NOT, ECT0, ECT1, CE};
	static const uint8_t figure[4][4] = {
		{NOT, NOT, NOT, DROP},
		{ECT0, ECT0, ECT1, CE},
		{ECT1, ECT1, ECT1, CE},
		{CE, CE, CE, CE},
	};

	for (unsigned int in = 0; in < 4; in++)
		for (unsigned int out = 0; out < 4; out++)
			for (unsigned int dscp = 0; dscp < 64; dscp++) {
				const uint8_t inner = (uint8_t)(dscp << 2 | row[in]), outer = (uint8_t)((63 - dscp) << 2 | column[out]);
				uint8_t got = 0xee;
				bool kept = hp_tunnel_inner_class(outer, inner, &got);

				CU_ASSERT_EQUAL(kept, figure[in][out] != DROP);
				if (kept)
					CU_ASSERT_EQUAL(got, dscp << 2 | figure[in][out]);
			}
	/* §4.1, normal mode: copied. */
	for (unsigned int c = 0; c < 256; c++)
		CU_ASSERT_EQUAL(hp_tunnel_outer_class((uint8_t)c), c);
}

struct flow {
	uint8_t first[8]; /* version, class, label, length, next header, hop limit */
	uint8_t src[16], dst[16];
};

static const struct flow plain = {{0x60, 0, 0, 0, 0, 100, 17, 64}, {0x20, 1, 0xd, 0xb8, [15] = 1}, {0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2}};

static uint32_t label_of(const struct flow *f)
{
	return hp_tunnel_flow_label((const uint8_t *)f);
}

/* Flows as networks have them. */
static void by_host(struct flow *f, unsigned int i)
{
	f->src[14] = (uint8_t)(i >> 8);
	f->src[15] = (uint8_t)i;
}

static void by_home(struct flow *f, unsigned int i)
{
	f->dst[14] = (uint8_t)(i >> 8);
	f->dst[15] = (uint8_t)i;
}

static void by_prefix(struct flow *f, unsigned int i)
{
	f->src[5] = (uint8_t)(i >> 8);
	f->src[6] = (uint8_t)i;
}

static void by_label(struct flow *f, unsigned int i)
{
	f->first[1] = (uint8_t)(i >> 16 & 15);
	f->first[2] = (uint8_t)(i >> 8);
	f->first[3] = (uint8_t)i;
}

static void by_high_label(struct flow *f, unsigned int i)
{
	by_label(f, i << 4);
}

static void by_both(struct flow *f, unsigned int i)
{
	by_host(f, i);
	by_home(f, i);
}

static void by_ends(struct flow *f, unsigned int i)
{
	f->src[15] = (uint8_t)i;
	f->dst[15] = (uint8_t)(i >> 8);
}

/* RFC 6438 §3, RFC 6437: 20 bits that spread. 65,536 flows over 64 paths by a router that takes any six bits of the label: at
 * random the fullest has 1,024 ± 32; a hash that leaves paths empty or doubles one is of no use. */
void test_flow_label(void)
{
	static const struct {
		const char *name;
		void (*make)(struct flow *f, unsigned int i);
	} sets[] = {{"by host", by_host},     {"by home address", by_home},     {"by prefix", by_prefix},
		    {"by label", by_label},   {"by high label", by_high_label}, {"by both alike", by_both},
		    {"by both ends", by_ends}};
	enum { FLOWS = 65536, PATHS = 64 };

	for (size_t k = 0; k < HP_LEN(sets); k++) {
		static unsigned char seen[1 << 20];
		unsigned int path[3][PATHS] = {{0}}, distinct = 0;

		memset(seen, 0, sizeof(seen));
		for (unsigned int i = 0; i < FLOWS; i++) {
			struct flow f = plain;
			uint32_t label;

			sets[k].make(&f, i);
			label = label_of(&f);
			HP_CHECK(sets[k].name, "20 bits, not 0", label && label < 1 << 20);
			distinct += !seen[label];
			seen[label] = 1;
			path[0][label % PATHS]++;
			path[1][label >> 7 & (PATHS - 1)]++;
			path[2][label >> 14]++;
		}
		/* 65,536 at random into 2^20: 63,500 distinct. */
		HP_CHECK(sets[k].name, "distinct labels", distinct > 60000);
		for (unsigned int bits = 0; bits < 3; bits++)
			for (unsigned int i = 0; i < PATHS; i++)
				HP_CHECK(sets[k].name, "evenly spread", path[bits][i] > 1024 * 3 / 4 && path[bits][i] < 1024 * 5 / 4);
	}
}

/* RFC 6438 §3: every octet of both addresses, the inner label and the protocol tell flows apart; what else changes from packet to
 * packet of a flow does not, and nothing behind the header is looked at. */
void test_flow_same(void)
{
	uint8_t octets[64] = {0};

	memcpy(octets, &plain, sizeof(plain));
	for (size_t i = 0; i < sizeof(octets); i++) {
		for (unsigned int bit = 1; bit < 256; bit <<= 1) {
			const bool of_flow = (i == 1 && bit < 16) || i == 2 || i == 3 || i == 6 || (i >= 8 && i < 40);
			const uint32_t label = hp_tunnel_flow_label(octets);
			uint32_t other;

			octets[i] ^= (uint8_t)bit;
			other = hp_tunnel_flow_label(octets);
			octets[i] ^= (uint8_t)bit;
			if ((other != label) != of_flow)
				fprintf(stderr, "  octet %zu bit %02x\n", i, bit);
			CU_ASSERT_EQUAL(other != label, of_flow);
		}
	}
}
