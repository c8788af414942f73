/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/option.h"

enum { FLAG_ON_LINK = 0x80, FLAG_AUTONOMOUS = 0x40, FLAG_ROUTER_ADDRESS = 0x20 };

int hp_option_next(struct hp_reader *r, struct hp_option *o)
{
	uint8_t units;

	if (!hp_reader_left(r))
		return 0;
	o->type = hp_read_u8(r);
	units = hp_read_u8(r);
	if (!units)
		return -1;
	o->body = hp_read_part(r, (size_t)units * 8 - 2);
	return hp_reader_ok(&o->body) ? 1 : -1;
}

bool hp_option_all_well(struct hp_reader r)
{
	struct hp_option o;
	int ret;

	while ((ret = hp_option_next(&r, &o)) > 0)
		;
	return ret == 0;
}

bool hp_option_prefix_read(struct hp_ra_prefix *out, const struct hp_option *o)
{
	struct hp_reader r = o->body;
	uint8_t flags;

	if (!hp_option_is(o, HP_OPTION_PREFIX, 30))
		return false;
	out->length = hp_read_u8(&r);
	flags = hp_read_u8(&r);
	out->on_link = flags & FLAG_ON_LINK;
	out->autonomous = flags & FLAG_AUTONOMOUS;
	out->router_address = flags & FLAG_ROUTER_ADDRESS;
	out->valid_s = hp_read_u32(&r);
	out->preferred_s = hp_read_u32(&r);
	hp_read_u32(&r);
	out->prefix = hp_read_ip6(&r);
	return out->length <= 128;
}

void hp_option_prefix_write(struct hp_writer *w, const struct hp_ra_prefix *x)
{
	hp_write_u8(w, HP_OPTION_PREFIX);
	hp_write_u8(w, 4);
	hp_write_u8(w, x->length);
	hp_write_u8(w, (uint8_t)((x->on_link ? FLAG_ON_LINK : 0) | (x->autonomous ? FLAG_AUTONOMOUS : 0) |
				 (x->router_address ? FLAG_ROUTER_ADDRESS : 0)));
	hp_write_u32(w, x->valid_s);
	hp_write_u32(w, x->preferred_s);
	hp_write_u32(w, 0);
	hp_write_ip6(w, &x->prefix);
}
