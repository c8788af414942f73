/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/complaint.h"

#include "base/cursor.h"
#include "control/output.h"
#include "wire/compose.h"

#define HOP_LIMIT 64

/* One node other than this one that an answer can reach. A link-local address means nothing inside a tunnel. */
static bool answerable(const struct hp_control *c, uint16_t link, bool tunnelled, const struct hp_ip6 *a)
{
	if (hp_ip6_is_linklocal(a))
		return !tunnelled && !hp_output_is_own(c, link, a);
	return hp_ip6_is_routable(a) && !hp_output_is_own(c, link, a);
}

static void send_icmp(struct hp_control *c, struct hp_send s, const uint8_t *packet, size_t len, const struct hp_complaint *what,
		      struct hp_now now, struct hp_effects *fx)
{
	uint8_t body[HP_IP6_MIN_MTU];
	int n;

	if (!hp_limit_take(&c->errors, &s.dst, now.mono_ms)) {
		c->count[HP_CT_ERROR_LIMITED]++;
		return;
	}
	s.hop_limit = HOP_LIMIT;
	s.proto = HP_PROTO_ICMPV6;
	s.class_ = HP_CLASS_ERROR;
	hp_output_address(c, &s, what->direct ? HP_OUTPUT_TUNNELLED : HP_OUTPUT_ROUTED);
	n = hp_icmp6_error_write(what->type, what->code, what->word, packet, len, hp_compose_overhead(&s), body, sizeof(body));
	if (n < 0)
		return;
	s.body = body;
	s.body_len = (size_t)n;
	c->count[HP_CT_ERROR_OUT]++;
	hp_effects_send(fx, &s);
}

void hp_complaint_icmp(struct hp_control *c, const struct hp_input *in, const struct hp_complaint *what, struct hp_now now,
		       struct hp_effects *fx)
{
	const bool to_multicast_ok = what->type == HP_ICMP6_TOO_BIG || (what->type == HP_ICMP6_PARAM_PROBLEM && what->code == 2);
	struct hp_send s = {.link = HP_LINK_ANY};
	const struct hp_ip6 *src = NULL;
	struct hp_packet p;
	enum hp_walk walk = hp_packet_read(&p, in->data, in->len);

	/* It would quote in the clear what came under ESP. */
	if (in->association) {
		c->count[HP_CT_ERROR_SECRET]++;
		return;
	}
	if (hp_icmp6_error_allowed(in->data, in->len, to_multicast_ok, in->link_multicast) &&
	    answerable(c, in->link, in->tunnelled, &p.src))
		src = what->behalf ? &p.dst : hp_output_source(c, in->link, &p.dst, &p.src);
	if (!src) {
		c->count[HP_CT_ERROR_FORBIDDEN]++;
		return;
	}
	s.src = *src;
	s.dst = p.src;
	/* To us with a Home Address option that holds: our upper layers know its sender by the home address (RFC 6275 §9.3.1). */
	if (!what->direct && walk == HP_WALK_OK && p.has_hao && hp_output_is_own(c, in->link, &p.dst) && hp_output_knows(c, &p, true))
		s.dst = p.hoa;
	if (hp_ip6_is_linklocal(&s.dst))
		s.link = in->link;
	send_icmp(c, s, in->data, p.len, what, now, fx);
}

void hp_complaint_relay(struct hp_control *c, const struct hp_ip6 *src, const uint8_t *packet, size_t len, const struct hp_complaint *what,
			struct hp_now now, struct hp_effects *fx)
{
	struct hp_reader r = hp_reader(packet, len);
	struct hp_send s = {.src = *src, .link = HP_LINK_ANY};
	uint8_t copy[HP_IP6_MIN_MTU];

	hp_read_bytes(&r, 8);
	s.dst = hp_read_ip6(&r);
	if (!hp_reader_ok(&r))
		return;
	/* An error holds no more of it anyway. */
	if (len > sizeof(copy))
		len = sizeof(copy);
	/* The packet was cut to fit the error. Its header gets the length that is left, so that the rules can be asked. */
	memcpy(copy, packet, len);
	copy[4] = (uint8_t)((len - HP_IP6_HEADER) >> 8);
	copy[5] = (uint8_t)(len - HP_IP6_HEADER);
	if (!hp_icmp6_error_allowed(copy, len, what->type == HP_ICMP6_TOO_BIG, false) || !answerable(c, HP_LINK_ANY, true, &s.dst)) {
		c->count[HP_CT_ERROR_FORBIDDEN]++;
		return;
	}
	send_icmp(c, s, packet, len, what, now, fx);
}

void hp_complaint_binding(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, enum hp_be_status status,
			  struct hp_now now, struct hp_effects *fx)
{
	const struct hp_be be = {.status = (uint8_t)status, .hoa = p->has_hao ? p->hoa : HP_IP6_ANY};
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {
		.dst = p->src,
		.link = hp_ip6_is_linklocal(&p->src) ? in->link : HP_LINK_ANY,
		.hop_limit = HOP_LIMIT,
		.proto = HP_PROTO_MH,
		.class_ = HP_CLASS_ERROR,
		.body = body,
	};
	const struct hp_ip6 *src = hp_control_protects(c, &p->dst) ? &p->dst : hp_output_source(c, in->link, &p->dst, &p->src);
	int n = hp_be_write(&be, body, sizeof(body));

	if (n < 0 || !src || !answerable(c, in->link, in->tunnelled, &p->src)) {
		c->count[HP_CT_ERROR_FORBIDDEN]++;
		return;
	}
	if (!hp_limit_take(&c->binding_errors, &p->src, now.mono_ms)) {
		c->count[HP_CT_BE_LIMITED]++;
		return;
	}
	s.src = *src;
	s.body_len = (size_t)n;
	hp_output_address(c, &s, HP_OUTPUT_TUNNELLED);
	c->count[HP_CT_BE_OUT]++;
	hp_effects_send(fx, &s);
}
