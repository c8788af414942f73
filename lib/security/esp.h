/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of ESP (RFC 4303) by OpenSSL: AES-CBC (RFC 3602) or NULL with HMAC-SHA-256-128 (RFC 4868), AES-GCM-16 (RFC 4106). Knows nothing of
 * packets around it, replay or policy: that is ipsec.h. One object, one thread. */
#ifndef HP_SECURITY_ESP_H
#define HP_SECURITY_ESP_H

#include <stddef.h>
#include <stdint.h>

#include "security/association.h"

#define HP_ESP_HEADER 8                                         /* SPI, sequence number */
#define HP_ESP_IV     16                                        /* octets of randomness for one packet */
#define HP_ESP_MOST   (HP_ESP_HEADER + HP_ESP_IV + 2 + 15 + 16) /* what it adds at most: header, IV, trailer, padding, ICV */

struct hp_esp;

int hp_esp_create(struct hp_esp **out); /* 0, -ENOMEM, -ENOSYS: OpenSSL has no such algorithm */
void hp_esp_destroy(struct hp_esp *e);

/* Octets of the ESP packet around `len` octets. */
size_t hp_esp_len(const struct hp_association *a, size_t len);
/* In place: the `len` octets at `data`, whose next header is `proto`, become an ESP packet of hp_esp_len() octets, for which there is room.
 * `iv`: random, not to be guessed before (RFC 3602 §3); AES-GCM takes its own, the sequence number (RFC 4106 §3.1). 0 or -EIO. */
int hp_esp_seal(struct hp_esp *e, const struct hp_association *a, uint64_t sequence, const uint8_t iv[HP_ESP_IV], uint8_t proto,
		uint8_t *data, size_t len);

enum hp_esp_result {
	HP_ESP_OK,
	HP_ESP_MALFORMED, /* shorter than its parts, or not a multiple of the block */
	HP_ESP_WRONG_ICV,
	HP_ESP_PADDING /* not 1, 2, 3, … or longer than all (§2.4) */
};
/* What is in the ESP packet at `esp`, into `out`, with room for `len` octets. The integrity check value is judged first, in constant time. */
enum hp_esp_result hp_esp_open(struct hp_esp *e, const struct hp_association *a, uint64_t sequence, const uint8_t *esp, size_t len,
			       uint8_t *out, size_t *out_len, uint8_t *proto);

#endif
