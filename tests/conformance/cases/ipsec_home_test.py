# SPDX-License-Identifier: BSD-3-Clause
"""RFC 3776 §3.2, RFC 4877 §4.3, §6.2: home tests in ESP tunnel mode; other Mobility Headers and all other traffic by plain tunnel."""
from case import tunnelled
from esp import HOME_TEST, MH, OTHER_ADDRESS, REGISTRATION, TUNNEL, dissected, esp, node
from packets import *  # noqa: F403

TESTED = (REGISTRATION, HOME_TEST)


def hoti(n, **ip):
    return n.to_correspondent(MIP6MH_HoTI(cookie=b"12345678"), **ip)


def hot(n, **ip):
    return n.from_correspondent(MIP6MH_HoT(cookie=b"12345678", token=b"abcdefgh"), **ip)


def plain(t, n, inner, src=None):
    return IPv6(src=src or n.coa, dst=t.agent, hlim=64) / inner


@esp("esp-hoti", "RFC 3776 3.2, RFC 4877 6.2", "a Home Test Init through the ESP tunnel: the correspondent gets it untouched from the home address", node(protects=TESTED))
def init(t, n):
    n.register()
    n.delivered(hoti(n), protects=HOME_TEST)


@esp("esp-hot", "RFC 3776 3.2, RFC 4877 6.2", "a Home Test for the node: in ESP tunnel mode to the care-of address, untouched inside", node(protects=TESTED))
def test(t, n):
    n.register()
    t.equal("sequence numbers", [n.intercepted(hot(n), protects=HOME_TEST)[1] for _ in range(3)], [1, 2, 3])


@esp("esp-hot-tshark", "RFC 3776 3.2", "both as tshark decrypts them", node(protects=TESTED, key_octets=32))
def tshark(t, n):
    n.register()
    sent = Ether(dst="02:00:00:00:00:01", type=0x86dd) / n.tunnel(hoti(n), HOME_TEST)
    p, _ = n.intercepted(hot(n), protects=HOME_TEST)
    seen = dissected([sent, p], [n.to[HOME_TEST], n.back[HOME_TEST]], "esp.icv_good", "mip6.mhtype", "mip6.hoti.cookie", "mip6.hot.cookie", "mip6.hot.token", "ipv6.dst")
    t.equal("integrity", [s["esp.icv_good"] for s in seen], ["1", "1"])
    t.equal("types", [s["mip6.mhtype"] for s in seen], ["1", "3"])
    t.equal("addresses", [s["ipv6.dst"] for s in seen], ["%s,%s" % (t.agent, t.cn), "%s,%s" % (n.coa, n.hoa)])
    t.equal("token", int(seen[1]["mip6.hot.token"], 0), int.from_bytes(b"abcdefgh", "big"))


@esp("esp-hot-moved", "RFC 3776 3.2, 4.3, RFC 4877 4.3", "after a movement: to the new care-of address, by the same association", node(protects=TESTED))
def moved(t, n):
    n.register()
    n.intercepted(hot(n), protects=HOME_TEST)
    n.register(coa=t.coa2)
    t.equal("sequence number", n.intercepted(hot(n), coa=t.coa2, protects=HOME_TEST)[1], 2)
    n.delivered(hoti(n), protects=HOME_TEST, src=t.coa2)


@esp("esp-hot-gone", "RFC 3776 4.2, RFC 4877 4.2", "given up: no Home Test is tunnelled any more, and none is taken", node(protects=TESTED))
def gone(t, n):
    n.register()
    n.intercepted(hot(n), protects=HOME_TEST)
    n.unregister()
    t.silence(hot(n), answer=lambda p: p[IPv6].dst == n.coa)
    t.silence(n.tunnel(hoti(n), HOME_TEST), TUNNEL.NOT_BOUND, answer=lambda p: p[IPv6].dst == t.cn)
    n.register()
    t.equal("sequence number", n.intercepted(hot(n), protects=HOME_TEST)[1], 2)


for name, payload in (("udp", lambda: UDP(sport=5, dport=7) / b"in the clear"), ("cot", lambda: MIP6MH_CoT(cookie=b"12345678", token=b"abcdefgh")),
                      ("bu", lambda: MIP6MH_BU(seq=1, flags="A", mhtime=5)), ("unknown", lambda: MIP6MH_Generic(mhtype=99, msg=bytes(2)))):
    @esp("esp-hot-not-" + name, "RFC 4877 4.3, 6.2", "no home test (%s), for the node and from it: by plain tunnel both ways" % name, node(protects=TESTED))
    def others(t, n, payload=payload):
        n.register()
        sent = n.from_correspondent(payload())
        p = t.ask(sent, tunnelled(n.coa), sums=False)
        t.fields(p[IPv6], src=t.agent, dst=n.coa, nh=41)
        t.equal("inner source", p[IPv6].payload[IPv6].src, t.cn)
        back = n.to_correspondent(payload())
        p = t.ask(plain(t, n, back), lambda p: p[IPv6].dst == t.cn and p[IPv6].src == n.hoa, sums=False)
        t.equal("forwarded", bytes(p[IPv6])[40:len(bytes(back))].hex(), bytes(back)[40:].hex())


def dropped(name, clause, meaning, counter, packet, **kinds):
    @esp(name, clause, meaning + ": dropped and counted", node(protects=TESTED, **kinds), node(protects=TESTED))
    def judge(t, n, other):
        n.register()
        other.register()
        n.refused(packet(t, n, other), counter, n.coa, answer=lambda p: p[IPv6].dst == t.cn)
        n.delivered(hoti(n), protects=HOME_TEST)


dropped("esp-hoti-none", "RFC 3776 4.1, RFC 4877 6.2", "a Home Test Init by plain tunnel of a node that has associations for it", TUNNEL.UNPROTECTED, lambda t, n, o: plain(t, n, hoti(n)))
dropped("esp-hoti-none-options", "RFC 3776 4.1, RFC 4877 6.2", "the same behind destination options within the tunnel", TUNNEL.UNPROTECTED,
        lambda t, n, o: plain(t, n, n.to_correspondent(IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]) / MIP6MH_HoTI(cookie=b"12345678"))))
dropped("esp-hoti-icv", "RFC 4303 3.4.4.1", "a Home Test Init whose integrity check value is wrong", TUNNEL.BAD_ICV, lambda t, n, o: n.tunnel(hoti(n), HOME_TEST, twist=lambda x: x[:-1] + bytes([x[-1] ^ 1])))
dropped("esp-hoti-udp", "RFC 4877 4.3, 6.2", "UDP by the association of home tests", TUNNEL.SELECTOR, lambda t, n, o: n.tunnel(n.to_correspondent(UDP() / b"x"), HOME_TEST))
dropped("esp-hoti-coti", "RFC 4877 4.3, 6.2", "a Care-of Test Init by the association of home tests: the type is a selector", TUNNEL.SELECTOR, lambda t, n, o: n.tunnel(n.to_correspondent(MIP6MH_CoTI(cookie=b"12345678")), HOME_TEST))
dropped("esp-hoti-source", "RFC 3776 5.2.2, RFC 4877 6.2", "a Home Test Init from another node's home address by one's own association", TUNNEL.SELECTOR, lambda t, n, o: n.tunnel(hoti(n, src=o.hoa), HOME_TEST))
dropped("esp-hoti-by-registration", "RFC 3776 5.2.1", "a Home Test Init in a tunnel by the association of Binding Updates", OTHER_ADDRESS, lambda t, n, o: n.tunnel(hoti(n), REGISTRATION))
dropped("esp-hoti-transport", "RFC 3776 3.2", "a Home Test Init in transport mode by the association of home tests", TUNNEL.NEXT_HEADER, lambda t, n, o: IPv6(src=n.coa, dst=t.agent, nh=50) / Raw(n.to[HOME_TEST].seal(bytes(hoti(n))[40:], MH)))


@esp("esp-hoti-replayed", "RFC 4303 3.4.3", "window of 64: the same octets twice: once forwarded, once dropped and counted", node(protects=TESTED, window=64))
def replayed(t, n):
    n.register()
    p = n.tunnel(hoti(n), HOME_TEST)
    t.ask(p, lambda p: p[IPv6].dst == t.cn)
    n.refused(p, TUNNEL.REPLAYED, n.coa, answer=lambda p: p[IPv6].dst == t.cn)


@esp("esp-hoti-to-agent", "RFC 4877 4.3", "a Home Test Init to the home agent itself, directly from abroad with no option: told from those to correspondents by its destination, no association is asked for", node(protects=TESTED))
def to_agent(t, n):
    n.register()
    since = t.mark()
    t.send(IPv6(src=n.coa, dst=t.agent) / MIP6MH_HoTI(cookie=b"12345678"))
    t.marker()
    t.equal("came out by a tunnel", t.came(lambda p: p[IPv6].dst == t.cn, since), [])
    n.bound(n.coa)
