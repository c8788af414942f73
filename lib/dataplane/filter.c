/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/filter.h"

void hp_filter_change(struct hp_filter *f, const struct hp_ip6 *key, bool in)
{
	const unsigned int bit = hp_filter_bit(f, key);
	const uint64_t one = 1ull << bit % 64;
	uint64_t *word = &f->word[bit / 64];

	if (in)
		f->keys[bit]++;
	else
		f->keys[bit]--;
	__atomic_store_n(word, f->keys[bit] ? *word | one : *word & ~one, __ATOMIC_RELEASE);
}
