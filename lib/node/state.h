/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_NODE_STATE_H
#define HP_NODE_STATE_H

#include "base/hash.h"
#include "node/node.h"

struct interface {
	bool up;
	struct hp_mac mac;
	uint32_t preference;
	struct {
		struct hp_ip6 address;
		bool used, usable;
	} address[HP_NODE_ADDRESSES];
};

/* An entry of the binding update list (§11.1), for one home agent. */
struct home {
	struct hp_node_home conf;
	enum hp_node_state state;
	uint16_t interface;
	struct hp_ip6 coa;
	bool bound;          /* the home agent has, or may have, a binding of ours */
	uint16_t sequence;   /* of the last update sent */
	bool unanswered;     /* it asks for an acknowledgement that has not come */
	uint32_t timeout_ms; /* until it is repeated */
	uint64_t next_ms;    /* when something is due, UINT64_MAX: nothing */
	uint64_t sent_ms[3]; /* of the last three, newest first; 0: none (§11.8) */
	int last_status;
	uint32_t lifetime_s;
	uint64_t expires_ms;
};

struct hp_node {
	unsigned int homes, interfaces;
	struct home home[HP_NODE_HOMES];
	struct interface interface[HP_NODE_INTERFACES];
	struct hp_random random;
	uint64_t count[HP_NODE_COUNT];
};

/* register.c */
/* A new update at once (or as soon as the rate allows), its repetition armed. */
void hp_register_send(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_register_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_register_acknowledged(struct hp_node *n, struct home *h, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

#endif
