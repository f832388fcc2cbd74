# SPDX-License-Identifier: GPL-3.0-only
"""Whether the history that the feed tells fits what the writers were told and what is stored."""

import time

from writers import own_prefix

SLACK = 2.0  # seconds between the clock's reading and what depends on it


class Fault(Exception):
    """A promise was broken; the text says which and how."""


def require(condition, *what):
    if not condition:
        raise Fault(" ".join(str(part) for part in what))


def step_of(event):
    """An event in the terms of Operation.steps."""
    op = event["op"]
    if op == "insert":
        return op, event["key"], event["value"]
    if op == "touch":
        return op, event["key"], event["ttl"]
    return op, event.get("key", event.get("prefix")), None


class History:
    """All changes so far: seq 1, 2, 3 and so on, without hole and repetition."""

    def __init__(self):
        self.lines = []  # lines[i] is what the feed sent of the change i + 1

    def add(self, name, epoch, after, lines, events):
        """Takes what the feed `name` sent after the position `after`; what is known already has
        to be the same, byte for byte. Returns the events that are new."""
        fresh = []
        for seq, (line, event) in enumerate(zip(lines, events), after + 1):
            require(event["op"] != "gap", name, "since", after, "sent a gap:", line)
            require(event["seq"] == seq, name, "since", after, "sent", line, "where seq", seq,
                    "comes")
            require(event["epoch"] == epoch, name, "sent an event of another epoch:", line)
            if seq <= len(self.lines):
                require(self.lines[seq - 1] == line, name, "sent", line, "where",
                        self.lines[seq - 1], "was sent before")
            else:
                self.lines.append(line)
                fresh.append(event)
        return fresh


class Replica:
    """The store as the history makes it: {key: (value, revision, time it expires or None)}."""

    def __init__(self):
        self.entries = {}
        self.seq = 0

    def apply(self, event):
        """Returns what the event removed or replaced, as {key: (value, revision, expires)}."""
        self.seq = event["seq"]
        op = event["op"]
        when = _seconds(event["time"])
        if op == "insert":
            key = event["key"]
            before = {key: self.entries[key]} if key in self.entries else {}
            expires = when + event["ttl"] if "ttl" in event else None
            self.entries[key] = (event["value"], event["seq"], expires)
            return before
        if op == "touch":
            key = event["key"]
            require(key in self.entries, "touch of a key that is not there:", event)
            value, revision, _ = self.entries[key]
            self.entries[key] = (value, revision, when + event["ttl"] if event["ttl"] else None)
            return {}
        if op in ("delete", "expire"):
            require(event["key"] in self.entries, op, "of a key that is not there:", event)
            return {event["key"]: self.entries.pop(event["key"])}
        prefix = event.get("prefix", "")
        gone = {key: entry for key, entry in self.entries.items() if key.startswith(prefix)}
        for key in gone:
            del self.entries[key]
        return gone

    def compare(self, listing):
        """Whether the `listing` of the store at the same seq says the same."""
        now = time.time()
        for key, (value, revision, expires) in self.entries.items():
            if key not in listing:
                require(expires is not None and expires <= now + SLACK, key, "is missing; its "
                        "history has", value[:60], "as seq", revision)
                continue
            stored = listing[key]
            require((stored["value"], stored["revision"]) == (value, revision), key, "is",
                    stored["value"][:60], "of revision", stored["revision"],
                    "but its history has", value[:60], "as seq", revision)
            require(("ttl" in stored) == (expires is not None), key, "should",
                    "not" if expires is None else "", "expire:", stored)
            if expires is not None:
                require(abs(now + stored["ttl"] - expires) < SLACK + 1, key, "expires in",
                        stored["ttl"], "s, not in", expires - now)
        extra = listing.keys() - self.entries.keys()
        require(not extra, "stored, but not in the history:", sorted(extra)[:10])


def _seconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float(
        "0." + fraction)


def check_round(replica, events, journals):
    """Applies `events`, all changes of a round, to `replica` and compares them with `journals`,
    {number of the writer: its operations}."""
    own = {number: [] for number in journals}
    by_seq = {}
    removed_at = {}  # revision -> the event that removed or replaced that value
    before = dict(replica.entries)
    for event in events:
        gone = replica.apply(event)
        by_seq[event["seq"]] = (event, gone)
        for key, (_, revision, _) in gone.items():
            removed_at[revision] = event
        name = event.get("key", event.get("prefix", ""))
        for number, list_of_own in own.items():
            if name.startswith(own_prefix(number)):
                list_of_own.append(event)
    for number, journal in journals.items():
        state = {key: entry[:1] + entry[2:] for key, entry in before.items()
                 if key.startswith(own_prefix(number))}
        _OwnKeys(number, own[number], state).check(journal)
        _check_shared(journal, by_seq, removed_at)
    _check_authors(events, journals)


class _OwnKeys:
    """The changes of keys that one writer alone writes to, one after the other: they are what it
    asked for, in its order, whole where it was told so, and expiries."""

    def __init__(self, number, events, state):
        self._number = number
        self._events = events
        self._at = 0
        self._state = state  # {key: (value, expires)}

    def check(self, journal):
        for operation in journal:
            if operation.kind in ("put_if", "delete_if"):
                continue
            self._skip_expired()
            if operation.status is None:
                self._check_unknown(operation)
            else:
                self._check_known(operation)
        self._skip_expired()
        require(self._at == len(self._events), "writer", self._number, "did not ask for",
                self._events[self._at:self._at + 3])

    def _skip_expired(self):
        while self._at < len(self._events) and self._events[self._at]["op"] == "expire":
            self._state.pop(self._events[self._at]["key"], None)
            self._at += 1

    def _next(self):
        return step_of(self._events[self._at]) if self._at < len(self._events) else None

    def _take(self, operation):
        """Takes the steps of `operation`, whose first one is next; returns their seqs."""
        seqs = []
        for number, step in enumerate(operation.steps):
            if operation.kind != "batch":
                self._skip_expired()
            require(self._next() == step, "step", number, "of", operation,
                    "is not in the history; there stands", self._next())
            event = self._events[self._at]
            seqs.append(event["seq"])
            self._at += 1
            op, key, value = step
            if op == "insert":
                self._state[key] = (value, event.get("ttl"))
            elif op == "touch":
                self._state[key] = (self._state[key][0], value)
            else:
                for name in [name for name in self._state if name.startswith(key)]:
                    if op == "delete_prefix" or name == key:
                        del self._state[name]
        if operation.kind == "batch":
            require(seqs == list(range(seqs[0], seqs[0] + len(seqs))), "torn batch", operation,
                    "has the seqs", seqs)
        return seqs

    def _check_unknown(self, operation):
        if self._next() == operation.steps[0]:
            self._take(operation)

    def _check_known(self, operation):
        kind = operation.kind
        key = operation.steps[0][1]
        here = self._state.get(key)
        may_expire = here is not None and here[1] is not None
        if kind in ("delete", "touch") and operation.status == 404:
            require(here is None or may_expire, operation, "found nothing, the history has", here)
            return
        if kind == "put":
            was_there = operation.status == 200
            require(may_expire or was_there == (here is not None), operation, "met", here)
        if kind in ("put", "delete") and operation.status == 200:
            require(here is not None and here[0] == operation.answer, operation, "met", here)
        if kind == "delete_prefix":
            names = {name for name in self._state if name.startswith(key)}
            fixed = {name for name in names if self._state[name][1] is None}
            require(fixed <= set(operation.answer) <= names, operation, "met", sorted(names))
            if not operation.answer:
                return
        seqs = self._take(operation)
        if operation.revisions is not None:
            require(seqs == operation.revisions, operation, "has the seqs", seqs)


def _check_shared(journal, by_seq, removed_at):
    for operation in journal:
        if operation.kind == "put_if" and operation.revisions:
            revision = operation.revisions[0]
            require(revision in by_seq, "acknowledged and lost:", operation)
            event, before = by_seq[revision]
            require(step_of(event) == operation.steps[0], operation, "was acknowledged, but", event,
                    "happened")
            met = [entry[1] for entry in before.values()] or [0]
            require(met == [operation.condition], operation, "met revision", met)
        elif operation.kind == "delete_if" and operation.status == 200:
            event = removed_at.get(operation.condition)
            require(event is not None and step_of(event) == operation.steps[0],
                    operation, "was acknowledged, but", event, "happened")


def _check_authors(events, journals):
    """Every value in the history was asked for, and is there once."""
    asked = {step for journal in journals.values() for operation in journal
             for step in operation.steps if operation.status != 412}
    for event in events:
        if event["op"] == "insert":
            require(step_of(event) in asked, "nobody asked for", event)
            asked.remove(step_of(event))
