/* SPDX-License-Identifier: BSD-3-Clause */
/* A record as it lies on disk, little-endian, padded with zeros to 8 octets:
 *
 *   crc u32 | stamp u64 | synced u64 | value length u16 | key length u8 | kind u8 | key | value | 0..7 zeros
 *
 * The CRC (zlib's crc32) covers all behind it. Stamps only grow. `synced` is the last stamp that was durable when this record was written: what a
 * record later in the file calls synced was once whole, so it tells damage from a write that a power cut tore. Kind and key lie
 * together: they are the record's name. Any thread. */
#ifndef HP_STORE_RECORD_H
#define HP_STORE_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HP_RECORD_HEADER 24
#define HP_RECORD_ALIGN  8
#define HP_RECORD_MOST   (HP_RECORD_HEADER + UINT8_MAX + UINT16_MAX + HP_RECORD_ALIGN) /* octets */

struct hp_record {
	uint64_t stamp, synced;
	const uint8_t *name; /* kind and key: 1 + key_len octets */
	const uint8_t *value;
	uint16_t value_len; /* 0: the key is no more */
	uint8_t key_len;
	uint8_t kind; /* 1.. */
};

size_t hp_record_size(size_t key_len, size_t value_len);
/* Everything but `synced` and the CRC, which seal fills in when it is written. */
void hp_record_put(uint8_t *out, uint64_t stamp, uint8_t kind, const void *key, uint8_t key_len, const void *value, uint16_t value_len);
/* Returns its size. */
size_t hp_record_seal(uint8_t *at, uint64_t synced);
uint64_t hp_record_stamp(const uint8_t *at);
uint64_t hp_record_synced(const uint8_t *at);
/* Its size (the pointers point into data), 0: data ends before it does, -EBADMSG: that is none. */
ssize_t hp_record_read(struct hp_record *r, const uint8_t *data, size_t len);
/* The same of what was read before: the CRC, which costs most, is not looked at. */
ssize_t hp_record_read_again(struct hp_record *r, const uint8_t *data, size_t len);

#endif
