#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""optimize.py HOA COA CORRESPONDENT SEQUENCE LIFETIME_S: return routability and a correspondent registration (RFC 6275 §5.2); lifetime 0 gives it up.
The kernel takes the home test through its tunnel, and puts the Home Address option on the update."""
import os
import struct
import sys

from mobility import A_BIT, BA, BU, COT, COTI, HOT, HOTI, NONCE_INDICES, TOKEN, UNIT_S, authorized, kbm, message, proved, talk


def test(source, init, answer, correspondent):
    """(nonce index, token)."""
    s, cookie = talk(source), os.urandom(TOKEN)
    s.sendto(message(init, b"\0\0" + cookie), (correspondent, 0))
    while True:
        data, sender = s.recvfrom(2048)
        if data[2] == answer and sender[0] == correspondent and data[8:16] == cookie:
            return struct.unpack("!H", data[6:8])[0], data[16:24]


hoa, coa, correspondent = sys.argv[1:4]
sequence, life_s = map(int, sys.argv[4:6])
home_index, home_token = test(hoa, HOTI, HOT, correspondent)
index, token = test(coa, COTI, COT, correspondent) if life_s else (0, b"")
key, bound = kbm(home_token, token), coa if life_s else hoa
print("tested through the tunnel%s" % (" and directly" if life_s else ""), flush=True)
s = talk(hoa)
options = struct.pack("!BBHH", NONCE_INDICES, 4, home_index, index)
s.sendto(authorized(BU, struct.pack("!HHH", sequence, A_BIT, life_s // UNIT_S) + options, key, bound, correspondent), (correspondent, 0))
while True:
    data, source = s.recvfrom(2048)
    if data[2] == BA:
        break
status, _, sequence, lifetime = struct.unpack("!BBHH", data[6:12])
print("acknowledged by %s: status %d, sequence %d, lifetime %d s, %s" %
      (source[0], status, sequence, lifetime * UNIT_S, "proved" if proved(data, key, bound, correspondent) else "NOT PROVED"), flush=True)
