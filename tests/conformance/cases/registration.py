# SPDX-License-Identifier: BSD-3-Clause
"""§9.5.1, §9.5.4, §10.3.1, §6.1.7, §6.1.8: registering and registering again."""
from case import BOTH, REAL, ba_of, case, having, refused, tunnelled
from packets import *  # noqa: F403
from place import CORE, DEPRECATED, ENDING, HOME_AGENTS_ANYCAST, SHORT, SHORT_PREFERRED_S, SHORT_S


def alternate(a):
    return [MIP6OptAltCoA(acoa=a)]


def bound(t, coa, hoa=None, **more):
    """The binding that the program shows, and that its tunnel leads there."""
    b = t.place.binding(hoa or t.hoa)
    t.that(b is not None, "no binding")
    t.equal("care-of address", b["care_of_address"], coa)
    t.equal("state", b["state"], "valid")
    for k, v in more.items():
        t.equal(k, b[k], v)
    p = t.ask(IPv6(src=t.cn, dst=hoa or t.hoa) / UDP(dport=7) / b"bound", tunnelled(coa))
    t.equal("inner destination", p[IPv6].payload[IPv6].dst, hoa or t.hoa)
    return p


def nothing_changed(t, before):
    after = t.place.binding(t.hoa) or {}
    for k in ("care_of_address", "sequence", "state", "lifetime_s"):
        t.equal(k, after.get(k), (before or {}).get(k))


@case("reg-first", "10.3.1, 9.5.4, 6.1.8", BOTH, "first registration: acknowledged to the care-of address by a type 2 routing header, status 0, sequence copied, K clear, no refresh advice beyond the lifetime; bound and tunnelled to")
def first(t):
    a = t.ask(t.bu(seq=40000, life=300), ba_of(t.hoa))
    b = t.acknowledged(a, 0, seq=40000, life=300)
    t.that(a[IPv6].hlim > 1, "hop limit")
    t.equal("advice not below the lifetime", [o for o in b.options if isinstance(o, MIP6OptBRAdvice) and o.rinter >= b.mhtime], [])
    bound(t, t.coa, sequence=40000, lifetime_s=300)


@case("reg-a-clear", "10.3.1", BOTH, "A bit clear: a home registration is acknowledged all the same")
def a_clear(t):
    t.register(flags="H")


@case("reg-refresh", "10.3.1, 9.5.1", BOTH, "refresh at the same care-of address: one acknowledgement, its sequence number stored")
def refresh(t):
    t.register(seq=5)
    since = t.mark()
    t.register(seq=6)
    t.marker()
    t.equal("acknowledgements", len(t.came(ba_of(t.hoa), since)), 1)
    bound(t, t.coa, sequence=6)


@case("reg-refresh-no-dad", "10.3.1", REAL, "refresh and move: no second duplicate address detection")
def refresh_no_dad(t):
    t.register()
    since = t.mark()
    t.register()
    t.register(coa=t.coa2)
    t.equal("solicitations", t.came(having(ICMPv6ND_NS, tgt=t.hoa), since), [])


@case("reg-move", "10.3.1, 10.4.2", BOTH, "another care-of address: acknowledged there, the tunnel follows, nothing goes to the old one")
def move(t):
    t.register()
    t.register(coa=t.coa2)
    since = t.mark()
    bound(t, t.coa2)
    t.equal("to the old one", t.came(lambda p: p[IPv6].dst == t.coa, since), [])


@case("reg-move-back", "10.3.1", BOTH, "there and back")
def move_back(t):
    for coa in (t.coa, t.coa2, t.coa):
        t.register(coa=coa)
        bound(t, coa)


@case("reg-lifetime-longer", "10.3.1", BOTH, "lifetime extended: acknowledged and stored")
def longer(t):
    t.register(life=40)
    t.register(life=1200)
    bound(t, t.coa, lifetime_s=1200)


@case("reg-lifetime-shorter", "10.3.1", BOTH, "lifetime decreased: acknowledged and stored")
def shorter(t):
    t.register(life=1200)
    t.register(life=40)
    bound(t, t.coa, lifetime_s=40)
    t.that(t.place.binding(t.hoa)["remaining_s"] <= 40, "still expires late")


@case("reg-lifetime-policy", "10.3.1", BOTH, "longer than policy allows: the acknowledgement says what was granted, never more than asked")
def policy(t):
    a = t.ask(t.bu(life=65535 * 4), ba_of(t.hoa))
    t.acknowledged(a, 0, life=3600)


@case("reg-lifetime-least", "10.3.1", BOTH, "the shortest lifetime, 4 s: granted as asked; it ends by itself and the address is no longer intercepted", long=True)
def least(t):
    t.register(life=4)
    bound(t, t.coa)
    gone(t)
    t.register(seq=1)  # no memory of the sequence number: any is accepted


def gone(t, hoa=None):
    """Polls until the program shows no valid binding."""
    end = time.monotonic() + 120
    while (t.place.binding(hoa or t.hoa) or {}).get("state") == "valid":
        t.that(time.monotonic() < end, "still bound")
        time.sleep(0.1)
    t.forget()
    t.send(IPv6(src=t.cn, dst=hoa or t.hoa) / UDP(dport=7) / b"gone")
    t.marker()
    t.equal("tunnelled", t.came(tunnelled(t.coa), t.at - 1), [])


@case("reg-two-at-one", "10.3.1", BOTH, "two home addresses at one care-of address: both bound, both tunnelled to it")
def two_at_one(t):
    for i in (1, 2):
        t.register(hoa=t.home(i))
    for i in (1, 2):
        bound(t, t.coa, hoa=t.home(i))
    t.unregister(hoa=t.home(1))
    bound(t, t.coa, hoa=t.home(2))


@case("reg-beside-home", "10.3.1, 9.5.4", REAL, "from the home link with another address of it as care-of address: acknowledged to the node's link-layer address by a type 2 routing header, tunnelled to there")
def beside_home(t):
    coa, mac = t.neighbor(0x55)
    t.forget()
    t.send(t.bu(coa=coa), port="home", mac=mac)
    a = t.wait(ba_of(t.hoa), port="home")
    t.equal("link-layer destination", a.dst, mac)
    t.acknowledged(a, coa=coa)
    p = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"next door", tunnelled(coa))
    t.equal("link-layer destination", p.dst, mac)


@case("reg-other-address", "10.3.1, 9.5.4, 10.4.2", BOTH, "registered at another address of ours: it is the source of the acknowledgement and of the tunnel")
def other_address(t):
    t.register(ha=t.agent2)
    p = bound(t, t.coa)
    t.equal("source of the tunnel", p[IPv6].src, t.agent2)
    t.register(ha=t.agent)
    t.equal("source of the tunnel", bound(t, t.coa)[IPv6].src, t.agent)


# Sequence numbers.


def sequence(name, meaning, last, tried, accepted):
    @case(name, "9.5.1", BOTH, meaning)
    def judge(t):
        t.register(seq=last)
        b = t.register(0 if accepted else 135, seq=tried)
        t.equal("sequence", b.seq, tried if accepted else last)
        t.equal("stored", t.place.binding(t.hoa)["sequence"], tried if accepted else last)


sequence("seq-equal", "the last number again: 135, with the last accepted number", 100, 100, False)
sequence("seq-one-less", "one less: 135", 100, 99, False)
sequence("seq-half-behind", "32,768 less: 135", 40000, 40000 - 32768, False)
sequence("seq-half-ahead", "32,767 more: accepted", 100, 100 + 32767, True)
sequence("seq-half-ahead-too-far", "32,768 more is 32,768 less: 135", 100, 100 + 32768, False)
sequence("seq-wraps", "65535 and then 0: accepted", 65535, 0, True)
sequence("seq-wraps-half", "65535 and then 32766: accepted", 65535, 32766, True)
sequence("seq-before-zero", "0 and then 65535: 135", 0, 65535, False)
sequence("seq-example-15", "the example of the RFC: 15 and then 32783: 135", 15, 32783, False)
sequence("seq-example-15-newer", "the example of the RFC: 15 and then 32782: accepted", 15, 32782, True)


@case("seq-old-changes-nothing", "9.5.1", BOTH, "135: lifetime, care-of address and sequence number stay")
def old_changes_nothing(t):
    t.register(seq=9, life=400)
    before = t.place.binding(t.hoa)
    t.acknowledged(t.ask(t.bu(seq=9, coa=t.coa2, life=40), ba_of(t.hoa)), 135, coa=t.coa2, seq=9)
    nothing_changed(t, before)
    bound(t, t.coa)


@case("seq-old-deregistration", "9.5.1, 10.3.2", BOTH, "a de-registration with an old number: 135, still bound")
def old_deregistration(t):
    t.register(seq=9)
    t.register(135, seq=9, life=0)
    bound(t, t.coa)


@case("seq-after-restart", "9.5.1, 11.7.3", BOTH, "a restarted node: 135 with our number, and its update with one more is answered at once")
def after_restart(t):
    t.register(seq=50000)
    b = t.register(135, seq=49000)
    t.register(seq=b.seq + 1)


@case("seq-refused-not-stored", "9.5.1", BOTH, "the number of a discarded update (wrong checksum) is not stored")
def refused_not_stored(t):
    t.register(seq=9)
    t.silence(t.bu(seq=20, cksum=0x4242), "mh.bad_checksum")
    t.register(seq=10)


@case("seq-refused-stored", "9.5.1", BOTH, "the number of an update that is valid but refused (a care-of address of ours) is stored: one before it is too old")
def refused_stored(t):
    t.register(seq=10)
    t.acknowledged(t.ask(t.bu(seq=20, options=alternate(t.agent)), ba_of(t.hoa)), 174, seq=20)
    t.equal("sequence", t.register(135, seq=15).seq, 20)
    bound(t, t.coa)
    t.register(seq=21)


@case("seq-per-home-address", "9.5.1", BOTH, "numbers are of one home address each")
def per_home_address(t):
    t.register(seq=1000)
    t.register(hoa=t.home(2), seq=1)


# Care-of addresses.


@case("alt-care-of", "6.2.5, 9.5.1, 9.5.4", BOTH, "Alternate Care-of Address: bound there, acknowledged to the source")
def alt(t):
    a = t.ask(t.bu(options=alternate(t.coa2)), ba_of(t.hoa))
    t.acknowledged(a)
    bound(t, t.coa2)


@case("alt-care-of-same", "6.2.5", BOTH, "Alternate Care-of Address equal to the source: as without")
def alt_same(t):
    t.register(options=alternate(t.coa))
    bound(t, t.coa)


for name, meaning, address in (("multicast", "a multicast", lambda t: "ff0e::c0de"), ("unspecified", "the unspecified", lambda t: "::"), ("loopback", "the loopback", lambda t: "::1"),
                               ("linklocal", "a link-local", lambda t: t.linklocal())):
    refused("alt-care-of-" + name, "6.1.7", BOTH, meaning + " address as alternate care-of address: silence", "bu.coa_not_routable", lambda t, address=address: t.bu(options=alternate(address(t))))


def policy_refuses(name, meaning, address, kinds=BOTH):
    @case(name, "6.1.7, 6.1.8", kinds, meaning + ": 174, and nothing changes")
    def judge(t):
        t.acknowledged(t.ask(t.bu(options=alternate(address(t))), ba_of(t.hoa)), 174)
        t.equal("binding", t.place.binding(t.hoa), None)
        t.register()
        before = t.place.binding(t.hoa)
        t.acknowledged(t.ask(t.bu(options=alternate(address(t))), ba_of(t.hoa)), 174)
        t.equal("care-of address", t.place.binding(t.hoa)["care_of_address"], before["care_of_address"])
        bound(t, t.coa)


policy_refuses("care-of-own", "our own address on the home link as care-of address", lambda t: t.agent)
policy_refuses("care-of-own-other", "our own address on another link as care-of address", lambda t: CORE)
policy_refuses("care-of-anycast", "an anycast address of ours as care-of address", lambda t: t.place.address(0, HOME_AGENTS_ANYCAST))
policy_refuses("care-of-home-address", "the home address itself as care-of address, with a lifetime", lambda t: t.hoa)


@case("care-of-served", "6.1.7, 6.1.8", BOTH, "another home address that we serve as care-of address: 174 (tunnels must not form cycles)")
def served(t):
    t.register(hoa=t.home(2))
    t.acknowledged(t.ask(t.bu(options=alternate(t.home(2))), ba_of(t.hoa)), 174)


@case("care-of-cycle", "6.1.7, 6.1.8", BOTH, "a cycle of two: A at B while B is not served is accepted, then B at A: 174")
def cycle(t):
    a, b = t.home(1), t.home(2)
    t.register(hoa=a, options=alternate(b))
    t.acknowledged(t.ask(t.bu(hoa=b, options=alternate(a)), ba_of(b)), 174, hoa=b)


@case("care-of-cycle-three", "6.1.7, 6.1.8", BOTH, "a cycle of three is refused where it would close")
def cycle_three(t):
    a, b, c = (t.home(i) for i in (1, 2, 3))
    t.register(hoa=a, options=alternate(b))
    t.register(hoa=b, options=alternate(c))
    t.acknowledged(t.ask(t.bu(hoa=c, options=alternate(a)), ba_of(c)), 174, hoa=c)


@case("care-of-home-prefix", "6.1.7", BOTH, "an address of a home prefix that we do not serve, as care-of address: accepted")
def home_prefix(t):
    t.register(options=alternate(t.home(0x55)))


@case("care-of-freed", "6.1.7", BOTH, "174 no longer once the other home address is de-registered")
def freed(t):
    t.register(hoa=t.home(2))
    t.unregister(hoa=t.home(2))
    t.register(options=alternate(t.home(2)))


# Refusals.


@case("reg-not-home-agent", "10.3.1", BOTH, "sent to an address of ours on a link that is no home link: 131")
def not_home_agent(t):
    t.acknowledged(t.ask(t.bu(ha=CORE), ba_of(t.hoa)), 131, ha=CORE)


@case("reg-not-home-subnet", "10.3.1", BOTH, "a home address outside the home prefixes: 132")
def not_home_subnet(t):
    t.register(132, hoa=t.away(7))


@case("reg-not-home-subnet-core", "10.3.1", BOTH, "a home address of another link of ours: 132")
def not_home_subnet_core(t):
    t.register(132, hoa="2001:db8:f::c0de:%x" % t.number)


def refused_address(name, meaning, rest):
    @case(name, "10.3.1, 6.1.8", BOTH, meaning + " as home address: refused with a status of 128 or 129")
    def judge(t):
        hoa = t.place.address(0, rest)
        with t.place.lock("home address " + hoa):
            # Of no case's own: told by the sequence number.
            p = t.ask(t.bu(hoa=hoa, seq=t.number), lambda p: MIP6MH_BA in p and p[MIP6MH_BA].seq == t.number and p[IPv6].dst == t.coa)
            t.that(p[MIP6MH_BA].status in (128, 129), "status %d" % p[MIP6MH_BA].status)
            t.equal("binding", t.place.binding(hoa), None)


refused_address("reg-own-address", "our own address", "1")
refused_address("reg-subnet-router", "the subnet-router anycast address", "")
refused_address("reg-home-agents-anycast", "the Home-Agents anycast address (RFC 2526)", HOME_AGENTS_ANYCAST)

refused("reg-without-option", "10.3.1", BOTH, "no Home Address option, with a lifetime: silence", "bu.hoa_invalid", lambda t: t.bu(hoa=t.coa, hao=False), bound=False)
refused("reg-nonces", "9.5.1", BOTH, "H together with nonce indices: silence", "bu.nonces_with_home", lambda t: t.bu(options=[MIP6OptNonceIndices(olen=4, hni=1, coni=1)]))
refused("reg-correspondent", "9.5.1", BOTH, "H clear without nonce indices: silence", "mh.bu_in", lambda t: t.bu(flags="A"), bound=False)


@case("reg-type-change", "9.5.1", BOTH, "H clear and unproved where a home registration exists: silence, the registration stays")
def type_change(t):
    t.register()
    for life in (15, 0):
        since = t.mark()
        t.send(t.bu(flags="A", life=life))
        t.marker()
        t.equal("answers", t.came(having(MIP6MH_BA), since), [])
        bound(t, t.coa)


@case("reg-type-change-other-address", "9.5.1, 9.1", BOTH, "H clear to another address of ours, whose cache is its own: no 139")
def type_change_other_address(t):
    t.register()
    since = t.mark()
    t.send(t.bu(flags="A", ha=t.agent2))
    t.marker()
    t.equal("139", t.came(having(MIP6MH_BA, status=139), since), [])
    bound(t, t.coa)


@case("reg-k-cleared", "10.3.1, 6.1.8", BOTH, "K set: cleared in the acknowledgement where keys are not dynamic")
def k_cleared(t):
    t.register(flags="AHK")
    t.unregister(flags="AHK")


@case("reg-l-virtual", "10.3.1", ("virtual",), "L on a virtual home link: accepted at once, no wire to defend anything on")
def l_virtual(t):
    t.register(flags="AHL")


@case("reg-no-dad-virtual", "10.3.1", ("virtual",), "first registration on a virtual home link: answered before a marker sent behind")
def no_dad_virtual(t):
    since = t.mark()
    t.send(t.bu())
    t.marker()
    # The marker may overtake within the program (it is of another class), but never by a second.
    t.wait(ba_of(t.hoa)) if not t.came(ba_of(t.hoa), since) else None


@case("reg-source-multicast", "9.5.4", BOTH, "an update from a multicast source: silence")
def source_multicast(t):
    t.silence(t.bu(coa="ff0e::c0de"), "drop.source")
    t.equal("binding", t.place.binding(t.hoa), None)


@case("reg-source-unspecified", "9.5.4", BOTH, "an update from the unspecified address: silence")
def source_unspecified(t):
    since = t.mark()
    t.send(t.bu(coa="::"))
    t.marker()
    t.equal("answers", t.came(having(MIP6MH_BA), since), [])
    t.equal("binding", t.place.binding(t.hoa), None)


# Prefix lifetimes.


@case("prefix-deprecated", "10.3.1", BOTH, "a deprecated prefix: status 1, the lifetime as asked")
def deprecated(t):
    hoa = t.home(1, DEPRECATED)
    t.acknowledged(t.ask(t.bu(hoa=hoa, life=400), ba_of(hoa)), 1, hoa=hoa, life=400)


@case("prefix-deprecated-within", "10.3.1", BOTH, "a prefix that is deprecated before the binding ends: status 1, the lifetime not shortened by it")
def deprecated_within(t):
    hoa = t.home(1, SHORT)
    t.acknowledged(t.ask(t.bu(hoa=hoa, life=SHORT_PREFERRED_S), ba_of(hoa)), 1, hoa=hoa, life=SHORT_PREFERRED_S)


@case("prefix-preferred", "10.3.1", BOTH, "a prefix that outlives the binding: status 0")
def preferred(t):
    hoa = t.home(1, SHORT)
    t.acknowledged(t.ask(t.bu(hoa=hoa, life=SHORT_PREFERRED_S - 300), ba_of(hoa)), 0, hoa=hoa, life=SHORT_PREFERRED_S - 300)


@case("prefix-valid-caps", "10.3.1", BOTH, "longer than the prefix is valid: cut to what is left of it in units of 4 s, status 1 (invalid at the end of the lifetime)")
def valid_caps(t):
    hoa = t.home(1, SHORT)
    before = time.monotonic() - t.place.up
    b = t.acknowledged(t.ask(t.bu(hoa=hoa, life=3600), ba_of(hoa)), 1, hoa=hoa)
    after = time.monotonic() - t.place.began
    t.that(SHORT_S - after - 4 <= b.mhtime * 4 <= SHORT_S - before, "granted %d s after %d to %d s of %d" % (b.mhtime * 4, before, after, SHORT_S))


@case("prefix-ends", "10.3.1", BOTH, "the valid lifetime of the prefix ends: the binding with it, and then 132", long=True)
def ends(t):
    hoa = t.home(1, ENDING)
    p = t.ask(t.bu(hoa=hoa, life=3600), ba_of(hoa))
    t.acknowledged(p, 1, hoa=hoa)
    gone(t, hoa)
    t.acknowledged(t.ask(t.bu(hoa=hoa), ba_of(hoa)), 132, hoa=hoa)


@case("reg-to-anycast", "10.3.1, 10.5", BOTH, "an update to the Home-Agents anycast address: never acknowledged as accepted, nothing bound")
def to_anycast(t):
    t.silence(t.bu(ha=t.place.address(0, HOME_AGENTS_ANYCAST)), "control.ignored", answer=having(MIP6MH_BA, status=0))
    t.equal("binding", t.place.binding(t.hoa), None)
