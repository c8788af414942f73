/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory for one test, in memory, and what a journal there says that it holds. */
#ifndef HP_TESTS_STORE_PLACE_H
#define HP_TESTS_STORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"

#define PLACE_KEYS 64 /* keys are one octet of kind 1 */

struct place {
	char top[64], path[80]; /* path: the journal's; top: ours, path in it */
	char *value[PLACE_KEYS];
	size_t len[PLACE_KEYS]; /* 0: none */
	unsigned int given;     /* values since the last open */
};

void place_make(struct place *p);
void place_remove(struct place *p);
/* Opens with the values found set. */
int place_open(struct place *p, struct hp_journal **j, uint64_t compact_octets, struct hp_error *e);
/* Value `len` octets, made of `seed`; len 0 removes. Waits until there is room. Returns the ticket. */
uint64_t place_put(struct hp_journal *j, unsigned int key, uint64_t seed, size_t len);
void place_fill(char *out, uint64_t seed, size_t len);
bool place_is(const struct place *p, unsigned int key, uint64_t seed, size_t len);
/* Until the ticket is durable. False: not within 20 s. */
bool place_wait(const struct hp_journal *j, uint64_t ticket);
/* Full name of the n-th file of the journal, by name; false: there are fewer. */
bool place_file(const struct place *p, unsigned int n, char out[160]);

#endif
