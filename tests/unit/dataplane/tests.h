/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_DATAPLANE_TESTS_H
#define HP_TESTS_DATAPLANE_TESTS_H

void test_index(void);
void test_index_overfull(void);
void test_hot_crafted(void);
void test_churn(void);
void test_hot_full(void);
void test_pairs(void);
void test_pairs_held(void);
void test_pairs_alike(void);
void test_seal(void);
void test_flush(void);
void test_choked(void);
void test_strangers(void);
void test_classes(void);
void test_rings_full(void);
void test_group_model(void);
void test_group_full(void);
void test_group_copies(void);

#endif
