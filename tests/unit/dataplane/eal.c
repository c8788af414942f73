/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal.h"

#include <rte_eal.h>
#include <stdio.h>
#include <unistd.h>

bool test_eal(const char *lcores)
{
	static char prefix[40], cores[80];
	char *arg[] = {(char *)"test",
		       (char *)"--no-huge",
		       (char *)"-m",
		       (char *)"256",
		       (char *)"--no-pci",
		       (char *)"--no-telemetry",
		       (char *)"--no-shconf",
		       (char *)"--log-level=error",
		       prefix,
		       cores,
		       NULL};

	snprintf(prefix, sizeof(prefix), "--file-prefix=test%d", (int)getpid());
	snprintf(cores, sizeof(cores), "--lcores=%s", lcores);
	return rte_eal_init(10, arg) >= 0;
}
