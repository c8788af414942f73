/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK     ((size_t)64 * 1024)
#define HALF      (HP_SECRET_MOST / 2) /* most keys are no longer */
#define SIZES     2
#define HEAD_ROOM HP_SECRET_MOST /* of a chunk: keeps the slots aligned */

struct chunk {
	struct chunk *next;
};

struct slot {
	struct slot *next;
};

struct hp_secrets {
	struct chunk *chunk;
	struct slot *free[SIZES];
	size_t chunks;
};

static size_t size_of(unsigned int class_)
{
	return class_ ? HP_SECRET_MOST : HALF;
}

static unsigned int class_of(size_t len)
{
	return len > HALF;
}

int hp_secrets_create(struct hp_secrets **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void hp_secrets_destroy(struct hp_secrets *s)
{
	if (!s)
		return;
	for (struct chunk *c = s->chunk, *next; c; c = next) {
		next = c->next;
		hp_secret_wipe(c, CHUNK);
		free(c);
	}
	free(s);
}

static int grow(struct hp_secrets *s, unsigned int class_)
{
	struct chunk *c = aligned_alloc(CHUNK, CHUNK);
	char *at = (char *)c + HEAD_ROOM;

	if (!c)
		return -ENOMEM;
	(void)madvise(c, CHUNK, MADV_DONTDUMP);
	c->next = s->chunk;
	s->chunk = c;
	s->chunks++;
	for (; at + size_of(class_) <= (char *)c + CHUNK; at += size_of(class_)) {
		struct slot *slot = (struct slot *)(void *)at;

		slot->next = s->free[class_];
		s->free[class_] = slot;
	}
	return 0;
}

const void *hp_secrets_keep(struct hp_secrets *s, const void *octets, size_t len)
{
	const unsigned int class_ = class_of(len);
	struct slot *slot;

	if (!s->free[class_] && grow(s, class_))
		return NULL;
	slot = s->free[class_];
	s->free[class_] = slot->next;
	memcpy(slot, octets, len);
	return slot;
}

void hp_secrets_drop(struct hp_secrets *s, const void *kept, size_t len)
{
	struct slot *slot = (struct slot *)kept;

	if (!slot)
		return;
	hp_secret_wipe(slot, size_of(class_of(len)));
	slot->next = s->free[class_of(len)];
	s->free[class_of(len)] = slot;
}

size_t hp_secrets_memory(const struct hp_secrets *s)
{
	return sizeof(*s) + s->chunks * CHUNK;
}

void hp_secret_wipe(void *octets, size_t len)
{
	explicit_bzero(octets, len);
}
