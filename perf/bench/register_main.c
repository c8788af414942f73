/* SPDX-License-Identifier: BSD-3-Clause */
/* homeport-register EAL-OPTIONS -- BINDINGS…: the cases of register.c as a table on standard output. */
#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "register.h"

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(struct register_figures *f)
{
	for (int k = 0; k < REGISTER_KINDS; k++) {
		qsort(f->per_s[k], REGISTER_REPETITIONS, sizeof(f->per_s[k][0]), compare);
		qsort(f->cycles[k], REGISTER_REPETITIONS, sizeof(f->cycles[k][0]), compare);
		printf("%9u %-8s %9.0f /s (%.0f to %.0f) %7.0f cycles\n", f->bindings, register_kind[k],
		       f->per_s[k][REGISTER_REPETITIONS / 2], f->per_s[k][0], f->per_s[k][REGISTER_REPETITIONS - 1],
		       f->cycles[k][REGISTER_REPETITIONS / 2]);
	}
	printf("%9u memory   %9.1f octets a binding, wrong %lu\n", f->bindings, f->octets, (unsigned long)f->wrong);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int used = rte_eal_init(argc, argv), ret = 0;

	if (used < 0)
		return 1;
	for (int i = used + 1; i < argc && !ret; i++) {
		struct register_figures f;

		ret = register_run(&f, (uint32_t)strtoul(argv[i], NULL, 10));
		if (!ret)
			print(&f);
	}
	rte_eal_cleanup();
	return ret ? 1 : 0;
}
