# SPDX-License-Identifier: BSD-3-Clause
"""Breakages on purpose, one a rule: (name, clause, file, what stands there once, what it becomes, conformance cases that are asked).
A case KIND/ID runs on that link kind, an ID on a virtual home link. IDs may end in *."""

MH, WALK, INPUT = "lib/wire/mh.c", "lib/wire/packet.c", "lib/control/input.c"
UPDATE, REGISTRATION, ACKNOWLEDGE = "lib/agent/update.c", "lib/agent/registration.c", "lib/agent/acknowledge.c"
PROXY, RELAY, INTERCEPT, DETUNNEL = "lib/neighbor/proxy.c", "lib/control/relay.c", "lib/dataplane/intercept.c", "lib/dataplane/detunnel.c"

BREAKAGES = [
    # Mobility Header.
    ("checksum unchecked", "9.2", MH, "if (hp_checksum(src, dst, HP_PROTO_MH, p, header_len(p)) != 0)", "if (0)", "mh-checksum-*"),
    ("checksum over the care-of address", "6.1.1", "lib/agent/agent.c", "hp_packet_source(p), hp_packet_destination(p), &type", "&p->src, hp_packet_destination(p), &type", "mh-checksum-* reg-first"),
    ("payload protocol unchecked", "9.2", MH, "if (p[0] != HP_PROTO_NONE)", "if (0)", "mh-payload-proto mh-piggybacked"),
    ("header length: wrong pointer", "9.2", MH, "*error_at = AT_LENGTH;", "*error_at = 0;", "mh-length-short*"),
    ("header length unchecked", "9.2", MH, "if (header_len(p) < message[*type].length)", "if (0)", "mh-length-short*"),
    ("unknown type: status 1", "9.3.3", INPUT, "HP_BE_UNKNOWN_MH", "HP_BE_UNKNOWN_BINDING", "mh-unknown-type*"),
    ("payload protocol before type", "9.2", MH, "	if (*type >= TYPES)\n		return HP_MH_UNKNOWN_TYPE;\n	if (p[0] != HP_PROTO_NONE)\n		return HP_MH_PAYLOAD_PROTO;",
     "	if (p[0] != HP_PROTO_NONE)\n		return HP_MH_PAYLOAD_PROTO;\n	if (*type >= TYPES)\n		return HP_MH_UNKNOWN_TYPE;", "mh-unknown-type*"),
    ("unknown mobility option refused", "6.2.1", MH, "	default:\n		return HP_MH_OK;\n	}\n}\n\nenum hp_mh_walk hp_bu_read", "	default:\n		return HP_MH_BAD_OPTION;\n	}\n}\n\nenum hp_mh_walk hp_bu_read", "mh-option-*"),
    ("option that runs over taken as the end", "6.2.1", MH, "		if (!o->data)\n			return -1;", "		if (!o->data)\n			return 0;", "mh-option-*"),
    # Extension headers.
    ("order: a routing header may follow the option", "6.3", WALK, "{HP_PROTO_ROUTING, .before_hao = true}", "{HP_PROTO_ROUTING}", "hao-* order-*"),
    ("order: the option may follow a fragment header", "6.3", WALK, "{HP_PROTO_FRAGMENT, .after_hao = true}", "{HP_PROTO_FRAGMENT}", "hao-* order-*"),
    ("order: a routing header must not precede the option", "6.3", WALK, "{HP_PROTO_ROUTING, .before_hao = true}", "{HP_PROTO_ROUTING, .before_hao = true, .after_hao = true}", "hao-* order-*"),
    ("the option may be repeated", "6.3", WALK, "	if (p->has_hao)\n		return HP_WALK_HAO_REPEATED;", "", "hao-twice*"),
    ("option of any length", "6.3", WALK, "if (len != sizeof(p->hoa))", "if (len < sizeof(p->hoa))", "hao-length-*"),
    ("any home address", "9.3.1", WALK, "	if (!hp_ip6_is_routable(&p->hoa))\n		return HP_WALK_HAO_ADDRESS;", "", "hao-multicast hao-linklocal hao-unspecified hao-loopback"),
    ("the option in fragments", "6.3", WALK, "return !(p->has_hao && p->hao_at >= head) &&", "return", "hao-in-fragments hao-before-fragments"),
    ("type 2 routing header to us taken", "6.4", WALK, "if (!w->node || len != 24 || left != 1 || p->has_rh2)", "if (len != 24)", "rthdr2-*"),
    ("type 0 routing header skipped", "RFC 5095", WALK, "	if (left)\n		return fail(p, HP_WALK_RH_TYPE", "	if (left > 99)\n		return fail(p, HP_WALK_RH_TYPE", "rthdr0-* rthdr-*"),
    ("option actions: 10 is silent", "RFC 8200 4.2", WALK, "		return fail(p, HP_WALK_OPTION_ERROR, at, PARAM_OPTION);", "		return HP_WALK_OPTION_DISCARD;", "option-*"),
    # Home Address option and Binding Errors.
    ("the option needs no binding", "9.3.1", INPUT, "if (!p->has_hao || p->proto == HP_PROTO_MH", "if (true || p->proto == HP_PROTO_MH", "be-*"),
    ("any care-of address with the option", "9.3.1", INPUT, "b.state == HP_BINDING_VALID && hp_ip6_eq(&b.coa, &p->src)", "b.state == HP_BINDING_VALID", "be-*"),
    ("Binding Errors without limit", "9.3.3", "lib/control/complaint.c", "if (!hp_limit_take(&c->binding_errors, &p->src, now.mono_ms))", "if (0)", "be-rate-limit"),
    ("Binding Error without the home address", "9.3.3", "lib/control/complaint.c", ".hoa = p->has_hao ? p->hoa : HP_IP6_ANY", ".hoa = HP_IP6_ANY", "be-unbound-*"),
    ("own answers without routing header", "9.3.2", "lib/control/output.c", "if (way == HP_OUTPUT_ROUTED)", "if (0)", "own-*"),
    # Registration.
    ("sequence numbers: off by one", "9.5.1", UPDATE, "(uint16_t)(last - sequence) <= 32768", "(uint16_t)(last - sequence) < 32768", "seq-*"),
    ("sequence numbers: without wrapping", "9.5.1", UPDATE, "return (uint16_t)(last - sequence) <= 32768;", "return sequence <= last;", "seq-*"),
    ("135 with the number of the update", "9.5.1", ACKNOWLEDGE, "refuse(a, r, HP_BA_SEQUENCE, last, now, fx);", "refuse(a, r, HP_BA_SEQUENCE, r->sequence, now, fx);", "seq-*"),
    ("acknowledgement by the cache", "9.5.4", ACKNOWLEDGE, "send.coa = r->source;", "send.coa = r->coa;", "alt-care-of*"),
    ("acknowledgement from another address", "9.5.4", ACKNOWLEDGE, ".src = r->ha,", ".src = *hp_neighbor_source(a->conf.neighbor, r->home_link, &r->hoa),", "reg-other-address reg-first"),
    ("K copied", "10.3.1", ACKNOWLEDGE, ".lifetime = lifetime};", ".lifetime = lifetime, .key_movable = r->key_movable};", "reg-k-cleared"),
    ("tunnels in cycles", "6.1.7", UPDATE, "return served && served->state != HP_BINDING_GONE ? HP_BA_INVALID_COA : PASS;", "(void)served;\n	return PASS;", "care-of-*"),
    ("any care-of address", "6.1.7", UPDATE, " || !hp_ip6_is_routable(&r->coa))", ")", "alt-care-of-*"),
    ("type changed silently", "9.5.1", UPDATE, "return HP_BA_TYPE_CHANGE;", "return SILENCE;", "reg-type-change*"),
    ("131 for 132", "10.3.1", UPDATE, "		return HP_BA_NOT_HOME_SUBNET;", "		return HP_BA_NOT_SUPPORTED;", "reg-not-home-*"),
    ("registration without the option", "10.3.1", UPDATE, "if (bu->home && !r->has_hao && r->lifetime)", "if (0)", "reg-without-option"),
    ("prefix lifetimes do not bound", "10.3.1", "lib/agent/home.c", "	if (granted > valid)\n		granted = (uint16_t)valid;", "", "prefix-valid-caps prefix-preferred"),
    ("status 1 never", "10.3.1", "lib/agent/home.c", "*deprecated = preferred < granted || valid == granted;", "*deprecated = false;", "prefix-deprecated* prefix-valid-caps"),
    ("133 forgotten", "10.3.2", UPDATE, "if (verdict == PASS && !r.lifetime && !b)", "if (0 && !b)", "reg-first dereg-unknown*"),
    ("no memory of de-registrations", "10.3.2", REGISTRATION, "now.mono_ms + HP_REGISTRATION_MEMORY_MS", "now.mono_ms + 1", "dereg-memory"),
    ("intercepted after de-registration", "10.3.2", REGISTRATION, "	hp_effects_push(fx, &e);\n	hp_defend_stop(", "	(void)e;\n	hp_defend_stop(", "dereg-away rev-deregistered"),
    ("nodes at home are looked for first", "10.3.2", ACKNOWLEDGE, "	if (r->on_home) {", "	if (0) {", "real/home-*"),
    # Duplicate address detection and defence.
    ("no duplicate address detection", "10.3.1", "lib/agent/defend.c", "if (!a->conf.dad || !on_wire(a, b))", "if (1)", "real/dad-probe real/dad-collision-*"),
    ("link-local address untested", "10.3.1", "lib/agent/defend.c", "		which |= HP_DEFEND_LINKLOCAL;\n	return which;", "		which |= 0;\n	return which;", "real/dad-l-*"),
    ("advertisements are no collision", "10.3.1", PROXY, "	if (x->state == PROXIED_PROBING)\n		probed(nb, x, false, now, fx);\n	return true;", "	return true;", "real/dad-collision-*"),
    ("others' probes are no collision", "10.3.1", PROXY, "else if (x->state == PROXIED_PROBING && probe &&", "else if (0 && probe &&", "real/dad-collision-*"),
    ("a newer update during detection is lost", "10.3.1", UPDATE, "return !sequence_is_old(r->sequence, b->probation->request.sequence);", "return false;", "real/dad-second-update"),
    ("solicited answers override", "10.4.1", PROXY, "from, !probe, false, fx);", "from, !probe, true, fx);", "real/proxy-*solicited real/proxy-unicast real/proxy-probe"),
    ("announcements do not override", "10.4.1", PROXY, "advertise(nb, x, &HP_IP6_ALL_NODES, NULL, false, true, fx);", "advertise(nb, x, &HP_IP6_ALL_NODES, NULL, false, false, fx);", "real/proxy-announced real/proxy-announced-linklocal"),
    ("discovery of any hop limit", "RFC 4861 7.1", "lib/wire/nd.c", " || p->hop_limit != 255 ||", " ||", "real/proxy-hop-limit real/dad-invalid-is-none"),
    ("defended for ever", "10.4.1", PROXY, "	if (x)\n		destroy(nb, x, now, fx);\n}\n\n/* A probe", "	(void)x;\n}\n\n/* A probe", "real/proxy-deregistered real/dad-l-withdrawn"),
    ("groups are not joined", "RFC 4861 7.2.1", "lib/neighbor/mld.c", "if (len < 0 || !nb->link[link].up)", "if (1)", "real/proxy-group-*"),
    # Interception and errors.
    ("hop limit not decremented", "RFC 2473 3.1", INTERCEPT, "	inner->hop_limit--;", "", "int-udp int-outer-header"),
    ("discovery tunnelled", "10.4.2", INTERCEPT, "	if (discovery(w, m, h, e))\n		return;", "	(void)discovery;", "int-no-discovery-*"),
    ("encapsulation limit ignored", "RFC 2473 4.1.1", INTERCEPT, "	if (limited && !limit) {", "	if (0) {", "limit-*"),
    ("encapsulation limit not lowered", "RFC 2473 4.1.1", INTERCEPT, "(uint8_t)(limit - 1)", "limit", "limit-*"),
    ("fragments of the link's MTU", "RFC 2473 7.1", INTERCEPT, "(uint16_t)(e->mtu + HP_IP6_HEADER)", "UINT16_MAX", "mtu-*"),
    ("own packets as long as the link", "RFC 8201 1", "lib/dataplane/exchange.c", ".ours = HP_IP6_MIN_MTU}", ".ours = UINT16_MAX}", "mtu-own*"),
    ("link-local packets ignored", "10.4.2", INPUT, "if (!in->tunnelled && hp_agent_defends(c->agent, in->link, &p->dst))", "if (0)", "real/int-linklocal*"),
    ("errors about any tunnel relayed", "RFC 2473 8", RELAY, "	    !hp_ip6_eq(&b.coa, &t.coa) || !hp_ip6_eq(&b.ha, &t.ha))", "	    0)", "err-no-tunnel err-other-agent-address"),
    ("reassembly timeouts relayed", "RFC 2473 8.1", RELAY, "return what->code == 0;", "return true;", "err-reassembly err-hop-limit"),
    ("too big without the tunnel header", "RFC 2473 8.2", RELAY, "what->word - (uint32_t)t->inner_at", "what->word", "mtu-relayed"),
    ("path MTU not learned", "RFC 2473 6.7", RELAY, "	if (what->type == HP_ICMP6_TOO_BIG)\n		hp_agent_path_mtu", "	if (0)\n		hp_agent_path_mtu", "mtu-learned mtu-least"),
    ("groups of others", "RFC 4291 2.8", INPUT, " && hp_neighbor_listens(c->neighbor, in->link, &p->dst);", ";", "echo-foreign-group echo-all-nodes"),
    # Reverse tunnel.
    ("any outer source", "10.4.5", DETUNNEL, "if (!hp_ip6_eq(&e->outer_dst, &meta->outer_src))", "if (0)", "rev-other-* rev-moved"),
    ("tunnels in tunnels to us", "10.4.5", "lib/dataplane/local.c", "	} else if (meta->tunnelled) {", "	} else if (0) {", "rev-nested-*"),
    ("inner link-local addresses", "10.4.5", DETUNNEL, "if (hp_ip6_is_linklocal(&inner->src) || hp_ip6_is_linklocal(&inner->dst))", "if (0)", "rev-inner-linklocal* rev-inner-source-linklocal"),
    ("congestion marks lost", "RFC 6040", "lib/wire/tunnel.h", "		*out = inner | 3;", "		*out = inner;", "rev-ecn*"),
]
