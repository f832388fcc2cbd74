# SPDX-License-Identifier: GPL-3.0-only
"""Requests to the server, and what became of them."""

import dataclasses
import http.client
import json
import urllib.parse

HOST = "127.0.0.1"


class NotSent(Exception):
    """No connection: the request never reached the server."""


class Unknown(Exception):
    """The connection broke before the answer was there: done or not done."""


@dataclasses.dataclass
class Answer:
    status: int
    fields: http.client.HTTPMessage
    body: bytes

    @property
    def revision(self):
        """The number in the ETag."""
        return int(self.fields["ETag"].strip('"'))

    def json(self):
        return json.loads(self.body)


def path(key):
    return "/" + urllib.parse.quote(key)


class Client:
    """One connection, kept while it lasts."""

    def __init__(self, port, timeout=30):
        self._connection = http.client.HTTPConnection(HOST, port, timeout=timeout)

    def request(self, method, target, body=None, fields=None):
        """The answer. NotSent or Unknown when there is none."""
        try:
            if self._connection.sock is None:
                self._connection.connect()
        except OSError as error:
            raise NotSent(str(error)) from error
        try:
            self._connection.request(method, target, body, fields or {})
            answer = self._connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unknown(repr(error)) from error

    def get(self, target, **options):
        return self.request("GET", target, **options)

    def put(self, target, body, **options):
        return self.request("PUT", target, body, **options)

    def delete(self, target, **options):
        return self.request("DELETE", target, **options)

    def batch(self, operations):
        body = json.dumps({"operations": operations})
        return self.request("POST", "/-/batch", body, {"Content-Type": "application/json"})

    def info(self):
        return self.get("/-/info").json()

    def entries(self, prefix=""):
        """All keys with this prefix as {key: object of the listing}."""
        found = {}
        after = ""
        while True:
            target = f"/keys/{urllib.parse.quote(prefix)}?values=true&limit=5000"
            if after:
                target += "&after=" + urllib.parse.quote(after, safe="")
            answer = self.get(target)
            if answer.status != 200:
                raise AssertionError(f"{target}: {answer.status} {answer.body[:500]!r}")
            page = answer.json()
            found.update((entry["key"], entry) for entry in page)
            if "Link" not in answer.fields:
                return found
            after = page[-1]["key"]

    def metric(self, name):
        """The value of the metric without labels."""
        for line in self.get("/metrics").body.decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise AssertionError(f"there is no metric {name}")

    def close(self):
        self._connection.close()
