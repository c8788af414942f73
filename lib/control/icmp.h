/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 addressed to us, but neighbour discovery: echo answered (RFC 4443 §4.2), errors about our tunnels and
 * optimized paths relayed (RFC 2473 §8, RFC 6275 §9.3.4). */
#ifndef HP_CONTROL_ICMP_H
#define HP_CONTROL_ICMP_H

#include "control/state.h"

/* `p` walked OK, proto 58; its destination is ours or a group. */
void hp_icmp_input(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);
/* The same to a host that we act for: errors about packets of the optimized path, translated (RFC 6275 §9.3.4). */
void hp_icmp_on_behalf(struct hp_control *c, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

#endif
