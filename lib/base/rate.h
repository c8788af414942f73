/* SPDX-License-Identifier: BSD-3-Clause */
/* Token bucket. One thread. RFC 4443 §2.4 (f) names it for ICMPv6 errors. */
#ifndef HP_BASE_RATE_H
#define HP_BASE_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct hp_rate {
	uint32_t per_s, burst; /* tokens a second, tokens at most */
	uint64_t level;        /* thousandths of a token */
	uint64_t last_ms;
};

void hp_rate_init(struct hp_rate *r, uint32_t per_s, uint32_t burst, uint64_t now_ms);
/* Whether there is a token to be taken. */
bool hp_rate_ready(struct hp_rate *r, uint64_t now_ms);
/* Takes one token, or false. */
bool hp_rate_take(struct hp_rate *r, uint64_t now_ms);

#endif
