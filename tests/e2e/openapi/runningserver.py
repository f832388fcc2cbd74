# SPDX-License-Identifier: GPL-3.0-only
"""The server program as a child process, on a port it picks itself."""

import os
import signal
import subprocess
import threading

START_SECONDS = 30
STOP_SECONDS = 30


class RunningServer:
    """Starts the program at `path` on entering and stops it on leaving; `url` says where it is.

    What the program writes to standard error is kept in `log`. Leaving raises RuntimeError when the
    program does not stop cleanly, unless another error is already on its way.
    """

    LISTENING = "listening on "

    def __init__(self, path, *options):
        self.log = []
        self.url = None
        self._path = path
        self._options = options
        self._listening = threading.Event()

    def __enter__(self):
        # Settings of the person who runs the tests must not reach the program.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("MEMORYKV_") and name not in ("PORT", "METRICS_PORT")
        }
        self._process = subprocess.Popen(
            [self._path, "--port", "0", *self._options],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._listening.wait(START_SECONDS)
        if self.url is None:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"{self._path} does not listen:\n" + "".join(self.log))
        return self

    def __exit__(self, kind, error, trace):
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = f"none within {STOP_SECONDS} s of SIGTERM"
            self._process.wait()
        self._reader.join()
        if code != 0 and kind is None:
            raise RuntimeError(f"{self._path} ended with exit code {code}:\n" + "".join(self.log[-50:]))

    def _read(self):
        for line in self._process.stderr:
            self.log.append(line)
            at = line.find(self.LISTENING)
            if at >= 0 and self.url is None:
                self.url = line[at + len(self.LISTENING) :].strip()
                self._listening.set()
        self._listening.set()
