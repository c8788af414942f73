# SPDX-License-Identifier: BSD-3-Clause
"""§10.4.5, §10.4.6, §5.2.5: packets from a mobile node through the tunnel."""
from case import BOTH, REAL, case, having, refused, tunnelled
from packets import *  # noqa: F403


def inner(t, payload=None, **ip):
    return IPv6(src=ip.pop("src", t.hoa), dst=ip.pop("dst", t.cn), hlim=ip.pop("hlim", 64), **ip) / (UDP(sport=1, dport=2) / b"out" if payload is None else payload)


def outer(t, packet, *headers, src=None, dst=None, **ip):
    p = IPv6(src=src or t.coa, dst=dst or t.agent, **ip)
    for h in headers:
        p = p / h
    return p / packet


def at_correspondent(t, dst=None):
    def forwarded(p):
        return p[IPv6].dst == (dst or t.cn) and p[IPv6].src == t.hoa
    return forwarded


def forwarded(t, sent, got):
    """What was inside, its hop limit one less, every other octet as it was."""
    want = bytearray(bytes(sent))
    want[7] -= 1
    t.equal("packet forwarded", bytes(got[IPv6])[:len(want)].hex(), bytes(want).hex())


def passes(name, clause, meaning, packet, *headers):
    @case(name, clause, BOTH, meaning)
    def judge(t):
        t.register()
        p = packet(t)
        forwarded(t, p, t.ask(outer(t, p, *[h(t) for h in headers]), at_correspondent(t), sums=False))


passes("rev-udp", "10.4.5", "UDP to a correspondent: forwarded from the home address, untouched but for the hop limit", lambda t: inner(t))
passes("rev-echo", "10.4.5", "an echo request: forwarded", lambda t: inner(t, ICMPv6EchoRequest(id=3)))
passes("rev-empty", "10.4.5", "a packet of nothing: forwarded", lambda t: inner(t, Raw(b""), nh=59))
passes("rev-fragment-inside", "10.4.5", "a fragment inside: forwarded as it is", lambda t: inner(t, IPv6ExtHdrFragment(nh=17, id=3, offset=4, m=1) / Raw(bytes(64))))
passes("rev-options-inside", "10.4.5", "destination options inside that are others' to judge: forwarded", lambda t: inner(t, IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0xde, optdata=b"1234")]) / UDP()))
passes("rev-rthdr-inside", "10.4.5", "a routing header inside: forwarded", lambda t: inner(t, IPv6ExtHdrRouting(type=0, segleft=1, addresses=[t.away(9)]) / UDP()))
passes("rev-tunnel-elsewhere", "10.4.5, RFC 2473 4", "an inner tunnel to somewhere else: forwarded", lambda t: inner(t, IPv6(src=t.hoa, dst=t.away(9)) / UDP()))
passes("rev-behind-options", "10.4.5, RFC 2473 5.1", "the tunnel packet behind destination options: taken", lambda t: inner(t), lambda t: IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]))
passes("rev-behind-limit", "RFC 2473 4.1.1, 5.3", "the tunnel packet with an encapsulation limit: taken, the option gone", lambda t: inner(t), lambda t: IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optlen=1, optdata=b"\x04"), PadN(optdata=b"\0")]))
passes("rev-behind-hop-by-hop", "RFC 2473 5.1", "the tunnel packet behind hop-by-hop options: taken", lambda t: inner(t), lambda t: IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]))
passes("rev-behind-rthdr", "RFC 2473 5.1, RFC 8200 4.4", "the tunnel packet behind a routing header with nothing left: taken", lambda t: inner(t), lambda t: IPv6ExtHdrRouting(type=0, segleft=0, addresses=[t.away(9)]))
passes("rev-behind-atomic", "RFC 6946 4", "the tunnel packet behind an atomic fragment header: taken", lambda t: inner(t), lambda t: IPv6ExtHdrFragment(nh=41, id=5, offset=0, m=0))
passes("rev-hoti", "5.2.5, 10.4.6", "a Home Test Init: passes untouched", lambda t: inner(t, MIP6MH_HoTI(cookie=b"12345678")))
passes("rev-coti", "5.2.5", "a Care-of Test Init: passes untouched", lambda t: inner(t, MIP6MH_CoTI(cookie=b"12345678")))
passes("rev-bu-elsewhere", "10.4.6", "a Binding Update to a correspondent: passes untouched", lambda t: inner(t, MIP6MH_BU(seq=1, flags="A", mhtime=5)))
passes("rev-ba-elsewhere", "10.4.6", "a Binding Acknowledgement to a correspondent: passes untouched", lambda t: inner(t, MIP6MH_BA(seq=1)))
passes("rev-mh-unknown", "10.4.6", "a Mobility Header of unknown type to a correspondent: passes untouched", lambda t: inner(t, MIP6MH_Generic(mhtype=88, msg=bytes(2))))
passes("rev-mh-checksum", "10.4.6", "a Mobility Header with a wrong checksum to a correspondent: passes untouched", lambda t: inner(t, MIP6MH_HoTI(cookie=b"12345678", cksum=0x1234)))
passes("rev-mh-payload-proto", "10.4.6", "a Mobility Header with another payload protocol to a correspondent: passes untouched", lambda t: inner(t, MIP6MH_HoTI(nh=6, cookie=b"12345678")))
passes("rev-mh-own-option", "10.4.6, 6.3", "a Home Address option inside, to a correspondent: passes untouched", lambda t: inner(t, IPv6ExtHdrDestOpt(options=[HAO(hoa=t.home(3))]) / MIP6MH_BU(seq=1, flags="A")))


@case("rev-fragments", "10.4.5, RFC 2473 7.2", BOTH, "a tunnel packet in fragments: put together in any order, forwarded whole")
def fragments(t):
    t.register()
    p = inner(t, UDP(dport=11) / bytes(1300))
    octets = bytes(p)
    parts = [IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=41, id=t.number, offset=at // 8, m=at + 504 < len(octets)) / Raw(octets[at:at + 504]) for at in range(0, len(octets), 504)]
    for order in (parts, parts[::-1], parts[1:] + parts[:1]):
        for i, q in enumerate(order):
            q[IPv6ExtHdrFragment].id += 1000
        forwarded(t, p, t.ask([q for q in order], at_correspondent(t)))


@case("rev-on-link", "10.4.5", REAL, "to a node on the home link: delivered there")
def on_link(t):
    t.register()
    host, mac = t.neighbor(0x80)
    p = inner(t, dst=host)
    got = t.ask(outer(t, p), at_correspondent(t, host))
    t.equal("link-layer destination", got.dst, mac)
    forwarded(t, p, got)


@case("rev-from-link", "10.4.5", BOTH, "round trip: out through the tunnel, back through interception")
def round_trip(t):
    t.register()
    t.ask(outer(t, inner(t, ICMPv6EchoRequest(id=9))), at_correspondent(t))
    t.ask(IPv6(src=t.cn, dst=t.hoa) / ICMPv6EchoReply(id=9), tunnelled(t.coa))


@case("rev-two-at-one", "10.4.5, 10.3.1", BOTH, "two home addresses at one care-of address: both go out; when one is given up, it alone does not")
def two_at_one(t):
    t.register()
    t.register(hoa=t.home(2))
    for hoa in (t.home(1), t.home(2)):
        t.ask(outer(t, inner(t, src=hoa)), lambda p, hoa=hoa: p[IPv6].dst == t.cn and p[IPv6].src == hoa)
    t.unregister()
    t.silence(outer(t, inner(t)), "drop.tunnel_unbound")
    t.ask(outer(t, inner(t, src=t.home(2))), lambda p: p[IPv6].dst == t.cn and p[IPv6].src == t.home(2))


# Refusals, each with its counter.

for name, meaning, counter, packet in (
        ("rev-other-care-of", "outer source is not the registered care-of address", "drop.tunnel_care_of", lambda t: outer(t, inner(t), src=t.coa2)),
        ("rev-outer-home-address", "outer source is the home address itself", "drop.tunnel_care_of", lambda t: outer(t, inner(t), src=t.hoa)),
        ("rev-inner-unbound", "inner source is no bound home address", "drop.tunnel_unbound", lambda t: outer(t, inner(t, src=t.home(9)))),
        ("rev-inner-elsewhere", "inner source is an address elsewhere", "drop.tunnel_unbound", lambda t: outer(t, inner(t, src=t.away(9)))),
        ("rev-inner-care-of", "inner source is the care-of address", "drop.tunnel_unbound", lambda t: outer(t, inner(t, src=t.coa))),
        ("rev-inner-own", "inner source is our own address", "drop.tunnel_unbound", lambda t: outer(t, inner(t, src=t.agent))),
        ("rev-inner-source-linklocal", "inner source link-local", "drop.tunnel_linklocal", lambda t: outer(t, inner(t, src=t.linklocal()))),
        ("rev-inner-linklocal", "inner destination link-local", "drop.tunnel_linklocal", lambda t: outer(t, inner(t, dst=t.linklocal(9)))),
        ("rev-inner-linklocal-agent", "inner destination a link-local neighbour solicitation", "drop.tunnel_linklocal", lambda t: outer(t, inner(t, ICMPv6ND_NS(tgt="fe80::1"), dst="fe80::1", hlim=255))),
        ("rev-inner-loopback", "inner destination loopback", "drop.tunnel_inner", lambda t: outer(t, inner(t, dst="::1"))),
        ("rev-inner-unspecified", "inner destination unspecified", "drop.tunnel_inner", lambda t: outer(t, inner(t, dst="::"))),
        ("rev-inner-version", "inner packet of another IP version", "drop.tunnel_inner", lambda t: IPv6(src=t.coa, dst=t.agent, nh=41) / Raw(b"\x45" + bytes(inner(t))[1:])),
        ("rev-inner-short", "inner packet shorter than its header", "drop.tunnel_inner", lambda t: IPv6(src=t.coa, dst=t.agent, nh=41) / Raw(bytes(inner(t))[:39])),
        ("rev-inner-length", "inner payload length beyond the packet", "drop.tunnel_inner", lambda t: IPv6(src=t.coa, dst=t.agent, nh=41) / Raw(bytes(inner(t))[:4] + b"\x04\0" + bytes(inner(t))[6:])),
        ("rev-nested-own", "a tunnel to ourselves again inside", "drop.tunnel_nested", lambda t: outer(t, IPv6(src=t.hoa, dst=t.agent) / inner(t))),
        ("rev-nested-own-other", "a tunnel to another address of ours inside", "drop.tunnel_nested", lambda t: outer(t, IPv6(src=t.hoa, dst=t.agent2) / inner(t))),
        ("rev-nested-own-options", "a tunnel to ourselves again, behind destination options", "drop.tunnel_nested",
         lambda t: outer(t, IPv6(src=t.hoa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]) / inner(t))),
        ("rev-nested-own-fragments", "a tunnel to ourselves again, in fragments, inside", "drop.tunnel_nested",
         lambda t: [outer(t, IPv6(src=t.hoa, dst=t.agent) / IPv6ExtHdrFragment(nh=41, id=t.number, offset=o // 8, m=o == 0) / Raw(bytes(inner(t))[o:o + 40])) for o in (0, 40)]),
        ("rev-home-address-option", "a Home Address option before the inner packet", "control.tunnel_home_address", lambda t: outer(t, inner(t), IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)]))),
        ("rev-ecn", "congestion experienced outside, not ECN-capable inside (RFC 6040)", "drop.ecn", lambda t: outer(t, inner(t), tc=3))):
    refused(name, "10.4.5", BOTH, meaning + ": dropped, own counter", counter, packet)


@case("rev-other-node", "10.4.5", BOTH, "another node's home address inside: dropped")
def other_node(t):
    t.register()
    t.register(hoa=t.home(2), coa=t.coa2)
    t.silence(outer(t, inner(t, src=t.home(2))), "drop.tunnel_care_of")


@case("rev-deregistered", "10.4.5, 10.3.2", BOTH, "after de-registration: dropped")
def deregistered(t):
    t.register()
    t.unregister()
    t.silence(outer(t, inner(t)), "drop.tunnel_unbound")


@case("rev-moved", "10.4.5, 10.3.1", BOTH, "after a move: from the old care-of address dropped, from the new one forwarded")
def moved(t):
    t.register()
    t.register(coa=t.coa2)
    t.silence(outer(t, inner(t)), "drop.tunnel_care_of")
    t.ask(outer(t, inner(t), src=t.coa2), at_correspondent(t))


@case("rev-ecn-copied", "RFC 6040 4.2", BOTH, "congestion experienced outside, ECN-capable inside: marked inside")
def ecn_copied(t):
    t.register()
    for ecn in (1, 2, 3):
        p = t.ask(outer(t, inner(t, tc=0x20 | ecn), tc=3), at_correspondent(t))
        t.equal("traffic class", p[IPv6].tc, 0x23)


@case("rev-ecn-ect1", "RFC 6040 4.2", BOTH, "ECT(1) outside, ECT(0) inside: ECT(1)")
def ecn_ect1(t):
    t.register()
    p = t.ask(outer(t, inner(t, tc=2), tc=1), at_correspondent(t))
    t.equal("traffic class", p[IPv6].tc, 1)


@case("rev-hop-limit", "10.4.5, RFC 4443 3.3", BOTH, "inner hop limit 1: time exceeded, to the home address by way of the care-of address")
def hop_limit(t):
    t.register()
    e = t.ask(outer(t, inner(t, hlim=1)), having(ICMPv6TimeExceeded))
    t.fields(e[IPv6], dst=t.coa)
    t.that(IPv6ExtHdrRouting in e and e[IPv6ExtHdrRouting].addresses == [t.hoa] or IPv6 in e[IPv6].payload, "not to the home address")


@case("rev-outer-hop-limit", "RFC 2473 3.3", BOTH, "outer hop limit 1: taken all the same, it has arrived")
def outer_hop_limit(t):
    t.register()
    t.ask(outer(t, inner(t), hlim=1), at_correspondent(t))


@case("rev-own-port", "10.4.5, 9.3.2", BOTH, "UDP inside to us: port unreachable by a type 2 routing header")
def own_port(t):
    t.register()
    e = t.ask(outer(t, inner(t, dst=t.agent)), having(ICMPv6DestUnreach))
    t.fields(e[IPv6], src=t.agent, dst=t.coa)
    t.fields(e[IPv6ExtHdrRouting], type=2, segleft=1, addresses=[t.hoa])
    t.fields(e[ICMPv6DestUnreach], code=4)


@case("rev-update-inside", "10.3.1", BOTH, "a Binding Update inside, without the option and with a lifetime: silence, nothing changes")
def update_inside(t):
    t.register(seq=1)
    t.silence(outer(t, inner(t, MIP6MH_BU(seq=2, flags="AH", mhtime=10), dst=t.agent)), "bu.hoa_invalid")
    t.equal("sequence", t.place.binding(t.hoa)["sequence"], 1)


@case("rev-esp", "10.4.5", BOTH, "ESP around the tunnel packet without an association: dropped")
def esp(t):
    t.register()
    t.silence(IPv6(src=t.coa, dst=t.agent, nh=50) / Raw(struct.pack("!II", 77, 1) + bytes(inner(t))), "control.ignored")


@case("rev-fragment-overlap", "RFC 5722", BOTH, "overlapping fragments of a tunnel packet: dropped")
def overlap(t):
    t.register()
    octets = bytes(inner(t, UDP() / bytes(400)))
    parts = [IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=41, id=t.number, offset=o // 8, m=m) / Raw(octets[o:e]) for o, e, m in ((0, 200, 1), (104, 304, 1), (304, len(octets), 0))]
    t.silence(parts, "drop.fragment", answer=at_correspondent(t))


@case("rev-fragment-mixed", "10.4.5, RFC 8200 4.5", BOTH, "one fragment outside the tunnel, the other inside: never put together")
def mixed(t):
    t.register()
    octets = bytes(IPv6(src=t.hoa, dst=t.agent) / ICMPv6EchoRequest(id=t.number, seq=9, data=bytes(400)))[40:]

    reply = having(ICMPv6EchoReply, seq=9)

    def parts(ident):
        return [IPv6(src=t.hoa, dst=t.agent) / IPv6ExtHdrFragment(nh=58, id=ident, offset=o // 8, m=o == 0) / Raw(octets[o:e]) for o, e in ((0, 200), (200, len(octets)))]

    first, second = parts(1)
    t.silence([first, outer(t, second)], "packets.fragments", answer=reply, count=2)
    first, second = parts(2)
    t.silence([outer(t, first), second], "packets.fragments", answer=reply, count=2)
    # What does not belong together is no obstacle to what does.
    t.ask([outer(t, p) for p in parts(3)], reply)


@case("rev-fragment-unaligned", "RFC 8200 4.5", BOTH, "a fragment that is not the last and no multiple of 8 octets long: dropped")
def unaligned(t):
    t.register()
    t.silence(IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=41, id=t.number, offset=0, m=1) / Raw(bytes(inner(t))[:61]), "drop.fragment", answer=at_correspondent(t))
