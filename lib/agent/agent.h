/* SPDX-License-Identifier: BSD-3-Clause */
/* The home agent's registrations, pure (RFC 6275 §9.5, §10.3): Mobility Header message in, binding cache changed, effects out.
 * One management thread. Proxying and DAD go through lib/neighbor; routes to care-of addresses are asked of `route`. */
#ifndef HP_AGENT_AGENT_H
#define HP_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/agents.h"
#include "base/counter.h"
#include "base/effect.h"
#include "base/hop.h"
#include "base/ip6.h"
#include "base/now.h"
#include "neighbor/neighbor.h"
#include "security/guard.h"
#include "wire/discovery.h"
#include "wire/mh.h"
#include "wire/packet.h"

struct hp_agent;

/* How a message came in. */
struct hp_input {
	const void *data; /* IPv6 header on */
	size_t len;
	uint16_t link;
	bool has_mac;
	struct hp_mac mac;       /* link-layer source, when it came straight from a link */
	bool link_multicast;     /* link-layer destination was a group or broadcast */
	bool tunnelled;          /* out of a mobile node's reverse tunnel */
	struct hp_ip6 outer_src; /* then: the care-of address it came from */
	struct hp_ip6 outer_dst; /* and, of a listener's message, the address of ours it came to, */
	bool tunnel_protected;   /* and whether the tunnel packet was in ESP */
	uint32_t association;    /* security association that protected it, 0: none */
};

struct hp_agent_prefix {
	struct hp_ip6 prefix;
	uint8_t length;
	uint32_t valid_s, preferred_s;
};
struct hp_agent_link {
	uint16_t link;
	bool is_virtual;
	unsigned int prefixes;
	struct hp_agent_prefix *prefix;
};

struct hp_agent_conf {
	unsigned int links;
	const struct hp_agent_link *link; /* home links; copied */
	uint32_t max_bindings;
	uint32_t max_lifetime_s;
	uint16_t preference; /* ours as a home agent */
	bool dad;
	struct {
		bool enabled;
		uint32_t min_interval_s, max_interval_s; /* MinMobPfxAdvInterval, MaxMobPfxAdvInterval (§13) */
	} prefix_advertisement;
	bool multicast;         /* §10.4.3: the querier of all tunnels */
	struct hp_guard *guard; /* who is believed; the caller's */
	struct hp_neighbor *neighbor;
	struct hp_hop (*route)(void *ctx, const struct hp_ip6 *dst); /* towards a care-of address */
	void *route_ctx;
	uint64_t seed;
};

#define HP_AGENT_COUNTERS(X)                                                                                                               \
	X(HP_AG_BA_OUT, "mh.ba_out", "Binding Acknowledgements sent")                                                                      \
	X(HP_AG_SILENT_COA, "bu.coa_not_routable", "Binding Updates ignored: care-of address not unicast routable")                        \
	X(HP_AG_SILENT_HOA, "bu.hoa_invalid", "Binding Updates ignored: no or unusable home address")                                      \
	X(HP_AG_SILENT_NONCES, "bu.nonces_with_home", "Binding Updates ignored: H bit together with nonce indices")                        \
	X(HP_AG_DUPLICATE_DAD, "bu.during_dad", "Binding Updates that came while their home address was probed")                           \
	X(HP_AG_DHAAD, "dhaad.in", "home agent address discovery requests taken")                                                          \
	X(HP_AG_AGENTS_FULL, "home_agents.full", "router advertisements of home agents not listed: the list of their link was full")       \
	X(HP_AG_MPS_IN, "mps.in", "Mobile Prefix Solicitations of bound nodes")                                                            \
	X(HP_AG_MPS_OFF, "mps.switched_off", "of these, not answered: mobile prefix advertisements are switched off")                      \
	X(HP_AG_MPA_OUT, "mpa.out", "Mobile Prefix Advertisements sent")                                                                   \
	X(HP_AG_MPA_UNSOLICITED, "mpa.unsolicited", "of these, unsolicited")                                                               \
	X(HP_AG_MPA_GIVEN_UP, "mpa.given_up", "unsolicited Mobile Prefix Advertisements that no repetition had acknowledged")              \
	X(HP_AG_REGISTERED, "binding.registered", "bindings created")                                                                      \
	X(HP_AG_REFRESHED, "binding.refreshed", "bindings refreshed at the same care-of address")                                          \
	X(HP_AG_MOVED, "binding.moved", "bindings moved to another care-of address")                                                       \
	X(HP_AG_DEREGISTERED, "binding.deregistered", "bindings removed by their node")                                                    \
	X(HP_AG_EXPIRED, "binding.expired", "bindings that ran out")                                                                       \
	X(HP_AG_REVOKED, "binding.revoked", "bindings removed by the operator")                                                            \
	X(HP_AG_MLD_QUERY_OUT, "mld.query_out", "listener queries sent through tunnels")                                                   \
	X(HP_AG_MLD_REPORT_IN, "mld.report_in", "listener reports taken out of tunnels")                                                   \
	X(HP_AG_MLD_INVALID, "mld.invalid", "listener messages out of tunnels that failed a check, or were no reports")                    \
	X(HP_AG_MLD_UNBOUND, "mld.unbound", "listener reports ignored: no binding at that care-of address")                                \
	X(HP_AG_MLD_UNPROTECTED, "mld.unprotected",                                                                                        \
	  "listener reports ignored: not in ESP, which all payload of their node has to be in (RFC 3776 §4.1)")                            \
	X(HP_AG_MLD_SCOPE, "mld.scope", "listener records ignored: group of less than global scope (RFC 6275 §10.4.2)")                    \
	X(HP_AG_MLD_SPECIFIC, "mld.specific", "listener records ignored: a source-specific group from any source (RFC 4604)")              \
	X(HP_AG_MLD_JOINED, "mld.joined", "groups that mobile nodes began to listen to")                                                   \
	X(HP_AG_MLD_LEFT, "mld.left", "groups that mobile nodes listen to no more")                                                        \
	X(HP_AG_MLD_REFUSED, "mld.refused", "listener records refused: too many groups of one node, nodes of one group, or in all")        \
	X(HP_AG_MLD_SOURCES, "mld.sources_refused", "listener records of which some sources found no place")
enum hp_agent_counter { HP_AGENT_COUNTERS(HP_COUNTER_ENUM) HP_AG_COUNT };
extern const struct hp_counter_info hp_agent_counters[HP_AG_COUNT];

int hp_agent_create(struct hp_agent **out, const struct hp_agent_conf *conf, struct hp_now now);
void hp_agent_destroy(struct hp_agent *a);

/* Messages of these home addresses from these sources, at most HP_AGENT_FORESEE, are about to come: what they touch is fetched into the
 * cache. */
#define HP_AGENT_FORESEE 32
void hp_agent_foresee(const struct hp_agent *a, const struct hp_ip6 *const hoa[], const struct hp_ip6 *const src[], unsigned int n);
/* A Binding Update with H addressed to us: p walked OK, hp_mh_check said OK, and *bu is what it says. `correspondent`: that address of ours has a
 * correspondent registration of this home address: 139. */
void hp_agent_update(struct hp_agent *a, const struct hp_input *in, const struct hp_packet *p, const struct hp_bu *bu, bool correspondent,
		     struct hp_now now, struct hp_effects *fx);
/* A multicast listener's message that came through a tunnel (p walked OK, MLD): ignored unless conf.multicast. */
void hp_agent_listener(struct hp_agent *a, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);
/* Outcome of hp_neighbor_probe for an address of a registration under way. */
void hp_agent_probed(struct hp_agent *a, uint16_t link, const struct hp_ip6 *address, bool unique, struct hp_now now,
		     struct hp_effects *fx);
/* Expiries and queries, bounded work. */
void hp_agent_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx);
uint64_t hp_agent_next(const struct hp_agent *a);
/* Administrative removal: an exception to "must not be removed until it expires" (docs/rfc6275.md). 0 or -ENOENT (also when gone). */
int hp_agent_revoke(struct hp_agent *a, const struct hp_ip6 *hoa, struct hp_now now, struct hp_effects *fx);
/* Whether packets to `dst`, a home address or a group, go through a tunnel from `ha` to `coa`. */
bool hp_agent_tunnels(const struct hp_agent *a, const struct hp_ip6 *dst, const struct hp_ip6 *coa, const struct hp_ip6 *ha);
/* That tunnel met a link of `mtu` octets, 1280 or more (RFC 2473 §8.1): published for all bindings there if it is less than known. Without
 * multicast nobody knows who else is there: for `dst` alone. Forgotten when a node moves, or by a refresh after 10 minutes. */
void hp_agent_path_mtu(struct hp_agent *a, const struct hp_ip6 *dst, const struct hp_ip6 *coa, const struct hp_ip6 *ha, uint32_t mtu,
		       struct hp_now now, struct hp_effects *fx);
/* The same of one under ESP by the outbound association `spi`: of the bindings there that have it. Without multicast nobody knows them. */
void hp_agent_path_mtu_sealed(struct hp_agent *a, uint32_t spi, const struct hp_ip6 *coa, const struct hp_ip6 *ha, uint32_t mtu,
			      struct hp_now now, struct hp_effects *fx);
/* Whether `address` is the derived link-local address of a mobile node away from `link`, defended on its behalf (§10.4.2). */
bool hp_agent_defends(const struct hp_agent *a, uint16_t link, const struct hp_ip6 *address);
/* A changed configuration, of the same home links: their prefixes, the preference, prefix_advertisement. First the plan, which can
 * fail with -ENOMEM and changes nothing; then it comes true, or is given up. Bindings whose prefix or whose agent's address is no more
 * end, none outlives its prefix, and nodes are told (§10.6.2): in slices, by hp_agent_tick. */
struct hp_homes;
int hp_agent_plan(const struct hp_agent *a, const struct hp_agent_conf *conf, struct hp_now now, struct hp_homes **out);
void hp_agent_adopt(struct hp_agent *a, const struct hp_agent_conf *conf, struct hp_homes *plan);
void hp_agent_abandon(struct hp_homes *plan);
/* A router advertisement of another router on a home link (§10.5.1). */
void hp_agent_heard(struct hp_agent *a, uint16_t link, const struct hp_ip6 *router, const struct hp_ra *ra, struct hp_now now,
		    struct hp_effects *fx);
/* A request to the Home-Agents anycast address of home link `link`: fills in the addresses for the answer, at most `most` of at most
 * HP_DHAAD_AGENTS, the most preferable first, ours among them. */
void hp_agent_discover(struct hp_agent *a, uint16_t link, unsigned int most, struct hp_now now, struct hp_dhaad_reply *out);
/* A Mobile Prefix Solicitation of a node whose home address and care-of address are bound: answered at once, or, within a second of the
 * last advertisement, when that second is over (§6.8). Silence when switched off. */
void hp_agent_solicited(struct hp_agent *a, const struct hp_ip6 *hoa, uint16_t identifier, struct hp_now now, struct hp_effects *fx);
/* How its tunnel is protected has changed: published again, if it is bound. */
void hp_agent_republish(struct hp_agent *a, const struct hp_ip6 *hoa, struct hp_effects *fx);
/* Routes changed: re-publish at most `slice` bindings whose path may differ; true when the walk is done. */
bool hp_agent_reroute(struct hp_agent *a, unsigned int slice, struct hp_effects *fx);

enum hp_binding_state { HP_BINDING_PROBING, HP_BINDING_VALID, HP_BINDING_GONE /* kept invalid after de-registration, §10.3.2 */ };
struct hp_binding_view {
	struct hp_ip6 hoa, coa, ha;
	uint32_t id;
	uint16_t link, sequence;
	bool linklocal; /* L */
	bool key_movable;
	enum hp_binding_state state;
	uint32_t lifetime_s; /* granted */
	uint64_t expires_ms; /* mono_ms */
	uint64_t registered_wall_ms;
};
bool hp_agent_find(const struct hp_agent *a, const struct hp_ip6 *hoa, struct hp_binding_view *out);
/* The multicast groups that a mobile node listens to: from these sources, or with `exclude` from all but these. */
typedef void hp_agent_group_fn(void *ctx, const struct hp_ip6 *group, bool exclude, const struct hp_ip6 *source, unsigned int sources);
void hp_agent_groups(const struct hp_agent *a, const struct hp_ip6 *hoa, hp_agent_group_fn *each, void *ctx);
size_t hp_agent_page(const struct hp_agent *a, bool first, uint64_t after, size_t max, struct hp_binding_view *out, size_t cap,
		     uint64_t *next, bool *more);
struct hp_home_agent_view {
	uint16_t link;
	bool own;
	struct hp_ip6 linklocal; /* ::: ours on a virtual link */
	uint16_t preference;
	uint64_t expires_ms; /* mono_ms, UINT64_MAX: ours */
	unsigned int addresses;
	struct hp_ip6 address[HP_RA_PREFIXES];
};
/* The home agents of a home link, counted from 0, by preference. 0: no such home link. */
unsigned int hp_agent_home_agents(const struct hp_agent *a, unsigned int home, struct hp_now now,
				  struct hp_home_agent_view out[1 + HP_AGENTS_MOST]);
size_t hp_agent_bindings(const struct hp_agent *a);        /* VALID ones */
size_t hp_agent_memory(const struct hp_agent *a);          /* bytes held for bindings */
const uint64_t *hp_agent_count(const struct hp_agent *a);  /* HP_AG_COUNT values */
const uint64_t *hp_agent_status(const struct hp_agent *a); /* acknowledgements sent by status, 256 values */

#endif
