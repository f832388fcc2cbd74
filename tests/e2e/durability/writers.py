# SPDX-License-Identifier: GPL-3.0-only
"""Clients that write until the server is gone, and a journal of what they asked and were told."""

import dataclasses
import random
import threading

from kvclient import Client, NotSent, Unknown, path

AREAS = ("a/", "b/", "c/")  # the prefixes within a writer's own keys
KEYS_PER_AREA = 12
SHARED = [f"shared/{i}" for i in range(10)]


@dataclasses.dataclass
class Operation:
    """One request. `steps` are the changes that it makes if it takes effect, in order, each as
    (op, key or prefix, value or ttl); `status` is None when nobody knows whether it did."""

    kind: str
    steps: list
    status: int = None
    revisions: list = None  # of the steps, where the answer tells them
    answer: object = None  # the previous value of a put, the value of a delete, removed keys
    condition: int = None  # the revision that If-Match asked for, 0 for If-None-Match: *


def own_prefix(number):
    return f"w{number}/"


class Writer:
    """A thread that writes to keys of its own, which nobody else writes to, and on conditions to shared ones.

    No value, and no ttl of a touch, is used twice. `journal` holds the operations in order.
    """

    def __init__(self, number, port, seed, counter):
        self.number = number
        self.counter = counter  # of values and ttls, goes on over all rounds
        self.journal = []
        self.fault = None
        self._random = random.Random(seed)
        self._client = Client(port)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self):
        """Returns once the last answer is noted. AssertionError for what must not happen."""
        self._stopping.set()
        self._thread.join(60)
        if self._thread.is_alive():
            self.fault = "no answer and no end of the connection"
        if self.fault:
            raise AssertionError(f"writer {self.number}: {self.fault}")

    def _run(self):
        choices = [self._put] * 9 + [self._put_ttl, self._touch, self._delete, self._delete,
                                     self._batch, self._batch, self._shared, self._shared,
                                     self._shared, self._delete_prefix]
        try:
            while not self._stopping.is_set():
                self._random.choice(choices)()
        except (NotSent, Unknown):
            pass
        except Exception as error:  # shown by the suite
            self.fault = repr(error)
        finally:
            self._client.close()

    def _key(self):
        area = self._random.choice(AREAS)
        return f"{own_prefix(self.number)}{area}{self._random.randrange(KEYS_PER_AREA)}"

    def _value(self):
        self.counter += 1
        size = self._random.choice((10, 100, 100, 300, 300, 20000 if self.counter % 20 == 0 else 50))
        return f"{self.number}.{self.counter}.".ljust(size, "x")

    def _do(self, operation, method, target, body=None, fields=None):
        """Carries `operation` out and notes it. Any error but 404 and 412 is a fault."""
        self.journal.append(operation)
        try:
            answer = self._client.request(method, target, body, fields)
        except NotSent:
            self.journal.pop()
            raise
        if answer.status not in (200, 201, 204, 404, 412):
            raise AssertionError(f"{method} {target}: {answer.status} {answer.body[:500]!r}")
        operation.status = answer.status
        return answer

    def _put(self, query="", ttl=None):
        key, value = self._key(), self._value()
        operation = Operation("put", [("insert", key, value)])
        answer = self._do(operation, "PUT", path(key) + query, value.encode())
        operation.revisions = [answer.revision]
        operation.answer = answer.body.decode()

    def _put_ttl(self):
        # Most expire while the suite runs, some during a restart.
        self._put(f"?ttl={self._random.choice((1, 1, 2, 1000))}")

    def _touch(self):
        key = self._key()
        self.counter += 1
        ttl = 100_000 + self.counter
        self._do(Operation("touch", [("touch", key, ttl)]), "PATCH", f"{path(key)}?ttl={ttl}")

    def _delete(self):
        key = self._key()
        operation = Operation("delete", [("delete", key, None)])
        operation.answer = self._do(operation, "DELETE", path(key)).body.decode()

    def _delete_prefix(self):
        prefix = own_prefix(self.number) + self._random.choice(AREAS)
        operation = Operation("delete_prefix", [("delete_prefix", prefix, None)])
        operation.answer = self._do(operation, "DELETE", "/keys/" + prefix).json()

    def _batch(self):
        operations, steps = [], []
        for _ in range(self._random.randint(2, 6)):
            key, value = self._key(), self._value()
            operations.append({"op": "put", "key": key, "value": value})
            steps.append(("insert", key, value))
        if self._random.random() < 0.3:  # of a key that is there
            operations.append({"op": "delete", "key": steps[0][1]})
            steps.append(("delete", steps[0][1], None))
        operation = Operation("batch", steps)
        self.journal.append(operation)
        try:
            answer = self._client.batch(operations)
        except NotSent:
            self.journal.pop()
            raise
        if answer.status != 200:
            raise AssertionError(f"batch: {answer.status} {answer.body[:500]!r}")
        operation.status = 200
        operation.revisions = [result["seq"] for result in answer.json()["results"]]

    def _shared(self):
        key = self._random.choice(SHARED)
        found = self._client.get(path(key))
        if found.status == 200 and self._random.random() < 0.2:
            operation = Operation("delete_if", [("delete", key, None)])
            operation.condition = found.revision
            self._do(operation, "DELETE", path(key), fields={"If-Match": found.fields["ETag"]})
            return
        value = self._value()
        operation = Operation("put_if", [("insert", key, value)])
        if found.status == 200:
            operation.condition = found.revision
            fields = {"If-Match": found.fields["ETag"]}
        else:
            operation.condition = 0
            fields = {"If-None-Match": "*"}
        answer = self._do(operation, "PUT", path(key), value.encode(), fields)
        if answer.status != 412:
            operation.revisions = [answer.revision]
