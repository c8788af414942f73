/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/relay.h"

#include "base/cursor.h"

/* A packet, as far as it is there, read as a tunnel packet of ours. */
struct tunnelled {
	struct hp_ip6 ha, coa, dst; /* outer source and destination, inner destination */
	size_t limit_at;            /* of an encapsulation limit of 0 that we sent (RFC 2473 §4.1.1), else 0 */
	uint32_t spi;               /* in ESP, by this association, so nothing more is known of it; 0: it is not */
	const uint8_t *inner;
	size_t inner_at, inner_left; /* inner_at: octets of tunnel headers; inner_left: octets that are there */
	size_t inner_len;            /* what the inner header says */
};

/* Ours are IPv6 | [fragment] [destination options with the limit] | IPv6 or ESP. Only a first fragment shows what is inside. */
static bool skip_extensions(struct tunnelled *t, struct hp_reader *r, const uint8_t *start, uint8_t next)
{
	for (unsigned int i = 0; i < 2 && next != HP_PROTO_IPV6 && next != HP_PROTO_ESP; i++) {
		const size_t at = (size_t)(r->at - start);
		const uint8_t *h = hp_read_bytes(r, 8);

		if (!h || (next != HP_PROTO_FRAGMENT && next != HP_PROTO_DSTOPTS))
			return false;
		if (next == HP_PROTO_FRAGMENT ? (h[2] << 8 | h[3]) & 0xfff8 : h[1] != 0)
			return false;
		if (next == HP_PROTO_DSTOPTS && h[2] == 4 && h[3] == 1 && h[4] == 0)
			t->limit_at = at + 4;
		next = h[0];
	}
	if (next == HP_PROTO_ESP)
		t->spi = hp_read_u32(r);
	return next == HP_PROTO_IPV6 || t->spi;
}

static bool read_tunnelled(struct tunnelled *t, struct hp_reader r)
{
	const uint8_t *start = r.at;
	const uint8_t *h = hp_read_bytes(&r, HP_IP6_HEADER);

	*t = (struct tunnelled){0};
	if (!h)
		return false;
	memcpy(&t->ha, h + 8, sizeof(t->ha));
	memcpy(&t->coa, h + 24, sizeof(t->coa));
	if (!skip_extensions(t, &r, start, h[6]))
		return false;
	if (t->spi)
		return true;
	t->inner = r.at;
	t->inner_at = (size_t)(r.at - start);
	t->inner_left = hp_reader_left(&r);
	h = hp_read_bytes(&r, HP_IP6_HEADER);
	if (!h || h[0] >> 4 != 6)
		return false;
	t->inner_len = HP_IP6_HEADER + (size_t)(h[4] << 8 | h[5]);
	if (t->inner_left > t->inner_len)
		t->inner_left = t->inner_len;
	memcpy(&t->dst, h + 24, sizeof(t->dst));
	return true;
}

/* What the sender of the inner packet is told (§8.2). False: nothing. */
static bool translate(const struct hp_complaint *what, const struct tunnelled *t, struct hp_complaint *out)
{
	*out = (struct hp_complaint){.type = HP_ICMP6_UNREACHABLE, .code = HP_UNREACH_ADDRESS};
	switch (what->type) {
	case HP_ICMP6_UNREACHABLE:
		return true;
	case HP_ICMP6_TIME_EXCEEDED:
		return what->code == 0;
	case HP_ICMP6_PARAM_PROBLEM:
		return what->code == 0 && t->limit_at && what->word == t->limit_at;
	case HP_ICMP6_TOO_BIG:
		out->type = HP_ICMP6_TOO_BIG;
		out->code = 0;
		out->word = HP_IP6_MIN_MTU;
		if (what->word > HP_IP6_MIN_MTU + t->inner_at)
			out->word = what->word - (uint32_t)t->inner_at;
		return t->inner_len > HP_IP6_MIN_MTU; /* smaller ones the tunnel fragments itself */
	default:
		return false;
	}
}

void hp_relay_error(struct hp_control *c, const struct hp_complaint *what, const uint8_t *packet, size_t len, struct hp_now now,
		    struct hp_effects *fx)
{
	struct hp_complaint told;
	struct tunnelled t;

	/* Only about a tunnel that exists, to where it leads: else anybody could have errors sent from here to anywhere. */
	if (!read_tunnelled(&t, hp_reader(packet, len)))
		return;
	if (t.spi) {
		/* Who sent it is told when the next one comes (RFC 4301 §8.2.1). */
		if (what->type == HP_ICMP6_TOO_BIG)
			hp_agent_path_mtu_sealed(c->agent, t.spi, &t.coa, &t.ha, what->word, now, fx);
		return;
	}
	if (!hp_agent_tunnels(c->agent, &t.dst, &t.coa, &t.ha))
		return;
	if (what->type == HP_ICMP6_TOO_BIG)
		hp_agent_path_mtu(c->agent, &t.dst, &t.coa, &t.ha, what->word, now, fx);
	if (translate(what, &t, &told))
		hp_complaint_relay(c, &t.ha, t.inner, t.inner_left, &told, now, fx);
}
