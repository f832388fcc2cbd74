# SPDX-License-Identifier: GPL-3.0-only
"""Consumers of the feed that read on a thread of their own until the connection ends."""

import base64
import json
import os
import socket
import struct
import threading
import time

from kvclient import HOST

MUTATIONS = "insert,touch,delete,delete_prefix,delete_all,expire"
WAIT_SECONDS = 60


class FeedError(Exception):
    """The feed was refused or said what is no event."""


class Feed:
    """The changes after the position `since` ("epoch:seq") in JSON, in `events` as they come.

    `lines` has the same as it was sent. Only whole messages count.
    """

    def __init__(self, port, since):
        self.events = []
        self.lines = []
        self.closed = False
        self._changed = threading.Condition()
        self._socket = socket.create_connection((HOST, port), timeout=WAIT_SECONDS)
        self._stream = self._socket.makefile("rb")
        target = f"/wal?format=json&lossless=true&op={MUTATIONS}"
        self._request(target, since)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _read_head(self, status):
        head = self._stream.readline()
        if f" {status} ".encode() not in head:
            raise FeedError(f"the feed was refused: {head!r} {self._stream.read(2000)!r}")
        while self._stream.readline() not in (b"\r\n", b""):
            pass

    def _run(self):
        try:
            while (line := self._next()) is not None:
                event = json.loads(line)
                with self._changed:
                    self.lines.append(line)
                    self.events.append(event)
                    self._changed.notify_all()
        except (OSError, EOFError):
            pass
        finally:
            with self._changed:
                self.closed = True
                self._changed.notify_all()

    def _exactly(self, size):
        data = self._stream.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def wait_for(self, seq):
        """Waits until the change `seq` or a later one has come."""
        deadline = time.monotonic() + WAIT_SECONDS
        with self._changed:
            while not self.events or self.events[-1].get("seq", 0) < seq:
                if self.closed or not self._changed.wait(deadline - time.monotonic()):
                    last = self.lines[-1] if self.lines else b"nothing"
                    raise FeedError(f"waited for seq {seq}; the last that came was {last!r}"
                                    + (" and the feed closed" if self.closed else ""))

    def wait_closed(self):
        self._thread.join(WAIT_SECONDS)
        if self._thread.is_alive():
            raise FeedError("the connection did not end")
        self._stream.close()
        self._socket.close()

    def close(self):
        """Ends the connection from this side."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.wait_closed()


class WebSocketFeed(Feed):
    name = "WebSocket"

    def _request(self, target, since):
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            (f"GET {target}&since={since} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
             "\r\n").encode())
        self._read_head(101)

    def _next(self):
        message = b""
        while True:
            first, second = self._exactly(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self._exactly(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._exactly(8))[0]
            payload = self._exactly(size)
            opcode = first & 0x0F
            if opcode == 8:
                return None
            if opcode == 9:  # a pong with the mask 0
                self._socket.sendall(bytes([0x8A, 0x80 | size]) + bytes(4) + payload)
            elif opcode <= 2:
                message += payload
                if first & 0x80:
                    return message


class SseFeed(Feed):
    name = "event stream"

    def _request(self, target, since):
        # HTTP/1.0, so that the stream comes without a transfer coding.
        self._socket.sendall(
            (f"GET {target} HTTP/1.0\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n"
             f"Last-Event-ID: {since}\r\n\r\n").encode())
        self._read_head(200)

    def _next(self):
        data = None
        while True:
            line = self._stream.readline()
            if not line.endswith(b"\n"):
                return None
            line = line.rstrip(b"\r\n")
            if line.startswith(b"data: "):
                data = line[6:]
            elif not line and data is not None:
                return data
