/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"keys: kept, wiped, their memory used again", test_secrets},
		{"HMAC (RFC 2202, RFC 4231), truncated", test_hmac},
		{"subscribers: put, changed, removed, found", test_subscribers},
		{"subscribers against a list", test_subscribers_model},
		{"100,000 subscribers in memory", test_subscribers_memory},
		{"authenticators made by Python's hmac (RFC 4285 5.1, 5.2)", test_mn_ha},
		{"keygen tokens made by Python's hmac and openssl (RFC 6275 5.2.5)", test_keygen_tokens},
		{"binding authorization made by both (RFC 6275 6.2.7)", test_authorization},
		{"timestamps (RFC 4285 6)", test_timestamps},
		{"Binding Updates: who is believed, row by row", test_guard},
		{"wrong authenticators cost and tell little", test_guard_rate},
		{"a newer key takes the place of the older", test_guard_rekey},
		{"MN-AAA: the own table, another one, none", test_guard_aaa},
		{"enrolment codes", test_enrolment},
		{"enrolment codes that are refused", test_enrolment_refused},
		{"subscribers on disk", test_stored},
		{"subscribers on disk that are refused", test_stored_refused},
		{"ESP: sealed as Scapy does", test_esp_seal},
		{"ESP: opened what Scapy sealed, once", test_esp_open},
		{"ESP: tampered with", test_esp_tampered},
		{"ESP: padding", test_esp_padding},
		{"ESP: RFC 3602's packets", test_esp_rfc3602},
		{"IPsec: what is not opened, and why", test_ipsec_refused},
		{"IPsec: packets that are not what they should be", test_ipsec_packets},
		{"IPsec: a routing header inside", test_ipsec_routing_inside},
		{"IPsec: limits that are used up", test_ipsec_limit},
		{"IPsec: what is let through", test_ipsec_permits},
		{"IPsec: what is sent, and what is not", test_ipsec_send},
		{"IPsec: out of a tunnel", test_ipsec_inner},
		{"IPsec: which way a packet goes", test_ipsec_inner_policy},
		{"IPsec: the guard's verdict", test_guard_ipsec},
		{"security associations: added, found, removed", test_associations},
		{"security associations: limits", test_association_limits},
		{"security associations: another configuration", test_association_inherit},
		{"security associations: promised SPIs", test_association_promise},
		{"security associations: sequence numbers used up", test_association_sequence},
		HP_TESTS_END,
	};

	return hp_tests_run("security", tests);
}
