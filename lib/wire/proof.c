/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire/proof.h"

#include "wire/mh.h"

enum { OPTION_IDENTITY = 8, OPTION_AUTHENTICATION = 9, OPTION_REPLAY = 10 };
enum { SUBTYPE_NAI = 1, SUBTYPE_MN_HA = 1, SUBTYPE_MN_AAA = 2 };

#define HEAD 7 /* of the authentication option: type, length, subtype, SPI */

static bool authentication(struct hp_proof *p, const uint8_t *data, uint8_t len, size_t at)
{
	struct hp_reader r = hp_reader(data, len);
	const uint8_t subtype = hp_read_u8(&r);
	const struct hp_proof_authenticator a = {
		.present = true, .spi = hp_read_u32(&r), .at = (uint16_t)(at + HEAD), .len = (uint16_t)hp_reader_left(&r)};

	if (!hp_reader_ok(&r) || !a.len)
		return false;
	if (subtype == SUBTYPE_MN_HA) {
		if (p->mn_ha.present || a.spi < HP_PROOF_SPI_LEAST)
			return false;
		p->mn_ha = a;
	} else if (subtype == SUBTYPE_MN_AAA) {
		p->mn_aaa = a;
	}
	return true;
}

bool hp_proof_read(struct hp_proof *p, uint8_t type, const uint8_t *data, uint8_t len, size_t at)
{
	if (p->mn_aaa.present || (p->mn_ha.present && type != OPTION_AUTHENTICATION))
		return false;
	switch (type) {
	case OPTION_AUTHENTICATION:
		return authentication(p, data, len, at);
	case OPTION_IDENTITY:
		if (len < 2)
			return false;
		if (!p->identity_len && data[0] == SUBTYPE_NAI) {
			p->identity = data + 1;
			p->identity_len = (uint8_t)(len - 1);
		}
		return true;
	case OPTION_REPLAY:
		if (len != 8)
			return false;
		if (!p->has_timestamp) {
			struct hp_reader r = hp_reader(data, len);

			p->timestamp = hp_read_u64(&r);
		}
		p->has_timestamp = true;
		return true;
	default:
		return true;
	}
}

void hp_proof_write(const struct hp_proof *p, struct hp_writer *w)
{
	if (p->identity_len) {
		hp_write_bytes(w, (uint8_t[]){OPTION_IDENTITY, (uint8_t)(p->identity_len + 1), SUBTYPE_NAI}, 3);
		hp_write_bytes(w, p->identity, p->identity_len);
	}
	if (p->has_timestamp) {
		hp_mh_pad(w, 8, 2);
		hp_write_bytes(w, (uint8_t[]){OPTION_REPLAY, 8}, 2);
		hp_write_u64(w, p->timestamp);
	}
	if (!p->mn_ha.present)
		return;
	/* 4n + 1 is met by what ends at 8n: its head is 7 octets, its data a multiple of 4. */
	hp_mh_pad(w, 8, (size_t) - (HEAD + p->mn_ha.len) & 7);
	hp_write_bytes(w, (uint8_t[]){OPTION_AUTHENTICATION, (uint8_t)(HEAD - 2 + p->mn_ha.len), SUBTYPE_MN_HA}, 3);
	hp_write_u32(w, p->mn_ha.spi);
	hp_write_room(w, p->mn_ha.len);
}
