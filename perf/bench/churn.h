/* SPDX-License-Identifier: BSD-3-Clause */
/* The management core at work: 100,000 changes a second of the published table. */
#ifndef HP_BENCH_CHURN_H
#define HP_BENCH_CHURN_H

#define CHURN_PER_S 100000u
#define CHURN_ROOM  65536u /* bindings beside the measured ones that come and go; the table has room for them */

struct world;

/* A third each: a binding more, one fewer, a node of the measured ones moved there or back. Main lcore. */
void churn_for(struct world *w, unsigned int ms);
/* Those that moved are where they were; no worker runs. */
void churn_end(struct world *w);

#endif
