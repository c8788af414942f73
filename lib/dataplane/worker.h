/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything one core needs, in one struct: what it reads of the published tables, what it alone writes. */
#ifndef HP_DATAPLANE_WORKER_H
#define HP_DATAPLANE_WORKER_H

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>
#include <rte_spinlock.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/counters.h"
#include "dataplane/dataplane.h"
#include "dataplane/header.h"
#include "dataplane/hot.h"
#include "dataplane/meta.h"
#include "dataplane/pairs.h"
#include "dataplane/path.h"
#include "dataplane/reassemble.h"
#include "dataplane/route.h"
#include "dataplane/sa.h"
#include "dataplane/spread.h"
#include "wire/packet.h"

#define HP_BURST         64 /* packets a burst at most; also what one bulk lookup takes */
#define HP_PORTS         32
#define HP_WORKERS       64
#define HP_VLANS         4096
#define HP_WORKER_QUEUES 128 /* receive queues that one worker polls at most */

/* A port as workers see it. */
struct hp_port {
	uint16_t id; /* DPDK's */
	uint16_t tx_queues;
	bool shared_tx;  /* fewer queues than workers: tx_lock guards them */
	bool keep_alive; /* one worker sends nothing on it now and then: port number modulo workers */
	bool spread;     /* it fills fewer queues than there are workers: spread by software */
	bool inner;      /* it spreads tunnel packets by their inner addresses itself */
	struct hp_mac mac;
	uint16_t *link_of_vlan; /* [HP_VLANS], UINT16_MAX: no link; untagged is 0 */
	rte_spinlock_t tx_lock[HP_WORKERS];
};

struct hp_link {
	bool is_virtual, home;
	uint16_t port, mtu;
};

/* What all workers share, read only. */
struct hp_shared {
	unsigned int ports, links, workers;
	struct hp_port *port;
	struct hp_link *link;
	struct hp_hot *hot;
	int optimizing;              /* somebody is protected, or has been: there is something to look up in pairs */
	unsigned int epoch;          /* of the bits in which workers note what they used: 0 or 1 */
	struct hp_pairs *pairs;      /* NULL: nothing is ever optimized */
	struct hp_prefixes *protect; /* published, load with acquire: whom we act for as correspondents */
	struct hp_paths *paths;
	struct hp_groups *groups;
	struct hp_route_table *routes; /* published: load with acquire */
	struct rte_rcu_qsbr *qsbr;
	struct rte_mempool *pool;
	struct hp_spread *spread; /* NULL: every worker keeps what it receives */
	struct hp_sas *sas;       /* NULL: no security associations */
	int wake_fd;
	int asleep; /* the management core waits on wake_fd */
	bool sleep; /* idle: sleep */
	bool multicast;
};

enum hp_stage {
	HP_STAGE_SPREAD,
	HP_STAGE_CLASSIFY,
	HP_STAGE_OPTIMIZE_IN,
	HP_STAGE_OPTIMIZE_OUT,
	HP_STAGE_LOOKUP,
	HP_STAGE_LOCAL,
	HP_STAGE_DETUNNEL,
	HP_STAGE_UNPROTECT,
	HP_STAGE_INTERCEPT,
	HP_STAGE_PROTECT,
	HP_STAGE_FORWARD,
	HP_STAGE_OUTPUT,
	HP_STAGE_REPLICATE,
	HP_STAGE_COUNT
};

/* Packets on their way between two stages. One burst may be spread over all lanes, and decapsulation does not add any. */
struct hp_lane {
	unsigned int n;
	struct rte_mbuf *m[HP_BURST];
};

/* Addresses to be looked up in the hot table. Their lines are sent for together, in two short loops (hp_lookup_all): a fetch that must
 * walk the page tables holds up what stands around it, and there is little around it there. */
struct hp_lookup {
	unsigned int n;
	struct rte_mbuf *m[HP_BURST];
	const struct hp_ip6 *key[HP_BURST]; /* in the packet */
	uint64_t hash[HP_BURST];
	uint32_t at[HP_BURST];
};

/* Packets on their way into ESP: by the number of an association; and out of it. Every operation of a burst is one packet's. */
struct hp_esp_lanes {
	struct hp_lane protect, unprotect;
	uint32_t number[HP_BURST]; /* of those to be protected */
	struct hp_crypto_op op[HP_BURST];
};

/* The address of ours that the last tunnel packet was for: most are for the same one, and need not be looked up. */
struct hp_own {
	struct hp_ip6 address;
	uint32_t version; /* of the hot table's locals before it was looked up; 0: none */
	uint32_t now;     /* that version at the start of this burst */
};

struct hp_policer {
	uint64_t tokens;     /* in TSC cycles */
	uint64_t cost, most; /* cycles a packet, cycles at most */
	uint64_t last;
};

/* A bound node's message, caught or made up and sent again without end, stands in the way of one node in so many. */
#define HP_NODE_SHARES 1024

struct hp_tx {
	unsigned int n;
	struct rte_mbuf *m[2 * HP_BURST];
};

struct hp_rx {
	uint16_t port, queue; /* index into shared->port */
};

struct hp_worker {
	const struct hp_shared *shared;
	unsigned int index, lcore;
	uint64_t now;      /* TSC at the start of the loop: time for policers and reassembly */
	uint64_t alive_at; /* when ports are to be kept alive next; never: UINT64_MAX */
	unsigned int rx_count;
	struct hp_rx rx[HP_WORKER_QUEUES];
	struct hp_lookup lookup, detunnel; /* by destination; by inner source */
	struct hp_lane local, intercept, forward, output, multicast;
	struct hp_own own;
	struct hp_esp_lanes *esp;           /* NULL: no security associations */
	struct hp_optimize_lanes *optimize; /* NULL: nothing is ever optimized */
	struct hp_lane *hand;               /* [workers]: on their way to another worker; NULL without spreading */
	struct hp_tx tx[HP_PORTS];
	struct rte_ring *punt[HP_PUNT_CLASS_COUNT];
	struct hp_policer policer[HP_PUNT_CLASS_COUNT];
	struct hp_policer nodes[HP_NODE_SHARES], moved[HP_NODE_SHARES]; /* by binding id: from its care-of address, from elsewhere */
	struct hp_policer copies;                                       /* of multicast packets */
	struct rte_ring *inject;                                        /* frames of the management core */
	struct hp_reassembly *reassembly;
	uint32_t fragment_id;
	int stop;

	/* Written here, read by the management core. */
	uint64_t count[HP_DP_COUNT] __attribute__((aligned(64)));
	struct {
		uint64_t calls, packets, cycles;
	} stage[HP_STAGE_COUNT];
	uint64_t loops, busy_cycles, cycles;
	uint64_t *path_packets; /* by path number: who is in use (NUD) */
	struct {
		uint64_t packets, bytes;
	} * account;       /* by binding id; NULL: accounting off */
	uint64_t *used[2]; /* by epoch: a bit for each id of a correspondent's binding; NULL: nothing is ever optimized */
};

/* One turn of the loop: ports, injected frames, transmit. Returns how many packets moved. */
unsigned int hp_worker_once(struct hp_worker *w);
/* The loop itself; returns when w->stop is set. An lcore_function_t. */
int hp_worker_run(void *worker);

/* pipeline.c: `n` frames (at most HP_BURST) just received on a port. */
void hp_pipeline_run(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n);

/* Packets that another worker handed over to be looked up anew (at most HP_BURST), by their destination, or by the home address that it
 * left in meta. */
void hp_pipeline_resume(struct hp_worker *w, struct rte_mbuf **m, unsigned int n, bool bound);

/* The stages, each over one lane, in the order of pipeline.c. */
void hp_stage_classify(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, unsigned int n);
void hp_stage_optimize_in(struct hp_worker *w);
void hp_stage_optimize_out(struct hp_worker *w);
void hp_stage_lookup(struct hp_worker *w);
void hp_stage_local(struct hp_worker *w);
void hp_stage_detunnel(struct hp_worker *w);
void hp_stage_unprotect(struct hp_worker *w);          /* out of ESP, into the lane of detunnel */
void hp_stage_detunnel_protected(struct hp_worker *w); /* what came from there */
void hp_stage_intercept(struct hp_worker *w);
void hp_stage_protect(struct hp_worker *w);
/* protect.c: does the first n operations of w->esp->op, of these associations. */
void hp_protect_run(struct hp_worker *w, struct hp_sa *sa[], unsigned int n);
void hp_stage_forward(struct hp_worker *w);
void hp_stage_output(struct hp_worker *w);
void hp_stage_replicate(struct hp_worker *w);
void hp_stage_transmit(struct hp_worker *w); /* what the stages before left for each port */
/* Frames to a port at once, by the worker's queue; returns how many it took. */
uint16_t hp_output_burst(struct hp_worker *w, uint16_t port, struct rte_mbuf **m, uint16_t n);
/* One frame to a port's transmit batch. */
void hp_output_frame(struct hp_worker *w, uint16_t port, struct rte_mbuf *m);

static inline void hp_count(struct hp_worker *w, enum hp_dp_counter c, uint64_t n)
{
	w->count[c] += n;
}

/* A stage ends that has worked on so many packets since then; returns now. */
static inline uint64_t hp_stage_lap(struct hp_worker *w, enum hp_stage stage, unsigned int packets, uint64_t since)
{
	const uint64_t now = rte_rdtsc();

	w->stage[stage].cycles += now - since;
	w->stage[stage].calls++;
	w->stage[stage].packets += packets;
	return now;
}

/* The one place that frees what goes no further. */
static inline void hp_drop(struct hp_worker *w, struct rte_mbuf *m, enum hp_dp_counter reason)
{
	w->count[reason]++;
	rte_pktmbuf_free(m);
}

static inline void hp_lane_add(struct hp_lane *l, struct rte_mbuf *m)
{
	l->m[l->n++] = m;
}

static inline void hp_lookup_add(struct hp_lookup *l, struct rte_mbuf *m, const struct hp_ip6 *key)
{
	l->m[l->n] = m;
	l->key[l->n++] = key;
}

/* Before the first hp_hot_confirm. */
static inline void hp_lookup_all(struct hp_lookup *l, const struct hp_hot *hot)
{
	for (unsigned int i = 0; i < l->n; i++)
		l->hash[i] = hp_hot_ask(hot, l->key[i]);
	for (unsigned int i = 0; i < l->n; i++)
		l->at[i] = hp_hot_candidate(hot, l->hash[i]);
}

/* To be looked up, unless nothing near its destination is in the table: then it is forwarded. */
static inline void hp_destination_plain(struct hp_worker *w, struct rte_mbuf *m, const struct hp_ip6 *dst)
{
	if (hp_hot_may_have(w->shared->hot, dst))
		hp_lookup_add(&w->lookup, m, dst);
	else
		hp_lane_add(&w->forward, m);
}

/* A tunnel packet for us: `inner` octets from the start of its data is the packet in it, of which at least the header is there. */
static inline void hp_detunnel_add(struct hp_worker *w, struct rte_mbuf *m, unsigned int inner)
{
	hp_meta(m)->word = inner;
	hp_lookup_add(&w->detunnel, m, &rte_pktmbuf_mtod_offset(m, struct hp_header *, inner)->src);
}

/* An ESP packet for us, whose header begins at `esp` octets from the start of its data and is there. */
static inline void hp_unprotect_add(struct hp_worker *w, struct rte_mbuf *m, unsigned int esp)
{
	hp_meta(m)->word = esp;
	hp_lane_add(&w->esp->unprotect, m);
}

/* intercept.c: into the tunnel of its binding and the ESP header of an association, whose rest protect does. True: it is in its headers, the
 * ESP header at meta->word. */
bool hp_intercept_protected(struct hp_worker *w, struct rte_mbuf *m, const struct hp_sa *sa);
/* local.c: for us, and the management core is to see to it. */
void hp_local_punt(struct hp_worker *w, struct rte_mbuf *m);

/* The other way out: to the management core, policed by class. */
void hp_punt(struct hp_worker *w, struct rte_mbuf *m, enum hp_punt_class class_, enum hp_punt_reason reason, uint32_t word);
void hp_punt_resolve(struct hp_worker *w, struct rte_mbuf *m, uint16_t link, const struct hp_ip6 *next_hop);
/* The class of a packet for us that is an ICMPv6 message of this type; HP_PUNT_REST: none of its own. */
enum hp_punt_class hp_punt_icmp(struct rte_mbuf *m, uint8_t type);
/* A Mobility Header message, or what is in ESP and may be one: whoever is bound here does not wait behind strangers, who would have to know
 * where a node is to be taken for it; nor do home registrations behind what is asked of a correspondent. */
void hp_punt_mobility(struct hp_worker *w, struct rte_mbuf *m, const struct hp_packet *p);
/* The room of its ring, a power of two. */
uint32_t hp_punt_ring(enum hp_punt_class c);
void hp_policers_init(struct hp_worker *w);
/* Takes n at once, or none. */
bool hp_police(struct hp_policer *p, uint64_t now, unsigned int n);

#endif
