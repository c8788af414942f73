/* SPDX-License-Identifier: BSD-3-Clause */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { HOME, CORE, TAGGED, VIRTUAL };

static struct hp_ip6 ip(const char *text)
{
	struct hp_ip6 a;

	if (hp_ip6_parse(&a, text))
		abort();
	return a;
}

static void must(int ret)
{
	if (ret) {
		fprintf(stderr, "set-up: %d\n", ret);
		exit(1);
	}
}

static void neighbor(struct hp_dataplane *dp, uint16_t link, const char *address, uint8_t last)
{
	struct hp_ip6 a = ip(address);
	struct hp_mac mac = {{2, 0, 0, 0, 0, last}};

	must(hp_dataplane_neighbor(dp, link, &a, &mac, true));
}

static void own(struct hp_dataplane *dp, uint16_t link, const char *address)
{
	struct hp_ip6 a = ip(address);

	must(hp_dataplane_address(dp, link, &a, true));
}

static void bind_(struct hp_dataplane *dp, uint32_t id, const char *hoa, const char *coa, const char *ha, uint16_t home, uint16_t out,
		  const char *hop, uint16_t mtu)
{
	const struct hp_bind b = {.hoa = ip(hoa),
				  .coa = ip(coa),
				  .ha = ip(ha),
				  .id = id,
				  .home_link = home,
				  .out_link = out,
				  .next_hop = ip(hop),
				  .mtu = mtu};

	must(hp_dataplane_bind(dp, &b));
}

/* From `source`, or from all but it. */
static void listen_(struct hp_dataplane *dp, uint16_t home, const char *group, const char *hoa, const char *source, bool exclude)
{
	const struct hp_ip6 list[] = {ip(source ? source : "::")};
	const struct hp_member m = {.hoa = ip(hoa),
				    .group = ip(group),
				    .home_link = home,
				    .joined = true,
				    .exclude = exclude,
				    .sources = source ? 1 : 0,
				    .source = list};

	must(hp_dataplane_member(dp, &m));
}

struct hp_association_spec world_association(uint32_t number)
{
	static const char *const hoa[] = {"2001:db8:2::500", "2001:db8:2::600", "2001:db8:2::700"};
	const bool cbc = number == WORLD_CBC_IN || number == WORLD_CBC_OUT;
	struct hp_association_spec s = {.spi = 0x1000 * number,
					.hoa = ip(hoa[(number - 1) / 2]),
					.out = number % 2 == 0,
					.protects = number >= WORLD_HOME_TEST_IN ? HP_PROTECT_HOME_TEST : HP_PROTECT_PAYLOAD,
					.mode = HP_ASSOCIATION_TUNNEL,
					.encryption = cbc ? HP_ASSOCIATION_AES_CBC : HP_ASSOCIATION_AES_GCM_16,
					.integrity = cbc ? HP_ASSOCIATION_HMAC_SHA256_128 : HP_ASSOCIATION_COMBINED,
					.encryption_len = 16,
					.integrity_len = 32,
					.replay_window = 64,
					.esn = number >= WORLD_HOME_TEST_IN};

	for (uint8_t i = 0; i < 32; i++) {
		s.encryption_key[i] = (uint8_t)(16 * number + i);
		s.integrity_key[i] = (uint8_t)(128 + 16 * number + i);
	}
	for (uint8_t i = 0; i < 4; i++)
		s.salt[i] = (uint8_t)(0xa0 + number + i);
	return s;
}

static void protect(struct hp_dataplane *dp, uint32_t id, const char *hoa, const char *coa, uint32_t association, uint32_t home_test)
{
	const struct hp_bind b = {.hoa = ip(hoa),
				  .coa = ip(coa),
				  .ha = ip("2001:db8:2::1"),
				  .id = id,
				  .home_link = VIRTUAL,
				  .out_link = CORE,
				  .next_hop = ip("2001:db8:f::fe"),
				  .mtu = 1460,
				  .association = association,
				  .home_test_association = home_test};

	must(hp_dataplane_bind(dp, &b));
}

static void optimize_(struct hp_dataplane *dp, uint32_t id, const char *hoa, const char *correspondent, const char *coa, uint16_t out,
		      const char *hop, uint16_t mtu)
{
	const struct hp_optimize o = {.hoa = ip(hoa),
				      .correspondent = ip(correspondent),
				      .coa = ip(coa),
				      .id = id,
				      .out_link = out,
				      .next_hop = ip(hop),
				      .mtu = mtu};

	must(hp_dataplane_optimize(dp, &o));
}

/* The hosts that we act for are behind a router on the home link, behind that of the core, and bound here. */
static void correspond(struct hp_dataplane *dp)
{
	const struct hp_prefix protect[] = {{ip("2001:db8:5::"), 64}, {ip("2001:db8:6::"), 64}, {ip("2001:db8:1::101"), 128}},
			       exclude = {ip("2001:db8:5::e"), 128};

	must(hp_dataplane_protect(dp, protect, sizeof(protect) / sizeof(protect[0]), &exclude, 1));
	optimize_(dp, 0, "2001:db8:e::100", "2001:db8:5::5", "2001:db8:a::21", CORE, "2001:db8:f::fe", 1500);
	optimize_(dp, 1, "2001:db8:e::200", "2001:db8:5::5", "2001:db8:7::50", TAGGED, "2001:db8:7::50", 1280);
	optimize_(dp, 2, "2001:db8:e::300", "2001:db8:5::5", "2001:db8:f::78", CORE, "2001:db8:f::78", 1500);
	optimize_(dp, 3, "2001:db8:e::400", "2001:db8:5::5", "2001:db8:b::1", HP_LINK_NONE, "::", 1500);
	optimize_(dp, 4, "2001:db8:2::200", "2001:db8:5::5", "2001:db8:a::3", CORE, "2001:db8:f::fe", 1500);
	optimize_(dp, 5, "2001:db8:e::100", "2001:db8:6::1", "2001:db8:a::21", CORE, "2001:db8:f::fe", 1500);
	optimize_(dp, 6, "2001:db8:e::100", "2001:db8:1::101", "2001:db8:a::21", CORE, "2001:db8:f::fe", 1500);
}

static void fill(struct hp_dataplane *dp)
{
	const struct hp_dp_route route[] = {
		{ip("2001:db8:1::"), 64, HOME, HP_IP6_ANY},           {ip("2001:db8:f::"), 64, CORE, HP_IP6_ANY},
		{ip("2001:db8:7::"), 64, TAGGED, HP_IP6_ANY},         {ip("2001:db8:2::"), 64, VIRTUAL, HP_IP6_ANY},
		{ip("2001:db8:a::"), 48, CORE, ip("2001:db8:f::fe")}, {ip("2001:db8:c::"), 64, CORE, ip("2001:db8:f::fe")},
		{ip("2001:db8:5::"), 64, HOME, ip("2001:db8:1::50")}, {ip("2001:db8:e::"), 64, CORE, ip("2001:db8:f::fe")},
		{ip("2001:db8:6::"), 64, CORE, ip("2001:db8:f::fe")},
	};

	neighbor(dp, CORE, "2001:db8:f::fe", 0xfe);
	neighbor(dp, HOME, "2001:db8:1::50", 0x50);
	neighbor(dp, TAGGED, "2001:db8:7::50", 0x57);
	own(dp, HOME, "2001:db8:1::1");
	own(dp, CORE, "2001:db8:f::1");
	own(dp, TAGGED, "2001:db8:7::1");
	own(dp, VIRTUAL, "2001:db8:2::1");
	must(hp_dataplane_routes(dp, route, sizeof(route) / sizeof(route[0])));
	bind_(dp, 0, "2001:db8:1::100", "2001:db8:a::2", "2001:db8:1::1", HOME, CORE, "2001:db8:f::fe", 1460);
	bind_(dp, 1, "2001:db8:2::200", "2001:db8:a::3", "2001:db8:2::1", VIRTUAL, CORE, "2001:db8:f::fe", 1460);
	bind_(dp, 2, "2001:db8:2::300", "2001:db8:7::50", "2001:db8:2::1", VIRTUAL, TAGGED, "2001:db8:7::50", 1240);
	bind_(dp, 3, "2001:db8:2::400", "2001:db8:f::77", "2001:db8:2::1", VIRTUAL, CORE, "2001:db8:f::77", 1460);
	bind_(dp, 4, "2001:db8:1::101", "2001:db8:a::4", "2001:db8:1::1", HOME, CORE, "2001:db8:f::fe", 1460);
	bind_(dp, 5, "2001:db8:2::201", "2001:db8:a::3", "2001:db8:2::1", VIRTUAL, CORE, "2001:db8:f::fe", 1460);
	for (uint32_t i = 1; i < WORLD_ASSOCIATIONS; i++) {
		const struct hp_association_spec s = world_association(i);

		must(hp_dataplane_association(dp, i, &s));
	}
	protect(dp, 6, "2001:db8:2::500", "2001:db8:a::5", WORLD_GCM_OUT, 0);
	protect(dp, 7, "2001:db8:2::600", "2001:db8:a::6", WORLD_CBC_OUT, 0);
	protect(dp, 8, "2001:db8:2::700", "2001:db8:a::7", 0, WORLD_HOME_TEST_OUT);
	correspond(dp);
	listen_(dp, HOME, "ff0e::1", "2001:db8:1::100", NULL, true);
	listen_(dp, HOME, "ff0e::1", "2001:db8:1::101", NULL, true);
	listen_(dp, HOME, "ff0e::2", "2001:db8:1::100", "2001:db8:1::50", false);
	listen_(dp, HOME, "ff0e::2", "2001:db8:1::101", "2001:db8:1::50", true);
	listen_(dp, VIRTUAL, "ff0e::3", "2001:db8:2::200", NULL, true);
	listen_(dp, VIRTUAL, "ff0e::3", "2001:db8:2::300", NULL, true);
	listen_(dp, VIRTUAL, "ff0e::6", "2001:db8:2::500", NULL, true);
	/* One that has left, and one whose binding is gone. */
	listen_(dp, HOME, "ff0e::4", "2001:db8:1::100", NULL, true);
	must(hp_dataplane_member(dp, &(struct hp_member){.hoa = ip("2001:db8:1::100"), .group = ip("ff0e::4"), .home_link = HOME}));
	listen_(dp, HOME, "ff0e::5", "2001:db8:1::999", NULL, true);
}

struct hp_dataplane *world_create(const char *device0, const char *device1)
{
	const struct hp_dp_port port[] = {{.name = "p0", .device = device0, .mtu = 1500, .rx_queues = 1},
					  {.name = "p1", .device = device1, .mtu = 1500, .rx_queues = 1, .vlan = true}};
	static const struct hp_dp_link link[] = {{.name = "home", .port = 0, .mtu = 1500, .home = true},
						 {.name = "core", .port = 1, .mtu = 1500},
						 {.name = "tagged", .port = 1, .vlan = 7, .mtu = 1280},
						 {.name = "virtual", .port = -1, .mtu = 1500, .home = true}};
	static const unsigned int lcore[] = {0};
	const struct hp_dp_conf conf = {.ports = 2,
					.links = 4,
					.workers = 1,
					.port = port,
					.link = link,
					.worker_lcore = lcore,
					.max_bindings = 100,
					.max_associations = WORLD_ASSOCIATIONS,
					.max_optimized = WORLD_OPTIMIZED,
					.max_paths = 256,
					.accounting = true,
					.multicast = true};
	struct hp_error e = {0};
	struct hp_dataplane *dp;

	if (hp_dataplane_create(&dp, &conf, &e)) {
		fprintf(stderr, "%s: %s\n", e.path, e.text);
		exit(1);
	}
	fill(dp);
	return dp;
}
