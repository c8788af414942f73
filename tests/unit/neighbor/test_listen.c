/* SPDX-License-Identifier: BSD-3-Clause */
/* Listening to some sources of a group: what the routers of the link are told of changes (RFC 3810 §6.1), and what they are answered
 * (§6.2, §6.3), octet by octet. */
#include <stdio.h>
#include <string.h>

#include "neighbor/neighbor.h"
#include "run.h"
#include "tests.h"
#include "wire/compose.h"
#include "wire/icmp6.h"

static const struct hp_ip6 group = {{0xff, 0x0e, [15] = 1}}, other = {{0xff, 0x0e, [15] = 2}}, router = {{0xfe, 0x80, [15] = 9}};
static const struct hp_mac mac = {{2, 0, 0, 0, 0, 1}};

struct listen {
	struct hp_neighbor *nb;
	struct hp_effects *fx;
	uint64_t now_ms;
	int joined;
	char said[4096];
};

static struct hp_now now(const struct listen *w)
{
	return (struct hp_now){.mono_ms = w->now_ms};
}

/* Source S1, S2 … */
static struct hp_ip6 source(unsigned int i)
{
	return (struct hp_ip6){{0x20, 1, 0xd, 0xb8, 0, 5, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i}};
}

/* RFC 3810 §5.2: number of records 6; type 0, sources 2, group 4 of each. */
static void say_report(struct listen *w, const uint8_t *b, size_t len)
{
	static const char *const types[] = {"?", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"};
	size_t n = strlen(w->said), at = 8;

	for (unsigned int left = (unsigned int)b[6] << 8 | b[7]; left && at + 20 <= len; left--) {
		const unsigned int sources = (unsigned int)b[at + 2] << 8 | b[at + 3];
		const bool ours = !memcmp(b + at + 4, &group, 16) || !memcmp(b + at + 4, &other, 16);

		if (ours)
			n += (size_t)snprintf(w->said + n, sizeof(w->said) - n, "%s%s%s{", n ? ", " : "", types[b[at] < 7 ? b[at] : 0],
					      b[at + 19] == 2 ? " other" : "");
		for (unsigned int i = 0; i < sources && ours; i++)
			n += (size_t)snprintf(w->said + n, sizeof(w->said) - n, "%s%u", i ? " " : "",
					      (unsigned int)b[at + 20 + 16 * i + 14] << 8 | b[at + 20 + 16 * i + 15]);
		if (ours)
			n += (size_t)snprintf(w->said + n, sizeof(w->said) - n, "}");
		at += 20 + 16 * sources;
	}
	CU_ASSERT_EQUAL(at, len);
	CU_ASSERT(len <= 1280 - 48);
}

static void see(struct listen *w)
{
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect *e = hp_effects_at(w->fx, i);
		const size_t n = strlen(w->said);

		if (e->kind == HP_EFFECT_GROUP && hp_ip6_eq(&e->group.group, &group)) {
			CU_ASSERT(w->joined != e->group.joined);
			w->joined = e->group.joined;
		}
		if (e->kind != HP_EFFECT_SEND)
			continue;
		if (e->send.body[0] == HP_ICMP6_MLDV2_REPORT)
			say_report(w, e->send.body, e->send.body_len);
		else if (!memcmp(e->send.body + 8, &group, 16))
			snprintf(w->said + n, sizeof(w->said) - n, "%s%s", n ? ", " : "",
				 e->send.body[0] == HP_ICMP6_MLD_REPORT ? "report1" : "done1");
	}
	hp_effects_clear(w->fx);
}

static void wait_for(struct listen *w, uint64_t ms)
{
	const uint64_t end = w->now_ms + ms;

	for (uint64_t next; (next = hp_neighbor_next(w->nb)) <= end;) {
		w->now_ms = next > w->now_ms ? next : w->now_ms;
		hp_neighbor_tick(w->nb, now(w), w->fx);
		see(w);
	}
	w->now_ms = end;
}

static unsigned int numbers(const char *text, struct hp_ip6 out[128])
{
	unsigned int n = 0, from, to;
	int used;

	for (; sscanf(text, " %u%n", &from, &used) == 1; text += used) {
		to = from;
		if (text[used] == '-')
			sscanf(text + used, "-%u", &to);
		for (; from <= to; from++)
			out[n++] = source(from);
		while (text[used] && text[used] != ' ')
			used++;
	}
	return n;
}

/* A query of the link's router: general, about the group, or about sources of it; answered within 100 ms. */
static void query(struct listen *w, bool general, bool old, const char *about)
{
	struct hp_ip6 list[128];
	unsigned int n = numbers(about, list);
	uint8_t body[28 + 16 * 128] = {HP_ICMP6_MLD_QUERY, 0, 0, 0, 0, 100}, bytes[2400];
	struct hp_send s = {.src = router,
			    .dst = general ? HP_IP6_ALL_NODES : group,
			    .hop_limit = 1,
			    .proto = HP_PROTO_ICMPV6,
			    .router_alert = true,
			    .body = body,
			    .body_len = old ? 24 : 28 + 16 * n};
	struct hp_packet p;
	int len;

	if (!general)
		memcpy(body + 8, &group, 16);
	body[27] = (uint8_t)n;
	memcpy(body + 28, list, 16 * n);
	len = hp_compose(&s, bytes, sizeof(bytes));
	CU_ASSERT_EQUAL_FATAL(hp_packet_read(&p, bytes, (size_t)len), HP_WALK_OK);
	hp_neighbor_packet(w->nb, 0, &mac, &p, now(w), w->fx);
	see(w);
}

static void happen(struct listen *w, const char *what)
{
	struct hp_ip6 list[128];

	if (!strncmp(what, "all but", 7))
		hp_neighbor_listen(w->nb, 0, &group, true, list, numbers(what + 7, list), now(w), w->fx);
	else if (!strncmp(what, "from", 4))
		hp_neighbor_listen(w->nb, 0, &group, false, list, numbers(what + 4, list), now(w), w->fx);
	else if (!strncmp(what, "other", 5))
		hp_neighbor_listen(w->nb, 0, &other, true, NULL, 0, now(w), w->fx);
	else if (!strncmp(what, "asked", 5))
		query(w, false, false, what + 5);
	else if (!strcmp(what, "general"))
		query(w, true, false, "");
	else if (!strcmp(what, "old"))
		query(w, true, true, "");
	see(w);
}

/* Within a line everything happens at once, then so much time passes. A change is told again within a second. */
static const struct {
	const char *name;
	struct {
		const char *what, *and_;
		uint64_t wait_ms;
		const char *want;
	} line[10];
} scenes[] = {
	{"any source",
	 {{"all but", "", 0, "TO_EX{}"},
	  {"", "", 1000, "TO_EX{}"},
	  {"all but", "", 1000, ""},
	  {"from", "", 0, "TO_IN{}"},
	  {"", "", 1000, "TO_IN{}"},
	  {"general", "", 100, ""}}},
	{"sources: the table of §6.1",
	 {{"from 1 2", "", 0, "ALLOW{1 2}"},
	  {"", "", 1000, "ALLOW{1 2}"},
	  {"from 2 3", "", 1000, "ALLOW{3}, BLOCK{1}, ALLOW{3}, BLOCK{1}"},
	  {"all but 3 4", "", 1000, "TO_EX{3 4}, TO_EX{3 4}"},
	  {"all but 4 5", "", 1000, "ALLOW{3}, BLOCK{5}, ALLOW{3}, BLOCK{5}"},
	  {"from 4", "", 1000, "TO_IN{4}, TO_IN{4}"},
	  {"from", "", 1000, "BLOCK{4}, BLOCK{4}"},
	  {"general", "", 100, ""}}},
	{"changes on each other's heels are told together, each twice",
	 {{"from 1", "from 1 2", 0, "ALLOW{1}, ALLOW{1 2}"},
	  {"from 2", "", 1000, "ALLOW{2}, BLOCK{1}, BLOCK{1}"},
	  {"all but", "all but 7", 1000, "TO_EX{}, TO_EX{7}, BLOCK{7}"},
	  {"from", "from 1", 1000, "TO_IN{}, TO_IN{1}, ALLOW{1}"},
	  {"from", "from 1", 1000, "BLOCK{1}, ALLOW{1}, ALLOW{1}"}}},
	{"answers",
	 {{"from 1 2", "", 1000, NULL},
	  {"asked", "", 100, "IS_IN{1 2}"},
	  {"asked 2 3", "", 100, "IS_IN{2}"},
	  {"asked 3 4", "", 100, ""},
	  {"asked 1", "asked 2", 100, "IS_IN{1 2}"},
	  {"asked 3", "asked", 100, "IS_IN{1 2}"},
	  {"asked", "asked 1", 100, "IS_IN{1 2}"},
	  {"all but 1", "", 1000, NULL},
	  {"asked 1 2", "", 100, "IS_IN{2}"},
	  {"asked", "", 100, "IS_EX{1}"}}},
	{"what is asked about while a change is told is answered with it",
	 {{"from 1", "", 1000, NULL},
	  {"asked 1 2", "from 1 3", 0, "ALLOW{3}, IS_IN{1}"},
	  {"", "", 1000, "ALLOW{3}"},
	  {"asked 1 3", "", 100, "IS_IN{1 3}"}}},
	{"where version 1 rules sources are not told of (§8.2.1, RFC 4605 §4.1)",
	 {{"old", "", 100, ""},
	  {"from 1", "", 1000, "report1, report1"},
	  {"from 1 2", "", 1000, ""},
	  {"all but", "", 1000, ""},
	  {"asked", "", 100, "report1"},
	  {"from", "", 1000, "done1, done1"},
	  {"", "", 260000, ""},
	  {"from 1", "", 1000, "ALLOW{1}, ALLOW{1}"}}},
};

static void open_listen(struct listen *w)
{
	static const struct hp_neighbor_link link = {.mac = {{2, 0, 0, 0, 0, 9}}, .mtu = 1500};
	const struct hp_neighbor_conf c = {.links = 1, .link = &link, .seed = hp_test_seed(), .max_neighbors = 16};

	*w = (struct listen){.now_ms = 5000};
	CU_ASSERT_EQUAL_FATAL(hp_effects_create(&w->fx), 0);
	CU_ASSERT_EQUAL_FATAL(hp_neighbor_create(&w->nb, &c, now(w)), 0);
	hp_neighbor_carrier(w->nb, 0, true, now(w), w->fx);
	wait_for(w, 10000);
	w->said[0] = 0;
}

static void close_listen(struct listen *w)
{
	hp_neighbor_destroy(w->nb, w->fx);
	hp_effects_destroy(w->fx);
}

void test_listen(void)
{
	for (size_t i = 0; i < HP_LEN(scenes); i++) {
		struct listen w;

		open_listen(&w);
		for (size_t k = 0; k < HP_LEN(scenes[i].line) && scenes[i].line[k].what; k++) {
			w.said[0] = 0;
			happen(&w, scenes[i].line[k].what);
			happen(&w, scenes[i].line[k].and_);
			wait_for(&w, scenes[i].line[k].wait_ms);
			if (!scenes[i].line[k].want)
				continue;
			HP_CHECK(scenes[i].name, scenes[i].line[k].what, !strcmp(w.said, scenes[i].line[k].want));
			if (strcmp(w.said, scenes[i].line[k].want))
				fprintf(stderr, "    found %s\n    want  %s\n", w.said, scenes[i].line[k].want);
		}
		close_listen(&w);
	}
}

/* Sources, each counted once; twice in one breath is none. */
static unsigned int count(const char *text)
{
	bool seen[300] = {0};
	unsigned int n = 0;

	for (const char *c = text; *c; c++) {
		unsigned int i;

		if (!strchr("{ ", *c) || sscanf(c + 1, "%u", &i) != 1 || i >= HP_LEN(seen))
			continue;
		if (seen[i])
			return 0;
		seen[i] = true;
		n++;
	}
	return n;
}

/* More than a report has room for is split (§5.2.15); all groups are answered for. */
void test_listen_long(void)
{
	struct listen w;

	open_listen(&w);
	happen(&w, "from 1-64");
	happen(&w, "from 101-164");
	w.said[0] = 0;
	wait_for(&w, 1000);
	CU_ASSERT_EQUAL(count(w.said), 128);
	happen(&w, "from 1-64");
	happen(&w, "from 101-164");
	w.said[0] = 0;
	happen(&w, "from");
	CU_ASSERT(!strncmp(w.said, "BLOCK{", 6) && strstr(w.said, "}, BLOCK{") && count(w.said) == 128);
	happen(&w, "all but 1-64");
	wait_for(&w, 1000);
	w.said[0] = 0;
	happen(&w, "asked 1-100"); /* more than is kept: about all of it */
	wait_for(&w, 100);
	CU_ASSERT(!strncmp(w.said, "IS_EX{", 6) && count(w.said) == 64);
	happen(&w, "other");
	wait_for(&w, 1000);
	w.said[0] = 0;
	happen(&w, "general");
	wait_for(&w, 100);
	CU_ASSERT(strstr(w.said, "IS_EX{") && strstr(w.said, "IS_EX other{}") && count(w.said) == 64);
	close_listen(&w);
}
