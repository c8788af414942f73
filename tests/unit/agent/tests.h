/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_AGENT_TESTS_H
#define HP_TESTS_AGENT_TESTS_H

void test_update(void);
void test_path_mtu(void);
void test_path_mtu_ages(void);
void test_refusals(void);
void test_create(void);
void test_model(void);
void test_linklocal(void);
void test_many(void);
void test_page(void);
void test_reroute(void);
void test_anycast(void);
void test_agents(void);
void test_agents_bounded(void);
void test_discover(void);
void test_home_agents(void);
void test_solicited(void);
void test_unsolicited(void);
void test_delivery_delay(void);
void test_delivery_ends(void);
void test_others_prefixes(void);
void test_renew(void);
void test_renew_slices(void);
void test_switched_on(void);

void test_listening_tables(void);
void test_listening_model(void);
void test_merge_model(void);
void test_merge_specific(void);
void test_listeners(void);
void test_listeners_ignored(void);
void test_listeners_bounds(void);
void test_listeners_queries(void);
void test_listeners_model(void);

#endif
