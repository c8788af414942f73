/* SPDX-License-Identifier: BSD-3-Clause */
/* The correspondent node, pure (RFC 6275 §5.2, §9): tests answered without state, Binding Updates to a cache for each (home address,
 * correspondent), effects out. The correspondent is one of our own addresses, or a host that we act for. One management thread. */
#ifndef HP_CORRESPONDENT_CORRESPONDENT_H
#define HP_CORRESPONDENT_CORRESPONDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/effect.h"
#include "base/hop.h"
#include "base/ip6.h"
#include "base/now.h"
#include "wire/packet.h"

struct hp_correspondent;

/* §12 */
#define HP_MAX_TOKEN_LIFETIME_S      210
#define HP_MAX_NONCE_LIFETIME_S      240
#define HP_MAX_RR_BINDING_LIFETIME_S 420

struct hp_correspondent_conf {
	uint32_t max_bindings;
	uint32_t max_lifetime_s;                                     /* at most HP_MAX_RR_BINDING_LIFETIME_S */
	struct hp_hop (*route)(void *ctx, const struct hp_ip6 *dst); /* towards a care-of address */
	/* How a message of ours gets to where it goes first, its destination or by a routing header a care-of address: that may be the home
	 * address of a node that is bound here. */
	void (*address)(void *ctx, struct hp_send *send);
	/* Whether packets of a host that we act for went by the binding of this id lately. */
	bool (*used)(void *ctx, uint32_t id);
	/* For node keys and nonces: unpredictable. False: there is none to be had. */
	bool (*random)(void *ctx, void *octets, size_t len);
	/* A care-of address that would lead packets back into this box for ever, or a home address that nobody may have: the status to refuse
	 * it with, else -1. */
	int (*policy)(void *ctx, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, bool deletion);
	void *ctx;
	uint64_t seed;
};

#define HP_CORRESPONDENT_COUNTERS(X)                                                                                                       \
	X(HP_CN_HOTI_IN, "rr.hoti_in", "Home Test Init messages received")                                                                 \
	X(HP_CN_HOT_OUT, "rr.hot_out", "Home Test messages sent")                                                                          \
	X(HP_CN_COTI_IN, "rr.coti_in", "Care-of Test Init messages received")                                                              \
	X(HP_CN_COT_OUT, "rr.cot_out", "Care-of Test messages sent")                                                                       \
	X(HP_CN_TEST_HAO, "rr.home_address_option", "test init messages ignored: with a Home Address option (RFC 6275 §9.4)")              \
	X(HP_CN_TEST_ADDRESS, "rr.not_routable", "test init messages ignored: source or destination not unicast routable")                 \
	X(HP_CN_TEST_MALFORMED, "rr.malformed", "test init messages dropped: a malformed option")                                          \
	X(HP_CN_TEST_NO_NONCE, "rr.no_nonce", "test init messages not answered: no randomness for a nonce to be had")                      \
	X(HP_CN_BU_IN, "cn.bu_in", "Binding Updates to correspondents received")                                                           \
	X(HP_CN_BA_OUT, "cn.ba_out", "Binding Acknowledgements of correspondents sent")                                                    \
	X(HP_CN_BRR_OUT, "cn.brr_out", "Binding Refresh Requests sent")                                                                    \
	X(HP_CN_BU_MALFORMED, "cn.malformed", "Binding Updates ignored: a malformed option, or one behind the authorization")              \
	X(HP_CN_BU_ADDRESS, "cn.address", "Binding Updates ignored: source, destination, home or care-of address not unicast routable")    \
	X(HP_CN_BU_UNPROVED, "cn.unauthorized", "Binding Updates ignored: without nonce indices, or an authorization of 12 octets")        \
	X(HP_CN_BU_WRONG, "cn.wrong_authenticator", "Binding Updates ignored: wrong authenticator")                                        \
	X(HP_CN_BU_NO_KEY, "cn.no_key", "Binding Updates or acknowledgements dropped: OpenSSL could not compute")                          \
	X(HP_CN_BU_ILLEGAL, "cn.nonces_used",                                                                                              \
	  "Binding Updates refused: nonces and care-of address of a deleted binding (RFC 6275 §9.5.3)")                                    \
	X(HP_CN_FULL, "cn.full", "Binding Updates refused: no room, and no idle binding to give way")                                      \
	X(HP_CN_CROWDED, "cn.crowded", "Binding Updates refused: their care-of network has its share of a cache that is half full")        \
	X(HP_CN_REGISTERED, "cn.registered", "bindings created")                                                                           \
	X(HP_CN_REFRESHED, "cn.refreshed", "bindings refreshed at the same care-of address")                                               \
	X(HP_CN_MOVED, "cn.moved", "bindings moved to another care-of address")                                                            \
	X(HP_CN_DEREGISTERED, "cn.deregistered", "bindings deleted by their node")                                                         \
	X(HP_CN_DELETE_NONE, "cn.delete_none", "deletions of a binding that was not there")                                                \
	X(HP_CN_EXPIRED, "cn.expired", "bindings that ran out")                                                                            \
	X(HP_CN_REPLACED, "cn.replaced", "idle bindings that gave way to new ones (RFC 6275 §9.6)")                                        \
	X(HP_CN_UNREACHABLE, "cn.unreachable", "bindings ended: their care-of address is lastingly unreachable (RFC 6275 §9.3.4)")         \
	X(HP_CN_UNCONFIGURED, "cn.unconfigured", "bindings ended: a changed configuration serves their correspondent no more")             \
	X(HP_CN_UNREACHABLE_IN, "cn.unreachable_in", "destinations unreachable received about packets by a binding")                       \
	X(HP_CN_PATH_MTU, "cn.path_mtu", "direct paths that turned out to carry less")
enum hp_correspondent_counter { HP_CORRESPONDENT_COUNTERS(HP_COUNTER_ENUM) HP_CN_COUNT };
extern const struct hp_counter_info hp_correspondent_counters[HP_CN_COUNT];

int hp_correspondent_create(struct hp_correspondent **out, const struct hp_correspondent_conf *conf,
			    struct hp_now now); /* 0, -ENOMEM, -ENOSYS */
void hp_correspondent_destroy(struct hp_correspondent *c);

/* A Home Test Init, Care-of Test Init or Binding Update without H: p walked OK, hp_mh_check said OK. Its destination is the correspondent. */
struct hp_correspondent_message {
	const struct hp_packet *p;
	uint8_t type;
	bool own;             /* the correspondent is an address of ours, else a host that we act for */
	bool home_registered; /* the correspondent has a home registration of this home address: 139 */
};
void hp_correspondent_message(struct hp_correspondent *c, const struct hp_correspondent_message *m, struct hp_now now,
			      struct hp_effects *fx);
/* Expiries, refresh requests; bounded. */
void hp_correspondent_tick(struct hp_correspondent *c, struct hp_now now, struct hp_effects *fx);
uint64_t hp_correspondent_next(const struct hp_correspondent *c);

/* An ICMPv6 error about a packet by that binding has come: a link of `mtu` octets, 1280 or more (RFC 8201); or a destination unreachable, of which
 * lasting ones end the binding (§9.3.4). False: there is no such binding. */
bool hp_correspondent_path_mtu(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
			       const struct hp_ip6 *coa, uint32_t mtu, struct hp_now now, struct hp_effects *fx);
bool hp_correspondent_unreachable(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
				  const struct hp_ip6 *coa, struct hp_now now, struct hp_effects *fx);
/* A changed configuration: the bindings of correspondents that `keeps` does not keep end. In slices, by hp_correspondent_tick. */
void hp_correspondent_renew(struct hp_correspondent *c, uint32_t max_lifetime_s,
			    bool (*keeps)(void *ctx, const struct hp_ip6 *correspondent));
/* Routes changed: looks at no more than `slice` bindings; true when the walk is done. */
bool hp_correspondent_reroute(struct hp_correspondent *c, unsigned int slice, struct hp_effects *fx);

struct hp_correspondent_view {
	struct hp_ip6 hoa, correspondent, coa;
	uint32_t id;
	bool own;
	bool touched; /* an address of ours has used it, if it is one's, since its last update */
	uint16_t sequence;
	uint16_t path_mtu; /* 0: that of the link */
	uint32_t lifetime_s;
	uint64_t expires_ms; /* mono_ms */
	uint64_t registered_wall_ms;
};
/* Valid bindings only. A page may have fewer than `max`, or none, and *more all the same. */
bool hp_correspondent_find(const struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
			   struct hp_correspondent_view *out);
/* A packet of an address of ours went by that binding, either way: no worker sees those. */
void hp_correspondent_touch(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent);
size_t hp_correspondent_page(const struct hp_correspondent *c, bool first, uint64_t after, size_t max, struct hp_correspondent_view *out,
			     size_t cap, uint64_t *next, bool *more);
size_t hp_correspondent_bindings(const struct hp_correspondent *c); /* valid ones */
size_t hp_correspondent_memory(const struct hp_correspondent *c);
const uint64_t *hp_correspondent_count(const struct hp_correspondent *c);  /* HP_CN_COUNT values */
const uint64_t *hp_correspondent_status(const struct hp_correspondent *c); /* acknowledgements sent by status, 256 values */

#endif
