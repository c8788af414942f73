# SPDX-License-Identifier: BSD-3-Clause
"""§10.4.2, §10.4.3: what a node away listens to, asked and answered through its tunnel (RFC 3810, RFC 2710), and multicast to and from it."""
import time

from case import BOTH, CEILING_S, REAL, Ether, Failed, case, refused, tunnelled
from packets import *  # noqa: F403

TO_IN, TO_EX, ALLOW, BLOCK = 3, 4, 5, 6


def group(t, i=1, scope="e"):
    return "ff0%s::c0de:%x:%x" % (scope, t.number, i)


def record(t, kind=TO_EX, to=None, sources=()):
    return ICMPv6MLDMultAddrRec(rtype=kind, dst=to or group(t), sources=list(sources))


def says(t, message, dst="ff02::16", src=None, hlim=1, alert=True, coa=None, ha=None):
    """A listener's message in the tunnel."""
    hop = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)] if alert else [PadN(optdata=b"\0" * 4)])
    return IPv6(src=coa or t.coa, dst=ha or t.agent, nh=41) / IPv6(src=src or t.linklocal(), dst=dst, hlim=hlim) / hop / message


def report(t, *records, **k):
    return says(t, ICMPv6MLReport2(records=list(records) or [record(t)]), **k)


def groups(t, hoa=None):
    return {g["address"]: (g["mode"], g["sources"]) for g in (t.place.binding(hoa or t.hoa) or {}).get("groups", [])}


def listens(t, want, hoa=None):
    """The program knows just these, sooner or later."""
    end = time.monotonic() + CEILING_S
    while groups(t, hoa) != want:
        if time.monotonic() > end:
            raise Failed("it listens to %r, not %r" % (groups(t, hoa), want))
        time.sleep(0.02)


def joined(t, *records, **k):
    """Registered, and listening as reported."""
    t.register(**k)
    t.send(report(t, *records, coa=k.get("coa")))
    listens(t, {group(t): ("exclude", [])} if not records else {r.dst: ("exclude" if r.rtype in (2, TO_EX) else "include", list(r.sources)) for r in records}, k.get("hoa"))


def data(t, src, to=None, hlim=9, text=b"to whom it may concern"):
    return IPv6(src=src, dst=to or group(t), hlim=hlim) / UDP(sport=5, dport=6) / text


def speaker(t):
    """Sends a multicast packet that those away may hear: from a host on the home link, or on a virtual one from another node that is away."""
    if t.real:
        def speak(to=None, hlim=9, text=b"to whom it may concern"):
            p = data(t, t.home(0x80), to, hlim, text)
            t.send(p, port="home", mac=t.mac(0x80), to="33:33:" + ":".join("%02x" % b for b in bytes(p)[36:40]))
        return speak, t.home(0x80)
    t.register(hoa=t.home(9), coa=t.away(9))

    def speak(to=None, hlim=9, text=b"to whom it may concern"):
        t.send(IPv6(src=t.away(9), dst=t.agent, nh=41) / data(t, t.home(9), to, hlim, text))
    return speak, t.home(9)


def hears(t, speak, src, coa=None, to=None):
    """Sent, and heard through the tunnel."""
    t.forget()
    speak(to)
    p = t.wait(tunnelled(coa or t.coa, lambda i: i.dst == (to or group(t))))
    t.fields(p[IPv6], src=t.agent)
    t.fields(p[IPv6].payload, src=src, hlim=8, plen=8 + 22)
    return p


def deaf(t, speak, silent, coa=None):
    """What comes after it is heard by another, and nothing went to this one."""
    since = t.mark()
    silent()
    t.marker()
    t.equal("tunnelled", [p.summary() for p in t.came(tunnelled(coa or t.coa, lambda i: i.dst.startswith("ff")), since)], [])


def asked(t, coa=None, n=0):
    """The n-th general query that came for the node: its inner packet."""
    end = time.monotonic() + CEILING_S
    with t.box.more:
        while True:
            found = [p for p in (Ether(d) for _, d in t.box.queries) if p[IPv6].dst == (coa or t.coa)]
            if len(found) > n:
                return found[n]
            if not t.box.more.wait(end - time.monotonic()):
                raise Failed("no general query")


@case("mc-query", "10.4.3, RFC 3810 5.1", BOTH, "a node that has registered is asked through its tunnel: link-local source, hop limit 1, router alert, general, version 2")
def query(t):
    t.register()
    p = asked(t)
    inner = p[IPv6].payload
    t.fields(p[IPv6], src=t.agent, dst=t.coa)
    t.that(inner.src.startswith("fe80:"), "source " + inner.src)
    t.fields(inner, dst="ff02::1", hlim=1, nh=0)
    t.fields(inner[RouterAlert], value=0)
    t.fields(inner[ICMPv6MLQuery2], mladdr="::", S=0, QRV=2, QQIC=125, sources_number=0)
    t.equal("checksum", in6_chksum(58, IPv6(src=inner.src, dst=inner.dst), bytes(inner[ICMPv6MLQuery2])), 0)


@case("mc-query-again", "10.4.3, RFC 3810 9.6", BOTH, "it is asked a second time after a quarter of the query interval", long=True)
def query_again(t):
    t.register()
    asked(t, n=1)


@case("mc-listen", "10.4.2, 10.4.3", BOTH, "a group that the node has reported is tunnelled to it, hop limit less one, its source untouched")
def listen(t):
    speak, src = speaker(t)
    joined(t)
    hears(t, speak, src)


@case("mc-home-link", "10.4.3", REAL, "the home agent reports the group on the home link, and takes it back with the last listener", long=True)
def home_link(t):
    def reported(kinds):
        return lambda p: ICMPv6MLReport2 in p and any(r.dst == group(t) and r.rtype in kinds for r in p[ICMPv6MLReport2].records)

    joined(t)
    p = t.wait(reported((2, TO_EX)), port="home")
    t.that(p[IPv6].src.startswith("fe80:") and p[IPv6].hlim == 1 and RouterAlert in p, p.summary())
    t.unregister()
    t.wait(reported((TO_IN,)), port="home")


def told(t, *want):
    """A report on the home link with just these records of the case's groups: (type, group, sources)."""
    def report_of_it(p):
        found = [(r.rtype, r.dst, sorted(r.sources)) for r in p[ICMPv6MLReport2].records if r.dst in {g for _, g, _ in want}] if ICMPv6MLReport2 in p else []
        return sorted(found) == sorted((k, g, sorted(s)) for k, g, s in want)
    p = t.wait(report_of_it, port="home")
    t.that(p[IPv6].src.startswith("fe80:") and p[IPv6].dst == "ff02::16" and p[IPv6].hlim == 1 and RouterAlert in p, p.summary())


def specific(t):
    return "ff3e::c0de:%x:0" % t.number


@case("mc-home-sources", "10.4.3, RFC 4605 4.1, RFC 3810 6.1", REAL, "sources are reported on the home link as the nodes want them together: allowed, blocked, all but", long=True)
def home_sources(t):
    s1, s2, s3 = t.home(0x81), t.home(0x82), t.home(0x83)
    t.register()
    t.register(hoa=t.home(2), coa=t.coa2)
    t.send(report(t, record(t, ALLOW, specific(t), [s1])))
    told(t, (ALLOW, specific(t), [s1]))
    t.send(report(t, record(t, ALLOW, specific(t), [s2]), coa=t.coa2))
    told(t, (ALLOW, specific(t), [s2]))
    t.send(report(t, record(t, TO_EX, sources=[s1, s3])), report(t, record(t, ALLOW, sources=[s1]), coa=t.coa2))
    told(t, (TO_EX, group(t), [s3]))
    t.unregister(hoa=t.home(2), coa=t.coa2)
    told(t, (BLOCK, specific(t), [s2]))


@case("mc-home-asked", "10.4.3, RFC 3810 6.3", REAL, "a querier of the home link that asks about sources is answered about these", long=True)
def home_asked(t):
    s1, s2, s3 = t.home(0x81), t.home(0x82), t.home(0x83)
    t.register()
    t.send(report(t, record(t, ALLOW, specific(t), [s1, s2])))
    told(t, (ALLOW, specific(t), [s1, s2]))
    hop = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    t.send(IPv6(src=t.linklocal(), dst=specific(t), hlim=1) / hop / ICMPv6MLQuery2(mladdr=specific(t), mrd=100, sources=[s2, s3]), port="home", to="33:33:" + ":".join("%02x" % b for b in socket.inet_pton(socket.AF_INET6, specific(t))[12:]))
    told(t, (1, specific(t), [s2]))


@case("mc-specific", "RFC 4604 3.1, 3.5", BOTH, "a source-specific group is not listened to without sources, whatever version the report has")
def specific_group(t):
    t.register()
    t.refusal("mld.specific", [report(t, record(t, TO_EX, specific(t))), says(t, ICMPv6MLReport(mladdr=specific(t)), dst=specific(t))], count=2)
    t.equal("groups", groups(t), {})
    t.send(report(t, record(t, ALLOW, specific(t), [t.home(0x81)])))
    listens(t, {specific(t): ("include", [t.home(0x81)])})


@case("mc-version-1", "10.4.3, RFC 3810 8.3.2", BOTH, "version 1 report and done are understood", long=True)
def version_1(t):
    t.register()
    t.send(says(t, ICMPv6MLReport(mladdr=group(t)), dst=group(t)))
    listens(t, {group(t): ("exclude", [])})
    t.send(says(t, ICMPv6MLDone(mladdr=group(t)), dst="ff02::2"))
    listens(t, {})


@case("mc-sources", "10.4.3, RFC 3810 7.3", BOTH, "of a group only the sources wanted are tunnelled, or all but those not wanted")
def sources(t):
    speak, src = speaker(t)
    joined(t, record(t, ALLOW, sources=[src]), record(t, ALLOW, group(t, 2), [t.home(0x81)]), record(t, TO_EX, group(t, 3), [src]), record(t, TO_EX, group(t, 4), [t.home(0x81)]))
    for i in (2, 3):
        deaf(t, speak, lambda: speak(group(t, i)))
    for i in (1, 4):
        hears(t, speak, src, to=group(t, i))


@case("mc-leave", "10.4.3, RFC 3810 7.4.2", BOTH, "who leaves is asked about the group twice, a second apart; without an answer nothing is tunnelled any more", long=True)
def leave(t):
    speak, src = speaker(t)
    joined(t)
    t.forget()
    t.send(report(t, record(t, TO_IN)))
    for _ in range(2):
        p = t.wait(tunnelled(t.coa, lambda i: i.dst == group(t)))
        t.fields(p[IPv6].payload, hlim=1)
        t.fields(p[ICMPv6MLQuery2], mladdr=group(t), mrd=1000, S=0, sources_number=0)
    listens(t, {})
    deaf(t, speak, speak)


@case("mc-leave-answered", "10.4.3, RFC 3810 7.4.2", BOTH, "who still listens when asked goes on listening", long=True)
def leave_answered(t):
    speak, src = speaker(t)
    joined(t)
    t.forget()
    t.send(report(t, record(t, TO_IN)))
    t.wait(tunnelled(t.coa, lambda i: i.dst == group(t)))
    t.send(report(t, record(t, 2)))
    p = t.wait(tunnelled(t.coa, lambda i: i.dst == group(t)))
    t.fields(p[ICMPv6MLQuery2], mladdr=group(t), S=1)
    time.sleep(3)
    t.equal("groups", groups(t), {group(t): ("exclude", [])})
    hears(t, speak, src)


@case("mc-move", "10.4.3", BOTH, "what is listened to moves with the node; a report from the old care-of address is nobody's")
def move(t):
    speak, src = speaker(t)
    joined(t)
    t.register(coa=t.coa2)
    hears(t, speak, src, coa=t.coa2)
    t.refusal("mld.unbound", report(t, record(t, TO_EX, group(t, 2))))
    t.equal("groups", list(groups(t)), [group(t)])


@case("mc-gone", "10.4.2, 10.3.2", BOTH, "after de-registration nothing is tunnelled, and nothing is listened to when it comes again")
def gone(t):
    speak, src = speaker(t)
    joined(t)
    t.unregister()
    deaf(t, speak, speak)
    t.register()
    t.equal("groups", groups(t), {})


for name, scope, why in (("link", "2", "of link scope MUST NOT be tunnelled"), ("interface", "1", "of interface scope are nobody else's"), ("site", "5", "of site scope SHOULD NOT be tunnelled"),
                         ("organization", "8", "of organization scope SHOULD NOT be tunnelled")):
    @case("mc-scope-" + name, "10.4.2", BOTH, "groups " + why + ": not kept, whatever is reported")
    def scope_(t, scope=scope):
        speak, src = speaker(t)
        t.register()
        t.refusal("mld.scope", report(t, record(t, TO_EX, group(t, 1, scope)), record(t)))
        listens(t, {group(t): ("exclude", [])})
        deaf(t, speak, lambda: speak(group(t, 1, scope)))
        hears(t, speak, src)


for name, meaning, counter, packets in (
        ("hop-limit", "hop limit not 1", "mld.invalid", lambda t: report(t, hlim=2)),
        ("alert", "no router alert", "mld.invalid", lambda t: report(t, alert=False)),
        ("source", "a source that is not link-local", "drop.tunnel_multicast", lambda t: report(t, src=t.hoa)),
        ("unspecified", "the unspecified source", "drop.tunnel_multicast", lambda t: report(t, src="::")),
        ("checksum", "a wrong checksum", "mld.invalid", lambda t: says(t, ICMPv6MLReport2(records=[record(t)], cksum=1))),
        ("truncated", "a record that is not all there", "mld.invalid", lambda t: says(t, ICMPv6MLReport2(records=[record(t)], records_number=2))),
        ("query", "a query: the home agent is the querier", "mld.invalid", lambda t: says(t, ICMPv6MLQuery2(), dst="ff02::1")),
        ("care-of", "a care-of address that nobody has", "mld.unbound", lambda t: report(t, coa=t.away(7))),
        ("agent", "another address of ours than it is registered at", "mld.unbound", lambda t: report(t, ha=t.agent2))):
    refused("mc-report-" + name, "10.4.3, RFC 3810 7.4", BOTH, "a report with %s: ignored" % meaning if name != "query" else "%s, and a node's is ignored" % meaning, counter, packets)


@case("mc-record-unknown", "RFC 3810 5.2.12", BOTH, "records of unknown type are skipped, the others taken")
def record_unknown(t):
    t.register()
    t.send(report(t, record(t, 77, group(t, 2)), record(t)))
    listens(t, {group(t): ("exclude", [])})


@case("mc-two", "10.4.2", BOTH, "two listeners have a copy each; what one of them sends comes to the other and not back")
def two(t):
    speak, src = speaker(t)
    joined(t)
    joined(t, hoa=t.home(2), coa=t.coa2)
    t.forget()
    speak()
    for coa in sorted((t.coa, t.coa2)):
        t.at = 0
        t.wait(tunnelled(coa, lambda i: i.dst == group(t) and i.src == src))
    since = t.mark()
    t.forget()
    t.send(IPv6(src=t.coa, dst=t.agent, nh=41) / data(t, t.hoa))
    t.wait(tunnelled(t.coa2, lambda i: i.dst == group(t) and i.src == t.hoa))
    t.marker()
    t.equal("back to the sender", [p.summary() for p in t.came(tunnelled(t.coa, lambda i: i.dst == group(t)), since)], [])


@case("mc-out", "10.4.5, 11.3.4", REAL, "a multicast packet out of a tunnel is on the home link, from the home address, hop limit less one")
def out(t):
    for scope in "e", "5", "8":
        to = group(t, 3, scope)
        t.register(hoa=t.hoa)
        p = t.ask(IPv6(src=t.coa, dst=t.agent, nh=41) / data(t, t.hoa, to), lambda p: p[IPv6].dst == to and p[IPv6].nh == 17, port="core")
        t.fields(p[IPv6], src=t.hoa, hlim=8)
        t.equal("link-layer destination", p.dst, "33:33:" + ":".join("%02x" % b for b in bytes(p[IPv6])[36:40]))


for name, to in (("interface", "1"), ("link", "2")):
    refused("mc-out-" + name, "10.4.5", BOTH, "a multicast packet of %s scope out of a tunnel is refused" % name, "drop.tunnel_multicast",
            lambda t, to=to: IPv6(src=t.coa, dst=t.agent, nh=41) / data(t, t.hoa, group(t, 1, to)))
refused("mc-out-care-of", "10.4.5", BOTH, "a multicast packet out of a tunnel from another care-of address is refused", "drop.tunnel_care_of", lambda t: IPv6(src=t.coa2, dst=t.agent, nh=41) / data(t, t.hoa))
refused("mc-out-hop-limit", "RFC 8200 3", BOTH, "a multicast packet out of a tunnel with its hop limit spent ends here, without an error", "drop.multicast_hop_limit", lambda t: IPv6(src=t.coa, dst=t.agent, nh=41) / data(t, t.hoa, hlim=1))


@case("mc-hop-limit", "RFC 8200 3, RFC 4443 2.4", BOTH, "a group's packet with its hop limit spent is neither tunnelled nor answered")
def hop_limit(t):
    speak, src = speaker(t)
    joined(t)
    with t.place.lock("drop.multicast_hop_limit"):
        before = t.place.counter("drop.multicast_hop_limit")
        deaf(t, speak, lambda: speak(hlim=1))
        t.rise("drop.multicast_hop_limit", before + 1)


@case("mc-too-big", "10.4.2, RFC 4443 2.4, RFC 2473 7.1", REAL, "too big for the tunnel: told to the source, once, although it is multicast")
def too_big(t):
    speak, src = speaker(t)
    joined(t)
    joined(t, hoa=t.home(2), coa=t.coa2)
    t.neighbor(0x80)
    since = t.mark()
    t.forget()
    speak(text=b"x" * 1440)
    p = t.wait(lambda p: ICMPv6PacketTooBig in p)
    t.fields(p[IPv6], dst=src)
    t.fields(p[ICMPv6PacketTooBig], mtu=1460)
    t.home_marker(0x8f)
    t.equal("times told", len(t.came(lambda p: ICMPv6PacketTooBig in p, since)), 1)


@case("mc-path-mtu", "10.4.2, RFC 2473 6.7, 8.2", REAL, "packet too big about a multicast packet in the tunnel: its source is told, and the tunnel's MTU is known from then on, for all that goes through it")
def path_mtu(t):
    speak, src = speaker(t)
    joined(t)
    t.neighbor(0x80)
    t.forget()
    speak(text=b"x" * 1352)
    p = t.wait(tunnelled(t.coa, lambda i: i.dst == group(t)))
    t.forget()
    t.send(IPv6(src=t.away(0xf0), dst=t.agent) / ICMPv6PacketTooBig(mtu=1400) / Raw(bytes(p[IPv6])[:1232]))
    e = t.wait(lambda p: ICMPv6PacketTooBig in p)
    t.fields(e[IPv6], dst=src)
    t.fields(e[ICMPv6PacketTooBig], mtu=1360)
    for again in (lambda: speak(text=b"x" * 1352), lambda: t.send(IPv6(src=t.cn, dst=t.hoa) / UDP() / bytes(1352))):
        t.forget()
        again()
        t.fields(t.wait(lambda p: ICMPv6PacketTooBig in p)[ICMPv6PacketTooBig], mtu=1360)


@case("mc-fragmented-report", "10.4.3, RFC 2473 7", BOTH, "a report in a tunnel packet that came in fragments is taken")
def fragmented_report(t):
    t.register()
    whole = bytes(report(t, *[record(t, TO_EX, group(t, i)) for i in range(1, 11)]))[40:]
    for at, more in ((0, 1), (128, 0)):
        t.send(IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=41, id=t.number, offset=at // 8, m=more) / (whole[:128] if more else whole[128:]))
    listens(t, {group(t, i): ("exclude", []) for i in range(1, 11)})


@case("mc-bound", "10.4.3", BOTH, "more groups than one node may have are refused, with a counter; those it has stay")
def bound(t):
    t.register()
    t.refusal("mld.refused", report(t, *[record(t, TO_EX, group(t, i)) for i in range(1, 41)]), count=8)
    t.equal("groups", len(groups(t)), 32)
