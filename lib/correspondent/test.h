/* SPDX-License-Identifier: BSD-3-Clause */
/* The correspondent's part in the tests of return routability (RFC 6275 §9.4): answered without a trace. */
#ifndef HP_CORRESPONDENT_TEST_H
#define HP_CORRESPONDENT_TEST_H

#include "correspondent/state.h"

/* A Home Test Init or Care-of Test Init. */
void hp_test_answer(struct hp_correspondent *c, const struct hp_correspondent_message *m, struct hp_now now, struct hp_effects *fx);

#endif
