/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 6275 §6.5–§6.8: messages written down from the RFC's pictures, each good one with one thing changed; what we write. */
#include <errno.h>
#include <stdio.h>

#include "bytes.h"
#include "run.h"
#include "tests.h"
#include "wire/discovery.h"

#define A1     "20010db8000100000000000000000001"
#define A2     "20010db8000100000000000000000002"
#define PREFIX "0304 40e0 00000e10 00000708 00000000" A1

enum kind { REQUEST, REPLY, SOLICITATION, ADVERTISEMENT };

void test_discovery_read(void)
{
	static const struct {
		const char *clause, *name;
		enum kind kind;
		const char *message;
		int n; /* addresses or prefixes; -1: refused */
	} rows[] = {
		{"6275 6.5", "request", REQUEST, "9000 0000 1234 0000", 0},
		{"6275 6.5", "reserved field is ignored", REQUEST, "9000 0000 1234 ffff", 0},
		{"6275 6.5", "more octets are ignored", REQUEST, "9000 0000 1234 0000 0102", 0},
		{"6275 6.5", "code", REQUEST, "9001 0000 1234 0000", -1},
		{"6275 6.5", "another type", REQUEST, "9100 0000 1234 0000", -1},
		{"6275 6.5", "7 octets", REQUEST, "9000 0000 1234 00", -1},
		{"6275 6.6", "reply without addresses", REPLY, "9100 0000 1234 0000", 0},
		{"6275 6.6", "reply of two", REPLY, "9100 0000 1234 0000" A1 A2, 2},
		{"6275 6.6", "reserved field is ignored", REPLY, "9100 0000 1234 ffff" A1, 1},
		{"6275 6.6", "half an address", REPLY, "9100 0000 1234 0000" A1 "20010db800010000", -1},
		{"6275 6.6", "code", REPLY, "9101 0000 1234 0000" A1, -1},
		{"6275 6.6", "a request is none", REPLY, "9000 0000 1234 0000" A1, -1},
		{"6275 6.7", "solicitation", SOLICITATION, "9200 0000 1234 0000", 0},
		{"6275 6.7", "reserved field is ignored", SOLICITATION, "9200 0000 1234 ffff", 0},
		{"6275 6.7", "unknown option is ignored", SOLICITATION, "9200 0000 1234 0000 fe01 000000000000", 0},
		{"4861 4.6", "option of length 0", SOLICITATION, "9200 0000 1234 0000 fe00 000000000000", -1},
		{"4861 4.6", "option over the end", SOLICITATION, "9200 0000 1234 0000 fe02 000000000000", -1},
		{"6275 6.7", "code", SOLICITATION, "9201 0000 1234 0000", -1},
		{"6275 6.7", "7 octets", SOLICITATION, "9200 0000 1234 00", -1},
		{"6275 6.8", "advertisement without options", ADVERTISEMENT, "9300 0000 1234 0000", 0},
		{"6275 6.8", "of two prefixes", ADVERTISEMENT, "9300 0000 1234 c000" PREFIX PREFIX, 2},
		{"6275 6.8", "reserved bits are ignored", ADVERTISEMENT, "9300 0000 1234 ffff" PREFIX, 1},
		{"6275 6.8", "unknown option is ignored", ADVERTISEMENT, "9300 0000 1234 c000 fe01 000000000000" PREFIX, 1},
		{"4861 4.6.2", "prefix of 129 bits", ADVERTISEMENT, "9300 0000 1234 c000 0304 81e0 00000e10 00000708 00000000" A1, 0},
		{"4861 4.6.2", "prefix of another length", ADVERTISEMENT, "9300 0000 1234 c000 0301 40e0 00000e10", 0},
		{"4861 4.6", "option of length 0", ADVERTISEMENT, "9300 0000 1234 c000" PREFIX "fe00 000000000000", -1},
		{"6275 6.8", "code", ADVERTISEMENT, "9301 0000 1234 c000" PREFIX, -1},
	};

	for (size_t i = 0; i < HP_LEN(rows); i++) {
		struct bytes b = bytes_hex(rows[i].message);
		struct hp_dhaad_reply reply = {0};
		struct hp_mpa mpa = {0};
		uint16_t identifier = 0;
		int ret;

		switch (rows[i].kind) {
		case REQUEST:
			ret = hp_dhaad_request_read(&identifier, b.p, b.len);
			break;
		case REPLY:
			ret = hp_dhaad_reply_read(&reply, b.p, b.len);
			identifier = reply.identifier;
			break;
		case SOLICITATION:
			ret = hp_mps_read(&identifier, b.p, b.len);
			break;
		default:
			ret = hp_mpa_read(&mpa, b.p, b.len);
			identifier = mpa.identifier;
		}
		HP_CHECK(rows[i].name, rows[i].clause, ret == (rows[i].n < 0 ? -EBADMSG : 0));
		if (!ret && rows[i].n >= 0) {
			HP_CHECK(rows[i].name, "identifier", identifier == 0x1234);
			HP_CHECK(rows[i].name, "how many", (int)(reply.agents + mpa.prefixes) == rows[i].n);
		}
		bytes_free(&b);
	}
}

void test_discovery_fields(void)
{
	struct bytes b = bytes_hex("9300 0000 1234 8000" PREFIX), c = bytes_hex("9100 0000 1234 0000" A1 A2);
	const struct hp_ip6 one = ip6("2001:db8:1::1"), two = ip6("2001:db8:1::2");
	struct hp_dhaad_reply reply;
	struct hp_mpa mpa;

	CU_ASSERT_EQUAL_FATAL(hp_mpa_read(&mpa, b.p, b.len), 0);
	CU_ASSERT(mpa.managed && !mpa.other);
	CU_ASSERT(mpa.prefix[0].length == 64 && mpa.prefix[0].on_link && mpa.prefix[0].autonomous && mpa.prefix[0].router_address);
	CU_ASSERT(mpa.prefix[0].valid_s == 3600 && mpa.prefix[0].preferred_s == 1800 && hp_ip6_eq(&mpa.prefix[0].prefix, &one));
	b.p[6] = 0x40;
	CU_ASSERT_EQUAL_FATAL(hp_mpa_read(&mpa, b.p, b.len), 0);
	CU_ASSERT(!mpa.managed && mpa.other);
	CU_ASSERT_EQUAL_FATAL(hp_dhaad_reply_read(&reply, c.p, c.len), 0);
	CU_ASSERT(hp_ip6_eq(&reply.agent[0], &one) && hp_ip6_eq(&reply.agent[1], &two));
	bytes_free(&b);
	bytes_free(&c);
}

/* More than we keep: the first ones. As many as we keep fit 1,280 octets with their headers. */
void test_discovery_many(void)
{
	uint8_t message[8 + 100 * 32] = {0x91, 0, 0, 0, 0x12, 0x34};
	struct hp_dhaad_reply reply;
	struct hp_mpa mpa;

	CU_ASSERT_EQUAL(hp_dhaad_reply_read(&reply, message, 8 + (HP_DHAAD_AGENTS + 3) * 16), 0);
	CU_ASSERT_EQUAL(reply.agents, HP_DHAAD_AGENTS);
	CU_ASSERT_EQUAL(hp_dhaad_reply_write(&reply, message, sizeof(message)), 1280 - 40);
	message[0] = 0x93;
	for (int i = 0; i < 100; i++) {
		message[8 + i * 32] = 3;
		message[8 + i * 32 + 1] = 4;
		message[8 + i * 32 + 16] = (uint8_t)i;
	}
	CU_ASSERT_EQUAL(hp_mpa_read(&mpa, message, sizeof(message)), 0);
	CU_ASSERT_EQUAL(mpa.prefixes, HP_MPA_PREFIXES);
	CU_ASSERT_EQUAL(mpa.prefix[HP_MPA_PREFIXES - 1].prefix.b[0], HP_MPA_PREFIXES - 1);
	CU_ASSERT_EQUAL(hp_mpa_write(&mpa, message, sizeof(message)), 8 + 32 * HP_MPA_PREFIXES);
	CU_ASSERT(40 + 24 + 8 + 32 * HP_MPA_PREFIXES <= 1280 && 40 + 24 + 8 + 32 * (HP_MPA_PREFIXES + 1) > 1280);
}

void test_discovery_room(void)
{
	const struct hp_dhaad_reply reply = {.agents = 2};
	const struct hp_mpa mpa = {.prefixes = 2};
	uint8_t zero[80] = {0};

	for (size_t room = 0; room < sizeof(zero); room++) {
		struct bytes b = bytes_copy(zero, room);

		CU_ASSERT_EQUAL(hp_dhaad_request_write(1, b.p, room), room < 8 ? -ENOSPC : 8);
		CU_ASSERT_EQUAL(hp_dhaad_reply_write(&reply, b.p, room), room < 40 ? -ENOSPC : 40);
		CU_ASSERT_EQUAL(hp_mps_write(1, b.p, room), room < 8 ? -ENOSPC : 8);
		CU_ASSERT_EQUAL(hp_mpa_write(&mpa, b.p, room), room < 72 ? -ENOSPC : 72);
		bytes_free(&b);
	}
}
