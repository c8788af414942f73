/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers that may hold keys: not in core dumps, wiped when given back. Any thread. */
#ifndef HP_STORE_SHROUD_H
#define HP_STORE_SHROUD_H

#include <stddef.h>

void *hp_shroud_create(size_t size); /* zeros; NULL: none */
void hp_shroud_destroy(void *memory, size_t size);

#endif
