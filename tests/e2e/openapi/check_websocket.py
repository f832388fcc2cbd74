#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Runs the Autobahn cases (RFC 6455), as the package kosoku drives them, against the live feed.

Usage: check_websocket.py --server <memorykv-server>

The cases are written for a server that sends every message back. This one takes what consumers send
and ignores it, and pings by itself. So of what comes back neither messages nor pings are compared: all
else, pongs, close codes and who closes, has to be as the case says. A case that waits for its message
before it closes ends without a close; then the server must not have closed either, as the message was
right.

Left out are 9 (messages beyond the 64 KiB that the server takes, docs/limits.md), 12 and 13
(compression, which it does not offer).
"""

import argparse
import asyncio
import sys

import kosoku
from runningserver import RunningServer

LEFT_OUT = ["9.*", "12.*", "13.*"]
CLOSE_VERDICTS = {"OK", "INFORMATIONAL"}
ECHO = ("message", "ping")
AT_ONCE = 24
SECONDS = 240


def without_echo(events):
    return [tuple(event) for event in events if event[0] not in ECHO]


def waits_for_its_message(result):
    return all(
        any(event[0] == "message" for event in events) for events in result.expected.values()
    )


def fault_of(result):
    """What is wrong, in words; empty when nothing is."""
    received = without_echo(result.received)
    if all(without_echo(events) != received for events in result.expected.values()):
        return f"received {received}, expected one of {result.expected}"
    if result.behavior_close.value in CLOSE_VERDICTS:
        return ""
    if waits_for_its_message(result) and result.remote_close_code is None:
        return "" if result.dropped_by_me or result.failed_by_me else "the server hung up"
    return f"close: {result.result_close} (code {result.remote_close_code})"


async def results_of(url):
    try:
        return await asyncio.wait_for(
            kosoku.run_fuzzingclient(url, exclude_cases=LEFT_OUT, concurrency=AT_ONCE), SECONDS
        )
    except kosoku.FailureError as failure:  # cases that have no echo
        return failure.results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the memorykv-server program")
    arguments = parser.parse_args()
    with RunningServer(arguments.server) as server:
        # Only changes, of which there are none: so no heartbeats come in between.
        url = server.url.replace("http:", "ws:") + "/wal?op=insert"
        results = asyncio.run(results_of(url))
    faults = {result.case_id: fault for result in results if (fault := fault_of(result))}
    for case, fault in faults.items():
        print(f"case {case}: {fault}")
    closed = sum(result.behavior_close.value in CLOSE_VERDICTS for result in results)
    print(f"{len(results)} cases, {closed} of them to the close, {len(faults)} failed")
    return 1 if faults or not results else 0


if __name__ == "__main__":
    sys.exit(main())
