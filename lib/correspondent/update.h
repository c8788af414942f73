/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding Updates to a correspondent (RFC 6275 §9.5.1): the checks, in the order that tells strangers least. */
#ifndef HP_CORRESPONDENT_UPDATE_H
#define HP_CORRESPONDENT_UPDATE_H

#include "correspondent/state.h"

void hp_correspondent_update(struct hp_correspondent *c, const struct hp_correspondent_message *m, struct hp_now now,
			     struct hp_effects *fx);

#endif
