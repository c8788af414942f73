# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4285 §6: replay protection by timestamps (7 s, strictly greater, numbers not judged), and by sequence numbers (RFC 6275 §9.5.1)."""
import time

from case import PROVED_REAL, ba_of
from cases.duplicate_address import probed
from lab import Failed
from member import AUTH_FAIL, ID_MISMATCH, MESG_ID_REQD, Key, Node, ntp, proved, stamp_of
from packets import *  # noqa: F403

SEQUENCE = "auth.sequence"
NUMBERED = Node(key=Key(replay="sequence"))
MEMORY_S = 10  # MAX_DELETE_BCE_TIMEOUT


def window(name, off_s, good):
    @proved("auth-" + name, "RFC 4285 6", "a timestamp %.1f s %s: %s" % (abs(off_s), "behind our time" if off_s < 0 else "ahead of our time", "valid" if good else "144"))
    def judge(t, n):
        # A de-registration without a binding: its answer waits for nothing. Half a second lies between the offset and the limit: where the
        # machine was slower than that, nothing is proved, and it is done anew.
        for _ in range(100):
            began, u = time.monotonic(), n.update(life=0, stamp=ntp(time.time() + off_s))
            try:
                n.ask(u, 133) if good else n.corrected(u)
                return
            except Failed:
                if time.monotonic() - began < 0.4:
                    raise
        raise Failed("no answer within 0.4 s")


window("window-behind", -6.5, True)
window("window-ahead", 6.5, True)
window("window-too-far-behind", -7.5, False)
window("window-too-far-ahead", 7.5, False)


@proved("auth-window-far", "RFC 4285 6", "timestamps of 1900, of last year, of next year, of the end of the era: 144, nothing is bound")
def window_far(t, n):
    year = 365 * 86400
    for stamp in (0, ntp(time.time() - year), ntp(time.time() + year), (1 << 64) - 1):
        n.corrected(n.update(stamp=stamp))
    t.equal("binding", t.place.binding(n.hoa), None)


@proved("auth-timestamp-missing", "RFC 4285 6", "no timestamp where the association asks for one: 145, without a timestamp, nothing is bound")
def missing(t, n):
    n.refused(n.update(stamp=False), MESG_ID_REQD, "auth.no_timestamp")
    t.equal("binding", t.place.binding(n.hoa), None)
    n.register()
    n.refused(n.update(stamp=False, coa=t.coa2), MESG_ID_REQD, "auth.no_timestamp")
    n.bound()


@proved("auth-timestamp-corrected", "RFC 4285 6", "a node whose clock is 20 years behind sets it by the 144 and registers")
def sets_clock(t, n):
    stamp = n.corrected(n.update(stamp=ntp(time.time() - 20 * 365 * 86400)))
    n.register(stamp=stamp)
    n.bound()


@proved("auth-timestamp-greater", "RFC 4285 6", "the least greater timestamp is accepted; the same one and the least smaller one: 144")
def greater(t, n):
    last = n.register().stamp
    n.corrected(n.update(stamp=last, coa=t.coa2))
    n.corrected(n.update(stamp=last - 1, coa=t.coa2))
    n.bound()
    n.register(stamp=last + 1, coa=t.coa2)
    n.bound(t.coa2)


@proved("auth-timestamp-seconds-behind", "RFC 4285 6", "within the window, but not greater than the last accepted: 144")
def seconds_behind(t, n):
    n.register()
    n.corrected(n.update(stamp=ntp(time.time() - 3), coa=t.coa2))
    n.bound()


@proved("auth-timestamp-from-ahead", "RFC 4285 6", "after one from ahead the present time is not greater: 144, and the one behind it is accepted")
def from_ahead(t, n):
    ahead = n.register(stamp=ntp(time.time() + 5)).stamp
    n.corrected(n.update(coa=t.coa2))
    n.register(stamp=ahead + 1)


@proved("auth-timestamp-refused-not-stored", "RFC 4285 6", "the timestamp of a wrong authenticator is not remembered, nor one that was refused itself")
def refused_not_stored(t, n):
    n.register()
    n.wrong(n.update(stamp=ntp(time.time() + 6), secret=bytes(16), coa=t.coa2))
    n.corrected(n.update(stamp=ntp(time.time() + 60), coa=t.coa2))
    n.register()


@proved("auth-timestamp-per-node", "RFC 4285 6", "timestamps are of one mobile node each", Node(), Node(2))
def per_node(t, a, b):
    a.register(stamp=ntp(time.time() + 5))
    b.register()


@proved("auth-sequence-not-judged", "RFC 4285 6, 7", "with timestamps older and equal sequence numbers are accepted, repeated and shown")
def not_judged(t, n):
    for seq in (1000, 1000, 999, 0, 65535):
        n.register(seq=seq)
        t.equal("sequence", t.place.binding(n.hoa)["sequence"], seq)


# Captured and sent again.


@proved("auth-replay-at-once", "RFC 4285 6", "the very same packet again: 144, the lifetime is not renewed")
def at_once(t, n):
    u = n.register()
    n.corrected(u)
    n.bound()


@proved("auth-replay-after-move", "RFC 4285 6", "the update from before a movement: 144, the tunnel stays at the new care-of address")
def after_move(t, n):
    u = n.register()
    n.register(coa=t.coa2)
    n.corrected(u)
    n.bound(t.coa2)


@proved("auth-replay-deregistration", "RFC 4285 6", "a de-registration again, after a new registration: 144, still bound")
def deregistration(t, n):
    n.register()
    u = n.unregister()
    n.register()
    n.corrected(u)
    n.bound()


@proved("auth-replay-after-deregistration", "RFC 4285 6", "the registration again after the node has given it up: 144, not bound")
def after_deregistration(t, n):
    u = n.register()
    n.unregister()
    n.corrected(u)
    t.that((t.place.binding(n.hoa) or {"state": "gone"})["state"] != "valid", "bound")


@proved("auth-replay-after-revocation", "RFC 4285 6", "the registration again after the operator has taken it away: 144, not bound")
def after_revocation(t, n):
    u = n.register()
    t.place.revoke(n.hoa)
    n.corrected(u)
    t.that((t.place.binding(n.hoa) or {"state": "gone"})["state"] != "valid", "bound")


@proved("auth-replay-refused", "RFC 4285 6", "an update that was refused for another reason (133), again: 144")
def refused(t, n):
    u = n.update(life=0)
    n.ask(u, 133)
    n.corrected(u)


@proved("auth-replay-during-dad", "RFC 4285 6, RFC 6275 10.3.1", "during duplicate address detection: the update again gets 144, a forged one 146, a newer one from elsewhere takes its place; one acknowledgement in the end, of the newest",
        kinds=PROVED_REAL)
def during_dad(t, n):
    u, forged, newer = n.update(), n.update(secret=bytes(16), coa=t.away(9)), n.update(coa=t.coa2)
    probed(t, u.packet(), target=n.hoa)
    since, counters = t.mark(), ("auth.timestamp", "auth.wrong_authenticator")
    with t.place.lock(counters[0]), t.place.lock(counters[1]):
        before = [t.place.counter(c) for c in counters]
        t.send(u.packet(), forged.packet(), newer.packet())
        answers = {p[MIP6MH_BA].status: p for p in (t.wait(ba_of(n.hoa)) for _ in range(3))}
        t.equal("statuses", sorted(answers), [0, ID_MISMATCH, AUTH_FAIL])
        t.equal("counted", [t.place.counter(c) - was for c, was in zip(counters, before)], [1, 1])
    n.acknowledged(answers[0], newer)
    n.acknowledged(answers[AUTH_FAIL], forged, AUTH_FAIL)
    n.acknowledged(answers[ID_MISMATCH], u, ID_MISMATCH, stamp=stamp_of(answers[ID_MISMATCH]))
    t.marker()
    t.equal("acknowledgements", len(t.came(ba_of(n.hoa), since)), 3)
    n.bound(t.coa2)


# By sequence number.


def old(t, n, seq, last, **how):
    """Refused with 135 and the last accepted number."""
    n.refused(n.update(seq=seq, **how), 135, SEQUENCE, seq=last)


@proved("auth-sequence", "RFC 4285 5.1, RFC 6275 9.5.1", "replay protection by sequence number: newer ones are accepted, equal and older ones get 135 with the last, proved", NUMBERED)
def by_sequence(t, n):
    n.register(seq=100)
    for seq in (100, 99, (100 - 32768) % 65536):
        old(t, n, seq, 100, coa=t.coa2)
    n.bound()
    n.register(seq=100 + 32767, coa=t.coa2)
    n.bound(t.coa2)
    n.register(seq=65535)
    n.register(seq=0)


@proved("auth-sequence-timestamp", "RFC 4285 6", "a timestamp where numbers protect, far from our time: not judged, copied into the acknowledgement, of refusals too", NUMBERED)
def with_timestamp(t, n):
    n.register(seq=7, stamp=12345)
    old(t, n, 7, 7, stamp=54321)


@proved("auth-sequence-replay", "RFC 4285 5.1", "the update from before a movement: 135, the tunnel stays", NUMBERED)
def sequence_replay(t, n):
    u = n.register(seq=1)
    n.register(seq=2, coa=t.coa2)
    n.refused(u, 135, SEQUENCE, seq=2)
    n.bound(t.coa2)


@proved("auth-sequence-after-deregistration", "RFC 4285 5.1, RFC 6275 10.3.2", "after the registration was given up, its update again: 135 with the number of the de-registration", NUMBERED)
def sequence_deregistered(t, n):
    u = n.register(seq=1)
    n.register(seq=2, life=0)
    n.refused(u, 135, SEQUENCE, seq=2)
    n.register(seq=3)


@proved("auth-sequence-memory", "RFC 4285 5.1, 6", "the same after MAX_DELETE_BCE_TIMEOUT, when the binding is forgotten: the association remembers", NUMBERED, long=True)
def sequence_memory(t, n):
    u = n.register(seq=1)
    n.register(seq=2, life=0)
    end = time.monotonic() + 12 * MEMORY_S
    while t.place.binding(n.hoa):
        t.that(time.monotonic() < end, "still shown")
        time.sleep(0.2)
    n.refused(u, 135, SEQUENCE, seq=2)
    t.equal("binding", t.place.binding(n.hoa), None)
    n.register(seq=3)


@proved("auth-sequence-after-revocation", "RFC 4285 5.1", "the same after the operator has taken the binding away", NUMBERED)
def sequence_revoked(t, n):
    u = n.register(seq=9)
    t.place.revoke(n.hoa)
    n.refused(u, 135, SEQUENCE, seq=9)
    n.register(seq=10)


@proved("auth-sequence-refused-not-stored", "RFC 6275 9.5.1", "the number of a wrong authenticator is not remembered", NUMBERED)
def sequence_not_stored(t, n):
    n.register(seq=9)
    n.wrong(n.update(seq=20, secret=bytes(16), coa=t.coa2))
    n.register(seq=10)


@proved("auth-sequence-restarted", "RFC 6275 9.5.1, 11.7.3", "a restarted node: 135 with our number, its update with one more is answered", NUMBERED)
def sequence_restarted(t, n):
    n.register(seq=50000)
    old(t, n, 49000, 50000)
    n.register(seq=50001)


@proved("auth-sequence-per-node", "RFC 6275 9.5.1", "numbers are of one mobile node each", NUMBERED, Node(2, key=Key(replay="sequence")))
def sequence_per_node(t, a, b):
    a.register(seq=1000)
    b.register(seq=1)


@proved("auth-replay-after-restart", "RFC 4285 6, RFC 6275 9.5.1", "the home agent is killed as soon as it has acknowledged, and started again: what it had accepted it refuses, by timestamp and by number, and a key that was replaced is no more",
        Node(), Node(2, key=Key(replay="sequence")), Node(3, newer=Key(257)), alone=True)
def after_restart(t, a, b, c):
    c.register()
    retired = c.update(stamp=ntp(time.time() + 6))
    c.register(key=c.newer)
    numbered, u = b.register(seq=9), a.register()
    t.place.restart()
    a.corrected(u)
    b.refused(numbered, 135, SEQUENCE, seq=9)
    c.ignored(retired, "auth.unknown_spi")
    for n in (a, b, c):
        t.equal("binding", t.place.binding(n.hoa), None)
    a.register()
    b.register(seq=10)
    c.register(key=c.newer)
