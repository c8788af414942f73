# SPDX-License-Identifier: BSD-3-Clause
"""§6.1, §6.2, §9.2: the Mobility Header and its options."""
from case import BOTH, case, having, refused
from packets import *  # noqa: F403

# Offsets: IPv6 40, destination options with one Home Address option 24, then the Mobility Header.
MH_AT = 64


def message(t, body, checksum=None, more=b""):
    """A Mobility Header made by hand behind a Home Address option; `body` has a checksum of 0; more: behind it, not part of it."""
    body = bytes(body)
    p = IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)], nh=135)
    if checksum is None:
        checksum = in6_chksum(135, IPv6(src=t.hoa, dst=t.agent, nh=135), body)
    return p / Raw(body[:4] + struct.pack("!H", checksum) + body[6:] + more)


def update(t, options=b"", life=150, flags=0xc000, seq=None, length=None, proto=59, kind=5, more=b""):
    seq = t.next_sequence(t.hoa) if seq is None else seq
    body = struct.pack("!BBBBHHHH", proto, 0, kind, 0, 0, seq, flags, life) + options
    body += bytes(-len(body) % 8)
    body = body[:1] + bytes([len(body) // 8 - 1 if length is None else length]) + body[2:]
    return message(t, body, more=more)


def accepted(t, packet, coa=None):
    """The update is accepted, and its binding is at the care-of address meant."""
    from case import ba_of
    a = t.ask(packet, ba_of(t.hoa))
    t.acknowledged(a)
    t.equal("care-of address", t.place.binding(t.hoa)["care_of_address"], coa or t.coa)


@case("mh-checksum-home-address", "6.1.1", BOTH, "checksum over the home address of the option, not over the care-of address: accepted, and the answer's likewise")
def checksum_home_address(t):
    accepted(t, update(t))


@case("mh-checksum-care-of", "6.1.1, 9.2", BOTH, "checksum over the care-of address instead: silence")
def checksum_care_of(t):
    body = bytes(update(t)[Raw])
    wrong = in6_chksum(135, IPv6(src=t.coa, dst=t.agent, nh=135), body[:4] + b"\0\0" + body[6:])
    t.silence(message(t, body[:4] + b"\0\0" + body[6:], checksum=wrong), "mh.bad_checksum")
    t.equal("binding", t.place.binding(t.hoa), None)


refused("mh-checksum-wrong", "9.2", BOTH, "wrong checksum: silence", "mh.bad_checksum", lambda t: t.bu(cksum=0x1234))
refused("mh-checksum-zero", "9.2", BOTH, "checksum field zero: silence", "mh.bad_checksum", lambda t: t.bu(cksum=0))


def parameter_problem(t, packet, pointer, count=None):
    t.register()
    before = t.place.binding(t.hoa)
    e = t.ask(packet(t), having(ICMPv6ParamProblem))
    t.fields(e[IPv6], src=t.agent, dst=t.coa, nh=58)
    t.fields(e[ICMPv6ParamProblem], code=0, ptr=pointer)
    t.equal("packet quoted", bytes(e[ICMPv6ParamProblem].payload)[:8], bytes(packet(t))[:8])
    t.equal("sequence of the binding", t.place.binding(t.hoa)["sequence"], before["sequence"])


@case("mh-payload-proto", "6.1.1, 9.2", BOTH, "payload protocol other than 59: parameter problem code 0 at that octet, to the care-of address")
def payload_proto(t):
    parameter_problem(t, lambda t: t.bu(nh=6), MH_AT)


@case("mh-payload-proto-without-option", "9.2", BOTH, "the same without a Home Address option: pointer where the header then is")
def payload_proto_without_option(t):
    e = t.ask(IPv6(src=t.coa, dst=t.agent) / MIP6MH_BU(nh=17, seq=1, flags="AH", mhtime=10), having(ICMPv6ParamProblem))
    t.fields(e[IPv6], src=t.agent, dst=t.coa)
    t.fields(e[ICMPv6ParamProblem], code=0, ptr=40)


@case("mh-piggybacked", "6.1.1, 9.2", BOTH, "an upper layer behind the Mobility Header (payload protocol 6): parameter problem, nothing registered")
def piggybacked(t):
    e = t.ask(update(t, proto=6, more=bytes(20)), having(ICMPv6ParamProblem))
    t.fields(e[ICMPv6ParamProblem], code=0, ptr=MH_AT)
    t.equal("binding", t.place.binding(t.hoa), None)


@case("mh-length-short", "9.2", BOTH, "header length too short for the type: parameter problem code 0 at that octet")
def length_short(t):
    body = struct.pack("!BBBBHH", 59, 0, 5, 0, 0, 9)
    parameter_problem(t, lambda t: message(t, body), MH_AT + 1)


for kind, name, octets in ((1, "hoti", 8), (2, "coti", 8), (3, "hot", 16), (4, "cot", 16), (6, "ba", 8), (7, "be", 16)):
    @case("mh-length-short-" + name, "9.2, 6.1.%d" % (kind + 3 if kind < 7 else 9), BOTH, "header length too short for a message of type %d: parameter problem at that octet" % kind)
    def length_short_of(t, kind=kind, octets=octets):
        body = struct.pack("!BBBBHH", 59, octets // 8 - 1, kind, 0, 0, 9) + bytes(octets - 8)
        parameter_problem(t, lambda t: message(t, body), MH_AT + 1)


@case("mh-unknown-type", "9.2, 9.3.3, 6.1.9", BOTH, "unknown type: Binding Error status 2 to the care-of address, with the home address of the option")
def unknown_type(t):
    e = t.ask(update(t, kind=200), having(MIP6MH_BE))
    t.fields(e[IPv6], src=t.agent, dst=t.coa, nh=135)
    t.fields(e[MIP6MH_BE], nh=59, len=2, res=0, status=2, reserved=0, ha=t.hoa, options=[])


@case("mh-unknown-type-without-option", "9.2, 6.1.9", BOTH, "unknown type without a Home Address option: the home address field is unspecified")
def unknown_type_without_option(t):
    e = t.ask(IPv6(src=t.coa, dst=t.agent) / MIP6MH_Generic(mhtype=77, msg=bytes(2)), having(MIP6MH_BE))
    t.fields(e[MIP6MH_BE], status=2, ha="::")


@case("mh-unknown-type-first", "9.2", BOTH, "unknown type is judged before the payload protocol: Binding Error, no parameter problem")
def unknown_type_first(t):
    since = t.mark()
    t.ask(update(t, kind=99, proto=6), having(MIP6MH_BE))
    t.marker()
    t.equal("parameter problems", t.came(having(ICMPv6ParamProblem), since), [])


refused("mh-unknown-type-checksum", "9.2", BOTH, "unknown type with a wrong checksum: silence, the checksum is judged first", "mh.bad_checksum",
        lambda t: message(t, struct.pack("!BBBBHH", 59, 0, 201, 0, 0, 0), checksum=0x0bad))


@case("mh-trailing", "6.1.1", BOTH, "octets behind the Mobility Header: no part of it, nor of its checksum")
def trailing(t):
    accepted(t, update(t, more=b"\x03\x10" + socket.inet_pton(socket.AF_INET6, t.coa2) + bytes(6)))


@case("mh-in-fragments", "6.3, 9.3.1", BOTH, "an update in two fragments, the Home Address option before the fragment headers: accepted")
def in_fragments(t):
    octets = bytes(update(t, options=b"\x01\x20" + bytes(32))[Raw])
    head = IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)])
    accepted(t, [head / IPv6ExtHdrFragment(nh=135, id=t.number, offset=0, m=1) / Raw(octets[:16]), head / IPv6ExtHdrFragment(nh=135, id=t.number, offset=2, m=0) / Raw(octets[16:])])


@case("mh-reserved", "6.1.7", BOTH, "reserved bits of the update and of the header set: ignored")
def reserved(t):
    accepted(t, update(t, flags=0xc000 | 0x01ff))
    body = bytearray(bytes(update(t)[Raw]))
    body[3], body[4], body[5] = 0xff, 0, 0
    accepted(t, message(t, body))


@case("mh-option-unknown", "6.2.1", BOTH, "unknown mobility options: skipped, those behind them read")
def option_unknown(t):
    accepted(t, update(t, options=b"\xc8\x05abcde" + b"\x7f\x00" + b"\x01\x03\0\0\0" + b"\x03\x10" + socket.inet_pton(socket.AF_INET6, t.coa2)), coa=t.coa2)


@case("mh-option-order", "6.2.1", BOTH, "an alternate care-of address behind, or before, other options: read")
def option_order(t):
    alternate = b"\x03\x10" + socket.inet_pton(socket.AF_INET6, t.coa2)
    accepted(t, update(t, options=alternate + b"\x01\x01\0" + b"\xc8\x02xy"), coa=t.coa2)
    accepted(t, update(t, options=b"\xc8\x02xy" + b"\0" + alternate), coa=t.coa2)


@case("mh-option-padding", "6.2.2, 6.2.3", BOTH, "Pad1 and PadN of any content and length: ignored")
def option_padding(t):
    accepted(t, update(t, options=bytes(4)))
    accepted(t, update(t, options=b"\x01\x00" + b"\x01\x0a" + bytes(10) + b"\0" * 6))
    accepted(t, update(t, options=b"\x01\x02ab"))


@case("mh-option-alignment", "6.2.5", BOTH, "an alternate care-of address that is not aligned at 8n+6: read all the same")
def option_alignment(t):
    accepted(t, update(t, options=b"\0" + b"\x03\x10" + socket.inet_pton(socket.AF_INET6, t.coa2)), coa=t.coa2)


refused("mh-option-runs-over", "6.2.1", BOTH, "an option that runs over the end of the message: silence", "mh.malformed", lambda t: update(t, options=b"\x01\x00\xc8\x40"))
refused("mh-option-cut", "6.2.1", BOTH, "an option type without a length at the end of the message: silence", "mh.malformed", lambda t: update(t, options=b"\x01\x01\0\xc8"))
refused("mh-option-alternate-length", "6.2.5", BOTH, "alternate care-of address of length 15: silence", "mh.malformed", lambda t: update(t, options=b"\x03\x0f" + bytes(15)))
refused("mh-option-nonces-length", "6.2.6", BOTH, "nonce indices of length 3: silence", "mh.malformed", lambda t: update(t, options=b"\x04\x03" + bytes(3), flags=0x8000))
refused("mh-length-over", "6.1.1", BOTH, "header length beyond the packet: silence", "mh.malformed", lambda t: update(t, length=7))
refused("mh-truncated", "6.1.1", BOTH, "a Mobility Header of four octets: silence", "mh.malformed",
        lambda t: IPv6(src=t.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)], nh=135) / Raw(b"\x3b\0\x05\0"))
refused("mh-empty", "6.1.1", BOTH, "next header 135 and nothing behind: silence", "mh.malformed", lambda t: IPv6(src=t.coa, dst=t.agent, nh=135))
for kind, name, size in ((0, "brr", 8), (3, "hot", 24), (4, "cot", 24), (6, "ba", 16), (7, "be", 24)):
    refused("mh-ignored-" + name, "9.2", BOTH, "a well-formed message of type %d that a home agent has no use for: silence" % kind, "mh.other_in",
            lambda t, kind=kind, size=size: message(t, struct.pack("!BBBBHH", 59, size // 8 - 1, kind, 0, 0, 0) + bytes(size - 8)))


@case("mh-multicast", "9.2", BOTH, "a Mobility Header to a group: silence")
def multicast(t):
    t.silence(IPv6(src=t.coa, dst="ff02::1") / MIP6MH_BU(seq=1, flags="AH", mhtime=10), to="33:33:00:00:00:01")
