/* SPDX-License-Identifier: BSD-3-Clause */
#include "chain.h"

#include <string.h>

#define HEADER 40

static const uint8_t number_of[] = {
	[CHAIN_HBH] = 0,
	[CHAIN_DST] = 60,
	[CHAIN_RT_USED] = 43,
	[CHAIN_RT_LEFT] = 43,
	[CHAIN_RT2] = 43,
	[CHAIN_FRAG_ATOMIC] = 44,
	[CHAIN_FRAG_FIRST] = 44,
	[CHAIN_FRAG_LATER] = 44,
	[CHAIN_AH] = 51,
	[CHAIN_HAO] = 60,
	[CHAIN_HAO_BESIDE] = 60,
	[CHAIN_HAO_PAD1] = 60,
	[CHAIN_HAO_LENGTH] = 60,
	[CHAIN_HAO_UNROUTABLE] = 60,
	[CHAIN_UDP] = 17,
	[CHAIN_ECHO] = 58,
	[CHAIN_ND] = 58,
	[CHAIN_ERROR_OURS] = 58,
	[CHAIN_ERROR_USED] = 58,
	[CHAIN_ERROR_OTHER] = 58,
	[CHAIN_ERROR_FOREIGN] = 58,
	[CHAIN_HOTI] = 135,
	[CHAIN_BU] = 135,
	[CHAIN_BU_HOME] = 135,
	[CHAIN_ESP] = 50,
	[CHAIN_NONE] = 59,
	[CHAIN_GAP] = 60,
};

static uint8_t *put(uint8_t *at, const void *octets, unsigned int n)
{
	memcpy(at, octets, n);
	return at + n;
}

static uint8_t *fixed(uint8_t *at, uint32_t label, unsigned int payload, uint8_t next, uint8_t hop_limit, const struct hp_ip6 *src,
		      const struct hp_ip6 *dst)
{
	at = put(at,
		 (uint8_t[]){0x6b, (uint8_t)(0x50 | label >> 16), (uint8_t)(label >> 8), (uint8_t)label, (uint8_t)(payload >> 8),
			     (uint8_t)payload, next, hop_limit},
		 8);
	at = put(at, src, 16);
	return put(at, dst, 16);
}

/* RFC 6275 §6.4: next header, 2, type 2, one segment left (or none), reserved, home address. */
static uint8_t *routing2(uint8_t *at, uint8_t next, uint8_t left, const struct hp_ip6 *hoa)
{
	at = put(at, (uint8_t[]){next, 2, 2, left, 0, 0, 0, 0}, 8);
	return put(at, hoa, 16);
}

/* Destination unreachable about a packet of the receiver's. */
static uint8_t *error(uint8_t *at, const struct chain *c, const struct hp_ip6 *host, bool by_us, uint8_t left)
{
	at = put(at, (uint8_t[]){1, 0, 0xab, 0xcd, 0, 0, 0, 0}, 8);
	at = fixed(at, 0, 24 + 8, by_us ? 43 : 17, 60, host, &(struct hp_ip6){{0x20, 1, [15] = 9}});
	if (by_us)
		at = routing2(at, 17, left, &c->hoa);
	return put(at, (uint8_t[]){1, 2, 3, 4, 0, 8, 9, 9}, 8);
}

static uint8_t *option(uint8_t *at, const struct hp_ip6 *hoa)
{
	at = put(at, (uint8_t[]){0xc9, 16}, 2);
	return put(at, hoa, 16);
}

static uint8_t *write_part(uint8_t *at, const struct chain *c, enum chain_part part, uint8_t next)
{
	switch (part) {
	case CHAIN_HBH: /* router alert, and padding */
		return put(at, (uint8_t[]){next, 0, 5, 2, 0, 0, 1, 0}, 8);
	case CHAIN_DST:
		return put(at, (uint8_t[]){next, 0, 0x1e, 1, 3, 1, 1, 0}, 8);
	case CHAIN_RT_USED: /* segment routing, nothing left */
		return put(at, (uint8_t[]){next, 0, 4, 0, 0, 0, 0, 0}, 8);
	case CHAIN_RT_LEFT:
		return put(put(at, (uint8_t[]){next, 2, 4, 1, 0, 0, 0, 0}, 8), &c->hoa, 16);
	case CHAIN_RT2:
		return routing2(at, next, 1, &c->hoa);
	case CHAIN_FRAG_ATOMIC:
		return put(at, (uint8_t[]){next, 0, 0, 0, 1, 2, 3, 4}, 8);
	case CHAIN_FRAG_FIRST:
		return put(at, (uint8_t[]){next, 0, 0, 1, 1, 2, 3, 4}, 8);
	case CHAIN_FRAG_LATER:
		return put(at, (uint8_t[]){next, 0, 0x10, 0x01, 1, 2, 3, 4}, 8);
	case CHAIN_AH:
		return put(at, (uint8_t[24]){next, 4, 0, 0, 1, 2, 3, 4, 0, 0, 0, 9, 7, 7}, 24);
	case CHAIN_HAO: /* alignment 8n + 6 (§6.3) */
		return option(put(at, (uint8_t[]){next, 2, 1, 2, 0, 0}, 6), &c->hoa);
	case CHAIN_HAO_PAD1:
		return option(put(at, (uint8_t[]){next, 2, 0, 0, 0, 0}, 6), &c->hoa);
	case CHAIN_HAO_BESIDE:
		return put(option(put(at, (uint8_t[]){next, 3, 1, 2, 0, 0}, 6), &c->hoa), (uint8_t[]){0x1e, 1, 3, 1, 3, 0, 0, 0}, 8);
	case CHAIN_GAP:
		return put(put(at, (uint8_t[24]){next, 3, 1, 2, 0, 0, 1, 16}, 24), (uint8_t[]){0x1e, 1, 3, 1, 3, 0, 0, 0}, 8);
	case CHAIN_HAO_LENGTH:
		return put(at, (uint8_t[16]){next, 1, 1, 2, 0, 0, 0xc9, 8}, 16);
	case CHAIN_HAO_UNROUTABLE:
		return option(put(at, (uint8_t[]){next, 2, 1, 2, 0, 0}, 6), &(struct hp_ip6){{0xff, 0x0e, [15] = 1}});
	case CHAIN_UDP:
		return put(at, (uint8_t[]){0, 1, 0, 2, 0, 12, 0x12, 0x34, 1, 2, 3, 4}, 12);
	case CHAIN_ECHO:
		return put(at, (uint8_t[]){128, 0, 0x12, 0x34, 0, 0, 0, 0}, 8);
	case CHAIN_ND:
		return put(at, (uint8_t[24]){135, 0, 0x12, 0x34}, 24);
	case CHAIN_ERROR_OURS:
		return error(at, c, &c->host, true, 1);
	case CHAIN_ERROR_USED:
		return error(at, c, &c->host, true, 0);
	case CHAIN_ERROR_OTHER:
		return error(at, c, &c->host, false, 0);
	case CHAIN_ERROR_FOREIGN:
		return error(at, c, &c->hoa, true, 1);
	case CHAIN_HOTI:
		return put(at, (uint8_t[16]){59, 1, 1}, 16);
	case CHAIN_BU:
		return put(at, (uint8_t[16]){59, 1, 5, 0, 0, 0, 0, 1, 0x80}, 16);
	case CHAIN_BU_HOME:
		return put(at, (uint8_t[16]){59, 1, 5, 0, 0, 0, 0, 1, 0xc0}, 16);
	case CHAIN_ESP:
		return put(at, (uint8_t[32]){0, 0, 0, 9, 0, 0, 0, 1, 0xee}, 32);
	default:
		return at;
	}
}

unsigned int chain_write(const struct chain *c, uint8_t out[CHAIN_ROOM])
{
	uint8_t *at = out + HEADER;

	for (unsigned int i = 0; i < c->n; i++)
		at = write_part(at, c, c->part[i], i + 1 < c->n ? number_of[c->part[i + 1]] : 59);
	fixed(out, c->number, (unsigned int)(at - out) - HEADER, number_of[c->part[0]], c->hop_limit, &c->src, &c->dst);
	return (unsigned int)(at - out);
}

static bool is_mobility(enum chain_part p)
{
	return p == CHAIN_HOTI || p == CHAIN_BU || p == CHAIN_BU_HOME;
}

static bool is_routing(enum chain_part p)
{
	return p == CHAIN_RT_USED || p == CHAIN_RT_LEFT || p == CHAIN_RT2;
}

static bool is_option(enum chain_part p)
{
	return p >= CHAIN_HAO && p <= CHAIN_HAO_UNROUTABLE;
}

static void replace(struct chain *c, unsigned int at, unsigned int old, const enum chain_part *part, unsigned int fresh)
{
	memmove(c->part + at + fresh, c->part + at + old, (c->n - at - old) * sizeof(c->part[0]));
	if (fresh)
		memcpy(c->part + at, part, fresh * sizeof(c->part[0]));
	c->n = c->n - old + fresh;
}

void chain_outwards(struct chain_fate *fate, const struct chain *c, const struct hp_ip6 *coa)
{
	const enum chain_part ours = CHAIN_RT2;
	unsigned int at = 0;

	*fate = (struct chain_fate){.kind = CHAIN_FORWARDED, .out = *c, .counter = HP_DP_FORWARDED};
	fate->out.hop_limit--;
	for (unsigned int i = 0; i < c->n; i++) {
		const bool later = i && c->part[i - 1] == CHAIN_FRAG_LATER;

		if (c->part[i] == CHAIN_AH || (is_mobility(c->part[i])) || (c->part[i] == CHAIN_ND && !later)) {
			fate->counter = c->part[i] == CHAIN_AH ? HP_DP_HOME_PATH_AH : HP_DP_HOME_PATH_SIGNALLING;
			return;
		}
		if (later || c->part[i] == CHAIN_ESP)
			break;
		if (c->part[i] == CHAIN_RT_LEFT || c->part[i] == CHAIN_RT2) {
			fate->counter = HP_DP_HOME_PATH_ROUTING;
			return;
		}
	}
	/* Behind hop-by-hop options, and behind a routing header with the destination options before it (§6.4). */
	for (unsigned int i = 0;
	     i < c->n && (c->part[i] == CHAIN_HBH || c->part[i] == CHAIN_DST || is_option(c->part[i]) || is_routing(c->part[i])); i++)
		if (c->part[i] == CHAIN_HBH || is_routing(c->part[i]))
			at = i + 1;
	replace(&fate->out, at, 0, &ours, 1);
	fate->out.hoa = c->dst;
	fate->out.dst = *coa;
	fate->counter = HP_DP_OPTIMIZED_OUT;
}

/* What the option at `at` is, with what has gone before. HP_DP_COUNT: it is well. */
static enum hp_dp_counter option_fault(const struct chain *c, unsigned int at, bool before, bool too_late)
{
	if (before)
		return HP_DP_DROP_HAO_REPEATED;
	if (too_late)
		return HP_DP_DROP_HAO_MISPLACED;
	if (c->part[at] == CHAIN_HAO_LENGTH)
		return HP_DP_DROP_HAO_LENGTH;
	return c->part[at] == CHAIN_HAO_UNROUTABLE ? HP_DP_DROP_HAO_ADDRESS : HP_DP_COUNT;
}

static void dropped(struct chain_fate *fate, enum hp_dp_counter why)
{
	fate->kind = CHAIN_DROPPED;
	fate->counter = why;
}

static void punted(struct chain_fate *fate, enum hp_punt_class class_)
{
	fate->kind = CHAIN_PUNTED;
	fate->class_ = class_;
	fate->counter = HP_DP_COUNT;
	fate->out.hop_limit++;
}

void chain_inwards(struct chain_fate *fate, const struct chain *c, bool bound)
{
	bool fragment = false, too_late = false, has = false;
	enum chain_part upper = CHAIN_NONE;
	unsigned int at = 0;

	*fate = (struct chain_fate){.kind = CHAIN_FORWARDED, .out = *c, .counter = HP_DP_FORWARDED};
	fate->out.hop_limit--;
	for (unsigned int i = 0; i < c->n; i++) {
		const enum chain_part p = c->part[i];

		upper = p;
		if (p >= CHAIN_UDP || p == CHAIN_AH)
			break;
		if (is_routing(p) && has) {
			dropped(fate, HP_DP_DROP_HAO_MISPLACED);
			return;
		}
		if (p == CHAIN_RT_LEFT || p == CHAIN_RT2)
			return; /* its destination is elsewhere, or its receiver's to judge */
		if (is_option(p)) {
			const enum hp_dp_counter why = option_fault(c, i, has, too_late);

			if (why != HP_DP_COUNT) {
				dropped(fate, why);
				return;
			}
			has = true;
			at = i;
		}
		too_late = too_late || p == CHAIN_FRAG_ATOMIC;
		if (p == CHAIN_FRAG_FIRST || p == CHAIN_FRAG_LATER) {
			fragment = true;
			upper = c->part[i + 1];
			break;
		}
	}
	if (is_mobility(upper) && !fragment) {
		punted(fate, upper == CHAIN_HOTI ? HP_PUNT_TEST : upper == CHAIN_BU ? HP_PUNT_CORRESPONDENT : HP_PUNT_NEWCOMER);
		return;
	}
	if (has && upper == CHAIN_AH) {
		dropped(fate, HP_DP_DROP_HAO_AH);
		return;
	}
	if (has && !bound && (upper != CHAIN_ESP || fragment)) {
		punted(fate, HP_PUNT_HOME_ADDRESS);
		return;
	}
	if (has) {
		const enum chain_part gap = CHAIN_GAP;

		replace(&fate->out, at, 1, &gap, c->part[at] == CHAIN_HAO_BESIDE ? 1 : 0);
		fate->out.src = c->hoa;
		fate->counter = HP_DP_OPTIMIZED_IN;
	}
	if ((upper == CHAIN_ERROR_OURS || upper == CHAIN_ERROR_USED) && !fragment)
		punted(fate, HP_PUNT_ERROR);
}
