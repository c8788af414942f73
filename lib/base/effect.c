/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/effect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536

/* Bodies lie in chunks that never move; clearing keeps the first. */
struct chunk {
	struct chunk *next;
	size_t used, size;
	uint8_t data[];
};

struct hp_effects {
	struct hp_effect *list;
	size_t count, room;
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
	free(fx->list);
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
	return &fx->list[i];
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

void hp_effects_push(struct hp_effects *fx, const struct hp_effect *e)
{
	struct hp_effect copy = *e;

	if (e->kind == HP_EFFECT_SEND) {
		copy.send.body = keep(fx, e->send.body, e->send.body_len);
		if (!copy.send.body) {
			fx->lost++;
			return;
		}
	}
	if (fx->count == fx->room) {
		size_t room = fx->room ? 2 * fx->room : 64;
		struct hp_effect *list = realloc(fx->list, room * sizeof(*list));

		if (!list) {
			fx->lost++;
			return;
		}
		fx->list = list;
		fx->room = room;
	}
	fx->list[fx->count++] = copy;
}

uint64_t hp_effects_lost(const struct hp_effects *fx)
{
	return fx->lost;
}

void hp_effects_send(struct hp_effects *fx, const struct hp_send *send)
{
	hp_effects_push(fx, &(struct hp_effect){.kind = HP_EFFECT_SEND, .send = *send});
}

void hp_effects_event(struct hp_effects *fx, enum hp_event_kind kind, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, uint16_t link,
		      uint16_t code)
{
	hp_effects_push(
		fx,
		&(struct hp_effect){
			.kind = HP_EFFECT_EVENT,
			.event = {
				.kind = kind, .hoa = hoa ? *hoa : HP_IP6_ANY, .coa = coa ? *coa : HP_IP6_ANY, .link = link, .code = code}});
}
