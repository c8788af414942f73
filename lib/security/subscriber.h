/* SPDX-License-Identifier: BSD-3-Clause */
/* The subscribers: which home address belongs to which identity, and by what keys it is proved. Found by home address, and by identity,
 * which may have several. One thread. */
#ifndef HP_SECURITY_SUBSCRIBER_H
#define HP_SECURITY_SUBSCRIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "base/secret.h"
#include "base/table.h"
#include "security/hmac.h"

#define HP_IDENTITY_MOST 253 /* octets: RFC 4283 */
#define HP_KEY_LEAST     16  /* octets: RFC 4285 §5.1 */
#define HP_KEY_MOST      HP_SECRET_MOST
#define HP_AAA_SPI       3 /* HMAC_SHA1_SPI, §5.2 */

/* A mobility security association (RFC 4285 §5.1) as it is set up: copied. */
struct hp_key_spec {
	uint32_t spi; /* 0: no such key */
	enum hp_hmac_algorithm algorithm;
	bool timestamp; /* replay protection by timestamp, else by sequence number */
	uint8_t len;
	uint8_t octets[HP_KEY_MOST];
};
#define HP_SUBSCRIBER_KEYS 2
struct hp_subscriber_spec {
	struct hp_ip6 hoa;
	uint8_t identity_len;
	char identity[HP_IDENTITY_MOST + 1];
	struct hp_key_spec key[HP_SUBSCRIBER_KEYS]; /* the second, while it is there, is to take the place of the first */
	struct hp_key_spec aaa;                     /* of its MN-AAA option, spi HP_AAA_SPI */
	bool suspended;
	bool configured; /* by the configuration, not at run time */
};

struct hp_key {
	uint32_t spi; /* 0: none */
	uint8_t algorithm, len;
	bool timestamp, has_last;
	const uint8_t *octets;
	uint64_t last; /* accepted by this key: a timestamp, or a sequence number */
};

struct hp_subscriber {
	struct hp_table_node by_hoa;
	struct hp_ip6 hoa;
	struct hp_table_node by_identity;
	uint64_t identity_hash[2];
	struct hp_subscriber *sibling; /* another home address of the same identity */
	struct hp_key key[HP_SUBSCRIBER_KEYS], aaa;
	void *associations; /* of IPsec, association.c's; NULL: none */
	bool suspended, configured, marked, listed /* in by_identity: the first of its siblings */;
	uint8_t identity_len;
	char identity[]; /* terminated as well */
};

struct hp_subscribers;

int hp_subscribers_create(struct hp_subscribers **out, uint64_t seed); /* 0 or -ENOMEM */
void hp_subscribers_destroy(struct hp_subscribers *s);

/* Adds, or takes the place of the one with this home address: what was last accepted stays with each key that stays. 0, -ENOMEM. */
int hp_subscribers_put(struct hp_subscribers *s, const struct hp_subscriber_spec *spec);
/* The same for one of another table, `before`: and a key that was retired there stays so. */
void hp_subscribers_inherit(struct hp_subscribers *s, struct hp_subscriber *r, const struct hp_subscriber *before);
/* NULL is nothing. */
void hp_subscribers_remove(struct hp_subscribers *s, struct hp_subscriber *subscriber);
struct hp_subscriber *hp_subscribers_find(const struct hp_subscribers *s, const struct hp_ip6 *hoa);
/* The first of its home addresses; the others by `sibling`. */
struct hp_subscriber *hp_subscribers_identity(const struct hp_subscribers *s, const char *identity, size_t len);
/* At most HP_TABLE_FORESEE will be looked for: they and their keys are fetched into the cache. */
void hp_subscribers_foresee(const struct hp_subscribers *s, const struct hp_ip6 *const hoa[], unsigned int n);
/* As it could be put again, keys included: the caller wipes it. */
void hp_subscriber_spec(const struct hp_subscriber *subscriber, struct hp_subscriber_spec *out);
void hp_subscriber_spec_wipe(struct hp_subscriber_spec *spec);

/* The key of an SPI. NULL: none. */
const struct hp_key *hp_subscriber_key(const struct hp_subscriber *subscriber, uint32_t spi);
/* A message by this key was accepted: what is older is refused from now on; the key that was to be replaced by this one is no more: true. */
bool hp_subscriber_accept(struct hp_subscribers *s, struct hp_subscriber *subscriber, uint32_t spi, uint64_t value);

int hp_subscribers_each(struct hp_subscribers *s, int (*each)(struct hp_subscriber *subscriber, void *ctx), void *ctx);
/* A page, as hp_table_page. */
size_t hp_subscribers_page(const struct hp_subscribers *s, bool first, uint64_t after, size_t max, struct hp_subscriber **out, size_t cap,
			   uint64_t *next, bool *more);
size_t hp_subscribers_count(const struct hp_subscribers *s);
size_t hp_subscribers_memory(const struct hp_subscribers *s); /* everything held for them */

#endif
