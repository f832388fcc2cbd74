# SPDX-License-Identifier: GPL-3.0-only
"""Protected mode, the names a server goes by, and whose pages may open WebSockets."""

import re
import subprocess
import unittest

import hostile
from hostile import Certificates, Client, Server, Tokens, bearer, main


def run(*options):
    """The server with options it is not to start with: exit code and what it says."""
    done = subprocess.run(
        [hostile.arguments.server, "--port", "0", *options],
        capture_output=True,
        text=True,
        timeout=hostile.WAIT,
    )
    return done.returncode, done.stderr


class ProtectedMode(unittest.TestCase):
    def test_refuses_other_machines_without_tokens(self):
        for address in ("0.0.0.0", "::"):
            code, said = run("--address", address)
            self.assertNotEqual(code, 0)
            self.assertIn("--token-file", said)
            self.assertIn("--insecure", said)
            self.assertNotIn("listening", said)

    def test_insecure_lets_everyone_in_and_warns(self):
        with Server("--address", "0.0.0.0", "--insecure") as server:
            self.assertTrue(server.logged("without TLS"))
            with Client(server) as client:
                self.assertEqual(client.request("PUT", "/k", b"v").status, 201)

    def test_tokens_open_it(self):
        tokens = Tokens(("read", "t", None))
        self.addCleanup(tokens.cleanup)
        with Server("--address", "0.0.0.0", "--token-file", tokens.path) as server:
            self.assertTrue(server.logged("without TLS"))
            with Client(server) as client:
                self.assertEqual(client.request("GET", "/keys").status, 401)
                self.assertEqual(client.request("GET", "/keys", None, [bearer("t")]).status, 200)

    def test_tls_does_not_warn(self):
        tokens = Tokens(("read", "t", None))
        self.addCleanup(tokens.cleanup)
        certificates = Certificates()
        self.addCleanup(certificates.cleanup)
        options = ["--token-file", tokens.path, *certificates.options()]
        with Server("--address", "0.0.0.0", *options) as server:
            self.assertFalse(server.logged("without TLS"))

    def test_loopback_needs_neither(self):
        with Server() as server:
            self.assertFalse(server.logged("without"))

    def test_tls_needs_both_files(self):
        for flag in ("--tls-cert", "--tls-key"):
            code, said = run(flag, "/nowhere")
            self.assertNotEqual(code, 0)
            self.assertIn(flag, said)


class Hosts(unittest.TestCase):
    def statuses(self, server, hosts):
        with Client(server) as client:
            return {
                host: client.request("GET", "/ping", None, [("Host", host)]).status for host in hosts
            }

    def check(self, server, right, wrong):
        self.assertEqual(self.statuses(server, right), dict.fromkeys(right, 200))
        self.assertEqual(self.statuses(server, wrong), dict.fromkeys(wrong, 421))

    def test_loopback_by_default(self):
        right = ["localhost", "LocalHost:1", "localhost.", "127.0.0.1:80", "127.1.2.3", "[::1]:8080"]
        wrong = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1",
                 "0.0.0.0", "127.1", "2130706433", "[::]", "evil-localhost", "[fe80::1]"]  # fmt: skip
        with Server() as server:
            self.check(server, right, wrong)

    def test_names_given(self):
        with Server("--host", "kv.example,[2001:db8::1]", "--host", "10.0.0.7") as server:
            right = ["kv.example", "KV.example:8443", "[2001:db8::1]:80", "10.0.0.7", "localhost"]
            self.check(server, right, ["www.kv.example", "kv.example.org", "10.0.0.8"])

    def test_any(self):
        with Server("--host", "*") as server:
            self.check(server, ["evil.example"], [])

    def test_every_address_where_all_are_bound(self):
        with Server("--address", "0.0.0.0", "--insecure") as server:
            self.check(server, ["192.168.1.5:8080", "[2001:db8::1]", "localhost"], ["evil.example"])

    def test_authority_of_the_target_counts(self):
        with Server() as server, Client(server) as client:
            self.assertEqual(client.request("GET", "http://evil.example/ping").status, 421)

    def test_nothing_is_done_for_the_wrong_host(self):
        with Server() as server, Client(server) as client:
            self.assertEqual(client.request("PUT", "/k", b"v", [("Host", "evil.example")]).status, 421)
            self.assertEqual(client.request("GET", "/k").status, 404)

    def test_bad_names_are_refused(self):
        for name in ("http://kv.example", "kv.example:80", "a b", "[::1", "a,,b"):
            code, said = run("--host", name)
            self.assertEqual(code, 2)
            self.assertIn("--host", said)


class Origins(unittest.TestCase):
    def opened(self, server, origin, host):
        fields = [("Host", host)] + ([("Origin", origin)] if origin else [])
        with Client(server) as client:
            return client.open_feed("/wal", fields).status

    def test_own_pages_alone_by_default(self):
        with Server() as server:
            own = f"127.0.0.1:{server.port}"
            for origin in (None, f"http://{own}", f"https://{own}"):
                self.assertEqual(self.opened(server, origin, own), 101, origin)
            for origin in ("http://evil.example", "null", "http://127.0.0.1", f"file://{own}", "",
                           f"http://{own}.evil.example", f"http://evil.example:{server.port}"):  # fmt: skip
                status = self.opened(server, origin or " ", own)
                self.assertEqual(status, 403, origin)
            self.assertEqual(self.opened(server, "http://localhost", "localhost:80"), 101)
            self.assertEqual(self.opened(server, "http://localhost", "localhost:81"), 403)

    def test_origins_given(self):
        options = ["--origin", "https://app.example", "--cors-origin", "https://cors.example"]
        with Server(*options) as server:
            for origin in ("https://app.example", "https://cors.example"):
                self.assertEqual(self.opened(server, origin, "localhost"), 101)
            self.assertEqual(self.opened(server, "http://app.example", "localhost"), 403)
        with Server("--origin", "*") as server:
            self.assertEqual(self.opened(server, "http://evil.example", "localhost"), 101)

    def test_the_answer_tells_what_to_do(self):
        with Server() as server, Client(server) as client:
            answer = client.open_feed("/wal", [("Origin", "http://evil.example")])
            self.assertEqual(answer.status, 403)
            self.assertNotIn("www-authenticate", answer.fields)
            self.assertTrue(re.search(rb"--origin", answer.body))

    def test_requests_of_pages_are_left_to_cors(self):
        with Server() as server, Client(server) as client:
            fields = [("Origin", "http://evil.example")]
            self.assertEqual(client.request("GET", "/ping", None, fields).status, 200)


if __name__ == "__main__":
    main()
