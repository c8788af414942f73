/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile nodes of a configuration become subscribers, at the start and at a reload. HP_NODES in the environment: how many in the fleet. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "homeport/app.h"
#include "run.h"
#include "tests.h"

#define KEY "00112233445566778899aabbccddeeff"
#define REST                                                                                                                                  \
	"\"name\":\"x\",\"ports\":[{\"name\":\"p0\",\"device\":\"net_null0\"}],\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[" \
	"\"2001:db8:1::1/64\"]}],\"home_agent\":{\"links\":[\"home\"]}"
#define NODE(last, who, keys) "{\"home_address\":\"2001:db8:1::" last "\",\"identity\":\"" who "\",\"keys\":[" keys "]}"
#define K(spi)                "{\"spi\":" spi ",\"key\":\"" KEY "\"}"

static const struct hp_conf_machine machine = {.cpus = 4};

static struct hp_conf *conf_of(const char *nodes)
{
	struct hp_conf *c;
	struct hp_error e;
	char text[4096];
	int n = snprintf(text, sizeof(text), "{" REST ",\"mobile_nodes\":[%s]}", nodes);

	CU_ASSERT_EQUAL_FATAL(hp_conf_parse(&c, "f", text, (size_t)n, &machine, &e), 0);
	return c;
}

static const struct hp_subscriber *find(const struct hp_subscribers *s, const char *address)
{
	struct hp_ip6 a;

	CU_ASSERT_EQUAL_FATAL(hp_ip6_parse(&a, address), 0);
	return hp_subscribers_find(s, &a);
}

/* The running table is exchanged as hp_nodes_adopt does, without a control that would have bindings. */
static int renew(struct hp_app *app, const char *nodes, struct hp_error *e)
{
	struct hp_conf *c = conf_of(nodes);
	struct hp_subscribers *s;
	int ret = hp_nodes_plan(&s, app, c, e);

	if (!ret)
		hp_subscribers_destroy(hp_guard_exchange(app->guard, s));
	hp_conf_destroy(c);
	return ret;
}

static void accept(struct hp_app *app, const char *address, uint32_t spi, uint64_t value)
{
	struct hp_subscribers *s = hp_guard_subscribers(app->guard);

	hp_subscriber_accept(s, (struct hp_subscriber *)(uintptr_t)find(s, address), spi, value);
}

static struct hp_app start(void)
{
	const struct hp_guard_conf conf = {.method = HP_GUARD_MN_HA, .seed = 1};
	struct hp_app app = {0};

	CU_ASSERT_EQUAL_FATAL(hp_guard_create(&app.guard, &conf, (struct hp_now){1, 1}), 0);
	return app;
}

void test_nodes_plan(void)
{
	struct hp_subscriber_spec own = {.hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 9}}, .identity_len = 3, .identity = "own"};
	struct hp_app app = start();
	const struct hp_subscriber *r;
	struct hp_error e = {0};

	CU_ASSERT_EQUAL(renew(&app, NODE("100", "a@x", K("256") "," K("3")) "," NODE("200", "b@x", K("300")), &e), 0);
	r = find(hp_guard_subscribers(app.guard), "2001:db8:1::100");
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT(r->configured && !r->suspended && r->identity_len == 3 && memcmp(r->identity, "a@x", 3) == 0);
	CU_ASSERT(r->key[0].spi == 256 && r->key[0].timestamp && r->key[0].algorithm == HP_HMAC_SHA1_96 && r->key[0].len == 16);
	CU_ASSERT(!r->key[1].spi && r->aaa.spi == 3 && r->aaa.algorithm == HP_HMAC_SHA1);

	/* What was accepted outlives a reload, of keys that stay. */
	accept(&app, "2001:db8:1::100", 256, 77);
	accept(&app, "2001:db8:1::200", 300, 88);
	CU_ASSERT_EQUAL(renew(&app, NODE("100", "a@x", K("256") "," K("257")) "," NODE("200", "b@x", K("301")), &e), 0);
	r = find(hp_guard_subscribers(app.guard), "2001:db8:1::100");
	CU_ASSERT(r->key[0].has_last && r->key[0].last == 77 && r->key[1].spi == 257 && !r->key[1].has_last && !r->aaa.spi);
	CU_ASSERT(!find(hp_guard_subscribers(app.guard), "2001:db8:1::200")->key[0].has_last);

	/* The newer key is used: the older does not come back with the next reload. */
	accept(&app, "2001:db8:1::100", 257, 99);
	CU_ASSERT_EQUAL(renew(&app, NODE("100", "a@x", K("256") "," K("257")), &e), 0);
	r = find(hp_guard_subscribers(app.guard), "2001:db8:1::100");
	CU_ASSERT(r->key[0].spi == 257 && r->key[0].last == 99 && !r->key[1].spi);
	CU_ASSERT_EQUAL(hp_subscribers_count(hp_guard_subscribers(app.guard)), 1);

	/* Enrolled at run time: stays, and is not the configuration's as well. */
	CU_ASSERT_EQUAL(hp_subscribers_put(hp_guard_subscribers(app.guard), &own), 0);
	CU_ASSERT_EQUAL(renew(&app, NODE("100", "a@x", K("256")) "," NODE("9", "c@x", K("256")), &e), -EINVAL);
	CU_ASSERT_STRING_EQUAL(e.path, "mobile_nodes[1].home_address");
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "found 2001:db8:1::9, which was enrolled at run time"));
	CU_ASSERT_EQUAL(hp_subscribers_count(hp_guard_subscribers(app.guard)), 2);
	CU_ASSERT_EQUAL(renew(&app, "", &e), 0);
	r = find(hp_guard_subscribers(app.guard), "2001:db8:1::9");
	CU_ASSERT(r && !r->configured && hp_subscribers_count(hp_guard_subscribers(app.guard)) == 1);
	hp_guard_destroy(app.guard);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void write_fleet(const char *path, unsigned int n)
{
	FILE *f = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	chmod(path, 0600);
	for (unsigned int i = 0; i < n; i++)
		fprintf(f,
			"{\"home_address\":\"2001:db8:1::%x:%x\",\"identity\":\"node%07u@fleet.example\",\"keys\":[{\"spi\":256,\"key\":\"%032x%032x\","
			"\"algorithm\":\"hmac-sha256\",\"replay\":\"timestamp\"}]}\n",
			1 + (i >> 16), i & 0xffff, i, i, i * 2654435761u);
	fclose(f);
}

void test_nodes_fleet(void)
{
	const char *many = getenv("HP_NODES");
	const unsigned int n = many ? (unsigned int)strtoul(many, NULL, 10) : 20000;
	char folder[] = "/tmp/homeport-nodes.XXXXXX", path[64], text[512];
	struct hp_app app = start();
	struct hp_subscribers *s;
	double began, read, filled;
	struct hp_conf *c;
	struct hp_error e;
	int len;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/nodes", folder);
	write_fleet(path, n);
	len = snprintf(text, sizeof(text), "{" REST ",\"mobile_nodes_file\":\"%s\"}", path);
	began = seconds();
	CU_ASSERT_EQUAL_FATAL(hp_conf_parse(&c, "f", text, (size_t)len, &machine, &e), 0);
	read = seconds();
	CU_ASSERT_EQUAL_FATAL(hp_nodes_plan(&s, &app, c, &e), 0);
	filled = seconds();
	hp_conf_destroy(c);
	CU_ASSERT_EQUAL(hp_subscribers_count(s), n);
	CU_ASSERT(hp_subscribers_memory(s) < (size_t)256 * n);
	printf("\n    %u mobile nodes: read in %.2f s, in the table after %.2f s more, %.1f octets each ", n, read - began, filled - read,
	       (double)hp_subscribers_memory(s) / n);
	hp_subscribers_destroy(s);
	hp_guard_destroy(app.guard);
	unlink(path);
	rmdir(folder);
}
