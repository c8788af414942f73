/* SPDX-License-Identifier: BSD-3-Clause */
/* The correspondent's section: what it defaults to, what is read, and every refusal with path and words. */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "run.h"
#include "tests.h"

static const struct hp_conf_machine machine = {.cpus = 4};

static int parse(struct hp_conf **out, const char *section, struct hp_error *e)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "{\"name\":\"x\",\"ports\":[{\"name\":\"p0\",\"device\":\"net_null0\"}],\"links\":[{\"name\":\"home\",\"port\":\"p0\","
		 "\"addresses\":[\"2001:db8:1::1/64\"]}],\"home_agent\":{\"links\":[\"home\"]}%s%s}",
		 section[0] ? ",\"correspondent\":" : "", section);
	return hp_conf_parse(out, "f", text, strlen(text), &machine, e);
}

static bool is_prefix(const struct hp_prefix *p, const char *want)
{
	char text[HP_PREFIX_TEXT];

	return strcmp(hp_prefix_text(&p->prefix, p->length, text), want) == 0;
}

void test_correspondent_read(void)
{
	struct hp_conf *c;
	struct hp_error e;

	/* RFC 6275 §12: MAX_RR_BINDING_LIFETIME 420 seconds. */
	CU_ASSERT_EQUAL_FATAL(parse(&c, "", &e), 0);
	CU_ASSERT(c->correspondent.enabled && !c->correspondent.protects && !c->correspondent.excludes);
	CU_ASSERT(c->correspondent.max_bindings == 65536 && c->correspondent.max_binding_lifetime_s == 420);
	hp_conf_destroy(c);
	/* Before or after what it is inside of. */
	CU_ASSERT_EQUAL_FATAL(parse(&c,
				    "{\"exclude\":[\"2001:db8:f:1::7\",\"fd00:1::/32\"],\"protect\":[\"2001:db8:f:1::/64\",\"fd00::/8\"],"
				    "\"max_bindings\":7,\"max_binding_lifetime_s\":4,\"enabled\":false}",
				    &e),
			      0);
	CU_ASSERT(!c->correspondent.enabled && c->correspondent.max_bindings == 7 && c->correspondent.max_binding_lifetime_s == 4);
	CU_ASSERT_FATAL(c->correspondent.protects == 2 && c->correspondent.excludes == 2);
	CU_ASSERT(is_prefix(&c->correspondent.protect[0], "2001:db8:f:1::/64") && is_prefix(&c->correspondent.protect[1], "fd00::/8"));
	CU_ASSERT(is_prefix(&c->correspondent.exclude[0], "2001:db8:f:1::7/128") && is_prefix(&c->correspondent.exclude[1], "fd00:1::/32"));
	hp_conf_destroy(c);
}

void test_correspondent_refused(void)
{
	static const struct {
		const char *section, *path, *words;
	} bad[] = {
		{"[]", "correspondent", "want an object"},
		{"{\"colour\":1}", "correspondent.colour", "found an unknown key, want one of enabled, protect, exclude"},
		{"{\"enabled\":1}", "correspondent.enabled", "found 1, want true or false"},
		{"{\"max_bindings\":0}", "correspondent.max_bindings", "found 0, want a whole number from 1 to 16777216"},
		{"{\"max_binding_lifetime_s\":421}", "correspondent.max_binding_lifetime_s",
		 "found 421, want a whole number from 4 to 420"},
		{"{\"protect\":\"::/0\"}", "correspondent.protect", "want a list of prefixes"},
		{"{\"protect\":[7]}", "correspondent.protect[0]", "found 7, want a prefix"},
		{"{\"protect\":[\"2001:db8:f:1::1\"]}", "correspondent.protect[0]", "found \"2001:db8:f:1::1\", want a prefix"},
		{"{\"protect\":[\"2001:db8:f:1::1/64\"]}", "correspondent.protect[0]", "want a prefix without host bits"},
		{"{\"protect\":[\"::/0\"]}", "correspondent.protect[0]",
		 "found \"::/0\", want the prefix of hosts behind this router, of 8 bits"},
		{"{\"protect\":[\"2000::/3\"]}", "correspondent.protect[0]", "of 8 bits at least"},
		{"{\"protect\":[\"fe80::/64\"]}", "correspondent.protect[0]", "not link-local"},
		{"{\"protect\":[\"ff05::/16\"]}", "correspondent.protect[0]", "unicast"},
		{"{\"protect\":[\"2001:db8:f:1::/64\",\"2001:db8:f:1::/64\"]}", "correspondent.protect[1]",
		 "found 2001:db8:f:1::/64, which overlaps one before it"},
		{"{\"protect\":[\"2001:db8:f:1::/64\",\"2001:db8::/32\"]}", "correspondent.protect[1]", "overlaps"},
		{"{\"protect\":[\"2001:db8:f:1::/64\"],\"exclude\":[\"2001:db8:f:2::1\"]}", "correspondent.exclude[0]",
		 "found 2001:db8:f:2::1/128, want an address or prefix inside one of protect"},
		{"{\"exclude\":[\"2001:db8:f:2::1\"]}", "correspondent.exclude[0]", "inside one of protect"},
		/* Nobody would be left. */
		{"{\"protect\":[\"2001:db8:f:1::/64\"],\"exclude\":[\"2001:db8:f:1::/64\"]}", "correspondent.exclude[0]", "inside"},
		{"{\"protect\":[\"2001:db8:f:1::/64\"],\"exclude\":[\"2001:db8::/32\"]}", "correspondent.exclude[0]", "inside"},
		{"{\"protect\":[\"2001:db8:f:1::/64\"],\"exclude\":[\"2001:db8:f:1::7\",\"2001:db8:f:1::/96\"]}",
		 "correspondent.exclude[1]", "overlaps"},
		{"{\"protect\":[\"2001:db8:f:1::/64\"],\"exclude\":[\"x\"]}", "correspondent.exclude[0]", "found \"x\", want a prefix"},
	};

	for (size_t i = 0; i < HP_LEN(bad); i++) {
		struct hp_conf *c;
		struct hp_error e = {0};
		const int ret = parse(&c, bad[i].section, &e);
		const bool good = ret && strcmp(e.path, bad[i].path) == 0 && strstr(e.text, bad[i].words);

		if (!good)
			fprintf(stderr, "  found %d \"%s\": %s\n", ret, e.path, e.text);
		HP_CHECK(bad[i].section, bad[i].words, good);
		if (!ret)
			hp_conf_destroy(c);
	}
}
