/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport-mn: the pure core of lib/node between a Linux kernel that knows nothing of Mobile IPv6 and its networks. One thread. */
#ifndef HP_MN_MN_H
#define HP_MN_MN_H

#include <stdbool.h>
#include <stdint.h>

#include "api/api.h"
#include "base/effect.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ip6.h"
#include "base/log.h"
#include "base/now.h"
#include "base/secret.h"
#include "conf/association.h"
#include "node/node.h"
#include "security/hmac.h"
#include "security/ipsec.h"
#include "security/subscriber.h"

#define MN_TUNNEL_HEADER 40
#define MN_PACKET        65536
#define MN_BATCH         64  /* packets of one descriptor before the others have their turn */
#define MN_PATHS         256 /* that an MTU is remembered of */

struct mn_home_conf {
	struct hp_node_home home;
	char *virtual_interface;
	char *identity;                           /* home's */
	struct hp_key key;                        /* home's; its octets are the secrets' */
	int prefix_discovery;                     /* as the operator says; -1: as the method allows */
	bool ipsec;                               /* registrations by ESP, else as home.method says */
	bool payload;                             /* and what is in the tunnel */
	bool optimize;                            /* routes to correspondents */
	struct hp_conf_associations associations; /* until they are in force */
};

struct mn_interface_conf {
	char *name;
	uint32_t preference;
};

struct mn_conf {
	unsigned int homes, interfaces;
	struct mn_home_conf home[HP_NODE_HOMES];
	struct mn_interface_conf interface[HP_NODE_INTERFACES];
	uint32_t lifetime_s, initial_timeout_ms;
	uint32_t optimize_after; /* packets; 0: never */
	bool optimize_said;      /* by the operator */
	struct hp_secrets *secrets;
	char *api_unix;
	enum hp_log_level level;
	bool json;
};

int mn_conf_load(struct mn_conf *out, const char *file, struct hp_error *e);
void mn_conf_free(struct mn_conf *c);

/* A home as the kernel sees it. */
struct mn_home {
	int tun_fd, tun_index;
	bool tunnel; /* packets go to `ha` from `coa` */
	struct hp_ip6 hoa, ha, coa;
	int out_index;  /* kernel's interface index of the tunnel's way out */
	int home_index; /* of the interface that carries the home address: at home; 0: away */
	bool rule;      /* packets from hoa use our table */
	bool rule_any;  /* packets without an address yet do */
	bool queried;   /* the home agent has asked through the tunnel what we listen to (§11.3.4) */
};

/* A direct path in use, and what it carries, option and all. */
struct mn_path {
	struct hp_ip6 peer, coa;
	uint16_t mtu;
	uint64_t until_ms; /* found anew then */
};

/* Of a tunnel packet. */
struct mn_outer {
	struct hp_ip6 src, dst;
	int index; /* kernel's, of the interface */
};

struct mn {
	struct mn_conf conf;
	struct hp_node *node;
	struct hp_effects *fx;
	struct hp_ipsec *ipsec; /* of the homes that are under it */
	struct hp_hmac *mac;    /* of those that authenticate in the message */
	struct hp_api *api;
	struct mn_home home[HP_NODE_HOMES];
	int index[HP_NODE_INTERFACES]; /* kernel's, 0: not there */
	struct mn_netlink *netlink;
	int epoll_fd, signal_fd, tunnel_fd, esp_fd, send_fd, direct_fd, capture_fd;
	uint64_t start_ns;
	bool stop, filter; /* filter: ours is in the kernel */
	struct hp_hash_key path_key;
	struct mn_path path[MN_PATHS]; /* by hash of the peer: a later one takes the place of an earlier */
	uint64_t tunnel_in, tunnel_out, tunnel_refused, routed_in;
	uint64_t direct_in, direct_out, direct_refused, direct_too_big;
};

struct hp_now mn_now(const struct mn *mn);

/* tun.c: the virtual interface of a home. */
int mn_tun_open(const char *name, int *fd, int *index, struct hp_error *e);

/* netlink.c: interfaces and addresses, watched; routes, rules and addresses of ours, set. */
int mn_netlink_create(struct mn *mn, struct hp_error *e);
void mn_netlink_destroy(struct mn *mn);
int mn_netlink_fd(const struct mn *mn);
void mn_netlink_read(struct mn *mn);
/* Packets of the home address go nowhere but to the virtual interface: where there is no tunnel they end there, and no network on the way sees
 * them. With a tunnel those of applications that have not bound an address do so too, for the first home's. */
enum mn_route { MN_ROUTE_NONE, MN_ROUTE_HELD, MN_ROUTE_TUNNEL };
int mn_kernel_route(struct mn *mn, unsigned int home, enum mn_route route);
/* Packets from a care-of address, or from a home address that is at home, keep using the main table whatever other homes need. */
int mn_kernel_main(struct mn *mn, const struct hp_ip6 *address, bool on);
/* Whether it is an address of this host. */
bool mn_kernel_has(const struct mn *mn, const struct hp_ip6 *address);
/* Rules that a killed instance has left. */
void mn_kernel_clean(struct mn *mn);
/* hoa/128 on an interface, or no more; untested: with DAD, which a node that returns to a binding must not do (RFC 6275 §11.5.5). */
int mn_kernel_address(struct mn *mn, int index, const struct hp_ip6 *hoa, bool on, bool untested);

/* sockets.c: signalling, capture. */
int mn_sockets_create(struct mn *mn, struct hp_error *e);
void mn_sockets_destroy(struct mn *mn);
void mn_sockets_send(struct mn *mn, const struct hp_send *s);
/* A raw socket's packet from, to and on what `outer` says, whatever the routes of the virtual interface say. -errno. */
int mn_sockets_send_from(int fd, const struct mn_outer *outer, int class_, const void *packet, size_t len);
void mn_sockets_capture_read(struct mn *mn);
/* True: it is for the node alone, a message of Mobile IPv6 or an error about one of ours. */
bool mn_sockets_message(struct mn *mn, const struct hp_packet *p, bool tunnelled);

/* tunnel.c: through the home agent. */
void mn_tunnel_read(struct mn *mn);
void mn_tunnel_read_esp(struct mn *mn);
void mn_tunnel_read_virtual(struct mn *mn, unsigned int home);
/* In ESP where that is asked for: there is room for HP_ESP_MOST octets more. */
void mn_tunnel_send(struct mn *mn, const struct hp_ip6 *hoa, const struct mn_outer *outer, uint8_t *packet, size_t len);
/* To the applications. */
void mn_tunnel_deliver(const struct mn_home *h, const void *packet, size_t len);

/* optimize.c: the direct path to and from correspondents. */
/* A packet from the virtual interface of a home that is away, with room for HP_DIRECT_HEADER octets more. False: by the tunnel, unchanged. */
bool mn_optimize_leave(struct mn *mn, unsigned int home, uint8_t *packet, size_t len);
/* A packet with a type 2 routing header; `summed`: its upper-layer checksum is in place. */
void mn_optimize_arrived(struct mn *mn, const struct hp_packet *p, bool summed);
/* An ICMPv6 error that came in on an interface. True: it was about a packet of the direct path. */
bool mn_optimize_error(struct mn *mn, const struct hp_packet *p);

/* protection.c: homes whose messages are under ESP (RFC 3776). */
int mn_protection_create(struct mn *mn, struct hp_error *e);
/* The message of a composed packet, in place: there is room for HP_ESP_MOST octets more. The new length; negative: it must not be sent. */
int mn_protection_seal(struct mn *mn, const struct hp_send *s, uint8_t *packet, size_t len);
/* Whether a message may be taken; one in ESP is *p as if it had come without, then, in `plain`. */
bool mn_protection_admit(struct mn *mn, struct hp_packet *p, uint8_t plain[HP_IPSEC_MESSAGE]);

/* An inner packet of `hoa`, with room for HP_ESP_MOST octets more: its new length, 0: it goes as it is, negative: it must not. */
int mn_protection_wrap(struct mn *mn, const struct hp_ip6 *hoa, uint8_t *packet, size_t len);

/* filter.c: what the kernel must not answer. */
int mn_filter_create(struct mn *mn, struct hp_error *e);
void mn_filter_destroy(const struct mn *mn);

/* event.c: for the log. */
void mn_event_tell(const struct mn *mn, const struct hp_event *e);

/* enrol.c: the whole command, argv[0] is its verb. */
int mn_enrol(int argc, char **argv);

/* status.c */
extern const struct hp_api_resource mn_resources[];
int mn_status_print(const char *socket, bool json);

#endif
