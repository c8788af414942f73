# SPDX-License-Identifier: BSD-3-Clause
"""RFC 3776 §4.1, RFC 4877 §4.1: where payload is protected, group membership is payload too."""
from cases.multicast import group, groups, listens, report, speaker
from esp import IPV6_IN, PAYLOAD, REGISTRATION, TUNNEL, esp, node
from packets import *  # noqa: F403

ALL = (REGISTRATION, PAYLOAD)


@esp("esp-payload-query", "RFC 3776 4.1, RFC 4877 4.1, RFC 6275 10.4.3", "the multicast listener query to a node that has registered is payload too: under ESP, as RFC 3810 has it inside, never in the clear", node("aes-cbc", ALL))
def query(t, n):
    n.register()
    p = t.seen(n.sealed_to(PAYLOAD))
    t.fields(p[IPv6], src=t.agent, dst=n.coa, nh=50)
    inside, proto, _ = n.opened(p, PAYLOAD)
    t.equal("protocol under ESP", proto, IPV6_IN)
    inner = IPv6(inside)
    t.that(inner.src.startswith("fe80:"), "source " + inner.src)
    t.fields(inner, dst="ff02::1", hlim=1, nh=0)
    t.fields(inner[RouterAlert], value=0)
    t.fields(inner[ICMPv6MLQuery2], mladdr="::", S=0, QRV=2, QQIC=125, sources_number=0)
    t.equal("checksum", in6_chksum(58, IPv6(src=inner.src, dst=inner.dst), bytes(inner[ICMPv6MLQuery2])), 0)
    with t.box.more:
        t.equal("in the clear", [data.hex() for _, data in t.box.queries if socket.inet_pton(socket.AF_INET6, n.coa) in data], [])


def listens_as_reported(t, n, sent):
    """A group that the node has reported: what is sent to it on the home link comes in ESP."""
    t.send(sent)
    listens(t, {group(t): ("exclude", [])}, n.hoa)
    speak, src = speaker(t)
    t.forget()
    speak()
    while True:
        inside = n.opened(t.wait(n.sealed_to(PAYLOAD)), PAYLOAD)[0]
        if socket.inet_ntop(socket.AF_INET6, inside[24:40]) == group(t):
            break
    t.equal("source", socket.inet_ntop(socket.AF_INET6, inside[8:24]), src)


@esp("esp-payload-report", "RFC 3776 4.1, 5.2.4, RFC 6275 10.4.3", "a listener's report from the node's link-local address under ESP: taken, and the group comes under ESP", node("aes-cbc", ALL))
def reported(t, n):
    n.register()
    listens_as_reported(t, n, n.tunnel(report(t)[IPv6].payload))


@esp("esp-payload-report-none", "RFC 3776 4.1, RFC 4877 4.1", "the same by plain tunnel of a node whose payload is protected: ignored and counted", node("aes-cbc", ALL))
def reported_plain(t, n):
    n.register()
    n.refused(report(t), "mld.unprotected", n.coa)
    t.equal("groups", groups(t, n.hoa), {})
    listens_as_reported(t, n, n.tunnel(report(t)[IPv6].payload))


@esp("esp-payload-report-other", "RFC 3776 4.2, RFC 6275 10.4.3", "a report by one node's association from where another one is: not taken for the other", node("aes-cbc", ALL), node("aes-cbc", ALL))
def reported_other(t, mine, yours):
    mine.register()
    yours.register()
    mine.refused(mine.tunnel(report(t)[IPv6].payload, src=yours.coa), TUNNEL.SELECTOR, mine.coa)
    t.equal("groups", (groups(t, mine.hoa), groups(t, yours.hoa)), ({}, {}))
