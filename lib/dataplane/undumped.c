/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/undumped.h"

#include <rte_memory.h>
#include <stdint.h>
#include <sys/mman.h>

void hp_undumped(void *memory, size_t len)
{
	const struct rte_memseg_list *list = rte_mem_virt2memseg_list(memory);
	/* Without hugepages EAL's segments are of 4 KiB, and so are they where it does not know. */
	const uintptr_t page = list ? (uintptr_t)list->page_sz : 4096, first = (uintptr_t)memory / page * page;

	(void)madvise((void *)first, ((uintptr_t)memory + len + page - 1) / page * page - first, MADV_DONTDUMP);
}
