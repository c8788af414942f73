/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/nonces.h"

#include <errno.h>
#include <stdlib.h>

#include "base/secret.h"
#include "correspondent/correspondent.h"

#define LIFETIME_MS (HP_MAX_NONCE_LIFETIME_S * 1000u)
/* What a token is to live longer than it must, and so the age at which a nonce makes no more of them. */
#define PERIOD_MS ((HP_MAX_NONCE_LIFETIME_S - HP_MAX_TOKEN_LIFETIME_S) * 1000u)
/* Whose place a new one takes is too old. */
_Static_assert(HP_NONCES == LIFETIME_MS / PERIOD_MS, "so many first uses, a period apart, lie within the lifetime of a nonce");

struct place {
	struct hp_nonce *nonce; /* NULL: none */
	uint16_t index;
	uint64_t first_used_ms;
};

struct hp_nonces {
	struct hp_hmac *hmac;
	bool (*random)(void *ctx, void *octets, size_t len);
	void *ctx;
	uint16_t newest; /* index */
	bool begun;
	struct place place[HP_NONCES];
};

int hp_nonces_create(struct hp_nonces **out, struct hp_hmac *m, bool (*random)(void *ctx, void *octets, size_t len), void *ctx)
{
	struct hp_nonces *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->hmac = m;
	n->random = random;
	n->ctx = ctx;
	*out = n;
	return 0;
}

void hp_nonces_destroy(struct hp_nonces *n)
{
	if (!n)
		return;
	for (unsigned int i = 0; i < HP_NONCES; i++)
		hp_nonce_destroy(n->place[i].nonce);
	free(n);
}

static struct place *place_of(struct hp_nonces *n, uint16_t index)
{
	return &n->place[index % HP_NONCES];
}

static bool is_of_use(const struct place *p, uint64_t now_ms)
{
	return p->nonce && now_ms - p->first_used_ms < LIFETIME_MS;
}

static struct hp_nonce *make(struct hp_nonces *n)
{
	struct {
		uint8_t nonce[HP_KCN + HP_NONCE];
		uint16_t index;
	} random;
	struct hp_nonce *nonce = NULL;

	_Static_assert(HP_NONCES * PERIOD_MS == LIFETIME_MS && (UINT16_MAX + 1) % HP_NONCES == 0, "indices come round");
	if (n->random(n->ctx, &random, sizeof(random)) && !hp_nonce_create(&nonce, n->hmac, random.nonce)) {
		/* The first index too: those of an earlier run of the program should be unknown to this one. */
		n->newest = n->begun ? (uint16_t)(n->newest + 1) : random.index;
		n->begun = true;
	}
	hp_secret_wipe(&random, sizeof(random));
	return nonce;
}

struct hp_nonce *hp_nonces_newest(struct hp_nonces *n, uint64_t now_ms, uint16_t *index)
{
	struct place *p = place_of(n, n->newest);
	struct hp_nonce *made;

	if (!p->nonce || now_ms - p->first_used_ms >= PERIOD_MS) {
		made = make(n);
		if (!made)
			return NULL;
		p = place_of(n, n->newest);
		hp_nonce_destroy(p->nonce);
		*p = (struct place){.nonce = made, .index = n->newest, .first_used_ms = now_ms};
	}
	*index = p->index;
	return p->nonce;
}

struct hp_nonce *hp_nonces_find(const struct hp_nonces *n, uint16_t index, uint64_t now_ms, uint64_t *until_ms)
{
	const struct place *p = &n->place[index % HP_NONCES];

	if (p->index != index || !is_of_use(p, now_ms))
		return NULL;
	*until_ms = p->first_used_ms + LIFETIME_MS;
	return p->nonce;
}

void hp_nonces_tick(struct hp_nonces *n, uint64_t now_ms)
{
	for (unsigned int i = 0; i < HP_NONCES; i++) {
		struct place *p = &n->place[i];

		if (p->nonce && !is_of_use(p, now_ms)) {
			hp_nonce_destroy(p->nonce);
			p->nonce = NULL;
		}
	}
}

uint64_t hp_nonces_next(const struct hp_nonces *n)
{
	uint64_t next = UINT64_MAX;

	for (unsigned int i = 0; i < HP_NONCES; i++)
		if (n->place[i].nonce && n->place[i].first_used_ms + LIFETIME_MS < next)
			next = n->place[i].first_used_ms + LIFETIME_MS;
	return next;
}

size_t hp_nonces_memory(const struct hp_nonces *n)
{
	return sizeof(*n);
}
