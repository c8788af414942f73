/* SPDX-License-Identifier: BSD-3-Clause */
/* A home agent core, a home link, a core link with a router, and mobile nodes, under one virtual clock. Whatever is random comes from
 * one seed; links lose, repeat and delay. The world carries out the agent's effects as the appliance does, and checks, effect by
 * effect, what must hold whatever happens. */
#ifndef HP_SIM_WORLD_H
#define HP_SIM_WORLD_H

#include "base/hash.h"
#include "control/control.h"
#include "craft.h"
#include "node/node.h"
#include "security/guard.h"

enum { HOME_LINK, CORE_LINK, LINKS };
enum { NODES = 24, NETWORKS = 5, EVENTS = 8192, SENT = 512 };

struct node {
	unsigned int number;
	struct hp_ip6 hoa, coa; /* coa == hoa: at home */
	struct hp_mac mac;
	bool linklocal;           /* sets L */
	uint16_t sequence;        /* of the last update sent */
	uint16_t lifetime;        /* asked, units of 4 s */
	bool waiting;             /* for an acknowledgement */
	bool silent;              /* says nothing until its next move */
	uint64_t retry_ms, at_ms; /* interval and time of the next update */
	uint64_t move_ms;         /* time of the next change of mind */
	bool acknowledged;        /* the last update sent was accepted … */
	uint64_t until_ms;        /* … until then */
	unsigned int accepted, refused, moves;
	/* Of mobile.c, where the node is lib/node's: */
	struct hp_node *core;
	struct hp_effects *fx;
	struct hp_subscriber_spec spec; /* as the agent knows it; identity_len 0: it does not */
	struct hp_key key;
	int64_t skew_ms; /* of its clock */
	struct {
		uint64_t timestamp;
		struct hp_ip6 coa;
		bool accepted;
	} sent[SENT];
	unsigned int sent_at;
	uint64_t lifes[HP_NODE_COUNT]; /* counters of the lives before this one */
	uint64_t astray_ms;            /* the agent has it elsewhere, since then */
};

/* What the agent has on its disk of a node, and where the node was when it sent what was accepted. */
struct record {
	bool any;
	uint32_t spi;
	uint64_t value;
	struct hp_ip6 coa;
};

/* What the workers were told, and what was promised with it. */
struct published {
	bool bound;
	struct hp_ip6 coa;
	uint64_t until_ms; /* from the acknowledgement */
};

struct delivery {
	uint64_t at_ms, order;
	uint16_t link;
	bool to_agent; /* else to the nodes */
	struct hp_mac to, from;
	uint8_t data[512];
	size_t len;
};

struct token {
	bool out; /* handed to the core and not back yet */
	uint8_t data[2048];
	size_t len;
};

struct world {
	struct hp_guard *guard;
	enum hp_guard_method method;
	uint64_t astray_most_ms; /* how long that may be */
	struct hp_hmac *mac;     /* the nodes' */
	struct record record[NODES];
	void (*meddle)(struct world *w); /* an attacker, on the way of every packet; NULL: there is none */
	struct hp_control *control;
	struct hp_effects *fx;
	struct hp_now now;
	struct hp_random random;
	struct node node[NODES];
	struct published published[NODES];
	struct delivery *queue; /* unordered; the earliest is searched */
	unsigned int queued;
	uint64_t order;
	unsigned int loss_percent, repeat_percent;
	bool restless;           /* nodes move */
	unsigned int tokens_out; /* handed to the core, not yet returned */
	uint64_t updates, answers, probes, discarded, transmitted;
};

void world_open(struct world *w, uint64_t seed, enum hp_guard_method method);
void world_close(struct world *w);
/* The agent dies and starts again: its bindings are gone, and without its disk what it has accepted. */
void world_crash(struct world *w, bool disk);
/* The agent knows the node as its spec says. */
void world_enrol(struct world *w, const struct node *n);
/* Until then, event by event. */
void world_run(struct world *w, uint64_t until_ms);
/* Nothing disturbs any more, and everybody ends where the agent believes. */
void world_settle(struct world *w);
/* To the agent, over the core network or on the home link. */
void world_send(struct world *w, const struct node *n, const uint8_t *packet, size_t len);
/* Carries out what the agent wants, the effects that this leads to included. */
void world_carry_out(struct world *w);
/* A packet for the agent to find a next hop for, as a worker that has none would. */
void world_resolve(struct world *w, uint16_t link, const struct hp_ip6 *dst);
/* The agent hears a packet now; `from` is its link-layer source. */
void world_hear(struct world *w, uint16_t link, const struct hp_mac *from, const uint8_t *packet, size_t len);

void node_init(struct world *w, struct node *n, unsigned int number);
/* Everything due; and when there is something to do again. */
void node_run(struct world *w, struct node *n);
uint64_t node_next(const struct node *n);
/* It answers a Neighbor Solicitation for its home address, where it is at home (RFC 6275 §11.5.5); probes included. */
void world_solicited(struct world *w, const struct node *n, const uint8_t *packet);
/* A frame for it. */
void node_hear(struct world *w, struct node *n, const uint8_t *packet, size_t len);
static inline bool node_is_home(const struct node *n)
{
	return hp_ip6_eq(&n->hoa, &n->coa);
}

#endif
