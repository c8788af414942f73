/* SPDX-License-Identifier: BSD-3-Clause */
/* Reassembly of packets sent to us (RFC 8200 §4.5, RFC 5722), one table a worker, bounded in packets, fragments, buffers and time. Worker. */
#ifndef HP_DATAPLANE_REASSEMBLE_H
#define HP_DATAPLANE_REASSEMBLE_H

#include <rte_mbuf.h>
#include <stdint.h>

#include "wire/packet.h"

struct hp_worker;
struct hp_reassembly;

#define HP_REASSEMBLY_PACKETS   256 /* under way at once */
#define HP_REASSEMBLY_FRAGMENTS 16  /* of one packet */
#define HP_REASSEMBLY_TIMEOUT_S 60  /* RFC 8200 §4.5 */

/* It holds at most so many fragments, each a buffer of the pool, or those of one packet where that is less. */
int hp_reassembly_create(struct hp_reassembly **out, unsigned int fragments, int socket);
void hp_reassembly_destroy(struct hp_reassembly *r);
/* Takes a fragment (p: its walk). The whole packet, meta of its first fragment and in its `word` where the fragmentable part begins,
 * or NULL: kept or dropped (counted). What is
 * oldest is given up where there is no room. */
struct rte_mbuf *hp_reassemble(struct hp_reassembly *r, struct hp_worker *w, struct rte_mbuf *m, const struct hp_packet *p);
/* Drops the oldest if it waited too long, punting the first fragment (time exceeded code 1). Cheap when there is nothing to do. */
void hp_reassembly_expire(struct hp_reassembly *r, struct hp_worker *w);

#endif
