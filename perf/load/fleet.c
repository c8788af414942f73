/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAITING   (1u << 18)
#define BA_REFUSE 128 /* RFC 6275 §6.1.8: statuses from here on refuse */
#define BA_NUMBER 135 /* sequence number out of window: the acknowledgement carries the last accepted one */
#define BA_TIME   144 /* RFC 4285 §6: another time; the acknowledgement carries the home agent's */

int hp_fleet_create(struct hp_fleet **out, uint32_t nodes, unsigned int directions)
{
	struct hp_fleet *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->nodes = nodes;
	f->node = calloc(nodes, sizeof(*f->node));
	f->wait = calloc(WAITING, sizeof(*f->wait));
	if (!f->node || !f->wait)
		goto no_memory;
	for (int d = 0; d < HP_DIRECTIONS; d++) {
		if (!(directions & 1u << d))
			continue;
		f->flow[d] = calloc(nodes, sizeof(*f->flow[d]));
		if (!f->flow[d])
			goto no_memory;
	}
	*out = f;
	return 0;
no_memory:
	hp_fleet_destroy(f);
	return -ENOMEM;
}

void hp_fleet_destroy(struct hp_fleet *f)
{
	if (!f)
		return;
	for (int d = 0; d < HP_DIRECTIONS; d++)
		free(f->flow[d]);
	free(f->wait);
	free(f->node);
	free(f);
}

bool hp_fleet_room(const struct hp_fleet *f)
{
	return f->wait_tail - f->wait_head < WAITING;
}

/* Each repetition has a number of its own (RFC 6275 §11.8). */
static bool ask(struct hp_fleet *f, uint32_t i, uint64_t now)
{
	struct hp_node *n = &f->node[i];

	if (!hp_fleet_room(f))
		return false;
	f->wait[f->wait_tail++ % WAITING] = (struct hp_fleet_wait){.node = i, .asked = now};
	n->asked = now;
	n->sequence++;
	n->tries++;
	f->counts.sent++;
	return true;
}

bool hp_fleet_begin(struct hp_fleet *f, uint32_t i, enum hp_node_state state, uint64_t now)
{
	struct hp_node *n = &f->node[i];

	if (n->state != (state == HP_NODE_REGISTERING ? HP_NODE_SILENT : HP_NODE_REGISTERED))
		return false;
	n->tries = 0;
	if (!ask(f, i, now))
		return false;
	f->outstanding++;
	/* The state first: whoever judges a packet meanwhile finds both places allowed. */
	__atomic_store_n(&n->state, (uint8_t)state, __ATOMIC_RELEASE);
	if (state == HP_NODE_MOVING) {
		__atomic_store_n(&n->cell, (uint16_t)(n->cell + 1), __ATOMIC_RELEASE);
		f->mover[f->movers++ % HP_FLEET_MOVERS] = i;
	}
	return true;
}

enum hp_fleet_answer hp_fleet_answered(struct hp_fleet *f, uint32_t i, uint8_t status, uint16_t sequence, uint64_t now, uint64_t *took)
{
	struct hp_node *n = &f->node[i];
	const bool waits = n->state == HP_NODE_REGISTERING || n->state == HP_NODE_REFRESHING || n->state == HP_NODE_MOVING;

	f->counts.status[status]++;
	if (waits && (status == BA_NUMBER || status == BA_TIME)) {
		n->sequence = sequence;
		return ask(f, i, now) ? HP_FLEET_AGAIN : HP_FLEET_REFUSED;
	}
	/* An answer to any of the tries: they all said the same. */
	if (!waits || (uint16_t)(n->sequence - sequence) >= n->tries) {
		f->counts.unexpected++;
		return HP_FLEET_UNEXPECTED;
	}
	f->outstanding--;
	if (status >= BA_REFUSE) {
		f->counts.refused++;
		f->registered -= n->state != HP_NODE_REGISTERING;
		n->state = HP_NODE_GONE;
		return HP_FLEET_REFUSED;
	}
	f->counts.accepted++;
	f->counts.moves += n->state == HP_NODE_MOVING;
	f->registered += n->state == HP_NODE_REGISTERING;
	if (n->state == HP_NODE_MOVING)
		__atomic_store_n(&n->moved, now, __ATOMIC_RELEASE);
	__atomic_store_n(&n->state, HP_NODE_REGISTERED, __ATOMIC_RELEASE);
	*took = now - n->asked;
	return HP_FLEET_ACCEPTED;
}

bool hp_fleet_overdue(struct hp_fleet *f, uint64_t patience, uint64_t now, uint32_t *node)
{
	while (f->wait_head != f->wait_tail) {
		const struct hp_fleet_wait w = f->wait[f->wait_head % WAITING];
		struct hp_node *n = &f->node[w.node];
		const bool waits = n->asked == w.asked && n->state != HP_NODE_REGISTERED && n->state != HP_NODE_GONE;

		if (waits && now - w.asked < patience)
			return false;
		f->wait_head++;
		if (!waits)
			continue;
		if (n->tries >= HP_FLEET_TRIES) {
			f->counts.given_up++;
			f->outstanding--;
			f->registered -= n->state != HP_NODE_REGISTERING;
			n->state = HP_NODE_GONE;
			continue;
		}
		ask(f, w.node, now);
		f->counts.repeated++;
		*node = w.node;
		return true;
	}
	return false;
}

void hp_fleet_new_trial(struct hp_fleet *f)
{
	for (int d = 0; d < HP_DIRECTIONS; d++)
		if (f->flow[d])
			memset(f->flow[d], 0, (size_t)f->nodes * sizeof(*f->flow[d]));
}
