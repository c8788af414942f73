/* SPDX-License-Identifier: BSD-3-Clause */
/* The fixed world of the golden cases and of the pipeline's fuzzer; cases.py describes it. */
#ifndef HP_TESTS_GOLDEN_WORLD_H
#define HP_TESTS_GOLDEN_WORLD_H

#include "dataplane/state.h"

#define WORLD_BINDINGS 6

/* EAL is up, with these two devices. Exits on failure. */
struct hp_dataplane *world_create(const char *device0, const char *device1);

#endif
