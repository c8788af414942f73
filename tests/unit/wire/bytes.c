/* SPDX-License-Identifier: BSD-3-Clause */
#include "bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void bad(const char *what, const char *text)
{
	fprintf(stderr, "%s: %s\n", what, text);
	abort();
}

static struct bytes fresh(size_t len)
{
	struct bytes b = {malloc(len ? len : 1), len};

	if (!b.p)
		bad("out of memory", "");
	return b;
}

struct bytes bytes_hex(const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	struct bytes b = fresh(strlen(hex) / 2);
	size_t n = 0;

	for (const char *c = hex; *c; c++) {
		const char *d = strchr(digits, *c);

		if (*c == ' ')
			continue;
		if (!d)
			bad("not hexadecimal", hex);
		b.p[n / 2] = (uint8_t)(n % 2 ? b.p[n / 2] << 4 | (d - digits) : d - digits);
		n++;
	}
	if (n % 2)
		bad("half an octet", hex);
	b.p = realloc(b.p, n / 2 ? n / 2 : 1);
	b.len = n / 2;
	return b;
}

struct bytes bytes_copy(const void *data, size_t len)
{
	struct bytes b = fresh(len);

	memcpy(b.p, data, len);
	return b;
}

void bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){0};
}

struct bytes bytes_ip6(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t next, uint8_t hop_limit, const char *rest)
{
	struct bytes r = bytes_hex(rest), b = fresh(40 + r.len);

	memcpy(b.p, (uint8_t[]){0x60, 0, 0, 0, (uint8_t)(r.len >> 8), (uint8_t)r.len, next, hop_limit}, 8);
	memcpy(b.p + 8, src, 16);
	memcpy(b.p + 24, dst, 16);
	memcpy(b.p + 40, r.p, r.len);
	bytes_free(&r);
	return b;
}

struct hp_ip6 ip6(const char *text)
{
	struct hp_ip6 a = HP_IP6_ANY;

	if (text && hp_ip6_parse(&a, text))
		bad("not an address", text);
	return a;
}

/* Written apart from the code under test: word by word into 16 bits, end-around carry each time. */
static uint16_t add(uint16_t a, uint16_t b)
{
	uint32_t s = (uint32_t)a + b;

	return (uint16_t)(s + (s >> 16));
}

static uint16_t words(uint16_t s, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s = add(s, (uint16_t)(i % 2 ? p[i] : p[i] << 8));
	return s;
}

void bytes_mend(struct bytes *m, const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto)
{
	const size_t at = proto == 135 ? 4 : 2;
	uint16_t s;

	if (m->len < at + 2)
		return;
	m->p[at] = m->p[at + 1] = 0;
	s = words(words(add((uint16_t)m->len, proto), src->b, 16), dst->b, 16);
	s = (uint16_t)~words(s, m->p, m->len);
	m->p[at] = (uint8_t)(s >> 8);
	m->p[at + 1] = (uint8_t)s;
}
