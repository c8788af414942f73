/* SPDX-License-Identifier: BSD-3-Clause */
/* Home registration as the node does it: RFC 6275 §11.7.1, §11.7.3, §11.8; returning home §11.5.5. */
#include "node/peer.h"
#include "wire/icmp6.h"
#include "wire/mh.h"
#include "wire/nd.h"

#define TRIES            3     /* unanswered ones, then another home agent where there is a choice */
#define RETRY_REFUSED_MS 30000 /* after a refusal that only an operator can mend */
#define HOP_LIMIT        64

/* Without a binding the home agent has to look for duplicates first. */
uint32_t hp_register_wait_ms(const struct home *h, struct hp_now now)
{
	return h->expires_ms > now.mono_ms && INITIAL_BINDACK_TIMEOUT_MS < h->conf.initial_timeout_ms ? INITIAL_BINDACK_TIMEOUT_MS
												      : h->conf.initial_timeout_ms;
}

/* Three in the last second: the next one waits (§11.8). */
static uint64_t allowed_ms(const struct hp_node *n, const struct hp_ip6 *ha)
{
	unsigned int found = 0;

	for (unsigned int i = 1; i <= SENT_MOST; i++) {
		const unsigned int at = (n->sent_at + SENT_MOST - i) % SENT_MOST;

		if (n->sent[at].at_ms && hp_ip6_eq(&n->sent[at].to, ha) && ++found == MAX_UPDATE_RATE)
			return n->sent[at].at_ms + 1000;
	}
	return 0;
}

static void sent(struct hp_node *n, const struct hp_ip6 *ha, struct hp_now now)
{
	n->sent[n->sent_at].to = *ha;
	n->sent[n->sent_at].at_ms = now.mono_ms ? now.mono_ms : 1;
	n->sent_at = (n->sent_at + 1) % SENT_MOST;
}

/* §11.4.2: no longer than the home address lives. */
static uint16_t lifetime(const struct home *h, struct hp_now now)
{
	const uint64_t left_s = h->valid_until_ms > now.mono_ms ? (h->valid_until_ms - now.mono_ms) / 1000 : 0;

	/* Zero would give the binding up. */
	return (uint16_t)(left_s / 4 < h->conf.lifetime_s / 4 ? (left_s >= 4 ? left_s / 4 : 1) : h->conf.lifetime_s / 4);
}

/* With the next number; not at all where it cannot be proved. */
static void send_update(struct hp_node *n, struct home *h, struct hp_bu *bu, struct hp_now now, struct hp_effects *fx)
{
	const bool away = hp_home_is_away(h);
	const struct hp_ip6 *coa = away ? &h->coa : &h->conf.hoa;
	uint8_t body[HP_MH_ROOM_MOST];
	int len;

	bu->sequence = ++h->sequence;
	len = hp_authenticator_write(n, h, bu, coa, now, body, sizeof(body));
	if (len < 0)
		return;
	struct hp_send s = {
		.src = *coa,
		.dst = h->ha,
		.link = h->interface,
		.hop_limit = HOP_LIMIT,
		.proto = HP_PROTO_MH,
		.class_ = HP_CLASS_REGISTRATION,
		.protection = HP_PROTECT_REGISTRATION,
		.body = body,
		.body_len = (size_t)len,
	};

	/* §11.5.5: from home the update comes from the home address itself, without the option. */
	if (away)
		s.hoa = h->conf.hoa;
	n->count[HP_NODE_BU_OUT]++;
	sent(n, &h->ha, now);
	h->sent_ms = now.mono_ms;
	hp_effects_send(fx, &s);
}

void hp_register_send(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	const uint64_t not_before_ms = allowed_ms(n, &h->ha);
	/* §11.7.1: the alternate care-of address "in all home registrations"; ESP does not protect the source address. */
	struct hp_bu bu = {.ack = true,
			   .home = true,
			   .lifetime = hp_home_is_away(h) ? lifetime(h, now) : 0,
			   .has_alternate_coa = hp_home_is_away(h),
			   .alternate_coa = h->coa};

	if (h->stopped)
		return;
	h->unanswered = true;
	h->bound = true;
	h->held = not_before_ms > now.mono_ms;
	if (h->held) {
		h->next_ms = not_before_ms;
		return;
	}
	send_update(n, h, &bu, now, fx);
	h->next_ms = now.mono_ms + h->timeout_ms;
}

void hp_register_leave(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	struct hp_bu bu = {.home = true, .has_alternate_coa = hp_home_is_away(h), .alternate_coa = h->coa};

	if (allowed_ms(n, &h->ha) <= now.mono_ms)
		send_update(n, h, &bu, now, fx);
}

/* The neighbours on the home link still hold the home agent's link-layer address for us (§11.5.5, last step). */
static void announce(struct hp_node *n, struct home *h, struct hp_effects *fx)
{
	struct hp_na na = {.target = h->conf.hoa, .override_ = true, .has_mac = true, .mac = n->interface[h->interface].mac};
	uint8_t body[32];
	int len = hp_na_write(&na, body, sizeof(body));

	hp_effects_send(fx, &(struct hp_send){.src = h->conf.hoa,
					      .dst = HP_IP6_ALL_NODES,
					      .link = h->interface,
					      .has_mac = true,
					      .mac = hp_mac_multicast(&HP_IP6_ALL_NODES),
					      .hop_limit = 255,
					      .proto = HP_PROTO_ICMPV6,
					      .class_ = HP_CLASS_NEIGHBOR,
					      .body = body,
					      .body_len = (size_t)len});
}

void hp_register_due(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	h->next_ms = UINT64_MAX;
	switch (h->state) {
	case HP_NODE_DISCOVERING:
		hp_discover_due(n, h, now, fx);
		break;
	case HP_NODE_REGISTERING:
	case HP_NODE_RETURNING:
	case HP_NODE_AWAY:
		/* Each repetition has a sequence number of its own; the wait doubles (§11.8). A refresh begins with the first wait. */
		if (h->unanswered && !h->held) {
			if (hp_authenticator_rejected(n, h, now, fx))
				break;
			if (h->state != HP_NODE_RETURNING && ++h->tries >= TRIES && hp_discover_has_choice(h)) {
				hp_discover_next(n, h, now, fx);
				break;
			}
			n->count[HP_NODE_RETRANSMITTED]++;
			h->timeout_ms = 2 * h->timeout_ms > MAX_BINDACK_TIMEOUT_MS ? MAX_BINDACK_TIMEOUT_MS : 2 * h->timeout_ms;
		} else if (!h->unanswered) {
			h->timeout_ms = hp_register_wait_ms(h, now);
		}
		hp_register_send(n, h, now, fx);
		break;
	default:
		break;
	}
}

static void accepted(struct hp_node *n, struct home *h, const struct hp_ba *ba, struct hp_now now, struct hp_effects *fx)
{
	const bool fresh = h->state != HP_NODE_AWAY;

	h->unanswered = false;
	h->tries = 0;
	hp_authenticator_accepted(h, now);
	if (h->state == HP_NODE_RETURNING) {
		h->state = HP_NODE_HOME;
		h->bound = false;
		h->expires_ms = 0;
		h->next_ms = UINT64_MAX;
		announce(n, h, fx);
		hp_effects_event(fx, HP_EVENT_DEREGISTERED, &h->conf.hoa, NULL, h->interface, ba->status);
		hp_correspond_registered(n, h, now);
		return;
	}
	hp_effects_event(fx, h->state == HP_NODE_AWAY ? HP_EVENT_REFRESHED : HP_EVENT_REGISTERED, &h->conf.hoa, &h->coa, h->interface,
			 ba->status);
	h->state = HP_NODE_AWAY;
	h->lifetime_s = ba->lifetime * 4u;
	/* "With the timer countdown beginning at the time that the Binding Update was sent." */
	h->expires_ms = h->sent_ms + h->lifetime_s * 1000ull;
	/* Again when four fifths are over, or when the home agent advises; time enough for some repetitions. */
	h->next_ms = h->sent_ms + h->lifetime_s * 800ull;
	if (ba->has_refresh_advice && ba->refresh_advice && ba->refresh_advice < ba->lifetime)
		h->next_ms = h->sent_ms + ba->refresh_advice * 4000ull;
	/* §11.7.3: status 1, and once with each new registration, so that the home address' lifetime is known. */
	if (fresh || ba->status == HP_BA_PREFIX_DISCOVERY)
		hp_prefix_ask(n, h, now, fx);
	hp_correspond_registered(n, h, now);
}

static void refused(struct hp_node *n, struct home *h, const struct hp_ba *ba, struct hp_now now, struct hp_effects *fx)
{
	if (hp_authenticator_refused(n, h, ba, now, fx))
		return;
	hp_effects_event(fx, HP_EVENT_REFUSED, &h->conf.hoa, &h->coa, h->interface, ba->status);
	switch (ba->status) {
	case HP_BA_SEQUENCE:
		/* §11.7.3: from the number that the home agent has, at once. */
		h->sequence = ba->sequence;
		hp_register_send(n, h, now, fx);
		break;
	case HP_BA_DAD_FAILED:
		/* §11.7.1: "MUST NOT attempt to re-use the same home address". */
		hp_node_end(n, h, HP_EVENT_ADDRESS_DUPLICATE, now, fx);
		break;
	case HP_BA_NOT_HOME_AGENT:
		/* It knows of no binding: as well as de-registered. Away, it does not serve us now. */
		if (h->state == HP_NODE_RETURNING) {
			accepted(n, h, ba, now, fx);
			break;
		}
		/* fallthrough */
	default:
		if (h->state != HP_NODE_RETURNING && hp_discover_has_choice(h)) {
			hp_discover_next(n, h, now, fx);
			break;
		}
		/* Nothing that trying at once would mend. */
		h->unanswered = false;
		h->next_ms = now.mono_ms + RETRY_REFUSED_MS;
		if (h->state == HP_NODE_AWAY)
			h->state = HP_NODE_REGISTERING;
	}
}

/* §11.7.3: what does not answer the last update sent is ignored, and so is an answer to that one when there is news that waits to be sent;
 * a sequence refusal answers any. */
void hp_register_acknowledged(struct hp_node *n, struct home *h, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx)
{
	struct hp_ba ba;

	if (hp_ba_read(&ba, hp_packet_payload(p), hp_packet_payload_len(p)) != HP_MH_OK) {
		n->count[HP_NODE_INVALID]++;
		return;
	}
	if (!h->unanswered || ((h->held || ba.sequence != h->sequence) && ba.status != HP_BA_SEQUENCE)) {
		n->count[HP_NODE_IGNORED]++;
		return;
	}
	if (!hp_authenticator_check(n, h, hp_packet_payload(p), &ba, fx))
		return;
	n->count[HP_NODE_BA_IN]++;
	h->last_status = ba.status;
	if (ba.status < 128 && (ba.lifetime || h->state == HP_NODE_RETURNING))
		accepted(n, h, &ba, now, fx);
	else
		refused(n, h, &ba, now, fx);
}
