/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"tests answered", test_tests},
		{"Binding Updates, row by row", test_updates},
		{"deletions, row by row", test_deletions},
		{"what is remembered", test_memory},
		{"ends, requests, errors", test_life},
		{"a full cache: idle ones give way", test_replacement},
		{"a full cache: who came a moment ago is spared", test_spared},
		{"a full cache: a walk is bounded", test_walk_bound},
		{"a full cache: memories", test_memories},
		{"a care-of network's share", test_shares},
		{"pages", test_pages},
		{"pages of little but memories", test_short_pages},
		{"ids", test_ids},
		{"20,000 bindings: memory, and their end in parts", test_footprint},
		{"nonces: made when wanted, indices come round", test_nonces},
		{"nonces: accepted for four minutes", test_nonce_ages},
		{"deletions, one after another", test_deleted_before},
		{"a changed configuration", test_renew},
		{"events within bounds", test_events},
		{"counters, one by one", test_counters},
		{"test init messages, odd ones", test_odd_tests},
		{"beside a naive model", test_model},
		HP_TESTS_END,
	};

	return hp_tests_run("correspondent", tests);
}
