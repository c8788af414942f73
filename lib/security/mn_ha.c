/* SPDX-License-Identifier: BSD-3-Clause */
#include "security/mn_ha.h"

#include <string.h>

#define CHECKSUM_AT  4
#define SECONDS_1900 2208988800u /* from 1900 to 1970 */

static unsigned int parts_of(const struct hp_mobility_data *data, size_t end, struct hp_hmac_part part[HP_HMAC_PARTS])
{
	static const uint8_t no_checksum[2];

	part[0] = (struct hp_hmac_part){data->coa, sizeof(*data->coa)};
	part[1] = (struct hp_hmac_part){data->hoa, sizeof(*data->hoa)};
	part[2] = (struct hp_hmac_part){data->message, CHECKSUM_AT};
	part[3] = (struct hp_hmac_part){no_checksum, sizeof(no_checksum)};
	part[4] = (struct hp_hmac_part){data->message + CHECKSUM_AT + 2, end - CHECKSUM_AT - 2};
	return 5;
}

static bool compute(struct hp_hmac *m, const struct hp_key *key, const struct hp_mobility_data *data, size_t end, uint8_t *out)
{
	struct hp_hmac_part part[HP_HMAC_PARTS];
	const unsigned int parts = parts_of(data, end, part);

	return hp_hmac_compute(m, (enum hp_hmac_algorithm)key->algorithm, key->octets, key->len, part, parts, out);
}

bool hp_mn_ha_verify(struct hp_hmac *m, const struct hp_key *key, const struct hp_mobility_data *data,
		     const struct hp_proof_authenticator *a)
{
	uint8_t right[HP_HMAC_MOST];

	return a->len == hp_hmac_len((enum hp_hmac_algorithm)key->algorithm) && compute(m, key, data, a->at, right) &&
	       hp_hmac_equal(right, data->message + a->at, a->len);
}

bool hp_mn_ha_sign(struct hp_hmac *m, const struct hp_key *key, const struct hp_ip6 *coa, const struct hp_ip6 *hoa, uint8_t *message,
		   const struct hp_proof_authenticator *a)
{
	const struct hp_mobility_data data = {coa, hoa, message};

	return compute(m, key, &data, a->at, message + a->at);
}

struct hp_proof_authenticator hp_mn_ha_place(const struct hp_key *key, size_t len)
{
	const size_t octets = hp_hmac_len((enum hp_hmac_algorithm)key->algorithm);

	return (struct hp_proof_authenticator){.present = true, .spi = key->spi, .at = (uint16_t)(len - octets), .len = (uint16_t)octets};
}

bool hp_mn_aaa_verify(struct hp_hmac *m, const struct hp_key *key, const struct hp_mobility_data *data,
		      const struct hp_proof_authenticator *a)
{
	struct hp_hmac_part part[HP_HMAC_PARTS];
	uint8_t digest[HP_HMAC_MOST], right[HP_HMAC_MOST];
	const struct hp_hmac_part inner = {digest, hp_hmac_len(HP_HMAC_SHA1)};

	return a->len == hp_hmac_len(HP_HMAC_SHA1) && hp_hmac_digest(m, part, parts_of(data, a->at, part), digest) &&
	       hp_hmac_compute(m, HP_HMAC_SHA1, key->octets, key->len, &inner, 1, right) &&
	       hp_hmac_equal(right, data->message + a->at, a->len);
}

uint64_t hp_timestamp_of(uint64_t wall_ms)
{
	return (wall_ms / 1000 + SECONDS_1900) << 32 | (wall_ms % 1000 << 32) / 1000;
}

int64_t hp_timestamp_after_ms(uint64_t a, uint64_t b)
{
	const int64_t difference = (int64_t)(a - b);

	/* In two steps: the product would not fit. */
	return (difference >> 32) * 1000 + (int64_t)(((uint64_t)difference & 0xffffffff) * 1000 >> 32);
}
