# SPDX-License-Identifier: BSD-3-Clause
"""§10.4.1, RFC 4861 §7: a mobile node's address on its home link, announced and defended."""
from case import REAL, advertised, ba_of, case, having, tunnelled
from cases.duplicate_address import collide_na, group_mac, group_of
from packets import *  # noqa: F403


def defended(t, p, target=None, to=None, solicited=1):
    """A solicited proxy advertisement, field by field."""
    a = p[ICMPv6ND_NA]
    t.fields(p[IPv6], hlim=255, nh=58)
    t.that(p[IPv6].src in (t.agent, t.agent2) or p[IPv6].src.startswith("fe80:") or p[IPv6].src.startswith("2001:db8:1"), "source " + p[IPv6].src)
    t.fields(a, type=136, code=0, R=0, S=solicited, O=0, tgt=target or t.hoa)
    t.equal("target link-layer address", p[ICMPv6NDOptDstLLAddr].lladdr, t.place.program_mac["home"])
    t.equal("link-layer source", p.src, t.place.program_mac["home"])
    if to:
        t.equal("destination", p[IPv6].dst, to)


@case("proxy-announced", "10.4.1, RFC 4861 7.2.6", REAL, "announced to all nodes at registration: Override 1, Router 0, Solicited 0, our link-layer address, from an address of ours on the link, hop limit 255")
def announced(t):
    t.register()
    p = t.seen(advertised(t.hoa, solicited=0))
    t.equal("link-layer destination", p.dst, "33:33:00:00:00:01")
    t.equal("link-layer source", p.src, t.place.program_mac["home"])
    t.fields(p[IPv6], dst="ff02::1", hlim=255)
    t.that(p[IPv6].src.startswith("2001:db8:1") or p[IPv6].src.startswith("fe80:"), p[IPv6].src)
    t.fields(p[ICMPv6ND_NA], R=0, S=0, O=1, code=0, tgt=t.hoa)
    t.equal("target link-layer address", p[ICMPv6NDOptDstLLAddr].lladdr, t.place.program_mac["home"])


@case("proxy-announced-at-most", "10.4.1, RFC 4861 10", REAL, "repeated at most MAX_NEIGHBOR_ADVERTISEMENT (3) times, also over refreshes", long=True)
def announced_at_most(t):
    t.register()
    for _ in range(2):
        t.wait(advertised(t.hoa, solicited=0))
    # One real wait: what would be the fourth of 1 s steps.
    time.sleep(2.5)
    t.home_marker()
    t.that(len(t.came(advertised(t.hoa, solicited=0))) <= 3, "%d announcements" % len(t.came(advertised(t.hoa, solicited=0))))


@case("proxy-announced-linklocal", "10.4.1", REAL, "L: the link-local address is announced likewise")
def announced_linklocal(t):
    t.register(flags="AHL")
    p = t.seen(advertised(t.linklocal(), solicited=0))
    t.fields(p[IPv6], dst="ff02::1", hlim=255)
    t.fields(p[ICMPv6ND_NA], R=0, S=0, O=1)
    t.equal("target link-layer address", p[ICMPv6NDOptDstLLAddr].lladdr, t.place.program_mac["home"])


def answers(name, clause, meaning, how, solicited=1, target=None, flags="AH", to=None):
    @case(name, clause, REAL, meaning)
    def judge(t):
        t.register(flags=flags)
        a = target(t) if target else t.hoa
        t.forget()
        t.solicit(a, **how(t))
        p = t.wait(lambda q: ICMPv6ND_NA in q and q[ICMPv6ND_NA].tgt == a and q[ICMPv6ND_NA].O == 0)
        defended(t, p, a, to(t) if to else None, solicited)
        t.equal("link-layer destination", p.dst, t.mac(0x80) if solicited else "33:33:00:00:00:01")


answers("proxy-solicited", "10.4.1, RFC 4861 7.2.8", "a solicitation to the group: answered, Solicited 1, Override 0, Router 0, our link-layer address", lambda t: {}, to=lambda t: t.home(0x80))
answers("proxy-unicast", "10.4.1, RFC 4861 7.2.8", "a unicast solicitation (unreachability detection): answered", lambda t: dict(unicast=True), to=lambda t: t.home(0x80))
answers("proxy-unicast-no-option", "10.4.1, RFC 4861 7.2.4", "a unicast solicitation without a link-layer address: answered to where it came from", lambda t: dict(unicast=True, option=False), to=lambda t: t.home(0x80))
answers("proxy-group-no-option", "10.4.1, RFC 4861 7.2.4", "a solicitation to the group without a link-layer address: answered", lambda t: dict(option=False), to=lambda t: t.home(0x80))
answers("proxy-probe", "10.4.1, RFC 4861 7.2.4, RFC 4862 5.4", "a probe from ::: answered to all nodes, Solicited 0", lambda t: dict(src="::", option=False), solicited=0, to=lambda t: "ff02::1")
answers("proxy-from-linklocal", "10.4.1", "asked from a link-local address: answered there", lambda t: dict(src=t.linklocal(0x80)), to=lambda t: t.linklocal(0x80))
answers("proxy-linklocal", "10.4.1", "L: a solicitation for the link-local address: answered", lambda t: {}, target=lambda t: t.linklocal(), flags="AHL", to=lambda t: t.home(0x80))
answers("proxy-linklocal-probe", "10.4.1", "L: a probe of the link-local address: answered", lambda t: dict(src="::", option=False), solicited=0, target=lambda t: t.linklocal(), flags="AHL")
answers("proxy-reserved", "RFC 4861 4.3", "reserved field set, an unknown option: ignored, answered", lambda t: dict(res=0xffffffff))


def silent(name, clause, meaning, how, **more):
    """A solicitation that must not be answered although the address is defended."""
    @case(name, clause, REAL, meaning + ": silence")
    def judge(t):
        t.register()
        t.unanswered(**how(t))


silent("proxy-hop-limit", "RFC 4861 7.1.1", "hop limit 254, to the group", lambda t: dict(hlim=254))
silent("proxy-hop-limit-unicast", "RFC 4861 7.1.1, 10.4.2", "hop limit 64, to the address itself", lambda t: dict(hlim=64, unicast=True))
silent("proxy-code", "RFC 4861 7.1.1", "code 1", lambda t: dict(code=1))
silent("proxy-checksum", "RFC 4861 7.1.1", "a wrong checksum", lambda t: dict(cksum=0x1234))
silent("proxy-probe-option", "RFC 4861 7.1.1", "from :: with a link-layer address option", lambda t: dict(src="::"))
silent("proxy-probe-unicast", "RFC 4861 7.1.1", "from :: to the address itself instead of its group", lambda t: dict(src="::", option=False, unicast=True))


@case("proxy-short", "RFC 4861 7.1.1", REAL, "a solicitation of less than 24 octets: silence")
def short(t):
    t.register()
    body = bytes(ICMPv6ND_NS(tgt=t.hoa))[:20]
    p = IPv6(src=t.home(0x80), dst=group_of(t.hoa), hlim=255, nh=58)
    body = body[:2] + struct.pack("!H", in6_chksum(58, p, body[:2] + b"\0\0" + body[4:])) + body[4:]
    since = t.mark()
    t.send(p / Raw(body), port="home", mac=t.mac(0x80), to=group_mac(t.hoa))
    t.home_marker(0x8f)
    t.equal("answers", t.came(advertised(t.hoa), since), [])


@case("proxy-fragment", "RFC 6980 5", REAL, "a solicitation with a fragment header, an atomic one even: silence")
def fragment(t):
    t.register()
    since = t.mark()
    for m in (0, 1):
        t.send(IPv6(src=t.home(0x80), dst=group_of(t.hoa), hlim=255) / IPv6ExtHdrFragment(id=t.number, m=m) / ICMPv6ND_NS(tgt=t.hoa) / ICMPv6NDOptSrcLLAddr(lladdr=t.mac(0x80)), port="home", mac=t.mac(0x80), to=group_mac(t.hoa))
    t.home_marker(0x8f)
    t.equal("answers", t.came(advertised(t.hoa), since), [])


@case("proxy-option-zero", "RFC 4861 7.1.1", REAL, "an option of length 0: silence")
def option_zero(t):
    t.register()
    since = t.mark()
    t.send(IPv6(src=t.home(0x80), dst=group_of(t.hoa), hlim=255) / ICMPv6ND_NS(tgt=t.hoa) / Raw(b"\x01\x00" + bytes(6)), port="home", mac=t.mac(0x80), to=group_mac(t.hoa))
    t.home_marker(0x8f)
    t.equal("answers", t.came(advertised(t.hoa), since), [])


@case("proxy-target-multicast", "RFC 4861 7.1.1", REAL, "a multicast target: silence")
def target_multicast(t):
    since = t.mark()
    t.send(IPv6(src=t.home(0x80), dst="ff02::1", hlim=255) / ICMPv6ND_NS(tgt="ff02::c0de:%x" % t.number), port="home", mac=t.mac(0x80), to="33:33:00:00:00:01")
    t.home_marker(0x8f)
    t.equal("answers", t.came(lambda p: ICMPv6ND_NA in p and p[ICMPv6ND_NA].tgt.startswith("ff02"), since), [])


@case("proxy-target-unbound", "10.4.1", REAL, "an address of the home prefix that is not bound: silence")
def target_unbound(t):
    t.register()
    t.unanswered(t.home(2))


@case("proxy-other-prefix", "10.4.1", REAL, "the bound interface identifier under another home prefix: silence")
def other_prefix(t):
    from place import SHORT
    t.register()
    t.unanswered(t.home(1, SHORT))


@case("proxy-linklocal-unbound", "10.3.1, 10.4.1", REAL, "L clear: the derived link-local address is not defended")
def linklocal_unbound(t):
    t.register()
    t.unanswered(t.linklocal())
    t.unanswered(t.linklocal(), src="::", option=False)


@case("proxy-other-link", "10.4.1", REAL, "asked on another link than the home link, to the group and to the address: silence")
def other_link(t):
    t.register()
    since = t.mark()
    for dst, mac in ((group_of(t.hoa), group_mac(t.hoa)), (t.hoa, None)):
        t.send(IPv6(src=t.home(0x80), dst=dst, hlim=255) / ICMPv6ND_NS(tgt=t.hoa) / ICMPv6NDOptSrcLLAddr(lladdr=t.mac(0x80)), port="core", mac=t.mac(0x80), to=mac)
    t.marker()
    t.home_marker(0x8f)
    t.equal("answers", t.came(advertised(t.hoa), since), [])


@case("proxy-deregistered", "10.3.2, 10.4.1", REAL, "after de-registration: silence, to the group, unicast and to a probe")
def deregistered(t):
    t.register()
    t.unregister()
    t.unanswered()
    t.unanswered(unicast=True)
    t.unanswered(src="::", option=False)


@case("proxy-expired", "10.3.1, 10.4.1", REAL, "after expiry: silence", long=True)
def expired(t):
    t.register(life=4)
    end = time.monotonic() + 120
    while t.place.binding(t.hoa):
        t.that(time.monotonic() < end, "still bound")
        time.sleep(0.1)
    t.unanswered()


@case("proxy-moved", "10.4.1", REAL, "after a move: still defended")
def moved(t):
    t.register()
    t.register(coa=t.coa2)
    t.solicit()
    defended(t, t.wait(advertised(t.hoa)))


@case("proxy-claimed-by-other", "10.4.1, RFC 4862 5.4", REAL, "another node advertises a bound address: it stays defended and intercepted")
def claimed(t):
    t.register()
    collide_na(t, t.hoa)
    t.solicit()
    defended(t, t.wait(advertised(t.hoa)))
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa))


def records(p):
    """(type, group) of an MLDv2 report."""
    r = p.getlayer(ICMPv6MLReport2)
    return [(x.rtype, x.dst) for x in r.records] if r else []


@case("proxy-group-joined", "RFC 4861 7.2.1, RFC 3810 6.1", REAL, "the solicited-node group of a tentative address is joined by MLD before the probe: hop limit 1, router alert")
def group_joined(t):
    t.register()
    with t.box.more:
        seen = [Ether(d) for _, d in t.box.letters]
    reports = [i for i, p in enumerate(seen) if (4, group_of(t.hoa)) in records(p)]
    probes = [i for i, p in enumerate(seen) if ICMPv6ND_NS in p and p[ICMPv6ND_NS].tgt == t.hoa]
    t.that(reports and probes and reports[0] < probes[0], "reports %s, probes %s" % (reports, probes))
    p = seen[reports[0]]
    t.equal("link-layer destination", p.dst, "33:33:00:00:00:16")
    t.fields(p[IPv6], dst="ff02::16", hlim=1, nh=0)
    t.that(IPv6ExtHdrHopByHop in p and any(isinstance(o, RouterAlert) for o in p[IPv6ExtHdrHopByHop].options), "no router alert")


@case("proxy-group-left", "RFC 3810 6.1", REAL, "and left after de-registration")
def group_left(t):
    t.register()
    t.forget()
    t.send(t.bu(life=0))
    t.wait(lambda p: (3, group_of(t.hoa)) in records(p), port="home")


@case("proxy-group-shared", "RFC 4861 7.2.1, RFC 3810 6.1", REAL, "two bound addresses with one solicited-node group: with one of them gone the group is still joined, and the other defended")
def group_shared(t):
    from place import SHORT
    other = t.home(1, SHORT)
    t.equal("groups", group_of(other), group_of(t.hoa))
    t.register()
    t.acknowledged(t.ask(t.bu(hoa=other, life=400), ba_of(other)), hoa=other)
    since = t.mark()
    t.unregister()
    t.unanswered()
    t.solicit(other)
    defended(t, t.wait(advertised(other)), other)
    t.equal("reports that leave it", [p.summary() for p in t.came(lambda p: (3, group_of(t.hoa)) in records(p), since)], [])


@case("proxy-group-reported", "RFC 3810 5.2", REAL, "a query for the group: reported")
def group_reported(t):
    t.register()
    t.forget()
    t.send(IPv6(src="fe80::c0de", dst=group_of(t.hoa), hlim=1) / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLQuery2(mladdr=group_of(t.hoa), mrd=100), port="home", mac=t.mac(0x83), to=group_mac(t.hoa))
    t.wait(lambda p: (2, group_of(t.hoa)) in records(p), port="home")


@case("proxy-intercepted-on-link", "10.4.1, 10.4.2", REAL, "what a node on the home link then sends to our link-layer address: tunnelled")
def intercepted_on_link(t):
    t.register()
    t.send(IPv6(src=t.home(0x80), dst=t.hoa) / UDP(dport=7) / b"from the home link", port="home", mac=t.mac(0x80))
    p = t.wait(tunnelled(t.coa))
    t.equal("inner source", p[IPv6].payload[IPv6].src, t.home(0x80))


@case("proxy-taken-over-linklocal", "10.3.2, 10.4.1", REAL, "L: the node back home takes its link-local address over too")
def taken_over_linklocal(t):
    from cases.deregistration import at_home
    t.register(flags="AHL")
    at_home(t)
    for probe in (dict(), dict(src="::", option=False)):
        t.unanswered(t.linklocal(), **probe)
        t.unanswered(**probe)


@case("proxy-taken-over", "10.4.1, 11.5.5", REAL, "the node back home takes its address over: not answered for any more, its own advertisement believed")
def taken_over(t):
    from cases.deregistration import at_home
    t.register()
    at_home(t)
    t.send(IPv6(src=t.hoa, dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=t.hoa, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=t.mac(5)), port="home", mac=t.mac(5), to="33:33:00:00:00:01")
    t.unanswered()
    p = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"welcome", lambda p: UDP in p and p[IPv6].dst == t.hoa)
    t.equal("link-layer destination", p.dst, t.mac(5))
