# SPDX-License-Identifier: BSD-3-Clause
"""§9.3.1–9.3.3: the Home Address option with and without a binding, Binding Errors, and traffic for the home agent itself."""
from case import BOTH, REAL, advertised, ba_of, case, having, tunnelled
from packets import *  # noqa: F403


def claiming(t, payload, coa=None, hoa=None):
    return IPv6(src=coa or t.coa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=hoa or t.hoa)]) / payload


def binding_error(t, packet, hoa=None, coa=None):
    since = t.mark()
    e = t.ask(packet, having(MIP6MH_BE))
    t.fields(e[IPv6], src=t.agent, dst=coa or t.coa, nh=135)
    t.fields(e[MIP6MH_BE], nh=59, len=2, mhtype=7, res=0, status=1, reserved=0, ha=hoa or t.hoa)
    t.marker()
    t.equal("other answers", [p.summary() for p in t.came(lambda p: p[IPv6].nh != 135 and not (ICMPv6EchoReply in p and p[ICMPv6EchoReply].seq == 0xee) and p[IPv6].dst in (t.coa, t.hoa), since)], [])


for name, meaning, payload in (("echo", "an echo request", lambda: ICMPv6EchoRequest(id=3)), ("udp", "UDP", lambda: UDP(dport=434) / b"x"),
                               ("tcp", "TCP", lambda: TCP(dport=22, flags="S")), ("unknown", "an unknown protocol", lambda: Raw(b"abcdefgh"))):
    @case("be-unbound-" + name, "9.3.1, 9.3.3, 6.1.9", BOTH, meaning + " with the option and no binding: Binding Error 1 to the source on the wire, the home address copied, nothing else")
    def unbound(t, payload=payload):
        p = claiming(t, payload())
        if Raw in p and UDP not in p:
            p[IPv6ExtHdrDestOpt].nh = 253
        binding_error(t, p)


@case("be-no-next-header", "9.3.1", BOTH, "the option, no next header, no binding: Binding Error 1")
def no_next_header(t):
    p = claiming(t, Raw(b""))
    p[IPv6ExtHdrDestOpt].nh = 59
    binding_error(t, p)


@case("be-other-care-of", "9.3.1", BOTH, "a binding for the home address, but at another care-of address: Binding Error 1, binding unchanged")
def other_care_of(t):
    t.register()
    binding_error(t, claiming(t, ICMPv6EchoRequest(id=3), coa=t.coa2), coa=t.coa2)
    t.equal("care-of address", t.place.binding(t.hoa)["care_of_address"], t.coa)


@case("be-old-care-of", "9.3.1", BOTH, "from the care-of address of before a move: Binding Error 1")
def old_care_of(t):
    t.register()
    t.register(coa=t.coa2)
    binding_error(t, claiming(t, ICMPv6EchoRequest(id=3)))


@case("be-deregistered", "9.3.1, 10.3.2", BOTH, "after de-registration: Binding Error 1")
def deregistered(t):
    t.register()
    t.unregister()
    binding_error(t, claiming(t, ICMPv6EchoRequest(id=3)))


@case("be-during-dad", "9.3.1, 10.3.1", REAL, "while the home address is being tested there is no binding yet: Binding Error 1")
def during_dad(t):
    t.send(t.bu())
    t.wait(having(ICMPv6ND_NS, tgt=t.hoa))
    binding_error(t, claiming(t, ICMPv6EchoRequest(id=3)))


@case("be-elsewhere", "9.3.1", BOTH, "a home address of no prefix of ours: Binding Error 1 all the same")
def elsewhere(t):
    binding_error(t, claiming(t, ICMPv6EchoRequest(id=3), hoa=t.cn), hoa=t.cn)


@case("be-none-for-mobility", "9.3.1", BOTH, "a Mobility Header behind the option: processed without a binding")
def none_for_mobility(t):
    since = t.mark()
    t.register()
    t.equal("Binding Errors", t.came(having(MIP6MH_BE), since), [])


for proto, name in ((50, "esp"), (51, "ah")):
    @case("be-none-for-" + name, "9.3.1", BOTH, "%s behind the option and no binding: no Binding Error" % name.upper())
    def none_for(t, proto=proto):
        p = claiming(t, Raw(b"\x3b\x04\0\0" + struct.pack("!II", 256, 1) + bytes(24)))
        p[IPv6ExtHdrDestOpt].nh = proto
        t.silence(p, "control.ignored")


@case("be-unbound-tunnel", "9.3.1, 9.3.3", BOTH, "an IPv6 packet in a tunnel with the option and no binding: Binding Error 1, and it is not forwarded")
def unbound_tunnel(t):
    binding_error(t, claiming(t, IPv6(src=t.hoa, dst=t.cn) / UDP(dport=9) / b"x"))
    t.equal("forwarded", t.came(lambda p: p[IPv6].dst == t.cn), [])


@case("be-unbound-discovery", "9.3.1", REAL, "a neighbour solicitation for us, and one for a bound home address, with the option and no binding: Binding Error 1, no advertisement")
def unbound_discovery(t):
    t.register()
    host, mac = t.neighbor(0x80)
    for target in (t.agent, t.hoa):
        group = in6_getnsma(socket.inet_pton(socket.AF_INET6, target))
        p = IPv6(src=host, dst=socket.inet_ntop(socket.AF_INET6, group), hlim=255) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.home(2))]) / ICMPv6ND_NS(tgt=target) / ICMPv6NDOptSrcLLAddr(lladdr=mac)
        since = t.mark()
        t.forget()
        t.send(p, port="home", mac=mac, to=in6_getnsmac(group))
        e = t.wait(having(MIP6MH_BE), port="home")
        t.fields(e[IPv6], dst=host)
        t.fields(e[MIP6MH_BE], status=1, ha=t.home(2))
        t.equal("advertisements", t.came(advertised(target, to=host), since), [])


@case("be-inside-tunnel", "9.3.1, 9.3.3, 6.1", BOTH, "the option inside the reverse tunnel, to us, without a binding: Binding Error 1 to the inner source, through the tunnel, without a routing header")
def inside_tunnel(t):
    t.register()
    p = IPv6(src=t.hoa, dst=t.agent) / IPv6ExtHdrDestOpt(options=[HAO(hoa=t.home(2))]) / ICMPv6EchoRequest(id=3)
    e = t.ask(IPv6(src=t.coa, dst=t.agent) / p, tunnelled(t.coa))[IPv6].payload[IPv6]
    t.fields(e, src=t.agent, dst=t.hoa, nh=135)
    t.fields(e[MIP6MH_BE], status=1, ha=t.home(2))


@case("be-type-inside-tunnel", "9.2, 9.3.3, 6.1", BOTH, "a Mobility Header of unknown type inside the reverse tunnel, to us: Binding Error 2 through the tunnel, without a routing header")
def type_inside_tunnel(t):
    t.register()
    e = t.ask(IPv6(src=t.coa, dst=t.agent) / IPv6(src=t.hoa, dst=t.agent) / MIP6MH_Generic(mhtype=99, msg=bytes(2)), tunnelled(t.coa))[IPv6].payload[IPv6]
    t.fields(e, src=t.agent, dst=t.hoa, nh=135)
    t.fields(e[MIP6MH_BE], status=2, ha="::")


@case("be-unspecified-source", "9.3.3", BOTH, "an unspecified source: no Binding Error")
def unspecified_source(t):
    since = t.mark()
    t.send(claiming(t, ICMPv6EchoRequest(id=3), coa="::"))
    t.marker()
    t.equal("Binding Errors", t.came(having(MIP6MH_BE), since), [])


@case("be-multicast-source", "9.3.3", BOTH, "a multicast source: no Binding Error")
def multicast_source(t):
    t.silence(claiming(t, ICMPv6EchoRequest(id=3), coa="ff0e::c0de"), "drop.source")


@case("be-rate-limit", "9.3.3, RFC 4443 2.4", BOTH, "400 offending packets of one network at once: some Binding Errors are left out, and counted", long=True)
def rate_limit(t):
    with t.place.lock("mh.be_limited"):
        before = t.place.counter("mh.be_limited")
        t.send(*[claiming(t, ICMPv6EchoRequest(id=i)) for i in range(400)])
        t.rise("mh.be_limited", before + 1)
    # What follows a while later is answered again.
    for _ in range(100):
        t.forget()
        t.send(claiming(t, ICMPv6EchoRequest(id=3)))
        try:
            t.wait(having(MIP6MH_BE), 0.3)
            return
        except Exception:  # noqa: BLE001 the budget is still spent
            pass
    t.that(False, "no Binding Error any more")


# With a binding.


def routed(t, p, hoa=None, coa=None):
    t.fields(p[IPv6], src=t.agent, dst=coa or t.coa, nh=43)
    t.fields(p[IPv6ExtHdrRouting], nh=58, len=2, type=2, segleft=1, reserved=0, addresses=[hoa or t.hoa])


@case("own-echo", "9.3.1, 9.3.2", BOTH, "an echo request with the option from a bound node: answered by a type 2 routing header")
def own_echo(t):
    t.register()
    p = t.ask(claiming(t, ICMPv6EchoRequest(id=7, seq=9, data=b"to the home agent")), having(ICMPv6EchoReply))
    routed(t, p)
    t.fields(p[ICMPv6EchoReply], code=0, id=7, seq=9, data=b"to the home agent")


@case("own-echo-tunnelled", "10.4.2, 9.3.2", BOTH, "an echo request out of the reverse tunnel: answered by a type 2 routing header too")
def own_echo_tunnelled(t):
    t.register()
    p = t.ask(IPv6(src=t.coa, dst=t.agent) / IPv6(src=t.hoa, dst=t.agent) / ICMPv6EchoRequest(id=8, data=b"through the tunnel"), having(ICMPv6EchoReply))
    routed(t, p)
    t.fields(p[ICMPv6EchoReply], id=8, data=b"through the tunnel")


@case("own-error", "9.3.1, 9.3.2", BOTH, "a port unreachable about a packet with the option goes to the home address by a type 2 routing header")
def own_error(t):
    t.register()
    p = t.ask(claiming(t, UDP(dport=9) / b"x"), having(ICMPv6DestUnreach))
    routed(t, p)
    t.fields(p[ICMPv6DestUnreach], code=4)


@case("own-error-direct", "9.2, RFC 4443 2.2", BOTH, "a parameter problem about a Mobility Header goes to the source on the wire, binding or not")
def own_error_direct(t):
    t.register()
    p = t.ask(t.bu(nh=6), having(ICMPv6ParamProblem))
    t.fields(p[IPv6], dst=t.coa, nh=58)


@case("own-echo-moved", "9.3.2", BOTH, "after a move the routing header leads to the new care-of address")
def own_echo_moved(t):
    t.register()
    t.register(coa=t.coa2)
    p = t.ask(claiming(t, ICMPv6EchoRequest(id=7), coa=t.coa2), having(ICMPv6EchoReply))
    routed(t, p, coa=t.coa2)


@case("own-no-state", "6.3", BOTH, "a packet with the option changes no binding and no routing")
def no_state(t):
    t.register()
    before = {k: v for k, v in t.place.binding(t.hoa).items() if k in ("care_of_address", "sequence", "state")}
    t.ask(claiming(t, ICMPv6EchoRequest(id=7)), having(ICMPv6EchoReply))
    t.ask(claiming(t, ICMPv6EchoRequest(id=7), coa=t.coa2), having(MIP6MH_BE))
    t.equal("binding", {k: v for k, v in t.place.binding(t.hoa).items() if k in before}, before)
    t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP(dport=9) / b"x", tunnelled(t.coa))


@case("own-acknowledgement-not-cached", "9.5.4", BOTH, "the acknowledgement goes to the source of the update, not to where the cache points")
def acknowledgement_not_cached(t):
    t.register()
    a = t.ask(t.bu(seq=1, coa=t.coa2), ba_of(t.hoa))
    t.acknowledged(a, 135, coa=t.coa2, seq=1)
