/* SPDX-License-Identifier: BSD-3-Clause */
/* Compaction: what is appended goes to a new generation from here on; of those before, the newest record of each name is copied to a base, which takes
 * its name when it is whole and synced. Only then they go. A crash before leaves them, a crash behind leaves files that the base makes obsolete.
 * Slices of SLICE octets, so that no put waits for longer than one takes (or than the index takes to double, which is as rare as it gets). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/newest.h"
#include "store/record.h"
#include "store/scan.h"
#include "store/shroud.h"
#include "store/state.h"

#define SLICE   ((size_t)2 << 20)
#define COPYING (SLICE + HP_RECORD_MOST)

struct hp_compaction {
	int (*step)(struct hp_journal *j, struct hp_compaction *c);
	size_t frozen; /* generations that the base replaces */
	struct hp_scan scan;
	struct hp_newest *index;
	struct hp_generation base;
	uint8_t *copy; /* COPYING octets */
};

static void destroy(struct hp_compaction *c)
{
	hp_newest_destroy(c->index);
	hp_scan_destroy(&c->scan);
	hp_shroud_destroy(c->copy, COPYING);
	hp_generation_close(&c->base);
	free(c);
}

/* One file a slice: a long one takes its time. */
static int drop(struct hp_journal *j, struct hp_compaction *c)
{
	char name[HP_GENERATION_NAME];

	hp_generation_close(&j->all.of[0]);
	(void)unlinkat(j->directory, hp_generation_name(name, j->all.of[0].number, false), 0);
	if (--c->frozen) {
		hp_generations_drop(&j->all, 1);
		return 0;
	}
	j->all.of[0] = c->base;
	c->base.fd = -1;
	c->step = NULL;
	return 0;
}

static int replace(struct hp_journal *j, struct hp_compaction *c)
{
	char from[HP_GENERATION_NAME], to[HP_GENERATION_NAME];

	hp_generation_name(from, c->base.number, true);
	hp_generation_name(to, c->base.number, false);
	if (renameat(j->directory, from, j->directory, to))
		return -errno;
	/* Whether the name is on disk is not known if this fails; with it or without, what is there is whole. */
	if (fsync(j->directory))
		return -errno;
	c->step = drop;
	return 0;
}

static int copy(struct hp_journal *j, struct hp_compaction *c)
{
	struct hp_record r;
	ssize_t size = 1;
	size_t filled = 0;
	int ret;

	for (size_t done = 0; done < SLICE && size > 0; done += (size_t)size) {
		size = hp_scan_next(&c->scan, &r);
		if (size <= 0 || !r.value_len || !hp_newest_is(c->index, r.name, 1u + r.key_len, c->scan.position))
			continue;
		memcpy(c->copy + filled, c->scan.octets, (size_t)size);
		filled += (size_t)size;
		c->base.records++;
	}
	if (size < 0)
		return (int)size;
	ret = hp_generation_write(&c->base, c->copy, filled, c->base.end);
	if (!ret && fdatasync(c->base.fd))
		ret = -errno;
	explicit_bzero(c->copy, filled);
	c->base.end += filled;
	if (!ret && !size)
		c->step = replace;
	return ret;
}

static int survey(struct hp_journal *j, struct hp_compaction *c)
{
	struct hp_record r;
	ssize_t size = 1;
	int ret = 0;

	for (size_t done = 0; done < SLICE && size > 0 && !ret; done += (size_t)size) {
		size = hp_scan_next(&c->scan, &r);
		if (size > 0)
			ret = hp_newest_set(c->index, r.name, 1u + r.key_len, c->scan.position);
	}
	if (ret || size < 0)
		return ret ? ret : (int)size;
	if (size)
		return 0;
	hp_scan_begin(&c->scan, &j->all, c->frozen);
	c->step = copy;
	return hp_generation_create(&c->base, j->directory);
}

static int start(struct hp_journal *j)
{
	struct hp_compaction *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	c->base = (struct hp_generation){.number = j->following++, .stamp = j->durable, .base = true, .fd = -1};
	c->frozen = j->all.count;
	c->copy = hp_shroud_create(COPYING);
	ret = hp_scan_create(&c->scan);
	ret = ret ? ret : hp_newest_create(&c->index, j->records * 2);
	ret = ret ? ret : c->copy ? 0 : -ENOMEM;
	ret = ret ? ret : hp_writer_turn(j);
	if (ret) {
		destroy(c);
		return ret;
	}
	hp_scan_begin(&c->scan, &j->all, c->frozen);
	c->step = survey;
	j->compaction = c;
	return 0;
}

static void give_up(struct hp_journal *j)
{
	struct hp_compaction *c = j->compaction;
	char name[HP_GENERATION_NAME];

	(void)unlinkat(j->directory, hp_generation_name(name, c->base.number, true), 0);
	(void)unlinkat(j->directory, hp_generation_name(name, c->base.number, false), 0);
	destroy(c);
	j->compaction = NULL;
}

static void failed(struct hp_journal *j, int ret)
{
	hp_state_set(j->compaction_failed, ret);
	hp_state_add(j, HP_ST_COMPACTION_FAILED, 1);
	/* Once more when it has grown: a full disk is not helped by trying for ever. */
	j->compact_above = hp_generations_bytes(&j->all) + j->compact_octets;
}

static void done(struct hp_journal *j)
{
	const uint64_t grown = j->all.of[0].end * HP_STORE_GROWTH;

	hp_state_set(j->records, j->all.of[0].records);
	j->compact_above = grown > j->compact_octets ? grown : j->compact_octets;
	hp_state_set(j->compaction_failed, 0);
	hp_state_add(j, HP_ST_COMPACTED, 1);
	destroy(j->compaction);
	j->compaction = NULL;
}

static bool is_due(const struct hp_journal *j)
{
	return hp_generations_bytes(&j->all) > j->compact_above;
}

bool hp_compact_step(struct hp_journal *j)
{
	int ret;

	if (!j->compaction) {
		if (!is_due(j))
			return false;
		ret = start(j);
		if (ret)
			failed(j, ret);
	} else {
		ret = j->compaction->step(j, j->compaction);
		if (ret) {
			give_up(j);
			failed(j, ret);
		} else if (!j->compaction->step) {
			done(j);
		}
	}
	hp_state_tell(j);
	return j->compaction || is_due(j);
}

void hp_compact_stop(struct hp_journal *j)
{
	/* Once the base has its name, it is what counts: opening drops the rest. */
	if (j->compaction && j->compaction->step == drop)
		destroy(j->compaction);
	else if (j->compaction)
		give_up(j);
	j->compaction = NULL;
}
