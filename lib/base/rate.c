/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/rate.h"

void hp_rate_init(struct hp_rate *r, uint32_t per_s, uint32_t burst, uint64_t now_ms)
{
	*r = (struct hp_rate){.per_s = per_s, .burst = burst, .level = (uint64_t)burst * 1000, .last_ms = now_ms};
}

bool hp_rate_ready(struct hp_rate *r, uint64_t now_ms)
{
	const uint64_t full = (uint64_t)r->burst * 1000;

	if (now_ms > r->last_ms) {
		uint64_t passed = now_ms - r->last_ms;

		/* One token a second is a thousandth a millisecond; a long pause must not overflow. */
		if (!r->per_s || passed < full / r->per_s + 1)
			r->level += passed * r->per_s;
		else
			r->level = full;
		if (r->level > full)
			r->level = full;
		r->last_ms = now_ms;
	}
	return r->level >= 1000;
}

bool hp_rate_take(struct hp_rate *r, uint64_t now_ms)
{
	if (!hp_rate_ready(r, now_ms))
		return false;
	r->level -= 1000;
	return true;
}
