/* SPDX-License-Identifier: BSD-3-Clause */
/* mobile_nodes and mobile_nodes_file: a million lines in a few seconds, held against the home links and each other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/json.h"
#include "conf/parts.h"
#include "conf/text.h"

#define FILE_MOST ((size_t)1 << 30)

static struct hp_conf_mobile_node *more(struct hp_conf *c)
{
	if (!c->secrets && hp_secrets_create(&c->secrets))
		return NULL;
	/* Doubled: full whenever the count is a power of two. */
	if (!(c->mobile_nodes & (c->mobile_nodes - 1))) {
		const size_t room = c->mobile_nodes ? 2 * (size_t)c->mobile_nodes : 1;
		struct hp_conf_mobile_node *grown = realloc(c->mobile_node, room * sizeof(*grown));

		if (!grown)
			return NULL;
		c->mobile_node = grown;
	}
	c->mobile_node[c->mobile_nodes] = (struct hp_conf_mobile_node){0};
	return &c->mobile_node[c->mobile_nodes++];
}

static int one(const struct hp_value *v, size_t i, void *ctx)
{
	struct hp_conf *c = ctx;
	struct hp_conf_mobile_node *n = more(c);

	if (!n)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	n->place = (uint32_t)i;
	return hp_mobile_node_read(v, c->secrets, n);
}

int hp_conf_mobile_nodes(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	(void)key;
	return hp_value_each(v, "mobile nodes", one, ((struct hp_conf_draft *)out)->conf);
}

/* What is wrong inside the file is told by file and line. */
static int in_line(const struct hp_conf *c, size_t line, struct hp_error *e)
{
	const struct hp_error inner = *e;

	return hp_error_set(e, EINVAL, "mobile_nodes_file", "%s, line %zu: %s%s%s", c->mobile_nodes_file, line, inner.path,
			    inner.path[0] ? ": " : "", inner.text);
}

static int read_line(struct hp_conf *c, const char *text, size_t len, size_t line, struct hp_error *e)
{
	struct hp_conf_mobile_node *n = more(c);
	struct hp_value v = {NULL, "", e};
	json_error_t why;
	json_t *json;
	int ret;

	if (!n)
		return hp_error_set(e, ENOMEM, "mobile_nodes_file", "out of memory");
	n->in_file = true;
	n->place = (uint32_t)line;
	if (hp_mobile_node_quick(text, len, c->secrets, n))
		return 0;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	v.json = json;
	/* jansson quotes what it found, which may be a key. */
	ret = json ? hp_mobile_node_read(&v, c->secrets, n)
		   : hp_error_set(e, EINVAL, "", "column %d: found no JSON, want one object a line", why.column);
	json_decref(json);
	return ret ? in_line(c, line, e) : 0;
}

static int read_lines(struct hp_conf *c, const struct hp_text *t, struct hp_error *e)
{
	const char *at = t->data, *const end = t->data + t->len;
	int ret = 0;

	for (size_t line = 1; at < end && !ret; line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (!stop)
			stop = end;
		if (strspn(at, " \t\r") < (size_t)(stop - at))
			ret = read_line(c, at, (size_t)(stop - at), line, e);
		at = stop + 1;
	}
	return ret;
}

/* Beside the configuration, if its name does not start at the root. */
static char *beside(const char *conf, const char *name)
{
	const char *slash = name[0] == '/' ? NULL : strrchr(conf, '/');
	char *path;

	return asprintf(&path, "%.*s%s", slash ? (int)(slash + 1 - conf) : 0, conf, name) < 0 ? NULL : path;
}

int hp_conf_mobile_nodes_file(const struct hp_value *v, const struct hp_value_key *key, void *out)
{
	struct hp_conf *c = ((struct hp_conf_draft *)out)->conf;
	char *name = NULL;
	struct hp_error why = {0};
	struct hp_text text;
	struct stat s;
	int ret = hp_value_text_or_null(v, key, &name);

	if (ret || !name)
		return ret;
	c->mobile_nodes_file = beside(c->file, name);
	free(name);
	if (!c->mobile_nodes_file)
		return hp_error_set(v->error, ENOMEM, v->path, "out of memory");
	/* A pipe would be waited for. */
	if (stat(c->mobile_nodes_file, &s) == 0 && !S_ISREG(s.st_mode))
		return hp_value_want(v, "a file");
	ret = hp_text_load(&text, c->mobile_nodes_file, FILE_MOST, &why);
	if (ret)
		return hp_error_set(v->error, -ret, v->path, "%s: %s", c->mobile_nodes_file, why.text);
	ret = hp_text_private(&text, &why);
	if (ret)
		hp_error_set(v->error, -ret, v->path, "%s %s", c->mobile_nodes_file, why.text);
	ret = ret ? ret : read_lines(c, &text, v->error);
	hp_text_free(&text);
	return ret;
}

int hp_conf_mobile_node_fail(const struct hp_conf *c, const struct hp_conf_mobile_node *n, const char *member, const char *words,
			     struct hp_error *e)
{
	char path[64], text[HP_IP6_TEXT];

	hp_ip6_text(&n->home_address, text);
	snprintf(path, sizeof(path), "mobile_nodes[%u].%s", n->place, member);
	hp_error_set(e, EINVAL, n->in_file ? member : path, "found %s, %s", text, words);
	return n->in_file ? in_line(c, n->place, e) : -EINVAL;
}

/* The home link whose prefix it is in. */
static const struct hp_conf_link *home_of(const struct hp_conf *c, const struct hp_ip6 *a)
{
	for (unsigned int l = 0; l < c->links; l++)
		for (unsigned int i = 0; i < c->link[l].addresses && c->link[l].home; i++)
			if (hp_ip6_in_prefix(a, &c->link[l].address[i].address, c->link[l].address[i].prefix_length))
				return &c->link[l];
	return NULL;
}

const char *hp_conf_home_address_bad(const struct hp_conf *c, const struct hp_ip6 *a)
{
	const struct hp_conf_link *link = home_of(c, a);

	if (!link || !hp_ip6_is_routable(a))
		return "which is in no prefix of a home link, want a home address";
	for (unsigned int i = 0; i < link->addresses; i++) {
		const struct hp_conf_address *own = &link->address[i];
		const struct hp_ip6 anycast = hp_ip6_prefix(a, own->prefix_length);

		if (hp_ip6_eq(a, &own->address))
			return "which is our own, want a mobile node's";
		if (hp_ip6_eq(a, &anycast) && own->prefix_length < 127 && hp_ip6_in_prefix(a, &own->address, own->prefix_length))
			return "which is the address of all routers there, want a mobile node's";
	}
	return NULL;
}

static int by_home_address(const void *a, const void *b)
{
	return memcmp(&((const struct hp_conf_mobile_node *)a)->home_address, &((const struct hp_conf_mobile_node *)b)->home_address,
		      sizeof(struct hp_ip6));
}

static int by_home_address_and_place(const void *a, const void *b)
{
	const struct hp_conf_mobile_node *x = a, *y = b;
	const int order = by_home_address(a, b);

	return order ? order : x->in_file != y->in_file ? x->in_file - y->in_file : x->place < y->place ? -1 : 1;
}

/* In the order of their addresses, in which most files are already. */
static void sort(struct hp_conf *c)
{
	unsigned int i = 1;

	while (i < c->mobile_nodes && by_home_address(&c->mobile_node[i - 1], &c->mobile_node[i]) < 0)
		i++;
	if (i < c->mobile_nodes)
		qsort(c->mobile_node, c->mobile_nodes, sizeof(*c->mobile_node), by_home_address_and_place);
}

int hp_conf_check_mobile_nodes(struct hp_conf *c, struct hp_error *e)
{
	for (unsigned int i = 0; i < c->mobile_nodes; i++) {
		const struct hp_conf_mobile_node *n = &c->mobile_node[i];
		const char *bad = hp_conf_home_address_bad(c, &n->home_address);

		if (bad)
			return hp_conf_mobile_node_fail(c, n, "home_address", bad, e);
		if (c->home_agent.authentication == HP_AUTH_MN_HA && !n->key[0].spi)
			return hp_conf_mobile_node_fail(c, n, "keys", "without a key, want one of SPI 256 or more", e);
		if (c->home_agent.authentication == HP_AUTH_IPSEC &&
		    !hp_conf_associations_protect(&n->associations, HP_PROTECT_REGISTRATION))
			return hp_conf_mobile_node_fail(c, n, "security_associations",
							"without two that protect its registration, want one of each direction", e);
	}
	sort(c);
	for (unsigned int i = 1; i < c->mobile_nodes; i++)
		if (by_home_address(&c->mobile_node[i - 1], &c->mobile_node[i]) == 0)
			return hp_conf_mobile_node_fail(c, &c->mobile_node[i], "home_address",
							"a second time, want one entry a home address", e);
	return 0;
}

void hp_conf_forget_mobile_nodes(struct hp_conf *c)
{
	for (unsigned int i = 0; i < c->mobile_nodes; i++)
		hp_mobile_node_drop(&c->mobile_node[i], c->secrets);
	free(c->mobile_node);
	hp_secrets_destroy(c->secrets);
	c->mobile_node = NULL;
	c->secrets = NULL;
	c->mobile_nodes = 0;
}
