/* SPDX-License-Identifier: BSD-3-Clause */
/* Mobility options by which a message says whose it is and proves it: the mobile node identifier (RFC 4283), the authentication and the
 * replay protection option (RFC 4285). Bytes only; what is proved by them, lib/security knows. Any thread. */
#ifndef HP_WIRE_PROOF_H
#define HP_WIRE_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define HP_PROOF_SPI_LEAST 256 /* RFC 4285 §5.1: those below are reserved */
#define HP_PROOF_IDENTITY  253 /* octets: the longest identifier that fits its option */

struct hp_proof_authenticator {
	bool present;
	uint32_t spi;
	uint16_t at, len; /* of the authentication data, from the start of the Mobility Header; what it is made of ends there */
};

struct hp_proof {
	uint8_t identity_len;    /* 0: none */
	const uint8_t *identity; /* a network access identifier; read: in the message */
	bool has_timestamp;
	uint64_t timestamp; /* NTP format: seconds since 1900, then their fractions */
	struct hp_proof_authenticator mn_ha, mn_aaa;
};

/* The next option of a message, whatever its type. False: misplaced (MN-AAA is the last option, MN-HA the last but for it), repeated where
 * only one may be, or of a wrong length or SPI: the message is to be discarded (§5). Of identifiers and timestamps the first counts. */
bool hp_proof_read(struct hp_proof *p, uint8_t type, const uint8_t *data, uint8_t len, size_t at);

/* Appends what there is, at its alignment. With mn_ha present its data, of mn_ha.len octets (a multiple of 4), are zeroes, to be filled in,
 * and end the message; `spi` is the caller's. mn_aaa is not written. */
void hp_proof_write(const struct hp_proof *p, struct hp_writer *w);

#endif
