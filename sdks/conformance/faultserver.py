#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server that answers from a script, with the faults the script asks for.

As a module: FaultServer. As a program: faultserver.py <script.json> serves the "faults" of a case
(README.md) on a free port, prints the URL, and prints each request until it is stopped.
"""

import base64
import hashlib
import json
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, Preference-Applied",
}
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, DELETE, POST, OPTIONS",
    "Access-Control-Allow-Headers":
        "Accept, Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Prefer",
}
REASONS = {101: "Switching Protocols", 200: "OK", 201: "Created", 204: "No Content"}


class Request:
    """What a client sent. Header names are in lower case; time is that of time.monotonic()."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.time = time.monotonic()

    @property
    def query(self):
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def is_feed(self):
        return urlsplit(self.target).path == "/wal"


class FaultServer:
    """Serves a script on 127.0.0.1 until close().

    HTTP answers what is asked of it one entry a request, feed one entry a connection to /wal; with
    tls over TLS, with a new certificate for localhost in the file certificate.
    When the entries of http are used up the last one goes on answering; connections to /wal
    beyond those of feed are accepted and held. requests and feeds are what has come, in order.
    """

    def __init__(self, http=(), feed=(), tls=False):
        self._http = list(http)
        self._feed = list(feed)
        self._lock = threading.Lock()
        self._sockets = set()
        self._closed = False
        self.requests = []
        self.feeds = []
        self.on_request = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._tls = None
        if tls:
            self.url = f"https://localhost:{port}"
            self._folder = tempfile.mkdtemp(prefix="memorykv-faultserver-")
            self.certificate, key = make_certificate(self._folder)
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(self.certificate, key)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        with self._lock:
            self._closed = True
            sockets = list(self._sockets)
        for one in [self._listener, *sockets]:
            _shut(one)
        if self._tls:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._closed:
                    client.close()
                    return
                self._sockets.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            if self._tls:
                client = self._secure(client)
            with client.makefile("rb") as reader:
                while (request := read_request(reader)) is not None:
                    if not self._answer(client, reader, request):
                        break
        except (OSError, ValueError):
            pass  # the client left
        finally:
            with self._lock:
                self._sockets.discard(client)
            _shut(client)

    def _secure(self, client):
        secure = self._tls.wrap_socket(client, server_side=True)
        with self._lock:
            self._sockets.discard(client)
            self._sockets.add(secure)
        return secure

    def _answer(self, client, reader, request):
        """Whether the connection stays open for another request."""
        if request.method == "OPTIONS":
            send_head(client, 204, PREFLIGHT)
            return True
        feed = request.is_feed()
        with self._lock:
            seen, script = (self.feeds, self._feed) if feed else (self.requests, self._http)
            number = len(seen)
            seen.append(request)
        if self.on_request:
            self.on_request(request)
        if feed:
            entry = script[number] if number < len(script) else {}
            if "status" in entry or entry.get("fault"):
                return answer_http(client, reader, request, entry)
            run_feed(client, reader, request, entry)
            return False
        entry = script[min(number, len(script) - 1)] if script else {"status": 404}
        return answer_http(client, reader, request, entry)


def _shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


def make_certificate(folder):
    """(certificate, key): files with a new certificate for localhost, made by openssl."""
    certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-addext", "basicConstraints=critical,CA:FALSE",
                    "-out", certificate, "-keyout", key],
                   check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return certificate, key


def read_request(reader):
    """The next request, or None at the end of the connection."""
    line = reader.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while (field := reader.readline().decode("latin-1").strip()):
        name, _, value = field.partition(":")
        headers[name.lower()] = value.strip()
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while (size := int(reader.readline().split(b";")[0], 16)):
            body += reader.read(size)
            reader.readline()
        reader.readline()
    else:
        body = reader.read(int(headers.get("content-length", 0)))
    return Request(line[0], line[1], headers, body)


def send_head(client, status, headers):
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Scripted')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def wait_for_end(reader):
    """Until the client closes the connection."""
    while reader.read1(65536):
        pass


def answer_http(client, reader, request, entry):
    """Carries out an entry of http; whether the connection stays open."""
    fault = entry.get("fault")
    if fault == "drop":
        return False
    if fault == "silent":
        wait_for_end(reader)
        return False
    body = base64.b64decode(entry["body_base64"]) if "body_base64" in entry else \
        entry.get("body", "").encode()
    status = entry["status"]
    headers = {**CORS, **entry.get("headers", {})}
    if "retry_after_date" in entry:
        # Rounded up, as the format has whole seconds: never earlier than said.
        headers["Retry-After"] = formatdate(int(time.time()) + 1 + entry["retry_after_date"],
                                            usegmt=True)
    if status not in (204, 304):
        headers["Content-Length"] = len(body)
    if entry.get("close"):
        headers["Connection"] = "close"
    send_head(client, status, headers)
    if request.method == "HEAD":
        return not entry.get("close")
    if fault in ("cut", "stall"):
        client.sendall(body[:len(body) // 2])
        if fault == "stall":
            wait_for_end(reader)
        return False
    client.sendall(body)
    return not entry.get("close")


def frame(opcode, payload, last=True):
    """A WebSocket frame of a server (RFC 6455, 5.2)."""
    first = bytes([(0x80 if last else 0) | opcode])
    if len(payload) < 126:
        return first + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return first + b"\x7e" + struct.pack(">H", len(payload)) + payload
    return first + b"\x7f" + struct.pack(">Q", len(payload)) + payload


def fragments(payload, count):
    """A text message in count frames with a ping between the first two."""
    size = max(1, -(-len(payload) // count))
    parts = [payload[i:i + size] for i in range(0, len(payload), size)]
    for number, part in enumerate(parts):
        yield frame(TEXT if number == 0 else 0, part, last=number == len(parts) - 1)
        if number == 0 and len(parts) > 1:
            yield frame(PING, b"between")


def read_frame(reader):
    """(opcode, payload) of the client's next frame, or None at the end."""
    head = reader.read(2)
    if len(head) < 2:
        return None
    size = head[1] & 0x7F
    if size == 126:
        size = struct.unpack(">H", reader.read(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", reader.read(8))[0]
    mask = reader.read(4) if head[1] & 0x80 else bytes(4)
    payload = reader.read(size)
    return head[0] & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def run_feed(client, reader, request, entry):
    """Carries out an entry of feed: upgrade, messages, end."""
    key = request.headers.get("sec-websocket-key")
    if request.headers.get("upgrade", "").lower() != "websocket" or not key:
        send_head(client, 426, {**CORS, "Upgrade": "websocket", "Content-Length": 0})
        return
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    send_head(client, 101, {"Upgrade": "websocket", "Connection": "Upgrade",
                            "Sec-WebSocket-Accept": accept})
    for event in entry.get("events", []):
        text = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        for part in fragments(text.encode(), entry.get("fragments", 1)):
            client.sendall(part)
    end = entry.get("end", "hold")
    if end == "drop":
        return
    if end == "cut":
        client.sendall(frame(TEXT, b'{"seq":999999,"epoch":1,"op":"delete","key":"never"}')[:20])
        return
    if end == "close":
        client.sendall(frame(CLOSE, struct.pack(">H", entry.get("code", 1000))))
    if end == "deaf":
        wait_for_end(reader)
        return
    while (received := read_frame(reader)) is not None:
        if received[0] == PING:
            client.sendall(frame(PONG, received[1]))
        elif received[0] == CLOSE:
            if end != "close":
                client.sendall(frame(CLOSE, received[1][:2]))
            return


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], encoding="utf-8") as file:
        script = json.load(file)
    server = FaultServer(**script.get("faults", script))
    server.on_request = lambda request: print(request.method, request.target, flush=True)
    print(server.url, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    main()
