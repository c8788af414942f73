/* SPDX-License-Identifier: BSD-3-Clause */
/* Where packets of ours go: the next hop, and the way to a home address that is away. */
#ifndef HP_CONTROL_OUTPUT_H
#define HP_CONTROL_OUTPUT_H

#include "control/state.h"

/* How a message of ours reaches a mobile node that is away. */
enum hp_output_way {
	HP_OUTPUT_ROUTED, /* type 2 routing header, by a home registration or else by a binding of our source address: §9.3.2, §10.4.2 */
	HP_OUTPUT_TUNNELLED /* as an intercepted packet: Mobility Header messages but acknowledgements, and where the binding is not to be used */
};

/* Completes a send whose dst, or with a routing header whose coa, may be a bound home address. */
void hp_output_address(const struct hp_control *c, struct hp_send *s, enum hp_output_way way);
/* struct hp_agent_conf's route: where packets to a care-of address leave. */
struct hp_hop hp_output_hop(void *control, const struct hp_ip6 *dst);
/* Whether a binding bears a Home Address option out (§9.3.1): one of the destination, or where that is `ours` a home registration. */
bool hp_output_knows(const struct hp_control *c, const struct hp_packet *p, bool ours);
/* An address of ours, as a packet that came in on `link` may use it. */
bool hp_output_is_own(const struct hp_control *c, uint16_t link, const struct hp_ip6 *address);
/* The source of an answer to `to`, which wrote to `was_to` on `link` (RFC 4443 §2.2): that address if it is ours alone, the one beside it
 * if it is anycast, else as for any other packet of that link. NULL: none. */
const struct hp_ip6 *hp_output_source(const struct hp_control *c, uint16_t link, const struct hp_ip6 *was_to, const struct hp_ip6 *to);

#endif
