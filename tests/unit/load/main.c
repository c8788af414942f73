/* SPDX-License-Identifier: BSD-3-Clause */
/* What judges in homeport-load: loss, duplication, reordering and misdelivery are put in by hand and must be found, no more and no less. */
#include "tests.h"

static const struct hp_test tests[] = {
	{"flow: numbers in all orders", flow_table},
	{"flow: loss, duplicates and reordering against a naive model", flow_against_model},
	{"verdict: one change a row", verdict_table},
	{"verdict: which care-of address when", verdict_moves},
	{"verdict: an agent with faults is caught at each of them", verdict_injected},
	{"fleet: updates and answers", fleet_table},
	{"fleet: repetitions and giving up", fleet_repeats},
	{"traffic: shares, sizes, who may send", traffic_chooses},
	{"latency: percentiles against sorted values", latency_against_sorted},
	{"search: the highest rate without loss (RFC 2544 26.1)", search_finds},
	{"search: a sender that cannot do more", search_sender},
	{"tour: every number once", tour_covers},
	{"pace: so many a second, nothing in heaps", pace_keeps},
	HP_TESTS_END,
};

int main(void)
{
	return hp_tests_run("load", tests);
}
