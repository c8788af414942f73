/* SPDX-License-Identifier: BSD-3-Clause */
/* The packet mover as the management core sees it: ports, workers, and the published tables. The only room with DPDK in it.
 * All calls from the management thread (an EAL lcore) unless said; none blocks a worker. EAL is up before create.
 * Only this header and counters.h are for app/; the stages' own headers are the room's. */
#ifndef HP_DATAPLANE_DATAPLANE_H
#define HP_DATAPLANE_DATAPLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/association.h"
#include "base/counter.h"
#include "base/effect.h"
#include "base/error.h"
#include "base/ip6.h"

struct hp_dataplane;
struct rte_mbuf;

struct hp_dp_port {
	const char *name;   /* of the configuration */
	const char *device; /* as EAL knows it: "0000:3b:00.0", "net_af_packet0" */
	uint16_t rx_queues; /* 0: number of workers, capped by the device */
	uint16_t mtu;       /* largest of its links, without VLAN tag */
	bool vlan;          /* some link of it is tagged */
};

struct hp_dp_link {
	const char *name;
	int port;      /* index, -1: virtual */
	uint16_t vlan; /* 0: untagged */
	uint16_t mtu;
	bool home; /* reverse-tunnel and proxy rules apply */
};

/* Packets handed from worker to worker by their flow. */
enum hp_dp_spread {
	HP_DP_SPREAD_AUTO,  /* at reception, on ports with fewer queues than workers */
	HP_DP_SPREAD_INNER, /* and after decapsulation by the inner flow, where the device did not */
	HP_DP_SPREAD_OFF
};

struct hp_dp_conf {
	unsigned int ports, links, workers;
	const struct hp_dp_port *port;
	const struct hp_dp_link *link;
	const unsigned int *worker_lcore;
	bool sleep; /* idle: sleep */
	enum hp_dp_spread spread;
	uint32_t max_bindings;
	uint32_t max_paths; /* 0: default 65536 */
	uint32_t max_frame; /* 0: from the MTUs */
	bool accounting;
	uint32_t max_associations; /* security associations in tunnel mode; 0: none, and no crypto device */
	bool portable_crypto;      /* not the processor's own instructions: for tests of what stands in where they are missing */
	uint32_t max_optimized;    /* correspondents' bindings of hosts that we act for; 0: none ever */
	bool multicast;            /* RFC 6275 §10.4.2, §10.4.3; else multicast out of tunnels is refused */
};

/* Creates pools, tables, ports (configured and started) and workers (not running). On error fills *e. */
int hp_dataplane_create(struct hp_dataplane **out, const struct hp_dp_conf *conf, struct hp_error *e);
int hp_dataplane_start(struct hp_dataplane *dp, struct hp_error *e); /* launches the workers */
void hp_dataplane_stop(struct hp_dataplane *dp);                     /* workers return; idempotent */
void hp_dataplane_destroy(struct hp_dataplane *dp);                  /* safe on NULL */

/* Published tables: 0, -ENOSPC, -ENOMEM. A put replaces; nothing a worker can see is edited. */
int hp_dataplane_bind(struct hp_dataplane *dp, const struct hp_bind *b);
int hp_dataplane_unbind(struct hp_dataplane *dp, const struct hp_ip6 *hoa);
/* Correspondents' bindings, by (home address, correspondent). 0, -EINVAL: without max_optimized, or no id below it, -ENOENT, -ENOSPC, -ENOMEM. */
int hp_dataplane_optimize(struct hp_dataplane *dp, const struct hp_optimize *o);
int hp_dataplane_unoptimize(struct hp_dataplane *dp, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent);
/* Whether packets went by that binding lately, either way: in the last 8 to 16 s. */
bool hp_dataplane_optimized_used(const struct hp_dataplane *dp, uint32_t id);
/* The hosts that we act for as correspondents: what of Mobile IPv6 is addressed to them comes to the management core, but for addresses of ours and
 * home addresses that are bound. Replaced as a whole. 0, -ENOMEM, -EINVAL: without max_optimized, unless for nobody. */
int hp_dataplane_protect(struct hp_dataplane *dp, const struct hp_prefix protect[], unsigned int protects, const struct hp_prefix exclude[],
			 unsigned int excludes);
/* Publishes association `number` (1 to max_associations) in tunnel mode, or (NULL) withdraws it. One that had the number is replaced, and
 * sequence numbers begin anew. Keys are copied, to where no core dump finds them, and wiped when no worker uses them. Bindings name what they
 * send by (hp_bind); what comes is found by its SPI. 0, -EINVAL, -ENOENT, -EEXIST: the SPI is taken, -ENOSPC, -ENOMEM, -ENOTSUP. */
int hp_dataplane_association(struct hp_dataplane *dp, uint32_t number, const struct hp_association_spec *spec);
/* Inner packets and octets that went by it, for its lifetimes; false: there is none. */
bool hp_dataplane_association_used(const struct hp_dataplane *dp, uint32_t number, uint64_t *packets, uint64_t *octets);
/* These home addresses, at most HP_DATAPLANE_FORESEE, are about to be bound or unbound: their lines are asked for at once. Changes nothing. */
#define HP_DATAPLANE_FORESEE 64
void hp_dataplane_foresee(const struct hp_dataplane *dp, const struct hp_ip6 *const hoa[], unsigned int n);
int hp_dataplane_neighbor(struct hp_dataplane *dp, uint16_t link, const struct hp_ip6 *address, const struct hp_mac *mac, bool usable);
int hp_dataplane_address(struct hp_dataplane *dp, uint16_t link, const struct hp_ip6 *address, bool valid);
int hp_dataplane_member(struct hp_dataplane *dp, const struct hp_member *m);
int hp_dataplane_group(struct hp_dataplane *dp, uint16_t link, const struct hp_ip6 *group, bool joined);
struct hp_dp_route {
	struct hp_ip6 prefix;
	uint8_t length;
	uint16_t link;     /* virtual link: packets to unbound addresses are unreachable (address) */
	struct hp_ip6 via; /* ::: connected */
};
/* Replaces the whole table at once. */
int hp_dataplane_routes(struct hp_dataplane *dp, const struct hp_dp_route *route, unsigned int n);

/* Why a worker hands a packet to the management core; each class has a ring per worker and a policer of its own (punt.c). */
enum hp_punt_class {
	HP_PUNT_REGISTRATION,  /* Mobility Header of a node that is bound here, from where it is */
	HP_PUNT_MOVED,         /* of such a node, from elsewhere */
	HP_PUNT_NEWCOMER,      /* of anybody else */
	HP_PUNT_TEST,          /* Home Test Init and Care-of Test Init, whoever they are for */
	HP_PUNT_CORRESPONDENT, /* Binding Updates without H */
	HP_PUNT_ADVERTISEMENT, /* of neighbours and routers: what we asked for */
	HP_PUNT_NEIGHBOR,      /* neighbour and multicast listener discovery otherwise: what we are asked */
	HP_PUNT_UNRESOLVED,    /* a packet whose next hop is not known */
	HP_PUNT_LISTENER,      /* multicast listeners in tunnels */
	HP_PUNT_DISCOVERY,     /* of home agents and of mobile prefixes (RFC 6275 §6.5, §6.7) */
	HP_PUNT_HOME_ADDRESS,  /* a Home Address option, and none of the above */
	HP_PUNT_ERROR,         /* an ICMPv6 error has come */
	HP_PUNT_COMPLAINT,     /* one is wanted */
	HP_PUNT_REST,
	HP_PUNT_CLASS_COUNT
};
enum hp_punt_reason {
	HP_PUNT_LOCAL,   /* for us: Mobility Header, ICMPv6, anything */
	HP_PUNT_RESOLVE, /* next hop unknown: link and next_hop are set */
	HP_PUNT_HOP_LIMIT,
	HP_PUNT_NO_ROUTE,
	HP_PUNT_SCOPE,
	HP_PUNT_ADDRESS,
	HP_PUNT_TOO_BIG,
	HP_PUNT_LIMIT,
	HP_PUNT_REASSEMBLY
};
struct hp_punt {
	enum hp_punt_class class_;
	enum hp_punt_reason reason;
	uint16_t link;     /* came in on; for RESOLVE: goes out on */
	struct hp_mac mac; /* link-layer source; valid unless tunnelled */
	bool link_multicast;
	bool tunnelled;
	struct hp_ip6 outer_src; /* tunnelled: care-of address */
	struct hp_ip6 next_hop;  /* RESOLVE */
	struct hp_ip6 outer_dst; /* class LISTENER: the address of ours it came to */
	uint32_t word;           /* TOO_BIG: MTU to report; LIMIT: pointer; class LISTENER: whether its tunnel packet was in ESP */
};
#define HP_PUNT_BURST 32
typedef void hp_punt_fn(void *ctx, struct rte_mbuf *const m[], const struct hp_punt punt[], unsigned int n);
/* Takes at most `max` punted packets off the rings, fairly over classes, and calls `handle` with those of one ring, in their order, at
 * most HP_PUNT_BURST at once; the mbufs (linear, data at the IPv6 header) belong to the handler: they end in hp_dataplane_transmit or
 * hp_dataplane_free. Returns how many. Takes none while more is retired than the workers have let go of: what they cause would find no
 * place in the tables. */
unsigned int hp_dataplane_poll(struct hp_dataplane *dp, unsigned int max, hp_punt_fn *handle, void *ctx);
/* Readable when a ring was empty and is no more (idle: sleep; under poll the loop spins). Armed by hp_dataplane_sleep(dp) which returns
 * false when there is work already that can be done. */
int hp_dataplane_fd(const struct hp_dataplane *dp);
bool hp_dataplane_sleep(struct hp_dataplane *dp);

/* Packets of ours. alloc: an mbuf with `len` octets of room, NULL when the pool is empty (counted). Longer than the least MTU it will leave
 * in fragments: no path of ours is asked what it takes (RFC 8201 §1). */
struct rte_mbuf *hp_dataplane_alloc(struct hp_dataplane *dp, size_t len, uint8_t **data);
void *hp_dataplane_data(struct rte_mbuf *m, size_t *len);
void hp_dataplane_free(struct hp_dataplane *dp, struct rte_mbuf *m);
/* Frames it (VLAN included), fragments it when longer than the link's MTU. Takes the mbuf. Leaves with the next flush, or before. */
void hp_dataplane_transmit(struct hp_dataplane *dp, struct rte_mbuf *m, uint16_t link, const struct hp_mac *to);
/* Into the tunnel to the node bound at `hoa`, whose home link is `link`, by the way of intercepted packets: in ESP where that is how the node's
 * payload goes, its hop limit one less. Takes the mbuf. */
void hp_dataplane_tunnel(struct hp_dataplane *dp, struct rte_mbuf *m, uint16_t link, const struct hp_ip6 *hoa);
/* The end of a batch of changes and packets: one grace period for what was replaced, one handing over to each worker. */
void hp_dataplane_flush(struct hp_dataplane *dp);

/* Housekeeping, every ~10 ms: frees what was retired once all workers have passed by, link state, heartbeats. */
void hp_dataplane_tick(struct hp_dataplane *dp, uint64_t now_ms);
/* Calls `used` for each resolved neighbour that workers sent to since the last call (at most `max` of them a call). */
void hp_dataplane_used(struct hp_dataplane *dp, unsigned int max, void (*used)(void *ctx, uint16_t link, const struct hp_ip6 *address),
		       void *ctx);

/* What a port is. */
struct hp_dp_port_status {
	const char *name, *device, *driver;
	struct hp_mac mac;
	bool up;
	uint16_t rx_queues, tx_queues, mtu;
	int socket;
	uint32_t speed_mbps; /* 0: unknown */
	bool rss, promiscuous;
	const char *spreading; /* to workers: "none", by the device "outer" or "inner" addresses or as it likes ("device"), "software" */
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes, rx_missed, rx_errors, tx_errors, rx_nombuf;
};
void hp_dataplane_port(struct hp_dataplane *dp, unsigned int port, struct hp_dp_port_status *out);
/* Changes only when a port's link state changes (callback or poll): true and *up when `port` changed since last asked. */
bool hp_dataplane_port_changed(struct hp_dataplane *dp, unsigned int port, bool *up);
void hp_dataplane_mac(const struct hp_dataplane *dp, unsigned int port, struct hp_mac *out);

struct hp_dp_worker_status {
	unsigned int lcore;
	uint64_t loops, busy_cycles, cycles; /* busy: iterations that moved packets */
	uint64_t heartbeat_age_ms;
	bool stalled; /* no heartbeat for 1 s */
	bool remote_numa, not_isolated;
	uint32_t associations; /* that are its own */
};
void hp_dataplane_worker(const struct hp_dataplane *dp, unsigned int worker, struct hp_dp_worker_status *out);

/* The crypto devices in use, by EAL's name; NULL: no more. */
const char *hp_dataplane_crypto(const struct hp_dataplane *dp, unsigned int i);

/* Counters: lib/dataplane/counters.h has the X-macro list; summed over workers, or of one. */
void hp_dataplane_count(const struct hp_dataplane *dp, int worker /* -1: sum */, uint64_t *out);
/* Packets and bytes of a binding by id; false unless accounting. */
bool hp_dataplane_account(const struct hp_dataplane *dp, uint32_t id, uint64_t *packets, uint64_t *bytes);
struct hp_dp_stage_status {
	const char *name;
	uint64_t calls, packets, cycles;
};
unsigned int hp_dataplane_stages(const struct hp_dataplane *dp, struct hp_dp_stage_status *out, unsigned int max);
size_t hp_dataplane_memory(const struct hp_dp_conf *conf);         /* bytes of hugepage memory such a configuration needs */
size_t hp_dataplane_binding_memory(const struct hp_dataplane *dp); /* bytes held by the binding tables */
void hp_dataplane_buffers(const struct hp_dataplane *dp, uint32_t *all, uint32_t *free_now); /* of packets */

#endif
