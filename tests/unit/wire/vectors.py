#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes vectors.h: packets built by Scapy (2.5), each beside the fields it was built from. Run by hand when the codec learns a
message; what it writes is read through and committed. No test runs it: the expectations must not move with the code.

    /usr/bin/python3 vectors.py > vectors.h
"""
from scapy.all import *
from scapy.contrib import *  # noqa: F401,F403

MN, HA, CN = "2001:db8:a::5", "2001:db8:1::1", "2001:db8:c::9"
HOME, OTHER_HOME = "2001:db8:1::100", "2001:db8:1::101"
ALT = "2001:db8:b::77"
LL, LL2 = "fe80::1", "fe80::200:ff:fe00:2"
MAC = "02:00:00:00:00:05"


def c(value):
    """A value as C writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"%s"' % value
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(c(v) for v in value) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(".%s = %s" % (k, c(v)) for k, v in value.items()) + "}"
    return "0x%xu" % value if value > 0xffff else str(value)


def table(kind, rows):
    print("static const struct %s %ss[] = {" % (kind, kind))
    for name, packet, fields in rows:
        print('\t{"%s", "%s", %s},' % (name, bytes(packet).hex(), c(fields)))
    print("};\n")


# --- the walk: what lies where -------------------------------------------------------------------------------------------------


def hao(address=HOME):
    return IPv6ExtHdrDestOpt(options=[HAO(hoa=address)])


def rh2(address=HOME):
    return IPv6ExtHdrRouting(type=2, segleft=1, addresses=[address])


def at(packet, layer):
    """Where Scapy puts a layer: what lies before it."""
    return len(packet) - len(packet[layer])


IP = IPv6(src=MN, dst=HA, hlim=61, tc=0x2e, fl=0x12345)
ECHO = ICMPv6EchoRequest(id=7, seq=9, data=b"0123456789")
FIXED = {"src": MN, "dst": HA, "traffic_class": 0x2e, "hop_limit": 61, "flow_label": 0x12345}


def walk(name, packet, upper, **more):
    proto = {ICMPv6EchoRequest: 58, MIP6MH_BU: 135, UDP: 17, TCP: 6, AH: 51, ESP: 50, Raw: 59}
    fields = {**FIXED, "len": len(packet), "payload_at": at(packet, upper), "proto": proto.get(upper, 41)}
    fields.update(more)
    return name, packet, fields


def walks():
    limit = IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=4, optdata=b"\x03")])
    inner = IPv6(src=HOME, dst=CN) / UDP(sport=1, dport=2) / b"x"
    p = IP / hao() / ECHO
    yield walk("plain", IP / ECHO, ICMPv6EchoRequest)
    yield walk("TCP", IP / TCP(sport=1, dport=2), TCP)
    yield walk("hop-by-hop with router alert", IP / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)]) / ECHO, ICMPv6EchoRequest, router_alert=True)
    yield walk("hop-by-hop of padding", IP / IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 12)]) / ECHO, ICMPv6EchoRequest)
    yield walk("home address", p, ICMPv6EchoRequest, hoa=HOME, hao_at=46)
    yield walk("home address, Binding Update", IP / hao() / MIP6MH_BU(seq=1), MIP6MH_BU, hoa=HOME, hao_at=46)
    yield walk("segments left 0, then home address", IP / IPv6ExtHdrRouting(type=0, segleft=0, addresses=[CN]) / hao() / ECHO, ICMPv6EchoRequest,
               hoa=HOME, hao_at=40 + 24 + 6)
    yield walk("destination options, then home address", IP / IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x1e, optdata=b"xyz")]) / hao() / ECHO,
               ICMPv6EchoRequest, hoa=HOME, hao_at=40 + 8 + 6)
    yield walk("atomic fragment behind home address", IP / hao() / IPv6ExtHdrFragment(id=99) / ECHO, ICMPv6EchoRequest, hoa=HOME, hao_at=46,
               fragment_at=64)
    f = IP / IPv6ExtHdrFragment(id=99, m=1, nh=58) / (b"y" * 64)
    yield walk("first fragment", f, Raw, proto=58, is_fragment=True, fragment_at=40)
    f = IP / IPv6ExtHdrFragment(id=99, m=0, offset=8, nh=60) / (b"z" * 11)
    yield walk("last fragment", f, Raw, proto=60, is_fragment=True, fragment_at=40)
    yield walk("AH", IP / AH(nh=58, payloadlen=4, spi=256, seq=1, icv=b"i" * 12) / b"covered", AH)
    yield walk("home address, ESP", IP / hao() / ESP(spi=256, seq=1, data=b"e" * 24), ESP, hoa=HOME, hao_at=46)
    t = IP / inner
    yield "tunnel", t, {**FIXED, "len": len(t), "payload_at": 40, "proto": 41}
    t = IP / limit / inner
    yield "tunnel with encapsulation limit", t, {**FIXED, "len": len(t), "payload_at": 48, "proto": 41, "has_limit": True, "limit": 3, "limit_at": 44}
    t = IP / IPv6ExtHdrFragment(id=5) / inner
    yield "tunnel in an atomic fragment", t, {**FIXED, "len": len(t), "payload_at": 48, "proto": 41, "fragment_at": 40}
    yield walk("no next header", IPv6(src=MN, dst=HA, hlim=61, tc=0x2e, fl=0x12345, nh=59) / b"rest", Raw)
    p = IP / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)]) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]) / \
        IPv6ExtHdrRouting(type=4, segleft=0, addresses=[CN]) / hao() / IPv6ExtHdrFragment(id=1) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]) / \
        UDP(sport=1, dport=2)
    yield walk("all in the order of the RFC", p, UDP, router_alert=True, hoa=HOME, hao_at=40 + 8 + 8 + 24 + 6, fragment_at=40 + 8 + 8 + 24 + 24)
    yield walk("for a mobile node", IP / rh2() / ECHO, ICMPv6EchoRequest, node=True, rh2=HOME)
    yield walk("between mobile nodes", IP / rh2() / hao(OTHER_HOME) / ECHO, ICMPv6EchoRequest, node=True, rh2=HOME, hoa=OTHER_HOME, hao_at=70)


# --- Mobility Header ------------------------------------------------------------------------------------------------------------


def bus():
    def bu(name, seq, flags, life, options=(), ours=True, home=HOME, dst=HA, **fields):
        ip = IPv6(src=MN, dst=dst, hlim=64)
        packet = (ip / hao(home) if home else ip) / MIP6MH_BU(seq=seq, flags=flags, mhtime=life, options=list(options))
        want = {"sequence": seq, "lifetime": life}
        for letter, field in zip("AHLK", ("ack", "home", "linklocal", "key_movable")):
            if letter in flags:
                want[field] = True
        want.update(fields)
        out = {"src": MN, "dst": dst, "want": want, "ours": ours}
        if home:
            out["hoa"] = home
        alternate = next((o.acoa for o in options if isinstance(o, MIP6OptAltCoA)), None)
        if alternate:
            out["alternate"] = alternate
        return name, packet, out

    alt = MIP6OptAltCoA(acoa=ALT)
    nonces = MIP6OptNonceIndices(olen=4, hni=0x1234, coni=0xabcd)
    # 40 of IPv6 are not counted: offsets are within the Mobility Header.
    yield bu("plain", 1, "A", 60)
    yield bu("home registration", 0xffff, "AH", 900)
    yield bu("all flags", 4660, "AHLK", 0xffff)
    yield bu("no flag", 0, "", 0)
    yield bu("L alone", 7, "L", 1)
    yield bu("K alone", 7, "K", 1)
    yield bu("from home, no option", 3, "AH", 0, home=None)
    yield bu("alternate care-of address", 2, "AH", 75, [alt], has_alternate_coa=True)
    yield bu("nonce indices", 2, "A", 75, [nonces], has_nonces=True, home_nonce=0x1234, careof_nonce=0xabcd, dst=CN)
    yield bu("nonce indices, alternate care-of address", 2, "A", 75, [nonces, alt], has_nonces=True, home_nonce=0x1234, careof_nonce=0xabcd,
             has_alternate_coa=True, dst=CN)
    auth = MIP6OptBindingAuthData(olen=12, authenticator=0x0102030405060708090a0b0c)
    proved = {"has_nonces": True, "home_nonce": 0x1234, "careof_nonce": 0xabcd, "has_authorization": True, "authorization_len": 12}
    yield bu("authorization data", 2, "A", 75, [nonces, auth], ours=False, dst=CN, authorization_at=20, **proved)
    # Zeroes, as we write it before it is filled in.
    empty = MIP6OptBindingAuthData(olen=12, authenticator=0)
    yield bu("authorization data, empty", 2, "A", 75, [nonces, empty], dst=CN, authorization_at=20, **proved)
    yield bu("authorization data, alternate care-of address", 2, "A", 75, [nonces, alt, empty], dst=CN, has_alternate_coa=True, authorization_at=44, **proved)
    yield bu("authorization data of a deletion from home", 2, "A", 0, [nonces, empty], home=None, dst=CN, authorization_at=20, **proved)
    yield bu("authorization data alone", 2, "", 75, [empty], dst=CN, has_authorization=True, authorization_len=12, authorization_at=20)
    yield bu("identity, which we do not know, then what we know", 2, "AH", 75, [MIP6OptMNID(subtype=1, id=b"ship@fleet.example"), alt], ours=False,
             has_alternate_coa=True)
    yield bu("unknown option of no length", 2, "AH", 75, [MIP6OptUnknown(otype=77), alt], ours=False, has_alternate_coa=True)


def bas():
    def ba(name, status, seq, life, k=False, options=(), **fields):
        packet = IPv6(src=HA, dst=MN, hlim=64) / rh2() / MIP6MH_BA(status=status, flags="K" if k else "", seq=seq, mhtime=life, options=list(options))
        want = {"status": status, "sequence": seq, "lifetime": life}
        if k:
            want["key_movable"] = True
        want.update(fields)
        return name, packet, {"src": HA, "coa": MN, "dst": HOME, "want": want}

    yield ba("accepted", 0, 1, 60)
    yield ba("prefix discovery needed, K", 1, 0xfffe, 0xffff, k=True)
    yield ba("sequence", 135, 513, 0)
    yield ba("refresh advice", 0, 2, 75, options=[MIP6OptBRAdvice(rinter=42)], has_refresh_advice=True, refresh_advice=42)
    empty = MIP6OptBindingAuthData(olen=12, authenticator=0)
    yield ba("authorization data", 129, 2, 0, options=[empty], has_authorization=True, authorization_at=20, authorization_len=12)
    yield ba("refresh advice, authorization data", 0, 2, 75, options=[MIP6OptBRAdvice(rinter=42), empty], has_refresh_advice=True, refresh_advice=42,
             has_authorization=True, authorization_at=20, authorization_len=12)


def bes():
    for name, status, home in ("unknown binding", 1, HOME), ("unknown type", 2, "::"):
        yield name, IPv6(src=HA, dst=MN, hlim=64) / MIP6MH_BE(status=status, ha=home), {"src": HA, "dst": MN, "status": status, "hoa": home}


def returns():
    """Return routability, and the refresh request, which has no fields."""
    def message(name, kind, m, **fields):
        return name, IPv6(src=CN, dst=HA, hlim=64) / m, {"src": CN, "dst": HA, "type": kind, **fields}

    yield message("refresh request", 0, MIP6MH_BRR())
    yield message("home test init", 1, MIP6MH_HoTI(cookie=b"cookie01"), cookie="cookie01")
    yield message("care-of test init", 2, MIP6MH_CoTI(cookie=b"cookie02"), cookie="cookie02")
    yield message("home test", 3, MIP6MH_HoT(index=0x3456, cookie=b"cookie03", token=b"token003"), cookie="cookie03", token="token003", nonce_index=0x3456)
    yield message("care-of test", 4, MIP6MH_CoT(index=0xfffe, cookie=b"cookie04", token=b"token004"), cookie="cookie04", token="token004", nonce_index=0xfffe)


# --- neighbour discovery and multicast listeners ----------------------------------------------------------------------------------


def nss():
    tgt = "2001:db8:1::42"
    group = inet_ntop(socket.AF_INET6, in6_getnsma(inet_pton(socket.AF_INET6, tgt)))
    ll = ICMPv6NDOptSrcLLAddr(lladdr=MAC)
    yield "address resolution", IPv6(src=LL, dst=group, hlim=255) / ICMPv6ND_NS(tgt=tgt) / ll, {"src": LL, "dst": group, "target": tgt, "mac": MAC}
    yield "unreachability", IPv6(src=LL, dst=tgt, hlim=255) / ICMPv6ND_NS(tgt=tgt), {"src": LL, "dst": tgt, "target": tgt}
    yield "duplicate address", IPv6(src="::", dst=group, hlim=255) / ICMPv6ND_NS(tgt=tgt), {"src": "::", "dst": group, "target": tgt}
    yield ("duplicate address with nonce", IPv6(src="::", dst=group, hlim=255) / ICMPv6ND_NS(tgt=tgt) / ICMPv6NDOptUnknown(type=14, len=1, data=b"nonce6"),
           {"src": "::", "dst": group, "target": tgt, "nonce": "nonce6"})


def nas():
    tgt = "2001:db8:1::42"
    ll = ICMPv6NDOptDstLLAddr(lladdr=MAC)
    for name, r, s, o, dst, options in (("registration", 0, 0, 1, "ff02::1", True), ("solicited by a router", 1, 1, 1, LL2, True),
                                        ("proxy, solicited", 0, 1, 0, LL2, True), ("unreachability", 0, 1, 0, LL2, False), ("router", 1, 0, 0, LL2, False)):
        packet = IPv6(src=LL, dst=dst, hlim=255) / ICMPv6ND_NA(R=r, S=s, O=o, tgt=tgt)
        want = {"src": LL, "dst": dst, "target": tgt, "router": bool(r), "solicited": bool(s), "override": bool(o)}
        if options:
            packet, want["mac"] = packet / ll, MAC
        yield name, packet, want


def rss():
    yield "plain", IPv6(src=LL, dst="ff02::2", hlim=255) / ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=MAC), {"src": LL, "dst": "ff02::2", "mac": MAC}
    yield "unspecified", IPv6(src="::", dst="ff02::2", hlim=255) / ICMPv6ND_RS(), {"src": "::", "dst": "ff02::2"}


def ras():
    ip = IPv6(src=LL, dst="ff02::1", hlim=255)
    yield ("end of a router", ip / ICMPv6ND_RA(prf=0, chlim=0, M=0, O=0, H=0, routerlifetime=0),
           {"src": LL, "dst": "ff02::1", "want": {"hop_limit": 0}})
    yield ("flags apart", ip / ICMPv6ND_RA(prf=0, chlim=1, M=1, O=0, H=0, routerlifetime=1, reachabletime=30000, retranstimer=1000),
           {"src": LL, "dst": "ff02::1", "want": {"hop_limit": 1, "managed": True, "router_lifetime_s": 1, "reachable_ms": 30000, "retrans_ms": 1000}})
    yield ("prefix that nobody configures addresses from", ip / ICMPv6ND_RA(prf=0, chlim=64, M=0, O=0, H=0, routerlifetime=60) /
           ICMPv6NDOptPrefixInfo(prefixlen=64, L=1, A=0, R=0, validlifetime=1, preferredlifetime=0, prefix="2001:db8:4::"),
           {"src": LL, "dst": "ff02::1", "want": {"hop_limit": 64, "router_lifetime_s": 60, "prefixes": 1,
                                                  "prefix": [{"length": 64, "on_link": True, "valid_s": 1}]}, "prefix": ["2001:db8:4::"]})
    full = ip / ICMPv6ND_RA(prf=0, chlim=64, M=0, O=1, H=1, routerlifetime=1800) / ICMPv6NDOptSrcLLAddr(lladdr=MAC) / ICMPv6NDOptMTU(mtu=1400) / \
        ICMPv6NDOptPrefixInfo(prefixlen=64, L=1, A=1, R=1, validlifetime=2592000, preferredlifetime=604800, prefix=HA) / \
        ICMPv6NDOptPrefixInfo(prefixlen=48, L=0, A=1, R=0, validlifetime=0xffffffff, preferredlifetime=0xffffffff, prefix="2001:db8:2::") / \
        ICMPv6NDOptAdvInterval(advint=600) / ICMPv6NDOptHAInfo(pref=0x102, lifetime=0x304)
    yield ("home agent", full,
           {"src": LL, "dst": "ff02::1",
            "want": {"hop_limit": 64, "other": True, "home_agent": True, "router_lifetime_s": 1800, "has_mtu": True, "mtu": 1400, "has_interval": True,
                     "interval_ms": 600, "has_home_agent_info": True, "preference": 0x102, "home_agent_lifetime_s": 0x304, "prefixes": 2,
                     "prefix": [{"length": 64, "on_link": True, "autonomous": True, "router_address": True, "valid_s": 2592000, "preferred_s": 604800},
                                {"length": 48, "autonomous": True, "valid_s": 0xffffffff, "preferred_s": 0xffffffff}]},
            "mac": MAC, "prefix": [HA, "2001:db8:2::"]})


def queries():
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    ip = IPv6(src=LL, dst="ff02::1", hlim=1)
    group = "ff02::1:ff00:42"
    yield "version 1, general", ip / alert / ICMPv6MLQuery(mrd=10000), {"version": 1, "max_response_ms": 10000, "group": "::"}
    yield ("version 1, one group, a value that version 2 would take for a float", IPv6(src=LL, dst=group, hlim=1) / alert /
           ICMPv6MLQuery(mrd=40000, mladdr=group), {"version": 1, "max_response_ms": 40000, "group": group})
    yield "version 2, general", ip / alert / ICMPv6MLQuery2(mrd=1000), {"version": 2, "max_response_ms": 1000, "group": "::"}
    # RFC 3810 5.1.3: 0x8001 -> (1 | 0x1000) << 3; 0xffff -> (0xfff | 0x1000) << 10
    yield "version 2, float", ip / alert / ICMPv6MLQuery2(mrd=0x8001), {"version": 2, "max_response_ms": 0x1001 << 3, "group": "::"}
    yield "version 2, longest", ip / alert / ICMPv6MLQuery2(mrd=0xffff), {"version": 2, "max_response_ms": 0x1fff << 10, "group": "::"}
    yield ("version 2, one group, sources", ip / alert / ICMPv6MLQuery2(mrd=5, mladdr=group, sources=[LL2, HA]),
           {"version": 2, "max_response_ms": 5, "group": group, "source": [LL2, HA], "sources": 2})


def asked():
    """Queries as a router writes them."""
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    group = "ff0e::99"
    for name, dst, want in (("general", "ff02::1", {"group": "::", "max_response_ms": 1000}), ("one group", group, {"group": group, "max_response_ms": 1000, "suppress": True}),
                            ("one group, sources", group, {"group": group, "max_response_ms": 32767, "sources": 2})):
        source = [CN, HA][:want.get("sources", 0)]
        m = ICMPv6MLQuery2(mrd=want["max_response_ms"], mladdr=want["group"], S=want.get("suppress", 0), QRV=2, QQIC=125, sources=source)
        yield name, IPv6(src=LL, dst=dst, hlim=1) / alert / m, {"src": LL, "dst": dst, "want": {"robustness": 2, "interval_s": 125, **want}, "source": source}


def memberships():
    """Reports as a router reads them."""
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    g1, g2 = "ff0e::1", "ff3e::2"

    def report(name, dst, message, version, *records):
        fields = {"version": version, "n": len(records), "record": [{"type": t, "group": g, "source": list(s), "sources": len(s)} for t, g, s in records]}
        return name, IPv6(src=LL, dst=dst, hlim=1) / alert / message, fields

    def v2(name, *records, aux=b"", behind=b""):
        m = ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(rtype=t, dst=g, sources=list(s), auxdata=aux, auxdata_len=len(aux) // 4) for t, g, s in records])
        return report(name, "ff02::16", m / behind, 2, *records)

    for kind in range(1, 7):
        yield v2("type %d" % kind, (kind, g1, [CN, HA]))
    yield v2("nothing")
    yield v2("an unknown type between two known ones", (2, g1, []), (77, g2, [CN]), (3, g2, []))
    yield v2("auxiliary data", (2, g1, [CN]), (1, g2, [HA]), aux=b"auxiliar")
    yield v2("something behind the last record", (2, g1, []), behind=b"more")
    yield report("version 1 report", g1, ICMPv6MLReport(mladdr=g1), 1, (2, g1, []))
    yield report("version 1 done", "ff02::2", ICMPv6MLDone(mladdr=g1), 1, (3, g1, []))


def reports():
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    groups = ["ff02::1:ff00:42", "ff05::1:3"]
    for name, kind, n in ("to exclude", 4, 1), ("is exclude, two", 2, 2), ("to include", 3, 1):
        packet = IPv6(src=LL, dst="ff02::16", hlim=1) / alert / ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(rtype=kind, dst=g) for g in groups[:n]])
        yield name, packet, {"src": LL, "dst": "ff02::16", "version": 2, "type": kind, "n": n, "group": groups[:n]}
    for name, kind, message in ("version 1 report", 131, ICMPv6MLReport), ("version 1 done", 132, ICMPv6MLDone):
        packet = IPv6(src=LL, dst=groups[0] if kind == 131 else "ff02::2", hlim=1) / alert / message(mladdr=groups[0])
        yield name, packet, {"src": LL, "dst": packet.dst, "version": 1, "type": kind, "n": 1, "group": groups[:1]}


def problems():
    bad = IP / hao() / ECHO
    big = IP / UDP(sport=1, dport=2) / (b"p" * 1400)
    for name, m, fields, inner in (
            ("unreachable", ICMPv6DestUnreach(code=3), {"type": 1, "code": 3, "word": 0}, bad),
            ("too big", ICMPv6PacketTooBig(mtu=1460), {"type": 2, "code": 0, "word": 1460}, big),
            ("time exceeded", ICMPv6TimeExceeded(code=0), {"type": 3, "code": 0, "word": 0}, bad),
            ("parameter problem", ICMPv6ParamProblem(code=2, ptr=46), {"type": 4, "code": 2, "word": 46}, bad)):
        # RFC 4443 2.4 (c): as much as fits into 1,280 octets.
        packet = IPv6(src=HA, dst=MN, hlim=64) / m / Raw(bytes(inner)[:1280 - 48])
        yield name, packet, {"src": HA, "dst": MN, "about": bytes(inner).hex(), **fields}


print("/* SPDX-License-Identifier: BSD-3-Clause */")
print("/* Written by vectors.py with Scapy %s; the structures are in test_vectors.c. */" % scapy.VERSION)
print("/* clang-format off */")
for kind, rows in (("walk_vector", walks()), ("bu_vector", bus()), ("ba_vector", bas()), ("be_vector", bes()), ("rr_vector", returns()),
                   ("ns_vector", nss()), ("na_vector", nas()), ("rs_vector", rss()), ("ra_vector", ras()), ("query_vector", queries()), ("asked_vector", asked()),
                   ("report_vector", reports()), ("membership_vector", memberships()), ("problem_vector", problems())):
    table(kind, rows)
