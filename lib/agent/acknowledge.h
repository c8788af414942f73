/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding Acknowledgements (RFC 6275 §6.1.8, §9.5.4, §10.3.1, §10.3.2). */
#ifndef HP_AGENT_ACKNOWLEDGE_H
#define HP_AGENT_ACKNOWLEDGE_H

#include "agent/state.h"

/* Home registrations are always answered, whatever the A bit: §10.3.1, §10.3.2. lifetime in units of 4 s. */
void hp_acknowledge_send(struct hp_agent *a, const struct hp_request *r, enum hp_ba_status status, uint16_t sequence, uint16_t lifetime,
			 struct hp_now now, struct hp_effects *fx);
/* The same for a status >= 128, with the operator told. */
void hp_acknowledge_refuse(struct hp_agent *a, const struct hp_request *r, enum hp_ba_status status, struct hp_now now,
			   struct hp_effects *fx);
/* 135: carries the last accepted sequence number instead of the update's own. */
void hp_acknowledge_out_of_window(struct hp_agent *a, const struct hp_request *r, uint16_t last, struct hp_now now, struct hp_effects *fx);

#endif
