/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/translation.h"

#include "base/cursor.h"
#include "wire/transit.h"

#define ROUTING_HEADER 24 /* §6.4.1 */

/* A packet by a type 2 routing header of ours, as far as it is there. */
struct quoted {
	const uint8_t *data;
	size_t left; /* octets that are there */
	struct hp_ip6 correspondent, hoa, coa;
	size_t named_at, at; /* the next-header octet that names the routing header, and where that lies */
	uint8_t next;        /* what follows it */
	bool arrived;        /* no segment left: it had got to the care-of address */
	size_t len;          /* without the routing header */
};

/* The header itself, whose `body` lies behind its second octet. The address that it does not hold is the packet's destination. */
static bool read_routing(struct quoted *q, struct hp_reader body, const struct hp_ip6 *dst)
{
	const uint8_t *h = hp_read_bytes(&body, 6);
	const struct hp_ip6 address = hp_read_ip6(&body);

	if (!hp_reader_ok(&body) || hp_reader_left(&body) || h[0] != 2 || h[1] > 1)
		return false;
	q->arrived = h[1] == 0;
	q->hoa = q->arrived ? *dst : address;
	q->coa = q->arrived ? address : *dst;
	return true;
}

/* It is found before fragment and authentication headers: there we put it. */
static bool read_quoted(struct quoted *q, const uint8_t *packet, size_t len)
{
	struct hp_reader r = hp_reader(packet, len), body;
	const uint8_t *h = hp_read_bytes(&r, HP_IP6_HEADER);
	struct hp_ip6 dst;

	if (!h || h[0] >> 4 != 6)
		return false;
	*q = (struct quoted){.data = packet, .left = len, .named_at = 6, .at = HP_IP6_HEADER, .next = h[6]};
	q->len = HP_IP6_HEADER + (size_t)(h[4] << 8 | h[5]);
	memcpy(&q->correspondent, h + 8, sizeof(q->correspondent));
	memcpy(&dst, h + 24, sizeof(dst));
	for (int n = 0; n < HP_WALK_MAX && q->next != HP_PROTO_FRAGMENT && q->next != HP_PROTO_AH; n++) {
		const uint8_t proto = q->next;

		if (!hp_transit_step(&r, &q->next, &body))
			return false;
		if (proto == HP_PROTO_ROUTING && read_routing(q, body, &dst)) {
			if (q->left > q->len)
				q->left = q->len;
			q->len -= ROUTING_HEADER;
			return q->left >= q->at + ROUTING_HEADER;
		}
		q->named_at = q->at;
		q->at = (size_t)(r.at - packet);
	}
	return false;
}

/* Whether it speaks of our header. The octet that names what follows it is the sender's. */
static bool is_ours(const struct hp_complaint *what, const struct quoted *q)
{
	return what->type == HP_ICMP6_PARAM_PROBLEM &&
	       (what->word == q->named_at || (what->word > q->at && what->word < q->at + ROUTING_HEADER));
}

/* Who is at the care-of address and does not take our header is not the node; who says that a port is unreachable has been reached. */
static bool is_unreachable(const struct hp_complaint *what, const struct quoted *q)
{
	return !q->arrived && (is_ours(what, q) || (what->type == HP_ICMP6_UNREACHABLE && what->code != HP_UNREACH_PORT));
}

/* What its sender is told. False: he need not know. */
static bool translate(const struct hp_complaint *what, const struct quoted *q, struct hp_complaint *out)
{
	*out = *what;
	out->direct = true;
	if (is_ours(what, q)) {
		*out = (struct hp_complaint){.type = HP_ICMP6_UNREACHABLE, .code = HP_UNREACH_ADDRESS, .direct = true};
	} else if (what->type == HP_ICMP6_PARAM_PROBLEM) {
		if (what->word == q->at)
			out->word = (uint32_t)q->named_at;
		else if (what->word > q->at)
			out->word -= ROUTING_HEADER;
	} else if (what->type == HP_ICMP6_TOO_BIG) {
		out->word = what->word < HP_IP6_MIN_MTU + ROUTING_HEADER ? HP_IP6_MIN_MTU : what->word - ROUTING_HEADER;
		/* The next one of this length goes by the home path. */
		return q->len > out->word;
	}
	return true;
}

/* As its sender knows it. */
static size_t restore(const struct quoted *q, uint8_t *out, size_t room)
{
	const size_t behind = q->at + ROUTING_HEADER, rest = q->left - behind < room - q->at ? q->left - behind : room - q->at;

	memcpy(out, q->data, q->at);
	memcpy(out + q->at, q->data + behind, rest);
	out[4] = (uint8_t)((q->len - HP_IP6_HEADER) >> 8);
	out[5] = (uint8_t)(q->len - HP_IP6_HEADER);
	out[q->named_at] = q->next;
	memcpy(out + 24, &q->hoa, sizeof(q->hoa));
	return q->at + rest;
}

bool hp_translation_error(struct hp_control *c, const struct hp_ip6 *from, const struct hp_complaint *what, const uint8_t *packet,
			  size_t len, struct hp_now now, struct hp_effects *fx)
{
	struct hp_correspondent_view e;
	struct hp_complaint told;
	uint8_t copy[HP_IP6_MIN_MTU];
	struct quoted q;

	/* Only about a binding that exists, to where it leads: else anybody could end bindings, and have errors sent from here to anywhere. */
	if (!c->correspondent || !read_quoted(&q, packet, len) || !hp_correspondent_find(c->correspondent, &q.hoa, &q.correspondent, &e) ||
	    !hp_ip6_eq(&e.coa, &q.coa))
		return false;
	c->count[HP_CT_OPTIMIZED]++;
	if (what->type == HP_ICMP6_TOO_BIG)
		hp_correspondent_path_mtu(c->correspondent, &q.hoa, &q.correspondent, &q.coa, what->word, now, fx);
	else if (is_unreachable(what, &q))
		hp_correspondent_unreachable(c->correspondent, &q.hoa, &q.correspondent, &q.coa, now, fx);
	/* Acknowledgements are ours whoever they are from. */
	if (!e.own && q.next != HP_PROTO_MH && q.at < sizeof(copy) && hp_ip6_is_routable(from) && translate(what, &q, &told)) {
		c->count[HP_CT_TRANSLATED]++;
		hp_complaint_relay(c, from, copy, restore(&q, copy, sizeof(copy)), &told, now, fx);
	}
	return true;
}
