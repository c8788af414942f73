/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance with memory as its network: messages go through a worker's pipeline into its punt rings, the appliance's own loop takes them from there,
 * and what it sends is taken from the worker's inject ring. One core, no store; no worker runs, this thread plays it between turns. */
#ifndef HP_BENCH_BOX_H
#define HP_BENCH_BOX_H

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "homeport/app.h"
#include "wire/packet.h"

#define BOX_ROUND    2048 /* messages between two looks at what came out: a worker's punt ring holds 4096 */
#define BOX_GATEWAYS 16   /* next hops of 2001:db8:a:0::/64 and so on */

struct box {
	struct hp_app app;
	struct hp_plan *plan;
	struct hp_worker *worker;
	struct rte_ether_addr port_mac;
	uint64_t answered, wrong;
};

/* `sections` of the configuration: home_agent and more, with a comma at the end. EAL is up with lcore 1; main lcore. 0 or -errno, told on stderr. */
int box_create(struct box *b, const char *sections);
void box_destroy(struct box *b);

uint64_t box_mix(uint64_t x);
/* 2001:db8:net:subnet::/64 and `id`. */
struct hp_ip6 box_address(uint16_t net, uint16_t subnet, uint64_t id);
/* From a gateway; NULL: no buffer, or it cannot be composed. */
struct rte_mbuf *box_frame(struct box *b, const struct hp_send *s);
/* What a worker does with frames just received; its clock runs a second ahead each time, so that no policer is in the way. */
void box_receive(struct box *b, struct rte_mbuf **m, unsigned int n);
/* Turns of the loop until it has nothing more to take: their cycles. */
uint64_t box_turns(struct box *b);
/* Takes what the management core sent, as a worker would, and passes a quiescent point. What is neither discovery nor in a tunnel is an answer, if `take`
 * says so. */
typedef bool box_take_fn(void *ctx, const struct hp_packet *p);
void box_drain(struct box *b, box_take_fn *take, void *ctx);

#endif
