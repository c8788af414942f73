/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of lib/neighbor: what the agent asks of it is shown among the effects, so that their order can be compared as a whole.
 * probe -> ADDRESS valid, cancelled -> ADDRESS not valid; proxy -> GROUP joined, unproxy -> GROUP not joined;
 * join, leave -> the same with a multicast address; learn -> NEIGHBOR usable, forget -> NEIGHBOR not usable. */
#ifndef HP_TESTS_DOUBLE_H
#define HP_TESTS_DOUBLE_H

#include "neighbor/neighbor.h"

#define DOUBLE_OWN 8

struct hp_neighbor {
	struct {
		uint16_t link;
		struct hp_ip6 address;
	} own[DOUBLE_OWN];
	unsigned int owns;
	bool no_memory; /* probe and proxy fail */
};

#endif
