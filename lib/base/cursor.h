/* SPDX-License-Identifier: BSD-3-Clause */
/* Bounds-checked reading and writing of bytes. A cursor that once ran over its end stays failed:
 * read everything, then ask hp_reader_ok() once. Values are big-endian on the wire, host order here.
 * Any thread; the bytes belong to the caller. */
#ifndef HP_BASE_CURSOR_H
#define HP_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ip6.h"

struct hp_reader {
	const uint8_t *at, *end;
	bool failed;
};

struct hp_writer {
	uint8_t *start, *at, *end;
	bool failed;
};

static inline struct hp_reader hp_reader(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct hp_reader){.at = p, .end = p + len};
}

static inline size_t hp_reader_left(const struct hp_reader *r)
{
	return (size_t)(r->end - r->at);
}

static inline bool hp_reader_ok(const struct hp_reader *r)
{
	return !r->failed;
}

/* `n` bytes, or NULL and failed. */
static inline const uint8_t *hp_read_bytes(struct hp_reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (r->failed || hp_reader_left(r) < n) {
		r->failed = true;
		return NULL;
	}
	r->at += n;
	return p;
}

static inline uint8_t hp_read_u8(struct hp_reader *r)
{
	const uint8_t *p = hp_read_bytes(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t hp_read_u16(struct hp_reader *r)
{
	const uint8_t *p = hp_read_bytes(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t hp_read_u32(struct hp_reader *r)
{
	const uint8_t *p = hp_read_bytes(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t hp_read_u64(struct hp_reader *r)
{
	uint64_t hi = hp_read_u32(r);

	return hi << 32 | hp_read_u32(r);
}

static inline struct hp_ip6 hp_read_ip6(struct hp_reader *r)
{
	struct hp_ip6 a = HP_IP6_ANY;
	const uint8_t *p = hp_read_bytes(r, sizeof(a));

	if (p)
		memcpy(&a, p, sizeof(a));
	return a;
}

/* The next `n` bytes as a reader of their own; failed where they are not there. */
static inline struct hp_reader hp_read_part(struct hp_reader *r, size_t n)
{
	const uint8_t *p = hp_read_bytes(r, n);

	return p ? hp_reader(p, n) : (struct hp_reader){.at = r->at, .end = r->at, .failed = true};
}

static inline struct hp_writer hp_writer(void *data, size_t len)
{
	uint8_t *p = data;

	return (struct hp_writer){.start = p, .at = p, .end = p + len};
}

static inline bool hp_writer_ok(const struct hp_writer *w)
{
	return !w->failed;
}

/* Bytes written so far. */
static inline size_t hp_writer_len(const struct hp_writer *w)
{
	return (size_t)(w->at - w->start);
}

/* Room for `n` bytes, zeroed, or NULL and failed. */
static inline uint8_t *hp_write_room(struct hp_writer *w, size_t n)
{
	uint8_t *p = w->at;

	if (w->failed || (size_t)(w->end - w->at) < n) {
		w->failed = true;
		return NULL;
	}
	memset(p, 0, n);
	w->at += n;
	return p;
}

static inline void hp_write_bytes(struct hp_writer *w, const void *data, size_t n)
{
	uint8_t *p = hp_write_room(w, n);

	if (p && n)
		memcpy(p, data, n);
}

static inline void hp_write_u8(struct hp_writer *w, uint8_t v)
{
	hp_write_bytes(w, &v, 1);
}

static inline void hp_write_u16(struct hp_writer *w, uint16_t v)
{
	hp_write_bytes(w, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static inline void hp_write_u32(struct hp_writer *w, uint32_t v)
{
	hp_write_u16(w, (uint16_t)(v >> 16));
	hp_write_u16(w, (uint16_t)v);
}

static inline void hp_write_u64(struct hp_writer *w, uint64_t v)
{
	hp_write_u32(w, (uint32_t)(v >> 32));
	hp_write_u32(w, (uint32_t)v);
}

static inline void hp_write_ip6(struct hp_writer *w, const struct hp_ip6 *a)
{
	hp_write_bytes(w, a, sizeof(*a));
}

#endif
