# SPDX-License-Identifier: GPL-3.0-only
"""Runs bench/compare for seconds, with the servers that are installed, and reads what it writes.

Usage: compareruns.py <memorykv-server> <bench-fanout>
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

COMPARE = Path(__file__).resolve().parents[2] / "bench" / "compare"


class CompareRuns(unittest.TestCase):
    def test_measures_and_writes_what_it_measured(self):
        works = ["feed-text-100-1k"]
        if shutil.which("wrk"):
            works += ["get-40-32", "put-if-40-32"]
        with tempfile.TemporaryDirectory() as folder:
            files = {kind: Path(folder, f"numbers.{kind}") for kind in ("json", "md", "svg")}
            done = subprocess.run(
                [sys.executable, COMPARE, "--server", sys.argv[1], "--fanout", sys.argv[2],
                 "--quick", "--only", ",".join(works), "--json", files["json"], "--markdown", files["md"],
                 "--picture", files["svg"]], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            report = json.loads(files["json"].read_text())
            page = files["md"].read_text()
            xml.etree.ElementTree.parse(files["svg"])
        self.assertEqual(sorted(work["name"] for work in report["works"]), sorted(works))
        for work in report["works"]:
            self.assertEqual(work["failures"], {})
            self.assertGreater(work["peers"]["memorykv"]["rate"], 0)
            self.assertIn(work["title"], page)
            for name, one in work["peers"].items():
                self.assertGreater(one["p99"], 0, f"{work['name']} {name}")
                if work["name"].startswith("feed"):
                    self.assertEqual(one["lost"], 0, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
