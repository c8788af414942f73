/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"keys: kept, wiped, their memory used again", test_secrets},
		{"HMAC (RFC 2202, RFC 4231), truncated", test_mac},
		{"subscribers: put, changed, removed, found", test_subscribers},
		{"subscribers against a list", test_subscribers_model},
		{"100,000 subscribers in memory", test_subscribers_memory},
		{"authenticators made by Python's hmac (RFC 4285 5.1, 5.2)", test_mn_ha},
		{"timestamps (RFC 4285 6)", test_timestamps},
		{"Binding Updates: who is believed, row by row", test_guard},
		{"wrong authenticators cost and tell little", test_guard_rate},
		{"a newer key takes the place of the older", test_guard_rekey},
		{"MN-AAA: the own table, another one, none", test_guard_aaa},
		HP_TESTS_END,
	};

	return hp_tests_run("security", tests);
}
