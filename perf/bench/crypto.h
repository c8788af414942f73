/* SPDX-License-Identifier: BSD-3-Clause */
/* What ESP costs without ESP: the bare crypto device of the world's associations, by cryptodev's own calls, over as many octets as the pipeline
 * has encrypted or decrypted, a session at random a packet. Only the device's part is timed. */
#ifndef HP_BENCH_CRYPTO_H
#define HP_BENCH_CRYPTO_H

#include <stdbool.h>

#include "baseline.h"

struct world;

/* b: port and queue are set. Sessions and operations of this process, one such baseline at a time. */
void crypto_init(struct baseline *b, const struct world *w, bool encrypt);
int baseline_crypto(void *baseline); /* an lcore function */

#endif
