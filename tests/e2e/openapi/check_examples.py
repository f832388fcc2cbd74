#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Types the examples of Markdown pages and compares what they print with what the pages say.

Usage: check_examples.py --server <memorykv-server> <page.md>...

Each page gets a server of its own that has just started, in place of the one at localhost:8080.

    ```console         Lines that begin with "$ " are commands for bash, the lines after one are what
                       it prints.
    ```console live    One command that goes on printing while the examples after it run. Its first
                       line has to come by itself; the others have to have come at the next live
                       command or the next heading. Then the command is stopped.
    ```python          Goes to the file its first line names: "# consumer.py".

Times, epochs and ports differ from run to run and are not compared. Exits 1 when anything differs.
"""

import argparse
import difflib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from runningserver import RunningServer

COMMAND_SECONDS = 30
SETTLE_SECONDS = 0.3

# What differs from run to run, and what stands for it in a comparison.
VARIABLE = [
    (re.compile(r"^Date: .*"), "Date: <date>"),
    (re.compile(r'"epoch":\d+'), '"epoch":<epoch>'),
    (re.compile(r"\b1\d{12}:(?=\d)"), "<epoch>:"),
    (re.compile(r"^epoch +\d+"), "epoch <epoch>"),
    (re.compile(r'"(time|started)":"[-0-9]{10}T[0-9:]{8}\.[0-9]{3}Z"'), r'"\1":"<time>"'),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "<address>"),
]


@dataclass
class Block:
    """A fenced block: the words after the fence, its lines, and the line of the page it begins at."""

    words: list
    line: int
    lines: list = field(default_factory=list)


def elements(page: Path):
    """The blocks of a page and, as None, its headings, in order."""
    block = None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if block is not None:
            if line == "```":
                yield block
                block = None
            else:
                block.lines.append(line)
        elif line.startswith("```"):
            block = Block(line[3:].split(), number)
        elif line.startswith("#"):
            yield None


def comparable(lines):
    """The lines without what differs from run to run, and without empty ones at the end."""
    result = []
    for line in lines:
        line = line.rstrip()
        for pattern, stand_in in VARIABLE:
            line = pattern.sub(stand_in, line)
        result.append(line)
    while result and not result[-1]:
        result.pop()
    return result


class Live:
    """A command that runs on while others are tried out."""

    def __init__(self, process, expected):
        self.expected = expected
        self.printed = []
        self._process = process
        self._news = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for_lines(self, count):
        with self._news:
            self._news.wait_for(lambda: len(self.printed) >= count or self._ended, COMMAND_SECONDS)

    def stop(self):
        self.wait_for_lines(len(self.expected))
        with self._news:
            self._news.wait_for(lambda: self._ended, SETTLE_SECONDS)  # for lines that must not come
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()

    def _read(self):
        for line in self._process.stdout:
            with self._news:
                self.printed.append(line.rstrip("\r\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


class PageCheck:
    """One page against one server."""

    def __init__(self, page: Path, url: str, folder: Path, programs: Path):
        self.differences = 0
        self.commands = 0
        self._page = page
        self._address = url.removeprefix("http://")
        self._folder = folder
        self._programs = programs
        self._live = None

    def run(self):
        for element in elements(self._page):
            if element is None:
                self._finish_live()
            elif element.words[:1] == ["python"]:
                self._write_file(element)
            elif element.words == ["console"]:
                self._run_block(element)
            elif element.words == ["console", "live"]:
                self._start_live(element)
        self._finish_live()

    def _here(self, text):
        return text.replace("localhost:8080", self._address)

    def _write_file(self, block):
        name = block.lines[0].removeprefix("# ") if block.lines else ""
        if re.fullmatch(r"[a-z]+\.py", name):
            (self._folder / name).write_text(self._here("\n".join(block.lines) + "\n"))

    def _start(self, command):
        self.commands += 1
        # The page shows what a terminal would: no progress meter, "python3" with websockets, and
        # the server in the path.
        script = 'curl() { command curl -sS "$@"; }\n' + self._here(command)
        path = os.pathsep.join(
            [str(Path(sys.executable).parent), str(self._programs), os.environ["PATH"]]
        )
        return subprocess.Popen(
            ["bash", "-c", script],
            cwd=self._folder,
            env=dict(os.environ, PATH=path, PYTHONUNBUFFERED="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def _examples(self, block):
        """The commands of a block: line of the page, command, what it prints."""
        examples = []
        for number, line in enumerate(block.lines, block.line + 1):
            if line.startswith("$ "):
                examples.append((number, line[2:], []))
            elif examples:
                examples[-1][2].append(line)
        return examples

    def _run_block(self, block):
        for line, command, expected in self._examples(block):
            process = self._start(command)
            try:
                printed, _ = process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                printed, _ = process.communicate()
                printed += f"\n(stopped after {COMMAND_SECONDS} s)"
            self._compare(line, command, expected, printed.splitlines())

    def _start_live(self, block):
        self._finish_live()
        ((line, command, expected),) = self._examples(block)
        live = Live(self._start(command), comparable(expected))
        live.wait_for_lines(1)
        self._live = (line, command, live)

    def _finish_live(self):
        if self._live is None:
            return
        line, command, live = self._live
        self._live = None
        live.stop()
        self._compare(line, command, live.expected, live.printed)

    def _compare(self, line, command, expected, printed):
        expected, printed = comparable(expected), comparable(printed)
        if expected == printed:
            return
        self.differences += 1
        print(f"{self._page}:{line}: $ {command}")
        for difference in difflib.unified_diff(expected, printed, "page", "server", lineterm="", n=1):
            print(f"    {difference}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, type=Path, help="the server program")
    parser.add_argument("pages", nargs="+", type=Path, help="the pages to try out")
    options = parser.parse_args()

    differences = 0
    for page in options.pages:
        with tempfile.TemporaryDirectory() as folder, RunningServer(options.server.resolve()) as server:
            check = PageCheck(page, server.url, Path(folder), options.server.resolve().parent)
            check.run()
        print(f"{page.name}: {check.commands} commands, {check.differences} differences")
        # A page in which nothing is found to try out is a mistake in this program or in the page.
        differences += check.differences + (check.commands == 0)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
