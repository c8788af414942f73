/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentication in the message as the node does it: RFC 4285 §5, §6. Updates that cannot be proved are not sent, acknowledgements that are
 * not proved are not heard. */
#include <errno.h>
#include <string.h>

#include "node/state.h"
#include "security/mn_ha.h"

/* How long before its time a timestamp is sent that has to be in the home agent's window. Its clock is known to a second, and the way is
 * long. */
#define OUTRUN_MS (HP_MN_HA_WINDOW_MS - 1500)
#define BELOW_MS  22 /* bits of a timestamp that are less than a millisecond: our clock does not know them */

void hp_authenticator_init(struct home *h)
{
	h->proof.outrun_ms = UINT64_MAX;
	h->proof.timestamps = h->conf.method == HP_NODE_MN_HA && h->conf.key->timestamp;
}

/* The home agent's time as we know it. */
static uint64_t time_of(const struct home *h, struct hp_now now)
{
	return hp_timestamp_of(now.wall_ms) + h->proof.offset;
}

static void forget_open(struct home *h, unsigned int at)
{
	h->proof.open[at] = h->proof.open[--h->proof.opens];
}

static void remember_open(struct home *h, uint64_t t)
{
	unsigned int first = 0;

	for (unsigned int i = 1; i < h->proof.opens; i++)
		if (hp_timestamp_is_later(h->proof.open[first], h->proof.open[i]))
			first = i;
	if (h->proof.opens == OPEN_MOST)
		forget_open(h, first);
	h->proof.open[h->proof.opens++] = t;
}

/* Later than any before, even when the clock has gone back (§6); and than those that are valid by now although they were not when sent. */
static uint64_t next_timestamp(struct hp_node *n, struct home *h, struct hp_now now)
{
	const uint64_t unknown = hp_random_u64(&n->random) >> (64 - BELOW_MS), ours = time_of(h, now);
	uint64_t t = ours + unknown;

	for (unsigned int i = 0; i < h->proof.opens; i++)
		if (!hp_timestamp_is_later(t, h->proof.open[i]) && hp_timestamp_after_ms(h->proof.open[i], ours) <= OUTRUN_MS)
			t = h->proof.open[i] + 1 + unknown;
	if (h->proof.has_floor && !hp_timestamp_is_later(t, h->proof.floor))
		t = h->proof.floor + 1 + unknown;
	h->proof.floor = t;
	h->proof.has_floor = true;
	remember_open(h, t);
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
	h->proof.doubted = h->proof.rejected = false;
	h->proof.clock = hp_timestamp_of(now.wall_ms);
	h->proof.sent = h->proof.timestamps ? next_timestamp(n, h, now) : 0;
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

static void plan_outrun(struct home *h, struct hp_now now)
{
	h->proof.outrun_ms = UINT64_MAX;
	for (unsigned int i = 0; i < h->proof.opens; i++) {
		const int64_t wait_ms = hp_timestamp_after_ms(h->proof.open[i], time_of(h, now)) - OUTRUN_MS;

		if (wait_ms > 0 && now.mono_ms + (uint64_t)wait_ms < h->proof.outrun_ms)
			h->proof.outrun_ms = now.mono_ms + (uint64_t)wait_ms;
	}
}

void hp_authenticator_accepted(struct home *h, struct hp_now now)
{
	h->trouble = -1;
	h->proof.corrected = false;
	if (!h->proof.timestamps)
		return;
	h->proof.accepted = h->proof.sent;
	h->proof.has_accepted = true;
	for (unsigned int i = 0; i < h->proof.opens;)
		if (hp_timestamp_is_later(h->proof.open[i], h->proof.accepted))
			i++;
		else
			forget_open(h, i);
	plan_outrun(h, now);
}

/* The home agent's clock, as the answer has it: its seconds, our fraction. What we sent by the wrong one is no longer what has to be
 * exceeded, only what was accepted is. */
static void set_clock(struct home *h, uint64_t timestamp, struct hp_now now)
{
	h->proof.offset = timestamp - h->proof.clock;
	h->proof.floor = h->proof.accepted;
	h->proof.has_floor = h->proof.has_accepted;
	plan_outrun(h, now);
}

void hp_authenticator_outrun(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	if (h->state == HP_NODE_HOME && !h->stopped)
		h->state = HP_NODE_RETURNING;
	if (h->state == HP_NODE_AWAY || h->state == HP_NODE_REGISTERING || h->state == HP_NODE_RETURNING) {
		h->timeout_ms = hp_register_wait_ms(h, now);
		hp_register_send(n, h, now, fx);
	}
	plan_outrun(h, now);
}

bool hp_authenticator_rejected(struct hp_node *n, struct home *h, struct hp_now now, struct hp_effects *fx)
{
	if (!h->proof.rejected)
		return false;
	n->count[HP_NODE_AUTH_STOPPED]++;
	h->trouble = HP_NODE_AUTH_STOPPED;
	tell(h, HP_BA_AUTH_FAIL, HP_NODE_AUTH_STOPPED, fx);
	hp_node_abandon(n, h, now, fx);
	return true;
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
		/* §5.3 says to stop. But who overhears an update can send a changed one after it, and the home agent proves its refusal
		 * of that: an acceptance of the true one, that comes before its repetition is due, counts more. */
		h->proof.rejected = true;
		return true;
	default:
		return false;
	}
	n->count[why]++;
	h->trouble = (int)why;
	tell(h, ba->status, why, fx);
	if (why == HP_NODE_AUTH_CLOCK)
		set_clock(h, ba->proof.timestamp, now);
	h->proof.timestamps = true;
	/* At once the first time; if that does not mend it, in the pace of repetitions. */
	if (!h->proof.corrected)
		hp_register_send(n, h, now, fx);
	h->proof.corrected = true;
	return true;
}
