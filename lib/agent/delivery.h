/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobile Prefix Advertisements: when each node gets one (RFC 6275 §10.6.2) and what it says (§10.6.1, §10.6.3). One timer a binding, in
 * an array beside the binding cache: bindings that are only refreshed never touch it. Nothing of it is there when it is switched off. */
#ifndef HP_AGENT_DELIVERY_H
#define HP_AGENT_DELIVERY_H

#include "agent/state.h"

struct hp_deliveries;

int hp_deliveries_create(struct hp_deliveries **out, uint32_t max_bindings, uint64_t now_ms);
void hp_deliveries_destroy(struct hp_deliveries *s);
size_t hp_deliveries_memory(const struct hp_deliveries *s);
uint64_t hp_deliveries_next(const struct hp_deliveries *s);
/* What is due, bounded. */
void hp_deliveries_tick(struct hp_agent *a, struct hp_now now, struct hp_effects *fx);

/* `b` is valid from now on, or what its home link's prefixes are has changed: ensures that a transmission is scheduled. */
void hp_delivery_ensure(struct hp_agent *a, const struct hp_binding *b, struct hp_now now);
/* It was refreshed after its node had not acknowledged the last advertisement however often it was sent. */
void hp_delivery_again(struct hp_agent *a, struct hp_binding *b, struct hp_now now);
/* It ends: nothing is sent any more. */
void hp_delivery_end(struct hp_agent *a, struct hp_binding *b);

#endif
