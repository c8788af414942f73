/* SPDX-License-Identifier: BSD-3-Clause */
/* A security association of ESP as it is set up: what the configuration, lib/security and the workers all mean by it (RFC 4301 §4.4.2.1;
 * the names are those of the configuration). Plain values; who fills in keys wipes them. */
#ifndef HP_BASE_ASSOCIATION_H
#define HP_BASE_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/effect.h"
#include "base/ip6.h"

enum hp_association_mode { HP_ASSOCIATION_TRANSPORT, HP_ASSOCIATION_TUNNEL };
enum hp_association_encryption {
	HP_ASSOCIATION_AES_CBC,   /* RFC 3602 */
	HP_ASSOCIATION_NULL,      /* RFC 2410 */
	HP_ASSOCIATION_AES_GCM_16 /* RFC 4106; integrity is its own */
};
enum hp_association_integrity { HP_ASSOCIATION_HMAC_SHA256_128 /* RFC 4868 */, HP_ASSOCIATION_COMBINED };

#define HP_ASSOCIATION_SPI_LEAST 256 /* RFC 4303 §2.1: those below are reserved */
#define HP_ASSOCIATION_KEY_MOST  32
#define HP_ASSOCIATION_SALT      4 /* octets, of AES-GCM */

/* 0: no limit. */
struct hp_association_limit {
	uint32_t life_s;
	uint64_t octets, packets;
};

struct hp_association_spec {
	uint32_t spi;
	struct hp_ip6 hoa; /* the mobile node's home address: the one selector that all of them have */
	bool out;          /* this end sends by it, else receives */
	enum hp_protection protects;
	enum hp_association_mode mode;
	enum hp_association_encryption encryption;
	enum hp_association_integrity integrity;
	uint8_t encryption_len; /* octets of the key: 16, 24, 32; 0 with NULL */
	uint8_t integrity_len;
	uint16_t replay_window; /* 0, 64, 1024. Outbound: not 0, the peer judges replays, so sequence numbers must not begin again */
	bool esn;
	bool manual;                            /* set up by an operator, not by a key exchange */
	struct hp_association_limit soft, hard; /* soft: time for another one; hard: it is no more */
	uint8_t encryption_key[HP_ASSOCIATION_KEY_MOST], salt[HP_ASSOCIATION_SALT], integrity_key[HP_ASSOCIATION_KEY_MOST];
};

/* Terminated by NULL. Of what is protected the first is HP_PROTECT_REGISTRATION. */
extern const char *const hp_association_protects[], *const hp_association_modes[], *const hp_association_encryptions[],
											   *const hp_association_integrities[];

/* What an RFC forbids of it, as "found …, want …"; NULL: nothing. */
const char *hp_association_fault(const struct hp_association_spec *spec);

#endif
