# SPDX-License-Identifier: BSD-3-Clause
"""§9.5.1, §9.5.2, §9.5.4, §6.1.7, §6.1.8: a binding with a correspondent, and its refusals."""
from case import ba_of, tunnelled
from correspondent import AUTHORIZATION, BOTH_NONCES, CAREOF_NONCE, COTI, HOME_NONCE, HOST, HOTI, INVALID_COA, LIFE_MOST_S, OWN, PROHIBITED, SEQUENCE, TYPE_CHANGE, Authorization, Token, cn, far, ignored
from member import Option
from packets import *  # noqa: F403
from place import CORE

WRONG, ADDRESS = "cn.wrong_authenticator", "cn.address"


@cn("cn-bu", "5.2.6, 9.5.1, 9.5.2, 9.5.4, 6.1.8, 6.2.7", "both tests, then an update: accepted, acknowledged by a type 2 routing header with the proof of Kbm; packets go by the direct path both ways")
def first(t, m):
    m.tests()
    m.unbound()
    m.register()
    m.bound()


@cn("cn-bu-a-clear", "9.5.4", "A bit clear: accepted, and not acknowledged")
def a_clear(t, m):
    t.silence(m.update(flags="").packet())
    m.bound()


@cn("cn-bu-refresh", "9.5.1, 9.5.2", "refreshed with the same tokens: acknowledged with the number and lifetime of the new one")
def refresh(t, m):
    m.register(life=40)
    m.register(life=80)
    row = m.entry()
    t.equal("lifetime", row["lifetime_s"], 80)
    t.equal("sequence", row["sequence"], m.sequence)


@cn("cn-bu-move", "9.5.1, 9.5.2", "at another care-of address, with its token and the old home token: acknowledged there, packets follow; from the old one: Binding Error 1")
def move(t, m):
    m.register()
    m.register(source=m.coa2)
    m.bound(m.coa2)
    m.binding_error(m.claiming())


@cn("cn-bu-move-back", "9.5.1", "there and back, each with a number of its own")
def move_back(t, m):
    for coa in (m.coa, m.coa2, m.coa, m.coa2):
        m.register(source=coa)
        m.bound(coa)


@cn("cn-bu-ignored-bits", "6.1.7, 6.1.8", "K, L and all reserved bits set: ignored; K of the acknowledgement is clear")
def ignored_bits(t, m):
    u = m.update(flags="ALK")
    for at, bits in ((3, 0xff), (8, 0x0f), (9, 0xff)):
        # Proved as it is sent.
        u.message[at] |= bits
    m.ask(sealed(u, m))
    m.bound()


def sealed(u, m):
    """The authenticator anew, after the message was changed."""
    at = u.at[AUTHORIZATION]
    u.message[4:6] = b"\0\0"
    Authorization(u.key).fill(u, u.message, at)
    return u


@cn("cn-bu-unknown-option", "6.1.7, 6.2.1", "options that nobody knows before the nonce indices, and between them and the authorization: skipped, and covered by the proof")
def unknown_option(t, m):
    home, careof = m.tests()
    strange = Option(200, b"strange")
    for order in ([strange, "nonces", "authorization"], ["nonces", strange, "authorization"], [Option(0), Option(1, bytes(3)), "nonces", Option(0), "authorization"]):
        m.register(options=order)


@cn("cn-bu-extension-headers", "6.3, 9.5.1", "an update behind hop-by-hop options, and with its Home Address option behind a routing header with nothing left to visit: accepted")
def extension_headers(t, m):
    for chain in ((IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]),), (IPv6ExtHdrRouting(type=0, segleft=0, addresses=[t.cn]),), (IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]),)):
        u = m.update()
        p = IPv6(src=m.coa, dst=m.correspondent)
        for header in chain:
            p = p / header
        m.acknowledged(t.ask(p / u.packet()[IPv6ExtHdrDestOpt], m.acknowledgement(u)), u)


# Lifetimes.


@cn("cn-life-most", "5.2.6, 12", "a lifetime of three days: MAX_RR_BINDING_LIFETIME (420 s) is granted")
def life_most(t, m):
    m.ask(m.update(life=4 * 65535), life=LIFE_MOST_S)
    t.that(m.entry()["remaining_s"] <= LIFE_MOST_S, "more than that remains")


for asked in (4, 8, 416, 420, 424):
    @cn("cn-life-%d" % asked, "9.5.2, 6.1.7", "a lifetime of %d s: granted, never more than asked for nor than 420 s" % asked)
    def life(t, m, asked=asked):
        m.ask(m.update(life=asked), life=min(asked, LIFE_MOST_S))


@cn("cn-life-less", "9.5.2", "refreshed with a shorter lifetime: that counts")
def life_less(t, m):
    m.register(life=400)
    m.register(life=40)
    t.that(m.entry()["remaining_s"] <= 40, "more than that remains")


@cn("cn-life-over", "9.5.2, 9.6", "the lifetime, 4 s, is over: packets go by the home path again, the option is answered by Binding Error 1; a newer update begins anew", long=True)
def life_over(t, m):
    m.register(life=4)
    m.bound()
    m.over()
    m.unbound()
    m.register()
    m.bound()


# Where from and where to.


@cn("cn-alternate", "5.2.6, 6.2.5, 9.5.1, 9.5.4", "an alternate care-of address, tested and proved with: bound to it, acknowledged to the source")
def alternate_coa(t, m):
    m.register(alternate_coa=m.coa2)
    m.bound(m.coa2)


ignored("cn-alternate-untested", "5.2.6, 9.5.1", "an alternate care-of address with the token of the source", WRONG, lambda m: m.update(alternate_coa=m.coa2, careof=m.tests()[1]))
ignored("cn-alternate-unproved", "9.5.1, 6.2.7", "an alternate care-of address, tested, the authenticator made with the source", WRONG, lambda m: m.update(alternate_coa=m.coa2, over=m.coa))
for name, meaning, address in (("multicast", "a multicast address", lambda m: "ff0e::c0de:1"), ("linklocal", "a link-local address", lambda m: m.t.linklocal()), ("unspecified", "the unspecified address", lambda m: "::"),
                               ("loopback", "the loopback address", lambda m: "::1")):
    ignored("cn-alternate-" + name, "6.1.7, 9.5.1", "%s as alternate care-of address" % meaning, ADDRESS, lambda m, address=address: m.update(alternate_coa=address(m), careof=m.tests()[1]))


@cn("cn-home-source", "9.5.1, 9.5.4", "no Home Address option, an alternate care-of address: the source is the home address; acknowledged to it without a routing header")
def home_source(t, m):
    m.ask(m.update(hao=False, alternate_coa=m.coa))
    m.bound()


@cn("cn-home-as-care-of", "9.5.1, 6.1.8", "the home address as care-of address, with a lifetime: 174")
def home_as_care_of(t, m):
    m.refused(m.update(hao=False, careof=m.test(COTI, m.hoa)), INVALID_COA)
    t.equal("shown", m.entry(), None)


@cn("cn-174-served", "6.1.7, 6.1.8, 9.5.1", "a care-of address that is itself a home address bound here, tested through its tunnel: 174")
def served(t, m):
    t.register()
    inner = m.beside(hoa=m.hoa)
    cookie = b"servedhr"
    p = t.ask(IPv6(src=t.coa, dst=t.agent) / inner.init(COTI, t.hoa, cookie), tunnelled(t.coa))
    octets = bytes(p[IPv6].payload[IPv6].payload)
    t.equal("cookie", octets[8:16], cookie)
    careof = Token(struct.unpack_from("!H", octets, 6)[0], octets[16:24], t.hoa)
    m.home = m.test(HOTI)
    m.refused(m.update(alternate_coa=t.hoa, careof=careof), INVALID_COA)
    t.equal("shown", m.entry(), None)


@cn("cn-129-fixed", "6.1.8, 9.5.1", "a host that is acted for as home address, its home test passed: 129, for nobody is a mobile node by the address of a fixed one")
def prohibited(t, m):
    fixed = m.beside(hoa=m.server(5))
    fixed.refused(fixed.update(), PROHIBITED)
    t.equal("shown", fixed.entry(), None)


for name, meaning, hoa in (("multicast", "a multicast", lambda t: "ff0e::c0de:%x" % t.number), ("linklocal", "a link-local", lambda t: t.linklocal()), ("unspecified", "the unspecified", lambda t: "::")):
    @cn("cn-home-" + name, "9.3.1, 9.5.1", "%s address as home address in the option: silence" % meaning)
    def home_bad(t, m, hoa=hoa):
        m.tests()
        u = m.update()
        u.hoa = hoa(t)
        t.silence(u.packet(), m.bad_option("unroutable"))


@cn("cn-from-group", "9.5.4", "a multicast source: silence")
def from_group(t, m):
    u = m.update()
    u.source = "ff0e::c0de:%x" % t.number
    m.ignored(u, "drop.source")


# Nonce indices.


def index(name, clause, meaning, status, of, wrong=dict()):
    @cn("cn-%d-%s" % (status, name), clause, meaning + ": %d, without authorization data, by a routing header; the binding there is, is as it was" % status)
    def judge(t, m):
        m.register()
        home, careof = m.tests()
        m.refused(m.update(indices=of(home.index, careof.index), **wrong), status)
        m.bound()


index("index", "9.5.1, 9.5.4", "a home nonce index that nobody gave", HOME_NONCE, lambda h, c: (far(h), c))
index("index", "9.5.1, 9.5.4", "a care-of nonce index that nobody gave", CAREOF_NONCE, lambda h, c: (h, far(c)))
index("indices", "9.5.1, 9.5.4", "neither index known", BOTH_NONCES, lambda h, c: (far(h), far(c)))
index("a-clear", "9.5.4", "a home nonce index that nobody gave, A clear", HOME_NONCE, lambda h, c: (far(h), c), {"flags": ""})
index("a-clear", "9.5.4", "a care-of nonce index that nobody gave, A clear", CAREOF_NONCE, lambda h, c: (h, far(c)), {"flags": ""})
index("a-clear", "9.5.4", "neither index known, A clear", BOTH_NONCES, lambda h, c: (far(h), far(c)), {"flags": ""})
index("unproved", "9.5.1", "a home nonce index that nobody gave, and a wrong authenticator, which nobody can judge then", HOME_NONCE, lambda h, c: (far(h), c), {"twist": lambda a: bytes(12)})
index("next", "5.2.2, 9.5.1", "the index of the nonce to come", HOME_NONCE, lambda h, c: ((h + 8) & 0xffff, c))
index("sequence", "9.5.1", "a care-of nonce index that nobody gave, and an old sequence number", CAREOF_NONCE, lambda h, c: (h, far(c)), {"seq": 1})


@cn("cn-136-first", "9.5.1", "a home nonce index that nobody gave, and no binding: 136, and there is none afterwards")
def home_index_first(t, m):
    home, careof = m.tests()
    m.refused(m.update(indices=(far(home.index), careof.index)), HOME_NONCE)
    m.unbound()


# Sequence numbers.


for seq in (0, 1, 32767, 32768, 65535):
    @cn("cn-sequence-first-%d" % seq, "9.5.1", "no entry: any sequence number is accepted, %d for one" % seq)
    def any_sequence(t, m, seq=seq):
        m.register(seq=seq)


def sequence(name, meaning, last, seq, old=True, **how):
    @cn("cn-sequence-" + name, "9.5.1, 9.5.4", meaning + (": 135 with the last number and a proof, the binding is as it was" if old else ": accepted"))
    def judge(t, m):
        m.register(seq=last)
        if old:
            m.refused(m.update(seq=seq, source=m.coa2, **how), SEQUENCE, seq=last)
            m.bound()
        else:
            m.register(seq=seq, source=m.coa2)
            m.bound(m.coa2)


sequence("same", "the last number again", 5000, 5000)
sequence("older", "the number before the last", 5000, 4999)
sequence("a-clear", "an old number, A clear", 5000, 4999, flags="")
sequence("half", "32768 before the last number", 15, 32783)
sequence("half-less", "32767 after the last number", 15, 32782, old=False)
sequence("around", "0 after 65535", 65535, 0, old=False)
sequence("around-old", "65535 after 0", 0, 65535)


@cn("cn-sequence-unproved", "9.5.1", "an old sequence number with a wrong authenticator: silence, the proof is judged first")
def sequence_unproved(t, m):
    m.register()
    m.ignored(m.update(seq=m.sequence, twist=lambda a: bytes(12)), WRONG)


@cn("cn-sequence-own-each", "9.1, 9.5.1", "numbers are counted for each home address, and for each correspondent")
def sequence_each(t, m):
    m.register(seq=9000)
    other = m.beside(hoa=t.away(0x101))
    other.register(seq=5)
    third = m.beside(correspondent=t.agent if m.own else m.server(2))
    third.register(seq=6)
    m.refused(m.update(seq=9000), SEQUENCE, seq=9000)
    for pair in (m, other, third):
        pair.bound()


@cn("cn-duplicate", "9.5.1", "the network delivers an update twice: the second is answered with 135, the binding is as it was")
def duplicate(t, m):
    u = m.register()
    m.refused(u, SEQUENCE)
    m.bound()


# Caches, types.


@cn("cn-cache-each", "9.1", "a binding is one correspondent's: another's packets go by the home path, to another the option is answered by Binding Error 1")
def cache_each(t, m):
    m.register()
    m.beside(correspondent=t.agent if m.own else m.server(2)).unbound()
    m.bound()


@cn("cn-cache-two-places", "9.1", "one home address at different care-of addresses, with two correspondents: each has its own")
def two_places(t, m):
    m.register()
    other = m.beside(correspondent=t.agent if m.own else m.server(2), coa=m.coa2)
    other.register()
    m.bound()
    other.bound()
    m.delete()
    m.unbound()
    other.bound()


@cn("cn-139-registered", "9.5.1, 9.5.4", "a home registration there, an update without H for the same home address at the same address of ours: 139 with a proof, the registration is as it was; with another address of ours it is accepted", where=(OWN,))
def type_change(t, m):
    t.register()
    before = {k: t.place.binding(t.hoa)[k] for k in ("care_of_address", "sequence", "state")}
    agent = m.beside(hoa=t.hoa, correspondent=t.agent)
    agent.tests_by_tunnel()
    agent.refused(agent.update(seq=60000), TYPE_CHANGE)
    agent.refused(agent.update(seq=60001, flags=""), TYPE_CHANGE)
    t.equal("registration", {k: t.place.binding(t.hoa)[k] for k in before}, before)
    core = m.beside(hoa=t.hoa, correspondent=CORE)
    core.home, core.careof = agent.home, agent.careof
    core.register()
    t.register()


@cn("cn-139-optimized", "9.5.1, 9.5.4", "a correspondent's binding there, of a node that is registered with another address of ours: a registration with H at the same address: 139, the binding stays; at the other address it goes on", where=(OWN,))
def type_change_back(t, m):
    t.register(ha=t.agent2)
    agent = m.beside(hoa=t.hoa, correspondent=t.agent)
    p = t.ask(IPv6(src=t.coa, dst=t.agent2) / agent.init(HOTI), tunnelled(t.coa))
    octets = bytes(p[IPv6].payload[IPv6].payload)
    agent.home = Token(struct.unpack_from("!H", octets, 6)[0], octets[16:24], t.hoa)
    agent.register()
    t.acknowledged(t.ask(t.bu(), ba_of(t.hoa)), TYPE_CHANGE)
    t.equal("care-of address", agent.entry()["care_of_address"], t.coa)
    t.register(ha=t.agent2)
    agent.register()


@cn("cn-bu-h-nonces", "9.5.1", "H with nonce indices, authorized: silence", where=(OWN,))
def home_with_nonces(t, m):
    t.register()
    before = t.place.binding(t.hoa)["sequence"]
    agent = m.beside(hoa=t.hoa, correspondent=t.agent)
    agent.tests_by_tunnel()
    t.silence(agent.update(flags="AH").packet())
    t.equal("sequence of the registration", t.place.binding(t.hoa)["sequence"], before)
    t.equal("shown", agent.entry(), None)


@cn("cn-bu-h", "9.5.1, 10.3.1", "H set, to a protected host, which is nobody's home agent: silence, and the host does not get it", where=(HOST,))
def home_to_host(t, m):
    m.ignored(t.bu(hoa=m.hoa, ha=m.correspondent))
    m.ignored(m.update(flags="AH"))
    m.unbound()


@cn("cn-bu-bound-here", "9.1, 9.5.1, 9.3.2", "a node that is bound here as well: its binding with a correspondent takes its packets off the tunnel, those of others stay in it")
def bound_here(t, m):
    t.register()
    node = m.beside(hoa=t.hoa)
    node.tests_by_tunnel()
    node.register()
    node.routed(node.speak())
    node.heard()
    p = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP() / b"of another", lambda p: p.original.endswith(b"of another"))
    t.fields(p[IPv6], src=t.agent, dst=t.coa, nh=41)
    node.delete()
    if m.own:
        return
    p = node.speak()
    t.fields(p[IPv6], src=t.agent, dst=t.coa, nh=41)
