/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens to a packet inside our tunnels is told to who sent it (RFC 2473 §8). */
#ifndef HP_CONTROL_RELAY_H
#define HP_CONTROL_RELAY_H

#include "control/complaint.h"

/* `what` was said about `packet`, all or the beginning of one that we sent. If that was the tunnel packet of a binding, its path MTU is
 * learned and the sender of the inner packet is told what §8.2 makes of it; else nothing happens. */
void hp_relay_error(struct hp_control *c, const struct hp_complaint *what, const uint8_t *packet, size_t len, struct hp_now now,
		    struct hp_effects *fx);

#endif
