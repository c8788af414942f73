/* SPDX-License-Identifier: BSD-3-Clause */
/* Every message that we write, one a line: its name, then the octets. For others to dissect. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "wire/compose.h"
#include "wire/discovery.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/mld.h"
#include "wire/nd.h"
#include "wire/packet.h"

#define HOME_AGENT    "2001:db8:1::1"
#define HOME          "2001:db8:1::100"
#define CARE_OF       "2001:db8:a::5"
#define CORRESPONDENT "2001:db8:c::9"
#define LINKLOCAL     "fe80::200:ff:fe00:1"

static const struct hp_mac mac = {{2, 0, 0, 0, 0, 5}};

static void print(const char *name, struct hp_send s, const uint8_t *body, int len)
{
	uint8_t out[2000];
	int n;

	s.body = body;
	s.body_len = (size_t)len;
	n = len < 0 ? len : hp_compose(&s, out, sizeof(out));
	if (n < 0) {
		fprintf(stderr, "%s: %s\n", name, strerror(-n));
		exit(1);
	}
	printf("%s ", name);
	for (int i = 0; i < n; i++)
		printf("%02x", out[i]);
	printf("\n");
}

static struct hp_send mobility(const char *src, const char *dst)
{
	return (struct hp_send){.src = ip6(src), .dst = ip6(dst), .hop_limit = 64, .proto = HP_PROTO_MH};
}

static struct hp_send icmp(const char *src, const char *dst, uint8_t hop_limit)
{
	return (struct hp_send){.src = ip6(src), .dst = ip6(dst), .hop_limit = hop_limit, .proto = HP_PROTO_ICMPV6};
}

static void mobility_messages(void)
{
	const struct hp_bu registration = {.sequence = 0x1234, .ack = true, .home = true, .linklocal = true, .lifetime = 150};
	const struct hp_bu correspondent = {.sequence = 7,
					    .ack = true,
					    .lifetime = 105,
					    .has_nonces = true,
					    .home_nonce = 0x0102,
					    .careof_nonce = 0x0304,
					    .has_alternate_coa = true,
					    .alternate_coa = ip6("2001:db8:b::77")};
	const struct hp_ba accepted = {.sequence = 0x1234, .lifetime = 150, .has_refresh_advice = true, .refresh_advice = 100};
	const struct hp_ba refused = {.status = HP_BA_SEQUENCE, .key_movable = true, .sequence = 0xffff};
	const struct hp_be unknown = {.status = HP_BE_UNKNOWN_BINDING, .hoa = ip6(HOME)};
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = mobility(CARE_OF, HOME_AGENT);

	s.hoa = ip6(HOME);
	print("update", s, body, hp_bu_write(&registration, body, sizeof(body)));
	s.dst = ip6("2001:db8:c::9");
	print("update-correspondent", s, body, hp_bu_write(&correspondent, body, sizeof(body)));
	print("update-proved", s, body,
	      hp_bu_write(&(struct hp_bu){.sequence = 2,
					  .ack = true,
					  .home = true,
					  .lifetime = 150,
					  .proof = {.identity = (const uint8_t *)"ship@fleet.example",
						    .identity_len = 18,
						    .has_timestamp = true,
						    .timestamp = 0xe9c0ffee80000000,
						    .mn_ha = {.present = true, .spi = 0x12345, .len = 12}}},
			  body, sizeof(body)));
	print("update-from-home", mobility(HOME, HOME_AGENT), body,
	      hp_bu_write(&(struct hp_bu){.sequence = 1, .ack = true, .home = true}, body, sizeof(body)));
	s = mobility(HOME_AGENT, HOME);
	s.coa = ip6(CARE_OF);
	print("acknowledgement", s, body, hp_ba_write(&accepted, body, sizeof(body)));
	print("acknowledgement-proved", s, body,
	      hp_ba_write(&(struct hp_ba){.sequence = 2, .proof = {.mn_ha = {.present = true, .spi = 0x12345, .len = 16}}}, body,
			  sizeof(body)));
	print("acknowledgement-refused", s, body, hp_ba_write(&refused, body, sizeof(body)));
	print("acknowledgement-at-home", mobility(HOME_AGENT, HOME), body, hp_ba_write(&(struct hp_ba){.sequence = 1}, body, sizeof(body)));
	s = mobility(HOME_AGENT, HOME);
	s.coa = ip6(CARE_OF);
	s.hoa = ip6("2001:db8:2::200");
	s.src = ip6("2001:db8:d::8");
	print("acknowledgement-between-mobile-nodes", s, body, hp_ba_write(&accepted, body, sizeof(body)));
	print("error", mobility(HOME_AGENT, CARE_OF), body, hp_be_write(&unknown, body, sizeof(body)));
	s = mobility(HOME, "2001:db8:c::9");
	s.outer_src = ip6(CARE_OF);
	s.outer_dst = ip6(HOME_AGENT);
	print("tunnelled-error", s, body, hp_be_write(&(struct hp_be){.status = HP_BE_UNKNOWN_MH}, body, sizeof(body)));
}

/* Authenticators are zeroes until somebody with keys fills them in. */
static void return_routability(void)
{
	const struct hp_rr_init init = {"cookie01"};
	const struct hp_rr_test test = {.nonce_index = 0x8123, .cookie = "cookie02", .token = "token003"};
	const struct hp_bu update = {.sequence = 9,
				     .ack = true,
				     .lifetime = 105,
				     .has_nonces = true,
				     .home_nonce = 0x102,
				     .careof_nonce = 0x304,
				     .has_authorization = true};
	const struct hp_ba refused = {.status = HP_BA_TYPE_CHANGE, .sequence = 9, .has_authorization = true};
	struct hp_send s = mobility(HOME, CORRESPONDENT);
	uint8_t body[HP_MH_ROOM];

	s.outer_src = ip6(CARE_OF);
	s.outer_dst = ip6(HOME_AGENT);
	print("home-test-init", s, body, hp_rr_init_write(HP_MH_HOTI, &init, body, sizeof(body)));
	print("care-of-test-init", mobility(CARE_OF, CORRESPONDENT), body, hp_rr_init_write(HP_MH_COTI, &init, body, sizeof(body)));
	print("home-test", mobility(CORRESPONDENT, HOME), body, hp_rr_test_write(HP_MH_HOT, &test, body, sizeof(body)));
	print("care-of-test", mobility(CORRESPONDENT, CARE_OF), body, hp_rr_test_write(HP_MH_COT, &test, body, sizeof(body)));
	print("refresh-request", mobility(CORRESPONDENT, HOME), body, hp_brr_write(body, sizeof(body)));
	s = mobility(CARE_OF, CORRESPONDENT);
	s.hoa = ip6(HOME);
	print("update-authorized", s, body, hp_bu_write(&update, body, sizeof(body)));
	s = mobility(CORRESPONDENT, HOME);
	s.coa = ip6(CARE_OF);
	print("acknowledgement-authorized", s, body, hp_ba_write(&refused, body, sizeof(body)));
}

static void discovery_messages(void)
{
	const struct hp_ip6 target = ip6("2001:db8:1::42");
	const struct hp_ns asks = {.target = target, .has_mac = true, .mac = mac};
	const struct hp_ns probes = {.target = target, .has_nonce = true, .nonce = "nonce6"};
	const struct hp_na proxy = {.target = ip6(HOME), .override_ = true, .has_mac = true, .mac = mac};
	const struct hp_na answer = {.target = target, .router = true, .solicited = true, .has_mac = true, .mac = mac};
	const struct hp_ra advert = {
		.hop_limit = 64,
		.home_agent = true,
		.other = true,
		.router_lifetime_s = 1800,
		.reachable_ms = 30000,
		.retrans_ms = 1000,
		.has_mac = true,
		.mac = mac,
		.has_mtu = true,
		.mtu = 1400,
		.prefixes = 2,
		.prefix = {{.prefix = ip6(HOME_AGENT),
			    .length = 64,
			    .on_link = true,
			    .autonomous = true,
			    .router_address = true,
			    .valid_s = 2592000,
			    .preferred_s = 604800},
			   {.prefix = ip6("2001:db8:3::"), .length = 48, .autonomous = true, .valid_s = UINT32_MAX, .preferred_s = 1}},
		.has_interval = true,
		.interval_ms = 620,
		.has_home_agent_info = true,
		.preference = 9,
		.home_agent_lifetime_s = 1700,
	};
	uint8_t body[256];

	print("solicitation", icmp(LINKLOCAL, "ff02::1:ff00:42", 255), body, hp_ns_write(&asks, body, sizeof(body)));
	print("duplicate-address-probe", icmp("::", "ff02::1:ff00:42", 255), body, hp_ns_write(&probes, body, sizeof(body)));
	print("advertisement-registration", icmp(LINKLOCAL, "ff02::1", 255), body, hp_na_write(&proxy, body, sizeof(body)));
	print("advertisement-solicited", icmp(LINKLOCAL, "fe80::9", 255), body, hp_na_write(&answer, body, sizeof(body)));
	print("router-solicitation", icmp(LINKLOCAL, "ff02::2", 255), body,
	      hp_rs_write(&(struct hp_rs){.has_mac = true, .mac = mac}, body, sizeof(body)));
	print("router-advertisement", icmp(LINKLOCAL, "ff02::1", 255), body, hp_ra_write(&advert, body, sizeof(body)));
}

static void mobile_discovery_messages(void)
{
	const struct hp_dhaad_reply reply = {.identifier = 0x4321, .agents = 2, .agent = {ip6(HOME_AGENT), ip6("2001:db8:1::2")}};
	const struct hp_mpa advert = {
		.identifier = 0x1234,
		.managed = true,
		.prefixes = 2,
		.prefix = {{.prefix = ip6(HOME_AGENT),
			    .length = 64,
			    .on_link = true,
			    .autonomous = true,
			    .router_address = true,
			    .valid_s = 2592000,
			    .preferred_s = 604800},
			   {.prefix = ip6("2001:db8:3::"), .length = 48, .autonomous = true, .valid_s = UINT32_MAX, .preferred_s = 1}},
	};
	struct hp_send s = icmp(CARE_OF, HOME_AGENT, 64);
	uint8_t body[256];

	print("agent-request", icmp(CARE_OF, "2001:db8:1:0:fdff:ffff:ffff:fffe", 64), body,
	      hp_dhaad_request_write(0x4321, body, sizeof(body)));
	print("agent-reply", icmp(HOME_AGENT, CARE_OF, 64), body, hp_dhaad_reply_write(&reply, body, sizeof(body)));
	s.hoa = ip6(HOME);
	print("prefix-solicitation", s, body, hp_mps_write(0x1234, body, sizeof(body)));
	s = icmp(HOME_AGENT, HOME, 64);
	s.coa = ip6(CARE_OF);
	print("prefix-advertisement", s, body, hp_mpa_write(&advert, body, sizeof(body)));
}

static void listener_messages(void)
{
	const struct hp_ip6 group[2] = {ip6("ff02::1:ff00:42"), ip6("ff02::1:ff00:1")};
	const struct hp_ip6 source = ip6(CARE_OF);
	const struct hp_mld_listening record[2] = {{.type = HP_MLD_TO_EXCLUDE, .group = group[0]},
						   {.type = HP_MLD_ALLOW, .group = group[1], .sources = 1, .source = &source}};
	struct hp_send s = icmp(LINKLOCAL, "ff02::16", 1);
	uint8_t body[256];

	s.router_alert = true;
	s.dst = ip6("ff0e::99");
	print("listener-query", s, body,
	      hp_mld_query_write(&(struct hp_mld_query){.group = s.dst,
							.max_response_ms = 1000,
							.suppress = true,
							.robustness = 2,
							.interval_s = 125,
							.sources = 1,
							.source = (const struct hp_ip6[]){ip6(CARE_OF)}},
				 body, sizeof(body)));
	s.dst = ip6("ff02::16");
	print("listener-report", s, body, hp_mld_report_write(record, 2, body, sizeof(body)));
	s.dst = group[0];
	print("listener-report-1", s, body, hp_mld_v1_write(HP_ICMP6_MLD_REPORT, group, body, sizeof(body)));
	s.dst = HP_IP6_ALL_ROUTERS;
	print("listener-done-1", s, body, hp_mld_v1_write(HP_ICMP6_MLD_DONE, group, body, sizeof(body)));
}

static void error_messages(void)
{
	const struct hp_ip6 src = ip6(CARE_OF), dst = ip6(HOME);
	struct bytes about = bytes_ip6(&src, &dst, HP_PROTO_NONE, 1, "");
	struct hp_send s = icmp(HOME_AGENT, CARE_OF, 64);
	uint8_t body[HP_IP6_MIN_MTU];

	print("unreachable", s, body,
	      hp_icmp6_error_write(HP_ICMP6_UNREACHABLE, HP_UNREACH_ADDRESS, 0, about.p, about.len, 40, body, sizeof(body)));
	print("too-big", s, body, hp_icmp6_error_write(HP_ICMP6_TOO_BIG, 0, 1460, about.p, about.len, 40, body, sizeof(body)));
	print("time-exceeded", s, body, hp_icmp6_error_write(HP_ICMP6_TIME_EXCEEDED, 0, 0, about.p, about.len, 40, body, sizeof(body)));
	print("parameter-problem", s, body, hp_icmp6_error_write(HP_ICMP6_PARAM_PROBLEM, 1, 6, about.p, about.len, 40, body, sizeof(body)));
	bytes_free(&about);
}

int main(void)
{
	mobility_messages();
	return_routability();
	discovery_messages();
	mobile_discovery_messages();
	listener_messages();
	error_messages();
	return 0;
}
