/* SPDX-License-Identifier: BSD-3-Clause */
/* One file of the journal, `journal.<number, 16 hex digits>`: a header, then records. Either records as they were put, appended, or a *base*: the newest
 * of every name of all generations with lower numbers, which it replaces. A base takes its name by rename when it is whole and synced.
 *
 *   "HPJOURN1" | number u64 | previous u64 | stamp u64 | base u8, 3 zeros | crc u32        little-endian
 *
 * previous: the generation that was appended to before this one (0: none), so that a file that went missing is noticed; stamp: all up to there are in
 * lower generations. One thread. */
#ifndef HP_STORE_GENERATION_H
#define HP_STORE_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HP_GENERATION_HEADER 40
#define HP_GENERATION_NAME   32 /* octets of a file name */

struct hp_generation {
	uint64_t number, previous, stamp;
	bool base;
	int fd;
	uint64_t end;     /* octets that are good, header included */
	uint64_t records; /* among them */
};

/* In the order of their numbers. */
struct hp_generations {
	struct hp_generation *of;
	size_t count;
};

char *hp_generation_name(char name[HP_GENERATION_NAME], uint64_t number, bool unfinished);
/* The number of a file of that name; false: another file. */
bool hp_generation_number(const char *name, uint64_t *number, bool *unfinished);
/* Number, previous, stamp and base are set: makes the file (a base unfinished) with its header, synced; the directory is not. */
int hp_generation_create(struct hp_generation *g, int directory);
/* Number is set. 0; -EBADMSG: the header is not whole; `end` is the size of the file. */
int hp_generation_open(struct hp_generation *g, int directory);
int hp_generation_header(const struct hp_generation *g); /* writes and syncs it */
/* All of it at `at`, not synced. */
int hp_generation_write(const struct hp_generation *g, const void *data, size_t len, uint64_t at);
void hp_generation_close(struct hp_generation *g);

/* Appends a copy: 0 or -ENOMEM. */
int hp_generations_add(struct hp_generations *all, const struct hp_generation *g);
void hp_generations_close(struct hp_generations *all);
/* The first n make room. Their files must be closed. */
void hp_generations_drop(struct hp_generations *all, size_t n);
uint64_t hp_generations_bytes(const struct hp_generations *all);

#endif
