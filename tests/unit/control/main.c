/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"routes: put, replace, remove, order", test_route_table},
		{"routes: the same", test_route_same},
		{"routes against a naive model", test_route_model},
		{"packets for us", test_input},
		{"packets of a mobile node", test_mobile},
		{"Mobility Headers", test_mobility},
		{"errors about our tunnels", test_relay},
		{"troubles of the workers", test_trouble},
		{"troubles of tunnel packets", test_trouble_tunnel},
		{"troubles with a home address", test_trouble_hao},
		{"where bindings lead", test_binding_ways},
		{"budgets of errors", test_limits},
		{"duplicate address detection", test_dad},
		{"a fleet's addresses at once", test_dad_fleet},
		{"duplicate addresses", test_dad_fails},
		{"away and home again", test_home_again},
		{"noise", test_noise},
		{"bursts against one by one", test_burst},
		{"two updates of one node in a burst", test_burst_order},
		{"correspondent: tests", test_correspondent_tests},
		{"correspondent: messages to hosts", test_behalf},
		{"correspondent: for ourselves", test_correspondent_own},
		{"correspondent: for a host", test_correspondent_host},
		{"correspondent: types of registration", test_type_change},
		{"correspondent: policy", test_policy},
		{"correspondent: through a tunnel in ESP", test_correspondent_tunnel},
		{"correspondent: whom we act for", test_protects},
		{"correspondent: reload", test_correspondent_renew},
		{"optimized path: errors", test_translation},
		{"optimized path: lengths of errors", test_translation_lengths},
		{"optimized path: errors cut off", test_translation_cut},
		{"optimized path: lasting errors", test_translation_lasting},
		{"optimized path: troubles of our own", test_translation_trouble},
		{"IPsec: registrations", test_ipsec},
		{"IPsec: prefix discovery", test_ipsec_prefixes},
		{"IPsec: what came under ESP is not quoted", test_ipsec_quoted},
		{"IPsec: limits of time", test_ipsec_limit},
		{"output", test_output},
		{"first hop", test_first_hop},
		HP_TESTS_END,
	};

	return hp_tests_run("control", tests);
}
