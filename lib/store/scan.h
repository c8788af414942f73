/* SPDX-License-Identifier: BSD-3-Clause */
/* The records of some generations, one after the other, from disk. Their octets may hold keys: the buffer is shrouded. One thread. */
#ifndef HP_STORE_SCAN_H
#define HP_STORE_SCAN_H

#include <stdbool.h>

#include "store/generation.h"
#include "store/record.h"

struct hp_scan {
	const struct hp_generations *all;
	size_t count;      /* of them, from the first */
	bool again;        /* all of it was read, and good, a moment ago */
	size_t i;          /* the generation … */
	uint64_t at;       /* … and the place in it of the next record */
	uint64_t passed;   /* octets of the generations before */
	uint64_t position; /* of the record given last, in all of them together; its octets: */
	const uint8_t *octets;
	uint8_t *buffer;
	uint64_t from; /* what the buffer holds: from there in the file, */
	size_t have;   /* so many octets */
};

int hp_scan_create(struct hp_scan *s);
void hp_scan_destroy(struct hp_scan *s);
void hp_scan_begin(struct hp_scan *s, const struct hp_generations *all, size_t count);
/* The size of the next record, valid until the next call; 0: there is none; -EBADMSG: what is at (i, at) is no whole record; -errno. */
ssize_t hp_scan_next(struct hp_scan *s, struct hp_record *r);
/* After -EBADMSG. 1: behind it is a record that was written when one with a stamp above `stamp` was durable already, so this is damage;
 * 0: nothing says that it was ever whole; -errno. */
int hp_scan_damaged(struct hp_scan *s, uint64_t stamp);
/* Leaves out the rest of this generation, which ends here. */
void hp_scan_skip(struct hp_scan *s);

#endif
