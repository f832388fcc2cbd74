# SPDX-License-Identifier: GPL-3.0-only
"""Kills the server over and over while it is written to, and compares what is there afterwards
with what was acknowledged.

In each round eight writers write until the server is killed (SIGKILL) at a random moment, or while
it makes a segment or a snapshot; it is started again, and in some rounds killed while it recovers;
two consumers of the feed resume where they were. Then, together:

- the history that the feed tells has every seq once and in order, over all kills, and a consumer
  that reads back gets the same bytes that were shown before;
- every acknowledged operation is in it, in the order of its writer and with the revisions told;
  those without an answer are in it once or not at all; batches are whole; nothing else is in it;
- the store holds what the history makes it hold: values, revisions and expiries;
- epoch and seq go on.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback

from checks import Fault, History, Replica, check_round, require
from kvfeed import FeedError, SseFeed, WebSocketFeed
from kvserver import Server, ServerError
from writers import Writer

WRITERS = 8
READ_BACK = 200  # changes that are read back after each restart


class CrashSuite:
    def __init__(self, server, directory, seed):
        self.random = random.Random(seed)
        self.directory = directory
        self.server = server
        self.history = History()
        self.replica = Replica()
        self.counters = [0] * WRITERS
        self.consumers = {WebSocketFeed: 0, SseFeed: 0}  # seq up to which each has read
        self.feeds = {}
        self.epoch = None
        self.counts = {}

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    def run(self, rounds):
        self.server.start()
        self.epoch = self.server.client().info()["epoch"]
        self.connect()
        for number in range(rounds):
            try:
                self.round()
            except (Fault, FeedError, ServerError, AssertionError) as fault:
                raise Fault(f"round {number + 1}: {fault}") from fault
        self.server.stop()

    def connect(self):
        self.feeds = {kind: kind(self.server.port, f"{self.epoch}:{seq}")
                      for kind, seq in self.consumers.items()}

    def round(self):
        writers = [Writer(number, self.server.port, self.random.random(), counter)
                   for number, counter in enumerate(self.counters)]
        self.wait_for_moment()
        self.server.kill()
        for writer in writers:
            writer.end()
        self.counters = [writer.counter for writer in writers]
        events = self.collect_feeds()
        shown = len(self.history.lines)

        if self.random.random() < 0.25:
            self.check_offline()
        self.restart()
        client = self.server.client()
        info = client.info()
        require(info["epoch"] == self.epoch, "the epoch is", info["epoch"], "not", self.epoch)
        require(info["seq"] >= shown, "the seq is", info["seq"], "though", shown, "was shown")
        self.read_back(shown)

        self.connect()
        seq, listing = self.stable_listing(client)
        for feed in self.feeds.values():
            if seq > self.consumers[type(feed)]:
                feed.wait_for(seq)
        for feed in self.feeds.values():
            feed.close()
        events += self.collect_feeds()
        journals = {writer.number: writer.journal for writer in writers}
        # What expired after the listing belongs to the next comparison.
        now, later = ([e for e in events if e["seq"] <= seq], [e for e in events if e["seq"] > seq])
        check_round(self.replica, now, journals)
        self.replica.compare(listing)
        for event in later:
            require(event["op"] == "expire", "happened while nobody wrote:", event)
            self.replica.apply(event)
        self.connect()
        self.count("changes", len(events))
        for writer in writers:
            for operation in writer.journal:
                self.count("unknown" if operation.status is None else "acknowledged")

    def collect_feeds(self):
        """Takes what the consumers have read up to the end of their connections."""
        fresh = []
        for kind, feed in self.feeds.items():
            feed.wait_closed()
            fresh += self.history.add(kind.name, self.epoch, self.consumers[kind], feed.lines,
                                      feed.events)
            self.consumers[kind] += len(feed.lines)
        self.feeds = {}
        return fresh

    def wait_for_moment(self):
        """Returns at a random moment, or soon after a file has appeared."""
        kind = self.random.choice(("any", "snapshot", "segment", "file"))
        self.count(f"kills at {kind}")
        time.sleep(self.random.uniform(0.02, 0.3))
        if kind == "any":
            return
        begun = set(os.listdir(self.directory))
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            new = set(os.listdir(self.directory)) - begun
            if any(kind == "file" or name.startswith({"snapshot": "snapshot-", "segment": "wal-"}[kind])
                   for name in new):
                break
        time.sleep(self.random.choice((0, 0, 0.0005, 0.002)))

    def check_offline(self):
        """--check has nothing to complain of, and changes nothing."""
        before = sorted((entry.name, entry.stat().st_size) for entry in os.scandir(self.directory))
        code, output = self.server.run("--check", self.directory)
        require(code == 0, "--check ended with", code, output)
        after = sorted((entry.name, entry.stat().st_size) for entry in os.scandir(self.directory))
        require(before == after, "--check changed the directory from", before, "to", after)
        self.count("--check")

    def restart(self):
        while self.random.random() < 0.4:
            self.server.launch()
            if self.random.random() < 0.7:
                self.server.wait_for_port(r"reading \S+; until that is done \S+:(\d+)")
                time.sleep(self.random.uniform(0, 0.01))
            else:
                time.sleep(self.random.uniform(0, 0.1))
            self.server.kill()
            self.count("kills at recovery")
        self.server.start("--threads", str(self.random.choice((1, 4))))

    def read_back(self, shown):
        """What was shown before the kill is what a new consumer reads back."""
        after = max(0, shown - READ_BACK)
        if after == shown:
            return
        feed = self.random.choice((WebSocketFeed, SseFeed))(
            self.server.port, f"{self.epoch}:{after}")
        feed.wait_for(shown)
        feed.close()
        count = shown - after
        self.history.add("read back", self.epoch, after, feed.lines[:count], feed.events[:count])

    def stable_listing(self, client):
        """(seq, entries) of one moment, though keys expire meanwhile."""
        while True:
            seq = client.info()["seq"]
            listing = client.entries()
            if client.info()["seq"] == seq:
                return seq, listing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the memorykv-server program")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if arguments.seed is None else arguments.seed
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="memorykv-crash-") as directory:
        server = Server(arguments.server, "--data-dir", directory, "--fsync", "always",
                        "--segment-size", "8KiB", "--snapshot-size", "24KiB", "--history", "4MiB")
        with server:
            suite = CrashSuite(server, directory, seed)
            try:
                suite.run(arguments.rounds)
            except Exception:
                traceback.print_exc()
                print(f"\nFAILED with --seed {seed}; the server wrote:\n{server.output()[-4000:]}")
                return 1
    counts = ", ".join(f"{number} {what}" for what, number in sorted(suite.counts.items()))
    print(f"{arguments.rounds} rounds with seed {seed} in {time.monotonic() - begin:.0f} s: {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
