/* SPDX-License-Identifier: BSD-3-Clause */
/* The networks between: a gateway on each port by which the home agent reaches everyone. It finds the agent's link-layer address and
 * answers when asked for its own (RFC 4861). One thread. */
#ifndef HP_LOAD_NETWORK_H
#define HP_LOAD_NETWORK_H

#include "load/port.h"
#include "wire/packet.h"

/* Asks for the router's link-layer address. */
void hp_network_solicit(struct hp_load_port *p);
/* An ICMPv6 packet that came on the port, from this link-layer address. */
void hp_network_take(struct hp_load_port *p, const struct hp_packet *packet, const struct hp_mac *from);

#endif
