# SPDX-License-Identifier: BSD-3-Clause
"""Machines with kernels of their own in a lab: emulated ones (QEMU, no KVM) with Debian's kernel, busybox and what a scene puts into them, a
shell on their serial line; user-mode-linux, a process whose kernel has what this machine's lacks."""
import glob
import os
import re
import shutil
import socket
import subprocess
import time

from lab import ROOT, Failed, wait_for

CACHE = ROOT + "/build/machines"
PMDS = "/usr/lib/x86_64-linux-gnu/dpdk/pmds-*/librte_%s.so.*.0"


def kernel():
    """Debian's own kernel image, unpacked, not installed; by its exact name."""
    depends = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], capture_output=True, text=True, check=True).stdout
    name = re.search(r"Depends: (linux-image-6\.1\.0-\d+-amd64)", depends).group(1)
    folder = "%s/%s" % (CACHE, name)
    if not os.path.exists(folder + "/done"):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", name], cwd=folder, check=True, capture_output=True)
        subprocess.run(["dpkg", "-x", glob.glob(folder + "/*.deb")[0], folder], check=True)
        os.unlink(glob.glob(folder + "/*.deb")[0])
        open(folder + "/done", "w").close()
    return folder


def drivers(*names):
    """Files of DPDK drivers, the few wanted: without a list EAL would load them all."""
    return sorted(f for n in names for f in glob.glob(PMDS % n))


class Machine:
    """init: a script of tests/machines; modules: names, in the order they are loaded; programs and libraries: files; files: {name: text}."""

    def __init__(self, lab, host, init, qemu, modules=(), programs=(), libraries=(), files=None, memory=1536, cpus=1, append=""):
        self.lab, self.text, self.n = lab, "", 0
        folder = kernel()
        tree = self.tree(folder, init, modules, programs, libraries, files or {})
        self.child = lab.start(host, "qemu-system-x86_64", "-cpu", "max", "-m", memory, "-smp", cpus, "-display", "none", "-no-reboot", "-nodefaults",
                               "-kernel", glob.glob(folder + "/boot/vmlinuz-*")[0], "-initrd", tree, "-append", "console=ttyS0 quiet panic=-1 " + append,
                               "-serial", "unix:%s,server=on,wait=off" % lab.path("serial"), "-monitor", "unix:%s,server=on,wait=off" % lab.path("monitor"), *qemu, log=lab.path("qemu.log"))
        wait_for("QEMU", lambda: os.path.exists(lab.path("serial")) and os.path.exists(lab.path("monitor")), 20)
        self.serial = socket.socket(socket.AF_UNIX)
        self.serial.connect(lab.path("serial"))
        self.serial.settimeout(1)

    def tree(self, folder, init, modules, programs, libraries, files):
        root = self.lab.path("root")
        for d in ("bin", "lib", "lib64", "modules", "proc", "sys", "dev"):
            os.makedirs(root + "/" + d)
        shutil.copy("/bin/busybox", root + "/bin/busybox")
        os.symlink("busybox", root + "/bin/sh")
        shutil.copy(ROOT + "/tests/machines/" + init, root + "/init")
        needed = set(libraries)
        for f in [*programs, *libraries]:
            needed |= set(re.findall(r"=> (/\S+)", subprocess.run(["ldd", f], capture_output=True, text=True).stdout))
        for f in programs:
            shutil.copy(f, root + "/bin/")
        for f in needed:
            shutil.copy(f, root + "/lib/" + os.path.basename(f))
        shutil.copy("/lib64/ld-linux-x86-64.so.2", root + "/lib64/")
        for i, m in enumerate(modules):
            shutil.copy(glob.glob("%s/lib/modules/*/kernel/**/%s.ko" % (folder, m), recursive=True)[0], "%s/modules/%02d-%s.ko" % (root, i, m))
        for name, text in files.items():
            with open(root + "/" + name, "w") as f:
                f.write(text)
        subprocess.run("find . | cpio -o -H newc --quiet > ../initrd", shell=True, cwd=root, check=True)
        shutil.rmtree(root)
        return self.lab.path("initrd")

    def read(self):
        try:
            data = self.serial.recv(65536).decode(errors="replace")
        except TimeoutError:
            return
        self.text += data
        with open(self.lab.path("serial.log"), "a") as f:
            f.write(data)

    def booted(self, mark="guest ready", seconds=150):
        end = time.monotonic() + seconds
        while mark not in self.text and "Kernel panic" not in self.text and time.monotonic() < end:
            self.read()
        if mark not in self.text:
            return False
        self.run("stty -echo; PS1=")
        return True

    def run(self, command, seconds=60):
        """A command in the guest's shell; its output, None: it did not end."""
        self.n += 1
        self.text = ""
        self.serial.sendall(("%s; echo done=$?=%d\n" % (command, self.n)).encode())
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            m = re.search(r"done=(\d+)=%d\r?\n" % self.n, self.text)
            if m:
                return self.text[:m.start()]
            self.read()
        return None

    def set_link(self, device, state):
        m = socket.socket(socket.AF_UNIX)
        m.connect(self.lab.path("monitor"))
        m.sendall(("set_link %s %s\n" % (device, state)).encode())
        time.sleep(0.5)
        m.close()


class UserModeLinux:
    """A guest on an Ethernet of the lab: `init` of tests/machines with `words` (hp_…) on its kernel's command line; what it says goes to a file."""

    def __init__(self, lab, switch, init, **words):
        lab.ip("switch", "tuntap", "add", "uml", "mode", "tap")
        lab.sysctl("switch", "uml", "disable_ipv6", 1)
        lab.ip("switch", "link", "set", "uml", "master", switch)
        lab.ip("switch", "link", "set", "uml", "up")
        os.makedirs(lab.path("lib"))
        os.symlink("/usr/lib/uml/modules", lab.path("lib/modules"))
        self.out = lab.path("guest.txt")
        open(self.out, "w").close()
        words.update(out=self.out, modules=lab.folder)
        self.child = lab.start("switch", "linux.uml", "mem=256M", "con=null", "con0=null,fd:1", "rootfstype=hostfs", "rootflags=/", "rw", "quiet", "uml_dir=" + lab.folder,
                               "init=" + ROOT + "/tests/machines/" + init, "vec0:transport=tap,ifname=uml,depth=128", *["hp_%s=%s" % w for w in words.items()],
                               log=lab.path("uml.log"), env={**os.environ, "TMPDIR": lab.folder})

    def text(self):
        return open(self.out, errors="replace").read()

    def finished(self, seconds=150):
        """What it has said when it says no more; why it never came to its end, if so."""
        try:
            wait_for("the guest", lambda: "finished" in self.text() or self.child.poll() is not None, seconds)
        except Failed as e:
            return self.text(), str(e)
        return self.text(), None if "finished" in self.text() else "it ended"
