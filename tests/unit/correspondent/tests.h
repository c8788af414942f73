/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_CORRESPONDENT_TESTS_H
#define HP_TESTS_CORRESPONDENT_TESTS_H

/* test_update.c */
void test_tests(void);
void test_updates(void);
void test_deletions(void);
void test_memory(void);
void test_life(void);

#endif
