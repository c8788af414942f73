/* SPDX-License-Identifier: BSD-3-Clause */
/* The mobile node, pure (RFC 6275 §11): where it is attached, what its home agents know of it, what to send next. One thread.
 *
 * Effects used of base/effect.h: SEND (link is the interface's number; Home Address option by send.hoa); BIND: from now on hoa's traffic
 * goes through the tunnel coa -> ha on interface out_link; UNBIND: no tunnel; ADDRESS: the home address is (no longer) on the
 * interface `link` itself: at home; EVENT: for the log. */
#ifndef HP_NODE_NODE_H
#define HP_NODE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/effect.h"
#include "base/ip6.h"
#include "base/now.h"
#include "wire/packet.h"

struct hp_node;
struct hp_key; /* security/subscriber.h */

#define HP_NODE_HOMES      16
#define HP_NODE_INTERFACES 32
#define HP_NODE_ADDRESSES  16 /* remembered of one interface */
#define HP_NODE_AGENTS     16 /* remembered of one answer */

enum hp_node_method {
	HP_NODE_OPEN, /* nothing is proved: for labs */
	HP_NODE_MN_HA /* authentication in the message (RFC 4283, 4285) */
};

struct hp_node_home {
	struct hp_ip6 hoa, ha;       /* ha ::: to be discovered */
	uint8_t prefix_length;       /* of the home link */
	uint32_t lifetime_s;         /* asked for */
	uint32_t initial_timeout_ms; /* first wait for an acknowledgement (§12: 1,500 with DAD) */
	bool prefix_discovery;       /* the home agent is asked for the home prefixes; MN-HA does not protect that (RFC 4285 §2) */
	enum hp_node_method method;
	const char *
		identity; /* of MN-HA; at most HP_IDENTITY_MOST octets of security/subscriber.h; the caller's, as the key is, as long as the node lives */
	const struct hp_key *key; /* of MN-HA */
};

struct hp_node_conf {
	unsigned int homes;
	const struct hp_node_home *home;
	unsigned int interfaces;
	const uint32_t *preference; /* by interface number; the largest usable one wins */
	struct hp_hmac *mac;        /* the caller's; NULL where every home is open and no route is optimized */
	/* Packets between a home address and a correspondent until the route is optimized: 1: always, 0: never. */
	uint32_t optimize_after;
	/* For cookies: unpredictable. False: there is none to be had. */
	bool (*random)(void *octets, size_t len);
	uint64_t seed;
};

#define HP_NODE_COUNTERS(X)                                                                                                                \
	X(HP_NODE_BU_OUT, "mh.bu_out", "Binding Updates sent to home agents")                                                              \
	X(HP_NODE_BA_IN, "mh.ba_in", "Binding Acknowledgements of home agents taken")                                                      \
	X(HP_NODE_BE_IN, "mh.be_in", "Binding Errors of home agents taken")                                                                \
	X(HP_NODE_IGNORED, "mh.ignored", "messages that answer nothing of ours")                                                           \
	X(HP_NODE_INVALID, "mh.invalid", "Mobility Headers that failed a check")                                                           \
	X(HP_NODE_RETRANSMITTED, "mh.retransmitted", "Binding Updates repeated for want of an answer")                                     \
	X(HP_NODE_DHAAD_OUT, "dhaad.out", "home agent address discovery requests sent")                                                    \
	X(HP_NODE_MPS_OUT, "mps.out", "Mobile Prefix Solicitations sent")                                                                  \
	X(HP_NODE_MPA_IN, "mpa.in", "Mobile Prefix Advertisements taken")                                                                  \
	X(HP_NODE_MPA_UNSOLICITED, "mpa.unsolicited", "Mobile Prefix Advertisements that answered nothing: asked for anew")                \
	X(HP_NODE_AUTH_FAILED, "auth.failed", "Binding Updates not sent: their authenticator could not be computed")                       \
	X(HP_NODE_AUTH_CLOCK, "auth.clock", "timestamps the home agent found invalid: its clock is taken over (status 144)")               \
	X(HP_NODE_AUTH_TIMESTAMP_ASKED, "auth.timestamp_asked", "the home agent asks for timestamps: sent from now on (status 145)")       \
	X(HP_NODE_AUTH_STOPPED, "auth.stopped",                                                                                            \
	  "the home agent does not accept our authenticator: no updates for ten minutes (status 146)")                                     \
	X(HP_NODE_AUTH_DOUBTED, "auth.doubted",                                                                                            \
	  "status 146 that our key does not prove: not believed; if updates stay unanswered, the key is wrong")                            \
	X(HP_NODE_AUTH_NO_OPTION, "auth.no_option", "acknowledgements without authentication option: ignored (RFC 4285 §5)")               \
	X(HP_NODE_AUTH_SPI, "auth.unknown_spi", "acknowledgements of another SPI than ours: ignored")                                      \
	X(HP_NODE_AUTH_TIMESTAMP, "auth.timestamp", "acknowledgements of another timestamp than the one sent: ignored (RFC 4285 §6)")      \
	X(HP_NODE_AUTH_MAC, "auth.wrong_authenticator", "acknowledgements whose authenticator is wrong: ignored")                          \
	X(HP_NODE_HOTI_OUT, "rr.hoti_out", "Home Test Init messages sent")                                                                 \
	X(HP_NODE_COTI_OUT, "rr.coti_out", "Care-of Test Init messages sent")                                                              \
	X(HP_NODE_HOT_IN, "rr.hot_in", "Home Test messages taken")                                                                         \
	X(HP_NODE_COT_IN, "rr.cot_in", "Care-of Test messages taken")                                                                      \
	X(HP_NODE_TEST_REPEATED, "rr.retransmitted", "test init messages repeated for want of an answer")                                  \
	X(HP_NODE_TEST_FAILED, "rr.unanswered",                                                                                            \
	  "return routability given up for a while: no answer to three repetitions (RFC 6275 §5.2.9)")                                     \
	X(HP_NODE_TEST_IGNORED, "rr.ignored",                                                                                              \
	  "test messages that answer nothing of ours, or came another way than they must (RFC 6275 §11.6.2)")                              \
	X(HP_NODE_RANDOM_FAILED, "rr.no_random", "test init messages put off: nothing unpredictable to be had for a cookie")               \
	X(HP_NODE_PEER_BU_OUT, "ro.bu_out", "Binding Updates sent to correspondents")                                                      \
	X(HP_NODE_PEER_BA_IN, "ro.ba_in", "Binding Acknowledgements of correspondents taken")                                              \
	X(HP_NODE_PEER_REPEATED, "ro.retransmitted", "Binding Updates to correspondents repeated for want of an answer")                   \
	X(HP_NODE_PEER_UNANSWERED, "ro.unanswered", "correspondent registrations given up for a while: no answer to three repetitions")    \
	X(HP_NODE_PEER_REFUSED, "ro.refused", "Binding Updates that a correspondent refused")                                              \
	X(HP_NODE_PEER_NO_AUTHORIZATION, "ro.no_authorization",                                                                            \
	  "acknowledgements of correspondents without Binding Authorization Data: ignored")                                                \
	X(HP_NODE_PEER_WRONG_AUTHENTICATOR, "ro.wrong_authenticator",                                                                      \
	  "acknowledgements of correspondents whose authenticator is wrong: ignored")                                                      \
	X(HP_NODE_PEER_BRR_IN, "ro.brr_in", "Binding Refresh Requests of correspondents answered")                                         \
	X(HP_NODE_PEER_BE_IN, "ro.be_in", "Binding Errors of correspondents that ended a route: back into the tunnel")                     \
	X(HP_NODE_PEER_BE_DOUBTED, "ro.be_doubted",                                                                                        \
	  "Binding Errors not believed: packets had just come by the binding they deny (RFC 6275 §11.3.6)")                                \
	X(HP_NODE_PEER_SILENT, "ro.silent", "routes by which packets went for ten seconds and none came: the correspondent is asked")      \
	X(HP_NODE_PEER_UNABLE, "ro.unable",                                                                                                \
	  "correspondents that know nothing of Mobile IPv6: not asked for ten minutes (RFC 6275 §11.3.5)")                                 \
	X(HP_NODE_PEER_OPTION, "ro.home_address_option",                                                                                   \
	  "parameter problems code 2 about the Home Address option: only told of (RFC 6275 §11.3.5)")                                      \
	X(HP_NODE_PEER_GIVEN_UP, "ro.given_up", "idle correspondents forgotten to make room")                                              \
	X(HP_NODE_PEER_NONE, "ro.full", "packets to correspondents that there was no room for: through the tunnel")                        \
	X(HP_NODE_MOVES, "moves", "changes of the point of attachment")
enum hp_node_counter { HP_NODE_COUNTERS(HP_COUNTER_ENUM) HP_NODE_COUNT };
extern const struct hp_counter_info hp_node_counters[HP_NODE_COUNT];

int hp_node_create(struct hp_node **out, const struct hp_node_conf *conf, struct hp_now now);
void hp_node_destroy(struct hp_node *n);

/* The interface has (lost) its carrier; its link-layer address. Down: its addresses are forgotten. */
void hp_node_interface(struct hp_node *n, uint16_t interface, bool up, const struct hp_mac *mac, struct hp_now now, struct hp_effects *fx);
/* An address of an interface came, changed or went. Usable: neither tentative, duplicate nor deprecated. One in the home prefix of a
 * home means that the interface is on that home link (§11.5.2 by prefix). */
void hp_node_address(struct hp_node *n, uint16_t interface, const struct hp_ip6 *address, bool usable, bool gone, struct hp_now now,
		     struct hp_effects *fx);
/* A Mobility Header packet (hp_packet_read_node said OK, proto 135) that came in on an interface; or, `tunnelled`, out of the tunnel of the home
 * whose address is its destination, the outer source checked: Home Tests are heard from there only (§11.6.2), home agents never. */
void hp_node_message(struct hp_node *n, const struct hp_packet *p, bool tunnelled, struct hp_now now, struct hp_effects *fx);
/* An ICMPv6 packet of Mobile IPv6 (types 145 and 147; hp_packet_read_node said OK), its checksum not looked at yet. */
void hp_node_icmp(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);
void hp_node_tick(struct hp_node *n, struct hp_now now, struct hp_effects *fx);
uint64_t hp_node_next(const struct hp_node *n);
/* Leaving for good: every binding is given up, once, unacknowledged; as far as the rate allows (§11.8), the others run out. */
void hp_node_stop(struct hp_node *n, struct hp_now now, struct hp_effects *fx);

/* Which way a packet of that home to `peer` goes: asked for each. DIRECT: from the care-of address with a Home Address option (§11.3.1), else
 * through the tunnel or, at home, as it is. */
enum hp_node_way { HP_NODE_TUNNEL, HP_NODE_DIRECT };
enum hp_node_way hp_node_outgoing(struct hp_node *n, unsigned int home, const struct hp_ip6 *peer, struct hp_now now,
				  struct hp_effects *fx);
/* A packet from `peer` came through the tunnel of that home: whoever sends it knows of no binding (§11.3.3). */
void hp_node_incoming(struct hp_node *n, unsigned int home, const struct hp_ip6 *peer, struct hp_now now, struct hp_effects *fx);
/* A packet from `peer` came by a type 2 routing header: the correspondent is there. */
void hp_node_progress(struct hp_node *n, unsigned int home, const struct hp_ip6 *peer, struct hp_now now);
/* An ICMPv6 error (hp_packet_read_node said OK), from an interface or out of the tunnel; its checksum is not looked at yet. True: it is about a Mobility
 * Header of ours, or says that our Home Address option is not known, and nobody else is to see it (§11.3.5). */
bool hp_node_error(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

/* A correspondent that the node has to do with: an entry of the binding update list (§11.1). */
enum hp_node_route {
	HP_NODE_ROUTE_COUNTING, /* not enough packets yet */
	HP_NODE_ROUTE_TESTING,  /* return routability under way */
	HP_NODE_ROUTE_UPDATING, /* Binding Update sent */
	HP_NODE_ROUTE_OPTIMIZED,
	HP_NODE_ROUTE_WAITING, /* no answer, or refused: tried again later */
	HP_NODE_ROUTE_UNABLE   /* it knows nothing of Mobile IPv6 (parameter problem code 1): not tried for a while */
};
struct hp_node_correspondent_view {
	unsigned int home;
	struct hp_ip6 peer, coa; /* coa: as bound there, :: not */
	enum hp_node_route route;
	uint64_t packets;    /* by this way or the tunnel, both directions as far as seen */
	int last_status;     /* -1: none */
	uint64_t expires_ms; /* of its binding; 0: none */
};
typedef void hp_node_correspondent_fn(void *ctx, const struct hp_node_correspondent_view *v);
void hp_node_correspondents(const struct hp_node *n, hp_node_correspondent_fn *each, void *ctx);

enum hp_node_state {
	HP_NODE_DETACHED,    /* no usable interface */
	HP_NODE_DISCOVERING, /* away, no home agent is known */
	HP_NODE_REGISTERING, /* away, the home agent has not answered yet */
	HP_NODE_AWAY,        /* bound */
	HP_NODE_RETURNING,   /* at home, de-registration not answered yet */
	HP_NODE_HOME,
	HP_NODE_STOPPED /* away, and the home agent gets no updates of ours for ten minutes (RFC 4285 §5.3) */
};

struct hp_node_view {
	struct hp_ip6 hoa, ha, coa; /* coa :: at home or detached */
	enum hp_node_state state;
	uint16_t interface; /* HP_LINK_NONE: none */
	uint16_t sequence;
	int last_status;                             /* of the last acknowledgement, -1: none yet */
	int trouble;                                 /* the counter that says why authentication does not succeed, -1: it does */
	uint32_t lifetime_s;                         /* granted */
	uint64_t expires_ms;                         /* mono_ms */
	uint64_t valid_until_ms, preferred_until_ms; /* of the home address; UINT64_MAX: for ever as far as known, 0: invalid */
	unsigned int agents;                         /* discovered ones, in their order */
	struct hp_ip6 agent[HP_NODE_AGENTS];
};
void hp_node_look(const struct hp_node *n, unsigned int home, struct hp_node_view *out);
const uint64_t *hp_node_count(const struct hp_node *n);

#endif
