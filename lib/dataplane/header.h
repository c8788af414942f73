/* SPDX-License-Identifier: BSD-3-Clause */
/* Fixed offsets of the IPv6 header in the pipeline: every packet behind classify has at least these 40 octets, linear, at
 * the start of its data, and exactly its payload length behind them. */
#ifndef HP_DATAPLANE_HEADER_H
#define HP_DATAPLANE_HEADER_H

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_mbuf.h>
#include <string.h>

#include "base/ip6.h"

struct hp_header {
	uint8_t first[4]; /* version, traffic class, flow label */
	uint8_t payload_be[2];
	uint8_t next;
	uint8_t hop_limit;
	struct hp_ip6 src, dst;
};
_Static_assert(sizeof(struct hp_header) == 40, "an IPv6 header");

static inline struct hp_header *hp_header(const struct rte_mbuf *m)
{
	return rte_pktmbuf_mtod(m, struct hp_header *);
}

static inline uint16_t hp_header_payload(const struct hp_header *h)
{
	return (uint16_t)(h->payload_be[0] << 8 | h->payload_be[1]);
}

static inline void hp_header_set_payload(struct hp_header *h, uint16_t len)
{
	h->payload_be[0] = (uint8_t)(len >> 8);
	h->payload_be[1] = (uint8_t)len;
}

static inline uint8_t hp_header_class(const struct hp_header *h)
{
	return (uint8_t)(h->first[0] << 4 | h->first[1] >> 4);
}

static inline void hp_header_set_class(struct hp_header *h, uint8_t class_)
{
	h->first[0] = (uint8_t)(0x60 | class_ >> 4);
	h->first[1] = (uint8_t)(class_ << 4 | (h->first[1] & 0x0f));
}

/* All that stands before the addresses, in one store. */
static inline void hp_header_set_first(struct hp_header *h, uint8_t class_, uint32_t label, uint16_t payload, uint8_t next,
				       uint8_t hop_limit)
{
	const uint64_t first = rte_cpu_to_be_64(6ull << 60 | (uint64_t)class_ << 52 | (uint64_t)label << 32 | (uint64_t)payload << 16 |
						(uint64_t)next << 8 | hop_limit);

	memcpy(h, &first, sizeof(first));
}

/* 2000::/3, where nearly all addresses are, and no multicast, link-local, loopback or unspecified one: one look instead of four. */
static inline bool hp_header_global(const struct hp_ip6 *a)
{
	return likely((a->b[0] & 0xe0) == 0x20);
}

static inline bool hp_header_loopback(const struct hp_ip6 *a)
{
	static const struct hp_ip6 loopback = {{[15] = 1}};

	return hp_ip6_eq(a, &loopback);
}

#endif
