/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the newest record of every name lies, while a journal is loaded or compacted. Sixteen octets a place: a name is known by 80 bits of a keyed
 * hash (two of two million names share them once in 10^12 loads), its record by 48 bits of position. One thread. */
#ifndef HP_STORE_NEWEST_H
#define HP_STORE_NEWEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hp_newest;

/* Room for so many names before it grows. */
int hp_newest_create(struct hp_newest **out, size_t names);
void hp_newest_destroy(struct hp_newest *x);
/* The record at `position` (< 2^48 - 1) is the newest so far. 0 or -ENOMEM. */
int hp_newest_set(struct hp_newest *x, const uint8_t *name, size_t len, uint64_t position);
bool hp_newest_is(const struct hp_newest *x, const uint8_t *name, size_t len, uint64_t position);

#endif
