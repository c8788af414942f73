/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_BASE_PAGES_H
#define HP_BASE_PAGES_H

#include <stddef.h>

/* Memory just allocated, not yet touched, that will be read at random: the walk to a line of it through pages of 4 KiB costs as much as the
 * line. Wishes for transparent huge pages (2 MiB) wherever one fits in; where the kernel has none, nothing changes. */
void hp_pages_wish(void *memory, size_t len);

#endif
