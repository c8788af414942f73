/* SPDX-License-Identifier: BSD-3-Clause */
/* The ICMPv6 messages of Mobile IPv6 (RFC 6275 §6.5–§6.8): home agent address discovery, mobile prefix discovery. Bytes <-> structs,
 * no policy. Readers get the ICMPv6 message, whose checksum the caller has found right; reserved fields and unknown options are
 * passed over. Any thread. */
#ifndef HP_WIRE_DISCOVERY_H
#define HP_WIRE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip6.h"
#include "wire/nd.h"

/* As many as fit the minimum IPv6 MTU, with a type 2 routing header where one must be. */
#define HP_DHAAD_AGENTS 77
#define HP_MPA_PREFIXES 37

struct hp_dhaad_reply {
	uint16_t identifier;
	unsigned int agents;
	struct hp_ip6 agent[HP_DHAAD_AGENTS];
};

struct hp_mpa {
	uint16_t identifier;
	bool managed, other; /* M O */
	unsigned int prefixes;
	struct hp_ra_prefix prefix[HP_MPA_PREFIXES];
};

/* 0 or -EBADMSG: another type or code, cut off, an option of no length. Of more addresses or prefixes than there is room for the
 * first ones. */
int hp_dhaad_request_read(uint16_t *identifier, const void *message, size_t len);
int hp_dhaad_reply_read(struct hp_dhaad_reply *out, const void *message, size_t len);
int hp_mps_read(uint16_t *identifier, const void *message, size_t len);
int hp_mpa_read(struct hp_mpa *out, const void *message, size_t len);

/* Bodies for struct hp_send (checksum zero). Length or -ENOSPC. */
int hp_dhaad_request_write(uint16_t identifier, void *out, size_t room);
int hp_dhaad_reply_write(const struct hp_dhaad_reply *m, void *out, size_t room);
int hp_mps_write(uint16_t identifier, void *out, size_t room);
int hp_mpa_write(const struct hp_mpa *m, void *out, size_t room);

#endif
