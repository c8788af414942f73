# SPDX-License-Identifier: BSD-3-Clause
"""RFC 3776 §3.4, §4.3, RFC 4877 §6.4: all payload of a node in ESP tunnel mode."""
from case import having, tunnelled
from esp import HOME_TEST, IPV6_IN, NO_NEXT, OTHER_MODE, PAYLOAD, REGISTRATION, TUNNEL, UNKNOWN_SPI, UNPROTECTED, dissected, esp, node, under_esp
from packets import *  # noqa: F403

ALL = (REGISTRATION, PAYLOAD)
LINK_MTU = 1500
KINDS = {"aes-cbc": 16, "null": 4}  # what a ciphertext is a multiple of
OVERHEAD = {"aes-cbc": 40 + 8 + 16 + 16, "null": 40 + 8 + 16}  # outer header, ESP header, IV, integrity check value


def most(kind):
    """Octets of the largest packet whose ESP tunnel packet fits the link (RFC 4303 §2.4: padding, pad length, next header)."""
    return (LINK_MTU - OVERHEAD[kind]) // KINDS[kind] * KINDS[kind] - 2


def plain(t, n, inner, src=None):
    return IPv6(src=src or n.coa, dst=t.agent, hlim=64) / inner


def at_correspondent(t):
    return lambda p: p[IPv6].dst == t.cn


for kind in KINDS:
    @esp("esp-payload-" + kind, "RFC 3776 3.4, RFC 4877 6.4", "UDP, TCP, ICMPv6, Mobility Headers, fragments and nothing at all, both ways, %s: under ESP, untouched inside" % kind, node(kind, ALL))
    def payload(t, n):
        n.register()
        for what in (UDP(sport=5, dport=7) / b"payload", TCP(dport=7), ICMPv6EchoRequest(data=b"12"), MIP6MH_HoT(cookie=b"12345678"), MIP6MH_CoT(cookie=b"12345678"), IPv6ExtHdrFragment(nh=17, id=3, offset=4, m=1) / Raw(bytes(64))):
            n.intercepted(n.from_correspondent(what))
            n.delivered(n.to_correspondent(what))
        n.intercepted(n.from_correspondent(Raw(b""), nh=59))
        n.delivered(n.to_correspondent(Raw(b""), nh=59))

    @esp("esp-payload-sizes-" + kind, "RFC 4303 2.4", "packets of every length modulo the block, %s: padded as the RFC has it" % kind, node(kind, ALL))
    def sizes(t, n):
        n.register()
        for size in (*range(0, 18), 500, 1001, most("aes-cbc") - 48):
            n.intercepted(n.from_correspondent(UDP(sport=5, dport=7) / bytes(size)))
            n.delivered(n.to_correspondent(UDP(sport=5, dport=7) / bytes(size)))

    @esp("esp-payload-too-big-" + kind, "RFC 4303 3.3.4, RFC 4301 8.2, RFC 2473 7.1", "larger than the link takes, %s: packet too big with the number that leaves room for ESP; as large as that: one frame" % kind, node(kind, ALL))
    def too_big(t, n, kind=kind):
        n.register()
        sent = n.from_correspondent(UDP() / bytes(most(kind) - 48 + 1))
        e = t.ask(sent, having(ICMPv6PacketTooBig))
        t.fields(e[IPv6], dst=t.cn)
        t.fields(e[ICMPv6PacketTooBig], code=0, mtu=most(kind))
        t.equal("quoted", bytes(e[ICMPv6PacketTooBig].payload)[:40].hex(), bytes(sent)[:40].hex())
        p, _ = n.intercepted(n.from_correspondent(UDP() / bytes(most(kind) - 48)))
        t.that(len(p[IPv6]) <= LINK_MTU, "%d octets" % len(p[IPv6]))

    @esp("esp-payload-icv-" + kind, "RFC 4303 3.4.4.1", "from the node, an integrity check value that is wrong, a message that was changed, a cut packet, %s: dropped and counted" % kind, node(kind, ALL))
    def icv(t, n):
        n.register()
        p = n.to_correspondent(UDP() / bytes(40))
        for twist in (lambda o: o[:-1] + bytes([o[-1] ^ 1]), lambda o: o[:40] + bytes([o[40] ^ 1]) + o[41:], lambda o: o[:8] + bytes([o[8] ^ 1]) + o[9:], lambda o: o[:-16], lambda o: o[:-16] + bytes(16)):
            n.refused(n.tunnel(p, twist=twist), TUNNEL.BAD_ICV, n.coa, answer=at_correspondent(t))
        n.delivered(p)

    @esp("esp-payload-deformed-" + kind, "RFC 4303 2", "from the node, good integrity around what is no packet (%s): a pad length beyond all, other padding, a cut inner header, version 4, an inner length beyond the packet: dropped" % kind, node(kind, ALL))
    def deformed(t, n):
        n.register()
        p = bytes(n.to_correspondent(UDP() / bytes(32)))
        for padding in ({"padlen": 255}, {"padding": bytes([7] * (-82 % KINDS[n.to[PAYLOAD].encryption]))}):
            n.refused(n.tunnel(p, **padding), TUNNEL.PADDING, n.coa, answer=at_correspondent(t))
        for inside in (p[:24], b"", b"\x45" + p[1:], p[:4] + b"\x40\0" + p[6:]):
            t.silence(n.tunnel(inside), answer=at_correspondent(t))
        n.refused(n.tunnel(p, following=17), TUNNEL.NEXT_HEADER, n.coa, answer=at_correspondent(t))
        n.refused(n.tunnel(p, twist=lambda o: o[:-17] + o[-16:]), TUNNEL.LENGTH, n.coa, answer=at_correspondent(t))
        n.delivered(p)

    @esp("esp-payload-cut-" + kind, "RFC 4303 2", "from the node, ESP cut to every length below 60 octets (%s): dropped, and the next one is taken" % kind, node(kind, ALL))
    def cut(t, n):
        n.register()
        p = n.to_correspondent(UDP() / bytes(40))
        since = t.mark()
        t.send(*[n.tunnel(p, twist=lambda o, length=length: o[:length]) for length in range(60)])
        n.delivered(p)
        t.equal("forwarded", len(t.came(at_correspondent(t), since)), 1)


@esp("esp-payload-tshark", "RFC 3776 3.4", "as tshark decrypts it", node("aes-cbc", ALL))
def tshark(t, n):
    n.register()
    p, _ = n.intercepted(n.from_correspondent(UDP(sport=5, dport=4242) / b"payload"))
    seen = dissected([p], [n.back[PAYLOAD]], "esp.icv_good", "udp.dstport", "ipv6.src", "ipv6.dst", "udp.checksum.status")[0]
    t.equal("the packet", seen, {"esp.icv_good": "1", "udp.dstport": "4242", "ipv6.src": "%s,%s" % (t.agent, t.cn), "ipv6.dst": "%s,%s" % (n.coa, n.hoa), "udp.checksum.status": seen["udp.checksum.status"]})


@esp("esp-payload-numbers", "RFC 4303 3.3.3", "a burst of packets: numbered one after the other, none twice, in order, vectors all different", node("aes-cbc", ALL))
def numbers(t, n):
    n.register()
    t.forget()
    t.send(*[n.from_correspondent(UDP(sport=5, dport=i) / b"burst") for i in range(40)])
    found, vectors = [], set()
    while len(found) < 40:
        p = t.wait(n.sealed_to(PAYLOAD))
        inside, _, sequence = n.opened(p, PAYLOAD)
        vectors.add(under_esp(bytes(p[IPv6]))[8:24])
        if inside[6] == 17:
            found.append((int.from_bytes(inside[42:44], "big"), sequence))
    t.equal("order", [port for port, _ in found], list(range(40)))
    t.that(all(a < b for (_, a), (_, b) in zip(found, found[1:])), "sequence numbers %s" % [s for _, s in found])
    t.that(len(vectors) >= 40, "%d different vectors" % len(vectors))


@esp("esp-payload-outer", "RFC 4301 5.1.2.2, RFC 6040 4.1", "the outer header: traffic class with the inner ECN, a hop limit of its own; the inner one less one", node("aes-cbc", ALL))
def outer(t, n):
    n.register()
    for ecn in range(4):
        p, _ = n.intercepted(n.from_correspondent(UDP() / b"x", tc=0x28 | ecn))
        t.fields(p[IPv6], tc=0x28 | ecn, version=6)
        t.that(p[IPv6].hlim > 32, "outer hop limit %d" % p[IPv6].hlim)


@esp("esp-payload-ecn-in", "RFC 6040 4.2", "from the node, an outer header that met congestion: CE inside where ECN is spoken", node("aes-cbc", ALL))
def ecn_in(t, n):
    n.register()
    p = n.tunnel(n.to_correspondent(UDP() / b"x", tc=2))
    p[IPv6].tc = 3
    t.equal("class", t.ask(p, at_correspondent(t))[IPv6].tc, 3)


@esp("esp-payload-path-mtu", "RFC 4301 8.2.1, RFC 2473 7.1, RFC 8201 4", "a router on the way has no room for the ESP tunnel packet: the next large one is refused with the number that leaves room for ESP on that path", node("aes-cbc", ALL))
def path_mtu(t, n):
    n.register()
    sent = n.from_correspondent(UDP() / bytes(1352))
    p, _ = n.intercepted(sent)
    quoted = bytes(p[IPv6])[:1232]
    # Who does not know the association's SPI has not seen the packet.
    t.send(IPv6(src=t.away(0xf0), dst=t.agent) / ICMPv6PacketTooBig(mtu=1300) / Raw(quoted[:43] + bytes([quoted[43] ^ 0x20]) + quoted[44:]))
    t.marker()
    n.intercepted(sent)
    t.send(IPv6(src=t.away(0xf0), dst=t.agent) / ICMPv6PacketTooBig(mtu=1400) / Raw(quoted))
    t.marker()
    e = t.ask(sent, having(ICMPv6PacketTooBig))
    t.fields(e[IPv6], dst=t.cn)
    t.equal("number", e[ICMPv6PacketTooBig].mtu, (1400 - OVERHEAD["aes-cbc"]) // 16 * 16 - 2)
    n.intercepted(n.from_correspondent(UDP() / bytes(e[ICMPv6PacketTooBig].mtu - 48)))


@esp("esp-payload-unreachable", "RFC 4301 6.1.2, RFC 2473 8.1", "a router's destination unreachable about an ESP tunnel packet: whose packet it was lies under ESP, nobody is told, the tunnel stays", node("aes-cbc", ALL))
def unreachable(t, n):
    n.register()
    p, _ = n.intercepted(n.from_correspondent(UDP() / b"x"))
    t.silence(IPv6(src=t.away(0xf0), dst=t.agent) / ICMPv6DestUnreach(code=3) / Raw(bytes(p[IPv6])), answer=at_correspondent(t))
    n.intercepted(n.from_correspondent(UDP() / b"x"))


@esp("esp-payload-hop-limit", "RFC 4443 3.3", "hop limit 1 at the home agent: time exceeded, no ESP", node("aes-cbc", ALL))
def hop_limit(t, n):
    n.register()
    p = n.from_correspondent(UDP() / b"x")
    p.hlim = 1
    since = t.mark()
    t.fields(t.ask(p, having(ICMPv6TimeExceeded))[IPv6], dst=t.cn)
    t.equal("in ESP", [q.summary() for q in t.came(n.sealed_to(PAYLOAD), since) if n.opened(q, PAYLOAD)[0][6] == 17], [])


@esp("esp-payload-moved", "RFC 3776 4.3, RFC 4877 4.3", "the tunnel follows the binding: new care-of address, same association, numbers go on; from there it is taken", node("aes-cbc", ALL))
def moved(t, n):
    n.register()
    _, first = n.intercepted(n.from_correspondent(UDP() / b"x"))
    for i in (0x71, 0x72):
        n.register(coa=t.away(i))
        p, sequence = n.intercepted(n.from_correspondent(UDP() / b"x"), coa=t.away(i))
        t.that(first < sequence < first + 5, "sequence number %d after %d" % (sequence, first))
        first = sequence
        n.delivered(n.to_correspondent(UDP() / b"x"), src=t.away(i))


@esp("esp-payload-gone", "RFC 3776 4.2, RFC 4877 4.2", "given up: nothing is tunnelled any more, nothing from the node is taken; bound again: the same associations", node("aes-cbc", ALL))
def gone(t, n):
    n.register()
    _, first = n.intercepted(n.from_correspondent(UDP() / b"x"))
    n.unregister()
    t.silence(n.from_correspondent(UDP() / b"x"), answer=lambda p: p[IPv6].dst == n.coa)
    t.silence(n.tunnel(n.to_correspondent(UDP() / b"x")), TUNNEL.NOT_BOUND, answer=at_correspondent(t))
    n.register()
    t.that(n.intercepted(n.from_correspondent(UDP() / b"x"))[1] > first, "sequence numbers begin again")
    n.delivered(n.to_correspondent(UDP() / b"x"))


@esp("esp-payload-removed", "RFC 3776 4.2", "taken away by the operator: no ESP any more", node("aes-cbc", ALL))
def removed(t, n):
    n.register()
    n.intercepted(n.from_correspondent(UDP() / b"x"))
    t.place.revoke(n.hoa)
    t.silence(n.from_correspondent(UDP() / b"x"), answer=lambda p: p[IPv6].dst == n.coa)


def dropped(name, clause, meaning, counter, packet, *protects, **kinds):
    @esp(name, clause, meaning + ": dropped and counted", node("aes-cbc", protects or ALL, **kinds), node("aes-cbc", ALL))
    def judge(t, n, other):
        n.register()
        other.register()
        n.refused(packet(t, n, other), counter, n.coa, answer=at_correspondent(t))
        n.delivered(n.to_correspondent(UDP() / b"x"))


dropped("esp-payload-none", "RFC 3776 3.4, RFC 4877 6.4", "payload by plain tunnel of a node whose payload is protected", TUNNEL.UNPROTECTED, lambda t, n, o: plain(t, n, n.to_correspondent(UDP() / b"x")))
dropped("esp-payload-none-mh", "RFC 3776 3.4, RFC 4877 6.4", "a Mobility Header by plain tunnel of a node whose payload is protected", TUNNEL.UNPROTECTED, lambda t, n, o: plain(t, n, n.to_correspondent(MIP6MH_CoTI(cookie=b"12345678"))))
dropped("esp-payload-update", "RFC 3776 5.2.1, RFC 4877 6.1", "a de-registration as if from home by the association of payload", UNPROTECTED, lambda t, n, o: n.tunnel(n.at_home()))
dropped("esp-payload-source", "RFC 3776 5.2.4, RFC 4301 5.2", "another node's home address inside one's own association", TUNNEL.SELECTOR, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x", src=o.hoa)))
dropped("esp-payload-source-stranger", "RFC 3776 5.2.4, RFC 4301 5.2", "a stranger's address inside", TUNNEL.SELECTOR, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x", src=t.away(0x99))))
dropped("esp-payload-transport", "RFC 3776 3.4", "UDP in transport mode by the association of payload", TUNNEL.NEXT_HEADER, lambda t, n, o: IPv6(src=n.coa, dst=t.agent, nh=50) / Raw(n.to[PAYLOAD].seal(bytes(UDP() / b"x"), 17)))
dropped("esp-payload-option", "RFC 3776 3.4", "by the association of payload behind a Home Address option, as in transport mode", OTHER_MODE, lambda t, n, o: n.transport(n.bu(coa=t.coa2), by=n.to[PAYLOAD]))
dropped("esp-payload-care-of", "RFC 3776 4.3, RFC 4877 4.3", "good ESP from another care-of address than the registered one: the home agent expects the new one", TUNNEL.CARE_OF, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x"), src=t.away(0x77)))
dropped("esp-payload-spi", "RFC 4303 3.4.2", "an SPI that nobody has", UNKNOWN_SPI, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x"), spi=0xdead0000 | t.number))
dropped("esp-payload-direction", "RFC 4301 4.1", "the association that goes out, used inwards", UNKNOWN_SPI, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x"), by=n.back[PAYLOAD]))
dropped("esp-payload-reflected", "RFC 4301 4.1", "our own ESP tunnel packet sent back to us", UNKNOWN_SPI, lambda t, n, o: IPv6(src=n.coa, dst=t.agent, nh=50) / Raw(under_esp(bytes(n.intercepted(n.from_correspondent(UDP() / b"x"))[0][IPv6]))))
dropped("esp-payload-by-home-test", "RFC 4877 6.2", "payload by the association of home tests", TUNNEL.SELECTOR, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x"), HOME_TEST), *ALL, HOME_TEST)


@esp("esp-payload-dummy", "RFC 4303 2.6", "a dummy packet (next header 59): dropped without a word", node("aes-cbc", ALL))
def dummy(t, n):
    n.register()
    n.refused(n.tunnel(bytes(40), following=NO_NEXT), TUNNEL.DUMMY, n.coa)
    n.delivered(n.to_correspondent(UDP() / b"x"))


for size in (64, 1024):
    @esp("esp-payload-replay-%d" % size, "RFC 4303 3.4.3", "window of %d: the same octets twice, numbers below it, its edges, any order within" % size, node("aes-cbc", ALL, window=size))
    def replay(t, n, size=size):
        n.register()
        p = n.to_correspondent(UDP() / b"x")
        for sequence in (5000, 4999, 5000 - size + 1, 5063, 5001):
            n.delivered(p, sequence=sequence)
        for sequence in (5000, 4999, 5063 - size, 1, 0):
            n.refused(n.tunnel(p, sequence=sequence), TUNNEL.REPLAYED, n.coa, answer=at_correspondent(t))
        n.refused(n.tunnel(p, sequence=90000, twist=lambda o: o[:-1] + bytes([o[-1] ^ 1])), TUNNEL.BAD_ICV, n.coa, answer=at_correspondent(t))
        n.delivered(p, sequence=5064)

    @esp("esp-payload-replay-burst-%d" % size, "RFC 4303 3.4.3", "window of %d: equal packets in one burst: one is forwarded" % size, node("aes-cbc", ALL, window=size))
    def replay_burst(t, n):
        n.register()
        sealed = [n.tunnel(n.to_correspondent(UDP(dport=i) / b"x")) for i in range(8)]
        since = t.mark()
        t.send(*[p for p in sealed for _ in range(4)])
        t.marker()
        t.seen(lambda p: UDP in p and p[IPv6].dst == t.cn and p[UDP].dport == 7, since)
        t.marker()
        t.equal("forwarded", sorted(p[UDP].dport for p in t.came(at_correspondent(t), since)), list(range(8)))


@esp("esp-payload-no-window", "RFC 4303 3.4.3, RFC 4877 4.3", "no window: numbers may repeat", node("aes-cbc", ALL))
def no_window(t, n):
    n.register()
    for sequence in (9, 9, 1, 0xffffffff, 2):
        n.delivered(n.to_correspondent(UDP() / b"x"), sequence=sequence)


@esp("esp-payload-fragments", "RFC 4303 3.4.1", "an ESP tunnel packet in fragments, in any order: put together, then opened", node("aes-cbc", ALL))
def fragments(t, n):
    n.register()
    p = n.to_correspondent(UDP(dport=11) / bytes(1400))
    for order in (1, -1):
        octets = bytes(n.tunnel(p))[40:]
        parts = [IPv6(src=n.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=50, id=t.number + order, offset=at // 8, m=at + 504 < len(octets)) / Raw(octets[at:at + 504]) for at in range(0, len(octets), 504)]
        t.ask(parts[::order], lambda p: p[IPv6].dst == t.cn and len(bytes(p[IPv6])) == 1448)


@esp("esp-payload-behind-options", "RFC 4303 3.1.2", "ESP behind destination options, and behind a routing header with nothing left: opened", node("aes-cbc", ALL))
def behind(t, n):
    n.register()
    for header in (IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]), IPv6ExtHdrRouting(type=0, segleft=0, addresses=[t.away(9)])):
        header.nh = 50
        sealed = n.to[PAYLOAD].seal(bytes(n.to_correspondent(UDP() / b"x")), IPV6_IN)
        t.ask(IPv6(src=n.coa, dst=t.agent) / header / Raw(sealed), at_correspondent(t))


@esp("esp-payload-home-link", "RFC 6275 10.4.5", "to a host on the home link: delivered there; from it: in ESP", node("aes-cbc", ALL))
def home_link(t, n):
    n.register()
    host, mac = t.neighbor(0x80)
    got = t.ask(n.tunnel(n.to_correspondent(UDP() / b"x", dst=host)), lambda p: p[IPv6].dst == host and UDP in p)
    t.equal("link-layer destination", got.dst, mac)
    t.send(IPv6(src=host, dst=n.hoa) / UDP(dport=8) / b"y", port="home", mac=mac)
    while True:
        inside = n.opened(t.wait(n.sealed_to(PAYLOAD)), PAYLOAD)[0]
        if inside[6] == 17:
            break
    t.equal("inner source", socket.inet_ntop(socket.AF_INET6, inside[8:24]), host)


@esp("esp-payload-node-to-node", "RFC 3776 3.4", "from one protected node to another: opened by the one's association, sealed by the other's; and to one that is not protected: by plain tunnel", node("aes-cbc", ALL), node("null", ALL), node())
def node_to_node(t, a, b, c):
    for n in (a, b, c):
        n.register()
    t.send(a.tunnel(a.to_correspondent(UDP(dport=9) / b"x", dst=b.hoa)))
    while True:
        p = t.wait(b.sealed_to(PAYLOAD))
        inside = b.opened(p, PAYLOAD)[0]
        if inside[6] == 17:
            break
    t.fields(p[IPv6], src=t.agent, dst=b.coa, nh=50)
    t.equal("inner source", socket.inet_ntop(socket.AF_INET6, inside[8:24]), a.hoa)
    p = t.ask(a.tunnel(a.to_correspondent(UDP(dport=9) / b"x", dst=c.hoa)), tunnelled(c.coa))
    t.equal("inner source", p[IPv6].payload[IPv6].src, a.hoa)


@esp("esp-payload-beside", "RFC 3776 4.2", "a node without associations for payload beside it: plain tunnel both ways", node("aes-cbc", ALL), node())
def beside(t, n, other):
    n.register()
    other.register()
    n.intercepted(n.from_correspondent(UDP() / b"x"))
    t.equal("inner destination", t.ask(other.from_correspondent(UDP() / b"x"), tunnelled(other.coa))[IPv6].payload[IPv6].dst, other.hoa)
    t.ask(plain(t, other, other.to_correspondent(UDP() / b"x")), at_correspondent(t))


@esp("esp-payload-and-home-test", "RFC 3776 5.2.4, RFC 4877 6.2", "associations for both: a Home Test goes by its own, all else by that of payload, both ways", node("aes-cbc", (*ALL, HOME_TEST)))
def and_home_test(t, n):
    n.register()
    n.intercepted(n.from_correspondent(MIP6MH_HoT(cookie=b"12345678", token=b"abcdefgh")), protects=HOME_TEST)
    n.intercepted(n.from_correspondent(MIP6MH_CoT(cookie=b"12345678", token=b"abcdefgh")))
    n.delivered(n.to_correspondent(MIP6MH_HoTI(cookie=b"12345678")), protects=HOME_TEST)
    n.delivered(n.to_correspondent(MIP6MH_CoTI(cookie=b"12345678")))
