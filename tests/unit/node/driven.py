# SPDX-License-Identifier: BSD-3-Clause
"""A mobile node (drive.c) at the other end of a pipe, and what the scripts that drive it share: bytes by Python's struct, from the text of
the RFCs."""
import ipaddress
import struct
import subprocess
import sys

HOA, HA = "2001:db8:1::100", "2001:db8:1::1"
COA, COA_B, AT_HOME = "2001:db8:a::7", "2001:db8:b::7", "2001:db8:1::77"
KEY = bytes(range(1, 17))
SPI = 256
bad = 0


def check(name, good, why=""):
    global bad
    bad += not good
    print("ok %s" % name if good else "not ok %s: %s" % (name, why), flush=True)


def end():
    sys.exit(1 if bad else 0)


def packed(address):
    return ipaddress.IPv6Address(address).packed


def unpacked(octets):
    return str(ipaddress.IPv6Address(octets))


def checksum(data):
    data += bytes(len(data) % 2)
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def summed(message, src, dst, proto=135):
    """An upper-layer message with its checksum: at 4 in a Mobility Header, at 2 in ICMPv6."""
    at = 4 if proto == 135 else 2
    message = message[:at] + b"\0\0" + message[at + 2:]
    return message[:at] + struct.pack("!H", checksum(packed(src) + packed(dst) + struct.pack("!II", len(message), proto) + message)) + message[at + 2:]


def ip6(src, dst, proto, payload):
    return struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + packed(src) + packed(dst) + payload


class Node:
    def __init__(self, spi=SPI, algorithm="sha1", key=KEY, replay="timestamp", identity="ship@fleet.example", more=()):
        argv = [sys.argv[1], HOA, HA, spi, algorithm, key.hex(), replay, identity, *more]
        self.child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.past_s = 0
        self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()
        if self.child.returncode:
            check("the driver ends well", False, self.child.returncode)

    def read(self):
        """All that the last command led to: packets, each with the interface and protection that were asked for, events, counters."""
        self.packets, self.refused, self.events, self.routes, self.counts, self.unbound = [], [], [], {}, {}, False
        for line in self.child.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == ".":
                return
            if word == "send":
                self.packets.append(bytes.fromhex(rest))
            elif word == "refused":
                self.refused.append(rest)
            elif word == "event":
                self.events.append(rest)
            elif word == "count":
                name, n = rest.split()
                self.counts[name] = int(n)
            elif word == "route":
                home, peer, *how = rest.split()
                self.routes[int(home), peer] = how
            elif word == "unbind":
                self.unbound = True
            elif word == "via":
                self.packets[-1] = (self.packets[-1], *(int(x) for x in rest.split()))
            else:
                setattr(self, word, rest)
        raise EOFError("the driver ended")

    def tell(self, *words):
        print(*words, file=self.child.stdin, flush=True)
        self.read()
        return self

    def at(self, address, interface=0):
        return self.tell("at", interface, address)

    def gone(self, address, interface=0):
        return self.tell("gone", interface, address)

    def wait(self, ms, wall_ms=None):
        self.past_s += ms / 1000
        return self.tell("wait", ms, ms if wall_ms is None else wall_ms)

    def hear(self, packet, how="plain"):
        return self.tell("hear", how, packet.hex())

    def due(self):
        """Until something is."""
        return self.wait(int(self.next))
