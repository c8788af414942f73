/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding a home agent (RFC 6275 §11.4.1): asked for at the anycast address of the home prefix, tried in the order of the answer. */
#include "node/peer.h"
#include "wire/discovery.h"

/* §12 */
#define DHAAD_RETRIES            4
#define INITIAL_DHAAD_TIMEOUT_MS 3000
#define ASK_AGAIN_MS             60000 /* after all of them were in vain */
#define HOP_LIMIT                64

static void ask(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	uint8_t body[16];
	int len = hp_dhaad_request_write(h->search.identifier, body, sizeof(body));

	n->count[HP_NODE_DHAAD_OUT]++;
	hp_effects_send(fx, &(struct hp_send){.src = h->coa,
					      .dst = hp_ip6_anycast(&h->conf.hoa, h->conf.prefix_length, HP_IP6_HOME_AGENTS),
					      .link = h->interface,
					      .hop_limit = HOP_LIMIT,
					      .proto = HP_PROTO_ICMPV6,
					      .class_ = HP_CLASS_OTHER,
					      .body = body,
					      .body_len = (size_t)len});
	h->next_ms = now.mono_ms + ((uint64_t)INITIAL_DHAAD_TIMEOUT_MS << h->search.sent);
	h->search.sent++;
}

void hp_discover_begin(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	h->state = HP_NODE_DISCOVERING;
	h->ha = HP_IP6_ANY;
	h->unanswered = h->held = h->bound = false;
	h->expires_ms = 0;
	h->search.agents = h->search.at = h->search.sent = 0;
	h->search.identifier = (uint16_t)hp_random_u64(&n->random);
	ask(n, h, now, fx);
}

/* The same message again, each time after twice as long. */
void hp_discover_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	if (h->search.sent <= DHAAD_RETRIES) {
		ask(n, h, now, fx);
		return;
	}
	hp_effects_event(fx, HP_EVENT_HOME_AGENT_DOWN, &h->conf.hoa, NULL, h->interface, 0);
	h->search.sent = 0;
	h->search.identifier = (uint16_t)hp_random_u64(&n->random);
	h->next_ms = now.mono_ms + ASK_AGAIN_MS;
}

static void turn_to(struct hp_node *n, struct home *h, uint64_t not_before_ms, struct hp_now now, struct hp_effects *fx)
{
	h->ha = h->search.agent[h->search.at];
	hp_peers_remove(n, &h->ha, fx);
	h->state = HP_NODE_REGISTERING;
	h->timeout_ms = h->conf.initial_timeout_ms;
	h->tries = 0;
	h->unanswered = h->held = false;
	h->expires_ms = 0;
	hp_prefix_forget(h);
	hp_effects_event(fx, HP_EVENT_HOME_AGENT_UP, &h->conf.hoa, &h->ha, h->interface, (uint16_t)h->search.at);
	if (not_before_ms > now.mono_ms)
		h->next_ms = not_before_ms;
	else
		hp_register_send(n, h, now, fx);
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_BIND,
						.bind = {.hoa = h->conf.hoa, .coa = h->coa, .ha = h->ha, .out_link = h->interface}});
}

void hp_discover_next(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	/* "MUST, however, wait at least InitialBindackTimeoutFirstReg". */
	if (++h->search.at < h->search.agents) {
		turn_to(n, h, h->sent_ms + h->conf.initial_timeout_ms, now, fx);
		return;
	}
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_UNBIND, .unbind = {.hoa = h->conf.hoa}});
	hp_discover_begin(n, h, now, fx);
}

bool hp_discover_has_choice(const struct home *h)
{
	return hp_ip6_is_any(&h->conf.ha);
}

static struct home *asking(struct hp_node *n, const struct hp_packet *p, uint16_t identifier)
{
	for (unsigned int i = 0; i < n->homes; i++) {
		struct home *h = &n->home[i];

		if (h->state == HP_NODE_DISCOVERING && h->search.sent && h->search.identifier == identifier && hp_ip6_eq(&h->coa, &p->dst))
			return h;
	}
	return NULL;
}

void hp_discover_answered(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_dhaad_reply reply;
	struct home *h;

	if (hp_dhaad_reply_read(&reply, hp_packet_payload(p), hp_packet_payload_len(p))) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	h = asking(n, p, reply.identifier);
	if (!h) {
		n->count[HP_NODE_IGNORED]++;
		return;
	}
	h->search.agents = h->search.at = 0;
	for (unsigned int i = 0; i < reply.agents && h->search.agents < HP_NODE_AGENTS; i++)
		if (hp_ip6_is_routable(&reply.agent[i]) && !hp_ip6_eq(&reply.agent[i], &h->conf.hoa) &&
		    !hp_ip6_eq(&reply.agent[i], &h->coa))
			h->search.agent[h->search.agents++] = reply.agent[i];
	if (h->search.agents)
		turn_to(n, h, 0, now, fx);
}
