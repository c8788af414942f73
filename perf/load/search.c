/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/search.h"

/* With less than this share of what it was asked for the sender, not the agent, is at its end. */
#define SENDER_SHARE 0.98

void hp_search_init(struct hp_search *s, double most, double resolution)
{
	*s = (struct hp_search){.high = most, .resolution = resolution};
}

double hp_search_rate(const struct hp_search *s)
{
	return s->trials ? (s->low + s->high) / 2 : s->high;
}

void hp_search_tell(struct hp_search *s, double sent, bool passed)
{
	const double asked = hp_search_rate(s), reached = sent < asked ? sent : asked;

	if (passed) {
		s->by_sender = reached < SENDER_SHARE * asked;
		s->done = s->by_sender || !s->trials;
		if (reached > s->low)
			s->low = reached;
	} else {
		s->high = reached;
	}
	s->trials++;
	if (s->high - s->low <= s->resolution)
		s->done = true;
}
