/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 2544 §26.1: the highest rate at which nothing is lost, by trials. The first trial is at the most that is asked for, then each
 * halves what is left, until a resolution. Rates are packets a second. One thread. */
#ifndef HP_LOAD_SEARCH_H
#define HP_LOAD_SEARCH_H

#include <stdbool.h>

struct hp_search {
	double low;        /* passed, or 0 */
	double high;       /* failed, or the most that is asked for */
	double resolution; /* between the two at the end */
	unsigned int trials;
	bool done;
	bool by_sender; /* `low` is all that the sender could do: nothing was lost at it */
};

void hp_search_init(struct hp_search *s, double most, double resolution);
/* The rate of the next trial; not when done. */
double hp_search_rate(const struct hp_search *s);
/* How the trial at hp_search_rate went. `sent`: the rate that the sender really had, which may be less than it was asked for. */
void hp_search_tell(struct hp_search *s, double sent, bool passed);

#endif
