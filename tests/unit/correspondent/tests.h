/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_CORRESPONDENT_TESTS_H
#define HP_TESTS_CORRESPONDENT_TESTS_H

/* test_update.c */
void test_tests(void);
void test_updates(void);
void test_deletions(void);
void test_memory(void);
void test_life(void);

/* test_cache.c */
void test_replacement(void);
void test_spared(void);
void test_walk_bound(void);
void test_memories(void);
void test_shares(void);
void test_pages(void);
void test_short_pages(void);
void test_ids(void);
void test_footprint(void);
void test_nonces(void);
void test_nonce_ages(void);
void test_deleted_before(void);
void test_renew(void);
void test_events(void);
void test_counters(void);
void test_odd_tests(void);

/* test_model.c */
void test_model(void);

#endif
