/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/correspondent.h"

#include <errno.h>
#include <stdlib.h>

#include "correspondent/entry.h"
#include "correspondent/test.h"
#include "correspondent/update.h"

/* A tick's share: timers fired, timers moved within the wheel, bindings held against a changed configuration. */
#define TICK_TIMERS 1024
#define TICK_WORK   8192
#define SLICE       1024
#define PAGE_LOOKS  4096 /* entries and memories that a page may cost */
/* What the operator is told a second, at most. Refusals have a share of their own: nobody need prove anything to be refused. */
#define EVENTS_PER_S   80
#define REFUSALS_PER_S 20

const struct hp_counter_info hp_correspondent_counters[HP_CN_COUNT] = {HP_CORRESPONDENT_COUNTERS(HP_COUNTER_INFO)};

int hp_correspondent_create(struct hp_correspondent **out, const struct hp_correspondent_conf *conf, struct hp_now now)
{
	struct hp_correspondent *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	c->conf = *conf;
	c->renew_at = UINT32_MAX;
	hp_correspondent_renew(c, conf->max_lifetime_s, NULL);
	hp_rate_init(&c->events, EVENTS_PER_S, EVENTS_PER_S, now.mono_ms);
	hp_rate_init(&c->refusals, REFUSALS_PER_S, REFUSALS_PER_S, now.mono_ms);
	ret = hp_hmac_create(&c->hmac);
	if (ret)
		goto fail;
	ret = hp_nonces_create(&c->nonces, c->hmac, conf->random, conf->ctx);
	if (ret)
		goto fail;
	ret = hp_entries_create(&c->entries, conf->max_bindings, conf->seed);
	if (ret)
		goto fail;
	ret = hp_wheel_create(&c->wheel, now.mono_ms);
	if (ret)
		goto fail;
	*out = c;
	return 0;
fail:
	hp_correspondent_destroy(c);
	return ret;
}

void hp_correspondent_destroy(struct hp_correspondent *c)
{
	if (!c)
		return;
	hp_wheel_destroy(c->wheel);
	hp_entries_destroy(c->entries);
	hp_nonces_destroy(c->nonces);
	hp_hmac_destroy(c->hmac);
	free(c);
}

void hp_correspondent_message(struct hp_correspondent *c, const struct hp_correspondent_message *m, struct hp_now now,
			      struct hp_effects *fx)
{
	if (m->type == HP_MH_BU)
		hp_correspondent_update(c, m, now, fx);
	else
		hp_test_answer(c, m, now, fx);
}

void hp_correspondent_renew(struct hp_correspondent *c, uint32_t max_lifetime_s,
			    bool (*keeps)(void *ctx, const struct hp_ip6 *correspondent))
{
	const uint32_t most_s = max_lifetime_s < HP_MAX_RR_BINDING_LIFETIME_S ? max_lifetime_s : HP_MAX_RR_BINDING_LIFETIME_S;

	c->max_lifetime = (uint16_t)(most_s * 1000 / HP_CORRESPONDENT_UNIT_MS);
	c->keeps = keeps;
	c->renew_at = keeps ? 0 : UINT32_MAX;
}

static void renew(struct hp_correspondent *c, struct hp_now now, struct hp_effects *fx)
{
	const uint32_t reach = hp_entries_reach(c->entries);

	if (c->renew_at == UINT32_MAX)
		return;
	for (unsigned int i = 0; i < SLICE && c->renew_at < reach; i++) {
		struct hp_entry *e = hp_entries_at(c->entries, c->renew_at++);

		if (e && !c->keeps(c->conf.ctx, &e->key.correspondent))
			hp_entry_end(c, e, HP_CN_UNCONFIGURED, now, fx);
	}
	if (c->renew_at >= reach)
		c->renew_at = UINT32_MAX;
}

void hp_correspondent_tick(struct hp_correspondent *c, struct hp_now now, struct hp_effects *fx)
{
	unsigned int work = TICK_WORK;

	hp_nonces_tick(c->nonces, now.mono_ms);
	renew(c, now, fx);
	for (unsigned int i = 0; i < TICK_TIMERS; i++) {
		struct hp_timer *t = hp_wheel_pop(c->wheel, now.mono_ms, &work);

		if (!t)
			return;
		hp_entry_due(c, hp_container_of(t, struct hp_entry, timer), now, fx);
	}
}

uint64_t hp_correspondent_next(const struct hp_correspondent *c)
{
	const uint64_t wheel = hp_wheel_next(c->wheel), nonce = hp_nonces_next(c->nonces);

	if (c->renew_at != UINT32_MAX)
		return 0;
	return wheel < nonce ? wheel : nonce;
}

static struct hp_correspondent_view view(const struct hp_entry *e)
{
	return (struct hp_correspondent_view){
		.hoa = e->key.hoa,
		.correspondent = e->key.correspondent,
		.coa = e->coa,
		.id = e->id,
		.own = e->own,
		.touched = e->touched,
		.sequence = e->sequence,
		.path_mtu = e->path_mtu,
		.lifetime_s = e->lifetime * (HP_CORRESPONDENT_UNIT_MS / 1000u),
		.expires_ms = hp_entry_expires_ms(e),
		.registered_wall_ms = e->registered_wall_s * 1000ull,
	};
}

bool hp_correspondent_find(const struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent,
			   struct hp_correspondent_view *out)
{
	const struct hp_entry_key key = {*hoa, *correspondent};
	const struct hp_entry *e = hp_entries_find(c->entries, &key);

	if (!e || e->id == HP_ENTRY_MEMORY)
		return false;
	*out = view(e);
	return true;
}

void hp_correspondent_touch(struct hp_correspondent *c, const struct hp_ip6 *hoa, const struct hp_ip6 *correspondent)
{
	const struct hp_entry_key key = {*hoa, *correspondent};
	struct hp_entry *e = hp_entries_find(c->entries, &key);

	if (e)
		e->touched = true;
}

size_t hp_correspondent_page(const struct hp_correspondent *c, bool first, uint64_t after, size_t max, struct hp_correspondent_view *out,
			     size_t cap, uint64_t *next, bool *more)
{
	enum { PART = 64, SPARE = 16 };
	struct hp_table_node *nodes[PART + SPARE];
	size_t n = 0, looks = 0;

	/* In parts, so that the nodes need no memory of their own. A part may exceed what it was asked for by SPARE, as `cap` allows. Memories are
	 * as many as strangers like: a page that has met too many is short. */
	do {
		const size_t part = max - n < PART ? max - n : PART;
		const size_t got = hp_entries_page(c->entries, first, after, part, nodes, part + SPARE, next, more);

		for (size_t i = 0; i < got && n < cap; i++) {
			const struct hp_entry *e = hp_container_of(nodes[i], struct hp_entry, node);

			if (e->id != HP_ENTRY_MEMORY)
				out[n++] = view(e);
		}
		looks += got;
		first = false;
		after = *next;
	} while (*more && n < max && looks < PAGE_LOOKS);
	return n;
}

size_t hp_correspondent_bindings(const struct hp_correspondent *c)
{
	return hp_entries_valid(c->entries);
}

size_t hp_correspondent_memory(const struct hp_correspondent *c)
{
	return sizeof(*c) + hp_nonces_memory(c->nonces) + hp_entries_memory(c->entries);
}

const uint64_t *hp_correspondent_count(const struct hp_correspondent *c)
{
	return c->count;
}

const uint64_t *hp_correspondent_status(const struct hp_correspondent *c)
{
	return c->status;
}
