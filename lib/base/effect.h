/* SPDX-License-Identifier: BSD-3-Clause */
/* What a pure core asks of the world: an ordered list of effects, filled by the cores, carried out in
 * order by app/homeport (real) or tests/sim (virtual). Order is meaning: publish before send.
 *
 * One management thread. Bodies live in the list's own arena and die with hp_effects_clear().
 * A *packet token* is an opaque handle of the caller (an mbuf, a simulated packet): who hands one to a
 * core gets it back exactly once, as TRANSMIT or DISCARD. */
#ifndef HP_BASE_EFFECT_H
#define HP_BASE_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"

/* Links are numbered 0.. in the order of the configuration. */
#define HP_LINK_ANY  UINT16_MAX       /* not said: by route */
#define HP_LINK_NONE (UINT16_MAX - 1) /* nowhere: no route */

/* Which of the senders' budgets and which protection a message wants (what protects it is decided
 * where it leaves, so that cores stay free of keys). */
enum hp_class { HP_CLASS_REGISTRATION, HP_CLASS_NEIGHBOR, HP_CLASS_ERROR, HP_CLASS_OTHER, HP_CLASS_COUNT };
enum hp_protection { HP_PROTECT_NONE, HP_PROTECT_REGISTRATION, HP_PROTECT_PREFIX_DISCOVERY, HP_PROTECT_HOME_TEST, HP_PROTECT_PAYLOAD };

/* A message of ours, not yet a packet. wire/compose.h turns it into bytes: extension headers in the
 * order of RFC 6275 §6.4, upper-layer checksum over the final addresses. */
struct hp_send {
	struct hp_ip6 src, dst; /* dst: the final destination (with a type 2 routing header the home address) */
	struct hp_ip6 coa;      /* not ::: type 2 routing header, the packet goes to this care-of address first */
	struct hp_ip6 hoa;      /* not ::: Home Address destination option (sent by mobile nodes; src is the care-of address); with
					     * HP_PROTECT_PAYLOAD of a home agent no option, but whose tunnel it goes through */
	struct hp_ip6 outer_src, outer_dst; /* outer_dst not ::: the packet is tunnelled IPv6-in-IPv6 */
	uint16_t link;                      /* HP_LINK_ANY: by route; needed for link-local and multicast destinations */
	bool has_mac;                       /* straight to `mac` on `link`, no resolution */
	struct hp_mac mac;
	uint8_t hop_limit;
	uint8_t proto;     /* 58 ICMPv6, 135 Mobility Header */
	bool router_alert; /* hop-by-hop router alert (MLD, RFC 3810 §5) */
	enum hp_class class_;
	enum hp_protection protection;
	const uint8_t *body; /* upper-layer message, checksum field zero */
	size_t body_len;
};

struct hp_association_spec;

/* A binding for the workers: packets to `hoa` go to `coa` inside an outer header from `ha`. */
struct hp_bind {
	struct hp_ip6 hoa, coa, ha;
	uint32_t id;            /* stable index of the binding, < max_bindings */
	uint16_t home_link;     /* its home link */
	uint16_t out_link;      /* where the route to coa leaves, HP_LINK_NONE: unroutable now */
	struct hp_ip6 next_hop; /* on out_link */
	uint16_t mtu;           /* largest inner packet: path MTU to coa - 40 */
	/* Numbers of the associations (HP_EFFECT_ASSOCIATION) that packets are sent by: all, and home test messages; 0: none. What comes from
	 * the node must come by ESP where there is one. */
	uint32_t association, home_test_association;
};

/* A correspondent's binding for the workers (RFC 6275 §9.3): what `correspondent`, a host that we act for, sends to `hoa` goes to `coa` by a type
 * 2 routing header, and packets from `coa` to it with the Home Address option `hoa` are from `hoa`. */
struct hp_optimize {
	struct hp_ip6 hoa, correspondent, coa;
	uint32_t id;            /* stable index of the binding, < max_bindings of correspondents */
	uint16_t out_link;      /* where the route to coa leaves, HP_LINK_NONE: unroutable now */
	struct hp_ip6 next_hop; /* on out_link */
	uint16_t mtu;           /* path MTU to coa, routing header and all */
};

/* What a mobile node that is away listens to: packets to `group` that come from its home link, or from another mobile node, go to it,
 * if they are from the sources listed or, with `exclude`, from any but those. `joined` false: none any more. */
#define HP_MEMBER_SOURCES 64   /* of one node and group */
#define HP_MEMBER_NODES   1024 /* of one group on one home link */
#define HP_MEMBER_GROUPS  4096 /* (home link, group) at once */
struct hp_member {
	struct hp_ip6 hoa, group;
	uint16_t home_link;
	bool joined, exclude;
	uint16_t sources;
	const struct hp_ip6 *source;
};

/* What an operator may want to know: X(id, name in the API, what it means). docs/events.md has the same list. */
#define HP_EVENTS(X)                                                                                                                       \
	X(HP_EVENT_REGISTERED, "registered", "a binding begins")                                                                           \
	X(HP_EVENT_MOVED, "moved", "a binding has another care-of address")                                                                \
	X(HP_EVENT_DEREGISTERED, "deregistered", "a node has given its binding up")                                                        \
	X(HP_EVENT_EXPIRED, "expired", "a binding has run out, or its prefix or our address is no more")                                   \
	X(HP_EVENT_REVOKED, "revoked", "the operator has taken a binding away")                                                            \
	X(HP_EVENT_REFUSED, "refused", "a Binding Update was answered with a status of 128 or more, or not believed and not answered")     \
	X(HP_EVENT_REKEYED, "rekeyed", "a node has used its newer key: the older is no more")                                              \
	X(HP_EVENT_ASSOCIATION_EXPIRING, "association_expiring", "a security association has reached its soft limit")                      \
	X(HP_EVENT_ASSOCIATION_EXPIRED, "association_expired", "a security association has reached its hard limit and is no more")         \
	X(HP_EVENT_PATH_MTU, "path_mtu", "the tunnel to a node turned out to carry less (RFC 2473 §6.7)")                                  \
	X(HP_EVENT_PREFIX_UNACKNOWLEDGED, "prefix_unacknowledged",                                                                         \
	  "a node has not answered Mobile Prefix Advertisements, however often repeated (RFC 6275 §10.6.2)")                               \
	X(HP_EVENT_GROUP_JOINED, "group_joined", "a node that is away listens to a multicast group")                                       \
	X(HP_EVENT_GROUP_LEFT, "group_left", "it does so no more")                                                                         \
	X(HP_EVENT_HOME_AGENT_UP, "home_agent_up", "another home agent is heard on a home link")                                           \
	X(HP_EVENT_HOME_AGENT_DOWN, "home_agent_down", "its lifetime is over, or it says so")                                              \
	X(HP_EVENT_ROUTER_INCONSISTENT, "router_inconsistent",                                                                             \
	  "another router advertises otherwise than we do (RFC 4861 §6.2.7); told once a minute")                                          \
	X(HP_EVENT_ADDRESS_DUPLICATE, "address_duplicate", "an address of ours is in use by another node")                                 \
	X(HP_EVENT_ROUTE_OPTIMIZED, "route_optimized", "a correspondent's binding begins")                                                 \
	X(HP_EVENT_ROUTE_MOVED, "route_moved", "a correspondent's binding has another care-of address")                                    \
	X(HP_EVENT_ROUTE_ENDED, "route_ended", "a correspondent's binding is no more: its reason tells why")                               \
	X(HP_EVENT_ROUTE_REFUSED, "route_refused", "a Binding Update to a correspondent was answered with a status of 128 or more")        \
	X(HP_EVENT_PORT_UP, "port_up", "a port's link is up")                                                                              \
	X(HP_EVENT_PORT_DOWN, "port_down", "a port's link is down")                                                                        \
	X(HP_EVENT_POLICED, "policed",                                                                                                     \
	  "more packets of a class than the management core is to have were dropped, so many since last told; once a minute a class")      \
	X(HP_EVENT_WORKER_STALLED, "worker_stalled", "a worker has not turned for a second")                                               \
	X(HP_EVENT_STORE_FAILED, "store_failed", "the store cannot write; what waits for it is not acknowledged, and tried again")         \
	X(HP_EVENT_STORE_RECOVERED, "store_recovered", "it can write again; nothing is lost")                                              \
	X(HP_EVENT_RELOADED, "reloaded", "a changed configuration applies")                                                                \
	X(HP_EVENT_RELOAD_REFUSED, "reload_refused", "a changed configuration does not, and nothing of it")
#define HP_EVENT_ENUM(id, name, help) id,

enum hp_event_kind {
	HP_EVENTS(HP_EVENT_ENUM) /* the home agent's */
	HP_EVENT_REFRESHED,      /* those that only a mobile node tells, of itself */
	HP_EVENT_PREFIX_DEPRECATED,
	HP_EVENT_PREFIX_INVALID,
	HP_EVENT_COUNT
};

#define HP_EVENT_UNANSWERED UINT16_MAX /* code of REFUSED: in silence */
struct hp_event {
	enum hp_event_kind kind;
	struct hp_ip6 hoa;           /* :: where not fitting; the router of ROUTER_ and HOME_AGENT_ events */
	struct hp_ip6 coa;           /* :: where not fitting; the group of GROUP_ events */
	struct hp_ip6 correspondent; /* of ROUTE_ events, else :: */
	uint16_t link;               /* HP_LINK_ANY where not fitting */
	uint16_t
		code; /* Binding Acknowledgement status for REFUSED and ROUTE_REFUSED, octets for PATH_MTU, worker number for STALLED, hp_neighbor_conflict for
			    * INCONSISTENT, preference for HOME_AGENT_ events */
	const char *
		reason; /* of REFUSED: name of the counter that tells why, static; NULL: the status says it all. Of ASSOCIATION_: what it protects.
			    * Of ROUTE_ENDED: in a word */
	uint32_t spi;         /* 0: none */
	const char *identity; /* of the mobile node, copied into the list; not terminated, any octets */
	uint8_t identity_len; /* 0: none */
};

/* A subscriber's message was accepted: what is on the disk by the time its acknowledgement leaves, so that a restart accepts nothing twice. */
struct hp_accepted {
	struct hp_ip6 hoa;
	uint32_t spi;
	uint64_t value; /* timestamp or sequence number */
};

enum hp_effect_kind {
	HP_EFFECT_SEND,        /* send: compose, then resolve */
	HP_EFFECT_TRANSMIT,    /* transmit: token to this link-layer address */
	HP_EFFECT_DISCARD,     /* discard: token back; unreachable tells whether its sender deserves an error */
	HP_EFFECT_NEIGHBOR,    /* neighbor: publish (usable) or withdraw an adjacency */
	HP_EFFECT_ADDRESS,     /* address: our own address is valid on link from now on (or no more) */
	HP_EFFECT_GROUP,       /* group: listen (or stop) to a multicast group on link */
	HP_EFFECT_BIND,        /* bind: publish or replace */
	HP_EFFECT_UNBIND,      /* unbind: withdraw by home address */
	HP_EFFECT_OPTIMIZE,    /* optimize: publish or replace */
	HP_EFFECT_UNOPTIMIZE,  /* unoptimize: withdraw by home address and correspondent */
	HP_EFFECT_MEMBER,      /* member: publish, replace or withdraw what a node listens to */
	HP_EFFECT_ASSOCIATION, /* association: publish, replace or (no spec) withdraw one in tunnel mode */
	HP_EFFECT_ACCEPTED,    /* accepted: on the disk before the next SEND of HP_CLASS_REGISTRATION leaves */
	HP_EFFECT_EVENT        /* event: tell the operator */
};

struct hp_effect {
	enum hp_effect_kind kind;
	union {
		struct hp_send send;
		struct {
			void *token;
			uint16_t link;
			struct hp_mac mac;
		} transmit;
		struct {
			void *token;
			uint16_t link;
			bool unreachable;
		} discard;
		struct {
			uint16_t link;
			struct hp_ip6 address;
			struct hp_mac mac;
			bool usable;
		} neighbor;
		struct {
			uint16_t link;
			struct hp_ip6 address;
			bool valid;
			bool untested; /* the mobile node's: not without duplicate address detection */
		} address;
		struct {
			uint16_t link;
			struct hp_ip6 group;
			bool joined;
		} group;
		struct hp_bind bind;
		struct {
			struct hp_ip6 hoa;
			uint32_t id;
		} unbind;
		struct hp_optimize optimize;
		struct {
			struct hp_ip6 hoa, correspondent;
		} unoptimize;
		struct hp_member member;
		struct hp_accepted accepted;
		struct {
			uint32_t number;
			const struct hp_association_spec *spec; /* whoever has the keys keeps it until the list is cleared */
		} association;
		struct hp_event event;
	};
};

struct hp_effects;

int hp_effects_create(struct hp_effects **out);
void hp_effects_destroy(struct hp_effects *fx);
void hp_effects_clear(struct hp_effects *fx);
size_t hp_effects_count(const struct hp_effects *fx);
/* Valid until cleared; walk by index, effects may be appended while walking. */
const struct hp_effect *hp_effects_at(const struct hp_effects *fx, size_t i);

/* Appends a copy. For SEND the body, for MEMBER the sources, for EVENT the identity are copied into the arena. Out of memory: the list is marked
 * (hp_effects_lost), counted and the effect dropped; a token inside is then given back by the caller of
 * the core, who sees the count. */
void hp_effects_push(struct hp_effects *fx, const struct hp_effect *e);
uint64_t hp_effects_lost(const struct hp_effects *fx);

/* Shorthands. */
void hp_effects_send(struct hp_effects *fx, const struct hp_send *send);
void hp_effects_member(struct hp_effects *fx, const struct hp_member *member);
void hp_effects_event(struct hp_effects *fx, enum hp_event_kind kind, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, uint16_t link,
		      uint16_t code);

#endif
