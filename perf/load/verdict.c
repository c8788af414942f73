/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/verdict.h"

#include <string.h>

#define PROTO_IPV6 41
#define PROTO_AT   6
#define SOURCE_AT  8
#define TO_AT      24

static size_t payload_len(const uint8_t *ip)
{
	return (size_t)ip[4] << 8 | ip[5];
}

bool hp_verdict_is_traffic(const uint8_t *ip, size_t len)
{
	if (len < HP_FRAME_LEAST)
		return false;
	return ip[PROTO_AT] == HP_FRAME_PROTO ||
	       (ip[PROTO_AT] == PROTO_IPV6 && len >= HP_FRAME_IP6 + HP_FRAME_LEAST && ip[HP_FRAME_IP6 + PROTO_AT] == HP_FRAME_PROTO);
}

void hp_verdict_prefetch(const struct hp_fleet *fleet, const uint8_t *ip, size_t len)
{
	struct hp_frame_mark m;

	if (!hp_verdict_is_traffic(ip, len))
		return;
	memcpy(&m, ip + HP_FRAME_IP6 + (ip[PROTO_AT] == PROTO_IPV6 ? HP_FRAME_IP6 : 0), sizeof(m));
	if (hp_frame_direction(m.flow) >= HP_DIRECTIONS || !fleet->flow[hp_frame_direction(m.flow)] ||
	    hp_frame_node(m.flow) >= fleet->nodes)
		return;
	__builtin_prefetch(&fleet->flow[hp_frame_direction(m.flow)][hp_frame_node(m.flow)], 1);
	__builtin_prefetch(&fleet->node[hp_frame_node(m.flow)]);
}

/* Whether a tunnel packet that was sent to the node at `sent` may go to this care-of address. */
static enum hp_verdict_kind place(struct hp_verdict *v, const struct hp_fleet *fleet, const struct hp_addresses *a, uint32_t node,
				  const uint8_t *to, uint64_t sent)
{
	const struct hp_node *n = &fleet->node[node];
	const uint16_t now_in = __atomic_load_n(&n->cell, __ATOMIC_ACQUIRE);
	uint32_t whose;
	uint16_t cell;

	if (!hp_addresses_care_of_read(a, to, &whose, &cell))
		return HP_VERDICT_NO_CARE_OF;
	if (whose != node)
		return HP_VERDICT_OTHER_NODE;
	if (cell == now_in)
		return HP_VERDICT_DELIVERED;
	if (cell != (uint16_t)(now_in - 1))
		return HP_VERDICT_NO_CARE_OF;
	if (__atomic_load_n(&n->state, __ATOMIC_ACQUIRE) == HP_NODE_MOVING)
		return HP_VERDICT_DELIVERED;
	if (sent > __atomic_load_n(&n->moved, __ATOMIC_ACQUIRE))
		return HP_VERDICT_OLD_CARE_OF;
	v->old_in_flight++;
	return HP_VERDICT_DELIVERED;
}

static enum hp_verdict_kind in_order(struct hp_flow *flow, uint32_t number)
{
	switch (hp_flow_receive(flow, number)) {
	case HP_FLOW_IN_ORDER:
		return HP_VERDICT_DELIVERED;
	case HP_FLOW_DUPLICATE:
		return HP_VERDICT_DUPLICATED;
	case HP_FLOW_NEVER_SENT:
		return HP_VERDICT_CORRUPTED;
	case HP_FLOW_TOO_LATE:
		return HP_VERDICT_TOO_LATE;
	default:
		return HP_VERDICT_REORDERED;
	}
}

static enum hp_verdict_kind judge(struct hp_verdict *v, const struct hp_frame *f, struct hp_fleet *fleet, unsigned int sides,
				  const uint8_t *ip, size_t len, uint64_t now)
{
	const bool tunnelled = ip[PROTO_AT] == PROTO_IPV6;
	const uint8_t *inner = tunnelled ? ip + HP_FRAME_IP6 : ip;
	const size_t inner_len = len - (size_t)(inner - ip);
	const struct hp_addresses *a = f->addresses;
	uint8_t src[16], dst[16];
	struct hp_frame_mark m;
	enum hp_direction d;
	enum hp_verdict_kind k;
	uint32_t node;

	memcpy(&m, inner + HP_FRAME_IP6, sizeof(m));
	if (m.magic != HP_FRAME_MAGIC || m.run != f->run)
		return HP_VERDICT_FOREIGN;
	if (m.check != hp_frame_check(&m))
		return HP_VERDICT_CORRUPTED;
	if (m.trial != f->trial)
		return HP_VERDICT_EARLIER_TRIAL;
	d = hp_frame_direction(m.flow);
	node = hp_frame_node(m.flow);
	if (d >= HP_DIRECTIONS || !fleet->flow[d] || node >= fleet->nodes || m.time > now)
		return HP_VERDICT_CORRUPTED;
	if (inner[0] >> 4 != 6 || payload_len(inner) + HP_FRAME_IP6 != inner_len || inner_len > HP_FRAME_MOST ||
	    memcmp(inner + HP_FRAME_LEAST, f->pattern, inner_len - HP_FRAME_LEAST) != 0)
		return HP_VERDICT_CORRUPTED;
	hp_frame_ends(a, d, node, src, dst);
	if (memcmp(inner + SOURCE_AT, src, 16) != 0 || memcmp(inner + TO_AT, dst, 16) != 0)
		return HP_VERDICT_WRONG_ENDS;
	if (tunnelled != (d != HP_DETUNNEL) || !(sides & (d == HP_DETUNNEL ? HP_SIDE_CORRESPONDENTS : HP_SIDE_ACCESS)))
		return HP_VERDICT_WRONG_WAY;
	if (tunnelled) {
		if (ip[0] >> 4 != 6 || payload_len(ip) != inner_len || memcmp(ip + SOURCE_AT, &a->agent, 16) != 0)
			return HP_VERDICT_CORRUPTED;
		k = place(v, fleet, a, d == HP_HAIRPIN ? hp_addresses_partner(a, node) : node, ip + TO_AT, m.time);
		if (k != HP_VERDICT_DELIVERED)
			return k;
	}
	k = in_order(&fleet->flow[d][node], m.number);
	if (k == HP_VERDICT_DELIVERED || k == HP_VERDICT_REORDERED) {
		hp_latency_add(&v->latency, now - m.time);
		v->octets += inner_len;
	}
	return k;
}

enum hp_verdict_kind hp_verdict_judge(struct hp_verdict *v, const struct hp_frame *f, struct hp_fleet *fleet, unsigned int sides,
				      const uint8_t *ip, size_t len, uint64_t now)
{
	enum hp_verdict_kind k = judge(v, f, fleet, sides, ip, len, now);

	v->count[k]++;
	if (k >= HP_VERDICT_OLD_CARE_OF && k <= HP_VERDICT_CORRUPTED && !v->sample_len) {
		v->sample_kind = k;
		v->sample_len = len < HP_VERDICT_SAMPLE ? (uint16_t)len : HP_VERDICT_SAMPLE;
		memcpy(v->sample, ip, v->sample_len);
	}
	return k;
}

#define KEY(name, key, text) key,
static const char *const keys[] = {HP_VERDICTS(KEY)};
#undef KEY
#define TEXT(name, key, text) text,
static const char *const texts[] = {HP_VERDICTS(TEXT)};
#undef TEXT

const char *hp_verdict_key(enum hp_verdict_kind k)
{
	return keys[k];
}

const char *hp_verdict_text(enum hp_verdict_kind k)
{
	return texts[k];
}
