/* SPDX-License-Identifier: BSD-3-Clause */
/* What the machine allows: plain loops over the same port, no table, no protocol. Both are lcore functions; `stop` ends them. */
#ifndef HP_BENCH_BASELINE_H
#define HP_BENCH_BASELINE_H

#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

struct baseline {
	uint16_t port, queue;
	struct rte_ether_addr station;
	int stop;
	struct crypto *crypto;           /* crypto.h */
	uint64_t packets, cycles, wrong; /* of baseline_crypto: what it alone took */
};

int baseline_touch(void *baseline);   /* receive, read the headers, give the buffer back */
int baseline_rewrite(void *baseline); /* receive, parse, prepend fixed outer and Ethernet headers, send: by DPDK's own calls */

#endif
