/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour discovery of a home agent, pure: the neighbour cache with NUD (RFC 4861 §7.3), own addresses with
 * DAD (RFC 4862 §5.4), router advertisements (RFC 4861 §6.2, RFC 6275 §7), MLD listener reports (RFC 3810, RFC 2710), and the
 * proxying of mobile nodes' addresses (RFC 6275 §10.3.1, §10.4.1). One management thread. Times from struct hp_now. */
#ifndef HP_NEIGHBOR_NEIGHBOR_H
#define HP_NEIGHBOR_NEIGHBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/effect.h"
#include "base/ip6.h"
#include "base/now.h"
#include "neighbor/hearing.h"
#include "wire/nd.h"
#include "wire/packet.h"

struct hp_neighbor;

#define HP_LIFETIME_INFINITE UINT32_MAX

/* An address of ours with the prefix it lies in. */
struct hp_own_address {
	struct hp_ip6 address;
	uint8_t prefix_length;
	uint32_t valid_s, preferred_s; /* HP_LIFETIME_INFINITE */
};

struct hp_neighbor_link {
	bool is_virtual; /* no wire: nothing is sent, its addresses are valid at once */
	struct hp_mac mac;
	uint16_t mtu;
	uint8_t dad_transmits; /* own addresses; 0 skips DAD */
	unsigned int addresses;
	const struct hp_own_address *address; /* a link-local one is added by the module (from the MAC) */
	bool home;                            /* a home link: H bit, R bit with full address */
	struct {
		bool enabled;
		bool solicited_only;  /* where every frame is dear (RFC 6275 §7.5); a last one and none but that without being asked */
		bool interval_option; /* §7.3 */
		uint32_t min_interval_ms, max_interval_ms, min_delay_ms; /* min_delay: between two multicast ones */
		uint16_t router_lifetime_s;
		uint16_t preference,
			home_agent_lifetime_s; /* home agent information option when they differ from 0 and router_lifetime_s */
	} ra;
};

struct hp_neighbor_conf {
	unsigned int links;
	const struct hp_neighbor_link *link; /* copied */
	uint64_t seed;
	unsigned int max_neighbors; /* cache entries in all; oldest unresolved or stale ones make room */
	/* The outcome of hp_neighbor_probe: called from packet or tick, never from probe itself. */
	void (*probed)(void *ctx, uint16_t link, const struct hp_ip6 *address, bool unique, struct hp_now now, struct hp_effects *fx);
	/* A valid router advertisement of another router (its link-local address). May be NULL. */
	void (*heard)(void *ctx, uint16_t link, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now now,
		      struct hp_effects *fx);
	void *ctx;
};

/* What another router says otherwise than we do (RFC 4861 §6.2.7): `code` of HP_EVENT_ROUTER_INCONSISTENT. */
enum hp_neighbor_conflict {
	HP_CONFLICT_NONE,
	HP_CONFLICT_HOP_LIMIT,
	HP_CONFLICT_MANAGED,
	HP_CONFLICT_OTHER,
	HP_CONFLICT_REACHABLE,
	HP_CONFLICT_RETRANS,
	HP_CONFLICT_MTU,
	HP_CONFLICT_VALID,
	HP_CONFLICT_PREFERRED,
	HP_CONFLICT_COUNT
};

#define HP_NEIGHBOR_QUEUE   3    /* packets kept while a neighbour is resolved (RFC 4861 §7.2.2: at least one) */
#define HP_NEIGHBOR_WAITING 2048 /* of all neighbours: a stranger who writes to addresses of nobody does not get all buffers */

#define HP_NEIGHBOR_COUNTERS(X)                                                                                                            \
	X(HP_NB_NS_IN, "nd.ns_in", "neighbour solicitations accepted")                                                                     \
	X(HP_NB_NA_IN, "nd.na_in", "neighbour advertisements accepted")                                                                    \
	X(HP_NB_RS_IN, "nd.rs_in", "router solicitations accepted")                                                                        \
	X(HP_NB_RA_IN, "nd.ra_in", "router advertisements of others heard")                                                                \
	X(HP_NB_RA_INCONSISTENT, "nd.ra_inconsistent", "of these, saying otherwise than ours (RFC 4861 §6.2.7)")                           \
	X(HP_NB_INVALID, "nd.invalid", "discovery messages that failed a validity check")                                                  \
	X(HP_NB_NS_OUT, "nd.ns_out", "neighbour solicitations sent")                                                                       \
	X(HP_NB_NA_OUT, "nd.na_out", "neighbour advertisements sent for own addresses")                                                    \
	X(HP_NB_PROXY_OUT, "nd.proxy_out", "neighbour advertisements sent for mobile nodes")                                               \
	X(HP_NB_RA_OUT, "nd.ra_out", "router advertisements sent")                                                                         \
	X(HP_NB_MLD_OUT, "nd.mld_out", "multicast listener reports sent")                                                                  \
	X(HP_NB_QUEUE_FULL, "nd.queue_full", "packets dropped for newer ones: too many for a neighbour, or for all")                       \
	X(HP_NB_UNRESOLVED, "nd.unresolved", "neighbours that did not answer")                                                             \
	X(HP_NB_CACHE_FULL, "nd.cache_full", "neighbours refused because the cache was full")                                              \
	X(HP_NB_DUPLICATE, "nd.duplicate", "own addresses found in use by another node")                                                   \
	X(HP_NB_PROBE_CONFLICT, "nd.probe_conflict", "home addresses found in use while probed")
enum hp_neighbor_counter { HP_NEIGHBOR_COUNTERS(HP_COUNTER_ENUM) HP_NB_COUNT };
extern const struct hp_counter_info hp_neighbor_counters[HP_NB_COUNT];

int hp_neighbor_create(struct hp_neighbor **out, const struct hp_neighbor_conf *conf, struct hp_now now);
/* Gives queued tokens back as DISCARD. fx may be NULL when there are none. */
void hp_neighbor_destroy(struct hp_neighbor *nb, struct hp_effects *fx);

/* The link's carrier. Up: groups joined, DAD of own addresses, advertisements start. Down: neighbours flushed
 * (withdrawn, tokens discarded), advertisements stop, own addresses stay valid. All links start down. */
void hp_neighbor_carrier(struct hp_neighbor *nb, uint16_t link, bool up, struct hp_now now, struct hp_effects *fx);
/* A last router advertisement with lifetime 0 on every advertising link (RFC 4861 §6.2.5). */
void hp_neighbor_farewell(struct hp_neighbor *nb, struct hp_now now, struct hp_effects *fx);

/* A changed configuration of the same links: addresses with their lifetimes, and `ra`. New addresses are tested, those that are gone
 * are told as not valid; advertisements say it soon. 0, or -ENOMEM: nothing has changed. */
int hp_neighbor_renew(struct hp_neighbor *nb, const struct hp_neighbor_link *link, struct hp_now now, struct hp_effects *fx);

/* NS, NA, RS, RA, MLD queries heard on a link from a link-layer address. Everything else is ignored. */
void hp_neighbor_packet(struct hp_neighbor *nb, uint16_t link, const struct hp_mac *from, const struct hp_packet *p, struct hp_now now,
			struct hp_effects *fx);
/* Timers due. Bounded work; call again at hp_neighbor_next(). */
void hp_neighbor_tick(struct hp_neighbor *nb, struct hp_now now, struct hp_effects *fx);
uint64_t hp_neighbor_next(const struct hp_neighbor *nb); /* mono_ms, UINT64_MAX: nothing */

/* Resolve `next_hop` on `link` for a packet: TRANSMIT at once, or kept until resolved, or DISCARD. Multicast maps to 33:33… */
void hp_neighbor_output(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *next_hop, void *token, struct hp_now now,
			struct hp_effects *fx);
/* The workers have sent to this neighbour since last told: STALE becomes DELAY (RFC 4861 §7.3.3). */
void hp_neighbor_used(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx);
/* Forget it (no withdrawal message on the wire); a node that came home is resolved anew. */
void hp_neighbor_forget(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_effects *fx);
/* Enter what a message itself showed: address is at mac (STALE), RFC 4861 §7.2.3. */
void hp_neighbor_learn(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, struct hp_now now,
		       struct hp_effects *fx);

/* DAD on a mobile node's behalf: exactly one solicitation, 1,000 ms, no random delay (RFC 6275 §10.3.1, PROTOCOL). The solicited-node
 * group is joined. Ends by `probed`. 0, -EALREADY (already under way), -ENOMEM. */
int hp_neighbor_probe(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx);
void hp_neighbor_probe_cancel(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now,
			      struct hp_effects *fx);
/* Defend an address: announced by multicast NA (Override 1, Router 0; repeated MAX_NEIGHBOR_ADVERTISEMENT = 3 at 1 s), solicitations
 * and DAD probes answered (Override 0, Router 0), group joined. Already defended: 0, announced again only if `announce`. */
int hp_neighbor_proxy(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, bool announce, struct hp_now now,
		      struct hp_effects *fx);
/* Silence, group left. Safe when not proxied. */
void hp_neighbor_unproxy(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_now now, struct hp_effects *fx);

/* Listen to a multicast group on a link from now on: to these sources (at most HP_HEARING_SOURCES), or with `exclude` to all but these, or
 * to none any more: reported to the link's queriers by MLD. What several want is merged by who calls; no group that we join ourselves. On
 * a virtual link nothing happens. 0 or -ENOMEM. */
int hp_neighbor_listen(struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group, bool exclude, const struct hp_ip6 *source,
		       unsigned int sources, struct hp_now now, struct hp_effects *fx);

/* Own addresses. */
bool hp_neighbor_is_own(const struct hp_neighbor *nb, uint16_t link,
			const struct hp_ip6 *address); /* HP_LINK_ANY: on any; valid ones only */
/* Whether we are of that group on `link`: all nodes, and what has been joined there. */
bool hp_neighbor_listens(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *group);
/* The Home-Agents anycast address of a home link (RFC 2526): in *link of which. Whoever writes to it gets a unicast source. */
bool hp_neighbor_is_anycast(const struct hp_neighbor *nb, const struct hp_ip6 *address, uint16_t *link);
/* The valid global unicast addresses of a link, in the order of the configuration. Returns how many, at most `room`. */
unsigned int hp_neighbor_addresses(const struct hp_neighbor *nb, uint16_t link, struct hp_own_address *out, unsigned int room);
const struct hp_ip6 *hp_neighbor_linklocal(const struct hp_neighbor *nb, uint16_t link); /* NULL: none (virtual) or duplicate */
/* Source address for a packet of ours to `dst` leaving by `link`: same scope, longest match, valid (RFC 6724 in brief). NULL: none. */
const struct hp_ip6 *hp_neighbor_source(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *dst);

enum hp_neighbor_state {
	HP_NEIGHBOR_INCOMPLETE,
	HP_NEIGHBOR_REACHABLE,
	HP_NEIGHBOR_STALE,
	HP_NEIGHBOR_DELAY,
	HP_NEIGHBOR_PROBE,
	HP_NEIGHBOR_FAILED
};
struct hp_neighbor_view {
	uint16_t link;
	struct hp_ip6 address;
	struct hp_mac mac;
	enum hp_neighbor_state state;
	bool is_router;
	uint64_t since_ms; /* mono_ms of the last change of state */
};
/* A page of the cache; cursor as hp_table_page. Returns the count. */
size_t hp_neighbor_page(const struct hp_neighbor *nb, bool first, uint64_t after, size_t max, struct hp_neighbor_view *out, size_t cap,
			uint64_t *next, bool *more);
bool hp_neighbor_find(const struct hp_neighbor *nb, uint16_t link, const struct hp_ip6 *address, struct hp_neighbor_view *out);
const uint64_t *hp_neighbor_count(const struct hp_neighbor *nb); /* HP_NB_COUNT values */

#endif
