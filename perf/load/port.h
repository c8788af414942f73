/* SPDX-License-Identifier: BSD-3-Clause */
/* A DPDK port with one queue each way and what waits to be sent on it. One thread sends, one may receive. */
#ifndef HP_LOAD_PORT_H
#define HP_LOAD_PORT_H

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdbool.h>

#include "base/ip6.h"
#include "load/options.h"

#define HP_PORT_WAITING 256 /* more than a burst: mobility and discovery messages go in between */

struct hp_load_port {
	uint16_t id;
	unsigned int sides; /* HP_SIDE_* */
	struct rte_mempool *pool;
	struct hp_mac mac, router_mac;
	bool have_router;
	struct hp_ip6 router, gateway;
	struct rte_mbuf *waiting[HP_PORT_WAITING];
	unsigned int waits;
	uint64_t full; /* times that the port did not take all */
};

/* Starts the environment and the ports: 0 or -errno, then a line was written to standard error. */
int hp_port_start_all(struct hp_load_port port[HP_OPTIONS_PORTS], const struct hp_options *o);
void hp_port_stop_all(struct hp_load_port *port, unsigned int ports);

/* A buffer for a frame, or NULL: none, or too much waits. hp_port_push sends it as `len` octets in its turn. */
uint8_t *hp_port_room(struct hp_load_port *p, struct rte_mbuf **m);
static inline void hp_port_push(struct hp_load_port *p, struct rte_mbuf *m, size_t len)
{
	m->data_len = (uint16_t)len;
	m->pkt_len = (uint32_t)len;
	p->waiting[p->waits++] = m;
}

/* What the port does not take now stays: it was not sent. */
void hp_port_flush(struct hp_load_port *p);

#endif
