/* SPDX-License-Identifier: BSD-3-Clause */
/* Every refusal is one line: path, what was found, what is wanted. Each row changes one piece of a good configuration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "run.h"
#include "tests.h"

static const struct hp_conf_machine machine = {.cpus = 4};

#define PORTS     "\"ports\":[{\"name\":\"p0\",\"device\":\"net_null0\"},{\"name\":\"p1\",\"device\":\"0000:3b:00.0\"}]"
#define HOME_LINK "{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[\"2001:db8:1::1/64\"]}"
#define CORE_LINK "{\"name\":\"core\",\"port\":\"p1\",\"addresses\":[\"2001:db8:f::1/64\"]}"
#define LINKS     "\"links\":[" HOME_LINK "," CORE_LINK "]"
#define AGENT     "\"home_agent\":{\"links\":[\"home\"]}"
#define NAME      "\"name\":\"x\""

static const struct {
	const char *text, *path, *words;
} bad[] = {
	{"{", "", "line 1"},
	{"[]", "", "found a list of 0, want an object"},
	{"{\"name\":\"a\",\"name\":\"b\"}", "", "duplicate"},
	{"{" NAME "," PORTS "," LINKS "}", "home_agent", "found nothing, want this key"},
	{"{\"name\":\"a b\"," PORTS "," LINKS "," AGENT "}", "name", "found \"a b\", want 1 to 32"},
	{"{" NAME ",\"colour\":1," PORTS "," LINKS "," AGENT "}", "colour", "found an unknown key, want one of name, runtime"},
	{"{" NAME ",\"runtime\":{\"worker_cores\":[4]}," PORTS "," LINKS "," AGENT "}", "runtime.worker_cores[0]",
	 "found 4, want a core of this machine, which has 4"},
	{"{" NAME ",\"runtime\":{\"worker_cores\":[0]}," PORTS "," LINKS "," AGENT "}", "runtime.worker_cores[0]", "management core"},
	{"{" NAME ",\"runtime\":{\"worker_cores\":[1,1]}," PORTS "," LINKS "," AGENT "}", "runtime.worker_cores[1]",
	 "found 1, want a core that is not in the list"},
	{"{" NAME ",\"runtime\":{\"management_core\":9}," PORTS "," LINKS "," AGENT "}", "runtime.management_core", "found 9"},
	{"{" NAME ",\"runtime\":{\"idle\":\"nap\"}," PORTS "," LINKS "," AGENT "}", "runtime.idle",
	 "found \"nap\", want one of \"poll\", \"sleep\""},
	{"{" NAME ",\"runtime\":{\"spread\":true}," PORTS "," LINKS "," AGENT "}", "runtime.spread",
	 "found true, want one of \"auto\", \"inner\", \"off\""},
	{"{" NAME ",\"ports\":[{\"name\":\"p0\",\"device\":\"eth0\"}]," LINKS "," AGENT "}", "ports[0].device",
	 "found \"eth0\", want a PCI address"},
	{"{" NAME ",\"ports\":[{\"name\":\"p0\",\"device\":\"net_a\"},{\"name\":\"p0\",\"device\":\"net_b\"}]," LINKS "," AGENT "}",
	 "ports[1]", "a second time"},
	{"{" NAME ",\"ports\":[{\"name\":\"p0\",\"device\":\"net_a,x=1\"},{\"name\":\"p1\",\"device\":\"net_a,x=2\"}]," LINKS "," AGENT "}",
	 "ports[1]", "device net_a a second time"},
	{"{" NAME "," PORTS ",\"links\":[" HOME_LINK "]," AGENT "}", "ports[1].name", "which no link uses"},
	{"{" NAME "," PORTS ",\"links\":[{\"name\":\"home\",\"port\":\"p9\",\"addresses\":[]}]," AGENT "}", "links[0].port",
	 "found \"p9\", want the name of a port"},
	{"{" NAME "," PORTS ",\"links\":[{\"name\":\"home\",\"addresses\":[]}]," AGENT "}", "links[0].port", "found nothing"},
	{"{" NAME "," PORTS ",\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[\"2001:db8:1::/64\"]}]," AGENT "}",
	 "links[0].addresses[0]", "not the prefix itself"},
	{"{" NAME "," PORTS ",\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[\"fe80::1/64\"]}]," AGENT "}",
	 "links[0].addresses[0]", "link-local"},
	{"{" NAME "," PORTS
	 ",\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[{\"address\":\"2001:db8:1::1/64\",\"valid_lifetime_s\":5,\"preferred_lifetime_s\":6}]}]," AGENT
	 "}",
	 "links[0].addresses[0]", "preferred_lifetime_s 6 above valid_lifetime_s 5"},
	{"{" NAME "," PORTS ",\"links\":[" HOME_LINK ",{\"name\":\"core\",\"port\":\"p1\",\"addresses\":[\"2001:db8:1:0:1::1/80\"]}]," AGENT
	 "}",
	 "links[1].addresses[0]", "overlaps 2001:db8:1::1/64"},
	{"{" NAME "," PORTS ",\"links\":[" HOME_LINK ",{\"name\":\"core\",\"port\":\"p0\",\"addresses\":[]}]," AGENT "}", "links[1].vlan",
	 "port and VLAN of link \"home\""},
	{"{" NAME "," PORTS ",\"links\":[" HOME_LINK ",{\"name\":\"home\",\"port\":\"p1\",\"addresses\":[]}]," AGENT "}", "links[1]",
	 "\"home\" a second time"},
	{"{" NAME "," PORTS ",\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"mtu\":1279,\"addresses\":[]}]," AGENT "}", "links[0].mtu",
	 "found 1279, want a whole number from 1280"},
	{"{" NAME "," PORTS
	 ",\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[],\"router_advertisement\":{\"min_interval_ms\":500,\"max_interval_ms\":600}}]," AGENT
	 "}",
	 "links[0]", "three quarters"},
	{"{" NAME "," PORTS "," LINKS ",\"home_agent\":{\"links\":[\"h\"]}}", "home_agent.links[0]",
	 "found \"h\", want the name of a link"},
	{"{" NAME "," PORTS "," LINKS ",\"home_agent\":{\"links\":[]}}", "home_agent.links", "at least one"},
	{"{" NAME "," PORTS "," LINKS ",\"home_agent\":{\"links\":[\"home\"],\"lifetime_s\":0}}", "home_agent.lifetime_s",
	 "found 0, want a whole number from 1"},
	{"{" NAME "," PORTS "," LINKS ",\"home_agent\":{\"links\":[\"home\"],\"authentication\":\"psk\"}}", "home_agent.authentication",
	 "found \"psk\", want one of \"mn-ha\", \"ipsec\", \"none\""},
	{"{" NAME "," PORTS "," LINKS
	 ",\"home_agent\":{\"links\":[\"home\"],\"mobile_prefix_advertisement\":{\"min_interval_s\":7,\"max_interval_s\":6}}}",
	 "home_agent.mobile_prefix_advertisement", "want at most that"},
	{"{" NAME "," PORTS "," LINKS ",\"home_agent\":{\"links\":[\"home\"],\"multicast\":1}}", "home_agent.multicast",
	 "found 1, want true or false"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"store\":{\"backend\":\"cluster\"}}", "store.backend", "want \"embedded\" or null"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"store\":{\"path\":\"x\"}}", "store.path", "want an absolute path"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"routes\":[{\"prefix\":\"::/0\",\"via\":\"2001:db8:9::1\"}]}", "routes[0].via",
	 "which is on no link"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"routes\":[{\"prefix\":\"::/0\",\"via\":\"2001:db8:f::1\"}]}", "routes[0].via",
	 "our own"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"routes\":[{\"prefix\":\"2001:db8::1/32\",\"via\":\"2001:db8:f::2\"}]}",
	 "routes[0].prefix", "without host bits"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"routes\":[{\"prefix\":\"::/0\",\"via\":\"fe80::1\",\"link\":\"x\"}]}", "routes[0].link",
	 "found \"x\""},
	{"{" NAME "," PORTS ",\"links\":[" HOME_LINK "," CORE_LINK
	 ",{\"name\":\"v\",\"port\":null,\"addresses\":[\"2001:db8:7::1/64\"]}]," AGENT "}",
	 "links[2].port", "which is no home link"},
	{"{" NAME "," PORTS "," LINKS "," AGENT ",\"log\":{\"level\":7}}", "log.level", "found 7, want one of \"error\""},
};

static void test_refusals(void)
{
	for (size_t i = 0; i < HP_LEN(bad); i++) {
		struct hp_conf *c = NULL;
		struct hp_error e = {0};
		int ret = hp_conf_parse(&c, "f", bad[i].text, strlen(bad[i].text), &machine, &e);
		bool good = ret == -EINVAL && strcmp(e.path, bad[i].path) == 0 && strstr(e.text, bad[i].words) && !strchr(e.text, '\n');

		if (!good)
			fprintf(stderr, "  found %d \"%s\": %s\n", ret, e.path, e.text);
		HP_CHECK(bad[i].path, bad[i].words, good);
		if (!ret)
			hp_conf_destroy(c);
	}
}

static void test_defaults(void)
{
	static const char text[] = "{" NAME "," PORTS "," LINKS "," AGENT ",\"routes\":[{\"prefix\":\"::/0\",\"via\":\"2001:db8:f::fe\"}]}";
	struct hp_conf *c;
	struct hp_error e;

	CU_ASSERT_EQUAL_FATAL(hp_conf_parse(&c, "f", text, strlen(text), &machine, &e), 0);
	CU_ASSERT(c->runtime.management_core == 0 && c->runtime.worker_cores == 1 && c->runtime.worker_core[0] == 1 && !c->runtime.sleep);
	CU_ASSERT(c->runtime.hugepages == HP_HUGEPAGES_AUTO && c->runtime.memory_mb == 512 && c->runtime.spread == HP_SPREAD_AUTO);
	CU_ASSERT(!c->port[0].is_pci && c->port[1].is_pci);
	CU_ASSERT(c->link[0].home && !c->link[1].home && c->link[0].port == 0 && c->link[1].port == 1);
	CU_ASSERT(c->link[0].ra.enabled && !c->link[1].ra.enabled);
	CU_ASSERT(c->link[0].mtu == 1500 && c->link[0].dad_transmits == 1 && c->link[0].address[0].valid_s == HP_CONF_LIFETIME_INFINITE);
	CU_ASSERT(c->routes == 1 && c->route[0].link == 1 && c->route[0].length == 0);
	CU_ASSERT(c->home_agent.max_bindings == 1048576 && c->home_agent.max_binding_lifetime_s == 3600 && c->home_agent.dad);
	/* Without a word about authentication nobody is trusted. */
	CU_ASSERT(!c->home_agent.prefix_advertisement.enabled && c->home_agent.prefix_advertisement.min_interval_s == 600 &&
		  c->home_agent.prefix_advertisement.max_interval_s == 86400);
	CU_ASSERT_NOT_EQUAL(c->home_agent.authentication, HP_AUTH_NONE);
	CU_ASSERT_STRING_EQUAL(c->api.unix_path, "/run/homeport/x.sock");
	hp_conf_destroy(c);
	hp_conf_destroy(NULL);
}

/* RFC 6275 §13: MinDelayBetweenRAs follows a MinRtrAdvInterval below 3 s, unless it is given. */
static void test_min_delay(void)
{
	static const struct {
		const char *ra;
		uint32_t min_delay_ms;
	} row[] = {{"{}", 3000},
		   {"{\"min_interval_ms\":4000,\"max_interval_ms\":6000}", 3000},
		   {"{\"min_interval_ms\":30,\"max_interval_ms\":70}", 30},
		   {"{\"min_interval_ms\":30,\"max_interval_ms\":70,\"min_delay_ms\":500}", 500}};

	for (size_t i = 0; i < HP_LEN(row); i++) {
		char text[1024];
		struct hp_conf *c;
		struct hp_error e;

		snprintf(text, sizeof(text),
			 "{" NAME
			 ",\"ports\":[{\"name\":\"p0\",\"device\":\"net_a\"}],\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":"
			 "[\"2001:db8:1::1/64\"],\"router_advertisement\":%s}]," AGENT "}",
			 row[i].ra);
		CU_ASSERT_EQUAL_FATAL(hp_conf_parse(&c, "f", text, strlen(text), &machine, &e), 0);
		HP_CHECK(row[i].ra, "least delay", c->link[0].ra.min_delay_ms == row[i].min_delay_ms);
		CU_ASSERT(c->link[0].ra.unsolicited && c->link[0].ra.interval_option);
		hp_conf_destroy(c);
	}
}

int main(void)
{
	static const struct hp_test tests[] = {{"refusals", test_refusals},
					       {"defaults", test_defaults},
					       {"least delay of advertisements", test_min_delay},
					       {"mobile nodes", test_nodes_read},
					       {"mobile nodes that are refused", test_nodes_refused},
					       {"mobile nodes in a file", test_nodes_file},
					       {"files that hold keys are private", test_nodes_private},
					       {"security associations: read", test_associations_read},
					       {"security associations: refused", test_associations_refused},
					       {"correspondent", test_correspondent_read},
					       {"correspondents that are refused", test_correspondent_refused},
					       HP_TESTS_END};

	return hp_tests_run("conf", tests);
}
