/* SPDX-License-Identifier: BSD-3-Clause */
/* Eight levels of 256 slots, one a byte of the time. A timer sits at the level of the highest byte in which it differs from the
 * wheel's time, so a slot's timers all become due, or fall to the level below, at one moment, and the order of arming is kept.
 * Empty stretches are skipped by bitmap, whole levels at a time. */
#include "base/wheel.h"

#include <errno.h>
#include <stdlib.h>

#define LEVELS 8
#define SLOTS  256

struct hp_wheel {
	uint64_t time;                /* everything before it has been moved to `due` */
	struct hp_timer due, pending; /* pending: a higher slot being spread, a bounded number of timers a poll */
	struct hp_timer slot[LEVELS][SLOTS];
	uint64_t used[LEVELS][SLOTS / 64]; /* may be set for a slot that has become empty, never the reverse */
};

static void list_init(struct hp_timer *list)
{
	list->next = list->prev = list;
}

static bool list_empty(const struct hp_timer *list)
{
	return list->next == list;
}

static void list_append(struct hp_timer *list, struct hp_timer *t)
{
	t->next = list;
	t->prev = list->prev;
	list->prev->next = t;
	list->prev = t;
}

static void list_move(struct hp_timer *to, struct hp_timer *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

int hp_wheel_create(struct hp_wheel **out, uint64_t now_ms)
{
	struct hp_wheel *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->time = now_ms;
	list_init(&w->due);
	list_init(&w->pending);
	for (int l = 0; l < LEVELS; l++)
		for (int s = 0; s < SLOTS; s++)
			list_init(&w->slot[l][s]);
	*out = w;
	return 0;
}

void hp_wheel_destroy(struct hp_wheel *w)
{
	free(w);
}

static void place(struct hp_wheel *w, struct hp_timer *t)
{
	unsigned int level, s;

	if (t->at_ms <= w->time) {
		list_append(&w->due, t);
		return;
	}
	level = (unsigned int)(63 - __builtin_clzll(t->at_ms ^ w->time)) / 8;
	s = (unsigned int)(t->at_ms >> (8 * level)) & (SLOTS - 1);
	list_append(&w->slot[level][s], t);
	w->used[level][s / 64] |= (uint64_t)1 << (s % 64);
}

void hp_wheel_arm(struct hp_wheel *w, struct hp_timer *t, uint64_t at_ms)
{
	if (hp_timer_armed(t) && at_ms >= t->at_ms) {
		/* It stays where it is, among timers that are due before it, until their time has come. */
		t->at_ms = at_ms;
		return;
	}
	hp_wheel_disarm(w, t);
	t->at_ms = at_ms;
	/* While a slot is being spread, what could overtake its timers queues up behind them. */
	if (!list_empty(&w->pending))
		list_append(&w->pending, t);
	else
		place(w, t);
}

void hp_wheel_disarm(struct hp_wheel *w, struct hp_timer *t)
{
	(void)w;
	if (!hp_timer_armed(t))
		return;
	t->next->prev = t->prev;
	t->prev->next = t->next;
	t->next = t->prev = NULL;
}

/* The first used slot behind `after` of a level, or SLOTS. */
static unsigned int next_slot(const struct hp_wheel *w, unsigned int level, unsigned int after)
{
	for (unsigned int s = after + 1; s < SLOTS; s = (s | 63) + 1) {
		uint64_t bits = w->used[level][s / 64] >> (s % 64);

		if (bits)
			return s + (unsigned int)__builtin_ctzll(bits);
	}
	return SLOTS;
}

/* The moment at which the next used slot becomes due (level 0) or is to be spread. UINT64_MAX: none. */
static uint64_t next_moment(const struct hp_wheel *w, unsigned int *level, unsigned int *slot)
{
	for (unsigned int l = 0; l < LEVELS; l++) {
		unsigned int s = next_slot(w, l, (unsigned int)(w->time >> (8 * l)) & (SLOTS - 1));

		if (s < SLOTS) {
			uint64_t above = l == LEVELS - 1 ? 0 : w->time >> (8 * (l + 1)) << (8 * (l + 1));

			*level = l;
			*slot = s;
			return above | (uint64_t)s << (8 * l);
		}
	}
	return UINT64_MAX;
}

struct hp_timer *hp_wheel_pop(struct hp_wheel *w, uint64_t now_ms, unsigned int *work)
{
	for (;;) {
		unsigned int level = 0, s = 0;
		uint64_t moment;

		for (; !list_empty(&w->pending); (*work)--) {
			struct hp_timer *t = w->pending.next;

			if (!*work)
				return NULL;
			hp_wheel_disarm(w, t);
			place(w, t);
		}
		for (; !list_empty(&w->due); (*work)--) {
			struct hp_timer *t = w->due.next;

			if (t->at_ms > w->time && !*work)
				return NULL;
			hp_wheel_disarm(w, t);
			if (t->at_ms <= w->time)
				return t;
			place(w, t); /* put off meanwhile */
		}
		moment = next_moment(w, &level, &s);
		if (moment > now_ms) {
			if (now_ms > w->time)
				w->time = now_ms;
			return NULL;
		}
		w->time = moment;
		w->used[level][s / 64] &= ~((uint64_t)1 << (s % 64));
		list_move(level ? &w->pending : &w->due, &w->slot[level][s]);
	}
}

bool hp_wheel_behind(const struct hp_wheel *w, uint64_t now_ms)
{
	return hp_wheel_next(w) <= now_ms;
}

uint64_t hp_wheel_next(const struct hp_wheel *w)
{
	unsigned int level, slot;

	if (!list_empty(&w->pending) || !list_empty(&w->due))
		return w->time;
	return next_moment(w, &level, &slot);
}
