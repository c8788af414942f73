/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_STORE_TESTS_H
#define HP_TESTS_STORE_TESTS_H

#include "run.h"

extern const struct hp_test hp_tests_journal[], hp_tests_damage[], hp_tests_crash[];

#endif
