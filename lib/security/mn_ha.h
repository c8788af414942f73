/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentication in the message (RFC 4285), as home agent and mobile node both compute it. */
#ifndef HP_SECURITY_MN_HA_H
#define HP_SECURITY_MN_HA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "security/hmac.h"
#include "security/subscriber.h"
#include "wire/proof.h"

#define HP_MN_HA_WINDOW_MS 7000 /* §6: how far a timestamp may be from our time */

/* What an authenticator is made of besides the key: care-of address | home address | Mobility Header up to and including the SPI, its
 * checksum taken as zero (§5.1). */
struct hp_mobility_data {
	const struct hp_ip6 *coa, *hoa;
	const uint8_t *message; /* Mobility Header */
};

/* Whether the authenticator of the message is the one of this key. It lies within the message: wire/proof.h saw to that. */
bool hp_mn_ha_verify(struct hp_hmac *m, const struct hp_key *key, const struct hp_mobility_data *data,
		     const struct hp_proof_authenticator *a);
/* Fills it in; the message was written with room for it, and its checksum is zero. False: OpenSSL could not. */
bool hp_mn_ha_sign(struct hp_hmac *m, const struct hp_key *key, const struct hp_ip6 *coa, const struct hp_ip6 *hoa, uint8_t *message,
		   const struct hp_proof_authenticator *a);
/* Where the authenticator of a message of `len` octets is that hp_bu_write or hp_ba_write made. */
struct hp_proof_authenticator hp_mn_ha_place(const struct hp_key *key, size_t len);
/* The MN-AAA option's (§5.2): HMAC-SHA1 over the SHA-1 of the mobility data. */
bool hp_mn_aaa_verify(struct hp_hmac *m, const struct hp_key *key, const struct hp_mobility_data *data,
		      const struct hp_proof_authenticator *a);

/* Timestamps are those of NTP: seconds since 1900, 32 bits of them, and their fractions. Compared modulo 2^64, so that they survive 2036. */
uint64_t hp_timestamp_of(uint64_t wall_ms);
/* Milliseconds that `a` is later than `b`, negative: earlier. */
int64_t hp_timestamp_after_ms(uint64_t a, uint64_t b);
static inline bool hp_timestamp_is_later(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) > 0;
}
/* What the answer to an invalid one carries (§6): its fraction, our seconds. */
static inline uint64_t hp_timestamp_corrected(uint64_t theirs, uint64_t ours)
{
	return (ours & 0xffffffff00000000) | (theirs & 0xffffffff);
}

#endif
