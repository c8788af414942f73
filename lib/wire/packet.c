/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/packet.h"

#include <assert.h>

#include "base/cursor.h"
#include "wire/icmp6.h"

enum { OPTION_PAD1 = 0, OPTION_PADN = 1, OPTION_ROUTER_ALERT = 5, OPTION_HOME_ADDRESS = 0xc9 };
#define LONGEST_HEADER 2048 /* (255 + 1) * 8 */
static_assert(HP_IP6_HEADER + HP_WALK_MAX * LONGEST_HEADER <= UINT16_MAX, "offsets are 16 bits");

enum { PARAM_FIELD = 0, PARAM_NEXT_HEADER = 1, PARAM_OPTION = 2 };

/* The order in which the headers are sent (RFC 6275 §6.4, RFC 8200 §4.1):
 *
 *     | IPv6 | HBH | DSTOPT | RTHDR | DSTOPT(HAO) | FRAG | AH | ESP | DSTOPT | upper layer
 *
 * A receiver takes them in any order (RFC 8200 §4.1) but for two rules: hop-by-hop options come first, and a Home Address
 * option comes after a routing header if there is one and before fragment, AH and ESP (RFC 6275 §6.3). AH and ESP are
 * upper layers here: what follows them is read once they have been taken off. */
static const struct header {
	uint8_t proto;
	bool first_only; /* only right behind the IPv6 header */
	bool before_hao; /* must not follow a Home Address option */
	bool after_hao;  /* no Home Address option may follow it */
	bool ends;       /* the walk stops: an upper layer for now */
} order[] = {
	{HP_PROTO_HOPOPTS, .first_only = true},         {HP_PROTO_DSTOPTS},
	{HP_PROTO_ROUTING, .before_hao = true},         {HP_PROTO_FRAGMENT, .after_hao = true},
	{HP_PROTO_AH, .after_hao = true, .ends = true}, {HP_PROTO_ESP, .after_hao = true, .ends = true},
};

struct walk {
	struct hp_packet *p;
	bool node;         /* a mobile node reads: type 2 routing headers are for it */
	bool hao_too_late; /* a header was seen that no Home Address option may follow */
};

static const struct header *header_of(uint8_t proto)
{
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i].proto == proto)
			return &order[i];
	return NULL;
}

static enum hp_walk fail(struct hp_packet *p, enum hp_walk why, size_t at, uint8_t code)
{
	p->error_at = (uint16_t)at;
	p->error_code = code;
	return why;
}

static enum hp_walk home_address(struct walk *w, size_t at, const uint8_t *data, uint8_t len)
{
	struct hp_packet *p = w->p;

	if (p->has_hao)
		return HP_WALK_HAO_REPEATED;
	if (w->hao_too_late)
		return HP_WALK_HAO_MISPLACED;
	if (len != sizeof(p->hoa))
		return HP_WALK_HAO_LENGTH;
	memcpy(&p->hoa, data, sizeof(p->hoa));
	if (!hp_ip6_is_routable(&p->hoa))
		return HP_WALK_HAO_ADDRESS;
	p->has_hao = true;
	p->hao_at = (uint16_t)at;
	return HP_WALK_OK;
}

/* RFC 8200 §4.2: what the two highest bits of an option say to who does not know it. */
static enum hp_walk unknown_option(struct hp_packet *p, uint8_t type, size_t at)
{
	switch (type >> 6) {
	case 0:
		return HP_WALK_OK;
	case 1:
		return HP_WALK_OPTION_DISCARD;
	case 2:
		return fail(p, HP_WALK_OPTION_ERROR, at, PARAM_OPTION);
	default:
		return fail(p, HP_WALK_OPTION_ERROR_UNICAST, at, PARAM_OPTION);
	}
}

static enum hp_walk options(struct walk *w, struct hp_reader r, bool hop_by_hop)
{
	struct hp_packet *p = w->p;

	while (hp_reader_left(&r)) {
		size_t at = (size_t)(r.at - p->data);
		uint8_t type = hp_read_u8(&r), len;
		const uint8_t *data;
		enum hp_walk ret = HP_WALK_OK;

		if (type == OPTION_PAD1)
			continue;
		len = hp_read_u8(&r);
		data = hp_read_bytes(&r, len);
		if (!data)
			return HP_WALK_TRUNCATED;
		if (type == OPTION_PADN)
			continue;
		if (hop_by_hop && type == OPTION_ROUTER_ALERT && len == 2) {
			p->router_alert = true;
		} else if (!hop_by_hop && type == OPTION_HOME_ADDRESS) {
			ret = home_address(w, at, data, len);
		} else {
			ret = unknown_option(p, type, at);
		}
		if (ret != HP_WALK_OK)
			return ret;
	}
	return HP_WALK_OK;
}

/* `at`: of the header; `body`: what follows next header and length. */
static enum hp_walk routing(struct walk *w, size_t at, struct hp_reader body)
{
	struct hp_packet *p = w->p;
	size_t len = hp_reader_left(&body) + 2;
	uint8_t type = hp_read_u8(&body), left = hp_read_u8(&body);

	if (type == 2) {
		/* Ours are care-of or home addresses of nobody: RFC 6275 §6.4 leaves only silence. A mobile node takes just the
		 * one form (§11.3.3): length 2, one segment left, once. */
		if (!w->node || len != 24 || left != 1 || p->has_rh2)
			return HP_WALK_RH_TYPE2;
		hp_read_u32(&body);
		p->rh2_hoa = hp_read_ip6(&body);
		p->has_rh2 = true;
		return HP_WALK_OK;
	}
	/* Type 0 is an unknown type (RFC 5095 §3), and those with nothing left to visit are skipped (RFC 8200 §4.4). */
	if (left)
		return fail(p, HP_WALK_RH_TYPE, at + 2, PARAM_FIELD);
	return HP_WALK_OK;
}

/* True when it is a real fragment; an atomic one (RFC 6946) is read through. */
static bool fragment(struct hp_packet *p, size_t at, struct hp_reader body)
{
	uint16_t offset = hp_read_u16(&body);

	p->fragment_at = (uint16_t)at;
	p->is_fragment = (offset & 0xfff9) != 0;
	return p->is_fragment;
}

static enum hp_walk fixed_header(struct hp_packet *p, const void *data, size_t len)
{
	struct hp_reader r = hp_reader(data, len);
	uint32_t first = hp_read_u32(&r);
	uint16_t payload = hp_read_u16(&r);

	*p = (struct hp_packet){.data = data};
	p->proto = hp_read_u8(&r);
	p->hop_limit = hp_read_u8(&r);
	p->src = hp_read_ip6(&r);
	p->dst = hp_read_ip6(&r);
	if (!hp_reader_ok(&r) || first >> 28 != 6 || (size_t)payload + HP_IP6_HEADER > len)
		return HP_WALK_VERSION;
	p->traffic_class = (uint8_t)(first >> 20);
	p->flow_label = first & 0xfffff;
	p->len = (size_t)payload + HP_IP6_HEADER;
	p->payload_at = HP_IP6_HEADER;
	p->next_at = 6;
	return HP_WALK_OK;
}

static enum hp_walk read_packet(struct hp_packet *p, const void *data, size_t len, bool node)
{
	struct walk w = {.p = p, .node = node};
	enum hp_walk ret = fixed_header(p, data, len);
	struct hp_reader r;

	if (ret != HP_WALK_OK)
		return ret;
	r = hp_reader(p->data + HP_IP6_HEADER, p->len - HP_IP6_HEADER);
	for (int n = 0;; n++) {
		const struct header *h = header_of(p->proto);
		size_t at = p->payload_at, body_len;
		struct hp_reader body;
		uint8_t next, units;

		if (!h || h->ends)
			return HP_WALK_OK;
		if (n == HP_WALK_MAX)
			return HP_WALK_TOO_MANY;
		if (h->first_only && n)
			return fail(p, HP_WALK_HOPOPTS_PLACE, p->next_at, PARAM_NEXT_HEADER);
		if (h->before_hao && p->has_hao)
			return HP_WALK_HAO_MISPLACED;
		w.hao_too_late = w.hao_too_late || h->after_hao;
		next = hp_read_u8(&r);
		units = hp_read_u8(&r);
		/* A fragment header has no length: its second octet is reserved. */
		body_len = h->proto == HP_PROTO_FRAGMENT ? 6 : (size_t)units * 8 + 6;
		body = hp_read_part(&r, body_len);
		if (!hp_reader_ok(&body))
			return HP_WALK_TRUNCATED;
		if (h->proto == HP_PROTO_ROUTING)
			ret = routing(&w, at, body);
		else if (h->proto != HP_PROTO_FRAGMENT)
			ret = options(&w, body, h->proto == HP_PROTO_HOPOPTS);
		if (ret != HP_WALK_OK)
			return ret;
		p->next_at = (uint16_t)at;
		p->payload_at = (uint16_t)(at + 2 + body_len);
		p->proto = next;
		if (h->proto == HP_PROTO_FRAGMENT && fragment(p, at, body))
			return HP_WALK_OK;
	}
}

enum hp_walk hp_packet_read(struct hp_packet *out, const void *data, size_t len)
{
	return read_packet(out, data, len, false);
}

enum hp_walk hp_packet_read_node(struct hp_packet *out, const void *data, size_t len)
{
	return read_packet(out, data, len, true);
}

bool hp_packet_may_be_fragmented(const struct hp_packet *p, size_t head)
{
	const bool has_type = p->proto == HP_PROTO_ICMPV6 && hp_packet_payload_len(p);
	const uint8_t type = has_type ? *hp_packet_payload(p) : 0;

	return !(p->has_hao && p->hao_at >= head) && !(type >= HP_ICMP6_RS && type <= HP_ICMP6_REDIRECT);
}
