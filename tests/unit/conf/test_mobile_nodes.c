/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile nodes in the configuration and in their file: what is taken, what is refused, and that no key is ever told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "run.h"
#include "tests.h"

#define REST                                                                                                                                  \
	"\"name\":\"x\",\"ports\":[{\"name\":\"p0\",\"device\":\"net_null0\"}],\"links\":[{\"name\":\"home\",\"port\":\"p0\",\"addresses\":[" \
	"\"2001:db8:1::1/64\"]}]"
#define AGENT(method) "\"home_agent\":{\"links\":[\"home\"],\"authentication\":\"" method "\"}"
/* The key's text, in one piece to look for in messages; 16 octets. */
#define KEY "00112233445566778899aabbccddeeff"
#define HOA "\"home_address\":\"2001:db8:1::100\""
#define WHO "\"identity\":\"ship@fleet.example\""
#define SPI "\"spi\":256,\"key\":\"" KEY "\""

static const struct hp_conf_machine machine = {.cpus = 4};

static int parse(struct hp_conf **c, const char *method, const char *nodes, struct hp_error *e)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
			 "{" REST ",\"home_agent\":{\"links\":[\"home\"],\"authentication\":\"%s\"},\"mobile_nodes\":%s}", method, nodes);

	return hp_conf_parse(c, "f", text, (size_t)n, &machine, e);
}

void test_nodes_read(void)
{
	static const char nodes[] =
		"[{\"home_address\":\"2001:db8:1::200\",\"identity\":\"b@x\",\"suspended\":true,\"keys\":["
		"{\"spi\":300,\"key\":\"" KEY KEY "\",\"algorithm\":\"hmac-sha256\",\"replay\":\"sequence\"},"
		"{\"spi\":3,\"key\":\"FFEEDDCCBBAA99887766554433221100\"},{\"spi\":4294967295,\"key\":\"" KEY KEY KEY KEY "\"}]},"
		"{" HOA "," WHO ",\"keys\":[{" SPI "}]}]";
	const struct hp_conf_mobile_node *n;
	struct hp_conf *c;
	struct hp_error e;

	CU_ASSERT_EQUAL_FATAL(parse(&c, "mn-ha", nodes, &e), 0);
	CU_ASSERT_EQUAL_FATAL(c->mobile_nodes, 2);
	/* By ascending address. */
	n = &c->mobile_node[0];
	CU_ASSERT(n->home_address.b[14] == 1 && n->place == 1 && !n->in_file && !n->suspended);
	CU_ASSERT_STRING_EQUAL(n->identity, "ship@fleet.example");
	CU_ASSERT(n->key[0].spi == 256 && n->key[0].len == 16 && n->key[0].octets[0] == 0 && n->key[0].octets[15] == 0xff);
	CU_ASSERT(n->key[0].algorithm == HP_CONF_HMAC_SHA1 && n->key[0].replay == HP_CONF_TIMESTAMP && !n->key[1].spi && !n->aaa.spi);
	n = &c->mobile_node[1];
	CU_ASSERT(n->suspended && n->key[0].spi == 300 && n->key[0].len == 32 && n->key[0].octets[17] == 0x11);
	CU_ASSERT(n->key[0].algorithm == HP_CONF_HMAC_SHA256 && n->key[0].replay == HP_CONF_SEQUENCE);
	CU_ASSERT(n->key[1].spi == UINT32_MAX && n->key[1].len == 64);
	CU_ASSERT(n->aaa.spi == 3 && n->aaa.len == 16 && n->aaa.octets[0] == 0xff && n->aaa.octets[10] == 0x55);
	/* RFC 4285 §2: what it does not protect is off unless it is asked for. */
	CU_ASSERT(!c->home_agent.prefix_advertisement.enabled);
	hp_conf_forget_mobile_nodes(c);
	CU_ASSERT(c->mobile_nodes == 0 && !c->secrets);
	hp_conf_destroy(c);
	/* Without one by which to authenticate: another method's business. */
	CU_ASSERT_EQUAL_FATAL(parse(&c, "none", "[{" HOA "," WHO "}]", &e), 0);
	CU_ASSERT(c->home_agent.prefix_advertisement.enabled);
	hp_conf_destroy(c);
}

#define K(text)    "[{" HOA "," WHO ",\"keys\":[" text "]}]"
#define SECOND(x)  K("{" SPI "},{\"spi\":" x ",\"key\":\"" KEY "\"}")
#define AT(a)      "[{\"home_address\":\"" a "\"," WHO ",\"keys\":[{" SPI "}]}]"
#define LONGEST_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *nodes, *path, *words;
} bad[] = {
	{"{}", "mobile_nodes", "found an object, want a list of mobile nodes"},
	{"[{" WHO "}]", "mobile_nodes[0].home_address", "found nothing"},
	{"[{" HOA "}]", "mobile_nodes[0].identity", "found nothing"},
	{"[{" HOA "," WHO "}]", "mobile_nodes[0].keys", "without a key, want one of SPI 256 or more"},
	{"[{" HOA "," WHO ",\"key\":\"" KEY "\"}]", "mobile_nodes[0].key", "unknown key"},
	{"[{" HOA ",\"identity\":\"" LONGEST_63 LONGEST_63 LONGEST_63 LONGEST_63 "aa\",\"keys\":[{" SPI "}]}]", "mobile_nodes[0].identity",
	 "want at most 253 octets"},
	{"[{" HOA "," WHO ",\"suspended\":1}]", "mobile_nodes[0].suspended", "want true or false"},
	{K("{\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[0].spi", "found nothing"},
	{K("{\"spi\":256}"), "mobile_nodes[0].keys[0].key", "found nothing"},
	{K("{\"spi\":255,\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[0]", "found SPI 255, want 256 or more, or 3"},
	{K("{\"spi\":0,\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[0]", "found SPI 0"},
	{K("{\"spi\":4294967296,\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[0].spi", "want a whole number from 0 to 4294967295"},
	{K("{\"spi\":256,\"key\":\"" KEY "0\"}"), "mobile_nodes[0].keys[0].key", "found 33 characters, want 16 to 64 octets"},
	{K("{\"spi\":256,\"key\":\"00112233445566778899aabbccddee\"}"), "mobile_nodes[0].keys[0].key", "found 30 characters"},
	{K("{\"spi\":256,\"key\":\"" KEY KEY KEY KEY "00\"}"), "mobile_nodes[0].keys[0].key", "found 130 characters"},
	{K("{\"spi\":256,\"key\":\"00112233445566778899aabbccddeefg\"}"), "mobile_nodes[0].keys[0].key", "found 32 characters, want"},
	{K("{\"spi\":256,\"key\":7}"), "mobile_nodes[0].keys[0].key", "found no text"},
	{K("{" SPI ",\"algorithm\":\"hmac-md5\"}"), "mobile_nodes[0].keys[0].algorithm", "found \"hmac-md5\", want one of \"hmac-sha1\""},
	{K("{\"spi\":256,\"key\":\"" KEY "\",\"algorithm\":\"" KEY "\"}"), "mobile_nodes[0].keys[0].algorithm",
	 "found a text of 32 characters"},
	{K("{\"spi\":\"" KEY "\",\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[0].spi", "found a text of 32 characters"},
	{K("{" SPI ",\"replay\":\"nonce\"}"), "mobile_nodes[0].keys[0].replay", "want one of \"timestamp\", \"sequence\""},
	{K("{\"spi\":3,\"key\":\"" KEY "\",\"algorithm\":\"hmac-sha256\"}"), "mobile_nodes[0].keys[0]", "want the MN-AAA key"},
	{K("{\"spi\":3,\"key\":\"" KEY "\",\"replay\":\"timestamp\"}"), "mobile_nodes[0].keys[0]", "want the MN-AAA key"},
	{K("{\"spi\":3,\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys", "without a key"},
	{SECOND("256"), "mobile_nodes[0].keys[1]", "found SPI 256 a second time"},
	{SECOND("257,\"spi\":258"), "", "duplicate"},
	{K("{" SPI "},{\"spi\":257,\"key\":\"" KEY "\"},{\"spi\":258,\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[2]", "want at most 2"},
	{K("{\"spi\":3,\"key\":\"" KEY "\"},{" SPI "},{\"spi\":3,\"key\":\"" KEY "\"}"), "mobile_nodes[0].keys[2]",
	 "found SPI 3 a second time"},
	{AT("2001:db8:2::100"), "mobile_nodes[0].home_address", "found 2001:db8:2::100, which is in no prefix of a home link"},
	{AT("2001:db8:1::1"), "mobile_nodes[0].home_address", "which is our own"},
	{AT("2001:db8:1::"), "mobile_nodes[0].home_address", "all routers"},
	{AT("fe80::1"), "mobile_nodes[0].home_address", "in no prefix"},
	{"[{" HOA "," WHO ",\"keys\":[{" SPI "}]},{" HOA ",\"identity\":\"b@x\",\"keys\":[{" SPI "}]}]", "mobile_nodes[1].home_address",
	 "found 2001:db8:1::100, a second time"},
	{"[{" HOA " " WHO ",\"keys\":[{" SPI "}]}]", "", "line 1"},
	{"[{" HOA "," WHO ",\"keys\":[{\"spi\":256,\"key\" \"" KEY "\"}]}]", "", "line 1"},
};

static bool tells_no_key(const struct hp_error *e)
{
	return !strstr(e->text, "00112233") && !strstr(e->path, "00112233");
}

void test_nodes_refused(void)
{
	for (size_t i = 0; i < HP_LEN(bad); i++) {
		struct hp_conf *c = NULL;
		struct hp_error e = {0};
		int ret = parse(&c, "mn-ha", bad[i].nodes, &e);
		bool good = ret == -EINVAL && strcmp(e.path, bad[i].path) == 0 && strstr(e.text, bad[i].words) && tells_no_key(&e);

		if (!good)
			fprintf(stderr, "  found %d \"%s\": %s\n", ret, e.path, e.text);
		HP_CHECK(bad[i].nodes, bad[i].words, good);
		if (!ret)
			hp_conf_destroy(c);
	}
}

static char folder[] = "/tmp/homeport-conf.XXXXXX";

static const char *in_folder(const char *name)
{
	static char path[2][128];
	static unsigned int turn;
	char *p = path[turn++ % 2];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(in_folder(name), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
	chmod(in_folder(name), mode);
}

static int load(struct hp_conf **c, const char *conf, struct hp_error *e)
{
	*e = (struct hp_error){0};
	return hp_conf_load(c, in_folder(conf), &machine, e);
}

#define LINE(last) "{\"home_address\":\"2001:db8:1::" last "\"," WHO ",\"keys\":[{" SPI "}]}\n"

/* A file beside the configuration, which holds no key itself and may be read by all. */
void test_nodes_file(void)
{
	static const struct {
		const char *lines, *words; /* words NULL: taken */
		unsigned int nodes;
	} row[] = {
		{LINE("100") LINE("200") "\n  \n" LINE("300"), NULL, 3},
		{LINE("300") "{\"home_address\":\"2001:db8:1::100\"," WHO ",\"keys\":[{" SPI "}]}", NULL,
		 2}, /* its last line does not end */
		{"", NULL, 0},
		{LINE("100") LINE("200") "{" HOA "}\n", "line 3: identity: found nothing", 0},
		{LINE("100") "\n{" HOA "," WHO ",\"keys\":[{\"spi\":256,\"key\":\"" KEY "0\"}]}\n",
		 "line 3: keys[0].key: found 33 characters", 0},
		{LINE("100") LINE("200") LINE("100"), "line 3: home_address: found 2001:db8:1::100, a second time", 0},
		{LINE("100") "[]\n", "line 2: found a list of 0, want an object", 0},
		{"{" HOA "," WHO "," KEY "\n", "line 1: column ", 0},
		{"{" HOA "," WHO "}\n", "line 1: keys: found 2001:db8:1::100, without a key", 0},
	};
	struct hp_conf *c = NULL;
	struct hp_error e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	write_file("c.json", "{" REST "," AGENT("mn-ha") ",\"mobile_nodes_file\":\"nodes\"}", 0644);
	CU_ASSERT_EQUAL(load(&c, "c.json", &e), -ENOENT);
	CU_ASSERT(strcmp(e.path, "mobile_nodes_file") == 0 && strstr(e.text, "/nodes: cannot be read"));
	for (size_t i = 0; i < HP_LEN(row); i++) {
		int ret;

		write_file("nodes", row[i].lines, 0600);
		ret = load(&c, "c.json", &e);
		if (!row[i].words) {
			HP_CHECK(row[i].lines, e.text, ret == 0 && c->mobile_nodes == row[i].nodes);
			for (unsigned int k = 0; !ret && k < c->mobile_nodes; k++)
				HP_CHECK(row[i].lines, "in the file, ascending",
					 c->mobile_node[k].in_file && (!k || memcmp(&c->mobile_node[k - 1].home_address,
										    &c->mobile_node[k].home_address, 16) < 0));
		} else {
			HP_CHECK(row[i].words, e.text,
				 ret == -EINVAL && strcmp(e.path, "mobile_nodes_file") == 0 && strstr(e.text, "/nodes, ") &&
					 strstr(e.text, row[i].words) && tells_no_key(&e));
		}
		if (!ret)
			hp_conf_destroy(c);
	}
	unlink(in_folder("nodes"));
	CU_ASSERT_EQUAL(mkfifo(in_folder("nodes"), 0600), 0);
	CU_ASSERT_EQUAL(load(&c, "c.json", &e), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "want a file"));
	unlink(in_folder("nodes"));
}

/* Files with keys, by their mode and owner. */
void test_nodes_private(void)
{
	static const struct {
		mode_t mode;
		uid_t owner;
		const char *words; /* NULL: good */
	} row[] = {{0600, 0, NULL},
		   {0400, 0, NULL},
		   {0640, 0, "mode 0640, want 0600"},
		   {0604, 0, "mode 0604"},
		   {0620, 0, "mode 0620"},
		   {0602, 0, "mode 0602"},
		   {0610, 0, "mode 0610"},
		   {0600, 1, "belongs to user 1, want root"}};
	struct hp_conf *c = NULL;
	struct hp_error e;

	for (size_t i = 0; i < HP_LEN(row); i++) {
		const bool skip = row[i].owner && geteuid() != 0; /* only root gives files away */
		int ret;

		write_file("keys.json", "{" REST "," AGENT("mn-ha") ",\"mobile_nodes\":[{" HOA "," WHO ",\"keys\":[{" SPI "}]}]}",
			   row[i].mode);
		write_file("file.json", "{" REST "," AGENT("mn-ha") ",\"mobile_nodes_file\":\"nodes\"}", 0666);
		write_file("nodes", LINE("100"), row[i].mode);
		if (skip ||
		    (row[i].owner && (chown(in_folder("keys.json"), row[i].owner, 0) || chown(in_folder("nodes"), row[i].owner, 0))))
			continue;
		ret = load(&c, "keys.json", &e);
		HP_CHECK(row[i].words ? row[i].words : "private", e.text,
			 row[i].words ? ret == -EPERM && e.path[0] == '\0' && strstr(e.text, row[i].words) : ret == 0);
		if (!ret)
			hp_conf_destroy(c);
		ret = load(&c, "file.json", &e);
		HP_CHECK(row[i].words ? row[i].words : "private", e.text,
			 row[i].words ? ret == -EPERM && strstr(e.text, "/nodes holds keys and") && strstr(e.text, row[i].words)
				      : ret == 0);
		if (!ret)
			hp_conf_destroy(c);
		unlink(in_folder("keys.json"));
		unlink(in_folder("nodes"));
	}
	unlink(in_folder("file.json"));
	unlink(in_folder("c.json"));
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}
