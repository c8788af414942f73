/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_HOMEPORT_H
#define HP_TESTS_HOMEPORT_H

/* test_nodes.c */
void test_nodes_plan(void);
void test_nodes_fleet(void);
/* test_plan.c */
void test_plan_correspondent(void);
void test_plan_memory(void);

#endif
