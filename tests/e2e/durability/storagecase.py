# SPDX-License-Identifier: GPL-3.0-only
"""What the tests of a data directory share: a directory, servers on it, and a look at its files."""

import argparse
import pathlib
import shutil
import sys
import tempfile
import unittest

from kvserver import Server


class StorageCase(unittest.TestCase):
    """Each test has an empty directory `data` and stops all servers that it made."""

    program = None
    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="memorykv-storage-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.data.mkdir()

    def make_server(self, *options, data=None, prepare=None):
        server = Server(self.program, "--data-dir", str(data or self.data), *options,
                        prepare=prepare)
        self.addCleanup(server.__exit__)
        return server

    def serve(self, *options, **more):
        return self.make_server(*options, **more).start()

    def run_program(self, *words):
        """(exit code, output) of the program with just these arguments."""
        server = self.make_server()
        return server.run(*(str(word) for word in words))

    def refused(self, *options, **more):
        """What a server says that does not start."""
        server = self.make_server(*options, **more)
        server.launch()
        code = server.wait()
        self.assertEqual(code, 1, server.output())
        self.assertNotIn("listening on", server.output())
        return server.output()

    def segments(self, data=None):
        return sorted((data or self.data).glob("wal-*.log"))

    def put(self, client, key, value, expected=(200, 201)):
        answer = client.put("/" + key, value)
        self.assertIn(answer.status, expected, answer.body)
        return answer

    def fill(self, client, count):
        """Puts key/0 and so on, one by one; returns their revisions."""
        return [self.put(client, f"key/{i}", f"value {i}").revision for i in range(count)]

    def assertProblem(self, answer, *statuses):
        self.assertIn(answer.status, statuses, answer.body)
        self.assertEqual(answer.fields["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json()["status"], answer.status)
        self.assertTrue(answer.json()["detail"])


def flip(path, offset):
    """Changes the byte at `offset`."""
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x20]))


def end_of_log(path):
    """Where the last group of a segment ends, if it is that of a text: room follows, all zeros."""
    return len(path.read_bytes().rstrip(b"\0"))


def cut(path, size):
    with open(path, "r+b") as file:
        file.truncate(size)


def main():
    """Runs the tests of the calling module against --server."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True, help="the memorykv-server program")
    arguments, rest = parser.parse_known_args()
    StorageCase.program = arguments.server
    unittest.main(module="__main__", argv=[sys.argv[0], *rest], verbosity=2)
