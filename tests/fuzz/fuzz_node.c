/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/node/node.c lib/node/register.c lib/node/prefix.c lib/node/discover.c lib/node/peers.c lib/node/test.c lib/node/update.c lib/node/correspond.c lib/node/complaint.c */
/* The mobile node, from a network and applications that say anything. An input: steps, each an octet that says what, two that say how much, and so
 * many octets. */
#include <stdlib.h>
#include <string.h>

#include "node/node.h"
#include "security/hmac.h"
#include "security/return_routability.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { PACKET, TIME_PASSES, ADDRESS, TRAFFIC, WHAT = 3, ANSWER = 4, GONE = 8, TUNNELLED = 8, INCOMING = 4, PROGRESS = 8, SECOND = 128 };
#define EFFECTS_MOST 10000
#define SENT_MOST    1024
#define UPDATE_RATE  3

static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, ha = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct hp_ip6 other = {{0x20, 1, 0xd, 0xb8, 0, 2, [14] = 1}}, coa = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 7}};
static const struct hp_mac mac = {{2, 0, 0, 0, 0, 1}};

struct world {
	struct hp_node *node;
	struct hp_effects *fx;
	struct hp_hmac *mac;
	struct hp_now now;
	uint16_t sequence, identifier; /* of what was sent last */
	/* To correspondents: the last message of each type, and when which was sent to whom. */
	struct {
		uint8_t packet[256];
		size_t len;
	} last[HP_MH_BU + 1];
	struct {
		struct hp_ip6 to;
		uint8_t type;
		uint64_t at_ms;
	} sent[SENT_MOST];
	unsigned int sents;
};

static void expect(bool cond)
{
	if (!cond)
		abort();
}

static uint8_t cookies; /* the next octet of one */

static bool counted(void *octets, size_t len)
{
	uint8_t *out = octets;

	while (len--)
		*out++ = cookies++;
	return true;
}

/* §11.8: no more than three of a type to one correspondent within a second. Of updates, authorized ones without H. */
static void to_correspondent(struct world *w, const struct hp_send *s, const uint8_t *packet, size_t len)
{
	const uint8_t type = s->body[2];
	unsigned int lately = 0;
	struct hp_bu bu;

	expect(type == HP_MH_HOTI || type == HP_MH_COTI || type == HP_MH_BU);
	expect((type == HP_MH_HOTI && !hp_ip6_is_any(&s->outer_dst)) == (s->protection == HP_PROTECT_HOME_TEST));
	if (type == HP_MH_BU)
		expect(hp_bu_read(&bu, s->body, s->body_len) == HP_MH_OK && !bu.home && bu.has_nonces &&
		       bu.authorization_len == HP_AUTHENTICATOR);
	for (unsigned int i = 0; i < w->sents && i < SENT_MOST; i++)
		lately += w->sent[i].type == type && hp_ip6_eq(&w->sent[i].to, &s->dst) && w->sent[i].at_ms + 1000 > w->now.mono_ms;
	expect(lately < UPDATE_RATE);
	w->sent[w->sents % SENT_MOST].to = s->dst;
	w->sent[w->sents % SENT_MOST].type = type;
	w->sent[w->sents++ % SENT_MOST].at_ms = w->now.mono_ms;
	memcpy(w->last[type].packet, packet, len);
	w->last[type].len = len;
}

static bool is_home_agent(const struct world *w, const struct hp_ip6 *a)
{
	struct hp_node_view v;
	bool found = false;

	for (unsigned int i = 0; i < 2; i++) {
		hp_node_look(w->node, i, &v);
		found = found || hp_ip6_eq(a, &v.ha);
	}
	return found;
}

static void carry_out(struct world *w)
{
	for (size_t i = 0; i < hp_effects_count(w->fx); i++) {
		const struct hp_effect *e = hp_effects_at(w->fx, i);
		uint8_t out[512];
		struct hp_packet p;
		int len;

		expect(i < EFFECTS_MOST);
		if (e->kind == HP_EFFECT_BIND)
			expect(hp_ip6_is_routable(&e->bind.ha) && hp_ip6_is_routable(&e->bind.coa));
		if (e->kind != HP_EFFECT_SEND)
			continue;
		len = hp_compose(&e->send, out, sizeof(out));
		expect(len > 0 && hp_packet_read(&p, out, (size_t)len) == HP_WALK_OK);
		if (e->send.proto == HP_PROTO_MH && !(e->send.body[2] == HP_MH_BU && e->send.body[8] & 0x40))
			to_correspondent(w, &e->send, out + (hp_ip6_is_any(&e->send.outer_dst) ? 0 : HP_IP6_HEADER),
					 (size_t)len - (hp_ip6_is_any(&e->send.outer_dst) ? 0 : HP_IP6_HEADER));
		else if (e->send.proto == HP_PROTO_MH)
			w->sequence = (uint16_t)(e->send.body[6] << 8 | e->send.body[7]);
		else
			w->identifier = (uint16_t)(e->send.body[4] << 8 | e->send.body[5]);
	}
	hp_effects_clear(w->fx);
}

static void time_passes(struct world *w, uint64_t ms)
{
	const uint64_t end = w->now.mono_ms + ms;

	for (unsigned int turn = 0; turn < EFFECTS_MOST && hp_node_next(w->node) <= end; turn++) {
		if (hp_node_next(w->node) > w->now.mono_ms)
			w->now.mono_ms = hp_node_next(w->node);
		hp_node_tick(w->node, w->now, w->fx);
		carry_out(w);
	}
	w->now.mono_ms = end;
}

/* One home whose agent is known, one whose agent is to be found. */
static void open_world(struct world *w)
{
	static const uint32_t preference[] = {10, 1};
	const struct hp_node_home home[] = {
		{.hoa = hoa, .ha = ha, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500, .prefix_discovery = true},
		{.hoa = other, .prefix_length = 64, .lifetime_s = 600, .initial_timeout_ms = 1500, .prefix_discovery = true},
	};
	struct hp_node_conf conf = {
		.homes = 2, .home = home, .interfaces = 2, .preference = preference, .optimize_after = 2, .random = counted, .seed = 5};

	cookies = 0;
	*w = (struct world){.now = {.mono_ms = 5000, .wall_ms = 1700000000000}};
	expect(!hp_hmac_create(&w->mac));
	conf.mac = w->mac;
	expect(!hp_effects_create(&w->fx) && !hp_node_create(&w->node, &conf, w->now));
	hp_node_interface(w->node, 0, true, &mac, w->now, w->fx);
	hp_node_interface(w->node, 1, true, &mac, w->now, w->fx);
	hp_node_address(w->node, 0, &coa, true, false, w->now, w->fx);
	carry_out(w);
}

static const uint8_t home_token[HP_MH_TOKEN] = "at home", careof_token[HP_MH_TOKEN] = "roaming";

/* As a correspondent does that gave those tokens. */
static void authorize(const struct world *w, uint8_t *message, size_t len)
{
	const uint8_t *packet = w->last[HP_MH_BU].packet;
	struct hp_packet update;
	struct hp_bu bu;
	struct hp_ba ba;
	uint8_t kbm[HP_KBM];

	if (!w->last[HP_MH_BU].len || hp_ba_read(&ba, message, len) != HP_MH_OK)
		return;
	expect(hp_packet_read(&update, packet, w->last[HP_MH_BU].len) == HP_WALK_OK);
	expect(hp_bu_read(&bu, hp_packet_payload(&update), hp_packet_payload_len(&update)) == HP_MH_OK);
	message[8] = (uint8_t)(bu.sequence >> 8);
	message[9] = (uint8_t)bu.sequence;
	if (ba.authorization_len != HP_AUTHENTICATOR)
		return;
	expect(hp_kbm(w->mac, home_token, bu.lifetime ? careof_token : NULL, kbm));
	expect(hp_authorization(w->mac, kbm, bu.lifetime ? &update.src : hp_packet_source(&update), &update.dst, message,
				ba.authorization_at, message + ba.authorization_at));
}

static void answer_mobility(const struct world *w, const struct hp_packet *p, uint8_t *m, size_t len)
{
	const uint8_t type = m[2];

	if (type == HP_MH_BA && is_home_agent(w, &p->src)) {
		m[8] = (uint8_t)(w->sequence >> 8);
		m[9] = (uint8_t)w->sequence;
	} else if (type == HP_MH_BA) {
		authorize(w, m, len);
	} else if ((type == HP_MH_HOT || type == HP_MH_COT) && len >= 24 && w->last[type - 2].len) {
		/* 40 octets of header, 8 of the Test Init before its cookie. */
		memcpy(m + 8, w->last[type - 2].packet + HP_IP6_HEADER + 8, HP_MH_COOKIE);
		memcpy(m + 16, type == HP_MH_HOT ? home_token : careof_token, HP_MH_TOKEN);
	}
}

/* An error quotes the last message of the type that stands in its third octet. */
static void answer_icmp(const struct world *w, uint8_t *m, size_t len)
{
	const unsigned int type = m[4] % (HP_MH_BU + 1);

	if (m[0] >= HP_ICMP6_ECHO_REQUEST) {
		m[4] = (uint8_t)(w->identifier >> 8);
		m[5] = (uint8_t)w->identifier;
	} else if (w->last[type].len) {
		memcpy(m + 8, w->last[type].packet, len - 8 < w->last[type].len ? len - 8 : w->last[type].len);
	}
}

/* Neither a checksum nor a number of ours is found by chance. */
static void mend(const struct world *w, uint8_t *m, const struct hp_packet *p)
{
	const size_t at = p->payload_at, sum_at = at + (p->proto == HP_PROTO_MH ? 4u : 2u);
	size_t covered = hp_packet_payload_len(p);
	uint16_t sum;

	if (covered < 12)
		return;
	if (p->proto == HP_PROTO_MH && (m[at + 1] + 1u) * 8 < covered)
		covered = (m[at + 1] + 1u) * 8;
	if (p->proto == HP_PROTO_MH && covered >= 12)
		answer_mobility(w, p, m + at, covered);
	else if (p->proto == HP_PROTO_ICMPV6)
		answer_icmp(w, m + at, covered);
	m[sum_at] = m[sum_at + 1] = 0;
	sum = hp_checksum(hp_packet_source(p), hp_packet_destination(p), p->proto, m + at, covered);
	m[sum_at] = (uint8_t)(sum >> 8);
	m[sum_at + 1] = (uint8_t)sum;
}

static void packet(struct world *w, uint8_t what, const uint8_t *data, size_t len)
{
	uint8_t *m = malloc(len ? len : 1);
	struct hp_packet p;

	memcpy(m, data, len);
	if (hp_packet_read_node(&p, m, len) == HP_WALK_OK && !p.is_fragment) {
		if (what & ANSWER)
			mend(w, m, &p);
		if (p.proto == HP_PROTO_MH)
			hp_node_message(w->node, &p, what & TUNNELLED, w->now, w->fx);
		else if (p.proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(&p) && *hp_packet_payload(&p) < HP_ICMP6_ECHO_REQUEST)
			hp_node_error(w->node, &p, w->now, w->fx);
		else if (p.proto == HP_PROTO_ICMPV6)
			hp_node_icmp(w->node, &p, w->now, w->fx);
	}
	carry_out(w);
	free(m);
}

struct route_wanted {
	unsigned int home;
	struct hp_ip6 peer, coa;
	uint64_t now_ms;
	bool found;
};

static void look_for(void *ctx, const struct hp_node_correspondent_view *v)
{
	struct route_wanted *r = ctx;

	expect(v->route <= HP_NODE_ROUTE_UNABLE && v->packets && v->last_status < 256);
	r->found = r->found ||
		   (v->home == r->home && hp_ip6_eq(&v->peer, &r->peer) && hp_ip6_eq(&v->coa, &r->coa) && v->expires_ms > r->now_ms);
}

/* What goes direct goes by a binding of the care-of address that there is, and that has not run out. */
static void traffic(struct world *w, uint8_t what, const struct hp_ip6 *peer)
{
	struct route_wanted r = {.home = what & SECOND ? 1 : 0, .peer = *peer, .now_ms = w->now.mono_ms};
	struct hp_node_view v;

	if (what & PROGRESS) {
		hp_node_progress(w->node, r.home, peer, w->now);
	} else if (what & INCOMING) {
		hp_node_incoming(w->node, r.home, peer, w->now, w->fx);
	} else if (hp_node_outgoing(w->node, r.home, peer, w->now, w->fx) == HP_NODE_DIRECT) {
		hp_node_look(w->node, r.home, &v);
		r.coa = v.coa;
		hp_node_correspondents(w->node, look_for, &r);
		expect(r.found && (v.state == HP_NODE_AWAY || v.state == HP_NODE_REGISTERING));
	}
	carry_out(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct hp_node_view v;
	struct world w;

	open_world(&w);
	while (len >= 3) {
		const size_t much = (size_t)(data[1] << 8 | data[2]), part = much < len - 3 ? much : len - 3;
		const uint8_t what = data[0];

		data += 3;
		len -= 3;
		if ((what & WHAT) == TIME_PASSES) {
			time_passes(&w, much * 16);
			continue;
		}
		if ((what & WHAT) == PACKET) {
			packet(&w, what, data, part);
		} else if (part >= sizeof(struct hp_ip6)) {
			struct hp_ip6 a;

			memcpy(&a, data, sizeof(a));
			if ((what & WHAT) == TRAFFIC)
				traffic(&w, what, &a);
			else
				hp_node_address(w.node, what >> 7, &a, !(what & GONE), what & GONE, w.now, w.fx);
			carry_out(&w);
		}
		data += part;
		len -= part;
	}
	for (unsigned int i = 0; i < 2; i++) {
		hp_node_look(w.node, i, &v);
		expect(v.state <= HP_NODE_HOME && v.agents <= HP_NODE_AGENTS);
	}
	hp_node_stop(w.node, w.now, w.fx);
	carry_out(&w);
	expect(hp_effects_lost(w.fx) == 0);
	hp_node_destroy(w.node);
	hp_effects_destroy(w.fx);
	hp_hmac_destroy(w.mac);
	return 0;
}
