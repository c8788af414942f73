#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes esp_vectors.h: messages of a home registration built by Scapy, as they are and sealed by its ipsec layer, which is python3-cryptography
beneath. Run by hand when a kind of association is added; what it writes is read through and committed. No test runs it: the expectations
must not move with the code.

    /usr/bin/python3 esp_vectors.py > esp_vectors.h
"""
import hmac
import struct

from scapy.all import *
from scapy.contrib import *  # noqa: F401,F403
from scapy.layers.ipsec import ESP, SecurityAssociation

MN, HA, HOME = "2001:db8:a::5", "2001:db8:1::1", "2001:db8:1::100"
KEY = bytes(range(0x20, 0x40))
SALT = bytes.fromhex("cafe0042")
INTEGRITY = bytes(range(0x80, 0xa0))
IV = bytes.fromhex("e96e8c08ab465763fd098d45dd3ff893")

HAO_HEADER = IPv6ExtHdrDestOpt(options=[HAO(hoa=HOME)])
RH2 = IPv6ExtHdrRouting(type=2, segleft=1, addresses=[HOME])
BU = MIP6MH_BU(seq=7, flags="AH", mhtime=150, options=[MIP6OptAltCoA(acoa=MN)])
BU_HOME = MIP6MH_BU(seq=8, flags="AH", mhtime=0)
BA = MIP6MH_BA(status=0, seq=7, mhtime=150)
MPS = ICMPv6MPSol(id=0x1234)
MPA = ICMPv6MPAdv(id=0x1234, flags=0) / ICMPv6NDOptPrefixInfo(prefix="2001:db8:1::", prefixlen=64, L=1, A=1)

# name, headers, message, next header, algorithm, octets of the key, sequence number (64 bits: extended)
ROWS = [
    ("update from away, AES-128-CBC", IPv6(src=MN, dst=HA) / HAO_HEADER, BU, 135, "AES-CBC", 16, 1),
    ("update from home, AES-256-CBC", IPv6(src=HOME, dst=HA), BU_HOME, 135, "AES-CBC", 32, 0xffffffff),
    ("update from away, NULL", IPv6(src=MN, dst=HA) / HAO_HEADER, BU, 135, "NULL", 0, 3),
    ("acknowledgement, AES-192-CBC", IPv6(src=HA, dst=MN) / RH2, BA, 135, "AES-CBC", 24, 2),
    ("acknowledgement, NULL", IPv6(src=HA, dst=MN) / RH2, BA, 135, "NULL", 0, 9),
    ("solicitation, AES-128-CBC", IPv6(src=MN, dst=HA) / HAO_HEADER, MPS, 58, "AES-CBC", 16, 77),
    ("advertisement, AES-128-CBC", IPv6(src=HA, dst=MN) / RH2, MPA, 58, "AES-CBC", 16, 78),
    ("update from away, extended number", IPv6(src=MN, dst=HA) / HAO_HEADER, BU, 135, "AES-CBC", 16, 0x500000004),
    ("update from away, NULL, extended number", IPv6(src=MN, dst=HA) / HAO_HEADER, BU, 135, "NULL", 0, 0x1ffffffff),
    ("update from away, AES-128-GCM", IPv6(src=MN, dst=HA) / HAO_HEADER, BU, 135, "AES-GCM", 16, 5),
    ("acknowledgement, AES-192-GCM", IPv6(src=HA, dst=MN) / RH2, BA, 135, "AES-GCM", 24, 6),
    ("update from away, AES-256-GCM, extended number", IPv6(src=MN, dst=HA) / HAO_HEADER, BU, 135, "AES-GCM", 32, 0x200000007),
]
WORD = {"AES-CBC": "HP_ASSOCIATION_AES_CBC", "NULL": "HP_ASSOCIATION_NULL", "AES-GCM": "HP_ASSOCIATION_AES_GCM_16"}


def sealed(headers, message, proto, algorithm, key_len, sequence):
    """(plain, ESP) packets. Scapy seals what it is given as octets: the checksum is over the home address, so it is made before."""
    plain = bytes(headers / message)
    octets = plain[len(bytes(headers)):]
    bare = headers.copy()
    bare.lastlayer().nh = proto
    gcm = algorithm == "AES-GCM"
    esn = sequence >> 32
    sa = SecurityAssociation(ESP, spi=4096, crypt_algo=algorithm, crypt_key=KEY[:key_len] + (SALT if gcm else b""),
                             auth_algo=None if gcm else "SHA2-256-128", auth_key=None if gcm else INTEGRITY, esn_en=bool(esn), esn=esn)
    iv = struct.pack(">Q", sequence) if gcm else IV if algorithm == "AES-CBC" else b""
    esp = sa.encrypt(bare / Raw(octets), seq_num=sequence & 0xffffffff, iv=iv, esn_en=bool(esn), esn=esn)
    esp = bytes(esp)
    if esn and not gcm:
        # Scapy leaves the upper half out of the HMAC; RFC 4303 §3.3.2.1 has it in.
        covered = esp[len(bytes(headers)):-16] + struct.pack(">I", esn)
        esp = esp[:-16] + hmac.new(INTEGRITY, covered, "sha256").digest()[:16]
    return plain, esp


print("/* SPDX-License-Identifier: BSD-3-Clause */")
print("/* Written by esp_vectors.py with Scapy %s; the structure is in test_esp.c. */" % conf.version)
print("/* clang-format off */")
print("static const struct vector vectors[] = {")
for name, headers, message, proto, algorithm, key_len, sequence in ROWS:
    plain, esp = sealed(headers, message, proto, algorithm, key_len, sequence)
    print('\t{"%s", %s, %d, 0x%xull, %s,\n\t "%s",\n\t "%s"},' % (
        name, WORD[algorithm], key_len, sequence, "true" if sequence >> 32 else "false", plain.hex(), esp.hex()))
print("};")
print("/* clang-format on */")
