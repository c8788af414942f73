#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every golden case: the driver's pcap files octet by octet against the committed ones (the flow label of tunnel packets masked: set, and
one a flow; what is in ESP as Scapy proves and decrypts it), punts and counters exactly. Then tshark reads all that is expected, and what was sent under
ESP, and must not complain."""
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

from scapy.all import rdpcap, raw

from esp import opened, tshark_options

driver, folder = sys.argv[1:3]
bad = 0
AGENT = bytes.fromhex("20010db8000200000000000000000001")


def check(name, why):
    global bad
    print("ok %s" % name if not why else "not ok %s: %s" % (name, why), flush=True)
    bad += bool(why)


def frames(path):
    return [raw(p) for p in rdpcap(path)] if os.path.getsize(path) > 24 else []


def masked(frame):
    """The frame with the outer flow label of a tunnel packet cleared, and (label, flow) of it."""
    at = 18 if frame[12:14] == b"\x81\x00" else 14
    ip = frame[at:]
    nxt, body = ip[6], ip[40:]
    if nxt == 60:
        nxt, body = body[0], body[8:]
    if nxt == 50 and ip[8:24] == AGENT:
        try:
            return frame[:at] + bytes([ip[0], ip[1] & 0xf0, 0, 0]) + opened(ip)[4:], (int.from_bytes(ip[1:4], "big") & 0xfffff, frame)
        except Exception as e:  # Scapy has a dozen for what is wrong with a packet
            return repr(e).encode(), None
    if nxt != 41 or ip[0] >> 4 != 6:
        return frame, None
    label = int.from_bytes(ip[1:4], "big") & 0xfffff
    cleared = bytearray(frame)
    cleared[at + 1] &= 0xf0
    cleared[at + 2] = cleared[at + 3] = 0
    return bytes(cleared), (label, body[8:40])


def run(case):
    with tempfile.TemporaryDirectory() as t:
        vdevs = ["--vdev=net_pcap%d,rx_pcap=%s/in%d.pcap,tx_pcap=%s/out%d.pcap" % (i, case, i, t, i) for i in (0, 1)]
        prefix = "homeport-golden-%d-%s" % (os.getpid(), os.path.basename(case))
        p = subprocess.run([driver, "--no-huge", "-m", "192", "--no-pci", "--no-telemetry", "--no-shconf", "--log-level=error", "--lcores=0@0", "--file-prefix=" + prefix, *vdevs],
                           capture_output=True, text=True, timeout=60)
        shutil.rmtree("/var/run/dpdk/" + prefix, ignore_errors=True)
        if p.returncode:
            return "the driver: %d %s" % (p.returncode, p.stderr[-2000:])
        expect = json.load(open(case + "/expect.json"))
        lines = p.stdout.splitlines()
        punts = sorted(x[5:] for x in lines if x.startswith("punt "))
        if punts != sorted(expect["punts"]):
            return "punted %s, want %s" % (punts, expect["punts"])
        counters = {x.split()[1]: int(x.split()[2]) for x in lines if x.startswith("counter ")}
        if counters != expect["counters"]:
            return "counters %s, want %s" % (dict(counters.items() - expect["counters"].items()), dict(expect["counters"].items() - counters.items()))
        account = {x.split()[1]: [int(v) for v in x.split()[2:]] for x in lines if x.startswith("account ")}
        if account != expect["account"]:
            return "accounted %s, want %s" % (account, expect["account"])
        used = [int(x.split()[1]) for x in lines if x.startswith("used ")]
        if used != expect["used"]:
            return "bindings of correspondents used %s, want %s" % (used, expect["used"])
        flows = {}
        for i in (0, 1):
            got, want = frames("%s/out%d.pcap" % (t, i)), frames("%s/out%d.pcap" % (case, i))
            if len(got) != len(want):
                return "port %d sent %d frames, want %d" % (i, len(got), len(want))
            got, want = [masked(f) for f in got], [masked(f) for f in want]
            if expect["mixed"]:
                got, want = sorted(got, key=lambda f: f[0]), sorted(want, key=lambda f: f[0])
            for n, ((g, label), (w, _)) in enumerate(zip(got, want)):
                if g != w:
                    return "port %d, frame %d:\n  found %s\n  want  %s" % (i, n, g.hex(), w.hex())
                if label and not label[0]:
                    return "port %d, frame %d: outer flow label 0" % (i, n)
                if label and flows.setdefault(label[1], label[0]) != label[0]:
                    return "port %d, frame %d: two labels in one flow" % (i, n)
            if os.path.basename(case) in ("esp-out", "esp-hairpin") and i:
                return undecrypted("%s/out%d.pcap" % (t, i), len(want))


def undecrypted(path, n):
    """What tshark could not prove and decrypt of n packets: inside must be UDP, its checksum right."""
    out = subprocess.run(["tshark", *tshark_options(), "-o", "udp.check_checksum:TRUE", "-r", path, "-Y", "esp.icv_good == 1 && udp.checksum.status == 1", "-T", "fields", "-e", "frame.number"], capture_output=True, text=True)
    if len(out.stdout.split()) != n:
        return "tshark decrypted %d of %d packets under ESP %s" % (len(out.stdout.split()), n, out.stderr)


def tshark(path):
    if os.path.getsize(path) > 24 and not json.load(open(os.path.dirname(path) + "/expect.json"))["broken"]:
        out = subprocess.run(["tshark", "-o", "udp.check_checksum:TRUE", "-r", path, "-Y", "_ws.malformed || _ws.expert.severity >= 0x600000", "-T", "fields", "-e", "frame.number"], capture_output=True, text=True).stdout
        if out.strip():
            return "%s: frames %s" % (path, out.split())


with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
    folders = sorted(os.path.dirname(p) for p in glob.glob(folder + "/*/expect.json"))
    for path, why in zip(folders, pool.map(run, folders)):
        check(os.path.basename(path), why)
    check("tshark reads every expected packet that is not broken on purpose without complaint", next(filter(None, pool.map(tshark, sorted(glob.glob(folder + "/*/out?.pcap")))), None))
sys.exit(1 if bad else 0)
