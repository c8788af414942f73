#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""exchange.py HOA SERVER PORT OCTETS: so many octets there by TCP, which come back."""
import os
import socket
import sys
import threading

hoa, server, port, octets = sys.argv[1:3] + list(map(int, sys.argv[3:5]))
data, back = os.urandom(octets), b""
s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
s.settimeout(20)
s.bind((hoa, 0))
s.connect((server, port))
threading.Thread(target=s.sendall, args=(data,)).start()
while len(back) < octets:
    more = s.recv(65536)
    if not more:
        break
    back += more
print("exchanged %d octets by TCP: %s" % (octets, "whole" if back == data else "NOT WHOLE, %d came back" % len(back)), flush=True)
