/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_NODE_STATE_H
#define HP_NODE_STATE_H

#include "base/hash.h"
#include "node/node.h"
#include "wire/mh.h"

#define MAX_UPDATE_RATE            3     /* a second, to one peer (§12) */
#define INITIAL_BINDACK_TIMEOUT_MS 1000  /* §12 */
#define MAX_BINDACK_TIMEOUT_MS     32000 /* §12 */
#define OPEN_MOST                  8     /* updates without answer, until the wait for one has grown to its most */
#define SENT_MOST                  (HP_NODE_HOMES * MAX_UPDATE_RATE)

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
	unsigned int number;
	enum hp_node_state state;
	uint16_t interface;
	struct hp_ip6 ha; /* the home agent in use; ::: none is known */
	struct hp_ip6 coa;
	bool bound;          /* the home agent has, or may have, a binding of ours */
	uint16_t sequence;   /* of the last update sent */
	bool unanswered;     /* it asks for an acknowledgement that has not come */
	bool held;           /* an update waits for the rate to allow it (§11.8) */
	uint32_t timeout_ms; /* until it is repeated */
	uint64_t next_ms;    /* when something is due, UINT64_MAX: nothing */
	uint64_t sent_ms;    /* the last update */
	unsigned int tries;  /* updates that this home agent has not answered */
	int last_status;
	bool stopped;       /* no updates of this home … */
	uint64_t resume_ms; /* … until then */
	int trouble;
	struct {                   /* of MN-HA */
		bool timestamps;   /* updates carry one */
		bool corrected;    /* an answer has set the clock since the last success or move */
		bool rejected;     /* the last update was answered by 146 */
		bool doubted;      /* the last update's refusal has been told */
		struct hp_ip6 coa; /* of the last update */
		uint64_t clock;    /* ours at the last update */
		uint64_t offset;   /* the home agent's less ours, modulo 2^64 */
		uint64_t sent;     /* timestamp of the last update */
		uint64_t accepted; /* the last timestamp that was */
		uint64_t floor;    /* none may be sent that is not later */
		bool has_floor, has_accepted;
		/* Sent, and nothing later has been accepted. What a fast clock has put ahead of its time becomes valid when that comes. */
		uint64_t open[OPEN_MOST];
		unsigned int opens;
		uint64_t outrun_ms; /* when one of them can be made worthless, UINT64_MAX: nothing to do */
	} proof;
	uint32_t lifetime_s;
	uint64_t expires_ms; /* of the binding that `ha` is known to have, 0: none */
	struct {             /* §11.4.1; its timer is next_ms */
		uint16_t identifier;
		unsigned int sent, agents, at; /* agents: as last answered; at: the one in use */
		struct hp_ip6 agent[HP_NODE_AGENTS];
	} search;
	/* Of the home prefix, UINT64_MAX: for ever as far as we know; 0: the home address is no more. */
	uint64_t valid_until_ms, preferred_until_ms;
	bool deprecated;
	struct { /* §11.4.2 */
		uint16_t identifier;
		bool asking; /* no answer to it has been received */
		unsigned int sent;
		uint64_t due_ms, asked_ms;
	} prefix;
};

struct hp_node {
	unsigned int homes, interfaces;
	struct home home[HP_NODE_HOMES];
	struct interface interface[HP_NODE_INTERFACES];
	struct { /* Binding Updates, of all homes: several may have one home agent (§11.8) */
		struct hp_ip6 to;
		uint64_t at_ms; /* 0: none */
	} sent[SENT_MOST];
	unsigned int sent_at; /* the oldest */
	struct hp_hmac *mac;
	struct peers *peers; /* peer.h; NULL: no route is optimized */
	struct hp_random random;
	uint64_t count[HP_NODE_COUNT];
};

/* node.c */
/* The home address is one no more: nothing of it is used, until we are on its link and are told otherwise. */
void hp_node_end(struct hp_node *n, struct home *h, enum hp_event_kind why, struct hp_now now, struct hp_effects *fx);
/* Nothing is sent to its home agent for a while: it does not believe us. */
void hp_node_abandon(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);

/* authenticator.c */
void hp_authenticator_init(struct home *h);
/* The update's body, proved as the home asks. Octets, or -errno, counted: it is not to be sent. */
int hp_authenticator_write(struct hp_node *n, struct home *h, struct hp_bu *bu, const struct hp_ip6 *coa, struct hp_now now, uint8_t *body,
			   size_t room);
/* Whether an acknowledgement is to be believed; where not, counted. */
bool hp_authenticator_check(struct hp_node *n, struct home *h, const uint8_t *message, const struct hp_ba *ba, struct hp_effects *fx);
/* An update was accepted. */
void hp_authenticator_accepted(struct home *h, struct hp_now now);
/* The repetition of an update is due: not where it was answered by a proved 146, and by nothing better since. */
bool hp_authenticator_rejected(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
/* An update sent by a fast clock could be sent again by others from about now: a later one. */
void hp_authenticator_outrun(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
/* What a refusal of status 144, 145 or 146, believed, asks for. False: nothing that would mend it. */
bool hp_authenticator_refused(struct hp_node *n, struct home *h, const struct hp_ba *ba, struct hp_now now, struct hp_effects *fx);

/* discover.c */
/* Without a home agent: looks for one. */
void hp_discover_begin(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_discover_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
/* The one in use does not serve us: the next in the order of the answer, or another search. */
void hp_discover_next(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
/* Whether home agents are found here, not configured. */
bool hp_discover_has_choice(const struct home *h);
void hp_discover_answered(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

/* prefix.c */
/* A solicitation, unless one is under way. */
void hp_prefix_ask(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_prefix_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_prefix_forget(struct home *h); /* nothing is awaited or due */
void hp_prefix_advertised(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

/* register.c */
/* The first wait for an acknowledgement (§11.8). */
uint32_t hp_register_wait_ms(const struct home *h, struct hp_now now);
/* A new update at once (or as soon as the rate allows), its repetition armed. */
void hp_register_send(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
/* Gives the binding up, where the rate allows, and awaits no answer. */
void hp_register_leave(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_register_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_register_acknowledged(struct hp_node *n, struct home *h, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

#endif
