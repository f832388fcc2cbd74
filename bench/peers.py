# SPDX-License-Identifier: GPL-3.0-only
"""The servers that bench/compare compares, and how each is asked for the same thing.

The functions that make requests return the bytes of one, or None where a peer has no counterpart.
"""

import base64
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from benchdata import exchange, http_request, load_by_batch
from benchlib import HOST, BenchError, accepts, free_port

LIST_LIMIT = 100
SHARED_MEMORY = Path("/dev/shm")
ETCD_LOAD = 1000  # keys that etcd gets with one transaction
SMALL = 40  # bytes of a value, up to which it may stand in an address or a configuration


def index_pairs(count, groups=1000):
    """COUNT keys spread over GROUPS prefixes, with short values."""
    for i in range(count):
        yield f"group:{i % groups:03d}:{i:08d}", "v"


def run_text(*command):
    """What COMMAND prints, on either stream."""
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def version_in(text):
    found = re.search(r"\d+(\.\d+)+", text)
    return found.group(0) if found else "unknown"


class Peer:
    """A server, or several that work together, started anew for each kind of setup."""

    name = ""
    programs = ()
    setups = ("memory", "large", "list", "durable")  # that it takes part in

    def __init__(self, tools):
        """TOOLS: paths of installed programs, by name."""
        self.tools = tools
        self.services = []

    def start(self, bench, durable):
        """Starts it; with DURABLE every write has to be on the disk of bench.folder."""
        raise NotImplementedError

    def stop(self, bench):
        for service in reversed(self.services):
            bench.stop(service)
        self.services.clear()

    def label(self, setup):
        """What it is called in the results of SETUP."""
        return self.name

    @property
    def front(self):
        """The service that is asked."""
        return self.services[-1]

    def cpu_seconds(self):
        """(user, system) time of all its processes."""
        times = [service.cpu_seconds() for service in self.services]
        return sum(user for user, _ in times), sum(system for _, system in times)

    def get(self, key, size):
        return None

    def put(self, key, value):
        return None

    def put_if_exists(self, key, value):
        return None

    def batch(self, pairs):
        return None

    def listing(self, prefix):
        """The first LIST_LIMIT keys with a prefix."""
        return None

    def feed(self, form):
        """(protocol of bench-fanout, service) for a feed in the FORM text or json, or None."""
        return None

    def load(self, requests):
        """Sends REQUESTS one after the other; raises BenchError when one fails."""
        with socket.create_connection((HOST, self.front.port), timeout=60) as connection:
            for one in requests:
                status, body = exchange(connection, one)
                if status >= 300 or b'"ERR' in body[:100]:
                    raise BenchError(f"{self.name} answered {one[:100]!r} with {status} "
                                     f"{body[:300]!r}")

    def load_index(self, bench, count):
        """Stores index_pairs(COUNT) for listing()."""
        raise NotImplementedError


class MemoryKv(Peer):
    name = "memorykv"
    programs = ("memorykv-server",)
    setups = (*Peer.setups, "feed")

    def __init__(self, tools, arguments=()):
        super().__init__(tools)
        self.arguments = arguments

    def version(self):
        return version_in(run_text(self.tools["memorykv-server"], "--version"))

    def start(self, bench, durable):
        options = ["--max-connections", "5000", "--max-per-address", "off", *self.arguments]
        if durable:
            folder = tempfile.mkdtemp(prefix="memorykv-", dir=bench.folder)
            options += ["--data-dir", folder, "--fsync", "always"]
        self.services = [bench.start_memorykv(self.tools["memorykv-server"], 1, options)]

    def get(self, key, size):
        return http_request("GET", f"/{key}")

    def put(self, key, value):
        # A small one is sent as it comes by default, and is answered with the previous value.
        brief = () if len(value) <= SMALL else ("Prefer: return=minimal",)
        return http_request("PUT", f"/{key}", value, brief)

    def put_if_exists(self, key, value):
        return http_request("PUT", f"/{key}", value, ("If-Match: *",))

    def batch(self, pairs):
        operations = [{"op": "put", "key": key, "value": value.decode()} for key, value in pairs]
        body = json.dumps({"operations": operations}, separators=(",", ":")).encode()
        return http_request("POST", "/-/batch", body, ("Content-Type: application/json",))

    def listing(self, prefix):
        return http_request("GET", f"/keys/{prefix}?limit={LIST_LIMIT}")

    def feed(self, form):
        return form, self.front

    def load_index(self, bench, count):
        load_by_batch(self.front, index_pairs(count))


class Redis(Peer):
    """redis-server, asked over HTTP through webdis."""

    name = "webdis+redis"
    programs = ("redis-server", "redis-cli", "webdis")
    setups = (*Peer.setups, "feed")

    def label(self, setup):
        return "redis" if setup == "feed" else self.name

    def version(self):
        webdis = run_text("dpkg-query", "-W", "-f", "${Version}", "webdis")
        redis = run_text(self.tools["redis-server"], "--version")
        return f"{version_in(webdis)} + {version_in(redis)}"

    def start(self, bench, durable):
        options = (("--appendonly", "yes", "--appendfsync", "always") if durable
                   else ("--appendonly", "no"))
        redis = bench.start_redis(self.tools["redis-server"], (*options, "--maxclients", "5000"))
        self.services = [redis]
        port = free_port()
        config = bench.folder / f"webdis-{port}.json"
        config.write_text(json.dumps({
            "redis_host": HOST, "redis_port": redis.port, "redis_auth": None, "http_host": HOST,
            "http_port": port, "threads": 1, "pool_size": 20, "daemonize": False,
            "websockets": False, "database": 0, "acl": [], "verbosity": 0,
            "logfile": "/dev/null"}))
        service = bench.start("webdis", [self.tools["webdis"], config])
        service.port = port
        self.services.append(service)
        bench.wait(service, lambda: accepts(port))

    def get(self, key, size):
        return http_request("GET", f"/GET/{key}.txt")

    def put(self, key, value):
        return http_request("PUT", f"/SET/{key}", value)

    def put_if_exists(self, key, value):
        return http_request("POST", "/", f"SET/{key}/".encode() + value + b"/XX")

    def batch(self, pairs):
        body = b"MSET" + b"".join(b"/" + key.encode() + b"/" + value for key, value in pairs)
        return http_request("POST", "/", body)

    def listing(self, prefix):
        # Redis has no order of keys; those who need one keep them in a sorted set.
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return http_request("GET", f"/ZRANGEBYLEX/index/[{prefix}/({after}/LIMIT/0/{LIST_LIMIT}")

    def feed(self, form):
        return ("redis", self.services[0]) if form == "text" else None

    def load_index(self, bench, count):
        commands = "".join(f"*4\r\n$4\r\nZADD\r\n$5\r\nindex\r\n$1\r\n0\r\n${len(key)}\r\n{key}\r\n"
                           for key, _ in index_pairs(count))
        done = bench.run_load([self.tools["redis-cli"], "-h", HOST, "-p", self.services[0].port,
                               "--pipe"], input=commands)
        if f"errors: 0, replies: {count}" not in done.stdout:
            raise BenchError(f"redis-cli: {done.stdout.strip()}")


class Etcd(Peer):
    """etcd, asked through its JSON gateway."""

    name = "etcd"
    programs = ("etcd",)

    def version(self):
        return version_in(run_text(self.tools["etcd"], "--version"))

    def start(self, bench, durable):
        # It always syncs: for what need not be durable, its files are in memory.
        in_memory = not durable and SHARED_MEMORY.is_dir()
        self.folder = tempfile.mkdtemp(prefix="memorykv-bench-etcd-",
                                       dir=SHARED_MEMORY if in_memory else bench.folder)
        port, peer = free_port(), free_port()
        client, own = f"http://{HOST}:{port}", f"http://{HOST}:{peer}"
        service = bench.start("etcd", [
            self.tools["etcd"], "--data-dir", self.folder, "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", own,
            "--initial-advertise-peer-urls", own, "--initial-cluster", f"default={own}",
            "--logger", "zap", "--log-level", "error", "--max-txn-ops", str(ETCD_LOAD),
            "--max-request-bytes", str(64 << 20), "--quota-backend-bytes", str(8 << 30)])
        service.port = port
        self.services = [service]
        bench.wait(service, lambda: accepts(port) and self._is_ready())

    def _is_ready(self):
        with socket.create_connection((HOST, self.front.port), timeout=5) as connection:
            return b'"true"' in exchange(connection, http_request("GET", "/health"))[1]

    def stop(self, bench):
        super().stop(bench)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _post(path, message):
        return http_request("POST", path, json.dumps(message, separators=(",", ":")).encode())

    @staticmethod
    def _text(data):
        return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()

    def _put(self, key, value):
        return {"key": self._text(key), "value": self._text(value)}

    def get(self, key, size):
        return self._post("/v3/kv/range", {"key": self._text(key)})

    def put(self, key, value):
        return self._post("/v3/kv/put", self._put(key, value))

    def put_if_exists(self, key, value):
        return self._post("/v3/kv/txn", {
            "compare": [{"target": "VERSION", "key": self._text(key), "result": "GREATER",
                         "version": 0}],
            "success": [{"requestPut": self._put(key, value)}]})

    def batch(self, pairs):
        return self._post("/v3/kv/txn", {
            "success": [{"requestPut": self._put(key, value)} for key, value in pairs]})

    def listing(self, prefix):
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self._post("/v3/kv/range", {
            "key": self._text(prefix), "range_end": self._text(after), "limit": LIST_LIMIT,
            "keys_only": True})

    def load_index(self, bench, count):
        pairs = [(key, value) for key, value in index_pairs(count)]
        self.load(self.batch(pairs[i:i + ETCD_LOAD]) for i in range(0, count, ETCD_LOAD))


class Nginx(Peer):
    """nginx with one worker that answers with constants: what a server can do at most."""

    name = "nginx"
    programs = ("nginx",)
    setups = ("memory", "large")
    constant = "0123456789" * (SMALL // 10)

    def version(self):
        return version_in(run_text(self.tools["nginx"], "-v"))

    def start(self, bench, durable):
        port = free_port()
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        folder = Path(tempfile.mkdtemp(prefix="nginx-", dir=bench.folder))
        for size in (4 << 10, 1 << 20):
            (folder / f"value-{size}").write_bytes(b"x" * size)
        paths = "\n".join(f"  {kind}_temp_path {folder}/{kind};"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = folder / "nginx.conf"
        config.write_text(f"""\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 2048; }}
http {{
{paths}
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_max_body_size 0;
  open_file_cache max=10;
  sendfile on;
  tcp_nopush on;
  default_type application/octet-stream;
  server {{
    listen {HOST}:{port};
    location / {{ return 200 "{self.constant}"; }}
    location /value- {{ root {folder}; }}
  }}
}}
""")
        service = bench.start("nginx", [self.tools["nginx"], "-p", folder, "-c", config])
        service.port = port
        self.services = [service]
        bench.wait(service, lambda: accepts(port))

    def get(self, key, size):
        return http_request("GET", f"/{key}" if size <= SMALL else f"/value-{size}")

    def put(self, key, value):
        return http_request("PUT", f"/{key}", value)


class Nats(Peer):
    """nats-server, for the feed alone."""

    name = "nats"
    programs = ("nats-server",)
    setups = ("feed",)

    def version(self):
        return version_in(run_text(self.tools["nats-server"], "--version"))

    def start(self, bench, durable):
        port = free_port()
        service = bench.start("nats-server", [self.tools["nats-server"], "-a", HOST, "-p", port])
        service.port = port
        self.services = [service]
        bench.wait(service, lambda: accepts(port))

    def feed(self, form):
        return ("nats", self.front) if form == "text" else None


PEERS = (MemoryKv, Redis, Etcd, Nginx, Nats)
