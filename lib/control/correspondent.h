/* SPDX-License-Identifier: BSD-3-Clause */
/* Our part as a correspondent node: what lib/correspondent asks of the other rooms, and whom we act for. */
#ifndef HP_CONTROL_CORRESPONDENT_H
#define HP_CONTROL_CORRESPONDENT_H

#include "control/state.h"

/* 0, -EINVAL, -ENOMEM, -ENOSYS. Without conf.correspondent.enabled there is none. */
int hp_control_correspondent_create(struct hp_control *c, const struct hp_control_conf *conf, struct hp_now now);
/* The hosts that a changed configuration lets us act for: planned, which may fail, then adopted. */
int hp_control_correspondent_plan(const struct hp_control *c, const struct hp_control_conf *conf, struct hp_prefixes **hosts);
void hp_control_correspondent_adopt(struct hp_control *c, const struct hp_control_conf *conf, struct hp_prefixes *hosts);

#endif
