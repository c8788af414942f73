/* SPDX-License-Identifier: BSD-3-Clause */
/* Home prefixes that change while the agent runs (RFC 6275 §10.6.2, §10.6.4); what others call is in agent.h. */
#ifndef HP_AGENT_RENEW_H
#define HP_AGENT_RENEW_H

#include "agent/state.h"

/* A slice of the bindings held against what changed. */
void hp_renew_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx);

#endif
