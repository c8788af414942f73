/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/effect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536
#define BLOCK 64 /* effects */

/* Bodies lie in chunks and effects in blocks that never move; clearing keeps the first chunk and all blocks. */
struct chunk {
	struct chunk *next;
	size_t used, size;
	uint8_t data[];
};

struct hp_effects {
	struct hp_effect **block;
	size_t count, blocks;
	struct chunk *chunk; /* the newest */
	uint64_t lost;
};

int hp_effects_create(struct hp_effects **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

static void drop_chunks(struct hp_effects *fx, bool keep_one)
{
	while (fx->chunk && (!keep_one || fx->chunk->next || fx->chunk->size > CHUNK)) {
		struct chunk *next = fx->chunk->next;

		free(fx->chunk);
		fx->chunk = next;
	}
	if (fx->chunk)
		fx->chunk->used = 0;
}

void hp_effects_destroy(struct hp_effects *fx)
{
	if (!fx)
		return;
	drop_chunks(fx, false);
	for (size_t i = 0; i < fx->blocks; i++)
		free(fx->block[i]);
	free(fx->block);
	free(fx);
}

void hp_effects_clear(struct hp_effects *fx)
{
	fx->count = 0;
	drop_chunks(fx, true);
}

size_t hp_effects_count(const struct hp_effects *fx)
{
	return fx->count;
}

const struct hp_effect *hp_effects_at(const struct hp_effects *fx, size_t i)
{
	return &fx->block[i / BLOCK][i % BLOCK];
}

static uint8_t *keep(struct hp_effects *fx, const void *data, size_t len)
{
	struct chunk *c = fx->chunk;
	uint8_t *p;

	if (!c || c->size - c->used < len) {
		size_t size = len > CHUNK ? len : CHUNK;

		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		*c = (struct chunk){.next = fx->chunk, .size = size};
		fx->chunk = c;
	}
	p = c->data + c->used;
	if (len)
		memcpy(p, data, len);
	c->used += len;
	return p;
}

/* The next place; NULL: out of memory, counted. */
static struct hp_effect *append(struct hp_effects *fx)
{
	if (fx->count == fx->blocks * BLOCK) {
		struct hp_effect *fresh = malloc(BLOCK * sizeof(*fresh));
		struct hp_effect **block = fresh ? realloc(fx->block, (fx->blocks + 1) * sizeof(*block)) : NULL;

		if (!block) {
			free(fresh);
			fx->lost++;
			return NULL;
		}
		fx->block = block;
		fx->block[fx->blocks++] = fresh;
	}
	fx->count++;
	return &fx->block[(fx->count - 1) / BLOCK][(fx->count - 1) % BLOCK];
}

void hp_effects_push(struct hp_effects *fx, const struct hp_effect *e)
{
	struct hp_effect *to;

	if (e->kind == HP_EFFECT_SEND) {
		hp_effects_send(fx, &e->send);
		return;
	}
	if (e->kind == HP_EFFECT_MEMBER) {
		hp_effects_member(fx, &e->member);
		return;
	}
	to = append(fx);
	if (!to)
		return;
	*to = *e;
	if (e->kind == HP_EFFECT_EVENT && e->event.identity_len) {
		to->event.identity = (const char *)keep(fx, e->event.identity, e->event.identity_len);
		/* Better an event without a name than none. */
		if (!to->event.identity)
			to->event.identity_len = 0;
	}
}

uint64_t hp_effects_lost(const struct hp_effects *fx)
{
	return fx->lost;
}

void hp_effects_send(struct hp_effects *fx, const struct hp_send *send)
{
	const uint8_t *body = keep(fx, send->body, send->body_len);
	struct hp_effect *to;

	if (!body) {
		fx->lost++;
		return;
	}
	to = append(fx);
	if (!to)
		return;
	to->kind = HP_EFFECT_SEND;
	to->send = *send;
	to->send.body = body;
}

void hp_effects_member(struct hp_effects *fx, const struct hp_member *member)
{
	const struct hp_ip6 *source = (const struct hp_ip6 *)keep(fx, member->source, member->sources * sizeof(*source));
	struct hp_effect *to;

	if (!source) {
		fx->lost++;
		return;
	}
	to = append(fx);
	if (!to)
		return;
	to->kind = HP_EFFECT_MEMBER;
	to->member = *member;
	to->member.source = source;
}

void hp_effects_event(struct hp_effects *fx, enum hp_event_kind kind, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, uint16_t link,
		      uint16_t code)
{
	struct hp_effect *to = append(fx);

	if (!to)
		return;
	to->kind = HP_EFFECT_EVENT;
	to->event =
		(struct hp_event){.kind = kind, .hoa = hoa ? *hoa : HP_IP6_ANY, .coa = coa ? *coa : HP_IP6_ANY, .link = link, .code = code};
}
