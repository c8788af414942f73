# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4283 §3, RFC 4285 §4, 5: which options, in which order and of which length; whose they are, and silence for everybody else."""
import struct

from member import AUTHENTICATION, IDENTITY, PAD1, PADN, REPLAY, AAAKey, Key, Node, Option, alternate, identifier, packed, proved
from packets import *  # noqa: F403

MALFORMED = "mh.malformed"
AAA = AAAKey()


def ignored(name, clause, meaning, counter, *nodes, options=None, **how):
    """A registered node, then an update that is ignored: no answer, one more at `counter`, nothing changes."""
    @proved("auth-" + name, clause, meaning + ": silence, nothing changes", *nodes)
    def judge(t, n, *others):
        n.register()
        n.ignored(n.update(coa=t.coa2, options=options(t, n) if options else None, **how), counter)
        n.bound()


# Order.

ignored("identity-behind", "RFC 4283 3.2", "the identifier behind the authentication option", MALFORMED, options=lambda t, n: ["timestamp", "mn-ha", "identity"])
ignored("timestamp-behind", "RFC 4285 5.1", "the replay protection option behind the authentication option", MALFORMED, options=lambda t, n: ["identity", "mn-ha", "timestamp"])
ignored("alternate-behind", "RFC 4285 5.1", "an alternate care-of address behind the authentication option, which does not protect it", MALFORMED,
        options=lambda t, n: ["identity", "timestamp", "mn-ha", alternate(t.away(9))])
ignored("unknown-behind", "RFC 4285 5.1", "an option of unknown type behind the authentication option", MALFORMED, options=lambda t, n: ["identity", "timestamp", "mn-ha", Option(77, b"abc")])
ignored("aaa-before-ha", "RFC 4285 5", "MN-AAA before MN-HA", MALFORMED, Node(aaa=AAA), options=lambda t, n: ["identity", "timestamp", "mn-aaa", "mn-ha"])
ignored("aaa-not-last", "RFC 4285 5.2", "an option of unknown type behind MN-AAA", MALFORMED, Node(aaa=AAA), options=lambda t, n: ["identity", "timestamp", "mn-aaa", Option(77, b"abc")])
ignored("ha-twice", "RFC 4285 5", "two MN-HA options, both right", MALFORMED, options=lambda t, n: ["identity", "timestamp", "mn-ha", "mn-ha"])
ignored("aaa-twice", "RFC 4285 5", "two MN-AAA options, both right", MALFORMED, Node(aaa=AAA), options=lambda t, n: ["identity", "timestamp", "mn-ha", "mn-aaa", "mn-aaa"])


def accepted(name, clause, meaning, *nodes, options):
    @proved("auth-" + name, clause, meaning + ": accepted", *nodes)
    def judge(t, n):
        n.register(options=options(t, n))
        n.bound()


accepted("padded-behind", "RFC 4285 5.1, RFC 6275 6.2.2", "padding behind the authentication option, as its length asks for", options=lambda t, n: ["identity", "timestamp", "mn-ha", Option(PADN, bytes(2)), Option(PAD1)])
accepted("padded-before", "RFC 6275 6.2.3", "padding between all options, not zero, authenticated as it stands", options=lambda t, n: ["identity", Option(PADN, b"\1\2\3"), "timestamp", Option(PAD1), "mn-ha"])
accepted("timestamp-first", "RFC 4285 6", "the replay protection option before the identifier", options=lambda t, n: ["timestamp", "identity", "mn-ha"])
accepted("unknown-before", "RFC 6275 6.2.1", "an option of unknown type before the authentication option: skipped, and authenticated", options=lambda t, n: ["identity", Option(77, b"abc"), "timestamp", "mn-ha"])
accepted("subtype-unknown-beside", "RFC 4285 5", "an authentication option of unknown subtype beside MN-HA", options=lambda t, n: ["identity", "timestamp", "mn-ha", n.authenticator(subtype=77)])
accepted("identifier-other-subtype", "RFC 4283 3", "an identifier of another subtype before the network access identifier", options=lambda t, n: [identifier("opaque", 99), "identity", "timestamp", "mn-ha"])

# Shape.

ignored("subtype-unknown", "RFC 4285 5", "an authentication option of unknown subtype alone", "auth.no_option", subtype=77)
ignored("subtype-zero", "RFC 4285 5", "an authentication option of subtype 0 alone", "auth.no_option", subtype=0)
for spi in (0, 1, 3, 255):
    ignored("spi-%d" % spi, "RFC 4285 5.1", "MN-HA with the reserved SPI %d" % spi, MALFORMED, spi=spi)
for octets in range(6):
    ignored("length-%d" % octets, "RFC 4285 5", "an authentication option of %d octets, without authentication data" % octets, MALFORMED,
            options=lambda t, n, octets=octets: ["identity", "timestamp", Option(AUTHENTICATION, (b"\1" + struct.pack("!I", n.key.spi))[:octets], 4, 1)])
ignored("length-beyond", "RFC 6275 6.2.1", "an authentication option that runs over the end", MALFORMED,
        options=lambda t, n: ["identity", "timestamp", Option(AUTHENTICATION, b"\1" + struct.pack("!I", n.key.spi) + bytes(12), 4, 1, length=40)])
for octets in (0, 4, 7, 9, 16):
    ignored("timestamp-length-%d" % octets, "RFC 4285 6", "a replay protection option of %d octets" % octets, MALFORMED,
            options=lambda t, n, octets=octets: ["identity", Option(REPLAY, bytes(octets), 8, 2), "mn-ha"])
for octets in (0, 1):
    ignored("identity-length-%d" % octets, "RFC 4283 3", "an identifier option of %d octets: no identifier in it" % octets, MALFORMED,
            options=lambda t, n, octets=octets: [Option(IDENTITY, b"\1"[:octets]), "timestamp", "mn-ha"])

# Whose.

ignored("stripped", "RFC 4285 5", "the authentication option taken out", "auth.no_option", options=lambda t, n: ["identity", "timestamp"])
ignored("binding-authorization", "RFC 4285 5, RFC 6275 6.2.7", "a binding authorization data option in its place", "auth.no_option", options=lambda t, n: ["identity", "timestamp", Option(5, bytes(12), 8, 2)])
ignored("identity-absent", "RFC 4285 4", "no identifier", "auth.no_identity", options=lambda t, n: ["timestamp", "mn-ha"])
ignored("identity-subtype", "RFC 4285 4, RFC 4283 3.1", "an identifier of another subtype alone", "auth.no_identity", options=lambda t, n: [identifier(n.identity, 2), "timestamp", "mn-ha"])
ignored("identity-unknown", "RFC 4285 5.1.1", "an identity that nobody has", "auth.unknown_node", identity="nobody@nowhere.example")
ignored("identity-cut", "RFC 4285 4", "the identity without its last octet", "auth.unknown_node", options=lambda t, n: [identifier(n.identity[:-1]), "timestamp", "mn-ha"])
ignored("identity-longer", "RFC 4285 4", "the identity and a zero octet", "auth.unknown_node", options=lambda t, n: [identifier(n.identity + "\0"), "timestamp", "mn-ha"])
ignored("identity-of-another", "RFC 4285 4", "another node's identity, this node's home address and key", "auth.wrong_address", Node(), Node(2),
        options=lambda t, n: [identifier(Node(2).identity(t.kind, t.number)), "timestamp", "mn-ha"])
ignored("spi-unknown", "RFC 4285 5.1.1", "an SPI that the node has no association of", "auth.unknown_spi", spi=300)
ignored("spi-of-another", "RFC 4285 5.1.1", "another node's SPI and key", "auth.unknown_spi", Node(), Node(2, key=Key(4711)),
        options=lambda t, n: ["identity", "timestamp", n.authenticator(Key(4711), Key(4711).secret(Node(2).identity(t.kind, t.number)))])


@proved("auth-address-of-another", "RFC 4285 5.1.1", "a node's own identity and key, another's home address: silence, the other one stays where it is", Node(), Node(2))
def address_of_another(t, thief, victim):
    victim.register()
    thief.register(coa=t.coa2)
    u = thief.update(coa=t.coa2)
    forged = thief.update(coa=t.coa2, of=lambda u, d: d[:16] + packed(victim.hoa) + d[32:])
    forged.hoa = victim.hoa
    victim.ignored(forged, "auth.wrong_address")
    victim.bound()
    thief.ask(u)


@proved("auth-address-deregistered", "RFC 4285 5.1.1", "the same as a de-registration: still bound", Node(), Node(2))
def address_deregistered(t, thief, victim):
    victim.register()
    forged = thief.update(life=0, of=lambda u, d: d[:16] + packed(victim.hoa) + d[32:])
    forged.hoa = victim.hoa
    victim.ignored(forged, "auth.wrong_address")
    victim.bound()


@proved("auth-address-own-other", "RFC 4285 5.1.1", "another home address of the same identity by the key of the first: 146", Node(), Node(2, of=1, key=Key(salt="other")))
def address_own_other(t, a, b):
    b.register()
    b.wrong(b.update(coa=t.coa2, secret=a.key.secret(a.identity)))
    b.bound()


@proved("auth-address-not-enrolled", "RFC 4285 5.1.1", "a home address of the home prefix that nobody is enrolled with, by a node with a key: silence, not bound")
def address_not_enrolled(t, n):
    n.hoa = t.home(9)
    n.ignored(n.update(), "auth.unknown_node")
    t.equal("binding", t.place.binding(n.hoa), None)


@proved("auth-unproved", "RFC 4285 5", "an update as it would do without authentication: silence, not bound")
def unproved(t, n):
    n.ignored(t.bu(hoa=n.hoa), "auth.no_option", answer=lambda p: MIP6MH_BA in p)
    n.ignored(t.bu(hoa=t.home(9)), "auth.no_option", answer=lambda p: MIP6MH_BA in p)
    t.equal("binding", t.place.binding(n.hoa), None)


@proved("auth-suspended", "RFC 4285 5.1.1", "a node that the operator has suspended: silence, as if it had no association", Node(suspended=True))
def suspended(t, n):
    n.ignored(n.update(), "auth.suspended")
    t.equal("binding", t.place.binding(n.hoa), None)


@proved("auth-spi-most", "RFC 4285 5.1", "the greatest and the least SPI: accepted", Node(key=Key(0xffffffff)), Node(2, key=Key(256)))
def spi_most(t, *nodes):
    for n in nodes:
        n.register()
        n.bound()
