/* SPDX-License-Identifier: BSD-3-Clause */
/* Octets from one thread to another: mapped twice in a row, so that what wraps around is still one piece. It may hold keys: not in core dumps,
 * wiped when given back. One writer (write, free), one reader (read, release). */
#ifndef HP_STORE_RING_H
#define HP_STORE_RING_H

#include <stddef.h>
#include <stdint.h>

struct hp_ring {
	uint8_t *data;
	size_t size; /* a power of two, whole pages */
	uint64_t head __attribute__((aligned(64))), tail __attribute__((aligned(64)));
};

int hp_ring_create(struct hp_ring *r, size_t size);
void hp_ring_destroy(struct hp_ring *r);
/* Room for so many octets, or NULL; they are there for the reader after commit. */
uint8_t *hp_ring_reserve(const struct hp_ring *r, size_t len);
void hp_ring_commit(struct hp_ring *r, size_t len);
size_t hp_ring_read(const struct hp_ring *r, uint8_t **data);
void hp_ring_release(struct hp_ring *r, size_t len);
size_t hp_ring_used(const struct hp_ring *r); /* any thread */

#endif
