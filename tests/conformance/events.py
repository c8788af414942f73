# SPDX-License-Identifier: BSD-3-Clause
"""What the operator is told as it happens."""
import json
import threading

from lab import Unix


class Events:
    """The stream of events, heard by a thread."""

    def __init__(self, lab):
        self.connection = Unix(lab.path("ha.sock"))
        self.connection.request("GET", "/v1/events")
        self.answer = self.connection.getresponse()
        self.connection.sock.settimeout(None) if self.connection.sock else None
        self.heard, self.more = [], threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        name = None
        for line in self.answer:
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                with self.more:
                    self.heard.append((name, json.loads(value)))
                    self.more.notify_all()

    def wait(self, match, seconds):
        with self.more:
            self.more.wait_for(lambda: any(match(*e) for e in self.heard), seconds)
            return next((data for name, data in self.heard if match(name, data)), None)
