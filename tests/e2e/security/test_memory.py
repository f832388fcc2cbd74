# SPDX-License-Identifier: GPL-3.0-only
"""That memory stays within what docs/limits.md says, whatever clients do: every connection at its
worst, and consumers that never read. Small limits make that cheap to try; the sum is the same."""

import contextlib
import os
import threading
import time
import unittest

import hostile
from hostile import Certificates, Client, Server, frame_bytes, main, request_bytes, wait_until

MIB = 1 << 20
KIB = 1 << 10

# docs/limits.md, "The sum".
BASE = 40 * MIB
THREAD = 128 * MIB
CONNECTION = 96 * KIB
TLS_CONNECTION = 192 * KIB
SLACK = 1.25

MEMORY, BUFFERS, HISTORY, THREADS = 64 * MIB, 128 * MIB, 16 * MIB, 2
OPTIONS = [
    "--max-memory", str(MEMORY), "--max-buffers", str(BUFFERS), "--history", str(HISTORY),
    "--threads", str(THREADS), "--max-per-address", "off",
]  # fmt: skip


def bound(connections, tls):
    each = TLS_CONNECTION if tls else CONNECTION
    variable = MEMORY + BUFFERS + HISTORY + connections * each
    return BASE + THREADS * THREAD + int(SLACK * variable)


class Worst(unittest.TestCase):
    def setUp(self):
        self.certificates = None

    def server(self, tls=False, *more):
        options = list(OPTIONS) + list(more)
        if tls:
            self.certificates = Certificates()
            self.addCleanup(self.certificates.cleanup)
            options += self.certificates.options()
        return self.serving(Server(*options))

    @contextlib.contextmanager
    def serving(self, server):
        """The server; clients that do not let go would make it wait when it stops."""
        with server:
            self.clients = []
            yield server
            for client in self.clients:
                client.close()

    def client(self, server, **options):
        context = self.certificates.context() if self.certificates else None
        client = Client(server, context, **options)
        self.clients.append(client)
        return client

    def check(self, server, connections, name):
        peak, limit = server.peak(), bound(connections, self.certificates is not None)
        print(f"{name}: peak {peak / MIB:.0f} MiB, page says at most {limit / MIB:.0f} MiB")
        self.assertTrue(server.is_running())
        self.assertLess(peak, limit)

    def assert_serves(self, server):
        """That somebody who does no harm is served, if need be after a while."""

        def served():
            with contextlib.suppress(OSError), Client(
                server, self.certificates.context() if self.certificates else None
            ) as client:
                answer = client.request("PUT", "/good", b"v")
                return answer is not None and answer.status in (200, 201)
            return False

        self.assertTrue(wait_until(served, 120))

    def fill(self, server):
        with Client(server, self.certificates.context() if self.certificates else None) as client:
            for i in range(8):
                answer = client.request(
                    "PUT", f"/large/{i}", os.urandom(5 * MIB), [("Prefer", "return=minimal")]
                )
                self.assertIn(answer.status, (200, 201, 503))

    def test_every_connection_with_a_body_that_does_not_end(self):
        count = 1000
        with self.server() as server:
            half = request_bytes("PUT", "/k", b"x" * (5 * MIB))[: 5 * MIB]
            for _ in range(count):
                with contextlib.suppress(OSError):
                    self.client(server).send_what_fits(half)
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                time.sleep(0.2)
            self.check(server, count, f"{count} bodies that do not end")
            self.assert_serves(server)

    def test_every_connection_asking_and_not_reading(self):
        count = 1000
        for tls in (False, True):
            with self.subTest(tls=tls), self.server(tls) as server:
                self.fill(server)
                asks = b"".join(request_bytes("GET", f"/large/{i % 8}") for i in range(20))
                asks += request_bytes("GET", "/keys?values=true") * 5
                for _ in range(count if not tls else 300):
                    with contextlib.suppress(OSError):
                        self.client(server, receive_buffer=4096).send_what_fits(asks)
                time.sleep(5)
                self.check(server, len(self.clients), f"connections that do not read, tls={tls}")
                self.assert_serves(server)

    def test_heads_that_do_not_end(self):
        count = 1000
        with self.server() as server:
            head = request_bytes("GET", "/k", None, [("X-Long", "x" * 15000)])[:-2]
            for _ in range(count):
                with contextlib.suppress(OSError):
                    self.client(server).send(head)
            self.check(server, count, f"{count} heads that do not end")
            self.assert_serves(server)

    def test_consumers_that_never_read(self):
        count = 100
        for tls in (False, True):
            for kind in ("live", "initial"):
                with self.subTest(tls=tls, kind=kind), self.server(tls) as server:
                    self.fill(server)
                    target = "/wal?initial=true" if kind == "initial" else "/wal"
                    for _ in range(count):
                        feed = self.client(server, receive_buffer=4096)
                        self.assertEqual(feed.open_feed(target).status, 101)
                    self.write_load(server, 10)
                    self.check(server, count, f"{count} consumers, {kind}, tls={tls}")
                    self.assert_serves(server)

    def test_snapshots_that_nobody_reads(self):
        count = 100
        for tls in (False, True):
            with self.subTest(tls=tls), self.server(tls) as server:
                self.fill(server)
                for number in range(count):
                    client = self.client(server, receive_buffer=4096)
                    client.send(request_bytes("GET", "/-/snapshot"))
                    # Each is of another state: with values nobody else holds any more.
                    if number % 2:
                        self.fill(server)
                self.check(server, count, f"{count} snapshots, tls={tls}")
                self.assert_serves(server)

    def write_load(self, server, seconds):
        """Values of all sizes, over and over, as fast as they are taken."""
        end = time.monotonic() + seconds

        def write(number):
            with self.client(server) as client:
                i = 0
                while time.monotonic() < end:
                    i += 1
                    size = (100, 2000, 60000, 2 * MIB)[i % 4]
                    answer = client.request(
                        "PUT", f"/load/{number}/{i % 8}", b"x" * size, [("Prefer", "return=minimal")]
                    )
                    if answer is None:
                        return
                    self.assertIn(answer.status, (200, 201, 503, 507))

        writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    def test_consumers_that_only_talk(self):
        with self.server() as server:
            data = frame_bytes(1, b"x" * 60000) * 20
            feeds = [self.client(server) for _ in range(50)]
            for feed in feeds:
                feed.open_feed("/wal?op=insert")
            for _ in range(5):
                for feed in feeds:
                    feed.send_what_fits(data)
            self.check(server, 50, "consumers that talk")
            self.assert_serves(server)


if __name__ == "__main__":
    hostile.WAIT = 60
    main()
