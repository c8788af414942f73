# SPDX-License-Identifier: BSD-3-Clause
"""The other end of the program's ports: what is sent into them, and what comes out, sorted by the case whose addresses it shows."""
import re
import select
import socket
import struct
import threading

from packets import IPv6, Ether, ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, inside

# Every address of case N has c0de:N in it, its solicited-node group the N that ends in the three last octets of its home addresses.
MARK = re.compile(rb"\xc0\xde(..)|\x00\x01\xff(..)", re.S)
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def sums_good(packet):
    """The upper layer's checksum over the addresses of RFC 6275 §6.1.1: the home address of an option, the last one of a routing header.
    None where there is nothing to check; packets in a tunnel are checked too."""
    src, dst, following, at = packet[8:24], packet[24:40], packet[6], 40
    end = 40 + struct.unpack("!H", packet[4:6])[0]
    while following in (0, 43, 60) and at + 8 <= end:
        length = 8 * (packet[at + 1] + 1)
        if following == 43 and packet[at + 3]:
            dst = packet[at + length - 16:at + length]
        o = at + 2
        while following == 60 and o + 2 <= at + length:
            if packet[o] == 0:
                o += 1
                continue
            if packet[o] == 201:
                src = packet[o + 2:o + 18]
            o += 2 + packet[o + 1]
        following, at = packet[at], at + length
    if following == 41:
        return sums_good(packet[at:end])
    if following not in (17, 58, 135):
        return None
    return checksum(src + dst + struct.pack("!II", end - at, following) + packet[at:end]) == 0xffff


def is_general_query(frame):
    """What every node that is away is asked now and then, through its tunnel (RFC 6275 §10.4.3): answers nothing, and disturbs no case."""
    return len(frame) >= 14 + 40 + 40 + 8 + 28 and frame[20] == 41 and frame[60] == 0 and frame[102] == 130 and frame[78:94] == socket.inet_pton(socket.AF_INET6, "ff02::1")


class Mailbox:
    """What came out for one case, in order; the case's thread waits on it. General listener queries lie apart."""

    def __init__(self):
        self.letters, self.queries, self.more = [], [], threading.Condition()

    def query(self, letter):
        with self.more:
            self.queries.append(letter)
            self.more.notify_all()

    def put(self, letter):
        with self.more:
            self.letters.append(letter)
            self.more.notify_all()


class Cable:
    """One port's cable. A thread listens; neighbours that a case has put on the link are answered for here."""

    def __init__(self, ns, interface, name):
        def sockets():
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD))
            s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
            s.bind((interface, 0x86DD))
            return s

        self.name = name
        self.socket = inside(ns, sockets)
        self.mac = ":".join("%02x" % b for b in self.socket.getsockname()[4])
        self.boxes, self.neighbors, self.closed = {}, {}, False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def frame(self, data):
        self.socket.send(bytes(data))

    def listen(self):
        while not self.closed:
            if not select.select([self.socket], [], [], 0.2)[0]:
                continue
            data, address = self.socket.recvfrom(65536)
            if address[2] == PACKET_OUTGOING or len(data) < 54:
                continue
            self.answer(data)
            for n in {int.from_bytes(m.group(1) or m.group(2), "big") for m in MARK.finditer(data)}:
                if n in self.boxes:
                    (self.boxes[n].query if is_general_query(data) else self.boxes[n].put)((self.name, data))

    def answer(self, data):
        """A solicitation for a neighbour that a case plays."""
        if data[20] != 58 or data[54] != 135 or data[22:38] == bytes(16):
            return
        target = socket.inet_ntop(socket.AF_INET6, data[62:78])
        mac = self.neighbors.get(target)
        if mac:
            asker = socket.inet_ntop(socket.AF_INET6, data[22:38])
            self.frame(Ether(src=mac, dst=data[6:12]) / IPv6(src=target, dst=asker, hlim=255) / ICMPv6ND_NA(tgt=target, R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac))

    def close(self):
        self.closed = True
        self.thread.join()
        self.socket.close()
