/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_WIRE_TESTS_H
#define HP_TESTS_WIRE_TESTS_H

/* test_packet.c */
void test_fixed_header(void);
void test_walk(void);
void test_walk_cut(void);
void test_walk_model(void);
void test_router_alert(void);
void test_reassembled(void);

/* test_vectors.c */
void test_walk_vectors(void);
void test_mh_vectors(void);
void test_rr_vectors(void);
void test_neighbor_vectors(void);
void test_router_vectors(void);
void test_listener_vectors(void);
void test_router_listener_vectors(void);
void test_error_vectors(void);

/* test_mh.c */
void test_mh_check(void);
void test_mh_trailing(void);
void test_mh_errors(void);
void test_mh_reserved(void);
void test_mh_options(void);
void test_proof_read(void);
void test_proof_write(void);
void test_mh_tests(void);
void test_mh_write(void);
void test_mh_room(void);

/* test_nd.c */
void test_validity(void);
void test_nd_options(void);
void test_ra_options(void);
void test_ra_many(void);
void test_nd_room(void);

/* test_discovery.c */
void test_discovery_read(void);
void test_discovery_fields(void);
void test_discovery_many(void);
void test_discovery_room(void);

/* test_icmp6.c */
void test_error_allowed(void);
void test_error_size(void);

/* test_transit.c */
void test_limit(void);

/* test_direct.c */
void test_direct_put(void);
void test_direct_many(void);
void test_direct_long(void);
void test_direct_take(void);
void test_direct_error(void);

/* test_compose.c */
void test_compose(void);
void test_compose_limits(void);
void test_checksum(void);

/* test_tunnel.c */
void test_classes(void);
void test_flow_label(void);
void test_flow_same(void);

#endif
