# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4285 §5.1: several mobility security associations of one node, told apart by their SPI. The second, newer one takes the place of the
first when it is first used."""
import time

from member import Key, Node, ntp, proved
from packets import *  # noqa: F403

NEWER = Key(257, "hmac-sha256", octets=32)
REKEYED = Node(newer=NEWER)


@proved("auth-rekey", "RFC 4285 5.1", "two associations: the older is valid until the newer is used, acknowledgements are by the one of the update; then it is unknown", REKEYED)
def rekey(t, n):
    n.register()
    n.register()
    n.register(key=NEWER, coa=t.coa2)
    n.bound(t.coa2)
    n.ignored(n.update(), "auth.unknown_spi")
    n.register(key=NEWER)
    n.bound()


@proved("auth-rekey-newer-first", "RFC 4285 5.1", "the newer association used first of all: the older one never again", REKEYED)
def newer_first(t, n):
    n.register(key=NEWER)
    n.ignored(n.update(coa=t.coa2), "auth.unknown_spi")
    n.bound()


@proved("auth-rekey-wrong", "RFC 4285 5.1.1", "a wrong authenticator under the newer SPI retires nothing: the older association goes on", REKEYED)
def wrong(t, n):
    n.register()
    n.wrong(n.update(key=NEWER, secret=bytes(32), coa=t.coa2))
    n.register()
    n.bound()


@proved("auth-rekey-crossed", "RFC 4285 5.1", "the key of one association under the SPI of the other: 146", REKEYED)
def crossed(t, n):
    n.register()
    n.wrong(n.update(key=NEWER, secret=n.key.secret(n.identity), coa=t.away(8)))
    n.wrong(n.update(secret=NEWER.secret(n.identity), coa=t.away(9)))
    n.register()


@proved("auth-rekey-stale", "RFC 4285 6", "a stale timestamp under the newer SPI: 144 by it, the older association goes on", REKEYED)
def stale(t, n):
    n.register()
    n.corrected(n.update(key=NEWER, stamp=ntp(time.time() - 3600), coa=t.coa2))
    n.register()
    n.bound()


@proved("auth-rekey-timestamps", "RFC 4285 6", "a timestamp under the newer SPI that is not greater than the last one under the older: 144 (greater than all previously accepted of the mobile node)", REKEYED)
def timestamps(t, n):
    last = n.register().stamp
    n.corrected(n.update(key=NEWER, stamp=last, coa=t.coa2))
    n.bound()
    n.register(key=NEWER, stamp=last + 1)


@proved("auth-rekey-sequence", "RFC 6275 9.5.1", "a number under the newer SPI that is not greater than the last one under the older: 135 with it", Node(key=Key(replay="sequence"), newer=Key(257, replay="sequence")))
def sequence(t, n):
    n.register(seq=100)
    n.refused(n.update(key=n.newer, seq=100, coa=t.coa2), 135, "auth.sequence", seq=100)
    n.bound()
    n.register(key=n.newer, seq=101)


@proved("auth-rekey-other-replay", "RFC 4285 5.1", "from sequence numbers to timestamps: each association by its own replay protection", Node(key=Key(replay="sequence"), newer=Key(257)))
def other_replay(t, n):
    n.register(seq=100)
    n.refused(n.update(key=n.newer, stamp=False, coa=t.coa2), 145, "auth.no_timestamp")
    n.register(key=n.newer, seq=50)
    n.bound()
