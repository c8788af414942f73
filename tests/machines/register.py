#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A home registration by a program that knows only the Mobility Header: option, routing header and checksum are the kernel's."""
import socket
import struct
import sys

hoa, ha = sys.argv[1:3]
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 135)
s.setsockopt(socket.IPPROTO_IPV6, 7, 4)  # IPV6_CHECKSUM: at the fifth octet
s.bind((hoa, 0))
s.settimeout(20)
# Payload protocol 59, length 1 (8-octet units), type 5, reserved, checksum; sequence 77, A and H, 240 s; PadN of 4 octets.
s.sendto(struct.pack("!BBBBHHHHBBH", 59, 1, 5, 0, 0, 77, 0xC000, 60, 1, 2, 0), (ha, 0))
while True:
    data, source = s.recvfrom(2048)
    if data[2] == 6:
        break
status, _, sequence, lifetime = struct.unpack("!BBHH", data[6:12])
print("acknowledged by %s: status %d, sequence %d, lifetime %d s" % (source[0], status, sequence, lifetime * 4), flush=True)
