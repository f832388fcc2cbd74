# SPDX-License-Identifier: MIT
"""The server program as a child process."""

import http.client
import os
import queue
import re
import subprocess
import threading
import time

START_TIMEOUT = 20  # seconds


class RealServer:
    """memorykv-server, in memory, on a port of its choice, from now on until stop()."""

    def __init__(self, program, arguments):
        self._command = [program, "--address", "127.0.0.1", "--port", "0", *arguments]
        self.start()

    def start(self):
        # Settings of whoever runs this must not reach the server.
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("MEMORYKV_")
                       and name not in ("PORT", "METRICS_PORT")}
        self._process = subprocess.Popen(self._command, env=environment, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(self._process.stderr, lines),
                         daemon=True).start()
        seen = []
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            try:
                line = lines.get(timeout=START_TIMEOUT)
            except queue.Empty:
                break
            if line is None:
                break
            seen.append(line)
            if found := re.search(r"listening on http://[^\s:]+:(\d+)", line):
                self.port = int(found.group(1))
                return
        self.stop()
        raise SystemExit("the server does not start:\n" + "".join(seen))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @staticmethod
    def _read(stream, lines):
        # Goes on reading for as long as the server writes, so that it never blocks.
        for line in stream:
            lines.put(line.decode(errors="replace"))
        lines.put(None)

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def request(self, method, path, body=None, headers=None):
        """(status, body) of a request that does not go through the SDK."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
