/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for keys: in pages of their own that no core dump shows, wiped when given back. One thread. */
#ifndef HP_BASE_SECRET_H
#define HP_BASE_SECRET_H

#include <stddef.h>

#define HP_SECRET_MOST 64 /* octets of one */

struct hp_secrets;

int hp_secrets_create(struct hp_secrets **out); /* 0 or -ENOMEM */
void hp_secrets_destroy(struct hp_secrets *s);  /* wipes all that was not given back */

/* A copy; NULL: out of memory. 1 to HP_SECRET_MOST octets. */
const void *hp_secrets_keep(struct hp_secrets *s, const void *octets, size_t len);
/* `len` as it was kept; NULL is nothing. */
void hp_secrets_drop(struct hp_secrets *s, const void *kept, size_t len);
size_t hp_secrets_memory(const struct hp_secrets *s);

/* For copies on the way: the compiler may not leave it out. */
void hp_secret_wipe(void *octets, size_t len);

#endif
