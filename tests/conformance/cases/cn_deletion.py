# SPDX-License-Identifier: BSD-3-Clause
"""§5.2.8, §9.5.1, §9.5.3, §9.5.4: a binding deleted, from away and from home, and what is remembered of it."""
from case import is_answer
from correspondent import BOTH_NONCES, HOME_NONCE, HOTI, SEQUENCE, Token, changed, cn, far, kbm
from packets import *  # noqa: F403

WRONG = "cn.wrong_authenticator"


@cn("cn-delete", "9.5.3, 5.2.5, 6.2.7", "from away, the key of the home token alone, the authenticator made with the home address: status 0, lifetime 0; packets go by the home path, the option is answered by Binding Error 1")
def away(t, m):
    m.register()
    m.delete()
    m.unbound()


@cn("cn-delete-home", "9.5.3, 9.5.4", "from home, without a Home Address option: acknowledged to the home address without a routing header")
def at_home(t, m):
    m.register()
    m.delete(hao=False)
    m.unbound()


@cn("cn-delete-a-clear", "9.5.4", "A clear: deleted, and not acknowledged")
def a_clear(t, m):
    m.register()
    t.silence(m.update(life=0, flags="").packet())
    m.unbound()


for name, meaning, how in (("away", "from away", {}), ("home", "from home", {"hao": False})):
    @cn("cn-delete-%s-index" % name, "9.5.1, 6.2.6", meaning + ", a care-of nonce index that nobody gave: not looked at, deleted")
    def careof_index(t, m, how=how):
        m.register()
        m.delete(indices=(m.home.index, far(m.home.index)), **how)
        m.unbound()


@cn("cn-delete-136", "9.5.1", "a home nonce index that nobody gave, whatever the care-of one: 136, the binding stays")
def home_index(t, m):
    m.register()
    for careof in (m.home.index, far(m.home.index)):
        m.refused(m.update(life=0, indices=(far(m.home.index), careof)), HOME_NONCE)
    m.bound()


@cn("cn-delete-other-care-of", "9.5.3, 9.5.4", "from another care-of address than the one bound, which was never tested: deleted, acknowledged there")
def other_careof(t, m):
    m.register()
    m.delete(source=m.coa2)
    m.unbound()


@cn("cn-delete-alternate", "9.5.1, 9.5.3", "with an alternate care-of address: it is not looked at, deleted")
def alternate(t, m):
    m.register()
    m.delete(alternate_coa="ff0e::1")
    m.unbound()


def refused(name, meaning, **how):
    @cn("cn-delete-" + name, "9.5.1, 5.2.5, 6.2.7", meaning + ": silence, the binding stays")
    def judge(t, m):
        m.register()
        m.ignored(m.update(life=0, **{k: v(m) for k, v in how.items()}), WRONG)
        m.bound()


refused("key-both", "the key of both tokens", key=lambda m: kbm(*m.tests()))
refused("key-care-of", "the key of the care-of token", key=lambda m: kbm(m.tests()[1]))
refused("over-care-of", "the authenticator made with the care-of address", over=lambda m: m.coa)
refused("wrong", "a wrong authenticator", twist=lambda m: lambda a: bytes(12))
refused("token-of-another", "the home token of another home address", home=lambda m: m.test(HOTI, m.t.away(0x102)))
refused("guessed", "a home token guessed", home=lambda m: Token(m.home.index, b"guessing", m.hoa))


@cn("cn-delete-old-sequence", "9.5.1", "with an old sequence number: 135, the binding stays")
def old_sequence(t, m):
    m.register(seq=700)
    m.refused(m.update(life=0, seq=700), SEQUENCE, seq=700)
    m.bound()


@cn("cn-delete-nothing", "9.5.3", "without a binding: none is made by it, whatever is answered")
def nothing(t, m):
    m.tests()
    u = m.update(life=0)
    p = t.ask(u.packet(), m.acknowledgement(u))
    m.acknowledged(p, u, p[MIP6MH_BA].status)
    m.unbound()


@cn("cn-delete-others", "9.1, 9.5.3", "another home address's binding, and another correspondent's, stay")
def others(t, m):
    m.register()
    pairs = m.beside(hoa=t.away(0x104)), m.beside(correspondent=t.agent if m.own else m.server(2))
    for pair in pairs:
        pair.register()
    m.delete()
    m.unbound()
    for pair in pairs:
        pair.bound()


# §9.5.3, §5.2.8: what is remembered.


@cn("cn-memory-nonces", "9.5.3", "after a deletion the nonces of the binding for its home and care-of address: 138, even with a newer number")
def nonces_again(t, m):
    m.register()
    m.delete()
    m.refused(m.update(), BOTH_NONCES)
    m.unbound()


@cn("cn-memory-nonces-home", "9.5.3", "after a deletion from home: the same")
def nonces_again_home(t, m):
    m.register()
    m.delete(hao=False)
    m.refused(m.update(), BOTH_NONCES)
    m.unbound()


@cn("cn-memory-other-care-of", "9.5.3, 9.5.1", "after a deletion, with a care-of address not bound before: an old number is answered with 135 and the number of the deletion, a newer one accepted")
def memory_sequence(t, m):
    m.register(seq=100)
    m.delete(seq=200)
    m.refused(m.update(source=m.coa2, seq=150), SEQUENCE, seq=200)
    m.register(source=m.coa2, seq=201)
    m.bound(m.coa2)


@cn("cn-memory-twice", "9.5.3, 9.5.1", "deleted, and deleted again with the number of before: 135; a newer one is answered; never bound")
def deleted_twice(t, m):
    m.register()
    u = m.delete()
    m.refused(u, SEQUENCE)
    m.delete()
    m.unbound()


def replayed(name, clause, meaning, statuses, what, **more):
    """An update that was heard on the way, sent once more: no answer, or one of these; nothing is bound by it. what: brings it about, and returns
    the update and a judge of how things stand."""
    @cn("cn-replay-" + name, clause, meaning + ": " + " or ".join(map(str, statuses)) + ", nothing comes of it", **more)
    def judge(t, m):
        u, stands = what(t, m)
        before = m.state()
        p = t.ask(u.packet(), m.acknowledgement(u))
        t.that(p[MIP6MH_BA].status in statuses, "status %d" % p[MIP6MH_BA].status)
        t.equal("the binding", m.state(), before)
        stands()


def and_then(*steps):
    def what(t, m):
        u = m.register()
        for step in steps:
            step(t, m)
        return u, m.bound if m.entry() else m.unbound
    return what


replayed("refreshed", "9.5.1", "after a refresh the update before it", [SEQUENCE], and_then(lambda t, m: m.register()))
replayed("deleted", "5.2.8, 9.5.3", "after a deletion the update that made the binding", [BOTH_NONCES, SEQUENCE], and_then(lambda t, m: m.delete()))
replayed("deleted-home", "5.2.8, 9.5.3", "after a deletion from home the update that made the binding", [BOTH_NONCES, SEQUENCE], and_then(lambda t, m: m.delete(hao=False)))
replayed("deleted-twice", "5.2.8, 9.5.3", "after two deletions the update that made the binding", [BOTH_NONCES, SEQUENCE], and_then(lambda t, m: m.delete(), lambda t, m: m.delete()))


@cn("cn-replay-moved", "9.5.1", "after a move the update of the old care-of address: 135, the binding stays at the new one")
def moved(t, m):
    u = m.register()
    m.register(source=m.coa2)
    m.refused(u, SEQUENCE, seq=m.sequence)
    m.bound(m.coa2)


@cn("cn-replay-over", "5.2.8, 9.6", "after the lifetime, 4 s, is over, the update that made the binding: 135 while its nonces are good, nothing is bound by it", long=True)
def replay_over(t, m):
    u = m.register(life=4)
    m.over()
    m.refused(u, SEQUENCE)
    m.unbound()


@cn("cn-replay-deletion", "5.2.8, 9.5.3", "after a deletion and a new binding at another care-of address the deletion: 135, the binding stays")
def replay_deletion(t, m):
    m.register()
    u = m.delete()
    m.register(source=m.coa2)
    m.refused(u, SEQUENCE, seq=m.sequence)
    m.bound(m.coa2)


@cn("cn-replay-elsewhere", "6.2.7, 9.5.1", "after a deletion the update that made the binding, from another source, and with another home address: silence or a refusal, nothing is bound")
def replay_elsewhere(t, m):
    u = m.register()
    m.delete()
    since = t.mark()
    for k in ({"source": m.coa2}, {"hoa": t.away(0x105)}):
        t.send(changed(u, **k).packet())
    t.marker()
    t.equal("accepted", [p.summary() for p in t.came(is_answer, since) if MIP6MH_BA in p and p[MIP6MH_BA].status < 128], [])
    m.unbound()
