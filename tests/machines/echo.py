#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""echo.py ADDRESS PORT: what comes by TCP goes back, one connection after the other."""
import socket
import sys

listening = socket.create_server((sys.argv[1], int(sys.argv[2])), family=socket.AF_INET6)
print("it echoes", flush=True)
while True:
    s, _ = listening.accept()
    with s:
        while data := s.recv(65536):
            s.sendall(data)
