# SPDX-License-Identifier: BSD-3-Clause
"""§9.3.2, §6.4, §6.1: packets of a host that is acted for to a home address; sizes, and ICMPv6 errors about them (§9.3.4)."""
from case import having, is_answer
from correspondent import HOST, MH, cn
from member import packed
from packets import *  # noqa: F403

PAD = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))])
HBH = IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))])
LINK, ROUTING, LEAST = 1500, 24, 1280


def atomic(m):
    return IPv6ExtHdrFragment(offset=0, m=0, id=m.t.number)


def visited(m):
    return IPv6ExtHdrRouting(type=0, segleft=0, addresses=[m.t.cn])


def behind(m, headers, nh=17, octets=None, **ip):
    """A packet of the host to the home address, its upper layer behind those headers."""
    if octets is None:
        octets = bytes(IPv6(src=m.correspondent, dst=m.hoa) / UDP(sport=7, dport=m.t.number) / os.urandom(24))[40:]
    p = IPv6(src=m.correspondent, dst=m.hoa, **ip)
    for h in headers:
        p = p / h.copy()
    p.lastlayer().nh = nh
    return p / Raw(octets)


def sized(m, size):
    return behind(m, (), octets=bytes(IPv6(src=m.correspondent, dst=m.hoa) / UDP(sport=7, dport=m.t.number) / os.urandom(size - 48))[40:])


def optimized(m, packet, at=40, name=6, coa=None):
    """The octets that must come of it: a type 2 routing header `at`, the octet `name` says so."""
    octets = bytearray(bytes(packet))
    header = bytes([octets[name], 2, 2, 1, 0, 0, 0, 0]) + packed(m.hoa)
    octets[name] = 43
    octets[4:6] = struct.pack("!H", len(octets) - 40 + ROUTING)
    octets[7] -= 1
    octets[24:40] = packed(coa or m.coa)
    return bytes(octets[:at]) + header + bytes(octets[at:])


def forwarded(packet):
    octets = bytearray(bytes(packet))
    octets[7] -= 1
    return bytes(octets)


def leaves(t, m, packet, want):
    """From the host; exactly that leaves by the core link."""
    t.forget()
    m.serve(packet)
    # Judged octet by octet: its checksum is the host's.
    p = t.wait(lambda p: p[IPv6].src == m.correspondent and p[IPv6].dst in (m.coa, m.coa2, m.hoa), port="core", sums=False)
    t.equal("what leaves", p.original[14:].hex(), want.hex())


def placed(name, meaning, headers, at=40, name_at=6, nh=17, octets=None):
    @cn("cn-out-" + name, "9.3.2, 6.4, RFC 8200 4.1", meaning + ": the type 2 routing header in its place, to the care-of address, one hop on; all else as it was", where=(HOST,))
    def judge(t, m):
        m.register()
        p = behind(m, headers(m), nh, octets)
        leaves(t, m, p, optimized(m, p, at, name_at))


ESP = struct.pack("!II", 0x4321, 7) + bytes(range(40))
placed("udp", "UDP", lambda m: ())
placed("esp", "ESP: before it", lambda m: (), nh=50, octets=ESP)
placed("none", "no next header", lambda m: (), nh=59, octets=b"")
placed("unknown", "a protocol that nobody knows", lambda m: (), nh=253, octets=b"experiment")
placed("tunnel", "an IPv6 packet in a tunnel of the host's own", lambda m: (), nh=41, octets=bytes(IPv6(src="2001:db8:77::1", dst="2001:db8:77::2") / UDP() / b"inner"))
placed("hop-by-hop", "hop-by-hop options: behind them", lambda m: (HBH,), 48, 40)
placed("destination", "destination options: before them", lambda m: (PAD,))
placed("hop-by-hop-destination", "hop-by-hop and destination options: between them", lambda m: (HBH, PAD), 48, 40)
placed("fragment", "a fragment header: before it", lambda m: (atomic(m),))
placed("hop-by-hop-fragment", "hop-by-hop options and a fragment header: between them", lambda m: (HBH, atomic(m)), 48, 40)
placed("fragment-destination", "a fragment header and destination options: before both", lambda m: (atomic(m), PAD))
placed("routing", "a routing header with nothing left to visit: behind it", lambda m: (visited(m),), 64, 40)
placed("hop-by-hop-routing", "hop-by-hop options and a routing header: behind both", lambda m: (HBH, visited(m)), 72, 48)
placed("destination-routing", "destination options and a routing header: behind both", lambda m: (PAD, visited(m)), 72, 48)
placed("all", "hop-by-hop options, destination options, routing header, destination options, fragment header, destination options: behind the routing header", lambda m: (HBH, PAD, visited(m), PAD, atomic(m), PAD), 80, 56)
placed("destination-esp", "destination options before ESP: before both", lambda m: (PAD,), nh=50, octets=ESP)
placed("fragment-esp", "a fragment header before ESP: before both", lambda m: (atomic(m),), nh=50, octets=ESP)


@cn("cn-out-tcp", "9.3.2", "TCP: checksum as it was, over the home address", where=(HOST,))
def tcp(t, m):
    m.register()
    p = IPv6(src=m.correspondent, dst=m.hoa) / TCP(sport=7, dport=t.number, flags="SA", options=[("MSS", 1440)])
    leaves(t, m, p, optimized(m, p))


@cn("cn-out-echo", "9.3.2", "an echo request of the host: by the routing header; the reply with the option gets back to it", where=(HOST,))
def echo(t, m):
    m.register()
    p = IPv6(src=m.correspondent, dst=m.hoa) / ICMPv6EchoRequest(id=t.number, data=b"are you there")
    leaves(t, m, p, optimized(m, p))
    m.delivered(m.claiming(ICMPv6EchoReply(id=t.number, data=b"are you there")))


@cn("cn-out-fragments", "9.3.2, 6.4", "fragments: each gets a routing header of its own, before its fragment header", where=(HOST,))
def fragments(t, m):
    m.register()
    for offset, more in ((0, 1), (10, 1), (20, 0)):
        p = behind(m, (IPv6ExtHdrFragment(offset=offset, m=more, id=t.number),), octets=os.urandom(80))
        leaves(t, m, p, optimized(m, p))


@cn("cn-out-class-and-label", "9.3.2", "traffic class and flow label stay", where=(HOST,))
def label(t, m):
    m.register()
    p = behind(m, (), tc=0x2e << 2 | 1, fl=0xabcde)
    leaves(t, m, p, optimized(m, p))


@cn("cn-out-moved", "9.3.2", "after a move the routing header leads to the new care-of address", where=(HOST,))
def moved(t, m):
    m.register()
    m.register(source=m.coa2)
    p = behind(m, ())
    leaves(t, m, p, optimized(m, p, coa=m.coa2))


def home_path(name, clause, meaning, packet):
    @cn("cn-out-" + name, clause, meaning + ": not optimized, by the home path as it was", where=(HOST,))
    def judge(t, m):
        m.register()
        p = packet(m)
        leaves(t, m, p, forwarded(p))
        m.bound()


AH = bytes([17, 4, 0, 0]) + struct.pack("!II", 0x77, 1) + bytes(12) + bytes(UDP() / b"x")
home_path("ah", "9.3.2, RFC 4302 3.3.3.1", "AH, which would cover the routing header", lambda m: behind(m, (), 51, AH))
home_path("ah-destination", "9.3.2, RFC 4302 3.3.3.1", "AH behind hop-by-hop and destination options", lambda m: behind(m, (HBH, PAD), 51, AH))
home_path("ah-fragment", "9.3.2, RFC 4302 3.3.3.1", "AH behind an (atomic) fragment header", lambda m: behind(m, (atomic(m),), 51, AH))
home_path("routing-left", "6.4, RFC 8200 4.4", "a routing header with segments left", lambda m: behind(m, (IPv6ExtHdrRouting(type=4, segleft=1, addresses=[m.t.cn]),)))
home_path("mobility", "9.3.2, 6.1.3–6.1.6", "a Mobility Header of the host's own", lambda m: behind(m, (), MH, bytes([59, 2, 3, 0]) + bytes(20)))
home_path("mobility-destination", "9.3.2, 6.1.3–6.1.6", "a Mobility Header behind destination options", lambda m: behind(m, (PAD,), MH, bytes([59, 2, 3, 0]) + bytes(20)))
for name, kind in (("solicitation", ICMPv6ND_NS), ("advertisement", ICMPv6ND_NA)):
    home_path("nd-" + name, "9.3.2", "a neighbour %s" % name, lambda m, kind=kind: IPv6(src=m.correspondent, dst=m.hoa, hlim=255) / kind(tgt=m.correspondent))


@cn("cn-out-others", "9.3.2, 9.1", "another host's packets to the home address, and the host's to others: untouched", where=(HOST,))
def others(t, m):
    m.register()
    other = m.beside(correspondent=m.server(2))
    p = behind(other, ())
    leaves(t, other, p, forwarded(p))
    p = IPv6(src=m.correspondent, dst=m.coa) / UDP() / b"to the care-of address itself"
    leaves(t, m, p, forwarded(p))


@cn("cn-out-hop-limit", "RFC 8200 3", "a hop limit of 1: time exceeded to the host, about its packet", where=(HOST,))
def hop_limit(t, m):
    m.register()
    p = behind(m, (), hlim=1)
    t.forget()
    m.serve(p)
    e = t.wait(having(ICMPv6TimeExceeded, to=m.correspondent, code=0), port="servers")
    t.equal("packet quoted", bytes(e[ICMPv6TimeExceeded].payload)[:40].hex(), bytes(p)[:40].hex())


# Sizes.


def too_big(t, m, packet, mtu):
    """Answered to the host, about its packet; nothing leaves."""
    since = t.mark()
    t.forget()
    m.serve(packet)
    e = t.wait(having(ICMPv6PacketTooBig, to=m.correspondent), port="servers")
    t.fields(e[ICMPv6PacketTooBig], code=0, mtu=mtu)
    t.equal("packet quoted", bytes(e[ICMPv6PacketTooBig].payload)[:40].hex(), bytes(packet)[:40].hex())
    t.equal("what leaves", t.came(lambda p: p[IPv6].src == m.correspondent and p[IPv6].dst in (m.coa, m.hoa), since), [])


@cn("cn-out-size", "9.3.2, RFC 8201", "sizes up to what the routing header leaves of the link's MTU go through, one octet more: packet too big with that", where=(HOST,))
def size(t, m):
    m.register()
    for octets in (LEAST - 1, LEAST, LEAST + 1, LINK - ROUTING - 1, LINK - ROUTING):
        p = sized(m, octets)
        leaves(t, m, p, optimized(m, p))
    too_big(t, m, sized(m, LINK - ROUTING + 1), LINK - ROUTING)
    too_big(t, m, sized(m, LINK), LINK - ROUTING)


def error(t, m, kind, quoted, to=None):
    """What a router on the way says of what left."""
    return IPv6(src=t.away(0xf0), dst=to or m.correspondent) / kind / Raw(quoted[:1232])


def translated(t, m, e, packet, layer, **fields):
    """What the host gets: about its packet as it sent it."""
    t.forget()
    t.send(e)
    p = t.wait(having(layer, to=m.correspondent), port="servers")
    t.fields(p[layer], **fields)
    quoted, sent = bytearray(bytes(p[layer].payload)), bytearray(bytes(packet))
    quoted[7] = sent[7] = 0
    t.equal("packet quoted", quoted[:min(len(sent), 1232 - ROUTING)].hex(), sent[:min(len(sent), 1232 - ROUTING)].hex())
    t.that(len(bytes(p[IPv6])) <= LEAST, "an error above 1280 octets")


@cn("cn-error-too-big", "9.3.4, 9.3.2, RFC 8201", "packet too big about what left by a routing header: the host gets it about its own packet, less the routing header; then it is told so at once", where=(HOST,))
def path_mtu(t, m):
    m.register()
    p = sized(m, 1450)
    leaves(t, m, p, optimized(m, p))
    translated(t, m, error(t, m, ICMPv6PacketTooBig(mtu=1400), optimized(m, p)), p, ICMPv6PacketTooBig, code=0, mtu=1400 - ROUTING)
    t.equal("path MTU shown", m.entry()["path_mtu"], 1400)
    for octets in (LEAST, 1400 - ROUTING):
        p = sized(m, octets)
        leaves(t, m, p, optimized(m, p))
    too_big(t, m, sized(m, 1400 - ROUTING + 1), 1400 - ROUTING)


@cn("cn-error-too-big-least", "9.3.4, RFC 8200 5", "a path of 1290 octets: never less than 1280 is told; what fits only without the routing header goes by the home path", where=(HOST,))
def path_mtu_least(t, m):
    m.register()
    p = sized(m, 1450)
    leaves(t, m, p, optimized(m, p))
    translated(t, m, error(t, m, ICMPv6PacketTooBig(mtu=1290), optimized(m, p)), p, ICMPv6PacketTooBig, code=0, mtu=LEAST)
    too_big(t, m, sized(m, LEAST + 1), LEAST)
    for octets in (1290 - ROUTING + 1, LEAST):
        p = sized(m, octets)
        leaves(t, m, p, forwarded(p))
    p = sized(m, 1290 - ROUTING)
    leaves(t, m, p, optimized(m, p))


for code, meaning in ((0, "no route"), (1, "administratively prohibited"), (3, "address unreachable"), (4, "port unreachable")):
    @cn("cn-error-unreachable-%d" % code, "9.3.4", "destination unreachable (%s) about what left by a routing header: the host gets it about its own packet; one alone ends no binding" % meaning, where=(HOST,))
    def unreachable(t, m, code=code):
        m.register()
        p = behind(m, ())
        leaves(t, m, p, optimized(m, p))
        translated(t, m, error(t, m, ICMPv6DestUnreach(code=code), optimized(m, p)), p, ICMPv6DestUnreach, code=code)
        m.bound()


@cn("cn-error-hop-limit", "9.3.4", "time exceeded about what left by a routing header: the host gets it about its own packet", where=(HOST,))
def time_exceeded(t, m):
    m.register()
    p = behind(m, (HBH,))
    leaves(t, m, p, optimized(m, p, 48, 40))
    translated(t, m, error(t, m, ICMPv6TimeExceeded(code=0), optimized(m, p, 48, 40)), p, ICMPv6TimeExceeded, code=0)


@cn("cn-error-lasting", "9.3.4", "destination unreachable again and again, for longer than ten seconds: the binding ends, packets go by the home path", where=(HOST,), long=True)
def lasting(t, m):
    m.register(life=LIFE_S)
    end = time.monotonic() + 120
    while m.entry():
        t.that(time.monotonic() < end, "still bound")
        p = m.speak()
        t.send(error(t, m, ICMPv6DestUnreach(code=3), p.original[14:]))
        time.sleep(1)
    m.unbound()


LIFE_S = 400


def forged(name, meaning, quoted):
    """An error that quotes what never left: neither passed on nor believed."""
    @cn("cn-error-" + name, "9.3.4, RFC 5927", meaning + ": not passed on, changes nothing", where=(HOST,))
    def judge(t, m):
        m.register()
        for kind in (ICMPv6PacketTooBig(mtu=1300), ICMPv6DestUnreach(code=3)):
            e = error(t, m, kind, quoted(m, behind(m, ())))
            m.ignored(e)
        p = sized(m, 1450)
        leaves(t, m, p, optimized(m, p))


def other_home(m, p):
    octets = bytearray(optimized(m, p))
    octets[48:64] = packed(m.t.away(0x108))
    return bytes(octets)


forged("other-care-of", "errors about a packet to another care-of address by a routing header", lambda m, p: optimized(m, p, coa=m.coa2))
forged("other-home", "errors about a packet to the care-of address by a routing header with another home address", other_home)


@cn("cn-error-not-sent", "9.3.4, RFC 5927", "errors about what another host has sent, or that quote too little to tell what: the host gets them as they are, and nothing changes", where=(HOST,))
def not_sent(t, m):
    m.register()
    other = m.beside(correspondent=m.server(2))
    other.register()
    for quoted in (optimized(other, behind(other, ())), optimized(m, behind(m, ()))[:56], optimized(m, behind(m, ()))[:40]):
        for kind in (ICMPv6PacketTooBig(mtu=1300), ICMPv6DestUnreach(code=3)):
            e = error(t, m, kind, quoted)
            t.forget()
            t.send(e)
            q = t.wait(lambda q: q[IPv6].dst == m.correspondent and is_answer(q), port="servers")
            t.equal("what the host gets", q.original[14:].hex(), forwarded(e).hex())
    for pair in (m, other):
        p = sized(pair, 1450)
        leaves(t, pair, p, optimized(pair, p))


@cn("cn-error-small", "9.3.4, RFC 8201 4", "packet too big with an MTU below 1280: no less than 1280 is believed", where=(HOST,))
def small(t, m):
    m.register()
    p = sized(m, 1450)
    leaves(t, m, p, optimized(m, p))
    t.send(error(t, m, ICMPv6PacketTooBig(mtu=600), optimized(m, p)))
    t.marker()
    p = sized(m, LEAST - ROUTING)
    leaves(t, m, p, optimized(m, p))


@cn("cn-error-checksum", "9.3.4, RFC 4443 2.3", "packet too big with a wrong checksum: changes nothing", where=(HOST,))
def checksum(t, m):
    m.register()
    p = sized(m, 1450)
    leaves(t, m, p, optimized(m, p))
    t.send(error(t, m, ICMPv6PacketTooBig(mtu=1300, cksum=0x1234), optimized(m, p)))
    t.marker()
    leaves(t, m, p, optimized(m, p))


@cn("cn-error-home-path", "9.3.4", "errors about packets of the home path, and an echo reply and other messages of ICMPv6: reach the host untouched", where=(HOST,))
def home_path_error(t, m):
    m.register()
    inner = bytes(behind(m, (), 51, AH))
    for e in (error(t, m, ICMPv6PacketTooBig(mtu=1300), inner), error(t, m, ICMPv6DestUnreach(code=0), inner), error(t, m, ICMPv6DestUnreach(code=0), bytes(IPv6(src=m.correspondent, dst=t.cn) / UDP() / b"other")),
              IPv6(src=t.cn, dst=m.correspondent) / ICMPv6EchoReply(id=9, data=b"reply")):
        t.forget()
        t.send(e)
        q = t.wait(lambda q: q[IPv6].dst == m.correspondent and is_answer(q), port="servers")
        t.equal("what the host gets", q.original[14:].hex(), forwarded(e).hex())
