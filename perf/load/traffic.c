/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/traffic.h"

#define SEED 6275

/* IMIX 7:4:1, of lengths that pass a tunnel on a link of 1,500 octets. */
static const uint16_t imix[12] = {64, 576, 64, 64, 576, 64, 1400, 64, 576, 64, 64, 576};

void hp_traffic_init(struct hp_traffic *t, struct hp_fleet *fleet, const struct hp_frame *frame, const unsigned int share[HP_DIRECTIONS],
		     uint32_t size, unsigned int watched)
{
	unsigned int at = 0;

	*t = (struct hp_traffic){.fleet = fleet, .frame = frame, .watched = watched};
	hp_random_seed(&t->random, SEED);
	for (unsigned int d = 0; d < HP_DIRECTIONS; d++) {
		/* Each direction begins elsewhere: what one has just brought into a cache is not what the next looks up. */
		hp_tour_start(&t->tour[d], fleet->nodes, d * (fleet->nodes / HP_DIRECTIONS));
		for (unsigned int i = 0; i < share[d] && at < 100; i++)
			t->direction[at++] = (uint8_t)d;
	}
	for (unsigned int i = 0; i < 12; i++)
		t->size[i] = size ? (uint16_t)size : imix[i];
}

/* r: random. A hairpin flow is its sender's; who moved is its receiver. */
static uint32_t choose_watched(const struct hp_traffic *t, uint8_t d, uint32_t r)
{
	uint32_t node = t->fleet->mover[r % HP_FLEET_MOVERS];

	if (r & HP_FLEET_MOVERS)
		return r / (2 * HP_FLEET_MOVERS) % HP_TRAFFIC_BUSY % t->fleet->nodes;
	return d != HP_HAIRPIN ? node : node ? node - 1 : t->fleet->nodes - 1;
}

void hp_traffic_choose(struct hp_traffic *t, struct hp_pick *pick, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const uint64_t r = hp_random_u64(&t->random);
		const uint8_t d = t->direction[(r >> 32) % 100];
		const bool watched = (r >> 20) % 1024 * 100 < t->watched * 1024;
		const uint32_t node = watched ? choose_watched(t, d, (uint32_t)(r >> 44)) : hp_tour_next(&t->tour[d]);

		pick[i] = (struct hp_pick){.node = node, .direction = d, .size = t->size[(r & 0xfffff) % 12]};
		__builtin_prefetch(&t->fleet->node[node]);
		__builtin_prefetch(&t->fleet->flow[d][node], 1);
	}
}

bool hp_traffic_ready(struct hp_traffic *t, const struct hp_pick *pick)
{
	const struct hp_node *n = &t->fleet->node[pick->node];
	bool ready = hp_fleet_bound(n);

	if (pick->direction != HP_INTERCEPT)
		ready = ready && n->state != HP_NODE_MOVING;
	if (pick->direction == HP_HAIRPIN)
		ready = ready && hp_fleet_bound(&t->fleet->node[hp_addresses_partner(t->frame->addresses, pick->node)]);
	t->held += !ready;
	return ready;
}

size_t hp_traffic_write(struct hp_traffic *t, const struct hp_pick *pick, uint64_t now, uint8_t *out)
{
	struct hp_flow *flow = &t->fleet->flow[pick->direction][pick->node];
	const uint32_t number = flow->sent;

	__atomic_store_n(&flow->sent, number + 1, __ATOMIC_RELAXED);
	t->sent++;
	return hp_frame_write(t->frame, (enum hp_direction)pick->direction, pick->node, t->fleet->node[pick->node].cell, number, now,
			      pick->size, out);
}
