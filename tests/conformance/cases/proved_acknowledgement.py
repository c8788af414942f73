# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4285 §5.1.1: acknowledgements of every status prove themselves, wherever the node is."""
from case import PROVED_REAL, ba_of
from cases.duplicate_address import collide_na, probed
from member import Key, Node, packed, proved
from packets import *  # noqa: F403
from place import CORE, DEPRECATED, ENDING


@proved("auth-alternate", "RFC 4285 5.1, RFC 6275 6.2.5", "an alternate care-of address: it is the care-of address of both authenticators, the acknowledgement goes to the source")
def alternate_coa(t, n):
    u = n.update(alternate_coa=t.coa2)
    n.ask(u)
    n.bound(t.coa2)


@proved("auth-alternate-source", "RFC 4285 5.1", "an alternate care-of address, and an authenticator made of the source: 146")
def alternate_source(t, n):
    u = n.update(alternate_coa=t.coa2, of=lambda u, d: packed(t.coa) + d[16:])
    n.wrong(u)


@proved("auth-other-agent", "RFC 4285 5.1", "registered at another address of ours")
def other_agent(t, n):
    n.register(ha=t.agent2)
    n.bound()


@proved("auth-a-clear", "RFC 4285 5.1.1", "A bit clear: acknowledged and proved all the same, wrong ones refused")
def a_clear(t, n):
    n.register(flags="H")
    n.wrong(n.update(flags="H", secret=bytes(16), coa=t.coa2))


@proved("auth-flags", "RFC 4285 5.1", "L and K set: authenticated as they are, K cleared in the proved acknowledgement")
def flags(t, n):
    n.register(flags="AHLK")
    n.bound()


@proved("auth-status-1", "RFC 4285 5.1.1", "a deprecated prefix: the acknowledgement of status 1 proves itself", Node(1, prefix=DEPRECATED))
def status_1(t, n):
    n.ask(n.update(), 1)


@proved("auth-status-131", "RFC 4285 5.1.1", "sent to an address of ours on a link that is no home link: 131, proved")
def status_131(t, n):
    n.ask(n.update(ha=CORE), 131)


@proved("auth-status-132", "RFC 4285 5.1.1", "a home address whose prefix has ended: 132, proved", Node(1, prefix=ENDING), long=True)
def status_132(t, n):
    end = time.monotonic() + 120
    while True:
        u = n.update()
        p = t.ask(u.packet(), ba_of(n.hoa))
        if p[MIP6MH_BA].status >= 128 or time.monotonic() > end:
            break
        time.sleep(0.5)
    n.acknowledged(p, u, 132)


@proved("auth-status-133", "RFC 4285 5.1.1", "given up without a registration: 133, proved")
def status_133(t, n):
    n.ask(n.update(life=0), 133)


@proved("auth-status-134", "RFC 4285 5.1.1", "the home address is another's on the home link: 134, proved", kinds=PROVED_REAL)
def status_134(t, n):
    u = n.update()
    probed(t, u.packet(), target=n.hoa)
    collide_na(t, n.hoa)
    n.acknowledged(t.wait(ba_of(n.hoa)), u, 134)


@proved("auth-status-174", "RFC 4285 5.1.1", "our own address as care-of address: 174, proved")
def status_174(t, n):
    n.ask(n.update(alternate_coa=t.agent), 174)


@proved("auth-identity-lengths", "RFC 4283 3, RFC 4285 4", "identities of 1 octet and of 253, the most: registered, repeated in the acknowledgement", Node(1, identity="x"), Node(2, identity="n" * 253))
def identity_lengths(t, *nodes):
    for n in nodes:
        n.register()
        n.bound()


@proved("auth-two-homes", "RFC 4285 4", "an identity with two home addresses: each registered by its own key", Node(1), Node(2, of=1, key=Key(257, "hmac-sha256")))
def two_homes(t, a, b):
    for n in (a, b):
        n.register()
    for n in (a, b):
        n.bound()


# Giving up.


@proved("auth-dereg-away", "RFC 4285 5.1", "given up from abroad: proved, no longer bound")
def dereg_away(t, n):
    n.register()
    n.unregister()
    t.that((t.place.binding(n.hoa) or {"state": "gone"})["state"] != "valid", "still bound")


@proved("auth-dereg-other-care-of", "RFC 4285 5.1", "given up from another care-of address: the proof is made of that one")
def dereg_other(t, n):
    n.register()
    n.unregister(coa=t.coa2)


@proved("auth-dereg-forged", "RFC 4285 5.1.1", "a de-registration by another key: 146, still bound")
def dereg_forged(t, n):
    n.register()
    n.wrong(n.update(life=0, secret=bytes(16)))
    n.bound()


@proved("auth-dereg-stripped", "RFC 4285 5", "a de-registration without the option: silence, still bound")
def dereg_stripped(t, n):
    n.register()
    n.ignored(t.bu(hoa=n.hoa, life=0), "auth.no_option", answer=lambda p: MIP6MH_BA in p)
    n.bound()


def at_home(t, n, u, mac=1):
    """From the home link; the acknowledgement."""
    t.forget()
    t.send(u.packet(), port="home", mac=t.mac(mac))
    a = t.wait(lambda p: MIP6MH_BA in p and p[IPv6].dst == n.hoa, port="home")
    t.equal("link-layer destination", a.dst, t.mac(mac))
    return a


@proved("auth-dereg-home", "RFC 4285 5.1, RFC 6275 10.3.2", "given up at home, without the home address option: the care-of address of both authenticators is the home address", kinds=PROVED_REAL)
def dereg_home(t, n):
    n.register()
    u = n.update(life=0, hao=False)
    a = at_home(t, n, u)
    t.fields(a[MIP6MH_BA], status=0, mhtime=0, seq=u.seq)
    n.proof(a, u)
    t.that((t.place.binding(n.hoa) or {"state": "gone"})["state"] != "valid", "still bound")


@proved("auth-dereg-home-forged", "RFC 4285 5.1.1", "a de-registration from the home link by another key: 146 to the link-layer address it came from, still bound", kinds=PROVED_REAL)
def dereg_home_forged(t, n):
    n.register()
    u = n.update(life=0, hao=False, secret=bytes(16))
    a = n.counted("auth.wrong_authenticator", lambda: at_home(t, n, u))
    t.fields(a[MIP6MH_BA], status=146, mhtime=0)
    n.proof(a, u)
    n.bound()
