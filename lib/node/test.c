/* SPDX-License-Identifier: BSD-3-Clause */
/* Return routability as the node does it: RFC 6275 §5.2.5, §5.2.7, §11.6. The Home Test Init goes through the tunnel, the Care-of Test Init
 * straight, each with its own repetitions and a fresh cookie every time. Tokens are kept for as long as they are good. */
#include "node/peer.h"

#define HOP_LIMIT 64

struct careof *hp_test_careof_of(struct peer *p, const struct hp_ip6 *address)
{
	for (unsigned int i = 0; i < CAREOF_MOST; i++)
		if (hp_ip6_eq(&p->careof[i].address, address))
			return &p->careof[i];
	return NULL;
}

/* The one longest unused makes room: a node that comes back soon finds its token (§11.6.1). */
static struct careof *make_careof(struct peer *p, const struct hp_ip6 *address, struct hp_now now)
{
	struct careof *c = hp_test_careof_of(p, address);

	if (!c) {
		c = &p->careof[0];
		for (unsigned int i = 1; i < CAREOF_MOST; i++)
			if (p->careof[i].used_ms < c->used_ms)
				c = &p->careof[i];
		*c = (struct careof){.address = *address};
	}
	c->used_ms = now.mono_ms;
	return c;
}

static bool has_failed(const struct test *t, struct hp_now now)
{
	return t->sent > MAX_RO_FAILURE && t->due_ms <= now.mono_ms;
}

/* At home there is no tunnel; what tunnels protects it (§11.6.3). */
static void send_init(const struct home *h, const struct peer *p, enum hp_mh_type type, const struct test *t, struct hp_effects *fx)
{
	const bool home_test = type == HP_MH_HOTI;
	struct hp_rr_init init;
	uint8_t body[HP_MH_ROOM];
	struct hp_send s = {
		.src = home_test ? h->conf.hoa : h->coa,
		.dst = p->address,
		.link = h->interface,
		.hop_limit = HOP_LIMIT,
		.proto = HP_PROTO_MH,
		.class_ = HP_CLASS_REGISTRATION,
		.body = body,
	};

	memcpy(init.cookie, t->cookie, sizeof(init.cookie));
	s.body_len = (size_t)hp_rr_init_write(type, &init, body, sizeof(body));
	if (home_test && h->state != HP_NODE_HOME) {
		s.outer_src = h->coa;
		s.outer_dst = h->ha;
		s.protection = HP_PROTECT_HOME_TEST;
	}
	hp_effects_send(fx, &s);
}

static enum hp_test_state run(struct hp_node *n, const struct home *h, struct peer *p, enum hp_mh_type type, const struct token *token,
			      struct test *t, struct hp_now now, struct hp_effects *fx)
{
	const uint64_t allowed_ms = hp_peer_allowed_ms(p, type);

	if (hp_token_is_fresh(token, now))
		return HP_TEST_PASSED;
	if (now.mono_ms < t->due_ms)
		return HP_TEST_PENDING;
	if (t->sent > MAX_RO_FAILURE) {
		t->awaited = false;
		return HP_TEST_FAILED;
	}
	if (now.mono_ms < allowed_ms) {
		t->due_ms = allowed_ms;
		return HP_TEST_PENDING;
	}
	/* §11.8: "Retransmitted Home Test Init and Care-of Test Init messages MUST use new cookie values." */
	if (!n->peers->random(t->cookie, sizeof(t->cookie))) {
		n->count[HP_NODE_RANDOM_FAILED]++;
		t->due_ms = now.mono_ms + INITIAL_BINDACK_TIMEOUT_MS;
		return HP_TEST_PENDING;
	}
	n->count[type == HP_MH_HOTI ? HP_NODE_HOTI_OUT : HP_NODE_COTI_OUT]++;
	n->count[HP_NODE_TEST_REPEATED] += t->sent > 0;
	hp_peer_sent(p, type, now);
	send_init(h, p, type, t, fx);
	t->awaited = true;
	t->sent_ms = now.mono_ms;
	t->due_ms = now.mono_ms + ((uint64_t)INITIAL_BINDACK_TIMEOUT_MS << t->sent++);
	return HP_TEST_PENDING;
}

enum hp_test_state hp_test_home(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	struct route *r = &p->route[h->number];

	return run(n, h, p, HP_MH_HOTI, &r->token, &r->test, now, fx);
}

enum hp_test_state hp_test_careof(struct hp_node *n, const struct home *h, struct peer *p, struct hp_now now, struct hp_effects *fx)
{
	struct careof *c = make_careof(p, &h->coa, now);

	return run(n, h, p, HP_MH_COTI, &c->token, &c->test, now, fx);
}

/* That of the care-of address may be under way for another home. */
void hp_test_renew(const struct home *h, struct peer *p, struct hp_now now)
{
	struct careof *c = hp_test_careof_of(p, &h->coa);

	if (c && (has_failed(&c->test, now) || !c->test.awaited))
		c->test = (struct test){0};
}

/* The token was made after its test was sent, and is good for so long after that (§5.2.7). */
static void take(struct token *token, struct test *t, const struct hp_rr_test *answer)
{
	memcpy(token->octets, answer->token, sizeof(token->octets));
	token->nonce_index = answer->nonce_index;
	token->until_ms = t->sent_ms + MAX_TOKEN_LIFETIME_MS;
	*t = (struct test){0};
}

static bool answers(const struct test *t, const struct hp_rr_test *answer)
{
	return t->awaited && memcmp(t->cookie, answer->cookie, sizeof(t->cookie)) == 0;
}

/* §11.6.2: to the home address, out of the tunnel. At home there is none. */
static bool home_test(struct hp_node *n, struct peer *p, const struct hp_packet *m, const struct hp_rr_test *answer, bool tunnelled)
{
	for (unsigned int i = 0; i < n->homes; i++) {
		struct route *r = &p->route[i];

		if (!hp_ip6_eq(&n->home[i].conf.hoa, &m->dst) || tunnelled != (n->home[i].state != HP_NODE_HOME) ||
		    r->stage != HP_NODE_ROUTE_TESTING || !answers(&r->test, answer))
			continue;
		take(&r->token, &r->test, answer);
		return true;
	}
	return false;
}

/* §11.6.2: to the current care-of address of a home that waits for it. */
static bool careof_test(struct hp_node *n, struct peer *p, const struct hp_packet *m, const struct hp_rr_test *answer)
{
	struct careof *c = hp_test_careof_of(p, &m->dst);

	for (unsigned int i = 0; c && i < n->homes; i++)
		if (hp_ip6_eq(&n->home[i].coa, &m->dst) && p->route[i].stage == HP_NODE_ROUTE_TESTING && answers(&c->test, answer)) {
			take(&c->token, &c->test, answer);
			return true;
		}
	return false;
}

void hp_test_heard(struct hp_node *n, const struct hp_packet *m, enum hp_mh_type type, bool tunnelled, struct hp_now now,
		   struct hp_effects *fx)
{
	struct peer *p = hp_peers_find(n, &m->src);
	struct hp_rr_test answer;

	if (hp_rr_test_read(&answer, hp_packet_payload(m), hp_packet_payload_len(m)) != HP_MH_OK) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	if (!p || m->has_hao || m->has_rh2 ||
	    !(type == HP_MH_HOT ? home_test(n, p, m, &answer, tunnelled) : !tunnelled && careof_test(n, p, m, &answer))) {
		n->count[HP_NODE_TEST_IGNORED]++;
		return;
	}
	n->count[type == HP_MH_HOT ? HP_NODE_HOT_IN : HP_NODE_COT_IN]++;
	hp_correspond_run(n, p, now, fx);
}
