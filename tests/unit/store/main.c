/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests.h"

int main(void)
{
	int ret = hp_tests_run("journal", hp_tests_journal);

	ret |= hp_tests_run("damage", hp_tests_damage);
	return ret | hp_tests_run("crash", hp_tests_crash);
}
