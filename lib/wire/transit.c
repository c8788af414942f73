/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/transit.h"

enum { OPTION_PAD1 = 0, OPTION_LIMIT = 4 };

bool hp_transit_step(struct hp_reader *r, uint8_t *proto, struct hp_reader *body)
{
	const bool fragment = *proto == HP_PROTO_FRAGMENT, ah = *proto == HP_PROTO_AH;
	struct hp_reader ahead = *r;
	uint8_t next, units;

	if (!hp_transit_is_header(*proto))
		return false;
	next = hp_read_u8(&ahead);
	units = hp_read_u8(&ahead);
	/* A fragment header has no length, AH counts words (RFC 4302 §2.2). */
	*body = hp_read_part(&ahead, fragment ? 6u : ah ? units * 4u + 6 : units * 8u + 6);
	if (fragment && hp_reader_ok(body) && (body->at[0] << 8 | body->at[1]) >> 3)
		return false;
	*r = ahead;
	if (!hp_reader_ok(r))
		return false;
	*proto = next;
	return true;
}

/* Where the value of the first one lies; NULL: there is none. */
static const uint8_t *limit_among(struct hp_reader options)
{
	while (hp_reader_left(&options)) {
		const uint8_t type = hp_read_u8(&options), *value;
		uint8_t len;

		if (type == OPTION_PAD1)
			continue;
		len = hp_read_u8(&options);
		value = hp_read_bytes(&options, len);
		if (!value || (type == OPTION_LIMIT && len == 1))
			return value;
	}
	return NULL;
}

bool hp_transit_limit(const void *packet, size_t len, uint8_t *limit, uint16_t *at)
{
	struct hp_reader r = hp_reader(packet, len), body;
	const uint8_t *start = r.at, *fixed = hp_read_bytes(&r, HP_IP6_HEADER);
	uint8_t proto = fixed ? fixed[6] : HP_PROTO_NONE, was = proto;

	/* No further than a packet for us would be read: strangers choose how many there are. */
	for (int n = 0; n < HP_WALK_MAX && hp_transit_step(&r, &proto, &body); n++, was = proto) {
		const uint8_t *value = was == HP_PROTO_DSTOPTS ? limit_among(body) : NULL;

		if (!value)
			continue;
		*limit = *value;
		*at = (uint16_t)(value - start);
		return true;
	}
	return false;
}
