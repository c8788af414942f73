/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of the traffic under test. A packet is an IPv6 header, 24 octets that say what it is, and a pattern up to its length; its
 * protocol number is 253 (RFC 3692), so that no port or checksum stands in the way. From a node it travels in a tunnel to the agent.
 * Written from templates: a header copied, addresses and mark put in. Any thread. */
#ifndef HP_LOAD_FRAME_H
#define HP_LOAD_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "load/addresses.h"
#include "load/fleet.h"

#define HP_FRAME_ETHER 14u
#define HP_FRAME_IP6   40u
#define HP_FRAME_PROTO 253u
#define HP_FRAME_MARK  24u
#define HP_FRAME_LEAST (HP_FRAME_IP6 + HP_FRAME_MARK) /* octets of the packet, without tunnel and link header */
#define HP_FRAME_MOST  1460u                          /* with a tunnel header around it 1,500 */
#define HP_FRAME_MAGIC 0x4c48u

/* As it stands in the packet, in this machine's byte order: who wrote it reads it. */
struct hp_frame_mark {
	uint16_t magic, run, trial, check;
	uint32_t flow; /* direction << 30 | node */
	uint32_t number;
	uint64_t time; /* when it was written */
};
_Static_assert(sizeof(struct hp_frame_mark) == HP_FRAME_MARK, "no holes");

struct hp_frame {
	const struct hp_addresses *addresses;
	uint16_t run, trial;
	uint8_t head[HP_DIRECTIONS][HP_FRAME_ETHER + 2 * HP_FRAME_IP6];
	uint8_t pattern[HP_FRAME_MOST];
};

void hp_frame_init(struct hp_frame *f, const struct hp_addresses *a, uint16_t run);
/* Where frames of a direction go first. */
void hp_frame_set_link(struct hp_frame *f, enum hp_direction d, const struct hp_mac *to, const struct hp_mac *from);

static inline enum hp_direction hp_frame_direction(uint32_t flow)
{
	return (enum hp_direction)(flow >> 30);
}

static inline uint32_t hp_frame_node(uint32_t flow)
{
	return flow & 0x3fffffff;
}

/* A mark whose fields were changed on the way does not fit its check. */
static inline uint16_t hp_frame_check(const struct hp_frame_mark *m)
{
	uint64_t x = (((uint64_t)m->flow << 32 | m->number) ^ m->trial) * 0x9e3779b97f4a7c15u;

	return (uint16_t)(((x ^ m->time) * 0xc2b2ae3d27d4eb4fu) >> 48);
}

/* The source and destination of a flow's packets, end to end. */
static inline void hp_frame_ends(const struct hp_addresses *a, enum hp_direction d, uint32_t node, uint8_t src[16], uint8_t dst[16])
{
	if (d == HP_INTERCEPT) {
		hp_addresses_correspondent(a, node, src);
		hp_addresses_home(a, node, dst);
	} else {
		hp_addresses_home(a, node, src);
		if (d == HP_DETUNNEL)
			hp_addresses_correspondent(a, node, dst);
		else
			hp_addresses_home(a, hp_addresses_partner(a, node), dst);
	}
}

/* Octets of the whole frame. `len`: of the packet, HP_FRAME_LEAST..HP_FRAME_MOST. `cell`: where the node is that sends. */
size_t hp_frame_write(const struct hp_frame *f, enum hp_direction d, uint32_t node, uint16_t cell, uint32_t number, uint64_t now,
		      size_t len, uint8_t *out);

#endif
