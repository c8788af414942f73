/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_SECURITY_TESTS_H
#define HP_TESTS_SECURITY_TESTS_H

void test_secrets(void);
void test_hmac(void);
void test_subscribers(void);
void test_subscribers_model(void);
void test_subscribers_memory(void);
void test_mn_ha(void);
void test_keygen_tokens(void);
void test_authorization(void);
void test_timestamps(void);
void test_guard(void);
void test_guard_rate(void);
void test_guard_rekey(void);
void test_guard_aaa(void);
void test_esp_seal(void);
void test_esp_open(void);
void test_esp_tampered(void);
void test_esp_padding(void);
void test_esp_rfc3602(void);
void test_ipsec_refused(void);
void test_ipsec_permits(void);
void test_guard_ipsec(void);
void test_ipsec_packets(void);
void test_ipsec_routing_inside(void);
void test_ipsec_limit(void);
void test_ipsec_inner(void);
void test_ipsec_inner_policy(void);
void test_ipsec_send(void);
void test_enrolment(void);
void test_enrolment_refused(void);
void test_stored(void);
void test_stored_refused(void);
void test_associations(void);
void test_association_limits(void);
void test_association_inherit(void);
void test_association_promise(void);
void test_association_sequence(void);

#endif
