#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Seeds for the fuzzers, built by Scapy: run by hand when a parser learns something new; its output is committed."""
import os

from scapy.all import *
from scapy.contrib import *  # noqa: F401,F403

HERE = os.path.dirname(os.path.abspath(__file__))


def put(corpus, name, data):
    open("%s/%s/%s" % (HERE, corpus, name), "wb").write(bytes(data))


ip = IPv6(src="2001:db8:a::1", dst="2001:db8:1::1")
hao = IPv6ExtHdrDestOpt(options=[HAO(hoa="2001:db8:1::100")])
put("packet", "bu", ip / hao / MIP6MH_BU(seq=1, flags="AHL", options=[MIP6OptAltCoA(acoa="2001:db8:a::1")]))
put("packet", "rh2", ip / IPv6ExtHdrRouting(type=2, addresses=["2001:db8:1::100"]) / MIP6MH_BA())
put("packet", "rh0", ip / IPv6ExtHdrRouting(type=0, segleft=1, addresses=["2001:db8:1::100"]) / ICMPv6EchoRequest())
put("packet", "hbh", ip / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLQuery())
put("packet", "fragment", ip / IPv6ExtHdrFragment(m=1, id=7) / (b"x" * 64))
put("packet", "limit", ip / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optdata=b"\x03")]) / IPv6() / UDP())
put("packet", "unknown", ip / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x9e, optdata=b"abc")]) / UDP())
put("packet", "order", ip / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting(type=4, segleft=0) / hao / ICMPv6EchoRequest())
error = ICMPv6DestUnreach() / IPv6() / UDP()
put("packet", "error", ip / error)
put("packet", "error_ah", ip / AH(nh=58, payloadlen=4, icv=b"i" * 12) / Raw(bytes(ip / error)[40:]))
put("packet", "error_fragment", ip / IPv6ExtHdrFragment(m=1, nh=58) / Raw(bytes(ip / error)[40:]))
put("packet", "atomic", ip / hao / IPv6ExtHdrFragment() / ICMPv6EchoRequest())
put("packet", "esp", ip / hao / ESP(spi=256, seq=1, data=b"e" * 24))
put("packet", "hao_late", ip / IPv6ExtHdrFragment() / hao / ICMPv6EchoRequest())
put("packet", "hao_twice", ip / hao / hao / ICMPv6EchoRequest())
put("packet", "discard", ip / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x5e, optdata=b"abc")]) / UDP())
put("packet", "nobody", IPv6(src="::", dst="ff02::1") / ICMPv6EchoRequest())
for n, m in (("bu", MIP6MH_BU(seq=1, flags="AHLK", options=[MIP6OptNonceIndices(olen=4, hni=1, coni=2), MIP6OptAltCoA(acoa="2001:db8::1")])),
             ("auth", MIP6MH_BU(seq=1, options=[MIP6OptBindingAuthData(olen=12, authenticator=1)])),
             ("ba", MIP6MH_BA(seq=1, options=[MIP6OptBRAdvice(rinter=3)])), ("be", MIP6MH_BE(status=1, ha="2001:db8::1")),
             ("hoti", MIP6MH_HoTI()), ("hot", MIP6MH_HoT()), ("unknown", MIP6MH_BU(options=[MIP6OptUnknown(otype=77, odata=b"abc")])), ("brr", MIP6MH_BRR())):
    put("mh", n, bytes(ip / m)[40:])
ll = IPv6(src="fe80::1", dst="ff02::1")
mac = "02:00:00:00:00:01"
for n, m in (("ns", ICMPv6ND_NS(tgt="2001:db8::1") / ICMPv6NDOptSrcLLAddr(lladdr=mac) / ICMPv6NDOptUnknown(type=14, len=1, data=b"abcdef")),
             ("na", ICMPv6ND_NA(tgt="2001:db8::1") / ICMPv6NDOptDstLLAddr(lladdr=mac)), ("rs", ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=mac)),
             ("ra", ICMPv6ND_RA(H=1) / ICMPv6NDOptSrcLLAddr(lladdr=mac) / ICMPv6NDOptMTU() / ICMPv6NDOptPrefixInfo(prefix="2001:db8::1", R=1) /
              ICMPv6NDOptAdvInterval(advint=600) / ICMPv6NDOptHAInfo(pref=3, lifetime=1800)),
             ("mld1", ICMPv6MLQuery(mrd=1000)), ("mld2", ICMPv6MLQuery2(mrd=40000)),
             ("mld_report", ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(rtype=4, dst="ff0e::1", sources=["2001:db8::1"]), ICMPv6MLDMultAddrRec(rtype=77, dst="ff0e::2", auxdata=b"auxi", auxdata_len=1)])),
             ("mld_report1", ICMPv6MLReport(mladdr="ff0e::1")), ("mld_done", ICMPv6MLDone(mladdr="ff0e::1"))):
    put("nd", n, bytes(ll / m)[40:] if not n.startswith("mld") else bytes(IPv6(src="fe80::1", dst="ff02::1", nh=58) / m)[40:])
bu, mps = bytes(ip / hao / MIP6MH_BU(seq=1, flags="AH", options=[MIP6OptAltCoA(acoa="2001:db8::1")]))[64:], bytes(ip / hao / ICMPv6MPSol(id=7))[64:]
for n, d in (("update", b"\x1b" + bu), ("solicitation", b"\x0b" + mps), ("acknowledgement", b"\x13" + bytes(ip / MIP6MH_BA(seq=1))[40:]), ("wrong", b"\x2a\x87" + bu),
             ("bare", b"\x0a\x87" + bu), ("padded", b"\x05" + mps + b"\x01\x02\x02\x3a"), ("options", b"\x05" + bytes(IPv6ExtHdrDestOpt(nh=58)) + mps + b"\x01\x02\x02\x3c"),
             ("dummy", b"\x05aaaa\x01\x02\x02\x3b"), ("padding", b"\x05" + mps + b"\x02\x01\x02\x3a"), ("esp", b"\x04" + bytes(ESP(spi=256, seq=1, data=b"e" * 48))),
             ("tunnel", b"\x04" + bytes(ESP(spi=258, seq=1, data=b"e" * 48))), ("nobody", b"\x04" + bytes(ESP(spi=99, seq=1, data=b"e" * 48))), ("short", b"\x04abc"),
             ("inner", b"\x06" + bytes(IPv6(src="2001:db8::9", dst="2001:db8::3") / ICMPv6EchoRequest())), ("hot", b"\x06" + bytes(IPv6(src="2001:db8::9", dst="2001:db8::3") / MIP6MH_HoT())),
             ("hoti", b"\x06" + bytes(IPv6(src="2001:db8::9", dst="2001:db8::3") / MIP6MH_HoTI())),
             ("packet", b"\x00" + bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrDestOpt(options=[HAO(hoa="2001:db8::3")]) / ESP(spi=256, seq=1, data=b"e" * 48))), ("node", b"\x01" + bytes(IPv6(src="2001:db8::2", dst="2001:db8::3") / ESP(spi=259, seq=1, data=b"e" * 48)))):
    put("esp", n, d)


def updates(*records):
    """For fuzz_guard: (what is made right, how many 50 ms later, bit that is turned over, options) of each update."""
    return b"".join(bytes([what, later, flip]) + bytes(ip / MIP6MH_BU(seq=seq, flags="AH", mhtime=15, options=options))[40:]
                    for seq, (what, later, flip, options) in enumerate(records, 9))


SIGN, SIGN_AAA, STAMP, FLIP, RESTART, BOAT, SHORE, TWIN, NOBODY = 8, 16, 32, 64, 128, 1, 2, 3, 7
named, boat, shore = (MIP6OptMNID(id=name + "@fleet") for name in ("ship", "boat", "shore"))
now = MIP6OptReplayProtection(timestamp=(1700000000 + 2208988800) << 32 | 1 << 30)
later = MIP6OptReplayProtection(timestamp=(1700000000 + 2208988800) << 32 | 1 << 31)
older, newer, numbered = (MIP6OptMsgAuth(mspi=spi, authdata=bytes(n)) for spi, n in ((256, 12), (257, 16), (300, 16)))
aaa = MIP6OptMsgAuth(subtype=2, mspi=3, authdata=bytes(20))
both = SIGN | STAMP
for n, records in (
        ("first", [(both, 0, 0, [named, now, older])]), ("unsigned", [(0, 0, 0, [named, now, older])]), ("flipped", [(both | FLIP, 0, 77, [named, now, older])]),
        ("replayed", [(both, 0, 0, [named, now, older])] * 2), ("later", [(both, 0, 0, [named, now, older]), (both, 20, 0, [named, later, older])]),
        ("rekeyed", [(both, 0, 0, [named, now, older]), (both, 20, 0, [named, now, newer]), (both, 20, 0, [named, now, older])]),
        ("restarted", [(both, 0, 0, [named, now, older]), (both | RESTART, 0, 0, [named, now, older]), (both | RESTART, 20, 0, [named, now, newer]), (both | RESTART, 20, 0, [named, now, older])]),
        ("numbers_restarted", [(SIGN | BOAT, 0, 0, [boat, numbered]), (SIGN | BOAT | RESTART, 0, 0, [boat, numbered])]),
        ("far", [(SIGN, 200, 0, [named, now, older])]), ("no_timestamp", [(SIGN, 0, 0, [named, older])]),
        ("alternate", [(both, 0, 0, [named, now, MIP6OptAltCoA(acoa="2001:db8:b::1"), older])]),
        ("numbers", [(SIGN | BOAT, 0, 0, [boat, numbered])] * 2), ("numbers_timestamp", [(SIGN | BOAT, 0, 0, [boat, now, numbered])]),
        ("suspended", [(both | SHORE, 0, 0, [shore, now, older])]), ("nobody", [(both | NOBODY, 0, 0, [named, now, older])]),
        ("another", [(both | BOAT, 0, 0, [named, now, older])]), ("no_identity", [(both, 0, 0, [now, older])]), ("no_option", [(both, 0, 0, [named, now])]),
        ("spi", [(both, 0, 0, [named, now, MIP6OptMsgAuth(mspi=300, authdata=bytes(12))])]), ("reserved", [(both, 0, 0, [named, now, MIP6OptMsgAuth(mspi=3, authdata=bytes(12))])]),
        ("aaa", [(SIGN_AAA | STAMP, 0, 0, [named, now, aaa])]), ("aaa_both", [(both | SIGN_AAA, 0, 0, [named, now, older, aaa])]),
        ("aaa_twin", [(SIGN_AAA | STAMP | TWIN, 0, 0, [named, now, aaa])]), ("twin", [(both | TWIN, 0, 0, [named, now, MIP6OptMsgAuth(mspi=258, authdata=bytes(12))])]),
        ("aaa_wrong", [(both, 0, 0, [named, now, older, aaa])]), ("aaa_unknown", [(SIGN | BOAT, 0, 0, [boat, numbered, aaa])]),
        ("order", [(both | SIGN_AAA, 0, 0, [named, now, aaa, older])]), ("behind", [(both, 0, 0, [older, named, now])]), ("twice", [(both, 0, 0, [named, now, older, older])]),
        ("subtype", [(both, 0, 0, [named, now, older, MIP6OptMsgAuth(subtype=9, mspi=1, authdata=b"abc")])]),
        ("wrong_many", [(0, 0, 0, [named, now, older])] * 60), ("other_identity", [(both, 0, 0, [MIP6OptMNID(subtype=2, id="x"), named, now, older])]),
        ("short", [(0, 0, 0, [named, now, MIP6OptMsgAuth(mspi=256, authdata=b"")])]), ("long", [(both, 0, 0, [MIP6OptMNID(id="n" * 200), named, now, older])])):
    put("guard", n, updates(*records))


def step(what, octets):
    """Of fuzz_node: what is done, and with what."""
    return bytes([what]) + len(octets).to_bytes(2, "big") + octets


PACKET, TIME, ADDRESS, TRAFFIC, ANSWER, TUNNELLED, INCOMING, PROGRESS, GONE = 0, 1, 2, 3, 4, 8, 4, 8, 8
home, agent, roaming, elsewhere, peer = "2001:db8:1::100", "2001:db8:1::1", "2001:db8:a::7", "2001:db8:b::7", "2001:db8:c::1"


def address(a):
    return inet_pton(socket.AF_INET6, a)


def goes(a=peer, how=0, times=1):
    return step(TRAFFIC | how, address(a)) * times


def later(ms):
    return bytes([TIME]) + (ms // 16).to_bytes(2, "big")


def at(a):
    return step(ADDRESS, address(a))


def gone(a):
    return step(ADDRESS | GONE, address(a))


def routed(src, body, coa=roaming):
    return step(PACKET | ANSWER, bytes(IPv6(src=src, dst=coa) / IPv6ExtHdrRouting(type=2, addresses=[home]) / body))


def direct(body, how=ANSWER, dst=roaming):
    return step(PACKET | how, bytes(IPv6(src=peer, dst=dst) / body))


def authorized(status, lifetime=100):
    return MIP6MH_BA(status=status, mhtime=lifetime, options=[MIP6OptBindingAuthData(olen=12, authenticator=0)])


def error(kind, code, message, dst, how=ANSWER):
    return direct(ICMPv6Unknown(type=kind, code=code, msgbody=bytes([message]) + bytes(139)), how, dst)


def bind(coa=roaming):
    return goes(times=2) + hot + direct(MIP6MH_CoT(), dst=coa) + routed(peer, authorized(0), coa)


registered = routed(agent, MIP6MH_BA(mhtime=200))
again = routed(agent, MIP6MH_BA(mhtime=200), elsewhere)
hot, cot = direct(MIP6MH_HoT(), ANSWER | TUNNELLED, home), direct(MIP6MH_CoT())
be = [direct(MIP6MH_BE(status=s, ha=a)) for s, a in ((1, home), (2, home), (2, "::"))]
began = registered + goes(times=2)
data = bytes(IPv6(src=roaming, dst=peer) / IPv6ExtHdrDestOpt(options=[HAO(hoa=home)]) / UDP())
for n, steps in (
        ("route", registered + bind() + goes() + goes(how=PROGRESS) + goes(how=INCOMING)), ("route-direct-hot", began + direct(MIP6MH_HoT()) + cot), ("route-silent", began + later(20000) + goes() + later(40000) + goes() + later(20000)),
        ("route-unacknowledged", began + hot + cot + later(20000) + later(60000)), ("route-moves", registered + bind() + gone(roaming) + at(elsewhere) + later(0) + direct(MIP6MH_CoT(), dst=elsewhere) + again + later(16) + routed(peer, authorized(0), elsewhere) + goes()),
        ("route-home", registered + bind() + gone(roaming) + at("2001:db8:1::77") + step(PACKET | ANSWER, bytes(IPv6(src=agent, dst=home) / MIP6MH_BA())) + later(16) + direct(authorized(0, 0), dst=home)),
        ("route-home-late", registered + bind() + later(250000) + gone(roaming) + at("2001:db8:1::77") + step(PACKET | ANSWER, bytes(IPv6(src=agent, dst=home) / MIP6MH_BA())) + later(16) + direct(MIP6MH_HoT(), dst=home) + later(440000)),
        ("route-error", registered + bind() + be[0] + hot + cot), ("route-doubted", registered + bind() + goes(how=PROGRESS) + be[0]), ("route-unable", began + be[1] + later(700000) + goes()), ("route-unable-any", began + be[2]),
        ("route-refresh", registered + bind() + later(200000) + goes() + later(136000) + hot + cot + routed(peer, authorized(0)) + later(500000)), ("route-asked", registered + bind() + routed(peer, MIP6MH_BRR()) + direct(MIP6MH_BRR(), ANSWER | TUNNELLED, home)),
        ("route-zero", began + hot + cot + routed(peer, authorized(0, 0))), ("route-no-authorization", began + hot + cot + routed(peer, MIP6MH_BA())),
        ("route-expires", registered + bind() + later(450000) + goes()), ("route-many", registered + b"".join(goes("2001:db8:f:%x::1" % i) for i in range(1030))),
        ("icmp-hoti", began + error(4, 1, 1, home, ANSWER | TUNNELLED)), ("icmp-coti", began + error(4, 1, 2, roaming)), ("icmp-bu", began + hot + cot + error(4, 1, 5, roaming)), ("icmp-unreachable", began + error(1, 1, 2, roaming)),
        ("icmp-option", registered + bind() + 2 * direct(ICMPv6ParamProblem(code=2, ptr=46) / Raw(data))), ("icmp-others", registered + bind() + direct(ICMPv6ParamProblem(code=2, ptr=42) / Raw(data)) + direct(ICMPv6ParamProblem(code=1) / Raw(data[:30]))),
        *(("route-%d" % s, began + hot + cot + routed(peer, authorized(s)) + later(64) + hot + cot + routed(peer, authorized(s)) + later(2000) + routed(peer, authorized(s)) + later(40000)) for s in (128, 135, 136, 137, 138, 139))):
    put("node", n, steps)


# For fuzz_correspondent: steps of four octets.
def test(careof, i, to=0):
    return bytes([0, careof | i << 1 | to << 3, 0, 0])


def update(home, careof, to=0, how=32, last=59):
    return bytes([1, home | careof << 2 | to << 4, how, last])


def wait(units, whole=True, tick=True):
    return bytes([3, units, whole | tick << 1, 0])


def world(in_use, silent=False, refuse=False):
    return bytes([7, in_use, silent | refuse << 1, 0])


def about(kind, home, careof, word=0, to=0):
    return bytes([kind, home | careof << 2 | to << 4, word, 0])


tested = b"".join(test(careof, i) for i in range(4) for careof in (0, 1))
bound = tested + update(0, 0)
for n, s in (("move", bound + update(0, 1) + update(0, 1) + update(0, 0, 0, 0)), ("delete", bound + update(0, 0, 0, 33) + update(0, 0) + update(0, 1) + update(0, 0, 0, 35) + update(1, 1, 0, 33)),
             ("own", tested + update(0, 0, 2) + update(0, 3, 2) + update(0, 3, 0) + update(0, 3, 2, 33)), ("refused", bound + update(0, 0, 0, 48, 0) + update(0, 0, 0, 160, 9) + update(0, 0, 0, 96) +
              world(0, False, True) + update(0, 0) + update(0, 0, 0, 40, 200)), ("full", tested + world(7) + b"".join(update(i, i) for i in range(4)) + wait(17) + update(3, 3) + world(0) + update(3, 3) + update(3, 3, 1)),
             ("many", tested + b"".join(update(i, i, to) + update(i, i, to, 33) for i in range(4) for to in range(3)) + update(2, 3)),
             ("end", tested + world(1) + update(0, 0, 0, 32, 9) + wait(30) + wait(5) + wait(5) + wait(1) + update(0, 1) + wait(255) + wait(255) + update(0, 0)), ("late", bound + wait(250, True, False) + update(0, 0)),
             ("errors", bound + about(4, 0, 0) + wait(5) + about(4, 0, 0) + wait(5) + about(4, 0, 0) + about(4, 0, 1) + update(0, 1) + about(5, 0, 1, 20) + about(5, 0, 1, 30) + about(5, 0, 1, 10) + world(0) + update(0, 2)),
             ("renew", tested + update(0, 0) + update(1, 1, 1) + bytes([6, 9, 0, 0]) + update(1, 1, 1)), ("nonces", (b"".join(test(i & 1, i & 3) + wait(31) for i in range(10))) + world(0, True) + test(0, 0) + wait(60) + test(1, 0)),
             ("alternate", tested + update(0, 0, 0, 36) + update(0, 1, 0, 38)), ("raw", bytes([2, 0, 20, 1]) + bytes(20) + bytes([2, 64, 24, 0]) + bytes(11) + b"\x0f\4\4\0\1\0\1" + bytes(6) + bytes([2, 64, 20, 1]) + bytes(20))):
    put("correspondent", n, s)
put("correspondent", "unproved", tested + update(0, 0, 0, 40, 200) + update(0, 0, 0, 40, 30) + update(1, 1, 0, 41, 12))
