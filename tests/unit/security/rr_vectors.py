#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes rr_vectors.h: keygen tokens, binding management keys and authenticators of RFC 6275 §5.2.5 and §6.2.7, over octets laid out by
hand. Each is made twice, by Python's hmac and by the openssl command, which must agree. Run by hand; no test runs it, so that the
expectations do not move with the code.

    /usr/bin/python3 rr_vectors.py > rr_vectors.h
"""
import hashlib
import hmac
import ipaddress
import struct
import subprocess

HOA, COA, ALT, CN = "2001:db8:1::100", "2001:db8:a::5", "2001:db8:b::6", "2001:db8:c::9"
PAIRS = {1: (bytes(range(20)), bytes(range(0xa0, 0xa8))), 0x8000: (b"\xff" * 20, bytes(8)), 0xffff: (bytes(range(200, 220)), b"nonce 64")}


def openssl(data, *options):
    return bytes.fromhex(subprocess.run(["openssl", "dgst", "-sha1", "-r", *options], input=data, check=True, capture_output=True).stdout.split()[0].decode())


def hmac_sha1(key, data):
    made = hmac.new(key, data, hashlib.sha1).digest()
    assert made == openssl(data, "-mac", "HMAC", "-macopt", "hexkey:" + key.hex())
    return made


def sha1(data):
    made = hashlib.sha1(data).digest()
    assert made == openssl(data)
    return made


def address(text):
    return ipaddress.IPv6Address(text).packed


def token(index, kind, text):
    kcn, nonce = PAIRS[index]
    return hmac_sha1(kcn, address(text) + nonce + bytes([kind]))[:8]


def tokens():
    for index, (kcn, nonce) in PAIRS.items():
        for kind, text in ((0, HOA), (1, COA), (1, HOA), (0, "::")):
            yield kcn.hex(), nonce.hex(), kind, text, token(index, kind, text).hex()


def message(kind, fixed, options):
    """The whole but for the twelve octets of the authenticator, which end it; the checksum zero."""
    options += bytes([5, 12])
    whole = 6 + len(fixed) + len(options) + 12
    assert whole % 8 == 0 and (whole - 14) % 8 == 2, whole
    return struct.pack("!BBBBH", 59, whole // 8 - 1, kind, 0, 0) + fixed + options


def authorizations():
    indices = bytes([4, 4]) + struct.pack("!HH", 1, 0xffff)
    home, careof, other = token(1, 0, HOA), token(0xffff, 1, COA), token(0xffff, 1, ALT)
    pad = bytes([1, 4, 0, 0, 0, 0])
    update = struct.pack("!HHH", 7, 0x8000, 105)
    rows = (("update", home, careof, COA, message(5, update, indices)),
            ("update, A clear", home, careof, COA, message(5, struct.pack("!HHH", 65535, 0, 1), indices)),
            ("alternate care-of address", home, other, ALT, message(5, update, indices + bytes([1, 2, 0, 0, 3, 16]) + address(ALT) + bytes([1, 0]))),
            ("deletion", home, b"", HOA, message(5, struct.pack("!HHH", 8, 0x8000, 0), indices)),
            ("acknowledgement", home, careof, COA, message(6, struct.pack("!BBHH", 0, 0, 7, 105), pad)),
            ("acknowledgement of a deletion", home, b"", HOA, message(6, struct.pack("!BBHH", 0, 0, 8, 0), pad)),
            ("refusal", home, careof, COA, message(6, struct.pack("!BBHH", 135, 0, 3, 0), pad)))
    for name, h, c, coa, m in rows:
        kbm = sha1(h + c)
        yield name, h.hex(), c.hex(), kbm.hex(), coa, CN, m.hex(), hmac_sha1(kbm, address(coa) + address(CN) + m)[:12].hex()


def table(kind, rows):
    print("static const struct %s %ss[] = {" % (kind, kind))
    for row in rows:
        print("\t{%s}," % ", ".join('"%s"' % v if isinstance(v, str) else str(v) for v in row))
    print("};")


print("/* SPDX-License-Identifier: BSD-3-Clause */")
print("/* Written by rr_vectors.py; the structures are in test_return_routability.c. */")
print("/* clang-format off */")
table("token_vector", tokens())
print()
table("authorization_vector", authorizations())
