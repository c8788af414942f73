/* SPDX-License-Identifier: BSD-3-Clause */
/* A heap for texts that hold keys, and for what is made of them on the way: in pages that no core dump shows, wiped when given back. Libraries that take
 * an allocator (jansson, OpenSSL) have it without a context, so the process has one vault. Any thread. */
#ifndef HP_BASE_VAULT_H
#define HP_BASE_VAULT_H

#include <stddef.h>

void *hp_vault_alloc(size_t size);          /* NULL: out of memory */
void *hp_vault_grow(void *at, size_t size); /* as realloc; NULL: `at` stays */
void hp_vault_free(void *at);               /* NULL is nothing */

#endif
