# SPDX-License-Identifier: BSD-3-Clause
"""Where the cases happen: one running program of each link kind, and both ends of its cables.

    real      home link 2001:db8:10::/64 on port home     ── ha ──  core 2001:db8:f::/64, router ::fe that the cases play
    virtual   home link 2001:db8:20::/64 on no wire
    mn-ha     as real, home link 2001:db8:40::/64: authentication in the message, of the mobile nodes that the cases have enrolled
    mn-ha-virtual    as virtual, 2001:db8:50::/64, and likewise
    ipsec     as real, home link 2001:db8:30::/64: signalling and tunnels under ESP, with the security associations that the cases have enrolled
    correspondent    as virtual, home link 2001:db8:60::/64; and behind port servers 2001:db8:5e::/64, whose hosts the program acts for (as for 2001:db8:5e:2::/64
              behind the core router), 2001:db8:5e:1::/64, which is excluded from it, and 2001:db8:5d::/64, which is not protected

Beside the home prefix each kind has a deprecated one (11 or 21), one that ends while the cases run (12 or 22) and one with lifetimes
that cap a registration (13 or 23). Cases play whatever is beyond the ports."""
import json
import socket
import threading
import time

from cable import Cable, Mailbox
from lab import Failed, Lab, wait_for
from packets import Ether, ICMPv6EchoRequest, IPv6

PREFIX = "2001:db8:%d%d::"
DEPRECATED, ENDING, SHORT = 1, 2, 3
ENDS_S, SHORT_S, SHORT_PREFERRED_S = 40, 3000, 2400
PROVED_ENDS_S = 12  # where nobody has to register before
MAX_BINDINGS = 3000
GATEWAY = "2001:db8:f::fe"
CORE = "2001:db8:f::1"
HOME_AGENTS_ANYCAST = "fdff:ffff:ffff:fffe"  # RFC 2526
FAMILY = {"real": 1, "virtual": 2, "ipsec": 3, "mn-ha": 4, "mn-ha-virtual": 5, "correspondent": 6}
SERVERS, EXCLUDED, UNPROTECTED, SAME_PORT = "2001:db8:5e::", "2001:db8:5e:1::", "2001:db8:5d::", "2001:db8:5e:2::"
MAX_CORRESPONDENTS = 2048


def wired(kind):
    """Its home link is on a port."""
    return kind in ("real", "mn-ha", "ipsec")


def cables(kind):
    return ("core", "servers") if kind == "correspondent" else ("core", "home") if wired(kind) else ("core",)


def identifier(number, i):
    """Of a node of case `number` on its home link."""
    return b"\xc0\xde" + number.to_bytes(2, "big") + b"\0" + number.to_bytes(2, "big") + bytes([i])


def home_address(kind, number, i=1, prefix=0):
    """A home address of case `number`."""
    return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, PREFIX % (FAMILY[kind], prefix))[:8] + identifier(number, i))


def configuration(kind, enrolled):
    family, method = FAMILY[kind], "none" if kind in ("real", "virtual", "correspondent") else kind.removesuffix("-virtual")
    ends_s = PROVED_ENDS_S if method == "mn-ha" else ENDS_S
    home = {"name": "home", "port": "p1" if wired(kind) else None, "dad_transmits": 0,
            "addresses": [PREFIX % (family, 0) + "1/64", PREFIX % (family, 0) + "2/64",
                          {"address": PREFIX % (family, DEPRECATED) + "1/64", "valid_lifetime_s": 100000, "preferred_lifetime_s": 0},
                          {"address": PREFIX % (family, ENDING) + "1/64", "valid_lifetime_s": ends_s, "preferred_lifetime_s": ends_s},
                          {"address": PREFIX % (family, SHORT) + "1/64", "valid_lifetime_s": SHORT_S, "preferred_lifetime_s": SHORT_PREFERRED_S}]}
    ports = [{"name": "p%d" % i, "device": "net_af_packet%d,iface=%s" % (i, name)} for i, name in enumerate(cables(kind))]
    if wired(kind):
        home["router_advertisement"] = {"enabled": True, "min_interval_ms": 200, "max_interval_ms": 600, "min_delay_ms": 200}
    agent = {"links": ["home"], "max_bindings": MAX_BINDINGS, "authentication": method}
    if method == "ipsec":
        # Cases register often; duplicate address detection, which takes a second each time, is judged elsewhere.
        agent["dad"] = False
    links = [{"name": "core", "port": "p0", "dad_transmits": 0, "addresses": [CORE + "/64"]}, home]
    if kind == "correspondent":
        links.append({"name": "servers", "port": "p1", "dad_transmits": 0, "addresses": [prefix + "1/64" for prefix in (SERVERS, EXCLUDED, UNPROTECTED)]})
    return {
        "ports": ports,
        "links": links,
        "routes": [{"prefix": "::/0", "via": GATEWAY, "link": "core"}],
        "home_agent": agent,
        **({"mobile_nodes": enrolled} if method != "none" else {}),
        **({"correspondent": {"protect": [SERVERS + "/62"], "exclude": [EXCLUDED + "/64"], "max_bindings": MAX_CORRESPONDENTS}} if kind == "correspondent" else {}),
        "log": {"level": "warning"},
    }


class Place:
    """A running program of one link kind."""

    def __init__(self, kind, enrolled=()):
        self.kind, self.family = kind, FAMILY[kind]
        self.lab = Lab()
        self.lab.host("ha")
        self.cables, self.program_mac = {}, {}
        for name in cables(kind):
            self.lab.ip("ha", "link", "add", name, "type", "veth", "peer", "name", name, "netns", self.lab.ns("switch"))
            for host in ("ha", "switch"):
                # A veth leaves checksums to hardware that is not there. No kernel has a say on either end.
                self.lab.run(host, "ethtool", "-K", name, "tx", "off")
                self.lab.sysctl(host, name, "disable_ipv6", 1)
                self.lab.ip(host, "link", "set", name, "up")
            self.program_mac[name] = self.lab.run("ha", "cat", "/sys/class/net/%s/address" % name).strip()
            self.cables[name] = Cable(self.lab.ns("switch"), name, name)
        self.cables["core"].neighbors[GATEWAY] = self.cables["core"].mac
        self.began = time.monotonic()
        self.configuration = configuration(kind, list(enrolled))
        self.locks, self.guard = {}, threading.Lock()
        self.start()

    def start(self):
        self.child = self.lab.homeport("ha", self.configuration)
        self.up = time.monotonic()
        wait_for("ports up", lambda: all(p["up"] for p in self.lab.api("/v1/status")["ports"]), 30)
        wait_for("an echo through the router", self.echo, 30)

    def restart(self):
        """Without a chance to say goodbye. For cases that run alone."""
        self.child.kill()
        self.child.wait()
        self.cables["core"].boxes.pop(0, None)
        self.start()

    def echo(self):
        """The router is known: while it is looked for, few packets wait (RFC 4861 §7.2.2)."""
        box = self.cables["core"].boxes.setdefault(0, Mailbox())
        self.cables["core"].frame(Ether(dst=self.program_mac["core"]) / IPv6(src="2001:db8:c0de::1", dst=CORE) / ICMPv6EchoRequest())
        time.sleep(0.1)
        return box.letters

    def address(self, prefix, rest):
        return PREFIX % (self.family, prefix) + rest

    def lock(self, name):
        """Of what cases share: a counter whose rise is judged, mostly."""
        with self.guard:
            return self.locks.setdefault(name, threading.Lock())

    def counter(self, name):
        """A dotted name of /v1/stats; a list of names is their sum."""
        v = self.lab.api("/v1/stats")
        total = 0
        for one in [name] if isinstance(name, str) else name:
            x = v
            for part in one.split("."):
                x = x.get(part, 0)
            total += x
        return total

    def binding(self, hoa):
        """What the program shows of a home address; None: nothing."""
        return self.of_binding(hoa, "GET")

    def revoke(self, hoa):
        """The operator takes a binding away; None: there is none."""
        return self.of_binding(hoa, "DELETE")

    def of_binding(self, hoa, method):
        try:
            return self.lab.api("/v1/bindings/" + hoa, method=method)
        except Failed as e:
            if ": 404 " in str(e):
                return None
            raise

    def alive(self):
        return self.child.poll() is None

    def log(self):
        return open(self.lab.path("ha.log"), errors="replace").read()

    def close(self):
        for c in self.cables.values():
            c.close()
        self.lab.close()


if __name__ == "__main__":
    print(json.dumps(configuration("real", []), indent=1))
