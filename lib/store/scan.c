/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/scan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "store/shroud.h"

#define BUFFER ((size_t)1 << 20)
_Static_assert(BUFFER >= 2 * HP_RECORD_MOST, "a record fits in");

int hp_scan_create(struct hp_scan *s)
{
	*s = (struct hp_scan){.buffer = hp_shroud_create(BUFFER)};
	return s->buffer ? 0 : -ENOMEM;
}

void hp_scan_destroy(struct hp_scan *s)
{
	hp_shroud_destroy(s->buffer, BUFFER);
	s->buffer = NULL;
}

void hp_scan_begin(struct hp_scan *s, const struct hp_generations *all, size_t count)
{
	*s = (struct hp_scan){.all = all, .count = count, .at = HP_GENERATION_HEADER, .buffer = s->buffer};
}

/* At least `want` octets from `at` on, as far as the generation has them. Returns how many there are. */
static ssize_t look(struct hp_scan *s, size_t want)
{
	const struct hp_generation *g = &s->all->of[s->i];
	const uint64_t rest = g->end > s->at ? g->end - s->at : 0;
	size_t have = s->at >= s->from && s->at <= s->from + s->have ? (size_t)(s->from + s->have - s->at) : 0;

	want = want < rest ? want : (size_t)rest;
	if (have < want) {
		memmove(s->buffer, s->buffer + (have ? s->at - s->from : 0), have);
		s->from = s->at;
		s->have = have;
		while (s->have < want) {
			const uint64_t left = g->end - s->from - s->have;
			const size_t room = BUFFER - s->have;
			ssize_t n = pread(g->fd, s->buffer + s->have, left < room ? (size_t)left : room, (off_t)(s->from + s->have));

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				return n < 0 ? -errno : -EIO; /* shorter than it was */
			s->have += (size_t)n;
		}
		have = s->have;
	}
	s->octets = s->buffer + (s->at - s->from);
	return (ssize_t)have;
}

void hp_scan_skip(struct hp_scan *s)
{
	s->passed += s->all->of[s->i].end;
	s->i++;
	s->at = HP_GENERATION_HEADER;
	s->have = 0;
}

ssize_t hp_scan_next(struct hp_scan *s, struct hp_record *r)
{
	ssize_t have, size;

	while (s->i < s->count && s->at >= s->all->of[s->i].end)
		hp_scan_skip(s);
	if (s->i == s->count)
		return 0;
	have = look(s, HP_RECORD_MOST);
	size = have < 0 ? have : s->again ? hp_record_read_again(r, s->octets, (size_t)have) : hp_record_read(r, s->octets, (size_t)have);
	if (size <= 0)
		return size < 0 ? size : -EBADMSG;
	s->position = s->passed + s->at;
	s->at += (uint64_t)size;
	return size;
}

int hp_scan_damaged(struct hp_scan *s, uint64_t stamp)
{
	struct hp_record r;

	for (s->at += HP_RECORD_ALIGN;; s->at += HP_RECORD_ALIGN) {
		ssize_t have = look(s, HP_RECORD_MOST);

		if (have < HP_RECORD_HEADER)
			return have < 0 ? (int)have : 0;
		/* The CRC, which costs, only where the cheap signs are right. */
		if (hp_record_synced(s->octets) > stamp && hp_record_stamp(s->octets) > hp_record_synced(s->octets) &&
		    hp_record_read(&r, s->octets, (size_t)have) > 0)
			return 1;
	}
}
