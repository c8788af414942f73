#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The golden cases: what goes in and what the RFCs want to come out, both built by Scapy and by hand; nothing here has seen the program's own
output. `cases.py FOLDER` writes them as pcap files and expect.json; the written ones are committed and judge.py holds the program against them.

The world (drive.c): port 0 carries the home link 2001:db8:1::/64, port 1 the core 2001:db8:f::/64 and, tagged 7, 2001:db8:7::/64 (MTU 1280);
2001:db8:2::/64 is a virtual home link. Bound: 1::100 at a::2, 2::200 at a::3, 2::300 at 7::50, 2::400 at f::77 (not resolved), 1::101 at a::4, 2::201 at a::3 too; under ESP (esp.py) 2::500 at a::5, 2::600 at a::6, 2::700 at a::7. Listening
to ff0e::1: 1::100 and 1::101; to ff0e::2: 1::100 from 1::50, 1::101 from all but 1::50; to ff0e::3 on the virtual link: 2::200 and 2::300; to ff0e::5: a node that is not bound; to ff0e::6: 2::500. The
outer flow label is a hash: written as 0 here, judged to be set and the same within a flow."""
import json
import os
import sys

from scapy.all import *

import optimize
from esp import CBC_IN, CBC_OUT, GCM_IN, GCM_OUT, HOME_TEST_IN, HOME_TEST_OUT, association

PORT = ["02:70:63:61:70:00", "02:70:63:61:70:01"]
GATEWAY, HOST, TAGGED = "02:00:00:00:00:fe", "02:00:00:00:00:50", "02:00:00:00:00:57"
CN, HOA, COA, HA = "2001:db8:c::2", "2001:db8:1::100", "2001:db8:a::2", "2001:db8:1::1"
HOA2, COA2, HA2 = "2001:db8:2::200", "2001:db8:a::3", "2001:db8:2::1"
cases = {}


def core(p):
    return Ether(src=GATEWAY, dst=PORT[1]) / p


def home(p):
    return Ether(src=HOST, dst=PORT[0]) / p


def to_core(p):
    return Ether(src=PORT[1], dst=GATEWAY) / p


def to_home(p):
    return Ether(src=PORT[0], dst=HOST) / p


def udp(src, dst, n=32, hlim=64, tc=0, fl=0):
    return IPv6(src=src, dst=dst, hlim=hlim, tc=tc, fl=fl) / UDP(sport=1000, dport=2000) / bytes(i & 255 for i in range(n))


def tunnel(inner, src=HA, dst=COA, tc=None):
    return IPv6(src=src, dst=dst, nh=41, hlim=64, tc=inner.tc if tc is None else tc) / inner


def case(name, in0=(), in1=(), out0=(), out1=(), punts=(), account=None, used=(), mixed=False, broken=False, **counters):
    """counters by name with _ for the dot after the first word; received and sent follow from the rest. used: correspondents' bindings that packets went by.
    mixed: packets of different shapes, which may overtake each other. broken: tshark has a right to complain."""
    c = {k.replace("_", ".", 1): v for k, v in counters.items() if v}
    c["packets.received"] = len(in0) + len(in1)
    if len(out0) + len(out1):
        c["packets.sent"] = len(out0) + len(out1)
    for p in punts:
        kind = "punt." + p.split()[0]
        c[kind] = c.get(kind, 0) + 1
    cases[name] = dict(in0=list(in0), in1=list(in1), out0=list(out0), out1=list(out1), punts=list(punts), counters=c, account=account or {}, used=list(used), mixed=mixed, broken=broken)


def punt(kind, reason="local", link=1, tunnelled=0, word=0):
    return "%s %s link %d tunnelled %d word %d" % (kind, reason, link, tunnelled, word)


# Intercept, RFC 6275 §10.4.2, RFC 2473 §3.1: hop limit less one, wrapped from the home agent to the care-of address.
case("intercept", in1=[core(udp(CN, HOA))], out1=[to_core(tunnel(udp(CN, HOA, hlim=63)))], packets_intercepted=1, account={"0": [1, 80]})
case("intercept-from-home-link", in0=[home(udp("2001:db8:1::50", HOA))], out1=[to_core(tunnel(udp("2001:db8:1::50", HOA, hlim=63)))], packets_intercepted=1, account={"0": [1, 80]})
case("intercept-fragment", in1=[core(IPv6(src=CN, dst=HOA) / IPv6ExtHdrFragment(nh=17, id=5, offset=10, m=1) / (b"f" * 64))],
     out1=[to_core(tunnel(IPv6(src=CN, dst=HOA, hlim=63) / IPv6ExtHdrFragment(nh=17, id=5, offset=10, m=1) / (b"f" * 64)))], packets_intercepted=1, account={"0": [1, 112]})
case("padding-trimmed", in1=[core(IPv6(src=CN, dst=HOA, nh=59, plen=0)) / Padding(b"\xee" * 6)], out1=[to_core(tunnel(IPv6(src=CN, dst=HOA, nh=59, plen=0, hlim=63)))], packets_intercepted=1, account={"0": [1, 40]})
case("hop-limit-1", in1=[core(udp(CN, HOA, hlim=1))], punts=[punt("complaint", "hop_limit")])
# RFC 2473 §7.1: over the tunnel's MTU and over 1,280; RFC 6040 §4.1: ECN and DSCP are copied outside.
case("too-big", in1=[core(udp(CN, HOA, 1461 - 48))], punts=[punt("complaint", "too_big", word=1460)])
case("largest", in1=[core(udp(CN, HOA, 1460 - 48))], out1=[to_core(tunnel(udp(CN, HOA, 1460 - 48, hlim=63)))], packets_intercepted=1, account={"0": [1, 1460]})
case("ecn-copied-out", in1=[core(udp(CN, HOA, tc=x)) for x in (0x00, 0x01, 0x02, 0x03, 0xB8)], out1=[to_core(tunnel(udp(CN, HOA, hlim=63, tc=x))) for x in (0x00, 0x01, 0x02, 0x03, 0xB8)], packets_intercepted=5, account={"0": [5, 400]})
# RFC 2473 §4.1.1: a limit of 0 is an error at its octet, another one goes on outside, one less.
limit = lambda n: IPv6ExtHdrDestOpt(nh=17, options=[HBHOptUnknown(otype=4, optdata=bytes([n])), PadN(optdata=b"\0")])  # noqa: E731
case("encapsulation-limit-0", in1=[core(IPv6(src=CN, dst=HOA) / limit(0) / UDP(sport=1000, dport=2000) / b"x")], punts=[punt("complaint", "limit", word=44)])
case("encapsulation-limit-3", in1=[core(IPv6(src=CN, dst=HOA) / limit(3) / UDP(sport=1000, dport=2000) / b"x")],
     out1=[to_core(IPv6(src=HA, dst=COA, nh=60) / IPv6ExtHdrDestOpt(nh=41, options=[HBHOptUnknown(otype=4, optdata=b"\2"), PadN(optdata=b"\0")]) / (IPv6(src=CN, dst=HOA, hlim=63) / limit(3) / UDP(sport=1000, dport=2000) / b"x"))],
     packets_intercepted=1, account={"0": [1, 57]})
case("link-local-source", in1=[core(udp("fe80::9", HOA))], punts=[punt("complaint", "scope")])
# Discovery about a home address is defended, never tunnelled (§10.4.2).
ns = IPv6(src="2001:db8:1::50", dst=HOA, hlim=255) / ICMPv6ND_NS(tgt=HOA) / ICMPv6NDOptSrcLLAddr(lladdr=HOST)
case("discovery-punted", in0=[home(ns)], punts=[punt("neighbor", link=0)])
case("discovery-hop-limit", in0=[home(IPv6(src="2001:db8:1::50", dst=HOA, hlim=254) / ICMPv6ND_NS(tgt=HOA))], drop_nd_hop_limit=1)
case("discovery-from-elsewhere", in1=[core(IPv6(src=CN, dst=HOA, hlim=255) / ICMPv6ND_NS(tgt=HOA))], drop_nd_link=1)
# A care-of address on the tagged link: its tag, and outer fragments of what is not over 1,280 (RFC 2473 §7.1 (b)).
case("vlan-out", in1=[core(udp(CN, "2001:db8:2::300"))], out1=[Ether(src=PORT[1], dst=TAGGED) / Dot1Q(vlan=7) / tunnel(udp(CN, "2001:db8:2::300", hlim=63), HA2, "2001:db8:7::50")], packets_intercepted=1, account={"2": [1, 80]})
case("unresolved-care-of", in1=[core(udp(CN, "2001:db8:2::400"))], punts=[punt("unresolved", "resolve")], packets_intercepted=1, account={"3": [1, 80]})

# Reverse tunnel, §10.4.5.
out = lambda **k: udp(HOA, CN, **k)  # noqa: E731
case("detunnel", in1=[core(tunnel(out(), COA, HA))], out1=[to_core(out(hlim=63))], packets_detunnelled=1, packets_forwarded=1, account={"0": [1, 80]})
case("detunnel-behind-destination-options", in1=[core(IPv6(src=COA, dst=HA) / IPv6ExtHdrDestOpt(nh=41, options=[PadN(optdata=b"\0\0\0\0")]) / out())], out1=[to_core(out(hlim=63))],
     packets_detunnelled=1, packets_forwarded=1, account={"0": [1, 80]})
case("wrong-care-of", in1=[core(tunnel(out(), "2001:db8:a::9", HA))], drop_tunnel_care_of=1)
case("another-nodes-address", in1=[core(tunnel(udp(HOA2, CN), COA, HA))], drop_tunnel_care_of=1)
case("unbound-inner-source", in1=[core(tunnel(udp("2001:db8:1::999", CN), COA, HA))], drop_tunnel_unbound=1)
case("our-own-inner-source", in1=[core(tunnel(udp(HA, CN), COA, HA))], drop_tunnel_unbound=1)
case("inner-link-local", in1=[core(tunnel(udp(HOA, "fe80::1"), COA, HA)), core(tunnel(udp("fe80::1", CN), COA, HA))], drop_tunnel_linklocal=2)
case("nested", in1=[core(tunnel(IPv6(src=HOA, dst=HA, nh=41) / out(), COA, HA))], packets_detunnelled=1, drop_tunnel_nested=1, account={"0": [1, 120]})
case("inner-truncated", in1=[core(IPv6(src=COA, dst=HA, nh=41) / (b"\x60" + bytes(30))), core(IPv6(src=COA, dst=HA, nh=41) / (bytes(IPv6(src=HOA, dst=CN, plen=99)) + b"x"))], drop_tunnel_inner=2)
case("to-us-out-of-the-tunnel", in1=[core(tunnel(IPv6(src=HOA, dst=HA) / ICMPv6EchoRequest(), COA, HA))], punts=[punt("rest", tunnelled=1)], packets_detunnelled=1, account={"0": [1, 48]})
# RFC 6040 §4.2, rows of its table: outer, inner, result; congestion over not-capable is dropped.
rows = [(0, 0, 0), (1, 1, 1), (2, 0, 0), (3, 1, 3), (3, 2, 3), (1, 2, 1), (2, 2, 2), (0, 3, 3)]
case("ecn-in", in1=[core(tunnel(out(tc=i), COA, HA, tc=o)) for o, i, _ in rows], out1=[to_core(out(hlim=63, tc=r)) for _, _, r in rows], packets_detunnelled=8, packets_forwarded=8, account={"0": [8, 640]})
case("ecn-congested-not-capable", in1=[core(tunnel(out(tc=0), COA, HA, tc=3))], drop_ecn=1)
# Mobile node to mobile node without leaving the box: one hop.
case("node-to-node", in1=[core(tunnel(udp(HOA, HOA2), COA, HA))], out1=[to_core(tunnel(udp(HOA, HOA2, hlim=63), HA2, COA2))], packets_detunnelled=1, packets_intercepted=1, account={"0": [1, 80], "1": [1, 80]})
# Fragments of a tunnel packet, in any order; overlapping ones end it (RFC 5722).
big = bytes(out(n=1000))
part = lambda a, b, m: core(IPv6(src=COA, dst=HA) / IPv6ExtHdrFragment(nh=41, id=9, offset=a // 8, m=m) / big[a:b])  # noqa: E731
whole = [to_core(out(n=1000, hlim=63))]
case("reassembly", in1=[part(0, 400, 1), part(400, 800, 1), part(800, 2000, 0)], out1=whole, packets_fragments=3, packets_reassembled=1, packets_detunnelled=1, packets_forwarded=1, account={"0": [1, 1048]})
case("reassembly-reversed", in1=[part(800, 2000, 0), part(400, 800, 1), part(0, 400, 1)], out1=whole, packets_fragments=3, packets_reassembled=1, packets_detunnelled=1, packets_forwarded=1, account={"0": [1, 1048]})
case("reassembly-overlap", in1=[part(0, 400, 1), part(392, 800, 1)], packets_fragments=2, drop_fragment=2)
# What came through a tunnel and what did not are parts of two packets: else one would come together that is neither, behind the tunnel exit.
case("reassembly-direct-and-tunnelled", in1=[core(IPv6(src=HOA, dst=HA) / IPv6ExtHdrFragment(nh=41, id=9, offset=0, m=1) / big[:400]), core(tunnel(IPv6(src=HOA, dst=HA) / IPv6ExtHdrFragment(nh=41, id=9, offset=50, m=0) / big[400:], COA, HA))],
     packets_fragments=2, packets_detunnelled=1, account={"0": [1, 40 + 8 + len(big) - 400]})
case("reassembly-missing", in1=[part(0, 400, 1), part(800, 2000, 0)], packets_fragments=2)

# Multicast for listeners that are away, §10.4.2: from the home link, as its sources are wanted, hop limit less one.
HOST6, HOA3, COA3 = "2001:db8:1::50", "2001:db8:1::101", "2001:db8:a::4"
group = lambda p: Ether(src=HOST, dst="33:33:" + ":".join("%02x" % b for b in inet_pton(socket.AF_INET6, p.dst)[12:])) / p  # noqa: E731
to_group = lambda p: Ether(src=PORT[0], dst=group(p).dst) / p  # noqa: E731
G = ["ff0e::%d" % i for i in range(10)]
both = lambda p: [to_core(tunnel(p)), to_core(tunnel(p, dst=COA3))]  # noqa: E731
case("multicast", in0=[group(udp(HOST6, G[1]))], out1=both(udp(HOST6, G[1], hlim=63)), packets_multicast=1, packets_copies=2, packets_intercepted=2, account={"0": [1, 80], "4": [1, 80]})
case("multicast-source-wanted", in0=[group(udp(HOST6, G[2]))], out1=[to_core(tunnel(udp(HOST6, G[2], hlim=63)))], packets_multicast=1, packets_copies=1, packets_intercepted=1, account={"0": [1, 80]})
case("multicast-source-not-wanted", in0=[group(udp("2001:db8:1::51", G[2]))], out1=[to_core(tunnel(udp("2001:db8:1::51", G[2], hlim=63), dst=COA3))], packets_multicast=1, packets_copies=1, packets_intercepted=1,
     account={"4": [1, 80]})
case("multicast-icmp", in0=[group(IPv6(src=HOST6, dst=G[1]) / ICMPv6EchoRequest())], out1=both(IPv6(src=HOST6, dst=G[1], hlim=63) / ICMPv6EchoRequest()), packets_multicast=1, packets_copies=2, packets_intercepted=2,
     account={"0": [1, 48], "4": [1, 48]})
case("multicast-nobody-listens", in0=[group(udp(HOST6, g)) for g in ("ff0e::9", "ff0e::4", "ff05::1", "ff01::1", "ff02::99")], drop_multicast=5)
case("multicast-listener-not-bound", in0=[group(udp(HOST6, G[5]))], packets_multicast=1)
case("multicast-from-elsewhere", in1=[Ether(src=GATEWAY, dst="33:33:00:00:00:01") / udp(CN, G[1])], drop_multicast=1)
case("multicast-hop-limit", in0=[group(udp(HOST6, G[1], hlim=1))], drop_multicast_hop_limit=1)
case("multicast-source-of-the-link", in0=[group(udp("fe80::9", G[1])), group(udp("::", G[1]))], drop_multicast_source=2)
case("multicast-query", in0=[group(IPv6(src="fe80::9", dst=G[1], hlim=1) / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)]) / ICMPv6MLQuery2(mladdr=G[1], mrd=1000))], punts=[punt("neighbor", link=0)])
case("multicast-own-echo", in0=[group(udp(HOA, G[1]))], out1=[to_core(tunnel(udp(HOA, G[1], hlim=63), dst=COA3))], packets_multicast=1, packets_copies=1, packets_intercepted=1, account={"4": [1, 80]})
# RFC 4443 §2.4 (e.3): too big is told to the source of a multicast packet, once; a limit of 0 is not.
case("multicast-too-big", in0=[group(udp(HOST6, G[1], 1461 - 48))], punts=[punt("complaint", "too_big", link=0, word=1460)], packets_multicast=1, drop_copy=2)
case("multicast-encapsulation-limit-0", in0=[group(IPv6(src=HOST6, dst=G[1]) / limit(0) / UDP(sport=1000, dport=2000) / b"x")], packets_multicast=1, packets_copies=2, drop_copy=2)
# Out of a tunnel: onto the home link, to the other listeners, not back (§10.4.5, §11.3.4); scopes within the link stay where they are.
case("multicast-out-of-the-tunnel", in1=[core(tunnel(udp(HOA, G[1]), COA, HA))], out0=[to_group(udp(HOA, G[1], hlim=63))], out1=[to_core(tunnel(udp(HOA, G[1], hlim=63), dst=COA3))],
     packets_detunnelled=1, packets_multicast=1, packets_copies=1, packets_intercepted=1, account={"0": [1, 80], "4": [1, 80]})
case("multicast-out-nobody-away-listens", in1=[core(tunnel(udp(HOA, g), COA, HA)) for g in ("ff0e::9", "ff05::1", "ff08::1")], out0=[to_group(udp(HOA, g, hlim=63)) for g in ("ff0e::9", "ff05::1", "ff08::1")],
     packets_detunnelled=3, packets_multicast=3, account={"0": [3, 240]})
case("multicast-out-virtual", in1=[core(tunnel(udp(HOA2, G[3]), COA2, HA2))], out1=[Ether(src=PORT[1], dst=TAGGED) / Dot1Q(vlan=7) / tunnel(udp(HOA2, G[3], hlim=63), HA2, "2001:db8:7::50")],
     packets_detunnelled=1, packets_multicast=1, packets_copies=1, packets_intercepted=1, account={"1": [1, 80], "2": [1, 80]})
# The tunnel it came by, whichever of the addresses at its end spoke.
case("multicast-out-same-tunnel", in1=[core(tunnel(udp("2001:db8:2::201", G[3]), COA2, HA2))], out1=[Ether(src=PORT[1], dst=TAGGED) / Dot1Q(vlan=7) / tunnel(udp("2001:db8:2::201", G[3], hlim=63), HA2, "2001:db8:7::50")],
     packets_detunnelled=1, packets_multicast=1, packets_copies=1, packets_intercepted=1, account={"2": [1, 80], "5": [1, 80]})
case("multicast-out-virtual-nobody", in1=[core(tunnel(udp(HOA2, G[1]), COA2, HA2))], packets_detunnelled=1, drop_multicast=1, account={"1": [1, 80]})
case("multicast-out-link-scope", in1=[core(tunnel(udp(HOA, g), COA, HA)) for g in ("ff02::1", "ff01::1", "ff00::1")], drop_tunnel_multicast=3)
case("multicast-out-hop-limit", in1=[core(tunnel(udp(HOA, G[1], hlim=1), COA, HA))], packets_detunnelled=1, drop_multicast_hop_limit=1, account={"0": [1, 80]})
case("multicast-out-wrong-care-of", in1=[core(tunnel(udp(HOA, G[1]), "2001:db8:a::9", HA)), core(tunnel(udp("2001:db8:1::999", G[1]), COA, HA))], drop_tunnel_care_of=1, drop_tunnel_unbound=1)
# §10.4.3: listeners' messages are the one thing with a link-local address inside.
alert = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
report = IPv6(src="fe80::5", dst="ff02::16", hlim=1) / alert / ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(rtype=4, dst=G[1])])
case("listener-report", in1=[core(tunnel(report, COA, HA))], punts=[punt("listener", tunnelled=1)])
case("listener-else", in1=[core(tunnel(IPv6(src="fe80::5", dst="ff02::16", hlim=1) / UDP(), COA, HA)), core(tunnel(IPv6(src="fe80::5", dst="fe80::1", hlim=1) / alert / ICMPv6MLReport(), COA, HA)),
                           core(tunnel(IPv6(src=HOA, dst="ff02::16", hlim=1) / alert / ICMPv6MLReport2(), COA, HA))], drop_tunnel_linklocal=2, drop_tunnel_multicast=1)

# Plain forwarding.
case("forward-gateway", in0=[home(udp("2001:db8:1::50", CN))], out1=[to_core(udp("2001:db8:1::50", CN, hlim=63))], packets_forwarded=1)
case("forward-on-link", in1=[core(udp(CN, "2001:db8:1::50"))], out0=[to_home(udp(CN, "2001:db8:1::50", hlim=63))], packets_forwarded=1)
case("forward-vlan-in", in1=[Ether(src=TAGGED, dst=PORT[1]) / Dot1Q(vlan=7) / udp("2001:db8:7::50", "2001:db8:1::50")], out0=[to_home(udp("2001:db8:7::50", "2001:db8:1::50", hlim=63))], packets_forwarded=1)
case("forward-unresolved", in1=[core(udp(CN, "2001:db8:1::77"))], punts=[punt("unresolved", "resolve", link=0)], packets_forwarded=1)
case("forward-hop-limit", in1=[core(udp(CN, "2001:db8:1::50", hlim=1))], punts=[punt("complaint", "hop_limit")])
case("forward-no-route", in0=[home(udp("2001:db8:1::50", "2001:db8:dead::1"))], punts=[punt("complaint", "no_route", link=0)])
case("forward-virtual-unbound", in1=[core(udp(CN, "2001:db8:2::999"))], punts=[punt("complaint", "address")])
case("forward-too-big", in1=[core(udp(CN, "2001:db8:7::50", 1281 - 48))], punts=[punt("complaint", "too_big", word=1280)])
case("forward-link-local-source", in0=[home(udp("fe80::1", CN))], punts=[punt("complaint", "scope", link=0)])
case("routing-header-in-transit", in1=[core(IPv6(src=CN, dst="2001:db8:1::50") / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[HOA]) / UDP())],
     out0=[to_home(IPv6(src=CN, dst="2001:db8:1::50", hlim=63) / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[HOA]) / UDP())], packets_forwarded=1)

# For us, by class; not for us, dropped.
case("registration-punted", in1=[core(IPv6(src=COA, dst=HA) / IPv6ExtHdrDestOpt(options=[HAO(hoa=HOA)]) / MIP6MH_BU(seq=1, flags="AH", mhtime=60))], punts=[punt("registration")])
home_option = lambda hoa: IPv6(src=COA, dst=HA) / IPv6ExtHdrDestOpt(options=[HAO(hoa=hoa)])  # noqa: E731
case("newcomer-punted", in1=[core(home_option("2001:db8:1::999") / MIP6MH_BU(seq=1, flags="AH", mhtime=60)), core(IPv6(src=CN, dst=HA) / MIP6MH_BU(seq=1))], punts=[punt("newcomer"), punt("newcomer")])
case("moved-punted", in1=[core(IPv6(src="2001:db8:a::77", dst=HA) / IPv6ExtHdrDestOpt(options=[HAO(hoa=HOA)]) / MIP6MH_BU(seq=2, flags="AH", mhtime=60)), core(IPv6(src=HOA, dst=HA) / MIP6MH_BU(seq=3, flags="AH"))], punts=[punt("moved"), punt("moved")])
case("discovery-of-agents-and-prefixes", in1=[core(IPv6(src=CN, dst=HA) / ICMPv6HAADRequest(id=7)), core(home_option(HOA) / ICMPv6MPSol(id=8))], punts=[punt("discovery"), punt("discovery")])
case("home-address-option-punted", in1=[core(home_option("2001:db8:1::999") / UDP()), core(home_option(HOA) / ICMPv6EchoRequest())], punts=[punt("home_address"), punt("home_address")])
case("tunnel-with-home-address-option", in1=[core(IPv6(src=COA, dst=HA) / IPv6ExtHdrDestOpt(nh=41, options=[HAO(hoa=HOA)]) / out())], punts=[punt("home_address")])
case("errors-and-echo", in1=[core(IPv6(src=CN, dst=HA) / ICMPv6EchoRequest()), core(IPv6(src=CN, dst=HA) / ICMPv6PacketTooBig(mtu=1300))], punts=[punt("error"), punt("rest")])
case("advertisement-punted", in1=[core(IPv6(src=CN, dst=HA, hlim=255) / ICMPv6ND_NA(tgt=CN)), core(IPv6(src="fe80::fe", dst=HA, hlim=255) / ICMPv6ND_RA())], punts=[punt("advertisement"), punt("advertisement")])
case("neighbors-from-afar", in1=[core(IPv6(src=CN, dst=HA, hlim=h) / p) for h, p in ((254, ICMPv6ND_NA(tgt=CN)), (64, ICMPv6ND_RA()), (64, ICMPv6ND_NS(tgt=HA)), (1, ICMPv6MLReport2()))], punts=[punt("rest")] * 4)
case("multicast-discovery", in0=[Ether(src=HOST, dst="33:33:ff:00:00:01") / IPv6(src="fe80::5", dst="ff02::1:ff00:1", hlim=255) / ICMPv6ND_NS(tgt=HA)], punts=[punt("neighbor", link=0)])
case("multicast-other", in0=[Ether(src=HOST, dst="33:33:00:00:00:fb") / udp("fe80::5", "ff02::fb")], drop_multicast=1)
case("other-station", in0=[Ether(src=HOST, dst="02:00:00:00:99:99") / udp("2001:db8:1::50", CN)], drop_other_mac=1)
case("other-protocols", in0=[Ether(src=HOST, dst=PORT[0]) / IP(dst="192.0.2.1") / UDP() / (b"v" * 40), Ether(src=HOST, dst="ff:ff:ff:ff:ff:ff") / ARP() / (b"a" * 20)], drop_ethertype=2)
case("unknown-vlan", in1=[Ether(src=GATEWAY, dst=PORT[1]) / Dot1Q(vlan=99) / udp(CN, HOA)], drop_vlan=1)
case("truncated-frame", in1=[core(IPv6(src=CN, dst=HOA, plen=200) / (b"t" * 50))], drop_frame=1)
case("not-version-6", in1=[core(IPv6(src=CN, dst=HOA, version=5) / (b"t" * 50))], drop_version=1)
case("bad-addresses", in1=[core(udp("ff02::1", HOA)), core(udp("::1", HOA)), core(udp(CN, "::1")), core(udp("::", HOA))], drop_source=3, drop_destination=1)
# ESP in tunnel mode (RFC 4303, RFC 3776 §3.3, RFC 4877 §4.3), by Scapy. Outbound the initialization vector of AES-CBC is anything, so the judge opens it.
ESP1, ESP2, ESP3 = "2001:db8:2::500", "2001:db8:2::600", "2001:db8:2::700"
seal = lambda number, p, seq=1: association(number).encrypt(p, seq_num=seq, iv=seq.to_bytes(16 if number in (CBC_IN, CBC_OUT) else 8, "big"))  # noqa: E731
sent = lambda number, p, seq=1: to_core(seal(number, p, seq))  # noqa: E731
mobility = lambda kind, src, dst, hlim=64: IPv6(src=src, dst=dst, hlim=hlim, nh=135) / bytes([59, 1 + kind // 3, kind, 0, 0, 0] + (10 if kind < 3 else 18) * [7])  # noqa: E731
case("esp-out", in1=[core(udp(CN, ESP1, n=n)) for n in (0, 1, 2, 3, 1000)] + [core(udp(CN, ESP2, n=n)) for n in (0, 1, 15, 16, 1000)],
     out1=[sent(GCM_OUT, udp(CN, ESP1, n=n, hlim=63), i + 1) for i, n in enumerate((0, 1, 2, 3, 1000))] + [sent(CBC_OUT, udp(CN, ESP2, n=n, hlim=63), i + 1) for i, n in enumerate((0, 1, 15, 16, 1000))],
     packets_intercepted=10, packets_protected=10, account={"6": [5, 1246], "7": [5, 1272]})
case("esp-in", in1=[core(seal(GCM_IN, udp(ESP1, CN, n=n), n + 1)) for n in (0, 1, 2, 3, 1000)] + [core(seal(CBC_IN, udp(ESP2, CN, n=n), n + 1)) for n in (0, 1, 15, 16, 1000)],
     out1=[to_core(udp(ESP1, CN, n=n, hlim=63)) for n in (0, 1, 2, 3, 1000)] + [to_core(udp(ESP2, CN, n=n, hlim=63)) for n in (0, 1, 15, 16, 1000)],
     packets_unprotected=10, packets_detunnelled=10, packets_forwarded=10, account={"6": [5, 1246], "7": [5, 1272]})
case("esp-hairpin", in1=[core(seal(GCM_IN, udp(ESP1, ESP2)))], out1=[sent(CBC_OUT, udp(ESP1, ESP2, hlim=63))], packets_unprotected=1, packets_detunnelled=1, packets_intercepted=1, packets_protected=1,
     account={"6": [1, 80], "7": [1, 80]})
# RFC 3776 §3.3: home test messages of this node go by ESP, and nothing else does.
case("esp-home-test", in1=[core(mobility(3, CN, ESP3)), core(mobility(4, CN, ESP3)), core(udp("2001:db8:c::3", ESP3)), core(seal(HOME_TEST_IN, mobility(1, ESP3, CN))), core(tunnel(mobility(2, ESP3, CN), "2001:db8:a::7", HA2))],
     out1=[to_core(tunnel(mobility(4, CN, ESP3, 63), HA2, "2001:db8:a::7")), to_core(tunnel(udp("2001:db8:c::3", ESP3, hlim=63), HA2, "2001:db8:a::7")), sent(HOME_TEST_OUT, mobility(3, CN, ESP3, 63)),
           to_core(mobility(2, ESP3, CN, 63)), to_core(mobility(1, ESP3, CN, 63))],
     packets_intercepted=3, packets_protected=1, packets_unprotected=1, packets_detunnelled=2, packets_forwarded=2, account={"8": [5, 64 + 64 + 80 + 56 + 56]}, mixed=True)
case("esp-home-test-plain", in1=[core(tunnel(mobility(1, ESP3, CN), "2001:db8:a::7", HA2)), core(seal(HOME_TEST_IN, udp(ESP3, CN)))], drop_unprotected=1, drop_esp_selector=1)
case("esp-plain", in1=[core(tunnel(udp(ESP1, CN), "2001:db8:a::5", HA2))], drop_unprotected=1)
# RFC 4303 §3.4: twice, touched, cut, from elsewhere, in another's name; §2.6 a dummy; an SPI of nobody.
touched = lambda p: p.__class__(raw(p)[:-1] + bytes([raw(p)[-1] ^ 1]))  # noqa: E731
moved = seal(GCM_IN, udp(ESP1, CN), 3)
moved.src = "2001:db8:a::6"
case("esp-refused", in1=[core(seal(GCM_IN, udp(ESP1, CN))), core(seal(GCM_IN, udp(ESP1, CN))), core(touched(seal(GCM_IN, udp(ESP1, CN), 2))), core(touched(seal(CBC_IN, udp(ESP2, CN)))),
                         core(moved), core(seal(GCM_IN, udp(ESP2, CN), 4)), core(IPv6(src="2001:db8:a::5", dst=HA2) / ESP(spi=0x1000, seq=9, data=b"x" * 27)), core(IPv6(src="2001:db8:a::5", dst=HA2) / ESP(spi=0x7777, seq=9, data=b"x" * 60))],
     out1=[to_core(udp(ESP1, CN, hlim=63))], punts=[punt("newcomer")], packets_unprotected=2, packets_detunnelled=1, packets_forwarded=1, drop_esp_replay=1, drop_esp_integrity=2, drop_tunnel_care_of=1, drop_esp_selector=1,
     drop_esp_length=1, account={"6": [1, 80]})
case("esp-multicast", in1=[core(tunnel(udp(HOA2, "ff0e::6"), COA2, HA2))], out1=[sent(GCM_OUT, udp(HOA2, "ff0e::6", hlim=63))], packets_multicast=1, packets_copies=1, packets_intercepted=1, packets_protected=1,
     packets_detunnelled=1, account={"1": [1, 80], "6": [1, 80]})
case("esp-multicast-too-big", in1=[core(tunnel(udp(HOA2, "ff0e::6", 1427 - 48), COA2, HA2))], punts=[punt("complaint", "too_big", tunnelled=1, word=1426)], packets_multicast=1, drop_copy=1, packets_detunnelled=1,
     account={"1": [1, 1427]})
case("esp-too-big", in1=[core(udp(CN, ESP1, 1427 - 48)), core(udp(CN, ESP2, 1407 - 48))], punts=[punt("complaint", "too_big", word=1426), punt("complaint", "too_big", word=1406)])
# Bursts around the sizes at which loops go wrong.
for n in (1, 31, 32, 33, 63, 64, 65):
    mixed = [udp(CN, HOA, n=i + 1) if i % 3 else udp(CN, "2001:db8:1::50", n=i + 1) for i in range(n)]
    bound = [p for p in mixed if p.dst == HOA]
    plain = [p for p in mixed if p.dst != HOA]
    less = lambda p: IPv6(src=p.src, dst=p.dst, hlim=63) / p.payload  # noqa: E731
    case("burst-%d" % n, in1=[core(p) for p in mixed], out1=[to_core(tunnel(less(p))) for p in bound], out0=[to_home(less(p)) for p in plain], packets_intercepted=len(bound), packets_forwarded=len(plain),
         account={"0": [len(bound), sum(len(p) for p in bound)]} if bound else {})

# Route optimization (optimize.py).
ether = lambda src, dst: lambda octets: Ether(src=src, dst=dst, type=0x86dd) / Raw(octets)  # noqa: E731
vlan = lambda src, dst: lambda octets: Ether(src=src, dst=dst) / Dot1Q(vlan=7, type=0x86dd) / Raw(octets)  # noqa: E731
optimize.cases(case, punt, ether(GATEWAY, PORT[1]), ether(PORT[1], GATEWAY), ether(HOST, PORT[0]), ether(PORT[0], HOST), vlan(TAGGED, PORT[1]), vlan(PORT[1], TAGGED),
               lambda inner, src, dst: optimize.ip6(src, dst, 41, inner))

if __name__ == "__main__":
    folder = sys.argv[1]
    for name, c in cases.items():
        d = "%s/%s" % (folder, name)
        os.makedirs(d, exist_ok=True)
        for f in ("in0", "in1", "out0", "out1"):
            w = PcapWriter("%s/%s.pcap" % (d, f), linktype=1, nano=False)
            w.write_header(None)
            for i, p in enumerate(c[f]):
                p.time = i
                w.write(p)
            w.close()
        json.dump({k: c[k] for k in ("punts", "counters", "account", "used", "mixed", "broken")}, open(d + "/expect.json", "w"), indent=1, sort_keys=True)
