/* SPDX-License-Identifier: BSD-3-Clause */
/* The enrolment code: all that a mobile node needs, as one line of text. "HOMEPORT1:" and, in the Base 32 alphabet of RFC 4648 without padding (QR codes have
 * a short form for these characters), big-endian:
 *
 *   version 1 u8 | expires u32 (seconds since 1970, 0: never) | home address 16 | prefix length u8 | flags u8 | home agent 16, if flag |
 *   SPI u32 | identity length u8, identity | key length u8, key | the first 8 octets of SHA-256 over "HOMEPORT1:" and all before
 *
 * flags: 0x80 home agent there (else: to be discovered), 0x40 replay protection by sequence number (else timestamp), low 4 bits the algorithm: 0
 * HMAC-SHA1-96, 1 HMAC-SHA-256-128. It holds the key: whoever has it is the node. Any thread. */
#ifndef HP_SECURITY_ENROLMENT_H
#define HP_SECURITY_ENROLMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "security/subscriber.h"

#define HP_ENROLMENT_TEXT 640 /* octets of any code, with the NUL */

struct hp_enrolment {
	uint32_t expires_s;    /* since 1970; not to be used from then on; 0: never */
	struct hp_ip6 hoa, ha; /* ha ::: to be discovered */
	uint8_t prefix_length;
	uint8_t identity_len;
	char identity[HP_IDENTITY_MOST + 1]; /* terminated */
	struct hp_key_spec key;
};

enum hp_enrolment_fault {
	HP_ENROLMENT_GOOD,
	HP_ENROLMENT_NONE,      /* it does not begin as one */
	HP_ENROLMENT_VERSION,   /* of another version */
	HP_ENROLMENT_CHARACTER, /* none of the alphabet */
	HP_ENROLMENT_CHECKSUM,  /* mistyped, or cut short */
	HP_ENROLMENT_VALUE      /* what is in it cannot be */
};
extern const char *const hp_enrolment_faults[]; /* "found …" for each */

/* Its length without the NUL, or -EINVAL: a value cannot be. `text` is wiped by who made it. */
int hp_enrolment_write(const struct hp_enrolment *e, char text[HP_ENROLMENT_TEXT]);
/* Small letters and white space between characters are taken too: people copy it. Wiped by the caller. */
enum hp_enrolment_fault hp_enrolment_read(struct hp_enrolment *e, const char *text, size_t len);
void hp_enrolment_wipe(struct hp_enrolment *e);

#endif
