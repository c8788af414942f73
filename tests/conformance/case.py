# SPDX-License-Identifier: BSD-3-Clause
"""A case: a clause of the RFC, packets made by Scapy, and a judgement field by field on what came out of the port.

    @case("mh-payload-proto", "6.1.1", BOTH, "payload protocol other than 59: parameter problem pointing at that octet")
    def payload_proto(t): ...

    refused("hao-twice", "6.3", BOTH, "two Home Address options: dropped", "control.hao_invalid", lambda t: …packets…)

Cases run side by side, each with home and care-of addresses of its own (`t.hoa`, `t.coa`, `t.cn`), so no case sees another's packets.
Waiting has a generous ceiling; that nothing comes is judged without a clock: the refusal's counter has risen, a marker sent behind has
been answered, and nothing came before the marker's answer."""
import os
import time

from cable import Mailbox, sums_good
from lab import Failed
from packets import *  # noqa: F403
from packets import Ether, HAO, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr
from packets import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrRouting, MIP6MH_BA, MIP6MH_BU
from place import home_address, identifier

REAL, VIRTUAL = ("real",), ("virtual",)
BOTH = REAL + VIRTUAL
PROVED_REAL, PROVED_VIRTUAL = ("mn-ha",), ("mn-ha-virtual",)
PROVED = PROVED_REAL + PROVED_VIRTUAL
IPSEC = ("ipsec",)
CORRESPONDENT = ("correspondent",)
CEILING_S = int(os.environ.get("HP_CEILING_S", 60))
CASES = []


class Case:
    def __init__(self, name, clause, kinds, meaning, function, long, alone, enrolled):
        self.name, self.clause, self.kinds, self.meaning, self.function, self.long, self.alone, self.enrolled = name, clause, kinds, meaning, function, long, alone, enrolled
        self.number = len(CASES) + 1


def case(name, clause, kinds, meaning, long=False, alone=False, enrolled=None):
    """long: takes its time, so it starts first. alone: when no other case runs. enrolled: entries of `mobile_nodes` for it, a function of
    the kind and its number."""
    def add(function):
        if any(c.name == name for c in CASES):
            raise SystemExit("two cases named " + name)
        CASES.append(Case(name, clause, kinds, meaning, function, long, alone, enrolled))
        return function
    return add


def refused(name, clause, kinds, meaning, counter, packets, bound=None, **more):
    """A case of one line: nothing comes back, `counter` rises, and the binding of the case's node is the one it was. bound: by default a
    node is registered before."""
    def judge(t):
        if bound is not False:
            t.register()
        before = t.place.binding(t.hoa)
        t.silence(packets(t), counter)
        after = t.place.binding(t.hoa)
        for key in ("care_of_address", "sequence", "state"):
            t.equal("the binding's " + key, (after or {}).get(key), (before or {}).get(key))
    case(name, clause, kinds, meaning, **more)(judge)


class Trial:
    """One case against one running program."""

    def __init__(self, what, place):
        self.case, self.place, self.kind, self.number = what, place, place.kind, what.number
        self.real = "home" in place.cables
        self.box = Mailbox()
        self.at = 0  # letters before it have been judged
        self.sequences = {}
        self.agent = place.address(0, "1")
        self.agent2 = place.address(0, "2")
        for c in place.cables.values():
            c.boxes[self.number] = self.box

    def close(self):
        for c in self.place.cables.values():
            del c.boxes[self.number]

    # Addresses of this case's own.

    def home(self, i=1, prefix=0):
        return home_address(self.kind, self.number, i, prefix)

    def linklocal(self, i=1):
        return socket.inet_ntop(socket.AF_INET6, b"\xfe\x80" + bytes(6) + identifier(self.number, i))

    def away(self, i=1):
        return "2001:db8:c0de:%x::%x" % (self.number, i)

    def mac(self, i=1):
        return "02:c0:de:%02x:%02x:%02x" % (self.number >> 8, self.number & 0xff, i)

    hoa = property(lambda self: self.home(1))
    coa = property(lambda self: self.away(1))
    coa2 = property(lambda self: self.away(2))
    cn = property(lambda self: self.away(0xc1))

    # Sending.

    def send(self, *packets, port="core", mac=None, to=None):
        """Whole IPv6 packets, from the router on the core link or from a host on the home link."""
        cable = self.place.cables[port]
        for p in packets:
            cable.frame(Ether(src=mac or cable.mac, dst=to or self.place.program_mac[port], type=0x86dd) / p)

    def neighbor(self, i=0x80, address=None):
        """A host on the home link that answers solicitations: (address, link-layer address)."""
        address = address or self.home(i)
        self.place.cables["home"].neighbors[address] = self.mac(i)
        return address, self.mac(i)

    def next_sequence(self, hoa):
        self.sequences[hoa] = self.sequences.get(hoa, 0) + 1
        return self.sequences[hoa]

    def bu(self, hoa=None, coa=None, ha=None, seq=None, life=600, flags="AH", options=None, hao=True, **more):
        """A Binding Update; more: fields of the message. seq: by default one more than in the one before."""
        hoa = hoa or self.hoa
        p = IPv6(src=(coa or self.coa) if hao else hoa, dst=ha or self.agent, hlim=64)
        if hao:
            p /= IPv6ExtHdrDestOpt(options=[HAO(hoa=hoa)])
        return p / MIP6MH_BU(flags=flags, seq=self.next_sequence(hoa) if seq is None else seq, mhtime=life // 4, options=options or [], **more)

    # Receiving.

    def wait(self, match, seconds=CEILING_S, port=None, sums=True):
        """The first packet (Scapy, from Ethernet) that came since the last one waited for and matches. Its checksums are judged."""
        end = time.monotonic() + seconds
        while True:
            with self.box.more:
                while self.at >= len(self.box.letters):
                    left = end - time.monotonic()
                    if left <= 0:
                        raise Failed("nothing came within %d s: %s" % (seconds, getattr(match, "__name__", match)))
                    self.box.more.wait(left)
                where, data = self.box.letters[self.at]
                self.at += 1
            p = Ether(data)
            if (port is None or port == where) and match(p):
                if sums and sums_good(data[14:]) is False:
                    raise Failed("checksum of " + p.summary())
                return p

    def came(self, match, since=0):
        """What has come already."""
        with self.box.more:
            letters = list(self.box.letters[since:])
        return [p for p in (Ether(data) for _, data in letters) if match(p)]

    def seen(self, match, since=0):
        """The first that matches, waited for if it has not come yet."""
        self.at = since
        return self.wait(match)

    def mark(self):
        with self.box.more:
            return len(self.box.letters)

    def forget(self):
        self.at = self.mark()

    def ask(self, packets, match, seconds=CEILING_S, sums=True, **how):
        """Sends, and waits for what must come."""
        self.forget()
        self.send(*([packets] if not isinstance(packets, (list, tuple)) else packets), **how)
        return self.wait(match, seconds, sums=sums)

    # Judging.

    def that(self, good, why):
        if not good:
            raise Failed(why)

    def equal(self, what, got, want):
        if got != want:
            raise Failed("%s: %r, not %r" % (what, got, want))

    def fields(self, layer, **want):
        """Field by field; a field of the layer's own name for it."""
        for name, value in want.items():
            got = getattr(layer, name)
            if got != value:
                raise Failed("%s.%s: %r, not %r" % (layer.name, name, got, value))

    def acknowledged(self, p, status=0, hoa=None, coa=None, ha=None, seq=None, life=None):
        """A Binding Acknowledgement as §6.1.8, §9.5.4 and §6.4 have it, to a node away from home."""
        hoa = hoa or self.hoa
        self.fields(p[IPv6], src=ha or self.agent, dst=coa or self.coa, nh=43)
        self.fields(p[IPv6ExtHdrRouting], type=2, len=2, segleft=1, nh=135, reserved=0, addresses=[hoa])
        b = p[MIP6MH_BA]
        self.fields(b, nh=59, res=0, status=status)
        self.that(not b.flags.K, "K set")
        if seq is not None:
            self.equal("sequence", b.seq, seq)
        if life is not None:
            self.equal("lifetime", b.mhtime * 4, life)
        if status >= 128:
            self.equal("lifetime of a refusal", b.mhtime, 0)
        return b

    def register(self, status=0, **k):
        """Sends an update; the acknowledgement that must come, judged."""
        p = self.bu(**k)
        hoa, granted = k.get("hoa") or self.hoa, k.get("life", 600) if status < 128 else 0
        if status == 135:
            seq = None
        else:
            seq = p[MIP6MH_BU].seq
        a = self.ask(p, ba_of(hoa))
        return self.acknowledged(a, status, hoa=hoa, coa=k.get("coa"), ha=k.get("ha"), seq=seq, life=granted if granted % 4 == 0 and status != 1 else None)

    def unregister(self, **k):
        return self.register(life=0, **k)

    def refusal(self, counter, packets, count=1, **how):
        """Sends; the counter rises by so many at least. Cases that look at one counter do so one after the other."""
        with self.place.lock(counter):
            before = self.place.counter(counter)
            self.send(*([packets] if not isinstance(packets, (list, tuple)) else packets), **how)
            self.marker()
            self.rise(counter, before + count)

    def rise(self, counter, least):
        """For when what makes it rise has been seen to, but perhaps of another class within the program."""
        end = time.monotonic() + CEILING_S / 6
        while True:
            now = self.place.counter(counter)
            if now >= least:
                return
            if time.monotonic() > end:
                raise Failed("%s is %d, not %d" % (counter, now, least))
            time.sleep(0.02)

    def marker(self):
        """An echo request behind everything sent, answered; and one behind its answer. The management core takes what the workers hand it from
        a ring a class in turn, echoes last: the first may pass what was sent before it, the second passes nothing."""
        for _ in range(2):
            n = self.mark()
            self.send(IPv6(src=self.away(0xee), dst=self.agent) / ICMPv6EchoRequest(id=n & 0xffff, seq=0xee, data=b"marker"))
            self.wait(lambda p: is_marker(p) and p[ICMPv6EchoReply].id == n & 0xffff)

    def silence(self, packets, counter=None, answer=None, **how):
        """Nothing that `answer` matches comes back (by default: anything to the case but discovery)."""
        since = self.mark()
        if counter:
            self.refusal(counter, packets, **how)
        else:
            self.send(*([packets] if not isinstance(packets, (list, tuple)) else packets), **how)
        self.marker()
        for p in self.came(answer or is_answer, since):
            raise Failed("an answer: " + p.summary())

    # On the home link.

    def solicit(self, target=None, i=0x80, src=None, hlim=255, option=True, unicast=False, code=0, to=None, **ns):
        """A neighbour solicitation from a host of this case on the home link, sent."""
        target = target or self.hoa
        group = in6_getnsma(socket.inet_pton(socket.AF_INET6, target))
        dst = to or (target if unicast else socket.inet_ntop(socket.AF_INET6, group))
        p = IPv6(src=src or self.home(i), dst=dst, hlim=hlim) / ICMPv6ND_NS(tgt=target, code=code, **ns)
        if option:
            p /= ICMPv6NDOptSrcLLAddr(lladdr=self.mac(i))
        self.send(p, port="home", mac=self.mac(i), to=None if unicast else in6_getnsmac(group))

    def home_marker(self, i=0x80):
        """A solicitation for the program's own address behind everything sent, answered."""
        self.solicit(target=self.agent, i=i)
        return self.wait(advertised(self.agent, to=self.home(i)))

    def unanswered(self, target=None, **k):
        """A solicitation that nobody answers."""
        target = target or self.hoa
        since = self.mark()
        self.solicit(target=target, **k)
        self.home_marker(0x8f)
        for p in self.came(advertised(target, solicited=None), since):
            if p[ICMPv6ND_NA].S or p[IPv6].dst != "ff02::1" or p[ICMPv6ND_NA].O == 0:
                raise Failed("an answer: " + p.summary())


def is_marker(p):
    return ICMPv6EchoReply in p and p[ICMPv6EchoReply].seq == 0xee and p[ICMPv6EchoReply].data == b"marker"


def is_answer(p):
    """To the case, and no neighbour or multicast listener discovery."""
    if is_marker(p) or p[IPv6].nh == 0 or is_query(p):
        return False
    if p[IPv6].nh == 58 and bytes(p[IPv6].payload)[0] in (133, 134, 135, 136, 143):
        return False
    return True


def is_query(p):
    """A multicast listener query through a tunnel: it comes when it comes (§10.4.3)."""
    return p[IPv6].nh == 41 and IPv6 in p[IPv6].payload and p[IPv6].payload[IPv6].dst == "ff02::1"


def ba_of(hoa):
    def acknowledgement(p):
        return MIP6MH_BA in p and IPv6ExtHdrRouting in p and p[IPv6ExtHdrRouting].addresses[-1:] == [hoa]
    return acknowledgement


def tunnelled(to, inner=None):
    """A tunnel packet to a care-of address whose inner packet matches; no listener query."""
    def tunnel_packet(p):
        return p[IPv6].dst == to and p[IPv6].nh in (41, 44, 60) and not is_query(p) and (inner is None or IPv6 in p[IPv6].payload and inner(p[IPv6].payload[IPv6]))
    return tunnel_packet


def advertised(target, solicited=True, to=None):
    def advertisement(p):
        return ICMPv6ND_NA in p and p[ICMPv6ND_NA].tgt == target and (solicited is None or p[ICMPv6ND_NA].S == solicited) and (to is None or p[IPv6].dst == to)
    return advertisement


def having(layer, to=None, **fields):
    """Matches a packet with that layer, its fields so."""
    def packet(p):
        return layer in p and (to is None or p[IPv6].dst == to) and all(getattr(p[layer], k) == v for k, v in fields.items())
    packet.__name__ = layer.__name__
    return packet
