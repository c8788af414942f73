/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_CONTROL_TESTS_H
#define HP_TESTS_CONTROL_TESTS_H

void test_route_model(void);
void test_route_same(void);
void test_route_table(void);
void test_input(void);
void test_mobile(void);
void test_mobility(void);
void test_relay(void);
void test_trouble(void);
void test_trouble_tunnel(void);
void test_trouble_hao(void);
void test_binding_ways(void);
void test_limits(void);
void test_dad(void);
void test_dad_fleet(void);
void test_dad_fails(void);
void test_home_again(void);
void test_noise(void);
void test_burst(void);
void test_burst_order(void);
void test_correspondent_tests(void);
void test_behalf(void);
void test_correspondent_own(void);
void test_correspondent_host(void);
void test_type_change(void);
void test_policy(void);
void test_correspondent_tunnel(void);
void test_protects(void);
void test_correspondent_renew(void);
void test_translation(void);
void test_translation_lengths(void);
void test_translation_cut(void);
void test_translation_lasting(void);
void test_translation_trouble(void);
void test_ipsec(void);
void test_ipsec_prefixes(void);
void test_ipsec_quoted(void);
void test_ipsec_limit(void);
void test_output(void);
void test_first_hop(void);

#endif
