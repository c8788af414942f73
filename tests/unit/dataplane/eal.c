/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal.h"

#include <rte_eal.h>
#include <stdio.h>

bool test_eal(const char *lcores)
{
	static char cores[80];
	char *arg[] = {(char *)"test",
		       (char *)"--no-huge",
		       (char *)"-m",
		       (char *)"512",
		       (char *)"--no-pci",
		       (char *)"--no-telemetry",
		       (char *)"--no-shconf",
		       (char *)"--log-level=error",
		       (char *)"--file-prefix=homeport-test",
		       cores,
		       NULL};

	snprintf(cores, sizeof(cores), "--lcores=%s", lcores);
	return rte_eal_init(10, arg) >= 0;
}
