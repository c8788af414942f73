/* SPDX-License-Identifier: BSD-3-Clause */
/* A Mobility Header from its first octet to who deals with it (RFC 6275 §9.2). */
#ifndef HP_CONTROL_MOBILITY_H
#define HP_CONTROL_MOBILITY_H

#include "control/state.h"

/* `p` walked OK, proto 135; its destination is an address of ours alone, or a host that we act for. */
void hp_mobility_message(struct hp_control *c, const struct hp_input *in, const struct hp_packet *p, struct hp_now now,
			 struct hp_effects *fx);

#endif
