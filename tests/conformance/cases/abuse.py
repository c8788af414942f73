# SPDX-License-Identifier: BSD-3-Clause
"""A full binding cache, floods and garbage: whoever is bound goes on, and an honest update gets through by its own retransmissions. These run
alone, one after the other."""
import random

from case import BOTH, REAL, ba_of, case, having, tunnelled
from flood import insist, pouring
from packets import *  # noqa: F403
from place import MAX_BINDINGS, PREFIX

FLOOD = 60000  # frames of one kind


def many(t, i):
    """One of many home addresses of this case."""
    return "%sc0de:%x:%x:1" % (PREFIX % (t.place.family, 0), t.number, i) if i else t.hoa


def refreshes(t):
    """An honest node's update, repeated as it would."""
    p = insist(t, t.bu, lambda p: ba_of(t.hoa)(p) and p[MIP6MH_BA].status == 0, "the acknowledgement of an honest node")
    t.acknowledged(p)
    insist(t, lambda: IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa), "an intercepted packet")


@case("full", "10.3.1, 6.1.8", BOTH, "as many bindings as configured: 130 for one more, which is not bound; those bound refresh, move and are intercepted; one that leaves makes room", alone=True)
def full(t):
    t.register()
    def current():
        return t.place.lab.api("/v1/status")["bindings"]["current"]
    end, i = time.monotonic() + 240, 0
    while current() < MAX_BINDINGS:
        t.that(time.monotonic() < end, "%d bindings" % current())
        for k in range(i + 1, i + 257):
            t.send(t.bu(hoa=many(t, k), seq=1))
        i += 256
        if t.real:
            time.sleep(1.5)  # their duplicate address detection
    t.equal("bindings", current(), MAX_BINDINGS)
    t.acknowledged(insist(t, lambda: t.bu(hoa=t.home(2), seq=9), ba_of(t.home(2)), "130"), 130, hoa=t.home(2))
    t.equal("binding", t.place.binding(t.home(2)), None)
    refreshes(t)
    t.register(coa=t.coa2)
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa2))
    t.register(133, hoa=t.home(2), life=0)
    t.unregister(coa=t.coa2)
    t.acknowledged(insist(t, lambda: t.bu(hoa=t.home(2)), lambda p: ba_of(t.home(2))(p) and p[MIP6MH_BA].status != 130, "the acknowledgement of a newcomer"), hoa=t.home(2))
    # Leave the place as it was.
    while current() > 1:
        t.that(time.monotonic() < end + 120, "%d bindings left" % current())
        for b in t.place.lab.api("/v1/bindings?limit=1000")["bindings"]:
            if b["state"] == "valid" and b["home_address"] != t.home(2):
                t.place.revoke(b["home_address"])


def flood(name, clause, kinds, meaning, frames, counters=()):
    """frames: a few different packets, sent again and again; port and link-layer destination may be theirs."""
    @case(name, clause, kinds, meaning + ": an honest node registers, refreshes and is intercepted meanwhile", alone=True)
    def judge(t):
        before = t.place.counter(list(counters)) if counters else 0
        with pouring(t, frames(t), FLOOD):
            refreshes(t)
            refreshes(t)
        refreshes(t)
        if counters:
            t.that(t.place.counter(list(counters)) > before, "none of %s has risen" % ", ".join(counters))


def core(*packets):
    return [(p, "core", None) for p in packets]


flood("flood-updates", "10.3.1", BOTH, "updates with a wrong checksum without end", lambda t: core(*[t.bu(hoa=t.home(0x60 + i), cksum=0x4321) for i in range(16)]), ["mh.bad_checksum"])
flood("flood-refused", "10.3.1", BOTH, "updates that are refused", lambda t: core(*[t.bu(hoa=t.away(0x60 + i), coa=t.away(0xb0 + i), seq=1) for i in range(16)]), ["ba_status.132"])
flood("flood-unknown-types", "9.3.3", BOTH, "Mobility Headers of unknown type", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.agent) / MIP6MH_Generic(mhtype=99, msg=bytes(2)) for i in range(16)]), ["mh.be_limited", "drop.policed_newcomer"])
flood("flood-home-address", "9.3.3", BOTH, "Home Address options without a binding", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.home(0x60))]) / UDP() for i in range(16)]), ["mh.be_limited", "drop.policed_home_address"])
flood("flood-errors", "RFC 4443 2.4 (f)", BOTH, "ICMPv6 errors about tunnels that do not exist", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.agent) / ICMPv6DestUnreach(code=0) / IPv6(src=t.agent, dst=t.coa2) / IPv6(src=t.cn, dst=t.home(0x61)) / UDP() for i in range(16)]), ["icmp6.error_in", "drop.policed_error"])
flood("flood-unreachable", "RFC 4443 2.4 (f)", BOTH, "UDP to ports where nobody listens", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.agent) / UDP(dport=i) for i in range(16)]), ["icmp6.error_limited", "drop.policed_rest"])
flood("flood-hop-limit", "RFC 4443 2.4 (f)", BOTH, "transit whose hop limit is spent", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.cn, hlim=1) / UDP() for i in range(16)]), ["icmp6.error_limited", "drop.policed_complaint"])
flood("flood-fragments", "RFC 8200 4.5", BOTH, "fragments whose rest never comes", lambda t: core(*[IPv6(src=t.away(0xb0 + i % 8), dst=t.agent) / IPv6ExtHdrFragment(nh=41, id=i, offset=i % 3, m=1) / Raw(bytes(64)) for i in range(256)]), ["packets.fragments"])
flood("flood-spoofed-tunnel", "10.4.5", BOTH, "tunnel packets from a wrong care-of address", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.agent) / IPv6(src=t.hoa, dst=t.cn) / UDP() for i in range(16)]), ["drop.tunnel_care_of", "drop.tunnel_unbound"])
flood("flood-extension-headers", "RFC 8200 4.2", BOTH, "extension headers to be complained about", lambda t: core(*[IPv6(src=t.away(0xb0 + i), dst=t.agent) / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x9e, optdata=b"1234")]) / UDP() for i in range(16)]), ["icmp6.error_limited", "drop.policed_rest"])
flood("flood-solicitations", "RFC 4861 7.2", REAL, "neighbour solicitations for addresses of nobody", lambda t: [(IPv6(src=t.home(0x90), dst="ff02::1:ff00:%x" % i, hlim=255) / ICMPv6ND_NS(tgt=t.home(0x60 + i)) / ICMPv6NDOptSrcLLAddr(lladdr=t.mac(0x90)), "home", "33:33:ff:00:00:%02x" % i) for i in range(16)])
flood("flood-unresolved", "RFC 4861 7.2.2", REAL, "packets for 200 addresses of the home link where nobody is", lambda t: core(*[IPv6(src=t.cn, dst=many(t, 0x100 + i)) / UDP() for i in range(200)]))


@case("garbage", "10.4, 9.2", BOTH, "thousands of mutilated packets of every kind: nothing is bound or unbound by them, and the program answers as before", alone=True)
def garbage(t):
    t.register()
    r = random.Random(6275)
    tunnel = IPv6(src=t.coa, dst=t.agent) / IPv6(src=t.hoa, dst=t.cn) / UDP() / b"x"
    seeds = [bytes(p) for p in (t.bu(hoa=t.home(2), seq=1), tunnel, IPv6(src=t.cn, dst=t.hoa) / UDP() / b"x",
                                IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)]) / IPv6ExtHdrFragment(m=1, offset=0) / ICMPv6EchoRequest(),
                                IPv6(src=t.coa, dst=t.agent) / ICMPv6DestUnreach() / tunnel, IPv6(src=t.coa, dst="ff02::1", hlim=255) / ICMPv6ND_NS(tgt=t.agent))]
    for i in range(6000):
        p = bytearray(r.choice(seeds))
        for _ in range(r.randint(1, 6)):
            at = r.randrange(4, len(p))
            # Addresses that decide about other cases or answers to strangers stay.
            if not 8 <= at < 40:
                p[at] = r.randrange(256)
        p = p[:r.randint(40, len(p))] if r.random() < 0.3 else p
        t.send(bytes(p))
        if i % 500 == 0:
            t.marker()
    refreshes(t)
    t.marker()
