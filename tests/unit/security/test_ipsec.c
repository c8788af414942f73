/* SPDX-License-Identifier: BSD-3-Clause */
/* Which message by which association: RFC 3776 §3, §4, RFC 4877 §4.3. */
#include <stdio.h>
#include <stdlib.h>

#include "ends.h"
#include "run.h"
#include "security/guard.h"
#include "tests.h"
#include "wire/compose.h"
#include "wire/discovery.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

static const uint8_t iv[HP_ESP_IV] = {9};

/* Everything there may be between the two, each with an SPI of its own. */
static void all(struct ends *e)
{
	static const struct {
		uint32_t spi;
		enum hp_protection protects;
		bool to_agent;
	} row[] = {
		{4096, HP_PROTECT_REGISTRATION, true},     {4097, HP_PROTECT_REGISTRATION, false},
		{4098, HP_PROTECT_PREFIX_DISCOVERY, true}, {4099, HP_PROTECT_PREFIX_DISCOVERY, false},
		{4100, HP_PROTECT_HOME_TEST, true},
	};

	ends_open(e);
	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_association_spec spec = ends_spec(row[i].protects, HP_ASSOCIATION_AES_CBC, 16);

		spec.spi = row[i].spi;
		ends_add(e, spec, row[i].to_agent);
	}
}

/* A message of `body`, protected as `how` says, by the mobile node. */
static size_t sent(struct ends *e, uint8_t proto, const char *body, enum hp_protection how, uint8_t packet[512])
{
	struct bytes b = bytes_hex(body);
	const struct hp_send s = {.src = MN,
				  .dst = HA,
				  .hoa = HOME,
				  .link = HP_LINK_ANY,
				  .hop_limit = 64,
				  .proto = proto,
				  .protection = how,
				  .body = b.p,
				  .body_len = b.len};
	int len = hp_compose(&s, packet, 512);

	len = len < 0 ? len : hp_ipsec_seal(e->node, &s, packet, (size_t)len, iv, e->fx);
	bytes_free(&b);
	return len < 0 ? 0 : (size_t)len;
}

#define BU      "3b01 0500 0000 0001 c000 0010 0102 0000"
#define BA      "3b01 0600 0000 0000 0001 0010 0102 0000"
#define BE      "3b02 0700 0000 0100 20010db8000100000000000000000100"
#define ECHO    "8000 0000 0001 0001"
#define MPS     "9200 0000 1234 0000"
#define MPA     "9300 0000 1234 0000"
#define OPTIONS "8700 0104 00000000" BU

void test_ipsec_refused(void)
{
	static const struct {
		const char *name;
		uint8_t proto;
		const char *body;
		enum hp_protection how;
		enum hp_ipsec_counter why; /* HP_IPSEC_OPENED: it is */
	} row[] = {
		{"a Binding Update", 135, BU, HP_PROTECT_REGISTRATION, HP_IPSEC_OPENED},
		{"an acknowledgement to the agent", 135, BA, HP_PROTECT_REGISTRATION, HP_IPSEC_SELECTOR},
		{"another Mobility Header", 135, BE, HP_PROTECT_REGISTRATION, HP_IPSEC_SELECTOR},
		{"an echo request instead", 58, ECHO, HP_PROTECT_REGISTRATION, HP_IPSEC_SELECTOR},
		{"a solicitation instead", 58, MPS, HP_PROTECT_REGISTRATION, HP_IPSEC_SELECTOR},
		{"a solicitation", 58, MPS, HP_PROTECT_PREFIX_DISCOVERY, HP_IPSEC_OPENED},
		{"an advertisement to the agent", 58, MPA, HP_PROTECT_PREFIX_DISCOVERY, HP_IPSEC_SELECTOR},
		{"an update instead", 135, BU, HP_PROTECT_PREFIX_DISCOVERY, HP_IPSEC_SELECTOR},
		{"by an association for tunnels", 135, BU, HP_PROTECT_HOME_TEST, HP_IPSEC_MODE},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		uint8_t packet[512], out[HP_IPSEC_MESSAGE];
		struct hp_packet p;
		struct ends e;
		uint32_t spi = 0;
		size_t len;
		int ret;

		all(&e);
		len = sent(&e, row[i].proto, row[i].body, row[i].how, packet);
		CU_ASSERT(hp_packet_read(&p, packet, len) == HP_WALK_OK && p.proto == HP_PROTO_ESP && p.has_hao);
		ret = hp_ipsec_open(e.agent, &p, 0, (struct hp_now){0}, out, &spi, e.fx);
		HP_CHECK(row[i].name, "opened or not", (ret > 0) == (row[i].why == HP_IPSEC_OPENED));
		HP_CHECK(row[i].name, "counted", hp_ipsec_count(e.agent)[row[i].why] == 1);
		HP_CHECK(row[i].name, "told", ends_told(&e, hp_ipsec_counters[row[i].why].name) == (ret < 0));
		ends_close(&e);
	}
}

/* What can be wrong with the packet around, or in the trailer, though the integrity check value is right. */
static enum hp_ipsec_counter fate(void (*change)(uint8_t *packet, size_t *len, struct ends *e))
{
	uint8_t packet[512], out[HP_IPSEC_MESSAGE];
	enum hp_ipsec_counter why = HP_IPSEC_COUNT;
	struct hp_packet p;
	struct ends e;
	uint32_t spi;
	size_t len;

	all(&e);
	len = sent(&e, 135, BU, HP_PROTECT_REGISTRATION, packet);
	change(packet, &len, &e);
	packet[4] = (uint8_t)((len - HP_IP6_HEADER) >> 8);
	packet[5] = (uint8_t)(len - HP_IP6_HEADER);
	CU_ASSERT(hp_packet_read(&p, packet, len) == HP_WALK_OK && p.proto == HP_PROTO_ESP);
	(void)hp_ipsec_open(e.agent, &p, 0, (struct hp_now){0}, out, &spi, e.fx);
	for (unsigned int i = HP_IPSEC_OPENED; i < HP_IPSEC_COUNT; i++)
		if (hp_ipsec_count(e.agent)[i])
			why = (enum hp_ipsec_counter)i;
	ends_close(&e);
	return why;
}

static void nothing(uint8_t *packet, size_t *len, struct ends *e)
{
}

static void another_spi(uint8_t *packet, size_t *len, struct ends *e)
{
	packet[64 + 3] = 0xff;
}

static void another_node(uint8_t *packet, size_t *len, struct ends *e)
{
	packet[63] ^= 1;
}

static void only_header(uint8_t *packet, size_t *len, struct ends *e)
{
	*len = 64 + 8;
}

static void not_even_header(uint8_t *packet, size_t *len, struct ends *e)
{
	*len = 64 + 7;
}

/* Sealed anew, by the same association, with other contents: `data` is payload, padding and trailer as NULL encryption shows them. */
static void sealed_anew(uint8_t *packet, size_t *len, struct ends *e, const char *data, uint8_t proto)
{
	struct bytes b = bytes_hex(data);
	struct hp_association *a = hp_associations_find(hp_ipsec_associations(e->node), &HOME, true, 4096);
	struct hp_esp *esp;

	if (hp_esp_create(&esp))
		abort();
	memcpy(packet + 64, b.p, b.len);
	CU_ASSERT(hp_esp_seal(esp, a, 9, iv, proto, packet + 64, b.len) == 0);
	*len = 64 + hp_esp_len(a, b.len);
	bytes_free(&b);
	hp_esp_destroy(esp);
}

static void dummy(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, "00112233", 59);
}

static void options_inside(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, OPTIONS, 60);
}

/* A second Home Address option, behind ESP. */
static void home_address_inside(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, "8702 0102 0000 c910 20010db8000100000000000000000101" BU, 60);
}

static void home_address_inside_alone(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, "8702 0102 0000 c910 20010db8000100000000000000000100" BU, 60);
	/* Outside the option is one of padding, and the source the home address. */
	memcpy(packet + 8, &HOME, sizeof(struct hp_ip6));
	packet[46] = 1;
}

static void fragment_inside(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, "8700 0001 00000001" BU, 44);
}

static void nothing_inside(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, "", 135);
}

static void half_inside(uint8_t *packet, size_t *len, struct ends *e)
{
	sealed_anew(packet, len, e, "3b01", 135);
}

static void too_long(uint8_t *packet, size_t *len, struct ends *e)
{
	static uint8_t large[HP_IPSEC_MESSAGE + 8]; /* whole blocks */
	struct hp_packet p;
	uint8_t out[HP_IPSEC_MESSAGE];
	uint32_t spi;

	memcpy(large, packet, *len);
	large[4] = (sizeof(large) - HP_IP6_HEADER) >> 8;
	large[5] = (sizeof(large) - HP_IP6_HEADER) & 0xff;
	CU_ASSERT(hp_packet_read(&p, large, sizeof(large)) == HP_WALK_OK);
	CU_ASSERT(hp_ipsec_open(e->agent, &p, 0, (struct hp_now){0}, out, &spi, e->fx) < 0);
}

void test_ipsec_packets(void)
{
	static const struct {
		const char *name;
		void (*change)(uint8_t *packet, size_t *len, struct ends *e);
		enum hp_ipsec_counter why;
	} row[] = {
		{"as it was", nothing, HP_IPSEC_OPENED},
		{"another SPI", another_spi, HP_IPSEC_UNKNOWN_SPI},
		{"another node's home address", another_node, HP_IPSEC_ADDRESS},
		{"nothing behind the ESP header", only_header, HP_IPSEC_MALFORMED},
		{"less than an ESP header", not_even_header, HP_IPSEC_MALFORMED},
		{"a dummy", dummy, HP_IPSEC_DUMMY},
		{"destination options inside", options_inside, HP_IPSEC_OPENED},
		{"a second Home Address option inside", home_address_inside, HP_IPSEC_SELECTOR},
		{"the Home Address option inside", home_address_inside_alone, HP_IPSEC_SELECTOR},
		{"a fragment inside", fragment_inside, HP_IPSEC_SELECTOR},
		{"nothing inside", nothing_inside, HP_IPSEC_SELECTOR},
		{"half a message inside", half_inside, HP_IPSEC_SELECTOR},
	};

	for (size_t i = 0; i < HP_LEN(row); i++)
		HP_CHECK(row[i].name, "its fate", fate(row[i].change) == row[i].why);
	CU_ASSERT(fate(too_long) == HP_IPSEC_MALFORMED);
}

void test_ipsec_permits(void)
{
	static const struct {
		const char *name;
		uint32_t association;
		const char *source;
		bool alternate;
		enum hp_ipsec_counter why; /* HP_IPSEC_COUNT: permitted */
	} row[] = {
		{"protected", 4096, "2001:db8:a::5", true, HP_IPSEC_COUNT},
		{"not protected", 0, "2001:db8:a::5", true, HP_IPSEC_UNPROTECTED},
		{"by what protects prefix discovery", 4098, "2001:db8:a::5", true, HP_IPSEC_WRONG_ASSOCIATION},
		{"by what protects home tests", 4100, "2001:db8:a::5", true, HP_IPSEC_WRONG_ASSOCIATION},
		{"by one that is no more", 5000, "2001:db8:a::5", true, HP_IPSEC_WRONG_ASSOCIATION},
		{"no alternate care-of address", 4096, "2001:db8:a::5", false, HP_IPSEC_NO_ALTERNATE},
		{"none from home", 4096, "2001:db8:1::100", false, HP_IPSEC_COUNT},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct hp_ipsec_update u = {.hoa = HOME,
					    .source = ip6(row[i].source),
					    .has_alternate_coa = row[i].alternate,
					    .association = row[i].association};
		const bool good = row[i].why == HP_IPSEC_COUNT;
		struct ends e;

		all(&e);
		HP_CHECK(row[i].name, "permitted or not", hp_ipsec_permits_update(e.agent, &u, (struct hp_now){0}, e.fx) == good);
		HP_CHECK(row[i].name, "counted", good || hp_ipsec_count(e.agent)[row[i].why] == 1);
		HP_CHECK(row[i].name, "told", good || ends_told(&e, hp_ipsec_counters[row[i].why].name) == 1);
		u.hoa = OTHER;
		HP_CHECK(row[i].name, "never in another's name", !hp_ipsec_permits_update(e.agent, &u, (struct hp_now){0}, e.fx));
		ends_close(&e);
	}
}

/* A type 2 routing header behind ESP is none that brought the packet here. */
void test_ipsec_routing_inside(void)
{
	static const struct {
		const char *outside, *inside;
		uint8_t next, proto;
		bool good;
	} row[] = {
		{"8702 0201 00000000 20010db8000100000000000000000100", BA, 43, 135, true},
		{"", "8702 0201 00000000 20010db8000100000000000000000100" BA, 50, 43, false},
		{"8702 0201 00000000 20010db8000100000000000000000100", "8702 0201 00000000 20010db8000100000000000000000100" BA, 43, 43,
		 false},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct bytes outside = bytes_hex(row[i].outside), inside = bytes_hex(row[i].inside);
		uint8_t packet[512] = {0x60, [6] = row[i].next}, out[HP_IPSEC_MESSAGE];
		const size_t at = HP_IP6_HEADER + outside.len;
		struct hp_association *a;
		struct hp_packet p;
		struct hp_esp *esp;
		struct ends e;
		uint32_t spi;
		size_t len;

		all(&e);
		a = hp_associations_find(hp_ipsec_associations(e.agent), &HOME, true, 4097);
		if (hp_esp_create(&esp))
			abort();
		memcpy(packet + 8, &HA, sizeof(struct hp_ip6));
		memcpy(packet + 24, outside.len ? &MN : &HOME, sizeof(struct hp_ip6));
		memcpy(packet + HP_IP6_HEADER, outside.p, outside.len);
		if (outside.len)
			packet[HP_IP6_HEADER] = HP_PROTO_ESP;
		memcpy(packet + at, inside.p, inside.len);
		CU_ASSERT(hp_esp_seal(esp, a, 1, iv, row[i].proto, packet + at, inside.len) == 0);
		len = at + hp_esp_len(a, inside.len);
		packet[5] = (uint8_t)(len - HP_IP6_HEADER);
		CU_ASSERT(hp_packet_read_node(&p, packet, len) == HP_WALK_OK && p.proto == HP_PROTO_ESP);
		CU_ASSERT((hp_ipsec_open(e.node, &p, 0, (struct hp_now){0}, out, &spi, e.fx) > 0) == row[i].good);
		CU_ASSERT(hp_ipsec_count(e.node)[row[i].good ? HP_IPSEC_OPENED : HP_IPSEC_SELECTOR] == 1);
		hp_esp_destroy(esp);
		ends_close(&e);
		bytes_free(&outside);
		bytes_free(&inside);
	}
}

/* What is used up is used up on both ends. */
void test_ipsec_limit(void)
{
	struct hp_association_spec spec = ends_spec(HP_PROTECT_REGISTRATION, HP_ASSOCIATION_AES_CBC, 16);
	uint8_t packet[3][512], out[HP_IPSEC_MESSAGE];
	struct hp_packet p;
	struct ends e;
	uint32_t spi;
	size_t len[3];

	ends_open(&e);
	spec.hard.packets = 2;
	ends_add(&e, spec, true);
	for (unsigned int i = 0; i < 3; i++)
		len[i] = sent(&e, 135, BU, HP_PROTECT_REGISTRATION, packet[i]);
	CU_ASSERT(len[0] && len[1] && !len[2] && hp_ipsec_count(e.node)[HP_IPSEC_EXHAUSTED] == 1);
	for (unsigned int i = 0; i < 3; i++) {
		CU_ASSERT(hp_packet_read(&p, packet[i % 2], len[i % 2]) == HP_WALK_OK);
		CU_ASSERT((hp_ipsec_open(e.agent, &p, 0, (struct hp_now){0}, out, &spi, e.fx) > 0) == (i < 2));
	}
	CU_ASSERT(!hp_associations_inbound(hp_ipsec_associations(e.agent), SPI));
	ends_close(&e);
}

/* A packet whose message does not begin where it says. */
static bool is_kept(struct ends *e, const struct hp_send *s)
{
	struct hp_send shorter = *s;
	uint8_t packet[512];
	const int len = hp_compose(s, packet, sizeof(packet));

	shorter.body_len -= 8;
	return hp_ipsec_seal(e->agent, &shorter, packet, (size_t)len, iv, e->fx) < 0 && hp_ipsec_count(e->agent)[HP_IPSEC_FAILED] == 1;
}

/* Nothing that wants protection leaves without. */
void test_ipsec_send(void)
{
	static const struct {
		const char *name;
		enum hp_protection how;
		const char *dst;
		int ret;
		enum hp_ipsec_counter why;
	} row[] = {
		{"an acknowledgement", HP_PROTECT_REGISTRATION, "2001:db8:1::100", 1, HP_IPSEC_SEALED},
		{"an advertisement", HP_PROTECT_PREFIX_DISCOVERY, "2001:db8:1::100", 1, HP_IPSEC_SEALED},
		{"to a node without associations", HP_PROTECT_REGISTRATION, "2001:db8:1::101", -1, HP_IPSEC_NO_ASSOCIATION},
		{"for which there is none", HP_PROTECT_HOME_TEST, "2001:db8:1::100", -1, HP_IPSEC_NO_ASSOCIATION},
		{"what wants none", HP_PROTECT_NONE, "2001:db8:1::101", 0, HP_IPSEC_COUNT},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		struct bytes b = bytes_hex(BA);
		const struct hp_send s = {.src = HA,
					  .dst = ip6(row[i].dst),
					  .coa = MN,
					  .link = HP_LINK_ANY,
					  .proto = HP_PROTO_MH,
					  .protection = row[i].how,
					  .body = b.p,
					  .body_len = b.len};
		uint8_t packet[512];
		struct ends e;
		int len = hp_compose(&s, packet, sizeof(packet)), ret;

		all(&e);
		ret = hp_ipsec_seal(e.agent, &s, packet, (size_t)len, iv, e.fx);
		HP_CHECK(row[i].name, "sealed, left alone, or kept", row[i].ret > 0 ? ret > len : row[i].ret < 0 ? ret < 0 : ret == len);
		HP_CHECK(row[i].name, "what is no message behind its headers", row[i].ret <= 0 || is_kept(&e, &s));
		HP_CHECK(row[i].name, "its length", ret < 0 || hp_ipsec_len(e.agent, &s, (size_t)len) == (size_t)ret);
		HP_CHECK(row[i].name, "counted", row[i].why == HP_IPSEC_COUNT || hp_ipsec_count(e.agent)[row[i].why] == 1);
		ends_close(&e);
		bytes_free(&b);
	}
}

/* The guard believes what IPsec has let through, of a node that is not suspended; and tells nobody why not. */
void test_guard_ipsec(void)
{
	static const struct {
		const char *name;
		uint32_t association;
		bool suspended;
		int verdict;
	} row[] = {
		{"protected", 4096, false, HP_GUARD_PASS},
		{"not protected", 0, false, HP_GUARD_SILENCE},
		{"suspended", 4096, true, HP_GUARD_SILENCE},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		const struct hp_guard_conf conf = {.method = HP_GUARD_IPSEC};
		const struct hp_bu bu = {.home = true, .has_alternate_coa = true};
		const struct hp_guard_update u = {.bu = &bu, .hoa = HOME, .coa = MN, .source = MN, .association = row[i].association};
		const struct hp_association_spec spec = ends_spec(HP_PROTECT_REGISTRATION, HP_ASSOCIATION_AES_CBC, 16);
		struct hp_subscriber_spec ship = {.hoa = HOME, .identity_len = 4, .identity = "ship", .suspended = row[i].suspended};
		struct hp_credential credential;
		struct hp_effects *fx;
		struct hp_guard *g;

		if (hp_guard_create(&g, &conf, (struct hp_now){0}) || hp_effects_create(&fx))
			abort();
		CU_ASSERT(hp_subscribers_put(hp_guard_subscribers(g), &ship) == 0);
		CU_ASSERT(hp_associations_add(hp_ipsec_associations(hp_guard_ipsec(g)), &spec, (struct hp_now){0}) == 0);
		HP_CHECK(row[i].name, "its verdict", hp_guard_update(g, &u, (struct hp_now){0}, &credential, fx) == row[i].verdict);
		HP_CHECK(row[i].name, "told", (hp_effects_count(fx) == 1) == (row[i].verdict != HP_GUARD_PASS));
		CU_ASSERT(!credential.spi && !credential.fresh);
		hp_guard_destroy(g);
		hp_effects_destroy(fx);
	}
}

#define HOT  "3b02 0300 0000 0001 0000000000000001 0000000000000002"
#define HOTI "3b01 0100 0000 0000 0000000000000001"

/* RFC 3776 §3.2, §3.4 at the mobile node: what comes out of a tunnel's ESP. */
void test_ipsec_inner(void)
{
	static const struct {
		const char *name;
		enum hp_protection protects;
		const char *dst;
		uint8_t next;
		const char *rest;
		uint8_t proto; /* that ESP names */
		enum hp_ipsec_counter why;
	} row[] = {
		{"payload", HP_PROTECT_PAYLOAD, "2001:db8:1::100", 58, ECHO, 41, HP_IPSEC_OPENED},
		{"payload to a group", HP_PROTECT_PAYLOAD, "ff0e::1", 58, ECHO, 41, HP_IPSEC_OPENED},
		{"payload to somebody else", HP_PROTECT_PAYLOAD, "2001:db8:1::101", 58, ECHO, 41, HP_IPSEC_SELECTOR},
		{"no packet inside", HP_PROTECT_PAYLOAD, "2001:db8:1::100", 58, ECHO, 58, HP_IPSEC_SELECTOR},
		{"a dummy", HP_PROTECT_PAYLOAD, "2001:db8:1::100", 58, ECHO, 59, HP_IPSEC_DUMMY},
		{"a home test", HP_PROTECT_HOME_TEST, "2001:db8:1::100", 135, HOT, 41, HP_IPSEC_OPENED},
		{"a home test to somebody else", HP_PROTECT_HOME_TEST, "2001:db8:1::101", 135, HOT, 41, HP_IPSEC_SELECTOR},
		{"the init of one", HP_PROTECT_HOME_TEST, "2001:db8:1::100", 135, HOTI, 41, HP_IPSEC_SELECTOR},
		{"payload by what home tests have", HP_PROTECT_HOME_TEST, "2001:db8:1::100", 58, ECHO, 41, HP_IPSEC_SELECTOR},
		{"an acknowledgement's association", HP_PROTECT_REGISTRATION, "2001:db8:1::100", 58, ECHO, 41, HP_IPSEC_MODE},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		const struct hp_ip6 dst = ip6(row[i].dst), src = OTHER, from = HA;
		struct hp_association_spec spec = ends_spec(row[i].protects, HP_ASSOCIATION_AES_CBC, 16);
		struct bytes inner = bytes_ip6(&src, &dst, row[i].next, 64, row[i].rest);
		uint8_t packet[512], out[512];
		const struct hp_association *a;
		struct hp_esp *esp;
		struct ends e;
		int len;

		ends_open(&e);
		spec.replay_window = 64;
		ends_add(&e, spec, false);
		a = hp_associations_of(hp_ipsec_associations(e.agent), &HOME);
		if (hp_esp_create(&esp))
			abort();
		memcpy(packet, inner.p, inner.len);
		CU_ASSERT(hp_esp_seal(esp, a, 1, iv, row[i].proto, packet, inner.len) == 0);
		len = hp_ipsec_open_inner(e.node, packet, hp_esp_len(a, inner.len), &from, (struct hp_now){0}, out, e.fx);
		HP_CHECK(row[i].name, "its fate", hp_ipsec_count(e.node)[row[i].why] == 1);
		HP_CHECK(row[i].name, "as it was",
			 len < 0 ? row[i].why != HP_IPSEC_OPENED : (size_t)len == inner.len && !memcmp(out, inner.p, inner.len));
		len = hp_ipsec_open_inner(e.node, packet, hp_esp_len(a, inner.len), &from, (struct hp_now){0}, out, e.fx);
		HP_CHECK(row[i].name, "once", len < 0 && hp_ipsec_count(e.node)[HP_IPSEC_OPENED] <= 1);
		hp_esp_destroy(esp);
		ends_close(&e);
		bytes_free(&inner);
	}
}

/* Which way a packet of the node goes, and what may come to it bare. */
void test_ipsec_inner_policy(void)
{
	static const struct {
		const char *name;
		bool payload, home_test;
		uint8_t next;
		const char *out;
		uint32_t spi; /* that it leaves by; 0: bare */
		const char *in;
		bool bare; /* it may come so */
	} row[] = {
		{"nothing is protected", false, false, 58, ECHO, 0, ECHO, true},
		{"payload is", true, false, 58, ECHO, 5000, ECHO, false},
		{"payload is, home tests with it", true, false, 135, HOTI, 5000, HOT, false},
		{"home tests are", false, true, 135, HOTI, 5001, HOT, false},
		{"home tests are, payload not", false, true, 58, ECHO, 0, ECHO, true},
		{"both are: a home test", true, true, 135, HOTI, 5001, HOT, false},
		{"both are: payload", true, true, 58, ECHO, 5000, ECHO, false},
		{"a home test of others is payload", false, true, 135, HOT, 0, HOTI, true},
	};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		const struct hp_ip6 cn = OTHER, home = HOME, from = HA;
		struct bytes out = bytes_ip6(&home, &cn, row[i].next, 64, row[i].out),
			     in = bytes_ip6(&cn, &home, row[i].next, 64, row[i].in);
		uint8_t packet[512];
		struct ends e;
		int len;

		ends_open(&e);
		for (unsigned int k = 0; k < 4; k++) {
			struct hp_association_spec spec =
				ends_spec(k & 1 ? HP_PROTECT_HOME_TEST : HP_PROTECT_PAYLOAD, HP_ASSOCIATION_AES_CBC, 16);

			spec.spi = 5000 + k;
			if (k & 1 ? row[i].home_test : row[i].payload)
				ends_add(&e, spec, k < 2);
		}
		memcpy(packet, out.p, out.len);
		len = hp_ipsec_seal_inner(e.node, &HOME, packet, out.len, iv, e.fx);
		HP_CHECK(row[i].name, "bare or not", (len == 0) == (row[i].spi == 0));
		HP_CHECK(row[i].name, "by which", !len || (packet[2] << 8 | packet[3]) == (int)row[i].spi);
		HP_CHECK(row[i].name, "of a tunnel", !len || hp_ipsec_is_tunnelled(e.agent, packet, (size_t)len));
		HP_CHECK(row[i].name, "may come bare",
			 hp_ipsec_permits_inner(e.node, &HOME, in.p, in.len, &from, (struct hp_now){0}, e.fx) == row[i].bare);
		HP_CHECK(row[i].name, "told", row[i].bare || ends_told(&e, "ipsec.unprotected") == 1);
		ends_close(&e);
		bytes_free(&out);
		bytes_free(&in);
	}
}
