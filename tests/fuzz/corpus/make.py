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
             ("packet", b"\x00" + bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrDestOpt(options=[HAO(hoa="2001:db8::3")]) / ESP(spi=256, seq=1, data=b"e" * 48))), ("node", b"\x01" + bytes(IPv6(src="2001:db8::2", dst="2001:db8::3") / ESP(spi=259, seq=1, data=b"e" * 48)))):
    put("esp", n, d)
