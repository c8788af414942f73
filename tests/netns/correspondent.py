# SPDX-License-Identifier: BSD-3-Clause
"""A correspondent node made by hand (RFC 6275 §5.2, §9): an address on an Ethernet that answers neighbours, tests, Binding Updates and echo
requests. Headers are read octet by octet and keys made by Python's hmac; nothing of it is ours."""
import hashlib
import hmac
import os
import select
import socket
import struct
import threading
import time

from packets import ICMPv6NDOptDstLLAddr, ICMPv6ND_NA, Ether, IPv6, in6_chksum, inside

RR, RH, DST, FRAGMENT, ICMPV6, MH, NONE = 0, 43, 60, 44, 58, 135, 59
BRR, HOTI, COTI, HOT, COT, BU, BA, BE = range(8)


def packed(text):
    return socket.inet_pton(socket.AF_INET6, text)


def text(address):
    return socket.inet_ntop(socket.AF_INET6, address)


def sha1(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha1).digest()


class Packet:
    """An IPv6 packet: `chain` the headers as they came, `hoa` of the option, `rh2` of the routing header, then `proto` and `body`."""

    def __init__(self, data):
        self.data = data
        self.src, self.dst, proto, at = data[8:24], data[24:40], data[6], 40
        self.end = 40 + struct.unpack(">H", data[4:6])[0]
        self.chain, self.hoa, self.rh2 = [], None, None
        while proto in (0, RH, DST):
            self.chain.append(proto)
            end = at + 8 + 8 * data[at + 1]
            if proto == RH and data[at + 2] == 2:
                self.rh2 = data[at + 8:at + 24]
            option = at + 2
            while proto == DST and option < end:
                if data[option] == 0xc9:
                    assert (option - 6) % 8 == 0 and data[option + 1] == 16
                    self.hoa = data[option + 2:option + 18]
                option += 1 if data[option] == 0 else 2 + data[option + 1]
            proto, at = data[at], end
        if proto == FRAGMENT:
            self.chain.append(proto)
        self.proto, self.body = proto, data[at:self.end]
        self.source = self.hoa or self.src


def ip6(src, dst, proto, body, hop_limit=64):
    return struct.pack(">IHBB", 6 << 28, len(body), proto, hop_limit) + src + dst + body


def summed(src, dst, proto, body, at):
    value = in6_chksum(proto, IPv6(src=text(src), dst=text(dst)), body)
    return body[:at] + struct.pack(">H", value) + body[at + 2:]


def routed(hoa, proto):
    """A type 2 routing header (§6.4.1)."""
    return bytes([proto, 2, 2, 1, 0, 0, 0, 0]) + hoa


class Correspondent:
    def __init__(self, lab, host, interface, address, silent=False):
        self.address, self.silent, self.lifetime = packed(address), silent, 105
        self.lock = threading.Lock()
        self.bindings, self.sequence, self.seen = {}, {}, []
        self.key, self.nonces = os.urandom(20), {7: os.urandom(8)}
        self.router = None

        def make():
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD))
            s.bind((interface, 0x86DD))
            # PACKET_MR_PROMISC, or solicitations do not get here.
            s.setsockopt(263, 1, struct.pack("IHH8s", socket.if_nametoindex(interface), 1, 0, b""))
            return s

        self.socket = inside(lab.ns(host), make)
        self.mac = self.socket.getsockname()[4]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            select.select([self.socket], [], [])
            try:
                data, address = self.socket.recvfrom(65536)
            except OSError:
                return  # the lab is gone
            if address[2] == socket.PACKET_OUTGOING or len(data) < 54:
                continue
            with self.lock:
                self.frame(data)

    def frame(self, data):
        p = Packet(data[14:])
        if p.proto == ICMPV6 and p.body[0] == 135 and p.body[8:24] == self.address:
            na = IPv6(src=text(self.address), dst=text(p.src), hlim=255) / ICMPv6ND_NA(tgt=text(self.address), R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=self.mac.hex(":"))
            self.socket.send(data[6:12] + self.mac + b"\x86\xdd" + bytes(na))
        if p.dst != self.address:
            return
        self.router = data[6:12]
        self.seen.append((time.monotonic(), p))
        if p.proto == MH and not self.silent:
            self.message(p)
        elif p.hoa and self.bindings.get(p.hoa) != p.src and p.proto != 50:
            self.mobility(p.src, struct.pack(">BBBBHBB", NONE, 2, BE, 0, 0, 1, 0) + p.hoa, p.src)
        elif p.proto == ICMPV6 and p.body[0] == 128:
            self.send(p.source, ICMPV6, summed(self.address, p.source, ICMPV6, b"\x81\0\0\0" + p.body[4:], 2))

    def send(self, to, proto, body, before=b""):
        """To a home address, by a routing header where there is a binding; `before`: what comes between."""
        if to in self.bindings:
            self.wire(self.bindings[to], RH, routed(to, proto) + body)
        else:
            self.wire(to, proto, body)

    def wire(self, to, proto, body):
        self.socket.send(self.router + self.mac + b"\x86\xdd" + ip6(self.address, to, proto, body))

    def mobility(self, final, body, to):
        body = summed(self.address, final, MH, body, 4)
        self.wire(to, *((MH, body) if final == to else (RH, routed(final, MH) + body)))

    def token(self, address, index, last):
        return sha1(self.key, address, self.nonces[index], bytes([last]))[:8]

    def message(self, p):
        if in6_chksum(MH, IPv6(src=text(p.source), dst=text(p.dst)), p.body) != 0:
            p.refused = "checksum"
            return
        kind, index = p.body[2], max(self.nonces)
        if kind in (HOTI, COTI) and not p.hoa:
            answer = struct.pack(">BBBBHH", NONE, 2, HOT if kind == HOTI else COT, 0, 0, index) + p.body[8:16] + self.token(p.src, index, kind == COTI)
            self.mobility(p.src, answer, p.src)
        elif kind == BU:
            p.refused = self.update(p)

    def update(self, p):
        """None, or why it was met with silence."""
        sequence, flags, lifetime = struct.unpack(">HHH", p.body[6:12])
        nonces = authenticator = None
        at = 12
        while at < len(p.body):
            if p.body[at] == 4:
                nonces = struct.unpack(">HH", p.body[at + 2:at + 6])
            if p.body[at] == 5:
                authenticator = at + 2
            at += 1 if p.body[at] == 0 else 2 + p.body[at + 1]
        p.sequence, p.lifetime, p.nonces, p.acknowledge = sequence, lifetime, nonces, bool(flags & 0x8000)
        if flags & 0x4000 or not nonces or not authenticator or authenticator + 12 != len(p.body):
            return "form"
        deletion = not lifetime or p.source == p.src
        if nonces[0] not in self.nonces or (not deletion and nonces[1] not in self.nonces):
            self.acknowledge(p, 136 if nonces[0] not in self.nonces else 137, None)
            return None
        kbm = hashlib.sha1(self.token(p.source, nonces[0], 0) + (b"" if deletion else self.token(p.src, nonces[1], 1))).digest()
        care_of = p.source if deletion else p.src
        if sha1(kbm, care_of, self.address, p.body[:4] + b"\0\0" + p.body[6:authenticator])[:12] != p.body[authenticator:]:
            return "authenticator"
        last = self.sequence.get(p.source)
        if last is not None and (last - sequence) % 65536 <= 32768:
            p.sequence = last
            self.acknowledge(p, 135, kbm)
            return None
        self.sequence[p.source] = sequence
        if deletion:
            self.bindings.pop(p.source, None)
        else:
            self.bindings[p.source] = p.src
        self.acknowledge(p, 0, kbm)
        return None

    def acknowledge(self, p, status, kbm):
        body = struct.pack(">BBBBHBBHH", NONE, 3 if kbm else 1, BA, 0, 0, status, 0, p.sequence, min(p.lifetime, self.lifetime) if not status else 0)
        if kbm:
            body += b"\x01\x04\0\0\0\0\x05\x0c"
            body += sha1(kbm, p.source if not p.lifetime else p.src, self.address, body)[:12]
        else:
            body += b"\x01\x02\0\0"
        self.mobility(p.source, body, p.src)

    # For scenes.

    def forget(self):
        with self.lock:
            self.bindings.clear()

    def refresh(self, hoa):
        """Binding Refresh Request, by the home path."""
        with self.lock:
            body = summed(self.address, packed(hoa), MH, struct.pack(">BBBBHH", NONE, 0, BRR, 0, 0, 0), 4)
            self.wire(packed(hoa), MH, body)

    def heard(self, match=lambda p: True):
        with self.lock:
            return [p for _, p in self.seen if match(p)]

    def messages(self, kind):
        return self.heard(lambda p: p.proto == MH and p.body[2] == kind)

    def clear(self):
        with self.lock:
            self.seen.clear()

    def bound(self, hoa):
        with self.lock:
            care_of = self.bindings.get(packed(hoa))
            return care_of and text(care_of)
