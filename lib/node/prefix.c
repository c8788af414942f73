/* SPDX-License-Identifier: BSD-3-Clause */
/* What the home agent tells of the home prefixes: RFC 6275 §11.4.2, §11.4.3. The home address lives as long as its prefix. */
#include "node/state.h"
#include "wire/discovery.h"

#define INITIAL_SOLICIT_TIMER_MS 3000 /* §12 */
#define SOLICITATIONS            5    /* until the wait has grown to that (§11.8); then the next registration asks again */
#define APART_MS                 1000 /* an agent answers no faster */
#define HOP_LIMIT                64

static void solicit(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	uint8_t body[16];
	int len;

	/* "A random value"; one that is repeated keeps it, so that a late answer is not thrown away. */
	if (!h->prefix.sent)
		h->prefix.identifier = (uint16_t)hp_random_u64(&n->random);
	len = hp_mps_write(h->prefix.identifier, body, sizeof(body));
	n->count[HP_NODE_MPS_OUT]++;
	hp_effects_send(fx, &(struct hp_send){.src = h->coa,
					      .dst = h->ha,
					      .hoa = h->conf.hoa,
					      .link = h->interface,
					      .hop_limit = HOP_LIMIT,
					      .proto = HP_PROTO_ICMPV6,
					      .class_ = HP_CLASS_OTHER,
					      .protection = HP_PROTECT_PREFIX_DISCOVERY,
					      .body = body,
					      .body_len = (size_t)len});
	h->prefix.asking = true;
	h->prefix.asked_ms = now.mono_ms;
	h->prefix.due_ms = now.mono_ms + ((uint64_t)INITIAL_SOLICIT_TIMER_MS << h->prefix.sent);
	h->prefix.sent++;
}

void hp_prefix_forget(struct home *h)
{
	h->prefix.asking = false;
	h->prefix.sent = 0;
	h->prefix.due_ms = UINT64_MAX;
}

void hp_prefix_ask(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	if (h->prefix.asking || !h->conf.prefix_discovery)
		return;
	h->prefix.sent = 0;
	if (h->prefix.asked_ms && now.mono_ms < h->prefix.asked_ms + APART_MS)
		h->prefix.due_ms = h->prefix.asked_ms + APART_MS;
	else
		solicit(n, h, now, fx);
}

void hp_prefix_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	if (h->state != HP_NODE_AWAY || h->prefix.sent >= SOLICITATIONS)
		hp_prefix_forget(h);
	else
		solicit(n, h, now, fx);
}

static uint64_t until(uint32_t lifetime_s, uint64_t now_ms)
{
	return lifetime_s == UINT32_MAX ? UINT64_MAX : now_ms + (uint64_t)lifetime_s * 1000;
}

/* As a Router Advertisement on the home link would (§11.4.3). Before the end of either lifetime fresh information is asked for. */
static void take(struct home *h, const struct hp_ra_prefix *p, struct hp_now now, struct hp_effects *fx)
{
	const uint32_t first_s = p->preferred_s && p->preferred_s < p->valid_s ? p->preferred_s : p->valid_s;
	const bool deprecated = !p->preferred_s;

	h->valid_until_ms = until(p->valid_s, now.mono_ms);
	h->preferred_until_ms = until(p->preferred_s, now.mono_ms);
	if (first_s != UINT32_MAX && first_s)
		h->prefix.due_ms = now.mono_ms + first_s * 800ull;
	if (deprecated && !h->deprecated)
		hp_effects_event(fx, HP_EVENT_PREFIX_DEPRECATED, &h->conf.hoa, NULL, h->interface, 0);
	h->deprecated = deprecated;
}

static struct home *addressed(struct hp_node *n, const struct hp_packet *p)
{
	for (unsigned int i = 0; i < n->homes; i++) {
		struct home *h = &n->home[i];

		if (h->state == HP_NODE_AWAY && h->conf.prefix_discovery && p->has_rh2 && hp_ip6_eq(&p->rh2_hoa, &h->conf.hoa) &&
		    hp_ip6_eq(&p->src, &h->ha))
			return h;
	}
	return NULL;
}

void hp_prefix_advertised(struct hp_node *n, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct home *h = addressed(n, p);
	struct hp_mpa m;

	if (!h) {
		n->count[HP_NODE_IGNORED]++;
		return;
	}
	if (hp_mpa_read(&m, hp_packet_payload(p), hp_packet_payload_len(p))) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	if (!h->prefix.asking || m.identifier != h->prefix.identifier) {
		/* "The advertisement is unsolicited, and MUST be discarded. In this case the mobile node SHOULD send a solicitation." */
		n->count[HP_NODE_MPA_UNSOLICITED]++;
		hp_prefix_ask(n, h, now, fx);
		return;
	}
	n->count[HP_NODE_MPA_IN]++;
	hp_prefix_forget(h);
	for (unsigned int i = 0; i < m.prefixes; i++)
		if (m.prefix[i].length == h->conf.prefix_length && m.prefix[i].preferred_s <= m.prefix[i].valid_s &&
		    hp_ip6_in_prefix(&h->conf.hoa, &m.prefix[i].prefix, m.prefix[i].length))
			take(h, &m.prefix[i], now, fx);
}
