/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/receive.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <sched.h>
#include <time.h>

#include "load/network.h"
#include "load/trial.h"

#define MESSAGES 8192

enum { RUN, PAUSE, STOP };

/* A message of the agent's own. */
static void take_message(struct hp_load *l, struct hp_load_port *p, struct rte_mbuf *m)
{
	const uint8_t *at = rte_pktmbuf_mtod(m, const uint8_t *);
	struct hp_packet packet;
	struct hp_mac from;

	memcpy(&from, at + 6, 6);
	if (hp_packet_read_node(&packet, at + HP_FRAME_ETHER, m->data_len - HP_FRAME_ETHER) == HP_WALK_OK) {
		if (packet.proto == HP_PROTO_MH)
			hp_updates_take(&l->updates, &packet, rte_rdtsc());
		else if (packet.proto == HP_PROTO_ICMPV6)
			hp_network_take(p, &packet, &from);
	}
	rte_pktmbuf_free(m);
}

static void take(struct hp_load *l, struct hp_load_port *p, struct rte_mbuf *m, uint64_t now)
{
	const uint8_t *at = rte_pktmbuf_mtod(m, const uint8_t *);

	if (m->data_len <= HP_FRAME_ETHER || at[12] != 0x86 || at[13] != 0xdd) {
		rte_pktmbuf_free(m);
	} else if (hp_verdict_is_traffic(at + HP_FRAME_ETHER, m->data_len - HP_FRAME_ETHER)) {
		hp_verdict_judge(&l->verdict, &l->frame, l->fleet, p->sides, at + HP_FRAME_ETHER, m->data_len - HP_FRAME_ETHER, now);
		rte_pktmbuf_free(m);
	} else if (!l->receiver.messages) {
		take_message(l, p, m);
	} else if (rte_ring_sp_enqueue(l->receiver.messages, m)) {
		rte_pktmbuf_free(m);
	}
}

static unsigned int receive(struct hp_load *l)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < l->options.ports; i++) {
		struct rte_mbuf *m[HP_BURST_MOST];
		const uint16_t got = rte_eth_rx_burst(l->port[i].id, 0, m, HP_BURST_MOST);
		/* After: no packet is from the future. */
		const uint64_t now = got ? rte_rdtsc() : 0;

		for (uint16_t k = 0; k < got; k++)
			rte_prefetch0(rte_pktmbuf_mtod(m[k], const uint8_t *));
		for (uint16_t k = 0; k < got; k++)
			hp_verdict_prefetch(l->fleet, rte_pktmbuf_mtod(m[k], const uint8_t *) + HP_FRAME_ETHER,
					    m[k]->data_len - HP_FRAME_ETHER);
		for (uint16_t k = 0; k < got; k++)
			take(l, &l->port[i], m[k], now);
		n += got;
	}
	return n;
}

static int run(void *arg)
{
	struct hp_load *l = arg;
	struct hp_receiver *r = &l->receiver;

	for (unsigned int idle = 0;;) {
		int wanted = __atomic_load_n(&r->wanted, __ATOMIC_ACQUIRE);

		__atomic_store_n(&r->is, wanted, __ATOMIC_RELEASE);
		if (wanted == STOP)
			return 0;
		if (wanted == RUN && receive(l))
			idle = 0;
		else if (l->options.sleep && ++idle > HP_TRIAL_NAP_TURNS)
			nanosleep(&(struct timespec){.tv_nsec = HP_TRIAL_NAP_NS}, NULL);
		else
			rte_pause();
	}
}

int hp_receive_start(struct hp_load *l)
{
	struct hp_receiver *r = &l->receiver;

	if (l->options.receive_core < 0)
		return 0;
	r->messages = rte_ring_create("messages", MESSAGES, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (!r->messages)
		return -ENOMEM;
	r->lcore = rte_get_next_lcore(-1, 1, 0);
	return rte_eal_remote_launch(run, l, r->lcore);
}

static void want(struct hp_receiver *r, int state)
{
	__atomic_store_n(&r->wanted, state, __ATOMIC_RELEASE);
	while (__atomic_load_n(&r->is, __ATOMIC_ACQUIRE) != state)
		sched_yield();
}

void hp_receive_stop(struct hp_load *l)
{
	if (!l->receiver.messages)
		return;
	want(&l->receiver, STOP);
	rte_eal_wait_lcore(l->receiver.lcore);
	rte_ring_free(l->receiver.messages);
	l->receiver.messages = NULL;
}

void hp_receive_pause(struct hp_load *l, bool pause)
{
	if (l->receiver.messages)
		want(&l->receiver, pause ? PAUSE : RUN);
}

unsigned int hp_receive_turn(struct hp_load *l)
{
	struct rte_mbuf *m[HP_BURST_MOST];
	unsigned int n;

	if (!l->receiver.messages)
		return receive(l);
	n = rte_ring_sc_dequeue_burst(l->receiver.messages, (void **)m, HP_BURST_MOST, NULL);
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int p = 0; p < l->options.ports; p++)
			if (m[i]->port == l->port[p].id) {
				take_message(l, &l->port[p], m[i]);
				break;
			}
	return n;
}
