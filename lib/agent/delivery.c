/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/delivery.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/discovery.h"

#define CHUNK      256
#define TICK_SENDS 256
#define TICK_WORK  8192
#define HOP_LIMIT  64
/* §12 */
#define PREFIX_ADV_TIMEOUT_MS 3000
#define PREFIX_ADV_RETRIES    3
/* §6.8: not more than one a second to any node. */
#define APART_MS 1000

enum { IDLE, SCHEDULED, UNACKNOWLEDGED };

struct delivery {
	struct hp_timer timer; /* the earlier of what is owed */
	uint64_t sent_ms;      /* the last one; 0: none */
	uint64_t due_ms;       /* the next unsolicited step */
	uint32_t id;           /* of the binding */
	uint16_t identifier;   /* of a solicitation that waits for the second to pass */
	bool solicited;
	uint8_t state, transmissions;
};

struct hp_deliveries {
	struct hp_wheel *wheel;
	size_t chunks, held;
	struct delivery *chunk[];
};

int hp_deliveries_create(struct hp_deliveries **out, uint32_t max_bindings, uint64_t now_ms)
{
	const size_t chunks = (size_t)max_bindings / CHUNK + 1;
	struct hp_deliveries *s = calloc(1, sizeof(*s) + chunks * sizeof(struct delivery *));

	if (!s)
		return -ENOMEM;
	s->chunks = chunks;
	if (hp_wheel_create(&s->wheel, now_ms)) {
		free(s);
		return -ENOMEM;
	}
	*out = s;
	return 0;
}

void hp_deliveries_destroy(struct hp_deliveries *s)
{
	if (!s)
		return;
	hp_wheel_destroy(s->wheel);
	for (size_t i = 0; i < s->chunks; i++)
		free(s->chunk[i]);
	free(s);
}

size_t hp_deliveries_memory(const struct hp_deliveries *s)
{
	return sizeof(*s) + s->chunks * sizeof(struct delivery *) + s->held * CHUNK * sizeof(struct delivery);
}

uint64_t hp_deliveries_next(const struct hp_deliveries *s)
{
	return hp_wheel_next(s->wheel);
}

static struct delivery *find(const struct hp_deliveries *s, uint32_t id)
{
	struct delivery *chunk = s->chunk[id / CHUNK];

	return chunk ? &chunk[id % CHUNK] : NULL;
}

/* NULL: out of memory. The node goes without until it asks. */
static struct delivery *open_delivery(struct hp_deliveries *s, uint32_t id)
{
	struct delivery **chunk = &s->chunk[id / CHUNK];

	if (!*chunk) {
		*chunk = calloc(CHUNK, sizeof(**chunk));
		if (!*chunk)
			return NULL;
		s->held++;
		for (uint32_t i = 0; i < CHUNK; i++)
			(*chunk)[i] = (struct delivery){.id = id / CHUNK * CHUNK + i, .due_ms = UINT64_MAX};
	}
	return &(*chunk)[id % CHUNK];
}

static void arm(struct hp_deliveries *s, struct delivery *d)
{
	uint64_t at = d->due_ms;

	if (d->solicited && d->sent_ms + APART_MS < at)
		at = d->sent_ms + APART_MS;
	if (at == UINT64_MAX)
		hp_wheel_disarm(s->wheel, &d->timer);
	else
		hp_wheel_arm(s->wheel, &d->timer, at);
}

/* Prefixes of ours, with R the address of ours in them; those that are no more with lifetimes of 0. */
static void add_own(const struct hp_agent *a, const struct hp_home *home, uint64_t now_ms, struct hp_mpa *out)
{
	struct hp_own_address own[HP_RA_PREFIXES];
	const unsigned int n = hp_neighbor_addresses(a->conf.neighbor, home->link, own, HP_RA_PREFIXES);

	for (unsigned int i = 0; i < home->prefixes && out->prefixes < HP_MPA_PREFIXES; i++) {
		const struct hp_home_prefix *p = &home->prefix[i];
		struct hp_ra_prefix *x = &out->prefix[out->prefixes++];

		*x = (struct hp_ra_prefix){
			.prefix = p->prefix,
			.length = p->length,
			.on_link = !home->is_virtual,
			.autonomous = p->length == 64,
			.valid_s = hp_home_left_s(p->valid_until_ms, now_ms),
			.preferred_s = hp_home_left_s(p->preferred_until_ms, now_ms),
		};
		for (unsigned int k = 0; k < n && !x->router_address && x->valid_s; k++)
			if (own[k].prefix_length == p->length && hp_ip6_in_prefix(&own[k].address, &p->prefix, p->length)) {
				x->router_address = true;
				x->prefix = own[k].address;
			}
	}
}

static struct hp_ra_prefix *same_prefix(struct hp_mpa *m, const struct hp_ra_prefix *p)
{
	for (unsigned int i = 0; i < m->prefixes; i++)
		if (m->prefix[i].length == p->length && hp_ip6_in_prefix(&p->prefix, &m->prefix[i].prefix, p->length))
			return &m->prefix[i];
	return NULL;
}

/* §10.6.1: what other home agents on the link advertise beside ours, each once, as long as anybody says. */
static void add_others(const struct hp_home *home, uint64_t now_ms, struct hp_mpa *out)
{
	const unsigned int ours = out->prefixes;

	for (unsigned int i = 0; i < home->agents.count; i++)
		for (unsigned int k = 0; k < home->agents.entry[i].prefixes; k++) {
			const struct hp_agents_prefix *p = &home->agents.entry[i].prefix[k];
			const uint32_t valid_s = hp_home_left_s(p->valid_until_ms, now_ms);
			const uint32_t preferred_s = hp_home_left_s(p->preferred_until_ms, now_ms);
			struct hp_ra_prefix *x = same_prefix(out, &p->said);

			if (x && x < &out->prefix[ours])
				continue;
			if (!x && out->prefixes < HP_MPA_PREFIXES && valid_s && home->agents.entry[i].until_ms > now_ms) {
				x = &out->prefix[out->prefixes++];
				*x = p->said;
				x->prefix = hp_ip6_prefix(&x->prefix, x->length);
				x->router_address = false; /* none of ours */
				x->valid_s = x->preferred_s = 0;
			}
			if (x && valid_s > x->valid_s)
				x->valid_s = valid_s;
			if (x && preferred_s > x->preferred_s)
				x->preferred_s = preferred_s;
		}
}

/* M and O stay clear: no DHCPv6 for mobile nodes here (§6.8). */
static void advertise(struct hp_agent *a, const struct hp_binding *b, struct delivery *d, uint16_t identifier, struct hp_now now,
		      struct hp_effects *fx)
{
	const struct hp_home *home = hp_homes_find(a->homes, b->link);
	struct hp_mpa m = {.identifier = identifier};
	uint8_t body[HP_IP6_MIN_MTU];
	int len;

	add_own(a, home, now.mono_ms, &m);
	add_others(home, now.mono_ms, &m);
	len = hp_mpa_write(&m, body, sizeof(body));
	if (len < 0)
		return;
	d->sent_ms = now.mono_ms;
	a->count[HP_AG_MPA_OUT]++;
	hp_effects_send(fx, &(struct hp_send){.src = *hp_bindings_ha(a->bindings, b),
					      .dst = b->hoa,
					      .coa = b->coa,
					      .link = HP_LINK_ANY,
					      .hop_limit = HOP_LIMIT,
					      .proto = HP_PROTO_ICMPV6,
					      .class_ = HP_CLASS_OTHER,
					      .protection = HP_PROTECT_PREFIX_DISCOVERY,
					      .body = body,
					      .body_len = (size_t)len});
}

/* RAND_ADV_DELAY, §10.6.2. */
static uint64_t random_delay(struct hp_agent *a, const struct hp_binding *b, uint64_t now_ms)
{
	const struct hp_home_prefix *p = hp_home_prefix(hp_homes_find(a->homes, b->link), &b->hoa, now_ms);
	const uint64_t least = a->conf.prefix_advertisement.min_interval_s,
		       preferred = p ? hp_home_left_s(p->preferred_until_ms, now_ms) : 0;
	uint64_t most = a->conf.prefix_advertisement.max_interval_s, span;

	if (preferred < most)
		most = preferred;
	span = (most > least ? most - least : least - most) * 1000;
	return least * 1000 + (span ? hp_random_u64(&a->random) % span : 0);
}

static void schedule(struct hp_agent *a, const struct hp_binding *b, struct delivery *d, uint64_t now_ms)
{
	d->state = SCHEDULED;
	d->transmissions = 0;
	d->due_ms = now_ms + random_delay(a, b, now_ms);
}

/* Nothing is owed, until none was sent for MaxMobPfxAdvInterval. */
static void rest(const struct hp_agent *a, struct delivery *d, uint64_t now_ms)
{
	d->state = IDLE;
	d->due_ms = now_ms + (uint64_t)a->conf.prefix_advertisement.max_interval_s * 1000;
}

static void transmit(struct hp_agent *a, struct hp_binding *b, struct delivery *d, struct hp_now now, struct hp_effects *fx)
{
	if (d->sent_ms && now.mono_ms < d->sent_ms + APART_MS) {
		d->due_ms = d->sent_ms + APART_MS;
		return;
	}
	a->count[HP_AG_MPA_UNSOLICITED]++;
	advertise(a, b, d, 0, now, fx);
	d->state = UNACKNOWLEDGED;
	d->due_ms = now.mono_ms + ((uint64_t)PREFIX_ADV_TIMEOUT_MS << d->transmissions);
	d->transmissions++;
}

static void step(struct hp_agent *a, struct hp_binding *b, struct delivery *d, struct hp_now now, struct hp_effects *fx)
{
	if (d->state == IDLE) {
		schedule(a, b, d, now.mono_ms);
	} else if (d->transmissions <= PREFIX_ADV_RETRIES) {
		transmit(a, b, d, now, fx);
	} else {
		a->count[HP_AG_MPA_GIVEN_UP]++;
		hp_effects_event(fx, HP_EVENT_PREFIX_UNACKNOWLEDGED, &b->hoa, &b->coa, b->link, 0);
		b->advertise_again = true;
		rest(a, d, now.mono_ms);
	}
}

static void fire(struct hp_agent *a, struct delivery *d, struct hp_now now, struct hp_effects *fx)
{
	struct hp_binding *b = hp_bindings_at(a->bindings, d->id);

	if (!b || b->state != HP_BINDING_VALID || !a->conf.prefix_advertisement.enabled) {
		d->due_ms = UINT64_MAX;
		d->solicited = false;
		return;
	}
	if (d->solicited && now.mono_ms >= d->sent_ms + APART_MS) {
		d->solicited = false;
		advertise(a, b, d, d->identifier, now, fx);
	} else if (d->due_ms <= now.mono_ms) {
		step(a, b, d, now, fx);
	}
	arm(a->deliveries, d);
}

void hp_deliveries_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = TICK_WORK;

	for (unsigned int i = 0; i < TICK_SENDS; i++) {
		struct hp_timer *t = hp_wheel_pop(a->deliveries->wheel, now.mono_ms, &work);

		if (!t)
			return;
		fire(a, hp_container_of(t, struct delivery, timer), now, fx);
	}
}

void hp_delivery_ensure(struct hp_agent *a, const struct hp_binding *b, struct hp_now now)
{
	struct delivery *d = a->conf.prefix_advertisement.enabled ? open_delivery(a->deliveries, b->id) : NULL;

	/* One that is scheduled will say what is true when it leaves; one that is being repeated makes way for the new one. */
	if (!d || d->state == SCHEDULED)
		return;
	schedule(a, b, d, now.mono_ms);
	arm(a->deliveries, d);
}

void hp_delivery_again(struct hp_agent *a, struct hp_binding *b, struct hp_now now)
{
	struct delivery *d = find(a->deliveries, b->id);

	b->advertise_again = false;
	if (!d || d->state != IDLE)
		return;
	d->state = UNACKNOWLEDGED;
	d->transmissions = 0;
	d->due_ms = now.mono_ms;
	arm(a->deliveries, d);
}

void hp_delivery_end(struct hp_agent *a, struct hp_binding *b)
{
	struct delivery *d = find(a->deliveries, b->id);

	b->advertise_again = false;
	if (!d)
		return;
	hp_wheel_disarm(a->deliveries->wheel, &d->timer);
	/* When the last one was sent stays: the node may be back within the second. */
	*d = (struct delivery){.id = b->id, .due_ms = UINT64_MAX, .sent_ms = d->sent_ms};
}

void hp_agent_solicited(struct hp_agent *a, const struct hp_ip6 *hoa, uint16_t identifier, struct hp_now now, struct hp_effects *fx)
{
	struct hp_binding *b = hp_bindings_find(a->bindings, hoa);
	struct delivery *d;

	a->count[HP_AG_MPS_IN]++;
	if (!a->conf.prefix_advertisement.enabled) {
		a->count[HP_AG_MPS_OFF]++;
		return;
	}
	d = b && b->state == HP_BINDING_VALID ? open_delivery(a->deliveries, b->id) : NULL;
	if (!d)
		return;
	/* It acknowledges whatever was sent before, and the answer says what was to be sent next. */
	b->advertise_again = false;
	d->identifier = identifier;
	d->solicited = d->sent_ms && now.mono_ms < d->sent_ms + APART_MS;
	if (!d->solicited)
		advertise(a, b, d, identifier, now, fx);
	rest(a, d, now.mono_ms);
	arm(a->deliveries, d);
}
