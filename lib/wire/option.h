/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of neighbour discovery messages (RFC 4861 §4.6), which mobile prefix messages have too (RFC 6275 §6.7, §6.8).
 * For the files of this room. */
#ifndef HP_WIRE_OPTION_H
#define HP_WIRE_OPTION_H

#include "base/cursor.h"
#include "wire/nd.h"

enum { HP_OPTION_PREFIX = 3 };

struct hp_option {
	uint8_t type;
	struct hp_reader body; /* behind type and length */
};

/* 1: *o is the next option, 0: the end, -1: malformed (RFC 4861 §4.6: a length of 0, or over the end). */
int hp_option_next(struct hp_reader *r, struct hp_option *o);
/* The options that are left, all of some length. */
bool hp_option_all_well(struct hp_reader r);
/* An option of another length than it must have is passed over like an unknown one. */
static inline bool hp_option_is(const struct hp_option *o, uint8_t type, size_t len)
{
	return o->type == type && hp_reader_left(&o->body) == len;
}

/* Prefix information (RFC 4861 §4.6.2, RFC 6275 §7.2). False: it is none, or its prefix is longer than an address. */
bool hp_option_prefix_read(struct hp_ra_prefix *out, const struct hp_option *o);
void hp_option_prefix_write(struct hp_writer *w, const struct hp_ra_prefix *x);

#endif
