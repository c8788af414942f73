# SPDX-License-Identifier: BSD-3-Clause
"""§10.3.2: giving a registration up, from abroad and from home."""
from case import BOTH, REAL, ba_of, case, having, tunnelled
from packets import *  # noqa: F403

MEMORY_S = 10  # MAX_DELETE_BCE_TIMEOUT


def not_intercepted(t, hoa=None):
    """No tunnel any more: on a virtual home link the sender is told."""
    since = t.mark()
    t.send(IPv6(src=t.cn, dst=hoa or t.hoa) / UDP(dport=7) / b"for whoever is at home")
    t.marker()
    t.equal("tunnelled", [p.summary() for p in t.came(tunnelled(t.coa), since)], [])


def at_home(t, life=0, seq=None, hao=False, mac=1, **more):
    """An update of the node at home itself, on the home link."""
    p = t.bu(hoa=t.hoa, coa=t.hoa, life=life, seq=seq, hao=hao, **more)
    since = t.mark()
    t.forget()
    t.send(p, port="home", mac=t.mac(mac))
    a = t.wait(lambda p: MIP6MH_BA in p and p[IPv6].dst == t.hoa, port="home")
    t.equal("link-layer destination", a.dst, t.mac(mac))
    t.that(IPv6ExtHdrRouting not in a, "a routing header")
    t.fields(a[IPv6], src=t.agent, nh=135)
    t.fields(a[MIP6MH_BA], nh=59)
    t.that(not a[MIP6MH_BA].flags.K, "K set")
    t.equal("solicitations of a node that may not answer yet", t.came(lambda q: ICMPv6ND_NS in q and q[ICMPv6ND_NS].tgt == t.hoa and q[IPv6].src != "::", since), [])
    return a[MIP6MH_BA]


@case("dereg-away", "10.3.2", BOTH, "from abroad: status 0, lifetime 0, K clear, by a routing header; no longer tunnelled")
def away(t):
    t.register()
    b = t.unregister()
    t.fields(b, mhtime=0, status=0)
    t.equal("refresh advice", [o for o in b.options if isinstance(o, MIP6OptBRAdvice)], [])
    not_intercepted(t)
    t.that((t.place.binding(t.hoa) or {"state": "gone"})["state"] != "valid", "shown as valid")


@case("dereg-away-a-clear", "10.3.2", BOTH, "A bit clear: acknowledged all the same")
def away_a_clear(t):
    t.register()
    t.unregister(flags="H")


@case("dereg-from-other-care-of", "10.3.2, 9.5.4", BOTH, "from another care-of address than the registered one: acknowledged there")
def from_other(t):
    t.register()
    t.acknowledged(t.ask(t.bu(life=0, coa=t.coa2), ba_of(t.hoa)), 0, coa=t.coa2, life=0)
    not_intercepted(t)


@case("dereg-unknown", "10.3.2", BOTH, "no registration: 133")
def unknown(t):
    t.register(133, life=0)
    t.equal("binding", t.place.binding(t.hoa), None)


@case("dereg-unknown-other-prefix", "10.3.1, 10.3.2", BOTH, "a home address of no prefix of ours: 132 or 133, never 0")
def unknown_other_prefix(t):
    hoa = t.away(7)
    p = t.ask(t.bu(hoa=hoa, life=0), ba_of(hoa))
    t.that(p[MIP6MH_BA].status in (132, 133), "status %d" % p[MIP6MH_BA].status)


@case("dereg-alternate-ignored", "10.3.2", BOTH, "a de-registration whose alternate care-of address policy would refuse: accepted, nothing is bound by it")
def alternate_ignored(t):
    t.register()
    t.unregister(options=[MIP6OptAltCoA(acoa=t.hoa)])
    not_intercepted(t)


@case("dereg-memory", "10.3.2", BOTH, "a delayed older update within 10 s: 135 with the number of the de-registration, not bound")
def memory(t):
    t.register(seq=10)
    t.register(life=0, seq=12)
    b = t.register(135, seq=11)
    t.equal("sequence", b.seq, 12)
    not_intercepted(t)


@case("dereg-memory-newer", "10.3.2", BOTH, "a newer update within 10 s: a fresh registration")
def memory_newer(t):
    t.register(seq=10)
    t.register(life=0, seq=12)
    t.register(seq=13)
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"again", tunnelled(t.coa))


@case("dereg-memory-newer-dad", "10.3.2, 10.3.1", REAL, "a newer update within 10 s: duplicate address detection anew")
def memory_newer_dad(t):
    t.register()
    t.unregister()
    since = t.mark()
    t.register()
    t.equal("probes", len(t.came(lambda p: ICMPv6ND_NS in p and p[ICMPv6ND_NS].tgt == t.hoa and p[IPv6].src == "::", since)), 1)


@case("dereg-memory-ends", "10.3.2, 12", BOTH, "after MAX_DELETE_BCE_TIMEOUT the entry is gone: any sequence number is accepted", long=True)
def memory_ends(t):
    t.register(seq=10)
    t.register(life=0, seq=12)
    end = time.monotonic() + 120
    while t.place.binding(t.hoa):
        t.that(time.monotonic() < end, "still shown")
        time.sleep(0.2)
    t.register(seq=3)


@case("dereg-repeated", "10.3.2", BOTH, "a de-registration repeated with a newer number: acknowledged with 0 or 133, never bound")
def repeated(t):
    t.register()
    t.unregister()
    p = t.ask(t.bu(life=0), ba_of(t.hoa))
    t.that(p[MIP6MH_BA].status in (0, 133), "status %d" % p[MIP6MH_BA].status)
    not_intercepted(t)


@case("dereg-silent-unanswered", "10.3.2, 10.4.2", ("virtual",), "afterwards, on a virtual home link: destination unreachable to whoever writes to the home address")
def unreachable_after(t):
    t.register()
    t.unregister()
    e = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", having(ICMPv6DestUnreach))
    t.fields(e[IPv6], dst=t.cn)
    t.fields(e[ICMPv6DestUnreach], code=3)


@case("home-without-option", "10.3.2, 9.5.4", REAL, "from the home link, the home address as source, no option: acknowledged to the node's link-layer address without a routing header and without asking for it")
def home_without_option(t):
    t.register()
    t.fields(at_home(t), status=0, mhtime=0)
    not_intercepted(t)


@case("home-with-option", "10.3.2, 9.5.4", REAL, "from the home link with the option and the home address as source: likewise")
def home_with_option(t):
    t.register()
    t.fields(at_home(t, hao=True), status=0, mhtime=0)
    not_intercepted(t)


@case("home-unknown", "10.3.2", REAL, "a node at home without a registration: 133, to its link-layer address")
def home_unknown(t):
    t.fields(at_home(t), status=133, mhtime=0)


@case("home-old-sequence", "10.3.2, 9.5.1", REAL, "a node at home with an old number: 135, to its link-layer address, still intercepted")
def home_old_sequence(t):
    t.register(seq=9)
    t.fields(at_home(t, seq=8), status=135, seq=9)
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"still away", tunnelled(t.coa))


@case("home-delivered", "10.3.2, 10.4.1", REAL, "after the return packets from elsewhere go to the node itself, at once")
def home_delivered(t):
    t.register()
    at_home(t)
    p = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"welcome home", lambda p: UDP in p and p[IPv6].dst == t.hoa)
    t.equal("link-layer destination", p.dst, t.mac(1))


@case("home-leaves-again", "10.3.1, 10.3.2", REAL, "away again after the return: registered anew, intercepted, defended")
def home_leaves_again(t):
    t.register()
    at_home(t)
    t.register()
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa))
    t.solicit()
    t.wait(lambda p: ICMPv6ND_NA in p and p[ICMPv6ND_NA].tgt == t.hoa and p[ICMPv6ND_NA].S == 1)


@case("home-probes-own", "11.5.5, 10.4.1", REAL, "a node unsure of its state probes its own home address from the home link: defended as against anybody")
def home_probes_own(t):
    t.register()
    since = t.mark()
    t.solicit(src="::", option=False, i=1)
    t.home_marker()
    t.that(t.came(lambda p: ICMPv6ND_NA in p and p[ICMPv6ND_NA].tgt == t.hoa and p[IPv6].dst == "ff02::1" and p[ICMPv6ND_NA].S == 0 and p[ICMPv6ND_NA].O == 0, since), "not defended")


@case("home-linklocal", "9.5.1, 10.3.2", REAL, "a de-registration without the option from a link-local source: no unicast routable home address, silence")
def home_linklocal(t):
    t.register(flags="AHL")
    p = IPv6(src=t.linklocal(), dst=t.agent) / MIP6MH_BU(flags="AH", seq=50, mhtime=0)
    t.silence(p, port="home", mac=t.mac(1), answer=having(MIP6MH_BA))
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"still away", tunnelled(t.coa))


@case("revoked", "9.6 (an exception, docs/rfc6275.md)", BOTH, "the operator takes a binding away: neither intercepted nor defended; the node's next update is a fresh registration")
def revoked(t):
    t.register(seq=100)
    t.place.revoke(t.hoa)
    not_intercepted(t)
    if t.real:
        t.unanswered()
    t.register(seq=7)
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"again", tunnelled(t.coa))
