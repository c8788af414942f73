/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet as a list of headers, and what RFC 6275 wants to become of it at a correspondent, or at whom acts for one: told from the list, and
 * never from octets. */
#ifndef HP_TESTS_DATAPLANE_CHAIN_H
#define HP_TESTS_DATAPLANE_CHAIN_H

#include "dataplane/counters.h"
#include "dataplane/dataplane.h"

#define CHAIN_MOST 8
#define CHAIN_ROOM 512

enum chain_part {
	/* Extension headers. */
	CHAIN_HBH,
	CHAIN_DST,     /* destination options that anybody may skip */
	CHAIN_RT_USED, /* a routing header without segments left */
	CHAIN_RT_LEFT, /* with one left */
	CHAIN_RT2,     /* type 2, one left */
	CHAIN_FRAG_ATOMIC,
	CHAIN_FRAG_FIRST,
	CHAIN_FRAG_LATER,
	CHAIN_AH,
	CHAIN_HAO,            /* the Home Address option alone */
	CHAIN_HAO_BESIDE,     /* with another one behind it */
	CHAIN_HAO_PAD1,       /* alone, aligned by four Pad1 */
	CHAIN_HAO_LENGTH,     /* of a length other than 16 */
	CHAIN_HAO_UNROUTABLE, /* of a multicast address */
	CHAIN_EXTENSIONS,
	/* Upper layers. */
	CHAIN_UDP = CHAIN_EXTENSIONS,
	CHAIN_ECHO,
	CHAIN_ND,
	CHAIN_ERROR_OURS,    /* an ICMPv6 error about a packet of its destination's with a type 2 routing header */
	CHAIN_ERROR_USED,    /* the same, the routing header used */
	CHAIN_ERROR_OTHER,   /* without one */
	CHAIN_ERROR_FOREIGN, /* with one, but of another's packet */
	CHAIN_HOTI,
	CHAIN_BU,      /* H clear */
	CHAIN_BU_HOME, /* H set */
	CHAIN_ESP,
	CHAIN_NONE,
	CHAIN_PARTS,
	/* What comes out only. */
	CHAIN_GAP = CHAIN_PARTS, /* CHAIN_HAO_BESIDE without the option */
};

struct chain {
	struct hp_ip6 src, dst, hoa;
	struct hp_ip6 host; /* whose packets are quoted */
	uint32_t number;    /* the flow label: nothing changes it */
	uint8_t hop_limit;
	unsigned int n;
	enum chain_part part[CHAIN_MOST];
};

/* Its octets; returns how many. */
unsigned int chain_write(const struct chain *c, uint8_t out[CHAIN_ROOM]);

/* What is to become of it. */
struct chain_fate {
	enum { CHAIN_FORWARDED, CHAIN_PUNTED, CHAIN_DROPPED } kind;
	struct chain out;           /* forwarded, or punted: as */
	enum hp_punt_class class_;  /* punted */
	enum hp_dp_counter counter; /* one more than before; HP_DP_COUNT: none in particular */
};

/* From a host to a home address that it has a binding of. */
void chain_outwards(struct chain_fate *fate, const struct chain *c, const struct hp_ip6 *coa);
/* To a host; `bound`: it has a binding of c->hoa with the packet's source as care-of address. */
void chain_inwards(struct chain_fate *fate, const struct chain *c, bool bound);

#endif
