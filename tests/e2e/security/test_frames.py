# SPDX-License-Identifier: GPL-3.0-only
"""What consumers send over WebSocket, by the rules of RFC 6455 and against them."""

import struct
import unittest

from hostile import Client, Server, accept_of, frame_bytes, main, request_bytes

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LIMIT = 64 << 10


def close_bytes(code, reason=b""):
    return frame_bytes(CLOSE, struct.pack(">H", code) + reason)


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def feed(self, target="/wal?op=insert"):
        feed = Client(self.server)
        self.addCleanup(feed.close)
        self.assertEqual(feed.open_feed(target).status, 101)
        return feed

    def close_code_after(self, data):
        feed = self.feed()
        feed.send_what_fits(data)
        code = feed.close_code()
        self.assertTrue(feed.is_closed())
        return code

    def assert_open(self, feed):
        """That the feed still gets events, and has said nothing else than pings."""
        with Client(self.server) as client:
            client.request("PUT", "/k", b"v")
        while (frame := feed.frame())[0] == PING:
            pass
        self.assertEqual(frame, (TEXT, b"Insert { key: k, value: v }"))

    def test_handshake_answer(self):
        with Client(self.server) as client:
            answer = client.open_feed()
            self.assertEqual(answer.status, 101)
            self.assertEqual(
                answer.fields["sec-websocket-accept"], accept_of("dGhlIHNhbXBsZSBub25jZQ==")
            )
            self.assertIn("date", answer.fields)

    def test_what_is_allowed_is_ignored(self):
        for name, data in {
            "text": frame_bytes(TEXT, b"hello"),
            "empty": frame_bytes(TEXT, b""),
            "binary": frame_bytes(BINARY, b"\xff" * 1000),
            "just the limit": frame_bytes(BINARY, b"x" * LIMIT),
            "in parts": frame_bytes(TEXT, b"a", final=False) + frame_bytes(0, b"b"),
            "ping between parts": frame_bytes(BINARY, b"a", final=False)
            + frame_bytes(PONG, b"")
            + frame_bytes(0, b"b"),
            "UTF-8 split between parts": frame_bytes(TEXT, b"\xc3", final=False)
            + frame_bytes(0, b"\xa4"),
            "a thousand": frame_bytes(TEXT, b"x") * 1000,
            "pongs nobody asked for": frame_bytes(PONG, b"x") * 1000,
        }.items():
            with self.subTest(name):
                feed = self.feed()
                feed.send(data)
                self.assert_open(feed)

    def test_byte_by_byte(self):
        feed = self.feed()
        for byte in frame_bytes(TEXT, b"slow" * 50) + frame_bytes(PING, b"there"):
            feed.send(bytes([byte]))
        while (frame := feed.frame())[0] == PING:
            pass
        self.assertEqual(frame, (PONG, b"there"))

    def test_ping_is_answered_with_its_payload(self):
        feed = self.feed()
        for payload in (b"", b"x" * 125):
            feed.send(frame_bytes(PING, payload))
            while (frame := feed.frame())[0] == PING:
                pass
            self.assertEqual(frame, (PONG, payload))

    def test_too_large_is_1009(self):
        for name, data in {
            "frame": frame_bytes(BINARY, b"x" * (LIMIT + 1)),
            "announced alone": b"\x82\xff" + struct.pack(">Q", 1 << 40) + b"mask",
            "message in parts": frame_bytes(BINARY, b"x" * LIMIT, final=False) + frame_bytes(0, b"x"),
            "endless parts": frame_bytes(TEXT, b"x" * 100, final=False)
            + frame_bytes(0, b"x" * 100, final=False) * 1000,
        }.items():
            with self.subTest(name):
                self.assertEqual(self.close_code_after(data), 1009)

    def test_against_the_protocol_is_1002(self):
        for name, data in {
            "unmasked": frame_bytes(TEXT, b"hello", masked=False),
            "unmasked close": frame_bytes(CLOSE, b"\x03\xe8", masked=False),
            "reserved bit": b"\xc1" + frame_bytes(TEXT, b"x")[1:],
            "reserved opcode": b"\x83" + frame_bytes(TEXT, b"x")[1:],
            "reserved control opcode": b"\x8b" + frame_bytes(TEXT, b"x")[1:],
            "control in parts": frame_bytes(PING, b"x", final=False),
            "control too long": frame_bytes(PING, b"x" * 126),
            "continuation of nothing": frame_bytes(0, b"x"),
            "new message within one": frame_bytes(TEXT, b"x", final=False) + frame_bytes(TEXT, b"x"),
            "16 bits for a short length": b"\x81\xfe\x00\x05mask" + b"x" * 5,
            "64 bits for a short length": b"\x81\xff" + struct.pack(">Q", 200) + b"mask",
            "length over 63 bits": b"\x81\xff" + struct.pack(">Q", 1 << 63) + b"mask",
            "close with one byte": frame_bytes(CLOSE, b"x"),
            "another request": request_bytes("GET", "/ping"),
            **{f"close code {code}": close_bytes(code) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)},
        }.items():
            with self.subTest(name):
                self.assertEqual(self.close_code_after(data), 1002)

    def test_text_that_is_none_is_1007(self):
        for data in (
            frame_bytes(TEXT, b"\xff\xfe"),
            frame_bytes(TEXT, b"\xed\xa0\x80"),
            frame_bytes(TEXT, b"\xc3", final=False) + frame_bytes(0, b"x"),
            close_bytes(1000, b"\xff"),
        ):
            self.assertEqual(self.close_code_after(data), 1007)

    def test_close_is_answered_in_kind(self):
        for code in (1000, 1001, 3000, 4999):
            self.assertEqual(self.close_code_after(close_bytes(code, b"bye")), code)
        feed = self.feed()
        feed.send(frame_bytes(CLOSE, b""))
        while (frame := feed.frame())[0] != CLOSE:
            pass
        self.assertEqual(frame, (CLOSE, b""))
        self.assertTrue(feed.is_closed())

    def test_nothing_is_read_after_a_close(self):
        feed = self.feed()
        feed.send(close_bytes(1000) + frame_bytes(PING, b"late"))
        frames = list(iter(feed.frame, None))
        self.assertEqual([frame for frame in frames if frame[0] == PONG], [])

    def test_pings_of_a_consumer_that_does_not_read_are_not_kept(self):
        before = self.server.resident()
        feed = Client(self.server, receive_buffer=4096)
        self.addCleanup(feed.close)
        feed.open_feed("/wal?op=insert")
        ping = frame_bytes(PING, b"x" * 125) * 1000
        for _ in range(300):  # 39 MB, for as much as the server takes
            feed.send_what_fits(ping)
        with Client(self.server) as client:
            self.assertEqual(client.request("GET", "/ping").status, 200)
        self.assertLess(self.server.resident() - before, 16 << 20)

    def test_pongs_nobody_asked_for_are_no_heartbeats(self):
        watcher = self.feed("/wal?op=heartbeat,insert")
        feed = self.feed()
        feed.send(frame_bytes(PONG, b"") * 500)
        with Client(self.server) as client:
            client.request("PUT", "/end", b"v")
        heartbeats = 0
        while not (frame := watcher.frame())[1].startswith(b"Insert { key: end"):
            heartbeats += frame[1].startswith(b"Heartbeat")
        self.assertLessEqual(heartbeats, 2)


if __name__ == "__main__":
    main()
