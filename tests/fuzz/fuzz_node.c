/* SPDX-License-Identifier: BSD-3-Clause */
/* covers: lib/node/node.c lib/node/register.c lib/node/prefix.c lib/node/discover.c */
/* The mobile node, from a network that says anything. An input: steps, each an octet that says what, two that say how much, and so many
 * octets. */
#include <stdlib.h>
#include <string.h>

#include "node/node.h"
#include "wire/checksum.h"
#include "wire/compose.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { PACKET, TIME_PASSES, ADDRESS, WHAT = 3, ANSWER = 4, GONE = 8 };
#define EFFECTS_MOST 10000

static const struct hp_ip6 hoa = {{0x20, 1, 0xd, 0xb8, 0, 1, [14] = 1}}, ha = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct hp_ip6 other = {{0x20, 1, 0xd, 0xb8, 0, 2, [14] = 1}}, coa = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 7}};
static const struct hp_mac mac = {{2, 0, 0, 0, 0, 1}};

struct world {
	struct hp_node *node;
	struct hp_effects *fx;
	struct hp_now now;
	uint16_t sequence, identifier; /* of what was sent last */
};

static void expect(bool cond)
{
	if (!cond)
		abort();
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
		if (e->send.proto == HP_PROTO_MH)
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
	const struct hp_node_conf conf = {.homes = 2, .home = home, .interfaces = 2, .preference = preference, .seed = 5};

	*w = (struct world){.now = {.mono_ms = 5000, .wall_ms = 1700000000000}};
	expect(!hp_effects_create(&w->fx) && !hp_node_create(&w->node, &conf, w->now));
	hp_node_interface(w->node, 0, true, &mac, w->now, w->fx);
	hp_node_interface(w->node, 1, true, &mac, w->now, w->fx);
	hp_node_address(w->node, 0, &coa, true, false, w->now, w->fx);
	carry_out(w);
}

/* Neither a checksum nor a number of ours is found by chance. */
static void mend(const struct world *w, uint8_t *m, const struct hp_packet *p)
{
	const size_t at = p->payload_at, sum_at = at + (p->proto == HP_PROTO_MH ? 4u : 2u);
	size_t covered = hp_packet_payload_len(p);
	uint16_t sum;

	if (covered < 12)
		return;
	if (p->proto == HP_PROTO_MH && m[at + 2] == HP_MH_BA) {
		m[at + 8] = (uint8_t)(w->sequence >> 8);
		m[at + 9] = (uint8_t)w->sequence;
	} else if (p->proto == HP_PROTO_ICMPV6) {
		m[at + 4] = (uint8_t)(w->identifier >> 8);
		m[at + 5] = (uint8_t)w->identifier;
	}
	if (p->proto == HP_PROTO_MH && (m[at + 1] + 1u) * 8 < covered)
		covered = (m[at + 1] + 1u) * 8;
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
			hp_node_message(w->node, &p, false, w->now, w->fx);
		else if (p.proto == HP_PROTO_ICMPV6)
			hp_node_icmp(w->node, &p, w->now, w->fx);
	}
	carry_out(w);
	free(m);
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
	return 0;
}
