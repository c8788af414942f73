/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_BASE_TESTS_H
#define HP_TESTS_BASE_TESTS_H

void test_association_fault(void);
void test_replay_window(void);
void test_replay_esn(void);
void test_replay_checked_together(void);
void test_replay_naive(void);

#endif
