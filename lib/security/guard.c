/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/rate.h"

/* Sources share these by a keyed hash: what one of them may cost is bounded, and a stranger cannot choose whose he shares. */
#define SOURCES 65536
/* Authenticators computed for nothing, of one source: a thousandth of a core's time. Not fewer: so many under the very source of a mobile
 * node keep it out (docs/decisions/floods.md). */
#define WRONG_PER_S   400
#define WRONG_BURST   800
#define ANSWERS_PER_S 1 /* refusals told to one source */
#define ANSWERS_BURST 5
#define EVENTS_PER_S  20 /* refusals told to the operator; counters tell them all */
#define EVENTS_BURST  100

const struct hp_counter_info hp_refusals[HP_REFUSED_COUNT] = {HP_REFUSALS(HP_COUNTER_INFO)};

struct source {
	struct hp_rate wrong, answers;
};

struct hp_guard {
	enum hp_guard_method method;
	struct hp_subscribers *subscribers;
	struct hp_hmac *mac;
	struct hp_ipsec *ipsec;
	struct hp_aaa aaa;
	uint64_t floor; /* a timestamp; 0: none */
	struct hp_hash_key source_key;
	struct source *source;
	struct hp_rate events;
	uint64_t count[HP_REFUSED_COUNT];
};

static enum hp_aaa_answer own_table(void *ctx, const struct hp_aaa_request *request)
{
	struct hp_guard *g = ctx;
	const struct hp_subscriber *r = hp_subscribers_identity(g->subscribers, request->identity, request->identity_len);

	while (r && !hp_ip6_eq(&r->hoa, request->data.hoa))
		r = r->sibling;
	if (!r || r->aaa.spi != request->option.spi)
		return HP_AAA_UNAVAILABLE;
	return hp_mn_aaa_verify(g->mac, &r->aaa, &request->data, &request->option) ? HP_AAA_ACCEPTED : HP_AAA_REJECTED;
}

int hp_guard_create(struct hp_guard **out, const struct hp_guard_conf *conf, struct hp_now now)
{
	struct hp_guard *g = calloc(1, sizeof(*g));
	struct hp_random random;
	int ret;

	if (!g)
		return -ENOMEM;
	hp_random_seed(&random, conf->seed);
	g->method = conf->method;
	g->aaa = conf->aaa ? *conf->aaa : (struct hp_aaa){own_table, g};
	g->floor = conf->floor_wall_ms ? hp_timestamp_of(conf->floor_wall_ms) : 0;
	g->source_key = (struct hp_hash_key){{hp_random_u64(&random), hp_random_u64(&random)}};
	hp_rate_init(&g->events, EVENTS_PER_S, EVENTS_BURST, now.mono_ms);
	ret = hp_subscribers_create(&g->subscribers, hp_random_u64(&random));
	ret = ret ? ret : hp_hmac_create(&g->mac);
	ret = ret ? ret : hp_ipsec_create(&g->ipsec, false, hp_random_u64(&random), now);
	g->source = ret ? NULL : calloc(SOURCES, sizeof(*g->source));
	if (!ret && !g->source)
		ret = -ENOMEM;
	if (ret) {
		hp_guard_destroy(g);
		return ret;
	}
	for (unsigned int i = 0; i < SOURCES; i++) {
		hp_rate_init(&g->source[i].wrong, WRONG_PER_S, WRONG_BURST, now.mono_ms);
		hp_rate_init(&g->source[i].answers, ANSWERS_PER_S, ANSWERS_BURST, now.mono_ms);
	}
	*out = g;
	return 0;
}

void hp_guard_destroy(struct hp_guard *g)
{
	if (!g)
		return;
	free(g->source);
	hp_hmac_destroy(g->mac);
	hp_ipsec_destroy(g->ipsec);
	hp_subscribers_destroy(g->subscribers);
	free(g);
}

enum hp_guard_method hp_guard_method(const struct hp_guard *g)
{
	return g->method;
}

struct hp_subscribers *hp_guard_subscribers(const struct hp_guard *g)
{
	return g->subscribers;
}

struct hp_subscribers *hp_guard_exchange(struct hp_guard *g, struct hp_subscribers *fresh)
{
	struct hp_subscribers *before = g->subscribers;

	g->subscribers = fresh;
	return before;
}

struct hp_hmac *hp_guard_hmac(const struct hp_guard *g)
{
	return g->mac;
}

struct hp_ipsec *hp_guard_ipsec(const struct hp_guard *g)
{
	return g->method == HP_GUARD_IPSEC ? g->ipsec : NULL;
}

struct hp_associations *hp_guard_associations(const struct hp_guard *g)
{
	return hp_ipsec_associations(g->ipsec);
}

static uint32_t number_of(const struct hp_associations *s, const struct hp_ip6 *hoa, enum hp_protection protects)
{
	const struct hp_association *a = hp_associations_outbound(s, hoa, protects);

	return a ? a->number : 0;
}

struct hp_guard_tunnel hp_guard_tunnel(const struct hp_guard *g, const struct hp_ip6 *hoa)
{
	const struct hp_associations *s = hp_guard_associations(g);

	/* Mostly nobody has any, and memory is slow. */
	if (!hp_associations_count(s))
		return (struct hp_guard_tunnel){0};
	return (struct hp_guard_tunnel){number_of(s, hoa, HP_PROTECT_PAYLOAD), number_of(s, hoa, HP_PROTECT_HOME_TEST)};
}

struct hp_associations *hp_guard_exchange_associations(struct hp_guard *g, struct hp_associations *fresh)
{
	return hp_ipsec_exchange(g->ipsec, fresh);
}

const uint64_t *hp_guard_count(const struct hp_guard *g)
{
	return g->count;
}

void hp_guard_foresee(const struct hp_guard *g, const struct hp_ip6 *const hoa[], unsigned int n)
{
	if (g->method == HP_GUARD_MN_HA || g->method == HP_GUARD_IPSEC)
		hp_subscribers_foresee(g->subscribers, hoa, n);
}

/* One update on its way through the checks. */
struct inquiry {
	struct hp_guard *g;
	const struct hp_guard_update *u;
	struct hp_now now;
	struct hp_subscriber *subscriber;
	struct source *source;
	struct hp_credential *out;
	struct hp_effects *fx;
};

static uint32_t spi_of(const struct hp_proof *p)
{
	return p->mn_ha.present ? p->mn_ha.spi : p->mn_aaa.spi;
}

/* Counts and tells; gives `verdict` back. */
static int refuse(struct inquiry *q, enum hp_refusal why, int verdict)
{
	const struct hp_proof *p = &q->u->bu->proof;

	q->g->count[why]++;
	if (hp_rate_take(&q->g->events, q->now.mono_ms))
		hp_effects_push(q->fx, &(struct hp_effect){.kind = HP_EFFECT_EVENT,
							   .event = {.kind = HP_EVENT_REFUSED,
								     .hoa = q->u->hoa,
								     .coa = q->u->coa,
								     .link = q->u->link,
								     .code = verdict < 0 ? HP_EVENT_UNANSWERED : (uint16_t)verdict,
								     .reason = hp_refusals[why].name,
								     .spi = spi_of(p),
								     .identity = (const char *)p->identity,
								     .identity_len = p->identity_len}});
	return verdict;
}

/* The same, of a message that anybody may have made: what its source is told is limited. */
static int refuse_stranger(struct inquiry *q, enum hp_refusal why)
{
	const int verdict = refuse(q, why, HP_BA_AUTH_FAIL);

	hp_rate_take(&q->source->wrong, q->now.mono_ms);
	if (hp_rate_take(&q->source->answers, q->now.mono_ms))
		return verdict;
	q->g->count[HP_REFUSED_SILENT]++;
	return HP_GUARD_SILENCE;
}

/* Who it says he is, as far as that costs nothing. HP_GUARD_PASS: q->subscriber. */
static int identify(struct inquiry *q)
{
	const struct hp_proof *p = &q->u->bu->proof;
	struct hp_subscriber *r;

	if (!p->mn_ha.present && !p->mn_aaa.present)
		return refuse(q, HP_REFUSED_NO_OPTION, HP_GUARD_SILENCE);
	if (!p->identity_len)
		return refuse(q, HP_REFUSED_NO_IDENTITY, HP_GUARD_SILENCE);
	r = hp_subscribers_find(q->g->subscribers, &q->u->hoa);
	if (!r || r->identity_len != p->identity_len || memcmp(r->identity, p->identity, p->identity_len) != 0) {
		const bool known = r && hp_subscribers_identity(q->g->subscribers, (const char *)p->identity, p->identity_len);

		return refuse(q, known ? HP_REFUSED_ADDRESS : HP_REFUSED_UNKNOWN, HP_GUARD_SILENCE);
	}
	if (r->suspended)
		return refuse(q, HP_REFUSED_SUSPENDED, HP_GUARD_SILENCE);
	q->subscriber = r;
	return HP_GUARD_PASS;
}

/* The key that the acknowledgement will be proved by. NULL: there is none, so there is no acknowledgement. */
static const struct hp_key *key_of(const struct inquiry *q)
{
	const struct hp_proof *p = &q->u->bu->proof;

	if (p->mn_ha.present)
		return hp_subscriber_key(q->subscriber, p->mn_ha.spi);
	/* MN-AAA alone (§5.2): answered by MN-HA all the same. */
	return q->subscriber->key[0].spi ? &q->subscriber->key[0] : NULL;
}

static int authenticate(struct inquiry *q, const struct hp_key *key)
{
	const struct hp_proof *p = &q->u->bu->proof;
	const struct hp_mobility_data data = {&q->u->coa, &q->u->hoa, q->u->message};
	const struct hp_aaa_request request = {
		.identity = (const char *)p->identity, .identity_len = p->identity_len, .data = data, .option = p->mn_aaa};

	if (!hp_rate_ready(&q->source->wrong, q->now.mono_ms))
		return refuse(q, HP_REFUSED_RATE, HP_GUARD_SILENCE);
	if (p->mn_ha.present && !hp_mn_ha_verify(q->g->mac, key, &data, &p->mn_ha))
		return refuse_stranger(q, HP_REFUSED_MAC);
	if (p->mn_aaa.present && q->g->aaa.authenticate(q->g->aaa.ctx, &request) != HP_AAA_ACCEPTED)
		return refuse_stranger(q, HP_REFUSED_AAA);
	return HP_GUARD_PASS;
}

/* What was accepted last by this replay protection, if `value` is not greater: §6 says of the mobile node, so by whichever of its keys. */
static bool is_stale(const struct inquiry *q, bool timestamp, uint64_t value, uint64_t *last)
{
	for (unsigned int i = 0; i < HP_SUBSCRIBER_KEYS; i++) {
		const struct hp_key *key = &q->subscriber->key[i];

		if (!key->spi || !key->has_last || key->timestamp != timestamp)
			continue;
		*last = key->last;
		if (timestamp ? !hp_timestamp_is_later(value, *last) : hp_mh_sequence_is_old((uint16_t)value, (uint16_t)*last))
			return true;
	}
	return false;
}

/* §6. The timestamp of the acknowledgement is set in any case. */
static int judge_timestamp(struct inquiry *q)
{
	const struct hp_proof *p = &q->u->bu->proof;
	const uint64_t ours = hp_timestamp_of(q->now.wall_ms);
	uint64_t last;
	int64_t off_ms;

	if (!p->has_timestamp)
		return refuse(q, HP_REFUSED_NO_TIMESTAMP, HP_BA_MESG_ID_REQD);
	off_ms = hp_timestamp_after_ms(p->timestamp, ours);
	if (off_ms < -HP_MN_HA_WINDOW_MS || off_ms > HP_MN_HA_WINDOW_MS || is_stale(q, true, p->timestamp, &last) ||
	    (q->g->floor && !hp_timestamp_is_later(p->timestamp, q->g->floor))) {
		q->out->timestamp = hp_timestamp_corrected(p->timestamp, ours);
		return refuse(q, HP_REFUSED_TIMESTAMP, HP_BA_ID_MISMATCH);
	}
	return HP_GUARD_PASS;
}

static int judge_sequence(struct inquiry *q)
{
	uint64_t last;

	if (!is_stale(q, false, q->u->bu->sequence, &last))
		return HP_GUARD_PASS;
	q->out->last_sequence = (uint16_t)last;
	return refuse(q, HP_REFUSED_SEQUENCE, HP_BA_SEQUENCE);
}

static void accept(struct inquiry *q, const struct hp_key *key)
{
	const uint64_t value = key->timestamp ? q->u->bu->proof.timestamp : q->u->bu->sequence;
	const uint32_t spi = key->spi;

	if (hp_subscriber_accept(q->g->subscribers, q->subscriber, spi, value))
		hp_effects_push(q->fx, &(struct hp_effect){.kind = HP_EFFECT_EVENT,
							   .event = {.kind = HP_EVENT_REKEYED,
								     .hoa = q->u->hoa,
								     .coa = q->u->coa,
								     .link = q->u->link,
								     .spi = spi,
								     .identity = q->subscriber->identity,
								     .identity_len = q->subscriber->identity_len}});
	hp_effects_push(q->fx, &(struct hp_effect){.kind = HP_EFFECT_ACCEPTED, .accepted = {.hoa = q->u->hoa, .spi = spi, .value = value}});
}

static int judge(struct inquiry *q)
{
	const struct hp_proof *p = &q->u->bu->proof;
	int verdict = identify(q);
	const struct hp_key *key;

	if (verdict != HP_GUARD_PASS)
		return verdict;
	key = key_of(q);
	if (!key)
		return refuse(q, HP_REFUSED_SPI, HP_GUARD_SILENCE);
	q->source = &q->g->source[hp_hash(&q->g->source_key, &q->u->source, sizeof(q->u->source)) % SOURCES];
	*q->out = (struct hp_credential){.spi = key->spi, .fresh = true, .has_timestamp = p->has_timestamp, .timestamp = p->timestamp};
	verdict = authenticate(q, key);
	if (verdict == HP_GUARD_PASS)
		verdict = key->timestamp ? judge_timestamp(q) : judge_sequence(q);
	if (verdict == HP_GUARD_PASS)
		accept(q, key);
	return verdict;
}

/* RFC 3776: what an association proves, it has proved before the update came here. */
static int judge_protection(struct inquiry *q)
{
	const struct hp_subscriber *r = hp_subscribers_find(q->g->subscribers, &q->u->hoa);
	const struct hp_ipsec_update u = {.hoa = q->u->hoa,
					  .source = q->u->source,
					  .has_alternate_coa = q->u->bu->has_alternate_coa,
					  .link = q->u->link,
					  .association = q->u->association};

	if (!hp_ipsec_permits_update(q->g->ipsec, &u, q->now, q->fx))
		return HP_GUARD_SILENCE;
	return r && r->suspended ? refuse(q, HP_REFUSED_SUSPENDED, HP_GUARD_SILENCE) : HP_GUARD_PASS;
}

int hp_guard_update(struct hp_guard *g, const struct hp_guard_update *u, struct hp_now now, struct hp_credential *out,
		    struct hp_effects *fx)
{
	struct inquiry q = {.g = g, .u = u, .now = now, .out = out, .fx = fx};

	*out = (struct hp_credential){0};
	switch (g->method) {
	case HP_GUARD_OPEN:
		return HP_GUARD_PASS;
	case HP_GUARD_MN_HA:
		return judge(&q);
	case HP_GUARD_IPSEC:
		return judge_protection(&q);
	default:
		return refuse(&q, HP_REFUSED_CLOSED, HP_BA_PROHIBITED);
	}
}

int hp_guard_acknowledge(struct hp_guard *g, const struct hp_credential *credential, const struct hp_ip6 *hoa, const struct hp_ip6 *coa,
			 const struct hp_ba *ba, void *body, size_t room)
{
	const struct hp_subscriber *r = credential->spi ? hp_subscribers_find(g->subscribers, hoa) : NULL;
	const struct hp_key *key = r ? hp_subscriber_key(r, credential->spi) : NULL;
	struct hp_proof_authenticator place;
	struct hp_ba proved = *ba;
	int len;

	if (!credential->spi)
		return hp_ba_write(ba, body, room);
	if (!key)
		return -ENOENT;
	proved.proof = (struct hp_proof){
		.identity = (const uint8_t *)r->identity,
		.identity_len = r->identity_len,
		.has_timestamp = credential->has_timestamp,
		.timestamp = credential->timestamp,
		.mn_ha = hp_mn_ha_place(key, room),
	};
	len = hp_ba_write(&proved, body, room);
	if (len < 0)
		return len;
	place = hp_mn_ha_place(key, (size_t)len);
	return hp_mn_ha_sign(g->mac, key, coa, hoa, body, &place) ? len : -EIO;
}

void hp_guard_restore(struct hp_guard *g, const struct hp_ip6 *hoa, uint32_t spi, uint64_t value)
{
	struct hp_subscriber *r = hp_subscribers_find(g->subscribers, hoa);

	if (r)
		hp_subscriber_accept(g->subscribers, r, spi, value);
}
