# SPDX-License-Identifier: BSD-3-Clause
"""The security associations of the golden world (world.c), as Scapy and as tshark know them."""
from scapy.all import ESP, IPv6, SecurityAssociation, raw

GCM_IN, GCM_OUT, CBC_IN, CBC_OUT, HOME_TEST_IN, HOME_TEST_OUT = range(1, 7)
AGENT = "2001:db8:2::1"


def cbc(number):
    return number in (CBC_IN, CBC_OUT)


def keys(number):
    """Encryption key, with the salt of AES-GCM behind it, and integrity key."""
    key = bytes((16 * number + i) & 255 for i in range(16))
    return (key, bytes((128 + 16 * number + i) & 255 for i in range(32))) if cbc(number) else (key + bytes(0xa0 + number + i for i in range(4)), b"")


def association(number):
    """Scapy's end of it, in tunnel mode."""
    away = "2001:db8:a::%d" % (5 + (number - 1) // 2)
    outer = IPv6(src=AGENT, dst=away) if number % 2 == 0 else IPv6(src=away, dst=AGENT)
    key, auth = keys(number)
    return SecurityAssociation(ESP, spi=0x1000 * number, crypt_algo="AES-CBC" if cbc(number) else "AES-GCM", crypt_key=key, auth_algo="SHA2-256-128" if cbc(number) else "NULL",
                               auth_key=auth or None, tunnel_header=outer, esn_en=number >= HOME_TEST_IN)


def opened(packet):
    """The octets of an outer packet with what is in its ESP, proved and decrypted by Scapy, instead of it; raises where it cannot."""
    number = int.from_bytes(packet[40:44], "big") // 0x1000
    inner = association(number).decrypt(IPv6(packet))
    return packet[:48] + raw(inner)


def tshark_options():
    """So that tshark proves and decrypts what the associations without extended sequence numbers carry."""
    options = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
    for number in range(GCM_IN, HOME_TEST_IN):
        key, auth = keys(number)
        options += ["-o", 'uat:esp_sa:"IPv6","*","*","0x%08x","%s","0x%s","%s","%s"' % (
            0x1000 * number, "AES-CBC [RFC3602]" if auth else "AES-GCM with 16 octet ICV [RFC4106]", key.hex(), "HMAC-SHA-256-128 [RFC4868]" if auth else "NULL", "0x" + auth.hex() if auth else "")]
    return options
