/* SPDX-License-Identifier: BSD-3-Clause */
/* Who has which address: node i, its home address, its care-of address in cell c, its correspondent. Pure arithmetic, so that a
 * million of them take no memory and any address read from a packet says whose it is. Any thread. */
#ifndef HP_LOAD_ADDRESSES_H
#define HP_LOAD_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip6.h"

#define HP_ADDRESSES_FIRST 0x10000u /* number of node 0: far from the addresses that routers like to have */

struct hp_addresses {
	struct hp_ip6 home;          /* 96 bits, then the node */
	struct hp_ip6 care_of;       /* 48 bits, then 16 bits cell, 32 zero, 32 node */
	struct hp_ip6 correspondent; /* 96 bits, then its number */
	struct hp_ip6 agent;
	uint32_t nodes, correspondents;
};

static inline void hp_addresses_number(uint8_t b[16], uint32_t n)
{
	n = __builtin_bswap32(HP_ADDRESSES_FIRST + n);
	memcpy(b + 12, &n, 4);
}

static inline uint32_t hp_addresses_number_read(const uint8_t b[16])
{
	uint32_t n;

	memcpy(&n, b + 12, 4);
	return __builtin_bswap32(n) - HP_ADDRESSES_FIRST;
}

static inline void hp_addresses_home(const struct hp_addresses *a, uint32_t node, uint8_t out[16])
{
	memcpy(out, a->home.b, 12);
	hp_addresses_number(out, node);
}

static inline bool hp_addresses_home_read(const struct hp_addresses *a, const uint8_t b[16], uint32_t *node)
{
	*node = hp_addresses_number_read(b);
	return memcmp(b, a->home.b, 12) == 0 && *node < a->nodes;
}

static inline void hp_addresses_care_of(const struct hp_addresses *a, uint32_t node, uint16_t cell, uint8_t out[16])
{
	memcpy(out, a->care_of.b, 12);
	out[6] = (uint8_t)(cell >> 8);
	out[7] = (uint8_t)cell;
	hp_addresses_number(out, node);
}

static inline bool hp_addresses_care_of_read(const struct hp_addresses *a, const uint8_t b[16], uint32_t *node, uint16_t *cell)
{
	*node = hp_addresses_number_read(b);
	*cell = (uint16_t)(b[6] << 8 | b[7]);
	return memcmp(b, a->care_of.b, 6) == 0 && memcmp(b + 8, a->care_of.b + 8, 4) == 0 && *node < a->nodes;
}

/* Where strangers are who flood: in the networks that care-of addresses are of, and none of the fleet. */
static inline void hp_addresses_make_stranger(uint8_t b[16])
{
	b[8] |= 1;
}

static inline bool hp_addresses_is_stranger(const uint8_t b[16])
{
	return b[8] & 1;
}

/* Each node has one correspondent. */
static inline void hp_addresses_correspondent(const struct hp_addresses *a, uint32_t node, uint8_t out[16])
{
	memcpy(out, a->correspondent.b, 12);
	hp_addresses_number(out, node % a->correspondents);
}

/* Whom a node talks to through the agent: hairpin. */
static inline uint32_t hp_addresses_partner(const struct hp_addresses *a, uint32_t node)
{
	return node + 1 == a->nodes ? 0 : node + 1;
}

#endif
