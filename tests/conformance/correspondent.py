# SPDX-License-Identifier: BSD-3-Clause
"""A mobile node before a correspondent (RFC 6275 §5.2, §9), made and judged without our own code: messages of octets laid by hand, keys and
authenticators by Python's hashlib and hmac, answers dissected by Scapy.

    @cn("cn-bu", "9.5.1", "…")
    def update(t, m):
        m.register()

A case happens with an address of the appliance's own as the correspondent, and again, its name ending in -host, with a host behind it that it acts
for (`correspondent.protect`) and that knows nothing of Mobile IPv6. `m` is the mobile node's view of one correspondent: its home is elsewhere."""
import copy
import hashlib
import hmac
import os
import struct
import time
from collections import namedtuple

import cable
from case import CORRESPONDENT, case, having, is_answer, tunnelled
from member import CHECKSUM_AT, Option, Update, alternate, mobility_header, packed
from packets import *  # noqa: F403
from packets import HAO, ICMPv6EchoReply, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrRouting, MIP6MH_BA, MIP6MH_BE, Raw, UDP
from place import CORE, SERVERS, identifier

OWN, HOST = "own", "host"
EVERYWHERE = (OWN, HOST)
BRR, HOTI, COTI, HOT, COT, BU, BA, BE = range(8)
NONCES, AUTHORIZATION = 4, 5
UNSPECIFIED, PROHIBITED, RESOURCES, SEQUENCE, HOME_NONCE, CAREOF_NONCE, BOTH_NONCES, TYPE_CHANGE, INVALID_COA = 128, 129, 130, 135, 136, 137, 138, 139, 174
LIFE_MOST_S = 420  # MAX_RR_BINDING_LIFETIME
MH = 135

Token = namedtuple("Token", "index octets address")


def kbm(home, careof=None):
    """§5.2.5: of the home keygen token alone when a binding is deleted."""
    return hashlib.sha1(home.octets + (careof.octets if careof else b"")).digest()


def authenticator(key, coa, correspondent, data):
    """§6.2.7. data: the Mobility Header without the authenticator, its checksum zero."""
    return hmac.new(key, packed(coa) + packed(correspondent) + bytes(data), "sha1").digest()[:12]


class Authorization(Option):
    """Binding Authorization Data. of: what becomes of the data to be authenticated; twist: of the authenticator."""

    def __init__(self, key, of=None, twist=None):
        super().__init__(AUTHORIZATION, (twist or bytes)(bytes(12)), 8, 2)
        self.key, self.of, self.twist = key, of or (lambda u, data: data), twist or bytes

    def fill(self, update, message, at):
        end = at + 2 + len(self.data)
        data = self.of(update, packed(update.coa) + packed(update.ha) + bytes(message[:at + 2]) + bytes(message[end:]))
        message[at + 2:end] = self.twist(hmac.new(self.key, data, "sha1").digest()[:12])


def far(index):
    """Of a nonce that nobody was given."""
    return (index + 0x4000) & 0xffff


def nonces(home, careof):
    return Option(NONCES, struct.pack("!HH", home, careof), 2)


def mobility(src, dst, octets, proto=None, checksum=None):
    """A packet of nothing but a Mobility Header, its checksum right. src, dst: as the checksum has them."""
    octets = bytearray(octets)
    octets[CHECKSUM_AT:CHECKSUM_AT + 2] = b"\0\0"
    if checksum is None:
        checksum = 0xffff - cable.checksum(packed(src) + packed(dst) + struct.pack("!II", len(octets), MH) + bytes(octets))
    octets[CHECKSUM_AT:CHECKSUM_AT + 2] = struct.pack("!H", checksum)
    return IPv6(src=src, dst=dst, nh=MH, hlim=64) / Raw(bytes(octets))


def test_init(kind, cookie, options=b"", reserved=0, proto=59, length=None):
    """The octets of a Home or Care-of Test Init."""
    octets = struct.pack("!BBBBHH", proto, 0, kind, 0, 0, reserved) + cookie + options
    return octets[:1] + bytes([len(octets) // 8 - 1 if length is None else length]) + octets[2:]


def mh_of(p):
    """The octets of the Mobility Header of what came; empty: it has none."""
    ip = p[IPv6]
    if ip.nh == MH or ip.nh == 43 and p[IPv6ExtHdrRouting].nh == MH:
        return mobility_header(p.original[14:])
    return b""


def message(kind, to=None, **ip):
    """Matches a Mobility Header message of that type."""
    def mobility_message(p):
        octets = mh_of(p)
        return len(octets) > 2 and octets[2] == kind and (to is None or p[IPv6].dst == to)
    mobility_message.__name__ = "Mobility Header type %d" % kind
    return mobility_message


def pp(packet, at):
    """Judges of a parameter problem: about this octet of this packet."""
    return having(ICMPv6ParamProblem, to=packet.src, code=0, ptr=at)


class Pair:
    """A mobile node and one correspondent of its, as the case plays the node."""

    def __init__(self, t, own, hoa=None, coa=None, correspondent=None, i=1):
        self.t, self.own = t, own
        self.hoa, self.coa, self.coa2 = hoa or t.away(0x100), coa or t.coa, t.coa2
        self.correspondent = correspondent or (CORE if own else self.server(i))
        self.sequence = 1000
        self.home = None
        self.careof = {}

    def server(self, i=1, prefix=SERVERS):
        """A host on the servers' link that answers solicitations."""
        address = socket.inet_ntop(socket.AF_INET6, packed(prefix)[:8] + identifier(self.t.number, i))
        self.t.place.cables["servers"].neighbors[address] = self.t.mac(i)
        return address

    def beside(self, **k):
        """Another of this case."""
        return Pair(self.t, self.own, **{"hoa": self.hoa, "coa": self.coa, "correspondent": self.correspondent, **k})

    def bad_option(self, why):
        """The counter of a Home Address option that no packet may have: misplaced, repeated, length, unroutable."""
        return "control.hao_invalid" if self.own else "drop.home_address_" + why

    # Return routability.

    def init(self, kind, source=None, cookie=None, checksum=None, **octets):
        source = source or (self.hoa if kind == HOTI else self.coa)
        return mobility(source, self.correspondent, test_init(kind, cookie or os.urandom(8), **octets), checksum=checksum)

    def token(self, p, kind, cookie, to):
        """Judges a Home or Care-of Test, octet by octet but for index and token."""
        t, octets = self.t, mobility_header(p.original[14:])
        t.fields(p[IPv6], src=self.correspondent, dst=to, nh=MH, plen=24)
        t.that(p[IPv6].hlim > 1, "hop limit")
        t.equal("header", octets[:4].hex(), bytes([59, 2, kind, 0]).hex())
        t.equal("cookie", octets[8:16].hex(), cookie.hex())
        t.that(any(octets[16:24]), "a token of zeroes")
        return Token(struct.unpack_from("!H", octets, 6)[0], bytes(octets[16:24]), to)

    def test(self, kind, source=None, cookie=None, packet=None):
        """Asks for a keygen token."""
        source = source or (self.hoa if kind == HOTI else self.coa)
        cookie = cookie or os.urandom(8)
        p = self.t.ask(packet or self.init(kind, source, cookie), message(kind + 2, source))
        return self.token(p, kind + 2, cookie, source)

    def tests(self, coa=None, fresh=False):
        """Both tests, unless their tokens are there already."""
        coa = coa or self.coa
        if fresh or not self.home:
            self.home = self.test(HOTI)
        if fresh or coa not in self.careof:
            self.careof[coa] = self.test(COTI, coa)
        return self.home, self.careof[coa]

    def tests_by_tunnel(self):
        """Of a node that is bound here, at the case's care-of address: its home test goes through its tunnel (§10.4.2)."""
        t, cookie = self.t, os.urandom(8)
        p = t.ask(IPv6(src=t.coa, dst=t.agent) / self.init(HOTI, cookie=cookie), tunnelled(t.coa))
        t.fields(p[IPv6], src=t.agent, nh=41)
        inner = p[IPv6].payload[IPv6]
        t.fields(inner, src=self.correspondent, dst=self.hoa, nh=MH, plen=24)
        octets = bytes(inner.payload)
        t.equal("message", (octets[:4].hex(), octets[8:16].hex()), (bytes([59, 2, HOT, 0]).hex(), cookie.hex()))
        self.home = Token(struct.unpack_from("!H", octets, 6)[0], octets[16:24], self.hoa)
        self.careof[self.coa] = self.test(COTI)

    # Binding Updates.

    def next_sequence(self):
        self.sequence = (self.sequence + 1) & 0xffff
        return self.sequence

    def update(self, life=40, seq=None, flags="A", source=None, alternate_coa=None, home=None, careof=None, indices=None, options=None, hao=True, key=None, over=None, of=None,
               twist=None):
        """As §5.2.6 and §6.2 have it but for what is said. over: the care-of address that the authenticator is made with. options: how they follow each
        other, of the words of this pair's own and of Options."""
        source = source or (self.coa if hao else self.hoa)
        coa = alternate_coa or source
        if not home:
            home = self.home or self.tests(coa)[0]
        if life and not careof:
            careof = self.tests(coa)[1]
        if key is None:
            key = kbm(home, careof if life else None)
        if indices is None:
            indices = home.index, careof.index if careof else 0
        own = {"nonces": lambda: nonces(*indices), "alternate": lambda: alternate(alternate_coa), "authorization": lambda: Authorization(key, of, twist)}
        if options is None:
            options = ["alternate"] * bool(alternate_coa) + ["nonces", "authorization"]
        return Update(self.hoa, over or (coa if life else self.hoa), source, self.correspondent, self.next_sequence() if seq is None else seq, life, flags,
                      [own[o]() if isinstance(o, str) else o for o in options], hao, 0, key)

    def acknowledgement(self, u):
        """Matches that of an update."""
        def binding_acknowledgement(p):
            return message(BA, u.source)(p) and p[IPv6].src == self.correspondent
        return binding_acknowledgement

    def acknowledged(self, p, u, status=0, seq=None, life=None):
        """§6.1.8, §9.5.4, §6.2.7, §6.4: a Binding Acknowledgement, whole."""
        t, octets = self.t, mobility_header(p.original[14:])
        t.fields(p[IPv6], src=self.correspondent, dst=u.source, nh=43 if u.hao else MH)
        t.that(p[IPv6].hlim > 1, "hop limit")
        if u.hao:
            t.fields(p[IPv6ExtHdrRouting], type=2, len=2, segleft=1, nh=MH, reserved=0, addresses=[self.hoa])
        t.equal("status", octets[6], status)
        t.equal("header", (octets[0], octets[2], octets[3], octets[7]), (59, BA, 0, 0))
        t.equal("sequence", struct.unpack_from("!H", octets, 8)[0], u.seq if seq is None else seq)
        granted, = struct.unpack_from("!H", octets, 10)
        t.equal("lifetime", 4 * granted, (u.life if life is None else life) if status < 128 else 0)
        if status in (HOME_NONCE, CAREOF_NONCE, BOTH_NONCES):
            t.equal("options", [o.otype for o in p[MIP6MH_BA].options if o.otype > 1], [])
            return
        t.that(len(octets) >= 26 and octets[-14:-12] == bytes([AUTHORIZATION, 12]), "no Binding Authorization Data at the end: %s" % octets.hex())
        proof = bytes(octets[-12:])
        octets[CHECKSUM_AT:CHECKSUM_AT + 2] = b"\0\0"
        t.equal("authenticator", proof.hex(), authenticator(u.key, u.coa, self.correspondent, octets[:-12]).hex())

    def ask(self, u, status=0, **judge):
        return self.acknowledged(self.t.ask(u.packet(), self.acknowledgement(u)), u, status, **judge)

    def register(self, status=0, **k):
        """Sends an update with all that is needed; its acknowledgement, judged. The update."""
        u = self.update(**k)
        self.ask(u, status)
        return u

    def delete(self, status=0, **k):
        return self.register(status, life=0, **k)

    # What the correspondent makes of it.

    def entry(self):
        """What the operator is shown; None: nothing."""
        cursor = ""
        while True:
            page = self.t.place.lab.api("/v1/correspondents?limit=1000" + cursor)
            for row in page["correspondents"]:
                if row["home_address"] == self.hoa and row["correspondent"] == self.correspondent:
                    return row
            if not page["next"]:
                return None
            cursor = "&cursor=" + page["next"]

    def over(self):
        """Polls until it is shown no more."""
        end = time.monotonic() + 120
        while self.entry():
            self.t.that(time.monotonic() < end, "still bound")
            time.sleep(0.1)

    def state(self):
        row = self.entry() or {}
        return {k: row.get(k) for k in ("care_of_address", "sequence", "registered_at")}

    def serve(self, *packets):
        """From the host."""
        self.t.send(*packets, port="servers", mac=self.t.place.cables["servers"].neighbors[self.correspondent])

    def speak(self, packet=None, match=None):
        """What comes out when the correspondent sends to the home address: an echo reply of the appliance's own, or UDP of the host's."""
        t, data = self.t, os.urandom(12)

        def said(p):
            return p.original.endswith(data)
        if self.own:
            return t.ask(IPv6(src=self.hoa, dst=self.correspondent) / ICMPv6EchoRequest(id=t.number, data=data), match or said)
        t.forget()
        self.serve(packet or IPv6(src=self.correspondent, dst=self.hoa) / UDP(sport=7, dport=t.number) / data)
        return t.wait(match or said, port="core")

    def routed(self, p, coa=None, following=None):
        """By a type 2 routing header straight behind the IPv6 header (§6.4, §9.3.2)."""
        self.t.fields(p[IPv6], src=self.correspondent, dst=coa or self.coa, nh=43)
        self.t.fields(p[IPv6ExtHdrRouting], type=2, len=2, segleft=1, reserved=0, addresses=[self.hoa])
        if following is not None:
            self.t.fields(p[IPv6ExtHdrRouting], nh=following)

    def plain(self, p):
        """To the home address, by no routing header."""
        self.t.fields(p[IPv6], src=self.correspondent, dst=self.hoa)
        self.t.that(p[IPv6].nh in (17, 58), "next header %d" % p[IPv6].nh)

    def claiming(self, payload=None, coa=None, hoa=None):
        """A packet of the mobile node with a Home Address option."""
        return IPv6(src=coa or self.coa, dst=self.correspondent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=hoa or self.hoa)]) / (payload or UDP(sport=self.t.number, dport=7) / os.urandom(12))

    def delivered(self, packet, expected=None):
        """The host gets it as from the home address, without the option, payload and checksum as they were (§9.3.1)."""
        t = self.t
        t.forget()
        t.send(packet)
        p = t.wait(lambda p: p[IPv6].src == self.hoa and p[IPv6].dst == self.correspondent, port="servers")
        t.fields(p[Ether], src=t.place.program_mac["servers"], dst=t.place.cables["servers"].neighbors[self.correspondent])
        expected = bytearray(bytes(expected if expected is not None else IPv6(src=self.hoa, dst=self.correspondent, hlim=packet.hlim - 1) / packet[IPv6ExtHdrDestOpt].payload))
        t.equal("the packet", p.original[14:14 + len(expected)].hex(), expected.hex())

    def heard(self, coa=None):
        """A packet with the option gets through."""
        t = self.t
        if not self.own:
            return self.delivered(self.claiming(coa=coa))
        data = os.urandom(12)
        p = t.ask(self.claiming(ICMPv6EchoRequest(id=t.number, data=data), coa), lambda p: ICMPv6EchoReply in p and p[ICMPv6EchoReply].data == data)
        self.routed(p, coa, 58)

    def binding_error(self, packet, status=1, hoa=None):
        """§6.1.9, §9.3.3: the answer, and nothing else."""
        t, since = self.t, self.t.mark()
        e = t.ask(packet, having(MIP6MH_BE))
        t.fields(e[IPv6], src=self.correspondent, dst=packet.src, nh=MH)
        t.fields(e[MIP6MH_BE], nh=59, len=2, mhtype=BE, res=0, status=status, reserved=0, ha=self.hoa if hoa is None else hoa, options=[])
        t.marker()
        t.equal("other answers", [p.summary() for p in t.came(is_answer, since) if MIP6MH_BE not in p], [])

    def bound(self, coa=None):
        """Both ways by the direct path, and shown."""
        coa = coa or self.coa
        self.t.equal("care-of address shown", (self.entry() or {}).get("care_of_address"), coa)
        self.routed(self.speak(), coa)
        self.heard(coa)

    def unbound(self, coa=None):
        """Neither way, and not shown."""
        self.t.equal("shown", self.entry(), None)
        self.plain(self.speak())
        self.binding_error(self.claiming(ICMPv6EchoRequest(id=self.t.number), coa))

    def same(self, function):
        """Whatever it does changes nothing of the binding."""
        before = self.state()
        result = function()
        self.t.equal("the binding", self.state(), before)
        return result

    def ignored(self, u, counter=None):
        """Silence; counted, and nothing has changed. u: an update or packets."""
        self.same(lambda: self.t.silence(u.packet() if isinstance(u, Update) else u, counter))

    def refused(self, u, status, counter=None, **judge):
        """Answered with this status; counted, and nothing has changed."""
        t = self.t
        counter = counter or "correspondent_ba_status.%d" % status
        with t.place.lock(counter):
            n = t.place.counter(counter)
            self.same(lambda: self.ask(u, status, **judge))
            t.rise(counter, n + 1)


def changed(u, **fields):
    """The same update otherwise sent: from another source, to another correspondent. What it says is as it was."""
    u = copy.copy(u)
    for k, v in fields.items():
        setattr(u, k, v)
    return u


def cn(name, clause, meaning, where=EVERYWHERE, **more):
    """A case of a correspondent; its function gets the trial and a Pair."""
    def add(function):
        for place in where:
            case(name + ("-host" if place == HOST and len(where) > 1 else ""), clause, CORRESPONDENT, ("a protected host: " if place == HOST else "") + meaning, **more)(
                lambda t, place=place: function(t, Pair(t, place == OWN)))
        return function
    return add


def ignored(name, clause, meaning, counter, update, where=EVERYWHERE, bound=True, **more):
    """A case of one line: an update, or packets, met with silence; the binding there is, is as it was. bound: there is one before."""
    @cn(name, clause, meaning + ": silence", where, **more)
    def judge(t, m):
        if bound:
            m.register()
        m.ignored(update(m), counter)
