/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/vault.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/secret.h"

#define LEAST   ((size_t)32)
#define CLASSES 11 /* 32 octets to 32 KiB; more has a mapping of its own */
#define CHUNK   ((size_t)256 * 1024)
#define PAGE    ((size_t)4096)

/* Before every block; keeps it aligned as malloc does. */
struct head {
	size_t size; /* of the block, this included */
	struct head *next;
} __attribute__((aligned(_Alignof(max_align_t))));

/* Held for a few instructions, and nearly always by the management thread: a worker comes only where its crypto device is OpenSSL. */
static atomic_flag busy = ATOMIC_FLAG_INIT;
static struct head *given_back[CLASSES];

static void enter(void)
{
	while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
		;
}

static void leave(void)
{
	atomic_flag_clear_explicit(&busy, memory_order_release);
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	(void)madvise(at, size, MADV_DONTDUMP);
	return at;
}

static unsigned int class_of(size_t size)
{
	unsigned int c = 0;

	while (c < CLASSES && LEAST << c < size)
		c++;
	return c;
}

static void fill(unsigned int class_)
{
	const size_t size = LEAST << class_;
	char *at = map(CHUNK);

	for (size_t i = 0; at && i + size <= CHUNK; i += size) {
		struct head *h = (struct head *)(void *)(at + i);

		h->size = size;
		h->next = given_back[class_];
		given_back[class_] = h;
	}
}

void *hp_vault_alloc(size_t size)
{
	unsigned int c;
	struct head *h;

	if (size > SIZE_MAX / 2)
		return NULL;
	size += sizeof(*h);
	c = class_of(size);
	if (c == CLASSES) {
		size = (size + PAGE - 1) / PAGE * PAGE;
		h = map(size);
		if (h)
			h->size = size;
	} else {
		enter();
		if (!given_back[c])
			fill(c);
		h = given_back[c];
		if (h)
			given_back[c] = h->next;
		leave();
	}
	return h ? h + 1 : NULL;
}

void *hp_vault_grow(void *at, size_t size)
{
	const size_t room = at ? ((struct head *)at - 1)->size - sizeof(struct head) : 0;
	void *grown;

	if (at && size <= room)
		return at;
	grown = hp_vault_alloc(size);
	if (grown && at)
		memcpy(grown, at, room);
	if (grown)
		hp_vault_free(at);
	return grown;
}

void hp_vault_free(void *at)
{
	struct head *h;

	if (!at)
		return;
	h = (struct head *)at - 1;
	hp_secret_wipe(at, h->size - sizeof(*h));
	if (h->size > LEAST << (CLASSES - 1)) {
		munmap(h, h->size);
		return;
	}
	enter();
	h->next = given_back[class_of(h->size)];
	given_back[class_of(h->size)] = h;
	leave();
}
