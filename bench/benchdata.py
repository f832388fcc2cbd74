# SPDX-License-Identifier: GPL-3.0-only
"""What the benchmark scripts store and how they get it into a server."""

import http.client
import json
import re
import socket

from benchlib import HOST, BenchError

BATCH_SIZE = 10_000  # operations the server takes in one batch
KEY_SIZE = 16
VALUE_SIZE = 64


def http_request(method, path, body=b"", headers=()):
    """The bytes of a request."""
    head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    if body or method != "GET":
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def put_requests(keys, value):
    """A PUT of VALUE to each of KEYS keys."""
    return [http_request("PUT", f"/bench:{i:06d}", value.encode()) for i in range(keys)]


def exchange(connection, request):
    """One request (bytes) on an open socket; returns (status, body)."""
    connection.sendall(request)
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    body = answer.read()
    return answer.status, body


def request(service, method, path, body=None, headers=None):
    """One request on a connection of its own; returns (status, body)."""
    connection = http.client.HTTPConnection(HOST, service.port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def load_by_batch(service, pairs):
    """Stores PAIRS of key and value text with POST /-/batch."""
    connection = http.client.HTTPConnection(HOST, service.port, timeout=120)
    operations = []

    def send():
        body = json.dumps({"operations": operations})
        connection.request("POST", "/-/batch", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise BenchError(f"POST /-/batch answered {answer.status}: {text[:500]!r}")
        operations.clear()

    for key, value in pairs:
        operations.append({"op": "put", "key": key, "value": value})
        if len(operations) == BATCH_SIZE:
            send()
    if operations:
        send()
    connection.close()


def pairs(count):
    """COUNT keys of KEY_SIZE bytes with values of VALUE_SIZE, in an order without a pattern."""
    step = 7_368_787  # prime, so that i * step goes through all numbers below count
    if count % step == 0:
        raise BenchError(f"--keys must not be a multiple of {step}")
    for i in range(count):
        number = i * step % count
        yield f"key:{number:012d}", f"{number:016x}" * 4


def resp(count):
    """The same pairs as SET commands of the Redis protocol."""
    return "".join(f"*3\r\n$3\r\nSET\r\n${KEY_SIZE}\r\n{key}\r\n${VALUE_SIZE}\r\n{value}\r\n"
                   for key, value in pairs(count))


def load_by_put(service, pairs, window=500):
    """Stores PAIRS of key and value text with pipelined PUT requests, WINDOW at a time."""
    with socket.create_connection((HOST, service.port), timeout=120) as connection:
        requests = []

        def send():
            connection.sendall(b"".join(requests))
            answers = b""
            # An answer to "return=minimal" has no body, so each one ends with an empty line.
            while answers.count(b"\r\n\r\n") < len(requests):
                part = connection.recv(1 << 18)
                if not part:
                    raise BenchError("the server closed the connection while loading")
                answers += part
            if len(re.findall(rb"^HTTP/1\.1 20[014] ", answers, re.M)) != len(requests):
                raise BenchError(f"a PUT failed: {answers[:500]!r}")
            requests.clear()

        for key, value in pairs:
            requests.append((f"PUT /{key} HTTP/1.1\r\nHost: {HOST}\r\nPrefer: return=minimal\r\n"
                             f"Content-Length: {len(value)}\r\n\r\n{value}").encode())
            if len(requests) == window:
                send()
        if requests:
            send()
