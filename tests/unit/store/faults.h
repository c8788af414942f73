/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of lib/store to the kernel that change the disk, counted. The n-th ends the process (killed) or the machine (what was not synced may be there
 * or not, in parts of 512 octets and single names), or fails. */
#ifndef HP_TESTS_STORE_FAULTS_H
#define HP_TESTS_STORE_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

enum fault { FAULT_NONE, FAULT_KILL, FAULT_POWER, FAULT_ERROR };

#define FAULT_STATUS 77 /* exit status of a process that a fault ended */

/* From now on: the n-th call (1: the next). FAULT_ERROR: it and `more` after it fail with `code`. `trash`: a directory beside the journal's, for
 * names that a power cut brings back. */
void faults_plan(enum fault what, unsigned int n, unsigned int more, int code, uint64_t seed, const char *trash);
unsigned int faults_calls(void); /* since planned */

#endif
