# SPDX-License-Identifier: BSD-3-Clause
"""§5.2.5, §5.2.6, §6.2.6, §6.2.7, §9.5.1: who may speak for a home address. Without both tests passed nobody's traffic goes anywhere."""
import hashlib

from case import is_answer
from correspondent import AUTHORIZATION, COTI, HOTI, Authorization, Token, changed, cn, ignored, kbm
from member import CHECKSUM_AT, Option
from packets import *  # noqa: F403

NO_PROOF, NOT_LAST, WRONG = "cn.unauthorized", "mh.malformed", "cn.wrong_authenticator"


def unauthorized(name, clause, meaning, counter=NO_PROOF, **how):
    """Options that are not as they must be."""
    ignored("cn-options-" + name, clause, meaning, counter, lambda m: m.update(**{k: v(m) if callable(v) else v for k, v in how.items()}))


def proof(m):
    return Authorization(kbm(*m.tests()))


unauthorized("none", "9.5.1", "neither nonce indices nor authorization", options=[])
unauthorized("no-nonces", "9.5.1, 6.2.6", "authorization without nonce indices", options=["authorization"])
unauthorized("no-authorization", "9.5.1", "nonce indices without authorization", options=["nonces"])
unauthorized("order", "9.5.1, 6.2.7", "the authorization before the nonce indices", NOT_LAST, options=["authorization", "nonces"])
unauthorized("padding", "9.5.1", "padding behind the authorization", NOT_LAST, options=["nonces", "authorization", Option(1, bytes(6))])
unauthorized("pad1", "9.5.1", "Pad1 behind the authorization", NOT_LAST, options=["nonces", "authorization"] + 8 * [Option(0)])
unauthorized("strange-last", "9.5.1, 6.2.7", "an option that nobody knows behind the authorization", NOT_LAST, options=["nonces", "authorization", Option(200, bytes(6))])
unauthorized("twice", "9.5.1, 6.2.7", "two authorizations, the second at the end", NOT_LAST, options=lambda m: ["nonces", proof(m), proof(m)])
for octets in (0, 4, 8, 10, 11, 13, 16, 20):
    @cn("cn-authorization-%d" % octets, "6.2.7, 9.5.1", "an authenticator of %d octets: silence" % octets)
    def length(t, m, octets=octets):
        m.register()
        proof = Authorization(kbm(*m.tests()), twist=lambda a: (a + a)[:octets])
        # At the end of the message whatever its length.
        proof.y = (-2 - octets) % 8
        m.ignored(m.update(options=["nonces", proof]))


# What the authenticator is made of.


def wrong(name, clause, meaning, **how):
    ignored("cn-proof-" + name, clause, meaning, WRONG, lambda m: m.update(**{k: v(m) for k, v in how.items()}))


wrong("zero", "6.2.7", "an authenticator of zeroes", twist=lambda m: lambda a: bytes(12))
wrong("reversed", "6.2.7", "the authenticator backwards", twist=lambda m: lambda a: a[::-1])
wrong("off", "6.2.7", "the authenticator an octet off", twist=lambda m: lambda a: a[1:] + a[:1])
wrong("no-care-of", "6.2.7", "an authenticator that leaves the care-of address out", of=lambda m: lambda u, data: data[16:])
wrong("no-correspondent", "6.2.7", "an authenticator that leaves the correspondent out", of=lambda m: lambda u, data: data[:16] + data[32:])
wrong("swapped", "6.2.7", "correspondent before care-of address", of=lambda m: lambda u, data: data[16:32] + data[:16] + data[32:])
wrong("home-address", "6.2.7", "the home address in place of the care-of address", over=lambda m: m.hoa)
wrong("checksum", "6.2.7", "an authenticator over a checksum that is not zero", of=lambda m: lambda u, data: data[:32 + CHECKSUM_AT] + b"\x12\x34" + data[32 + CHECKSUM_AT + 2:])
wrong("and-itself", "6.2.7", "an authenticator over the message with its own data as zeroes", of=lambda m: lambda u, data: data + bytes(12))
wrong("before-option", "6.2.7", "an authenticator over all before its option, not over type and length", of=lambda m: lambda u, data: data[:-2])
wrong("addresses-alone", "6.2.7", "an authenticator over the addresses alone", of=lambda m: lambda u, data: data[:32])
wrong("key-swapped", "5.2.5", "a key of the tokens the other way round", key=lambda m: hashlib.sha1(m.tests()[1].octets + m.tests()[0].octets).digest())
wrong("key-home", "5.2.5", "a key of the home token alone, with a lifetime", key=lambda m: kbm(m.tests()[0]))
wrong("key-care-of", "5.2.5", "a key of the care-of token alone", key=lambda m: kbm(m.tests()[1]))
wrong("key-home-twice", "5.2.5", "a key of the home token twice", key=lambda m: kbm(m.tests()[0], m.tests()[0]))
wrong("key-plain", "5.2.5", "the tokens themselves as the key", key=lambda m: m.tests()[0].octets + m.tests()[1].octets)
wrong("key-sha256", "5.2.5", "a key by SHA-256", key=lambda m: hashlib.sha256(m.tests()[0].octets + m.tests()[1].octets).digest()[:20])
wrong("key-cookies", "5.2.5", "a key of nothing that was tested", key=lambda m: hashlib.sha1(bytes(16)).digest())


# Whose tokens.


wrong("home-token-of-another", "5.2.5", "the home token of another home address", home=lambda m: m.test(HOTI, m.t.away(0x102)))
wrong("care-of-token-of-another", "5.2.5", "the care-of token of another care-of address", careof=lambda m: m.test(COTI, m.t.away(0x22)))
wrong("care-of-token-twice", "5.2.5", "a care-of token of the home address where the home token belongs", home=lambda m: m.test(COTI, m.hoa))
wrong("home-token-twice", "5.2.5", "a home token of the care-of address where the care-of token belongs", careof=lambda m: m.test(HOTI, m.coa))
wrong("guessed-home", "5.2.5, 15.4", "only the care-of test passed, the home token guessed", home=lambda m: Token(m.test(HOTI).index, b"guessing", m.hoa))
wrong("guessed-care-of", "5.2.5, 15.4", "only the home test passed, the care-of token guessed", careof=lambda m: Token(m.test(COTI).index, b"guessing", m.coa))


def turned(name, meaning, how, **update):
    """A right update, and what somebody makes of it on its way; the checksum is right."""
    ignored("cn-turned-" + name, "6.2.7, 9.5.1", meaning, WRONG, lambda m: how(m.update(**{k: v(m) if callable(v) else v for k, v in update.items()}), m))


turned("source", "the same message from another source", lambda u, m: changed(u, source=m.coa2))
turned("home", "the same message with another home address in the option", lambda u, m: changed(u, hoa=m.t.away(0x102)))
turned("correspondent", "the same message to another correspondent", lambda u, m: changed(u, ha=m.t.agent if m.own else m.server(2)))
turned("reserved", "a bit of the reserved octet turned over", lambda u, m: u.flipped(3, 1))
turned("sequence", "a bit of the sequence number turned over", lambda u, m: u.flipped(7, 0x10))
turned("a", "A turned over", lambda u, m: u.flipped(8, 0x80))
turned("l", "L turned over", lambda u, m: u.flipped(8, 0x20))
turned("k", "K turned over", lambda u, m: u.flipped(8, 0x10))
turned("flags", "a reserved flag turned over", lambda u, m: u.flipped(9, 1))
turned("lifetime", "a bit of the lifetime turned over", lambda u, m: u.flipped(11, 0x20))
turned("option", "a bit of an option that nobody knows turned over", lambda u, m: u.flipped(u.at[200] + 3, 1), options=[Option(200, bytes(6)), "nonces", "authorization"])
turned("alternate", "a bit of the alternate care-of address turned over", lambda u, m: u.flipped(u.at[3] + 17, 2), alternate_coa=lambda m: m.coa2)
turned("authenticator-first", "a bit of the authenticator's first octet turned over", lambda u, m: u.flipped(u.at[AUTHORIZATION] + 2, 0x80))
turned("authenticator-last", "a bit of the authenticator's last octet turned over", lambda u, m: u.flipped(u.at[AUTHORIZATION] + 13, 1))


@cn("cn-turned-every-bit", "6.2.7, 9.5.1", "each bit of the message behind the checksum turned over in turn, the checksum made right: nothing is ever accepted, the binding stays; the message itself still is")
def every_bit(t, m):
    m.register()
    before = m.state()
    u, since = m.update(source=m.coa2), t.mark()
    for at in range(6, len(u.message)):
        t.send(*[u.flipped(at, 1 << bit).packet() for bit in range(8)])
        if at % 8 == 0:
            t.marker()
    t.marker()
    t.equal("the binding", m.state(), before)
    t.equal("accepted", [p.summary() for p in t.came(is_answer, since) if MIP6MH_BA in p and p[MIP6MH_BA].status < 128], [])
    m.ask(u)
    m.bound(m.coa2)


@cn("cn-stranger", "5.2.5, 15.4", "a stranger who passed the tests for addresses of its own draws nobody else's traffic: with its tokens and the victim's home address, or with the victim's care-of address, silence")
def stranger(t, m):
    m.register()
    other = m.beside(hoa=t.away(0x103), coa=t.away(0x30))
    other.tests()
    other.register()
    for hoa, source in ((m.hoa, other.coa), (other.hoa, m.coa), (m.hoa, m.coa)):
        thief = m.beside(hoa=hoa, coa=source)
        thief.home, thief.careof[source] = other.home, other.careof[other.coa]
        m.ignored(thief.update(seq=m.sequence + 100), WRONG)
    m.bound()
    other.bound()
