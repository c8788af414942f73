/* SPDX-License-Identifier: BSD-3-Clause */
/* What the management core must see: a ring a class, each with a policer of its own in front, so that a flood of one kind costs
 * the management core little and the other kinds nothing. */
#include <rte_cycles.h>
#include <unistd.h>

#include "dataplane/worker.h"
#include "wire/icmp6.h"
#include "wire/mh.h"

/* Packets a second and at once, by worker, and the room of its ring. A fleet that registers at once is welcome; what strangers can send
 * without end is not. */
static const struct {
	uint32_t per_s, burst, ring;
	enum hp_dp_counter punted, policed;
} class_[HP_PUNT_CLASS_COUNT] = {
	[HP_PUNT_REGISTRATION] = {1000000, 8192, 4096, HP_DP_PUNTED_REGISTRATION, HP_DP_POLICED_REGISTRATION},
	[HP_PUNT_MOVED] = {500000, 4096, 4096, HP_DP_PUNTED_MOVED, HP_DP_POLICED_MOVED},
	[HP_PUNT_NEWCOMER] = {500000, 8192, 4096, HP_DP_PUNTED_NEWCOMER, HP_DP_POLICED_NEWCOMER},
	[HP_PUNT_TEST] = {1000000, 8192, 4096, HP_DP_PUNTED_TEST, HP_DP_POLICED_TEST},
	[HP_PUNT_CORRESPONDENT] = {200000, 4096, 4096, HP_DP_PUNTED_CORRESPONDENT, HP_DP_POLICED_CORRESPONDENT},
	[HP_PUNT_ADVERTISEMENT] = {20000, 512, 1024, HP_DP_PUNTED_ADVERTISEMENT, HP_DP_POLICED_ADVERTISEMENT},
	[HP_PUNT_NEIGHBOR] = {50000, 512, 1024, HP_DP_PUNTED_NEIGHBOR, HP_DP_POLICED_NEIGHBOR},
	[HP_PUNT_UNRESOLVED] = {10000, 256, 512, HP_DP_PUNTED_UNRESOLVED, HP_DP_POLICED_UNRESOLVED},
	[HP_PUNT_LISTENER] = {20000, 256, 512, HP_DP_PUNTED_LISTENER, HP_DP_POLICED_LISTENER},
	[HP_PUNT_DISCOVERY] = {10000, 256, 512, HP_DP_PUNTED_DISCOVERY, HP_DP_POLICED_DISCOVERY},
	[HP_PUNT_HOME_ADDRESS] = {10000, 256, 512, HP_DP_PUNTED_HOME_ADDRESS, HP_DP_POLICED_HOME_ADDRESS},
	[HP_PUNT_ERROR] = {10000, 256, 512, HP_DP_PUNTED_ERROR, HP_DP_POLICED_ERROR},
	[HP_PUNT_COMPLAINT] = {10000, 256, 512, HP_DP_PUNTED_COMPLAINT, HP_DP_POLICED_COMPLAINT},
	[HP_PUNT_REST] = {10000, 256, 512, HP_DP_PUNTED_REST, HP_DP_POLICED_REST},
};

/* Of the bound nodes of one share, in each of their classes: many times what they need, and little of what a class may have. */
#define NODES_PER_S 4000
#define NODES_BURST 256

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
		policer_init(&w->policer[c], class_[c].per_s, class_[c].burst, w->now);
	for (unsigned int i = 0; i < HP_NODE_SHARES; i++) {
		policer_init(&w->nodes[i], NODES_PER_S, NODES_BURST, w->now);
		policer_init(&w->moved[i], NODES_PER_S, NODES_BURST, w->now);
	}
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

void hp_punt(struct hp_worker *w, struct rte_mbuf *m, enum hp_punt_class c, enum hp_punt_reason reason, uint32_t word)
{
	struct hp_meta *meta = hp_meta(m);

	if (!hp_police(&w->policer[c], w->now, 1)) {
		hp_drop(w, m, class_[c].policed);
		return;
	}
	meta->punt_class = (uint8_t)c;
	meta->punt_reason = (uint8_t)reason;
	meta->punt_link = reason == HP_PUNT_RESOLVE ? meta->punt_link : meta->link;
	meta->word = word;
	if (rte_ring_sp_enqueue(w->punt[c], m)) {
		hp_drop(w, m, HP_DP_DROP_PUNT_FULL);
		return;
	}
	hp_count(w, class_[c].punted, 1);
	wake(w->shared);
}

uint32_t hp_punt_ring(enum hp_punt_class c)
{
	return class_[c].ring;
}

/* What only a neighbour can send, and the management core believes of nobody else (RFC 4861 §11.2): strangers do not wait in its line. */
static bool of_neighbor(struct rte_mbuf *m)
{
	return hp_header(m)->hop_limit == 255 && !hp_meta(m)->tunnelled;
}

enum hp_punt_class hp_punt_icmp(struct rte_mbuf *m, uint8_t type)
{
	if (type < HP_ICMP6_ECHO_REQUEST)
		return HP_PUNT_ERROR;
	switch (type) {
	case HP_ICMP6_NA:
	case HP_ICMP6_RA:
		return of_neighbor(m) ? HP_PUNT_ADVERTISEMENT : HP_PUNT_REST;
	case HP_ICMP6_NS:
	case HP_ICMP6_RS:
	case HP_ICMP6_REDIRECT:
		return of_neighbor(m) ? HP_PUNT_NEIGHBOR : HP_PUNT_REST;
	case HP_ICMP6_MLD_QUERY:
	case HP_ICMP6_MLD_REPORT:
	case HP_ICMP6_MLD_DONE:
	case HP_ICMP6_MLDV2_REPORT:
		return hp_ip6_is_linklocal(&hp_header(m)->src) ? HP_PUNT_NEIGHBOR : HP_PUNT_REST;
	case HP_ICMP6_DHAAD_REQUEST:
	case HP_ICMP6_MPS:
		return HP_PUNT_DISCOVERY;
	default:
		return HP_PUNT_REST;
	}
}

#define MH_TYPE  2 /* octets of a Mobility Header message */
#define BU_FLAGS 8
#define BU_HOME  0x40

/* What is asked of a correspondent, whoever asks; HP_PUNT_NEWCOMER: nothing. */
static enum hp_punt_class of_correspondent(const struct hp_packet *p)
{
	const uint8_t *message = hp_packet_payload(p);

	if (p->proto != HP_PROTO_MH || hp_packet_payload_len(p) <= BU_FLAGS)
		return HP_PUNT_NEWCOMER;
	if (message[MH_TYPE] == HP_MH_HOTI || message[MH_TYPE] == HP_MH_COTI)
		return HP_PUNT_TEST;
	return message[MH_TYPE] == HP_MH_BU && !(message[BU_FLAGS] & BU_HOME) ? HP_PUNT_CORRESPONDENT : HP_PUNT_NEWCOMER;
}

void hp_punt_mobility(struct hp_worker *w, struct rte_mbuf *m, const struct hp_packet *p)
{
	const struct hp_hot *hot = w->shared->hot;
	const struct hp_ip6 *hoa = hp_packet_source(p);
	enum hp_punt_class c = of_correspondent(p);
	const struct hp_hot_entry *e = c == HP_PUNT_NEWCOMER && hp_hot_may_have(hot, hoa) ? hp_hot_find(hot, hoa) : NULL;
	struct hp_policer *share = NULL;

	if (e && e->kind != HP_HOT_LOCAL) {
		c = hp_ip6_eq(&p->src, &e->outer_dst) ? HP_PUNT_REGISTRATION : HP_PUNT_MOVED;
		share = (c == HP_PUNT_REGISTRATION ? w->nodes : w->moved) + e->id % HP_NODE_SHARES;
	}
	if (!share || hp_police(share, w->now, 1))
		hp_punt(w, m, c, HP_PUNT_LOCAL, 0);
	else
		hp_drop(w, m, class_[c].policed);
}

void hp_punt_resolve(struct hp_worker *w, struct rte_mbuf *m, uint16_t link, const struct hp_ip6 *next_hop)
{
	struct hp_meta *meta = hp_meta(m);

	meta->next_hop = *next_hop;
	meta->punt_link = link;
	hp_punt(w, m, HP_PUNT_UNRESOLVED, HP_PUNT_RESOLVE, 0);
}
