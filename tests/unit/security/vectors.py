#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes vectors.h: Mobility Header messages laid out by hand and authenticated by Python's hmac, as RFC 4285 §5.1 and §5.2 say. Run by
hand; no test runs it, so that the expectations do not move with the code.

    /usr/bin/python3 vectors.py > vectors.h
"""
import hashlib
import hmac
import ipaddress
import struct

HOA, COA, OTHER = "2001:db8:1::100", "2001:db8:a::5", "2001:db8:b::6"
KEYS = {"sixteen": bytes(range(16)), "twenty": b"\x0b" * 20, "whole block": bytes(range(64, 128)), "thirty-two": bytes(range(100, 132))}


def address(text):
    return ipaddress.IPv6Address(text).packed


def message(type_, fixed, options, size):
    """Everything before the authenticator of `size` octets, its length counted in, the checksum zero."""
    body = struct.pack("!BBBBH", 59, 0, type_, 0, 0) + fixed + options
    whole = len(body) + size
    assert whole % 8 == 0, whole
    return body[:1] + bytes([whole // 8 - 1]) + body[2:]


def option(subtype, spi, size):
    return struct.pack("!BBBI", 9, 5 + size, subtype, spi)


def first(n, digest, key, data):
    return hmac.new(key, data, digest).digest()[:n]


def row(name, coa, type_, fixed, before, spi, key, digest, size):
    body = message(type_, fixed, before + option(1, spi, size), size)
    auth = first(size, digest, KEYS[key], address(coa) + address(HOA) + body)
    print('\t{"%s", "%s", "%s", "%s", %d, %d, "%s", "%s"},' % (name, coa, HOA, KEYS[key].hex(), spi, 0 if digest is hashlib.sha1 else 1, body.hex(), auth.hex()))


def nai(text):
    return bytes([8, len(text) + 1, 1]) + text.encode()


def pad(n):
    return b"" if n == 0 else b"\0" if n == 1 else bytes([1, n - 2]) + bytes(n - 2)


def fill(options, fixed, size):
    """Padding so that the whole ends at 8n."""
    return options + pad(-(6 + len(fixed) + len(options) + 7 + size) % 8)


UPDATE = struct.pack("!HHH", 7, 0xC000, 15)
ACK = struct.pack("!BBHH", 0, 0, 7, 15)
STAMP = bytes([10, 8]) + bytes.fromhex("e8f1a2b3c4d5e6f7")
ALT = bytes([3, 16]) + address(OTHER)

print("/* SPDX-License-Identifier: BSD-3-Clause */")
print("/* Written by vectors.py; the structures are in test_mn_ha.c. */")
print("/* clang-format off */")
print("static const struct vector vectors[] = {")
for n, (key, digest, size) in enumerate((("sixteen", hashlib.sha1, 12), ("twenty", hashlib.sha1, 12), ("whole block", hashlib.sha1, 12), ("thirty-two", hashlib.sha256, 16), ("whole block", hashlib.sha256, 16))):
    row("update, %s" % key, COA, 5, UPDATE, fill(nai("ship@fleet.example"), UPDATE, size), 256 + n, key, digest, size)
row("update with a timestamp", COA, 5, UPDATE, fill(pad(2) + nai("a@b.example") + pad(4) + STAMP, UPDATE, 12), 0xfffffffe, "sixteen", hashlib.sha1, 12)
row("update for an alternate care-of address", OTHER, 5, UPDATE, fill(pad(2) + ALT + nai("x@y"), UPDATE, 12), 300, "sixteen", hashlib.sha1, 12)
row("de-registration from home", HOA, 5, struct.pack("!HHH", 8, 0xC000, 0), fill(nai("ship@fleet.example"), UPDATE, 12), 256, "sixteen", hashlib.sha1, 12)
row("acknowledgement", COA, 6, ACK, fill(nai("ship@fleet.example"), ACK, 12), 256, "sixteen", hashlib.sha1, 12)
row("acknowledgement, SHA-256", COA, 6, struct.pack("!BBHH", 144, 0, 7, 0), fill(nai("ship@fleet.example"), ACK, 16), 256, "thirty-two", hashlib.sha256, 16)
print("};")
print("static const struct vector aaa_vectors[] = {")
for key in ("sixteen", "twenty"):
    body = message(5, UPDATE, fill(nai("ship@fleet.example"), UPDATE, 20) + option(2, 3, 20), 20)
    auth = hmac.new(KEYS[key], hashlib.sha1(address(COA) + address(HOA) + body).digest(), hashlib.sha1).digest()
    print('\t{"MN-AAA, %s", "%s", "%s", "%s", 3, 0, "%s", "%s"},' % (key, COA, HOA, KEYS[key].hex(), body.hex(), auth.hex()))
print("};")
