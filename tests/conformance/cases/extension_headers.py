# SPDX-License-Identifier: BSD-3-Clause
"""§6.3, §6.4, §8.2, §9.3.1 and RFC 8200 §4, RFC 5095: extension headers to the home agent, in every order."""
from case import BOTH, ba_of, case, having, refused
from packets import *  # noqa: F403

PAD = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0\0\0")])
HBH = IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0\0\0\0")])
UNKNOWN = 0x1e  # an option type of RFC 4727 for experiments: action 00


def hao(t, *before, after=(), address=None):
    return IPv6ExtHdrDestOpt(options=[*before, HAO(hoa=address or t.hoa), *after])


def visited(t, *addresses, kind=0):
    """A routing header with nothing left to visit."""
    return IPv6ExtHdrRouting(type=kind, segleft=0, addresses=list(addresses) or [t.cn])


def atomic(t):
    return IPv6ExtHdrFragment(offset=0, m=0, id=t.number)


def chain(t, *headers, dst=None, src=None):
    p = IPv6(src=src or t.coa, dst=dst or t.agent)
    for h in headers:
        p = p / h
    return p


def update(t, life=600):
    """With a checksum over the home address wherever its option stands: Scapy looks for it at one place only."""
    m = MIP6MH_BU(flags="AH", seq=t.next_sequence(t.hoa), mhtime=life // 4, cksum=0)
    m.cksum = in6_chksum(135, IPv6(src=t.hoa, dst=t.agent, nh=135), bytes(m))
    return m


def echo(t, data=b"conformance"):
    return ICMPv6EchoRequest(id=t.number, seq=1, data=data)


def taken(name, clause, meaning, headers):
    """An update behind these headers is accepted."""
    @case(name, clause, BOTH, meaning)
    def judge(t):
        t.acknowledged(t.ask(chain(t, *headers(t), update(t)), ba_of(t.hoa)))


taken("order-hbh-hao", "6.3, 6.4.1", "hop-by-hop options, Home Address option, Mobility Header: taken", lambda t: [HBH, hao(t)])
taken("order-dst-hao", "6.3", "other destination options in a header of their own before it: taken", lambda t: [PAD, hao(t)])
taken("order-rthdr-hao", "6.3", "Home Address option after a routing header: taken", lambda t: [visited(t), hao(t)])
taken("order-all-before", "6.3, RFC 8200 4.1", "hop-by-hop, destination options, routing header, Home Address option: taken", lambda t: [HBH, PAD, visited(t), hao(t)])
taken("order-two-rthdr-hao", "6.3", "two routing headers with nothing left, then the option: taken", lambda t: [visited(t), visited(t, kind=4), hao(t)])
taken("order-hao-frag", "6.3", "Home Address option before an (atomic) fragment header: taken", lambda t: [hao(t), atomic(t)])
taken("order-hao-dst", "6.3, RFC 8200 4.1", "destination options for the final destination behind it: taken", lambda t: [hao(t), PAD])
taken("order-everything", "6.3, RFC 8200 4.1", "HBH, DSTOPT, RTHDR, DSTOPT with the option, FRAG, DSTOPT: taken", lambda t: [HBH, PAD, visited(t), hao(t), atomic(t), PAD])
taken("hao-beside-others", "6.3, RFC 8200 4.2", "the option between others of the same header, unknown ones to be skipped among them: taken",
      lambda t: [hao(t, HBHOptUnknown(otype=UNKNOWN, optdata=b"xyz"), after=[HBHOptUnknown(otype=UNKNOWN, optdata=b"")])])
taken("hao-unaligned", "6.3", "the option not at 8n+6: taken", lambda t: [IPv6ExtHdrDestOpt(autopad=0, options=[Pad1(), HAO(hoa=t.hoa), PadN(optdata=b"\0")])])

HAO_INVALID = "control.hao_invalid"
for name, meaning, headers in (
        ("hao-after-frag", "Home Address option behind an atomic fragment header", lambda t: [atomic(t), hao(t)]),
        ("hao-before-rthdr", "Home Address option before a routing header, nothing left to visit", lambda t: [hao(t), visited(t)]),
        ("hao-before-rthdr-after-dst", "the option before a routing header, other destination options before it", lambda t: [PAD, hao(t), visited(t)]),
        ("hao-between-rthdr", "the option between two routing headers", lambda t: [visited(t), hao(t), visited(t, kind=4)]),
        ("hao-before-rthdr-left", "the option before a routing header with segments left", lambda t: [hao(t), IPv6ExtHdrRouting(type=0, segleft=1, addresses=[t.cn])]),
        ("hao-before-rthdr2", "the option before a type 2 routing header", lambda t: [hao(t), IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.hoa])]),
        ("hao-frag-rthdr", "the option, fragment header, routing header", lambda t: [hao(t), atomic(t), visited(t)]),
        ("hao-after-frag-and-dst", "the option behind fragment header and destination options", lambda t: [atomic(t), PAD, hao(t)]),
        ("hao-twice", "two Home Address options in one header", lambda t: [hao(t, after=[HAO(hoa=t.hoa)])]),
        ("hao-twice-headers", "Home Address options in two headers", lambda t: [hao(t), hao(t)]),
        ("hao-twice-different", "two options with different home addresses", lambda t: [hao(t, after=[HAO(hoa=t.home(2))])]),
        ("hao-twice-around-rthdr", "one option before and one behind a routing header", lambda t: [hao(t), visited(t), hao(t)]),
        ("hao-length-15", "an option of length 15", lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=201, optlen=15, optdata=bytes(15))])]),
        ("hao-length-17", "an option of length 17", lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=201, optlen=17, optdata=socket.inet_pton(socket.AF_INET6, t.hoa) + b"\0")])]),
        ("hao-length-0", "an option of length 0", lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=201, optlen=0, optdata=b"")])]),
        ("hao-multicast", "a multicast home address", lambda t: [hao(t, address="ff0e::c0de")]),
        ("hao-unspecified", "the unspecified address as home address", lambda t: [hao(t, address="::")]),
        ("hao-loopback", "the loopback address as home address", lambda t: [hao(t, address="::1")]),
        ("hao-linklocal", "a link-local home address", lambda t: [hao(t, address=t.linklocal())])):
    refused(name, "6.3" if "a" not in name[4:6] else "6.3, 9.3.1", BOTH, meaning + ": dropped, own counter, no binding changed", HAO_INVALID,
            lambda t, headers=headers: chain(t, *headers(t), update(t)))


@case("hao-misplaced-echo", "6.3", BOTH, "an echo request whose option is misplaced: neither an answer nor a Binding Error")
def misplaced_echo(t):
    t.register()
    t.silence([chain(t, hao(t), visited(t), echo(t)), chain(t, atomic(t), hao(t), echo(t))], HAO_INVALID)


@case("hao-in-fragments", "6.3", BOTH, "the option in the fragmentable part of a packet in two fragments: dropped, own counter")
def in_fragments(t):
    t.register()
    whole = bytes(chain(t, hao(t), echo(t, b"f" * 400)))[40:]
    parts = [IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=60, id=t.number, offset=0, m=1) / Raw(whole[:208]),
             IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrFragment(nh=60, id=t.number, offset=26, m=0) / Raw(whole[208:])]
    t.silence(parts, "drop.fragment")


@case("hao-before-fragments", "6.3, 9.3.1", BOTH, "the option before the fragment headers of a packet in two fragments: put together and answered")
def before_fragments(t):
    t.register()
    whole = bytes(chain(t, hao(t), echo(t, b"f" * 400)))[64:]
    parts = [chain(t, hao(t), IPv6ExtHdrFragment(nh=58, id=t.number, offset=0, m=1), Raw(whole[:208])),
             chain(t, hao(t), IPv6ExtHdrFragment(nh=58, id=t.number, offset=26, m=0), Raw(whole[208:]))]
    p = t.ask(parts, having(ICMPv6EchoReply))
    t.fields(p[IPv6ExtHdrRouting], type=2, segleft=1, addresses=[t.hoa])
    t.equal("data", p[ICMPv6EchoReply].data, b"f" * 400)


refused("hao-after-ah", "6.3", BOTH, "Home Address option behind an Authentication Header: dropped", "control.ignored",
        lambda t: IPv6(src=t.coa, dst=t.agent, nh=51) / Raw(b"\x3c\x04\0\0" + bytes(20) + bytes(hao(t) / update(t))))
refused("hao-after-esp", "6.3", BOTH, "Home Address option behind an ESP header: dropped", "control.ignored",
        lambda t: IPv6(src=t.coa, dst=t.agent, nh=50) / Raw(struct.pack("!II", 256, 1) + bytes(hao(t) / update(t)) + bytes(12)))


@case("hao-in-hop-by-hop", "6.3, RFC 8200 4.2", BOTH, "the option among hop-by-hop options, where it is unknown: parameter problem code 2 at its type")
def in_hop_by_hop(t):
    e = t.ask(chain(t, IPv6ExtHdrHopByHop(options=[HAO(hoa=t.hoa)]), update(t)), having(ICMPv6ParamProblem))
    t.fields(e[IPv6], src=t.agent, dst=t.coa)
    t.fields(e[ICMPv6ParamProblem], code=2, ptr=46)  # behind four octets of padding to 8n+6
    t.equal("binding", t.place.binding(t.hoa), None)


# Routing headers.

for name, meaning, header in (
        ("rthdr2-own", "type 2 routing header to us with a bound home address", lambda t: IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.hoa])),
        ("rthdr2-unbound", "type 2 routing header to us with an address elsewhere", lambda t: IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.cn])),
        ("rthdr2-agent", "type 2 routing header to us with our own address", lambda t: IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.agent])),
        ("rthdr2-length", "type 2 routing header of another length", lambda t: IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.hoa, t.cn])),
        ("rthdr2-segments", "type 2 routing header with two segments left", lambda t: IPv6ExtHdrRouting(type=2, segleft=2, addresses=[t.hoa])),
        ("rthdr2-none-left", "type 2 routing header with no segment left", lambda t: IPv6ExtHdrRouting(type=2, segleft=0, addresses=[t.hoa]))):
    refused(name, "6.4", BOTH, meaning + ": silently discarded", "control.rh2_own", lambda t, header=header: chain(t, header(t), echo(t)))


def untouched(t, sent, got):
    """Forwarded: hop limit one less, every other octet as it was."""
    want = bytearray(bytes(sent))
    want[7] -= 1
    t.equal("packet forwarded", bytes(got[IPv6])[:len(want)].hex(), bytes(want).hex())


def in_transit(name, clause, meaning, headers):
    @case(name, clause, BOTH, meaning)
    def judge(t):
        p = chain(t, *headers(t), dst=t.cn)
        got = t.ask(p, lambda q: q[IPv6].dst == t.cn and q[IPv6].src == t.coa, sums=False)
        untouched(t, p, got)


in_transit("rthdr2-transit", "6.4", "a type 2 routing header on its way to others: forwarded, untouched", lambda t: [IPv6ExtHdrRouting(type=2, segleft=1, addresses=[t.hoa]), echo(t)])
in_transit("rthdr0-transit", "RFC 5095 3", "a type 0 routing header on its way to others: forwarded, untouched", lambda t: [IPv6ExtHdrRouting(type=0, segleft=1, addresses=[t.away(9)]), echo(t)])
in_transit("hao-transit", "6.3", "a Home Address option on its way to others: forwarded, untouched, binding or not", lambda t: [hao(t), echo(t)])
in_transit("mh-transit", "9.2", "a Mobility Header on its way to others: forwarded, whatever its checksum", lambda t: [hao(t), MIP6MH_BU(seq=3, cksum=0x1111)])
in_transit("options-transit", "RFC 8200 4.2", "destination options to be complained about, on their way to others: forwarded", lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0xde, optdata=b"")]), echo(t)])
in_transit("unknown-header-transit", "RFC 8200 4", "an unknown next header on its way to others: forwarded", lambda t: [Raw(b"whatever it is")])


def problem(name, clause, meaning, code, pointer, headers, **of):
    """A parameter problem, its sender told."""
    @case(name, clause, BOTH, meaning)
    def judge(t):
        p = chain(t, *headers(t))
        for k, v in of.items():
            setattr(p[IPv6], k, v)
        e = t.ask(p, having(ICMPv6ParamProblem))
        t.fields(e[IPv6], src=t.agent, dst=t.coa, nh=58)
        t.fields(e[ICMPv6ParamProblem], type=4, code=code, ptr=pointer)
        quoted = bytes(e[ICMPv6ParamProblem].payload)
        t.equal("packet quoted", quoted.hex(), bytes(p)[:len(quoted)].hex())


problem("rthdr0-left", "RFC 5095 3", "type 0 routing header with segments left: parameter problem code 0 at its type", 0, 42, lambda t: [IPv6ExtHdrRouting(type=0, segleft=1, addresses=[t.cn]), echo(t)])
problem("rthdr0-left-behind", "RFC 5095 3", "the same behind hop-by-hop options: the pointer follows", 0, 50, lambda t: [HBH, IPv6ExtHdrRouting(type=0, segleft=2, addresses=[t.cn, t.away(9)]), echo(t)])
problem("rthdr-unknown-left", "RFC 8200 4.4", "a routing header of unknown type with segments left: parameter problem code 0 at its type", 0, 42, lambda t: [IPv6ExtHdrRouting(type=77, segleft=1, addresses=[t.cn]), echo(t)])
problem("next-header-unknown", "8.2, RFC 8200 4", "an unknown next header: parameter problem code 1 at the octet that names it", 1, 6, lambda t: [Raw(b"abcdefgh")], nh=253)
problem("next-header-unknown-behind", "8.2, RFC 8200 4", "an unknown next header behind destination options: the pointer follows", 1, 40, lambda t: [IPv6ExtHdrDestOpt(nh=254, options=[PadN(optdata=bytes(4))]), Raw(b"abcdefgh")])
problem("next-header-ipv4", "8.2, RFC 8200 4", "an IPv4 packet in a tunnel, which we do not take: parameter problem code 1", 1, 6, lambda t: [Raw(bytes(IP(dst="192.0.2.1")))], nh=4)
problem("hop-by-hop-late", "RFC 8200 4.1", "hop-by-hop options not first: parameter problem code 1", 1, 40, lambda t: [PAD, HBH, echo(t)])
problem("option-action-10", "RFC 8200 4.2", "an unknown option with action 10: parameter problem code 2 at its type", 2, 42, lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x9e, optdata=b"1234")]), echo(t)])
problem("option-action-11", "RFC 8200 4.2", "an unknown option with action 11: the same", 2, 42, lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0xde, optdata=b"1234")]), echo(t)])
problem("option-action-10-hop-by-hop", "RFC 8200 4.2", "the same among hop-by-hop options to us", 2, 42, lambda t: [IPv6ExtHdrHopByHop(options=[HBHOptUnknown(otype=0x9e, optdata=b"1234")]), echo(t)])
problem("option-behind-hao", "RFC 8200 4.2", "an option with action 10 behind a Home Address option: the pointer at it", 2, 64, lambda t: [hao(t, after=[HBHOptUnknown(otype=0x9e, optdata=b"")]), update(t)])


def answered(name, clause, meaning, headers):
    @case(name, clause, BOTH, meaning)
    def judge(t):
        p = t.ask(chain(t, *headers(t), echo(t)), having(ICMPv6EchoReply))
        t.fields(p[IPv6], src=t.agent, dst=t.coa, nh=58)
        t.fields(p[ICMPv6EchoReply], code=0, id=t.number, seq=1, data=b"conformance")


answered("echo", "RFC 4443 4.2", "an echo request from a node that is not bound: answered without a routing header", lambda t: [])
answered("rthdr0-visited", "RFC 5095 3, RFC 8200 4.4", "type 0 routing header with nothing left: skipped", lambda t: [visited(t)])
answered("rthdr-unknown-visited", "RFC 8200 4.4", "a routing header of unknown type with nothing left: skipped", lambda t: [visited(t, kind=77)])
answered("option-action-00", "RFC 8200 4.2", "an unknown option with action 00: skipped", lambda t: [IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=UNKNOWN, optdata=b"1234")])])
answered("headers-any-order", "RFC 8200 4.1", "routing header, destination options, fragment header, destination options: read in any order", lambda t: [visited(t), PAD, atomic(t), PAD])

refused("headers-too-many", "RFC 8200 4.1", BOTH, "more extension headers than anybody has use for: silence", "control.malformed", lambda t: chain(t, *[PAD] * 13, echo(t)), bound=False)
refused("option-action-01", "RFC 8200 4.2", BOTH, "an unknown option with action 01: silence", "control.malformed", lambda t: chain(t, IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x5e, optdata=b"1234")]), echo(t)), bound=False)
refused("header-truncated", "RFC 8200 4", BOTH, "an extension header that runs over the end: silence", "control.malformed", lambda t: IPv6(src=t.coa, dst=t.agent, nh=60) / Raw(b"\x3a\x05" + bytes(20)), bound=False)
refused("option-truncated", "RFC 8200 4.2", BOTH, "an option that runs over the end of its header: silence", "control.malformed", lambda t: IPv6(src=t.coa, dst=t.agent, nh=60) / Raw(b"\x3a\0\x1e\x20" + bytes(12)), bound=False)
refused("no-next-header", "RFC 8200 4.7", BOTH, "next header 59: silence", "control.ignored", lambda t: IPv6(src=t.coa, dst=t.agent, nh=59) / Raw(b"more"), bound=False)
refused("echo-checksum", "RFC 4443 2.1", BOTH, "an echo request with a wrong checksum: silence", "control.malformed", lambda t: chain(t, ICMPv6EchoRequest(cksum=0x1)), bound=False)


def group(t, otype):
    return IPv6(src=t.coa, dst="ff02::1", hlim=64) / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=otype, optdata=b"1234")]) / echo(t)


@case("option-action-10-multicast", "RFC 8200 4.2, RFC 4443 2.4", BOTH, "an option with action 10 in a packet to a group: parameter problem code 2 all the same")
def action_10_multicast(t):
    e = t.ask(group(t, 0x9e), having(ICMPv6ParamProblem), to="33:33:00:00:00:01")
    t.fields(e[IPv6], dst=t.coa)
    t.that(e[IPv6].src != "ff02::1", "sent from a group")
    t.fields(e[ICMPv6ParamProblem], code=2, ptr=42)


@case("option-action-11-multicast", "RFC 8200 4.2", BOTH, "an option with action 11 in a packet to a group: silence")
def action_11_multicast(t):
    t.silence(group(t, 0xde), to="33:33:00:00:00:01")


@case("port-unreachable", "RFC 4443 3.1", BOTH, "UDP to a port of ours where nobody listens: destination unreachable code 4")
def port_unreachable(t):
    e = t.ask(chain(t, UDP(sport=9, dport=9) / b"x"), having(ICMPv6DestUnreach))
    t.fields(e[IPv6], src=t.agent, dst=t.coa)
    t.fields(e[ICMPv6DestUnreach], code=4)


@case("echo-all-nodes", "RFC 4443 4.2", BOTH, "an echo request to all nodes of the link: answered from a unicast address")
def echo_all_nodes(t):
    p = t.ask(IPv6(src=t.coa, dst="ff02::1") / echo(t), having(ICMPv6EchoReply), to="33:33:00:00:00:01")
    t.that(not p[IPv6].src.startswith("ff"), "from a group")
    t.fields(p[IPv6], dst=t.coa)


@case("echo-foreign-group", "RFC 4291 2.8", BOTH, "an echo request to a group that we have not joined: silence")
def echo_foreign_group(t):
    t.silence(IPv6(src=t.coa, dst="ff02::c0de") / echo(t), to="33:33:00:00:c0:de")
