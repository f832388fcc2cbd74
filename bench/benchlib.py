# SPDX-License-Identifier: GPL-3.0-only
"""What the benchmark scripts share: tools, processes, CPU time and memory, wrk, tables.

Everything runs on 127.0.0.1. Every process started here is stopped when the Bench context is left,
on Ctrl-C and SIGTERM too.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_SERVER = HERE.parent / "build" / "release" / "bin" / "memorykv-server"
HOST = "127.0.0.1"
PACKAGES = {
    "wrk": "wrk",
    "nginx": "nginx",
    "redis-server": "redis-server",
    "redis-cli": "redis-tools",
    "redis-benchmark": "redis-tools",
    "webdis": "webdis",
    "etcd": "etcd-server",
    "nats-server": "nats-server",
}
START_TIMEOUT = 15  # seconds until a server has to answer
STOP_TIMEOUT = 15  # seconds from SIGTERM to SIGKILL


class BenchError(Exception):
    """A reason to stop that the user can act on."""


def argument_parser(description):
    """A parser with the options that every script has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--server", metavar="PATH", type=Path, default=DEFAULT_SERVER,
                        help="the memorykv-server program (that of the release build)")
    parser.add_argument("--server-arg", metavar="ARG", action="append", default=[],
                        help="one more argument for it; may be repeated (--server-arg=--x=1)")
    parser.add_argument("--quick", action="store_true",
                        help="a short run, to see that it works; its numbers are rough")
    parser.add_argument("--check", action="store_true",
                        help="end with status 1 when a target is missed")
    return parser


def add_directory_option(parser):
    """For scripts that measure a disk."""
    parser.add_argument("--directory", metavar="DIR", type=Path, default=HERE.parent / "build",
                        help="where the data is kept while it runs (%(default)s)")


def disk_of(directory):
    """(device, kind of file system) DIRECTORY is on. Raises BenchError for one in memory."""
    if not directory.is_dir():
        raise BenchError(f"no directory {directory}; name one with --directory")
    mounts = [line.split()[:3] for line in Path("/proc/mounts").read_text().splitlines()]
    place = directory.resolve()
    device, _, kind = max((mount for mount in mounts if place.is_relative_to(mount[1])),
                          key=lambda mount: len(mount[1]))
    if kind in ("tmpfs", "ramfs"):
        raise BenchError(f"{directory} is in memory ({kind}); name a disk with --directory")
    return device, kind


def describe_disk(directory):
    """A line about it. Raises BenchError as disk_of() does."""
    device, kind = disk_of(directory)
    return f"data in {directory}, on {device} ({kind})"


def find_installed(*names):
    """The paths of the programs NAMES, None for one that is not there."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return {name: shutil.which(name, path=path) for name in names}


def find_tools(*names):
    """The paths of the programs NAMES. Raises BenchError naming the packages of those missing."""
    found = find_installed(*names)
    missing = [name for name in names if found[name] is None]
    if missing:
        packages = " ".join(sorted({PACKAGES[name] for name in missing}))
        raise BenchError(f"not installed: {', '.join(missing)} "
                         f"(on Debian: apt-get install {packages})")
    return found


def run_main(main):
    """Runs MAIN and turns its end into an exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Service:
    """A server process, reached on PORT of the loopback interface."""

    def __init__(self, name, process, port, log):
        self.name = name
        self.process = process
        self.port = port
        self.log = log

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def pids(self):
        """Its process and all descendants."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parents[int(entry.name)] = int(_stat_fields(entry.name)[1])
        pids = [self.process.pid]
        for pid in pids:
            pids.extend(child for child, parent in parents.items() if parent == pid)
        return pids

    def cpu_seconds(self):
        """(user, system) time it has used, descendants included."""
        fields = [_stat_fields(pid) for pid in self.pids()]
        return tuple(sum(int(one[i]) for one in fields) / os.sysconf("SC_CLK_TCK")
                     for i in (11, 12))

    def resident_bytes(self):
        total = 0
        for pid in self.pids():
            status = Path(f"/proc/{pid}/status").read_text()
            total += int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M).group(1)) * 1024
        return total

    def settled_resident_bytes(self):
        """Resident memory once it has kept still for a second, or after 15 seconds at most."""
        last = self.resident_bytes()
        for _ in range(15):
            time.sleep(1)
            now = self.resident_bytes()
            if abs(now - last) < 128 * 1024:
                return now
            last = now
        return last

    def check_alive(self):
        if self.process.poll() is not None:
            raise BenchError(f"{self.name} ended with status {self.process.returncode}:\n"
                             + self.log.read_text(errors="replace")[-2000:])


def _stat_fields(pid):
    """The fields of /proc/<pid>/stat from the third on; the second may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


class Bench:
    """A context that owns a temporary folder and the processes of a benchmark."""

    def __init__(self, pin=False, directory=None):
        """DIRECTORY is where the folder is made, for those who measure its disk."""
        self._directory = directory
        cpus = sorted(os.sched_getaffinity(0))
        self.pinned = pin and len(cpus) >= 2
        self._server_cpus = {cpus[-1]} if self.pinned else set(cpus)
        self._load_cpus = {cpus[0]} if self.pinned else set(cpus)
        self._services = []

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="memorykv-bench-", dir=self._directory))
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave a process behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for service in reversed(self._services):
            self.stop(service)
        shutil.rmtree(self.folder, ignore_errors=True)

    def describe(self):
        """A line about the machine and the placement of processes, one more when it is busy."""
        model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
        name = model.group(1) if model else "unknown processor"
        place = "server and load on a processor each" if self.pinned else "processes not pinned"
        text = f"{name}, {os.cpu_count()} processors, {place}"
        load = os.getloadavg()[0]
        if load > 0.5:
            text += f"\nThe machine is busy (load {load:.1f}): the numbers will be rough."
        return text

    def start(self, name, command):
        log = self.folder / f"{name}-{len(self._services)}.log"
        with log.open("wb") as output:
            # In a session of its own, so that Ctrl-C reaches this script only, which stops it.
            process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True, cwd=self.folder,
                preexec_fn=lambda: os.sched_setaffinity(0, self._server_cpus))
        service = Service(name, process, 0, log)
        self._services.append(service)
        return service

    def wait(self, service, ready):
        deadline = time.monotonic() + START_TIMEOUT
        while not ready():
            service.check_alive()
            if time.monotonic() > deadline:
                raise BenchError(f"{service.name} does not answer after {START_TIMEOUT} s:\n"
                                 + service.log.read_text(errors="replace")[-2000:])
            time.sleep(0.02)

    def stop(self, service):
        """Stops SERVICE with SIGTERM, or SIGKILL when that does not help."""
        if service not in self._services:
            return
        self._services.remove(service)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(service.process.pid, signal.SIGTERM)
        try:
            service.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            print(f"{service.name} did not stop within {STOP_TIMEOUT} s of SIGTERM and was killed",
                  file=sys.stderr)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(service.process.pid, signal.SIGKILL)
            service.process.wait()

    def start_memorykv(self, program, threads, arguments=()):
        """Starts memorykv-server on a port of its choice and waits for its "listening on" line."""
        program = Path(program).resolve()
        if not os.access(program, os.X_OK) or program.is_dir():
            raise BenchError(f"no program {program}: build it (cmake --preset release && "
                             "cmake --build --preset release) or name it with --server")
        service = self.start("memorykv", [program, "--address", HOST, "--port", "0",
                                           "--threads", str(threads), *arguments])

        def ready():
            text = service.log.read_text(errors="replace")
            line = re.search(r"listening on http://[^\s:]+:(\d+)", text)
            if line:
                service.port = int(line.group(1))
            return line is not None

        self.wait(service, ready)
        return service

    def start_redis(self, redis_server, arguments=("--appendonly", "no")):
        """Starts redis-server, by default in memory only, and waits until its data is loaded."""
        port = free_port()
        service = self.start("redis", [redis_server, "--bind", HOST, "--port", port, "--save", "",
                                        "--dir", self.folder, *arguments])
        service.port = port
        self.wait(service, lambda: _answers_ping(port))
        return service

    def run_load(self, command, **options):
        """Runs a program that makes load, to its end; returns the CompletedProcess."""
        done = subprocess.run(
            [str(part) for part in command], text=True, capture_output=True, check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, self._load_cpus), **options)
        if done.returncode != 0:
            raise BenchError(f"{command[0]} failed: {(done.stdout + done.stderr).strip()[-2000:]}")
        return done

    def write_requests(self, name, requests):
        """Writes REQUESTS (bytes each) to a file for wrk() to send in turn; returns its path."""
        path = self.folder / f"{name}.requests"
        with path.open("wb") as file:
            for one in requests:
                file.write(b"%d\n" % len(one))
                file.write(one)
        return path

    def wrk(self, tool, service, requests, seconds, connections):
        """Sends a file of REQUESTS with one wrk thread; returns what bench/load.lua reports.

        {"requests", "seconds", "rate", "p50", "p99", "p999", "max"}, times in seconds. Raises
        BenchError when a request failed.
        """
        done = self.run_load([tool, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
                              "-s", HERE / "load.lua", service.url, "--", requests])
        service.check_alive()
        line = re.search(r"^RESULT (\{.*\})$", done.stdout, re.M)
        if line is None:
            raise BenchError(f"wrk reported nothing: {done.stdout[-2000:]}")
        result = json.loads(line.group(1))
        if result["errors"]:
            raise BenchError(f"{result['errors']} of {result['requests']} requests to "
                             f"{service.name} failed")
        return result


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _answers_ping(port):
    """Whether the Redis server there answers, and not that it is loading."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1) as redis:
        redis.sendall(b"PING\r\n")
        return redis.recv(100).startswith(b"+PONG")
    return False


def median(values):
    return statistics.median(values)


def percentile(values, fraction):
    """The value below which FRACTION of VALUES lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def print_table(header, rows):
    """Rows of text in columns, the first one to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for number, row in enumerate([header, *rows]):
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
