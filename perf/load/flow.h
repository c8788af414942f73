/* SPDX-License-Identifier: BSD-3-Clause */
/* One flow, a (node, direction): what was sent and what came, by sequence numbers from 0. 16 octets, so that a million of them fit.
 * One thread sends, one receives. */
#ifndef HP_LOAD_FLOW_H
#define HP_LOAD_FLOW_H

#include <stdint.h>

#define HP_FLOW_WINDOW 32u

struct hp_flow {
	uint32_t sent;     /* the sender's */
	uint32_t next;     /* highest number received, plus one */
	uint32_t received; /* different ones */
	uint32_t window;   /* bit k: number next - 1 - k has come */
};

enum hp_flow_order {
	HP_FLOW_IN_ORDER,
	HP_FLOW_DUPLICATE,
	HP_FLOW_REORDERED,
	/* Reordered by the whole window: whether it is a duplicate too is forgotten, so it is not counted as received. */
	HP_FLOW_TOO_LATE,
	HP_FLOW_NEVER_SENT
};

static inline enum hp_flow_order hp_flow_receive(struct hp_flow *f, uint32_t number)
{
	uint32_t back;

	if (number >= __atomic_load_n(&f->sent, __ATOMIC_RELAXED))
		return HP_FLOW_NEVER_SENT;
	if (number >= f->next) {
		uint32_t ahead = number - f->next + 1;

		f->window = ahead >= HP_FLOW_WINDOW ? 1 : f->window << ahead | 1;
		f->next = number + 1;
		f->received++;
		return HP_FLOW_IN_ORDER;
	}
	back = f->next - 1 - number;
	if (back >= HP_FLOW_WINDOW)
		return HP_FLOW_TOO_LATE;
	if (f->window & 1u << back)
		return HP_FLOW_DUPLICATE;
	f->window |= 1u << back;
	f->received++;
	return HP_FLOW_REORDERED;
}

#endif
