# SPDX-License-Identifier: BSD-3-Clause
"""§9.5.5 Binding Refresh Requests, and what the operator is shown of correspondents."""
import threading

from case import CEILING_S, ba_of, tunnelled
from correspondent import BRR, CAREOF_NONCE, COTI, HOTI, HOST, OWN, RESOURCES, SEQUENCE, cn, far, mh_of, mobility, test_init
from events import Events
from flood import insist, pouring
from packets import *  # noqa: F403

LIFE_S = 12
FLOOD = 60000


def refresh_requests(t, m, since):
    return t.came(lambda p: mh_of(p)[2:3] == bytes([BRR]) and p[IPv6].src == m.correspondent, since)


@cn("cn-brr", "9.5.5, 6.1.2", "a binding in use is about to end: a Binding Refresh Request to the home address, by no routing header, three times at most; an update ends them, and the binding goes on", long=True)
def refresh_request(t, m):
    m.register(life=LIFE_S)
    since, end = t.mark(), time.monotonic() + CEILING_S
    while not refresh_requests(t, m, since):
        t.that(time.monotonic() < end and m.entry(), "no Binding Refresh Request")
        m.routed(m.speak())
        time.sleep(0.5)
    p = refresh_requests(t, m, since)[0]
    t.fields(p[IPv6], dst=m.hoa, nh=135, plen=8)
    t.equal("message", (mh_of(p)[:4].hex(), mh_of(p)[6:].hex()), ("3b000000", "0000"))
    m.register(life=80)
    since = t.mark()
    for _ in range(10):
        m.routed(m.speak())
        time.sleep(0.5)
    t.equal("requests after the update", refresh_requests(t, m, since), [])


@cn("cn-brr-idle", "9.5.5", "a binding that nobody uses ends without a Binding Refresh Request", long=True)
def idle(t, m):
    since = t.mark()
    m.register(life=LIFE_S)
    m.over()
    t.marker()
    t.equal("requests", refresh_requests(t, m, since), [])


@cn("cn-brr-ignored", "9.5.5, 9.6", "a binding in use, its requests not heeded: no more than three, then it ends", long=True)
def ignored(t, m):
    since = t.mark()
    m.register(life=LIFE_S)
    while m.entry():
        m.speak()
        time.sleep(0.5)
    n = len(refresh_requests(t, m, since))
    t.that(1 <= n <= 3, "%d requests" % n)
    m.unbound()


@cn("cn-shown", "9.1", "a binding is shown with home address, correspondent, care-of address, sequence number, lifetime and what remains of it")
def shown(t, m):
    m.register(life=400, seq=77)
    row = m.entry()
    for key, want in (("home_address", m.hoa), ("correspondent", m.correspondent), ("care_of_address", m.coa), ("sequence", 77), ("lifetime_s", 400)):
        t.equal(key, row[key], want)
    t.that(0 < row["remaining_s"] <= 400, "remaining_s %r" % row["remaining_s"])
    t.equal("own", row["own"], m.own)


@cn("cn-shown-pages", "9.1", "more bindings than a page holds: walked page by page each is there once")
def pages(t, m):
    pairs = [m.beside(hoa=t.away(0x400 + i)) for i in range(7)]
    for pair in pairs:
        pair.register()
    found, cursor = [], ""
    while True:
        page = t.place.lab.api("/v1/correspondents?limit=3" + cursor)
        t.that(len(page["correspondents"]) <= 3, "a page of more than 3")
        found += [(r["home_address"], r["correspondent"]) for r in page["correspondents"]]
        if not page["next"]:
            break
        cursor = "&cursor=" + page["next"]
    for pair in pairs:
        t.equal("times shown", found.count((pair.hoa, pair.correspondent)), 1)


@cn("cn-events", "9.5.1", "each change is told: a binding begins, moves, is refused a change, ends, each with home address, correspondent, care-of address and why", alone=True)
def events(t, m):
    stream = Events(t.place.lab)

    def told(name, **want):
        def match(event, e):
            return event == name and e.get("home_address") == m.hoa and e.get("correspondent") == m.correspondent and all(e.get(k) == v for k, v in want.items())
        e = stream.wait(match, CEILING_S)
        t.that(e, "no event %s %r: %r" % (name, want, [h for h in stream.heard if h[0].startswith("route")]))
        return e
    m.register()
    told("route_optimized", care_of_address=m.coa)
    m.register(source=m.coa2)
    told("route_moved", care_of_address=m.coa2)
    m.refused(m.update(seq=m.sequence), SEQUENCE, seq=m.sequence)
    told("route_refused", status=SEQUENCE)
    m.refused(m.update(indices=(m.home.index, far(m.home.index))), CAREOF_NONCE)
    told("route_refused", status=CAREOF_NONCE)
    m.delete()
    t.that(told("route_ended").get("reason"), "no reason")


@cn("cn-flood-tests", "5.2.5, 15.4", "Home and Care-of Test Inits without end, from many sources: a node's home registration and its binding with a correspondent are refreshed meanwhile", alone=True)
def flood(t, m):
    def refreshes():
        p = insist(t, t.bu, lambda p: ba_of(t.hoa)(p) and p[MIP6MH_BA].status == 0, "the acknowledgement of a home registration")
        t.acknowledged(p)
        insist(t, lambda: IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa), "an intercepted packet")
    refreshes()
    m.register()
    frames = [(mobility(t.away(0x2000 + i), m.correspondent, test_init(kind, b"floodfld")), "core", None) for i in range(64) for kind in (HOTI, COTI)]
    with pouring(t, frames, FLOOD):
        refreshes()
        refreshes()
        u = m.update()
        m.acknowledged(insist(t, u.packet, m.acknowledgement(u), "a correspondent's acknowledgement"), u)
    refreshes()
    m.bound()
