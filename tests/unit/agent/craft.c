/* SPDX-License-Identifier: BSD-3-Clause */
#include "craft.h"

#include <stdlib.h>
#include <string.h>

struct hp_ip6 craft_ip6(const char *text)
{
	struct hp_ip6 a;

	if (hp_ip6_parse(&a, text))
		abort();
	return a;
}

static uint32_t add(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	return sum;
}

uint16_t craft_checksum(const struct hp_ip6 *src, const struct hp_ip6 *dst, uint8_t proto, const uint8_t *data, size_t len)
{
	uint32_t sum = add(0, src->b, 16);

	sum = add(sum, dst->b, 16);
	sum += (uint32_t)len + proto;
	sum = add(sum, data, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

size_t craft_packet(uint8_t *out, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_ip6 *hoa, uint8_t proto,
		    const void *payload, size_t len)
{
	const bool option = !hp_ip6_is_any(hoa);
	const size_t ext = option ? 24 : 0;
	uint8_t *p = out;

	memset(p, 0, 40 + ext);
	p[0] = 0x60;
	p[4] = (uint8_t)((ext + len) >> 8);
	p[5] = (uint8_t)(ext + len);
	p[6] = option ? 60 : proto;
	p[7] = 64;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
	if (option) { /* RFC 6275 §6.3: alignment 8n+6, so PadN of 4 in front */
		p[40] = proto;
		p[41] = 2;
		p[42] = 1;
		p[43] = 2;
		p[46] = 0xc9;
		p[47] = 16;
		memcpy(p + 48, hoa, 16);
	}
	memcpy(p + 40 + ext, payload, len);
	return 40 + ext + len;
}

size_t craft_summed(uint8_t *out, const struct hp_ip6 *src, const struct hp_ip6 *dst, const struct hp_ip6 *hoa, uint8_t proto,
		    const void *payload, size_t len, size_t checksum_at)
{
	uint8_t body[CRAFT_ROOM];
	uint16_t sum;

	memcpy(body, payload, len);
	body[checksum_at] = body[checksum_at + 1] = 0;
	sum = craft_checksum(hp_ip6_is_any(hoa) ? src : hoa, dst, proto, body, len);
	body[checksum_at] = (uint8_t)(sum >> 8);
	body[checksum_at + 1] = (uint8_t)sum;
	return craft_packet(out, src, dst, hoa, proto, body, len);
}

size_t craft_bu(uint8_t *out, const struct craft_bu *m)
{
	uint8_t mh[64] = {59, 0, 5}; /* payload proto, header len, type: RFC 6275 §6.1.1 */
	size_t len = 12;

	mh[6] = (uint8_t)(m->sequence >> 8);
	mh[7] = (uint8_t)m->sequence;
	mh[8] = (uint8_t)(m->a << 7 | m->h << 6 | m->l << 5 | m->k << 4);
	mh[10] = (uint8_t)(m->lifetime >> 8);
	mh[11] = (uint8_t)m->lifetime;
	if (m->nonces) { /* §6.2.6, alignment 2n */
		memcpy(mh + len, (uint8_t[]){4, 4, 0, 1, 0, 2}, 6);
		len += 6;
	}
	if (!hp_ip6_is_any(&m->alternate)) { /* §6.2.5, alignment 8n+6 */
		while (len % 8 != 6)
			mh[len++] = 0;
		mh[len++] = 3;
		mh[len++] = 16;
		memcpy(mh + len, &m->alternate, 16);
		len += 16;
	}
	while (len % 8)
		mh[len++] = 0;
	mh[1] = (uint8_t)(len / 8 - 1);
	return craft_summed(out, &m->src, &m->dst, &m->hoa, 135, mh, len, 4);
}
