/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/reassemble.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <string.h>
#include <sys/queue.h>

#include "dataplane/header.h"
#include "dataplane/key.h"
#include "dataplane/worker.h"

#define WAYS            4
#define FRAGMENT_HEADER 8

struct part {
	struct rte_mbuf *m;
	uint16_t at, len; /* place in the fragmentable part; len octets lie at `from` of the mbuf */
	uint16_t from;
};

struct under_way {
	TAILQ_ENTRY(under_way) by_age;
	struct hp_ip6 src, dst;
	uint32_t id;
	bool tunnelled; /* parts that came out of a tunnel and parts that did not are of two packets */
	uint64_t until; /* TSC; 0: free */
	unsigned int parts;
	uint32_t have, whole; /* octets; whole 0: the last fragment has not come */
	struct part part[HP_REASSEMBLY_FRAGMENTS];
};

struct hp_reassembly {
	uint32_t secret;
	unsigned int held, most; /* fragments */
	TAILQ_HEAD(, under_way) oldest;
	struct under_way slot[HP_REASSEMBLY_PACKETS];
};

int hp_reassembly_create(struct hp_reassembly **out, unsigned int fragments, int socket)
{
	*out = rte_zmalloc_socket("reassembly", sizeof(**out), RTE_CACHE_LINE_SIZE, socket);
	if (!*out)
		return -ENOMEM;
	(*out)->secret = hp_key_secret();
	(*out)->most = fragments < HP_REASSEMBLY_FRAGMENTS ? HP_REASSEMBLY_FRAGMENTS : fragments;
	TAILQ_INIT(&(*out)->oldest);
	return 0;
}

static void release(struct hp_reassembly *r, struct under_way *u)
{
	for (unsigned int i = 0; i < u->parts; i++)
		rte_pktmbuf_free(u->part[i].m);
	r->held -= u->parts;
	u->parts = 0;
	u->until = 0;
	TAILQ_REMOVE(&r->oldest, u, by_age);
}

/* Nobody may stop others' packets from coming together by fragments without end: what is oldest makes room. */
static void give_up(struct hp_reassembly *r, struct hp_worker *w, struct under_way *u)
{
	hp_count(w, HP_DP_DROP_FRAGMENT_FULL, u->parts);
	release(r, u);
}

void hp_reassembly_destroy(struct hp_reassembly *r)
{
	if (!r)
		return;
	while (!TAILQ_EMPTY(&r->oldest))
		release(r, TAILQ_FIRST(&r->oldest));
	rte_free(r);
}

static bool is_of(const struct under_way *u, const struct hp_packet *p, uint32_t id, bool tunnelled)
{
	return u->until && u->id == id && u->tunnelled == tunnelled && hp_ip6_eq(&u->src, &p->src) && hp_ip6_eq(&u->dst, &p->dst);
}

/* The slot of (source, destination, id), else a free one of its set, else the oldest of its set. */
static struct under_way *find(struct hp_reassembly *r, const struct hp_packet *p, uint32_t id, bool tunnelled)
{
	struct {
		struct hp_ip6 src, dst;
		uint32_t id, tunnelled, zero[2];
	} key = {p->src, p->dst, id, tunnelled, {0}};
	uint32_t first = hp_key_hash(&key, sizeof(key), r->secret) % (HP_REASSEMBLY_PACKETS / WAYS) * WAYS;
	struct under_way *spare = &r->slot[first];

	for (unsigned int i = first; i < first + WAYS; i++) {
		struct under_way *u = &r->slot[i];

		if (is_of(u, p, id, tunnelled))
			return u;
		if (u->until < spare->until)
			spare = u;
	}
	return spare;
}

/* Where this fragment belongs, with room for it. */
static struct under_way *place(struct hp_reassembly *r, struct hp_worker *w, const struct hp_packet *p, uint32_t id, bool tunnelled)
{
	struct under_way *u = find(r, p, id, tunnelled);

	if (u->until && !is_of(u, p, id, tunnelled))
		give_up(r, w, u);
	while (r->held >= r->most)
		give_up(r, w, TAILQ_FIRST(&r->oldest));
	if (!u->until) {
		*u = (struct under_way){
			.src = p->src,
			.dst = p->dst,
			.id = id,
			.tunnelled = tunnelled,
			.until = w->now + HP_REASSEMBLY_TIMEOUT_S * rte_get_tsc_hz(),
		};
		TAILQ_INSERT_TAIL(&r->oldest, u, by_age);
	}
	return u;
}

static bool beyond(const struct under_way *u, uint32_t end)
{
	for (unsigned int i = 0; i < u->parts; i++)
		if ((uint32_t)u->part[i].at + u->part[i].len > end)
			return true;
	return false;
}

static bool overlaps(const struct under_way *u, uint32_t at, uint32_t len)
{
	for (unsigned int i = 0; i < u->parts; i++)
		if (at < (uint32_t)u->part[i].at + u->part[i].len && u->part[i].at < at + len)
			return true;
	return false;
}

/* An exact copy of one that is there: dropped alone, the packet goes on (RFC 8200 §4.5). */
static bool repeated(const struct under_way *u, const struct rte_mbuf *m, uint32_t from, uint32_t at, uint32_t len)
{
	for (unsigned int i = 0; i < u->parts; i++)
		if (u->part[i].at == at && u->part[i].len == len &&
		    memcmp(rte_pktmbuf_mtod_offset(u->part[i].m, void *, u->part[i].from), rte_pktmbuf_mtod_offset(m, void *, from), len) ==
			    0)
			return true;
	return false;
}

static const struct part *first_part(const struct under_way *u)
{
	for (unsigned int i = 0; i < u->parts; i++)
		if (u->part[i].at == 0)
			return &u->part[i];
	return NULL;
}

/* All octets are there: headers of the first fragment without its fragment header, then the parts by place. */
static struct rte_mbuf *join(struct hp_worker *w, const struct under_way *u)
{
	const struct part *first = first_part(u);
	const uint8_t *p = rte_pktmbuf_mtod(first->m, const uint8_t *);
	unsigned int head = first->from - FRAGMENT_HEADER, next_at = 6;
	struct rte_mbuf *m = rte_pktmbuf_alloc(w->shared->pool);
	uint8_t *out = m ? (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(head + u->whole)) : NULL;

	if (!out) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	memcpy(out, p, head);
	for (unsigned int i = 0; i < u->parts; i++)
		memcpy(out + head + u->part[i].at, rte_pktmbuf_mtod_offset(u->part[i].m, void *, u->part[i].from), u->part[i].len);
	/* The header before the fragment header now names what the first fragment's fragment header named. */
	for (unsigned int at = HP_IP6_HEADER; at < head; at += (p[at + 1] + 1u) * 8)
		next_at = at;
	out[next_at] = p[head];
	hp_header_set_payload((struct hp_header *)out, (uint16_t)(head - HP_IP6_HEADER + u->whole));
	*hp_meta(m) = *hp_meta(first->m);
	hp_meta(m)->word = head;
	return m;
}

struct rte_mbuf *hp_reassemble(struct hp_reassembly *r, struct hp_worker *w, struct rte_mbuf *m, const struct hp_packet *p)
{
	const uint8_t *f = p->data + p->fragment_at;
	const uint32_t at = (uint32_t)(f[2] << 8 | f[3]) & 0xfff8,
		       id = (uint32_t)f[4] << 24 | (uint32_t)f[5] << 16 | (uint32_t)f[6] << 8 | f[7];
	const uint32_t from = p->fragment_at + FRAGMENT_HEADER, len = (uint32_t)p->len - from;
	const bool more = f[3] & 1;
	const uint32_t room = rte_pktmbuf_data_room_size(w->shared->pool) - RTE_PKTMBUF_HEADROOM;
	struct under_way *u = place(r, w, p, id, hp_meta(m)->tunnelled);
	struct rte_mbuf *whole;

	if (repeated(u, m, from, at, len)) {
		hp_drop(w, m, HP_DP_DROP_FRAGMENT);
		return NULL;
	}
	/* Overlaps, gaps behind the end, odd lengths, too many, too long: all of the packet goes (RFC 5722 §4). */
	if (!len || (more && len % 8) || overlaps(u, at, len) || (u->whole && (!more || at + len > u->whole)) ||
	    (!more && beyond(u, at + len)) || p->fragment_at + at + len > room || u->parts == HP_REASSEMBLY_FRAGMENTS) {
		hp_count(w, HP_DP_DROP_FRAGMENT, u->parts);
		hp_drop(w, m, HP_DP_DROP_FRAGMENT);
		release(r, u);
		return NULL;
	}
	u->part[u->parts++] = (struct part){m, (uint16_t)at, (uint16_t)len, (uint16_t)from};
	r->held++;
	u->have += len;
	if (!more)
		u->whole = at + len;
	if (!u->whole || u->have < u->whole)
		return NULL;
	whole = join(w, u);
	if (!whole)
		hp_count(w, HP_DP_DROP_NO_MEMORY, 1);
	release(r, u);
	return whole;
}

void hp_reassembly_expire(struct hp_reassembly *r, struct hp_worker *w)
{
	struct under_way *u = TAILQ_FIRST(&r->oldest);

	if (!u || u->until > w->now)
		return;
	for (unsigned int i = 0; i < u->parts; i++) {
		if (u->part[i].at == 0)
			hp_punt(w, u->part[i].m, HP_PUNT_COMPLAINT, HP_PUNT_REASSEMBLY, 0);
		else
			hp_drop(w, u->part[i].m, HP_DP_DROP_FRAGMENT_TIMEOUT);
	}
	r->held -= u->parts;
	u->parts = 0;
	release(r, u);
}
