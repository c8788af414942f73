/* SPDX-License-Identifier: BSD-3-Clause */
/* A Binding Update from its first octet to the decision: the checks of RFC 6275 §6.1.7, §9.5.1, §10.3.1 and §10.3.2 in order. */
#ifndef HP_AGENT_UPDATE_H
#define HP_AGENT_UPDATE_H

#include "agent/state.h"

void hp_update_process(struct hp_agent *a, const struct hp_input *in, const struct hp_packet *p, struct hp_now now, struct hp_effects *fx);

#endif
