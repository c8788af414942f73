/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_DATAPLANE_UNDUMPED_H
#define HP_DATAPLANE_UNDUMPED_H

#include <stddef.h>

/* Memory of EAL that holds keys: the pages that it lies in are in no core dump. */
void hp_undumped(void *memory, size_t len);

#endif
