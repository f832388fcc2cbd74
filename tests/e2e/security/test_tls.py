# SPDX-License-Identifier: GPL-3.0-only
"""TLS: the same answers and events, which versions, silent and broken handshakes, certificates that
change while the server runs."""

import hashlib
import pathlib
import ssl
import time
import unittest

from hostile import Certificates, Client, Server, main, request_bytes, wait_until


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.cleanup)
        cls.server = cls.enterClassContext(
            Server("--max-per-address", "off", *cls.certificates.options())
        )

    def client(self, **options):
        client = Client(self.server, self.certificates.context(), **options)
        self.addCleanup(client.close)
        return client

    def test_tells_its_address_with_https(self):
        self.assertTrue(self.server.url.startswith("https://127.0.0.1:"))

    def test_values_come_and_go(self):
        value = bytes(range(256)) * 16384  # 4 MiB
        client = self.client()
        self.assertIn(client.request("PUT", "/big", value).status, (200, 201))
        self.assertEqual(client.request("GET", "/big").body, value)
        self.assertEqual(client.request("DELETE", "/big").body, value)

    # The buffers of the system take all that the two below send. From a second thread it must not
    # come: an SSL object is not made for one that reads while another writes.

    def test_pipelined_requests_are_all_answered(self):
        client = self.client()
        client.request("PUT", "/pipe", b"x" * 3000)
        count = 2000
        client.send(request_bytes("GET", "/pipe") * count)
        for _ in range(count):
            self.assertEqual(client.answer().body, b"x" * 3000)

    def test_pipelined_requests_with_short_answers(self):
        # Nothing has to wait for the client here, and nothing but what comes tells of more.
        client = self.client()
        for padding in range(0, 300, 50):
            requests = request_bytes("GET", "/ping", fields=[("X", "x" * padding)])
            count = 300_000 // len(requests)
            client.send(requests * count)
            for _ in range(count):
                self.assertEqual(client.answer().body, b"pong")

    def test_close_is_told_in_the_protocol(self):
        # With suppress_ragged_eofs off, an end without close_notify would be an error.
        context = self.certificates.context()
        client = Client(self.server)
        client.socket = context.wrap_socket(
            client.socket, server_hostname="localhost", suppress_ragged_eofs=False
        )
        client.send(request_bytes("GET", "/ping", None, [("Connection", "close")]))
        self.assertEqual(client.answer().body, b"pong")
        self.assertEqual(client.socket.recv(1), b"")
        client.close()

    def test_version_12_and_13_but_not_11(self):
        for version, name in (
            (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
            (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
        ):
            context = self.certificates.context()
            context.minimum_version = context.maximum_version = version
            with Client(self.server, context) as client:
                self.assertEqual(client.socket.version(), name)
                self.assertEqual(client.request("GET", "/ping").body, b"pong")
        context = self.certificates.context()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            Client(self.server, context)

    def test_offers_http11_alone(self):
        context = self.certificates.context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with Client(self.server, context) as client:
            self.assertEqual(client.socket.selected_alpn_protocol(), "http/1.1")

    def test_feed_over_wss(self):
        feed = self.client()
        self.assertEqual(feed.open_feed().status, 101)
        self.client().request("PUT", "/watched", b"v")
        frames = iter(feed.frame, None)
        self.assertIn((1, b"Insert { key: watched, value: v }"), frames)

    def test_event_stream(self):
        feed = self.client()
        feed.send(request_bytes("GET", "/wal", None, [("Accept", "text/event-stream")]))
        self.assertEqual(feed.answer().status, 200)
        self.client().request("PUT", "/streamed", b"v")
        self.assertTrue(wait_until(lambda: feed._more() and b"Insert { key: streamed" in feed.received))

    def test_refused_body_gets_its_answer(self):
        client = self.client()
        client.send(request_bytes("PUT", "/k", None, [("Content-Length", "99999999")]))
        client.send_what_fits(b"x" * 1_000_000)
        self.assertEqual(client.answer().status, 413)

    def test_plain_http_ends(self):
        with Client(self.server) as client:
            client.send(request_bytes("GET", "/ping"))
            self.assertNotIn(b"pong", client.until_closed())
        with Client(self.server) as client:
            client.send(b"\x16\x03\x01\xff\xff" + b"\x01" * 70000)
            self.assertIsNotNone(client.until_closed())
        self.assertEqual(self.client().request("GET", "/ping").status, 200)

    def test_silent_handshakes_hold_nobody_up_and_end(self):
        before = self.server.descriptors()
        silent = [Client(self.server) for _ in range(50)]
        half = [Client(self.server) for _ in range(50)]
        for client in half:
            client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        began = time.monotonic()
        self.assertEqual(self.client().request("GET", "/ping").status, 200)
        took = time.monotonic() - began
        print(f"a handshake beside 100 silent ones: {took * 1000:.1f} ms")
        self.assertLess(took, 5)  # far more than it takes, far less than their deadline
        for client in silent + half:
            self.assertTrue(client.is_closed())
            client.close()
        self.assertTrue(wait_until(lambda: self.server.descriptors() <= before + 1))

    def test_resets_during_the_handshake_leave_nothing(self):
        before = self.server.descriptors()
        for size in range(1, 300, 3):
            hello = self._client_hello()
            client = Client(self.server)
            client.send(hello[:size])
            client.reset()
        self.assertEqual(self.client().request("GET", "/ping").status, 200)
        self.assertTrue(wait_until(lambda: self.server.descriptors() <= before + 1))

    def _client_hello(self):
        out = ssl.MemoryBIO()
        tls = self.certificates.context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            tls.do_handshake()
        return out.read()


class Certificate(unittest.TestCase):
    def setUp(self):
        self.certificates = Certificates()
        self.addCleanup(self.certificates.cleanup)

    def shown(self, server):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with Client(server, context) as client:
            return hashlib.sha256(client.socket.getpeercert(binary_form=True)).hexdigest()

    def test_changes_on_sighup(self):
        with Server(*self.certificates.options()) as server:
            old = self.certificates.fingerprint()
            self.assertEqual(self.shown(server), old)
            kept = Client(server, self.certificates.context())
            self.certificates.make(new_key="rsa")
            server.reload()
            new = self.certificates.fingerprint()
            self.assertNotEqual(old, new)
            self.assertTrue(wait_until(lambda: self.shown(server) == new))
            self.assertEqual(kept.request("GET", "/ping").status, 200)
            kept.close()

    def test_bad_pair_keeps_the_old_one(self):
        with Server(*self.certificates.options()) as server:
            old = self.certificates.fingerprint()
            self.certificates.make(key=self.certificates.key + ".other")
            server.reload()
            self.assertTrue(wait_until(lambda: server.logged("the certificate stays as it was")))
            self.assertEqual(self.shown(server), old)
            pathlib.Path(self.certificates.certificate).write_text("nothing")
            server.reload()
            self.assertTrue(wait_until(lambda: server.logged("no certificate in PEM")))
            self.assertEqual(self.shown(server), old)


if __name__ == "__main__":
    main()
