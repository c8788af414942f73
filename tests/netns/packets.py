# SPDX-License-Identifier: BSD-3-Clause
"""Packets by Scapy, sent from and heard in a lab's hosts: raw sockets opened inside the namespace, used from here."""
import ctypes
import logging
import os
import select
import socket
import threading
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import *  # noqa: E402,F401,F403
from scapy.all import ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrRouting, HAO, MIP6MH_BA, MIP6MH_BE, MIP6MH_BU, Ether, in6_chksum, raw  # noqa: E402,F401
from lab import AGENT, HOA, SLOW  # noqa: E402

libc = ctypes.CDLL(None, use_errno=True)


def inside(ns, make):
    """make() in a namespace: a thread enters it, sockets stay there."""
    result = []

    def work():
        fd = os.open("/run/netns/" + ns, os.O_RDONLY)
        if libc.setns(fd, 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")
        os.close(fd)
        result.append(make())

    t = threading.Thread(target=work)
    t.start()
    t.join()
    return result[0]


class Station:
    """A host's interface: what it hears, and what is sent from it (whole IPv6 packets, routed by its kernel, or frames)."""

    def __init__(self, lab, host, interface):
        ns = lab.ns(host)
        self.interface = interface

        def sockets():
            hear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD))
            hear.bind((interface, 0x86DD))
            return hear, socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW), hear.getsockname()[4]

        self.hear, self.raw, mac = inside(ns, sockets)
        self.mac = ":".join("%02x" % b for b in mac)

    def send(self, packet):
        packet = bytes(packet)
        self.raw.sendto(packet, (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0))

    def frame(self, frame):
        self.hear.send(bytes(frame))

    def forget(self):
        while select.select([self.hear], [], [], 0)[0]:
            self.hear.recv(65536)

    def wait(self, match, seconds=5):
        """The first packet (Scapy, from Ethernet) that matches; None after so long."""
        end = time.monotonic() + seconds * SLOW
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.hear], [], [], left)[0]:
                return None
            data, address = self.hear.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            p = Ether(data)
            if match(p):
                return p

    def silent(self, match, seconds=0.5):
        return self.wait(match, seconds) is None


def bu(seq, coa, hoa=HOA, ha=AGENT, life=60, flags="AH", options=None, hao=True, **more):
    p = IPv6(src=coa if hao else hoa, dst=ha, hlim=64)
    if hao:
        p /= IPv6ExtHdrDestOpt(options=[HAO(hoa=hoa)])
    return p / MIP6MH_BU(flags=flags, seq=seq, mhtime=life // 4, options=options or [], **more)


def ba_of(hoa=HOA):
    """Matches a Binding Acknowledgement with a type 2 routing header for a home address."""
    return lambda p: MIP6MH_BA in p and IPv6ExtHdrRouting in p and p[IPv6ExtHdrRouting].type == 2 and p[IPv6ExtHdrRouting].addresses[-1] == hoa


def mh_checksum_good(p, dst):
    """Independent of Scapy's own dissection: pseudo-header with the final destination (RFC 6275 §6.1.1)."""
    ip = p[IPv6]
    data = bytes(ip)[40:]
    while ip.nh in (43, 60) and data[0] in (43, 60, 135):
        length = (data[1] + 1) * 8
        nxt = data[0]
        data = data[length:]
        if nxt == 135:
            break
    pseudo = IPv6(src=ip.src, dst=dst, nh=135)
    return in6_chksum(135, pseudo, data) == 0


def keep_kernel_quiet(lab, host):
    """The kernel of a host that plays a mobile node must not answer what it does not understand."""
    lab.run(host, "nft", "add table ip6 quiet; add chain ip6 quiet in { type filter hook prerouting priority -350; };"
                         "add rule ip6 quiet in rt type 2 drop; add rule ip6 quiet in meta l4proto 135 drop; add rule ip6 quiet in meta l4proto 41 drop")


def visitor(lab, host="mn", interface="wlan0", addresses=("2001:db8:a::2/64",)):
    """A kernel host in visited network A under fixed addresses, for packets made by Scapy."""
    lab.move(host, interface, "visa")
    lab.address(host, interface, *addresses)
    lab.ip(host, "route", "add", "default", "via", "2001:db8:a::1")
    keep_kernel_quiet(lab, host)
    return Station(lab, host, interface)
