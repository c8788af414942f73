# SPDX-License-Identifier: BSD-3-Clause
"""More packets than anybody may send, and what an honest node does meanwhile. Floods are bounded by their number, never by a clock."""
import contextlib
import threading
import time

from lab import Failed
from packets import Ether


def insist(t, packet, match, what):
    """A node's own retransmissions: the packet anew until the answer comes."""
    end = time.monotonic() + 120
    t.forget()
    while time.monotonic() < end:
        t.send(packet())
        try:
            return t.wait(match, 0.5)
        except Failed:
            pass
    raise Failed("nothing came: " + what)


@contextlib.contextmanager
def pouring(t, frames, count):
    """So many frames on their way, the given ones again and again: packets with the port they go into and the link-layer destination, None: the
    program's. All are sent by the end."""
    built = []
    for p, port, to in frames:
        cable = t.place.cables[port]
        built.append((cable, bytes(Ether(src=cable.mac, dst=to or t.place.program_mac[port], type=0x86dd) / p)))

    def pour():
        for _ in range(count // len(built)):
            for cable, frame in built:
                try:
                    cable.socket.send(frame)
                except OSError:
                    time.sleep(0.001)  # the queue of the cable is full

    thread = threading.Thread(target=pour)
    thread.start()
    try:
        yield
    finally:
        thread.join()
