# SPDX-License-Identifier: BSD-3-Clause
"""Networks of real Linux kernels on this machine, and the programs in them: for the demo and for scenes. Everything has names of its own
(two labs run side by side) and goes away on every way out."""
import atexit
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("HP_BUILD", "build"))
HOMEPORT = BUILD + "/app/homeport/homeport"
NODE = BUILD + "/app/homeport-mn/homeport-mn"
CTL = BUILD + "/app/homeportctl/homeportctl"
DELAY = BUILD + "/tests/netns/delay"
SLOW = 3 if "asan" in BUILD else 1
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Failed(Exception):
    pass


def sh(*argv, check=True, quiet=True):
    p = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if check and p.returncode:
        raise Failed("%s: %s%s" % (" ".join(map(str, argv)), p.stdout, p.stderr))
    return p.stdout


def wait_for(what, condition, seconds):
    """Polls until `condition` is true; seconds is ten times what it should take."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        try:
            value = condition()
        except (OSError, ValueError, KeyError, Failed):
            value = None
        if value:
            return value
        time.sleep(0.02)
    raise Failed("not within %d s: %s" % (seconds * SLOW, what))


def dumped(pid):
    """What a core dump would hold: all memory that is not marked to be left out."""
    with open("/proc/%d/smaps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        area = None
        for line in maps:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r?)", line)
            if m:
                area = (int(m.group(1), 16), int(m.group(2), 16)) if m.group(3) and "[v" not in line else None
            elif line.startswith("VmFlags:") and area and " dd" not in line and area[1] - area[0] < 1 << 30:
                mem.seek(area[0])
                yield mem.read(area[1] - area[0])


class Lab:
    """One set of namespaces: `lab.host(name)` makes one, `lab.switch(name)` an Ethernet, `lab.plug(host, interface, switch)` joins them."""

    def __init__(self, keep=False):
        self.id = "hp%d" % os.getpid()
        self.keep = keep
        self.folder = tempfile.mkdtemp(prefix="homeport-lab-")
        self.hosts, self.children = [], []
        self.closed = False
        atexit.register(self.close)
        for s in ENDING:
            signal.signal(s, lambda *_: sys.exit(1))
        self.host("switch")

    def close(self):
        if self.closed or self.keep:
            return
        self.closed = True
        # Who interrupts twice still wants it gone.
        before = [signal.signal(s, signal.SIG_IGN) for s in ENDING]
        for c in reversed(self.children):
            stop(c)
        for h in self.hosts:
            # What our children have started and left (radvd's second half).
            for pid in sh("ip", "netns", "pids", self.ns(h), check=False).split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            sh("ip", "netns", "del", self.ns(h), check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        # What a DPDK program of ours keeps beside its socket while it runs.
        for d in ("/var/run/dpdk/homeport-" + self.id, "/var/run/dpdk/homeport-" + self.id + "b"):
            shutil.rmtree(d, ignore_errors=True)
        for s, handler in zip(ENDING, before):
            signal.signal(s, handler)

    def ns(self, host):
        return "%s-%s" % (self.id, host)

    def host(self, name):
        self.hosts.append(name)
        sh("ip", "netns", "add", self.ns(name))
        self.ip(name, "link", "set", "lo", "up")
        # No surprises of temporary addresses or of duplicate address detection on what we set up ourselves.
        self.sysctl(name, "all", "use_tempaddr", 0)

    def ip(self, host, *argv, check=True):
        return sh("ip", "-n", self.ns(host), *argv, check=check)

    def sysctl(self, host, interface, key, value):
        sh("ip", "netns", "exec", self.ns(host), "sysctl", "-qw", "net.ipv6.conf.%s.%s=%s" % (interface.replace(".", "/"), key, value))

    def run(self, host, *argv, check=True):
        return sh("ip", "netns", "exec", self.ns(host), *argv, check=check)

    def ping(self, host, address, *more, count=3):
        """Whether so many echoes are answered. With a deadline: without one, ping waits but two round trips for the last ones, which is
        nothing on a machine that is busy elsewhere."""
        out = self.run(host, "ping", "-c", count, "-i", 0.1, "-w", 10 * SLOW, *more, address, check=False)
        return " %d received" % count in out

    def start(self, host, *argv, log=None, **kw):
        out = open(log, "wb") if log else subprocess.DEVNULL
        c = subprocess.Popen(["ip", "netns", "exec", self.ns(host), *map(str, argv)], stdin=kw.pop("stdin", subprocess.DEVNULL), stdout=kw.pop("stdout", out),
                             stderr=out if log else subprocess.DEVNULL, **kw)
        self.children.append(c)
        return c

    def switch(self, name):
        self.ip("switch", "link", "add", name, "type", "bridge", "forward_delay", 0, "mcast_snooping", 0)
        self.sysctl("switch", name, "disable_ipv6", 1)
        self.ip("switch", "link", "set", name, "up")

    def plug(self, host, interface, switch=None, dpdk=False):
        """A cable from a host to a switch. dpdk: the kernel of that host keeps off it."""
        port = "%s-%s" % (host[:6], interface[:8])
        self.ip(host, "link", "add", interface, "type", "veth", "peer", "name", port, "netns", self.ns("switch"))
        self.sysctl("switch", port, "disable_ipv6", 1)
        # A veth leaves checksums to hardware that is not there: whoever reads raw frames would see wrong ones.
        self.run(host, "ethtool", "-K", interface, "tx", "off")
        if dpdk:
            self.sysctl(host, interface, "disable_ipv6", 1)
        self.ip(host, "link", "set", interface, "up")
        self.ip("switch", "link", "set", port, "up")
        if switch:
            self.ip("switch", "link", "set", port, "master", switch)

    def move(self, host, interface, switch):
        """The cable into another switch: the carrier goes and comes, as it does when a radio changes cells. switch None: unplugged."""
        port = "%s-%s" % (host[:6], interface[:8])
        self.ip("switch", "link", "set", port, "down")
        self.ip("switch", "link", "set", port, "nomaster")
        # Addresses and routes of the old network go with the carrier, as network managers do it.
        self.ip(host, "link", "set", interface, "down")
        if switch:
            self.ip("switch", "link", "set", port, "master", switch)
            self.ip("switch", "link", "set", port, "up")
            self.ip(host, "link", "set", interface, "up")

    def distance(self, near, far, ms):
        """A long cable between two switches: every frame takes so long, in order, each way."""
        ends = [near[:10] + "-long", far[:10] + "-long"]
        self.start("switch", DELAY, ms, *ends, log=self.path("delay.log"))
        for switch, end in zip((near, far), ends):
            wait_for("the long cable", lambda: self.ip("switch", "link", "show", end), 10)
            self.sysctl("switch", end, "disable_ipv6", 1)
            self.ip("switch", "link", "set", end, "master", switch)
            self.ip("switch", "link", "set", end, "up")

    def address(self, host, interface, *addresses):
        for a in addresses:
            self.ip(host, "addr", "add", a, "dev", interface, "nodad")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, conf):
        """A configuration, which may hold keys: for its owner only."""
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            json.dump(conf, f, indent=1)

    # The programs.

    def homeport(self, host, conf, name="ha"):
        conf = {"name": self.id + ("" if name == "ha" else "b"), "runtime": {"management_core": 0, "worker_cores": [os.cpu_count() - 1], "idle": "sleep", "memory_mb": 256},
                "api": {"unix": self.path(name + ".sock")}, "log": {"level": "debug"}, **conf}
        if conf["home_agent"].get("authentication") != "none":
            conf = {"store": {"path": self.path(name + ".store")}, **conf}
        self.write(name + ".json", conf)
        began = time.monotonic()
        child = self.start(host, HOMEPORT, "--config", self.path(name + ".json"), log=self.path(name + ".log"))

        def up():
            if child.poll() is not None:
                raise SystemExit("homeport ended: " + open(self.path(name + ".log")).read())
            return self.api("/v1/status", name)

        wait_for("homeport up", up, 30)
        child.started_s = time.monotonic() - began
        return child

    def node(self, host, conf, name="mn"):
        conf = {"api": {"unix": self.path(name + ".sock")}, "log": {"level": "debug"}, **conf}
        self.write(name + ".json", conf)
        child = self.start(host, NODE, "--config", self.path(name + ".json"), log=self.path(name + ".log"))
        wait_for("homeport-mn up", lambda: self.api("/v1/status", name), 20)
        return child

    def radvd(self, host, prefixes, fast=True):
        """Kernel router with radvd: {interface: prefix}. Routers of access networks that serve roaming hosts advertise often."""
        text = ""
        for interface, prefix in prefixes.items():
            text += "interface %s { AdvSendAdvert on; UnicastOnly off; MinRtrAdvInterval 0.05; MaxRtrAdvInterval 0.1; MinDelayBetweenRAs 0.03; AdvDefaultLifetime 1800;" \
                    " AdvHomeAgentFlag off; AdvHomeAgentInfo off; AdvIntervalOpt on; prefix %s { AdvOnLink on; AdvAutonomous on; }; };\n" % (interface, prefix)
        open(self.path("radvd.conf"), "w").write(text)
        return self.start(host, "radvd", "-n", "-C", self.path("radvd.conf"), "-p", self.path("radvd.pid"), "-m", "logfile", "-l", self.path("radvd.log"))

    def api(self, path, name="ha", method="GET", body=None):
        """(status, body) of anything but 200 raises; JSON is read."""
        c = Unix(self.path(name + ".sock"))
        c.request(method, path, body)
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        if r.status >= 300:
            raise Failed("%s %s: %d %s" % (method, path, r.status, text))
        return json.loads(text) if text.startswith("{") else text or True

    def counter(self, dotted, name="ha"):
        v = self.api("/v1/stats", name)
        for part in dotted.split("."):
            v = v[part]
        return v

    def bindings(self):
        return {b["home_address"]: b for b in self.api("/v1/bindings?limit=1000")["bindings"]}


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("homeport", timeout=10)
        self.unix = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.unix)


def stop(child, grace=3):
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(grace * SLOW)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Scene:
    """`ok NAME` or `not ok NAME: why` a check, exit status 1 if one failed."""

    def __init__(self):
        self.bad = 0

    def check(self, name, good, why=""):
        print("ok %s" % name if good else "not ok %s: %s" % (name, why), flush=True)
        self.bad += not good
        return good

    def step(self, name, function, *args, **kw):
        try:
            why = function(*args, **kw)
            return self.check(name, why in (None, True), why)
        except Exception as e:  # noqa: BLE001 a scene goes on after a failed check
            return self.check(name, False, "%s: %s" % (type(e).__name__, e))

    def end(self, lab=None):
        if self.bad and lab:
            for name in sorted(os.listdir(lab.folder)):
                if name.endswith(".log"):
                    print("--- %s\n%s" % (name, "\n".join(open(lab.path(name), errors="replace").read().splitlines()[-40:])))
        if lab:
            lab.close()
        sys.exit(1 if self.bad else 0)


# The networks most scenes live in:
#
#     home link 2001:db8:1::/64            core 2001:db8:f::/64
#   ──┬──────────┬─────── ha ───────────────┬──────── core router ──┬─ cn   2001:db8:c::/64
#     mn (home)  host                                              ├─ visa 2001:db8:a::/64 ── mn (visiting A)
#                                                                  └─ visb 2001:db8:b::/64 ── mn (visiting B)
HOME = "2001:db8:1::"
AGENT = "2001:db8:1::1"
HOA = "2001:db8:1::100"
CN = "2001:db8:c::2"


def networks(lab, host=False):
    for s in ("home", "core", "cn", "visa", "visb"):
        lab.switch(s)
    for h in ("ha", "core", "cn", "mn"):
        lab.host(h)
    lab.plug("ha", "home0", "home", dpdk=True)
    lab.plug("ha", "core0", "core", dpdk=True)
    lab.sysctl("core", "all", "forwarding", 1)
    for interface, address in (("core", "2001:db8:f::fe"), ("cn", "2001:db8:c::1"), ("visa", "2001:db8:a::1"), ("visb", "2001:db8:b::1")):
        lab.plug("core", interface, interface)
        lab.address("core", interface, address + "/64")
    lab.ip("core", "route", "add", HOME + "/64", "via", "2001:db8:f::1")
    lab.ip("core", "route", "add", "2001:db8:2::/64", "via", "2001:db8:f::1")
    lab.plug("cn", "eth0", "cn")
    lab.address("cn", "eth0", CN + "/64")
    lab.ip("cn", "route", "add", "default", "via", "2001:db8:c::1")
    lab.plug("mn", "wlan0")
    # What a roaming host does: no delay before its first probe of a new address.
    lab.sysctl("mn", "wlan0", "dad_transmits", 0)
    if host:
        lab.host("host")
        lab.plug("host", "eth0", "home")
        lab.address("host", "eth0", "2001:db8:1::50/64")
        lab.ip("host", "route", "add", "default", "via", AGENT)


def agent_conf(**home_agent):
    return {
        "ports": [{"name": "p0", "device": "net_af_packet0,iface=home0"}, {"name": "p1", "device": "net_af_packet1,iface=core0"}],
        "links": [{"name": "home", "port": "p0", "dad_transmits": 0, "addresses": [AGENT + "/64"],
                   "router_advertisement": {"enabled": True, "min_interval_ms": 50, "max_interval_ms": 100, "min_delay_ms": 30}},
                  {"name": "core", "port": "p1", "dad_transmits": 0, "addresses": ["2001:db8:f::1/64"]},
                  {"name": "virtual", "port": None, "addresses": ["2001:db8:2::1/64"]}],
        "routes": [{"prefix": "::/0", "via": "2001:db8:f::fe", "link": "core"}],
        "home_agent": {"links": ["home", "virtual"], "max_bindings": 4096, "authentication": "none", **home_agent},
    }


def node_conf(**more):
    return {"homes": [{"home_address": HOA, "home_agent": AGENT, "virtual_interface": "hp0"}], "interfaces": [{"name": "wlan0", "preference": 10}], "lifetime_s": 60, **more}
