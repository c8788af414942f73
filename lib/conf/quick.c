/* SPDX-License-Identifier: BSD-3-Clause */
/* The lines of a fleet as programs write them: one object, texts of ASCII without escapes, whole numbers, no surprises. A JSON library takes four times as
 * long for what it could all be. Whatever is not understood here is read by its rules, which then say what is wrong: this accepts nothing that
 * they do not, and finds the same in it (fuzz_mobile_node). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/draft.h"

struct scan {
	const char *at, *end;
};

struct piece {
	const char *text;
	size_t len;
};

static bool is(struct scan *s, char c)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool text(struct scan *s, struct piece *out)
{
	if (!is(s, '"'))
		return false;
	out->text = s->at;
	while (s->at < s->end && *s->at >= ' ' && *s->at < 0x7f && *s->at != '"' && *s->at != '\\')
		s->at++;
	out->len = (size_t)(s->at - out->text);
	return s->at < s->end && *s->at++ == '"';
}

static bool same(const struct piece *p, const char *word)
{
	return strlen(word) == p->len && memcmp(p->text, word, p->len) == 0;
}

static bool word(struct scan *s, const char *const *words, int *out)
{
	struct piece p;

	if (!text(s, &p))
		return false;
	for (*out = 0; words[*out]; (*out)++)
		if (same(&p, words[*out]))
			return true;
	return false;
}

static bool number(struct scan *s, uint32_t *out)
{
	const char *first;
	uint64_t n = 0;

	(void)is(s, ' '); /* past blanks */
	for (first = s->at; s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - first < 11; s->at++)
		n = 10 * n + (uint64_t)(*s->at - '0');
	*out = (uint32_t)n;
	return s->at > first && n <= UINT32_MAX && (*first != '0' || s->at - first == 1);
}

static bool boolean(struct scan *s, bool *out)
{
	(void)is(s, ' ');
	*out = s->end - s->at >= 4 && memcmp(s->at, "true", 4) == 0;
	if (!*out && (s->end - s->at < 5 || memcmp(s->at, "false", 5) != 0))
		return false;
	s->at += *out ? 4 : 5;
	return true;
}

/* An object's members, each once. */
static bool members(struct scan *s, const char *const *names, bool (*read)(struct scan *s, int member, void *ctx), void *ctx)
{
	unsigned int seen = 0;
	int m;

	if (!is(s, '{'))
		return false;
	do {
		if (!word(s, names, &m) || seen & 1u << m || !is(s, ':') || !read(s, m, ctx))
			return false;
		seen |= 1u << m;
	} while (is(s, ','));
	return is(s, '}');
}

static bool key_member(struct scan *s, int member, void *ctx)
{
	struct hp_draft_key *k = ctx;
	struct piece p;

	switch (member) {
	case 0:
		return number(s, &k->spi);
	case 1:
		return text(s, &p) && hp_value_hex_read(p.text, p.len, HP_CONF_KEY_LEAST, HP_CONF_KEY_MOST, &k->key);
	case 2:
		return word(s, hp_conf_algorithms, &k->algorithm);
	default:
		k->has_replay = true;
		return word(s, hp_conf_replays, &k->replay);
	}
}

static bool keys(struct scan *s, struct hp_draft *d)
{
	static const char *const names[] = {"spi", "key", "algorithm", "replay", NULL};
	const struct hp_value nobody_asks = {NULL, "", NULL};
	bool good = is(s, '[');

	do {
		struct hp_draft_key k = {0};

		good = good && members(s, names, key_member, &k) && k.key.len && hp_draft_keep(&nobody_asks, d, &k) == 0;
		hp_secret_wipe(&k, sizeof(k));
	} while (good && is(s, ','));
	return good && is(s, ']');
}

static bool address(struct scan *s, struct hp_ip6 *out)
{
	char copy[HP_IP6_TEXT];
	struct piece p;

	if (!text(s, &p) || p.len >= sizeof(copy))
		return false;
	memcpy(copy, p.text, p.len);
	copy[p.len] = '\0';
	return hp_ip6_parse(out, copy) == 0;
}

static bool node_member(struct scan *s, int member, void *ctx)
{
	struct hp_draft *d = ctx;
	struct piece p;

	switch (member) {
	case 0:
		return address(s, &d->node->home_address);
	case 1:
		if (!text(s, &p) || !p.len || p.len > HP_CONF_IDENTITY_MOST)
			return false;
		d->node->identity = strndup(p.text, p.len);
		return d->node->identity;
	case 2:
		return keys(s, d);
	default:
		return boolean(s, &d->node->suspended);
	}
}

bool hp_mobile_node_quick(const char *line, size_t len, struct hp_secrets *secrets, struct hp_conf_mobile_node *out)
{
	static const char *const names[] = {"home_address", "identity", "keys", "suspended", NULL};
	struct scan s = {line, line + len};
	struct hp_conf_mobile_node n = {.in_file = out->in_file, .place = out->place};
	struct hp_draft d = {&n, secrets, 0};

	if (members(&s, names, node_member, &d) && n.identity && !hp_ip6_is_any(&n.home_address)) {
		(void)is(&s, ' ');
		if (s.at == s.end) {
			*out = n;
			return true;
		}
	}
	hp_mobile_node_drop(&n, secrets);
	return false;
}
