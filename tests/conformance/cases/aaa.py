# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4285 §5.2: the MN-AAA option, authenticated by the home agent's own table where nobody else is configured."""
from member import AAAKey, Node, proved

AAA = AAAKey()


@proved("auth-aaa", "RFC 4285 5.2", "MN-AAA alone, HMAC_SHA1_SPI: accepted; the acknowledgement has the MN-HA option and no MN-AAA option", Node(aaa=AAA))
def aaa(t, n):
    n.register(options=["identity", "timestamp", "mn-aaa"])
    n.bound()


@proved("auth-aaa-and-ha", "RFC 4285 5, 5.2", "MN-HA and then MN-AAA: both are verified", Node(aaa=AAA))
def aaa_and_ha(t, n):
    n.register(options=["identity", "timestamp", "mn-ha", "mn-aaa"])
    n.wrong(n.update(options=["identity", "timestamp", "mn-ha", "mn-aaa"], secret=bytes(16), coa=t.coa2))
    n.bound()


@proved("auth-aaa-wrong", "RFC 4285 5.2, 5.3", "MN-AAA by another key: 146, alone and behind a right MN-HA option", Node(aaa=AAA))
def aaa_wrong(t, n):
    n.register()
    other = n.authenticator(AAA, bytes(16))
    for i, options in enumerate((["identity", "timestamp", other], ["identity", "timestamp", "mn-ha", other])):
        n.refused(n.update(options=options, coa=t.away(8 + i)), 146, "auth.aaa")
    n.bound()


@proved("auth-aaa-cut", "RFC 4285 5.2", "an MN-AAA authenticator cut to 96 bits: 146 (it is the whole of HMAC-SHA1)", Node(aaa=AAA))
def aaa_cut(t, n):
    n.register()
    cut = n.authenticator(AAA, twist=lambda octets: octets[:12])
    n.refused(n.update(options=["identity", "timestamp", cut], coa=t.coa2), 146, "auth.aaa")


@proved("auth-aaa-none", "RFC 4285 5.2, 5.3", "MN-AAA where no AAA key is known: 146 by the MN-HA association")
def aaa_none(t, n):
    n.register()
    n.aaa = AAA
    n.refused(n.update(options=["identity", "timestamp", "mn-aaa"], coa=t.coa2), 146, "auth.aaa")
    n.bound()


@proved("auth-aaa-spi", "RFC 4285 5.2, 8", "MN-AAA with an SPI that names no hash function: 146", Node(aaa=AAA))
def aaa_spi(t, n):
    n.register()
    n.aaa = AAAKey(5)
    n.refused(n.update(options=["identity", "timestamp", "mn-aaa"], coa=t.coa2), 146, "auth.aaa")


@proved("auth-aaa-unenrolled", "RFC 4285 5.3", "MN-AAA alone of somebody who is not enrolled: silence", Node(aaa=AAA))
def aaa_unenrolled(t, n):
    u = n.update(options=["identity", "timestamp", "mn-aaa"], identity="nobody@%s.example" % t.kind)
    n.ignored(u, "auth.unknown_node")
