/* SPDX-License-Identifier: BSD-3-Clause */
/* Return routability as the management core meets it, in a box (box.h): Home Test Init and Care-of Test Init messages of strangers, each of another, to
 * a host that the appliance acts for, answered without state. Only the loop's turns are timed. */
#ifndef HP_BENCH_RR_H
#define HP_BENCH_RR_H

#include <stdint.h>

#define RR_REPETITIONS 7

enum rr_kind { RR_HOME, RR_CAREOF, RR_KINDS };
extern const char *const rr_kind[RR_KINDS];

struct rr_figures {
	double per_s[RR_KINDS][RR_REPETITIONS], cycles[RR_KINDS][RR_REPETITIONS]; /* a test */
	uint64_t wrong; /* tests that were not answered once, with their cookie, to who asked */
};

/* EAL is up with lcore 1; main lcore. 0 or -errno, told on stderr. */
int rr_run(struct rr_figures *f);

#endif
