# SPDX-License-Identifier: GPL-3.0-only
"""Data directories that are torn, damaged, missing, in use: what is said, and what --check and
--repair do."""

import os
import re

from kvserver import Server
from storagecase import StorageCase, cut, end_of_log, flip, main

NOBODY = 65534


class TornTail(StorageCase):
    def test_is_cut_off_and_reported_once(self):
        server = self.serve()
        self.fill(server.client(), 3)
        whole = end_of_log(self.segments()[-1])
        epoch = server.client().info()["epoch"]
        self.put(server.client(), "last", "x" * 100)
        server.kill()
        cut(self.segments()[-1], end_of_log(self.segments()[-1]) - 7)

        server.start()
        place = f"{self.segments()[-1]}, offset {whole}"
        self.assertIn("cut off the end", server.output())
        self.assertIn("nobody had been told", server.output())
        self.assertIn(place, server.output())
        self.assertEqual(set(server.client().entries()), {f"key/{i}" for i in range(3)})
        info = server.client().info()
        self.assertEqual((info["epoch"], info["seq"]), (epoch, 3))
        self.assertEqual(self.put(server.client(), "next", "v").revision, 4)

        server.kill()
        server.start()
        self.assertNotIn("cut off the end", server.output())
        self.assertEqual(server.client().info()["seq"], 4)

    def test_may_have_been_acknowledged_without_a_sync(self):
        server = self.serve("--fsync", "never")
        self.fill(server.client(), 3)
        server.kill()
        cut(self.segments()[-1], end_of_log(self.segments()[-1]) - 7)
        server.start()
        self.assertIn("cut off the end", server.output())
        self.assertNotIn("nobody had been told", server.output())

    def test_is_told_by_check_which_leaves_it(self):
        server = self.serve()
        self.fill(server.client(), 3)
        server.kill()
        size = end_of_log(self.segments()[-1]) - 1
        cut(self.segments()[-1], size)
        code, output = self.run_program("--check", self.data)
        self.assertEqual(code, 0, output)
        self.assertRegex(output, rf"torn tail +{re.escape(str(self.segments()[-1]))}, offset \d+: ")
        self.assertRegex(output, r"(?m)^seq +2$")
        self.assertEqual(self.segments()[-1].stat().st_size, size)


class Damage(StorageCase):
    def setUp(self):
        super().setUp()
        server = self.serve()
        self.epoch = server.client().info()["epoch"]
        self.fill(server.client(), 1)
        self.second = end_of_log(self.segments()[0])  # where the group of seq 2 begins
        self.put(server.client(), "damaged", "value")
        self.put(server.client(), "behind", "value")
        server.kill()
        self.segment = self.segments()[0]
        self.place = f"{self.segment}, offset {self.second}: "
        flip(self.segment, self.second + 60)

    def test_stops_the_start_with_file_offset_and_advice(self):
        output = self.refused()
        self.assertIn(self.place, output)
        self.assertIn(f"--check {self.data}", output)
        self.assertIn(f"--repair {self.data}", output)

    def test_is_told_by_check(self):
        before = self.segment.read_bytes()
        code, output = self.run_program("--check", self.data)
        self.assertEqual(code, 1, output)
        self.assertIn(self.place, output)
        self.assertEqual(self.segment.read_bytes(), before)

    def test_is_repaired_with_what_is_lost_told_and_kept_aside(self):
        before = self.segment.read_bytes()
        code, output = self.run_program("--repair", self.data)
        self.assertEqual(code, 0, output)
        self.assertIn(self.place, output)
        self.assertIn("lost: all that was written from seq 2 on", output)
        aside = self.segment.with_name(self.segment.name + ".damaged")
        self.assertIn(str(aside), output)
        self.assertEqual(aside.read_bytes(), before)

        code, output = self.run_program("--check", self.data)
        self.assertEqual(code, 0, output)
        self.assertRegex(output, rf"(?m)^other file +{aside.name}$")
        server = self.serve()
        self.assertEqual(set(server.client().entries()), {"key/0"})
        # The seqs behind it were shown to somebody, and are used again: another history.
        self.assertGreater(server.client().info()["epoch"], self.epoch)
        self.assertEqual(server.client().info()["seq"], 1)

    def test_of_a_header_is_told_and_repaired(self):
        flip(self.segment, 12)
        self.assertIn(f"{self.segment}, offset 0: ", self.refused())
        code, output = self.run_program("--repair", self.data)
        self.assertEqual(code, 0, output)
        self.assertEqual(self.serve().client().entries(), {})

    def test_of_an_earlier_segment_is_told(self):
        self.segment.unlink()
        server = self.serve("--segment-size", "1KiB")
        self.fill(server.client(), 40)
        server.kill()
        self.assertGreater(len(self.segments()), 2)
        first = self.segments()[0]
        cut(first, first.stat().st_size - 1)
        self.assertIn(f"{first}, offset ", self.refused())
        first.unlink()
        output = self.refused()
        self.assertIn("missing", output)
        self.assertIn(self.segments()[0].name, output)


class CheckAndRepair(StorageCase):
    def test_check_tells_what_a_directory_holds(self):
        server = self.serve()
        self.fill(server.client(), 3)
        server.client().put("/key/0?ttl=1000", "v")
        epoch = server.client().info()["epoch"]
        server.stop()
        code, output = self.run_program("--check", self.data)
        self.assertEqual(code, 0, output)
        for line in (rf"epoch +{epoch}", r"seq +4", r"keys +3 with 30 bytes", r"snapshot +none",
                     r"segments +1, 4 records .*", r"end +the server stopped in good order"):
            self.assertRegex(output, rf"(?m)^{line}$")

    def test_check_of_an_empty_directory(self):
        code, output = self.run_program("--check", self.data)
        self.assertEqual(code, 0, output)
        self.assertIn("empty", output)

    def test_repair_of_what_is_whole_changes_nothing(self):
        server = self.serve()
        self.fill(server.client(), 3)
        server.kill()
        before = [(path.name, path.read_bytes()) for path in self.segments()]
        code, output = self.run_program("--repair", self.data)
        self.assertEqual((code, output), (0, "nothing to repair\n"))
        self.assertEqual([(path.name, path.read_bytes()) for path in self.segments()], before)

    def test_of_an_interrupted_repair(self):
        server = self.serve()
        self.fill(server.client(), 3)
        server.kill()
        (self.data / "repairing").touch()
        for output in (self.run_program("--check", self.data)[1], self.refused()):
            self.assertIn(f"{self.data}: a repair was interrupted", output)
        self.assertEqual(self.run_program("--check", self.data)[0], 1)
        code, output = self.run_program("--repair", self.data)
        self.assertEqual(code, 0, output)
        code, output = self.run_program("--check", self.data)
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"(?m)^seq +3$")

    def test_of_what_is_no_directory(self):
        for flag in ("--check", "--repair"):
            code, output = self.run_program(flag, self.folder / "nothing")
            self.assertEqual(code, 1, output)
            self.assertIn(f"no directory {self.folder / 'nothing'}", output)
            code, output = self.run_program(flag)
            self.assertEqual(code, 2, output)
            self.assertIn(flag, output)

    def test_of_a_directory_in_use(self):
        server = self.serve()
        for flag in ("--check", "--repair"):
            code, output = self.run_program(flag, self.data)
            self.assertEqual(code, 1, output)
            self.assertIn("in use", output)
        self.put(server.client(), "k", "v")


class Start(StorageCase):
    def test_second_server_on_a_directory_is_refused(self):
        server = self.serve()
        output = self.refused()
        self.assertIn(f"{self.data} is in use by another process", output)
        self.put(server.client(), "k", "v")
        server.kill()
        server.start()  # a lock does not outlive its process
        self.assertEqual(set(server.client().entries()), {"k"})

    def test_missing_directory_is_refused(self):
        missing = self.folder / "missing"
        self.assertIn(f"--data-dir: there is no directory {missing}", self.refused(data=missing))
        self.assertFalse(missing.exists())

    def test_file_in_place_of_a_directory_is_refused(self):
        file = self.folder / "file"
        file.touch()
        self.assertRegex(self.refused(data=file), rf"--data-dir: .*{re.escape(str(file))}")

    def test_read_only_directory_is_refused(self):
        self.data.chmod(0o555)
        self.folder.chmod(0o755)
        prepare = None
        if os.geteuid() == 0:  # who may write anywhere

            def prepare():
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)

            try:
                with Server(self.program, prepare=prepare) as server:
                    server.run("--version")
            except PermissionError:
                self.skipTest("another user cannot run the program where it lies")
        self.assertRegex(self.refused(prepare=prepare),
                         rf"--data-dir: .*{re.escape(str(self.data))}.*Permission denied")


if __name__ == "__main__":
    main()
