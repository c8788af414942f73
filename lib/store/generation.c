/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/generation.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MAGIC  "HPJOURN1"
#define SUFFIX ".new"

struct header {
	char magic[8];
	uint64_t number, previous, stamp;
	uint8_t base, zero[3];
	uint32_t crc;
};
_Static_assert(sizeof(struct header) == HP_GENERATION_HEADER, "as on disk");

char *hp_generation_name(char name[HP_GENERATION_NAME], uint64_t number, bool unfinished)
{
	snprintf(name, HP_GENERATION_NAME, "journal.%016llx%s", (unsigned long long)number, unfinished ? SUFFIX : "");
	return name;
}

bool hp_generation_number(const char *name, uint64_t *number, bool *unfinished)
{
	char same[HP_GENERATION_NAME];
	unsigned long long n;

	if (sscanf(name, "journal.%16llx", &n) != 1)
		return false;
	*number = n;
	*unfinished = strcmp(name, hp_generation_name(same, n, true)) == 0;
	return *unfinished || strcmp(name, hp_generation_name(same, n, false)) == 0;
}

static uint32_t crc_of(const struct header *h)
{
	return htole32((uint32_t)crc32(0, (const uint8_t *)h, offsetof(struct header, crc)));
}

int hp_generation_header(const struct hp_generation *g)
{
	struct header h = {.number = htole64(g->number), .previous = htole64(g->previous), .stamp = htole64(g->stamp), .base = g->base};
	int ret;

	memcpy(h.magic, MAGIC, sizeof(h.magic));
	h.crc = crc_of(&h);
	ret = hp_generation_write(g, &h, sizeof(h), 0);
	if (!ret && fdatasync(g->fd))
		ret = -errno;
	return ret;
}

int hp_generation_create(struct hp_generation *g, int directory)
{
	char name[HP_GENERATION_NAME];
	int ret;

	hp_generation_name(name, g->number, g->base);
	g->end = HP_GENERATION_HEADER;
	g->records = 0;
	g->fd = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (g->fd < 0)
		return -errno;
	ret = hp_generation_header(g);
	if (ret) {
		hp_generation_close(g);
		unlinkat(directory, name, 0);
	}
	return ret;
}

int hp_generation_open(struct hp_generation *g, int directory)
{
	char name[HP_GENERATION_NAME];
	struct header h;
	struct stat st;
	ssize_t n;

	g->fd = openat(directory, hp_generation_name(name, g->number, false), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (g->fd < 0)
		return -errno;
	if (fstat(g->fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_mode & 077)
		return -EPERM;
	g->end = (uint64_t)st.st_size;
	n = pread(g->fd, &h, sizeof(h), 0);
	if (n < 0)
		return -errno;
	if (n < (ssize_t)sizeof(h) || memcmp(h.magic, MAGIC, sizeof(h.magic)) != 0 || h.crc != crc_of(&h) || le64toh(h.number) != g->number)
		return -EBADMSG;
	g->previous = le64toh(h.previous);
	g->stamp = le64toh(h.stamp);
	g->base = h.base;
	return 0;
}

int hp_generation_write(const struct hp_generation *g, const void *data, size_t len, uint64_t at)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(g->fd, (const uint8_t *)data + done, len - done, (off_t)(at + done));

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

void hp_generation_close(struct hp_generation *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

int hp_generations_add(struct hp_generations *all, const struct hp_generation *g)
{
	struct hp_generation *of = realloc(all->of, (all->count + 1) * sizeof(*of));

	if (!of)
		return -ENOMEM;
	all->of = of;
	all->of[all->count++] = *g;
	return 0;
}

void hp_generations_close(struct hp_generations *all)
{
	for (size_t i = 0; i < all->count; i++)
		hp_generation_close(&all->of[i]);
	free(all->of);
	*all = (struct hp_generations){0};
}

void hp_generations_drop(struct hp_generations *all, size_t n)
{
	if (!n)
		return;
	all->count -= n;
	memmove(all->of, all->of + n, all->count * sizeof(*all->of));
}

uint64_t hp_generations_bytes(const struct hp_generations *all)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < all->count; i++)
		sum += all->of[i].end;
	return sum;
}
