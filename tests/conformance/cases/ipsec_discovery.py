# SPDX-License-Identifier: BSD-3-Clause
"""RFC 3776 §3.3, RFC 4877 §6.3: mobile prefix discovery in ESP transport mode."""
from case import is_marker
from cases.discovery import solicitation
from esp import BAD_ICV, ICMP6, OTHER_ADDRESS, PREFIXES, REGISTRATION, SELECTOR, UNPROTECTED, dissected, esp, node
from packets import *  # noqa: F403

BOTH = (REGISTRATION, PREFIXES)


def ask(t, n, identifier=0x4711, **more):
    return n.transport(solicitation(t, identifier, hoa=n.hoa, coa=n.coa, **more), PREFIXES)


def advertised(t, n, p, identifier=0x4711):
    """RFC 3776 §3.3: type 2 routing header, ESP, advertisement summed over the home address."""
    t.fields(p[IPv6], src=t.agent, dst=n.coa, nh=43)
    t.fields(p[IPv6ExtHdrRouting], type=2, len=2, segleft=1, nh=50, addresses=[n.hoa])
    inside, proto, sequence = n.opened(p, PREFIXES)
    t.equal("protocol under ESP", proto, ICMP6)
    t.equal("checksum over the home address", in6_chksum(ICMP6, IPv6(src=t.agent, dst=n.hoa), inside), 0)
    m = ICMPv6MPAdv(inside)
    t.fields(m, type=147, code=0, id=identifier, flags=0, res=0)
    found, layer = [], m.payload
    while isinstance(layer, ICMPv6NDOptPrefixInfo):
        found.append(layer.prefix)
        layer = layer.payload
    t.that(t.agent in found, "prefixes %s" % ", ".join(found))
    return sequence


for kind in ("aes-cbc", "null"):
    @esp("esp-mps-" + kind, "RFC 3776 3.3, RFC 4877 6.3, RFC 6275 6.8", "a solicitation under ESP, %s: answered under ESP behind a type 2 routing header, our prefixes whole" % kind, node(kind, BOTH))
    def mps(t, n):
        n.register()
        t.equal("sequence number", advertised(t, n, t.ask(ask(t, n), n.sealed_to(PREFIXES))), 1)


@esp("esp-mps-tshark", "RFC 3776 3.3", "the advertisement as tshark decrypts it", node("aes-cbc", BOTH))
def tshark(t, n):
    n.register()
    got = t.ask(ask(t, n, 0x1234), n.sealed_to(PREFIXES))
    seen = dissected([got], [n.back[PREFIXES]], "esp.icv_good", "icmpv6.type", "icmpv6.checksum.status", "icmpv6.mip6.identifier")[0]
    t.equal("the advertisement", seen, {"esp.icv_good": "1", "icmpv6.type": "147", "icmpv6.checksum.status": "1", "icmpv6.mip6.identifier": seen["icmpv6.mip6.identifier"]})
    t.equal("identifier", int(seen["icmpv6.mip6.identifier"], 0), 0x1234)


@esp("esp-mps-one-a-second", "RFC 6275 6.8", "two solicitations at once: two answers, a second apart, both protected", node("aes-cbc", BOTH))
def one_a_second(t, n):
    n.register()
    first = t.ask([ask(t, n, 1), ask(t, n, 2)], n.sealed_to(PREFIXES))
    second = t.wait(n.sealed_to(PREFIXES))
    t.equal("sequence numbers", (advertised(t, n, first, 1), advertised(t, n, second, 2)), (1, 2))


@esp("esp-mps-moved", "RFC 3776 4.3", "after a movement: to the new care-of address", node("aes-cbc", BOTH))
def moved(t, n):
    n.register()
    n.register(coa=t.coa2)
    n.coa = t.coa2
    advertised(t, n, t.ask(ask(t, n), n.sealed_to(PREFIXES)))


def none(t, n):
    """Answers nothing, in whatever form."""
    return lambda p: p[IPv6].dst == n.coa and not is_marker(p)


def ignored(name, clause, meaning, counter, packet, *protects):
    @esp(name, clause, meaning + ": dropped and counted", node("aes-cbc", protects or BOTH))
    def judge(t, n):
        n.register()
        n.refused(packet(t, n), counter, n.coa, answer=none(t, n))


ignored("esp-mps-none", "RFC 3776 3.3, RFC 4877 6.3", "a solicitation without ESP of a node that has associations for it", UNPROTECTED, lambda t, n: solicitation(t, hoa=n.hoa, coa=n.coa))
ignored("esp-mps-none-at-all", "RFC 3776 3.3, RFC 4877 4.1", "a solicitation without ESP of a node that has associations for registration alone", UNPROTECTED, lambda t, n: solicitation(t, hoa=n.hoa, coa=n.coa), REGISTRATION)
ignored("esp-mps-icv", "RFC 4303 3.4.4.1", "a solicitation whose integrity check value is wrong", BAD_ICV, lambda t, n: n.transport(solicitation(t, hoa=n.hoa, coa=n.coa), PREFIXES, twist=lambda o: o[:-1] + bytes([o[-1] ^ 1])))
ignored("esp-mps-by-registration", "RFC 4877 6.1, 6.3", "a solicitation by the association of Binding Updates", SELECTOR, lambda t, n: n.transport(solicitation(t, hoa=n.hoa, coa=n.coa), REGISTRATION))
ignored("esp-bu-by-discovery", "RFC 4877 6.1, 6.3", "a Binding Update by the association of prefix discovery", SELECTOR, lambda t, n: n.transport(n.bu(coa=t.coa2), PREFIXES))
ignored("esp-echo-by-discovery", "RFC 4877 4.3, 6.3", "an echo request by the association of prefix discovery: the type is a selector", SELECTOR,
        lambda t, n: n.transport(IPv6(src=n.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=n.hoa)]) / ICMPv6EchoRequest(), PREFIXES))
ignored("esp-mpa-by-discovery", "RFC 4877 4.3, 6.3", "an advertisement to us by the association of prefix discovery: the type is a selector", SELECTOR,
        lambda t, n: n.transport(IPv6(src=n.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=n.hoa)]) / ICMPv6MPAdv(id=1, cksum=1), PREFIXES))


@esp("esp-mps-other-node", "RFC 3776 4.2", "a solicitation for another node's home address by one's own association: dropped and counted", node("aes-cbc", BOTH), node("aes-cbc", BOTH))
def other_node(t, mine, yours):
    mine.register()
    yours.register()
    yours.refused(yours.transport(solicitation(t, hoa=yours.hoa, coa=yours.coa), PREFIXES, by=mine.to[PREFIXES]), OTHER_ADDRESS, yours.coa, answer=none(t, yours))


@esp("esp-echo-plain", "RFC 4877 4.2, 6.3", "an echo request with the Home Address option, which no association is for: answered, by the routing header, in the clear", node("aes-cbc", BOTH))
def echo_plain(t, n):
    n.register()
    q = IPv6(src=n.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=n.hoa)])
    e = ICMPv6EchoRequest(id=t.number, data=b"in the clear")
    e.cksum = in6_chksum(ICMP6, IPv6(src=n.hoa, dst=t.agent), bytes(e))
    p = t.ask(q / e, lambda p: ICMPv6EchoReply in p and p[ICMPv6EchoReply].id == t.number)
    t.fields(p[IPv6ExtHdrRouting], type=2, addresses=[n.hoa])
