/* SPDX-License-Identifier: BSD-3-Clause */
/* The fixed world of the golden cases and of the pipeline's fuzzer; cases.py describes it. */
#ifndef HP_TESTS_GOLDEN_WORLD_H
#define HP_TESTS_GOLDEN_WORLD_H

#include "dataplane/state.h"

#define WORLD_BINDINGS  9
#define WORLD_OPTIMIZED 7 /* correspondents' bindings, of the hosts that optimize.py names */

/* Security associations; cases.py has the same. The three last nodes: all by AES-GCM, all by AES-CBC, home test messages by AES-GCM with
 * extended sequence numbers. */
enum { WORLD_GCM_IN = 1, WORLD_GCM_OUT, WORLD_CBC_IN, WORLD_CBC_OUT, WORLD_HOME_TEST_IN, WORLD_HOME_TEST_OUT, WORLD_ASSOCIATIONS };
struct hp_association_spec world_association(uint32_t number);

/* EAL is up, with these two devices. Exits on failure. */
struct hp_dataplane *world_create(const char *device0, const char *device1);

#endif
