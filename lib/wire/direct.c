/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/direct.h"

#include "base/cursor.h"
#include "wire/icmp6.h"
#include "wire/transit.h"

enum { OPTION_PAD1 = 0, OPTION_HOME_ADDRESS = 0xc9 };
enum { AT_LENGTH = 4, AT_NEXT = 6, AT_SOURCE = 8, AT_DESTINATION = 24, AT_OPTION = 2, AT_HOME_ADDRESS = 8, ERROR_HEADER = 8 };

/* What follows next header and length where the option is alone: it lies at 8n + 6, PadN before it (§6.3). */
static const uint8_t option[AT_HOME_ADDRESS - AT_OPTION] = {1, 2, 0, 0, OPTION_HOME_ADDRESS, 16};

/* Somewhere in a chain of headers: `at` begins what the octet `named` names. */
struct place {
	size_t at, named;
};

static void add_length(uint8_t *packet, int octets)
{
	const unsigned int len = (unsigned int)((packet[AT_LENGTH] << 8 | packet[AT_LENGTH + 1]) + octets);

	packet[AT_LENGTH] = (uint8_t)(len >> 8);
	packet[AT_LENGTH + 1] = (uint8_t)len;
}

static bool has_home_address(struct hp_reader options)
{
	while (hp_reader_left(&options)) {
		const uint8_t type = hp_read_u8(&options);

		if (type == OPTION_HOME_ADDRESS)
			return true;
		if (type != OPTION_PAD1)
			hp_read_bytes(&options, hp_read_u8(&options));
		if (!hp_reader_ok(&options))
			return true; /* nothing to build on */
	}
	return false;
}

/* What is behind the last header that can be stepped over. */
static bool may_go(uint8_t proto, struct hp_reader upper)
{
	const uint8_t type = proto == HP_PROTO_ICMPV6 && hp_reader_left(&upper) ? *upper.at : 0;

	return proto != HP_PROTO_MH && !(type >= HP_ICMP6_RS && type <= HP_ICMP6_REDIRECT);
}

/* False: not with the option. */
static bool find_place(const uint8_t *packet, size_t len, struct place *out)
{
	struct hp_reader r = hp_reader(packet, len), body;
	const uint8_t *fixed = hp_read_bytes(&r, HP_IP6_HEADER);
	uint8_t proto = fixed ? fixed[AT_NEXT] : HP_PROTO_NONE;
	bool fragment = false;

	*out = (struct place){HP_IP6_HEADER, AT_NEXT};
	/* One less than a receiver takes: ours comes on top. */
	for (int n = 0; hp_transit_is_header(proto); n++) {
		const size_t at = (size_t)(r.at - packet);
		const uint8_t was = proto;

		if (n == HP_WALK_MAX - 1 || was == HP_PROTO_AH)
			return false;
		/* A later fragment tells at least what it is part of. */
		if (!hp_transit_step(&r, &proto, &body))
			return hp_reader_ok(&r) && packet[at] != HP_PROTO_AH && packet[at] != HP_PROTO_MH;
		fragment = fragment || was == HP_PROTO_FRAGMENT;
		if ((was == HP_PROTO_HOPOPTS && n) || (was == HP_PROTO_ROUTING && (fragment || body.at[1])) ||
		    (was == HP_PROTO_DSTOPTS && has_home_address(body)))
			return false;
		if (was == HP_PROTO_HOPOPTS || was == HP_PROTO_ROUTING)
			*out = (struct place){(size_t)(r.at - packet), at};
	}
	return hp_reader_ok(&r) && may_go(proto, r);
}

size_t hp_direct_put(uint8_t *packet, size_t len, const struct hp_ip6 *coa)
{
	struct place place;
	uint8_t *header;

	if (len > UINT16_MAX + HP_IP6_HEADER - HP_DIRECT_HEADER || !find_place(packet, len, &place))
		return 0;
	header = packet + place.at;
	memmove(header + HP_DIRECT_HEADER, header, len - place.at);
	header[0] = packet[place.named];
	header[1] = HP_DIRECT_HEADER / 8 - 1;
	memcpy(header + AT_OPTION, option, sizeof(option));
	memcpy(header + AT_HOME_ADDRESS, packet + AT_SOURCE, sizeof(*coa));
	packet[place.named] = HP_PROTO_DSTOPTS;
	memcpy(packet + AT_SOURCE, coa, sizeof(*coa));
	add_length(packet, HP_DIRECT_HEADER);
	return len + HP_DIRECT_HEADER;
}

/* The packet without the HP_DIRECT_HEADER octets at `place`. */
static size_t without(const uint8_t *packet, size_t len, const struct place *place, uint8_t *out)
{
	const size_t rest = place->at + HP_DIRECT_HEADER;

	memcpy(out, packet, place->at);
	memcpy(out + place->at, packet + rest, len - rest);
	out[place->named] = packet[place->at];
	add_length(out, -HP_DIRECT_HEADER);
	return len - HP_DIRECT_HEADER;
}

size_t hp_direct_take(const struct hp_packet *p, uint8_t *out)
{
	struct hp_reader r = hp_reader(p->data + HP_IP6_HEADER, p->len - HP_IP6_HEADER), body;
	struct place place = {HP_IP6_HEADER, AT_NEXT};
	uint8_t proto = p->data[AT_NEXT], was = proto;
	size_t len;

	/* It is there: the walk has found it. */
	while (hp_transit_step(&r, &proto, &body) && !(was == HP_PROTO_ROUTING && body.at[0] == 2)) {
		place.named = place.at;
		place.at = (size_t)(r.at - p->data);
		was = proto;
	}
	len = without(p->data, p->len, &place, out);
	memcpy(out + AT_DESTINATION, &p->rh2_hoa, sizeof(p->rh2_hoa));
	return len;
}

/* Whether it is one of hp_direct_put's, as far as it is quoted. */
static bool find_option(const uint8_t *quoted, size_t len, struct place *out)
{
	struct hp_reader r = hp_reader(quoted, len), body;
	const uint8_t *fixed = hp_read_bytes(&r, HP_IP6_HEADER);
	uint8_t proto = fixed ? fixed[AT_NEXT] : HP_PROTO_NONE, was;

	if (!fixed || fixed[0] >> 4 != 6)
		return false;
	*out = (struct place){HP_IP6_HEADER, AT_NEXT};
	for (was = proto; hp_transit_step(&r, &proto, &body); was = proto) {
		if (was == HP_PROTO_DSTOPTS && hp_reader_left(&body) == HP_DIRECT_HEADER - AT_OPTION &&
		    memcmp(body.at, option, sizeof(option)) == 0)
			/* What it says of its length has room for what we put in. */
			return (size_t)(fixed[AT_LENGTH] << 8 | fixed[AT_LENGTH + 1]) >= out->at + HP_DIRECT_HEADER - HP_IP6_HEADER;
		out->named = out->at;
		out->at = (size_t)(r.at - quoted);
	}
	return false;
}

/* The word of an error about a packet of `len` octets, as it is without the header at `place`. False: it says nothing of that. */
static bool translate(uint8_t type, uint32_t *word, size_t len, const struct place *place)
{
	switch (type) {
	case HP_ICMP6_TOO_BIG:
		*word = *word < HP_IP6_MIN_MTU + HP_DIRECT_HEADER ? HP_IP6_MIN_MTU : *word - HP_DIRECT_HEADER;
		return len > *word;
	case HP_ICMP6_PARAM_PROBLEM:
		if (*word >= place->at + HP_DIRECT_HEADER)
			*word -= HP_DIRECT_HEADER;
		return true;
	default:
		return true;
	}
}

bool hp_direct_error(struct hp_direct_error *out, const struct hp_packet *p)
{
	struct hp_reader r = hp_reader(hp_packet_payload(p), hp_packet_payload_len(p));
	const uint8_t type = hp_read_u8(&r), code = hp_read_u8(&r), *quoted;
	uint8_t plain[sizeof(out->body) - ERROR_HEADER];
	struct place place;
	uint32_t word;
	size_t len;
	int n;

	hp_read_u16(&r);
	word = hp_read_u32(&r);
	quoted = r.at;
	len = hp_reader_left(&r) < sizeof(plain) ? hp_reader_left(&r) : sizeof(plain);
	if (p->proto != HP_PROTO_ICMPV6 || !type || type > HP_ICMP6_PARAM_PROBLEM || !find_option(quoted, len, &place) ||
	    (type == HP_ICMP6_PARAM_PROBLEM && word >= place.at && word < place.at + HP_DIRECT_HEADER) ||
	    (type == HP_ICMP6_TOO_BIG && word < HP_IP6_MIN_MTU)) /* RFC 8201 §4: discarded */
		return false;
	memcpy(&out->hoa, quoted + place.at + AT_HOME_ADDRESS, sizeof(out->hoa));
	memcpy(&out->coa, quoted + AT_SOURCE, sizeof(out->coa));
	memcpy(&out->peer, quoted + AT_DESTINATION, sizeof(out->peer));
	out->mtu = (uint16_t)(type != HP_ICMP6_TOO_BIG ? 0 : word > UINT16_MAX ? UINT16_MAX : word);
	len = without(quoted, len, &place, plain);
	memcpy(plain + AT_SOURCE, &out->hoa, sizeof(out->hoa));
	out->body_len = 0;
	if (!translate(type, &word, (size_t)(plain[AT_LENGTH] << 8 | plain[AT_LENGTH + 1]) + HP_IP6_HEADER, &place))
		return true;
	n = hp_icmp6_error_write(type, code, word, plain, len, HP_IP6_HEADER, out->body, sizeof(out->body));
	out->body_len = n > 0 ? (size_t)n : 0;
	return true;
}
