/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 6275 §9.3.4: errors about packets of the optimized path, told to a host that knows nothing of it. */
#include <stdio.h>
#include <stdlib.h>

#include "mobile.h"
#include "run.h"
#include "tests.h"

#define ROUTER "2001:db8:e::1"
#define HOST2  "2001:db8:5::2"

/* Before the routing header; behind it a fragment header or UDP. */
enum before { NOTHING, HOP_BY_HOP, VISITED, FRAGMENT };

struct shape {
	enum before before;
	uint8_t proto; /* what follows: 17, 44, 135 */
	size_t len;    /* of the packet as the host sent it */
	bool arrived;  /* the routing header is used up */
	const char *src, *hoa, *coa;
	uint8_t type; /* of the routing header; 0: 2 */
};

static size_t extensions(enum before before)
{
	return (const size_t[]){0, 8, 24, 8}[before];
}

/* As the host sent it, and as it left here. */
static void make(const struct shape *s, uint8_t *sent, uint8_t *left)
{
	const struct hp_ip6 src = craft_ip6(s->src ? s->src : LAB_SERVER), hoa = craft_ip6(s->hoa ? s->hoa : LAB_FAR);
	const struct hp_ip6 coa = craft_ip6(s->coa ? s->coa : LAB_COA);
	const size_t at = 40 + extensions(s->before);
	uint8_t *h = sent + 40, *named = sent + 6;

	for (size_t i = 0; i < s->len; i++)
		sent[i] = (uint8_t)(i * 7);
	memset(sent, 0, at + 8);
	sent[0] = 0x60;
	sent[4] = (uint8_t)((s->len - 40) >> 8);
	sent[5] = (uint8_t)(s->len - 40);
	sent[7] = 60;
	memcpy(sent + 8, &src, 16);
	memcpy(sent + 24, &hoa, 16);
	for (unsigned int i = 0; i < extensions(s->before) / 8; i++, h += 8) {
		/* hop-by-hop, destination options, a routing header of type 4 with nothing left: padding in the first two. */
		*named = s->before == FRAGMENT ? 44 : (uint8_t[]){0, 60, 43}[i];
		memcpy(h + 1, s->before == FRAGMENT ? (uint8_t[7]){0, 0, 1} : i == 2 ? (uint8_t[7]){0, 4} : (uint8_t[7]){0, 1, 4}, 7);
		named = h;
	}
	*named = s->proto;
	if (s->proto == 44)
		memcpy(h, (uint8_t[]){17, 0, 0, 1, 0, 0, 0, 9}, 8);
	memcpy(left, sent, at);
	memcpy(left + at + 24, sent + at, s->len - at);
	left[4] = (uint8_t)((s->len - 16) >> 8);
	left[5] = (uint8_t)(s->len - 16);
	left[named - sent] = 43;
	memcpy(left + at, (uint8_t[]){s->proto, 2, s->type ? s->type : 2, !s->arrived, 0, 0, 0, 0}, 8);
	memcpy(left + at + 8, s->arrived ? &coa : &hoa, 16);
	memcpy(left + 24, s->arrived ? &hoa : &coa, 16);
}

static void open_bound(struct lab *l, const char *correspondent)
{
	struct mobile m = mobile_of(LAB_FAR, LAB_COA, correspondent);

	lab_open_conf(l, &(struct lab_conf){.correspondent = true});
	mobile_registers(l, &m);
}

/* An error about as much of a packet as there is room for. */
static struct hp_input error(uint8_t *packet, const char *from, const char *to, const uint8_t what[8], const uint8_t *quoted, size_t len)
{
	const struct hp_ip6 src = craft_ip6(from), dst = craft_ip6(to);
	uint8_t body[1240];

	if (len > sizeof(body) - 8)
		len = sizeof(body) - 8;
	memcpy(body, what, 8);
	memcpy(body + 8, quoted, len);
	return lab_input(packet, craft_summed(packet, &src, &dst, &HP_IP6_ANY, 58, body, 8 + len, 2), 1);
}

/* What is quoted must be what the host sent: true unless an error is among the effects that quotes something else. */
static bool quotes(const struct lab *l, const uint8_t *sent, size_t len)
{
	for (size_t i = 0; i < hp_effects_count(l->fx); i++) {
		const struct hp_effect *e = hp_effects_at(l->fx, i);

		if (e->kind != HP_EFFECT_SEND || e->send.proto != 58 || e->send.body[0] >= 128)
			continue;
		if (e->send.body_len - 8 > len || e->send.body_len < 48 || memcmp(e->send.body + 8, sent, e->send.body_len - 8))
			return false;
	}
	return true;
}

#define WORD(n) (uint8_t)((n) >> 24), (uint8_t)((n) >> 16), (uint8_t)((n) >> 8), (uint8_t)(n)
#define TOLD    "2001:db8:e::1>2001:db8:5::1"
#define KNOWN   "optimize 2001:db8:5::1>2001:db8:99::100 via 2001:db8:a::1 mtu "

static const struct row {
	const char *name;
	struct shape shape;
	uint8_t what[8];
	const char *want;
	enum hp_control_counter counter;
	const char *from, *to; /* NULL: ROUTER, LAB_SERVER */
	size_t cut;            /* octets quoted; 0: all that fit */
} rows[] = {
	{"9.3.4 no route", {NOTHING, 17, 200}, {1, 0}, "error 1/0 0 " TOLD, HP_CT_TRANSLATED},
	{"9.3.4 prohibited", {NOTHING, 17, 200}, {1, 1}, "error 1/1 0 " TOLD, HP_CT_TRANSLATED},
	{"9.3.4 a port", {NOTHING, 17, 200, true}, {1, 4}, "error 1/4 0 " TOLD, HP_CT_TRANSLATED},
	{"8200 4.2 behind hop-by-hop options", {HOP_BY_HOP, 17, 200}, {1, 3}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED},
	{"8200 4.4 behind a visited routing header", {VISITED, 17, 200}, {1, 3}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED},
	{"the same, quoted by a node that had taken it", {VISITED, 17, 200, true}, {1, 3}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED},
	{"a first fragment", {NOTHING, 44, 200}, {3, 1}, "error 3/1 0 " TOLD, HP_CT_TRANSLATED},
	{"a length that needs another octet", {NOTHING, 17, 290}, {3, 0}, "error 3/0 0 " TOLD, HP_CT_TRANSLATED},
	{"4443 3.3 hop limit", {NOTHING, 17, 1476}, {3, 0}, "error 3/0 0 " TOLD, HP_CT_TRANSLATED},
	{"4443 2.4 (a) an error that nobody knows",
	 {NOTHING, 17, 200},
	 {100, 7, 0, 0, 1, 2, 3, 4},
	 "error 100/7 16909060 " TOLD,
	 HP_CT_TRANSLATED},

	{"8201: less the routing header",
	 {NOTHING, 17, 1450},
	 {2, 0, 0, 0, WORD(1400)},
	 KNOWN "1400, error 2/0 1376 " TOLD,
	 HP_CT_TRANSLATED},
	{"8201 4: never less than 1280",
	 {NOTHING, 17, 1450},
	 {2, 0, 0, 0, WORD(1290)},
	 KNOWN "1290, error 2/0 1280 " TOLD,
	 HP_CT_TRANSLATED},
	{"what fits without the routing header goes on by the home path",
	 {NOTHING, 17, 1280},
	 {2, 0, 0, 0, WORD(1290)},
	 KNOWN "1290",
	 HP_CT_OPTIMIZED},
	{"8201 4: no link takes so little", {NOTHING, 17, 1450}, {2, 0, 0, 0, WORD(1279)}, "", HP_CT_MTU_INVALID},

	{"4443 3.4: before the routing header", {HOP_BY_HOP, 17, 200}, {4, 0, 0, 0, WORD(43)}, "error 4/0 43 " TOLD, HP_CT_TRANSLATED},
	{"4443 3.4: what follows the routing header", {NOTHING, 17, 200}, {4, 1, 0, 0, WORD(40)}, "error 4/1 6 " TOLD, HP_CT_TRANSLATED},
	{"4443 3.4: the same behind others", {HOP_BY_HOP, 17, 200}, {4, 1, 0, 0, WORD(48)}, "error 4/1 40 " TOLD, HP_CT_TRANSLATED},
	{"4443 3.4: behind the routing header", {NOTHING, 17, 200}, {4, 0, 0, 0, WORD(64)}, "error 4/0 40 " TOLD, HP_CT_TRANSLATED},
	{"4443 3.4: the routing header is not known there",
	 {NOTHING, 17, 200},
	 {4, 1, 0, 0, WORD(6)},
	 "error 1/3 0 " TOLD,
	 HP_CT_TRANSLATED},
	{"8200 4.4: its type is not", {NOTHING, 17, 200}, {4, 0, 0, 0, WORD(42)}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED},
	{"its last octet", {NOTHING, 17, 200}, {4, 0, 0, 0, WORD(63)}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED},

	{"an acknowledgement was ours", {NOTHING, 135, 200}, {1, 3}, "", HP_CT_OPTIMIZED},
	{"a routing header of another type", {NOTHING, 17, 200, .type = 4}, {1, 3}, "", HP_CT_UNTRANSLATED},
	{"9.3.2 behind a fragment header there is none of ours", {FRAGMENT, 17, 200}, {1, 3}, "", HP_CT_UNTRANSLATED},
	{"to another care-of address", {NOTHING, 17, 200, .coa = "2001:db8:b::1"}, {1, 3}, "", HP_CT_UNTRANSLATED},
	{"to another home address", {NOTHING, 17, 200, .hoa = "2001:db8:99::101"}, {1, 3}, "", HP_CT_UNTRANSLATED},
	{"of another host", {NOTHING, 17, 200, .src = HOST2}, {1, 3}, "", HP_CT_UNTRANSLATED, .to = HOST2},
	{"to who has not sent it", {NOTHING, 17, 200}, {1, 3}, "", HP_CT_ERROR_FORGED, .to = HOST2},
	{"from nowhere", {NOTHING, 17, 200}, {1, 3}, "", HP_CT_OPTIMIZED, .from = "fe80::9"},
	{"4443 2.4 (e) about an error", {NOTHING, 58, 200}, {1, 3}, "", HP_CT_ERROR_FORBIDDEN},
	{"not an error", {NOTHING, 17, 200}, {129}, "", HP_CT_IGNORED},
	{"4884 4: extensions are no part of it", {NOTHING, 17, 400}, {1, 3, 0, 0, 16}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED},
	{"cut behind the routing header", {NOTHING, 17, 200}, {1, 3}, "error 1/3 0 " TOLD, HP_CT_TRANSLATED, .cut = 72},
	{"cut within it", {NOTHING, 17, 200}, {1, 3}, "", HP_CT_UNTRANSLATED, .cut = 63},
};

void test_translation(void)
{
	for (size_t i = 0; i < HP_LEN(rows); i++) {
		const struct row *t = &rows[i];
		uint8_t sent[CRAFT_ROOM], left[CRAFT_ROOM], packet[CRAFT_ROOM];
		struct hp_input in;
		uint64_t before;
		struct lab l;
		const char *got;

		open_bound(&l, LAB_SERVER);
		make(&t->shape, sent, left);
		in = error(packet, t->from ? t->from : ROUTER, t->to ? t->to : LAB_SERVER, t->what, left,
			   t->cut ? t->cut : t->shape.len + 24);
		before = lab_count(&l, t->counter);
		hp_control_packet(l.control, &in, l.now, l.fx);
		HP_CHECK(t->name, "quoted as it was sent", quotes(&l, sent, t->shape.len));
		got = lab_effects(&l);
		if (strcmp(got, t->want))
			fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", t->name, t->want, got);
		CU_ASSERT_STRING_EQUAL(got, t->want);
		HP_CHECK(t->name, "counter", lab_count(&l, t->counter) == before + 1);
		lab_close(&l);
	}
}

/* Extensions of the error are not quoted, and what the packet's own length does not cover neither. */
void test_translation_lengths(void)
{
	const struct shape shape = {NOTHING, 17, 200};
	uint8_t sent[CRAFT_ROOM], left[CRAFT_ROOM] = {0}, packet[CRAFT_ROOM];
	static const struct {
		uint8_t words;
		size_t quoted, want;
	} table[] = {{0, 224, 200}, {16, 224, 128 - 24}, {0, 300, 200}, {28, 230, 200}};

	make(&shape, sent, left);
	for (size_t i = 0; i < HP_LEN(table); i++) {
		const uint8_t what[8] = {1, 3, 0, 0, table[i].words};
		struct hp_input in;
		struct lab l;

		open_bound(&l, LAB_SERVER);
		in = error(packet, ROUTER, LAB_SERVER, what, left, table[i].quoted);
		hp_control_packet(l.control, &in, l.now, l.fx);
		CU_ASSERT_EQUAL_FATAL(hp_effects_count(l.fx), 1);
		CU_ASSERT_EQUAL(hp_effects_at(l.fx, 0)->send.body_len, 8 + table[i].want);
		CU_ASSERT(quotes(&l, sent, shape.len));
		hp_effects_clear(l.fx);
		lab_close(&l);
	}
}

/* Wherever it is cut off: nothing is read beyond it. The sanitizer looks. */
void test_translation_cut(void)
{
	const struct shape shape = {VISITED, 44, 200};
	uint8_t sent[CRAFT_ROOM], left[CRAFT_ROOM];
	unsigned int told = 0;

	make(&shape, sent, left);
	for (size_t len = 0; len <= 224; len++) {
		uint8_t packet[CRAFT_ROOM];
		struct hp_input in;
		struct lab l;

		open_bound(&l, LAB_SERVER);
		in = error(packet, ROUTER, LAB_SERVER, (const uint8_t[8]){1, 3}, left, len);
		in.data = memcpy(malloc(in.len), packet, in.len);
		hp_control_packet(l.control, &in, l.now, l.fx);
		told += (unsigned int)hp_effects_count(l.fx);
		hp_effects_clear(l.fx);
		free((void *)(uintptr_t)in.data);
		lab_close(&l);
	}
	/* From the octet on that shows the fragment to be a first one, and no error. */
	CU_ASSERT_EQUAL(told, 224 - (64 + 24 + 8) + 1);
}

static bool is_bound(const struct lab *l, const char *correspondent)
{
	const struct hp_ip6 hoa = craft_ip6(LAB_FAR), host = craft_ip6(correspondent);
	struct hp_correspondent_view e;

	return hp_correspondent_find(hp_control_correspondent(l->control), &hoa, &host, &e);
}

/* Said again and again for half a minute: does the binding end? */
void test_translation_lasting(void)
{
	static const struct {
		const char *name, *correspondent;
		uint8_t what[8];
		bool arrived, ends;
	} table[] = {
		{"no route", LAB_SERVER, {1, 0}, false, true},
		{"no route, to ourselves", LAB_CORE, {1, 0}, false, true},
		{"the address", LAB_SERVER, {1, 3}, false, true},
		{"whoever is there does not take our header", LAB_SERVER, {4, 0, 0, 0, WORD(42)}, false, true},
		{"a port", LAB_SERVER, {1, 4}, false, false},
		{"said by the node itself", LAB_SERVER, {1, 3}, true, false},
		{"hop limit", LAB_SERVER, {3, 0}, false, false},
		{"another octet", LAB_SERVER, {4, 0, 0, 0, WORD(64)}, false, false},
	};

	for (size_t i = 0; i < HP_LEN(table); i++) {
		const struct shape shape = {NOTHING, 17, 200, table[i].arrived, .src = table[i].correspondent};
		uint8_t sent[CRAFT_ROOM], left[CRAFT_ROOM], packet[CRAFT_ROOM];
		struct hp_input in;
		struct lab l;

		open_bound(&l, table[i].correspondent);
		make(&shape, sent, left);
		in = error(packet, ROUTER, table[i].correspondent, table[i].what, left, 224);
		hp_control_packet(l.control, &in, l.now, l.fx);
		HP_CHECK(table[i].name, "one ends nothing", is_bound(&l, table[i].correspondent));
		for (unsigned int s = 0; s < 30; s++) {
			lab_wait(&l, 1000);
			hp_control_packet(l.control, &in, l.now, l.fx);
		}
		HP_CHECK(table[i].name, "lasting", is_bound(&l, table[i].correspondent) != table[i].ends);
		HP_CHECK(table[i].name, "we need not be told",
			 strcmp(table[i].correspondent, LAB_CORE) || !lab_count(&l, HP_CT_TRANSLATED));
		hp_effects_clear(l.fx);
		lab_close(&l);
	}
}

/* What we say ourselves of packets that left by a binding. */
void test_translation_trouble(void)
{
	static const struct {
		const char *name;
		struct shape shape;
		enum hp_trouble trouble;
		uint32_t word;
		const char *want;
	} table[] = {
		{"nobody there", {NOTHING, 17, 200}, HP_TROUBLE_ADDRESS, 0, "error 1/3 0 2001:db8:f::1>2001:db8:5::1"},
		{"too big for a link",
		 {NOTHING, 17, 1450},
		 HP_TROUBLE_TOO_BIG,
		 1400,
		 KNOWN "1400, error 2/0 1376 2001:db8:f::1>2001:db8:5::1"},
		{"our own", {NOTHING, 17, 200, .src = LAB_CORE}, HP_TROUBLE_ADDRESS, 0, ""},
		{"an acknowledgement", {NOTHING, 135, 200}, HP_TROUBLE_ADDRESS, 0, ""},
		{"one without a binding", {NOTHING, 135, 200, .coa = "2001:db8:b::1"}, HP_TROUBLE_ADDRESS, 0, ""},
		{"a host's own routing header",
		 {NOTHING, 17, 200, .coa = "2001:db8:b::1"},
		 HP_TROUBLE_ADDRESS,
		 0,
		 "error 1/3 0 2001:db8:f::1>2001:db8:5::1"},
	};

	for (size_t i = 0; i < HP_LEN(table); i++) {
		struct mobile own = mobile_of(LAB_FAR, LAB_COA, LAB_CORE);
		uint8_t sent[CRAFT_ROOM], left[CRAFT_ROOM];
		struct hp_input in = lab_input(left, table[i].shape.len + 24, 1);
		struct lab l;
		const char *got;

		open_bound(&l, LAB_SERVER);
		mobile_registers(&l, &own);
		make(&table[i].shape, sent, left);
		hp_control_trouble(l.control, &in, table[i].trouble, table[i].word, l.now, l.fx);
		HP_CHECK(table[i].name, "quoted as it was sent", i == 5 || quotes(&l, sent, table[i].shape.len));
		got = lab_effects(&l);
		if (strcmp(got, table[i].want))
			fprintf(stderr, "  row \"%s\"\n    want: %s\n    got:  %s\n", table[i].name, table[i].want, got);
		CU_ASSERT_STRING_EQUAL(got, table[i].want);
		lab_close(&l);
	}
}
