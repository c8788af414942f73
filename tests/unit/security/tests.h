/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_SECURITY_TESTS_H
#define HP_TESTS_SECURITY_TESTS_H

void test_secrets(void);
void test_mac(void);
void test_subscribers(void);
void test_subscribers_model(void);
void test_subscribers_memory(void);
void test_mn_ha(void);
void test_timestamps(void);
void test_guard(void);
void test_guard_rate(void);
void test_guard_rekey(void);
void test_guard_aaa(void);

#endif
