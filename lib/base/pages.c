/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE ((uintptr_t)2 << 20)

void hp_pages_wish(void *memory, size_t len)
{
	const uintptr_t first = ((uintptr_t)memory + HUGE - 1) / HUGE * HUGE, end = ((uintptr_t)memory + len) / HUGE * HUGE;

	if (memory && first < end)
		(void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}
