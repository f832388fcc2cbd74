# SPDX-License-Identifier: GPL-3.0-only
"""Clients that are slow, many, rude or gone: nothing of it knocks the server over or stays behind."""

import contextlib
import random
import resource
import threading
import time
import unittest

import hostile
from hostile import Certificates, Client, Server, Tokens, bearer, frame_bytes, main, request_bytes, wait_until

RESETS = 400
RESETS_LONG = 10_000


class Slow(unittest.TestCase):
    """All of them at once, as each takes its time."""

    def trickle(self, client, data, pause):
        """Sends byte by byte until the server has enough of it; the seconds it took, the answer."""
        began = time.monotonic()
        client.socket.settimeout(pause)
        for byte in data:
            with contextlib.suppress(OSError):
                client.socket.send(bytes([byte]))
            try:
                if not client._more():
                    break
            except TimeoutError:
                continue
            break
        client.socket.settimeout(hostile.WAIT)
        answer = client.answer() if client.received else None
        return time.monotonic() - began, answer

    def test_slow_ones_are_told_and_closed(self):
        cases = {
            "a head, byte by byte": (b"GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 200, 0.5, 9, 20),
            "nothing of a head but its start": (b"GET", 4, 9, 20),
            "a body with a pause": (request_bytes("PUT", "/k", b"x" * 100)[:-90], 20, 29, 60),
            "a body below the rate": (request_bytes("PUT", "/k", b"x" * 5000)[:-4900] + b"x" * 200, 1.0, 29, 60),
        }  # fmt: skip
        with Server("--threads", "2") as server:
            results = {}

            def run(name, data, pause):
                whole = name.startswith("a body")
                with Client(server) as client:
                    if whole:  # the head is not what is slow here
                        at = data.index(b"\r\n\r\n") + 4
                        client.send(data[:at])
                        data = data[at:]
                    data += b"x" * 10 if "pause" in name else b""
                    results[name] = self.trickle(client, data, pause)

            threads = [
                threading.Thread(target=run, args=(name, data, pause))
                for name, (data, pause, _, _) in cases.items()
            ]
            for thread in threads:
                thread.start()
            # Somebody else is served meanwhile.
            with Client(server) as client:
                for _ in range(20):
                    self.assertEqual(client.request("GET", "/ping").status, 200)
                    time.sleep(0.1)
            for thread in threads:
                thread.join()
            for name, (_, _, least, most) in cases.items():
                with self.subTest(name):
                    seconds, answer = results[name]
                    self.assertIsNotNone(answer)
                    self.assertEqual(answer.status, 408)
                    self.assertTrue(least <= seconds <= most, seconds)


class Many(unittest.TestCase):
    def refusals(self, clients):
        """How many are answered 503 and closed, or closed at once."""
        refused = 0
        for client in clients:
            client.socket.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                if not client._more() or b" 503 " in client.received:
                    refused += 1
            client.socket.settimeout(hostile.WAIT)
        return refused

    def test_more_than_one_address_may_have(self):
        with Server("--max-per-address", "10") as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client(server)) for _ in range(30)]
            self.assertEqual(self.refusals(clients), 20)
            with Client(server, source="127.0.0.2") as other:
                self.assertEqual(other.request("GET", "/ping").status, 200)
            self.assertEqual(clients[0].request("GET", "/ping").status, 200)
            # A feed is a connection, too.
            self.assertEqual(clients[1].open_feed().status, 101)
            with Client(server) as late:
                answer = late.answer()
                self.assertEqual(answer.status, 503)
                self.assertIn("retry-after", answer.fields)
                self.assertIn(b"--max-per-address", answer.body)
            for client in clients[5:]:
                client.close()

            def fits():
                with contextlib.suppress(OSError), Client(server) as client:
                    return client.request("GET", "/ping").status == 200

            self.assertTrue(wait_until(fits))

    def test_more_than_there_may_be(self):
        with Server("--max-connections", "20") as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client(server)) for _ in range(50)]
            self.assertEqual(self.refusals(clients), 30)

    def test_flood_of_connections(self):
        with Server("--max-connections", "50") as server:
            before = server.descriptors()
            for _ in range(3000):
                client = Client(server)
                client.close()
            with contextlib.ExitStack() as stack:
                for _ in range(500):
                    stack.enter_context(Client(server))
                self.assertLess(server.descriptors(), before + 50 + 64)
            self.assertTrue(wait_until(lambda: server.descriptors() <= before))

    def test_rate(self):
        with Server("--max-rate", "10") as server, Client(server) as client:
            statuses = [client.request("GET", "/ping").status for _ in range(30)]
            self.assertEqual(statuses[:10], [200] * 10)
            self.assertIn(429, statuses)
            client.send(request_bytes("GET", "/ping") * 30)
            limited = next(answer for _ in range(30) if (answer := client.answer()).status == 429)
            self.assertEqual(limited.fields["retry-after"], "1")
            self.assertIn(b"--max-rate", limited.body)
            with Client(server, source="127.0.0.3") as other:
                self.assertEqual(other.request("GET", "/ping").status, 200)
            time.sleep(1.1)
            with Client(server) as later:
                self.assertEqual(later.request("GET", "/ping").status, 200)

    def test_rate_counts_what_is_refused(self):
        tokens = Tokens(("write", "t", None))
        self.addCleanup(tokens.cleanup)
        kinds = {
            "a guessed token, and a body that does not come": request_bytes(
                "PUT", "/k", None, [bearer("guess"), ("Content-Length", "10")]
            ),
            "no request": b"what?\r\n\r\n",
        }
        for name, data in kinds.items():
            with self.subTest(name), Server("--max-rate", "1", "--token-file", tokens.path) as server:
                answers = []
                while len(answers) < 20 and not (answers and answers[-1].status == 429):
                    with Client(server) as client:
                        client.send(data)
                        answers.append(client.answer())
                self.assertIn(answers[0].status, (400, 401))
                self.assertEqual(answers[-1].status, 429)
                self.assertEqual(answers[-1].fields["retry-after"], "1")

    def test_rate_tells_pages_of_other_origins(self):
        origin = "https://app.example"
        fields = [("Origin", origin)]
        for body in (None, b"v"):
            with (
                self.subTest(body=body),
                Server("--max-rate", "1", "--cors-origin", origin) as server,
                Client(server) as client,
            ):
                method = "PUT" if body else "GET"
                client.send(request_bytes(method, "/k", body, fields) * 20)
                limited = next(answer for _ in range(20) if (answer := client.answer()).status == 429)
                self.assertEqual(limited.fields["access-control-allow-origin"], origin)

    def test_rate_counts_a_request_with_a_body_once(self):
        with Server("--max-rate", "1") as server, Client(server) as client:
            fields = [("Expect", "100-continue"), ("Content-Length", "1")]
            client.send(request_bytes("PUT", "/k", None, fields))
            self.assertEqual(client.answer().status, 100)  # the head is known by then
            client.send(b"v")
            self.assertEqual(client.answer().status, 201)


class Descriptors(unittest.TestCase):
    def test_out_of_descriptors(self):
        with Server("--max-per-address", "off") as server, contextlib.ExitStack() as stack:
            for _ in range(16):  # until every thread is there, with all that it opens
                with Client(server) as client:
                    self.assertEqual(client.request("GET", "/ping").status, 200)
            most = server.descriptors() + 6
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (most, most))
            kept = stack.enter_context(Client(server))
            self.assertEqual(kept.request("GET", "/ping").status, 200)
            waiting = [stack.enter_context(Client(server)) for _ in range(40)]
            self.assertTrue(wait_until(lambda: server.logged("out of file descriptors")))
            turned_away = [client for client in waiting if client.is_closed(1)]
            self.assertGreaterEqual(len(turned_away), 30)
            self.assertEqual(kept.request("GET", "/ping").status, 200)
            before = server.cpu_seconds()
            time.sleep(2)
            self.assertLess(server.cpu_seconds() - before, 1)
            for client in waiting:
                client.close()

            def fits():
                with contextlib.suppress(OSError), Client(server) as client:
                    answer = client.request("GET", "/ping")
                    return answer is not None and answer.status == 200

            self.assertTrue(wait_until(fits))


class Resets(unittest.TestCase):
    """Connections that end with a RST at every point one can think of."""

    def run_against(self, server, context, fields):
        count = RESETS_LONG if hostile.arguments.long else RESETS
        with Client(server, context) as client:
            client.request("PUT", "/large", b"x" * (2 << 20), fields)
        before = server.descriptors()
        chance = random.Random(4)
        put = request_bytes("PUT", "/k", b"x" * 100_000, fields)
        for number in range(count):
            with contextlib.suppress(OSError):
                client = Client(server, context, receive_buffer=chance.choice([None, 4096]))
                self.misbehave(client, number % 9, put, fields, chance)
                client.reset()
        with Client(server, context) as client:
            self.assertEqual(client.request("GET", "/ping").status, 200)
        self.assertTrue(server.is_running())
        self.assertTrue(
            wait_until(lambda: server.descriptors() <= before, 60),
            f"{server.descriptors()} descriptors, {before} before",
        )

    def misbehave(self, client, kind, put, fields, chance):
        large = request_bytes("GET", "/large", None, fields)
        if kind == 0:
            pass  # says nothing
        elif kind == 1:
            client.send(put[: chance.randrange(1, 200)])
        elif kind == 2:
            client.send(put[: chance.randrange(200, len(put))])
        elif kind == 3:
            client.send(put)
        elif kind == 4:
            client.send(large * 3)
            client.socket.recv(chance.randrange(1, 100_000))
        elif kind == 5:
            client.send_what_fits(large * 200)
        elif kind == 6:
            client.open_feed("/wal", fields)
            client.send(frame_bytes(9, b"x")[: chance.randrange(1, 7)])
        elif kind == 7:
            stream = [("Accept", "text/event-stream"), *fields]
            client.send(request_bytes("GET", "/wal?initial=true", None, stream))
            client.socket.recv(chance.randrange(1, 1000))
        elif kind == 8:
            client.send(request_bytes("GET", "/k", None, fields) * 50 + put[:1000])

    def test_plain(self):
        with Server("--threads", "2") as server:
            self.run_against(server, None, [])

    def test_tls_and_tokens(self):
        tokens = Tokens(("admin", "t", None))
        self.addCleanup(tokens.cleanup)
        certificates = Certificates()
        self.addCleanup(certificates.cleanup)
        options = ["--token-file", tokens.path, *certificates.options()]
        with Server("--threads", "2", *options) as server:
            self.run_against(server, certificates.context(), [bearer("t")])


if __name__ == "__main__":
    main()
