/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"

#define SEED 4285
#define SPI  HP_PROOF_SPI_LEAST
#define NAME "node%08u@load.example"

struct credentials {
	struct hp_key key;
	uint8_t octets[HP_KEY_LEAST], identity_len;
	char identity[32];
};

static void credentials_of(uint32_t i, struct credentials *out)
{
	struct hp_random random;
	uint64_t half[2];

	hp_random_seed(&random, (uint64_t)SEED << 32 | i);
	half[0] = hp_random_u64(&random);
	half[1] = hp_random_u64(&random);
	memcpy(out->octets, half, sizeof(out->octets));
	out->key = (struct hp_key){.spi = SPI, .algorithm = HP_HMAC_SHA1_96, .timestamp = true, .len = HP_KEY_LEAST, .octets = out->octets};
	out->identity_len = (uint8_t)snprintf(out->identity, sizeof(out->identity), NAME, i);
}

int hp_load_keys_create(struct hp_load_keys *k)
{
	*k = (struct hp_load_keys){0};
	return hp_hmac_create(&k->mac);
}

void hp_load_keys_destroy(struct hp_load_keys *k)
{
	hp_hmac_destroy(k->mac);
	k->mac = NULL;
}

/* Later than any before, for all nodes together. */
static uint64_t timestamp(struct hp_load_keys *k)
{
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_REALTIME, &t);
	now = hp_timestamp_of(((uint64_t)((int64_t)t.tv_sec + k->offset_s)) * 1000) + ((uint64_t)t.tv_nsec << 32) / 1000000000;
	k->last = !k->last || hp_timestamp_is_later(now, k->last) ? now : k->last + 1;
	return k->last;
}

int hp_load_keys_update(struct hp_load_keys *k, uint32_t i, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, const struct hp_bu *bu,
			bool wrong, uint8_t *out, size_t room)
{
	struct hp_proof_authenticator place;
	struct hp_bu proved = *bu;
	struct credentials c;
	int len;

	if (!k->mac)
		return hp_bu_write(bu, out, room);
	credentials_of(i, &c);
	c.octets[0] ^= wrong;
	proved.proof = (struct hp_proof){
		.identity = (const uint8_t *)c.identity,
		.identity_len = c.identity_len,
		.has_timestamp = true,
		.timestamp = timestamp(k),
		.mn_ha = hp_mn_ha_place(&c.key, room),
	};
	len = hp_bu_write(&proved, out, room);
	if (len < 0)
		return len;
	place = hp_mn_ha_place(&c.key, (size_t)len);
	return hp_mn_ha_sign(k->mac, &c.key, coa, hoa, out, &place) ? len : -EIO;
}

bool hp_load_keys_proved(struct hp_load_keys *k, uint32_t i, const struct hp_ip6 *hoa, const struct hp_ip6 *coa, const uint8_t *message,
			 const struct hp_ba *ba)
{
	const struct hp_mobility_data data = {coa, hoa, message};
	struct credentials c;

	if (!k->mac)
		return true;
	credentials_of(i, &c);
	if (!ba->proof.mn_ha.present || ba->proof.mn_ha.spi != SPI || !hp_mn_ha_verify(k->mac, &c.key, &data, &ba->proof.mn_ha)) {
		k->unproved++;
		return false;
	}
	if (ba->status == HP_BA_ID_MISMATCH && ba->proof.has_timestamp) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		k->offset_s = hp_timestamp_after_ms(ba->proof.timestamp, hp_timestamp_of((uint64_t)t.tv_sec * 1000)) / 1000;
	}
	return true;
}

int hp_load_keys_print(const struct hp_addresses *a)
{
	for (uint32_t i = 0; i < a->nodes; i++) {
		struct credentials c;
		struct hp_ip6 hoa;
		char text[HP_IP6_TEXT];

		credentials_of(i, &c);
		hp_addresses_home(a, i, hoa.b);
		printf("{\"home_address\": \"%s\", \"identity\": \"%s\", \"keys\": [{\"spi\": %u, \"key\": \"", hp_ip6_text(&hoa, text),
		       c.identity, SPI);
		for (unsigned int n = 0; n < c.key.len; n++)
			printf("%02x", c.octets[n]);
		printf("\", \"algorithm\": \"hmac-sha1\", \"replay\": \"timestamp\"}]}\n");
	}
	return fflush(stdout) ? -errno : 0;
}
