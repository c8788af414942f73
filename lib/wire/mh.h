/* SPDX-License-Identifier: BSD-3-Clause */
/* The Mobility Header (RFC 6275 §6.1, §6.2): messages and mobility options, bytes <-> structs. No policy.
 * Reading never fails on unknown options or set reserved bits; it fails on what the RFC calls invalid. Any thread. */
#ifndef HP_WIRE_MH_H
#define HP_WIRE_MH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "wire/proof.h"

enum hp_mh_type { HP_MH_BRR = 0, HP_MH_HOTI = 1, HP_MH_COTI = 2, HP_MH_HOT = 3, HP_MH_COT = 4, HP_MH_BU = 5, HP_MH_BA = 6, HP_MH_BE = 7 };

enum hp_ba_status {
	HP_BA_ACCEPTED = 0,
	HP_BA_PREFIX_DISCOVERY = 1,
	HP_BA_UNSPECIFIED = 128,
	HP_BA_PROHIBITED = 129,
	HP_BA_RESOURCES = 130,
	HP_BA_NOT_SUPPORTED = 131,
	HP_BA_NOT_HOME_SUBNET = 132,
	HP_BA_NOT_HOME_AGENT = 133,
	HP_BA_DAD_FAILED = 134,
	HP_BA_SEQUENCE = 135,
	HP_BA_HOME_NONCE = 136,
	HP_BA_CAREOF_NONCE = 137,
	HP_BA_NONCES = 138,
	HP_BA_TYPE_CHANGE = 139,
	HP_BA_ID_MISMATCH = 144, /* these three: RFC 4285 §8 */
	HP_BA_MESG_ID_REQD = 145,
	HP_BA_AUTH_FAIL = 146,
	HP_BA_INVALID_COA = 174
};

enum hp_be_status { HP_BE_UNKNOWN_BINDING = 1, HP_BE_UNKNOWN_MH = 2 };

enum hp_mh_walk {
	HP_MH_OK,
	HP_MH_TRUNCATED,     /* shorter than its header length says, or than 8 octets: dropped */
	HP_MH_CHECKSUM,      /* §9.2: dropped */
	HP_MH_PAYLOAD_PROTO, /* §9.2: not 59: parameter problem code 0 at that octet */
	HP_MH_HEADER_LEN,    /* §9.2: too short for its type: parameter problem code 0 at the header length octet */
	HP_MH_UNKNOWN_TYPE,  /* §9.2: Binding Error status 2 */
	HP_MH_BAD_OPTION,    /* an option runs over the end, or a known one is of a wrong length or place: dropped */
	HP_MH_COUNT
};

/* §6.1.7. Options absent: their has_ flag false. Of several alike the first counts. */
struct hp_bu {
	uint16_t sequence;
	bool ack, home, linklocal, key_movable; /* A H L K */
	uint16_t lifetime;                      /* units of 4 s */
	bool has_alternate_coa;
	struct hp_ip6 alternate_coa;
	bool has_nonces;
	uint16_t home_nonce, careof_nonce;
	/* Binding Authorization Data (§6.2.7): the last option, nothing behind it, not even padding. Written: an authenticator of 12 zero octets, which
	 * end the message and are to be filled in; not together with proof.mn_ha, which wants to be the last too. */
	bool has_authorization;
	uint16_t authorization_at, authorization_len; /* read: of the authenticator, from the start of the Mobility Header */
	struct hp_proof proof;
};

/* §6.1.8 */
struct hp_ba {
	uint8_t status;
	bool key_movable;
	uint16_t sequence;
	uint16_t lifetime; /* units of 4 s */
	bool has_refresh_advice;
	uint16_t refresh_advice; /* units of 4 s */
	bool has_authorization;  /* as in struct hp_bu */
	uint16_t authorization_at, authorization_len;
	struct hp_proof proof;
};

/* §6.1.3, §6.1.4: Home Test Init, Care-of Test Init */
#define HP_MH_COOKIE 8
#define HP_MH_TOKEN  8
struct hp_rr_init {
	uint8_t cookie[HP_MH_COOKIE];
};

/* §6.1.5, §6.1.6: Home Test, Care-of Test */
struct hp_rr_test {
	uint16_t nonce_index;
	uint8_t cookie[HP_MH_COOKIE], token[HP_MH_TOKEN];
};

/* §6.1.9 */
struct hp_be {
	uint8_t status;
	struct hp_ip6 hoa;
};

/* Not greater modulo 2^16: the last number and the 32,768 before it (§9.5.1). */
static inline bool hp_mh_sequence_is_old(uint16_t sequence, uint16_t last)
{
	return (uint16_t)(last - sequence) <= 32768;
}

/* The checks of §9.2 in its order. `src`, `dst`: the pseudo-header's (home address when the option or the routing
 * header was there). On PAYLOAD_PROTO / HEADER_LEN *error_at is the offset within the message. *type is set as soon as readable. */
enum hp_mh_walk hp_mh_check(const void *data, size_t len, const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t *type,
			    size_t *error_at);

/* After hp_mh_check said OK for this type. HP_MH_OK or HP_MH_BAD_OPTION. */
enum hp_mh_walk hp_bu_read(struct hp_bu *out, const void *data, size_t len);
enum hp_mh_walk hp_ba_read(struct hp_ba *out, const void *data, size_t len);
enum hp_mh_walk hp_be_read(struct hp_be *out, const void *data, size_t len);
enum hp_mh_walk hp_rr_init_read(struct hp_rr_init *out, const void *data, size_t len);
enum hp_mh_walk hp_rr_test_read(struct hp_rr_test *out, const void *data, size_t len);

/* Bodies for struct hp_send (checksum zero, padded as §6.2). Length or -ENOSPC. 128 octets suffice for all but the longest identities, those
 * of more than 48 octets; 384 always. */
#define HP_MH_ROOM      128
#define HP_MH_ROOM_MOST 384
int hp_bu_write(const struct hp_bu *bu, void *out, size_t room);
int hp_ba_write(const struct hp_ba *ba, void *out, size_t room);
int hp_be_write(const struct hp_be *be, void *out, size_t room);
int hp_brr_write(void *out, size_t room);                                                          /* §6.1.2 */
int hp_rr_init_write(enum hp_mh_type type, const struct hp_rr_init *init, void *out, size_t room); /* HOTI or COTI */
int hp_rr_test_write(enum hp_mh_type type, const struct hp_rr_test *test, void *out, size_t room); /* HOT or COT */

/* Padding to an offset of 8n + `rest`, `n` a power of two (§6.2.2, §6.2.3). */
void hp_mh_pad(struct hp_writer *w, size_t n, size_t rest);

#endif
