/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"tests answered", test_tests},
		{"Binding Updates, row by row", test_updates},
		{"deletions, row by row", test_deletions},
		{"what is remembered", test_memory},
		{"ends, requests, errors", test_life},
		HP_TESTS_END,
	};

	return hp_tests_run("correspondent", tests);
}
