/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentication in the message as the node does it: RFC 4285 §5, §6. Updates that cannot be proved are not sent, acknowledgements that are
 * not proved are not heard. */
#include <errno.h>
#include <string.h>

#include "node/state.h"
#include "security/mn_ha.h"

#define BELOW_MS 22 /* bits of a timestamp that are less than a millisecond: our clock does not know them */

void hp_authenticator_init(struct home *h)
{
	h->proof.timestamps = h->conf.method == HP_NODE_MN_HA && h->conf.key->timestamp;
}

/* Later than any before, even when the clock has gone back (§6). */
static uint64_t next_timestamp(struct hp_node *n, struct home *h)
{
	const uint64_t unknown = hp_random_u64(&n->random) >> (64 - BELOW_MS);
	uint64_t t = h->proof.clock + h->proof.offset + unknown;

	if (h->proof.has_floor && !hp_timestamp_is_later(t, h->proof.floor))
		t = h->proof.floor + 1 + unknown;
	h->proof.floor = t;
	h->proof.has_floor = true;
	return t;
}

int hp_authenticator_write(struct hp_node *n, struct home *h, struct hp_bu *bu, const struct hp_ip6 *coa, struct hp_now now, uint8_t *body,
			   size_t room)
{
	const struct hp_key *key = h->conf.key;
	struct hp_proof_authenticator place;
	int len;

	if (h->conf.method == HP_NODE_OPEN)
		return hp_bu_write(bu, body, room);
	h->proof.coa = *coa;
	h->proof.doubted = false;
	h->proof.clock = hp_timestamp_of(now.wall_ms);
	h->proof.sent = h->proof.timestamps ? next_timestamp(n, h) : 0;
	bu->proof = (struct hp_proof){
		.identity = (const uint8_t *)h->conf.identity,
		.identity_len = (uint8_t)strlen(h->conf.identity),
		.has_timestamp = h->proof.timestamps,
		.timestamp = h->proof.sent,
		.mn_ha = hp_mn_ha_place(key, room),
	};
	len = hp_bu_write(bu, body, room);
	if (len >= 0) {
		place = hp_mn_ha_place(key, (size_t)len);
		if (!hp_mn_ha_sign(n->mac, key, coa, &h->conf.hoa, body, &place))
			len = -EIO;
	}
	if (len < 0) {
		n->count[HP_NODE_AUTH_FAILED]++;
		h->trouble = HP_NODE_AUTH_FAILED;
	}
	return len;
}

/* §6: the timestamp as it was sent; of 144 the home agent has replaced the seconds. */
static bool answers(const struct home *h, const struct hp_ba *ba)
{
	const uint64_t kept = ba->status == HP_BA_ID_MISMATCH ? UINT32_MAX : UINT64_MAX;

	return !h->proof.timestamps || (ba->proof.has_timestamp && !((ba->proof.timestamp ^ h->proof.sent) & kept));
}

static void tell(const struct home *h, uint16_t status, enum hp_node_counter why, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_EVENT,
						.event = {.kind = HP_EVENT_REFUSED,
							  .hoa = h->conf.hoa,
							  .coa = h->coa,
							  .link = h->interface,
							  .code = status,
							  .reason = hp_node_counters[why].name,
							  .spi = h->conf.key->spi}});
}

bool hp_authenticator_check(struct hp_node *n, struct home *h, const uint8_t *message, const struct hp_ba *ba, struct hp_effects *fx)
{
	const struct hp_mobility_data data = {&h->proof.coa, &h->conf.hoa, message};
	const struct hp_proof *proof = &ba->proof;
	enum hp_node_counter why;

	if (h->conf.method == HP_NODE_OPEN)
		return true;
	if (!proof->mn_ha.present)
		why = HP_NODE_AUTH_NO_OPTION;
	else if (proof->mn_ha.spi != h->conf.key->spi)
		why = HP_NODE_AUTH_SPI;
	else if (!answers(h, ba))
		why = HP_NODE_AUTH_TIMESTAMP;
	else if (!hp_mn_ha_verify(n->mac, h->conf.key, &data, &proof->mn_ha))
		why = HP_NODE_AUTH_MAC;
	else
		return true;
	n->count[why]++;
	h->trouble = (int)why;
	/* A home agent that has another key for us cannot prove its refusal, and anybody could send one: to stop for it would let him stop us.
	 * The operator may want to know, once an update. */
	if (ba->status == HP_BA_AUTH_FAIL) {
		n->count[HP_NODE_AUTH_DOUBTED]++;
		h->trouble = HP_NODE_AUTH_DOUBTED;
		if (!h->proof.doubted)
			tell(h, ba->status, HP_NODE_AUTH_DOUBTED, fx);
		h->proof.doubted = true;
	}
	return false;
}

void hp_authenticator_accepted(struct home *h)
{
	h->trouble = -1;
	h->proof.corrected = false;
	h->proof.accepted = h->proof.sent;
	h->proof.has_accepted = h->proof.timestamps;
}

/* The home agent's clock, as the answer has it: its seconds, our fraction. What we sent by the wrong one no longer counts, only what was
 * accepted does. */
static void set_clock(struct home *h, uint64_t timestamp)
{
	h->proof.offset = timestamp - h->proof.clock;
	h->proof.floor = h->proof.accepted;
	h->proof.has_floor = h->proof.has_accepted;
}

bool hp_authenticator_refused(struct hp_node *n, struct home *h, const struct hp_ba *ba, struct hp_now now, struct hp_effects *fx)
{
	enum hp_node_counter why;

	if (h->conf.method == HP_NODE_OPEN)
		return false;
	switch (ba->status) {
	case HP_BA_ID_MISMATCH:
		why = HP_NODE_AUTH_CLOCK;
		if (!h->proof.timestamps)
			return false;
		break;
	case HP_BA_MESG_ID_REQD:
		why = HP_NODE_AUTH_TIMESTAMP_ASKED;
		if (h->proof.timestamps)
			return false;
		break;
	case HP_BA_AUTH_FAIL:
		why = HP_NODE_AUTH_STOPPED;
		break;
	default:
		return false;
	}
	n->count[why]++;
	h->trouble = (int)why;
	tell(h, ba->status, why, fx);
	if (why == HP_NODE_AUTH_STOPPED) {
		hp_node_abandon(n, h, now, fx);
		return true;
	}
	if (why == HP_NODE_AUTH_CLOCK)
		set_clock(h, ba->proof.timestamp);
	h->proof.timestamps = true;
	/* At once the first time; if that does not mend it, in the pace of repetitions. */
	if (!h->proof.corrected)
		hp_register_send(n, h, now, fx);
	h->proof.corrected = true;
	return true;
}
