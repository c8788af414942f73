# SPDX-License-Identifier: BSD-3-Clause
"""Golden cases of route optimization (RFC 6275 §9.3, §6.3, §6.4), octets laid by hand: every combination of extension headers in the order of
RFC 8200 §4.1, with a type 2 routing header to go in and with a Home Address option to come out.

Acted for: hosts of 2001:db8:5::/64, behind HOST on port 0, but for 5::e; of 2001:db8:6::/64, behind the core's gateway; and 1::101, which is bound here. Bound by
correspondents: e::100 at a::21 with 5::5, 6::1 and 1::101; with 5::5 alone e::200 at 7::50 (MTU 1280), e::300 at f::78 (not resolved), e::400 with no route to where it
is, and 2::200, which is bound here at a::3, at a::3 as well."""
import itertools
import socket
import struct

SERVER, SERVER2, SPEAKS = "2001:db8:5::5", "2001:db8:6::1", "2001:db8:5::e"
NODE, NODE_COA = "2001:db8:e::100", "2001:db8:a::21"
NEAR, NEAR_COA = "2001:db8:e::200", "2001:db8:7::50"
HERE, HERE_COA, HERE_AGENT = "2001:db8:2::200", "2001:db8:a::3", "2001:db8:2::1"
HIDDEN, LOST = "2001:db8:e::300", "2001:db8:e::400"
BOUND_SERVER, BOUND_SERVER_COA, AGENT = "2001:db8:1::101", "2001:db8:a::4", "2001:db8:1::1"
STRANGER = "2001:db8:e::7ff"
HBH, ROUTING, FRAGMENT, ESP, AH, ICMPV6, NONE, DST, MH, TCP, UDP, TUNNEL = 0, 43, 44, 50, 51, 58, 59, 60, 135, 6, 17, 41
PADN4 = bytes([1, 4, 0, 0, 0, 0])
RH2 = 24


def packed(address):
    return socket.inet_pton(socket.AF_INET6, address)


def ip6(src, dst, following, payload, hlim=64, word=0x60000000):
    return struct.pack("!IHBB", word, len(payload), following, hlim) + packed(src) + packed(dst) + payload


def checksum(src, dst, proto, data):
    whole = packed(src) + packed(dst) + struct.pack("!II", len(data), proto) + data + bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(whole) // 2), whole))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


def udp(src, dst, data=b"by the direct path"):
    head = struct.pack("!HHH", 1000, 2000, 8 + len(data))
    return head + struct.pack("!H", checksum(src, dst, UDP, head + b"\0\0" + data) or 0xffff) + data


def icmp6(src, dst, kind, code, word, data):
    return struct.pack("!BBHI", kind, code, checksum(src, dst, ICMPV6, struct.pack("!BBHI", kind, code, 0, word) + data), word) + data


def mobility(src, dst, kind, octets):
    head = struct.pack("!BBBB", NONE, (6 + len(octets)) // 8 - 1, kind, 0)
    return head + struct.pack("!H", checksum(src, dst, MH, head + b"\0\0" + octets)) + octets


def header(kind, following):
    """(next header number, octets) of an extension header, by what follows it."""
    number, octets = kind
    if number == FRAGMENT:
        return number, bytes([following]) + octets
    if number == AH:
        return number, bytes([following, (len(octets) + 2) // 4 - 2]) + octets
    return number, bytes([following, (len(octets) + 2) // 8 - 1]) + octets


def chain(headers, last, payload):
    """(number of the first, all octets): headers one behind the other, then `last`."""
    following, octets = last, payload
    for kind in reversed(headers):
        number, own = header(kind, following)
        following, octets = number, own + octets
    return following, octets


HOP_BY_HOP = (HBH, PADN4)
DESTINATION = (DST, PADN4)
VISITED = (ROUTING, bytes([0, 0]) + bytes(4) + packed("2001:db8:77::1"))
ATOMIC, FIRST, LATER = ((FRAGMENT, bytes([0]) + struct.pack("!HI", offset << 3 | more, 7)) for offset, more in ((0, 0), (0, 1), (9, 0)))
AUTHENTICATION = (AH, bytes(2) + struct.pack("!II", 0x77, 1) + bytes(12))
SPI = itertools.count(0x4321)


def pad(missing):
    return b"" if not missing else b"\0" if missing == 1 else bytes([1, missing - 2]) + bytes(missing - 2)


def esp():
    """An ESP header that nobody opens, of an SPI of its own."""
    return ESP, struct.pack("!II", next(SPI), 1) + bytes(range(40))


def option(hoa, before=b"", after=b""):
    """A destination options header with the Home Address option at 8n+6, and others before and behind it."""
    octets = before + pad((4 - len(before)) % 8) + bytes([201, 16]) + packed(hoa) + after
    return DST, octets + pad(-(len(octets) + 2) % 8)


def padded(kind, hoa):
    """The same header, its Home Address option become padding."""
    at = kind[1].index(bytes([201, 16]) + packed(hoa))
    return kind[0], kind[1][:at] + bytes([1, 16]) + bytes(16) + kind[1][at + 18:]


def upper(src, dst, fragment, sealed):
    """(number, octets) of the end of the chain."""
    if fragment is LATER:
        return UDP, bytes(range(64))
    if sealed:
        return esp()
    return UDP, udp(src, dst)


def out_combinations(ah):
    """(headers before where a type 2 routing header goes, headers behind it, upper layer); with AH it goes nowhere."""
    for hbh, dst, routing, dst2, fragment, sealed, last in itertools.product((0, 1), (0, 1), (0, 1), (0, 1), (None, ATOMIC, FIRST, LATER), (0, 1), (0, 1)):
        if (dst2 and not routing) or (sealed and last) or (fragment is LATER and (sealed or last)) or (ah and fragment is LATER and last):
            continue
        before = [HOP_BY_HOP] * hbh + ([DESTINATION] * dst + [VISITED] if routing else [])
        behind = ([] if routing else [DESTINATION] * dst) + [DESTINATION] * dst2 + ([fragment] if fragment else []) + [AUTHENTICATION] * ah + [DESTINATION] * last
        yield before, behind, fragment, sealed


def in_combinations():
    """(headers before that of the option, behind it, whether the upper layer is ESP)."""
    for hbh, dst, routing, fragment, sealed, last in itertools.product((0, 1), (0, 1), (0, 1), (None, ATOMIC, FIRST, LATER), (0, 1), (0, 1)):
        if (sealed and last) or (fragment is LATER and (sealed or last)):
            continue
        yield [HOP_BY_HOP] * hbh + [DESTINATION] * dst + [VISITED] * routing, ([fragment] if fragment else []) + [DESTINATION] * last, fragment, sealed


def cases(case, punt, core, to_core, home, to_home, tagged, to_tagged, tunnel):
    """case: as cases.py has it; the others: a frame of a packet's octets."""

    def out(name, packets, **counters):
        case("optimize-out" + name, in0=[home(p) for p, _ in packets], out1=[to_core(q) for _, q in packets], packets_optimized_out=len(packets), used=[0], **counters)

    def routed(before, behind, last, payload, hlim=64, hoa=NODE, coa=NODE_COA, server=SERVER, word=0x60000000):
        """(packet of the host, what must leave)."""
        return (ip6(server, hoa, *chain(before + behind, last, payload), hlim=hlim, word=word),
                ip6(server, coa, *chain(before + [(ROUTING, bytes([2, 1]) + bytes(4) + packed(hoa))] + behind, last, payload), hlim=hlim - 1, word=word))

    def plain(last, payload, **how):
        return routed([], [], last, payload, **how)

    def sized(size, hoa=NODE):
        return udp(SERVER, hoa, bytes(i & 255 for i in range(size - 48)))

    def one_hop(p):
        return p[:7] + bytes([p[7] - 1]) + p[8:]

    # Out.
    out("", [plain(UDP, udp(SERVER, NODE))])
    out("-headers", [routed(before, behind, *upper(SERVER, NODE, f, sealed)) for before, behind, f, sealed in out_combinations(0)], mixed=True)
    ah = [ip6(SERVER, NODE, *chain(before + behind, *upper(SERVER, NODE, f, sealed))) for before, behind, f, sealed in out_combinations(1) if f is not LATER]
    case("optimize-out-ah", in0=[home(p) for p in ah], out1=[to_core(one_hop(p)) for p in ah], packets_home_path_ah=len(ah), packets_forwarded=len(ah))
    out("-uppers", [plain(n, p) for n, p in ((NONE, b""), (253, b"x"), (TUNNEL, ip6("2001:db8:77::1", "2001:db8:77::2", NONE, b"")), (ICMPV6, icmp6(SERVER, NODE, 128, 0, 0x10001, b"echo")), (ICMPV6, icmp6(SERVER, NODE, 1, 4, 0, bytes(48))))])
    out("-class-and-label", [plain(UDP, udp(SERVER, NODE), word=0x6b9abcde)])
    out("-hop-limit-2", [plain(UDP, udp(SERVER, NODE), hlim=2)])
    case("optimize-out-hop-limit-1", in0=[home(plain(UDP, udp(SERVER, NODE), hlim=1)[0])], punts=[punt("complaint", "hop_limit", link=0)])
    out("-sizes", [plain(UDP, sized(n)) for n in (48, 1279, 1280, 1281, 1475, 1476)])
    case("optimize-out-too-big", in0=[home(plain(UDP, sized(n))[0]) for n in (1477, 1500)], punts=[punt("complaint", "too_big", link=0, word=1476)] * 2)
    # A path of 1280: 1256 with the header; up to 1280 by the home path; above, too big at 1280.
    near = dict(hoa=NEAR, coa=NEAR_COA)
    case("optimize-out-least", in0=[home(plain(UDP, sized(n, NEAR), **near)[0]) for n in (1255, 1256)], out1=[to_tagged(plain(UDP, sized(n, NEAR), **near)[1]) for n in (1255, 1256)], packets_optimized_out=2, used=[1])
    case("optimize-out-least-home", in0=[home(plain(UDP, sized(n, NEAR), **near)[0]) for n in (1257, 1280)], out1=[to_core(one_hop(plain(UDP, sized(n, NEAR), **near)[0])) for n in (1257, 1280)], packets_home_path_size=2, packets_forwarded=2)
    case("optimize-out-least-too-big", in0=[home(plain(UDP, sized(n, NEAR), **near)[0]) for n in (1281, 1500)], punts=[punt("complaint", "too_big", link=0, word=1280)] * 2)
    here = plain(UDP, udp(SERVER, HERE), hoa=HERE, coa=HERE_COA)
    case("optimize-out-bound-here", in0=[home(here[0])], out1=[to_core(here[1])], packets_optimized_out=1, used=[4])
    case("optimize-out-unresolved", in0=[home(plain(UDP, udp(SERVER, HIDDEN), hoa=HIDDEN)[0])], punts=[punt("unresolved", "resolve")], packets_optimized_out=1, used=[2])
    lost = plain(UDP, udp(SERVER, LOST), hoa=LOST)[0]
    case("optimize-out-no-route", in0=[home(lost)], out1=[to_core(one_hop(lost))], packets_home_path_no_route=1, packets_forwarded=1)
    same = plain(UDP, udp(SERVER2, NODE), server=SERVER2)
    case("optimize-out-same-port", in1=[core(same[0])], out1=[to_core(same[1])], packets_optimized_out=1, used=[5])
    others = [ip6(SERVER, STRANGER, UDP, udp(SERVER, STRANGER)), ip6("2001:db8:5::2", NODE, UDP, udp("2001:db8:5::2", NODE)), ip6(SERVER, NODE_COA, UDP, udp(SERVER, NODE_COA))]
    case("optimize-out-others", in0=[home(p) for p in others], out1=[to_core(one_hop(p)) for p in others], packets_forwarded=len(others), mixed=True)

    def home_path(name, packets, **counters):
        case("optimize-out-" + name, in0=[home(p) for p in packets], out1=[to_core(one_hop(p)) for p in packets], packets_forwarded=len(packets), mixed=True, **counters)
    left = [(ROUTING, bytes([kind, 1]) + bytes(4) + packed(STRANGER)) for kind in (0, 2, 4)]
    home_path("routing-left", [ip6(SERVER, NODE, *chain(before + [r], UDP, udp(SERVER, STRANGER))) for r in left for before in ([], [HOP_BY_HOP], [DESTINATION])], packets_home_path_routing=9)
    signals = [ip6(SERVER, NODE, *chain(before, MH, mobility(SERVER, NODE, 3, bytes(18)))) for before in ([], [HOP_BY_HOP], [DESTINATION], [VISITED], [ATOMIC])]
    signals += [ip6(SERVER, NODE, *chain(before, ICMPV6, icmp6(SERVER, NODE, kind, 0, 0, packed(SERVER)))) for before in ([], [DESTINATION]) for kind in (135, 136)]
    home_path("signalling", signals, packets_home_path_signalling=len(signals))
    endless = [ip6(SERVER, NODE, HBH, bytes([DST, 0]) + PADN4 + bytes([UDP, 9]) + bytes(30)), ip6(SERVER, NODE, DST, bytes([UDP, 40]) + bytes(14))]
    home_path("endless", endless, packets_home_path_chain=len(endless), broken=True)

    # In.
    def into(name, packets, **counters):
        case("optimize-in" + name, in1=[core(p) for p, _ in packets], out0=[to_home(q) for _, q in packets], packets_optimized_in=len(packets), packets_forwarded=len(packets), **{"used": [0], **counters})

    def arrived(before, behind, last, payload, kept=None, hao=None, hoa=NODE, coa=NODE_COA, server=SERVER, hlim=64, word=0x60000000):
        """(packet of the mobile node, what the host must get). kept: what is left of the option's header."""
        return (ip6(coa, server, *chain(before + [hao or option(hoa)] + behind, last, payload), hlim=hlim, word=word),
                ip6(hoa, server, *chain(before + ([kept] if kept else []) + behind, last, payload), hlim=hlim - 1, word=word))

    into("", [arrived([], [], UDP, udp(NODE, SERVER))])
    into("-headers", [arrived(before, behind, *upper(NODE, SERVER, f, sealed)) for before, behind, f, sealed in in_combinations()], mixed=True)
    beside = [(b"\x1e\x08" + bytes(8), b""), (b"", b"\x1e\x03abc"), (b"\x1e\x00", b"\x1e\x07abcdefg"), (b"\0\x1e\x01x", b"\0\0\0"), (b"\x04\x01\x05", b"\x1e\x02ab")]
    into("-beside-others", [arrived(before, behind, *upper(NODE, SERVER, f, sealed), hao=option(NODE, *b), kept=padded(option(NODE, *b), NODE)) for b in beside for before, behind, f, sealed in in_combinations() if HOP_BY_HOP not in before])
    alone = [b"\0\0\0\0", b"\x01\x02\0\0", b"\0\x01\x01\0", b"\x01\x0a" + bytes(10), b"\0\0\0\0" + b"\x01\x06" + bytes(6)]
    into("-padding", [arrived([], [], UDP, udp(NODE, SERVER), hao=(DST, p + bytes([201, 16]) + packed(NODE) + after + bytes(-(2 + len(p) + 18 + len(after)) % 8))) for p in alone for after in (b"", b"\x01\x00", b"\x01\x06" + bytes(6))], mixed=True)
    into("-unaligned", [arrived([], [], UDP, udp(NODE, SERVER), hao=(DST, bytes(k) + bytes([201, 16]) + packed(NODE) + bytes(4 - k))) for k in range(4)])
    into("-class-and-label", [arrived([], [], UDP, udp(NODE, SERVER), word=0x6b9abcde)])
    into("-wrong-sum", [arrived([], [], TCP, struct.pack("!HHIIBBHHH", 1000, 2000, 1, 0, 0x50, 2, 8192, 0x1234, 0))])
    into("-uppers", [arrived([], [], n, p) for n, p in ((NONE, b""), (253, b"x"), (ICMPV6, icmp6(NODE, SERVER, 128, 0, 0x10001, b"echo")), (ICMPV6, icmp6(NODE, SERVER, 1, 4, 0, ip6(SERVER, NODE, UDP, udp(SERVER, NODE)))))], mixed=True)
    case("optimize-in-hop-limit-1", in1=[core(arrived([], [], UDP, udp(NODE, SERVER), hlim=1)[0])], punts=[punt("complaint", "hop_limit")], packets_optimized_in=1, used=[0])
    into("-sizes", [arrived([], [], UDP, udp(NODE, SERVER, bytes(n - 72))) for n in (72, 1280, 1500)])
    near = arrived([], [], UDP, udp(NEAR, SERVER), hoa=NEAR, coa=NEAR_COA)
    case("optimize-in-vlan", in1=[tagged(near[0])], out0=[to_home(near[1])], packets_optimized_in=1, packets_forwarded=1, used=[1])
    same = arrived([], [], UDP, udp(NODE, SERVER2), server=SERVER2)
    case("optimize-in-same-port", in1=[core(same[0])], out1=[to_core(same[1])], packets_optimized_in=1, packets_forwarded=1, used=[5])
    away = arrived([], [], UDP, udp(NODE, BOUND_SERVER), server=BOUND_SERVER)
    case("optimize-in-bound-host", in1=[core(away[0])], out1=[to_core(tunnel(away[1], AGENT, BOUND_SERVER_COA))], packets_optimized_in=1, packets_intercepted=1, used=[6], account={"4": [1, len(away[1])]})
    # ESP needs no binding (§9.3.1).
    strange = dict(hoa=STRANGER, coa="2001:db8:a::7f")
    into("-esp-unbound", [arrived(before, [], *esp(), **how) for before in ([], [HOP_BY_HOP], [VISITED]) for how in (strange, dict(coa="2001:db8:a::71"))], used=[], mixed=True)

    def refused(name, packets, **counters):
        case("optimize-in-" + name, in1=[core(p) for p in packets], **counters)

    unbound = [arrived(before, behind, *upper(NODE, SERVER, f, 0), coa="2001:db8:a::71")[0] for before, behind, f, sealed in in_combinations() if not sealed] + [arrived([], [], UDP, udp(STRANGER, SERVER), **strange)[0], arrived([], [], UDP, udp(NODE, "2001:db8:5::2"), server="2001:db8:5::2")[0]]
    refused("unbound", unbound, punts=[punt("home_address")] * len(unbound))
    ah = [arrived(before, behind + [AUTHENTICATION], UDP, udp(NODE, SERVER), **how)[0] for before in ([], [HOP_BY_HOP], [VISITED]) for behind in ([], [ATOMIC], [DESTINATION]) for how in ({}, strange)]
    refused("ah", ah, drop_home_address_ah=len(ah))
    hao, end = option(NODE), (UDP, udp(NODE, SERVER))

    def of(*headers, end=end):
        return ip6(NODE_COA, SERVER, *chain(list(headers), *end))
    misplaced = [of(*before, *chain_, *behind) for before in ([], [HOP_BY_HOP], [DESTINATION]) for chain_ in ([ATOMIC, hao], [hao, VISITED], [VISITED, hao, VISITED], [ATOMIC, DESTINATION, hao], [hao, ATOMIC, VISITED]) for behind in ([], [DESTINATION])]
    refused("misplaced", misplaced, drop_home_address_misplaced=len(misplaced))
    twice = [of(hao, hao), of(hao, DESTINATION, hao), of(hao, option(STRANGER)), of((DST, hao[1] + b"\x01\x04" + bytes(4) + hao[1][4:])), of(VISITED, hao, hao)]
    refused("twice", twice, drop_home_address_repeated=len(twice))
    lengths = [of((DST, bytes([201, n]) + bytes(n) + bytes(-(4 + n) % 8))) for n in (0, 1, 15, 17, 32)]
    refused("length", lengths, drop_home_address_length=len(lengths))
    addresses = [of(option(a)) for a in ("::", "::1", "fe80::1", "ff02::1", "ff0e::1")]
    refused("unroutable", addresses, drop_home_address_unroutable=len(addresses))
    # What of it is not the host's: by class. Hosts that speak for themselves, and packets without any of it: untouched.
    message = {name: mobility(NODE, SERVER, kind, octets) for name, kind, octets in (("test", 1, bytes(10)), ("test2", 2, bytes(10)), ("correspondent", 5, struct.pack("!HHHI", 7, 0x8000, 10, 0)), ("newcomer", 5, struct.pack("!HHHI", 7, 0xc000, 10, 0)),
                                                                                    ("newcomer2", 99, bytes(10)))}
    signals = [(name.rstrip("23"), chain(headers, MH, octets)) for name, octets in message.items() for headers in ([], [hao], [HOP_BY_HOP], [VISITED, hao])]
    refused("signalling", [ip6(NODE_COA, SERVER, *c) for _, c in signals], punts=[punt(name) for name, _ in signals])
    quoted = plain(UDP, udp(SERVER, NODE))[1]
    errors = [ip6("2001:db8:a::f", SERVER, *chain(headers, ICMPV6, icmp6("2001:db8:a::f", SERVER, kind, 0, word, q))) for kind, word in ((1, 0), (2, 1300), (3, 0), (4, 40)) for headers in ([], [HOP_BY_HOP], [DESTINATION])
              for q in (quoted, routed([HOP_BY_HOP], [DESTINATION], UDP, udp(SERVER, NODE))[1], quoted[:64])]
    refused("errors", errors, punts=[punt("error")] * len(errors))

    def untouched(name, packets, **counters):
        case("optimize-in-" + name, in1=[core(p) for p in packets], out0=[to_home(one_hop(p)) for p in packets], packets_forwarded=len(packets), mixed=True, **counters)
    rh2 = (ROUTING, bytes([2, 1]) + bytes(4) + packed(STRANGER))
    untouched("without-option", [ip6(src, SERVER, *chain(before + ([f] if f else []) + behind, *upper(src, STRANGER if rh2 in before else SERVER, f, sealed))) for src in (NODE, NODE_COA) for before in ([], [HOP_BY_HOP], [DESTINATION], [VISITED], [rh2], [(DST, b"\x1e\x04abcd")])
                                 for f in (None, ATOMIC, FIRST, LATER) for behind, sealed in (([], 0), ([DESTINATION], 0), ([], 1)) if not (f is LATER and (behind or sealed))])
    speaks = [ip6(NODE_COA, SPEAKS, *chain(headers, last, octets)) for headers, last, octets in (([hao], UDP, udp(NODE, SPEAKS)), ([hao], MH, mobility(NODE, SPEAKS, 5, struct.pack("!HHHI", 7, 0x8000, 10, 0))), ([], MH, mobility(NODE_COA, SPEAKS, 1, bytes(10))),
                                                                                                ([hao, hao], UDP, udp(NODE, SPEAKS)), ([ATOMIC, hao], UDP, udp(NODE, SPEAKS)), ([], MH, mobility(NODE_COA, SPEAKS, 99, bytes(10))))]
    untouched("speaks-itself", speaks)
    # What only mobile nodes are sent: one may be visiting.
    untouched("for-mobile-nodes", [ip6(NODE_COA, SERVER, *chain(headers, MH, mobility(NODE if hao in headers else NODE_COA, SERVER, kind, bytes(n)))) for kind, n in ((0, 2), (3, 18), (4, 18), (6, 10), (7, 18)) for headers in ([], [hao], [HOP_BY_HOP])])
    plain_errors = [ip6("2001:db8:a::f", SERVER, ICMPV6, icmp6("2001:db8:a::f", SERVER, 1, 0, 0, q)) for q in (ip6(SERVER, NODE, UDP, udp(SERVER, NODE)), plain(UDP, udp("2001:db8:5::2", NODE), server="2001:db8:5::2")[1], quoted[:40], quoted[:30], b"",
                                                                                                          ip6(SERVER, NODE_COA, *chain([VISITED], UDP, udp(SERVER, NODE_COA))))]
    untouched("errors-of-the-home-path", plain_errors, broken=True)
    # What is in fragments is for whoever puts them together.
    untouched("in-fragments", [of(f, *headers) for f in (FIRST, LATER) for headers in ([hao], [hao, hao], [DESTINATION])])
    untouched("endless", [ip6(NODE_COA, SERVER, HBH, bytes([DST, 0]) + PADN4 + bytes([UDP, 9]) + bytes(30)), ip6(NODE_COA, SERVER, DST, bytes([UDP, 40]) + bytes(14))], broken=True)
    # Out of a tunnel too.
    inner = ip6(HERE, SERVER, UDP, udp(HERE, SERVER))
    case("optimize-tunnel-plain", in1=[core(tunnel(inner, HERE_COA, HERE_AGENT))], out0=[to_home(one_hop(inner))], packets_detunnelled=1, packets_forwarded=1, account={"1": [1, len(inner)]})
    init = ip6(HERE, SERVER, MH, mobility(HERE, SERVER, 1, bytes(10)))
    case("optimize-tunnel-test", in1=[core(tunnel(init, HERE_COA, HERE_AGENT))], punts=[punt("test", tunnelled=1)], packets_detunnelled=1, account={"1": [1, len(init)]})
    # In bursts, bound and others mixed.
    for n in (1, 31, 32, 33, 63, 64, 65):
        outs = [plain(UDP, udp(SERVER, NODE, bytes(i + 1))) for i in range(n)]
        ins = [arrived([], [], UDP, udp(NODE, SERVER, bytes(i + 1))) for i in range(n)]
        case("optimize-burst-%d" % n, in0=[home(p) for p, _ in outs], out1=[to_core(q) for _, q in outs], in1=[core(p) for p, _ in ins], out0=[to_home(q) for _, q in ins], packets_optimized_out=n, packets_optimized_in=n, packets_forwarded=n, used=[0])
