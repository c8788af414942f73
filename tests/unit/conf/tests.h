/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_CONF_H
#define HP_TESTS_CONF_H

/* test_mobile_nodes.c */
void test_associations_read(void);
void test_associations_refused(void);
void test_nodes_read(void);
void test_nodes_refused(void);
void test_nodes_file(void);
void test_nodes_private(void);
/* test_correspondent.c */
void test_correspondent_read(void);
void test_correspondent_refused(void);

#endif
