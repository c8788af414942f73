# SPDX-License-Identifier: BSD-3-Clause
"""Mobility Header messages over a kernel's raw sockets, by their octets (RFC 6275 §6.1), for programs inside guests: the Home Address option, the routing
header and the checksum are the kernel's, return routability is Python's hashlib and hmac."""
import hashlib
import hmac
import socket
import struct

HOTI, COTI, HOT, COT, BU, BA, BE = range(1, 8)
NONCE_INDICES, AUTHORIZATION = 4, 5
A_BIT, H_BIT = 0x8000, 0x4000
AUTHENTICATOR = 12  # octets, at the very end of a message
TOKEN = 8
UNIT_S = 4


def packed(address):
    return socket.inet_pton(socket.AF_INET6, address)


def talk(address, seconds=10):
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 135)
    s.setsockopt(socket.IPPROTO_IPV6, 7, 4)  # IPV6_CHECKSUM: at the fifth octet
    s.bind((address, 0))
    s.settimeout(seconds)
    return s


def message(kind, data):
    """Payload protocol 59, length in 8-octet units but the first, type, reserved, checksum to come."""
    return struct.pack("!BBBBH", 59, (6 + len(data)) // 8 - 1, kind, 0, 0) + data


def kbm(*tokens):
    return hashlib.sha1(b"".join(tokens)).digest()


def authenticator(key, coa, correspondent, octets):
    """Over the message but for its authenticator, the checksum zero (§6.2.7)."""
    return hmac.new(key, packed(coa) + packed(correspondent) + octets[:4] + b"\0\0" + octets[6:-AUTHENTICATOR], "sha1").digest()[:AUTHENTICATOR]


def authorized(kind, data, key, coa, correspondent):
    """A message that ends in a Binding Authorization Data option."""
    m = message(kind, data + bytes([AUTHORIZATION, AUTHENTICATOR]) + bytes(AUTHENTICATOR))
    return m[:-AUTHENTICATOR] + authenticator(key, coa, correspondent, m)


def proved(octets, key, coa, correspondent):
    end = len(octets) - AUTHENTICATOR
    return octets[end - 2:end] == bytes([AUTHORIZATION, AUTHENTICATOR]) and octets[end:] == authenticator(key, coa, correspondent, octets)


def options(octets, at):
    """{type: data} of mobility or destination options."""
    found = {}
    while at < len(octets):
        if octets[at] == 0:
            at += 1
            continue
        end = at + 2 + octets[at + 1]
        found[octets[at]] = octets[at + 2:end]
        at = end
    return found
