# SPDX-License-Identifier: BSD-3-Clause
"""RFC 4303 §3.4.3, RFC 3776 §4.4, RFC 4877 §4.3: replayed ESP, with the window and without. Extended sequence numbers are a key exchange's to
negotiate (RFC 4303 §2.2.1) and the window that manual associations may not have: unit/base has them."""
from esp import BAD_ICV, REGISTRATION, REPLAYED, esp, node

SMALL, LARGE = 64, 1024


def taken(n, *sequences):
    """Updates under ESP of those numbers: each is acknowledged."""
    for sequence in sequences:
        n.register(deformed={"sequence": sequence})


def dropped(n, *sequences):
    """Updates under ESP of those numbers, new as messages: each is dropped and counted."""
    for sequence in sequences:
        n.refused(n.update({"sequence": sequence}, coa=n.t.coa2), REPLAYED, n.coa)


for size in (SMALL, LARGE):
    @esp("replay-twice-%d" % size, "RFC 4303 3.4.3", "window of %d: the same octets twice: the second time dropped and counted" % size, node(window=size))
    def twice(t, n):
        p = n.update()
        n.acknowledgement(t.ask(p, n.sealed_to(REGISTRATION)))
        n.refused(p, REPLAYED, n.coa)
        n.register()

    @esp("replay-same-number-%d" % size, "RFC 4303 3.4.3", "window of %d: other messages under numbers that came before, the first ones, the last ones and between: dropped and counted" % size, node(window=size))
    def same_number(t, n):
        taken(n, 1, 2, 3, 9, 10)
        dropped(n, 1, 2, 3, 9, 10)
        taken(n, 4, 8, 11)
        dropped(n, 4, 8)

    @esp("replay-edges-%d" % size, "RFC 4303 3.4.3, A2", "window of %d: the lowest number within is taken once, the one below it dropped, and so after the window has moved" % size, node(window=size))
    def edges(t, n, size=size):
        for top in (5000, 5001, 5000 + 3 * size, 1 << 20, 0xfffffff0):
            taken(n, top)
            dropped(n, top, top - size, top - size - 7)
            taken(n, top - size + 1)
            dropped(n, top - size + 1, 1)

    @esp("replay-out-of-order-%d" % size, "RFC 4303 3.4.3", "window of %d: numbers in any order within it: each is taken once" % size, node(window=size))
    def out_of_order(t, n, size=size):
        order = [i * size // SMALL for i in (100, 90, 99, 64, 63, 65, 37, 128, 127, 101, 66)]
        taken(n, *order)
        dropped(n, *order[::3])

    @esp("replay-zero-%d" % size, "RFC 4303 3.3.3, 3.4.3", "window of %d: number 0, which nobody sends: dropped and counted" % size, node(window=size))
    def zero(t, n):
        taken(n, 1)
        dropped(n, 0)

    @esp("replay-forged-%d" % size, "RFC 4303 3.4.3", "window of %d: a number far ahead under a wrong integrity check value does not move the window" % size, node(window=size))
    def forged(t, n, size=size):
        taken(n, 1)
        n.refused(n.update({"sequence": 1 << 24, "twist": lambda o: o[:-1] + bytes([o[-1] ^ 0x80])}, coa=t.coa2), BAD_ICV, n.coa)
        taken(n, 2, 3)
        n.refused(n.update({"sequence": 4, "twist": lambda o: o[:-1] + bytes([o[-1] ^ 0x80])}, coa=t.coa2), BAD_ICV, n.coa)
        taken(n, 4)

    @esp("replay-last-%d" % size, "RFC 4303 3.3.3", "window of %d: after the last number of 32 bits nothing begins again" % size, node(window=size))
    def last(t, n):
        taken(n, 1, 0xffffffff, 0xfffffffe)
        dropped(n, 1, 0, 2, 0xffffffff)


@esp("replay-each-its-own", "RFC 4303 3.4.3, RFC 4301 4.4.2.1", "two nodes use the same numbers: each has a window of its own", node(window=SMALL), node(window=SMALL), node(window=LARGE))
def each(t, *nodes):
    for sequence in (7, 3, 500):
        for n in nodes:
            taken(n, sequence)
    for n in nodes[:2]:
        n.refused(n.update({"sequence": 400}, coa=t.away(0x61)), REPLAYED, n.coa)
    taken(nodes[2], 400)


@esp("replay-off-twice", "RFC 4877 4.3, RFC 6275 9.5.1", "no window: the same octets twice: judged by the sequence number of the message, 135, and the binding stays", node())
def off_twice(t, n):
    p = n.bu(seq=9)
    octets = n.transport(p)
    n.acknowledgement(t.ask(octets, n.sealed_to(REGISTRATION)), 0)
    t.equal("sequence", n.acknowledgement(t.ask(octets, n.sealed_to(REGISTRATION)), 135).seq, 9)
    n.bound(n.coa)


@esp("replay-off-movement", "RFC 4877 4.3, RFC 6275 9.5.1", "no window: an old update replayed after a movement: 135, traffic goes where the node is", node())
def off_movement(t, n):
    old = n.update()
    n.acknowledgement(t.ask(old, n.sealed_to(REGISTRATION)))
    n.register(coa=t.coa2)
    n.acknowledgement(t.ask(old, n.sealed_to(REGISTRATION)), 135)
    n.bound(t.coa2)


@esp("replay-off-numbers", "RFC 4303 3.4.3", "no window: ESP's numbers may repeat, fall back and be 0: nobody looks at them", node())
def off_numbers(t, n):
    taken(n, 10, 10, 1, 0, 0xffffffff, 1)
