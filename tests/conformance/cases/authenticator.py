# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4285 §5.1: what an authenticator is made of, by which key and algorithm; what is changed on the way."""
import hashlib

from case import ba_of
from flood import insist
from member import ALGORITHMS, ALTERNATE, AUTHENTICATION, REPLAY, Key, Node, packed, proved
from packets import *  # noqa: F403

MADE_OF = "RFC 4285 5.1"


@proved("auth-first", "RFC 4285 5.1, 4", "the first registration: accepted, intercepted; the acknowledgement proves itself with identity, timestamp and authenticator")
def first(t, n):
    n.register()
    n.bound()


@proved("auth-refresh", "RFC 4285 5.1", "refreshed: accepted, each acknowledgement with a proof of its own")
def refresh(t, n):
    for life in (600, 400, 800):
        n.register(life=life)
    n.bound()


@proved("auth-move", "RFC 4285 5.1", "at another care-of address: accepted, the proof is made of the new one; there and back")
def move(t, n):
    for coa in (t.coa, t.coa2, t.coa):
        n.register(coa=coa)
        n.bound(coa)


def key(algorithm, octets):
    @proved("auth-key-%s-%d" % (algorithm[5:], octets), "RFC 4285 5.1", "%s with a key of %d octets: both sides compute the same; a key that differs in its last octet: 146" % (algorithm.upper(), octets),
            Node(key=Key(algorithm=algorithm, octets=octets)))
    def judge(t, n):
        n.register()
        secret = n.key.secret(n.identity)
        n.wrong(n.update(secret=secret[:-1] + bytes([secret[-1] ^ 1]), coa=t.away(3)))
        n.register(coa=t.coa2)


for algorithm in ALGORITHMS:
    for octets in (16, 20, 32, 64):
        key(algorithm, octets)


def wrong(name, clause, meaning, *nodes, **how):
    """A registered node, then an update at another care-of address: 146, and nothing changes."""
    @proved("auth-" + name, clause, meaning + ": 146, the binding stays", *nodes)
    def judge(t, n):
        n.register()
        n.wrong(n.update(coa=t.coa2, **how))
        n.bound()


SHA256 = Node(key=Key(algorithm="hmac-sha256"))
wrong("wrong-key", "RFC 4285 5.1.1", "another key", secret=bytes(16))
wrong("wrong-key-sha256", "RFC 4285 5.1.1", "another key, HMAC-SHA-256", SHA256, secret=bytes(16))
wrong("key-of-another", "RFC 4285 5.1.1", "the key of another mobile node under this one's name", secret=Key().secret("somebody@else.example"))
wrong("data-without-care-of", MADE_OF, "an authenticator that leaves the care-of address out", of=lambda u, d: d[16:])
wrong("data-without-home", MADE_OF, "an authenticator that leaves the home address out", of=lambda u, d: d[:16] + d[32:])
wrong("data-swapped", MADE_OF, "home address before care-of address", of=lambda u, d: d[16:32] + d[:16] + d[32:])
wrong("data-without-spi", MADE_OF, "an authenticator over all before the SPI", of=lambda u, d: d[:-4])
wrong("data-before-option", MADE_OF, "an authenticator over all before the option", of=lambda u, d: d[:-7])
wrong("data-and-itself", MADE_OF, "an authenticator over the message with its own data as zeroes", of=lambda u, d: d + bytes(12))
wrong("data-checksum", MADE_OF, "an authenticator over a checksum that is not zero", of=lambda u, d: d[:36] + b"\xff\xff" + d[38:])
wrong("data-agent", MADE_OF, "an authenticator over the home agent's address in place of the home address", of=lambda u, d: d[:16] + packed(u.ha) + d[32:])
wrong("twist-reversed", MADE_OF, "the authenticator backwards", twist=lambda a: a[::-1])
wrong("twist-zero", "RFC 4285 5.1.1", "an authenticator of zeroes", twist=lambda a: bytes(len(a)))
wrong("twist-short", MADE_OF, "an authenticator of 64 bits", twist=lambda a: a[:8])
wrong("twist-long", MADE_OF, "four octets more", twist=lambda a: a + bytes(4))
wrong("twist-short-sha256", MADE_OF, "an authenticator of 96 bits where the key's algorithm makes 128", SHA256, twist=lambda a: a[:12])
wrong("plain-hash", MADE_OF, "a plain SHA-1 in place of the HMAC", twist=lambda a: hashlib.sha1(a).digest()[:12])


@proved("auth-algorithm", MADE_OF, "the SPI names the algorithm: HMAC-SHA-256 under a key of HMAC-SHA1, and the other way round: 146", Node(), Node(2, key=Key(algorithm="hmac-sha256")))
def algorithm_of_spi(t, a, b):
    for n, other in ((a, "hmac-sha256"), (b, "hmac-sha1")):
        n.register()
        n.wrong(n.update(coa=t.away(8 + n.node.home), options=["identity", "timestamp", n.authenticator(Key(algorithm=other), n.key.secret(n.identity))]))


# Changed on the way. Every one comes from a source of its own: what one source is told is limited.


@proved("auth-changed-care-of", MADE_OF, "the same message from another source: 146, no traffic is drawn there")
def changed_care_of(t, n):
    n.register()
    u = n.update()
    u.source = t.coa2
    n.wrong(u, coa=t.coa2)
    n.bound()


@proved("auth-changed-home", MADE_OF, "the same message with the home address of another node of the same identity and key: 146", Node(), Node(2, of=1))
def changed_home(t, a, b):
    b.register()
    u = a.update(coa=t.coa2)
    u.hoa = b.hoa
    b.wrong(u)
    b.bound()


def flipped(what, meaning, place, bit=0x10, alternate=False):
    @proved("auth-flipped-" + what, MADE_OF, "one bit of " + meaning + " turned over, the checksum made right: 146, the binding stays")
    def judge(t, n):
        n.register()
        u = n.update(coa=t.coa2, alternate_coa=t.away(9) if alternate else None)
        n.wrong(u.flipped(place(u), bit))
        n.bound()


flipped("reserved", "the reserved octet", lambda u: 3)
flipped("sequence", "the sequence number", lambda u: 7)
flipped("flags", "the flags (A)", lambda u: 8, 0x80)
flipped("linklocal", "the flags (L)", lambda u: 8, 0x20)
flipped("reserved-flags", "the reserved flags", lambda u: 9, 1)
flipped("lifetime", "the lifetime", lambda u: 10, 0x40)
flipped("alternate", "the alternate care-of address", lambda u: u.at[ALTERNATE] + 17, alternate=True)
flipped("timestamp-seconds", "the timestamp's seconds", lambda u: u.at[REPLAY] + 5, 1)
flipped("timestamp-fraction", "the timestamp's fraction", lambda u: u.at[REPLAY] + 9, 1)
flipped("padding", "padding before the option", lambda u: u.at[REPLAY] + 13 if u.message[u.at[REPLAY] + 10] == 1 else u.at[REPLAY] - 1, 1)
flipped("authenticator-first", "the authenticator's first octet", lambda u: u.at[AUTHENTICATION] + 7, 0x80)
flipped("authenticator-last", "the authenticator's last octet", lambda u: u.at[AUTHENTICATION] + 18, 1)


@proved("auth-every-bit", MADE_OF, "each bit of the message behind the checksum turned over in turn, the checksum made right: nothing is ever accepted, the binding stays; the message itself still is", alone=True)
def every_bit(t, n):
    n.register()
    before, since, u = n.state(), t.mark(), n.update(coa=t.coa2)
    for at in (3, *range(6, u.at[AUTHENTICATION] + 19)):
        for bit in range(8):
            changed = u.flipped(at, 1 << bit)
            changed.source = t.away(0x1000 + 8 * at + bit)  # what one source is told, and may cost, is limited
            t.send(changed.packet())
    t.marker()
    t.equal("the binding", n.state(), before)
    t.equal("accepted", [p.summary() for p in t.came(ba_of(n.hoa), since) if p[MIP6MH_BA].status < 128], [])
    n.bound()
    n.acknowledged(insist(t, u.packet, ba_of(n.hoa), "the acknowledgement of the message itself"), u)
    n.bound(t.coa2)
