/* SPDX-License-Identifier: BSD-3-Clause */
#include "churn.h"

#include <rte_cycles.h>
#include <rte_pause.h>

#include "traffic.h"
#include "world.h"

#define STEP_US 100
#define TICK_MS 10
#define STRIDE  7919u /* a prime: moves wander over all nodes */

static uint32_t node_of(const struct world *w, uint32_t third)
{
	return (uint32_t)((uint64_t)third * STRIDE % w->bindings);
}

static void change(struct world *w, uint32_t k)
{
	const uint32_t third = k / 3, node = node_of(w, third);

	/* Half the room behind come those that go. */
	switch (k % 3) {
	case 0:
		world_bind(w, w->bindings + third % CHURN_ROOM, w->bindings + third % CHURN_ROOM);
		break;
	case 1:
		world_unbind(w, w->bindings + (third + CHURN_ROOM / 2) % CHURN_ROOM);
		break;
	default:
		world_bind(w, node, third / w->bindings % 2 ? node : TRAFFIC_AWAY + node);
	}
}

void churn_for(struct world *w, unsigned int ms)
{
	const uint64_t hz = rte_get_tsc_hz(), end = rte_rdtsc() + hz / 1000 * ms;
	const uint64_t step = hz / 1000000 * STEP_US;
	uint64_t next = rte_rdtsc(), tick = next;

	for (; next < end; next += step) {
		while (rte_rdtsc() < next)
			rte_pause();
		for (unsigned int i = 0; i < CHURN_PER_S / (1000000 / STEP_US); i++)
			change(w, w->changes++);
		if (next >= tick) {
			hp_dataplane_tick(w->dp, next / (hz / 1000));
			tick = next + hz / 1000 * TICK_MS;
		}
	}
}

void churn_end(struct world *w)
{
	for (uint32_t third = w->settled / 3; third <= w->changes / 3; third++)
		world_bind(w, node_of(w, third), node_of(w, third));
	w->settled = w->changes;
	hp_dataplane_tick(w->dp, rte_rdtsc() / (rte_get_tsc_hz() / 1000));
}
