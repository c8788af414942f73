/* SPDX-License-Identifier: BSD-3-Clause */
/* Message authentication codes by OpenSSL, truncated to their left part: HMAC-SHA1-96 (RFC 4285 §5.1, RFC 2404) and HMAC-SHA-256-128
 * (RFC 4868). One object, one thread. */
#ifndef HP_SECURITY_HMAC_H
#define HP_SECURITY_HMAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hp_hmac_algorithm { HP_HMAC_SHA1_96, HP_HMAC_SHA256_128, HP_HMAC_SHA1 /* whole, 160 bits: RFC 4285 §5.2 */, HP_HMAC_COUNT };
#define HP_HMAC_MOST  20 /* octets of the longest */
#define HP_HMAC_PARTS 8

/* All that OpenSSL keeps, its copies of keys too, goes into memory that no core dump shows and that is wiped when given back (base/vault.h): once
 * in a process, before anything else of OpenSSL. False: it has memory already, in the ordinary heap. */
bool hp_hmac_hide(void);

struct hp_hmac;
struct hp_hmac_part {
	const void *octets;
	size_t len;
};

int hp_hmac_create(struct hp_hmac **out); /* 0, -ENOMEM, -ENOSYS: OpenSSL has no such algorithm */
void hp_hmac_destroy(struct hp_hmac *m);
size_t hp_hmac_len(enum hp_hmac_algorithm algorithm);
/* Of the parts one after the other. False: OpenSSL could not. `out` takes hp_hmac_len octets. */
bool hp_hmac_compute(struct hp_hmac *m, enum hp_hmac_algorithm algorithm, const void *key, size_t key_len, const struct hp_hmac_part part[],
		     unsigned int parts, uint8_t *out);

/* A key that is set up once, for many short messages: in half the time. Kept where OpenSSL keeps its own. */
struct hp_hmac_key;
int hp_hmac_key_create(struct hp_hmac_key **out, struct hp_hmac *m, enum hp_hmac_algorithm algorithm, const void *key, size_t key_len);
void hp_hmac_key_destroy(struct hp_hmac_key *k);
bool hp_hmac_key_compute(struct hp_hmac_key *k, const struct hp_hmac_part part[], unsigned int parts, uint8_t *out);

/* The plain SHA-1 of the parts, 20 octets: what MN-AAA authenticators are made of. */
bool hp_hmac_digest(struct hp_hmac *m, const struct hp_hmac_part part[], unsigned int parts, uint8_t *out);
/* In time that does not depend on what they are. */
bool hp_hmac_equal(const void *a, const void *b, size_t len);

#endif
