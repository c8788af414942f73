/* SPDX-License-Identifier: BSD-3-Clause */
/* What the management core must see: a ring a class, each with a policer of its own in front, so that a flood of one kind costs
 * the management core little and the other kinds nothing. */
#include <rte_cycles.h>
#include <unistd.h>

#include "dataplane/worker.h"

/* Packets a second and at once. A fleet that registers at once is welcome; what strangers can send without end is not. */
static const struct {
	uint32_t per_s, burst;
} allowed[HP_PUNT_CLASS_COUNT] = {
	[HP_PUNT_REGISTRATION] = {500000, 8192}, [HP_PUNT_NEIGHBOR] = {50000, 2048}, [HP_PUNT_LISTENER] = {20000, 1024},
	[HP_PUNT_ERROR] = {10000, 512},          [HP_PUNT_REST] = {10000, 512},
};

static const enum hp_dp_counter punted[HP_PUNT_CLASS_COUNT] = {
	[HP_PUNT_REGISTRATION] = HP_DP_PUNTED_REGISTRATION,
	[HP_PUNT_NEIGHBOR] = HP_DP_PUNTED_NEIGHBOR,
	[HP_PUNT_LISTENER] = HP_DP_PUNTED_LISTENER,
	[HP_PUNT_ERROR] = HP_DP_PUNTED_ERROR,
	[HP_PUNT_REST] = HP_DP_PUNTED_REST,
};

/* A copy costs a worker some 200 ns: so many a second are a fifth of it. One packet to the largest group always fits. */
#define COPIES_PER_S 1000000
#define COPIES_BURST (8 * HP_MEMBER_NODES)

static void policer_init(struct hp_policer *p, uint32_t per_s, uint32_t burst, uint64_t now)
{
	p->cost = rte_get_tsc_hz() / per_s;
	p->most = p->tokens = p->cost * burst;
	p->last = now;
}

void hp_policers_init(struct hp_worker *w)
{
	for (int c = 0; c < HP_PUNT_CLASS_COUNT; c++)
		policer_init(&w->policer[c], allowed[c].per_s, allowed[c].burst, w->now);
	policer_init(&w->copies, COPIES_PER_S, COPIES_BURST, w->now);
}

bool hp_police(struct hp_policer *p, uint64_t now, unsigned int n)
{
	p->tokens += now - p->last;
	p->last = now;
	if (p->tokens > p->most)
		p->tokens = p->most;
	if (p->tokens < p->cost * n)
		return false;
	p->tokens -= p->cost * n;
	return true;
}

/* Under idle: sleep the management core waits on a descriptor; the first packet after it fell asleep writes to it. */
static void wake(const struct hp_shared *s)
{
	const uint64_t one = 1;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!s->sleep || !__atomic_load_n(&s->asleep, __ATOMIC_RELAXED) ||
	    !__atomic_exchange_n((int *)(uintptr_t)&s->asleep, 0, __ATOMIC_SEQ_CST))
		return;
	if (write(s->wake_fd, &one, sizeof(one)) < 0)
		return; /* an eventfd is only ever full when it is readable: awake all the same */
}

void hp_punt(struct hp_worker *w, struct rte_mbuf *m, enum hp_punt_class class_, enum hp_punt_reason reason, uint32_t word)
{
	struct hp_meta *meta = hp_meta(m);

	if (!hp_police(&w->policer[class_], w->now, 1)) {
		hp_drop(w, m, HP_DP_DROP_POLICED);
		return;
	}
	meta->punt_class = (uint8_t)class_;
	meta->punt_reason = (uint8_t)reason;
	meta->punt_link = reason == HP_PUNT_RESOLVE ? meta->punt_link : meta->link;
	meta->word = word;
	if (rte_ring_sp_enqueue(w->punt[class_], m)) {
		hp_drop(w, m, HP_DP_DROP_PUNT_FULL);
		return;
	}
	hp_count(w, punted[class_], 1);
	wake(w->shared);
}

void hp_punt_resolve(struct hp_worker *w, struct rte_mbuf *m, uint16_t link, const struct hp_ip6 *next_hop)
{
	struct hp_meta *meta = hp_meta(m);

	meta->next_hop = *next_hop;
	meta->punt_link = link;
	hp_punt(w, m, HP_PUNT_NEIGHBOR, HP_PUNT_RESOLVE, 0);
}
