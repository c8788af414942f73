/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/fragment.h"

#include <errno.h>
#include <string.h>

#include "dataplane/header.h"
#include "dataplane/meta.h"
#include "wire/packet.h"

#define FRAGMENT_HEADER 8

unsigned int hp_fragment_head(const struct rte_mbuf *m, unsigned int *next_at)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned int at = HP_IP6_HEADER, name = 6, end = HP_IP6_HEADER;
	uint8_t next = p[6];

	*next_at = 6;
	while ((next == HP_PROTO_HOPOPTS || next == HP_PROTO_ROUTING || next == HP_PROTO_DSTOPTS) && at + 8 <= m->data_len) {
		unsigned int len = (p[at + 1] + 1u) * 8;

		if (at + len > m->data_len)
			break;
		if (next != HP_PROTO_DSTOPTS) {
			end = at + len;
			*next_at = at;
		}
		name = at;
		next = p[name];
		at += len;
	}
	return end;
}

static struct rte_mbuf *piece(const struct rte_mbuf *m, unsigned int head, unsigned int next_at, unsigned int from, unsigned int len,
			      bool more, uint32_t id, struct rte_mempool *pool)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	struct rte_mbuf *f = rte_pktmbuf_alloc(pool);
	unsigned int offset = from - head;
	uint8_t *out;

	if (!f)
		return NULL;
	out = (uint8_t *)rte_pktmbuf_append(f, (uint16_t)(head + FRAGMENT_HEADER + len));
	if (!out) {
		rte_pktmbuf_free(f);
		return NULL;
	}
	memcpy(out, p, head);
	out[next_at] = HP_PROTO_FRAGMENT;
	hp_header_set_payload((struct hp_header *)out, (uint16_t)(head - HP_IP6_HEADER + FRAGMENT_HEADER + len));
	memcpy(out + head,
	       (uint8_t[]){p[next_at], 0, (uint8_t)(offset >> 8), (uint8_t)((offset & 0xf8) | more), (uint8_t)(id >> 24),
			   (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id},
	       FRAGMENT_HEADER);
	memcpy(out + head + FRAGMENT_HEADER, p + from, len);
	*hp_meta(f) = *hp_meta((struct rte_mbuf *)(uintptr_t)m);
	return f;
}

int hp_fragment(struct rte_mbuf *m, uint16_t mtu, uint32_t id, struct rte_mempool *pool, struct rte_mbuf *out[HP_FRAGMENTS])
{
	unsigned int next_at, head = hp_fragment_head(m, &next_at), room;
	int n = 0;

	if (mtu < head + FRAGMENT_HEADER + 8)
		return -EMSGSIZE;
	room = (mtu - head - FRAGMENT_HEADER) & ~7u;
	if ((m->data_len - head + room - 1) / room > HP_FRAGMENTS)
		return -EMSGSIZE;
	for (unsigned int from = head; from < m->data_len; from += room) {
		unsigned int len = m->data_len - from > room ? room : m->data_len - from;

		out[n] = piece(m, head, next_at, from, len, from + len < m->data_len, id, pool);
		if (!out[n]) {
			rte_pktmbuf_free_bulk(out, (unsigned int)n);
			return -ENOMEM;
		}
		n++;
	}
	return n;
}
