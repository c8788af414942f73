/* SPDX-License-Identifier: BSD-3-Clause */
/* The anti-replay window of one ESP security association (RFC 4303 §3.4.3, appendix A2): sequence numbers of 32 bits, or of 64 bits (ESN)
 * of which a packet carries the lower half. Check first, prove the packet, then accept: a forged number moves nothing. Accept judges once
 * more, so that of two equal packets checked together only one passes. Inline: workers call it. One thread an association. */
#ifndef HP_BASE_REPLAY_H
#define HP_BASE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HP_REPLAY_SMALL 64
#define HP_REPLAY_LARGE 1024

struct hp_replay {
	uint64_t top;  /* T of appendix A: the highest number accepted, 0: none yet */
	uint16_t size; /* W in bits: 0 (every number passes), HP_REPLAY_SMALL or HP_REPLAY_LARGE */
	bool esn;      /* only with a window: without one nobody knows the upper half */
	/* Bit n of the ring is number n modulo the size, for the last `size` numbers; larger numbers find a bit that was cleared. */
	uint64_t seen[HP_REPLAY_LARGE / 64];
};

static inline void hp_replay_init(struct hp_replay *r, uint16_t size, bool esn)
{
	*r = (struct hp_replay){.size = size, .esn = esn};
}

/* Whether the whole number may still come: not 0 (the first is 1, §3.3.3), not below the window, not seen. */
static inline bool hp_replay_is_new(const struct hp_replay *r, uint64_t sequence)
{
	if (!r->size || sequence > r->top)
		return true;
	return sequence && r->top - sequence < r->size && !(r->seen[sequence / 64 & (r->size / 64u - 1)] >> (sequence & 63) & 1);
}

/* `low`: what the packet carries. *sequence: the whole number, whose upper half belongs to what the integrity check value covers.
 * False: it came before, or is too old. */
static inline bool hp_replay_check(const struct hp_replay *r, uint32_t low, uint64_t *sequence)
{
	const uint32_t top_low = (uint32_t)r->top, bottom_low = top_low - r->size + 1u;
	uint32_t high = 0;

	if (r->esn) {
		/* Appendix A2.2. Case A: the window lies within one value of the upper half; case B: it reaches down into the one before. */
		high = (uint32_t)(r->top >> 32);
		if (top_low >= r->size - 1u) {
			if (low < bottom_low && ++high == 0)
				return false; /* 2^64 numbers are used up */
		} else if (low >= bottom_low) {
			if (high-- == 0)
				return false; /* below the first number */
		}
	}
	*sequence = (uint64_t)high << 32 | low;
	return hp_replay_is_new(r, *sequence);
}

/* The packet has proved itself. False: another one with this number did so since the check. */
static inline bool hp_replay_accept(struct hp_replay *r, uint64_t sequence)
{
	const uint64_t mask = r->size / 64u - 1;

	if (!hp_replay_is_new(r, sequence))
		return false;
	if (!r->size)
		return true;
	if (sequence > r->top) {
		if (sequence - r->top >= r->size) {
			memset(r->seen, 0, sizeof(r->seen));
		} else {
			const uint64_t first = r->top + 1;

			for (uint64_t word = first / 64; word <= sequence / 64; word++) {
				const uint64_t from = word == first / 64 ? first & 63 : 0, to = word == sequence / 64 ? sequence & 63 : 63;

				r->seen[word & mask] &= ~(~(uint64_t)0 << from & ~(uint64_t)0 >> (63 - to));
			}
		}
		r->top = sequence;
	}
	r->seen[sequence / 64 & mask] |= (uint64_t)1 << (sequence & 63);
	return true;
}

#endif
