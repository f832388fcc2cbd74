# SPDX-License-Identifier: MIT
"""The server program as a child process."""

import http.client
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time

START_TIMEOUT = 20  # seconds


class RealServer:
    """memorykv-server on a port of its choice, from now on until stop(); in memory, or durable.

    roles names tokens and says what they may, as in {"writer": ["write", "user/"]}; then requests
    need one, and tokens has them by name. Those of request() have a token of their own.
    """

    def __init__(self, program, arguments, roles=None, durable=False):
        self._command = [program, "--address", "127.0.0.1", "--port", "0", *arguments]
        self._folder = tempfile.TemporaryDirectory(prefix="memorykv-server-")
        if durable:
            data = os.path.join(self._folder.name, "data")
            os.mkdir(data)
            self._command += ["--data-dir", data]
        self.tokens = {}
        if roles:
            self._make_tokens(program, {**roles, None: ["admin"]})
        self.start()

    def _make_tokens(self, program, roles):
        self._lines = {}
        for name, role in roles.items():
            done = subprocess.run([program, "--new-token", *role], text=True, check=True,
                                  capture_output=True)
            self.tokens[name], self._lines[name] = done.stdout.splitlines()
        self._file = os.path.join(self._folder.name, "tokens")
        self._write_tokens()
        self._command += ["--token-file", self._file]

    def _write_tokens(self):
        with open(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(self._lines.values()) + "\n")

    def withdraw(self, name):
        """The token of this name is good no longer."""
        del self._lines[name]
        self._write_tokens()
        self._process.send_signal(signal.SIGHUP)

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
            if found := re.search(r"listening on https?://[^\s:]+:(\d+)", line):
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
            headers = dict(headers or {})
            if None in self.tokens:
                headers["Authorization"] = f"Bearer {self.tokens[None]}"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
