# SPDX-License-Identifier: BSD-3-Clause
"""What a node finds out: home agents (§10.5) and prefixes (§10.6). Home agents that come and go, prefixes that change and router advertisements
are in netns/20, 32 and 33: they are the whole link's."""
from case import BOTH, case, having
from packets import *  # noqa: F403
from place import PREFIX


def anycast(t, prefix=0):
    return t.place.address(prefix, "")[:-1] + "0:fdff:ffff:ffff:fffe"


def with_checksum(p, message):
    """The pseudo-header of a message behind a Home Address option has the home address (§6.3)."""
    hao = p[IPv6ExtHdrDestOpt].options[0].hoa if IPv6ExtHdrDestOpt in p else p[IPv6].src
    if message.cksum is None:
        message.cksum = in6_chksum(58, IPv6(src=hao, dst=p[IPv6].dst), bytes(message))
    return p / message


def request(t, identifier=0x1234, dst=None, **fields):
    return IPv6(src=t.coa, dst=dst or anycast(t), hlim=64) / ICMPv6HAADRequest(id=identifier, **{"R": 0, **fields})


def solicitation(t, identifier=0x4711, hoa=None, coa=None, option=True, **fields):
    p = IPv6(src=coa or t.coa, dst=t.agent, hlim=64)
    if option:
        p /= IPv6ExtHdrDestOpt(options=[HAO(hoa=hoa or t.hoa)])
    return with_checksum(p, ICMPv6MPSol(id=identifier, **fields))


def reply(p):
    return ICMPv6HAADReply in p


def advertisement(p):
    return ICMPv6MPAdv in p


@case("dhaad", "10.5.1, 6.6", BOTH, "a request to the Home-Agents anycast address: a reply from a unicast address of the subnet to the source, identifier copied, ourselves in it")
def dhaad(t):
    p = t.ask(request(t), reply)
    t.fields(p[IPv6], src=t.agent, dst=t.coa, nh=58)
    t.fields(p[ICMPv6HAADReply], code=0, id=0x1234, R=0, res=0)
    t.that(t.agent in p[ICMPv6HAADReply].addresses, p[ICMPv6HAADReply].addresses)


@case("dhaad-other-prefix", "10.5.1, RFC 2526", BOTH, "the anycast address of another prefix of the home link is ours too")
def dhaad_other_prefix(t):
    p = t.ask(request(t, dst=anycast(t, 1)), reply)
    t.fields(p[ICMPv6HAADReply], id=0x1234)


@case("dhaad-reserved", "6.5", BOTH, "reserved bits of a request are ignored")
def dhaad_reserved(t):
    t.fields(t.ask(request(t, 7, res=0x3fff), reply)[ICMPv6HAADReply], id=7, res=0)


@case("dhaad-each", "10.5.1", BOTH, "every request has its own answer")
def dhaad_each(t):
    for identifier in (1, 2, 0xffff):
        t.fields(t.ask(request(t, identifier), reply)[ICMPv6HAADReply], id=identifier)


def silent(name, clause, kinds, meaning, packets):
    @case(name, clause, kinds, meaning + ": silence")
    def judge(t):
        t.silence(packets(t), answer=lambda p: reply(p) or advertisement(p))


silent("dhaad-code", "6.5", BOTH, "a request with code 1", lambda t: request(t, code=1))
silent("dhaad-checksum", "RFC 4443 2.1", BOTH, "a request with a wrong checksum", lambda t: request(t, cksum=0x1234))
silent("dhaad-unicast", "10.5.1", BOTH, "a request to a unicast address of ours", lambda t: request(t, dst=t.agent))
silent("dhaad-short", "6.5", BOTH, "a request of four octets", lambda t: IPv6(src=t.coa, dst=anycast(t), nh=58) / bytes.fromhex("9000") / in6_chksum(58, IPv6(src=t.coa, dst=anycast(t)), bytes.fromhex("90000000")).to_bytes(2, "big"))
silent("dhaad-elsewhere", "10.5.1", BOTH, "a request to the anycast address of a link that is no home link", lambda t: request(t, dst="2001:db8:f:0:fdff:ffff:ffff:fffe"))
silent("dhaad-reply", "6.6", BOTH, "a reply to us, who never asked", lambda t: IPv6(src=t.coa, dst=t.agent) / ICMPv6HAADReply(id=1, addresses=[t.cn]))
silent("mps-advertisement", "6.8", BOTH, "a prefix advertisement to us, who never asked", lambda t: IPv6(src=t.coa, dst=t.agent) / ICMPv6MPAdv(id=1))


@case("dhaad-unbound", "9.3.1, 10.5.1", BOTH, "a request with a Home Address option and no binding: Binding Error 1 from a unicast address")
def dhaad_unbound(t):
    p = IPv6(src=t.coa, dst=anycast(t), hlim=64) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)])
    p = t.ask(with_checksum(p, ICMPv6HAADRequest(id=1, R=0)), having(MIP6MH_BE))
    t.fields(p[IPv6], src=t.agent, dst=t.coa)
    t.fields(p[MIP6MH_BE], status=1, ha=t.hoa)


@case("mps", "10.6.2, 10.6.3, 6.8", BOTH, "a solicitation of a bound node: an advertisement from the address registered with to its source, by a routing header with the home address, identifier copied, M and O clear; our prefixes whole, with R")
def mps(t):
    t.register()
    p = t.ask(solicitation(t), advertisement)
    t.fields(p[IPv6], src=t.agent, dst=t.coa, nh=43)
    t.fields(p[IPv6ExtHdrRouting], type=2, len=2, segleft=1, nh=58, addresses=[t.hoa])
    t.fields(p[ICMPv6MPAdv], code=0, id=0x4711, flags=0, res=0)
    found = {}
    layer = p[ICMPv6MPAdv].payload
    while isinstance(layer, ICMPv6NDOptPrefixInfo):
        found[layer.prefix] = layer
        layer = layer.payload
    t.that(t.agent in found, "prefixes %s" % ", ".join(found))
    t.fields(found[t.agent], len=4, prefixlen=64, A=1, R=1, L=int(t.real), validlifetime=0xffffffff, preferredlifetime=0xffffffff)
    old = found.get(PREFIX % (t.place.family, 1) + "1")
    t.that(old is not None and old.preferredlifetime == 0 and 0 < old.validlifetime <= 100000, "the deprecated prefix: %r" % old)


@case("mps-checksum-care-of", "6.7, 11.4.2", BOTH, "a solicitation summed over the care-of address instead of the home address: silence")
def mps_checksum(t):
    t.register()
    wrong = in6_chksum(58, IPv6(src=t.coa, dst=t.agent), bytes(ICMPv6MPSol(id=1, cksum=0)))
    t.silence(solicitation(t, 1, cksum=wrong), answer=advertisement)


@case("mps-code", "6.7", BOTH, "a solicitation with code 1: silence")
def mps_code(t):
    t.register()
    t.silence(solicitation(t, code=1), answer=advertisement)


@case("mps-reserved", "6.7", BOTH, "reserved bits of a solicitation are ignored")
def mps_reserved(t):
    t.register()
    t.fields(t.ask(solicitation(t, 9, res=0xffff), advertisement)[ICMPv6MPAdv], id=9, res=0)


@case("mps-unbound", "10.6.2, 9.3.1", BOTH, "a solicitation with the option and no binding: Binding Error 1")
def mps_unbound(t):
    p = t.ask(solicitation(t), lambda p: advertisement(p) or MIP6MH_BE in p)
    t.fields(p[MIP6MH_BE], status=1, ha=t.hoa)
    t.fields(p[IPv6], dst=t.coa)


@case("mps-other-care-of", "10.6.2, 9.3.1", BOTH, "from another care-of address than the registered one: Binding Error 1")
def mps_other_care_of(t):
    t.register()
    p = t.ask(solicitation(t, coa=t.coa2), lambda p: advertisement(p) or MIP6MH_BE in p)
    t.fields(p[MIP6MH_BE], status=1, ha=t.hoa)
    t.fields(p[IPv6], dst=t.coa2)


@case("mps-without-option", "6.7", BOTH, "a solicitation without the option: silence, its own counter")
def mps_without_option(t):
    t.register()
    t.silence(solicitation(t, option=False), "mps.no_home_address", answer=lambda p: advertisement(p) or MIP6MH_BE in p)


@case("mps-one-a-second", "6.8", BOTH, "two solicitations at once: one answer now, the next not within the second, and it comes")
def mps_one_a_second(t):
    t.register()
    first = t.ask([solicitation(t, 1), solicitation(t, 2)], advertisement)
    second = t.wait(advertisement)
    t.equal("identifiers", (first[ICMPv6MPAdv].id, second[ICMPv6MPAdv].id), (1, 2))
