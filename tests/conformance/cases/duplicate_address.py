# SPDX-License-Identifier: BSD-3-Clause
"""§10.3.1: duplicate address detection on the home link on a mobile node's behalf."""
from case import REAL, advertised, ba_of, case, having, tunnelled
from packets import *  # noqa: F403


def group_of(address):
    return socket.inet_ntop(socket.AF_INET6, in6_getnsma(socket.inet_pton(socket.AF_INET6, address)))


def group_mac(address):
    return in6_getnsmac(socket.inet_pton(socket.AF_INET6, group_of(address)))


def probe_of(target):
    def probe(p):
        return ICMPv6ND_NS in p and p[ICMPv6ND_NS].tgt == target and p[IPv6].src == "::"
    return probe


def probed(t, *updates, target=None):
    """Sends the updates; the probe that must follow."""
    t.forget()
    t.send(*updates)
    return t.wait(probe_of(target or t.hoa), port="home")


def collide_na(t, target, i=0x81, **fields):
    """Another node's advertisement of the address."""
    na = dict(R=0, S=0, O=1)
    na.update(fields)
    t.send(IPv6(src=target, dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=target, **na) / ICMPv6NDOptDstLLAddr(lladdr=t.mac(i)), port="home", mac=t.mac(i), to="33:33:00:00:00:01")


def collide_ns(t, target, i=0x81, options=b"", src="::"):
    """Another node's probe of the address."""
    p = IPv6(src=src, dst=group_of(target), hlim=255) / ICMPv6ND_NS(tgt=target)
    t.send(p / Raw(options) if options else p, port="home", mac=t.mac(i), to=group_mac(target))


def refused(t, collide, hoa=None, flags="AH", target=None):
    """134 on a collision, and no trace: nothing bound, nothing defended."""
    hoa = hoa or t.hoa
    probed(t, t.bu(flags=flags), target=target)
    collide(target or hoa)
    t.acknowledged(t.wait(ba_of(hoa)), 134)
    t.equal("binding", t.place.binding(hoa), None)
    t.unanswered(hoa)
    if "L" in flags:
        t.unanswered(t.linklocal())


@case("dad-probe", "10.3.1, RFC 4862 5.4.2", REAL, "before the acknowledgement one probe: from ::, to the solicited-node group, hop limit 255, no link-layer address option; then the announcement, then the acknowledgement")
def probe(t):
    since = t.mark()
    p = probed(t, t.bu())
    t.equal("link-layer destination", p.dst, group_mac(t.hoa))
    t.equal("link-layer source", p.src, t.place.program_mac["home"])
    t.fields(p[IPv6], dst=group_of(t.hoa), hlim=255)
    t.fields(p[ICMPv6ND_NS], code=0, tgt=t.hoa)
    t.that(ICMPv6NDOptSrcLLAddr not in p, "a source link-layer address in a probe")
    t.equal("acknowledged before", t.came(ba_of(t.hoa), since), [])
    t.acknowledged(t.wait(ba_of(t.hoa)))
    t.equal("probes", len(t.came(probe_of(t.hoa), since)), 1)


@case("dad-no-defence-before", "10.3.1, 10.4.1", REAL, "while it is tested the address is neither announced, nor defended, nor intercepted")
def no_defence_before(t):
    since = t.mark()
    probed(t, t.bu())
    t.solicit(i=0x82)
    t.send(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"early")
    t.home_marker(0x8e)
    t.marker()
    if t.came(ba_of(t.hoa), since):
        return  # the second was over before our questions were in: nothing to judge
    t.equal("advertisements", t.came(advertised(t.hoa, solicited=None), since), [])
    t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])
    t.acknowledged(t.wait(ba_of(t.hoa)))


@case("dad-state-shown", "10.3.1", REAL, "the program shows the test under way")
def state_shown(t):
    probed(t, t.bu())
    b = t.place.binding(t.hoa)
    t.that(b and b["state"] in ("probing", "valid"), b)
    t.acknowledged(t.wait(ba_of(t.hoa)))
    t.equal("state", t.place.binding(t.hoa)["state"], "valid")


@case("dad-collision-na", "10.3.1, RFC 4862 5.4.4", REAL, "another node advertises the address during the test: 134, no trace")
def collision_na(t):
    refused(t, lambda a: collide_na(t, a))


@case("dad-collision-na-override", "10.3.1, RFC 4862 5.4.4", REAL, "an advertisement with Override 0: 134 too")
def collision_na_override(t):
    refused(t, lambda a: collide_na(t, a, O=0))


@case("dad-collision-ns", "10.3.1, RFC 4862 5.4.3", REAL, "another node probes the address at the same time: 134")
def collision_ns(t):
    refused(t, lambda a: collide_ns(t, a))


@case("dad-collision-ns-nonce", "10.3.1, RFC 7527 4.2", REAL, "a probe with another nonce: 134")
def collision_ns_nonce(t):
    refused(t, lambda a: collide_ns(t, a, options=b"\x0e\x01\xc0\xde\xc0\xde\xc0\xde"))


@case("dad-collision-late", "10.3.1, RFC 4862 5.4.5", REAL, "a collision shortly before the end of the test: 134")
def collision_late(t):
    probed(t, t.bu())
    time.sleep(0.7)
    since = t.mark()
    collide_na(t, t.hoa)
    p = t.seen(ba_of(t.hoa), 0)
    if p[MIP6MH_BA].status == 0:
        t.that(t.came(ba_of(t.hoa)) and since, "no answer")  # this machine was too slow: the test was over before
    else:
        t.acknowledged(p, 134)


@case("dad-looped-back", "RFC 7527 4.2", REAL, "our own probe, come back to us: no collision")
def looped_back(t):
    p = probed(t, t.bu())
    t.send(p[IPv6], port="home", mac=t.mac(0x81), to=p.dst)
    t.acknowledged(t.wait(ba_of(t.hoa)))


@case("dad-resolution-is-none", "RFC 4862 5.4.3", REAL, "somebody who looks for the address (a solicitation with a source) is no collision")
def resolution_is_none(t):
    probed(t, t.bu())
    collide_ns(t, t.hoa, src=t.home(0x82), options=b"\x01\x01" + bytes(6))
    t.acknowledged(t.wait(ba_of(t.hoa)))


@case("dad-invalid-is-none", "RFC 4861 7.1.2, 7.1.1", REAL, "an advertisement or probe with hop limit 64, or an advertisement to all nodes with Solicited 1, is no collision")
def invalid_is_none(t):
    probed(t, t.bu())
    t.send(IPv6(src=t.hoa, dst="ff02::1", hlim=64) / ICMPv6ND_NA(tgt=t.hoa, R=0, S=0, O=1), port="home", mac=t.mac(0x81), to="33:33:00:00:00:01")
    collide_na(t, t.hoa, S=1)
    t.send(IPv6(src="::", dst=group_of(t.hoa), hlim=64) / ICMPv6ND_NS(tgt=t.hoa), port="home", mac=t.mac(0x81), to=group_mac(t.hoa))
    t.acknowledged(t.wait(ba_of(t.hoa)))


@case("dad-other-link-is-none", "10.3.1", REAL, "an advertisement of the address on another link is no collision")
def other_link_is_none(t):
    probed(t, t.bu())
    t.send(IPv6(src=t.hoa, dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=t.hoa, R=0, S=0, O=1), port="core", to="33:33:00:00:00:01")
    t.acknowledged(t.wait(ba_of(t.hoa)))


@case("dad-again-after-134", "10.3.1", REAL, "after 134 the same update again, nobody in the way: accepted, any sequence number")
def again_after(t):
    probed(t, t.bu(seq=500))
    collide_na(t, t.hoa)
    t.acknowledged(t.wait(ba_of(t.hoa)), 134)
    t.register(seq=3)


@case("dad-second-update", "10.3.1", REAL, "another update of the node during the test: one answer, with the newest number, bound where the newest says; one probe")
def second_update(t):
    since = t.mark()
    probed(t, t.bu(seq=1))
    t.send(t.bu(seq=2, coa=t.coa2))
    a = t.wait(ba_of(t.hoa))
    if a[MIP6MH_BA].seq == 1:
        a = t.wait(ba_of(t.hoa))  # the test was over before the second came
    else:
        t.equal("answers", len(t.came(ba_of(t.hoa), since)), 1)
    t.acknowledged(a, coa=t.coa2, seq=2)
    t.marker()
    t.equal("probes", len(t.came(probe_of(t.hoa), since)), 1)
    t.equal("care-of address", t.place.binding(t.hoa)["care_of_address"], t.coa2)


@case("dad-repeated-update", "10.3.1, 11.8", REAL, "the same update again during the test: one answer")
def repeated_update(t):
    since = t.mark()
    probed(t, t.bu(seq=7), t.bu(seq=7))
    t.acknowledged(t.wait(ba_of(t.hoa)), seq=7)
    t.marker()
    later = [p for p in t.came(ba_of(t.hoa), since) if p[MIP6MH_BA].status < 128]
    t.equal("acceptances", len(later), 1)


@case("dad-older-update", "10.3.1, 9.5.1", REAL, "an older update during the test changes nothing: the answer is to the newer")
def older_update(t):
    probed(t, t.bu(seq=9))
    t.send(t.bu(seq=8, coa=t.coa2))
    t.acknowledged(t.wait(lambda p: ba_of(t.hoa)(p) and p[MIP6MH_BA].status < 128), seq=9)
    t.equal("care-of address", t.place.binding(t.hoa)["care_of_address"], t.coa)


@case("dad-given-up", "10.3.1, 10.3.2", REAL, "a de-registration during the test: answered with 0 or 133, nothing bound, nothing defended")
def given_up(t):
    probed(t, t.bu())
    a = t.ask(t.bu(life=0), lambda p: ba_of(t.hoa)(p) and p[MIP6MH_BA].seq == 2)
    t.that(a[MIP6MH_BA].status in (0, 133), a[MIP6MH_BA].status)
    t.that((t.place.binding(t.hoa) or {"state": "gone"})["state"] != "valid", "bound")
    t.unanswered()


@case("dad-refused-first", "10.3.1", REAL, "an update that is refused for another reason is not tested: the answer without a probe")
def refused_first(t):
    since = t.mark()
    t.register(132, hoa=t.away(7))
    t.acknowledged(t.ask(t.bu(options=[MIP6OptAltCoA(acoa=t.agent)]), ba_of(t.hoa)), 174)
    t.equal("probes", t.came(lambda p: ICMPv6ND_NS in p, since), [])


@case("dad-parallel", "10.3.1", REAL, "20 nodes at once are tested side by side: all probes before the first answer")
def parallel(t):
    since = t.mark()
    homes = [t.home(i) for i in range(1, 21)]
    t.send(*[t.bu(hoa=h) for h in homes])
    for _ in homes:
        t.wait(lambda p: MIP6MH_BA in p and p[MIP6MH_BA].status == 0)
    with t.box.more:
        order = [("probe" if ICMPv6ND_NS in p else "answer") for p in (Ether(d) for _, d in t.box.letters[since:]) if ICMPv6ND_NS in p and p[IPv6].src == "::" or MIP6MH_BA in p]
    t.equal("probes", order.count("probe"), 20)
    t.that("answer" not in order[:20], "an answer before the last probe: %s" % order)


# L: the derived link-local address too.


@case("dad-l-probes-both", "10.3.1", REAL, "L: home address and derived link-local address are tested, then both announced")
def l_probes_both(t):
    t.send(t.bu(flags="AHL"))
    since = 0
    t.acknowledged(t.wait(ba_of(t.hoa)))
    for a in (t.hoa, t.linklocal()):
        t.equal("probes of " + a, len(t.came(probe_of(a), since)), 1)
        t.fields(t.seen(advertised(a, solicited=0))[IPv6], dst="ff02::1")
    t.that("link-local" in t.place.binding(t.hoa)["flags"], "not shown")


@case("dad-l-clear", "10.3.1", REAL, "L clear: the link-local address is neither tested nor announced nor defended")
def l_clear(t):
    since = t.mark()
    t.register()
    t.unanswered(t.linklocal())
    t.equal("about it", t.came(lambda p: p[IPv6].src == "::" and ICMPv6ND_NS in p and p[ICMPv6ND_NS].tgt == t.linklocal() or advertised(t.linklocal(), solicited=None)(p), since), [])


@case("dad-l-collision", "10.3.1", REAL, "L: a collision of the link-local address alone: the whole update is refused with 134")
def l_collision(t):
    refused(t, lambda a: collide_na(t, a), flags="AHL", target=t.linklocal())


@case("dad-l-collision-ns", "10.3.1", REAL, "L: another node probes the link-local address: 134")
def l_collision_ns(t):
    refused(t, lambda a: collide_ns(t, a), flags="AHL", target=t.linklocal())


@case("dad-l-later", "10.3.1", REAL, "a refresh with L where there was none: only the link-local address is tested, then defended")
def l_later(t):
    t.register()
    since = t.mark()
    t.register(flags="AHL")
    t.equal("probes of the home address", t.came(probe_of(t.hoa), since), [])
    t.equal("probes of the link-local address", len(t.came(probe_of(t.linklocal()), since)), 1)
    t.solicit(t.linklocal())
    t.wait(advertised(t.linklocal()))


@case("dad-l-later-collision", "10.3.1", REAL, "a refresh with L whose link-local address collides: 134, and the binding of before goes on")
def l_later_collision(t):
    t.register()
    probed(t, t.bu(flags="AHL"), target=t.linklocal())
    collide_na(t, t.linklocal())
    t.acknowledged(t.wait(ba_of(t.hoa)), 134)
    t.equal("state", t.place.binding(t.hoa)["state"], "valid")
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa))
    t.unanswered(t.linklocal())


@case("dad-l-withdrawn", "10.3.1", REAL, "a refresh without L: the link-local address is no longer defended, the home address is")
def l_withdrawn(t):
    t.register(flags="AHL")
    t.register()
    t.unanswered(t.linklocal())
    t.solicit()
    t.wait(advertised(t.hoa))


@case("dad-l-claimed", "10.3.1", REAL, "L: the same interface identifier under two home prefixes: the second is refused with 134")
def l_claimed(t):
    from place import SHORT
    t.register(flags="AHL")
    hoa = t.home(1, SHORT)
    t.acknowledged(t.ask(t.bu(hoa=hoa, flags="AHL", life=100), ba_of(hoa)), 134, hoa=hoa)
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa))


@case("dad-l-deregistered", "10.3.2", REAL, "L: after de-registration neither address is defended")
def l_deregistered(t):
    t.register(flags="AHL")
    t.unregister()
    t.unanswered()
    t.unanswered(t.linklocal())
