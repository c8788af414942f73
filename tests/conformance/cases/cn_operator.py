# SPDX-License-Identifier: BSD-3-Clause
"""§9.5.5 Binding Refresh Requests, and what the operator is shown of correspondents."""
from case import CEILING_S, ba_of, tunnelled
from correspondent import BA, BOTH_NONCES, BRR, CAREOF_NONCE, COT, COTI, HOME_NONCE, HOST, HOT, HOTI, INVALID_COA, LIFE_MOST_S, MH, RESOURCES, SEQUENCE, Token, cn, far, mh_of, mobility, test_init
from events import Events
from flood import insist, pouring
from member import mobility_header, packed
from packets import *  # noqa: F403
from place import MAX_CORRESPONDENTS

LIFE_S = 12
FLOOD = 60000


def refresh_requests(t, m, since):
    return t.came(lambda p: mh_of(p)[2:3] == bytes([BRR]) and p[IPv6].src == m.correspondent, since)


@cn("cn-brr", "9.5.5, 6.1.2", "a binding in use is about to end: a Binding Refresh Request to the home address, by no routing header, three times at most; an update ends them, and the binding goes on", long=True)
def refresh_request(t, m):
    m.register(life=LIFE_S)
    since = t.mark()
    while not refresh_requests(t, m, since):
        t.that(m.entry(), "no Binding Refresh Request")
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
    t.equal("protected", row["protected"], not m.own)


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


@cn("cn-events", "9.5.1", "each change is told: a binding begins, moves, is refused a change for each reason there is, ends, each with home address, correspondent, care-of address and why", alone=True)
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
    home, careof = m.home.index, m.careof[m.coa].index
    refusals = [(SEQUENCE, m.update(seq=m.sequence)), (HOME_NONCE, m.update(indices=(far(home), careof))), (CAREOF_NONCE, m.update(indices=(home, far(careof)))),
                (BOTH_NONCES, m.update(indices=(far(home), far(careof)))), (INVALID_COA, m.update(hao=False, careof=m.test(COTI, m.hoa), seq=m.sequence + 100))]
    for status, u in refusals:
        p = t.ask(u.packet(), m.acknowledgement(u))
        t.equal("status", p[MIP6MH_BA].status, status)
        e = told("route_refused", status=status)
        t.equal("care-of address of the refused", e["care_of_address"], u.coa)
    m.sequence += 200
    m.delete()
    told("route_ended", reason="deregistered", care_of_address=m.coa2)
    m.register(life=4)
    m.over()
    told("route_ended", reason="expired", care_of_address=m.coa)


@cn("cn-counted", "9.4, 9.5", "each message and each change is counted once", alone=True)
def counted(t, m):
    def rises(function, **counters):
        names = [k.replace("_", ".", 1) for k in counters]
        before = [t.place.counter(n) for n in names]
        function()
        t.marker()
        for name, was, by in zip(names, before, counters.values()):
            t.equal(name, t.place.counter(name) - was, by)
    rises(m.tests, rr_hoti_in=1, rr_hot_out=1, rr_coti_in=1, rr_cot_out=1, cn_bu_in=0)
    rises(m.register, cn_bu_in=1, cn_ba_out=1, cn_registered=1)
    rises(m.register, cn_bu_in=1, cn_ba_out=1, cn_refreshed=1)
    m.tests(m.coa2)
    rises(lambda: m.register(source=m.coa2), cn_bu_in=1, cn_ba_out=1, cn_moved=1)
    rises(lambda: t.send(m.update(flags="", source=m.coa2).packet()), cn_bu_in=1, cn_ba_out=0, cn_refreshed=1)
    rises(lambda: t.send(m.update(twist=lambda a: bytes(12)).packet()), cn_bu_in=1, cn_ba_out=0, cn_wrong_authenticator=1)
    rises(m.delete, cn_bu_in=1, cn_ba_out=1, cn_deregistered=1)
    rises(m.delete, cn_bu_in=1, cn_ba_out=1, cn_delete_none=1)


# The cache is finite (§9.6).


def answers(t, kind, wanted):
    """The octets of the Mobility Headers of one type that come, by the address they are for; all that are wanted."""
    found, since, end = {}, t.at, time.monotonic() + CEILING_S
    while wanted - found.keys():
        with t.box.more:
            t.box.more.wait_for(lambda: len(t.box.letters) > since, max(end - time.monotonic(), 0))
            letters, since = t.box.letters[since:], len(t.box.letters)
        t.that(letters, "%d answers are missing" % len(wanted - found.keys()))
        for _, data in letters:
            packet = data[14:]
            routed = packet[6] == 43
            octets = mobility_header(packet) if MH in (packet[6], routed and packet[40]) else bytes(3)
            if octets[2] == kind:
                found[packet[48:64] if routed else packet[24:40]] = octets
    return found


def all_at_once(t, pairs, **how):
    """Each pair's update; the statuses they are answered with."""
    t.forget()
    t.send(*[p.update(**how).packet() for p in pairs])
    octets = answers(t, BA, {packed(p.hoa) for p in pairs})
    return {p: octets[packed(p.hoa)][6] for p in pairs}


def register_many(t, pairs, batch=128):
    """Each pair's tests and update, many at a time; after each time the statuses that all were answered with."""
    statuses = {}
    for i in range(0, len(pairs), batch):
        some = pairs[i:i + batch]
        t.forget()
        t.send(*[p.init(kind) for p in some for kind in (HOTI, COTI)])
        for kind, address in ((HOT, "hoa"), (COT, "coa")):
            octets = answers(t, kind, {packed(getattr(p, address)) for p in some})
            for p in some:
                mine = octets[packed(getattr(p, address))]
                token = Token(struct.unpack_from("!H", mine, 6)[0], bytes(mine[16:24]), getattr(p, address))
                if kind == HOT:
                    p.home = token
                else:
                    p.careof[p.coa] = token
        statuses.update(all_at_once(t, some, life=LIFE_MOST_S))
        yield statuses


def elsewhere(t, m, i, network):
    """One of many nodes, in one of many networks."""
    return m.beside(hoa="2001:db8:4a00:%x:c0de:%x:1:%x" % (network, t.number, i), coa="2001:db8:%x:%x:c0de:%x:1:%x" % (0x4b00 + t.number % 256, network, t.number, i))


@cn("cn-full", "9.5.2, 9.6, 6.1.8", "a cache full of bindings in use: 130 for one more, those there are refreshed, move and go on; those that are given up make room", where=(HOST,), alone=True)
def full(t, m):
    pairs = [elsewhere(t, m, i, 0x10 + i // 32) for i in range(MAX_CORRESPONDENTS + 512)]
    told, in_use = set(), []
    mac = t.place.cables["servers"].neighbors[m.correspondent]
    for statuses in register_many(t, pairs):
        told = set(statuses.values())
        in_use = [p for p in pairs if statuses.get(p) == 0]
        t.send(*[IPv6(src=m.correspondent, dst=p.hoa) / UDP(dport=9) for p in in_use], port="servers", mac=mac)
        if RESOURCES in told:
            break
    t.equal("statuses", told, {0, RESOURCES})
    refused = [p for p in pairs if statuses.get(p) == RESOURCES][0]
    t.equal("shown", refused.entry(), None)
    for p in in_use[:1] + in_use[-1:]:
        p.bound()
        p.register()
        p.register(source=t.away(0x60))
        p.bound(t.away(0x60))
        p.delete()
    m.register()
    m.bound()
    # Room for those who come later, in a cache that is still more than half full.
    for i in range(1, len(in_use) * 3 // 8, 128):
        t.equal("statuses of deletions", set(all_at_once(t, in_use[i:min(i + 128, len(in_use) - 1)], life=0).values()), {0})


@cn("cn-crowded", "9.5.2, 9.6, 6.1.8", "more than half of the cache is taken: nodes of one network get 130 when they have an eighth of it, with a proof; those of another network do not", alone=True)
def crowded(t, m):
    def current():
        return t.place.lab.api("/v1/status")["correspondents"]["current"]
    others = [elsewhere(t, m, i, 0x10 + i // 32) for i in range(MAX_CORRESPONDENTS)]
    for i in range(0, len(others), 128):
        # Most of what is there now has not long to live.
        if current() >= MAX_CORRESPONDENTS * 5 // 8:
            break
        for _ in register_many(t, others[i:i + 128]):
            pass
    pairs = [elsewhere(t, m, 0x1000 + i, 1) for i in range(MAX_CORRESPONDENTS // 8 + 32)]
    before = t.place.counter("cn.crowded")
    for statuses in register_many(t, pairs):
        pass
    t.equal("statuses", set(statuses.values()), {0, RESOURCES})
    refused = [p for p in pairs if statuses[p] == RESOURCES]
    t.that(t.place.counter("cn.crowded") - before >= len(refused), "not all are counted")
    refused[0].refused(refused[0].update(), RESOURCES)
    refused[0].refused(refused[0].update(flags=""), RESOURCES)
    t.equal("shown", refused[0].entry(), None)
    m.register()
    m.bound()
    good = [p for p in pairs if not statuses[p]]
    good[-1].bound()
    good[-1].register()


def flood(name, clause, meaning, frames, counters, **more):
    """frames: a few different packets, sent again and again into the core port."""
    @cn("cn-flood-" + name, clause, meaning + " without end, from many sources: a node's home registration and its binding with a correspondent are refreshed meanwhile", alone=True, **more)
    def judge(t, m):
        def refreshes():
            p = insist(t, t.bu, lambda p: ba_of(t.hoa)(p) and p[MIP6MH_BA].status == 0, "the acknowledgement of a home registration")
            t.acknowledged(p)
            insist(t, lambda: IPv6(src=t.cn, dst=t.hoa) / UDP(dport=7) / b"x", tunnelled(t.coa), "an intercepted packet")
        refreshes()
        m.register()
        before = t.place.counter(counters)
        with pouring(t, [(p, "core", None) for p in frames(t, m)], FLOOD):
            refreshes()
            refreshes()
            made = {}

            def update():
                u = m.update()
                made[u.seq] = u
                return u.packet()
            p = insist(t, update, m.acknowledgement(m.update()), "a correspondent's acknowledgement")
            m.acknowledged(p, made[p[MIP6MH_BA].seq])
        refreshes()
        t.that(t.place.counter(counters) > before, "none of %s has risen" % ", ".join(counters))
        m.bound()


def sources(t, n=64):
    return [t.away(0x2000 + i) for i in range(n)]


flood("tests", "5.2.5, 15.4", "Home and Care-of Test Inits", lambda t, m: [mobility(s, m.correspondent, test_init(kind, b"floodfld")) for s in sources(t) for kind in (HOTI, COTI)], ("rr.hoti_in", "drop.policed_test"))
flood("updates", "9.5.1, 15.4", "Binding Updates with wrong authenticators", lambda t, m: [m.update(source=s, careof=m.careof[m.coa]).packet() for s in sources(t)], ("cn.wrong_authenticator", "drop.policed_correspondent"))
flood("options", "9.3.1, 9.3.3", "Home Address options without a binding", lambda t, m: [m.claiming(coa=s) for s in sources(t)], ("mh.be_limited", "drop.policed_home_address"), where=(HOST,))
