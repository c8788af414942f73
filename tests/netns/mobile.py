# SPDX-License-Identifier: BSD-3-Clause
"""A mobile node that knows route optimization, by hand: octets of RFC 6275 §6 and hashlib, nothing of ours. Its programs are a kernel's, behind a TUN
device that has the home address."""
import fcntl
import hashlib
import os
import select
import socket
import struct
import threading
import time

from correspondent import BA, BU, COTI, HOTI, MH, NONE, RH, DST, Packet, ip6, packed, sha1, summed, text
from lab import SLOW
from packets import IPv6, in6_chksum, inside

TUNNEL = 41


def hao(proto, hoa):
    """§6.3: the option at 8n + 6."""
    return bytes([proto, 2, 1, 2, 0, 0, 201, 16]) + packed(hoa)


def message(kind, data, src, dst):
    """§6.1.1, with the checksum over the final addresses."""
    return summed(packed(src), packed(dst), MH, bytes([NONE, (len(data) + 6) // 8 - 1, kind, 0, 0, 0]) + data, 4)


class Heard(Packet):
    """Its addresses as text, and as its upper layer sees them."""

    def __init__(self, data):
        super().__init__(data)
        self.first_hop, self.src, self.dst = text(self.dst), text(self.source), text(self.rh2 or self.dst)

    def good(self):
        return in6_chksum(self.proto, IPv6(src=self.src, dst=self.dst), self.body) == 0

    def mh(self):
        return self.body[2] if self.proto == MH and len(self.body) >= 8 else None


class Mobile:
    """`away`: a Station where it is; `home`: one that hears what is sent to its home address, or None: it is away's tunnel to `agent`."""

    def __init__(self, away, hoa, coa, home=None, agent=None):
        self.away, self.home, self.hoa, self.coa, self.agent = away, home or away, hoa, coa, agent
        self.sequence = 7
        self.cookies = 0
        # Whatever its programs' routes are, it sends by this interface.
        away.raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, away.interface.encode())

    def hear(self, match, seconds=5, at=None):
        """The first packet that matches, its tunnel taken off."""
        end = time.monotonic() + seconds * SLOW
        hear = (at or self.away).hear
        while select.select([hear], [], [], max(0, end - time.monotonic()))[0]:
            data, address = hear.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            p = Heard(data[14:])
            if p.proto == TUNNEL:
                p = Heard(p.body)
            if match(p):
                return p
        return None

    def forget(self):
        """What was heard before an answer is awaited may have filled the sockets."""
        self.away.forget()
        self.home.forget()

    def at_home(self, packet):
        """As its home agent forwards it."""
        self.home.send(ip6(packed(self.coa), packed(self.agent), TUNNEL, packet) if self.agent else packet)

    def direct(self, dst, proto, payload, hoa=None, coa=None):
        self.away.send(ip6(packed(coa or self.coa), packed(dst), DST, hao(proto, hoa or self.hoa) + payload))

    def cookie(self):
        self.cookies += 1
        return struct.pack("!Q", self.cookies)

    def test(self, kind, correspondent, coa=None):
        """(nonce index, keygen token), or None."""
        self.forget()
        cookie, src = self.cookie(), self.hoa if kind == HOTI else coa or self.coa
        packet = ip6(packed(src), packed(correspondent), MH, message(kind, bytes(2) + cookie, src, correspondent))
        if kind == HOTI:
            self.at_home(packet)
        else:
            self.away.send(packet)
        p = self.hear(lambda p: p.mh() == kind + 2 and p.body[8:16] == cookie, at=self.home if kind == HOTI else self.away)
        return p and p.good() and p.src == correspondent and p.dst == src and (struct.unpack("!H", p.body[6:8])[0], p.body[16:24])

    def update(self, correspondent, home, careof, life=420, coa=None):
        """A Binding Update that wants an acknowledgement; the tokens as test() gives them. Life 0: from afar, the home token alone."""
        self.sequence = (self.sequence + 1) & 0xffff
        coa = coa or self.coa
        key = hashlib.sha1(home[1] + (careof[1] if life else b"")).digest()
        data = struct.pack("!HHH", self.sequence, 0x8000, life // 4) + struct.pack("!BBHH", 4, 4, home[0], careof[0]) + bytes([5, 12])
        m = bytes([NONE, 3, BU, 0, 0, 0]) + data
        proof = sha1(key, packed(coa if life else self.hoa), packed(correspondent), m)[:12]
        self.forget()
        self.direct(correspondent, MH, message(BU, data + proof, self.hoa, correspondent), coa=coa)
        return key

    def acknowledged(self, correspondent, key, coa=None, deleted=False):
        """Status of the acknowledgement, if it is by a type 2 routing header and (but 136 to 138) under the key, for which the home address of a deleted
        binding is its care-of address (§6.2.7); else what is wrong with it."""
        p = self.hear(lambda p: p.mh() == BA and p.src == correspondent)
        if not p:
            return "nothing"
        m, status = p.body, p.body[6]
        if not p.good() or p.chain != [RH] or p.dst != self.hoa or p.first_hop != (coa or self.coa) or struct.unpack("!H", m[8:10])[0] != self.sequence:
            return "addresses, checksum or number wrong: %s" % m.hex()
        if status not in (136, 137, 138):
            proof = sha1(key, packed(self.hoa if deleted else coa or self.coa), packed(correspondent), m[:4], bytes(2), m[6:-12])[:12]
            if m[-14:-12] != bytes([5, 12]) or m[-12:] != proof:
                return "not under the key: %s" % m.hex()
        return status

    def register(self, correspondent, coa=None):
        """Status of the acknowledgement; else what was missing."""
        home, careof = self.test(HOTI, correspondent), self.test(COTI, correspondent, coa)
        if not home or not careof:
            return "home test %s, care-of test %s" % (home, careof)
        status = self.acknowledged(correspondent, self.update(correspondent, home, careof, coa=coa), coa=coa)
        if status == 0 and coa:
            self.coa = coa
        return status

    def programs(self, lab, host, correspondents):
        """A TUN device with the home address; what is sent there to a correspondent goes with the option, all else is not carried."""
        def make():
            fd = os.open("/dev/net/tun", os.O_RDWR)
            fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH", b"hp0", 0x1001))  # TUNSETIFF: TUN, no packet information
            return fd

        self.tun, self.direct_in = inside(lab.ns(host), make), 0
        lab.ip(host, "link", "set", "hp0", "up", "mtu", 1500)
        lab.ip(host, "addr", "add", self.hoa + "/128", "dev", "hp0", "nodad")
        for c in correspondents:
            lab.ip(host, "route", "add", c, "dev", "hp0", "src", self.hoa)
        self.hear_data = inside(lab.ns(host), lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD)))
        self.hear_data.bind((self.away.interface, 0x86DD))
        threading.Thread(target=self.carry, args=(set(correspondents),), daemon=True).start()

    def carry(self, correspondents):
        try:
            while True:
                ready = select.select([self.tun, self.hear_data], [], [])[0]
                if self.tun in ready:
                    self.carry_out(os.read(self.tun, 65536), correspondents)
                if self.hear_data in ready:
                    self.carry_in(*self.hear_data.recvfrom(65536), correspondents)
        except OSError:
            pass  # the lab is closed

    def carry_out(self, p, correspondents):
        if p[0] >> 4 == 6 and text(p[24:40]) in correspondents:
            self.direct(text(p[24:40]), p[6], p[40:])

    def carry_in(self, frame, address, correspondents):
        if address[2] == socket.PACKET_OUTGOING or len(frame) < 54:
            return
        p = Heard(frame[14:])
        if p.dst == self.hoa and p.src in correspondents and p.proto != MH:
            self.direct_in += 1
            os.write(self.tun, ip6(packed(p.src), packed(self.hoa), p.proto, p.body, p.data[7]))
