# SPDX-License-Identifier: BSD-3-Clause
"""RFC 2473 §8, §7.1 and RFC 8201 on tunnels to mobile nodes (RFC 6275 §9.3.4): errors from inside, and the path's MTU."""
from case import BOTH, case, having, tunnelled
from packets import *  # noqa: F403


def router(t):
    return t.away(0xf0)


def through(t, size=1400, hoa=None, coa=None, **ip):
    """(sent, tunnel packet) of a packet to the home address."""
    sent = IPv6(src=t.cn, dst=hoa or t.hoa, **ip) / UDP(sport=4, dport=4) / bytes(size - 48)
    return sent, t.ask(sent, tunnelled(coa or t.coa))


def error(t, kind, tunnel_packet, agent=None, cut=1232):
    """What a router on the way says of a tunnel packet."""
    return IPv6(src=router(t), dst=agent or t.agent) / kind / Raw(bytes(tunnel_packet[IPv6])[:cut])


def relayed(t, e, sent, layer, **fields):
    """To the original sender, about the original packet."""
    t.fields(e[IPv6], src=t.agent, dst=t.cn, nh=58)
    t.fields(e[layer], **fields)
    quoted = bytearray(bytes(e[layer].payload))
    want = bytearray(bytes(sent))
    want[7] -= 1
    t.equal("packet quoted", bytes(quoted[:48]).hex(), bytes(want[:48]).hex())
    t.that(len(bytes(e[IPv6])) <= 1280, "an error above 1280 octets")


def told(name, meaning, kind):
    @case(name, "RFC 2473 8.1, 8.2; 9.3.4", BOTH, meaning + " from inside the tunnel: destination unreachable code 3 to the original sender, about its packet")
    def judge(t):
        t.register()
        sent, p = through(t, 200)
        relayed(t, t.ask(error(t, kind, p), having(ICMPv6DestUnreach)), sent, ICMPv6DestUnreach, code=3)


told("err-no-route", "no route", ICMPv6DestUnreach(code=0))
told("err-prohibited", "administratively prohibited", ICMPv6DestUnreach(code=1))
told("err-scope", "beyond scope of source address", ICMPv6DestUnreach(code=2))
told("err-address", "address unreachable", ICMPv6DestUnreach(code=3))
told("err-port", "port unreachable", ICMPv6DestUnreach(code=4))
told("err-hop-limit", "hop limit exceeded", ICMPv6TimeExceeded(code=0))


def quiet(name, clause, meaning, kind):
    @case(name, clause, BOTH, meaning + ": not relayed")
    def judge(t):
        t.register()
        _, p = through(t, 200)
        t.silence(error(t, kind, p), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


quiet("err-reassembly", "RFC 2473 8.1", "reassembly time exceeded", ICMPv6TimeExceeded(code=1))
quiet("err-parameter", "RFC 2473 8.1", "a parameter problem elsewhere than at an encapsulation limit", ICMPv6ParamProblem(code=0, ptr=6))
quiet("err-unknown", "RFC 2473 8.1", "an error of unknown type", ICMPv6Unknown(type=100, code=0, msgbody=bytes(4)))
quiet("err-too-big-small", "RFC 2473 8.2", "packet too big about an original of at most 1280 octets", ICMPv6PacketTooBig(mtu=1280))


@case("err-mobile-sender", "RFC 2473 8.2, 9.3.2", BOTH, "the original sender is a mobile node that is away: told by its type 2 routing header")
def mobile_sender(t):
    t.register()
    t.register(hoa=t.home(2), coa=t.coa2)
    p = t.ask(IPv6(src=t.coa2, dst=t.agent) / IPv6(src=t.home(2), dst=t.hoa) / UDP() / b"x", tunnelled(t.coa))
    e = t.ask(error(t, ICMPv6DestUnreach(code=0), p), having(ICMPv6DestUnreach))
    t.fields(e[IPv6], src=t.agent, dst=t.coa2)
    t.fields(e[IPv6ExtHdrRouting], type=2, segleft=1, addresses=[t.home(2)])
    t.fields(e[ICMPv6DestUnreach], code=3)


@case("err-nobody", "RFC 2473 8.1, RFC 4861 7.2.2", BOTH, "nobody at the care-of address on our own link: destination unreachable code 3 to the sender after the solicitations", long=True)
def nobody(t):
    coa = "2001:db8:f::c0de:%x" % t.number
    t.register(options=[MIP6OptAltCoA(acoa=coa)])
    sent = IPv6(src=t.cn, dst=t.hoa) / UDP() / b"x"
    relayed(t, t.ask(sent, having(ICMPv6DestUnreach)), sent, ICMPv6DestUnreach, code=3)


@case("err-rate-limit", "RFC 4443 2.4 (f)", BOTH, "400 errors about one tunnel at once: some are not relayed, and counted", long=True)
def err_rate_limit(t):
    t.register()
    _, p = through(t, 200)
    with t.place.lock("icmp6.error_limited"):
        before = t.place.counter("icmp6.error_limited")
        t.send(*[error(t, ICMPv6DestUnreach(code=0), p)] * 400)
        t.rise("icmp6.error_limited", before + 1)


@case("err-limit", "RFC 2473 8.1, 8.2", BOTH, "a parameter problem at the encapsulation limit 0 that we sent: destination unreachable code 3")
def err_limit(t):
    t.register()
    sent = IPv6(src=t.cn, dst=t.hoa) / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optlen=1, optdata=b"\x01")]) / IPv6(src=t.cn, dst=t.away(9)) / UDP()
    p = t.ask(sent, tunnelled(t.coa))
    e = t.ask(error(t, ICMPv6ParamProblem(code=0, ptr=44), p), having(ICMPv6DestUnreach))
    t.fields(e[IPv6], dst=t.cn)
    t.fields(e[ICMPv6DestUnreach], code=3)


@case("err-limit-left", "RFC 2473 8.1", BOTH, "a parameter problem at a limit that was not 0: not relayed")
def err_limit_left(t):
    t.register()
    sent = IPv6(src=t.cn, dst=t.hoa) / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optlen=1, optdata=b"\x05")]) / IPv6(src=t.cn, dst=t.away(9)) / UDP()
    p = t.ask(sent, tunnelled(t.coa))
    t.silence(error(t, ICMPv6ParamProblem(code=0, ptr=44), p), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


@case("err-no-tunnel", "RFC 2473 8", BOTH, "an error about a tunnel packet that we never sent (another care-of address): not relayed")
def no_tunnel(t):
    t.register()
    _, p = through(t, 200)
    p[IPv6].dst = t.coa2
    t.silence(error(t, ICMPv6DestUnreach(code=0), p), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


@case("err-not-bound", "RFC 2473 8", BOTH, "an error about a tunnel packet to a home address that is not bound: not relayed")
def not_bound(t):
    fake = IPv6(src=t.agent, dst=t.coa) / IPv6(src=t.cn, dst=t.hoa) / UDP() / b"x"
    t.silence(error(t, ICMPv6DestUnreach(code=0), fake), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


@case("err-other-agent-address", "RFC 2473 8", BOTH, "an error about a tunnel packet from another address of ours than it is registered at: not relayed")
def other_agent_address(t):
    t.register()
    _, p = through(t, 200)
    p[IPv6].src = t.agent2
    t.silence(error(t, ICMPv6DestUnreach(code=0), p, agent=t.agent2), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


@case("err-checksum", "RFC 4443 2.1", BOTH, "an error with a wrong checksum: not relayed")
def err_checksum(t):
    t.register()
    _, p = through(t, 200)
    t.silence(error(t, ICMPv6DestUnreach(code=0, cksum=0x4444), p), "control.malformed", answer=lambda q: q[IPv6].dst == t.cn)


for cut in (8, 40, 60, 79):
    @case("err-cut-%d" % cut, "RFC 2473 8, RFC 4443 2.4", BOTH, "an error that quotes %d octets, too few to show the original packet's header: not relayed" % cut)
    def err_cut(t, cut=cut):
        t.register()
        _, p = through(t, 200)
        t.silence(error(t, ICMPv6DestUnreach(code=0), p, cut=cut), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


@case("err-about-error", "RFC 4443 2.4 (e.1)", BOTH, "an error about a tunnel packet that carried an error: not relayed")
def about_error(t):
    t.register()
    p = t.ask(IPv6(src=t.cn, dst=t.hoa) / ICMPv6DestUnreach(code=4) / IPv6(src=t.hoa, dst=t.cn) / UDP(), tunnelled(t.coa))
    t.silence(error(t, ICMPv6DestUnreach(code=0), p), "icmp6.error_in", answer=lambda q: q[IPv6].dst == t.cn)


@case("err-about-multicast-source", "RFC 4443 2.4 (e.6)", BOTH, "an error about a tunnel packet whose original has a multicast source: not relayed")
def about_multicast_source(t):
    t.register()
    fake = IPv6(src=t.agent, dst=t.coa) / IPv6(src="ff0e::c0de", dst=t.hoa) / UDP() / b"x"
    t.silence(error(t, ICMPv6DestUnreach(code=0), fake), "icmp6.error_in", answer=lambda q: ICMPv6DestUnreach in q)


@case("err-binding-stays", "9.3.4, 10.3.1", BOTH, "a lasting unreachable does not remove a home registration before its lifetime ends")
def binding_stays(t):
    t.register()
    for _ in range(3):
        sent, p = through(t, 200)
        t.ask(error(t, ICMPv6DestUnreach(code=3), p), having(ICMPv6DestUnreach))
    t.equal("state", t.place.binding(t.hoa)["state"], "valid")
    through(t, 200)


@case("err-from-mobile-node", "RFC 2473 8", BOTH, "an error from the care-of address itself, about the tunnel packet: relayed as from any router")
def from_mobile_node(t):
    t.register()
    sent, p = through(t, 200)
    e = error(t, ICMPv6DestUnreach(code=3), p)
    e[IPv6].src = t.coa
    del e[ICMPv6DestUnreach].cksum
    relayed(t, t.ask(e, having(ICMPv6DestUnreach)), sent, ICMPv6DestUnreach, code=3)


# The path's MTU.


def learn(t, mtu, size=1450, **k):
    """A router says that the tunnel packet of an original this long is too big."""
    sent, p = through(t, size, **k)
    return sent, t.ask(error(t, ICMPv6PacketTooBig(mtu=mtu), p), having(ICMPv6PacketTooBig))


@case("mtu-relayed", "RFC 2473 8.1, 8.2", BOTH, "packet too big from inside: packet too big to the original sender, with the MTU less the tunnel header")
def mtu_relayed(t):
    t.register()
    sent, e = learn(t, 1400)
    relayed(t, e, sent, ICMPv6PacketTooBig, code=0, mtu=1360)


@case("mtu-learned", "RFC 2473 6.7, 7.1; RFC 8201 4", BOTH, "afterwards larger packets are refused here, those that fit are tunnelled")
def mtu_learned(t):
    t.register()
    learn(t, 1400)
    since = t.mark()
    e = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP() / bytes(1361 - 48), having(ICMPv6PacketTooBig))
    t.fields(e[ICMPv6PacketTooBig], mtu=1360)
    t.equal("tunnelled", t.came(tunnelled(t.coa), since), [])
    through(t, 1360)


@case("mtu-of-one-path", "RFC 2473 6.7", BOTH, "it is of that care-of address: another node's tunnel is as it was")
def mtu_of_one_path(t):
    t.register()
    t.register(hoa=t.home(2), coa=t.coa2)
    learn(t, 1400)
    through(t, 1450, hoa=t.home(2), coa=t.coa2)


@case("mtu-shared-path", "RFC 2473 6.7, RFC 8201 5.2", BOTH, "it is of that care-of address: what is learned for one home address there is known for the other")
def mtu_shared_path(t):
    t.register()
    t.register(hoa=t.home(2))
    learn(t, 1400)
    e = t.ask(IPv6(src=t.cn, dst=t.home(2)) / UDP() / bytes(1400 - 48), having(ICMPv6PacketTooBig))
    t.fields(e[ICMPv6PacketTooBig], mtu=1360)
    through(t, 1360, hoa=t.home(2))


@case("mtu-forgotten-on-move", "RFC 8201 4", BOTH, "after a move the new path is as good as the link")
def mtu_forgotten(t):
    t.register()
    learn(t, 1400)
    t.register(coa=t.coa2)
    through(t, 1450, coa=t.coa2)


@case("mtu-kept-on-refresh", "RFC 8201 4", BOTH, "a refresh soon after keeps it")
def mtu_kept(t):
    t.register()
    learn(t, 1400)
    t.register()
    e = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP() / bytes(1400 - 48), having(ICMPv6PacketTooBig))
    t.fields(e[ICMPv6PacketTooBig], mtu=1360)


@case("mtu-never-larger", "RFC 8201 4", BOTH, "a message with a larger MTU than known does not raise it")
def mtu_never_larger(t):
    t.register()
    _, p = through(t, 1450)
    t.ask(error(t, ICMPv6PacketTooBig(mtu=1400), p), having(ICMPv6PacketTooBig))
    t.send(error(t, ICMPv6PacketTooBig(mtu=1490), p))
    t.marker()
    e = t.ask(IPv6(src=t.cn, dst=t.hoa) / UDP() / bytes(1400 - 48), having(ICMPv6PacketTooBig))
    t.fields(e[ICMPv6PacketTooBig], mtu=1360)


@case("mtu-least", "RFC 2473 7.1, RFC 8201 4", BOTH, "1280 on the way: the sender is told 1280, never less, and packets of 1280 go in tunnel fragments")
def mtu_least(t):
    t.register()
    sent, e = learn(t, 1280)
    relayed(t, e, sent, ICMPv6PacketTooBig, code=0, mtu=1280)
    fragmented(t)


def fragmented(t):
    """An original of 1280 octets through a path of 1280: fragments of the tunnel packet, which make the original whole."""
    sent = IPv6(src=t.cn, dst=t.hoa) / UDP() / (bytes(range(256)) * 5)[:1232]
    t.forget()
    t.send(sent)
    parts = []
    while not parts or parts[-1][IPv6ExtHdrFragment].m:
        p = t.wait(lambda p: IPv6ExtHdrFragment in p and p[IPv6].dst == t.coa)
        t.fields(p[IPv6], src=t.agent, nh=44)
        t.that(len(bytes(p[IPv6])[:40 + p[IPv6].plen]) <= 1280, "a fragment of %d" % p[IPv6].plen)
        parts.append(p)
    t.equal("identifications", len({p[IPv6ExtHdrFragment].id for p in parts}), 1)
    whole = b""
    for p in parts:
        t.equal("offset", p[IPv6ExtHdrFragment].offset * 8, len(whole))
        t.equal("next header", p[IPv6ExtHdrFragment].nh, 41)
        whole += bytes(p[IPv6])[48:40 + p[IPv6].plen]
    want = bytearray(bytes(sent))
    want[7] -= 1
    t.equal("the whole", whole.hex(), bytes(want).hex())


@case("mtu-below-least", "RFC 8201 4", BOTH, "less than 1280 reported: discarded, nothing is learned and nobody is told")
def mtu_below_least(t):
    t.register()
    for mtu in (1279, 600, 0):
        _, p = through(t, 1450)
        t.silence(error(t, ICMPv6PacketTooBig(mtu=mtu), p), "icmp6.mtu_invalid", answer=lambda q: q[IPv6].dst == t.cn)
    through(t, 1450)


@case("mtu-fragment-ids", "RFC 8200 4.5", BOTH, "every packet's tunnel fragments have an identification of their own")
def mtu_fragment_ids(t):
    t.register()
    learn(t, 1280)
    ids = set()
    for _ in range(3):
        t.forget()
        t.send(IPv6(src=t.cn, dst=t.hoa) / UDP() / bytes(1232))
        ids.add(t.wait(lambda p: IPv6ExtHdrFragment in p and p[IPv6].dst == t.coa and not p[IPv6ExtHdrFragment].m)[IPv6ExtHdrFragment].id)
    t.equal("identifications", len(ids), 3)


# What we send ourselves.


def reply(t, to, sizes=None):
    """The octets of an ICMPv6 message of ours to a care-of address, in one piece or in fragments; sizes: of the packets."""
    whole, more = b"", True
    while more:
        p = t.wait(lambda p: p[IPv6].dst == to and (ICMPv6EchoReply in p or IPv6ExtHdrFragment in p))
        data, following, at = bytes(p[IPv6])[:40 + p[IPv6].plen], p[IPv6].nh, 40
        if sizes is not None:
            sizes.append(len(data))
        more = False
        while following in (43, 44):
            if following == 44:
                t.equal("offset", p[IPv6ExtHdrFragment].offset * 8, len(whole))
                more = bool(p[IPv6ExtHdrFragment].m)
            following, at = data[at], at + (8 if following == 44 else 8 * (data[at + 1] + 1))
        whole += data[at:]
    return whole


def own_path(name, clause, meaning, bound):
    @case(name, clause, BOTH, meaning)
    def judge(t):
        if bound:
            t.register()
        request = IPv6(src=t.coa, dst=t.agent)
        if bound:
            request /= IPv6ExtHdrDestOpt(options=[HAO(hoa=t.hoa)])
        request /= ICMPv6EchoRequest(id=7, data=bytes(range(200)) * 7)
        t.forget()
        t.send(request)
        t.equal("data", reply(t, t.coa)[8:].hex(), (bytes(range(200)) * 7).hex())
        about = IPv6(src=t.agent, dst=t.coa, nh=58, plen=1408) / ICMPv6EchoReply(id=7, data=bytes(1180))
        t.send(IPv6(src=router(t), dst=t.agent) / ICMPv6PacketTooBig(mtu=1280) / about)
        t.marker()
        sizes = []
        t.forget()
        t.send(request)
        t.equal("data", reply(t, t.coa, sizes)[8:].hex(), (bytes(range(200)) * 7).hex())
        t.that(max(sizes) <= 1280, "packets of %s" % sizes)


own_path("mtu-own", "RFC 8201 4, 5.2", "packets of ours after packet too big: an echo reply of 1,408 octets comes in fragments of at most 1,280", False)
own_path("mtu-own-bound", "9.3.2, RFC 8201 4", "the same to a bound node, with its routing header", True)
