# SPDX-License-Identifier: BSD-3-Clause
"""§5.2.5, §6.1.3–6.1.6, §9.4: Home and Care-of Test Init, answered without state."""
from correspondent import BU, COTI, EVERYWHERE, HOST, HOTI, MH, OWN, cn, mobility, mh_of, pp, test_init
from member import padding
from packets import *  # noqa: F403
from place import EXCLUDED, HOME_AGENTS_ANYCAST, UNPROTECTED

NAMES = {HOTI: "hoti", COTI: "coti"}
CHECKSUM, MALFORMED, WITH_OPTION, OTHER = "mh.bad_checksum", "mh.malformed", "rr.home_address_option", "mh.other_in"


def both(name, clause, meaning, where=EVERYWHERE, **more):
    """A case for each of the two messages: %s in the name is which."""
    def add(function):
        for kind, which in NAMES.items():
            cn(name % which, clause, ("Home" if kind == HOTI else "Care-of") + " Test Init " + meaning, where, **more)(lambda t, m, kind=kind: function(t, m, kind))
    return add


@both("cn-%s", "5.2.5, 6.1.3, 6.1.4, 6.1.5, 6.1.6, 9.4", "answered from where it was sent to, to its source, by no routing header: cookie copied, a token, an index")
def answered(t, m, kind):
    m.test(kind)


@both("cn-%s-cookie", "5.2.5, 9.4", "again and again: each answer has the cookie of its own, and under one nonce the same token")
def cookie(t, m, kind):
    seen = {}
    for c in (bytes(8), b"\xff" * 8, b"cookie 1", b"cookie 2"):
        token = m.test(kind, cookie=c)
        t.equal("token", token.octets, seen.setdefault(token.index, token.octets))


@both("cn-%s-address", "5.2.5", "from another address: another token under the same nonce")
def address(t, m, kind):
    for _ in range(3):  # should the nonce have changed in between
        one, other = m.test(kind, t.away(0x21)), m.test(kind, t.away(0x22))
        if one.index == other.index:
            break
    t.equal("index", one.index, other.index)
    t.that(one.octets != other.octets, "the same token for two addresses")


@cn("cn-token-kinds", "5.2.5", "home and care-of token of one address under one nonce, indices the same: they differ (the last octet of what they are made of)")
def kinds(t, m):
    for _ in range(3):
        home, careof = m.test(HOTI, m.coa), m.test(COTI, m.coa)
        if home.index == careof.index:
            break
    t.equal("index", home.index, careof.index)
    t.that(home.octets != careof.octets, "home and care-of token are the same")


@both("cn-%s-stateless", "5.2.5", "a hundred times, from as many addresses: all answered, and nothing is kept that the operator would be shown")
def stateless(t, m, kind):
    sources = [t.away(0x1000 + i) for i in range(100)]
    shown = t.place.counter("rr.%s_in" % NAMES[kind])
    since = t.mark()
    t.send(*[m.init(kind, s) for s in sources])
    for s in sources:
        t.seen(lambda p, s=s: p[IPv6].dst == s and len(mh_of(p)) == 24, since)
    t.that(t.place.counter("rr.%s_in" % NAMES[kind]) >= shown + 100, "not all are counted")
    t.equal("shown", m.entry(), None)
    m.binding_error(m.claiming())


@both("cn-%s-home-address", "9.4.1, 9.4.2", "with a Home Address option: ignored silently")
def home_address(t, m, kind):
    for source, hoa in ((m.coa, m.hoa), (m.hoa, m.coa)):
        octets = bytes(mobility(hoa, m.correspondent, test_init(kind, b"a cookie"))[Raw])
        t.silence(IPv6(src=source, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=MH, options=[HAO(hoa=hoa)]) / Raw(octets), WITH_OPTION)


@both("cn-%s-checksum", "9.2", "with a wrong checksum: silence")
def checksum(t, m, kind):
    t.silence([m.init(kind, checksum=0x1234), m.init(kind, checksum=0)], CHECKSUM)


@both("cn-%s-short", "9.2", "of a header length too short for it: parameter problem code 0 at that octet, from where it was sent to")
def short(t, m, kind):
    packet = mobility(m.coa, m.correspondent, struct.pack("!BBBBHH", 59, 0, kind, 0, 0, 0))
    t.fields(t.ask(packet, pp(packet, 41))[IPv6], src=m.correspondent)


@both("cn-%s-payload-proto", "9.2", "with a payload protocol other than 59: parameter problem code 0 at that octet, from where it was sent to")
def payload_proto(t, m, kind):
    packet = m.init(kind, m.coa, proto=17)
    t.fields(t.ask(packet, pp(packet, 40))[IPv6], src=m.correspondent)


@both("cn-%s-truncated", "6.1.1", "whose header length reaches beyond the packet: silence")
def truncated(t, m, kind):
    t.silence(m.init(kind, length=2), MALFORMED)


@both("cn-%s-cut", "6.1.1", "of four octets: silence")
def cut(t, m, kind):
    t.silence(IPv6(src=m.coa, dst=m.correspondent, nh=MH) / Raw(bytes([59, 0, kind, 0])), MALFORMED)


@both("cn-%s-options", "6.1.3, 6.1.4, 6.2.1", "with options that nobody knows, padding, and its reserved bits set: answered")
def options(t, m, kind):
    for more in (b"\xc8\x05abcde\0", b"\x01\x06" + bytes(6), b"\x04\x04\x12\x34\x56\x78\0\0", b"\x7f\x00" + padding(6)):
        m.test(kind, cookie=b"c" * 8, packet=m.init(kind, cookie=b"c" * 8, options=more, reserved=0xffff))


@both("cn-%s-option-over", "6.2.1", "with an option that runs over its end: silence")
def option_over(t, m, kind):
    t.silence(m.init(kind, options=b"\xc8\x20abcdef"), "rr.malformed")


@both("cn-%s-extension-headers", "9.2, RFC 8200 4.1", "behind hop-by-hop options, destination options and a routing header with nothing left to visit: answered")
def extension_headers(t, m, kind):
    source = m.hoa if kind == HOTI else m.coa
    for chain in ((IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]),), (IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]),),
                  (IPv6ExtHdrRouting(type=0, segleft=0, addresses=[t.cn]), IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]))):
        p = IPv6(src=source, dst=m.correspondent)
        for header in chain:
            p = p / header
        p.lastlayer().nh = MH
        m.test(kind, cookie=b"extended", packet=p / m.init(kind, cookie=b"extended")[Raw])


@both("cn-%s-fragments", "9.2", "in two fragments: put together and answered", where=(OWN,))
def fragments(t, m, kind):
    source = m.hoa if kind == HOTI else m.coa
    octets = bytes(m.init(kind, cookie=b"fragment")[Raw])
    head = IPv6(src=source, dst=m.correspondent)
    m.test(kind, cookie=b"fragment", packet=[head / IPv6ExtHdrFragment(nh=MH, id=t.number, offset=0, m=1) / Raw(octets[:8]), head / IPv6ExtHdrFragment(nh=MH, id=t.number, offset=1, m=0) / Raw(octets[8:])])


@both("cn-%s-to-group", "9.2, 9.4", "to a group: silence", where=(OWN,))
def to_group(t, m, kind):
    t.silence([mobility(m.coa, "ff02::1", test_init(kind, b"a cookie")), mobility(m.coa, "ff0e::1", test_init(kind, b"a cookie"))], to="33:33:00:00:00:01")


@both("cn-%s-to-anycast", "9.1, 9.4", "to the Home-Agents anycast address, which is not unicast: silence", where=(OWN,))
def to_anycast(t, m, kind):
    t.silence(mobility(m.coa, t.place.address(0, HOME_AGENTS_ANYCAST), test_init(kind, b"a cookie")))


for name, meaning, source in (("multicast", "a multicast", lambda t: "ff0e::c0de:%x" % t.number), ("unspecified", "the unspecified", lambda t: "::"), ("loopback", "the loopback", lambda t: "::1")):
    @both("cn-%s-from-" + name, "9.4, RFC 8200 3", "from %s address: silence" % meaning)
    def from_nowhere(t, m, kind, source=source):
        t.silence(mobility(source(t), m.correspondent, test_init(kind, b"a cookie")), ("drop.source", "rr.not_routable"), answer=lambda p: len(mh_of(p)) > 2 and mh_of(p)[2] in (HOTI + 2, COTI + 2))


@cn("cn-hoti-tunnel", "5.2.5, 9.4.3, 10.4.2", "Home Test Init out of the reverse tunnel of a node that is bound here: the answer goes to the home address, through the tunnel and by no routing header")
def through_tunnel(t, m):
    t.register()
    m.beside(hoa=t.hoa).tests_by_tunnel()


@cn("cn-coti-bound", "5.2.5, 9.4.4", "Care-of Test Init of a node whose binding there is: the answer goes straight to the care-of address, not by the binding")
def coti_bound(t, m):
    m.register()
    m.test(COTI)
    m.test(COTI, m.coa2)


@cn("cn-hoti-bound", "5.2.5, 9.4.3, 6.1.5, 9.3.2", "Home Test Init of a node whose binding there is: the answer goes to the home address by the home path, not by a routing header")
def hoti_bound(t, m):
    m.register()
    m.test(HOTI)


for name, prefix, meaning in (("excluded", EXCLUDED, "excluded from protection"), ("unprotected", UNPROTECTED, "that nobody has asked to protect")):
    @cn("cn-%s-passes" % name, "9.4, 9.2", "a host %s: Home and Care-of Test Init, Binding Update, Home Address option, messages of unknown type and wrong checksum, and its own routing headers reach it, or leave it, untouched" % meaning,
        where=(HOST,))
    def passes(t, m, prefix=prefix):
        m.tests()
        host = m.beside(correspondent=m.server(3, prefix))
        u = m.update()
        u.ha = host.correspondent
        for p in (host.init(HOTI), host.init(COTI), u.packet(), host.claiming(), host.init(HOTI, checksum=77), mobility(m.coa, host.correspondent, bytes([59, 1, 99, 0]) + bytes(12)),
                  IPv6(src=t.cn, dst=host.correspondent) / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[m.hoa]) / UDP() / b"x"):
            t.forget()
            t.send(p)
            got = t.wait(lambda q: q[IPv6].dst == host.correspondent and q[IPv6].nh != 58, port="servers", sums=False)
            want = bytearray(bytes(p))
            want[7] -= 1
            t.equal("what the host gets", got.original[14:14 + len(want)].hex(), want.hex())
        out = IPv6(src=host.correspondent, dst=m.coa) / IPv6ExtHdrRouting(type=2, segleft=1, addresses=[m.hoa]) / UDP() / b"by itself"
        t.forget()
        host.serve(out)
        got = t.wait(lambda q: q.original.endswith(b"by itself"), port="core", sums=False)
        t.equal("what leaves", got.original[54:].hex(), bytes(out)[40:].hex())
        t.equal("answers", t.came(lambda q: len(mh_of(q)) > 2 and q[IPv6].src == host.correspondent and mh_of(q)[2] in (3, 4, 6, 7)), [])


def for_mobile_nodes(m):
    """What only a mobile node is sent: refresh request, tests, acknowledgement, Binding Error."""
    return [mobility(m.coa, m.correspondent, struct.pack("!BBBBHH", 59, size // 8 - 1, kind, 0, 0, 0) + bytes(size - 8))
            for kind, size in ((0, 8), (3, 24), (4, 24), (6, 16), (7, 24))]


@cn("cn-other-messages", "9.2", "refresh requests, tests, acknowledgements and Binding Errors: of no use to a correspondent, silence", where=(OWN,))
def other_messages(t, m):
    since = t.mark()
    for packet in for_mobile_nodes(m):
        t.refusal(OTHER, packet)
    t.equal("anything", [p.summary() for p in t.came(lambda p: len(mh_of(p)) > 0, since)], [])


@cn("cn-other-messages-pass", "9.2, 11.2", "refresh requests, tests, acknowledgements and Binding Errors are no correspondent's: they pass untouched, for a mobile node that visits a protected network", where=(HOST,))
def other_messages_pass(t, m):
    for packet in for_mobile_nodes(m):
        t.forget()
        t.send(packet)
        p = t.wait(lambda p: p[IPv6].dst == m.correspondent and len(mh_of(p)) > 0, port="servers", sums=False)
        t.equal("what arrives", p.original[54:54 + len(packet) - 40].hex(), bytes(packet)[40:].hex())


@cn("cn-unknown-type", "9.2, 9.3.3, 6.1.9", "a message of unknown type: Binding Error 2 from where it was sent to, with the home address of an option, unspecified without one; nothing is passed on")
def unknown_type(t, m):
    since = t.mark()
    m.binding_error(mobility(m.coa, m.correspondent, bytes([59, 1, 99, 0]) + bytes(12)), 2, "::")
    octets = bytes(mobility(m.hoa, m.correspondent, bytes([59, 1, 99, 0]) + bytes(12))[Raw])
    m.binding_error(IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=MH, options=[HAO(hoa=m.hoa)]) / Raw(octets), 2)
    t.equal("passed on", t.came(lambda p: len(mh_of(p)) > 2 and mh_of(p)[2] == 99, since), [])


@cn("cn-update-malformed", "9.2, 6.1.7", "a Binding Update too short for one, or with another payload protocol: parameter problems at these octets, from where it was sent to, to the source on the wire")
def update_malformed(t, m):
    for octets, at in ((struct.pack("!BBBBHH", 59, 0, BU, 0, 0, 0), 65), (struct.pack("!BBBBHHHHI", 6, 1, BU, 0, 0, 1, 0x8000, 10, 0), 64)):
        body = bytes(mobility(m.hoa, m.correspondent, octets)[Raw])
        packet = IPv6(src=m.coa, dst=m.correspondent) / IPv6ExtHdrDestOpt(nh=MH, options=[HAO(hoa=m.hoa)]) / Raw(body)
        t.fields(t.ask(packet, pp(packet, at))[IPv6], src=m.correspondent)


@cn("cn-nonces", "5.2.2, 5.2.7, 12", "a nonce that has been used for half a minute gives way to another of another index; tokens of the old one are still good, also together with one of the new", where=(OWN,), long=True)
def rotation(t, m):
    old, careof = m.tests()
    end = time.monotonic() + 300
    while True:
        new = m.test(HOTI)
        if new.index != old.index:
            break
        t.that(time.monotonic() < end, "always the same nonce")
        t.equal("token", new.octets, old.octets)
        time.sleep(1)
    t.that(new.octets != old.octets, "the same token from another nonce")
    m.register(home=old, careof=careof)
    m.register(home=new, careof=careof)
    m.delete(home=old)
    m.register(home=new, careof=m.test(COTI))
