/* SPDX-License-Identifier: BSD-3-Clause */
/* Hierarchical timer wheel, intrusive, millisecond ticks, bounded work a poll. One thread.
 * A timer fires at or after its time, never before; timers of one millisecond in the order armed, but for those put off: to arm an
 * armed timer for a later time costs one store, as a lifetime that is refreshed long before its end wants it. */
#ifndef HP_BASE_WHEEL_H
#define HP_BASE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hp_timer {
	struct hp_timer *next, *prev; /* NULL: not armed */
	uint64_t at_ms;
};

struct hp_wheel;

int hp_wheel_create(struct hp_wheel **out, uint64_t now_ms);
void hp_wheel_destroy(struct hp_wheel *w); /* armed timers stay the caller's */

/* Arms `t` for `at_ms`, or puts it off or forward; a past time fires at the next poll. Cannot fail. */
void hp_wheel_arm(struct hp_wheel *w, struct hp_timer *t, uint64_t at_ms);
void hp_wheel_disarm(struct hp_wheel *w, struct hp_timer *t); /* safe when not armed */

static inline bool hp_timer_armed(const struct hp_timer *t)
{
	return t->next != NULL;
}

/* The next timer due at `now_ms`, disarmed, or NULL. At most `*work` timers are moved within the wheel;
 * *work is reduced by what was used, and at 0 the call returns NULL with hp_wheel_behind() true. */
struct hp_timer *hp_wheel_pop(struct hp_wheel *w, uint64_t now_ms, unsigned int *work);
bool hp_wheel_behind(const struct hp_wheel *w, uint64_t now_ms);

/* No timer fires before this time (a lower bound, so polling then may find none); UINT64_MAX when empty. */
uint64_t hp_wheel_next(const struct hp_wheel *w);

#endif
