/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash behind every dataplane table. Strangers choose these keys (addresses), and CRC is linear: its seed does not stop
 * crafted collisions. Multiplications keyed by a secret of the process do. */
#ifndef HP_DATAPLANE_KEY_H
#define HP_DATAPLANE_KEY_H

#include <stdint.h>
#include <string.h>

#include "base/ip6.h"

/* (address, 32-bit number) padded to a size that librte_hash compares with vector instructions. */
struct hp_key32 {
	struct hp_ip6 address;
	uint32_t number;
	uint32_t zero[3];
};

static inline uint64_t hp_key_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* An rte_hash_function: keys are a multiple of 16 octets, init_val the secret. */
static inline uint32_t hp_key_hash(const void *key, uint32_t len, uint32_t init_val)
{
	uint64_t secret = init_val * 0x9e3779b97f4a7c15u | 1, h = len ^ secret;
	const char *p = key;

	for (uint32_t i = 0; i < len; i += 16) {
		uint64_t a[2];

		memcpy(a, p + i, sizeof(a));
		h = hp_key_fold(a[0] ^ secret ^ 0xa0761d6478bd642fu, a[1] ^ h ^ 0xe7037ed1a0b428dbu);
	}
	return (uint32_t)(h ^ h >> 32);
}

/* A secret for one table: never the same in two processes. */
uint32_t hp_key_secret(void);

/* The same for tables of hp_index: (address, number) -> 64 bits. */
struct hp_key_secret {
	uint64_t word[4];
};

struct hp_key_secret hp_key_secret_wide(void);

static inline uint64_t hp_key_hash_wide(const struct hp_key_secret *s, const struct hp_ip6 *address, uint32_t number)
{
	uint64_t a[2];

	memcpy(a, address, sizeof(a));
	return hp_key_fold(hp_key_fold(a[0] ^ s->word[0], a[1] ^ s->word[1]) ^ s->word[2], number ^ s->word[3]);
}

/* (address, address) -> 64 bits. */
static inline uint64_t hp_key_hash_pair(const struct hp_key_secret *s, const struct hp_ip6 *address, const struct hp_ip6 *other)
{
	uint64_t a[2], b[2];

	memcpy(a, address, sizeof(a));
	memcpy(b, other, sizeof(b));
	a[0] = hp_key_fold(a[0] ^ s->word[0], a[1] ^ s->word[1]);
	return hp_key_fold(hp_key_fold(b[0] ^ a[0], b[1] ^ s->word[2]) ^ a[0], s->word[3]);
}

#endif
