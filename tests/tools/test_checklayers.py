# SPDX-License-Identifier: GPL-3.0-only
"""Tests tools/check-layers on small source trees."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "check-layers"


def check(files):
    """Exit code and lines of check-layers on a tree of these files (path: text)."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, PROGRAM, folder], capture_output=True, text=True, check=False
        )
    return done.returncode, done.stdout.splitlines()


class CheckLayersTest(unittest.TestCase):
    def test_allows_each_layer_what_is_below_it(self):
        allowed = {
            "shared/a.cpp": "shared/event.h",
            "server/log/a.cpp": "shared/event.h",
            "server/store/a.cpp": "server/log/log.h",
            "server/http/a.cpp": "server/store/keyvaluestore.h",
            "server/feed/a.h": "server/log/log.h",
            "server/metrics/a.h": "server/metrics/metrics.h",
            "server/page/a.cpp": "shared/result.h",
            "server/app/a.cpp": "server/feed/feedhub.h",
            "server/main.cpp": "server/app/server.h",
            "monitor/client/a.cpp": "shared/event.h",
            "monitor/models/a.cpp": "monitor/client/client.h",
            "monitor/ui/deep/a.cpp": "monitor/models/keys.h",
            "sdks/c/src/a.c": "sdks/c/include/memorykv.h",
        }
        files = {path: f'#include "{name}"\n' for path, name in allowed.items()}
        self.assertEqual(check(files), (0, []))

    def test_names_each_forbidden_include(self):
        forbidden = {
            "shared/a.cpp": "server/log/log.h",
            "server/log/a.cpp": "server/store/keyvaluestore.h",
            "server/store/a.h": "server/http/request.h",
            "server/http/a.cpp": "server/feed/feedhub.h",
            "server/feed/a.cpp": "server/metrics/metrics.h",
            "server/metrics/a.cpp": "server/page/page.h",
            "server/page/a.cpp": "server/app/options.h",
            "server/app/a.cpp": "monitor/client/client.h",
            "monitor/client/a.cpp": "monitor/models/keys.h",
            "monitor/models/a.cpp": "monitor/ui/window.h",
            "monitor/ui/a.cpp": "server/store/keyvaluestore.h",
            "sdks/c/a.c": "shared/event.h",
            "sdks/rust/a.c": "sdks/c/memorykv.h",
            "shared/b.cpp": "tests/support/double.h",
        }
        for path, name in forbidden.items():
            with self.subTest(path=path, name=name):
                line = f'#include "{name}"\n'
                expected = f'{path}:3: may not include "{name}"'
                self.assertEqual(check({path: "\n\n" + line}), (1, [expected]))

    def test_leaves_system_and_foreign_includes_alone(self):
        text = '#include <server/http/request.h>\n#include "zlib.h"\n// #include "server/x.h"\n'
        self.assertEqual(check({"shared/a.cpp": text}), (0, []))

    def test_takes_a_name_next_to_the_source_as_that_file(self):
        files = {"sdks/c/src/a.c": '#include "b.h"\n', "sdks/c/src/b.h": ""}
        self.assertEqual(check(files), (0, []))

    def test_sees_through_relative_paths(self):
        files = {"shared/a.cpp": '#  include "../server/log/log.h"\n', "server/log/log.h": ""}
        expected = 'shared/a.cpp:1: may not include "../server/log/log.h"'
        self.assertEqual(check(files), (1, [expected]))

    def test_names_a_source_in_no_layer(self):
        self.assertEqual(check({"server/extra/a.cpp": ""}), (1, ["server/extra/a.cpp:1: lies in no layer"]))

    def test_passes_an_empty_tree(self):
        self.assertEqual(check({}), (0, []))


if __name__ == "__main__":
    unittest.main()
