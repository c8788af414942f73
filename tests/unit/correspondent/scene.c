/* SPDX-License-Identifier: BSD-3-Clause */
#include "scene.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "run.h"

#define START_MS 1000000
/* Under which no two of the networks that the tests speak of belong to the same share of the cache. */
#define SEED 7

static const struct {
	const char *name, *text;
} names[] = {
	{"S", "2001:db8:f:1::80"}, /* a server that is acted for */
	{"S2", "2001:db8:f:1::81"},
	{"OWN", "2001:db8:1::1"},
	{"H", "2001:db8:77::100"},
	{"H2", "2001:db8:77::200"},
	{"H3", "2001:db8:77::300"},
	{"C1", "2001:db8:a::1"},
	{"C2", "2001:db8:b::1"},
	{"C3", "2001:db8:b::2"}, /* of the network of C2 */
	{"X", "2001:db8:dead::1"},
	{"GROUP", "ff0e::1"},
	{"LOCAL", "fe80::c1"},
	{"LOOP", "::1"},
	{"ANY", "::"},
};

struct hp_ip6 scene_address(const char *name)
{
	for (size_t i = 0; i < HP_LEN(names); i++)
		if (!strcmp(names[i].name, name))
			return craft_ip6(names[i].text);
	return craft_ip6(name);
}

static const char *name_of(const struct hp_ip6 *a)
{
	static char text[8][HP_IP6_TEXT];
	static unsigned int turn;

	for (size_t i = 0; i < HP_LEN(names); i++) {
		const struct hp_ip6 known = craft_ip6(names[i].text);

		if (hp_ip6_eq(&known, a))
			return names[i].name;
	}
	return hp_ip6_text(a, text[turn++ % 8]);
}

static struct hp_hop route(void *ctx, const struct hp_ip6 *dst)
{
	const struct scene *s = ctx;
	const struct hp_ip6 dead = craft_ip6("2001:db8:dead::");

	if (hp_ip6_in_prefix(dst, &dead, 48))
		return (struct hp_hop){.link = HP_LINK_NONE};
	return (struct hp_hop){.link = 1, .next_hop = craft_ip6("2001:db8:f::fe"), .mtu = s->mtu};
}

/* Messages that may want another way say so. */
static void address(void *ctx, struct hp_send *send)
{
	(void)ctx;
	send->hop_limit = 63;
}

static bool used(void *ctx, uint32_t id)
{
	const struct scene *s = ctx;

	CU_ASSERT(id < SCENE_USED);
	return id < SCENE_USED && s->used[id];
}

static int policy(void *ctx, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, bool deletion)
{
	const struct scene *s = ctx;

	CU_ASSERT(!deletion || hp_ip6_eq(hoa, coa));
	return deletion && s->policy == 174 ? -1 : s->policy;
}

/* Octets that differ each time, and are known: Kcn, nonce, index as they are asked for. */
static bool unpredictable(void *ctx, void *octets, size_t len)
{
	struct scene *s = ctx;
	struct scene_nonce *n;
	uint8_t *p = octets;

	if (s->no_random)
		return false;
	CU_ASSERT_FATAL(len == 30);
	for (size_t i = 0; i < len; i++) {
		s->random = s->random * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)(s->random >> 56);
	}
	if (s->first_index)
		memcpy(p + 28, s->first_index, 2);
	n = &s->nonce[s->nonces % HP_LEN(s->nonce)];
	/* The first in whatever order the machine has it; the others count on. */
	if (s->nonces)
		s->index++;
	else
		memcpy(&s->index, p + 28, 2);
	*n = (struct scene_nonce){.index = s->index};
	memcpy(n->kcn, p, 20);
	memcpy(n->nonce, p + 20, 8);
	s->nonces++;
	return true;
}

void scene_open(struct scene *s, const struct scene_conf *conf)
{
	struct hp_correspondent_conf cc = {
		.max_bindings = conf->max_bindings ? conf->max_bindings : 16,
		.max_lifetime_s = conf->max_lifetime_s ? conf->max_lifetime_s : 420,
		.route = route,
		.address = address,
		.used = used,
		.random = unpredictable,
		.policy = policy,
		.ctx = s,
		.seed = SEED,
	};

	*s = (struct scene){.now = {.mono_ms = START_MS, .wall_ms = 1700000000000}, .policy = -1, .mtu = 1500, .random = 1};
	if (hp_effects_create(&s->fx) || hp_correspondent_create(&s->c, &cc, s->now))
		abort();
}

void scene_close(struct scene *s)
{
	hp_correspondent_destroy(s->c);
	hp_effects_destroy(s->fx);
}

void scene_packet(struct scene *s, const uint8_t *packet, size_t len, bool own, bool home_registered)
{
	struct hp_packet p;
	const enum hp_walk walk = hp_packet_read(&p, packet, len);

	if (walk != HP_WALK_OK || p.proto != HP_PROTO_MH)
		abort();
	hp_correspondent_message(s->c,
				 &(struct hp_correspondent_message){
					 .p = &p, .type = hp_packet_payload(&p)[2], .own = own, .home_registered = home_registered},
				 s->now, s->fx);
}

static bool is_own(const struct hp_ip6 *a)
{
	const struct hp_ip6 own = scene_address("OWN");

	return hp_ip6_eq(a, &own);
}

static void hmac(const uint8_t *key, const uint8_t *data, size_t len, uint8_t out[20])
{
	HMAC(EVP_sha1(), key, 20, data, len, out, NULL);
}

const struct scene_token *scene_token(const struct scene *s, bool careof, const struct hp_ip6 *a, const struct hp_ip6 *correspondent)
{
	for (unsigned int i = 0; i < s->gots[careof]; i++)
		if (hp_ip6_eq(&s->got[careof][i].address, a) && hp_ip6_eq(&s->got[careof][i].correspondent, correspondent))
			return &s->got[careof][i].token;
	return NULL;
}

static struct scene_token *place_for(struct scene *s, bool careof, const struct hp_ip6 *a, const struct hp_ip6 *correspondent)
{
	struct scene_token *t = (struct scene_token *)(uintptr_t)scene_token(s, careof, a, correspondent);

	if (t)
		return t;
	CU_ASSERT_FATAL(s->gots[careof] < SCENE_ADDRESSES);
	s->got[careof][s->gots[careof]].address = *a;
	s->got[careof][s->gots[careof]].correspondent = *correspondent;
	return &s->got[careof][s->gots[careof]++].token;
}

/* §5.2.5: First (64, HMAC_SHA1 (Kcn, (address | nonce | 0 or 1))), by the nonce that has this index now. */
static bool is_token(const struct scene *s, bool careof, const struct hp_ip6 *a, const struct scene_token *t)
{
	uint8_t data[25], mac[20];

	const struct scene_nonce *n = &s->nonce[(s->nonces - 1 - (uint16_t)(s->index - t->index)) % HP_LEN(s->nonce)];

	memcpy(data, a, 16);
	memcpy(data + 16, n->nonce, 8);
	data[24] = careof;
	hmac(n->kcn, data, sizeof(data), mac);
	return n->index == t->index && memcmp(mac, t->octets, 8) == 0;
}

const struct scene_token *scene_test(struct scene *s, bool careof, const struct hp_ip6 *a, const struct hp_ip6 *correspondent)
{
	static const struct hp_ip6 none;
	uint8_t packet[CRAFT_ROOM], mh[16] = {59, 1, careof ? 2 : 1, [8] = 'c', 'o', 'o', 'k', 'i', 'e', '0', '0'};
	const size_t before = hp_effects_count(s->fx);
	struct scene_token *t;

	mh[15] = (uint8_t)s->now.mono_ms;
	scene_packet(s, packet, craft_summed(packet, a, correspondent, &none, 135, mh, sizeof(mh), 4), is_own(correspondent), false);
	for (size_t i = before; i < hp_effects_count(s->fx); i++) {
		const struct hp_effect *e = hp_effects_at(s->fx, i);

		if (e->kind != HP_EFFECT_SEND)
			continue;
		t = place_for(s, careof, a, correspondent);
		t->there = true;
		t->index = (uint16_t)(e->send.body[6] << 8 | e->send.body[7]);
		memcpy(t->octets, e->send.body + 16, 8);
		/* §6.1.5, §6.1.6 */
		CU_ASSERT(e->send.body_len == 24 && !memcmp(e->send.body, careof ? "\x3b\2\4\0\0\0" : "\x3b\2\3\0\0\0", 6));
		CU_ASSERT(!memcmp(e->send.body + 8, mh + 8, 8));
		CU_ASSERT(is_token(s, careof, a, t));
		return t;
	}
	return NULL;
}

static size_t option(uint8_t *mh, size_t at, uint8_t type, const void *data, uint8_t len)
{
	mh[at] = type;
	mh[at + 1] = len;
	memcpy(mh + at + 2, data, len);
	return at + 2 + len;
}

static size_t pad(uint8_t *mh, size_t at, size_t n, size_t rest)
{
	static const uint8_t zero[8];
	const size_t missing = (rest - at) & (n - 1);

	if (missing == 1)
		mh[at++] = 0;
	else if (missing)
		at = option(mh, at, 1, zero, (uint8_t)(missing - 2));
	return at;
}

/* §6.2.7: care-of address | correspondent | MH Data but for the authenticator itself, the checksum zero. */
static void prove(struct scene *s, const struct scene_bu *bu, uint8_t *mh, size_t at, uint8_t octets)
{
	uint8_t tokens[16] = {0}, data[256], mac[20];
	const bool both = (bu->lifetime || bu->key_both) && bu->careof;
	const struct hp_ip6 *hoa = hp_ip6_is_any(&bu->hoa) ? &bu->src : &bu->hoa;
	const struct hp_ip6 *coa = hp_ip6_is_any(&bu->alternate) ? &bu->src : &bu->alternate;

	if (bu->home)
		memcpy(tokens, bu->home->octets, 8);
	if (both)
		memcpy(tokens + 8, bu->careof->octets, 8);
	SHA1(tokens, both ? 16 : 8, s->kbm);
	s->covered = bu->lifetime || bu->cover_coa ? *coa : *hoa;
	memcpy(data, &s->covered, 16);
	memcpy(data + 16, &bu->dst, 16);
	memcpy(data + 32, mh, at);
	hmac(s->kbm, data, 32 + at, mac);
	memcpy(mh + at, mac, octets);
	if (bu->wrong)
		mh[at + bu->wrong - 1] ^= 1;
}

size_t scene_craft(struct scene *s, const struct scene_bu *bu, uint8_t packet[CRAFT_ROOM])
{
	uint8_t mh[256] = {59, 0, 5, 0, 0, 0, (uint8_t)(bu->sequence >> 8), (uint8_t)bu->sequence};
	const uint16_t home = bu->home ? bu->home->index : 0;
	const uint16_t careof = bu->careof_index ? *bu->careof_index : bu->careof ? bu->careof->index : 0;
	const uint8_t nonces[4] = {(uint8_t)(home >> 8), (uint8_t)home, (uint8_t)(careof >> 8), (uint8_t)careof};
	const uint8_t octets = bu->octets ? bu->octets : 12;
	size_t len = 12, at = 0;

	mh[8] = (uint8_t)((bu->a ? 0x80 : 0) | (bu->l ? 0x20 : 0) | (bu->k ? 0x10 : 0));
	mh[10] = (uint8_t)(bu->lifetime >> 8);
	mh[11] = (uint8_t)bu->lifetime;
	if (!bu->no_nonces)
		len = option(mh, len, 4, nonces, 4);
	if (!hp_ip6_is_any(&bu->alternate))
		len = option(mh, pad(mh, len, 8, 6), 3, &bu->alternate, 16);
	if (!bu->no_authorization) {
		static const uint8_t zero[32];

		len = pad(mh, len, 8, (size_t)(6 - octets) & 7);
		len = option(mh, len, 5, zero, octets);
		at = len - octets;
	}
	if (bu->padded)
		len = option(mh, len, 1, "\0\0\0\0\0\0", 6);
	len = pad(mh, len, 8, 0);
	mh[1] = (uint8_t)(len / 8 - 1);
	if (at)
		prove(s, bu, mh, at, octets);
	len = craft_summed(packet, &bu->src, &bu->dst, &bu->hoa, 135, mh, len, 4);
	return len;
}

void scene_update(struct scene *s, const struct scene_bu *bu)
{
	uint8_t packet[CRAFT_ROOM];

	scene_packet(s, packet, scene_craft(s, bu, packet), bu->own, bu->home_registered);
}

void scene_wait(struct scene *s, uint64_t ms)
{
	const uint64_t end = s->now.mono_ms + ms;

	for (;;) {
		const uint64_t next = hp_correspondent_next(s->c), to = next < end ? next : end;

		if (to > s->now.mono_ms) {
			s->now.wall_ms += to - s->now.mono_ms;
			s->now.mono_ms = to;
		}
		hp_correspondent_tick(s->c, s->now, s->fx);
		if (to == end && hp_correspondent_next(s->c) > end)
			return;
	}
}

static const char *proof_of(const struct scene *s, const struct hp_send *m)
{
	const size_t at = m->body_len - 12;
	uint8_t data[256], mac[20];

	if (m->body_len < 32 || m->body[at - 2] != 5 || m->body[at - 1] != 12)
		return "";
	memcpy(data, &s->covered, 16);
	memcpy(data + 16, &m->src, 16);
	memcpy(data + 32, m->body, at);
	hmac(s->kbm, data, 32 + at, mac);
	return memcmp(mac, m->body + at, 12) == 0 && (at - 2) % 8 == 2 ? " proved" : " WRONGLY PROVED";
}

static int render_send(const struct scene *s, const struct hp_send *m, char *out, size_t room)
{
	static const char *const types[] = {"brr", "hoti", "coti", "hot", "cot", "bu", "ba"};
	const uint8_t *b = m->body;
	int n = snprintf(out, room, "%s", b[2] < HP_LEN(types) ? types[b[2]] : "?");

	if (b[2] == 6) /* §6.1.8 */
		n += snprintf(out + n, room - (size_t)n, " %u%s seq %u life %u", b[6], b[7] ? " FLAGS" : "", b[8] << 8 | b[9],
			      b[10] << 8 | b[11]);
	n += snprintf(out + n, room - (size_t)n, " %s>%s", name_of(&m->src), name_of(&m->dst));
	if (!hp_ip6_is_any(&m->coa))
		n += snprintf(out + n, room - (size_t)n, " via %s", name_of(&m->coa));
	else if (m->hop_limit != 63)
		n += snprintf(out + n, room - (size_t)n, " ADDRESS NOT ASKED FOR");
	if (b[2] == 6)
		n += snprintf(out + n, room - (size_t)n, "%s", proof_of(s, m));
	if (m->proto != 135 || m->body_len != (b[1] + 1u) * 8 || b[0] != 59 || b[3] || b[4] || b[5] || m->class_ == HP_CLASS_REGISTRATION)
		n += snprintf(out + n, room - (size_t)n, " MALFORMED");
	return n;
}

static int render(const struct scene *s, const struct hp_effect *e, char *out, size_t room)
{
	const struct hp_optimize *o = &e->optimize;

	switch (e->kind) {
	case HP_EFFECT_OPTIMIZE:
		return snprintf(out, room, "optimize %s@%s>%s #%u %s%u", name_of(&o->hoa), name_of(&o->correspondent), name_of(&o->coa),
				o->id, o->out_link == HP_LINK_NONE ? "nowhere " : "", o->mtu);
	case HP_EFFECT_UNOPTIMIZE:
		return snprintf(out, room, "unoptimize %s@%s", name_of(&e->unoptimize.hoa), name_of(&e->unoptimize.correspondent));
	case HP_EFFECT_SEND:
		return render_send(s, &e->send, out, room);
	case HP_EFFECT_EVENT:
		if (hp_ip6_is_any(&e->event.correspondent) || hp_ip6_is_any(&e->event.hoa))
			return snprintf(out, room, "!OF NOBODY");
		switch (e->event.kind) {
		case HP_EVENT_ROUTE_OPTIMIZED:
			return snprintf(out, room, "!optimized");
		case HP_EVENT_ROUTE_MOVED:
			return snprintf(out, room, "!moved");
		case HP_EVENT_ROUTE_ENDED:
			return snprintf(out, room, "!ended %s", e->event.reason);
		case HP_EVENT_ROUTE_REFUSED:
			return snprintf(out, room, "!refused %u", e->event.code);
		default:
			return snprintf(out, room, "!?");
		}
	default:
		return snprintf(out, room, "?");
	}
}

static void note(struct scene *s, const char *text)
{
	CU_ASSERT_FATAL(s->logged + strlen(text) + 3 < sizeof(s->log));
	s->logged += (size_t)snprintf(s->log + s->logged, sizeof(s->log) - s->logged, "%s%s", s->logged ? ", " : "", text);
}

static void flush(struct scene *s)
{
	char text[256];

	for (size_t i = 0; i < hp_effects_count(s->fx); i++) {
		render(s, hp_effects_at(s->fx, i), text, sizeof(text));
		note(s, text);
	}
	hp_effects_clear(s->fx);
}

const char *scene_log(struct scene *s)
{
	static char text[sizeof(s->log)];

	flush(s);
	memcpy(text, s->log, s->logged + 1);
	s->logged = 0;
	s->log[0] = 0;
	return text;
}

static void update(struct scene *s, char *words)
{
	struct scene_bu bu = {
		.hoa = scene_address("H"), .src = scene_address("C1"), .dst = scene_address("S"), .sequence = 1, .lifetime = 60, .a = true};
	const char *home = NULL, *careof = NULL;
	struct scene_token tokens[2] = {{0}};
	int off[2] = {0, 0};
	char *turn;

	for (char *w = strtok_r(words, " ", &turn); w; w = strtok_r(NULL, " ", &turn)) {
		char *value = strchr(w, '=');

		if (value)
			*value++ = 0;
		if (!strcmp(w, "hao"))
			bu.hoa = scene_address(value);
		else if (!strcmp(w, "nohao"))
			bu.hoa = HP_IP6_ANY;
		else if (!strcmp(w, "from"))
			bu.src = scene_address(value);
		else if (!strcmp(w, "to"))
			bu.dst = scene_address(value);
		else if (!strcmp(w, "alt"))
			bu.alternate = scene_address(value);
		else if (!strcmp(w, "seq"))
			bu.sequence = (uint16_t)atoi(value);
		else if (!strcmp(w, "life"))
			bu.lifetime = (uint16_t)atoi(value);
		else if (!strcmp(w, "octets"))
			bu.octets = (uint8_t)atoi(value);
		else if (!strcmp(w, "home"))
			home = value;
		else if (!strcmp(w, "careof"))
			careof = value;
		else if (!strcmp(w, "homeindex"))
			off[0] = atoi(value);
		else if (!strcmp(w, "careofindex"))
			off[1] = atoi(value);
		else if (!strcmp(w, "noa"))
			bu.a = false;
		else if (!strcmp(w, "k"))
			bu.k = true;
		else if (!strcmp(w, "l"))
			bu.l = true;
		else if (!strcmp(w, "type"))
			bu.home_registered = true;
		else if (!strcmp(w, "nononces"))
			bu.no_nonces = true;
		else if (!strcmp(w, "noauth"))
			bu.no_authorization = true;
		else if (!strcmp(w, "padded"))
			bu.padded = true;
		else if (!strcmp(w, "wrong"))
			bu.wrong = value ? (uint8_t)atoi(value) : 1;
		else if (!strcmp(w, "keyboth"))
			bu.key_both = true;
		else if (!strcmp(w, "covercoa"))
			bu.cover_coa = true;
		else
			abort();
	}
	bu.own = is_own(&bu.dst);
	for (unsigned int i = 0; i < 2; i++) {
		const char *whose = i ? careof : home;
		const struct hp_ip6 named = whose ? scene_address(whose) : HP_IP6_ANY;
		const struct hp_ip6 *hoa = hp_ip6_is_any(&bu.hoa) ? &bu.src : &bu.hoa;
		const struct hp_ip6 *coa = hp_ip6_is_any(&bu.alternate) ? &bu.src : &bu.alternate;
		const struct scene_token *t = scene_token(s, i, whose ? &named : i ? coa : hoa, &bu.dst);

		if (t)
			tokens[i] = *t;
		tokens[i].index = (uint16_t)(tokens[i].index + off[i]);
	}
	bu.home = &tokens[0];
	bu.careof = &tokens[1];
	scene_update(s, &bu);
}

static void test(struct scene *s, bool careof, const char *node, const char *correspondent)
{
	const struct hp_ip6 n = scene_address(node), c = scene_address(correspondent ? correspondent : "S");

	scene_test(s, careof, &n, &c);
}

static void find(struct scene *s, const char *hoa, const char *correspondent)
{
	const struct hp_ip6 h = scene_address(hoa), c = scene_address(correspondent ? correspondent : "S");
	struct hp_correspondent_view v;
	char text[256] = "none";

	if (hp_correspondent_find(s->c, &h, &c, &v))
		snprintf(text, sizeof(text), "%s@%s>%s seq %u life %u left %u mtu %u%s", name_of(&v.hoa), name_of(&v.correspondent),
			 name_of(&v.coa), v.sequence, v.lifetime_s, (unsigned int)(v.expires_ms - s->now.mono_ms), v.path_mtu,
			 v.own ? " own" : "");
	note(s, text);
}

static void step(struct scene *s, char *words)
{
	char *turn, *w = strtok_r(words, " ", &turn), *a, *b, *c;

	if (!strcmp(w, "bu")) {
		update(s, turn);
		return;
	}
	a = strtok_r(NULL, " ", &turn);
	b = strtok_r(NULL, " ", &turn);
	c = strtok_r(NULL, " ", &turn);
	if (!strcmp(w, "home") || !strcmp(w, "careof"))
		test(s, *w == 'c', a, b);
	else if (!strcmp(w, "wait"))
		scene_wait(s, strtoull(a, NULL, 10));
	else if (!strcmp(w, "late"))
		s->now.mono_ms += strtoull(a, NULL, 10);
	else if (!strcmp(w, "used") || !strcmp(w, "idle"))
		s->used[atoi(a)] = *w == 'u';
	else if (!strcmp(w, "touch")) {
		const struct hp_ip6 h = scene_address(a), correspondent = scene_address(b);

		hp_correspondent_touch(s->c, &h, &correspondent);
	} else if (!strcmp(w, "policy"))
		s->policy = atoi(a);
	else if (!strcmp(w, "norandom") || !strcmp(w, "random"))
		s->no_random = *w == 'n';
	else if (!strcmp(w, "linkmtu"))
		s->mtu = (uint16_t)atoi(a);
	else if (!strcmp(w, "reroute"))
		while (!hp_correspondent_reroute(s->c, 1, s->fx))
			;
	else if (!strcmp(w, "quiet"))
		scene_log(s);
	else if (!strcmp(w, "find"))
		find(s, a, b);
	else if (!strcmp(w, "unreachable") || !strcmp(w, "mtu")) {
		const struct hp_ip6 h = scene_address(a), coa = scene_address(b), correspondent = scene_address("S");

		if (!(*w == 'u' ? hp_correspondent_unreachable(s->c, &h, &correspondent, &coa, s->now, s->fx)
				: hp_correspondent_path_mtu(s->c, &h, &correspondent, &coa, (uint32_t)atoi(c), s->now, s->fx)))
			note(s, "no such");
	} else
		abort();
}

void scene_run(struct scene *s, const char *script)
{
	char copy[1024], *turn;

	CU_ASSERT_FATAL(strlen(script) < sizeof(copy));
	strcpy(copy, script);
	for (char *one = strtok_r(copy, ";", &turn); one; one = strtok_r(NULL, ";", &turn)) {
		one += strspn(one, " ");
		if (*one)
			step(s, one);
		flush(s);
	}
}
