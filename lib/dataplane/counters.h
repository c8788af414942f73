/* SPDX-License-Identifier: BSD-3-Clause */
/* Every counter of the packet path, once. Each worker adds to its own cache lines; readers sum. Every packet received
 * ends in exactly one of: forwarded (tx), punted, dropped with a reason. */
#ifndef HP_DATAPLANE_COUNTERS_H
#define HP_DATAPLANE_COUNTERS_H

#include "base/counter.h"

#define HP_DP_COUNTERS(X)                                                                                                                  \
	X(HP_DP_RX, "packets.received", "frames taken from the ports")                                                                     \
	X(HP_DP_TX, "packets.sent", "frames given to the ports, those of the management core included")                                    \
	X(HP_DP_INTERCEPTED, "packets.intercepted", "packets tunnelled to a mobile node (RFC 6275 §10.4.2)")                               \
	X(HP_DP_DETUNNELLED, "packets.detunnelled", "packets taken out of a mobile node's reverse tunnel (§10.4.5)")                       \
	X(HP_DP_PROTECTED, "packets.protected", "packets put into ESP, of those intercepted")                                              \
	X(HP_DP_UNPROTECTED, "packets.unprotected", "packets taken out of ESP, on their way out of the tunnel")                            \
	X(HP_DP_OPTIMIZED_OUT, "packets.optimized_out",                                                                                    \
	  "packets of hosts that we act for, sent straight to a care-of address by a type 2 routing header (§9.3.2)")                      \
	X(HP_DP_OPTIMIZED_IN, "packets.optimized_in",                                                                                      \
	  "packets for hosts that we act for, come straight from a care-of address with the Home Address option (§9.3.1)")                 \
	X(HP_DP_HOME_PATH_SIZE, "packets.home_path_size",                                                                                  \
	  "packets that go by the home agent in spite of a correspondent's binding: too large with a routing header, within 1280 octets")  \
	X(HP_DP_HOME_PATH_AH, "packets.home_path_ah",                                                                                      \
	  "packets that go by the home agent in spite of a correspondent's binding: AH, which would cover the routing header")             \
	X(HP_DP_HOME_PATH_ROUTING, "packets.home_path_routing",                                                                            \
	  "packets that go by the home agent in spite of a correspondent's binding: another routing header with segments left")            \
	X(HP_DP_HOME_PATH_SIGNALLING, "packets.home_path_signalling",                                                                      \
	  "packets that go by the home agent in spite of a correspondent's binding: Mobility Header or neighbour discovery")               \
	X(HP_DP_HOME_PATH_CHAIN, "packets.home_path_chain",                                                                                \
	  "packets that go by the home agent in spite of a correspondent's binding: extension headers without an end")                     \
	X(HP_DP_HOME_PATH_NO_ROUTE, "packets.home_path_no_route",                                                                          \
	  "packets that go by the home agent in spite of a correspondent's binding: no route to the care-of address")                      \
	X(HP_DP_FORWARDED, "packets.forwarded", "packets forwarded by route")                                                              \
	X(HP_DP_PUNTED_REGISTRATION, "punt.registration",                                                                                  \
	  "packets handed to the management core: Mobility Header, or ESP, of a node that is bound here, from where it is")                \
	X(HP_DP_PUNTED_MOVED, "punt.moved",                                                                                                \
	  "packets handed to the management core: Mobility Header, or ESP, of such a node, from elsewhere")                                \
	X(HP_DP_PUNTED_TEST, "punt.test", "packets handed to the management core: Home Test Init and Care-of Test Init")                   \
	X(HP_DP_PUNTED_CORRESPONDENT, "punt.correspondent", "packets handed to the management core: Binding Updates without H")            \
	X(HP_DP_PUNTED_NEWCOMER, "punt.newcomer", "packets handed to the management core: Mobility Header, or ESP, of anybody else")       \
	X(HP_DP_PUNTED_ADVERTISEMENT, "punt.advertisement",                                                                                \
	  "packets handed to the management core: advertisement of a neighbour or router")                                                 \
	X(HP_DP_PUNTED_NEIGHBOR, "punt.neighbor", "packets handed to the management core: neighbour and listener discovery otherwise")     \
	X(HP_DP_PUNTED_UNRESOLVED, "punt.unresolved", "packets handed to the management core: next hop not known")                         \
	X(HP_DP_PUNTED_LISTENER, "punt.listener", "packets handed to the management core: multicast listener messages out of tunnels")     \
	X(HP_DP_PUNTED_DISCOVERY, "punt.discovery", "packets handed to the management core: home agent and mobile prefix discovery")       \
	X(HP_DP_PUNTED_HOME_ADDRESS, "punt.home_address",                                                                                  \
	  "packets handed to the management core: a Home Address option, and none of the above")                                           \
	X(HP_DP_PUNTED_ERROR, "punt.error", "packets handed to the management core: an ICMPv6 error has come")                             \
	X(HP_DP_PUNTED_COMPLAINT, "punt.complaint", "packets handed to the management core: an ICMPv6 error is wanted")                    \
	X(HP_DP_PUNTED_REST, "punt.rest", "packets handed to the management core: anything else for us")                                   \
	X(HP_DP_MULTICAST, "packets.multicast", "multicast packets for listeners that are away, or of a node that is away (§10.4.2)")      \
	X(HP_DP_COPIES, "packets.copies", "copies of these made for listeners")                                                            \
	X(HP_DP_FRAGMENTED, "packets.fragmented", "fragments made of tunnel packets and packets of ours")                                  \
	X(HP_DP_REASSEMBLED, "packets.reassembled", "packets put together from fragments sent to us")                                      \
	X(HP_DP_FRAGMENTS_HELD, "packets.fragments", "fragments received for us")                                                          \
	X(HP_DP_HANDED, "packets.handed_over", "frames and packets handed to the worker of their flow")                                    \
	X(HP_DP_GATHERED, "packets.gathered", "frames put together from several buffers of their driver")                                  \
	X(HP_DP_DROP_FRAME, "drop.frame", "drop: frame too short for its headers or its payload length")                                   \
	X(HP_DP_DROP_SEGMENTS, "drop.segments", "drop: frame in several buffers, longer than the largest MTU")                             \
	X(HP_DP_DROP_NOT_OURS, "drop.other_mac", "drop: frame for another station")                                                        \
	X(HP_DP_DROP_ETHERTYPE, "drop.ethertype", "drop: neither IPv6 nor VLAN")                                                           \
	X(HP_DP_DROP_VLAN, "drop.vlan", "drop: VLAN without a link")                                                                       \
	X(HP_DP_DROP_VERSION, "drop.version", "drop: IP version not 6")                                                                    \
	X(HP_DP_DROP_SOURCE, "drop.source", "drop: source multicast, loopback or, where one must answer, unspecified")                     \
	X(HP_DP_DROP_DESTINATION, "drop.destination", "drop: destination unspecified or loopback")                                         \
	X(HP_DP_DROP_MULTICAST, "drop.multicast", "drop: multicast that nothing here listens to")                                          \
	X(HP_DP_DROP_MULTICAST_SOURCE, "drop.multicast_source",                                                                            \
	  "drop: multicast for listeners that are away, source not of wider scope than its link")                                          \
	X(HP_DP_DROP_MULTICAST_HOP_LIMIT, "drop.multicast_hop_limit", "drop: multicast for listeners that are away, hop limit spent")      \
	X(HP_DP_DROP_MULTICAST_POLICED, "drop.multicast_policed", "drop: multicast that wants more copies than a worker makes")            \
	X(HP_DP_DROP_COPY, "drop.copy", "drop: copy for a listener: too big for its tunnel, or its care-of address is nowhere")            \
	X(HP_DP_DROP_ND_HOP_LIMIT, "drop.nd_hop_limit", "drop: discovery message about a home address with a hop limit other than 255")    \
	X(HP_DP_DROP_ND_LINK, "drop.nd_link", "drop: discovery message about a home address from another link")                            \
	X(HP_DP_DROP_HAO_MISPLACED, "drop.home_address_misplaced",                                                                         \
	  "drop: for a host that we act for, Home Address option behind a fragment header or before a routing header (§6.3)")              \
	X(HP_DP_DROP_HAO_REPEATED, "drop.home_address_repeated", "drop: for such a host, a second Home Address option")                    \
	X(HP_DP_DROP_HAO_LENGTH, "drop.home_address_length", "drop: for such a host, Home Address option of a length other than 16")       \
	X(HP_DP_DROP_HAO_ADDRESS, "drop.home_address_unroutable", "drop: for such a host, home address not unicast routable (§9.3.1)")     \
	X(HP_DP_DROP_HAO_AH, "drop.home_address_ah", "drop: for such a host, AH behind a Home Address option, which it covers")            \
	X(HP_DP_DROP_TUNNEL_UNBOUND, "drop.tunnel_unbound", "drop: reverse tunnel, inner source is not a bound home address")              \
	X(HP_DP_DROP_TUNNEL_COA, "drop.tunnel_care_of", "drop: reverse tunnel, outer source is not the registered care-of address")        \
	X(HP_DP_DROP_TUNNEL_INNER, "drop.tunnel_inner", "drop: reverse tunnel, inner packet malformed")                                    \
	X(HP_DP_DROP_TUNNEL_LINKLOCAL, "drop.tunnel_linklocal", "drop: reverse tunnel, inner address link-local")                          \
	X(HP_DP_DROP_TUNNEL_MULTICAST, "drop.tunnel_multicast",                                                                            \
	  "drop: reverse tunnel, inner destination multicast of link scope, or multicast is off")                                          \
	X(HP_DP_DROP_TUNNEL_NESTED, "drop.tunnel_nested", "drop: reverse tunnel, a tunnel to ourselves inside")                            \
	X(HP_DP_DROP_UNPROTECTED, "drop.unprotected", "drop: reverse tunnel, without the ESP that its node must use (RFC 4301 §5.2)")      \
	X(HP_DP_DROP_ESP_LENGTH, "drop.esp_length", "drop: ESP, too short, or not of whole blocks")                                        \
	X(HP_DP_DROP_ESP_REPLAY, "drop.esp_replay", "drop: ESP, sequence number seen before, or older than the window (RFC 4303 §3.4.3)")  \
	X(HP_DP_DROP_ESP_INTEGRITY, "drop.esp_integrity", "drop: ESP, integrity check value wrong (§3.4.4)")                               \
	X(HP_DP_DROP_ESP_PADDING, "drop.esp_padding", "drop: ESP, padding that is not 1, 2, 3 and so on (§2.4)")                           \
	X(HP_DP_DROP_ESP_DUMMY, "drop.esp_dummy", "drop: ESP, a dummy packet, as is meant (§2.6)")                                         \
	X(HP_DP_DROP_ESP_NEXT, "drop.esp_next_header", "drop: ESP, no IPv6 packet inside")                                                 \
	X(HP_DP_DROP_ESP_SELECTOR, "drop.esp_selector",                                                                                    \
	  "drop: ESP, inner packet not what its association is for: another home address, or no home test")                                \
	X(HP_DP_DROP_ESP_ASSOCIATION, "drop.esp_association", "drop: to be sent under an association that is gone")                        \
	X(HP_DP_DROP_ESP_NUMBER, "drop.esp_number", "drop: to be sent under an association whose sequence numbers are used up (§3.3.3)")   \
	X(HP_DP_DROP_ESP_DEVICE, "drop.esp_device", "drop: ESP, refused by the crypto device")                                             \
	X(HP_DP_DROP_ECN, "drop.ecn", "drop: congestion experienced outside, not ECN-capable inside (RFC 6040 §4.2)")                      \
	X(HP_DP_DROP_FRAGMENT, "drop.fragment", "drop: fragment malformed, overlapping (RFC 5722) or of a packet too large for us")        \
	X(HP_DP_DROP_FRAGMENT_TIMEOUT, "drop.fragment_timeout", "drop: fragments whose rest did not come within 60 s")                     \
	X(HP_DP_DROP_FRAGMENT_FULL, "drop.fragment_full", "drop: fragments of unfinished packets, given up for newer ones")                \
	X(HP_DP_POLICED_REGISTRATION, "drop.policed_registration",                                                                         \
	  "drop: more for the management core than it is to have: Mobility Header of a node that is bound here, from where it is")         \
	X(HP_DP_POLICED_MOVED, "drop.policed_moved",                                                                                       \
	  "drop: more for the management core than it is to have: Mobility Header of such a node, from elsewhere")                         \
	X(HP_DP_POLICED_TEST, "drop.policed_test",                                                                                         \
	  "drop: more for the management core than it is to have: Home Test Init and Care-of Test Init")                                   \
	X(HP_DP_POLICED_CORRESPONDENT, "drop.policed_correspondent",                                                                       \
	  "drop: more for the management core than it is to have: Binding Updates without H")                                              \
	X(HP_DP_POLICED_NEWCOMER, "drop.policed_newcomer",                                                                                 \
	  "drop: more for the management core than it is to have: Mobility Header of anybody else")                                        \
	X(HP_DP_POLICED_ADVERTISEMENT, "drop.policed_advertisement",                                                                       \
	  "drop: more for the management core than it is to have: advertisement of a neighbour or router")                                 \
	X(HP_DP_POLICED_NEIGHBOR, "drop.policed_neighbor",                                                                                 \
	  "drop: more for the management core than it is to have: neighbour and listener discovery otherwise")                             \
	X(HP_DP_POLICED_UNRESOLVED, "drop.policed_unresolved",                                                                             \
	  "drop: more for the management core than it is to have: next hop not known")                                                     \
	X(HP_DP_POLICED_LISTENER, "drop.policed_listener",                                                                                 \
	  "drop: more for the management core than it is to have: multicast listener messages out of tunnels")                             \
	X(HP_DP_POLICED_DISCOVERY, "drop.policed_discovery",                                                                               \
	  "drop: more for the management core than it is to have: home agent and mobile prefix discovery")                                 \
	X(HP_DP_POLICED_HOME_ADDRESS, "drop.policed_home_address",                                                                         \
	  "drop: more for the management core than it is to have: a Home Address option, and none of the above")                           \
	X(HP_DP_POLICED_ERROR, "drop.policed_error", "drop: more for the management core than it is to have: an ICMPv6 error has come")    \
	X(HP_DP_POLICED_COMPLAINT, "drop.policed_complaint",                                                                               \
	  "drop: more for the management core than it is to have: an ICMPv6 error is wanted")                                              \
	X(HP_DP_POLICED_REST, "drop.policed_rest", "drop: more for the management core than it is to have: anything else for us")          \
	X(HP_DP_DROP_PUNT_FULL, "drop.punt_full", "drop: ring to the management core full")                                                \
	X(HP_DP_DROP_HANDED_FULL, "drop.handed_over_full", "drop: ring to the worker of the flow full")                                    \
	X(HP_DP_DROP_TX_FULL, "drop.tx_full", "drop: transmit queue full")                                                                 \
	X(HP_DP_DROP_NO_PATH, "drop.no_path", "drop: the path of a tunnel packet is gone")                                                 \
	X(HP_DP_DROP_NO_MEMORY, "drop.no_memory", "drop: no packet buffer")                                                                \
	X(HP_DP_DROP_TOO_LONG, "drop.too_long", "drop: longer than a packet buffer")
enum hp_dp_counter { HP_DP_COUNTERS(HP_COUNTER_ENUM) HP_DP_COUNT };
extern const struct hp_counter_info hp_dp_counters[HP_DP_COUNT];

#endif
