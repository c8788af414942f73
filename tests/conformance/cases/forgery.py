# SPDX-License-Identifier: BSD-3-Clause
"""Forgeries in numbers: what they cost is bounded, what their source is told is limited, the operator learns of each kind, and honest nodes
get through. These run alone, one after the other."""
import json
import time

from case import CEILING_S, ba_of, tunnelled
from events import Events
from flood import insist, pouring
from member import AAAKey, Key, Node, proved
from packets import *  # noqa: F403

FLOOD = 30000  # frames of one kind
SOURCES = 4
# What one source may cost and is told (lib/security/guard.c).
WRONG_BURST, WRONG_PER_S, ANSWERS_BURST, ANSWERS_PER_S = 800, 400, 5, 1


def refreshes(t, n, **how):
    """An honest node's update, made anew until one is acknowledged."""
    made = {}

    def packet():
        u = n.update(**how)
        made[u.seq] = u
        return u.packet()
    p = insist(t, packet, lambda p: ba_of(n.hoa)(p) and p[IPv6].dst == how.get("coa", t.coa), "the acknowledgement of an honest node")
    n.acknowledged(p, made[p[MIP6MH_BA].seq])
    insist(t, lambda: IPv6(src=t.cn, dst=n.hoa) / UDP(dport=7) / b"x", tunnelled(how.get("coa", t.coa)), "an intercepted packet")


def flood(name, meaning, counters, updates, *nodes):
    """updates: a few different ones, sent again and again."""
    @proved("auth-flood-" + name, "RFC 4285 7", meaning + ": a registered node refreshes meanwhile, one of them moves, nobody else is bound", *nodes, alone=True)
    def judge(t, n, *others):
        refreshes(t, n)
        before, began = [t.place.counter(c) for c in counters], time.monotonic()
        wrong = t.place.counter("auth.wrong_authenticator")
        with pouring(t, [(u.packet(), "core", None) for u in updates(t, n)], FLOOD):
            refreshes(t, n)
            refreshes(t, n, coa=t.coa2)
        refreshes(t, n)
        for c, was in zip(counters, before):
            t.that(t.place.counter(c) > was, c + " has not risen")
        cost = t.place.counter("auth.wrong_authenticator") - wrong
        most = WRONG_BURST + WRONG_PER_S * (time.monotonic() - began + 1)
        t.that(cost <= most, "%d authenticators were computed for nothing, %d at most" % (cost, most))
        for o in others:
            t.equal("binding", t.place.binding(o.hoa), None)


flood("wrong", "wrong authenticators under the name of the node itself, from one source", ["auth.wrong_authenticator", "auth.answer_limited"],
      lambda t, n: [n.update(secret=bytes(16), coa=t.away(0x60))])
flood("unknown", "identities that nobody has", ["auth.unknown_node"], lambda t, n: [n.update(identity="nobody%d@nowhere.example" % i, coa=t.away(0x60 + i)) for i in range(SOURCES)])
flood("stripped", "de-registrations without the option", ["auth.no_option"], lambda t, n: [n.update(life=0, options=["identity", "timestamp"], coa=t.away(0x60 + i)) for i in range(SOURCES)])


@proved("auth-flood-replayed", "RFC 4285 6", "captured updates of the node itself without end: it refreshes and moves meanwhile", alone=True)
def replayed(t, n):
    captured = []
    for _ in range(SOURCES):
        captured.append(n.register())
    before = t.place.counter("auth.timestamp")
    with pouring(t, [(u.packet(), "core", None) for u in captured], FLOOD):
        for coa in (t.coa2, t.away(3)):
            refreshes(t, n, coa=coa)
    refreshes(t, n, coa=t.coa2)
    t.that(t.place.counter("auth.timestamp") > before, "auth.timestamp has not risen")


@proved("auth-answers-limited", "RFC 4285 5.1.1, 7", "status 146 is rate-limited a source: some are told, the others counted, another source is told at once", alone=True)
def answers_limited(t, n):
    n.register()
    counters, count = ["auth.wrong_authenticator", "auth.rate", "auth.answer_limited"], 30
    before, since, began = [t.place.counter(c) for c in counters], t.mark(), time.monotonic()
    t.send(*[n.update(secret=bytes(16), coa=t.coa2).packet() for _ in range(count)])
    t.marker()
    end = time.monotonic() + CEILING_S
    while sum(now(t, counters[:2], before)) < count:
        t.that(time.monotonic() < end, "%r of %d" % (now(t, counters, before), count))
        time.sleep(0.02)
    t.marker()
    told = len([p for p in t.came(ba_of(n.hoa), since) if p[MIP6MH_BA].status == 146])
    wrong, unverified, silent = now(t, counters, before)
    t.equal("refused", wrong + unverified, count)
    t.equal("told and not told", told + silent, wrong)
    t.that(1 <= told <= ANSWERS_BURST + ANSWERS_PER_S * (time.monotonic() - began + 1), "%d of %d were told" % (told, count))
    n.wrong(n.update(secret=bytes(16), coa=t.away(9)))
    n.bound()


def now(t, counters, before):
    return [t.place.counter(c) - was for c, was in zip(counters, before)]


@proved("auth-unverified", "RFC 4285 7", "a source of many wrong authenticators is not listened to for a while: its next are refused unverified; others are heard, and in the end it is, too", alone=True)
def unverified(t, n):
    n.register()
    before = t.place.counter("auth.rate")
    end = time.monotonic() + CEILING_S
    while t.place.counter("auth.rate") == before:
        t.that(time.monotonic() < end, "auth.rate has not risen")
        t.send(*[n.update(secret=bytes(16), coa=t.coa2).packet() for _ in range(2 * WRONG_BURST)])
        t.marker()
    refreshes(t, n)
    refreshes(t, n, coa=t.coa2)


# What the operator is told.


@proved("auth-events", "RFC 4285 5.1.1 (MAY log)", "each kind of refusal: an event with home address, care-of address, identity, SPI, status and reason; the first use of a newer key: one as well",
        Node(aaa=AAAKey()), Node(2, key=Key(replay="sequence")), Node(3, suspended=True), Node(4, newer=Key(257)), alone=True)
def events(t, n, numbered, suspended, rekeyed):
    stream = Events(t.place.lab)
    n.register()
    numbered.register(seq=10)
    old = n.register()
    kinds = [
        ("auth.no_option", None, n, dict(options=["identity", "timestamp"])),
        ("auth.no_identity", None, n, dict(options=["timestamp", "mn-ha"])),
        ("auth.unknown_node", None, n, dict(identity="nobody@nowhere.example")),
        ("auth.wrong_address", None, n, dict(identity=numbered.identity)),
        ("auth.suspended", None, suspended, dict()),
        ("auth.unknown_spi", None, n, dict(spi=300)),
        ("auth.wrong_authenticator", 146, n, dict(secret=bytes(16))),
        ("auth.timestamp", 144, n, dict(stamp=old.stamp)),
        ("auth.no_timestamp", 145, n, dict(stamp=False)),
        ("auth.sequence", 135, numbered, dict(seq=10)),
        ("auth.aaa", 146, n, dict(options=["identity", "timestamp", "mn-ha", n.authenticator(AAAKey(), bytes(16))])),
    ]
    for i, (reason, status, node, how) in enumerate(kinds):
        coa = t.away(0x20 + i)

        def match(name, e):
            return name == "refused" and e.get("care_of_address") == coa
        e, end = None, time.monotonic() + CEILING_S
        # After a flood events are few for a while.
        while not e:
            t.that(time.monotonic() < end, "no event of " + reason)
            t.send(node.update(coa=coa, **how).packet())
            e = stream.wait(match, 0.5)
        t.equal("reason", e.get("reason"), reason)
        t.equal("home address", e["home_address"], node.hoa)
        t.equal("status of " + reason, e["status"], status)
        if reason != "auth.no_identity":
            t.equal("identity of " + reason, e.get("identity"), how.get("identity", node.identity))
        if reason != "auth.no_option":
            t.equal("SPI of " + reason, e.get("spi"), how.get("spi", node.key.spi))
        t.that(e.get("message"), "no message of " + reason)
        t.that(not any(n.key.secret(n.identity).hex() in json.dumps(data) for _, data in stream.heard), "a key is told")
    rekeyed.register(key=rekeyed.newer)
    e = stream.wait(lambda name, e: name == "rekeyed" and e.get("home_address") == rekeyed.hoa, CEILING_S)
    t.that(e, "no event of the newer key's first use")
    t.equal("SPI", e.get("spi"), 257)
    t.equal("identity", e.get("identity"), rekeyed.identity)
