/* SPDX-License-Identifier: BSD-3-Clause */
/* Registrations as the management core meets them, in a box (box.h). Only the loop's turns are timed. A virtual home link, authentication none or in
 * the message (RFC 4285: HMAC-SHA1, timestamps; the mobile nodes' part is not timed). */
#ifndef HP_BENCH_REGISTER_H
#define HP_BENCH_REGISTER_H

#include <stdbool.h>
#include <stdint.h>

#define REGISTER_REPETITIONS 7

enum register_kind {
	REGISTER_FIRST,   /* of a node not seen before; the repetitions fill the cache from empty to full */
	REGISTER_REFRESH, /* same care-of address */
	REGISTER_MOVE,    /* another care-of address */
	REGISTER_KINDS
};
extern const char *const register_kind[REGISTER_KINDS];

struct register_figures {
	uint32_t bindings;
	bool authenticated;
	double per_s[REGISTER_KINDS][REGISTER_REPETITIONS], cycles[REGISTER_KINDS][REGISTER_REPETITIONS]; /* an update */
	double octets;  /* a binding: malloc and DPDK's heap with all of them less an appliance of one */
	uint64_t wrong; /* updates that were not answered once, accepted, at the right address, or are not published */
};

/* EAL is up with lcore 1; main lcore. 0 or -errno, told on stderr. */
int register_run(struct register_figures *f, uint32_t bindings, bool authenticated);

#endif
