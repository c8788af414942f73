/* SPDX-License-Identifier: BSD-3-Clause */
/* Correspondent node for ourselves and for hosts that know nothing of it (RFC 6275 §5.2, §9). */
#include <stdio.h>

#include "mobile.h"
#include "run.h"
#include "tests.h"

static const struct lab_conf served = {.correspondent = true}, alone = {.correspondent = true, .unprotected = true};

static void expect(const char *name, const char *got, const char *want)
{
	if (strcmp(got, want))
		fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", name, want, got);
	CU_ASSERT_STRING_EQUAL(got, want);
}

/* §9.4: who answers, and by which way. */
void test_correspondent_tests(void)
{
	static const struct {
		const char *name, *hoa, *coa, *correspondent;
		uint8_t type;
		bool bound;
		const char *want;
		enum hp_control_counter counter;
	} table[] = {
		{"9.4.3 of ours", LAB_FAR, LAB_COA, LAB_CORE, 1, false, "hot 2001:db8:f::1>2001:db8:99::100", HP_CT_IN},
		{"9.4.4 of ours", LAB_FAR, LAB_COA, LAB_CORE, 2, false, "cot 2001:db8:f::1>2001:db8:a::1", HP_CT_IN},
		{"9.4.3 a host's", LAB_FAR, LAB_COA, LAB_SERVER, 1, false, "hot 2001:db8:5::1>2001:db8:99::100", HP_CT_IN},
		{"9.4.4 a host's", LAB_FAR, LAB_COA, LAB_SERVER, 2, false, "cot 2001:db8:5::1>2001:db8:a::1", HP_CT_IN},
		{"10.4.2 to who is bound here: through the tunnel", LAB_H, LAB_COA, LAB_SERVER, 1, true,
		 "hot 2001:db8:5::1>2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1", HP_CT_IN},
		{"10.4.2 a care-of address that is bound here: the same", LAB_FAR, LAB_H, LAB_SERVER, 2, false,
		 "cot 2001:db8:5::1>2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1", HP_CT_IN},
		{"not for who is excluded", LAB_FAR, LAB_COA, LAB_EXCLUDED, 1, false, "", HP_CT_IGNORED},
		{"not for others", LAB_FAR, LAB_COA, LAB_CN, 1, false, "", HP_CT_IGNORED},
		{"not for who is bound here", LAB_FAR, LAB_COA, LAB_H, 1, false, "", HP_CT_IGNORED},
		{"for its neighbour", LAB_FAR, LAB_COA, "2001:db8:1::101", 1, false, "hot 2001:db8:1::101>2001:db8:99::100", HP_CT_IN},
		{"9.1 not for an anycast address", LAB_FAR, LAB_COA, LAB_ANYCAST, 1, false, "", HP_CT_IGNORED},
		{"9.1 not for a link-local address", LAB_FAR, LAB_COA, "fe80::ff:fe00:2", 1, false, "", HP_CT_MH_OTHER},
	};
	struct lab l;

	lab_open_conf(&l, &served);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		struct mobile m = mobile_of(table[i].hoa, table[i].coa, table[i].correspondent);
		const uint64_t before = lab_count(&l, table[i].counter);

		m.bound = table[i].bound;
		expect(table[i].name, mobile_tests(&l, &m, table[i].type), table[i].want);
		HP_CHECK(table[i].name, "counter", lab_count(&l, table[i].counter) == before + 1);
	}
	lab_close(&l);
}

/* What else gets here that is to a host: answered from its address, or not at all. */
void test_behalf(void)
{
	static const struct {
		const char *name, *src, *dst, *hoa;
		uint8_t proto, body[24];
		size_t len;
		int sum;
		enum hp_control_counter counter;
		const char *want;
	} table[] = {
		{"9.2 unknown type",
		 LAB_COA,
		 LAB_SERVER,
		 LAB_FAR,
		 135,
		 {59, 0, 99},
		 8,
		 4,
		 HP_CT_MH_UNKNOWN,
		 "be 2 2001:db8:99::100 2001:db8:5::1>2001:db8:a::1"},
		{"9.2 payload protocol",
		 LAB_COA,
		 LAB_SERVER,
		 LAB_FAR,
		 135,
		 {58, 1, 5},
		 16,
		 4,
		 HP_CT_MH_PARAM,
		 "error 4/0 64 2001:db8:5::1>2001:db8:a::1"},
		{"9.2 header length",
		 LAB_COA,
		 LAB_SERVER,
		 NULL,
		 135,
		 {59, 0, 1},
		 8,
		 4,
		 HP_CT_MH_PARAM,
		 "error 4/0 41 2001:db8:5::1>2001:db8:a::1"},
		{"9.2 checksum", LAB_COA, LAB_SERVER, NULL, 135, {59, 1, 1}, 16, -1, HP_CT_MH_CHECKSUM, ""},
		{"6.1.6 a test's answer", LAB_COA, LAB_SERVER, NULL, 135, {59, 2, 4}, 24, 4, HP_CT_MH_OTHER, ""},
		{"H set", LAB_COA, LAB_SERVER, LAB_FAR, 135, {59, 1, 5, 0, 0, 0, 0, 1, 0xc0, 0, 0, 9}, 16, 4, HP_CT_BEHALF_HOME, ""},
		{"9.3.1 a home address that is not bound",
		 LAB_COA,
		 LAB_SERVER,
		 LAB_FAR,
		 17,
		 {0},
		 8,
		 -1,
		 HP_CT_BE_OUT,
		 "be 1 2001:db8:99::100 2001:db8:5::1>2001:db8:a::1"},
		{"9.3.1 a home registration is ours, not the host's",
		 LAB_COA,
		 LAB_SERVER,
		 LAB_H,
		 17,
		 {0},
		 8,
		 -1,
		 HP_CT_BE_OUT,
		 "be 1 2001:db8:1::100 2001:db8:5::1>2001:db8:a::1"},
		{"9.3.3 a first fragment too",
		 LAB_COA,
		 LAB_SERVER,
		 LAB_FAR,
		 44,
		 {17, 0, 0, 1},
		 16,
		 -1,
		 HP_CT_BE_OUT,
		 "be 1 2001:db8:99::100 2001:db8:5::1>2001:db8:a::1"},
		{"9.3.1 a fragment that says that ESP is in it",
		 LAB_COA,
		 LAB_SERVER,
		 LAB_FAR,
		 44,
		 {50, 0, 0, 1},
		 16,
		 -1,
		 HP_CT_BE_OUT,
		 "be 1 2001:db8:99::100 2001:db8:5::1>2001:db8:a::1"},
		{"9.3.3 not to a group", "ff0e::5", LAB_SERVER, LAB_FAR, 17, {0}, 8, -1, HP_CT_ERROR_FORBIDDEN, ""},
		{"9.3.1 ESP behind it", LAB_COA, LAB_SERVER, LAB_FAR, 50, {0}, 16, -1, HP_CT_IGNORED, ""},
		{"an echo request", LAB_COA, LAB_SERVER, NULL, 58, {128}, 8, 2, HP_CT_IGNORED, ""},
		{"anything else", LAB_COA, LAB_SERVER, NULL, 17, {0}, 8, -1, HP_CT_IGNORED, ""},
		{"a fragment of a message", LAB_COA, LAB_SERVER, NULL, 44, {135, 0, 0, 1}, 16, -1, HP_CT_IGNORED, ""},
		{"an unknown type to who is excluded", LAB_COA, LAB_EXCLUDED, LAB_FAR, 135, {59, 0, 99}, 8, 4, HP_CT_IGNORED, ""},
	};
	struct lab l;

	lab_open_conf(&l, &served);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_ip6 src = craft_ip6(table[i].src), dst = craft_ip6(table[i].dst),
				    hoa = craft_ip6(table[i].hoa ? table[i].hoa : "::");
		const uint64_t before = lab_count(&l, table[i].counter);
		uint8_t packet[CRAFT_ROOM];
		struct hp_input in =
			lab_input(packet,
				  table[i].sum < 0 ? craft_packet(packet, &src, &dst, &hoa, table[i].proto, table[i].body, table[i].len)
						   : craft_summed(packet, &src, &dst, &hoa, table[i].proto, table[i].body, table[i].len,
								  (size_t)table[i].sum),
				  1);

		hp_control_packet(l.control, &in, l.now, l.fx);
		expect(table[i].name, lab_effects(&l), table[i].want);
		HP_CHECK(table[i].name, "counter", lab_count(&l, table[i].counter) == before + 1);
	}
	lab_close(&l);
}

static const char *echo(struct lab *l, const char *src, const char *dst, const char *hoa)
{
	const struct hp_ip6 s = craft_ip6(src), d = craft_ip6(dst), h = craft_ip6(hoa);
	uint8_t packet[CRAFT_ROOM], body[12] = {128};
	struct hp_input in = lab_input(packet, craft_summed(packet, &s, &d, &h, 58, body, sizeof(body), 2), 1);

	hp_control_packet(l->control, &in, l->now, l->fx);
	return lab_effects(l);
}

/* §9.1, §9.3.1, §9.3.2: the binding is of one address of ours, and of no other. */
void test_correspondent_own(void)
{
	struct mobile m = mobile_of(LAB_FAR, LAB_COA, LAB_CORE);
	const char *got;
	struct lab l;

	lab_open_conf(&l, &served);
	mobile_tests(&l, &m, 1);
	mobile_tests(&l, &m, 2);
	got = mobile_updates(&l, &m, false, 100);
	HP_CHECK("9.5.4 acknowledged by the routing header", got, strstr(got, "ba 0 2001:db8:f::1>2001:db8:99::100 via 2001:db8:a::1"));
	expect("9.3.1 the option holds, 9.3.2 the answer by the routing header", echo(&l, LAB_COA, LAB_CORE, LAB_FAR),
	       "echo 2001:db8:f::1>2001:db8:99::100 via 2001:db8:a::1");
	expect("9.3.1 not from elsewhere", echo(&l, "2001:db8:b::1", LAB_CORE, LAB_FAR),
	       "be 1 2001:db8:99::100 2001:db8:f::1>2001:db8:b::1");
	expect("9.1 not to another address of ours", echo(&l, LAB_COA, LAB_HA, LAB_FAR),
	       "be 1 2001:db8:99::100 2001:db8:1::1>2001:db8:a::1");
	expect("9.3.2 nor from another", echo(&l, LAB_FAR, LAB_HA, "::"), "echo 2001:db8:1::1>2001:db8:99::100");
	expect("9.3.2 without the option as well", echo(&l, LAB_FAR, LAB_CORE, "::"),
	       "echo 2001:db8:f::1>2001:db8:99::100 via 2001:db8:a::1");
	/* §6.1: messages but acknowledgements do without the binding. */
	expect("9.4.3", mobile_tests(&l, &m, 1), "hot 2001:db8:f::1>2001:db8:99::100");
	mobile_updates(&l, &m, false, 0);
	expect("9.5.3 deleted", echo(&l, LAB_COA, LAB_CORE, LAB_FAR), "be 1 2001:db8:99::100 2001:db8:f::1>2001:db8:a::1");
	lab_close(&l);
}

/* A host's binding: for the workers, who do the rest. */
void test_correspondent_host(void)
{
	struct mobile m = mobile_of(LAB_FAR, LAB_COA, LAB_SERVER);
	struct lab l;

	lab_open_conf(&l, &served);
	mobile_tests(&l, &m, 1);
	mobile_tests(&l, &m, 2);
	expect("9.5.2", mobile_updates(&l, &m, false, 100),
	       "optimize 2001:db8:5::1>2001:db8:99::100 via 2001:db8:a::1 mtu 1500, ba 0 2001:db8:5::1>2001:db8:99::100 via 2001:db8:a::1");
	/* What should have gone by the worker: late, and no reason for a complaint. */
	expect("9.3.1 a home address that holds", echo(&l, LAB_COA, LAB_SERVER, LAB_FAR), "");
	expect("9.3.1 not from elsewhere", echo(&l, "2001:db8:b::1", LAB_SERVER, LAB_FAR),
	       "be 1 2001:db8:99::100 2001:db8:5::1>2001:db8:b::1");
	expect("9.3.1 not to another host", echo(&l, LAB_COA, "2001:db8:5::2", LAB_FAR),
	       "be 1 2001:db8:99::100 2001:db8:5::2>2001:db8:a::1");
	lab_close(&l);
}

/* §9.5.1: the other type of registration at the very address. */
void test_type_change(void)
{
	struct mobile m = mobile_of(LAB_H, LAB_COA, LAB_HA), other = mobile_of(LAB_H, LAB_COA, LAB_CORE);
	struct lab l;

	lab_open_conf(&l, &served);
	lab_bind(&l);
	m.bound = other.bound = true;
	m.sequence = 10;
	mobile_tests(&l, &m, 1);
	mobile_tests(&l, &m, 2);
	expect("H clear where a home registration is", mobile_updates(&l, &m, false, 100),
	       "ba 139 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
	mobile_registers(&l, &other); /* §9.1: the cache of another address of ours */
	expect("the home registration goes on", mobile_updates(&l, &m, true, 100), "ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
	lab_close(&l);

	lab_open_conf(&l, &alone);
	m = mobile_of(LAB_H, LAB_COA, LAB_HA);
	mobile_registers(&l, &m);
	expect("H set where a correspondent registration is", mobile_updates(&l, &m, true, 100),
	       "ba 139 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
	mobile_updates(&l, &m, false, 0);
	expect("and is no more", mobile_updates(&l, &m, true, 100), "bind mtu 1460, ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
	lab_close(&l);

	/* A home registration whose time is over counts no more, even if nobody has looked since. */
	lab_open_conf(&l, &served);
	lab_bind(&l);
	l.now.mono_ms += 400000;
	m = mobile_of(LAB_H, LAB_COA, LAB_HA);
	m.bound = true;
	mobile_tests(&l, &m, 1);
	mobile_tests(&l, &m, 2);
	expect("H clear where a home registration was", mobile_updates(&l, &m, false, 100),
	       "ba 0 2001:db8:1::1>2001:db8:1::100 via 2001:db8:a::1");
	lab_close(&l);
}

/* Whoever proves himself: an address of ours moves nowhere, and none takes packets back into this box. */
void test_policy(void)
{
	static const struct {
		const char *name, *hoa, *coa, *want;
	} table[] = {
		{"129: our own address", LAB_HA, LAB_COA, "ba 129 2001:db8:5::1>2001:db8:1::1 via 2001:db8:a::1"},
		{"129: a host's", "2001:db8:5::7", LAB_COA, "ba 129 2001:db8:5::1>2001:db8:5::7 via 2001:db8:a::1"},
		{"129: the host's own", LAB_SERVER, LAB_COA, "ba 129 2001:db8:5::1>2001:db8:5::1 via 2001:db8:a::1"},
		{"129: anycast", LAB_ANYCAST, LAB_COA, "ba 129 2001:db8:5::1>2001:db8:1:0:fdff:ffff:ffff:fffe via 2001:db8:a::1"},
		{"174: our own address", LAB_FAR, LAB_CORE, "ba 174 2001:db8:5::1>2001:db8:99::100 via 2001:db8:f::1"},
		{"174: anycast", LAB_FAR, LAB_ANYCAST, "ba 174 2001:db8:5::1>2001:db8:99::100 via 2001:db8:1:0:fdff:ffff:ffff:fffe"},
		{"174: the home address", LAB_FAR, LAB_FAR, "ba 174 2001:db8:5::1>2001:db8:99::100"},
		{"174: bound here", LAB_FAR, LAB_H,
		 "ba 174 2001:db8:5::1>2001:db8:99::100 via 2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1"},
		{"an excluded host may move", LAB_EXCLUDED, LAB_COA,
		 "optimize 2001:db8:5::1>2001:db8:5::e via 2001:db8:a::1 mtu 1500, ba 0 2001:db8:5::1>2001:db8:5::e via 2001:db8:a::1"},
		{"who is bound here", LAB_H, LAB_COA,
		 "optimize 2001:db8:5::1>2001:db8:1::100 via 2001:db8:a::1 mtu 1500, ba 0 2001:db8:5::1>2001:db8:1::100 via 2001:db8:a::1"},
	};
	struct lab l;

	lab_open_conf(&l, &served);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		struct mobile m = mobile_of(table[i].hoa, table[i].coa, LAB_SERVER);

		/* The answers go where no stranger could hear them: here he does. */
		mobile_tests(&l, &m, 1);
		mobile_tests(&l, &m, 2);
		expect(table[i].name, mobile_updates(&l, &m, false, 100), table[i].want);
	}
	lab_close(&l);
}

/* RFC 3776 §3.2: what its tunnel has to be in ESP for, a worker puts there, by its sequence numbers. */
void test_correspondent_tunnel(void)
{
	static const struct {
		const char *name;
		enum hp_protection protects;
		const char *want;
	} table[] = {
		{"home tests", HP_PROTECT_HOME_TEST,
		 "hot 2001:db8:5::1>2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1 by worker for 2001:db8:1::100 link 0"},
		{"everything", HP_PROTECT_PAYLOAD,
		 "hot 2001:db8:5::1>2001:db8:1::100 in 2001:db8:1::1>2001:db8:a::1 by worker for 2001:db8:1::100 link 0"},
	};

	for (size_t i = 0; i < HP_LEN(table); i++) {
		struct hp_association_spec spec = {.spi = 4096,
						   .hoa = craft_ip6(LAB_H),
						   .protects = table[i].protects,
						   .mode = HP_ASSOCIATION_TUNNEL,
						   .out = true,
						   .encryption_len = 16,
						   .integrity_len = 32,
						   .manual = true};
		struct mobile m = mobile_of(LAB_H, LAB_COA, LAB_SERVER);
		struct lab l;

		lab_open_conf(&l, &served);
		lab_bind(&l);
		m.bound = true;
		CU_ASSERT_FATAL(hp_associations_add(hp_guard_associations(l.guard), &spec, l.now) == 0);
		hp_associations_find(hp_guard_associations(l.guard), &spec.hoa, true, spec.spi)->number = 1;
		expect(table[i].name, mobile_tests(&l, &m, 1), table[i].want);
		lab_close(&l);
	}
}

void test_protects(void)
{
	static const struct {
		const char *host;
		bool protected_;
	} table[] = {{LAB_SERVER, true}, {LAB_EXCLUDED, false}, {LAB_CN, false}, {LAB_HA, false},
		     {LAB_VHA, false},   {LAB_ANYCAST, false},  {LAB_H, false},  {"2001:db8:1::101", true},
		     {"fe80::1", false}, {"ff0e::1", false},    {"::", false}};
	struct lab l;

	lab_open_conf(&l, &served);
	lab_bind(&l);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct hp_ip6 host = craft_ip6(table[i].host);

		HP_CHECK(table[i].host, "protected", hp_control_protects(l.control, &host) == table[i].protected_);
	}
	lab_close(&l);
}

/* A changed configuration: whom we do not act for any more has no bindings; routes that have changed are told. */
void test_correspondent_renew(void)
{
	static const struct lab_conf moved = {.correspondent = true, .gate = "2001:db8:f::fd"};
	struct mobile host = mobile_of(LAB_FAR, LAB_COA, LAB_SERVER), own = mobile_of(LAB_FAR, LAB_COA, LAB_CORE);
	struct lab l;

	lab_open_conf(&l, &served);
	lab_bind(&l);
	mobile_registers(&l, &host);
	mobile_registers(&l, &own);
	lab_renew(&l, &served);
	lab_wait(&l, 100);
	expect("nothing has changed", lab_effects(&l), "");
	lab_renew(&l, &moved);
	lab_wait(&l, 100);
	expect("another router", lab_effects(&l), "bind mtu 1460, optimize 2001:db8:5::1>2001:db8:99::100 via 2001:db8:a::1 mtu 1500");
	lab_renew(&l, &served);
	hp_control_tick(l.control, l.now, l.fx);
	expect("back to the first router, one half", lab_effects(&l), "bind mtu 1460");
	lab_renew(&l, &moved);
	lab_wait(&l, 100);
	expect("and again to the other: all hear of it", lab_effects(&l),
	       "optimize 2001:db8:5::1>2001:db8:99::100 via 2001:db8:a::1 mtu 1500, bind mtu 1460, "
	       "optimize 2001:db8:5::1>2001:db8:99::100 via 2001:db8:a::1 mtu 1500");
	lab_renew(&l, &alone);
	CU_ASSERT_FALSE(hp_control_protects(l.control, &host.correspondent));
	lab_wait(&l, 100);
	expect("back to the first router, and nobody to act for", lab_effects(&l),
	       "unoptimize 2001:db8:5::1>2001:db8:99::100, bind mtu 1460");
	CU_ASSERT_EQUAL(hp_correspondent_bindings(hp_control_correspondent(l.control)), 1);
	lab_close(&l);
}
