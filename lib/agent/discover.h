/* SPDX-License-Identifier: BSD-3-Clause */
/* Dynamic home agent address discovery (RFC 6275 §10.5); what others call is in agent.h. */
#ifndef HP_AGENT_DISCOVER_H
#define HP_AGENT_DISCOVER_H

#include "agent/state.h"

/* Home agents that were not heard for their lifetime are gone. */
void hp_discover_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx);

#endif
