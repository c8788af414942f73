#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes enrolment_vectors.h: codes made by Python's base64 and hashlib from what security/enrolment.h says. Run by hand when the code learns
something new; what it writes is read through and committed. No test runs it: the expectations must not move with the code.

    /usr/bin/python3 enrolment_vectors.py > enrolment_vectors.h
"""
import base64
import hashlib
import ipaddress
import struct

KEY = bytes(range(1, 33))


def body(version=1, expires=0, hoa="2001:db8:1::100", length=64, flags=0x80, ha="2001:db8:1::1", spi=256, identity=b"ship@fleet.example", key=KEY[:16], tail=b""):
    out = struct.pack("!BI", version, expires) + ipaddress.ip_address(hoa).packed + struct.pack("!BB", length, flags)
    if flags & 0x80:
        out += ipaddress.ip_address(ha).packed
    return out + struct.pack("!IB", spi, len(identity)) + identity + struct.pack("!B", len(key)) + key + tail


def code(octets, prefix="HOMEPORT1:", wrong=0):
    check = bytearray(hashlib.sha256(b"HOMEPORT1:" + octets).digest()[:8])
    check[0] ^= wrong
    return prefix + base64.b32encode(octets + check).decode().rstrip("=")


plain = code(body())
good = [("plain", plain),
        ("discovered, sha256, sequence, expiring", code(body(flags=0x41, expires=1900000000, key=KEY, spi=0xffffffff, length=128, identity=b"x"))),
        ("longest", code(body(identity=b"n" * 253, key=KEY * 2, expires=0xffffffff, length=1))),
        ]
same = [("small letters", plain.lower()), ("broken into lines", " " + plain[:40] + "\r\n\t" + plain[40:80] + " " + plain[80:] + "\n")]
at = next(i for i in range(20, len(plain)) if plain[i] != plain[i + 1])
NONE, VERSION, CHARACTER, CHECKSUM, VALUE = "NONE", "VERSION", "CHARACTER", "CHECKSUM", "VALUE"
bad = [("nothing", "", NONE), ("another word", "HOMEPOST1:AAAA", NONE), ("no colon", "HOMEPORT1", NONE), ("a later version's word", code(body(), "HOMEPORT2:"), VERSION),
       ("a later version inside", code(body(version=2)), VERSION), ("a digit that Base 32 has not", plain[:30] + "1" + plain[31:], CHARACTER),
       ("a colon inside", plain + ":", CHARACTER), ("padded", plain + "=", CHARACTER), ("only the prefix", "HOMEPORT1:", CHECKSUM),
       ("a letter changed", plain[:30] + ("A" if plain[30] != "A" else "B") + plain[31:], CHECKSUM), ("two letters exchanged", plain[:at] + plain[at + 1] + plain[at] + plain[at + 2:], CHECKSUM),
       ("cut short", plain[:-1], CHECKSUM), ("cut by eight", plain[:-8], CHECKSUM), ("one more", plain + "A", CHECKSUM), ("eight more", plain + "AAAAAAAA", CHECKSUM),
       ("wrong checksum", code(body(), wrong=1), CHECKSUM), ("far too long", plain + "A" * 700, CHECKSUM),
       ("multicast home address", code(body(hoa="ff02::1")), VALUE), ("prefix length 0", code(body(length=0)), VALUE), ("prefix length 129", code(body(length=129)), VALUE),
       ("a flag nobody knows", code(body(flags=0x90)), VALUE), ("an algorithm nobody knows", code(body(flags=0x82)), VALUE), ("home agent ::", code(body(ha="::")), VALUE),
       ("home agent is the home address", code(body(ha="2001:db8:1::100")), VALUE), ("reserved SPI", code(body(spi=255)), VALUE), ("no identity", code(body(identity=b"")), VALUE),
       ("identity of 254", code(body(identity=b"n" * 254)), VALUE), ("NUL in the identity", code(body(identity=b"a\0b")), VALUE), ("key of 15", code(body(key=KEY[:15])), VALUE),
       ("key of 65", code(body(key=KEY * 2 + b"x")), VALUE), ("something behind the key", code(body(tail=b"x")), VALUE), ("ends in the key", code(body()[:-1]), VALUE),
       ("ends in the address", code(body()[:12]), VALUE)]


def c(text):
    return '"%s"' % text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


print("/* SPDX-License-Identifier: BSD-3-Clause */\n/* Made by enrolment_vectors.py. */\n#ifndef HP_TESTS_ENROLMENT_VECTORS_H\n#define HP_TESTS_ENROLMENT_VECTORS_H\n")
for name, rows in (("good", good), ("same", same)):
    print("/* clang-format off */\nstatic const struct {\n\tconst char *why, *text;\n} code_%s[] = {" % name)
    print("\n".join("\t{%s, %s}," % (c(w), c(t)) for w, t in rows) + "\n};")
print("static const struct {\n\tconst char *why, *text;\n\tenum hp_enrolment_fault fault;\n} code_bad[] = {")
print("\n".join("\t{%s, %s, HP_ENROLMENT_%s}," % (c(w), c(t), f) for w, t, f in bad) + "\n};\n/* clang-format on */\n\n#endif")
