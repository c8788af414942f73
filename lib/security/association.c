/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/association.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"

#define PROMISE_MS 30000 /* RFC 2367 §3.1.1: larval associations are short-lived */
#define TICK_WORK  4096
#define DRAWS      16 /* of an SPI that nobody has: the first one nearly always is */

/* All associations of a home address. */
struct node {
	struct hp_table_node by_hoa;
	struct hp_ip6 hoa;
	struct hp_association *latest;
};

struct hp_associations {
	struct hp_table *by_spi, *by_hoa;
	struct hp_secrets *secrets;
	struct hp_wheel *wheel;
	struct hp_random random;
	size_t count;
};

int hp_associations_create(struct hp_associations **out, uint64_t seed, struct hp_now now)
{
	const ptrdiff_t to_spi = (ptrdiff_t)offsetof(struct hp_association, spi) - (ptrdiff_t)offsetof(struct hp_association, by_spi);
	struct hp_associations *s = calloc(1, sizeof(*s));
	struct hp_hash_key key[2];

	if (!s)
		return -ENOMEM;
	hp_random_seed(&s->random, seed);
	for (unsigned int i = 0; i < 2; i++)
		key[i] = (struct hp_hash_key){{hp_random_u64(&s->random), hp_random_u64(&s->random)}};
	if (hp_table_create(&s->by_spi, to_spi, sizeof(uint32_t), key[0]) ||
	    hp_table_create(&s->by_hoa, offsetof(struct node, hoa) - offsetof(struct node, by_hoa), sizeof(struct hp_ip6), key[1]) ||
	    hp_secrets_create(&s->secrets) || hp_wheel_create(&s->wheel, now.mono_ms)) {
		hp_associations_destroy(s);
		return -ENOMEM;
	}
	*out = s;
	return 0;
}

static size_t key_len(const struct hp_association *a)
{
	return (size_t)(hp_association_integrity_key(a) - a->key) + a->integrity_len;
}

static int free_node(struct hp_table_node *t, void *ctx)
{
	struct node *n = hp_container_of(t, struct node, by_hoa);

	(void)ctx;
	for (struct hp_association *a = n->latest, *older; a; a = older) {
		older = a->older;
		free(a);
	}
	free(n);
	return 0;
}

void hp_associations_destroy(struct hp_associations *s)
{
	if (!s)
		return;
	if (s->by_hoa)
		hp_table_each(s->by_hoa, free_node, NULL);
	hp_table_destroy(s->by_hoa);
	hp_table_destroy(s->by_spi);
	hp_wheel_destroy(s->wheel);
	hp_secrets_destroy(s->secrets);
	free(s);
}

static struct node *node_of(const struct hp_associations *s, const struct hp_ip6 *hoa)
{
	struct hp_table_node *t = hp_table_find(s->by_hoa, hoa);

	return t ? hp_container_of(t, struct node, by_hoa) : NULL;
}

static struct hp_association *by_spi(const struct hp_associations *s, uint32_t spi)
{
	struct hp_table_node *t = hp_table_find(s->by_spi, &spi);

	return t ? hp_container_of(t, struct hp_association, by_spi) : NULL;
}

/* Into the tables. */
static int list(struct hp_associations *s, struct hp_association *a)
{
	struct node *n = node_of(s, &a->hoa);
	const bool fresh = !n;

	if (fresh) {
		n = calloc(1, sizeof(*n));
		if (!n)
			return -ENOMEM;
		n->hoa = a->hoa;
		if (hp_table_insert(s->by_hoa, &n->by_hoa)) {
			free(n);
			return -ENOMEM;
		}
	}
	if (!a->out && hp_table_insert(s->by_spi, &a->by_spi)) {
		if (fresh) {
			hp_table_remove(s->by_hoa, &n->by_hoa);
			free(n);
		}
		return -ENOMEM;
	}
	a->older = n->latest;
	n->latest = a;
	s->count++;
	return 0;
}

void hp_associations_remove(struct hp_associations *s, struct hp_association *a)
{
	struct node *n = node_of(s, &a->hoa);
	struct hp_association **at = &n->latest;

	while (*at != a)
		at = &(*at)->older;
	*at = a->older;
	if (!n->latest) {
		hp_table_remove(s->by_hoa, &n->by_hoa);
		free(n);
	}
	if (!a->out)
		hp_table_remove(s->by_spi, &a->by_spi);
	hp_wheel_disarm(s->wheel, &a->timer);
	if (a->key)
		hp_secrets_drop(s->secrets, a->key, key_len(a));
	s->count--;
	free(a);
}

void hp_associations_remove_node(struct hp_associations *s, const struct hp_ip6 *hoa)
{
	struct node *n;

	while ((n = node_of(s, hoa)))
		hp_associations_remove(s, n->latest);
}

static void arm(struct hp_associations *s, struct hp_association *a)
{
	const uint32_t soft_s = a->state == HP_ASSOCIATION_MATURE ? a->soft.life_s : 0;
	const uint32_t first_s = soft_s && (!a->hard.life_s || soft_s < a->hard.life_s) ? soft_s : a->hard.life_s;

	if (first_s)
		hp_wheel_arm(s->wheel, &a->timer, a->since_ms + (uint64_t)first_s * 1000);
	else
		hp_wheel_disarm(s->wheel, &a->timer);
}

uint32_t hp_associations_promise(struct hp_associations *s, const struct hp_ip6 *hoa, struct hp_now now)
{
	struct hp_association *a = calloc(1, sizeof(*a));

	if (!a)
		return 0;
	a->hoa = *hoa;
	a->since_ms = now.mono_ms;
	for (unsigned int i = 0; i < DRAWS && !a->spi; i++) {
		const uint32_t spi = hp_random_between(&s->random, HP_ASSOCIATION_SPI_LEAST, UINT32_MAX);

		a->spi = by_spi(s, spi) ? 0 : spi;
	}
	if (!a->spi || list(s, a)) {
		free(a);
		return 0;
	}
	hp_wheel_arm(s->wheel, &a->timer, now.mono_ms + PROMISE_MS);
	return a->spi;
}

/* One after the other, as hp_association_salt and hp_association_integrity_key find them. */
static const uint8_t *keep_key(struct hp_associations *s, const struct hp_association_spec *spec)
{
	uint8_t all[HP_SECRET_MOST];
	size_t len = spec->encryption_len;
	const uint8_t *kept;

	memcpy(all, spec->encryption_key, spec->encryption_len);
	if (spec->encryption == HP_ASSOCIATION_AES_GCM_16) {
		memcpy(all + len, spec->salt, sizeof(spec->salt));
		len += sizeof(spec->salt);
	}
	memcpy(all + len, spec->integrity_key, spec->integrity_len);
	kept = hp_secrets_keep(s->secrets, all, len + spec->integrity_len);
	hp_secret_wipe(all, sizeof(all));
	return kept;
}

int hp_associations_add(struct hp_associations *s, const struct hp_association_spec *spec, struct hp_now now)
{
	struct hp_association *a, *there;

	if (hp_association_fault(spec))
		return -EINVAL;
	there = spec->out ? hp_associations_find(s, &spec->hoa, true, spec->spi) : by_spi(s, spec->spi);
	if (there && !(there->state == HP_ASSOCIATION_LARVAL && hp_ip6_eq(&there->hoa, &spec->hoa)))
		return -EEXIST;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = (struct hp_association){
		.spi = spec->spi,
		.out = spec->out,
		.esn = spec->esn,
		.manual = spec->manual,
		.state = HP_ASSOCIATION_MATURE,
		.protects = (uint8_t)spec->protects,
		.mode = (uint8_t)spec->mode,
		.encryption = (uint8_t)spec->encryption,
		.integrity = (uint8_t)spec->integrity,
		.encryption_len = spec->encryption_len,
		.integrity_len = spec->integrity_len,
		.replay_window = spec->replay_window,
		.hoa = spec->hoa,
		.soft = spec->soft,
		.hard = spec->hard,
		.since_ms = now.mono_ms,
	};
	if (!spec->out)
		hp_replay_init(&a->replay, spec->replay_window, spec->esn);
	a->key = keep_key(s, spec);
	if (!a->key) {
		free(a);
		return -ENOMEM;
	}
	if (there)
		hp_associations_remove(s, there);
	if (list(s, a)) {
		hp_secrets_drop(s->secrets, a->key, key_len(a));
		free(a);
		return -ENOMEM;
	}
	arm(s, a);
	return 0;
}

void hp_associations_renew(struct hp_associations *s, struct hp_association *a, const struct hp_association_limit *soft,
			   const struct hp_association_limit *hard, struct hp_now now)
{
	a->soft = *soft;
	a->hard = *hard;
	a->state = HP_ASSOCIATION_MATURE;
	a->since_ms = now.mono_ms;
	arm(s, a);
}

struct hp_association *hp_associations_inbound(const struct hp_associations *s, uint32_t spi)
{
	struct hp_association *a = by_spi(s, spi);

	return a && a->state != HP_ASSOCIATION_LARVAL ? a : NULL;
}

struct hp_association *hp_associations_outbound(const struct hp_associations *s, const struct hp_ip6 *hoa, enum hp_protection protects)
{
	const struct node *n = node_of(s, hoa);
	struct hp_association *a = n ? n->latest : NULL;

	while (a && !(a->out && a->protects == protects))
		a = a->older;
	return a;
}

struct hp_association *hp_associations_find(const struct hp_associations *s, const struct hp_ip6 *hoa, bool out, uint32_t spi)
{
	const struct node *n = node_of(s, hoa);
	struct hp_association *a = n ? n->latest : NULL;

	while (a && !(a->out == out && a->spi == spi))
		a = a->older;
	return a;
}

const struct hp_association *hp_associations_of(const struct hp_associations *s, const struct hp_ip6 *hoa)
{
	const struct node *n = node_of(s, hoa);

	return n ? n->latest : NULL;
}

struct walk {
	int (*each)(struct hp_association *a, void *ctx);
	void *ctx;
};

static int walk_node(struct hp_table_node *t, void *ctx)
{
	const struct walk *w = ctx;
	int ret = 0;

	for (struct hp_association *a = hp_container_of(t, struct node, by_hoa)->latest; a && !ret; a = a->older)
		ret = w->each(a, w->ctx);
	return ret;
}

int hp_associations_each(struct hp_associations *s, int (*each)(struct hp_association *a, void *ctx), void *ctx)
{
	struct walk w = {each, ctx};

	return hp_table_each(s->by_hoa, walk_node, &w);
}

void hp_association_spec(const struct hp_association *a, struct hp_association_spec *out)
{
	*out = (struct hp_association_spec){
		.spi = a->spi,
		.hoa = a->hoa,
		.out = a->out,
		.protects = (enum hp_protection)a->protects,
		.mode = (enum hp_association_mode)a->mode,
		.encryption = (enum hp_association_encryption)a->encryption,
		.integrity = (enum hp_association_integrity)a->integrity,
		.encryption_len = a->encryption_len,
		.integrity_len = a->integrity_len,
		.replay_window = a->replay_window,
		.esn = a->esn,
		.manual = a->manual,
		.soft = a->soft,
		.hard = a->hard,
	};
	memcpy(out->encryption_key, a->key, a->encryption_len);
	if (a->encryption == HP_ASSOCIATION_AES_GCM_16)
		memcpy(out->salt, hp_association_salt(a), HP_ASSOCIATION_SALT);
	memcpy(out->integrity_key, hp_association_integrity_key(a), a->integrity_len);
}

/* By the same keys, for the same. */
static bool same(const struct hp_association *a, const struct hp_association *b)
{
	return a->protects == b->protects && a->mode == b->mode && a->encryption == b->encryption && a->integrity == b->integrity &&
	       a->encryption_len == b->encryption_len && a->integrity_len == b->integrity_len && a->replay_window == b->replay_window &&
	       a->esn == b->esn && memcmp(a->key, b->key, key_len(a)) == 0;
}

/* Goes on where `old` is. */
static void go_on(struct hp_associations *s, struct hp_association *a, const struct hp_association *old)
{
	a->packets = old->packets;
	a->octets = old->octets;
	a->number = old->number;
	a->state = old->state;
	a->since_ms = old->since_ms;
	if (a->out)
		a->sequence = old->sequence;
	else
		a->replay = old->replay;
	arm(s, a);
}

struct heritage {
	struct hp_associations *to;
	struct hp_now now;
};

static int inherit(struct hp_association *old, void *ctx)
{
	const struct heritage *h = ctx;
	struct hp_association *a = hp_associations_find(h->to, &old->hoa, old->out, old->spi);
	struct hp_association_spec spec;
	int ret = 0;

	if (old->state == HP_ASSOCIATION_LARVAL)
		return 0;
	if (!old->manual) {
		hp_association_spec(old, &spec);
		ret = hp_associations_add(h->to, &spec, h->now);
		hp_secret_wipe(&spec, sizeof(spec));
		a = hp_associations_find(h->to, &old->hoa, old->out, old->spi);
	}
	if (!ret && a && same(a, old))
		go_on(h->to, a, old);
	return ret;
}

int hp_associations_inherit(struct hp_associations *s, struct hp_associations *before, struct hp_now now)
{
	struct heritage h = {s, now};

	return hp_associations_each(before, inherit, &h);
}

bool hp_associations_next(struct hp_association *a, uint64_t *sequence)
{
	const uint64_t last = a->esn ? UINT64_MAX : UINT32_MAX;

	if (a->sequence == last) {
		if (!a->manual || a->replay_window)
			return false;
		a->sequence = 0;
	}
	*sequence = ++a->sequence;
	return true;
}

static void tell(const struct hp_association *a, enum hp_event_kind kind, struct hp_effects *fx)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_EVENT,
						.event = {.kind = kind,
							  .hoa = a->hoa,
							  .link = HP_LINK_ANY,
							  .code = a->protects,
							  .spi = a->spi,
							  .reason = hp_association_protects[a->protects - HP_PROTECT_REGISTRATION]}});
}

static void expire(struct hp_associations *s, struct hp_association *a, struct hp_effects *fx)
{
	tell(a, HP_EVENT_ASSOCIATION_EXPIRED, fx);
	if (a->number)
		hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_ASSOCIATION, .association = {.number = a->number}});
	hp_associations_remove(s, a);
}

static bool over(const struct hp_association *a, const struct hp_association_limit *l)
{
	return (l->octets && a->octets > l->octets) || (l->packets && a->packets > l->packets);
}

bool hp_associations_used(struct hp_associations *s, struct hp_association *a, uint64_t packets, uint64_t octets, struct hp_effects *fx)
{
	a->packets += packets;
	a->octets += octets;
	if (over(a, &a->hard)) {
		expire(s, a, fx);
		return false;
	}
	if (a->state == HP_ASSOCIATION_MATURE && over(a, &a->soft)) {
		a->state = HP_ASSOCIATION_DYING;
		arm(s, a);
		tell(a, HP_EVENT_ASSOCIATION_EXPIRING, fx);
	}
	return true;
}

void hp_associations_tick(struct hp_associations *s, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = TICK_WORK;
	struct hp_timer *t;

	while ((t = hp_wheel_pop(s->wheel, now.mono_ms, &work))) {
		struct hp_association *a = hp_container_of(t, struct hp_association, timer);

		if (a->state == HP_ASSOCIATION_LARVAL) {
			hp_associations_remove(s, a);
		} else if (a->hard.life_s && now.mono_ms >= a->since_ms + (uint64_t)a->hard.life_s * 1000) {
			expire(s, a, fx);
		} else {
			a->state = HP_ASSOCIATION_DYING;
			arm(s, a);
			tell(a, HP_EVENT_ASSOCIATION_EXPIRING, fx);
		}
	}
}

uint64_t hp_associations_next_ms(const struct hp_associations *s)
{
	return hp_wheel_next(s->wheel);
}

size_t hp_associations_count(const struct hp_associations *s)
{
	return s->count;
}

size_t hp_associations_memory(const struct hp_associations *s)
{
	return sizeof(*s) + s->count * sizeof(struct hp_association) + hp_table_count(s->by_hoa) * sizeof(struct node) +
	       hp_table_memory(s->by_hoa) + hp_table_memory(s->by_spi) + hp_secrets_memory(s->secrets);
}
