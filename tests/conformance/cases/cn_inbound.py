# SPDX-License-Identifier: BSD-3-Clause
"""§9.3.1, §9.3.3, §6.3: packets with the Home Address option to a correspondent, and what others send to a host that is acted for."""
from case import having
from correspondent import HOST, OWN, cn
from member import packed
from packets import *  # noqa: F403

UNKNOWN = 0x1e  # an option type of RFC 4727 for experiments: action 00
PAD = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))])
HBH = IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))])


def hao(m, *before, after=(), address=None):
    return IPv6ExtHdrDestOpt(options=[*before, HAO(hoa=address or m.hoa), *after])


def visited(m, *addresses):
    return IPv6ExtHdrRouting(type=0, segleft=0, addresses=list(addresses) or [m.t.cn])


def upper(m, *headers, nh=None, src=None, data=None):
    """(packet, payload) of UDP behind those headers; the checksum over the home address."""
    data = data or os.urandom(24)
    octets = bytes(IPv6(src=m.hoa, dst=m.correspondent) / UDP(sport=m.t.number, dport=7) / data)[40:]
    p = IPv6(src=src or m.coa, dst=m.correspondent)
    for h in headers:
        p = p / h.copy()
    p.lastlayer().nh = nh or 17
    return p / Raw(octets)


def without(m, packet, *headers):
    """What the host is to get: those headers are left, straight from the home address, one hop on."""
    q = IPv6(src=m.hoa, dst=m.correspondent, hlim=packet.hlim - 1)
    for h in headers:
        q = q / h.copy()
    q.lastlayer().nh = packet.lastlayer().underlayer.nh
    return q / packet.lastlayer()


def taken(name, clause, meaning, before, left=None):
    """UDP behind these headers gets to the host; left: those that are left of them."""
    @cn("cn-in-" + name, clause, meaning + ": delivered as from the home address, the option gone, payload and checksum as they were", where=(HOST,))
    def judge(t, m):
        m.register()
        p = upper(m, *before(m))
        m.delivered(p, without(m, p, *(left(m) if left else ())))


taken("option", "9.3.1", "the Home Address option", lambda m: [hao(m)])
taken("hop-by-hop", "9.3.1, 6.3", "the option behind hop-by-hop options", lambda m: [HBH, hao(m)], lambda m: [HBH])
taken("after-destination", "9.3.1, 6.3", "the option behind other destination options", lambda m: [PAD, hao(m)], lambda m: [PAD])
taken("before-destination", "9.3.1, 6.3", "the option before other destination options", lambda m: [hao(m), PAD], lambda m: [PAD])
taken("routing", "9.3.1, 6.3", "the option behind a routing header with nothing left to visit", lambda m: [visited(m), hao(m)], lambda m: [visited(m)])
taken("all", "9.3.1, 6.3", "hop-by-hop options, destination options, routing header, the option, destination options", lambda m: [HBH, PAD, visited(m), hao(m), PAD], lambda m: [HBH, PAD, visited(m), PAD])
taken("atomic", "9.3.1, 6.3", "the option before an (atomic) fragment header", lambda m: [hao(m), IPv6ExtHdrFragment(offset=0, m=0, id=m.t.number)], lambda m: [IPv6ExtHdrFragment(offset=0, m=0, id=m.t.number)])
taken("unaligned", "9.3.1", "the option not at 8n+6", lambda m: [IPv6ExtHdrDestOpt(autopad=0, options=[Pad1(), HAO(hoa=m.hoa), PadN(optdata=b"\0")])])


@cn("cn-in-beside-others", "9.3.1, RFC 8200 4.2", "the option beside others in one header: they stay where they are, what it took up is padding", where=(HOST,))
def beside_others(t, m):
    m.register()
    for before, after in (([HBHOptUnknown(otype=UNKNOWN, optdata=b"12345678")], []), ([], [HBHOptUnknown(otype=UNKNOWN, optdata=b"123")]), ([HBHOptUnknown(otype=UNKNOWN, optdata=b"")], [HBHOptUnknown(otype=UNKNOWN, optdata=b"1234567")])):
        p = upper(m, hao(m, *before, after=after))
        want = bytearray(bytes(p))
        at = want.index(b"\xc9\x10" + packed(m.hoa), 40)
        want[at:at + 18] = b"\x01\x10" + bytes(16)
        want[8:24], want[7] = packed(m.hoa), want[7] - 1
        m.delivered(p, bytes(want))


for name, size in (("tcp", 0), ("large", 1400), ("largest", 1500 - 40 - 24 - 8)):
    @cn("cn-in-" + name, "9.3.1", ("TCP" if name == "tcp" else "UDP in a packet of %d octets" % (size + 72)) + " with the option: delivered, checksum as it was", where=(HOST,))
    def sizes(t, m, size=size):
        m.register()
        m.delivered(m.claiming(TCP(sport=t.number, dport=7, flags="S", options=[("MSS", 1400)]) if not size else UDP(sport=t.number, dport=7) / os.urandom(size)))


@cn("cn-in-class-and-label", "9.3.1", "traffic class and flow label are as the mobile node sent them", where=(HOST,))
def label(t, m):
    m.register()
    p = m.claiming()
    p.tc, p.fl = 0xb9, 0x12345
    m.delivered(p, IPv6(src=m.hoa, dst=m.correspondent, hlim=63, tc=0xb9, fl=0x12345) / p[IPv6ExtHdrDestOpt].payload)


@cn("cn-in-wrong-sum", "9.3.1", "a wrong upper-layer checksum stays as wrong as it was: it is the host's to judge", where=(HOST,))
def wrong_sum(t, m):
    m.register()
    p = m.claiming(UDP(sport=t.number, dport=7, chksum=0x1234) / b"wrong sum")
    t.forget()
    t.send(p)
    q = t.wait(lambda q: q.original.endswith(b"wrong sum"), port="servers", sums=False)
    t.equal("payload", q.original[54:].hex(), bytes(p[UDP]).hex())


@cn("cn-in-fragments", "9.3.1, 6.3", "fragments with the option each: each delivered without it", where=(HOST,))
def fragments(t, m):
    m.register()
    for offset, more in ((0, 1), (10, 1), (20, 0)):
        f = IPv6ExtHdrFragment(nh=17, offset=offset, m=more, id=t.number)
        p = IPv6(src=m.coa, dst=m.correspondent) / hao(m) / f / Raw(os.urandom(80))
        t.forget()
        t.send(p)
        q = t.wait(lambda q: q[IPv6].dst == m.correspondent and q[IPv6].nh == 44, port="servers")
        t.equal("fragment", q.original[14:].hex(), bytes(IPv6(src=m.hoa, dst=m.correspondent, hlim=63) / f / p[Raw]).hex())


@cn("cn-in-no-next-header", "9.3.1", "the option and no next header: delivered", where=(HOST,))
def no_next(t, m):
    m.register()
    t.forget()
    t.send(IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=59, options=[HAO(hoa=m.hoa)]))
    q = t.wait(lambda q: q[IPv6].dst == m.correspondent, port="servers")
    t.fields(q[IPv6], src=m.hoa, nh=59, plen=0, hlim=63)


@cn("cn-in-hop-limit", "RFC 8200 3, 9.3.1", "a hop limit of 1: time exceeded, not delivered", where=(HOST,))
def hop_limit(t, m):
    m.register()
    p = m.claiming()
    p.hlim = 1
    since = t.mark()
    t.ask(p, having(ICMPv6TimeExceeded, code=0))
    t.equal("delivered", t.came(lambda q: q[IPv6].dst == m.correspondent and q[IPv6].nh == 17, since), [])


@cn("cn-in-same-port", "9.3.1, 9.3.2", "a host behind the port that the mobile node is behind: both directions", where=(HOST,))
def same_port(t, m):
    m = m.beside(correspondent="2001:db8:5e:2:c0de:%x:1:7" % t.number)
    m.register()
    p = m.claiming()
    t.forget()
    t.send(p)
    q = t.wait(lambda q: q[IPv6].dst == m.correspondent, port="core")
    t.equal("delivered", q.original[14:].hex(), bytes(IPv6(src=m.hoa, dst=m.correspondent, hlim=63) / p[UDP]).hex())
    p = t.ask(IPv6(src=m.correspondent, dst=m.hoa) / UDP() / b"same port", lambda p: p.original.endswith(b"same port"))
    m.routed(p, following=17)


@cn("cn-in-untouched", "9.3.1", "packets without the option to a host with bindings, from the care-of address and from the home address, behind whatever headers: untouched but for the hop limit", where=(HOST,))
def untouched(t, m):
    m.register()
    for src in (m.coa, m.hoa, t.cn):
        for chain in ((), (HBH,), (PAD,), (visited(m),), (HBH, PAD, visited(m), PAD), (IPv6ExtHdrRouting(type=2, segleft=1, addresses=[m.hoa]),), (IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=UNKNOWN, optdata=b"123")]),)):
            p = upper(m, *chain, src=src)
            t.forget()
            t.send(p)
            q = t.wait(lambda q: q[IPv6].dst == m.correspondent, port="servers", sums=False)
            want = bytearray(bytes(p))
            want[7] -= 1
            t.equal("what the host gets", q.original[14:].hex(), want.hex())


# Own addresses.


@cn("cn-in-echo", "9.3.1, 9.3.2", "an echo request with the option: answered by a type 2 routing header; behind a routing header with nothing left and beside other options as well", where=(OWN,))
def echo(t, m):
    m.register()
    for i, chain in enumerate(([hao(m)], [HBH, hao(m)], [visited(m), hao(m)], [hao(m, HBHOptUnknown(otype=UNKNOWN, optdata=b"1"))], [hao(m), PAD], [hao(m), IPv6ExtHdrFragment(offset=0, m=0, id=t.number)])):
        octets = bytes(IPv6(src=m.hoa, dst=m.correspondent) / ICMPv6EchoRequest(id=t.number, seq=i, data=b"by the direct path"))[40:]
        p = IPv6(src=m.coa, dst=m.correspondent)
        for h in chain:
            p = p / h.copy()
        p.lastlayer().nh = 58
        q = t.ask(p / Raw(octets), having(ICMPv6EchoReply, seq=i))
        m.routed(q, following=58)
        t.fields(q[ICMPv6EchoReply], id=t.number, data=b"by the direct path")


@cn("cn-in-port-unreachable", "9.3.1, 9.3.2", "UDP with the option to a port where nobody listens: the error goes to the home address by a type 2 routing header", where=(OWN,))
def port_unreachable(t, m):
    m.register()
    p = t.ask(m.claiming(), having(ICMPv6DestUnreach))
    m.routed(p, following=58)
    t.fields(p[ICMPv6DestUnreach], code=4)


@cn("cn-in-home-binding", "9.3.1", "an own address takes the option by a home registration or by a correspondent's binding; at a care-of address of neither: Binding Error 1", where=(OWN,))
def home_binding(t, m):
    t.register()
    node = m.beside(hoa=t.hoa, coa=m.coa2)
    node.tests_by_tunnel()
    node.register()
    for coa in (t.coa, m.coa2):
        p = t.ask(node.claiming(ICMPv6EchoRequest(data=coa.encode()), coa), having(ICMPv6EchoReply, data=coa.encode()))
        # Either is where it is.
        t.that(p[IPv6].dst in (t.coa, m.coa2), "to " + p[IPv6].dst)
        node.routed(p, p[IPv6].dst, 58)
    node.binding_error(node.claiming(ICMPv6EchoRequest(), t.away(0x33)))


@cn("cn-in-routing-header", "6.4", "a type 2 routing header to an address of ours: silently discarded", where=(OWN,))
def routing_header(t, m):
    m.register()
    t.silence(IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[m.hoa]) / ICMPv6EchoRequest())


# Without a binding.


for name, meaning, payload in (("udp", "UDP", lambda: UDP(dport=434) / b"x"), ("tcp", "TCP", lambda: TCP(dport=22, flags="S")), ("echo", "an echo request", lambda: ICMPv6EchoRequest(id=3))):
    @cn("cn-be-" + name, "9.3.1, 9.3.3, 6.1.9", meaning + " with the option and no binding: Binding Error 1 from the correspondent to the source on the wire, the home address copied; not delivered")
    def unbound(t, m, payload=payload):
        since = t.mark()
        m.binding_error(m.claiming(payload()))
        t.equal("delivered", t.came(lambda p: p[IPv6].dst == m.correspondent and p[IPv6].nh in (6, 17, 58) and p[IPv6].src == m.hoa, since), [])


@cn("cn-be-no-next-header", "9.3.1, 9.3.3", "the option, no next header and no binding: Binding Error 1")
def be_no_next(t, m):
    m.binding_error(IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=59, options=[HAO(hoa=m.hoa)]))


@cn("cn-be-fragment", "9.3.1, 9.3.3", "a first fragment with the option and no binding: Binding Error 1", where=(HOST,))
def be_fragment(t, m):
    m.binding_error(IPv6(src=m.coa, dst=m.correspondent) / hao(m) / IPv6ExtHdrFragment(nh=17, offset=0, m=1, id=t.number) / Raw(bytes(64)))


@cn("cn-be-other-care-of", "9.3.1", "a binding, but at another care-of address: Binding Error 1, the binding stays")
def be_other_careof(t, m):
    m.register()
    m.same(lambda: m.binding_error(m.claiming(coa=m.coa2)))
    m.bound()


@cn("cn-be-other-correspondent", "9.3.1, 9.1", "a binding with another correspondent: Binding Error 1 from the one asked")
def be_other_correspondent(t, m):
    m.register()
    other = m.beside(correspondent=t.agent if m.own else m.server(2))
    other.binding_error(other.claiming())


@cn("cn-be-other-home", "9.3.1", "a binding of another home address at the care-of address: Binding Error 1 with the home address asked")
def be_other_home(t, m):
    m.register()
    m.binding_error(m.claiming(hoa=t.away(0x106)), hoa=t.away(0x106))


@cn("cn-be-group", "9.3.3", "a multicast source: no Binding Error")
def be_group(t, m):
    t.silence(m.claiming(coa="ff0e::c0de:%x" % t.number), "drop.source")


@cn("cn-in-esp", "9.3.1", "ESP behind the option, with a binding and without: delivered as from the home address, no Binding Error", where=(HOST,))
def esp(t, m):
    for step in (lambda: None, m.register):
        step()
        p = IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=50, options=[HAO(hoa=m.hoa)]) / Raw(struct.pack("!II", 0x1234, 1) + os.urandom(40))
        m.delivered(p, IPv6(src=m.hoa, dst=m.correspondent, nh=50, hlim=63) / p[Raw])


@cn("cn-in-ah", "9.3.1, 11.3.2", "AH behind the option, which covers it: neither delivered without it, nor a Binding Error, binding or not", where=(HOST,))
def ah(t, m):
    for step in (lambda: None, m.register):
        step()
        t.silence(IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=51, options=[HAO(hoa=m.hoa)]) / Raw(bytes([17, 4, 0, 0]) + bytes(20) + bytes(UDP() / b"x")), "drop.home_address_ah")


@cn("cn-in-esp-own", "9.3.1", "ESP and AH behind the option to an address of ours and no binding: no Binding Error", where=(OWN,))
def esp_own(t, m):
    for nh in (50, 51):
        t.silence(IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=nh, options=[HAO(hoa=m.hoa)]) / Raw(b"\x3b\x04\0\0" + struct.pack("!II", 256, 1) + bytes(24)), "control.ignored")


@cn("cn-in-no-state", "6.3, 9.1", "packets with the option, good and bad, change no binding and no routing")
def no_state(t, m):
    m.register()

    def packets():
        m.heard()
        m.binding_error(m.claiming(coa=m.coa2))
        m.routed(m.speak())
    m.same(packets)


# Misplaced.


for name, why, meaning, headers in (
        ("after-fragment", "misplaced", "behind an atomic fragment header", lambda m: [IPv6ExtHdrFragment(offset=0, m=0, id=1), hao(m)]),
        ("before-routing", "misplaced", "before a routing header with nothing left to visit", lambda m: [hao(m), visited(m)]),
        ("between-routing", "misplaced", "between two routing headers", lambda m: [visited(m), hao(m), visited(m)]),
        ("twice", "repeated", "twice in one header", lambda m: [hao(m, after=[HAO(hoa=m.hoa)])]),
        ("twice-headers", "repeated", "in two headers", lambda m: [hao(m), hao(m)]),
        ("twice-different", "repeated", "twice with different home addresses", lambda m: [hao(m, after=[HAO(hoa=m.t.away(0x107))])]),
        ("length-15", "length", "of length 15", lambda m: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=201, optlen=15, optdata=bytes(15))])]),
        ("length-17", "length", "of length 17", lambda m: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=201, optlen=17, optdata=packed(m.hoa) + b"\0")])]),
        ("length-0", "length", "of length 0", lambda m: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=201, optlen=0, optdata=b"")])]),
        ("multicast", "unroutable", "with a multicast home address", lambda m: [hao(m, address="ff0e::c0de")]),
        ("unspecified", "unroutable", "with the unspecified address", lambda m: [hao(m, address="::")]),
        ("loopback", "unroutable", "with the loopback address", lambda m: [hao(m, address="::1")]),
        ("linklocal", "unroutable", "with a link-local home address", lambda m: [hao(m, address=m.t.linklocal())])):
    @cn("cn-option-" + name, "6.3, 9.3.1", "the Home Address option %s: dropped, no Binding Error, with a binding and without" % meaning)
    def misplaced(t, m, headers=headers, why=why):
        p = upper(m, *headers(m))
        t.silence(p, m.bad_option(why))
        m.register()
        m.ignored(p, m.bad_option(why))
        m.bound()


@cn("cn-option-hop-by-hop", "6.3, RFC 8200 4.2", "the Home Address option among hop-by-hop options, where it is not defined: its action bits count, parameter problem code 2; no Binding Error")
def hop_by_hop(t, m):
    since = t.mark()
    p = upper(m, IPv6ExtHdrHopByHop(options=[HAO(hoa=m.hoa)]), src=m.coa)
    t.send(p)
    t.marker()
    t.equal("Binding Errors", t.came(having(MIP6MH_BE), since), [])
