# SPDX-License-Identifier: BSD-3-Clause
"""§10.4.2, RFC 2473 §3–§6: packets for a mobile node away from home."""
from case import BOTH, REAL, advertised, ba_of, case, having, tunnelled
from packets import *  # noqa: F403

TUNNEL_MTU = 1460  # links of 1500


def inner_of(p):
    return p[IPv6].payload.getlayer(IPv6)


def to_home(t, payload, hoa=None, **ip):
    return IPv6(src=ip.pop("src", t.cn), dst=hoa or t.hoa, **ip) / payload


def whole(t, sent, got, outer=None):
    """A tunnel packet as RFC 2473 wants it; inside what was sent, its hop limit one less, every other octet as it was."""
    t.fields(got[IPv6], version=6, src=outer or t.agent, dst=t.coa, nh=41)
    t.equal("link-layer destination", got.dst, t.place.cables["core"].mac)
    t.equal("link-layer source", got.src, t.place.program_mac["core"])
    want = bytearray(bytes(sent))
    want[7] -= 1
    t.equal("inner packet", bytes(got[IPv6].payload)[:len(want)].hex(), bytes(want).hex())
    t.equal("payload length", got[IPv6].plen, len(want))


def passes(name, clause, meaning, packet, kinds=BOTH):
    """Tunnelled whatever is inside, untouched."""
    @case(name, clause, kinds, meaning + ": tunnelled, untouched")
    def judge(t):
        t.register()
        p = packet(t)
        whole(t, p, t.ask(p, tunnelled(t.coa), sums=False))


passes("int-udp", "10.4.2, RFC 2473 3.1", "UDP to the home address", lambda t: to_home(t, UDP(sport=5, dport=6) / b"payload"))
passes("int-tcp", "10.4.2", "TCP", lambda t: to_home(t, TCP(sport=5, dport=6, flags="S")))
passes("int-echo", "10.4.2", "an echo request", lambda t: to_home(t, ICMPv6EchoRequest(id=5, data=b"for the mobile node")))
passes("int-error", "10.4.2", "an ICMPv6 error for the node", lambda t: to_home(t, ICMPv6DestUnreach(code=4) / IPv6(src=t.hoa, dst=t.cn) / UDP()))
passes("int-esp", "10.4.2", "ESP", lambda t: to_home(t, Raw(struct.pack("!II", 1, 1) + bytes(32)), nh=50))
passes("int-unknown", "10.4.2", "an unknown next header", lambda t: to_home(t, Raw(b"abcdefgh"), nh=253))
passes("int-no-next-header", "10.4.2", "no next header", lambda t: to_home(t, Raw(b""), nh=59))
passes("int-tunnel", "10.4.2, RFC 2473 4", "a packet that is itself a tunnel packet", lambda t: to_home(t, IPv6(src=t.cn, dst=t.away(9)) / UDP()))
passes("int-fragment", "10.4.2", "a fragment, by itself", lambda t: to_home(t, IPv6ExtHdrFragment(nh=17, id=t.number, offset=10, m=1) / Raw(bytes(64))))
passes("int-hop-by-hop", "10.4.2", "hop-by-hop options", lambda t: to_home(t, IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]) / UDP()))
passes("int-destination-options", "10.4.2", "destination options that are the node's to judge", lambda t: to_home(t, IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0xde, optdata=b"1234")]) / UDP()))
passes("int-rthdr0", "10.4.2, RFC 5095", "a type 0 routing header with segments left", lambda t: to_home(t, IPv6ExtHdrRouting(type=0, segleft=1, addresses=[t.away(9)]) / UDP()))
passes("int-rthdr2", "10.4.2, 6.4", "a type 2 routing header", lambda t: to_home(t, IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.hoa]) / UDP()))
passes("int-hao", "10.4.2, 6.3", "a Home Address option of another node", lambda t: to_home(t, IPv6ExtHdrDestOpt(options=[HAO(hoa=t.away(8))]) / UDP()))
passes("int-class-and-label", "10.4.2", "traffic class and flow label", lambda t: to_home(t, UDP() / b"x", tc=0xb8, fl=0xabcde))
passes("int-checksum", "10.4.2", "a wrong upper-layer checksum, the node's to judge", lambda t: to_home(t, UDP(chksum=0x1234) / b"x"))
passes("int-empty", "10.4.2", "a packet shorter than the least Ethernet frame", lambda t: to_home(t, UDP()))
passes("int-largest", "10.4.2, RFC 2473 7.1", "a packet that just fits", lambda t: to_home(t, UDP() / bytes(TUNNEL_MTU - 48)))
passes("int-hot", "5.2.5, 10.4.6", "a Home Test", lambda t: to_home(t, MIP6MH_HoT(cookie=b"12345678", token=b"abcdefgh")))
passes("int-cot", "5.2.5", "a Care-of Test", lambda t: to_home(t, MIP6MH_CoT(cookie=b"12345678", token=b"abcdefgh")))
passes("int-bu", "10.4.6", "a Binding Update for the node", lambda t: to_home(t, MIP6MH_BU(seq=1, flags="A", mhtime=5)))
passes("int-mh-unknown", "10.4.6", "a Mobility Header of unknown type for the node", lambda t: to_home(t, MIP6MH_Generic(mhtype=99, msg=bytes(2))))
passes("int-mh-checksum", "10.4.6", "a Mobility Header with a wrong checksum", lambda t: to_home(t, MIP6MH_HoT(cookie=b"12345678", token=b"abcdefgh", cksum=0x1234)))
passes("int-mld-like", "10.4.2", "an ICMPv6 message of unknown type", lambda t: to_home(t, ICMPv6Unknown(type=200, msgbody=b"12345678")))


@case("int-outer-header", "10.4.2, RFC 2473 3.1, RFC 6040 4.1", BOTH, "the tunnel header: from the address registered at, to the care-of address, class with the inner ECN, a fresh hop limit")
def outer_header(t):
    t.register()
    for ecn in range(4):
        p = t.ask(to_home(t, UDP() / b"x", tc=0x28 | ecn, hlim=9), tunnelled(t.coa))
        t.fields(p[IPv6], src=t.agent, dst=t.coa, nh=41, tc=0x28 | ecn)
        t.that(p[IPv6].hlim > 9, "outer hop limit %d" % p[IPv6].hlim)
        t.fields(inner_of(p), tc=0x28 | ecn, hlim=8)


@case("int-flow-label", "RFC 6438", BOTH, "one flow, one outer flow label, not zero")
def flow_label(t):
    t.register()
    labels = {t.ask(to_home(t, UDP(sport=77, dport=78) / data), tunnelled(t.coa))[IPv6].fl for data in (b"a", b"bb", b"ccc")}
    t.that(len(labels) == 1 and 0 not in labels, labels)


@case("int-hop-limit", "10.4.2, RFC 4443 3.3", BOTH, "hop limit 1 at the home agent: time exceeded code 0 to the sender, not tunnelled")
def hop_limit(t):
    t.register()
    since = t.mark()
    e = t.ask(to_home(t, UDP() / b"x", hlim=1), having(ICMPv6TimeExceeded))
    t.fields(e[IPv6], dst=t.cn)
    t.fields(e[ICMPv6TimeExceeded], code=0)
    t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])


@case("int-too-big", "RFC 2473 7.1", BOTH, "larger than the tunnel takes: packet too big with the link's MTU less the tunnel header")
def too_big(t):
    t.register()
    sent = to_home(t, UDP() / bytes(TUNNEL_MTU - 47))
    e = t.ask(sent, having(ICMPv6PacketTooBig))
    t.fields(e[IPv6], dst=t.cn)
    t.fields(e[ICMPv6PacketTooBig], code=0, mtu=TUNNEL_MTU)
    quoted = bytes(e[ICMPv6PacketTooBig].payload)
    t.equal("quoted", quoted[:40].hex(), bytes(sent)[:40].hex())
    t.that(len(bytes(e[IPv6])) <= 1280, "an error above 1280 octets")


@case("int-source-linklocal", "RFC 4443 3.1", BOTH, "from a link-local source: destination unreachable code 2 where it can be told, never tunnelled")
def source_linklocal(t):
    t.register()
    since = t.mark()
    t.send(to_home(t, UDP() / b"x", src=t.linklocal(0x77)))
    t.marker()
    t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])


@case("int-source-unspecified", "RFC 4291 2.5.2", BOTH, "from the unspecified address: never tunnelled")
def source_unspecified(t):
    t.register()
    t.silence(to_home(t, UDP() / b"x", src="::"), "drop.source")


@case("int-source-multicast", "RFC 4291 2.7", BOTH, "from a multicast source: never tunnelled")
def source_multicast(t):
    t.register()
    t.silence(to_home(t, UDP() / b"x", src="ff0e::c0de"), "drop.source")


for kind, name in ((133, "router solicitation"), (134, "router advertisement"), (135, "neighbour solicitation"), (136, "neighbour advertisement"), (137, "redirect")):
    @case("int-no-discovery-%d" % kind, "10.4.2, 10.4.1", BOTH, "a %s to the home address: never tunnelled" % name)
    def no_discovery(t, kind=kind):
        t.register()
        since = t.mark()
        body = {133: ICMPv6ND_RS(), 134: ICMPv6ND_RA(), 135: ICMPv6ND_NS(tgt=t.hoa), 136: ICMPv6ND_NA(tgt=t.hoa), 137: ICMPv6ND_Redirect(tgt=t.cn, dst=t.cn)}[kind]
        for hlim in (255, 64):
            t.send(to_home(t, body, hlim=hlim))
            if t.real:
                t.send(to_home(t, body, hlim=hlim, src=t.home(0x80)), port="home", mac=t.mac(0x80))
        t.marker()
        if t.real:
            t.home_marker(0x8f)
        t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])


@case("int-no-redirect", "10.4.2, RFC 4861 8.2", BOTH, "a packet that leaves where it came in: tunnelled, no redirect")
def no_redirect(t):
    t.register()
    since = t.mark()
    t.ask(to_home(t, UDP() / b"x"), tunnelled(t.coa))
    if t.real:
        t.send(to_home(t, UDP() / b"x", src=t.home(0x80)), port="home", mac=t.mac(0x80))
        t.wait(tunnelled(t.coa))
    t.marker()
    t.equal("redirects", t.came(lambda p: ICMPv6ND_Redirect in p, since), [])


@case("int-no-redirect-transit", "RFC 4861 8.2", BOTH, "transit that leaves where it came in: forwarded, no redirect")
def no_redirect_transit(t):
    since = t.mark()
    t.ask(IPv6(src=t.coa, dst=t.cn) / UDP() / b"x", lambda p: UDP in p and p[IPv6].dst == t.cn)
    t.marker()
    t.equal("redirects", t.came(lambda p: ICMPv6ND_Redirect in p, since), [])


@case("int-unbound", "10.4.2, RFC 4443 3.1", ("virtual",), "an address of a virtual home link that is not bound: destination unreachable code 3")
def unbound(t):
    e = t.ask(to_home(t, UDP() / b"x"), having(ICMPv6DestUnreach))
    t.fields(e[IPv6], dst=t.cn)
    t.fields(e[ICMPv6DestUnreach], code=3)


@case("int-unbound-real", "RFC 4861 7.2.2", REAL, "an address of the home link that is not bound: looked for on the link, delivered to its node")
def unbound_real(t):
    host, mac = t.neighbor(0x80)
    p = t.ask(IPv6(src=t.cn, dst=host) / UDP() / b"x", lambda p: UDP in p and p[IPv6].dst == host)
    t.equal("link-layer destination", p.dst, mac)


@case("int-unbound-nobody", "RFC 4861 7.2.2", REAL, "an address of the home link where nobody is: destination unreachable code 3 after the solicitations", long=True)
def unbound_nobody(t):
    e = t.ask(IPv6(src=t.cn, dst=t.home(0x81)) / UDP() / b"x", having(ICMPv6DestUnreach))
    t.fields(e[ICMPv6DestUnreach], code=3)
    t.fields(e[IPv6], dst=t.cn)


# The link-local address of a node bound with L.


def to_linklocal(t, src):
    return IPv6(src=src, dst=t.linklocal(), hlim=64) / UDP() / b"x"


@case("int-linklocal", "10.4.2", REAL, "L: a packet to the link-local address: destination unreachable code 3 to its sender, never tunnelled")
def linklocal(t):
    t.register(flags="AHL")
    t.neighbor(0x80)
    since = t.mark()
    t.forget()
    t.send(to_linklocal(t, t.home(0x80)), port="home", mac=t.mac(0x80))
    e = t.wait(having(ICMPv6DestUnreach), port="home")
    t.fields(e[IPv6], dst=t.home(0x80))
    t.fields(e[ICMPv6DestUnreach], code=3)
    t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])


@case("int-linklocal-from-linklocal", "10.4.2", REAL, "L: from a link-local source: destination unreachable code 3 on the link")
def linklocal_from_linklocal(t):
    t.register(flags="AHL")
    t.neighbor(0x80, t.linklocal(0x80))
    t.forget()
    t.send(to_linklocal(t, t.linklocal(0x80)), port="home", mac=t.mac(0x80))
    e = t.wait(having(ICMPv6DestUnreach), port="home")
    t.fields(e[IPv6], dst=t.linklocal(0x80))
    t.fields(e[ICMPv6DestUnreach], code=3)


@case("int-linklocal-multicast-source", "10.4.2", REAL, "L: from a multicast source: silence")
def linklocal_multicast_source(t):
    t.register(flags="AHL")
    t.silence(to_linklocal(t, "ff02::c0de"), "drop.source", port="home", mac=t.mac(0x80))


@case("int-linklocal-clear", "10.4.2", REAL, "L clear: a packet to the link-local address is nobody's: silence")
def linklocal_clear(t):
    t.register()
    t.neighbor(0x80)
    since = t.mark()
    t.send(to_linklocal(t, t.home(0x80)), port="home", mac=t.mac(0x80))
    t.home_marker(0x8f)
    t.marker()
    t.equal("answers", t.came(lambda p: ICMPv6DestUnreach in p or tunnelled(t.coa)(p), since), [])


@case("int-linklocal-echo", "10.4.2", REAL, "L: an echo request to the link-local address is not answered on the node's behalf")
def linklocal_echo(t):
    t.register(flags="AHL")
    t.neighbor(0x80)
    t.forget()
    t.send(IPv6(src=t.home(0x80), dst=t.linklocal()) / ICMPv6EchoRequest(id=4), port="home", mac=t.mac(0x80))
    t.fields(t.wait(having(ICMPv6DestUnreach), port="home")[ICMPv6DestUnreach], code=3)
    t.equal("replies", t.came(having(ICMPv6EchoReply)), [])


# The encapsulation limit (RFC 2473 §4.1.1).


def limited(t, limit, before=()):
    return to_home(t, IPv6ExtHdrDestOpt(options=[*before, HBHOptUnknown(otype=4, optlen=1, optdata=bytes([limit]))]) / IPv6(src=t.cn, dst=t.away(9)) / UDP())


@case("limit-zero", "RFC 2473 4.1.1", BOTH, "encapsulation limit 0 inside: parameter problem code 0 at its value, to the sender, not tunnelled")
def limit_zero(t):
    t.register()
    since = t.mark()
    e = t.ask(limited(t, 0), having(ICMPv6ParamProblem))
    t.fields(e[IPv6], dst=t.cn)
    t.fields(e[ICMPv6ParamProblem], code=0, ptr=44)
    t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])


@case("limit-zero-behind", "RFC 2473 4.1.1", BOTH, "the same behind another option: the pointer follows")
def limit_zero_behind(t):
    t.register()
    e = t.ask(limited(t, 0, before=[PadN(optdata=bytes(2))]), having(ICMPv6ParamProblem))
    t.fields(e[ICMPv6ParamProblem], code=0, ptr=48)


def limit_zero_in(name, meaning, pointer, headers):
    @case(name, "RFC 2473 4.1.1", BOTH, "encapsulation limit 0 " + meaning + ": parameter problem at its value, not tunnelled")
    def judge(t):
        t.register()
        since = t.mark()
        p = to_home(t, headers(t) / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optlen=1, optdata=b"\0"), PadN(optdata=b"\0")]) / IPv6(src=t.cn, dst=t.away(9)) / UDP())
        e = t.ask(p, having(ICMPv6ParamProblem))
        t.fields(e[IPv6], dst=t.cn)
        t.fields(e[ICMPv6ParamProblem], code=0, ptr=pointer)
        t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])


limit_zero_in("limit-zero-fragment", "in a fragment of a tunnel packet", 52, lambda t: IPv6ExtHdrFragment(id=t.number, m=1))
limit_zero_in("limit-zero-hop-by-hop", "behind hop-by-hop options", 52, lambda t: IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]))
limit_zero_in("limit-zero-routing", "behind a type 2 routing header", 68, lambda t: IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.hoa]))
limit_zero_in("limit-zero-unknown", "behind an option that its destination would complain about", 52, lambda t: IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x9e, optdata=bytes(4))]))


for limit in (1, 4, 255):
    @case("limit-%d" % limit, "RFC 2473 4.1.1", BOTH, "encapsulation limit %d inside: tunnelled with a limit of %d outside" % (limit, limit - 1))
    def limit_given(t, limit=limit):
        t.register()
        sent = limited(t, limit)
        p = t.ask(sent, tunnelled(t.coa))
        t.fields(p[IPv6], nh=60, src=t.agent)
        options = bytes(p[IPv6].payload)[:8]
        t.equal("tunnel's options", options[:5], bytes([41, 0, 4, 1, limit - 1]))
        t.equal("limit inside", bytes(p[IPv6].payload)[8 + 44], limit)
        t.equal("inner packet", bytes(p[IPv6].payload)[8 + 8:8 + 40], bytes(sent)[8:40])


@case("limit-none", "RFC 2473 4.1.1", BOTH, "no limit inside: none outside")
def limit_none(t):
    t.register()
    p = t.ask(to_home(t, IPv6(src=t.cn, dst=t.away(9)) / UDP()), tunnelled(t.coa))
    t.fields(p[IPv6], nh=41)


@case("limit-too-big", "RFC 2473 4.1.1, 7.1", BOTH, "with a limit the tunnel header is 8 octets longer: packet too big says so")
def limit_too_big(t):
    t.register()
    p = limited(t, 3) / Raw(bytes(1380))
    e = t.ask(p, having(ICMPv6PacketTooBig))
    t.fields(e[ICMPv6PacketTooBig], mtu=TUNNEL_MTU - 8)


# Mobile node to mobile node.


@case("int-node-to-node", "10.4.2, 10.4.5", BOTH, "from one mobile node's tunnel into another's")
def node_to_node(t):
    t.register()
    t.register(hoa=t.home(2), coa=t.coa2)
    p = t.ask(IPv6(src=t.coa, dst=t.agent) / IPv6(src=t.hoa, dst=t.home(2), hlim=20) / UDP() / b"x", tunnelled(t.coa2))
    t.fields(p[IPv6], src=t.agent, dst=t.coa2)
    t.fields(inner_of(p), src=t.hoa, dst=t.home(2), hlim=19)


@case("int-nested", "10.4.2, RFC 2473 4, 8.3", BOTH, "a care-of address that became a home address later: tunnelled on, or its sender is told code 3; never lost without a word", long=True)
def nested(t):
    a, b = t.home(1), t.home(2)
    t.register(hoa=a, options=[MIP6OptAltCoA(acoa=b)])
    t.register(hoa=b, coa=t.coa2)
    p = t.ask(to_home(t, UDP() / b"x", hoa=a), lambda p: p[IPv6].dst in (t.coa2, t.cn))
    if p[IPv6].dst == t.cn:
        t.fields(p[ICMPv6DestUnreach], code=3)
