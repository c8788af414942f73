/* SPDX-License-Identifier: BSD-3-Clause */
/* One IPv6 packet read once: fixed header and the extension-header walk (RFC 8200 §4, RFC 6275 §6.3, §6.4, §9.3).
 * Any thread; the view points into the caller's bytes. */
#ifndef HP_WIRE_PACKET_H
#define HP_WIRE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

enum {
	HP_PROTO_HOPOPTS = 0,
	HP_PROTO_TCP = 6,
	HP_PROTO_UDP = 17,
	HP_PROTO_IPV6 = 41,
	HP_PROTO_ROUTING = 43,
	HP_PROTO_FRAGMENT = 44,
	HP_PROTO_ESP = 50,
	HP_PROTO_AH = 51,
	HP_PROTO_ICMPV6 = 58,
	HP_PROTO_NONE = 59,
	HP_PROTO_DSTOPTS = 60,
	HP_PROTO_MH = 135
};

#define HP_IP6_HEADER  40
#define HP_IP6_MIN_MTU 1280

/* Outcome of the walk. Everything but OK ends it; `error_at` is the offset a parameter problem points to. */
enum hp_walk {
	HP_WALK_OK,                   /* proto/payload are the upper layer (maybe HP_PROTO_NONE, ESP, or a fragment: is_fragment) */
	HP_WALK_TRUNCATED,            /* a header runs over the end: dropped silently */
	HP_WALK_VERSION,              /* not IPv6 or shorter than its payload length */
	HP_WALK_OPTION_DISCARD,       /* unknown option, action 01: silently discarded */
	HP_WALK_OPTION_ERROR,         /* unknown option, action 10: parameter problem code 2 at the option type */
	HP_WALK_OPTION_ERROR_UNICAST, /* action 11: the same, unless the destination was multicast */
	HP_WALK_HOPOPTS_PLACE,        /* hop-by-hop not first: parameter problem code 1 */
	HP_WALK_HAO_MISPLACED,        /* Home Address option after fragment/AH/ESP or before a routing header */
	HP_WALK_HAO_REPEATED,
	HP_WALK_HAO_LENGTH,  /* length not 16 */
	HP_WALK_HAO_ADDRESS, /* not a unicast routable home address (RFC 6275 §9.3.1) */
	HP_WALK_RH_TYPE2,    /* type 2 routing header to one of our own addresses: silently discarded */
	HP_WALK_RH_TYPE,     /* other type with segments left: parameter problem code 0 at the type (RFC 8200 §4.4, RFC 5095) */
	HP_WALK_TOO_MANY,    /* more than HP_WALK_MAX headers */
	HP_WALK_COUNT
};
#define HP_WALK_MAX 12

struct hp_packet {
	const uint8_t *data;    /* first octet of the IPv6 header */
	size_t len;             /* 40 + payload length; link padding already cut off */
	struct hp_ip6 src, dst; /* of the IPv6 header */
	uint8_t traffic_class, hop_limit;
	uint32_t flow_label;
	bool has_hao;
	struct hp_ip6 hoa; /* Home Address option */
	uint16_t hao_at;   /* offset of the option */
	bool has_rh2;      /* only where the reader is a mobile node: see hp_packet_read_node */
	struct hp_ip6 rh2_hoa;
	bool router_alert;
	bool is_fragment;     /* a real fragment (offset or more set); an atomic one is read through */
	uint16_t fragment_at; /* of the fragment header, an atomic one too; 0: there is none */
	uint16_t next_at;     /* offset of the next-header octet that named `proto` */
	uint8_t proto;
	uint16_t payload_at; /* offset of the upper layer */
	uint16_t error_at;
	uint8_t error_code; /* ICMPv6 parameter problem code that fits */
};

/* The walk of a home agent or correspondent: for packets addressed to us. */
enum hp_walk hp_packet_read(struct hp_packet *out, const void *data, size_t len);
/* The same for a mobile node: one well-formed type 2 routing header (length 2, segments left 1) is
 * read into rh2_hoa; whether that is its home address is the caller's to check (RFC 6275 §6.4, §11.3.3). */
enum hp_walk hp_packet_read_node(struct hp_packet *out, const void *data, size_t len);

/* Whether a packet that walked well once it was put together may have come in fragments. `head`: where its fragmentable part
 * begins. Not discovery messages (RFC 6980 §5), and no Home Address option behind the fragment header (RFC 6275 §6.3). */
bool hp_packet_may_be_fragmented(const struct hp_packet *p, size_t head);

static inline const uint8_t *hp_packet_payload(const struct hp_packet *p)
{
	return p->data + p->payload_at;
}

static inline size_t hp_packet_payload_len(const struct hp_packet *p)
{
	return p->len - p->payload_at;
}

/* The source as upper layers see it: the home address when the option is there (RFC 6275 §9.3.1). */
static inline const struct hp_ip6 *hp_packet_source(const struct hp_packet *p)
{
	return p->has_hao ? &p->hoa : &p->src;
}

static inline const struct hp_ip6 *hp_packet_destination(const struct hp_packet *p)
{
	return p->has_rh2 ? &p->rh2_hoa : &p->dst;
}

#endif
