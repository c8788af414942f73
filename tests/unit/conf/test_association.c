/* SPDX-License-Identifier: BSD-3-Clause */
/* security_associations: what is taken, what is refused, and that no key is ever told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "run.h"
#include "tests.h"

#define KEY "00112233445566778899aabbccddeeff"
#define SA(spi, direction, protects, more)                                                                                                 \
	"{\"spi\":" #spi ",\"direction\":\"" direction "\",\"protects\":\"" protects "\",\"integrity_key\":\"" KEY KEY "\"" more "}"
#define CBC   ",\"encryption_key\":\"" KEY "\""
#define EMPTY ",\"encryption\":\"null\""
#define IN    SA(4096, "in", "registration", CBC)
#define OUT   SA(4097, "out", "registration", CBC)

static int parse(struct hp_conf **c, const char *method, const char *associations, struct hp_error *e)
{
	static const struct hp_conf_machine machine = {.cpus = 4};
	char text[8192];
	int n = snprintf(
		text, sizeof(text),
		"{\"name\":\"x\",\"ports\":[{\"name\":\"p0\",\"device\":\"net_null0\"}],\"links\":[{\"name\":\"home\",\"port\":\"p0\","
		"\"addresses\":[\"2001:db8:1::1/64\"]}],\"home_agent\":{\"links\":[\"home\"],\"authentication\":\"%s\"},"
		"\"mobile_nodes\":[{\"home_address\":\"2001:db8:1::100\",\"identity\":\"ship\",\"keys\":[{\"spi\":256,\"key\":\"" KEY
		"\"}],\"security_associations\":[%s]}]}",
		method, associations);

	return hp_conf_parse(c, "f", text, (size_t)n, &machine, e);
}

void test_associations_read(void)
{
	const struct hp_association_spec *s;
	struct hp_error e = {0};
	struct hp_conf *c;

	static const char six[] =
		IN "," SA(4097, "out", "registration", EMPTY ",\"mode\":\"transport\",\"integrity\":\"hmac-sha256-128\"") "," SA(
			4098, "in", "home-test",
			",\"encryption_key\":\"" KEY KEY
			"\",\"replay_window\":64") "," SA(4096, "out", "payload",
							  EMPTY
							  ",\"mode\":\"tunnel\",\"replay_window\":1024") "," SA(4099, "in", "payload",
														CBC) "," SA(4098, "out",
															    "home-test",
															    CBC);

	CU_ASSERT_EQUAL_FATAL(parse(&c, "ipsec", six, &e), 0);
	CU_ASSERT_EQUAL_FATAL(c->mobile_node[0].associations.count, 6);
	s = c->mobile_node[0].associations.spec;
	CU_ASSERT(s[0].spi == 4096 && !s[0].out && s[0].protects == HP_PROTECT_REGISTRATION && s[0].mode == HP_ASSOCIATION_TRANSPORT);
	CU_ASSERT(s[0].encryption == HP_ASSOCIATION_AES_CBC && s[0].encryption_len == 16 && s[0].encryption_key[15] == 0xff);
	CU_ASSERT(s[0].integrity == HP_ASSOCIATION_HMAC_SHA256_128 && s[0].integrity_len == 32 && s[0].integrity_key[17] == 0x11);
	CU_ASSERT(s[0].manual && !s[0].esn && s[0].replay_window == 0);
	CU_ASSERT(hp_ip6_eq(&s[0].hoa, &c->mobile_node[0].home_address));
	CU_ASSERT(s[1].out && s[1].encryption == HP_ASSOCIATION_NULL && s[1].encryption_len == 0);
	CU_ASSERT(s[2].protects == HP_PROTECT_HOME_TEST && s[2].mode == HP_ASSOCIATION_TUNNEL && s[2].encryption_len == 32 &&
		  s[2].replay_window == 64);
	CU_ASSERT(s[3].protects == HP_PROTECT_PAYLOAD && s[3].mode == HP_ASSOCIATION_TUNNEL && s[3].replay_window == 1024);
	hp_conf_destroy(c);
	/* Tunnels may be protected whatever registrations are. */
	CU_ASSERT_EQUAL_FATAL(parse(&c, "mn-ha", SA(4098, "in", "home-test", CBC) "," SA(4098, "out", "home-test", CBC), &e), 0);
	hp_conf_destroy(c);
}

#define AT(i) "mobile_nodes[0].security_associations[" #i "]"

void test_associations_refused(void)
{
	static const struct {
		const char *associations, *path, *words;
	} bad[] = {
		{"", "mobile_nodes[0].security_associations", "without two that protect its registration"},
		{IN, AT(0), "want one of each"},
		{SA(4097, "out", "prefix-discovery", CBC) "," SA(4096, "in", "prefix-discovery", CBC),
		 "mobile_nodes[0].security_associations", "without two"},
		{IN "," OUT "," SA(4098, "in", "payload", CBC), AT(2), "want one of each"},
		{IN "," IN, AT(1), "SPI a second time"},
		{IN "," SA(4099, "in", "registration", CBC), AT(1), "protects the same"},
		{SA(255, "in", "registration", CBC), AT(0), "RFC 4303"},
		{SA(4096, "both", "registration", CBC), AT(0) ".direction", "want one of \"in\", \"out\""},
		{SA(4096, "in", "everything", CBC), AT(0) ".protects", "\"payload\""},
		{SA(4096, "in", "registration", CBC ",\"mode\":\"tunnel\""), AT(0), "want transport"},
		{SA(4096, "in", "home-test", CBC ",\"mode\":\"transport\""), AT(0), "want tunnel"},
		{SA(4096, "in", "home-test", EMPTY), AT(0), "RFC 3776"},
		{SA(4096, "in", "registration", ""), AT(0), "want 16, 24 or 32 octets"},
		{SA(4096, "in", "registration", EMPTY CBC), AT(0), "want none"},
		{SA(4096, "in", "registration", ",\"encryption_key\":\"" KEY "00\""), AT(0), "want 16, 24 or 32 octets"},
		{SA(4096, "in", "registration", ",\"encryption_key\":\"001122\""), AT(0) ".encryption_key", "found 6 characters"},
		{SA(4096, "in", "registration", CBC ",\"encryption\":\"aes-gcm-16\""), AT(0), "RFC 4106"},
		{SA(4096, "in", "registration", CBC ",\"encryption\":\"des\""), AT(0) ".encryption", "want one of"},
		{SA(4096, "in", "registration", CBC ",\"integrity\":\"hmac-md5\""), AT(0) ".integrity", "hmac-sha256-128"},
		{SA(4096, "in", "registration", CBC ",\"integrity\":\"" KEY "\""), AT(0) ".integrity", "a text of 32 characters"},
		{SA(4096, "in", "registration", CBC ",\"replay_window\":32"), AT(0), "want 0, 64 or 1024"},
		{SA(4096, "in", "registration", CBC ",\"esn\":true"), AT(0) ".esn", "unknown key"},
		{"{\"spi\":4096,\"direction\":\"in\",\"protects\":\"registration\",\"encryption\":\"null\"}", AT(0), "RFC 4868"},
		{"{\"spi\":4096,\"direction\":\"in\",\"protects\":\"registration\",\"encryption\":\"null\",\"integrity_key\":\"" KEY "\"}",
		 AT(0) ".integrity_key", "want 32 to 32 octets"},
		{"{\"direction\":\"in\",\"protects\":\"registration\"}", AT(0) ".spi", "found nothing"},
		{"{\"spi\":4096,\"protects\":\"registration\"}", AT(0) ".direction", "found nothing"},
		{"{\"spi\":4096,\"direction\":\"in\"}", AT(0) ".protects", "found nothing"},
		{"1,2,3,4,5,6,7,8,9", AT(0), "found 1"},
		{"\"" KEY "\"", AT(0), "a text of 32 characters"},
	};

	for (size_t i = 0; i < HP_LEN(bad); i++) {
		struct hp_error e = {0};
		struct hp_conf *c = NULL;
		int ret = parse(&c, "ipsec", bad[i].associations, &e);
		bool good =
			ret == -EINVAL && strcmp(e.path, bad[i].path) == 0 && strstr(e.text, bad[i].words) && !strstr(e.text, "00112233");

		if (!good)
			fprintf(stderr, "  found %d \"%s\": %s\n", ret, e.path, e.text);
		HP_CHECK(bad[i].associations, bad[i].words, good);
		if (!ret)
			hp_conf_destroy(c);
	}
}
