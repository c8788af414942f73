/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"updates, scene by scene", test_update},
		{"reserved home addresses", test_anycast},
		{"path MTU of a tunnel", test_path_mtu},
		{"path MTU, older", test_path_mtu_ages},
		{"a flood of refusals is counted, not told", test_refusals},
		{"configurations", test_create},
		{"random updates against a naive model", test_model},
		{"derived link-local addresses at random", test_linklocal},
		{"pages", test_page},
		{"reroute in slices", test_reroute},
		{"home agents list", test_agents},
		{"home agents list, bounded", test_agents_bounded},
		{"home agent address discovery", test_discover},
		{"home agents for the operator", test_home_agents},
		{"prefix solicitations", test_solicited},
		{"prefix advertisements, unsolicited", test_unsolicited},
		{"prefix advertisements: when", test_delivery_delay},
		{"prefix advertisements: until when", test_delivery_ends},
		{"prefixes of other home agents", test_others_prefixes},
		{"prefixes that change", test_renew},
		{"prefixes that change, in slices", test_renew_slices},
		{"prefix advertisements switched on", test_switched_on},
		{"100,000 bindings", test_many},
		{"RFC 3810 tables, row by row", test_listening_tables},
		{"listening against a naive model", test_listening_model},
		{"merged against a naive model", test_merge_model},
		{"source-specific groups", test_merge_specific},
		{"listeners, scene by scene", test_listeners},
		{"listeners that are ignored", test_listeners_ignored},
		{"listeners' bounds", test_listeners_bounds},
		{"when listeners are asked", test_listeners_queries},
		{"listeners against a naive model", test_listeners_model},
		HP_TESTS_END,
	};

	return hp_tests_run("agent", tests);
}
