/* SPDX-License-Identifier: BSD-3-Clause */
/* One CUnit executable a room: a table of tests, CUnit's own summary, exit status 1 on failure.
 * HP_TEST_SEED in the environment repeats a seeded random test; the seed is printed. */
#ifndef HP_TESTS_RUN_H
#define HP_TESTS_RUN_H

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdint.h>

struct hp_test {
	const char *name;
	void (*run)(void);
};

#define HP_TESTS_END                                                                                                                       \
	{                                                                                                                                  \
		NULL, NULL                                                                                                                 \
	}
#define HP_LEN(a) (sizeof(a) / sizeof((a)[0]))

int hp_tests_run(const char *suite, const struct hp_test *tests);
uint64_t hp_test_seed(void);

/* An assertion in a table: says which row. */
#define HP_CHECK(row, what, cond)                                                                                                          \
	do {                                                                                                                               \
		bool hp_check_good = (cond);                                                                                               \
		if (!hp_check_good)                                                                                                        \
			fprintf(stderr, "  %s:%d row \"%s\": %s\n", __FILE__, __LINE__, row, what);                                        \
		CU_ASSERT(hp_check_good);                                                                                                  \
	} while (0)

#endif
