#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""register.py HOA HA [SEQUENCE LIFETIME_S COA]: a home registration by a program that knows only the Mobility Header: option, routing header,
checksum and ESP are the kernel's. COA: in an alternate care-of address option."""
import struct
import sys

from mobility import A_BIT, BA, BU, H_BIT, UNIT_S, message, packed, talk

hoa, ha = sys.argv[1:3]
sequence, life_s = map(int, sys.argv[3:5] or (77, 240))
s = talk(hoa)
# PadN, of 2 octets and the option at 8n+6 (RFC 6275 §6.2.5), or of 4 octets.
options = b"\1\0\3\x10" + packed(sys.argv[5]) if sys.argv[5:] else b"\1\2\0\0"
s.sendto(message(BU, struct.pack("!HHH", sequence, A_BIT | H_BIT, life_s // UNIT_S) + options), (ha, 0))
while True:
    data, source = s.recvfrom(2048)
    if data[2] == BA:
        break
status, _, sequence, lifetime = struct.unpack("!BBHH", data[6:12])
print("acknowledged by %s: status %d, sequence %d, lifetime %d s" % (source[0], status, sequence, lifetime * UNIT_S), flush=True)
