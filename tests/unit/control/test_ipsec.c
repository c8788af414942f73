/* SPDX-License-Identifier: BSD-3-Clause */
/* A home agent that believes IPsec only (RFC 3776): what comes in with and without. */
#include <stdio.h>
#include <stdlib.h>

#include "lab.h"
#include "run.h"
#include "tests.h"

#define OTHER "2001:db8:1::101"

enum { BARE, REGISTRATION = HP_PROTECT_REGISTRATION, PREFIXES = HP_PROTECT_PREFIX_DISCOVERY, TWICE };

static struct hp_association_spec spec_of(uint32_t spi, const char *hoa, enum hp_protection protects, bool out)
{
	struct hp_association_spec s = {.spi = spi,
					.hoa = craft_ip6(hoa),
					.protects = protects,
					.out = out,
					.encryption_len = 16,
					.integrity_len = 32,
					.manual = true};

	memset(s.encryption_key, 1, sizeof(s.encryption_key));
	memset(s.integrity_key, 2, sizeof(s.integrity_key));
	return s;
}

/* LAB_H has associations for both, OTHER for registration; `node` is the other end of both. */
static void open_ends(struct lab *l, struct hp_ipsec **node)
{
	const struct {
		uint32_t spi;
		const char *hoa;
		enum hp_protection protects;
	} row[] = {
		{4096, LAB_H, HP_PROTECT_REGISTRATION}, {4097, LAB_H, HP_PROTECT_PREFIX_DISCOVERY}, {4098, OTHER, HP_PROTECT_REGISTRATION}};

	lab_open_ipsec(l);
	if (hp_ipsec_create(node, true, 9, l->now))
		abort();
	for (size_t i = 0; i < HP_LEN(row); i++) {
		const struct hp_association_spec in = spec_of(row[i].spi, row[i].hoa, row[i].protects, false);
		const struct hp_association_spec out = spec_of(row[i].spi, row[i].hoa, row[i].protects, true);

		CU_ASSERT(hp_associations_add(hp_ipsec_associations(hp_guard_ipsec(l->guard)), &in, l->now) == 0);
		CU_ASSERT(hp_associations_add(hp_ipsec_associations(*node), &out, l->now) == 0);
	}
}

static size_t seal(struct lab *l, struct hp_ipsec *node, const char *hoa, uint8_t *packet, size_t len, int how)
{
	static const uint8_t iv[HP_ESP_IV];
	int ret = (int)len;

	for (int times = how == BARE ? 0 : how == TWICE ? 2 : 1; times && ret > 0; times--) {
		struct hp_send s = {.src = craft_ip6(hoa), .protection = how == TWICE ? HP_PROTECT_REGISTRATION : (enum hp_protection)how};
		struct hp_packet p;

		CU_ASSERT(hp_packet_read(&p, packet, (size_t)ret) == HP_WALK_OK);
		s.body_len = hp_packet_payload_len(&p);
		ret = hp_ipsec_seal(node, &s, packet, (size_t)ret, iv, l->fx);
	}
	CU_ASSERT(ret > 0);
	return (size_t)ret;
}

static const char *came(struct lab *l, const uint8_t *packet, size_t len, uint16_t link)
{
	const struct hp_input in = lab_input(packet, len, link);

	hp_control_packet(l->control, &in, l->now, l->fx);
	return lab_effects(l);
}

#define ACCEPTED "ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1"

/* One after the other: what the binding is, is told by what the rows before did. */
void test_ipsec(void)
{
	static const struct {
		const char *name, *src, *hoa; /* hoa NULL: no option */
		uint16_t sequence, lifetime;
		bool alternate;
		const char *key; /* whose association; how */
		int how;
		const char *effects;
		enum hp_ipsec_counter count;
	} row[] = {
		{"a stranger registers", LAB_COA, LAB_H, 1, 100, true, LAB_H, BARE, "", HP_IPSEC_UNPROTECTED},
		{"another node does, in its own ESP", LAB_COA, LAB_H, 1, 100, true, OTHER, REGISTRATION, "", HP_IPSEC_ADDRESS},
		{"by the association for prefixes", LAB_COA, LAB_H, 1, 100, true, LAB_H, PREFIXES, "", HP_IPSEC_SELECTOR},
		{"in ESP twice", LAB_COA, LAB_H, 1, 100, true, LAB_H, TWICE, "", HP_IPSEC_SELECTOR},
		{"without alternate care-of address", LAB_COA, LAB_H, 1, 100, false, LAB_H, REGISTRATION, "", HP_IPSEC_NO_ALTERNATE},
		{"as it should be", LAB_COA, LAB_H, 1, 100, true, LAB_H, REGISTRATION, "bind mtu 1460, " ACCEPTED, HP_IPSEC_OPENED},
		{"a stranger moves it", LAB_CN, LAB_H, 2, 100, true, LAB_H, BARE, "", HP_IPSEC_UNPROTECTED},
		{"a stranger gives it up", LAB_COA, LAB_H, 2, 0, true, LAB_H, BARE, "", HP_IPSEC_UNPROTECTED},
		{"a stranger gives it up from home", LAB_H, NULL, 2, 0, false, LAB_H, BARE, "", HP_IPSEC_UNPROTECTED},
		{"refreshed", LAB_COA, LAB_H, 2, 100, true, LAB_H, REGISTRATION, ACCEPTED, HP_IPSEC_OPENED},
		{"the same again", LAB_COA, LAB_H, 2, 100, true, LAB_H, REGISTRATION,
		 "ba 135 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1", HP_IPSEC_OPENED},
		{"given up from home", LAB_H, NULL, 3, 0, false, LAB_H, REGISTRATION, "unbind, ba 0 2001:db8:1::1>2001:db8:1::100 link 0",
		 HP_IPSEC_OPENED},
	};
	struct hp_ipsec *node;
	struct lab l;

	open_ends(&l, &node);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		const uint64_t *count = hp_ipsec_count(hp_guard_ipsec(l.guard)), before = count[row[i].count];
		const struct craft_bu bu = {
			.src = craft_ip6(row[i].src),
			.dst = craft_ip6(LAB_HA),
			.hoa = row[i].hoa ? craft_ip6(row[i].hoa) : HP_IP6_ANY,
			.sequence = row[i].sequence,
			.lifetime = row[i].lifetime,
			.a = true,
			.h = true,
			.alternate = row[i].alternate ? craft_ip6(row[i].src) : HP_IP6_ANY,
		};
		uint8_t packet[CRAFT_ROOM];
		const size_t len = seal(&l, node, row[i].key, packet, craft_bu(packet, &bu), row[i].how);
		const char *effects = came(&l, packet, len, row[i].hoa ? 1 : 0);

		HP_CHECK(row[i].name, effects, strcmp(effects, row[i].effects) == 0);
		HP_CHECK(row[i].name, "counted", count[row[i].count] == before + 1);
	}
	hp_ipsec_destroy(node);
	lab_close(&l);
}

/* RFC 3776 §3.3: prefix discovery, and that what leaves says how it wants to be protected. */
void test_ipsec_prefixes(void)
{
	static const uint8_t solicitation[] = {146, 0, 0, 0, 0x12, 0x34, 0, 0};
	static const struct {
		const char *name;
		int how;
		const char *effects;
	} row[] = {
		{"bare", BARE, ""},
		{"by the association for registrations", REGISTRATION, ""},
		{"as it should be", PREFIXES, "mpa 1234 of 1 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1"},
	};
	const struct craft_bu bu = {.src = craft_ip6(LAB_COA),
				    .dst = craft_ip6(LAB_HA),
				    .hoa = craft_ip6(LAB_H),
				    .sequence = 1,
				    .lifetime = 100,
				    .a = true,
				    .h = true,
				    .alternate = craft_ip6(LAB_COA)};
	uint8_t packet[CRAFT_ROOM];
	struct hp_ipsec *node;
	struct lab l;
	size_t len;

	open_ends(&l, &node);
	/* Of a node that is not bound: ESP does not make its home address hold (RFC 6275 §9.3.1). */
	len = craft_summed(packet, &bu.src, &bu.dst, &bu.hoa, 58, solicitation, sizeof(solicitation), 2);
	len = seal(&l, node, LAB_H, packet, len, PREFIXES);
	CU_ASSERT_STRING_EQUAL(came(&l, packet, len, 1), "be 1 2001:db8:1::100 2001:db8:1::1>2001:db8:a::1");
	len = seal(&l, node, LAB_H, packet, craft_bu(packet, &bu), REGISTRATION);
	CU_ASSERT_STRING_EQUAL(came(&l, packet, len, 1), "bind mtu 1460, " ACCEPTED);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		const char *effects;

		len = craft_summed(packet, &bu.src, &bu.dst, &bu.hoa, 58, solicitation, sizeof(solicitation), 2);
		len = seal(&l, node, LAB_H, packet, len, row[i].how);
		effects = came(&l, packet, len, 1);
		HP_CHECK(row[i].name, effects, strcmp(effects, row[i].effects) == 0);
	}
	hp_ipsec_destroy(node);
	lab_close(&l);
}

/* A Mobility Header that deserves a parameter problem (RFC 6275 §9.2) has none when it came under ESP: the error would quote it. */
void test_ipsec_quoted(void)
{
	static const struct {
		const char *name;
		int how;
		uint64_t sent, kept;
	} row[] = {{"bare", BARE, 1, 0}, {"in ESP", REGISTRATION, 0, 1}};
	const struct craft_bu bu = {.src = craft_ip6(LAB_COA), .dst = craft_ip6(LAB_HA), .hoa = craft_ip6(LAB_H), .a = true, .h = true};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		uint8_t packet[CRAFT_ROOM];
		struct hp_ipsec *node;
		struct hp_packet p;
		struct lab l;
		size_t len = craft_bu(packet, &bu);
		uint8_t *message;

		open_ends(&l, &node);
		CU_ASSERT_FATAL(hp_packet_read(&p, packet, len) == HP_WALK_OK);
		message = packet + p.payload_at;
		message[0]--; /* the payload proto; the checksum follows (RFC 1624) */
		CU_ASSERT_FATAL(message[4] < 0xff);
		message[4]++;
		len = seal(&l, node, LAB_H, packet, len, row[i].how);
		came(&l, packet, len, 1);
		HP_CHECK(row[i].name, "sent", hp_control_count(l.control)[HP_CT_ERROR_OUT] == row[i].sent);
		HP_CHECK(row[i].name, "kept", hp_control_count(l.control)[HP_CT_ERROR_SECRET] == row[i].kept);
		hp_ipsec_destroy(node);
		lab_close(&l);
	}
}

/* A limit of time ends an association on the tick that was asked for. */
void test_ipsec_limit(void)
{
	struct hp_association_spec spec = spec_of(5000, LAB_H, HP_PROTECT_REGISTRATION, false);
	struct hp_associations *s;
	struct hp_ipsec *node;
	struct lab l;

	open_ends(&l, &node);
	s = hp_ipsec_associations(hp_guard_ipsec(l.guard));
	spec.hard.life_s = 60;
	CU_ASSERT(hp_associations_add(s, &spec, l.now) == 0);
	for (unsigned int i = 0; i < 1000 && hp_associations_inbound(s, 5000) && hp_control_next(l.control) <= 65000; i++) {
		l.now.mono_ms = hp_control_next(l.control);
		hp_control_tick(l.control, l.now, l.fx);
	}
	CU_ASSERT(!hp_associations_inbound(s, 5000) && l.now.mono_ms == 65000);
	hp_ipsec_destroy(node);
	lab_close(&l);
}
