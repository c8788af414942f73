/* SPDX-License-Identifier: BSD-3-Clause */
/* The pure cores composed into one home agent: a punted packet or a tick in, ordered effects out. app/homeport and tests/sim
 * drive this same object. One management thread; no clock, no randomness but `seed`, no I/O. */
#ifndef HP_CONTROL_CONTROL_H
#define HP_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/agent.h"
#include "base/effect.h"
#include "base/now.h"
#include "control/route.h"
#include "correspondent/correspondent.h"
#include "neighbor/neighbor.h"

struct hp_control;

struct hp_control_conf {
	unsigned int links;
	const struct hp_neighbor_link *link;
	unsigned int routes;
	const struct hp_route *route; /* static ones; connected and virtual ones come from the links' addresses */
	uint32_t max_bindings, max_lifetime_s;
	uint16_t preference; /* as a home agent */
	bool dad, multicast;
	struct {
		bool enabled;
		uint32_t min_interval_s, max_interval_s;
	} prefix_advertisement; /* to mobile nodes */
	struct {                /* our part as a correspondent node, for our own addresses and for hosts that we act for */
		bool enabled;
		uint32_t max_bindings, max_lifetime_s;
		unsigned int protects, excludes;
		const struct hp_prefix *protect, *exclude;
		bool (*used)(void *ctx, uint32_t id); /* whether packets went by that binding lately */
		bool (*random)(void *ctx, void *octets, size_t len);
		void *ctx;
	} correspondent;
	struct hp_guard *guard; /* the caller's */
	uint64_t seed;
};

/* Why a worker could not go on with a packet and asks for an ICMPv6 error to its source. */
enum hp_trouble {
	HP_TROUBLE_HOP_LIMIT,  /* time exceeded code 0 */
	HP_TROUBLE_NO_ROUTE,   /* unreachable code 0 */
	HP_TROUBLE_SCOPE,      /* unreachable code 2: beyond scope of source address */
	HP_TROUBLE_ADDRESS,    /* unreachable code 3 */
	HP_TROUBLE_TOO_BIG,    /* packet too big, mtu */
	HP_TROUBLE_LIMIT,      /* parameter problem code 0 at `word`: tunnel encapsulation limit 0 (RFC 2473 §4.1.1) */
	HP_TROUBLE_REASSEMBLY, /* time exceeded code 1 */
	HP_TROUBLE_COUNT
};

#define HP_CONTROL_COUNTERS(X)                                                                                                             \
	X(HP_CT_IN, "control.in", "packets handed to the management core")                                                                 \
	X(HP_CT_MALFORMED, "control.malformed", "of these, dropped: headers malformed")                                                    \
	X(HP_CT_HAO, "control.hao_invalid", "of these, dropped: Home Address option misplaced, repeated, of wrong length or address")      \
	X(HP_CT_RH2, "control.rh2_own", "of these, dropped: type 2 routing header to one of our addresses")                                \
	X(HP_CT_ECHO, "icmp6.echo_in", "echo requests answered")                                                                           \
	X(HP_CT_ERROR_OUT, "icmp6.error_out", "ICMPv6 errors sent")                                                                        \
	X(HP_CT_ERROR_LIMITED, "icmp6.error_limited", "ICMPv6 errors not sent: rate limit")                                                \
	X(HP_CT_ERROR_FORBIDDEN, "icmp6.error_forbidden", "ICMPv6 errors not sent: RFC 4443 §2.4 (e)")                                     \
	X(HP_CT_ERROR_SECRET, "icmp6.error_secret", "ICMPv6 errors not sent: they would have quoted in the clear what came under ESP")     \
	X(HP_CT_ERROR_IN, "icmp6.error_in", "ICMPv6 errors received")                                                                      \
	X(HP_CT_MTU_INVALID, "icmp6.mtu_invalid", "of these, dropped: packet too big for less than 1280 octets (RFC 8201 §4)")             \
	X(HP_CT_ERROR_FORGED, "icmp6.error_forged", "of these, dropped: about a packet that its receiver has not sent")                    \
	X(HP_CT_OPTIMIZED, "icmp6.optimized", "ICMPv6 errors about packets of the optimized path, received or of our own")                 \
	X(HP_CT_TRANSLATED, "icmp6.translated", "of these, told to the host that had sent the packet")                                     \
	X(HP_CT_UNTRANSLATED, "icmp6.untranslated", "ICMPv6 errors for hosts that we act for, dropped: about no binding of theirs")        \
	X(HP_CT_BU_IN, "mh.bu_in", "Binding Updates received")                                                                             \
	X(HP_CT_MH_OTHER, "mh.other_in", "other Mobility Header messages, ignored")                                                        \
	X(HP_CT_MH_CHECKSUM, "mh.bad_checksum", "Mobility Headers with a wrong checksum")                                                  \
	X(HP_CT_MH_MALFORMED, "mh.malformed", "Mobility Headers truncated or with a malformed option")                                     \
	X(HP_CT_MH_PARAM, "mh.parameter_problem", "Mobility Headers answered with an ICMPv6 parameter problem")                            \
	X(HP_CT_MH_UNKNOWN, "mh.unknown_type", "Mobility Headers of unknown type")                                                         \
	X(HP_CT_CORRESPONDENT, "bu.correspondent", "Binding Updates ignored: without H, and we are no correspondent")                      \
	X(HP_CT_BEHALF_HOME, "bu.behalf_home", "Binding Updates ignored: with H, to a host that we act for")                               \
	X(HP_CT_BE_OUT, "mh.be_out", "Binding Errors sent")                                                                                \
	X(HP_CT_BE_LIMITED, "mh.be_limited", "Binding Errors not sent: rate limit")                                                        \
	X(HP_CT_DHAAD_OUT, "dhaad.out", "home agent address discovery replies sent")                                                       \
	X(HP_CT_DHAAD_LIMITED, "dhaad.limited", "home agent address discovery requests not answered: rate limit")                          \
	X(HP_CT_MPS_NO_OPTION, "mps.no_home_address", "Mobile Prefix Solicitations ignored: no Home Address option")                       \
	X(HP_CT_TUNNEL_HAO, "control.tunnel_home_address",                                                                                 \
	  "tunnel packets dropped: a Home Address option that holds before the inner packet")                                              \
	X(HP_CT_NO_ROUTE, "control.no_route", "own packets dropped: no route")                                                             \
	X(HP_CT_IGNORED, "control.ignored", "packets for us that nothing here answers")
enum hp_control_counter { HP_CONTROL_COUNTERS(HP_COUNTER_ENUM) HP_CT_COUNT };
extern const struct hp_counter_info hp_control_counters[HP_CT_COUNT];

/* -EINVAL: nothing sensible in conf; -ENOMEM. */
int hp_control_create(struct hp_control **out, const struct hp_control_conf *conf, struct hp_now now);
/* A changed configuration: of the same links their addresses with lifetimes and `ra`, static routes, preference, prefix_advertisement,
 * the correspondent's max_lifetime_s and whom it acts for; everything else must be what it was. 0, or -errno: nothing has changed. */
int hp_control_renew(struct hp_control *c, const struct hp_control_conf *conf, struct hp_now now, struct hp_effects *fx);
void hp_control_destroy(struct hp_control *c, struct hp_effects *fx);
/* The effects of the beginning: connected addresses of virtual links valid, routes known. */
void hp_control_start(struct hp_control *c, struct hp_now now, struct hp_effects *fx);
void hp_control_stop(struct hp_control *c, struct hp_now now, struct hp_effects *fx); /* farewell advertisements */

void hp_control_carrier(struct hp_control *c, uint16_t link, bool up, struct hp_now now, struct hp_effects *fx);
/* Packets for us, or about us (ND for a proxied address), one after the other; together, because what memory has to give for all of them
 * is asked for at once. */
void hp_control_packets(struct hp_control *c, const struct hp_input in[], unsigned int n, struct hp_now now, struct hp_effects *fx);
static inline void hp_control_packet(struct hp_control *c, const struct hp_input *in, struct hp_now now, struct hp_effects *fx)
{
	hp_control_packets(c, in, 1, now, fx);
}
/* An error wanted about a packet (IPv6 header on) that came in on `link`; word: MTU or pointer. */
void hp_control_trouble(struct hp_control *c, const struct hp_input *in, enum hp_trouble trouble, uint32_t word, struct hp_now now,
			struct hp_effects *fx);
/* A whole packet that wants a next hop: ours after hp_compose (link and first hop of its hp_send), or one that a worker could not
 * resolve (link and next hop of its path). `next_hop` NULL: by route of `dst` (or dst itself on `link`). `dst` is the destination in the
 * packet's outermost header. No route, or to ourselves: DISCARD; nobody there on a virtual link: DISCARD with unreachable. */
static inline const struct hp_ip6 *hp_control_first_hop(const struct hp_send *s)
{
	const struct hp_ip6 *inner = hp_ip6_is_any(&s->coa) ? &s->dst : &s->coa;

	return hp_ip6_is_any(&s->outer_dst) ? inner : &s->outer_dst;
}
void hp_control_output(struct hp_control *c, uint16_t link, const struct hp_ip6 *next_hop, const struct hp_ip6 *dst, void *token,
		       struct hp_now now, struct hp_effects *fx);
void hp_control_used(struct hp_control *c, uint16_t link, const struct hp_ip6 *neighbor, struct hp_now now, struct hp_effects *fx);
/* Everything due, bounded; and when to call again (mono_ms, UINT64_MAX never). */
void hp_control_tick(struct hp_control *c, struct hp_now now, struct hp_effects *fx);
uint64_t hp_control_next(const struct hp_control *c);
void hp_control_republish(struct hp_control *c, const struct hp_ip6 *hoa, struct hp_effects *fx); /* see hp_agent_republish */
int hp_control_revoke(struct hp_control *c, const struct hp_ip6 *hoa, struct hp_now now, struct hp_effects *fx);

/* For the API; read-only. */
const struct hp_agent *hp_control_agent(const struct hp_control *c);
const struct hp_neighbor *hp_control_neighbor(const struct hp_control *c);
const struct hp_correspondent *hp_control_correspondent(const struct hp_control *c); /* NULL: we are none */
/* Whether we are the correspondent node on behalf of `host`: configured so, neither ours nor a home address that is bound. */
bool hp_control_protects(const struct hp_control *c, const struct hp_ip6 *host);
const struct hp_routes *hp_control_routes(const struct hp_control *c);
const uint64_t *hp_control_count(const struct hp_control *c);

#endif
