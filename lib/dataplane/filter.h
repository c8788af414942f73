/* SPDX-License-Identifier: BSD-3-Clause */
/* A bit for the upper half of every address in a table: prefixes are few, and most of what passes is in none of them. Saves the lookup, and
 * with it the walk to a line that nothing else brings into a cache. */
#ifndef HP_DATAPLANE_FILTER_H
#define HP_DATAPLANE_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/ip6.h"

#define HP_FILTER_BITS 4096 /* a power of two */

struct hp_filter {
	uint64_t secret;
	uint64_t word[HP_FILTER_BITS / 64];
	uint32_t keys[HP_FILTER_BITS]; /* management's: by bit */
};

/* Management: before the key is published, and after it was withdrawn. */
void hp_filter_change(struct hp_filter *f, const struct hp_ip6 *key, bool in);

static inline unsigned int hp_filter_bit(const struct hp_filter *f, const struct hp_ip6 *key)
{
	uint64_t upper;

	memcpy(&upper, key, sizeof(upper));
	return (unsigned int)((upper ^ f->secret) * 0x9e3779b97f4a7c15u >> 52) & (HP_FILTER_BITS - 1);
}

/* Any thread. False: not in the table. */
static inline bool hp_filter_may_have(const struct hp_filter *f, const struct hp_ip6 *key)
{
	const unsigned int bit = hp_filter_bit(f, key);

	return __atomic_load_n(&f->word[bit / 64], __ATOMIC_RELAXED) >> bit % 64 & 1;
}

#endif
