/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_DATAPLANE_EAL_H
#define HP_TESTS_DATAPLANE_EAL_H

#include <stdbool.h>

/* EAL without hugepages, devices or files. */
bool test_eal(const char *lcores);

#endif
