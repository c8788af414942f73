/* SPDX-License-Identifier: BSD-3-Clause */
/* What the correspondent sends of its own: acknowledgements (RFC 6275 §9.5.4), and messages that seek their way to an address. */
#ifndef HP_CORRESPONDENT_ANSWER_H
#define HP_CORRESPONDENT_ANSWER_H

#include "correspondent/state.h"

/* A message to an address as it is, whatever is bound here (tests, refresh requests). */
void hp_answer_address(const struct hp_correspondent *c, const struct hp_ip6 *correspondent, const struct hp_ip6 *dst, const uint8_t *body,
		       int len, struct hp_effects *fx);

/* `lifetime` in units of 4 s. With an authorization that r->kbm makes, but with 136 to 138, which have none. */
void hp_answer_acknowledge(struct hp_correspondent *c, const struct hp_cache_request *r, enum hp_ba_status status, uint16_t sequence,
			   uint16_t lifetime, struct hp_effects *fx);
/* The same of a refusal, which the operator is told. */
void hp_answer_refuse(struct hp_correspondent *c, const struct hp_cache_request *r, enum hp_ba_status status, uint16_t sequence,
		      struct hp_now now, struct hp_effects *fx);

#endif
