/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/key.h"

#include <rte_cycles.h>
#include <sys/random.h>

uint32_t hp_key_secret(void)
{
	return (uint32_t)hp_key_secret_wide().word[0];
}

struct hp_key_secret hp_key_secret_wide(void)
{
	struct hp_key_secret s;

	/* Before the kernel's pool is ready, at boot, the clock has to do. */
	if (getrandom(&s, sizeof(s), GRND_NONBLOCK) != sizeof(s))
		for (int i = 0; i < 4; i++)
			s.word[i] = rte_rdtsc() * 0x9e3779b97f4a7c15u;
	return s;
}
