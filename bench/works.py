# SPDX-License-Identifier: GPL-3.0-only
"""The works of bench/compare: what is asked of every peer."""

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Callable

from benchdata import exchange
from benchlib import HOST, BenchError
from report import count

SIZES = {"40": 40, "4k": 4 << 10, "1m": 1 << 20}
CONNECTIONS = (1, 32, 256)
PIPELINE = 16
BATCH = 100
GROUP = "group:050:"
EVENT_VALUE = 79  # bytes of a value, so that an event in text has 110
INDEX = {False: 1_000_000, True: 100_000}  # keys to list among, by whether the run is quick


@dataclass(frozen=True)
class Work:
    """Something to do again and again.

    SETUP names the servers it runs on: those of one setup are started once, and new for the next.
    RUN does it once, with (bench, tools, peer, work, seconds), and returns a sample; see sample().
    """

    name: str
    title: str
    setup: str
    run: Callable
    details: dict
    unit: str = "requests"
    quick: bool = False
    regular: bool = True  # part of a run that names no works


def sample(rate, count, cpu, times, **more):
    """One measurement: operations a second, CPU seconds of each (user, system), seconds of one.

    What is not known is None: when nothing was done, or TIMES has none.
    """
    user, system = (one / count if count else None for one in cpu)
    return {"rate": rate, "user": user, "system": system,
            **{name: times[name] or None for name in ("p50", "p99", "p999")}, **more}


def keys_for(size):
    """The keys that requests go round, by the bytes of their values."""
    return [f"bench{size}:{i:06d}" for i in range(16 if size >= 1 << 20 else 1000)]


def value_of(size):
    return b"0123456789abcdef" * (size // 16) + b"x" * (size % 16)


def http_requests(peer, work):
    """The requests of a work over HTTP, one by one, or None where PEER has no counterpart."""
    kind, size = work.details["kind"], work.details.get("size", 0)
    if kind == "list":
        requests = [peer.listing(f"group:{i:03d}:") for i in range(0, 1000, 10)]
    elif kind == "batch":
        keys = [f"batch:{i:06d}" for i in range(10 * BATCH)]
        requests = [peer.batch([(key, value_of(40)) for key in keys[i:i + BATCH]])
                    for i in range(0, len(keys), BATCH)]
    elif kind == "get":
        requests = [peer.get(key, size) for key in keys_for(size)]
    else:
        make = {"put": peer.put, "put-if": peer.put_if_exists}[kind]
        requests = [make(key, value_of(size)) for key in keys_for(size)]
    return None if None in requests else requests


def check_answer(peer, work, request):
    """Asks once; raises BenchError when the answer is not what is compared."""
    try:
        with socket.create_connection((HOST, peer.front.port), timeout=60) as connection:
            status, body = exchange(connection, request)
    except (OSError, http.client.HTTPException) as error:
        raise BenchError(f"{peer.name}: {type(error).__name__} {str(error)[:100]}") from error
    kind, size = work.details["kind"], work.details.get("size", 0)
    good = 200 <= status < 300 and b'"ERR' not in body[:100]
    if kind == "get":
        good = good and len(body) >= size
    elif kind == "put-if":
        good = good and b"null" not in body and b'"responses":[]' not in body
    elif kind == "list":
        good = good and len(json.dumps(json.loads(body))) > 1000
    if not good:
        raise BenchError(f"{peer.name} answered {request[:100]!r} with {status} {body[:300]!r}")


def run_http(bench, tools, peer, work, seconds):
    """A sample of requests over HTTP, made with wrk; None where PEER has no counterpart."""
    requests = http_requests(peer, work)
    if requests is None:
        return None
    depth = work.details.get("pipeline", 1)
    file = bench.folder / f"{work.name}-{peer.name}.requests"
    if not file.exists():
        check_answer(peer, work, requests[0])
        groups = [b"".join(requests[i:i + depth]) for i in range(0, len(requests), depth)]
        bench.write_requests(file.stem, groups)
    before = peer.cpu_seconds()
    result = bench.wrk(tools["wrk"], peer.front, file, seconds, work.details["connections"])
    cpu = [after - one for after, one in zip(peer.cpu_seconds(), before)]
    # wrk takes the time of all pipelined requests for that of each, and corrects it wrongly.
    times = result if depth == 1 else dict.fromkeys(("p50", "p99", "p999"))
    return sample(result["rate"], result["requests"], cpu, times)


def run_feed(bench, tools, peer, work, seconds):
    """A sample of deliveries, made with bench-fanout; None where PEER has no counterpart."""
    details = work.details
    feed = peer.feed(details["form"])
    if feed is None:
        return None
    protocol, service = feed
    command = [tools["bench-fanout"], "--protocol", protocol, "--port", service.port,
               "--consumers", details["consumers"], "--rate", details["rate"],
               "--seconds", seconds, "--value-size", EVENT_VALUE,
               *(["--stall"] if details.get("stall") else []),
               *(part for pid in service.pids() for part in ("--pid", pid))]
    if details.get("batch") and peer.name == "memorykv":
        command += ["--batch", details["batch"]]
    result = json.loads(bench.run_load(command, timeout=180).stdout)
    service.check_alive()
    return sample(result["delivered_rate"], result["delivered"],
                  (result["server_user"], result["server_system"]), result,
                  published=result["publish_rate"], lost=result["lost"] + result["reordered"])


def size_title(size):
    return {"40": "40 B", "4k": "4 KiB", "1m": "1 MiB"}[size]


def point_works():
    """GET and PUT of each size."""
    for kind in ("get", "put"):
        for size, number in SIZES.items():
            for connections in CONNECTIONS:
                yield Work(f"{kind}-{size}-{connections}",
                           f"{kind.upper()} {size_title(size)}, "
                           f"{count(connections, 'connection')}",
                           "large" if size == "1m" else "memory", run_http,
                           {"kind": kind, "size": number, "connections": connections},
                           quick=connections == 32 and size != "1m",
                           regular=size == "40" or connections == 32 or
                           (size == "1m" and connections == 1))
        yield Work(f"{kind}-40-32-pipelined", f"{kind.upper()} 40 B, 32 connections, "
                   f"{PIPELINE} pipelined", "memory", run_http,
                   {"kind": kind, "size": 40, "connections": 32, "pipeline": PIPELINE})


def other_works():
    yield Work("put-if-40-32", "PUT 40 B if the key exists, 32 connections", "memory", run_http,
               {"kind": "put-if", "size": 40, "connections": 32}, quick=True)
    yield Work("batch-100-32", f"batch of {BATCH} PUTs of 40 B, 32 connections", "memory", run_http,
               {"kind": "batch", "connections": 32}, unit="batches", quick=True)
    yield Work("list-100-32", "list the first 100 keys of a prefix, 32 connections", "list",
               run_http, {"kind": "list", "connections": 32}, unit="lists", quick=True)
    for connections in (32, 256):
        yield Work(f"put-durable-40-{connections}", f"durable PUT 40 B, {connections} connections",
                   "durable", run_http, {"kind": "put", "size": 40, "connections": connections},
                   quick=connections == 32)


def feed_works():
    """Every form, number of consumers and rate; without and with consumers that stall."""
    regular = {"text-1-1k", "text-100-1k", "text-1000-1k", "json-100-1k", "text-1-50k",
               "text-100-50k", "text-100-50k-stalled", "json-100-50k"}
    quick = {"text-100-1k", "json-100-1k", "text-100-50k"}
    for form in ("text", "json"):
        for consumers in (1, 100, 1000):
            for rate_title, rate in (("1k", 1000), ("50k", 50_000)):
                for stall in (False, True) if consumers > 1 else (False,):
                    name = f"{form}-{consumers}-{rate_title}" + ("-stalled" if stall else "")
                    yield Work(f"feed-{name}",
                               f"feed, {form}, {count(consumers, 'consumer')}, "
                               f"{rate:,} events/s" + (", one in ten stalled" if stall else ""),
                               "feed", run_feed,
                               {"form": form, "consumers": consumers, "rate": rate, "stall": stall},
                               unit="deliveries", quick=name in quick, regular=name in regular)
        yield Work(f"feed-{form}-100-most",
                   f"feed, {form}, 100 consumers, all they keep up with", "feed", run_feed,
                   {"form": form, "consumers": 100, "rate": 0, "batch": BATCH}, unit="deliveries",
                   regular=form == "text")


WORKS = [*point_works(), *other_works(), *feed_works()]


def prepare(bench, peer, setup, quick):
    """Stores what the works of a setup read."""
    if setup == "list":
        if peer.listing(GROUP) is not None:
            peer.load_index(bench, INDEX[quick])
        return
    sizes = {"memory": (40, 4 << 10), "large": (1 << 20,), "durable": (40,), "feed": ()}[setup]
    for size in sizes:
        if peer.put("key", b"") is not None:
            peer.load(peer.put(key, value_of(size)) for key in keys_for(size))


def choose(names, quick, everything):
    """The works with these names, or those whose names begin with one of them and a hyphen.

    Without names those of a quick run, of a regular one, or all. Raises BenchError for a name that
    no work has.
    """
    if not names:
        return [work for work in WORKS if everything or (work.quick if quick else work.regular)]
    chosen = []
    for name in names:
        found = [work for work in WORKS if f"{work.name}-".startswith(f"{name}-")]
        if not found:
            raise BenchError(f"no work {name}; see --list")
        exact = [work for work in found if work.name == name]
        chosen += exact or [work for work in found
                            if everything or (work.quick if quick else work.regular)] or found
    return [work for work in WORKS if work in chosen]
