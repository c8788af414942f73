/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_NEIGHBOR_TESTS_H
#define HP_TESTS_NEIGHBOR_TESTS_H

void test_listen(void);
void test_listen_long(void);

#endif
