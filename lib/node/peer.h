/* SPDX-License-Identifier: BSD-3-Clause */
/* Correspondents in the binding update list (RFC 6275 §11.1), inside lib/node. What holds for a correspondent whoever of our homes talks to it (its
 * numbers, its pace, tests of our care-of addresses) is the peer's; what holds for one home address is the route's. */
#ifndef HP_NODE_PEER_H
#define HP_NODE_PEER_H

#include "base/rate.h"
#include "base/table.h"
#include "base/wheel.h"
#include "node/state.h"
#include "security/return_routability.h"

#define PEERS_MOST            1024
#define CAREOF_MOST           4 /* of one peer */
#define MAX_RO_FAILURE        3 /* repetitions (§5.2.9, §12) */
#define MAX_TOKEN_LIFETIME_MS 210000
#define PAUSE_MS              MAX_BINDACK_TIMEOUT_MS /* after the first failure; doubled with each */

/* A token that may be used; the tests' answer. */
struct token {
	uint8_t octets[HP_MH_TOKEN];
	uint16_t nonce_index;
	uint64_t until_ms; /* 0: none */
};

/* A Home or Care-of Test Init and its repetitions. */
struct test {
	bool awaited; /* an answer with this cookie */
	uint8_t cookie[HP_MH_COOKIE];
	unsigned int sent;
	uint64_t sent_ms, due_ms; /* due_ms: not sent (again) before */
};

/* A care-of address that the peer is asked to test: for all homes that are there (§11.6.1). */
struct careof {
	struct hp_ip6 address; /* ::: free */
	struct token token;
	struct test test;
	uint64_t used_ms;
};

struct route {
	enum hp_node_route stage;  /* UNABLE is the peer's */
	uint64_t packets, counted; /* counted: towards optimize_after */
	uint64_t used_ms, progress_ms;
	uint64_t silent_ms; /* since when packets go by the binding and none comes by it; 0: they do not */
	struct token token; /* of the home address */
	struct test test;
	struct { /* acknowledged */
		struct hp_ip6 coa;
		uint64_t expires_ms; /* 0: none */
		uint64_t refresh_ms;
		bool told; /* ROUTE_OPTIMIZED was, ROUTE_ENDED not yet */
	} bound;
	struct {
		bool awaited; /* an acknowledgement */
		bool deletion;
		uint16_t sequence, lifetime;
		struct hp_ip6 coa; /* that its authenticator is of */
		uint8_t kbm[HP_KBM];
		unsigned int sent;
		uint64_t sent_ms, due_ms;
	} update;
	uint64_t held_until_ms; /* the peer has, or may have, a binding of ours until then */
	bool nonces_expired;    /* once since the last success */
	uint64_t pause_ms, not_before_ms;
	int last_status;
};

struct peer {
	struct hp_table_node node;
	struct hp_ip6 address;
	struct peer *newer, *older; /* in the order of use */
	struct hp_timer timer;
	uint16_t sequence; /* of the last Binding Update sent to it (§11.7.2) */
	uint64_t unable_until_ms;
	bool option_told; /* that it does not know the Home Address option */
	struct {
		uint64_t at_ms[MAX_UPDATE_RATE];
		unsigned int oldest;
	} sent[HP_MH_BU + 1]; /* by type of message */
	struct careof careof[CAREOF_MOST];
	struct route route[]; /* by home */
};

struct peers {
	struct hp_table *table;
	struct hp_wheel *wheel;
	struct peer *newest, *oldest;
	unsigned int count;
	struct hp_rate begins; /* tests that packets cause */
	uint32_t optimize_after;
	bool (*random)(void *octets, size_t len);
};

static inline bool hp_route_is_bound(const struct route *r, const struct home *h, struct hp_now now)
{
	return r->bound.expires_ms > now.mono_ms && hp_ip6_eq(&r->bound.coa, &h->coa);
}

/* The home agent knows where we are, or is being told. */
static inline bool hp_home_is_away(const struct home *h)
{
	return h->state == HP_NODE_AWAY || h->state == HP_NODE_REGISTERING;
}

static inline bool hp_token_is_fresh(const struct token *t, struct hp_now now)
{
	return t->until_ms > now.mono_ms;
}

/* peers.c */
int hp_peers_create(struct hp_node *n, const struct hp_node_conf *conf, struct hp_now now);
void hp_peers_destroy(struct hp_node *n);
struct peer *hp_peers_find(const struct hp_node *n, const struct hp_ip6 *address);
/* It has become a home agent of ours: another kind of entry. */
void hp_peers_remove(struct hp_node *n, const struct hp_ip6 *address, struct hp_effects *fx);
/* When a message of that type may be sent to it, three a second (§11.8); and that it was. */
uint64_t hp_peer_allowed_ms(const struct peer *p, enum hp_mh_type type);
void hp_peer_sent(struct peer *p, enum hp_mh_type type, struct hp_now now);

/* test.c */
enum hp_test_state { HP_TEST_PASSED, HP_TEST_PENDING, HP_TEST_FAILED };
/* Does what is due of a test: a message, its repetition, nothing. */
enum hp_test_state hp_test_home(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx);
enum hp_test_state hp_test_careof(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx);
struct careof *hp_test_careof_of(struct peer *p, const struct hp_ip6 *address); /* NULL: none */
/* Before a new run: what has failed is tried again. */
void hp_test_renew(const struct home *h, struct peer *p, struct hp_now now);
void hp_test_heard(struct hp_node *n, const struct hp_packet *m, enum hp_mh_type type, bool tunnelled, struct hp_now now,
		   struct hp_effects *fx);

/* update.c */
/* A Binding Update, or its repetition, as soon as the rate allows; at home a deletion. */
void hp_update_send(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx);
/* Leaving for good: deletions where a token is there, unacknowledged. */
void hp_update_leave(struct hp_node *n, const struct home *h, struct hp_now now, struct hp_effects *fx);
void hp_update_acknowledged(struct hp_node *n, const struct home *h, const struct hp_packet *m, struct hp_now now, struct hp_effects *fx);

/* correspond.c */
/* Does what is due, and sets the timer for the rest. */
void hp_correspond_run(struct hp_node *n, struct peer *p, struct hp_now now, struct hp_effects *fx);
/* Starts: tests where no fresh token is there, then a Binding Update. */
void hp_correspond_begin(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx);
void hp_correspond_tick(struct hp_node *n, struct hp_now now, struct hp_effects *fx);
/* The home has another care-of address, or is at home; its home agent has acknowledged that. What follows is the next tick's. */
void hp_correspond_moved(struct hp_node *n, const struct home *h, struct hp_now now);
void hp_correspond_registered(struct hp_node *n, const struct home *h, struct hp_now now);
/* A Binding Refresh Request (§11.7.4). */
void hp_correspond_asked(struct hp_node *n, const struct home *h, const struct hp_packet *m, struct hp_now now, struct hp_effects *fx);
/* The peer says that it has no binding; that it knows nothing of Mobile IPv6. */
void hp_correspond_forgotten(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx);
void hp_correspond_unable(struct hp_node *n, struct peer *p, struct hp_now now, struct hp_effects *fx);
/* To the next stage, which hp_correspond_run acts upon. */
void hp_correspond_test(const struct home *h, struct peer *p, struct hp_now now);
void hp_correspond_rest(struct route *r);
void hp_correspond_pause(const struct home *h, struct peer *p, const char *why, struct hp_now now, struct hp_effects *fx);
/* Nothing goes by its binding any more, and the operator is told, in a word. */
void hp_correspond_end(const struct home *h, struct peer *p, const char *why, struct hp_effects *fx);
void hp_correspond_tell(const struct home *h, const struct peer *p, enum hp_event_kind kind, uint16_t code, const char *reason,
			struct hp_effects *fx);

/* complaint.c */
/* Status 1 or 2 of a correspondent (§11.3.6). */
void hp_complaint_heard(struct hp_node *n, const struct hp_packet *m, const struct hp_be *be, struct hp_now now, struct hp_effects *fx);

#endif
