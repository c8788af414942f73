/* SPDX-License-Identifier: BSD-3-Clause */
/* The other end of a security association, by OpenSSL: ESP in tunnel mode made and taken apart as RFC 4303 draws it. */
#ifndef HP_TESTS_DATAPLANE_PEER_H
#define HP_TESTS_DATAPLANE_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "base/association.h"

/* Keys that follow from the SPI. */
struct hp_association_spec peer_spec(uint32_t spi, bool out, enum hp_association_encryption encryption, uint8_t key_len);

/* What is around the inner packet, where it is to be other than right. */
struct peer_tail {
	uint8_t pad_more; /* whole blocks of padding more than needed, in octets */
	uint8_t next;     /* 0: IPv6 */
	bool pad_wrong, pad_too_long;
};

/* SPI to integrity check value around `len` octets, into `out`; returns how many. */
size_t peer_seal(const struct hp_association_spec *spec, uint64_t number, const void *inner, size_t len, const struct peer_tail *tail,
		 uint8_t *out);
/* The inner packet into `inner` if all is right: number, proof, padding, next header; its length, or -1. */
int peer_open(const struct hp_association_spec *spec, uint64_t number, const uint8_t *esp, size_t len, uint8_t *inner);

#endif
