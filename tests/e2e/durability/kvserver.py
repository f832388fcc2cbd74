# SPDX-License-Identifier: GPL-3.0-only
"""The server program as a child process that can be killed and started again on its directory."""

import ctypes
import os
import re
import signal
import subprocess
import tempfile
import time

from kvclient import Client

START_SECONDS = 60
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ServerError(Exception):
    """The program did not do what it was started for; the text has what it wrote."""


class Server:
    """memorykv-server with `options`, started on a port that it picks itself.

    A context: leaving it kills what still runs. The program never outlives this process.
    """

    def __init__(self, path, *options, prepare=None):
        self._path = path
        self.options = list(options)
        self._prepare = prepare
        self._output = tempfile.TemporaryFile()
        self._client = None
        self.process = None
        self.port = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self._drop_client()
        self._output.close()

    def launch(self, *more, words=None):
        """Starts the program without waiting for it. `words` replaces all arguments."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("MEMORYKV_") and name not in ("PORT", "METRICS_PORT")
        }

        def prepare():
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if self._prepare:
                self._prepare()

        self.port = None
        self._drop_client()
        self._output.truncate(0)
        self._output.seek(0)
        arguments = ["--port", "0", *self.options, *more] if words is None else words
        self.process = subprocess.Popen(
            [self._path, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            env=environment,
            preexec_fn=prepare,
        )

    def start(self, *more):
        """Starts the program and waits until it serves. ServerError when it does not."""
        self.launch(*more)
        self.wait_for_port(r"listening on http://[^\s:]+:(\d+)")
        return self

    def wait_for_port(self, pattern):
        """Waits until the program has written `pattern`, the port as its group."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            ended = self.process.poll() is not None
            found = re.search(pattern, self.output())
            if found:
                self.port = int(found.group(1))
                return
            if ended or time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"the server does not serve:\n{self.output()}")
            time.sleep(0.002)

    def run(self, *words):
        """Runs the program with just these arguments to its end; returns (exit code, output)."""
        self.launch(words=list(words))
        code = self.process.wait(START_SECONDS)
        return code, self.output()

    def output(self):
        """What the program has written since it was started."""
        return os.pread(self._output.fileno(), 1 << 24, 0).decode(errors="replace")

    def client(self):
        """A client for one thread, on a connection that is kept."""
        if self._client is None:
            self._client = Client(self.port)
        return self._client

    def _drop_client(self):
        if self._client:
            self._client.close()
            self._client = None

    def wait(self):
        """Waits for the program's end; the exit code."""
        return self.process.wait(START_SECONDS)

    def stop(self):
        """Ends the program in good order. ServerError when that is not exit code 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.wait()
        if code != 0:
            raise ServerError(f"exit code {code} after SIGTERM:\n{self.output()}")

    def kill(self):
        """Ends the program as a crash would."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
