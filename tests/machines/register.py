#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""register.py HOA HA [SEQUENCE LIFETIME_S COA]: a home registration by a program that knows only the Mobility Header: option, routing header,
checksum and ESP are the kernel's. COA: in an alternate care-of address option."""
import socket
import struct
import sys

hoa, ha = sys.argv[1:3]
sequence, life_s = map(int, sys.argv[3:5] or (77, 240))
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 135)
s.setsockopt(socket.IPPROTO_IPV6, 7, 4)  # IPV6_CHECKSUM: at the fifth octet
s.bind((hoa, 0))
s.settimeout(10)
# PadN, of 2 octets and the option at 8n+6 (RFC 6275 §6.2.5), or of 4 octets.
options = b"\1\0\3\x10" + socket.inet_pton(socket.AF_INET6, sys.argv[5]) if sys.argv[5:] else b"\1\2\0\0"
# Payload protocol 59, length in 8-octet units but the first, type 5, reserved, checksum; sequence, A and H, lifetime.
s.sendto(struct.pack("!BBBBHHHH", 59, (4 + len(options)) // 8, 5, 0, 0, sequence, 0xC000, life_s // 4) + options, (ha, 0))
while True:
    data, source = s.recvfrom(2048)
    if data[2] == 6:
        break
status, _, sequence, lifetime = struct.unpack("!BBHH", data[6:12])
print("acknowledged by %s: status %d, sequence %d, lifetime %d s" % (source[0], status, sequence, lifetime * 4), flush=True)
