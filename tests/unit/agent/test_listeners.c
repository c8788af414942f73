/* SPDX-License-Identifier: BSD-3-Clause */
/* The querier of the tunnels (RFC 6275 §10.4.2, §10.4.3, RFC 3810), as its effects show it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "run.h"
#include "scene.h"
#include "tests.h"

/* ICMPv6 behind a hop-by-hop router alert (RFC 2711), hop limit 1. */
static size_t listener(uint8_t *out, const char *src, const char *dst, const uint8_t *body, size_t len)
{
	const struct hp_ip6 s = craft_ip6(src), d = craft_ip6(dst);
	uint8_t message[CRAFT_ROOM], all[CRAFT_ROOM] = {58, 0, 5, 2, 0, 0, 1, 0};
	uint16_t sum;
	size_t n;

	memcpy(message, body, len);
	sum = craft_checksum(&s, &d, 58, message, len);
	message[2] = (uint8_t)(sum >> 8);
	message[3] = (uint8_t)sum;
	memcpy(all + 8, message, len);
	n = craft_packet(out, &s, &d, &HP_IP6_ANY, 0, all, 8 + len);
	out[7] = 1;
	return n;
}

/* "+x" IS_EX, "-" TO_IN, … as RFC 3810 §5.2.12 numbers them; `sources`: names, blanks between. */
static size_t record(uint8_t *at, int type, const struct hp_ip6 *group, const char *sources)
{
	char text[256], *save;
	uint16_t n = 0;

	memset(at, 0, 4);
	at[0] = (uint8_t)type;
	memcpy(at + 4, group, 16);
	snprintf(text, sizeof(text), "%s", sources);
	for (char *t = strtok_r(text, " ", &save); t; t = strtok_r(NULL, " ", &save)) {
		const struct hp_ip6 a = scene_address(t);

		memcpy(at + 20 + 16 * n++, &a, 16);
	}
	at[2] = (uint8_t)(n >> 8);
	at[3] = (uint8_t)n;
	return 20 + 16u * n;
}

static void report_at(struct scene *s, const struct hp_ip6 *coa, const char *ha, int type, const struct hp_ip6 *group, const char *sources)
{
	const struct hp_ip6 to = scene_address(ha);
	uint8_t packet[CRAFT_ROOM], body[CRAFT_ROOM] = {143, [7] = 1};
	size_t len = record(body + 8, type, group, sources);

	scene_tunnelled(s, packet, listener(packet, "fe80::5", "ff02::16", body, 8 + len), coa, &to);
}

static void report(struct scene *s, const char *coa, const char *ha, int type, const char *group, const char *sources)
{
	const struct hp_ip6 from = scene_address(coa), g = scene_address(group);

	report_at(s, &from, ha, type, &g, sources);
}

static void version1(struct scene *s, const char *coa, uint8_t type, const char *group)
{
	const struct hp_ip6 from = scene_address(coa), to = scene_address("HA"), g = scene_address(group);
	uint8_t packet[CRAFT_ROOM], body[24] = {type};

	memcpy(body + 8, &g, 16);
	scene_tunnelled(s, packet, listener(packet, "fe80::5", type == 131 ? "ff0e::1" : "ff02::2", body, sizeof(body)), &from, &to);
}

static void update(struct scene *s, const char *hoa, const char *coa, const char *ha, uint16_t sequence, uint16_t lifetime)
{
	const bool home = !strcmp(hoa, coa);
	uint8_t packet[CRAFT_ROOM];
	struct craft_bu bu = {.src = scene_address(coa),
			      .dst = scene_address(ha),
			      .hoa = home ? HP_IP6_ANY : scene_address(hoa),
			      .sequence = sequence,
			      .lifetime = lifetime,
			      .a = true,
			      .h = true};

	scene_input(s, packet, craft_bu(packet, &bu), home);
}

/* One line: something happens, this is what the agent does. */
struct line {
	const char *what; /* "" waits only */
	uint64_t wait_ms; /* afterwards; its effects are part of the line */
	const char *want;
};

#define QUERY "query all HAL in HA>C1"
#define BOUND "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 1 life 900 HA>H via C1"

static const struct {
	const char *name;
	struct line line[12];
} scenes[] = {
	{"any source, and no more",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"", 0, QUERY},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"IS_EX C1 GROUP", 0, ""},
	  {"TO_IN C1 GROUP", 999, "query GROUP HAL in HA>C1"},
	  {"", 1, "query GROUP HAL in HA>C1"},
	  {"", 999, ""},
	  {"", 1, "no member H GROUP 0, !left, report GROUP 0 nothing"}}},
	{"asked and still there: another program of the node listens",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"", 0, QUERY},
	  {"TO_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"TO_IN C1 GROUP", 500, "query GROUP HAL in HA>C1"},
	  {"IS_EX C1 GROUP", 500, "query GROUP S HAL in HA>C1"},
	  {"", 20000, ""}}},
	{"forgotten by a node that went silent",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"IS_EX C1 GROUP", 1000, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}, " QUERY},
	  {"", 249999, "query all HAL in HA>C1, query all HAL in HA>C1"},
	  {"", 1, "no member H GROUP 0, !left, report GROUP 0 nothing"}}},
	{"sources",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"", 0, QUERY},
	  {"ALLOW C1 GROUP S1 S2", 0, "member H GROUP 0 from{S1 S2}, !joined, report GROUP 0 from{S1 S2}"},
	  {"ALLOW C1 GROUP S3", 0, "member H GROUP 0 from{S1 S2 S3}, report GROUP 0 from{S1 S2 S3}"},
	  {"BLOCK C1 GROUP S3", 1999, "query GROUP{S3} HAL in HA>C1, query GROUP{S3} HAL in HA>C1"},
	  {"", 1, "member H GROUP 0 from{S1 S2}, report GROUP 0 from{S1 S2}"},
	  {"TO_EX C1 GROUP S3", 0, "member H GROUP 0 all but{S3}, report GROUP 0 all but{S3}"},
	  {"IS_EX C1 GROUP S3", 0, ""},
	  {"TO_IN C1 GROUP S3", 1999,
	   "query GROUP HAL in HA>C1, member H GROUP 0 all but{}, report GROUP 0 all but{}, query GROUP HAL in HA>C1"},
	  {"", 1, "member H GROUP 0 from{S3}, report GROUP 0 from{S3}"}}},
	{"version 1",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"", 0, QUERY},
	  {"report1 C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"BLOCK C1 GROUP S1", 0, ""},
	  {"TO_EX C1 GROUP S1", 0, ""},
	  {"done1 C1 GROUP", 1999, "query GROUP HAL in HA>C1, query GROUP HAL in HA>C1"},
	  {"", 1, "no member H GROUP 0, !left, report GROUP 0 nothing"}}},
	{"a move, and what is listened to moves with it",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}, " QUERY},
	  {"bu H C2 HA 2 900", 0, "bind H>C2@HA, !moved, ba 0 seq 2 life 900 HA>H via C2"},
	  {"IS_EX C1 GROUP", 0, ""},
	  {"IS_EX C2 GROUP", 0, ""},
	  {"TO_IN C2 GROUP", 2000,
	   "query GROUP HAL in HA>C2, query GROUP HAL in HA>C2, no member H GROUP 0, !left, report GROUP 0 nothing"}}},
	{"home again",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}, " QUERY},
	  {"bu H C1 HA 2 0", 0,
	   "no member H GROUP 0, !left, report GROUP 0 nothing, unbind H, unproxy H, !deregistered, ba 0 seq 2 life 0 HA>H via C1"},
	  {"IS_EX C1 GROUP", 200000, ""},
	  {"bu H C1 HA 3 900", 0, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 3 life 900 HA>H via C1"},
	  {"", 0, QUERY}}},
	{"expiry",
	 {{"bu H C1 HA 1 10", 0, "bind H>C1@HA, proxy H, forget H, !registered, ba 0 seq 1 life 10 HA>H via C1"},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}, " QUERY},
	  {"", 40000, QUERY ", no member H GROUP 0, !left, report GROUP 0 nothing, unbind H, unproxy H, !expired"}}},
	{"two nodes, one group: the home link hears of the first and of the last",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"bu H2 C2 HA 1 900", 0, "bind H2>C2@HA, proxy H2, forget H2, !registered, ba 0 seq 1 life 900 HA>H2 via C2"},
	  {"", 0, "query all HAL in HA>C1, query all HAL in HA>C2"},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"IS_EX C2 GROUP", 0, "member H2 GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"TO_IN C1 GROUP", 2000,
	   "query GROUP HAL in HA>C1, query GROUP HAL in HA>C1, no member H GROUP 0, !left, report GROUP 0 all but{}"},
	  {"TO_IN C2 GROUP", 2000,
	   "query GROUP HAL in HA>C2, query GROUP HAL in HA>C2, no member H2 GROUP 0, !left, report GROUP 0 nothing"}}},
	{"two bindings at the end of one tunnel: packets come once",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"bu H2 C1 HA 1 900", 0, "bind H2>C1@HA, proxy H2, forget H2, !registered, ba 0 seq 1 life 900 HA>H2 via C1"},
	  {"", 0, QUERY ", " QUERY},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"IS_EX C1 GROUP", 0, ""},
	  {"bu H C1 HA 2 0", 0,
	   "no member H GROUP 0, !left, report GROUP 0 nothing, unbind H, unproxy H, !deregistered, ba 0 seq 2 life 0 HA>H via C1"},
	  {"", 0, QUERY},
	  {"IS_EX C1 GROUP", 0, "member H2 GROUP 0 all but{}, !joined, report GROUP 0 all but{}"}}},
	{"two bindings that move one after the other",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"bu H2 C1 HA 1 900", 0, "bind H2>C1@HA, proxy H2, forget H2, !registered, ba 0 seq 1 life 900 HA>H2 via C1"},
	  {"IS_EX C1 GROUP", 0, "member H GROUP 0 all but{}, !joined, report GROUP 0 all but{}, " QUERY ", " QUERY},
	  {"bu H C2 HA 2 900", 0, "bind H>C2@HA, !moved, ba 0 seq 2 life 900 HA>H via C2"},
	  {"IS_EX C1 GROUP", 0, "member H2 GROUP 0 all but{}, !joined, report GROUP 0 all but{}"},
	  {"bu H2 C2 HA 2 900", 0,
	   "bind H2>C2@HA, no member H2 GROUP 0, !left, report GROUP 0 all but{}, !moved, ba 0 seq 2 life 900 HA>H2 via C2"},
	  {"IS_EX C2 GROUP", 0, ""}}},
	{"two nodes, sources: the home link hears what they want together (RFC 4605)",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"bu H2 C2 HA 1 900", 0, "bind H2>C2@HA, proxy H2, forget H2, !registered, ba 0 seq 1 life 900 HA>H2 via C2"},
	  {"", 0, "query all HAL in HA>C1, query all HAL in HA>C2"},
	  {"ALLOW C1 GROUP S1", 0, "member H GROUP 0 from{S1}, !joined, report GROUP 0 from{S1}"},
	  {"ALLOW C2 GROUP S2", 0, "member H2 GROUP 0 from{S2}, !joined, report GROUP 0 from{S1 S2}"},
	  {"TO_EX C2 GROUP S1 S3", 0, "member H2 GROUP 0 all but{S1 S3}, report GROUP 0 all but{S3}"},
	  {"ALLOW C1 GROUP S3", 0, "member H GROUP 0 from{S1 S3}, report GROUP 0 all but{}"},
	  {"bu H C1 HA 2 0", 0,
	   "no member H GROUP 0, !left, report GROUP 0 all but{S1 S3}, unbind H, unproxy H, !deregistered, ba 0 seq 2 life 0 HA>H via C1"}}},
	{"a source-specific group is nothing without sources (RFC 4604)",
	 {{"bu H C1 HA 1 900", 0, BOUND},
	  {"", 0, QUERY},
	  {"IS_EX C1 SPECIFIC", 0, ""},
	  {"TO_EX C1 SPECIFIC S1", 0, ""},
	  {"report1 C1 SPECIFIC", 0, ""},
	  {"ALLOW C1 SPECIFIC S1 S2", 0, "member H SPECIFIC 0 from{S1 S2}, !joined, report SPECIFIC 0 from{S1 S2}"},
	  {"TO_EX C1 SPECIFIC", 0, ""},
	  {"done1 C1 SPECIFIC", 0, ""},
	  {"TO_IN C1 SPECIFIC S1", 2000,
	   "query SPECIFIC{S2} HAL in HA>C1, query SPECIFIC{S2} HAL in HA>C1, member H SPECIFIC 0 from{S1}, report SPECIFIC 0 from{S1}"}}},
	{"a virtual home link",
	 {{"bu V C1 VHA 1 900", 0, "bind V>C1@VHA, !registered, ba 0 seq 1 life 900 VHA>V via C1"},
	  {"", 0, "query all fe80::1 in VHA>C1"},
	  {"IS_EX C1 GROUP VHA", 0, "member V GROUP 2 all but{}, !joined, report GROUP 2 all but{}"}}},
};

static int type_of(const char *word)
{
	static const char *const types[] = {"", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"};

	for (int i = 1; i < 7; i++)
		if (!strcmp(types[i], word))
			return i;
	return 0;
}

static void happen(struct scene *s, const char *what)
{
	char word[16] = "", a[16] = "", b[16] = "", rest[64] = "";
	unsigned int sequence, lifetime;
	int n = sscanf(what, "%15s %15s %15s %63[^\n]", word, a, b, rest);

	if (n < 1)
		return;
	if (!strcmp(word, "bu")) {
		char ha[16];

		sscanf(rest, "%15s %u %u", ha, &sequence, &lifetime);
		update(s, a, b, ha, (uint16_t)sequence, (uint16_t)lifetime);
	} else if (!strcmp(word, "report1") || !strcmp(word, "done1")) {
		version1(s, a, word[0] == 'r' ? 131 : 132, b);
	} else if (!strcmp(rest, "VHA") || !strcmp(rest, "HA3")) {
		report(s, a, rest, type_of(word), b, "");
	} else {
		report(s, a, "HA", type_of(word), b, rest);
	}
}

void test_listeners(void)
{
	for (size_t i = 0; i < HP_LEN(scenes); i++) {
		struct scene s;

		scene_open(&s, &(struct scene_conf){.no_dad = true, .multicast = true});
		for (const struct line *l = scenes[i].line; l < scenes[i].line + HP_LEN(scenes[i].line) && l->what; l++) {
			const char *got;

			happen(&s, l->what);
			if (!l->what[0] || l->wait_ms || strstr(l->want, ", " QUERY))
				scene_wait(&s, l->wait_ms);
			got = scene_effects(&s);
			HP_CHECK(scenes[i].name, l->what, !strcmp(got, l->want));
			if (strcmp(got, l->want))
				fprintf(stderr, "    found %s\n    want  %s\n", got, l->want);
		}
		scene_close(&s);
	}
}

static const struct {
	const char *name;
	const char *coa, *ha, *src, *dst, *group;
	uint8_t hop_limit, type, alert;
	bool sum;
	enum hp_agent_counter counter;
} ignored[] = {
	{"nobody is bound there", "C2", "HA", "fe80::5", "ff02::16", "GROUP", 1, 143, 5, true, HP_AG_MLD_UNBOUND},
	{"to another address of ours", "C1", "HA3", "fe80::5", "ff02::16", "GROUP", 1, 143, 5, true, HP_AG_MLD_UNBOUND},
	{"hop limit", "C1", "HA", "fe80::5", "ff02::16", "GROUP", 2, 143, 5, true, HP_AG_MLD_INVALID},
	{"no router alert", "C1", "HA", "fe80::5", "ff02::16", "GROUP", 1, 143, 1, true, HP_AG_MLD_INVALID},
	{"source not link-local", "C1", "HA", "2001:db8:1::100", "ff02::16", "GROUP", 1, 143, 5, true, HP_AG_MLD_INVALID},
	{"source unspecified", "C1", "HA", "::", "ff02::16", "GROUP", 1, 143, 5, true, HP_AG_MLD_INVALID},
	{"checksum", "C1", "HA", "fe80::5", "ff02::16", "GROUP", 1, 143, 5, false, HP_AG_MLD_INVALID},
	{"a query: we are the querier", "C1", "HA", "fe80::5", "ff02::1", "GROUP", 1, 130, 5, true, HP_AG_MLD_INVALID},
	{"link scope", "C1", "HA", "fe80::5", "ff02::16", "ff02::1234", 1, 143, 5, true, HP_AG_MLD_SCOPE},
	{"interface scope", "C1", "HA", "fe80::5", "ff02::16", "ff01::1234", 1, 143, 5, true, HP_AG_MLD_SCOPE},
	{"site scope", "C1", "HA", "fe80::5", "ff02::16", "ff05::1234", 1, 143, 5, true, HP_AG_MLD_SCOPE},
	{"organization scope", "C1", "HA", "fe80::5", "ff02::16", "ff08::1234", 1, 143, 5, true, HP_AG_MLD_SCOPE},
	{"no group at all", "C1", "HA", "fe80::5", "ff02::16", "S1", 1, 143, 5, true, HP_AG_MLD_SCOPE},
	{"of a type that nobody knows", "C1", "HA", "fe80::5", "ff02::16", "GROUP", 1, 77, 5, true, HP_AG_MLD_REPORT_IN},
};

void test_listeners_ignored(void)
{
	for (size_t i = 0; i < HP_LEN(ignored); i++) {
		const struct hp_ip6 coa = scene_address(ignored[i].coa), ha = scene_address(ignored[i].ha),
				    g = scene_address(ignored[i].group);
		uint8_t packet[CRAFT_ROOM], body[28] = {ignored[i].type == 130 ? 130 : 143, [7] = 1};
		struct scene s;
		size_t len;

		scene_open(&s, &(struct scene_conf){.no_dad = true, .multicast = true});
		update(&s, "H", "C1", "HA", 1, 900);
		hp_effects_clear(s.fx);
		record(body + 8, ignored[i].type == 77 ? 77 : 2, &g, "");
		if (ignored[i].type == 130) {
			memset(body + 4, 0, 4);
			memset(body + 8, 0, 20);
		}
		len = listener(packet, ignored[i].src, ignored[i].dst, body, sizeof(body));
		packet[7] = ignored[i].hop_limit;
		packet[42] = ignored[i].alert; /* 1: padding instead */
		packet[50] ^= ignored[i].sum ? 0 : 1;
		scene_tunnelled(&s, packet, len, &coa, &ha);
		HP_CHECK(ignored[i].name, "counted", hp_agent_count(s.agent)[ignored[i].counter] == 1);
		HP_CHECK(ignored[i].name, "nothing happens", !strcmp(scene_effects(&s), ""));
		scene_close(&s);
	}
	for (int on = 0; on < 2; on++) {
		struct scene s;

		/* RFC 6275 §10.4.3: without this support, silently ignored; and nobody is asked. */
		scene_open(&s, &(struct scene_conf){.no_dad = true, .multicast = on});
		update(&s, "H", "C1", "HA", 1, 900);
		scene_wait(&s, 0);
		hp_effects_clear(s.fx);
		report(&s, "C1", "HA", 2, "GROUP", "");
		scene_wait(&s, 200000);
		CU_ASSERT_EQUAL(hp_effects_count(s.fx) != 0, on);
		scene_close(&s);
	}
}

static struct hp_ip6 numbered(const char *base, uint32_t i)
{
	struct hp_ip6 a = craft_ip6(base);

	for (int k = 0; k < 4; k++)
		a.b[15 - k] = (uint8_t)(i >> (8 * k));
	return a;
}

static void bind_numbered(struct scene *s, uint32_t i)
{
	uint8_t packet[CRAFT_ROOM];
	struct craft_bu bu = {.src = numbered("2001:db8:a:1::", i),
			      .dst = scene_address("HA"),
			      .hoa = numbered("2001:db8:1:0:1::", i),
			      .sequence = 1,
			      .lifetime = 900,
			      .a = true,
			      .h = true};

	scene_input(s, packet, craft_bu(packet, &bu), false);
}

static size_t members(const struct scene *s)
{
	size_t n = 0;

	for (size_t i = 0; i < hp_effects_count(s->fx); i++)
		n += hp_effects_at(s->fx, i)->kind == HP_EFFECT_MEMBER && !hp_ip6_is_any(&hp_effects_at(s->fx, i)->member.hoa);
	return n;
}

/* More at one care-of address than the roster keeps: still one of them is found, and the others' places are free again. */
static void crowd(void)
{
	enum { CROWD = 100 };
	const struct hp_ip6 coa = scene_address("C1"), group = numbered("ff0e::", 1);
	uint8_t packet[CRAFT_ROOM];
	struct scene s;

	scene_open(&s, &(struct scene_conf){.max_bindings = CROWD, .no_dad = true, .multicast = true});
	for (int turn = 0; turn < 3; turn++) {
		for (uint32_t i = 0; i < CROWD; i++) {
			struct craft_bu bu = {.src = coa,
					      .dst = scene_address("HA"),
					      .hoa = numbered("2001:db8:1:0:1::", i),
					      .sequence = (uint16_t)(2 * turn + 1),
					      .lifetime = 900,
					      .a = true,
					      .h = true};

			scene_input(&s, packet, craft_bu(packet, &bu), false);
		}
		hp_effects_clear(s.fx);
		report_at(&s, &coa, "HA", 2, &group, "");
		CU_ASSERT_EQUAL(members(&s), 1);
		for (uint32_t i = 0; i < CROWD; i++) {
			struct craft_bu bu = {.src = coa,
					      .dst = scene_address("HA"),
					      .hoa = numbered("2001:db8:1:0:1::", i),
					      .sequence = (uint16_t)(2 * turn + 2),
					      .a = true,
					      .h = true};

			scene_input(&s, packet, craft_bu(packet, &bu), false);
		}
	}
	report_at(&s, &coa, "HA", 2, &group, "");
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_MLD_UNBOUND], 1);
	scene_close(&s);
}

void test_listeners_bounds(void)
{
	enum { NODES = 1100 };
	struct scene s;
	struct hp_ip6 coa, group;

	/* Groups of one node: 32. */
	scene_open(&s, &(struct scene_conf){.max_bindings = NODES, .no_dad = true, .multicast = true});
	bind_numbered(&s, 1);
	hp_effects_clear(s.fx);
	coa = numbered("2001:db8:a:1::", 1);
	for (uint32_t i = 0; i < 40; i++) {
		group = numbered("ff0e::", i + 1);
		report_at(&s, &coa, "HA", 2, &group, "");
	}
	CU_ASSERT_EQUAL(members(&s), 32);
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_MLD_REFUSED], 8);
	scene_close(&s);
	/* Nodes of one group: 1,024. The places of those that left are free again. */
	scene_open(&s, &(struct scene_conf){.max_bindings = NODES, .no_dad = true, .multicast = true});
	group = numbered("ff0e::", 1);
	for (uint32_t i = 0; i < NODES; i++)
		bind_numbered(&s, i);
	hp_effects_clear(s.fx);
	for (uint32_t i = 0; i < NODES; i++) {
		coa = numbered("2001:db8:a:1::", i);
		report_at(&s, &coa, "HA", 2, &group, "");
	}
	CU_ASSERT_EQUAL(members(&s), 1024);
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_MLD_REFUSED], NODES - 1024);
	coa = numbered("2001:db8:a:1::", 0);
	report_at(&s, &coa, "HA", 3, &group, "");
	scene_wait(&s, 2000);
	hp_effects_clear(s.fx);
	coa = numbered("2001:db8:a:1::", NODES - 1);
	report_at(&s, &coa, "HA", 2, &group, "");
	CU_ASSERT_EQUAL(members(&s), 1);
	scene_close(&s);
	/* Sources of one node and group: 64. */
	scene_open(&s, &(struct scene_conf){.no_dad = true, .multicast = true});
	bind_numbered(&s, 1);
	coa = numbered("2001:db8:a:1::", 1);
	for (uint32_t i = 0; i < 70; i++) {
		char name[HP_IP6_TEXT];
		struct hp_ip6 a = numbered("2001:db8:5::", i);

		hp_effects_clear(s.fx);
		report_at(&s, &coa, "HA", 5, &group, hp_ip6_text(&a, name));
		CU_ASSERT_EQUAL(members(&s), i < 64);
	}
	CU_ASSERT_EQUAL(hp_agent_count(s.agent)[HP_AG_MLD_SOURCES], 6);
	scene_close(&s);
	crowd();
}

/* Each node: at once, after a quarter of the interval, then every interval (RFC 3810 §9.2, §9.6, §9.7); never many in one tick. */
void test_listeners_queries(void)
{
	enum { NODES = 500 };
	static const uint64_t at_ms[] = {0, 31250, 156250, 281250};
	unsigned int asked[NODES] = {0};
	struct scene s;
	size_t ticks = 0;

	scene_open(&s, &(struct scene_conf){.max_bindings = NODES, .no_dad = true, .multicast = true});
	for (uint32_t i = 0; i < NODES; i++)
		bind_numbered(&s, i);
	hp_effects_clear(s.fx);
	for (const uint64_t end = s.now.mono_ms + 300000, start = s.now.mono_ms; s.now.mono_ms < end; ticks++) {
		const uint64_t next = hp_agent_next(s.agent);

		if (next > s.now.mono_ms)
			s.now.mono_ms = next < end ? next : end;
		hp_agent_tick(s.agent, s.now, s.fx);
		CU_ASSERT(hp_effects_count(s.fx) <= 8);
		for (size_t i = 0; i < hp_effects_count(s.fx); i++) {
			const struct hp_effect *e = hp_effects_at(s.fx, i);
			const uint32_t node = (uint32_t)(e->send.outer_dst.b[14] << 8 | e->send.outer_dst.b[15]);

			CU_ASSERT(e->kind == HP_EFFECT_SEND && asked[node] < HP_LEN(at_ms));
			CU_ASSERT_EQUAL(s.now.mono_ms, start + at_ms[asked[node]]);
			asked[node]++;
		}
		hp_effects_clear(s.fx);
	}
	for (unsigned int i = 0; i < NODES; i++)
		CU_ASSERT_EQUAL(asked[i], HP_LEN(at_ms));
	CU_ASSERT(ticks >= 4 * NODES / 8);
	scene_close(&s);
}

/* Random nodes come, move, listen and go; what was published is what they listen to, and the home link is told of the union. */
enum { NODES = 12, GROUPS = 5, PLACES = 40 };

struct node {
	bool bound, listens[GROUPS];
	uint32_t place;
	uint16_t sequence;
};

struct published {
	bool member[NODES][GROUPS], joined[GROUPS];
	bool bad;
};

static void follow(struct scene *s, struct published *p)
{
	for (size_t i = 0; i < hp_effects_count(s->fx); i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		if (e->kind == HP_EFFECT_MEMBER && hp_ip6_is_any(&e->member.hoa))
			p->joined[e->member.group.b[15]] = e->member.joined;
		else if (e->kind == HP_EFFECT_MEMBER)
			p->member[e->member.hoa.b[15]][e->member.group.b[15]] = e->member.joined;
		if (e->kind == HP_EFFECT_UNBIND) /* withdrawn before */
			for (unsigned int g = 0; g < GROUPS; g++)
				p->bad = p->bad || p->member[e->unbind.hoa.b[15]][g];
	}
	hp_effects_clear(s->fx);
}

static void move(struct scene *s, struct node *n, uint32_t i, uint16_t lifetime)
{
	uint8_t packet[CRAFT_ROOM];
	struct craft_bu bu = {.src = numbered("2001:db8:a:1::", n->place),
			      .dst = scene_address("HA"),
			      .hoa = numbered("2001:db8:1:0:1::", i),
			      .sequence = ++n->sequence,
			      .lifetime = lifetime,
			      .a = true,
			      .h = true};

	scene_input(s, packet, craft_bu(packet, &bu), false);
	n->bound = lifetime;
	if (!lifetime)
		memset(n->listens, 0, sizeof(n->listens));
}

void test_listeners_model(void)
{
	struct node node[NODES] = {0};
	struct published p = {0};
	bool taken[PLACES] = {0};
	struct hp_random r;
	struct scene s;

	hp_random_seed(&r, hp_test_seed());
	scene_open(&s, &(struct scene_conf){.no_dad = true, .multicast = true});
	for (int step = 0; step < 20000; step++) {
		const uint32_t i = hp_random_between(&r, 0, NODES - 1), g = hp_random_between(&r, 0, GROUPS - 1);
		const struct hp_ip6 group = numbered("ff0e::", g);
		struct node *n = &node[i];
		struct hp_ip6 coa;
		uint32_t place;
		bool same = true;

		switch (hp_random_between(&r, 0, 5)) {
		case 0:
		case 1:
			do
				place = hp_random_between(&r, 0, PLACES - 1);
			while (taken[place]);
			taken[n->place] = taken[n->place] && !n->bound;
			taken[place] = true;
			n->place = place;
			move(&s, n, i, 900);
			break;
		case 2:
			if (n->bound) {
				move(&s, n, i, 0);
				taken[n->place] = false;
			}
			break;
		case 3:
			coa = numbered("2001:db8:a:1::", n->place);
			report_at(&s, &coa, "HA", 3, &group, "");
			scene_wait(&s, 2000);
			n->listens[g] = n->listens[g] && !n->bound;
			break;
		default:
			/* An unbound node's place may be another's by now: it keeps quiet. */
			if (!n->bound)
				break;
			coa = numbered("2001:db8:a:1::", n->place);
			report_at(&s, &coa, "HA", 2, &group, "");
			n->listens[g] = true;
		}
		/* All refresh what they have, as if asked. */
		for (uint32_t k = 0; k < NODES; k++)
			for (uint32_t x = 0; x < GROUPS; x++)
				if (node[k].bound && node[k].listens[x]) {
					const struct hp_ip6 again = numbered("ff0e::", x);

					coa = numbered("2001:db8:a:1::", node[k].place);
					report_at(&s, &coa, "HA", 2, &again, "");
				}
		follow(&s, &p);
		for (uint32_t x = 0; x < GROUPS; x++) {
			bool any = false;

			for (uint32_t k = 0; k < NODES; k++) {
				any = any || node[k].listens[x];
				same = same && p.member[k][x] == node[k].listens[x];
			}
			same = same && p.joined[x] == any;
		}
		if (!same || p.bad) {
			fprintf(stderr, "  step %d\n", step);
			CU_FAIL("published");
			break;
		}
	}
	scene_close(&s);
}
