/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"
#include "tests.h"

int main(void)
{
	static const struct hp_test tests[] = {
		{"fixed header", test_fixed_header},
		{"walk, outcome by outcome", test_walk},
		{"walk, cut at every octet", test_walk_cut},
		{"walk, random chains against a model", test_walk_model},
		{"router alert", test_router_alert},
		{"put together from fragments", test_reassembled},
		{"checks of the Mobility Header", test_mh_check},
		{"Mobility Header shorter than its packet", test_mh_trailing},
		{"mobility options", test_mh_options},
		{"identifier, timestamp, authenticators (RFC 4283, 4285)", test_proof_read},
		{"these as we write them", test_proof_write},
		{"reserved bits", test_mh_reserved},
		{"return routability messages", test_mh_tests},
		{"Binding Error", test_mh_errors},
		{"mobility messages written", test_mh_write},
		{"mobility messages without room", test_mh_room},
		{"validity of discovery messages", test_validity},
		{"options of solicitations", test_nd_options},
		{"options of router advertisements", test_ra_options},
		{"more prefixes than we keep", test_ra_many},
		{"discovery messages without room", test_nd_room},
		{"errors allowed", test_error_allowed},
		{"size of errors", test_error_size},
		{"encapsulation limit", test_limit},
		{"direct path: Home Address option put in", test_direct_put},
		{"direct path: many headers", test_direct_many},
		{"direct path: longest packet", test_direct_long},
		{"direct path: type 2 routing header taken out", test_direct_take},
		{"direct path: errors", test_direct_error},
		{"composed headers", test_compose},
		{"limits of composing", test_compose_limits},
		{"checksum", test_checksum},
		{"traffic class of tunnels", test_classes},
		{"flow label spreads", test_flow_label},
		{"flow label of one flow", test_flow_same},
		{"Scapy: walk", test_walk_vectors},
		{"Scapy: Mobility Header", test_mh_vectors},
		{"Scapy: return routability", test_rr_vectors},
		{"Scapy: neighbours", test_neighbor_vectors},
		{"Scapy: routers", test_router_vectors},
		{"Scapy: listeners", test_listener_vectors},
		{"Scapy: a router's queries, reports to it", test_router_listener_vectors},
		{"Scapy: errors", test_error_vectors},
		{"mobile discovery: refusals", test_discovery_read},
		{"mobile discovery: fields", test_discovery_fields},
		{"mobile discovery: many", test_discovery_many},
		{"mobile discovery: room", test_discovery_room},
		HP_TESTS_END,
	};

	return hp_tests_run("wire", tests);
}
