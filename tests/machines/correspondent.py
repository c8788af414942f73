#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""correspondent.py ADDRESS: the correspondent's part of return routability (RFC 6275 §9.4, 9.5) for an address of this kernel. Home Address options and
type 2 routing headers are the kernel's, by its own states, which are set here for each binding. A line an update."""
import hmac
import os
import socket
import struct
import subprocess
import sys

from mobility import BA, BU, COT, COTI, HOT, HOTI, NONCE_INDICES, TOKEN, UNIT_S, authorized, kbm, message, options, packed, proved, talk

HOME, CARE_OF, HOME_ADDRESS, INDEX = b"\0", b"\1", 0xc9, 7
correspondent, kcn, nonce = sys.argv[1], os.urandom(20), os.urandom(8)
bound = {}  # {home address: care-of address}


def token(address, which):
    return hmac.new(kcn, packed(address) + nonce + which, "sha1").digest()[:TOKEN]


def bind(hoa, coa):
    """What the kernel knows of a binding; no care-of address: nothing more."""
    commands = []
    for src, dst, proto, direction in ((hoa, correspondent, "hao", "in"), (correspondent, hoa, "route2", "out")):
        state = "src %s dst %s proto %s" % (src, dst, proto)
        policy = "src %s/128 dst %s/128 dir %s" % (src, dst, direction)
        if hoa in bound:
            commands += ["state del " + state, "policy del " + policy]
        if coa:
            # In: what came through the tunnel is as good.
            level = "use" if direction == "in" else "required"
            commands += ["state add %s mode ro coa %s" % (state, coa), "policy add %s priority 30 tmpl %s mode ro level %s" % (policy, state, level)]
    subprocess.run(["ip", "-batch", "-"], input="".join("xfrm %s\n" % c for c in commands), text=True, check=True)
    bound.pop(hoa, None)
    if coa:
        bound[hoa] = coa


def update(s, data, hoa, ancillary):
    """§9.5.1. The kernel has swapped the addresses (§9.3.1): the option holds the care-of address by now."""
    sequence, _, lifetime = struct.unpack("!HHH", data[6:12])
    coa = next((options(header, 2).get(HOME_ADDRESS) for _, kind, header in ancillary if kind == socket.IPV6_DSTOPTS), None)
    if coa is None or NONCE_INDICES not in options(data, 12):
        print("ignored: no home address or no nonces", flush=True)
        return
    coa = socket.inet_ntop(socket.AF_INET6, coa)
    tokens = [token(hoa, HOME)] + ([token(coa, CARE_OF)] if lifetime else [])
    key, of = kbm(*tokens), coa if lifetime else hoa
    if not proved(data, key, of, correspondent):
        print("ignored: not proved", flush=True)
        return
    if lifetime and bound.get(hoa) != coa:
        bind(hoa, coa)
    # PadN of 4 octets: the authorization is last, at 8n + 2.
    s.sendto(authorized(BA, struct.pack("!BBHH", 0, 0, sequence, lifetime) + b"\1\4" + bytes(4), key, of, correspondent), (hoa, 0))
    if not lifetime:
        bind(hoa, None)
    print("bound %s to %s for %d s" % (hoa, coa if lifetime else "nothing", lifetime * UNIT_S), flush=True)


s = talk(correspondent, None)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVDSTOPTS, 1)
print("it serves", flush=True)
while True:
    data, ancillary, _, source = s.recvmsg(2048, 512)
    kind, source = data[2], source[0]
    if kind in (HOTI, COTI):
        which = HOME if kind == HOTI else CARE_OF
        s.sendto(message(HOT if kind == HOTI else COT, struct.pack("!H", INDEX) + data[8:16] + token(source, which)), (source, 0))
        print("%s test of %s" % ("home" if kind == HOTI else "care-of", source), flush=True)
    elif kind == BU:
        update(s, data, source, ancillary)
