# SPDX-License-Identifier: BSD-3-Clause
"""ESP as the mobile node's end of manual security associations has it (RFC 3776, RFC 4877, RFC 4303), made and judged without our own code:
ciphers are Scapy's (scapy.layers.ipsec), integrity check values Python's own hmac, and tshark has a say on whole captures.

    @esp("esp-first", "RFC 3776 3.1", "…", node("aes-cbc"))
    def first(t, n):
        n.register()

A case names the mobile nodes that the home agent has enrolled for it; `n` is the mobile node's view of one: `n.to[protects]` the
association towards the home agent, `n.back[protects]` the one that comes back."""
import hashlib
import hmac
import socket
import struct
import subprocess
import tempfile

from case import CEILING_S, IPSEC, case
from lab import Failed
from packets import ESP, Ether, IPv6, IPv6ExtHdrRouting, MIP6MH_BA, MIP6MH_BU, MIP6OptAltCoA, Raw, in6_chksum, wrpcap
from place import home_address
from scapy.layers.ipsec import IPSecIntegrityError, SecurityAssociation, _ESPPlain

REGISTRATION, PREFIXES, HOME_TEST, PAYLOAD = PROTECTS = ("registration", "prefix-discovery", "home-test", "payload")
TRANSPORT = (REGISTRATION, PREFIXES)
UNPROTECTED, NO_ALTERNATE, SELECTOR = "ipsec.unprotected", "ipsec.no_alternate_coa", "ipsec.selector"
UNKNOWN_SPI, OTHER_MODE, OTHER_ADDRESS, REPLAYED, BAD_ICV = "ipsec.unknown_spi", "ipsec.wrong_mode", "ipsec.wrong_address", "ipsec.replayed", "ipsec.wrong_icv"
MALFORMED, DUMMY = "ipsec.malformed", "ipsec.dummy"
ICV = 16
MH, ICMP6, IPV6_IN, NO_NEXT = 135, 58, 41, 59


class TUNNEL:
    """The same, of tunnels: workers count them. An SPI that they do not know is the management core's to judge."""
    UNPROTECTED, SELECTOR, NEXT_HEADER, NOT_BOUND, CARE_OF = "drop.unprotected", "drop.esp_selector", "drop.esp_next_header", "drop.tunnel_unbound", "drop.tunnel_care_of"
    REPLAYED, BAD_ICV, LENGTH, PADDING, DUMMY = "drop.esp_replay", "drop.esp_integrity", "drop.esp_length", "drop.esp_padding", "drop.esp_dummy"


class Association:
    """One security association, as both ends have it in their configuration. direction: as the home agent sees it."""

    def __init__(self, spi, direction, protects, encryption, key_octets, window):
        self.spi, self.direction, self.protects, self.encryption, self.window = spi, direction, protects, encryption, window
        self.encryption_key = self.key("encryption")[:key_octets] if encryption == "aes-cbc" else b""
        self.integrity_key = self.key("integrity")
        self.scapy = SecurityAssociation(ESP, spi=spi, crypt_algo="AES-CBC" if self.encryption_key else "NULL", crypt_key=self.encryption_key or None,
                                         auth_algo="SHA2-256-128", auth_key=self.integrity_key)
        self.sent = 0

    def key(self, what):
        return hashlib.sha256(("%s of %d" % (what, self.spi)).encode()).digest()

    def configuration(self):
        c = {"spi": self.spi, "direction": self.direction, "mode": "transport" if self.protects in TRANSPORT else "tunnel", "protects": self.protects,
             "encryption": self.encryption, "integrity": "hmac-sha256-128", "integrity_key": self.integrity_key.hex(), "replay_window": self.window}
        if self.encryption_key:
            c["encryption_key"] = self.encryption_key.hex()
        return c

    def check_value(self, octets):
        """RFC 4303 §2.8, RFC 4868: over all before it."""
        return hmac.new(self.integrity_key, octets, "sha256").digest()[:ICV]

    def seal(self, payload, following, sequence=None, iv=None, padding=None, padlen=None, spi=None, twist=None):
        """The octets of an ESP header and all behind it. What is not given is as the RFC has it. twist: what becomes of them in the end."""
        if sequence is None:
            self.sent += 1
            sequence = self.sent
        plain = _ESPPlain(spi=self.spi if spi is None else spi, seq=sequence & 0xffffffff, iv=self.scapy.crypt_algo.generate_iv() if iv is None else iv,
                          data=Raw(payload), nh=following)
        if padding is None:
            self.scapy.crypt_algo.pad(plain)
        else:
            plain.padding, plain.padlen = padding, len(padding)
        if padlen is not None:
            plain.padlen = padlen
        octets = bytes(self.scapy.crypt_algo.encrypt(self.scapy, plain, self.scapy.crypt_key))
        octets += self.check_value(octets)
        return octets if twist is None else twist(octets)

    def open(self, octets):
        """(what is inside, its protocol number, sequence number) of what the home agent has sealed; judged octet by octet: made
        again of what was found inside, with the default padding 1, 2, 3… (RFC 4303 §2.4), it is the same."""
        spi, sequence = struct.unpack("!II", octets[:8])
        if spi != self.spi:
            raise Failed("SPI %d, not %d" % (spi, self.spi))
        try:
            self.scapy.auth_algo.verify(ESP(octets), self.integrity_key)
        except IPSecIntegrityError as e:
            raise Failed("the integrity check value is wrong: %s" % e) from None
        found = self.scapy.crypt_algo.decrypt(self.scapy, ESP(octets), self.scapy.crypt_key, ICV)
        inside = bytes(found.data)
        again = self.seal(inside, found.nh, sequence, iv=bytes(found.iv), padding=bytes(range(1, found.padlen + 1)))
        if again != octets:
            raise Failed("padding other than 1, 2, 3…: %s" % octets.hex())
        return inside, found.nh, sequence

    def uat(self):
        """A row of tshark's table of associations."""
        return 'uat:esp_sa:"IPv6","*","*","0x%08x","%s","%s","HMAC-SHA-256-128 [RFC4868]","0x%s"' % (
            self.spi, "AES-CBC [RFC3602]" if self.encryption_key else "NULL", "0x" + self.encryption_key.hex() if self.encryption_key else "", self.integrity_key.hex())


def node(encryption="aes-cbc", protects=(REGISTRATION,), key_octets=16, window=0):
    """What is enrolled: made anew for the case's number, and for its trial. Home tests are never in the clear (RFC 3776 §4.3)."""
    def associations(number, i):
        def one(k, direction, what):
            return Association(number << 12 | i << 4 | k, direction, what, "aes-cbc" if what == HOME_TEST else encryption, key_octets, window)
        return {what: (one(2 * PROTECTS.index(what) + 1, "in", what), one(2 * PROTECTS.index(what) + 2, "out", what)) for what in protects}
    return associations


def esp(name, clause, meaning, *nodes, **more):
    """A case of the ipsec kind: its function gets the trial and a Node for each node."""
    def enrolled(kind, number):
        return [{"home_address": home_address(kind, number, i), "identity": "%s-%d@fleet.example" % (name, i),
                 "security_associations": [a.configuration() for pair in n(number, i).values() for a in pair]} for i, n in enumerate(nodes, 1)]

    def add(function):
        def judge(t):
            function(t, *[Node(t, i, n(t.number, i)) for i, n in enumerate(nodes, 1)])
        case(name, clause, IPSEC, meaning, enrolled=enrolled, **more)(judge)
        return judge
    return add


def upper(octets):
    """(offset of the upper-layer header, its protocol number, offset of the octet that says so)."""
    following, at, where = octets[6], 40, 6
    while following in (0, 43, 60):
        following, at, where = octets[at], at + 8 * (octets[at + 1] + 1), at
    return at, following, where


def under_esp(octets):
    """The octets from the ESP header on, of a whole IPv6 packet; None: it has none."""
    at, following, _ = upper(octets)
    return octets[at:40 + int.from_bytes(octets[4:6], "big")] if following == 50 else None


class Node:
    """A mobile node."""

    def __init__(self, t, i, associations):
        self.t, self.i, self.hoa, self.coa = t, i, t.home(i), t.away(i)
        self.to = {what: pair[0] for what, pair in associations.items()}
        self.back = {what: pair[1] for what, pair in associations.items()}

    # Towards the home agent.

    def transport(self, p, protects=REGISTRATION, by=None, following=None, **deformed):
        """ESP in transport mode before the upper-layer header. by: another association than this node's."""
        octets = bytearray(bytes(p))
        at, proto, where = upper(octets)
        sealed = (by or self.to[protects]).seal(bytes(octets[at:]), proto if following is None else following, **deformed)
        octets[where] = 50
        octets[4:6] = (at - 40 + len(sealed)).to_bytes(2, "big")
        return Raw(bytes(octets[:at]) + sealed)

    def tunnel(self, p, protects=PAYLOAD, src=None, by=None, following=IPV6_IN, header=None, **deformed):
        """ESP in tunnel mode around a packet."""
        sealed = (by or self.to[protects]).seal(bytes(p), following, **deformed)
        return IPv6(src=src or self.coa, dst=self.t.agent, hlim=64, nh=50 if header is None else header.overload_fields[IPv6]["nh"]) / (Raw(sealed) if header is None else header / Raw(sealed))

    def bu(self, alternate=True, coa=None, options=None, **more):
        """A Binding Update not yet protected, with the alternate care-of address (RFC 3776 §4.3). alternate: another one; None: no such option."""
        coa = coa or self.coa
        chosen = [] if alternate is None else [MIP6OptAltCoA(acoa=coa if alternate is True else alternate)]
        return self.t.bu(hoa=self.hoa, coa=coa, options=chosen + (options or []), **more)

    def update(self, deformed=None, **more):
        return self.transport(self.bu(**more), **(deformed or {}))

    def at_home(self, life=0, **more):
        """An update from the home address on the home link, without the option."""
        return self.t.bu(hoa=self.hoa, coa=self.hoa, hao=False, life=life, **more)

    # From the home agent.

    def sealed_to(self, protects, dst=None):
        """Matches ESP of the association that comes back."""
        want = struct.pack("!I", self.back[protects].spi)

        def packet(p):
            octets = under_esp(bytes(p[IPv6]))
            return octets is not None and octets[:4] == want and (dst is None or p[IPv6].dst == dst)
        packet.__name__ = "ESP for " + protects
        return packet

    def opened(self, p, protects=REGISTRATION):
        """(octets inside, their protocol number, sequence number)."""
        return self.back[protects].open(under_esp(bytes(p[IPv6])))

    def acknowledgement(self, p, status=0, coa=None, seq=None, life=None, ha=None):
        """As RFC 3776 §3.1 has it: type 2 routing header, ESP, acknowledgement summed over the home address (RFC 6275 §6.1.1)."""
        t, ha = self.t, ha or self.t.agent
        t.fields(p[IPv6], src=ha, dst=coa or self.coa, nh=43)
        t.fields(p[IPv6ExtHdrRouting], type=2, len=2, segleft=1, nh=50, addresses=[self.hoa])
        return self.judged(self.opened(p), status, ha, seq, life)

    def judged(self, opened, status, ha, seq, life):
        t, (inside, proto, _) = self.t, opened
        t.equal("protocol under ESP", proto, MH)
        t.equal("checksum over the home address", in6_chksum(MH, IPv6(src=ha, dst=self.hoa), inside), 0)
        b = MIP6MH_BA(inside)
        t.fields(b, nh=NO_NEXT, res=0, status=status)
        t.that(not b.flags.K, "K set")
        if seq is not None:
            t.equal("sequence", b.seq, seq)
        if life is not None:
            t.equal("lifetime", b.mhtime * 4, life)
        return b

    def register(self, status=0, deformed=None, **more):
        """A protected update; the acknowledgement, judged. Its ESP and all are in .last."""
        p = self.bu(**more)
        self.last = self.t.ask(self.transport(p, **(deformed or {})), self.sealed_to(REGISTRATION))
        b = self.acknowledgement(self.last, status, coa=more.get("coa"), seq=None if status == 135 else p[MIP6MH_BU].seq, life=more.get("life", 600) if status == 0 else None)
        if status == 0 and more.get("life", 600):
            self.bound(more.get("alternate") if isinstance(more.get("alternate"), str) else more.get("coa") or self.coa)
        return b

    def unregister(self, **more):
        return self.register(life=0, **more)

    def bound(self, coa=None):
        """The home agent has it at that care-of address; None: not at all."""
        b = self.t.place.binding(self.hoa)
        self.t.equal("bound at", b["care_of_address"] if b and b["state"] == "valid" else None, coa)

    def refused(self, packets, counter, bound=None, answer=None, **how):
        """Nothing comes back, the counter rises, the binding is what it was."""
        self.t.silence(packets, counter, answer=answer, **how)
        self.bound(bound)

    # Payload.

    def from_correspondent(self, payload, src=None, **ip):
        return IPv6(src=src or self.t.cn, dst=self.hoa, hlim=64, **ip) / payload

    def to_correspondent(self, payload, dst=None, **ip):
        return IPv6(src=ip.pop("src", self.hoa), dst=dst or self.t.cn, hlim=64, **ip) / payload

    def intercepted(self, sent, coa=None, protects=PAYLOAD, seconds=CEILING_S):
        """Sends to the home address; the ESP tunnel packet that must come of it, judged: what was sent is inside, its hop limit one less.
        Listener queries may come between."""
        want = bytearray(bytes(sent))
        want[7] -= 1
        self.t.forget()
        self.t.send(sent)
        while True:
            p = self.t.wait(self.sealed_to(protects), seconds)
            inside, proto, sequence = self.opened(p, protects)
            self.t.equal("protocol under ESP", proto, IPV6_IN)
            if inside[24:40] != socket.inet_pton(socket.AF_INET6, "ff02::1"):
                break
        self.t.fields(p[IPv6], src=self.t.agent, dst=coa or self.coa, nh=50)
        self.t.equal("packet in the tunnel", inside.hex(), bytes(want).hex())
        return p, sequence

    def delivered(self, sent, **how):
        """Sends through the ESP tunnel; the correspondent gets what was inside, its hop limit one less."""
        want = bytearray(bytes(sent))
        want[7] -= 1
        protects = how.pop("protects", PAYLOAD)
        dst = socket.inet_ntop(socket.AF_INET6, bytes(want[24:40]))
        p = self.t.ask(self.tunnel(sent, protects, **how), lambda p: p[IPv6].dst == dst and p[IPv6].src == self.hoa, sums=False)
        self.t.equal("packet forwarded", bytes(p[IPv6])[:len(want)].hex(), bytes(want).hex())
        return p


def dissected(packets, associations, *fields):
    """What tshark makes of packets, decrypted by it: [{field: value}] a packet."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as f:
        wrpcap(f.name, [Ether(bytes(p)) for p in packets])
        argv = ["tshark", "-r", f.name, "-n", "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE", "-T", "fields", "-E", "separator=|"]
        for a in associations:
            argv += ["-o", a.uat()]
        for name in fields:
            argv += ["-e", name]
        p = subprocess.run(argv, capture_output=True, text=True)
    if p.returncode:
        raise Failed("tshark: " + p.stderr)
    return [dict(zip(fields, line.split("|"))) for line in p.stdout.splitlines()]
