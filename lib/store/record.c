/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/record.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>

#define CRC       0
#define STAMP     4
#define SYNCED    12
#define VALUE_LEN 20
#define KEY_LEN   22
#define KIND      23

static void put64(uint8_t *at, uint64_t v)
{
	v = htole64(v);
	memcpy(at, &v, sizeof(v));
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return le64toh(v);
}

static uint16_t get_value_len(const uint8_t *at)
{
	return (uint16_t)(at[VALUE_LEN] | at[VALUE_LEN + 1] << 8);
}

static uint32_t crc_of(const uint8_t *at, size_t size)
{
	return (uint32_t)crc32(0, at + STAMP, (uInt)(size - STAMP));
}

size_t hp_record_size(size_t key_len, size_t value_len)
{
	return (HP_RECORD_HEADER + key_len + value_len + HP_RECORD_ALIGN - 1) / HP_RECORD_ALIGN * HP_RECORD_ALIGN;
}

void hp_record_put(uint8_t *out, uint64_t stamp, uint8_t kind, const void *key, uint8_t key_len, const void *value, uint16_t value_len)
{
	uint8_t *const data = out + HP_RECORD_HEADER, *const end = data + key_len + value_len;

	put64(out + STAMP, stamp);
	out[VALUE_LEN] = (uint8_t)value_len;
	out[VALUE_LEN + 1] = (uint8_t)(value_len >> 8);
	out[KEY_LEN] = key_len;
	out[KIND] = kind;
	if (key_len)
		memcpy(data, key, key_len);
	if (value_len)
		memcpy(data + key_len, value, value_len);
	memset(end, 0, (size_t)(out + hp_record_size(key_len, value_len) - end));
}

size_t hp_record_seal(uint8_t *at, uint64_t synced)
{
	const size_t size = hp_record_size(at[KEY_LEN], get_value_len(at));
	uint32_t crc;

	put64(at + SYNCED, synced);
	crc = htole32(crc_of(at, size));
	memcpy(at + CRC, &crc, sizeof(crc));
	return size;
}

uint64_t hp_record_stamp(const uint8_t *at)
{
	return get64(at + STAMP);
}

uint64_t hp_record_synced(const uint8_t *at)
{
	return get64(at + SYNCED);
}

ssize_t hp_record_read_again(struct hp_record *r, const uint8_t *data, size_t len)
{
	size_t size;

	if (len < HP_RECORD_HEADER)
		return 0;
	/* Nothing of a length is believed before the cheap signs of a record are there: a file that was grown but not written is zeros. */
	if (!data[KIND])
		return -EBADMSG;
	r->key_len = data[KEY_LEN];
	r->value_len = get_value_len(data);
	size = hp_record_size(r->key_len, r->value_len);
	if (len < size)
		return 0;
	r->stamp = get64(data + STAMP);
	r->synced = get64(data + SYNCED);
	r->kind = data[KIND];
	r->name = data + KIND;
	r->value = data + HP_RECORD_HEADER + r->key_len;
	return (ssize_t)size;
}

ssize_t hp_record_read(struct hp_record *r, const uint8_t *data, size_t len)
{
	const ssize_t size = hp_record_read_again(r, data, len);
	uint32_t crc;

	if (size <= 0)
		return size;
	memcpy(&crc, data + CRC, sizeof(crc));
	return le32toh(crc) == crc_of(data, (size_t)size) ? size : -EBADMSG;
}
