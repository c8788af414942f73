# SPDX-License-Identifier: BSD-3-Clause
"""RFC 3776 §3.1, §4, RFC 4877 §4, RFC 4303: Binding Updates and Acknowledgements in ESP transport mode."""
from cases.deregistration import not_intercepted
from esp import BAD_ICV, DUMMY, ICMP6, ICV, MALFORMED, MH, NO_ALTERNATE, NO_NEXT, OTHER_ADDRESS, REGISTRATION, SELECTOR, UNKNOWN_SPI, UNPROTECTED
from esp import dissected, esp, node, under_esp
from packets import *  # noqa: F403


def answered(name, meaning, *kind, clause="RFC 3776 3.1, 4.1, RFC 4877 4.1", **kinds):
    @esp(name, clause, meaning + ": registered, acknowledged behind the type 2 routing header under ESP, summed over the home address", node(*kind, **kinds))
    def judge(t, n):
        n.register()


answered("esp-first", "AES-CBC with HMAC-SHA-256-128")
answered("esp-first-null", "NULL encryption with HMAC-SHA-256-128 (the integrity alone is a MUST)", "null", clause="RFC 3776 3.1, 4.3, RFC 4877 4.3")
answered("esp-first-192", "AES-CBC with a key of 192 bits", key_octets=24, clause="RFC 3602 2.3")
answered("esp-first-256", "AES-CBC with a key of 256 bits", key_octets=32, clause="RFC 3602 2.3")


@esp("esp-tshark", "RFC 3776 3.1, RFC 4303 2", "update and acknowledgement as tshark decrypts them: integrity good, sequence numbers, status, the alternate care-of address; the home addresses in option and routing header", node(), node("null"))
def tshark(t, *nodes):
    for n in nodes:
        p = n.bu(seq=77)
        sent = n.transport(p)
        got = t.ask(sent, n.sealed_to(REGISTRATION))
        seen = dissected([Ether(dst="02:00:00:00:00:01", type=0x86dd) / sent, got], [n.to[REGISTRATION], n.back[REGISTRATION]],
                         "esp.icv_good", "esp.sequence", "mip6.bu.seqnr", "mip6.acoa.acoa", "mip6.ba.status", "mip6.ba.seqnr", "ipv6.routing.mipv6.home_address", "ipv6.opt.mipv6.home_address")
        t.equal("the update", seen[0], {**seen[0], "esp.icv_good": "1", "esp.sequence": "1", "mip6.bu.seqnr": "77", "mip6.acoa.acoa": n.coa, "ipv6.opt.mipv6.home_address": n.hoa})
        t.equal("the acknowledgement", seen[1], {**seen[1], "esp.icv_good": "1", "esp.sequence": "1", "mip6.ba.status": "0", "mip6.ba.seqnr": "77", "ipv6.routing.mipv6.home_address": n.hoa})


@esp("esp-sequence-numbers", "RFC 4303 2.2, 3.3.3", "acknowledgements are numbered 1, 2, 3…, whatever they say", node())
def numbers(t, n):
    found = []
    for seq in (5, 6, 6, 7):
        n.register(135 if len(found) == 2 else 0, seq=seq)
        found.append(n.opened(n.last)[2])
    t.equal("sequence numbers", found, [1, 2, 3, 4])


@esp("esp-iv", "RFC 3602 2.1, 3", "every acknowledgement has an initialization vector that cannot be foretold: none comes twice, none is the last block of the one before, none is a number counted up", node())
def vectors(t, n):
    found, last = [], []
    for _ in range(6):
        n.register()
        octets = under_esp(bytes(n.last[IPv6]))
        found.append(octets[8:24])
        last.append(octets[-ICV - 16:-ICV])
    t.equal("different", len(set(found)), 6)
    t.equal("taken from the packet before", [a for a, b in zip(found[1:], last) if a == b], [])
    steps = {int.from_bytes(b, "big") - int.from_bytes(a, "big") for a, b in zip(found, found[1:])}
    t.equal("steps between them", len(steps), 5)
    t.that(all(len(set(v)) > 4 for v in found), "few different octets: %s" % found[0].hex())


@esp("esp-refresh", "RFC 6275 10.3.1", "refreshed by the same association", node())
def refresh(t, n):
    n.register()
    n.register(life=300)
    n.register(life=400)


@esp("esp-move", "RFC 3776 3.1, 4.3", "the node moves: the association stays, the acknowledgement goes to the new care-of address and so does what is intercepted", node())
def move(t, n):
    n.register()
    n.register(coa=t.away(0x21))
    n.register(coa=t.away(0x22))
    p = t.ask(n.from_correspondent(UDP(dport=7) / b"x"), lambda p: p[IPv6].nh == 41 and p[IPv6].payload[IPv6].src == t.cn)
    t.equal("tunnelled to", p[IPv6].dst, t.away(0x22))


@esp("esp-alternate-other", "RFC 3776 3.1, RFC 6275 6.2.5, 9.5.4", "an alternate care-of address other than the source: it is the care-of address, the acknowledgement goes to the source", node())
def alternate_other(t, n):
    n.register(alternate=t.away(0x31))
    t.equal("acknowledged to", n.last[IPv6].dst, n.coa)


@esp("esp-source-changed", "RFC 3776 4.3", "somebody changes the source address on the way: traffic still goes to the alternate care-of address that ESP protects", node())
def source_changed(t, n):
    p = bytearray(bytes(n.update()))
    p[8:24] = socket.inet_pton(socket.AF_INET6, t.away(0x66))
    t.ask(Raw(bytes(p)), n.sealed_to(REGISTRATION))
    n.bound(n.coa)


@esp("esp-alternate-missing", "RFC 3776 4.3, RFC 4877 4.3", "no alternate care-of address, so that nothing protects the care-of address: not bound", node())
def alternate_missing(t, n):
    n.refused(n.update(alternate=None), NO_ALTERNATE)
    n.register()
    n.refused(n.update(alternate=None, coa=t.coa2), NO_ALTERNATE, n.coa)


for what, address in (("multicast", "ff0e::c0de"), ("unspecified", "::"), ("linklocal", "fe80::1"), ("loopback", "::1")):
    @esp("esp-alternate-" + what, "RFC 6275 6.1.7", "an alternate care-of address that is %s: silence, the binding stays" % what, node())
    def alternate_unroutable(t, n, address=address):
        n.register()
        t.silence(n.update(alternate=address))
        n.bound(n.coa)


@esp("esp-alternate-own", "RFC 6275 6.1.7, 10.3.1", "its own home address as alternate care-of address: refused, and the refusal is protected", node())
def alternate_own(t, n):
    p = t.ask(n.update(alternate=n.hoa), n.sealed_to(REGISTRATION))
    b = MIP6MH_BA(n.opened(p)[0])
    t.that(b.status >= 128, "status %d" % b.status)
    n.bound(None)


@esp("esp-dereg-away", "RFC 3776 3.1, RFC 6275 10.3.2", "given up from abroad: status 0, lifetime 0, under ESP; nothing is intercepted any more", node())
def dereg_away(t, n):
    n.register()
    n.unregister()
    n.bound(None)
    not_intercepted(t, n.hoa)


def from_home(t, n, p, status=0):
    """Sends on the home link; the acknowledgement of RFC 3776 §3.1: to the home address, ESP, no routing header."""
    t.forget()
    t.send(p, port="home", mac=t.mac(n.i))
    a = t.wait(n.sealed_to(REGISTRATION, dst=n.hoa), port="home")
    t.fields(a[IPv6], src=t.agent, dst=n.hoa, nh=50)
    t.equal("link-layer destination", a.dst, t.mac(n.i))
    return n.judged(n.opened(a), status, t.agent, None, 0)


@esp("esp-dereg-home", "RFC 3776 3.1, 4.3, RFC 4877 4.3", "given up at home: from the home address, neither option nor alternate care-of address; acknowledged under ESP without a routing header", node())
def dereg_home(t, n):
    n.register()
    from_home(t, n, n.transport(n.at_home()))
    n.bound(None)
    not_intercepted(t, n.hoa)


@esp("esp-home-and-away", "RFC 3776 4.2, RFC 4877 4.2", "at home and away again: the associations are the same, sequence numbers go on", node(window=64))
def home_and_away(t, n):
    n.register()
    from_home(t, n, n.transport(n.at_home()))
    n.register(coa=t.away(0x41))
    t.equal("sequence number", n.opened(n.last)[2], 3)
    n.unregister(coa=t.away(0x41))


@esp("esp-other-address", "RFC 6275 9.5.4", "sent to another address of ours: acknowledged from there, protected", node())
def other_address(t, n):
    p = n.bu(ha=t.agent2)
    n.acknowledgement(t.ask(n.transport(p), n.sealed_to(REGISTRATION)), ha=t.agent2)


@esp("esp-sequence-135", "RFC 6275 9.5.1, RFC 3776 4.4", "an old sequence number of the message under fresh ESP: 135 with the last one, protected", node())
def sequence(t, n):
    n.register(seq=100)
    t.equal("sequence", n.register(135, seq=100).seq, 100)
    t.equal("sequence", n.register(135, seq=99, coa=t.coa2).seq, 100)
    n.bound(n.coa)


@esp("esp-refused-status", "RFC 6275 9.5.4", "what policy refuses is refused by a protected acknowledgement: 133 for a de-registration of nothing", node())
def refused_status(t, n):
    n.register(133, life=0)


@esp("esp-side-by-side", "RFC 3776 4.2", "six nodes of several kinds at once: each is acknowledged by its own association", node(), node("null"), node(), node("null", window=64), node(key_octets=32), node(window=1024))
def side_by_side(t, *nodes):
    for _ in range(3):
        t.forget()
        since = t.mark()
        t.send(*[n.update() for n in nodes])
        for n in nodes:
            n.acknowledgement(t.seen(n.sealed_to(REGISTRATION), since))
    for n in nodes:
        n.bound(n.coa)


@esp("esp-removed", "RFC 6275 10.3.2", "the operator takes the binding away: the associations stay, the node registers again", node(window=64))
def removed(t, n):
    n.register()
    t.place.revoke(n.hoa)
    not_intercepted(t, n.hoa)
    n.register()


# What should be protected and is not (RFC 3776 §4.1: MUST be used).


def unprotected(name, meaning, packet, home=False):
    @esp(name, "RFC 3776 4.1, RFC 4877 4.1, RFC 6275 5.1", meaning + ": dropped and counted, the binding stays", node())
    def judge(t, n):
        n.register()
        if home:
            n.refused(packet(t, n), UNPROTECTED, n.coa, port="home", mac=t.mac(n.i))
        else:
            n.refused(packet(t, n), UNPROTECTED, n.coa)


@esp("esp-none-first", "RFC 3776 4.1, RFC 4877 4.1, RFC 6275 5.1", "a first update without ESP: dropped and counted, not bound", node())
def none_first(t, n):
    n.refused(n.bu(), UNPROTECTED)


unprotected("esp-none-refresh", "a refresh without ESP", lambda t, n: n.bu())
unprotected("esp-none-move", "a move without ESP", lambda t, n: n.bu(coa=t.coa2))
unprotected("esp-none-dereg", "a de-registration without ESP", lambda t, n: n.bu(life=0))
unprotected("esp-none-dereg-home", "a de-registration from home without ESP", lambda t, n: n.at_home(), home=True)


unprotected("esp-none-tunnel", "a de-registration as if from home through the plain tunnel", lambda t, n: IPv6(src=n.coa, dst=t.agent) / n.at_home())


@esp("esp-none-stranger", "RFC 3776 4.2, RFC 4877 4.2", "an update of a home address that nobody has enrolled: dropped and counted, not bound", node())
def stranger(t, n):
    t.silence(t.bu(hoa=t.home(0x70), options=[MIP6OptAltCoA(acoa=t.coa)]), UNPROTECTED)
    t.equal("binding", t.place.binding(t.home(0x70)), None)


# ESP that is not what it should be. Each one: silence, its own counter, the binding of the node stays.


def bad(name, clause, meaning, counter, packet, *kind, **kinds):
    @esp(name, clause, meaning + ": dropped and counted, the binding stays", node(*kind, **kinds))
    def judge(t, n):
        n.register()
        n.refused(packet(t, n), counter, n.coa)
        n.register(life=400)


def flipped(at):
    def twist(octets):
        octets = bytearray(octets)
        octets[at] ^= 1
        return bytes(octets)
    return {"twist": twist}


def cut(length):
    return {"twist": lambda octets: octets[:length]}


bad("esp-icv-last", "RFC 4303 3.4.4.1", "the last bit of the integrity check value is wrong", BAD_ICV, lambda t, n: n.update(flipped(-1), coa=t.coa2))
bad("esp-icv-first", "RFC 4303 3.4.4.1", "the first octet of the integrity check value is wrong", BAD_ICV, lambda t, n: n.update(flipped(-ICV), coa=t.coa2))
bad("esp-icv-payload", "RFC 4303 3.4.4.1", "a bit of the message is changed, NULL encryption", BAD_ICV, lambda t, n: n.update(flipped(20), coa=t.coa2), "null")
bad("esp-icv-ciphertext", "RFC 4303 3.4.4.1", "a bit of the ciphertext is changed", BAD_ICV, lambda t, n: n.update(flipped(30), coa=t.coa2))
bad("esp-icv-vector", "RFC 4303 2.8, RFC 3602 4", "a bit of the initialization vector is changed", BAD_ICV, lambda t, n: n.update(flipped(8), coa=t.coa2))
bad("esp-icv-sequence", "RFC 4303 2.8", "the sequence number is changed", BAD_ICV, lambda t, n: n.update(flipped(7), coa=t.coa2))
bad("esp-icv-zero", "RFC 4303 3.4.4.1", "an integrity check value of zeros", BAD_ICV, lambda t, n: n.update({"twist": lambda o: o[:-ICV] + bytes(ICV)}, coa=t.coa2))
bad("esp-icv-96", "RFC 4868 2.6", "an integrity check value cut to 96 bits", BAD_ICV, lambda t, n: n.update({"twist": lambda o: o[:-4]}, coa=t.coa2), "null")
bad("esp-icv-missing", "RFC 4303 3.4.4.1", "no integrity check value, NULL encryption", BAD_ICV, lambda t, n: n.update({"twist": lambda o: o[:-ICV]}, coa=t.coa2), "null")
bad("esp-keys-other", "RFC 4303 3.4.4.1", "the right SPI with the keys of the association that goes out", BAD_ICV, lambda t, n: n.update({"by": n.back[REGISTRATION], "spi": n.to[REGISTRATION].spi}, coa=t.coa2))
bad("esp-spi-unknown", "RFC 4303 3.4.2", "an SPI that nobody has", UNKNOWN_SPI, lambda t, n: n.update({"spi": 0xdeadbe00 | n.i}, coa=t.coa2))
bad("esp-spi-zero", "RFC 4303 2.1", "SPI 0", UNKNOWN_SPI, lambda t, n: n.update({"spi": 0}, coa=t.coa2))
bad("esp-spi-reserved", "RFC 4303 2.1", "an SPI of the reserved ones", UNKNOWN_SPI, lambda t, n: n.update({"spi": 255}, coa=t.coa2))
bad("esp-direction", "RFC 4301 4.1", "the association that goes out, used inwards", UNKNOWN_SPI, lambda t, n: n.update({"by": n.back[REGISTRATION]}, coa=t.coa2))
for length in (0, 4, 7, 8, 12, 8 + ICV, 8 + 16 + ICV, 8 + 16 + ICV + 1, 8 + 16 + 16 + ICV, 8 + 16 + 32 + ICV):
    bad("esp-cut-%d" % length, "RFC 4303 2", "cut to %d octets, ESP header and all" % length, MALFORMED if length < 8 + 16 + 16 + ICV else BAD_ICV, lambda t, n, length=length: n.update(cut(length), coa=t.coa2))


def resealed(n, octets, plain):
    """ESP of which `plain` (from the sequence number's end to before the integrity check value) is under the right value."""
    a = n.to[REGISTRATION]
    head = octets[:8] + plain
    return head + a.check_value(head)


bad("esp-blocks", "RFC 3602 2.4", "a ciphertext that is no whole number of blocks, its integrity good", MALFORMED, lambda t, n: n.update({"twist": lambda o: resealed(n, o, o[8:-ICV - 4])}, coa=t.coa2))
bad("esp-vector-alone", "RFC 3602 3", "an initialization vector and nothing behind it, its integrity good", MALFORMED, lambda t, n: n.update({"twist": lambda o: resealed(n, o, o[8:24])}, coa=t.coa2))
bad("esp-empty", "RFC 4303 2", "nothing between sequence number and integrity check value, that is good", MALFORMED, lambda t, n: n.update({"twist": lambda o: resealed(n, o, b"")}, coa=t.coa2), "null")
bad("esp-trailer-alone", "RFC 4303 2.4, 2.6", "padding and next header, and no message at all", SELECTOR, lambda t, n: n.update({"twist": lambda o: resealed(n, o, b"\x01\x02\x02\x87")}, coa=t.coa2), "null")
for kind in ("aes-cbc", "null"):
    bad("esp-padding-length-" + kind, "RFC 4303 2.5", "a pad length beyond all that is there, its integrity good, %s" % kind, MALFORMED, lambda t, n: n.update({"padlen": 255}, coa=t.coa2), kind)
    bad("esp-padding-octets-" + kind, "RFC 4303 2.4", "padding other than 1, 2, 3…, its integrity good, %s" % kind, MALFORMED,
        lambda t, n, kind=kind: n.update({"padding": bytes(14 if kind == "aes-cbc" else 2)}, coa=t.coa2), kind)


@esp("esp-padding-most", "RFC 4303 2.4", "as much padding as there may be, 240 octets and more: taken", node(), node("null"))
def padding_most(t, *nodes):
    for n, length in zip(nodes, (14 + 240, 2 + 252)):
        n.register(deformed={"padding": bytes(range(1, length + 1))})


# Selectors (RFC 4877 §4.3, §6.1; RFC 4301 §4.4.1.1): an association carries what it is for.


def selector(name, meaning, packet, counter=SELECTOR, clause="RFC 4877 4.3, 6.1, RFC 4301 5.2"):
    bad(name, clause, meaning, counter, packet)


def with_option(t, n, payload, **ip):
    return IPv6(src=n.coa, dst=t.agent, hlim=64, **ip) / IPv6ExtHdrDestOpt(options=[HAO(hoa=n.hoa)]) / payload


selector("esp-selector-udp", "UDP by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, UDP(dport=7) / b"x")))
selector("esp-selector-tcp", "TCP by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, TCP(dport=7))))
selector("esp-selector-echo", "an echo request by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, ICMPv6EchoRequest())))
selector("esp-selector-hoti", "a Home Test Init by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, MIP6MH_HoTI(cookie=b"12345678"))))
selector("esp-selector-coti", "a Care-of Test Init by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, MIP6MH_CoTI(cookie=b"12345678"))))
selector("esp-selector-ba", "a Binding Acknowledgement by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, MIP6MH_BA(seq=1))))
selector("esp-selector-mh", "a Mobility Header of unknown type by the association of Binding Updates", lambda t, n: n.transport(with_option(t, n, MIP6MH_Generic(mhtype=88, msg=bytes(2)))))
selector("esp-selector-number", "an update whose next header says ICMPv6", lambda t, n: n.transport(n.bu(coa=t.coa2), following=ICMP6))
selector("esp-selector-tunnel", "a packet in tunnel mode by an association of transport mode", lambda t, n: n.tunnel(n.to_correspondent(UDP() / b"x"), REGISTRATION), OTHER_ADDRESS)
selector("esp-selector-esp", "ESP within ESP by the association of Binding Updates", lambda t, n: n.transport(n.update(coa=t.coa2)), clause="RFC 4301 5.2, RFC 3776 5.2.4")
selector("esp-selector-option-inside", "the Home Address option inside ESP, where it says nothing of the policy", lambda t, n: IPv6(src=t.coa2, dst=t.agent, nh=50) / Raw(n.to[REGISTRATION].seal(bytes(n.bu(coa=t.coa2))[40:], 60)), OTHER_ADDRESS, clause="RFC 3776 3.1, 4.2, RFC 6275 6.3")
selector("esp-selector-no-option", "the update without a Home Address option, from the care-of address", lambda t, n: n.transport(t.bu(hoa=n.coa, hao=False, options=[MIP6OptAltCoA(acoa=n.coa)])), OTHER_ADDRESS, clause="RFC 3776 4.2, RFC 6275 11.3.2")


@esp("esp-dummy", "RFC 4303 2.6", "a dummy packet (next header 59): dropped without a word, and no error", node())
def dummy(t, n):
    n.register()
    n.refused(n.transport(n.bu(coa=t.coa2), following=NO_NEXT), DUMMY, n.coa)
    n.register()


@esp("esp-other-node", "RFC 3776 4.2, RFC 4877 4.2, RFC 6275 5.1", "a node moves, gives up or registers another one's home address by its own good association: dropped and counted, both bindings stay", node(), node(), node())
def other_node(t, mine, yours, away):
    mine.register()
    yours.register()
    for p in (yours.bu(coa=t.away(0x51)), yours.bu(life=0)):
        yours.refused(yours.transport(p, by=mine.to[REGISTRATION]), OTHER_ADDRESS, yours.coa)
    away.refused(away.transport(away.bu(coa=mine.coa), by=mine.to[REGISTRATION]), OTHER_ADDRESS, None)
    mine.bound(mine.coa)
    mine.register()


@esp("esp-other-node-home", "RFC 3776 4.2, RFC 4877 4.2", "a node gives up another one's binding on the home link, from its home address, by its own association: dropped and counted", node(), node())
def other_node_home(t, mine, yours):
    yours.register()
    yours.refused(yours.transport(yours.at_home(), by=mine.to[REGISTRATION]), OTHER_ADDRESS, yours.coa, port="home", mac=t.mac(mine.i))


@esp("esp-other-node-spi", "RFC 4303 3.4.4.1", "another node's SPI with one's own keys: the integrity check fails", node(), node())
def other_node_spi(t, mine, yours):
    yours.register()
    yours.refused(yours.transport(yours.bu(coa=t.away(0x51)), by=mine.to[REGISTRATION], spi=yours.to[REGISTRATION].spi), BAD_ICV, yours.coa)


@esp("esp-checksum-care-of", "RFC 6275 6.1.1, RFC 3776 4.2", "good ESP around a message summed over the care-of address: ignored", node())
def checksum_care_of(t, n):
    n.register()
    p = n.bu(coa=t.coa2)
    m = bytearray(bytes(p[MIP6MH_BU]))
    m[4:6] = bytes(2)
    m[4:6] = in6_chksum(MH, IPv6(src=t.coa2, dst=t.agent), bytes(m)).to_bytes(2, "big")
    p[MIP6MH_BU].cksum = int.from_bytes(m[4:6], "big")
    n.refused(n.transport(p), "mh.bad_checksum", n.coa)


@esp("esp-reflected", "RFC 4301 4.1", "our own acknowledgement sent back to us: dropped, the binding stays", node())
def reflected(t, n):
    n.register()
    a = n.last[IPv6].copy()
    octets = under_esp(bytes(a))
    n.refused(IPv6(src=n.coa, dst=t.agent, nh=60) / IPv6ExtHdrDestOpt(nh=50, options=[HAO(hoa=n.hoa)]) / Raw(octets), UNKNOWN_SPI, n.coa)
