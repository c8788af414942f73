# SPDX-License-Identifier: BSD-3-Clause
"""A mobile node that proves who it is in its messages (RFC 4283, 4285), made and judged without our own code: octets laid by hand,
authenticators by Python's hmac and hashlib, answers dissected by Scapy.

    @proved("auth-first", "RFC 4285 5.1", "…", Node(key=Key(algorithm="hmac-sha256")))
    def first(t, n):
        n.register()

A case names the mobile nodes that are enrolled for it; it gets one Member for each, whose updates it can alter at will."""
import copy
import hashlib
import hmac
import struct
import time

import cable
from case import PROVED, ba_of, case
from packets import *  # noqa: F403
from packets import HAO, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrRouting, MIP6MH_BA, MIP6OptMNID, MIP6OptMsgAuth, MIP6OptReplayProtection, Raw
from place import home_address

ALGORITHMS = {"hmac-sha1": ("sha1", 12), "hmac-sha256": ("sha256", 16)}
FLAGS = {"A": 0x8000, "H": 0x4000, "L": 0x2000, "K": 0x1000}
PAD1, PADN, ALTERNATE, IDENTITY, AUTHENTICATION, REPLAY = 0, 1, 3, 8, 9, 10
MN_HA, MN_AAA = 1, 2
AAA_SPI = 3  # HMAC_SHA1_SPI
ID_MISMATCH, MESG_ID_REQD, AUTH_FAIL = 144, 145, 146  # RFC 4285 §8
SECONDS_1900 = 2208988800
CHECKSUM_AT = 4


def packed(address):
    return socket.inet_pton(socket.AF_INET6, address)


def ntp(seconds):
    """Seconds since 1970 as a timestamp of RFC 1305."""
    ns = int(seconds * 10**9)
    return ((ns // 10**9 + SECONDS_1900) << 32 | ((ns % 10**9) << 32) // 10**9) & (1 << 64) - 1


class Key:
    """A mobility security association (RFC 4285 §5.1)."""

    def __init__(self, spi=256, algorithm="hmac-sha1", replay="timestamp", octets=16, salt=""):
        self.spi, self.algorithm, self.replay, self.octets, self.salt = spi, algorithm, replay, octets, salt

    def secret(self, identity):
        return hashlib.sha512(("%s %d %s" % (identity, self.spi, self.salt)).encode()).digest()[:self.octets]

    def configuration(self, identity):
        return {"spi": self.spi, "key": self.secret(identity).hex(), "algorithm": self.algorithm, "replay": self.replay}

    def authenticator(self, secret, data):
        name, octets = ALGORITHMS[self.algorithm]
        return hmac.new(secret, data, name).digest()[:octets]


class AAAKey(Key):
    """Between the mobile node and its AAA server (§5.2): HMAC-SHA1 over the SHA-1 of the data, uncut."""

    def __init__(self, spi=AAA_SPI, **more):
        super().__init__(spi, **more)

    def configuration(self, identity):
        return {"spi": self.spi, "key": self.secret(identity).hex()}

    def authenticator(self, secret, data):
        return hmac.new(secret, hashlib.sha1(data).digest(), "sha1").digest()


class Node:
    """A mobile node as it is enrolled. home: which of the case's home addresses is its own; of: node of the same identity."""

    def __init__(self, home=1, key=None, newer=None, aaa=None, identity=None, suspended=False, of=None, prefix=0):
        self.home, self.key, self.newer, self.aaa, self.name, self.suspended, self.of, self.prefix = home, key or Key(), newer, aaa, identity, suspended, of, prefix

    def identity(self, kind, number):
        return self.name or "ship%d@%s.c%d.example" % (self.of or self.home, kind, number)

    def configuration(self, kind, number):
        identity = self.identity(kind, number)
        c = {"home_address": home_address(kind, number, self.home, self.prefix), "identity": identity,
             "keys": [k.configuration(identity) for k in (self.key, self.newer, self.aaa) if k]}
        if self.suspended:
            c["suspended"] = True
        return c


class Option:
    """A mobility option as it stands in the message: at x n + y (RFC 6275 §6.2)."""

    def __init__(self, kind, data=b"", x=1, y=0, length=None):
        self.kind, self.data, self.x, self.y, self.length = kind, data, x, y, length

    def octets(self):
        return bytes([self.kind]) if self.kind == PAD1 else bytes([self.kind, len(self.data) if self.length is None else self.length]) + self.data

    def fill(self, update, message, at):
        """What is made of the whole message, in its place in it."""


class Authenticator(Option):
    """Made of care-of address, home address and what stands before its data, the checksum zero, unless the case says otherwise. of: what
    becomes of the data to be authenticated; twist: of the authenticator."""

    def __init__(self, key, secret, subtype=None, spi=None, of=None, twist=None):
        super().__init__(AUTHENTICATION, x=4, y=1)
        self.key, self.secret, self.spi = key, secret, key.spi if spi is None else spi
        self.subtype = (MN_AAA if isinstance(key, AAAKey) else MN_HA) if subtype is None else subtype
        self.of, self.twist = of or (lambda u, data: data), twist or (lambda octets: octets)

    def room(self):
        return len(self.twist(self.key.authenticator(self.secret, b"")))

    def octets(self):
        return bytes([AUTHENTICATION, 5 + self.room(), self.subtype]) + struct.pack("!I", self.spi) + bytes(self.room())

    def fill(self, update, message, at):
        data = packed(update.coa) + packed(update.hoa) + bytes(message[:at + 7])
        message[at + 7:at + 7 + self.room()] = self.twist(self.key.authenticator(self.secret, self.of(update, data)))


def identifier(identity, subtype=1):
    return Option(IDENTITY, bytes([subtype]) + identity.encode())


def timestamp(value):
    return Option(REPLAY, struct.pack("!Q", value), 8, 2)


def alternate(address):
    return Option(ALTERNATE, packed(address), 8, 6)


def padding(missing):
    return b"" if not missing else b"\0" if missing == 1 else bytes([PADN, missing - 2]) + bytes(missing - 2)


class Update:
    """A Binding Update. coa: the care-of address as its authenticator has it; source: of the packet. What is changed afterwards is not
    authenticated anew."""

    def __init__(self, hoa, coa, source, ha, seq, life, flags, options, hao, stamp, key):
        self.hoa, self.coa, self.source, self.ha, self.seq, self.life, self.hao, self.stamp, self.key = hoa, coa, source, ha, seq, life, hao, stamp, key
        self.message = bytearray(struct.pack("!BBBBHHHH", 59, 0, 5, 0, 0, seq, sum(FLAGS[f] for f in flags), life // 4))
        places = []
        for o in options:
            self.message += padding((o.y - len(self.message)) % o.x)
            places.append((o, len(self.message)))
            self.message += o.octets()
        self.message += padding(-len(self.message) % 8)
        self.message[1] = len(self.message) // 8 - 1
        for o, at in places:
            o.fill(self, self.message, at)
        self.at = {o.kind: at for o, at in places}

    def packet(self):
        """With a right checksum."""
        m = bytearray(self.message)
        m[CHECKSUM_AT:CHECKSUM_AT + 2] = struct.pack("!H", 0xffff - cable.checksum(packed(self.hoa) + packed(self.ha) + struct.pack("!II", len(m), 135) + bytes(m)))
        if not self.hao:
            return IPv6(src=self.hoa, dst=self.ha, hlim=64, nh=135) / Raw(bytes(m))
        return IPv6(src=self.source, dst=self.ha, hlim=64) / IPv6ExtHdrDestOpt(nh=135, options=[HAO(hoa=self.hoa)]) / Raw(bytes(m))

    def flipped(self, at, bit):
        """The same but for one bit of the message."""
        u = copy.copy(self)
        u.message = bytearray(self.message)
        u.message[at] ^= bit
        # What an acknowledgement has of it.
        u.seq, = struct.unpack_from("!H", u.message, 6)
        if REPLAY in self.at:
            u.stamp, = struct.unpack_from("!Q", u.message, self.at[REPLAY] + 2)
        if ALTERNATE in self.at:
            u.coa = socket.inet_ntop(socket.AF_INET6, bytes(u.message[self.at[ALTERNATE] + 2:self.at[ALTERNATE] + 18]))
        return u


class Member:
    """A node of a case, as the case plays it."""

    def __init__(self, t, node):
        self.t, self.node, self.hoa, self.identity = t, node, t.home(node.home, node.prefix), node.identity(t.kind, t.number)
        self.key, self.newer, self.aaa = node.key, node.newer, node.aaa
        self.last = 0

    def clock(self, off_s=0):
        """A timestamp, greater than any before where the time is ours."""
        now = ntp(time.time() + off_s)
        if off_s:
            return now
        self.last = max(self.last + 1, now)
        return self.last

    def authenticator(self, key=None, secret=None, subtype=None, spi=None, of=None, twist=None):
        key = key or self.key
        return Authenticator(key, secret or key.secret(self.identity), subtype, spi, of, twist)

    def update(self, key=None, coa=None, source=None, ha=None, seq=None, life=600, flags="AH", stamp=None, hao=True, options=None, identity=None,
               secret=None, subtype=None, spi=None, of=None, twist=None, alternate_coa=None):
        """As RFC 4285 has it but for what is said. stamp: a timestamp, False: without one. options: how the options follow each other, of the
        words of this node's own options and of Options."""
        t, key = self.t, key or self.key
        source = source or coa or t.coa
        if stamp is None:
            stamp = self.clock() if key.replay == "timestamp" else False
        own = {
            "identity": lambda: identifier(self.identity if identity is None else identity),
            "alternate": lambda: alternate(alternate_coa),
            "timestamp": lambda: timestamp(stamp),
            "mn-ha": lambda: self.authenticator(key, secret, subtype, spi, of, twist),
            "mn-aaa": lambda: self.authenticator(self.aaa),
        }
        if options is None:
            options = ["identity"] + ["alternate"] * bool(alternate_coa) + ["timestamp"] * (stamp is not False) + ["mn-ha"]
        if seq is None:
            seq = t.next_sequence(self.hoa)
        return Update(self.hoa, alternate_coa or coa or t.coa if hao else self.hoa, source, ha or t.agent, seq, life, flags,
                      [own[o]() if isinstance(o, str) else o for o in options], hao, stamp, key)

    # Judging.

    def proof(self, p, u, stamp=None, coa=None, key=None):
        """The proof in an acknowledgement: who it is for, by the same security association as the update, its replay protection option there
        when the update had one, each once and at its alignment, the authentication option last. stamp: of what value; by default the copy."""
        t, key = self.t, key or u.key
        message = mobility_header(p.original[14:])
        found = [(at, kind) for at, kind in options_of(message) if kind in (IDENTITY, AUTHENTICATION, REPLAY)]
        stamp = u.stamp if stamp is None else stamp
        t.equal("options", sorted(kind for _, kind in found), [IDENTITY, AUTHENTICATION] + [REPLAY] * (stamp is not False))
        t.equal("last option", max(options_of(message)), (found[-1][0], AUTHENTICATION))
        for at, kind in found:
            t.that(kind != AUTHENTICATION or at % 4 == 1, "authentication option at %d" % at)
            t.that(kind != REPLAY or at % 8 == 2, "replay protection option at %d" % at)
        option = {o.otype: o for o in p[MIP6MH_BA].options}
        t.fields(option[IDENTITY], subtype=1, id=self.identity.encode())
        if stamp is not False:
            t.fields(option[REPLAY], olen=8, timestamp=stamp)
        t.fields(option[AUTHENTICATION], subtype=MN_HA, mspi=key.spi)
        at = found[-1][0] + 7
        message[CHECKSUM_AT:CHECKSUM_AT + 2] = b"\0\0"
        data = packed(coa or u.coa) + packed(self.hoa) + bytes(message[:at])
        t.equal("authenticator", option[AUTHENTICATION].authdata.hex(), key.authenticator(key.secret(self.identity), data).hex())

    def acknowledged(self, p, u, status=0, seq=None, life=None, **proof):
        """An acknowledgement to a node that is away, whole."""
        b = self.t.acknowledged(p, status, hoa=self.hoa, coa=u.source, ha=u.ha, seq=u.seq if seq is None else seq, life=life if life is not None or status else u.life)
        self.proof(p, u, **proof)
        return b

    def ask(self, u, status=0, **judge):
        return self.acknowledged(self.t.ask(u.packet(), ba_of(self.hoa)), u, status, **judge)

    def register(self, **k):
        """Sends an update; its acknowledgement, judged. The update."""
        u = self.update(**k)
        self.ask(u)
        return u

    def unregister(self, **k):
        return self.register(life=0, **k)

    def bound(self, coa=None):
        """Packets to the home address are tunnelled there."""
        t = self.t
        p = t.ask(IPv6(src=t.cn, dst=self.hoa) / UDP(dport=7) / b"for a node that is away", lambda p: p[IPv6].nh == 41 and p[IPv6].payload[IPv6].dst == self.hoa and UDP in p)
        t.equal("tunnelled to", p[IPv6].dst, coa or t.coa)
        t.equal("care-of address", t.place.binding(self.hoa)["care_of_address"], coa or t.coa)

    def state(self):
        b = self.t.place.binding(self.hoa) or {}
        return {k: b.get(k) for k in ("care_of_address", "sequence", "state", "registered_at")}

    def counted(self, counter, function, count=1):
        """What `function` gives back; it makes the counter rise by exactly so many, and changes no binding. Cases that look at one counter do so
        one after the other."""
        t, before = self.t, self.state()
        with t.place.lock(counter):
            n = t.place.counter(counter)
            result = function()
            t.rise(counter, n + count)
            t.equal(counter, t.place.counter(counter), n + count)
        t.equal("the binding", self.state(), before)
        return result

    def refused(self, u, status, counter, **judge):
        """Refused with this status, in an acknowledgement that is proved itself; counted, and nothing has changed."""
        def see():
            return self.acknowledged(self.t.ask(u.packet(), ba_of(self.hoa)), u, status, **judge)
        return self.counted(counter, see)

    def wrong(self, u, **judge):
        """A wrong authenticator."""
        return self.refused(u, AUTH_FAIL, "auth.wrong_authenticator", **judge)

    def corrected(self, u):
        """Refused with 144: the low half of the timestamp copied, the high half of our clock. The timestamp of the acknowledgement."""
        def see():
            before = ntp(time.time()) >> 32
            p = self.t.ask(u.packet(), ba_of(self.hoa))
            stamp = stamp_of(p)
            self.t.equal("low half of the timestamp", stamp & 0xffffffff, u.stamp & 0xffffffff)
            self.t.that(before <= stamp >> 32 <= ntp(time.time()) >> 32, "high half %d, the time was %d" % (stamp >> 32, before))
            self.acknowledged(p, u, ID_MISMATCH, stamp=stamp)
            return stamp
        return self.counted("auth.timestamp", see)

    def ignored(self, packet, counter, **how):
        """No answer; counted, and nothing has changed."""
        before = self.state()
        self.t.silence(packet.packet() if isinstance(packet, Update) else packet, counter, **how)
        self.t.equal("the binding", self.state(), before)


def stamp_of(p):
    """The timestamp of an acknowledgement; 0: none."""
    return next((o.timestamp for o in p[MIP6MH_BA].options if o.otype == REPLAY), 0)


def mobility_header(packet):
    """Its octets."""
    following, at = packet[6], 40
    while following in (43, 60):
        following, at = packet[at], at + 8 * (packet[at + 1] + 1)
    return bytearray(packet[at:at + 8 * (packet[at + 1] + 1)])


def options_of(message):
    """(place, type) of the options of an acknowledgement, without padding."""
    at = 12
    while at < len(message):
        if message[at] not in (PAD1, PADN):
            yield at, message[at]
        at += 1 if message[at] == PAD1 else 2 + message[at + 1]


def proved(name, clause, meaning, *nodes, kinds=PROVED, **more):
    """A case of authentication in the message: it gets a Member for each node, one by default. A clause without a name is of RFC 4285."""
    nodes = nodes or (Node(),)

    def add(function):
        case(name, clause, kinds, meaning, enrolled=lambda kind, number: [n.configuration(kind, number) for n in nodes], **more)(
            lambda t: function(t, *(Member(t, n) for n in nodes)))
        return function
    return add
